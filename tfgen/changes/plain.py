"""What is equal for the provider: an argument that is omitted and one at its default.

In container definitions it also ignores the order of containers, variables and secrets.
"""

from collections.abc import Iterable, Mapping
from functools import cache

from tfgen import facts
from tfgen.changes.sets import sorted_sets
from tfgen.hcl.values import Term, Value, comparable_value


def without_defaults(kind: str, arguments: Mapping[str, Value]) -> dict[str, Value]:
    """The comparable arguments of a resource, without those at their defaults."""
    said = sorted_sets(kind, _without(arguments, _defaults(kind)))
    match said.get("container_definitions"):
        case Term(name="jsonencode", operands=(tuple() as containers,)):
            awsvpc = arguments.get("network_mode") == "awsvpc"
            said["container_definitions"] = _by_name(_container(each, awsvpc=awsvpc) for each in containers)
    return said


@cache
def _defaults(kind: str) -> Mapping[str, Value]:
    found: dict[str, Value] = comparable_value(dict(facts.default_values().get(kind, {})))
    return found


def _without(arguments: Mapping[str, Value], defaults: Mapping[str, Value]) -> dict[str, Value]:
    """The arguments that differ from the defaults; without blocks in which none does."""
    found: dict[str, Value] = {}
    for name, value in arguments.items():
        default = defaults.get(name)
        if isinstance(default, dict) and isinstance(value, tuple):
            blocks = [_without(each, default) if isinstance(each, dict) else each for each in value]
            if any(blocks):
                found[name] = tuple(blocks)
        elif value != default:
            found[name] = value
    return found


# Containers, as JSON: the provider's ContainerDefinitionsAreEquivalent, and what plans say


def _container(container: Value, *, awsvpc: bool) -> Value:
    """One container without its defaults. An empty list counts as none."""
    if not isinstance(container, dict):
        return container
    found = {name: _no_nulls(value) for name, value in container.items() if value not in (None, ())}
    found = _not_at(found, essential=True, cpu=0)
    for name in ("environment", "secrets"):
        if isinstance(found.get(name), tuple):
            found[name] = _by_name(found[name])
    if isinstance(found.get("portMappings"), tuple):
        found["portMappings"] = tuple(_port(each, awsvpc=awsvpc) for each in found["portMappings"])
    return found


def _port(port: Value, *, awsvpc: bool) -> Value:
    if not isinstance(port, dict):
        return port
    port = _not_at(_not_at(port, protocol="tcp", hostPort=0), protocol="")
    return _not_at(port, hostPort=port.get("containerPort")) if awsvpc else port


def _not_at(found: Mapping[str, Value], **defaults: Value) -> dict[str, Value]:
    return {name: value for name, value in found.items() if name not in defaults or value != defaults[name]}


def _no_nulls(value: Value) -> Value:
    match value:
        case tuple():
            return tuple(_no_nulls(item) for item in value if item is not None)
        case dict():
            return {name: _no_nulls(item) for name, item in value.items() if item is not None}
    return value


def _by_name(items: Iterable[Value]) -> tuple[Value, ...]:
    return tuple(sorted(items, key=lambda item: repr(item.get("name") if isinstance(item, dict) else item)))
