"""When EventBridge Scheduler starts something: its cron, rate and at expressions (SCH/schedule-types)."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from tfgen import facts
from tfgen.problems import nearest_word

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_LONGEST = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
"""The days of the months, in leap years."""
_FEBRUARY, _DECEMBER, _DAY, _HOUR = 2, 12, 24, 60


class _Field(NamedTuple):
    name: str
    least: int
    most: int
    words: tuple[str, ...] = ()
    """Names of numbers, from the least on."""
    special: str = ""
    """A pattern of what it takes besides lists of numbers, ranges and steps."""


_FIELDS = (
    _Field("minutes", 0, 59),
    _Field("hours", 0, 23),
    _Field("day of the month", 1, 31, special=r"\?|L|L-([1-9]|[12][0-9]|30)|LW|([1-9]|[12][0-9]|3[01])W"),
    _Field("month", 1, 12, _MONTHS),
    _Field(
        "day of the week", 1, 7, _DAYS, rf"\?|L|([1-7]|{'|'.join(_DAYS)})L|([1-7]|{'|'.join(_DAYS)})#[1-5]"
    ),
    _Field("year", 1970, 2199),
)


class Fault(NamedTuple):
    """What is wrong with an expression, and what to write."""

    message: str
    hint: str


_SHORTHANDS = {
    "@hourly": "rate(1 hour)",
    "@daily": "cron(0 0 * * ? *)",
    "@midnight": "cron(0 0 * * ? *)",
    "@weekly": "cron(0 0 ? * SUN *)",
    "@monthly": "cron(0 0 1 * ? *)",
    "@yearly": "cron(0 0 1 1 ? *)",
}
_IN_CRONTAB = 5
"""The number of fields there; AWS has a year, too."""


def from_crontab(line: str) -> str:
    """What the time of a line in a crontab is for AWS, or nothing if AWS cannot say it.

    AWS counts the days of the week from 1 for Sunday, and starts on one kind of day or the other.
    """
    fields = line.upper().split()
    if len(fields) == _IN_CRONTAB:
        starts = zip(("0/", "0/", "1/", "1/", "1/"), fields, strict=True)
        fields = [re.sub(r"^\*/", start, field) for start, field in starts]
        minutes, hours, day, month, weekday = fields
        weekday = re.sub(r"(?<![/#0-9])[0-7](?![0-9])", lambda number: str(int(number[0]) % 7 + 1), weekday)
        day, weekday = (day, "?") if weekday == "*" else ("?" if day == "*" else day, weekday)
        fields = [minutes, hours, day, month, weekday, "*"]
    if len(fields) == len(_FIELDS) and not any(_cron_faults(fields)):
        return f"cron({' '.join(fields)})"
    return _SHORTHANDS.get(line.lower(), "")


def faults(expression: str) -> Iterator[Fault]:
    """What AWS refuses of an expression of the right form, or what can never happen."""
    kind, _, inner = expression.removesuffix(")").partition("(")
    if kind == "cron":
        yield from _cron_faults(inner.split(" "))
    elif kind == "at":
        yield from _time_faults(inner)
    else:
        yield from _rate_faults(inner)


def zone_faults(zone: str) -> Iterator[Fault]:
    """That there is no such time zone, or that it is newer than the table of those that there are."""
    if zone not in facts.time_zones():
        near = nearest_word(zone, sorted(facts.time_zones()), 0.6)
        hint = f"did you mean {near}?" if near else "write one such as Europe/Berlin"
        yield Fault(f'unknown time zone "{zone}"', hint)


def _rate_faults(inner: str) -> Iterator[Fault]:
    number, unit = inner.split(" ")
    if (number == "1") == unit.endswith("s"):
        right = unit.removesuffix("s") if number == "1" else f"{unit}s"
        yield Fault(f'AWS takes "{number} {right}", not "{inner}"', f"write rate({number} {right})")


def _time_faults(inner: str) -> Iterator[Fault]:
    year, month, day, hour, minute, second = map(int, re.split("[-T:]", inner))
    known = 1 <= month <= _DECEMBER and hour < _DAY and max(minute, second) < _HOUR
    leap = not year % 4 and (year % 100 != 0 or not year % 400)
    if not known or not 1 <= day <= _LONGEST[month - 1] - (month == _FEBRUARY and not leap):
        message = f"there is no time {inner.replace('T', ' ')}"
        yield Fault(message, "write one such as at(2030-01-31T20:00:00)")


def _cron_faults(said: list[str]) -> Iterator[Fault]:
    found = [fault for field, text in zip(_FIELDS, said, strict=True) for fault in _field_faults(field, text)]
    yield from found
    _, _, day, month, weekday, _ = said
    if (day == "?") == (weekday == "?"):
        message = "AWS needs ? as the day of the month or as the day of the week, and not as both"
        hint = "write cron(0 3 * * ? *) for each day, or cron(0 3 ? * MON-FRI *) for days of the week"
        yield Fault(message, hint)
    elif not found and not _has_day(day, month):
        message = f"no month of {month} has a day {day}, so this never happens"
        yield Fault(message, "write a day that the month has, or L for its last day")


def _field_faults(field: _Field, text: str) -> Iterator[Fault]:
    if field.special and re.fullmatch(field.special, text):
        return
    for part in text.split(","):
        if problem := _part_fault(field, part):
            message = f'{field.name}: "{text}" {problem}'
            yield Fault(
                message, f"write *, or numbers from {field.least} to {field.most} such as {_like(field)}"
            )
            return


def _like(field: _Field) -> str:
    return f"{field.least}, {field.least}-{field.least + 4} or {field.least}/5"


def _part_fault(field: _Field, part: str) -> str:
    """What is wrong with one entry of a list; empty if nothing is."""
    whole, slash, step = part.partition("/")
    if slash and not (re.fullmatch(r"[0-9]{1,3}", step) and int(step)):
        return "has a step that is no number"
    first, dash, last = whole.partition("-")
    if whole == "*":
        return ""
    ends = [_number(field, each) for each in ((first, last) if dash else (first,))]
    if any(end is None for end in ends):
        return "is nothing that AWS knows"
    return "is out of range" if any(not field.least <= (end or 0) <= field.most for end in ends) else ""


def _number(field: _Field, text: str) -> int | None:
    if text in field.words:
        return field.least + field.words.index(text)
    return int(text) if re.fullmatch(r"[0-9]{1,4}", text) else None


def _has_day(day: str, month: str) -> bool:
    """Whether any of the months has any of the days."""
    days, months = _numbers(_FIELDS[2], day), _numbers(_FIELDS[3], month)
    return not days or any(min(days) <= _LONGEST[each - 1] for each in months or range(1, 13))


def _numbers(field: _Field, text: str) -> set[int]:
    """The numbers that a list or range has; nothing where it has others than those."""
    found: set[int] = set()
    for part in text.split(","):
        first, dash, last = part.partition("-")
        ends = [_number(field, each) for each in ((first, last) if dash else (first,))]
        if None in ends:
            return set()
        low, high = ends[0] or 0, ends[-1] or 0
        # FRI-MON goes over the end.
        found |= set(range(low, high + 1)) if low <= high else {low, high, field.most, field.least}
    return found
