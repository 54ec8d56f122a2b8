"""A range in egress that another range covers."""

from collections.abc import Iterator

from tfgen.blueprint.model import ALL_PROTOCOLS, Blueprint, Task
from tfgen.blueprint.peer_words import RANGES, port_words
from tfgen.hcl.text import Ref
from tfgen.ip_ranges import parse_range
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
_RULE = "module.services.aws_vpc_security_group_egress_rule.web_to_internet"
FAILS = (
    "services: {web: {egress: [443, {cidr: 10.8.0.0/16, port: 53, protocol: udp}]}}\n"
    f"overrides: {{{_RULE}: {{ip_protocol: '-1', from_port: null, to_port: null}}}}",
    "services:\n"
    "  web: {egress: [{cidr: 10.0.0.0/8, port: 5432}, 0.0.0.0/0, {cidr: 10.9.0.0/16, port: 5432}]}\n",
    "services: {web: {egress: [10.8.0.0/15, 10.8.0.0/16]}}",
    "services: {web: {egress: [10.8.0.0/15, 10.9.255.255/32]}}",
    "services: {web: {egress: [443, 400-500]}}",
    "services: {web: {egress: [443, 400-500, 400-600]}}",
    "services: {web: {egress: [443, 8000-8100, {cidr: 10.8.0.0/16, port: 8100}]}}",
    "services: {web: {egress: [443, {protocol: udp, port: 1-99}, {protocol: udp, port: 53}]}}",
    "network: {ipv6: true}\nservices: {web: {egress: ['2001:db8::/32', '2001:db8:1::/48']}}",
    "services: {web: {egress: [{protocol: icmp}, 443, {protocol: icmp, cidr: 10.8.0.0/16}]}}",
)
PASSES = (
    # As numbers, these addresses are those of the other range.
    "network: {ipv6: true}\nservices: {web: {egress: [198.51.0.0/16, {cidr: '::c633:6407/128'}]}}",
    "services: {web: {egress: [0.0.0.0/0, {cidr: 10.20.0.0/16, port: 5432}]}}",
    "services: {web: {egress: [10.8.0.0/16, 10.8.0.0/16, 10.9.0.0/16]}}",
    "services: {web: {egress: [443, {cidr: 10.8.0.0/16, protocol: udp}, {cidr: {input: office}}]}}",
    "services: {web: {egress: [{cidr: 10.8.0.0/16, port: 443-444}, {cidr: 10.8.0.0/16, port: 442-443}]}}",
    "services: {web: {egress: [443, {cidr: 10.9.0.0/16, port: 5000-6000}, {cidr: 10.8.0.0/16, port: 5432}]}}",
    "services: {web: {port: 80, egress: [443], ingress: [{cidr: 10.8.0.0/16, port: 443}]}}",
    "services: {web: {egress: [443], calls: [{cidr: 10.8.0.0/16, port: 443}]}}",
)


_TO_RANGES = [("egress", argument) for argument in RANGES]
Ports = tuple[str, tuple[int, int]]
"""A protocol, with the first and the last port."""


def check(blueprint: Blueprint) -> Iterator[Problem]:
    for service in blueprint.tasks:
        where = blueprint.locate((*service.path, "egress"))
        by_ports = _by_ports(service)
        for own, cidrs in by_ports.items():
            outer = [each for each in by_ports if each != own and _holds(each, own)]
            around = [(cidr, port_words(*each)) for each in outer for cidr in by_ports[each]]
            for narrow, wide, words in _covered_ranges([(cidr, "") for cidr in cidrs], around):
                this = f"{narrow}, {port_words(*own)}," if words else narrow
                ports = words or port_words(*own)
                message = f'{this} has no effect: "{service.key}" may connect to {ports} in all of {wide}'
                hint = f"remove {narrow}, or {wide} if tasks should not reach the rest of it"
                if words:
                    hint = f"remove this entry, or the one that allows {words}"
                yield Problem(ID, where, message, hint, SEVERITY)


def _holds(wide: Ports, narrow: Ports) -> bool:
    """Whether all of some ports are among others."""
    (protocol, (first, last)), (other, (start, end)) = wide, narrow
    return protocol == ALL_PROTOCOLS or (protocol == other and first <= start and end <= last)


def _by_ports(service: Task) -> dict[Ports, list[str]]:
    """The ranges that a service may connect to, by protocol and ports."""
    found: dict[Ports, list[str]] = {}
    called = {each.egress for each in service.outside} - set(service.egress)  # which say more than a range
    spared = {(each.cidr, each.protocol, each.port) for each in called}
    for rule in service.security_rules:
        cidr = rule.peer.value
        if (cidr, rule.protocol, rule.port) in spared:
            continue
        if (rule.direction, rule.peer.argument) in _TO_RANGES and not isinstance(cidr, Ref):
            found.setdefault((rule.protocol, (rule.port, rule.last_port)), []).append(cidr)
    return found


Range = tuple[str, str]
"""A range, and what is allowed in it where that is more than what is compared with it; else nothing."""


def _covered_ranges(ranges: list[Range], around: list[Range]) -> Iterator[tuple[str, str, str]]:
    """Each range inside another one, with that one and what it allows. Two ranges are disjoint, or one
    contains the other."""
    wide, allowed, end = "", "", -1
    extents = (
        *((*_extent_of_range(cidr), words) for cidr, words in around),
        *((*_extent_of_range(cidr), words) for cidr, words in ranges),
    )
    for first, size, cidr, words in sorted(extents, key=lambda each: each[:2]):
        if first > end:
            wide, allowed, end = cidr, words, first - size - 1
        elif not words:
            yield cidr, wide, allowed


def _extent_of_range(cidr: str) -> tuple[int, int, str]:
    """The first address of a range as a number, and minus its size, so that the widest comes first. The
    version is part of the number: those of IPv6 are not among those of IPv4."""
    range_ = parse_range(cidr)
    return (range_.version << 128) + int(range_.network_address), -range_.num_addresses, cidr
