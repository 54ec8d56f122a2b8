"""Headers, query parameters and source addresses of requests, as texts that patterns match.

A request is taken to have a header or a query parameter once. Rules that share requests with it twice are
so not found to overlap, but a rule that gets none of the others gets none of these either: whatever value
matches it, a request with this value alone matches an earlier rule.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from ipaddress import IPv4Address, IPv6Address
from typing import NamedTuple

from tfgen.blueprint.model import ListenerRule, NamedCondition
from tfgen.ip_ranges import Range, is_inside, joined_ranges, parse_range
from tfgen.routing.patterns import Patterns

WITHOUT_CONDITION: Patterns = ("*",)
"""What has none may be missing in a request: its text is empty then."""

_PRESENT = "="
_IPV4, _IPV6 = "4", "6"


class Subject(NamedTuple):
    """What a condition is about: `kind` is header, query or source."""

    kind: str
    name: str = ""

    def example(self, text: str) -> str:
        """Of a request that patterns match, this part as a person writes it."""
        if self.kind == "source":
            length, address = (128, IPv6Address) if text.startswith(_IPV6) else (32, IPv4Address)
            bits = "".join(char for char in text[1 : length + 1] if char in "01")
            return f"from {address(int(bits.ljust(length, '0'), 2))}"
        return f"{self.name}: {text[1:]}" if self.kind == "header" else f"?{self.name}={text[1:]}"


def subjects_of_rule(rule: ListenerRule) -> Iterator[Subject]:
    yield from (Subject("header", each.name.lower()) for each in rule.headers)
    yield from (Subject("query", each.name.lower()) for each in rule.queries)
    yield from (Subject("source") for _ in rule.sources)


def patterns_of_rule(rule: ListenerRule, subject: Subject, tiles: "Tiles") -> Patterns:
    if subject.kind == "source":
        ranges = (part for cidr in ranges_of_rule(rule) for part in tiles.get(cidr, [cidr]))
        return tuple(dict.fromkeys(map(_range_pattern, ranges))) or WITHOUT_CONDITION
    named = rule.headers if subject.kind == "header" else rule.queries
    return tuple(_values_of(named, subject.name)) or WITHOUT_CONDITION


def _values_of(named: tuple[NamedCondition, ...], name: str) -> Iterator[str]:
    for condition in named:
        if condition.name.lower() == name:
            yield from (f"{_PRESENT}{value.lower()}" for value in condition.accepted)


Tiles = Mapping[Range, Sequence[Range]]


def ranges_of_rule(rule: ListenerRule) -> Iterator[Range]:
    return (parse_range(cidr) for values in rule.sources for cidr in values)


def tiles_of_ranges(rules: Iterable[ListenerRule]) -> Tiles:
    """The ranges that others in the rules of a listener make up, each with those: patterns do not know that
    two halves are the whole."""
    found: dict[Range, Sequence[Range]] = {}
    known = sorted({cidr for rule in rules for cidr in ranges_of_rule(rule)}, key=_narrow_first)
    for index, outer in enumerate(known):
        inner = [each for each in known[:index] if is_inside(each, outer)]
        if joined_ranges(inner) == [outer]:
            widest = [
                each for each in inner if not any(each != other and is_inside(each, other) for other in inner)
            ]
            found[outer] = [part for each in widest for part in found.get(each, [each])]
    return found


def _narrow_first(cidr: Range) -> tuple[int, int, int]:
    return cidr.version, -cidr.prefixlen, int(cidr.network_address)


def _range_pattern(cidr: Range) -> str:
    length = cidr.max_prefixlen
    bits = f"{int(cidr.network_address):0{length}b}"[: cidr.prefixlen]
    version = _IPV6 if cidr.version == 6 else _IPV4
    return f"{version}{bits}{'*' if cidr.prefixlen < length else ''}"
