"""Values that only Terraform knows: where the spec names them, and how the root hands them to the modules."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from tfgen import facts
from tfgen.blueprint import names
from tfgen.blueprint.model import Input, Reference, SecretReference, Validation, Variable
from tfgen.hcl.printer import interpolation, quoted_text
from tfgen.hcl.reference import (
    NotAReferenceError,
    Traversal,
    parse_reference,
    printed_reference,
)
from tfgen.hcl.text import Label, Ref, VariableRef
from tfgen.problems import Locate, Location, Problem, SpecPath, nearest_word
from tfgen.spec.model import Given, GivenSecret, InputVariable, Part, Service, Spec, listed_certificates

STRING = Ref("string")
OUR_MODULES = ("network", "load_balancer", "services")
_SECRET, _PARAMETER = "secretsmanager", "ssm"
# Whose ARN a reference may be, by the type of the resource or data source.
_STORES = {
    "aws_secretsmanager_secret": _SECRET,
    "aws_secretsmanager_secret_version": _SECRET,
    "aws_ssm_parameter": _PARAMETER,
}


class Place(NamedTuple):
    """A reference where the spec has it: a traversal or the name of an input."""

    path: SpecPath
    reference: Given | GivenSecret | Part


class References:
    """The variables of a module that carry what it refers to: by default, those of the services module."""

    def __init__(
        self, spec: Spec, taken: frozenset[str], found: Callable[[Spec], Iterator[Place]] | None = None
    ) -> None:
        self._inputs: dict[str, Input] = {}
        referred = (found or service_places)(spec)
        roots = sorted({root for place in referred for root in _handed_down(place)})
        labels = [_label(root) for root in roots]
        for root, label in zip(roots, labels, strict=True):
            alone = labels.count(label) == 1 and label not in taken
            name = label if alone else names.label(label, names.digest(root, 4))
            self._inputs[root] = _input(name, root, spec.inputs)

    @property
    def inputs(self) -> tuple[Input, ...]:
        """By label."""
        return tuple(sorted(self._inputs.values(), key=lambda each: each.variable.label))

    def value(self, given: Given | Part) -> Ref:
        """What stands for a reference in the module."""
        if isinstance(given, Given) and given.join is not None:
            return interpolation(part if isinstance(part, str) else self.value(part) for part in given.join)
        return VariableRef(self._inputs[_root_value(given)].variable.label)

    def name(self, given: Given) -> Label:
        """A name that follows from the words of a reference alone."""
        if given.join is not None:
            return names.label("joined", names.digest(repr(given.join)))
        return _label(_root_value(given))

    def environment(self, service: Service) -> Iterator[tuple[str, Ref]]:
        for name, value in sorted(service.environment.items()):
            if isinstance(value, Given):
                yield name, self.value(value)

    def image(self, given: Given) -> tuple[Ref, tuple[Ref, ...], str]:
        """The image in the root; what has the ARN of its repository in the services module, if known; and the
        text that the image begins with."""
        arns = tuple(VariableRef(self._inputs[root].variable.label) for root in _repository_arns(given))
        if given.join is None:
            return _root_value(given), arns, ""
        parts = (each if isinstance(each, str) else _root_value(each) for each in given.join)
        return interpolation(parts), arns, beginning(given)

    def secrets(self, service: Service) -> Iterator[SecretReference]:
        for name, secret in sorted(service.secrets.items()):
            if isinstance(secret, GivenSecret) and not isinstance(source := _source(secret), str):
                arn = self.value(source)
                key = (f":{secret.key}::",) if secret.key else ()
                value = interpolation((arn, *key)) if key else arn
                yield SecretReference(
                    name=name, store=store_of(secret), root=_root_value(source), arn=arn, value=value
                )


def beginning(given: Given) -> str:
    """The text that a value begins with, as far as the spec says it."""
    return next((each for each in (given.join or ())[:1] if isinstance(each, str)), "")


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


def _source(secret: GivenSecret) -> str | Part:
    """Where the ARN of a secret comes from."""
    inner = secret.secret if secret.secret is not None else secret.parameter
    return Part(ref=secret.ref) if inner is None else inner


def places(spec: Spec) -> Iterator[Place]:
    """Every reference of the spec."""
    yield from vpc_places(spec)
    yield from _places_of_what_exists(spec)
    yield from route_places(spec)
    yield from front_places(spec)
    yield from service_places(spec)


def vpc_places(spec: Spec) -> Iterator[Place]:
    """What the root knows of a VPC that exists."""
    if vpc := spec.network.vpc:
        for path, value in vpc.values:
            if isinstance(value, Part):
                yield Place(("network", "vpc", *path), value)


def inputs_of_vpc(spec: Spec) -> frozenset[str]:
    """The inputs that only a VPC that exists needs."""
    others: set[str] = set()
    for place in places(spec):
        if place.path[:2] != ("network", "vpc") and _is_handed_down(place.path, spec):
            others |= _inputs_in(place)
    return frozenset(name for place in vpc_places(spec) for name in _inputs_in(place) - others)


def _inputs_in(place: Place) -> frozenset[str]:
    return frozenset(name for each in _atoms(place.reference) for name in _named_inputs(each))


def _places_of_what_exists(spec: Spec) -> Iterator[Place]:
    """Those that the root hands down under names of their own: see `blueprint.existing`."""
    yield from (
        Place(path, value)
        for path, value in (
            *existing_values(spec),
            *(each for key in spec.services for each in role_values(key, spec.services[key])),
        )
        if isinstance(value, Given)
    )


def existing_values(spec: Spec) -> Iterator[tuple[SpecPath, str | Given]]:
    """Whatever exists, by its place in the spec; roles of services are apart."""
    if balancer := spec.load_balancer.existing:
        path = ("load_balancer", "existing")
        for name, arn in balancer.listener_arns.items():
            yield (*path, "listener_arns", name), arn
        yield (*path, "security_group"), balancer.security_group
        yield from _set_values((*path, "dns_name"), balancer.dns_name)
        yield from _set_values((*path, "arn"), balancer.arn)
    yield from _set_values(("load_balancer", "waf"), spec.load_balancer.waf)
    for name in ("access_logs", "connection_logs"):
        logs = getattr(spec.load_balancer, name)
        if logs and not isinstance(logs.bucket, bool):
            yield ("load_balancer", name, "bucket"), logs.bucket
    yield from _set_values(("cluster",), spec.cluster)
    yield from _set_values(("iam", "permissions_boundary"), spec.iam.permissions_boundary)


def role_values(key: str, service: Service) -> Iterator[tuple[SpecPath, str | Given]]:
    """The roles of a service that exist."""
    yield from _set_values(("services", key, "roles", "execution"), service.roles.execution)
    yield from _set_values(("services", key, "roles", "task"), service.roles.task)


def _is_handed_down(path: SpecPath, spec: Spec) -> bool:
    """Whether the stack uses a value: of a load balancer nobody has routes for, and the like, it does not."""
    listeners = {route.listener for service in spec.services.values() for route in service.routes}
    if path[:3] == ("load_balancer", "existing", "listener_arns"):
        return path[-1] in listeners
    if path[0] == "load_balancer" and path[1] in ("certificate", "zone", "listeners"):
        return bool(listeners) and path in {place.path for place in used_front_places(spec)}
    if path[0] == "load_balancer":
        own = spec.load_balancer.existing is None
        return bool(listeners) and own == (path[1] != "existing")
    if path[0] == "iam":
        return has_own_roles(spec)
    return path != ("cluster",) or bool(spec.services)


def has_own_roles(spec: Spec) -> bool:
    """Whether the stack creates any role."""
    return any(len(list(role_values(key, each))) < 2 for key, each in spec.services.items())


def _set_values(path: SpecPath, value: str | Given | None) -> Iterator[tuple[SpecPath, str | Given]]:
    if value is not None:
        yield path, value


def route_places(spec: Spec) -> Iterator[Place]:
    """Those to addresses of NAT gateways and to targets of routes."""
    for zone, address in spec.network.nat.addresses.items():
        if isinstance(address, Part) and spec.network.way_out.nat:
            yield Place(("network", "nat", "addresses", zone), address)
    for index, route in enumerate(spec.network.routes):
        if isinstance(route.via, Part):
            yield Place(("network", "routes", index, "via"), route.via)


def front_places(spec: Spec) -> Iterator[Place]:
    """Those of the load balancer: certificates, the hosted zone, trust stores."""
    balancer = spec.load_balancer
    if balancer.existing:
        return
    yield from _certificate_places(("load_balancer", "certificate"), balancer.certificate)
    if isinstance(balancer.zone, Given):
        yield Place(("load_balancer", "zone"), balancer.zone)
    for key, listener in balancer.listeners.items():
        path = ("load_balancer", "listeners", key)
        if listener.certificate != balancer.certificate:  # which defaults hand down
            yield from _certificate_places((*path, "certificate"), listener.certificate)
        if listener.mutual_tls and isinstance(store := listener.mutual_tls.trust_store, Given):
            yield Place((*path, "mutual_tls", "trust_store"), store)


def used_front_places(spec: Spec) -> Iterator[Place]:
    """Those whose values the load balancer's module needs: nothing of a listener without TLS, or of what no
    listener uses."""
    balancer = spec.load_balancer
    with_tls = {key: each for key, each in balancer.listeners.items() if each.protocol == "https"}
    shared = any(each.certificate == balancer.certificate for each in with_tls.values())
    for place in front_places(spec):
        key = place.path[1]
        if key == "listeners":
            used = place.path[2] in with_tls
        else:
            used = shared if key == "certificate" else bool(balancer.domains)
        if used:
            yield place


def _certificate_places(path: SpecPath, said: str | Given | list[str | Given] | None) -> Iterator[Place]:
    for index, each in enumerate(listed_certificates(said)):
        if isinstance(each, Given):
            yield Place((*path, index) if isinstance(said, list) else path, each)


def service_places(spec: Spec) -> Iterator[Place]:
    """Those whose values are variables of the services module, named for what they refer to."""
    for key, service in spec.services.items():
        if isinstance(service.image, Given):
            yield Place(("services", key, "image"), service.image)
        for name, value in service.environment.items():
            if isinstance(value, Given):
                yield Place(("services", key, "environment", name), value)
        for name, secret in service.secrets.items():
            if isinstance(secret, GivenSecret):
                yield Place(("services", key, "secrets", name), secret)
        yield from _peers(key, service)


def _peers(key: str, service: Service) -> Iterator[Place]:
    """The references in what tasks may connect to, and in what may connect to them."""
    egress = () if service.egress == "all" else service.egress or ()
    for kind, entries in (("egress", egress), ("ingress", service.ingress)):
        for index, entry in enumerate(entries):
            for name in ("cidr", "security_group", "prefix_list"):
                if isinstance(value := getattr(entry, name), Given):
                    yield Place(("services", key, kind, index, name), value)


def build(spec: Spec, at: Locate) -> tuple[Reference, ...]:
    """Every value of Terraform that the spec names, where it names it."""
    return tuple(
        _build_reference(each, at((*path, "ref")))
        for place in places(spec)
        for path, each in _located(place)
        if each.ref is not None
    )


def environment_parts(key: str, spec: Spec, at: Locate) -> Iterator[tuple[str, tuple[str | Reference, ...]]]:
    """What each variable is made of, of those that only Terraform knows."""
    for name, value in sorted(spec.services[key].environment.items()):
        if isinstance(value, Given):
            where = at(("services", key, "environment", name))
            parts = value.join if value.join is not None else (value,)
            yield name, tuple(p if isinstance(p, str) else _build_reference(p, where) for p in parts)


def _build_reference(given: Given | Part, at: Location) -> Reference:
    root = _root_value(given)
    if given.ref is None:
        return Reference(root=root, type="", attribute="", at=at)
    traversal = parse_reference(given.ref)
    kind = f"data.{traversal.type}" if traversal.first == "data" else traversal.type
    return Reference(root=root, type=kind, attribute=traversal.attribute, at=at)


def _handed_down(place: Place) -> Iterator[Ref]:
    """The values in the root that the services module gets for a reference."""
    if place.path[-1] == "image" and isinstance(place.reference, Given):
        yield from _repository_arns(place.reference)
    else:
        yield from map(_root_value, _atoms(place.reference))


def _repository_arns(image: Given) -> Iterator[Ref]:
    """The ARN of the repository that an image is in, where a reference names its resource."""
    for each in _atoms(image):
        traversal = parse_reference(each.ref) if each.ref else None
        if traversal and (traversal.type, traversal.attribute) == ("aws_ecr_repository", "repository_url"):
            yield printed_reference(traversal._replace(steps=(*traversal.steps[:-1], "arn")))


def _atoms(given: Given | GivenSecret | Part) -> Iterator[Given | Part]:
    """What each has one traversal or one input of."""
    if isinstance(given, Given) and given.join is not None:
        yield from (part for part in given.join if isinstance(part, Part))
    elif not isinstance(given, GivenSecret):
        yield given
    elif not isinstance(source := _source(given), str):
        yield source


def _root_value(given: Given | Part) -> Ref:
    """The expression in the root; a variable of it, however the spec names it."""
    if given.input is not None:
        return VariableRef(Label(given.input))
    traversal = parse_reference(given.ref or "")
    if traversal.first == "var" and len(traversal.steps) == 1:
        return VariableRef(Label(traversal.steps[0]))
    return printed_reference(traversal)


def in_root(value: str | Given | Part) -> Ref | str:
    """A text, or the expression in the root that a reference stands for."""
    if isinstance(value, str):
        return value
    if isinstance(value, Given) and value.join is not None:
        return interpolation(map(in_root, value.join))
    return _root_value(value)


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
    atoms = [
        each
        for place in places(spec)
        if _is_handed_down(place.path, spec)
        for each in _atoms(place.reference)
    ]
    used = {each.input for each in atoms if each.input}
    used |= spec.inputs.keys() & {name for each in atoms for name in _named_inputs(each)}
    for name in sorted(used):
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
            used |= set(_named_inputs(each))
            if each.ref is not None:
                where = at((*path, "ref"))
                yield from _traversal_problems(each.ref, spec, where, as_module=as_module)
    for name, said in spec.inputs.items():
        yield from _input_problems(name, said, used, at(("inputs", name)))


def _named_inputs(given: Given | Part) -> Iterator[str]:
    """The input that a reference names, also as the variable that it is."""
    if given.input:
        yield given.input
    elif given.ref and given.ref.startswith("var."):
        yield given.ref.removeprefix("var.")


def _located(place: Place) -> Iterator[tuple[SpecPath, Given | Part]]:
    given = place.reference
    if isinstance(given, Given) and given.join is not None:
        for index, part in enumerate(given.join):
            if isinstance(part, Part):
                yield (*place.path, "join", index), part
    elif not isinstance(given, GivenSecret):
        yield place.path, given
    elif not isinstance(source := _source(given), str):
        inner = next((name for name in ("secret", "parameter") if getattr(given, name) is not None), "")
        if inner or given.ref is not None:
            yield ((*place.path, inner) if inner else place.path), source


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
    said = [name for name in ("ref", "secret", "parameter") if getattr(secret, name) is not None]
    if len(said) > 1:
        yield Problem("TG290", where, f"this has {' and '.join(said)}", "write one of them")
    elif not said:
        yield Problem("TG290", where, "this has no secret", "write one of ref:, secret: and parameter:")
    elif not (store := store_of(secret)):
        message = f"nothing says whether {secret.ref} is a secret or a parameter"
        inner = f"{{ref: {secret.ref}}}"
        hint = f"write {{secret: {inner}}} for Secrets Manager, or {{parameter: {inner}}} for Systems Manager"
        yield Problem("TG292", where, message, hint)
    elif secret.key and store == _PARAMETER:
        hint = "remove key; ECS reads JSON keys from Secrets Manager only"
        yield Problem("TG293", where, "a parameter has no JSON keys for ECS", hint)


def _traversal_problems(text: str, spec: Spec, where: Location, *, as_module: bool) -> Iterator[Problem]:
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
        yield from _own_module_problems(traversal, spec, where)
    yield from _attribute_problems(traversal, where)


def _attribute_problems(traversal: Traversal, where: Location) -> Iterator[Problem]:
    """What the provider's schema does not have."""
    data = traversal.first == "data"
    known = facts.reference_attributes(f"data.{traversal.type}" if data else traversal.type)
    if known is None or traversal.attribute in known.names:
        return
    near = _nearest_attribute(traversal.attribute, known.names)
    message = f"{'the data source ' if data else ''}{traversal.type} has no attribute {traversal.attribute}"
    hint = f"did you mean {near}?" if near else "write an attribute that the provider documents for this type"
    yield Problem("TG299", where, message, hint, "error" if known.complete else "warning")


