"""Conditions of a route besides host, path and methods: headers, query parameters, source ranges.

A load balancer compares names and values of headers and query parameters without regard to case (botocore,
elbv2 HttpHeaderConditionConfig and QueryStringConditionConfig), so the normal form of a condition is in
lower case; the rule has it as the spec writes it.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from tfgen.blueprint.addressing import range_problems
from tfgen.blueprint.model import NamedCondition, text_of_conditions
from tfgen.ip_ranges import is_ipv6
from tfgen.problems import Locate, Problem, SpecPath
from tfgen.spec.model import Requests

_Said = Mapping[str, str | list[str]]


class Conditions(NamedTuple):
    """Those of one route, by name; all must hold."""

    headers: tuple[NamedCondition, ...] = ()
    queries: tuple[NamedCondition, ...] = ()
    sources: tuple[str, ...] = ()

    @property
    def values(self) -> tuple[str, ...]:
        """All values; AWS limits their number in a rule, and that of their wildcards."""
        named = (value for each in (*self.headers, *self.queries) for value in each.accepted)
        return (*named, *self.sources)

    @property
    def normal(self) -> str:
        """What two routes with the same conditions have in common; empty without conditions."""
        headers = ["\t".join((f"{each.name}:", *each.accepted)).lower() for each in self.headers]
        queries = ["\t".join((f"{each.name}=", *each.accepted)).lower() for each in self.queries]
        return "\n".join([*headers, *queries, *self.sources])

    @property
    def text(self) -> str:
        return text_of_conditions(self.headers, self.queries, self.sources)


def of_requests(route: Requests) -> Conditions:
    return Conditions(
        headers=_named_conditions(route.headers),
        queries=_named_conditions(route.query),
        sources=tuple(sorted(set(route.source))),
    )


def _named_conditions(said: _Said) -> tuple[NamedCondition, ...]:
    return tuple(
        NamedCondition(name=name, accepted=_distinct_values(said[name]))
        for name in sorted(said, key=str.lower)
    )


def _distinct_values(said: str | list[str]) -> tuple[str, ...]:
    """Each value once, whatever its case, in an order of their own."""
    values = {value.lower(): value for value in sorted([said] if isinstance(said, str) else said)}
    return tuple(values[key] for key in sorted(values))


def problems(route: Requests, path: SpecPath, at: Locate) -> Iterator[Problem]:
    for name in route.headers:
        if name.lower() == "host":
            message = "a condition on headers cannot be on the Host header"
            hint = "write host: NAME, which is a condition of its own"
            yield Problem("TG560", at((*path, "headers", name)), message, hint)
    yield from _name_problems("header", route.headers, (*path, "headers"), at)
    yield from _name_problems("query parameter", route.query, (*path, "query"), at)
    for cidr in sorted(set(route.source)):
        yield from range_problems(cidr, at((*path, "source")))


def _name_problems(kind: str, said: _Said, path: SpecPath, at: Locate) -> Iterator[Problem]:
    known: dict[str, str] = {}
    for name, values in said.items():
        where = at((*path, name))
        other = known.setdefault(name.lower(), name)
        if other != name:
            message = f'{kind} "{name}" is the same as "{other}": names are not case-sensitive'
            yield Problem("TG561", where, message, f"write {other} once, with a list of its values")
        if not values:
            message = f'{kind} "{name}" has no values'
            yield Problem("TG562", where, message, f'write a value, or "*" for any: {{{name}: "*"}}')


# --- how specific conditions are, for priorities


def looseness(conditions: Conditions) -> int:
    """0 where each condition has one value without wildcards, and up to LOOSEST for what matches more.

    Of conditions on the same things, those that match less are looser by less; where lists overlap in part,
    or patterns differ in little, the numbers can be the same.
    """
    named: list[Sequence[str]] = [each.accepted for each in (*conditions.headers, *conditions.queries)]
    found = sum(map(_values_looseness, named)) + _ranges_looseness(conditions.sources)
    return min(LOOSEST, found)


LOOSEST = 15


def _values_looseness(values: Sequence[str]) -> int:
    demands = [_demand(value) for value in values if "*" in value or "?" in value]
    return LOOSEST - min(10, *demands) if demands else max(0, min(4, len(values) - 1))


def _demand(pattern: str) -> int:
    """How much a pattern asks for: its literals, and less for its stars than for its other wildcards."""
    stars, questions = pattern.count("*"), pattern.count("?")
    return (3 * (len(pattern) - stars - questions) + questions - stars + 1) // 2


def _ranges_looseness(ranges: Sequence[str]) -> int:
    """By the widest range; of IPv6, a quarter of the length counts."""
    lengths = (int(cidr.partition("/")[2]) // (4 if is_ipv6(cidr) else 1) for cidr in ranges)
    widest = min(lengths, default=32)
    return (32 - widest + 2) // 3 if widest < 32 else max(0, len(ranges) - 1)
