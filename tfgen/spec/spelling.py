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
    ConditionOperator,
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
_WORDS = {
    **dict.fromkeys(("true", "yes", "on", "enabled"), True),
    **dict.fromkeys(("false", "no", "off", "disabled"), False),
}
_NOT_SUPPORTED = {"tcp_udp": "tcp_udp is not supported: write two, one with tcp and one with udp"}


def as_scalar(value: Any, raw: str, kind: Any) -> str:
    """`value` does not fit `kind`; `raw` is its text."""
    if word := _as_switch(value, kind):
        return f"write {word}"
    if get_origin(kind) is Literal and len(get_args(kind)) == 1:
        return f"write {get_args(kind)[0]}, or remove it"
    if not isinstance(value, str):
        return (
            f'write "{raw}", in quotes'
            if isinstance(value, bool | int | float) and fits_kind(raw, kind)
            else ""
        )
    near = nearest_word(value, get_args(kind)) if get_origin(kind) is Literal else ""
    hint = f"did you mean {near}?" if near else _as_text(value, kind)
    return _NOT_SUPPORTED.get(value, "") or hint or _as_form(kind)


def _as_form(kind: Any) -> str:
    """What the schema gives as an example, such as the form of an ARN."""
    for part in get_args(kind):
        if isinstance(part, msgspec.Meta) and part.examples:
            return f"write one such as {part.examples[0]}"
        if hint := _as_form(part):
            return hint
    return ""


def _as_switch(value: Any, kind: Any) -> str:
    """What turns the thing on or off, where that is a word: "enabled" is ECS's for it."""
    if value is True and kind in _MEANT_BY_TRUE:
        return _MEANT_BY_TRUE[kind]
    meant = _WORDS.get(str(value).lower())
    word = "" if meant is None else "on" if meant else "off"
    return word if word in get_args(kind) else ""


def _as_text(value: str, kind: Any) -> str:
    for bare in _bare_values(value, kind):
        if fits_kind(bare, kind):
            plain = dump_in_line([bare])[1:-1]
            return f"write {plain}, without quotes" if plain == value else f"write {plain}"
    other = next(
        (other for other in _spellings_of(value, kind) if other != value and fits_kind(other, kind)), ""
    )
    return f"did you mean {other}?" if other else ""


_UNITS = {
    "CPU units": {"vcpu": 1024, "cpu": 1024},
    "MiB": {"m": 1, "mb": 1, "mi": 1, "mib": 1, "g": 1024, "gb": 1024, "gi": 1024, "gib": 1024},
    "GiB": {"g": 1, "gb": 1, "gi": 1, "gib": 1},
}
"""What a number of each of these is in other units."""


def _bare_values(value: str, kind: Any) -> Iterator[Any]:
    """What a text says without quotes, and without a unit."""
    if value.lower() in _WORDS:
        yield _WORDS[value.lower()]
    if re.fullmatch(r"[1-9][0-9]{0,9}|0", value):
        yield int(value)
    amount = re.fullmatch(r"([0-9]{1,6}(?:\.[0-9]{1,3})?) ?([a-z]+)", value.lower())
    counted = next((unit for unit in _UNITS if unit in _description_of(kind)), "")
    if amount and counted and amount[2] in _UNITS[counted]:
        number = float(amount[1]) * _UNITS[counted][amount[2]]
        yield int(number) if number.is_integer() else number


def _description_of(kind: Any) -> str:
    """What the schema says of a type, and of the parts of a union."""
    own = [part.description or "" for part in get_args(kind) if isinstance(part, msgspec.Meta)]
    return " ".join([*own, *map(_description_of, get_args(kind))])


def without_secret(path: SpecPath) -> str:
    """At `path` is a secret, where the spec may only name one."""
    if "secrets" in path:
        return "store it in Secrets Manager or Systems Manager, and write the ARN"
    name = str(path[-1])
    return f"write {name}: {{input: {name}}}, and give Terraform its value: TF_VAR_{name}"


def other_name(value: str, kind: Any) -> str:
    """What `value` would be as a name, or any name, if there is one."""
    return next((other for other in (*_spellings_of(value, kind), "mended") if fits_kind(other, kind)), "")


def _spellings_of(value: str, kind: Any) -> Iterator[str]:
    yield value.strip()
    yield value.removeprefix("AWSLogs/")  # which AWS adds itself
    yield re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", value).lower()  # desiredCount
    yield value.lower()
    if value.isalpha():
        yield value.upper()
    if kind in (Name, ConnectName, RegionName):
        yield re.sub(r"[^a-z0-9]+", "-", value.lower()).strip("-")
    if kind is ScheduleExpression:
        yield schedules.from_crontab(value)
        yield schedules.from_weeks(value)
    if re.fullmatch(r"(Amazon|AWS|CloudWatch)[A-Za-z0-9]+", value):
        yield f"arn:aws:iam::aws:policy/{value}"
    if re.fullmatch(r"[a-z]{2,4}(-[a-z]+)+-[0-9][a-h]", value):  # a zone: its region, its letter
        yield from (value[:-1], value[-1])
    yield value.partition("://")[2].rstrip("/")
    if value.startswith("s3://"):
        yield f"arn:aws:s3:::{value.removeprefix('s3://')}"
    if kind is ConditionOperator:
        yield f"{value}s"  # StringEqual
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
    short = next((field.type for field in fields if field.name == section.shorthand), None)
    if isinstance(value, list) and value and short and fits_kind(value[0], short):
        return f"write {'one of them, such as ' if value[1:] else ''}{dump_in_line(value[:1])[1:-1]}"
    needed = [field for field in fields if field.required or field.name in section.replaceable]
    choices = needed or (() if isinstance(value, bool) else fields)
    fitting = [field.name for field in choices if fits_kind(value, field.type)]
    if isinstance(value, dict | list) or len(needed) > 1 or len(fitting) != 1:
        return ""
    return f"write {dump_in_line({fitting[0]: value})}"


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
