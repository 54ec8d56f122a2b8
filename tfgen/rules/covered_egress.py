"""A range in egress that another range covers."""

from collections.abc import Iterable, Iterator

from tfgen.blueprint.model import Blueprint, Service
from tfgen.blueprint.peer_words import port_words
from tfgen.hcl.text import Ref
from tfgen.problems import Problem

ID = "TG317"
SEVERITY = "note"
TITLE = "No range in egress is covered by another"
WHY = "The narrower range has no effect, and suggests that egress is narrower than it is."
SOURCE = "https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html"
BAD = """\
services:
  web:
    egress: [0.0.0.0/0, 10.20.0.0/16]
"""
GOOD = """\
services:
  web:
    egress: [10.20.0.0/16, 10.21.0.0/16]
"""
FAILS = (
    "services:\n"
    "  web: {egress: [{cidr: 10.0.0.0/8, port: 5432}, 0.0.0.0/0, {cidr: 10.9.0.0/16, port: 5432}]}\n",
    "services: {web: {egress: [10.8.0.0/15, 10.8.0.0/16]}}",
    "services: {web: {egress: [10.8.0.0/15, 10.9.255.255/32]}}",
)
PASSES = (
    "services: {web: {egress: [0.0.0.0/0, {cidr: 10.20.0.0/16, port: 5432}]}}",
    "services: {web: {egress: [10.8.0.0/16, 10.8.0.0/16, 10.9.0.0/16]}}",
    "services: {web: {egress: [443, {cidr: 10.8.0.0/16, protocol: udp}, {cidr: {input: office}}]}}",
    "services: {web: {port: 80, egress: [443], ingress: [{cidr: 10.8.0.0/16, port: 443}]}}",
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    for service in blueprint.services:
        where = blueprint.locate(("services", service.key, "egress"))
        for (protocol, ports), cidrs in _by_ports(service).items():
            for narrow, wide in _covered_ranges(cidrs):
                words = port_words(protocol, ports)
                message = f'{narrow} has no effect: "{service.key}" may connect to {words} in all of {wide}'
                hint = f"remove {narrow}, or {wide} if tasks should not reach the rest of it"
                yield Problem(ID, where, message, hint, SEVERITY)


def _by_ports(service: Service) -> dict[tuple[str, tuple[int, int]], list[str]]:
    """The ranges that a service may connect to, by protocol and ports."""
    found: dict[tuple[str, tuple[int, int]], list[str]] = {}
    for rule in service.security_rules:
        cidr = rule.peer.value
        if (rule.direction, rule.peer.argument) == ("egress", "cidr_ipv4") and not isinstance(cidr, Ref):
            found.setdefault((rule.protocol, (rule.port, rule.last_port)), []).append(cidr)
    return found


def _covered_ranges(cidrs: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Each range inside another one, with that one. Two ranges are disjoint, or one contains the other."""
    wide, end = "", -1
    for first, size, cidr in sorted(map(_extent_of_range, cidrs)):
        if first <= end:
            yield cidr, wide
        else:
            wide, end = cidr, first - size - 1


def _extent_of_range(cidr: str) -> tuple[int, int, str]:
    """The first address of a range as a number, and minus its size, so that the widest comes first."""
    address, _, length = cidr.partition("/")
    return int.from_bytes(bytes(map(int, address.split("."))), "big"), -(1 << 32 - int(length)), cidr
