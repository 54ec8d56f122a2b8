"""Headers, query parameters and source addresses of requests, as texts that patterns match.

A request is taken to have a header or a query parameter once. Rules that share requests with it twice are
so not found to overlap, but a rule that gets none of the others gets none of these either: whatever value
matches it, a request with this value alone matches an earlier rule.
"""

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network
from typing import NamedTuple

from tfgen.blueprint.model import ListenerRule, NamedCondition
from tfgen.routing.patterns import Patterns

WITHOUT_CONDITION: Patterns = ("*",)
"""What has none may be missing in a request: its text is empty then."""

_PRESENT = "="
_IPV4 = "4"


class Subject(NamedTuple):
    """What a condition is about: `kind` is header, query or source."""

    kind: str
    name: str = ""

    def example(self, text: str) -> str:
        """Of a request that patterns match, this part as a person writes it."""
        if self.kind == "source":
            bits = "".join(char for char in text[1:33] if char in "01")
            return f"from {IPv4Address(int(bits.ljust(32, '0'), 2))}"
        return f"{self.name}: {text[1:]}" if self.kind == "header" else f"?{self.name}={text[1:]}"


def subjects_of_rule(rule: ListenerRule) -> Iterator[Subject]:
    yield from (Subject("header", each.name.lower()) for each in rule.headers)
    yield from (Subject("query", each.name.lower()) for each in rule.queries)
    yield from (Subject("source") for _ in rule.sources)


def patterns_of_rule(rule: ListenerRule, subject: Subject) -> Patterns:
    if subject.kind == "source":
        ranges = tuple(_range_pattern(IPv4Network(cidr)) for values in rule.sources for cidr in values)
        return ranges or WITHOUT_CONDITION
    named = rule.headers if subject.kind == "header" else rule.queries
    return tuple(_values_of(named, subject.name)) or WITHOUT_CONDITION


def _values_of(named: tuple[NamedCondition, ...], name: str) -> Iterator[str]:
    for condition in named:
        if condition.name.lower() == name:
            yield from (f"{_PRESENT}{value.lower()}" for value in condition.accepted)


def _range_pattern(cidr: IPv4Network) -> str:
    bits = f"{int(cidr.network_address):032b}"[: cidr.prefixlen]
    return f"{_IPV4}{bits}{'*' if cidr.prefixlen < 32 else ''}"
