"""Overrides of container definitions: image, ports, environment, secrets and logs of a container."""

import json
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from tfgen.blueprint import images
from tfgen.blueprint.model import TCP, Container, NamedPort, PortMapping, Task
from tfgen.overridden.resource import Expression, Json, Resource, comparable_value, text_of, whole_number
from tfgen.overridden.working_blueprint import WorkingBlueprint
from tfgen.problems import Location

_NAME = "container_definitions"
_OTHERS = "it has other containers, whose network paths are not followed"
# What network paths depend on in a container: their kinds, where nothing can be carried over.
_DOUBTED: Mapping[str, tuple[str, ...]] = {
    "dnsServers": (),
    "dnsSearchDomains": ("call",),
    "disableNetworking": (),
    "dependsOn": (),
    "environmentFiles": ("file", "image"),  # ECS reads them from S3 before the container starts
    "extraHosts": ("call",),
    "firelensConfiguration": ("logs",),
    "links": (),
    "repositoryCredentials": ("image",),
}
# Of its log configuration, what changes how lines are written and not where they go.
_HOW = frozenset(
    {
        "awslogs-create-group",
        "awslogs-datetime-format",
        "awslogs-multiline-pattern",
        "awslogs-stream-prefix",
        "max-buffer-size",
        "mode",
    }
)


def carry_containers(working: WorkingBlueprint, found: Resource, service: Task) -> None:
    """Carries over what the definitions of containers say of the one that the stack has."""
    if not found.pending_names(_NAME):
        return
    at = found.location_of(_NAME)
    before, after = (_containers_of_page(each.get(_NAME)) for each in (found.before, found.after))
    found.take_pending(_NAME)
    ours = {own.name: own for own in service.containers}
    lost = [name for name in ours if name not in _by_name(before) or name not in _by_name(after)]
    for name in lost:
        says = f"{_NAME} of {found.address} is overridden, and has no container {name}"
        working.mark_flows(found, says, at=at)
    if not lost and len(after) > len(ours):
        working.mark_flows(found, f"{_NAME} of {found.address} is overridden: {_OTHERS}", "image", at=at)
    for name in () if lost else ours:
        _carry_container(
            Place(working, found, service, ours[name]), _by_name(before)[name], _by_name(after)[name]
        )