_OF_NETWORK = ("vpc_id",)


def _nearest_attribute(attribute: str, names: frozenset[str]) -> str:
    """One that differs by letters, or by first words: queue_url and url, brokers and bootstrap_brokers."""
    longer = (name for name in sorted(names) if name.endswith(f"_{attribute}"))
    shorter = (name for name in sorted(names) if attribute.endswith(f"_{name}"))
    alike = next(longer, "") or next(shorter, "")
    return nearest_word(attribute, names, 0.8) or alike or nearest_word(attribute, names)


def _own_module_problems(traversal: Traversal, spec: Spec, where: Location) -> Iterator[Problem]:
    _, module, *output = traversal.words
    if module == "network" and output[:1] and output[0] in _OF_NETWORK:
        if spec.network.vpc:
            message = "module.network of this stack has no VPC: network.vpc names one that exists"
            yield Problem("TG291", where, message, "write what network.vpc.id has")
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
            else f"write {{input: {name}}} where its value belongs, or remove it; "
            "if only your own files use it, declare it there"
        )
        yield Problem("TG295", where, f'nothing uses the input "{name}"', hint, "warning")
    if said.default is not None and not _fits_type(said.default, said.type):
        message = f'the default of the input "{name}" is no {said.type}'
        hint = "write true or false" if said.type == "bool" else "write a number, or type: string"
        yield Problem("TG289", where, message, hint)
    if said.sensitive and said.default is not None:
        hint = "remove the default, and pass the value with TF_VAR or a file that is not committed"
        yield Problem(
            "TG296", where, f'the default of the sensitive input "{name}" would be in the repository', hint
        )


def _fits_type(default: str, kind: str) -> bool:
    """Whether Terraform converts a text to the type of an input."""
    if kind == "bool":
        return default in ("true", "false")
    return kind == "string" or _NUMBER.fullmatch(default) is not None


_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?")


def input_collisions(spec: Spec, taken: Mapping[str, str], at: Locate) -> Iterator[Problem]:
    """Inputs that have the name of a variable that the root has anyway."""
    for place in places(spec):
        for path, each in _located(place):
            if each.input and each.input in taken:
                message = f'the root has a variable "{each.input}" already: {taken[each.input]}'
                yield Problem("TG297", at((*path, "input")), message, "choose another name")
