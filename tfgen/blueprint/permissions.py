"""What the application of a service or a job may do: `access`, `policies` and `statements`.

Each entry of `access` is an inline policy of its own, named for its verb and its thing. One that is removed
is destroyed after the service has been updated, and so after its last task is stopped; a common policy would
be updated before.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from tfgen import facts
from tfgen.blueprint import firelens, names
from tfgen.blueprint.model import Attachment, Policy, Statement, Use
from tfgen.blueprint.references import References, name_of_reference
from tfgen.facts import AccessedService, Grant
from tfgen.hcl.printer import interpolation
from tfgen.hcl.reference import NotAReferenceError, Traversal, parse_reference, printed_reference
from tfgen.hcl.text import Label, Ref
from tfgen.problems import Locate, Problem, SpecPath
from tfgen.spec.model import Access, Part, RoleStatement, Spec, TaskKeys

_LONGEST_POLICY_NAME = 128  # botocore, iam PutRolePolicy


class _Entry(NamedTuple):
    """An entry of `access` that has one verb."""

    said: Access
    path: SpecPath

    @property
    def verb(self) -> str:
        return self.said.said[0]

    @property
    def thing(self) -> str | Part:
        value: str | Part = getattr(self.said, self.verb)
        return value

    @property
    def traversal(self) -> Traversal | None:
        """What a reference names; None for ARNs, inputs, and what is no reference."""
        return None if isinstance(self.thing, str) else _traversal(self.thing)


def _traversal(part: Part) -> Traversal | None:
    try:
        return parse_reference(part.ref or "")
    except NotAReferenceError:
        return None


def _entries(key: str, service: TaskKeys) -> Iterator[_Entry]:
    for index, said in enumerate(service.access):
        if len(said.said) == 1:
            yield _Entry(said, (service.section, key, "access", index))


def _service_of(entry: _Entry) -> str:
    """The AWS service that an entry is about, as ARNs name it; empty where nothing says it."""
    return _named_service(entry) or entry.said.of or _only_with(entry.verb)


def _named_service(entry: _Entry) -> str:
    """The one that the ARN, the word or the type of the resource names."""
    known = facts.accessed_services()
    if isinstance(entry.thing, str):
        words = {each.word: name for name, each in known.items() if each.word}
        return words.get(entry.thing) or entry.thing.split(":")[2]
    type_ = entry.traversal.type if entry.traversal else ""
    return next((name for name, each in known.items() if type_ in each.types), "")


def _only_with(verb: str) -> str:
    """The service that a verb belongs to, if that is one."""
    found = [name for name, each in facts.accessed_services().items() if verb in each.verbs]
    return found[0] if len(found) == 1 else ""


def _region_of(entry: _Entry, region: str) -> str:
    """The region of an ARN that names one; another's S3 buckets are not told apart."""
    own = entry.thing.split(":")[3:4] if isinstance(entry.thing, str) else []
    return own[0] if own and own[0] else region


# --- network paths


def uses(key: str, service: TaskKeys, spec: Spec) -> tuple[Use, ...]:
    """The AWS services that a service calls, each once in a region, with the first place that says so."""
    found: dict[tuple[str, str], Use] = {}
    for use in _said_uses(key, service, spec):
        found.setdefault((use.endpoint, use.region), use)
    return tuple(found.values())


def _said_uses(key: str, service: TaskKeys, spec: Spec) -> Iterator[Use]:
    region = spec.region
    for index, name in enumerate(service.uses):
        yield Use(endpoint=name, region=region, path=(service.section, key, "uses", index))
    yield from firelens.uses(key, service, region)
    known = facts.accessed_services()
    for entry in _entries(key, service):
        if accessed := known.get(_service_of(entry)):
            yield Use(endpoint=accessed.endpoint, region=_region_of(entry, region), path=entry.path)
    if service.exec and spec.exec and spec.cluster is None:  # ECS/ecs-exec
        if spec.exec.kms_key is not None:
            yield Use(endpoint="kms", region=region, path=("exec", "kms_key"))
        if isinstance(spec.exec.logs, str | Part):
            yield Use(endpoint="s3", region=region, path=("exec", "logs"))


