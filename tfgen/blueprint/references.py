"""Values that only Terraform knows: where the spec names them, and how the root hands them to the modules."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from tfgen.blueprint import names
from tfgen.blueprint.model import Input, SecretReference, Validation, Variable
from tfgen.hcl.printer import interpolation, quoted_text
from tfgen.hcl.reference import (
    NotAReferenceError,
    Traversal,
    parse_reference,
    printed_reference,
)
from tfgen.hcl.text import Label, Ref, VariableRef
from tfgen.problems import Locate, Location, Problem, SpecPath, nearest_word
from tfgen.spec.model import Given, GivenSecret, InputVariable, Part, Service, Spec

STRING = Ref("string")
OUR_MODULES = ("network", "load_balancer", "services")
_SECRET, _PARAMETER = "secretsmanager", "ssm"
# Whose ARN a reference may be, by the type of the resource or data source.
_STORES = {
    "aws_secretsmanager_secret": _SECRET,
    "aws_secretsmanager_secret_version": _SECRET,
    "aws_ssm_parameter": _PARAMETER,
}
_ONE_OF = {Given: ("ref", "input", "join"), Part: ("ref", "input")}


class Place(NamedTuple):
    """A reference where the spec has it: a traversal or the name of an input."""

    path: SpecPath
    reference: Given | GivenSecret | Part


class References:
    """The variables of the services module that carry what the services refer to."""

    def __init__(self, spec: Spec, taken: frozenset[str]) -> None:
        self._inputs: dict[str, Input] = {}
        used = service_places(spec)
        roots = sorted({_root_value(each) for place in used for each in _atoms(place.reference)})
        labels = [_label(root) for root in roots]
        for root, label in zip(roots, labels, strict=True):
            alone = labels.count(label) == 1 and label not in taken
            name = label if alone else names.label(label, names.digest(root, 4))
            self._inputs[root] = _input(name, root, spec.inputs)

    @property
    def inputs(self) -> tuple[Input, ...]:
        """By label."""
        return tuple(sorted(self._inputs.values(), key=lambda each: each.variable.label))

    def value(self, given: Given | GivenSecret | Part) -> Ref:
        """What stands for a reference in the services module."""
        if isinstance(given, Given) and given.join is not None:
            return interpolation(part if isinstance(part, str) else self.value(part) for part in given.join)
        return VariableRef(self._inputs[_root_value(given)].variable.label)

    def environment(self, service: Service) -> Iterator[tuple[str, Ref]]:
        for name, value in sorted(service.environment.items()):
            if isinstance(value, Given):
                yield name, self.value(value)

    def secrets(self, service: Service) -> Iterator[SecretReference]:
        for name, secret in sorted(service.secrets.items()):
            if isinstance(secret, GivenSecret) and not isinstance(source := _source(secret), str):
                arn = self.value(source)
                key = (f":{secret.key}::",) if secret.key else ()
                value = interpolation((arn, *key)) if key else arn
                yield SecretReference(name=name, store=store_of(secret), arn=arn, value=value)


def literal_secrets(service: Service) -> Iterator[tuple[str, str]]:
    """The secrets whose ARN the spec has, as ECS takes them: a JSON key follows the ARN."""
    for name, secret in sorted(service.secrets.items()):
        if isinstance(secret, str):
            yield name, secret
        elif isinstance(source := _source(secret), str):
            yield name, f"{source}:{secret.key}::" if secret.key else source


def secret_stores(service: Service) -> Iterator[str]:
    """For each secret the endpoint name of the service that keeps it."""
    for secret in service.secrets.values():
        if isinstance(secret, str):
            yield _SECRET if ":secretsmanager:" in secret else _PARAMETER
        else:
            yield store_of(secret)


def store_of(secret: GivenSecret) -> str:
    """The endpoint name of the service that keeps a secret; empty where the spec does not say it."""
    if secret.secret is not None:
        return _SECRET
    if secret.parameter is not None:
        return _PARAMETER
    if secret.ref is None:
        return ""
    try:
        traversal = parse_reference(secret.ref)
    except NotAReferenceError:
        return ""
    last = traversal.steps[-1] if traversal.steps else ""
    return _STORES.get(traversal.type) or (_SECRET if last == "secret_arn" else "")


def _source(secret: GivenSecret) -> str | GivenSecret | Part:
    """Where the ARN of a secret comes from."""
    inner = secret.secret if secret.secret is not None else secret.parameter
    return secret if inner is None else inner


def places(spec: Spec) -> Iterator[Place]:
    """Every reference of the spec."""
    yield from vpc_places(spec)
    yield from service_places(spec)


def vpc_places(spec: Spec) -> Iterator[Place]:
    """What the root knows of a VPC that exists."""
    if vpc := spec.network.vpc:
        for path, value in vpc.values:
            if isinstance(value, Part):
                yield Place(("network", "vpc", *path), value)


def inputs_of_vpc(spec: Spec) -> frozenset[str]:
    """The inputs that only a VPC that exists needs."""
    of_vpc, of_services = (
        {each.input for place in found for each in _atoms(place.reference) if each.input}
        for found in (vpc_places(spec), service_places(spec))
    )
    return frozenset(of_vpc - of_services)


def in_root(given: str | Part) -> Ref | str:
    """A text, or the expression in the root that stands for it."""
    return given if isinstance(given, str) else _root_value(given)


def service_places(spec: Spec) -> Iterator[Place]:
    """Those of the services, in the spec's order."""
    for key, service in spec.services.items():
        for name, value in service.environment.items():
            if isinstance(value, Given):
                yield Place(("services", key, "environment", name), value)
        for name, secret in service.secrets.items():
            if isinstance(secret, GivenSecret):
                yield Place(("services", key, "secrets", name), secret)


