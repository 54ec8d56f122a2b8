"""What references lead to, compared with what their keys must be: an ARN of a certificate, an ID of a VPC."""

from collections.abc import Iterator

from tfgen import facts
from tfgen.blueprint.references import Place, located, named_inputs, places
from tfgen.facts import PlaceKind
from tfgen.hcl.reference import NotAReferenceError, Traversal, parse_reference, printed_reference
from tfgen.problems import Locate, Location, Problem, SpecPath
from tfgen.spec.model import Given, Spec

# The last name in the path of a key, and what it must be.
_KINDS = {
    "certificate": "certificate",
    "zone": "zone",
    "trust_store": "trust_store",
    "waf": "web_acl",
    "topic": "topic",
    "bucket": "bucket",
    "listener_arns": "listener",
    "arn": "load_balancer",
    "dns_name": "dns_name",
    "cluster": "cluster",
    "namespace": "namespace",
    "namespace_id": "namespace_id",
    "execution": "role",
    "task": "role",
    "permissions_boundary": "policy",
    "policies": "policy",
    "kms_key": "kms_key",
    "efs": "file_system",
    "access_point": "access_point",
    "snapshot": "snapshot",
    "authority": "authority",
    "logs": "bucket",
    "security_group": "security_group",
    "endpoint_security_group": "security_group",
    "prefix_list": "prefix_list",
    "prefix_lists": "prefix_list",
    "id": "vpc",
    "public_subnets": "subnet",
    "private_subnets": "subnet",
    "route_tables": "route_table",
    "addresses": "address",
    "name": "queue",
    "alarms": "alarm",
    "function": "function",
}
# Keys whose entries have names of their own.
_MAPPINGS = ("listener_arns", "prefix_lists", "public_subnets", "private_subnets", "addresses")
_FREE = ("environment", "secrets", "image")


def problems(spec: Spec, at: Locate) -> Iterator[Problem]:
    for place in places(spec):
        if "environment" not in place.path[2:3] and "image" not in place.path[2:3]:
            yield from _input_problems(place, spec, at)
        if kind := _kind_of_place(place.path):
            yield from _kind_problems(place, kind, at)


def _key_of_place(path: SpecPath) -> str:
    """The key that a value is of, whether that takes one value, a list or a mapping."""
    if path[:1] == ("services",) and path[2] in _FREE and path[-1] != "kms_key":
        return ""
    own = path[2:] if path[:1] == ("services",) else path  # no name of a service
    names = [each for each in own if isinstance(each, str)]
    return next((name for name in names[-2:] if name in _MAPPINGS), names[-1])


def _kind_of_place(path: SpecPath) -> PlaceKind | None:
    return facts.place_kinds().get(_KINDS.get(_key_of_place(path), ""))


def _input_problems(place: Place, spec: Spec, at: Locate) -> Iterator[Problem]:
    """A number or a bool is no ID, no ARN and no name."""
    if isinstance(place.reference, Given) and place.reference.join is not None:
        return
    for path, each in located(place):
        for name in named_inputs(each):
            said = spec.inputs.get(name)
            if said and said.type != "string":
                message = f'the input "{name}" is a {said.type}, which can never be what belongs here'
                where = at((*path, "input" if each.input else "ref"))
                yield Problem("TG554", where, message, f"remove type from inputs.{name}: the default is text")


def _kind_problems(place: Place, kind: PlaceKind, at: Locate) -> Iterator[Problem]:
    if isinstance(place.reference, Given) and place.reference.join is not None:
        return
    for path, each in located(place):
        try:
            traversal = parse_reference(each.ref or "")
        except NotAReferenceError:
            continue  # TG291 says it
        where = at((*path, "ref"))
        yield from _traversal_problems(traversal, kind, _key_of_place(place.path), where)


def _traversal_problems(
    traversal: Traversal, kind: PlaceKind, key: str, where: Location
) -> Iterator[Problem]:
    """Only what is certainly wrong: an attribute of another resource may be a copy of the right value."""
    attribute = traversal.attribute
    if not traversal.type.startswith("aws_") or traversal.steps[-1] != attribute:
        return
    right = kind.types.get(traversal.type)
    if right and attribute not in right:
        better = printed_reference(traversal._replace(steps=(*traversal.steps[:-1], right[0])))
        yield _wrong_kind(traversal, kind, key, f"write {better}", where)
    elif not right and _is_another(traversal, kind):
        type_, (first, *_) = next(iter(kind.types.items()))
        yield _wrong_kind(traversal, kind, key, f"refer to {type_}.NAME.{first}", where)


def _is_another(traversal: Traversal, kind: PlaceKind) -> bool:
    """Whether a value is the own name of something else."""
    attribute = traversal.attribute
    if attribute in kind.never.get(traversal.type, ()):
        return True
    alike = (right for begin, right in kind.beginnings.items() if traversal.type.startswith(begin))
    return attribute in facts.own_attributes() and attribute not in next(alike, ())


def _wrong_kind(traversal: Traversal, kind: PlaceKind, key: str, hint: str, where: Location) -> Problem:
    message = f"{key} needs {kind.what}, which {printed_reference(traversal)} is not"
    return Problem("TG553", where, message, hint)
