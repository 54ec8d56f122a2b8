"""Checks plain data against the model and finds every problem, not only the first."""

import math
import types
from collections.abc import Container, Iterator, Mapping
from functools import cache
from typing import Any, Literal, NamedTuple, Union, get_args, get_origin, get_type_hints

import msgspec

from tfgen.problems import Location, Problem, SpecPath, nearest_word
from tfgen.spec import hidden, spelling
from tfgen.spec.model import Requests, Section, Spec
from tfgen.spec.source import Source
from tfgen.texts import in_line

_WRONG: Any = object()


def read_spec(source: Source) -> tuple[Spec | None, list[Problem]]:
    """The spec in `source`, or None and the reasons."""
    reader = _Reader(source)
    if source.data is None:
        reader.report_problem(
            "TG101", Location(source.file), "the file is empty", "write one with: tfgen init"
        )
        return None, reader.problems
    spec = reader.read_section(source.data, Spec, ())
    return (None if reader.problems else spec), reader.problems


class Flaw(NamedTuple):
    """What the schema refuses: `kind` is what belongs there, or None.

    `meant` is the key that the one at the end of `path` was probably meant for.
    """

    path: SpecPath
    kind: Any
    required: bool = True
    meant: str = ""


def flaws_of_source(source: Source) -> list[Flaw]:
    """Everything that the schema refuses in data that is a mapping."""
    reader = _Reader(source)
    reader.read_section(source.data, Spec, ())
    return reader.flaws


class _Field(NamedTuple):
    kind: Any
    required: bool
    may_be_empty: bool
    """Whether the key may have no value, as if it were not there: its default is empty, too. Of a route that
    would let more requests match."""


@cache
def fields_of(section: type[Section]) -> dict[str, _Field]:
    """The keys of a section with their types."""
    hints = get_type_hints(section, include_extras=True)
    return {
        name: _Field(
            hints[name],
            name in section.replaceable or (default is msgspec.NODEFAULT and factory is msgspec.NODEFAULT),
            name == "load_balancer"
            or (factory in (list, dict) and not issubclass(section, Requests))
            or isinstance(default, Section),
        )
        for name, default, factory in (
            (field.name, field.default, field.default_factory) for field in msgspec.structs.fields(section)
        )
    }


@cache
def shape_of_type(kind: Any) -> tuple[str, Any, Any]:
    """How to read a type: (what, first detail, second detail)."""
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        options = [option for option in get_args(kind) if option is not type(None)]
        if len(options) == 1:
            return shape_of_type(options[0])
        containers = [
            option for option in options if get_origin(option) in (dict, list) or _is_section(option)
        ]
        if containers:
            rest = tuple(option for option in options if option is not containers[0])
            return "either", containers[0], Union[rest]  # noqa: UP007 - of a tuple
    if origin is list:
        return "list", get_args(kind)[0], None
    if origin is dict:
        return "mapping", *get_args(kind)
    if _is_section(kind):
        return "section", kind, None
    return "scalar", kind, None


def _takes_list(section: type[Section]) -> bool:
    """Whether the short form of a section may be a list."""
    what, first, _ = shape_of_type(fields_of(section)[section.shorthand].kind)
    return what == "list" or get_origin(first) is list


def _is_section(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Section)