def _atoms(given: Given | GivenSecret | Part) -> Iterator[Given | GivenSecret | Part]:
    """What each has one traversal or one input of."""
    if isinstance(given, Given) and given.join is not None:
        yield from (part for part in given.join if isinstance(part, Part))
    elif not isinstance(given, GivenSecret):
        yield given
    elif not isinstance(source := _source(given), str):
        yield source


def _root_value(given: Given | GivenSecret | Part) -> Ref:
    """The expression in the root."""
    if given.input is not None:
        return VariableRef(Label(given.input))
    return printed_reference(parse_reference(given.ref or ""))


def _label(root: Ref) -> Label:
    """The variable's name: the words of the reference, without what its place says anyway."""
    if isinstance(root, VariableRef):
        return root.label
    traversal = parse_reference(root)
    words = [traversal.first, *map(str, traversal.steps)]
    if words[0] in ("data", "module", "local", "var"):
        words = words[1:]
    if traversal.type:
        words[0] = words[0].partition("_")[2]
    return names.label(*words)


def _input(label: Label, root: Ref, inputs: Mapping[str, InputVariable]) -> Input:
    said = inputs.get(root.label) if isinstance(root, VariableRef) else None
    description = (said and said.description) or f"{root} of the root module."
    return Input(variable=Variable(label=label, type=STRING, description=description), value=root)


def root_variables(spec: Spec) -> Iterator[Variable]:
    """The variables of the root that inputs are, by name."""
    used = {each.input for place in places(spec) for each in _atoms(place.reference) if each.input}
    for name in sorted(used | spec.inputs.keys()):
        said = spec.inputs.get(name, InputVariable())
        validation = () if said.pattern is None else (_validation(name, said.pattern),)
        yield Variable(
            label=Label(name),
            type=Ref(said.type),
            description=said.description or f"Set for each deployment: {name.replace('_', ' ')}.",
            default=() if said.default is None else (said.default,),
            sensitive=(True,) if said.sensitive else (),
            validation=validation,
        )


def _validation(name: str, pattern: str) -> Validation:
    condition = Ref(f"can(regex({quoted_text(pattern)}, var.{name}))")
    return Validation(condition=condition, message=f"The value must match the regular expression {pattern}.")


# --- what is wrong with them


def problems(spec: Spec, at: Locate, *, as_module: bool) -> Iterator[Problem]:
    used = set()
    for place in places(spec):
        yield from _form_problems(place, at)
        for path, each in _located(place):
            used |= {each.input} if each.input else set()
            if each.ref is not None:
                yield from _traversal_problems(each.ref, at((*path, "ref")), as_module=as_module)
    for name, said in spec.inputs.items():
        yield from _input_problems(name, said, used, at(("inputs", name)))


