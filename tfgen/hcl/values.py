"""The value of an expression before any plan: known values, and terms over what only AWS can tell.

A known value is a str, int, float, bool or None, a tuple (lists and sets), or a dict (maps and objects).
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

from msgspec import Struct

Value = Any
T = TypeVar("T")


class TooLargeError(Exception):
    """A short expression of Terraform whose value is too large to compute."""


MOST = 1_000_000
"""Values and parts of values that a name may stand for, turns of a `for`, and characters of a text."""


def bounded_value(value: Value) -> Value:
    """`value`, unless it is too large to be looked through. Raises TooLargeError."""
    left, waiting = MOST, [value]
    while waiting:
        part = waiting.pop()
        left -= 1
        match part:
            case tuple():
                waiting += part
            case dict():
                waiting += part.values()
            case Term(operands=operands):
                waiting += operands
            case str():
                left -= len(part) // 16
        if left < len(waiting):
            raise TooLargeError
    return value


def each_of(items: Iterable[T], most: int = MOST) -> Iterator[T]:
    """`items`. Raises TooLargeError where they are more than `most`."""
    for number, item in enumerate(items):
        if number >= most:
            raise TooLargeError
        yield item


class Reference(Struct, frozen=True, gc=False):
    """An attribute that AWS gives: `path` within the resource at `address`."""

    address: str
    path: tuple[str | int, ...] = ()


class Term(Struct, frozen=True, gc=False):
    """A function or an operator, and what it is applied to; `[*]` stands for each of a list."""

    name: str
    operands: tuple[Value, ...]


class Lookup(Struct, frozen=True, gc=False):
    """Values by name, worked out when they are asked for: `var`, `module.network`, a resource."""

    find: Callable[[str], Value]
    reference: Reference | None = None
    """What it stands for where it is used as a whole."""


def value_at(of: Value, key: Value) -> Value:
    """`of.key`, or `of[key]`."""
    match of:
        case Lookup():
            return of.find(str(key))
        case Term(name="[*]", operands=(tuple() as items,)):
            return Term("[*]", (tuple(value_at(item, key) for item in items),))
        case dict() if isinstance(key, str) and key in of:
            return of[key]
        case tuple() if isinstance(key, int) and key < len(of):
            return of[key]
        case Reference() if isinstance(key, str | int):
            return Reference(of.address, (*of.path, key))
    return Term("[]", (of, key))


def references_in(value: Value) -> list[Reference]:
    """Everything within a value that only AWS can tell."""
    found: list[Reference] = []
    _collect_references(value, found)
    return found


def _collect_references(value: Value, found: list[Reference]) -> None:
    match value:
        case Reference():
            found.append(value)
        case Lookup(reference=Reference() as reference):
            found.append(reference)
        case Term(operands=parts) | (tuple() as parts):
            for part in parts:
                if type(part) is not str:  # as most are
                    _collect_references(part, found)
        case dict():
            for part in value.values():
                if type(part) is not str:
                    _collect_references(part, found)


def addresses_in(value: Value) -> set[str]:
    """Where all that is referred to within a value is."""
    return {each.address for each in references_in(value)}


def is_known(value: Value) -> bool:
    """Whether nothing is left to find out."""
    match value:
        case Reference() | Term() | Lookup():
            return False
        case tuple():
            return all(map(is_known, value))
        case dict():
            return all(map(is_known, value.values()))
    return True


def comparable_value(value: Value) -> Value:
    """What two values must have in common to be one to a provider that wants text.

    JSON tells a number from text: it is in a Term, and is left alone.
    """
    match value:
        case str():  # most of what there is
            pass
        case tuple():
            return tuple([item if type(item) is str else comparable_value(item) for item in value])
        case dict():
            return {
                key: item if type(item) is str else comparable_value(item)
                for key, item in value.items()
                if item is not None
            }
        case bool():
            return "true" if value else "false"
        case int() | float():
            return str(value)
        case Lookup() | Term():
            return _settled_lookups(value)
    return value


def _settled_lookups(value: Value) -> Value:
    """A value with a reference in the place of each lookup; everything else stays as it is."""
    match value:
        case tuple():
            return tuple([item if type(item) is str else _settled_lookups(item) for item in value])
        case dict():
            return {key: item if type(item) is str else _settled_lookups(item) for key, item in value.items()}
        case Term(name=name, operands=operands):
            return Term(name, _settled_lookups(operands))
        case Lookup():
            return value.reference
    return value