class _Reader:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.problems: list[Problem] = []
        self.flaws: list[Flaw] = []

    def report_problem(self, code: str, at: Location, message: str, hint: str = "") -> Any:
        self.problems.append(Problem(code, at, message, hint))
        return _WRONG

    def read_value(
        self, value: Any, kind: Any, path: SpecPath, shape: tuple[str, Any, Any] | None = None
    ) -> Any:
        """`shape` is that of `kind`, for who reads many of a kind."""
        if kind is Any:
            return self.read_data(value, path)
        what, first, second = shape or shape_of_type(kind)
        if what == "either":
            return self.read_either(value, kind, first, second, path)
        if what == "section":
            return self.read_section(value, first, path)
        if what == "list":
            return self.read_sequence(value, first, path)
        if what == "mapping":
            return self.read_mapping(value, first, second, path)
        return self.read_scalar(value, first, path)

    def read_either(self, value: Any, kind: Any, first: Any, second: Any, path: SpecPath) -> Any:
        """A list, or keys and values, or else what may stand for them."""
        if isinstance(value, list | dict) and isinstance(value, get_origin(first) or dict):
            return self.read_value(value, first, path)
        if get_origin(second) is Literal and value not in get_args(second):
            return self.report_no_word(value, kind, path)
        return self.read_value(value, second, path)

    def read_section(self, value: Any, section: type[Section], path: SpecPath) -> Any:
        if not isinstance(value, dict):
            if not section.shorthand or (isinstance(value, list) and not _takes_list(section)):
                keys = f"keys and values ({', '.join(fields_of(section))})"
                return self.report_wrong(value, section, path, spelling.as_section(value, section), keys)
            key = section.short_key(value)
            if section.shorthand_of_ports and not spelling.fits_kind(value, fields_of(section)[key].kind):
                hint = spelling.as_scalar(value, shown_value(value), fields_of(section)[key].kind)
                return self.report_wrong(value, section, path, hint, expected_kind(section))
            inner = self.read_value(value, fields_of(section)[key].kind, path)
            return _WRONG if inner is _WRONG else section(**{key: inner})
        known = fields_of(section)
        kinds = {key: field.kind for key, field in known.items()}
        value, wrong = self.report_shifted(value, kinds, known, path)
        given = {key: item for key, item in value.items() if key in known}
        meant = {self.report_unknown(key, section, path) for key in value if key not in known} | wrong
        read = {key: self.read_given(item, known[key], (*path, key)) for key, item in given.items()}
        missing = [
            name
            for name, field in known.items()
            if field.required and name not in given and section.replaceable.get(name) not in given
        ]
        for name in missing:
            if name not in meant:
                self.report_missing(name, section, path)
        if wrong or missing or any(item is _WRONG for item in read.values()):
            return _WRONG
        return section(**{key: item for key, item in read.items() if item is not _ABSENT})

    def report_shifted(
        self, value: dict[str, Any], kinds: Mapping[str, Any], known: Container[str], path: SpecPath
    ) -> tuple[dict[str, Any], set[str]]:
        """Reports keys whose own keys are beside them; returns the other keys there, and those."""
        shifted = _shifted_keys(value, kinds, known)
        for owner, keys in shifted.items():
            self.flaws += [Flaw((*path, owner), kinds[owner]), *(Flaw((*path, key), None) for key in keys)]
            message = f'"{owner}" has no value: its keys are beside it, not under it'
            hint = f"indent these lines under {owner}: {', '.join(keys)}"
            self.report_problem("TG104", self.source.at_key((*path, owner)), message, hint)
        elsewhere = {*shifted, *(key for keys in shifted.values() for key in keys)}
        return {key: item for key, item in value.items() if key not in elsewhere}, set(shifted)

    def read_given(self, value: Any, field: _Field, path: SpecPath) -> Any:
        """A key without a value (`services:` and nothing more) reads as if it were not there."""
        if value is not None:
            return self.read_value(value, field.kind, path)
        if field.may_be_empty and shape_of_type(field.kind)[0] != "scalar":
            return _ABSENT
        return self.read_empty(field.kind, path, "" if field.required else ", or remove the line")

    def read_empty(self, kind: Any, path: SpecPath, otherwise: str = "") -> Any:
        blank = ' ("" for an empty one)' if spelling.fits_kind("", kind) else ""
        hint = f"write {path[-1]}: {needed_kind(kind)}{blank}{otherwise}"
        self.flaws.append(Flaw(path, kind, required=not otherwise))
        return self.report_problem("TG104", self.source.at_key(path), f'"{path[-1]}" has no value', hint)

    def report_unknown(self, key: str, section: type[Section], path: SpecPath) -> str:
        """Reports an unknown key; returns the one that was probably meant."""
        meant, hint = spelling.as_key(key, section, fields_of(section), path)
        self.flaws.append(Flaw((*path, key), None, meant=meant))
        self.report_problem(
            "TG102", self.source.at_key((*path, key)), f"unknown key {shown_value(key)}", hint
        )
        return meant

    def report_missing(self, name: str, section: type[Section], path: SpecPath) -> None:
        where = self.source.at_key(path) if path else Location(self.source.file)
        kind = fields_of(section)[name].kind
        hint = f"{name}: {needed_kind(kind)}"
        self.flaws.append(Flaw((*path, name), kind))
        self.report_problem("TG103", where, f'{_subject_of_path(path)} needs "{name}"', hint)

    def read_mapping(self, value: Any, key_kind: Any, kind: Any, path: SpecPath) -> Any:
        if not isinstance(value, dict):
            hint = "write one KEY: VALUE on each line, without dashes"
            if not isinstance(value, list):
                hint = self.as_only_value(value, kind, path)
            return self.report_wrong(value, dict[key_kind, kind], path, hint, "keys and values")
        value, shifted = self.report_shifted(value, dict.fromkeys(value, kind), (), path)
        read: dict[Any, Any] = dict.fromkeys(shifted, _WRONG)
        for key, item in value.items():
            where = (*path, key)
            name = self.read_scalar(key, key_kind, where, at=self.source.at_key(where))
            if item is None and kind is not Any:
                read[name] = self.read_empty(kind, where)
            else:
                read[name] = self.read_value(item, kind, where)
        return _WRONG if _WRONG in read or any(item is _WRONG for item in read.values()) else read

    def read_sequence(self, value: Any, kind: Any, path: SpecPath) -> Any:
        if not isinstance(value, list):
            return self.report_wrong(value, list[kind], path, spelling.as_list(value, kind), "a list")
        shape = shape_of_type(kind)
        read = [self.read_value(item, kind, (*path, index), shape) for index, item in enumerate(value)]
        return _WRONG if any(item is _WRONG for item in read) else read

    def read_data(self, value: Any, path: SpecPath) -> Any:
        """Anything at all, unchanged; of numbers, those that mean what they look like."""
        if isinstance(value, dict):
            data = {key: self.read_data(item, (*path, key)) for key, item in value.items()}
            return _WRONG if any(item is _WRONG for item in data.values()) else data
        if isinstance(value, list):
            items = [self.read_data(item, (*path, index)) for index, item in enumerate(value)]
            return _WRONG if any(item is _WRONG for item in items) else items
        if not isinstance(value, float):
            return value
        number = float(value)
        if str(value) == repr(number):
            return number
        other = f", or {number!r}" if math.isfinite(number) else ""
        return self.report_wrong(value, str, path, f'write "{value}", in quotes{other}', "a number or text")

    def read_scalar(self, value: Any, kind: Any, path: SpecPath, at: Location | None = None) -> Any:
        try:
            return msgspec.convert(value, kind)
        except (msgspec.ValidationError, UnicodeEncodeError):  # a flag need not be UTF-8
            hint = spelling.as_scalar(value, shown_value(value), kind)
        if at is None:
            return self.report_wrong(value, kind, path, hint, expected_kind(kind))
        self.flaws.append(Flaw(path, None, meant=spelling.other_name(str(value), kind)))
        return self.report_problem(
            "TG105", at, f"expected {expected_kind(kind)}, not {shown_value(value)}", hint
        )

    def report_no_word(self, value: Any, kind: Any, path: SpecPath) -> Any:
        """What is neither a list nor the word that stands for one."""
        _, listed, words = shape_of_type(kind)
        item = get_args(listed)[0]
        near = nearest_word(str(value), get_args(words), 0.6)
        hint = f"did you mean {near}?" if near else self.as_only_entry(value, item)
        return self.report_wrong(value, kind, path, hint, expected_kind(kind))

    def as_only_entry(self, value: Any, item: Any) -> str:
        """The list that a value is meant to be the one entry of, if the schema takes it there."""
        probe = _Reader(self.source)
        return "" if probe.read_value(value, item, ()) is _WRONG else spelling.as_list(value, item)

    def as_only_value(self, value: Any, kind: Any, path: SpecPath) -> str:
        """The mapping that a value is meant to be the one entry of, if that takes it in a short form."""
        probe = _Reader(self.source)
        if not _is_section(kind) or probe.read_value(value, kind, ()) is _WRONG:
            return ""
        return f"write {path[-1]}: {{NAME: {value}}}"

    def report_wrong(self, value: Any, kind: Any, path: SpecPath, hint: str, what: str) -> Any:
        self.flaws.append(Flaw(path, kind, required=False))
        shown = shown_value(value)
        if hidden.is_secret(path, value):
            shown, hint = "the secret itself", spelling.without_secret(path)
        return self.report_problem("TG105", self.source.at(path), f"expected {what}, not {shown}", hint)