def called_here(key: str, service: TaskKeys, spec: Spec) -> tuple[Use, ...]:
    """What a service calls in the stack's region."""
    return tuple(use for use in uses(key, service, spec) if use.region == spec.region)


# --- policies


def policies(key: str, spec: Spec, references: References) -> Iterator[Policy]:
    """The inline policies of the task role that the spec asks for."""
    service = spec.task(key)
    for entry in sorted(_entries(key, service), key=lambda each: _words(each, spec.region)):
        words = _words(entry, spec.region)
        yield Policy(
            label=names.label(key, *words),
            name=names.fit(names.label(*words).strip("_").replace("_", "-"), _LONGEST_POLICY_NAME),
            statements=tuple(_statements(entry, references)),
        )
    if service.statements:
        statements = tuple(_own_statement(said, references) for said in service.statements)
        yield Policy(label=names.label(key, "statements"), name="statements", statements=statements)


def _words(entry: _Entry, region: str) -> tuple[str, ...]:
    """The name of an entry: its verb, and the words of the thing alone. Another prefix or key changes its
    policy in place."""
    return (entry.verb, *_words_of_thing(entry.thing, region))


def _words_of_thing(thing: str | Part, region: str) -> tuple[str, ...]:
    if isinstance(thing, Part):
        return (name_of_reference(thing).removesuffix("_arn"),)
    if not thing.startswith("arn:"):
        return (thing,)
    _, _, service, own, _, resource = thing.split(":", 5)
    kind = re.compile(r"^[a-zA-Z-]+[:/](?=.)")  # secret:, table/
    name = resource if service in ("s3", "sqs", "sns") else kind.sub("", resource)
    return (service, *([] if own in ("", region) else [own]), name)


def _statements(entry: _Entry, references: References) -> Iterator[Statement]:
    service = facts.accessed_services()[_service_of(entry)]
    for grant in service.verbs[entry.verb]:
        yield _statement(grant, entry, service, references)
    if entry.said.kms_key is not None:
        key = _value(entry.said.kms_key, references)
        yield Statement(sid="UseKey", actions=_one(service.kms[entry.verb]), resources=key)


def _statement(grant: Grant, entry: _Entry, service: AccessedService, references: References) -> Statement:
    arn = "*" if service.word else _value(entry.thing, references)
    ends = dict.fromkeys(end.replace("PREFIX", prefix) for prefix in entry.said.prefixes for end in grant.on)
    keys = _one(tuple(f"{prefix}*" for prefix in entry.said.prefixes))
    return Statement(
        sid=grant.sid,
        actions=_one(grant.actions),
        resources=_one(tuple(_ended(arn, end) for end in ends)),
        conditions=({"StringLike": {grant.below: keys}},) if entry.said.prefix and grant.below else (),
    )


def _one(values: tuple[Any, ...]) -> Any:
    """A value alone is not a list in a policy."""
    return values[0] if len(values) == 1 else values


def _ended(arn: Ref | str, end: str) -> Ref | str:
    if not end:
        return arn
    return interpolation((arn, end)) if isinstance(arn, Ref) else f"{arn}{end}"


def _value(said: str | Part, references: References) -> Ref | str:
    if isinstance(said, Part):
        return references.value(said)
    return secret_arn(said) if ":secretsmanager:" in said else said


def secret_arn(source: str) -> str:
    """A secret's ARN without the JSON key, stage and version that `valueFrom` may add to it.

    Secrets Manager ends every ARN with six characters of its own; `valueFrom` may leave them out, a
    policy may not: SecretsManager/auth-and-access_examples.
    """
    arn = ":".join(source.split(":")[:7])
    return arn if re.search(r"(-[A-Za-z0-9]{6}|[*?])\Z", arn) else f"{arn}-??????"


