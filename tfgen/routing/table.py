"""The rules of a listener in the order of evaluation, and the service behind each."""

from collections.abc import Iterator
from itertools import product

from msgspec import Struct

from tfgen.blueprint.model import Blueprint, ListenerRule, text_of_conditions
from tfgen.routing.extras import (
    WITHOUT_CONDITION,
    Subject,
    patterns_of_rule,
    subjects_of_rule,
    tiles_of_ranges,
)
from tfgen.routing.patterns import BREAK, Patterns

_ANYTHING = ("?*",)


class Entry(Struct, frozen=True):
    """One rule, and the requests that it matches: each part holds the patterns of one condition.

    `service` may be several, of which each gets a share; it is empty where the load balancer itself answers.
    """

    service: str
    rule: ListenerRule
    hosts: Patterns
    paths: Patterns
    methods: Patterns
    subjects: tuple[Subject, ...] = ()
    """What else the rules of the listener have conditions on: the same for all of them."""
    extras: tuple[Patterns, ...] = ()
    """The patterns for each of `subjects`."""

    @property
    def parts(self) -> tuple[Patterns, ...]:
        """From the part that a person looks at first to the last, and then what has no order."""
        return self.hosts, self.paths, self.methods, *self.extras

    @property
    def requests(self) -> Patterns:
        """Whole requests, as patterns."""
        return tuple(map(BREAK.join, product(*self.parts)))

    def has_condition(self, subject: Subject) -> bool:
        return self.extras[self.subjects.index(subject)] != WITHOUT_CONDITION

    @property
    def answerer(self) -> str:
        """Who responds, in a sentence."""
        return f'"{self.service}"' if self.service else "the load balancer itself"

    def __str__(self) -> str:
        return f'"{route_text(self.rule)}"'


def route_text(rule: ListenerRule) -> str:
    """The route of a rule as a person writes it."""
    methods = " or ".join(values[0] for values in zip(*rule.methods, strict=False))
    host = "".join(values[0] for values in rule.hosts)
    path = "".join(values[0] for values in rule.paths)
    request = f"{methods} {host}{'/' if path in ('', '/*') else path}".strip()
    sources = tuple(cidr for values in rule.sources for cidr in values)
    return f"{request}{text_of_conditions(rule.headers, rule.queries, sources)}"


def services_of_entry(entry: Entry) -> tuple[str, ...]:
    return entry.rule.services or tuple(filter(None, [entry.service]))


def entries_by_listener(blueprint: Blueprint) -> dict[str, tuple[Entry, ...]]:
    """The rules of each listener that has some, by priority."""
    found: dict[str, list[tuple[str, ListenerRule]]] = {}
    for service in blueprint.services:
        for rule in service.rules:
            found.setdefault(rule.listener, []).append((service.key, rule))
    for balancer in blueprint.load_balancer:
        for listener in balancer.listeners:
            found.setdefault(listener.key, []).extend(("", rule) for rule in listener.rules)
    return {listener: tuple(_entries_of_rules(own)) for listener, own in found.items() if own}


def _entries_of_rules(rules: list[tuple[str, ListenerRule]]) -> Iterator[Entry]:
    subjects = tuple(sorted({subject for _, rule in rules for subject in subjects_of_rule(rule)}))
    tiles = tiles_of_ranges(rule for _, rule in rules)
    for service, rule in sorted(rules, key=lambda pair: pair[1].priority):
        yield Entry(
            service=" and ".join(rule.services or (service,)),
            rule=rule,
            hosts=tuple(_legal_host(host) for values in rule.hosts for host in values) or _ANYTHING,
            paths=tuple(path for values in rule.paths for path in values) or ("/*",),
            methods=tuple(method for values in rule.methods for method in values) or _ANYTHING,
            subjects=subjects,
            extras=tuple(patterns_of_rule(rule, subject, tiles) for subject in subjects),
        )


def _legal_host(host: str) -> str:
    """A host pattern without the hosts that cannot be: no label of a host name is empty (RFC 1034, 3.1)."""
    return ".".join("?*" if label and not label.strip("*") else label for label in host.split("."))