def _shifted_keys(
    value: dict[str, Any], kinds: Mapping[str, Any], known: Container[str]
) -> dict[str, list[str]]:
    """Each key without a value that keys of its own follow in its own column, and those.

    `kinds` are the types of the keys here, and `known` the keys that belong here and to nothing else.
    """
    found: dict[str, list[str]] = {}
    owner = ""
    own: dict[str, _Field] = {}
    for key, item in value.items():
        has_own = isinstance(item, dict) and not own.keys().isdisjoint(item)
        if owner and key in own and key not in known and not has_own:
            found.setdefault(owner, []).append(key)
        elif item is None and shape_of_type(kinds.get(key, str))[0] == "section":
            owner, own = key, fields_of(shape_of_type(kinds[key])[1])
        else:
            owner = ""
    return found


_ABSENT: Any = object()


def expected_kind(kind: Any) -> str:
    """A type in words: "a port from 1 to 65535"."""
    what, first, second = shape_of_type(kind)
    if what == "either":
        return f"{expected_kind(second)}, or {expected_kind(first)}"
    if what == "list":
        return f"a list ({expected_kind(first)})"
    if what == "section" and first.shorthand:
        return ", or ".join(map(expected_kind, _short_kinds(first)))
    return _scalar_words(first) if what == "scalar" else "keys and values"


