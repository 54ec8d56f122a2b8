"""The keys of the spec's language, from its model, and the keys that a spec says.

A key is named by its way: `services.*.health_check.path`, where * is any entry of a mapping or of a list.
What a key takes in several forms has a name for each: `services.*.port: short`, `network.zones: list`,
`network.egress: nat`. So has each limit: `services.*.count: most 5000`, `services.(name): longest 64`.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, Union, get_args, get_origin

from msgspec import Meta

from tfgen.spec.model import ContainerKeys, Section, Spec, TaskKeys
from tfgen.spec.read import fields_of, shape_of_type

Data = Mapping[str, Any]
AS_ELSEWHERE = {"load_balancers.*": "load_balancer", "defaults": "services.*"}
"""Sections that have the keys of another one, which are the same: what one says, the other says."""
_SIDECAR = re.compile(rf"services\.\*\.containers\.\*\.(?=(?:{'|'.join(fields_of(ContainerKeys))})\b)")
"""The keys that a sidecar shares with the application of a service."""
_JOB = re.compile(rf"jobs\.\*\.(?=(?:{'|'.join(fields_of(TaskKeys))})\b)")
"""The keys that a job shares with a service."""


def keys_of_the_model(section: type[Section] = Spec, way: str = "") -> Iterator[str]:
    """Every key, those of a section after the section's own."""
    for name, field in fields_of(section).items():
        yield shared(f"{way}{name}")
        for inner, sections in _sections(field.kind, f"{way}{name}"):
            yield from keys_of_the_model(sections, f"{inner}.")


_WITHIN = (
    r"\.(cidr|security_group|prefix_list|kms_key|access\.\*\.\w+|policies\.\*|resources\.\*|logs|credentials)"
    r"\.(ref|input|join)\b"
)


def is_within_reference(key: str) -> bool:
    """Whether a key is in a reference for a range or an ID; one in `environment` has the same keys."""
    return re.search(_WITHIN, key) is not None


def forms_of_the_model(section: type[Section] = Spec, way: str = "") -> Iterator[str]:
    """Every form of every key that takes more than one."""
    for name, field in fields_of(section).items():
        yield from map(shared, _forms(field.kind, f"{way}{name}"))
        for inner, sections in _sections(field.kind, f"{way}{name}"):
            yield from forms_of_the_model(sections, f"{inner}.")


def _sections(kind: Any, way: str) -> Iterator[tuple[str, type[Section]]]:
    """The sections that a key holds, each with its way."""
    what, first, second = shape_of_type(kind)
    if way in AS_ELSEWHERE:
        return
    if what == "section":
        yield way, first
    elif what == "either":
        yield from _sections(first, way)
        yield from _sections(second, way)
    elif what in ("list", "mapping"):
        yield from _sections(first if what == "list" else second, f"{way}.*")


def _forms(kind: Any, way: str) -> Iterator[str]:
    what, first, second = shape_of_type(kind)
    if what == "section" and first.shorthand:
        yield from (f"{way}: short", f"{way}: long")
    elif what == "either":
        yield from (f"{way}: {shape_of_type(first)[0]}", f"{way}: {shape_of_type(second)[0]}")
    elif what in ("list", "mapping"):
        yield from _forms(first if what == "list" else second, f"{way}.*")
    elif kind is bool:
        yield from (f"{way}: true", f"{way}: false")
    elif get_origin(first) is Literal:
        yield from (f"{way}: {word}" for word in get_args(first))