def _own_statement(said: RoleStatement, references: References) -> Statement:
    conditions = {operator: dict(sorted(keys.items())) for operator, keys in sorted(said.conditions.items())}
    return Statement(
        sid="",
        actions=_one(tuple(said.actions)),
        resources=_one(tuple(_value_as_said(each, references) for each in said.resources)),
        effect=said.effect,
        conditions=(conditions,) if conditions else (),
    )


def _value_as_said(said: str | Part, references: References) -> Ref | str:
    return references.value(said) if isinstance(said, Part) else said


def attachments(key: str, service: TaskKeys, references: References) -> Iterator[Attachment]:
    """The managed policies of the task role, by name."""
    found = (
        Attachment(label=names.label(key, _name_of_policy(said)), arn=_value_as_said(said, references))
        for said in service.policies
    )
    yield from sorted(found, key=lambda each: each.label)


def _name_of_policy(said: str | Part) -> str:
    if isinstance(said, Part):
        return name_of_reference(said).removesuffix("_arn")
    return said.rpartition("/")[2]


# --- what is wrong with them


def problems(spec: Spec, at: Locate) -> Iterator[Problem]:
    for key, service in spec.tasks.items():
        yield from _role_problems(key, service, at)
        for index, said in enumerate(service.access):
            if len(said.said) != 1:
                yield _verb_problem(said, (service.section, key, "access", index), at)
        sound = []
        for entry in _entries(key, service):
            found = list(_entry_problems(entry, spec, at))
            yield from found
            sound += [entry] if not found and _can_be_named(entry.thing) else []
        yield from _same_names(key, service, sound, spec.region, at)


def _role_problems(key: str, service: TaskKeys, at: Locate) -> Iterator[Problem]:
    """A role that exists is the user's, and gets no policies."""
    if service.roles.task is None:
        return
    for name in ("access", "policies", "statements"):
        if getattr(service, name):
            message = f'the task role of "{key}" exists already, so the stack gives it no permissions'
            hint = f"remove roles.task, or remove {name}, and give the permissions to that role yourself"
            if name == "access":
                hint += "; uses: [...] opens the network path alone"
            yield Problem("TG676", at((service.section, key, name)), message, hint)


def _verb_problem(said: Access, path: SpecPath, at: Locate) -> Problem:
    verbs = names.listed(said.verbs, most=len(said.verbs))
    if not said.said:
        return Problem("TG670", at(path), "this has no verb", f"write one of {verbs}, with an ARN")
    message = f"this has {names.listed(said.said, most=len(said.said))}"
    return Problem("TG670", at(path), message, "write an entry for each verb")


def _entry_problems(entry: _Entry, spec: Spec, at: Locate) -> Iterator[Problem]:
    where = at((*entry.path, entry.verb))
    name, named = _service_of(entry), _named_service(entry)
    service = facts.accessed_services().get(name)
    if not name:
        message = "nothing says which AWS service this is of"
        words = names.listed([each for each in facts.accessed_services() if _takes(each, entry.verb)], most=9)
        yield Problem("TG671", where, message, f"add of: NAME, which is one of {words}")
    elif service is None:
        message = f"access has no permissions for {name}"
        hint = "write its actions in statements, and its endpoint in uses"
        yield Problem("TG673", where, message, hint)
    elif entry.said.of not in (None, name):
        message = f"this is {service.thing} of {service.name}, not of {entry.said.of}"
        yield Problem("TG672", at((*entry.path, "of")), message, "remove of")
    elif entry.verb not in service.verbs:
        hint = f"write {names.listed(tuple(service.verbs)).replace(' and ', ' or ')}"
        if not named:
            hint += ", or another service in of"
        message = f'{service.name} has nothing that "{entry.verb}" allows'
        yield Problem("TG672", where, message, hint)
    else:
        yield from _thing_problems(entry, service, spec, at)
        yield from _key_problems(entry, service, at)


def _takes(name: str, verb: str) -> bool:
    service = facts.accessed_services()[name]
    return verb in service.verbs and not service.word


