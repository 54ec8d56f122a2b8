"""The AWS provider's schema of the resources that tfgen writes; read only for specs with overrides."""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

_TABLE = Path(__file__).parent / "provider_schema.json"


class Attribute(NamedTuple):
    """An argument or a block: what it takes, and which versions of the provider know it."""

    shape: str  # as the table's "about" says
    most: int = 0  # blocks that there may be; 0 for any number
    required: tuple[str, ...] = ()  # the versions that require it
    versions: tuple[str, ...] = ()
    inside: "Mapping[str, Attribute]" = MappingProxyType({})
    nesting: str = "list"  # of blocks and objects; also set or single

    @property
    def only(self) -> str:
        """The one version that knows it, where the other does not."""
        return self.versions[0] if len(self.versions) == 1 else ""

    @property
    def is_block(self) -> bool:
        """Whether it is written as a block: objects have the same syntax."""
        return self.shape in ("block", "objects")

    @property
    def is_set(self) -> bool:
        """Whether the order of what it holds means nothing."""
        return self.nesting == "set" if self.is_block else self.shape == "set"


Schema = Mapping[str, Attribute]


@cache
def provider_versions() -> Mapping[str, str]:
    """The version of the provider that the table knows, by major version: "6" -> "6.25"."""
    known: dict[str, str] = _read_schemas()["versions"]
    return known


def newest_version() -> str:
    """The newest version that the table knows."""
    return provider_versions()[max(provider_versions())]


@cache
def resource_schema(kind: str) -> Schema | None:
    """The arguments and blocks of a type, or None where the table does not have the type."""
    rows = _read_schemas()["types"].get(kind)
    return None if rows is None else _parsed_schema(rows)


@cache
def map_arguments() -> frozenset[str]:
    """The arguments that take a map, of all types: every other mapping in a resource is a block."""
    return frozenset(
        name for kind in _read_schemas()["types"] for name in _map_names(resource_schema(kind) or {})
    )


def _map_names(known: Schema) -> Iterator[str]:
    for name, attribute in known.items():
        if attribute.shape == "map":
            yield name
        yield from _map_names(attribute.inside)


def _parsed_schema(rows: Mapping[str, Any]) -> Schema:
    return {
        name: _parsed_attribute(row, {}) if isinstance(row, str) else _parsed_attribute(row[0], row[1])
        for name, row in rows.items()
    }


def _parsed_attribute(words: str, inside: Mapping[str, Any]) -> Attribute:
    """`block set max=1 required=5` and its kin."""
    shape, *marks = words.split()
    said = {key: value for key, _, value in (mark.partition("=") for mark in marks)}
    known = (said["only"],) if "only" in said else tuple(provider_versions())
    required = (said["required"],) if said.get("required") else known if "required" in said else ()
    nesting = next((each for each in ("set", "single") if each in said), "list")
    return Attribute(shape, int(said.get("max", 0)), required, known, _parsed_schema(inside), nesting)


@cache
def _read_schemas() -> dict[str, Any]:
    content: dict[str, Any] = json.loads(_TABLE.read_text(encoding="utf-8"))
    return content
