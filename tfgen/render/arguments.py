"""Checks overrides against the AWS provider's schema, from a table in facts: offline, the same everywhere.

A type that the table lacks may be in a template of the user's; nothing is known of it, and all is accepted.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from tfgen.facts import provider
from tfgen.facts.provider import Attribute, Schema
from tfgen.hcl import traversal
from tfgen.hcl.text import address_parts
from tfgen.problems import SpecPath, nearest_word
from tfgen.render import traversals

RESOURCE, LIFECYCLE, BLOCK, OBJECT = "resource", "lifecycle", "block", "object"

_ARGUMENT = re.compile(r"[a-z_][a-z0-9_]*\Z")
_ADDRESSES = ("count", "for_each")
# What belongs to Terraform, and why a spec cannot set it. Some of it may be in an _override.tf file.
_REFERS = "it refers to something else in the module, and values in a spec cannot"
_EXPRESSION = "it needs an expression, and a spec holds only values"
_BLOCK = "it is a block of Terraform, not of the provider"
_OF_TERRAFORM = {
    "connection": _BLOCK,
    "depends_on": _REFERS,
    "dynamic": _EXPRESSION,
    "provider": _REFERS,
    "provisioner": _BLOCK,
}
_OF_LIFECYCLE = {
    "postcondition": _EXPRESSION,
    "precondition": _EXPRESSION,
    "replace_triggered_by": _REFERS,
}
_IN_OWN_FILE = ("connection", "dynamic", "provisioner", "replace_triggered_by")
_TEMPLATE = "change the template: tfgen render --templates DIR"

# Text that Terraform takes for a boolean or a number; from any single value it makes text by itself.
_BOOLEANS = {"bool": ("true", "false", "1", "0"), "flag": ()}
_NUMBER = re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?\Z")
_MEANT = {
    **dict.fromkeys(("true", "yes", "on", "1"), "true"),
    **dict.fromkeys(("false", "no", "off", "0"), "false"),
}


_REFERENCE = re.compile(r"\$\{(var|local|module|data|each|self|path|terraform|aws_[a-z0-9_]+)\.[^{}]*\}")


class Place(NamedTuple):
    """A name in the spec's patch: its path, the kind of body that it is for, and what the body may hold.

    `schema` is None if the type is unknown, and in an object, whose contents are free.
    """

    path: SpecPath
    kind: str
    schema: Schema | None = None

    @property
    def name(self) -> str:
        return str(self.path[-1])

    @property
    def attribute(self) -> Attribute | None:
        return self.schema.get(self.name) if self.schema else None

    def __truediv__(self, name: str) -> "Place":
        return self._replace(path=(*self.path, name))

    def inside(self, *index: int) -> "Place":
        """The body of the block at this place; `index` where the spec lists several."""
        path = (*self.path, *index)
        if (self.kind, self.name) == (RESOURCE, "lifecycle"):
            return Place(path, LIFECYCLE, _with_lifecycle(self.schema))
        return Place(path, BLOCK, self.attribute.inside if self.attribute else None)

    @property
    def of(self) -> str:
        """Of whose arguments it is one: `aws_lb`, or `access_logs of aws_lb`."""
        _, address, *names = self.path
        *outer, _ = (str(name) for name in names if isinstance(name, str))
        return " of ".join([*reversed(outer), address_parts(str(address)).kind])


class Fault(NamedTuple):
    """What is wrong with an override, as a problem says it, and its path in the spec."""

    code: str
    path: SpecPath
    message: str
    hint: str
    severity: str = "error"
    version: str = ""
    """The one major version of the provider that accepts it, where the other does not."""


def place_of_resource(address: str) -> Place:
    """The body of the resource at an address."""
    schema = provider.resource_schema(address_parts(address).kind)
    known = schema if schema is None else {**schema, "lifecycle": Attribute("block", most=1)}
    return Place(("overrides", address), RESOURCE, known)


def _with_lifecycle(schema: Schema | None) -> Schema:
    flag = Attribute("flag")  # written bare, as everybody reads it, though Terraform takes "true"
    arguments = {name: each for name, each in (schema or {}).items() if name != "lifecycle"}
    names = Attribute("names", inside=arguments)
    return {"create_before_destroy": flag, "ignore_changes": names, "prevent_destroy": flag}


# --- names


def name_faults(place: Place) -> Iterator[Fault]:
    """Why the name is not allowed there, whatever its value."""
    name, attribute = place.name, place.attribute
    if place.kind == OBJECT:
        return
    of_terraform = _OF_LIFECYCLE if place.kind == LIFECYCLE else _OF_TERRAFORM
    if not _ARGUMENT.match(name):
        near = nearest_word(name, place.schema or ())
        hint = f"did you mean {near}?" if near else "see the documentation of the provider"
        yield Fault("TG262", place.path, f'"{name}" is not a valid argument name', hint)
    elif name in _ADDRESSES and place.kind == RESOURCE:
        message = f'"{name}" cannot be overridden: it would change the addresses of the resource'
        yield Fault("TG262", place.path, message, _TEMPLATE)
    elif attribute is None and name in of_terraform:
        message = f'"{name}" cannot be overridden: {of_terraform[name]}'
        hint = _resource_of_own(place) if name in _IN_OWN_FILE else _TEMPLATE
        yield Fault("TG262", place.path, message, hint)
    elif attribute is None and place.schema is not None:
        yield _unknown_name(place, place.schema, name)
    elif attribute and attribute.shape == "computed":
        hint = "write tags" if name == "tags_all" else "remove the line"
        yield Fault("TG262", place.path, f'"{name}" cannot be overridden: the provider computes it', hint)
    elif attribute and attribute.only:
        what = f'only version {attribute.only} of the provider has "{name}"'
        yield _other_version(place, what, attribute.only)


def _unknown_name(place: Place, schema: Schema, name: str) -> Fault:
    near = nearest_word(name, (each for each, attribute in schema.items() if attribute.shape != "computed"))
    file = _own_file(str(place.path[1]))
    if place.kind == LIFECYCLE:
        hint = f"did you mean {near}?" if near else f"write {', '.join(schema)}"
    elif near:
        hint = (
            f"did you mean {near}? Put arguments newer than provider {provider.newest_version()} into {file}"
        )
    else:
        hint = (
            f"put arguments newer than provider {provider.newest_version()} into a file of your own, {file}"
        )
    return Fault("TG261", place.path, f'unknown argument or block "{name}" in {place.of}', hint)


def _resource_of_own(place: Place) -> str:
    address = str(place.path[1])
    _, kind, label = address_parts(address)
    return f'write it in resource "{kind}" "{label}" of a file of your own, {_own_file(address)}'


def _own_file(address: str) -> str:
    """A file that Terraform merges into a resource of that address."""
    module = address_parts(address).module
    return f"modules/{module}/main_override.tf" if module else "main_override.tf"


def _other_version(place: Place, what: str, version: str) -> Fault:
    """A warning about what only one version accepts, for a stack that allows both."""
    (other,) = (each for each in provider.provider_versions() if each != version)
    message = f"{what}{_ALSO}{other}"
    hint = f'in a versions_override.tf of your own, require hashicorp/aws with version = "~> {version}.0"'
    if version == "6":
        hint = "write provider: 6 at the top of the spec"
    return Fault("TG270", place.path, message, hint, "warning", version)


_ALSO = ", and the stack also allows version "


def faults_in(faults: Iterable[Fault], majors: tuple[str, ...]) -> Iterator[Fault]:
    """What is wrong in a stack that allows these major versions of the provider."""
    for fault in faults:
        if not fault.version or len(majors) > 1:
            yield fault
        elif fault.version not in majors:
            what = fault.message.partition(_ALSO)[0]
            message = f"{what}, and the stack allows version {majors[0]} only"
            yield fault._replace(message=message, hint="remove the line", severity="error")


# --- values


def value_faults(place: Place, value: Any, *, json: bool) -> Iterator[Fault]:
    """Why the argument or block does not accept the value; `json` where the page encodes it as text."""
    attribute = place.attribute
    if attribute is None:
        return
    if attribute.is_block:
        yield from _block_faults(place, attribute, value)
    elif attribute.shape == "names":
        yield from _names_faults(place, attribute.inside, value)
    elif attribute.shape == "map":
        yield from _map_faults(place, value)
    elif attribute.shape in ("list", "set"):
        yield from _list_faults(place, value)
    elif not (json and isinstance(value, dict | list)):
        for fault in _single_faults(place, attribute.shape, value):
            yield fault._replace(hint=_resource_of_own(place)) if _reference(value) else fault


def _single_faults(place: Place, shape: str, value: Any) -> Iterator[Fault]:
    """Of a string, a number or a bool: what Terraform cannot make one of."""
    if isinstance(value, dict | list):
        hint = "VALUE (JSON as text)" if are_blocks(value) else "VALUE"
        yield _other_kind(place, "takes a single value", hint)
    elif shape in _BOOLEANS and not isinstance(value, bool) and value not in _BOOLEANS[shape]:
        meant = _MEANT.get(str(value).lower(), "true or false")
        yield _other_kind(place, "takes true or false", meant)
    elif shape == "number" and not _is_number(value):
        yield _other_kind(place, "takes a number", "NUMBER")
    elif shape == "integer" and not (_is_number(value) and _is_whole(float(value))):
        yield _other_kind(place, "takes a whole number", "NUMBER")


def _is_number(value: Any) -> bool:
    return not isinstance(value, bool) and bool(_NUMBER.match(str(value)))


def _is_whole(number: float) -> bool:
    return number.is_integer() and abs(number) < 2**63


def reference_faults(place: Place, value: Any) -> Iterator[Fault]:
    """A single value that reads like a reference, and is text all the same."""
    if found := _reference(value):
        message = f'"{found}" is text here, not a reference'
        yield Fault("TG272", place.path, message, _resource_of_own(place), "warning")


def _reference(value: Any) -> str:
    found = _REFERENCE.search(value) if isinstance(value, str) else None
    return found[0] if found else ""


def _map_faults(place: Place, value: Any) -> Iterator[Fault]:
    if not isinstance(value, dict):
        yield _other_kind(place, "takes keys and values", "{KEY: VALUE}")
        return
    for key, item in value.items():
        if isinstance(item, dict | list):
            message = f'"{place.name}" takes keys with a single value each'
            yield Fault("TG263", (*place.path, key), message, "write a single value")


def _list_faults(place: Place, value: Any) -> Iterator[Fault]:
    if not isinstance(value, list):
        yield _other_kind(place, "takes a list", "[VALUE]")
        return
    for index, item in enumerate(value):
        if isinstance(item, dict | list):
            message = f'"{place.name}" takes a list of single values'
            yield Fault("TG263", (*place.path, index), message, "write a single value")


def _other_kind(place: Place, takes: str, example: str) -> Fault:
    return Fault("TG263", place.path, f'"{place.name}" {takes}', f"write {place.name}: {example}")


def _block_faults(place: Place, attribute: Attribute, value: Any) -> Iterator[Fault]:
    if value == [] and attribute.shape == "objects":
        return
    if not are_blocks(value):
        yield no_block(place)
    elif isinstance(value, list) and 0 < attribute.most < len(value):
        message = f'{place.of} allows at most {attribute.most} "{place.name}", and here are {len(value)}'
        yield Fault("TG263", place.path, message, f"remove all but {attribute.most}")


def no_block(place: Place) -> Fault:
    """A value that is no block in the place of one."""
    hint = f"write {place.name}: {{ARGUMENT: VALUE}}, or null to remove it"
    return Fault("TG263", place.path, f'"{place.name}" is a block, which has arguments', hint)


def _names_faults(place: Place, schema: Schema, value: Any) -> Iterator[Fault]:
    if value == "all":
        return
    if not isinstance(value, list):
        yield _other_kind(place, "takes a list", "[ARGUMENT], or all")
        return
    if "all" in value:
        yield _other_kind(place, "takes all by itself, not in a list", "all")
        return
    for index, name in enumerate(value):
        found = traversal.read_traversal(name) if isinstance(name, str) else None
        faults = _traversal_faults(place, schema, found) if found else [_no_traversal(place)]
        yield from (fault._replace(path=(*place.path, index)) for fault in faults)


def _no_traversal(place: Place) -> Fault:
    message = "ignore_changes takes names of arguments"
    hint = """write one such as desired_count, 'tags["Team"]' or 'action[0].order', or all for the list"""
    return Fault("TG263", place.path, message, hint)


def _traversal_faults(place: Place, schema: Schema, steps: traversal.Steps) -> Iterator[Fault]:
    stop = traversals.first_wrong_step(schema, steps) if schema else None
    if stop is None:
        return
    index, here = stop
    names = (step.text for step in steps[: index + 1] if step.kind == "name")
    if not isinstance(here, Attribute | None) and steps[index].kind == "name":
        yield _unknown_name(Place((*place.path[:2], *names), RESOURCE), here, steps[index].text)
        return
    before = traversal.print_traversal(steps[:index])
    message = f"{traversal.print_traversal(steps)} does not exist: {before} has nothing of that name"
    yield Fault("TG263", place.path, message, f"write {before}{_step_into(here)}")


def _step_into(here: traversals.Here) -> str:
    """What may follow in a traversal, as a hint says it."""
    if isinstance(here, Attribute) and here.shape == "map":
        return '["KEY"]'
    if isinstance(here, Attribute) and here.shape == "block" and here.nesting != "set":
        return f"{'[0]' if here.nesting == 'list' else ''}.{next(iter(here.inside), 'ARGUMENT')}"
    return ", which covers all of it"


def is_nothing(place: Place, value: Any, *, block: bool = False) -> bool:
    """Whether a value removes what is there: null, or a list of no blocks; `block` where one is there."""
    if place.attribute:
        block = place.attribute.shape == "block"
    return value is None or (value == [] and block)


def are_blocks(value: Any) -> bool:
    """Whether a value is a mapping, or a list of some."""
    bodies = value if isinstance(value, list) and value else [value]
    return all(isinstance(body, dict) for body in bodies)


# --- what is required


def removal_faults(place: Place) -> Iterator[Fault]:
    """Why what is there cannot be removed."""
    if place.attribute:
        message = f'"{place.name}" cannot be removed: {place.of} requires it'
        yield from _missing_required(place, place.attribute, message, "write another value")


def missing_faults(place: Place, body: dict[str, Any]) -> Iterator[Fault]:
    """What a new block also needs; the place is the body of the block."""
    for name, attribute in (place.schema or {}).items():
        if is_nothing(place / name, body.get(name)):
            message = f'"{name}" is missing: {(place / name).of} requires it'
            hint = f"add {name}: {'{...}' if attribute.is_block else 'VALUE'}"
            yield from _missing_required(place / name if name in body else place, attribute, message, hint)


def _missing_required(place: Place, attribute: Attribute, message: str, hint: str) -> Iterator[Fault]:
    optional = [version for version in attribute.versions if version not in attribute.required]
    if attribute.required and optional:
        what = f"{message} in version {attribute.required[0]} of the provider"
        yield _other_version(place, what, *optional)
    elif attribute.required:
        yield Fault("TG269", place.path, message, hint)