def _thing_problems(entry: _Entry, service: AccessedService, spec: Spec, at: Locate) -> Iterator[Problem]:
    """What is no ARN of a thing of the service, or one that the stack cannot reach."""
    where = at((*entry.path, entry.verb))
    if isinstance(entry.thing, Part):
        yield from _attribute_problems(entry, service, at)
        return
    if service.word or not entry.thing.startswith("arn:"):
        if entry.thing.startswith("arn:"):
            message = f"{service.name} allows {entry.verb} for everything only"
            yield Problem("TG674", where, message, f"write {entry.verb}: {service.word}")
        return
    _, partition, _, _, _, resource = entry.thing.split(":", 5)
    known = facts.regions().get(spec.region)
    if known and partition != known.partition:
        message = f"this ARN is in the partition {partition}, and {spec.region} in {known.partition}"
        yield Problem("TG511", where, message, f"begin it with arn:{known.partition}:")
    elif not re.fullmatch(service.form, resource):
        yield Problem("TG674", where, f"this is not the ARN of {service.thing}", _form_hint(entry, service))


def _form_hint(entry: _Entry, service: AccessedService) -> str:
    arn = str(entry.thing)
    bucket, slash, keys = arn.partition("/")
    if service.endpoint == "s3" and slash:
        prefix = keys.rstrip("*")
        return f"write {entry.verb}: {bucket}{f', prefix: {prefix}' if prefix else ''}"
    if service.endpoint == "kms":
        return "write the ARN of the key, which ends with key/ID: a policy takes no alias"
    like = ":".join((*arn.split(":")[:5], service.like))
    return f"write one such as {like}; what is for all of them belongs in statements"


def _attribute_problems(entry: _Entry, service: AccessedService, at: Locate) -> Iterator[Problem]:
    """A reference to a resource of the service, but not to its ARN."""
    traversal = entry.traversal
    right = service.types.get(traversal.type, ()) if traversal else ()
    if traversal and right and traversal.attribute not in right:
        message = f"access needs an ARN, which {printed_reference(traversal)} is not"
        better = printed_reference(traversal._replace(steps=(*traversal.steps[:-1], right[0])))
        yield Problem("TG674", at((*entry.path, entry.verb, "ref")), message, f"write {better}")


def _key_problems(entry: _Entry, service: AccessedService, at: Locate) -> Iterator[Problem]:
    """Keys that have no effect."""
    if entry.said.prefix and service.endpoint != "s3":
        message = f"{service.name} has no prefixes"
        yield Problem("TG675", at((*entry.path, "prefix")), message, "remove prefix")
    if entry.said.kms_key is not None and entry.verb not in service.kms:
        message = f'"{entry.verb}" needs nothing of a KMS key in {service.name}'
        yield Problem("TG675", at((*entry.path, "kms_key")), message, "remove kms_key")


def _same_names(
    key: str, service: TaskKeys, entries: list[_Entry], region: str, at: Locate
) -> Iterator[Problem]:
    """Two that would be one in Terraform."""
    said = [(entry.path, names.label(*_words(entry, region))) for entry in entries]
    hint = "remove one of them, write prefix: [...] for several prefixes, or write one of them in statements"
    yield from _twice(said, "permission", hint, at)
    attached = [
        ((service.section, key, "policies", index), names.label(_name_of_policy(said)))
        for index, said in enumerate(service.policies)
        if _can_be_named(said)
    ]
    yield from _twice(attached, "policy", "remove one of them, or rename one of the policies", at)


def _can_be_named(said: str | Part) -> bool:
    """Whether it is an ARN or names one value: what is wrong with a reference, `references` says."""
    if isinstance(said, str):
        return True
    return said.ref is None if said.input else _traversal(said) is not None


def _twice(said: Sequence[tuple[SpecPath, Label]], noun: str, hint: str, at: Locate) -> Iterator[Problem]:
    first: dict[Label, SpecPath] = {}
    for path, label in said:
        if (other := first.setdefault(label, path)) != path:
            message = f"this {noun} would have the same name as the one on line {at(other).line}: {label}"
            yield Problem("TG677", at(path), message, hint)
