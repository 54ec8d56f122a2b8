"""What a value of the wrong type was probably meant to be: the hints of TG105."""

import re
from collections.abc import Collection, Iterator
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

import msgspec

from tfgen import facts
from tfgen.hcl.text import Address, address_parts
from tfgen.problems import SpecPath, nearest_word
from tfgen.spec import schedules
from tfgen.spec.model import (
    MAIN,
    ConnectName,
    FlowLogTarget,
    Name,
    RegionName,
    ScheduleExpression,
    Section,
    Text,
)
from tfgen.spec.source import dump_in_line

_MEANT_BY_TRUE: dict[Any, str] = {FlowLogTarget: "cloudwatch"}
_WORDS = {**dict.fromkeys(("true", "yes", "on"), True), **dict.fromkeys(("false", "no", "off"), False)}


def as_scalar(value: Any, raw: str, kind: Any) -> str:
    """`value` does not fit `kind`; `raw` is its text."""
    if value is True and kind in _MEANT_BY_TRUE:
        return f"write {_MEANT_BY_TRUE[kind]}"
    if not isinstance(value, str):
        return (
            f'write "{raw}", in quotes'
            if isinstance(value, bool | int | float) and fits_kind(raw, kind)
            else ""
        )
    near = nearest_word(value, get_args(kind)) if get_origin(kind) is Literal else ""
    if near:
        return f"did you mean {near}?"
    bare = _WORDS.get(value.lower(), int(value) if re.fullmatch(r"[1-9][0-9]{0,9}|0", value) else None)
    if bare is not None and fits_kind(bare, kind):
        plain = dump_in_line([bare])[1:-1]
        return f"write {plain}, without quotes" if plain == value else f"write {plain}"
    other = next(
        (other for other in _spellings_of(value, kind) if other != value and fits_kind(other, kind)), ""
    )
    return f"did you mean {other}?" if other else ""


def other_name(value: str, kind: Any) -> str:
    """What `value` would be as a name, or any name, if there is one."""
    return next((other for other in (*_spellings_of(value, kind), "mended") if fits_kind(other, kind)), "")


def _spellings_of(value: str, kind: Any) -> Iterator[str]:
    yield value.strip()
    yield re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", value).lower()  # desiredCount
    yield value.lower()
    if value.isalpha():
        yield value.upper()
    if kind in (Name, ConnectName, RegionName):
        yield re.sub(r"[^a-z0-9]+", "-", value.lower()).strip("-")
    if kind is ScheduleExpression:
        yield schedules.from_crontab(value)
    if re.fullmatch(r"[a-z]{2,4}(-[a-z]+)+-[0-9][a-h]", value):  # a zone: its region, its letter
        yield from (value[:-1], value[-1])
    yield value.partition("://")[2].rstrip("/")
    if re.fullmatch(r"[0-9]+(\.[0-9]+){3}", value):  # an address: itself, or the network that it names
        zeros = (len(value) - len(re.sub(r"(\.0)+$", "", value))) // 2
        yield f"{value}/{max(16, 32 - 8 * zeros)}"
    if ":" not in value and value:
        yield f"/{value}"


def as_key(key: str, section: type[Section], known: Collection[str], path: SpecPath) -> tuple[str, str]:
    """`key` is none of `section`: the one that was probably meant, if any, and a hint."""
    word = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", key.replace("-", "_")).lower()
    habit = facts.habits().get(section.alike or section.__name__, {}).get(word)
    if habit and habit.key:
        return habit.key, f"write {habit.key} instead"
    if habit and word not in known:
        return "", f"{habit.hint}{_as_override(habit, path)}"
    near = nearest_word(key, known)
    return near, f"did you mean {near}?" if near else f"use one of the keys here: {', '.join(known)}"


def _as_override(habit: facts.Habit, path: SpecPath) -> str:
    """The override of a habit, for the service or the listener that a path leads to."""
    if not habit.override:
        return ""
    own = {"LISTENER": "http"}
    if path[:1] == ("services",) and len(path) > 1:
        own["NAME"] = str(path[1])
    if "listeners" in path[1:-1]:
        own["LISTENER"] = str(path[path.index("listeners") + 1])
    if path[:1] == ("load_balancers",) and path[1:2] not in ((), (MAIN,)):
        own["load_balancer"] = f"{path[1]}_load_balancer"
    patch = {}
    for address, arguments in habit.override.items():
        module, kind, label = (own.get(part, part).replace("-", "_") for part in address_parts(address))
        patch[str(Address(module, kind, label))] = arguments
    return f": {dump_in_line({'overrides': patch})[1:-1]} (docs/overrides.md)"


def as_list(value: Any, kind: Any) -> str:
    """`value` is not a list of `kind`."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return f"write {dump_in_line(_split_value(value, kind) if isinstance(value, str) else [value])}"


def _split_value(value: str, kind: Any) -> list[str]:
    if kind is not Text:
        return [word for word in re.split(r"[,\s]+", value) if word]
    import shlex  # noqa: PLC0415 - only a mistake pays for it

    try:
        return shlex.split(value)  # a command line
    except ValueError:
        return [value]


def as_section(value: Any, section: type[Section]) -> str:
    """`value` is no mapping; it may be meant for the one key that `section` needs."""
    fields = msgspec.structs.fields(section)
    needed = [field for field in fields if field.required or field.name in section.replaceable]
    required = needed or list(fields)
    if isinstance(value, dict | list) or len(required) != 1 or not fits_kind(value, required[0].type):
        return ""
    return f"write {dump_in_line({required[0].name: value})}"


def fits_kind(value: Any, kind: Any) -> bool:
    """Whether the schema takes `value`.

    Each part of a union is asked alone: msgspec 0.22 crashes over a text where a pattern is beside a list.
    """
    if get_origin(kind) in (Union, UnionType):
        return any(fits_kind(value, each) for each in get_args(kind))
    try:
        msgspec.convert(value, kind)
    except (msgspec.ValidationError, UnicodeEncodeError):  # a flag need not be UTF-8
        return False
    return True