def _by_name(found: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {str(each.get("name")): each for each in reversed(found)}


def _containers_of_page(value: Any) -> list[dict[str, Any]]:
    """The containers of a page: JSON that the page makes, or its text."""
    if isinstance(value, Json):
        value = value.value
    elif type(value) is str:
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return []
    found = value if isinstance(value, list) else [value]
    return found if all(isinstance(each, dict) for each in found) else []


class Place(NamedTuple):
    """A container of a service, and the resource that defines it."""

    working: WorkingBlueprint
    found: Resource
    service: Task
    container: Container

    def moved(self, key: str, at: Location) -> None:
        self.working.move_location((*self.container.path, key), at)

    def doubt(self, name: str, at: Location, *kinds: str, also: str = "") -> None:
        says = f"{name} of {_NAME} of {self.found.address} is overridden{also}"
        self.working.mark_flows(self.found, says, *kinds, at=at)


def _carry_container(place: Place, before: dict[str, Any], after: dict[str, Any]) -> None:
    fields: dict[str, Any] = {}
    for name in sorted({*before, *after}):
        if comparable_value(Json(before.get(name))) == comparable_value(Json(after.get(name))):
            continue
        at = place.found.location_of(f"{_NAME}.{name}")
        carry = _CARRY.get(name)
        if carry:
            fields |= carry(place, after.get(name), at)
        elif name in _DOUBTED:
            place.doubt(name, at, *_DOUBTED[name])
    if fields:
        place.working.change_container(place.service, place.container, **fields)


Carried = dict[str, Any]


def _carry_image(place: Place, value: Any, at: Location) -> Carried:
    """Another image; a repository that the execution role does not know is not pulled."""
    said = text_of(value)
    if not said:
        place.doubt("image", at, "image")
        return {}
    image = images.parse(said, at)
    place.moved("image", at)
    own = place.container.image
    same = (image.account, image.region, image.repository)
    other = image.account and same != (own.account, own.region, own.repository)
    if other and place.service.creates(place.service.execution_role):
        role = f"aws_iam_role.{place.service.execution_role.label} may only pull {own.repository}"
        place.doubt("image", at, "image", also=f", and {role}")
    return {"image": image}


def _carry_ports(place: Place, value: Any, at: Location) -> Carried:
    mappings = tuple(_port_mapping(each) for each in value) if isinstance(value, list) else ()
    if value is not None and (not isinstance(value, list) or None in mappings):
        place.doubt("portMappings", at, "route", "call")
        return {}
    place.moved("port", at)
    return {"port_mappings": mappings}


def _port_mapping(value: Any) -> PortMapping | None:
    port = whole_number(value.get("containerPort")) if isinstance(value, dict) else None
    # In awsvpc network mode, a host port is unset or equals the container port.
    if (
        port is None
        or (protocol := str(value.get("protocol") or TCP)) not in (TCP, "udp")
        or value.get("hostPort") not in (None, 0, port)
    ):
        return None
    name, spoken = text_of(value.get("name")), text_of(value.get("appProtocol"))
    named = (NamedPort(name=name, app_protocol=(spoken,) if spoken else ()),) if name else ()
    return PortMapping(port=port, connect=named, protocol=protocol)


def _carry_environment(place: Place, value: Any, at: Location) -> Carried:
    pairs = _name_value_pairs(value, "value")
    if pairs is None:
        return {}
    place.moved("environment", at)
    return {"environment": pairs, "environment_references": (), "environment_parts": ()}


def _carry_secrets(place: Place, value: Any, at: Location) -> Carried:
    """Other secrets: the paths to them are walked, but the execution role reads only those of the spec."""
    pairs = _name_value_pairs(value, "valueFrom")
    known = {source for _, source in place.container.secrets}
    if pairs is None or not all(_is_source(source) for _, source in pairs):
        place.doubt("secrets", at, "secret")
        return {}
    other = any(source not in known for _, source in pairs)
    if other and place.service.creates(place.service.execution_role):
        role = f"aws_iam_role.{place.service.execution_role.label} may read only those of the spec"
        place.doubt("secrets", at, "secret", also=f", and {role}")
    place.moved("secrets", at)
    return {"secrets": pairs, "secret_references": ()}


def _is_source(source: str) -> bool:
    return source.startswith("/") or (source.startswith("arn:") and source.count(":") > 4)


def _name_value_pairs(value: Any, key: str) -> tuple[tuple[str, str], ...] | None:
    """The names and values of a list of objects; None where only Terraform knows one."""
    items = [] if value is None else value
    if not isinstance(items, list) or not all(isinstance(each, dict) for each in items):
        return None
    pairs = [(text_of(each.get("name")), text_of(each.get(key))) for each in items]
    known = tuple((name, said) for name, said in pairs if name is not None and said is not None)
    return tuple(sorted(known)) if len(known) == len(items) else None


def _carry_logs(place: Place, value: Any, at: Location) -> Carried:
    """Where lines go: the driver, the group, the Region."""
    if not (isinstance(value, dict) and isinstance(value.get("options") or {}, dict)):
        place.doubt("logConfiguration", at, "logs")
        return {}
    options = value.get("options") or {}
    group, region = options.get("awslogs-group"), options.get("awslogs-region")
    ours = isinstance(group, Expression) or group == place.service.log_group
    known = {*_HOW, "awslogs-group", "awslogs-region"}
    if (
        value.get("logDriver") != "awslogs"
        or not ours
        or region != place.container.region
        or set(options) - known
    ):
        place.doubt("logConfiguration", at, "logs")
    return {}


def _carry_command(place: Place, value: Any, at: Location) -> Carried:
    words = tuple(text_of(each) or "" for each in value) if isinstance(value, list) else ()
    place.moved("command", at)
    return {"command": (words,) if words else ()}


_CARRY: Mapping[str, Callable[[Place, Any, Location], Carried]] = {
    "command": _carry_command,
    "environment": _carry_environment,
    "image": _carry_image,
    "logConfiguration": _carry_logs,
    "portMappings": _carry_ports,
    "secrets": _carry_secrets,
}
