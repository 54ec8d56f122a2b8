"""Sets in a fixed order; lists keep the order in which they are written."""

from collections.abc import Mapping

from tfgen.facts import provider
from tfgen.facts.provider import Attribute, Schema
from tfgen.hcl.values import Value


def sorted_sets(kind: str, arguments: Mapping[str, Value]) -> dict[str, Value]:
    """The comparable arguments and blocks of a resource with sorted sets; unchanged for an unknown type."""
    return _sorted_inside(arguments, provider.resource_schema(kind) or {})


def _sorted_inside(body: Mapping[str, Value], schema: Schema) -> dict[str, Value]:
    return {
        name: _sorted(value, schema[name]) if type(value) is tuple and name in schema else value
        for name, value in body.items()
    }


def _sorted(items: tuple[Value, ...], attribute: Attribute) -> tuple[Value, ...]:
    if len(items) == 1 and not isinstance(items[0], dict):
        return items
    if attribute.is_block:
        items = tuple(
            _sorted_inside(item, attribute.inside) if isinstance(item, dict) else item for item in items
        )
    return tuple(sorted(items, key=repr)) if attribute.is_set else items