class SpecContents:
    """What a spec says: keys, forms and limits as the model has them.

    `values` are by ways in which an entry of a mapping has its name: `services.=web.count`.
    """

    def __init__(self, data: Data) -> None:
        self.values: dict[tuple[str, ...], list[Any]] = {}
        self.forms: set[str] = set()
        self._section(data, Spec, ())

    @property
    def keys(self) -> set[str]:
        return {named(way) for way in self.values}

    @property
    def limits(self) -> set[str]:
        """What is reached of each limit that a value could be at."""
        found = set()
        for way, values in self.values.items():
            for value in values:
                if isinstance(value, str):
                    found.add(f"{named(way)}: longest {len(value)}")
                elif isinstance(value, int):
                    found |= {f"{named(way)}: {limit} {value}" for limit in ("least", "most")}
        return found

    def _section(self, value: Any, section: type[Section], way: tuple[str, ...]) -> None:
        if not isinstance(value, Mapping):
            value = {section.short_key(value): value}
        for name, inner in value.items():
            self.values.setdefault((*way, name), [])
            self._value(inner, fields_of(section)[name].kind, (*way, name))

    def _value(self, value: Any, kind: Any, way: tuple[str, ...]) -> None:
        what, first, second = shape_of_type(kind)
        if what == "either":
            is_first = isinstance(value, get_origin(first) or Mapping)
            self._form(way, shape_of_type(first if is_first else second)[0])
            self._value(value, first if is_first else second, way)
        elif what == "section":
            if first.shorthand:
                self._form(way, "long" if isinstance(value, Mapping) else "short")
            self._section(value, first, way)
        elif what == "list":
            for item in value:
                self._value(item, first, (*way, "*"))
        elif what == "mapping":
            for key, item in value.items():
                self.values.setdefault((*way, "(name)"), []).append(key)
                self.values.setdefault((*way, f"={key}"), [])
                self._value(item, second, (*way, f"={key}"))
        else:
            self.values.setdefault(way, []).append(value)
            self._form(way, str(value).lower() if kind is bool else str(value))

    def _form(self, way: tuple[str, ...], form: str) -> None:
        self.forms.add(f"{named(way)}: {form}")


def named(way: Sequence[str]) -> str:
    """A way, with * for the entries of mappings."""
    text = ".".join("*" if step.startswith("=") else step for step in way)
    for place, other in AS_ELSEWHERE.items():
        if text.startswith(f"{place}."):
            return f"{other}{text.removeprefix(place)}"
    return shared(text)


def shared(text: str) -> str:
    """A key, form or limit by the name of the one that it is the same as."""
    return _SIDECAR.sub("services.*.", _JOB.sub("services.*.", text))


def bounds(section: type[Section], key: str) -> tuple[int, int]:
    """The least and the largest number that a key takes."""
    limits = _limits(fields_of(section)[key].kind)
    return limits["least"], limits["most"]


def limits_of_the_model(section: type[Section] = Spec, way: str = "") -> Iterator[str]:
    """Every limit of every key, and of the names of entries: `services.*.count: least 0`."""
    for name, field in fields_of(section).items():
        for inner, kind in _scalars(field.kind, f"{way}{name}"):
            yield from (shared(f"{inner}: {limit} {number}") for limit, number in _limits(kind).items())
        for inner, sections in _sections(field.kind, f"{way}{name}"):
            yield from limits_of_the_model(sections, f"{inner}.")


def _scalars(kind: Any, way: str) -> Iterator[tuple[str, Any]]:
    """The types of what a key holds that is neither a list nor keys and values, each with its way."""
    what, first, second = shape_of_type(kind)
    if what == "scalar":
        yield way, first
    elif what == "either":
        yield from _scalars(first, way)
        yield from _scalars(second, way)
    elif what == "list":
        yield from _scalars(first, f"{way}.*")
    elif what == "mapping":
        yield f"{way}.(name)", first
        yield from _scalars(second, f"{way}.*")


def _limits(kind: Any) -> dict[str, int]:
    _, scalar, _ = shape_of_type(kind)
    if shape_of_type(kind)[0] == "either":
        return _limits(shape_of_type(kind)[2])
    # Of a union, such as of a number and a bool, the one that has limits.
    each = [scalar, *(get_args(scalar) if get_origin(scalar) is Union else ())]
    metas = [meta for one in each for meta in getattr(one, "__metadata__", ()) if isinstance(meta, Meta)]
    found = {"least": metas[0].ge, "most": metas[0].le, "longest": metas[0].max_length} if metas else {}
    return {name: limit for name, limit in found.items() if limit is not None}