_NO_WORDS = (bool, type(None))


def _short_kinds(section: type[Section]) -> Iterator[Any]:
    """The types of the bare values that a section takes; keys and values would be its own."""
    for key in filter(None, (section.shorthand, section.shorthand_of_ports)):
        kind = fields_of(section)[key].kind
        yield shape_of_type(kind)[2] if shape_of_type(kind)[0] == "either" else kind


def _scalar_words(kind: Any) -> str:
    if get_origin(kind) is Literal:
        *rest, last = map(str, get_args(kind))
        return f"{', '.join(rest)} or {last}" if rest else last
    if get_origin(kind) in (Union, types.UnionType) and bool in get_args(kind):
        return " or ".join(
            ["true", *(_scalar_words(each) for each in get_args(kind) if each not in _NO_WORDS)]
        )
    if get_origin(kind) in (Union, types.UnionType):
        return " or ".join(_scalar_words(each) for each in get_args(kind) if each is not type(None))
    for meta in get_args(kind):
        if isinstance(meta, msgspec.Meta) and meta.description:
            return meta.description
    return {bool: "true or false", int: "a whole number", str: "text"}.get(kind, "text or a whole number")


def shown_value(value: Any) -> str:
    """A value as the user wrote it, cut to a readable length."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "keys and values"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, str):
        text = in_line(value[:60])
        return f'"{text}..."' if len(value) > 60 else f'"{text}"'
    return str(value)


def needed_kind(kind: Any) -> str:
    """`expected_kind`, and for a section the keys that it cannot do without."""
    what, section, _ = shape_of_type(kind)
    if what != "section" or section.shorthand:
        return expected_kind(kind)
    required = [
        f"{key} ({needed_kind(field.kind)})" for key, field in fields_of(section).items() if field.required
    ]
    return f"keys and values, at least {' and '.join(required)}" if required else "keys and values"


def _subject_of_path(path: SpecPath) -> str:
    if not path:
        return "the spec"
    return f'entry {path[-1] + 1} of "{path[-2]}"' if isinstance(path[-1], int) else f'"{path[-1]}"'
