"""The rules of a listener in the order of evaluation, and the service behind each."""

from msgspec import Struct

from tfgen.blueprint.model import Blueprint, ListenerRule, Service
from tfgen.routing.patterns import BREAK, Patterns

_ANYTHING = ("?*",)


class Entry(Struct, frozen=True):
    """One rule, and the requests that it matches: each part holds the patterns of one condition."""

    service: str
    rule: ListenerRule
    hosts: Patterns
    paths: Patterns
    methods: Patterns

    @property
    def parts(self) -> tuple[Patterns, ...]:
        """From the part that a person looks at first to the last."""
        return self.hosts, self.paths, self.methods

    @property
    def requests(self) -> Patterns:
        """Whole requests, as patterns."""
        return tuple(
            f"{host}{BREAK}{path}{BREAK}{method}"
            for host in self.hosts
            for path in self.paths
            for method in self.methods
        )

    def __str__(self) -> str:
        return f'"{route_text(self.rule)}"'


def route_text(rule: ListenerRule) -> str:
    """The route of a rule as a person writes it."""
    methods = " or ".join(values[0] for values in zip(*rule.methods, strict=False))
    host = "".join(values[0] for values in rule.hosts)
    path = "".join(values[0] for values in rule.paths)
    return f"{methods} {host}{'/' if path in ('', '/*') else path}".strip()


def entries_by_listener(blueprint: Blueprint) -> dict[str, tuple[Entry, ...]]:
    """The rules of each listener that has some, by priority."""
    found: dict[str, list[Entry]] = {}
    for service in blueprint.services:
        for rule in service.rules:
            found.setdefault(rule.listener, []).append(_entry_of_rule(service, rule))
    return {
        listener: tuple(sorted(own, key=lambda entry: entry.rule.priority)) for listener, own in found.items()
    }


def _entry_of_rule(service: Service, rule: ListenerRule) -> Entry:
    return Entry(
        service=service.key,
        rule=rule,
        hosts=tuple(_legal_host(host) for values in rule.hosts for host in values) or _ANYTHING,
        paths=tuple(path for values in rule.paths for path in values) or ("/*",),
        methods=tuple(method for values in rule.methods for method in values) or _ANYTHING,
    )


def _legal_host(host: str) -> str:
    """A host pattern without the hosts that cannot be: no label of a host name is empty (RFC 1034, 3.1)."""
    return ".".join("?*" if label and not label.strip("*") else label for label in host.split("."))