def _located(place: Place) -> Iterator[tuple[SpecPath, Given | GivenSecret | Part]]:
    given = place.reference
    if isinstance(given, Given) and given.join is not None:
        for index, part in enumerate(given.join):
            if isinstance(part, Part):
                yield (*place.path, "join", index), part
    elif not isinstance(given, GivenSecret):
        yield place.path, given
    elif not isinstance(source := _source(given), str):
        inner = "secret" if given.secret is not None else "parameter"
        yield (place.path if source is given else (*place.path, inner)), source


def _form_problems(place: Place, at: Locate) -> Iterator[Problem]:
    """A reference names its value in one way."""
    for path, each in _located(place):
        said = [name for name in ("ref", "input") if getattr(each, name) is not None]
        if len(said) != 1:
            what = f"both {' and '.join(said)}" if said else "neither ref nor input"
            yield Problem("TG290", at(path), f"this has {what}", "write one of ref: and input:")
    given = place.reference
    where = at(place.path)
    if isinstance(given, Given) and given.join is not None and (given.ref or given.input):
        yield Problem(
            "TG290", where, "this has a join and another value", "write one of ref:, input: and join:"
        )
    if isinstance(given, GivenSecret):
        yield from _secret_problems(given, where)


def _secret_problems(secret: GivenSecret, where: Location) -> Iterator[Problem]:
    said = [name for name in ("ref", "input", "secret", "parameter") if getattr(secret, name) is not None]
    if len(said) > 1:
        yield Problem("TG290", where, f"this has {' and '.join(said)}", "write one of them")
    elif not said:
        return
    elif not (store := store_of(secret)):
        message = f"nothing says whether {secret.ref or secret.input} is a secret or a parameter"
        inner = f"{{ref: {secret.ref}}}" if secret.ref else f"{{input: {secret.input}}}"
        hint = f"write {{secret: {inner}}} for Secrets Manager, or {{parameter: {inner}}} for Systems Manager"
        yield Problem("TG292", where, message, hint)
    elif secret.key and store == _PARAMETER:
        hint = "remove key; ECS reads JSON keys from Secrets Manager only"
        yield Problem("TG293", where, "a parameter has no JSON keys for ECS", hint)


def _traversal_problems(text: str, where: Location, *, as_module: bool) -> Iterator[Problem]:
    if as_module:
        message = f"a module cannot refer to {text} of the root that calls it"
        yield Problem(
            "TG294", where, message, "write input: NAME, and pass the value as an argument of the module"
        )
        return
    try:
        traversal = parse_reference(text)
    except NotAReferenceError as error:
        yield Problem("TG291", where, "this is no reference to a value of Terraform", str(error))
        return
    if traversal.first == "module" and traversal.words[1] in OUR_MODULES:
        yield from _own_module_problems(traversal, where)


_OF_NETWORK = ("vpc_id",)


def _own_module_problems(traversal: Traversal, where: Location) -> Iterator[Problem]:
    _, module, *output = traversal.words
    if module == "network" and output[:1] and output[0] in _OF_NETWORK:
        return
    if module == "services":
        message = "services cannot refer to their own module: Terraform would find a cycle"
        yield Problem(
            "TG291", where, message, "use a name: one service reaches another by `connect` and `calls`"
        )
        return
    message = f"{'.'.join(traversal.words)} is part of tfgen's own modules"
    yield Problem(
        "TG291", where, message, "refer to what your own files declare, or to module.network.vpc_id"
    )


def _input_problems(name: str, said: InputVariable, used: set[str], where: Location) -> Iterator[Problem]:
    if name not in used:
        near = nearest_word(name, used, 0.7) if used else ""
        hint = (
            f"did you mean {near}?"
            if near
            else f"write {{input: {name}}} where its value belongs, or remove it"
        )
        yield Problem("TG295", where, f'nothing uses the input "{name}"', hint, "warning")
    if said.sensitive and said.default is not None:
        hint = "remove the default, and pass the value with TF_VAR or a file that is not committed"
        yield Problem(
            "TG296", where, f'the default of the sensitive input "{name}" would be in the repository', hint
        )


def input_collisions(spec: Spec, taken: Mapping[str, str], at: Locate) -> Iterator[Problem]:
    """Inputs that have the name of a variable that the root has anyway."""
    for place in places(spec):
        for path, each in _located(place):
            if each.input and each.input in taken:
                message = f'the root has a variable "{each.input}" already: {taken[each.input]}'
                yield Problem("TG297", at((*path, "input")), message, "choose another name")
