"""A security group with more rules than the quota."""

from collections import Counter
from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint
from tfgen.blueprint.peer_words import GROUP, PREFIX_LIST, RANGES
from tfgen.hcl.text import Label, Ref
from tfgen.ip_ranges import is_ipv6
from tfgen.problems import Location, Problem
from tfgen.rules import _quota, _ranges

ID = "TG334"
SEVERITY = "warning"
TITLE = "A security group has at most 60 rules in each direction unless AWS allows more"
WHY = (
    "tfgen writes a rule for each caller, each called service, each range and each routed service; the "
    "apply stops at the first one over the quota, and its traffic is blocked. Ranges of IPv4 and of IPv6 "
    "have a quota each, and all other rules count for both."
)
SOURCE = "https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html"


def _cidrs(count: int) -> str:
    return ", ".join(f"10.1.{n}.0/24" for n in range(count))


def _routed(count: int) -> str:
    lines = (f"  s{n}: {{port: 80, routes: [{{path: /{n}, priority: {n}}}]}}" for n in range(1, count + 1))
    return "services:\n" + "\n".join(lines)


def _listener(ranges: int) -> str:
    return f"load_balancer: {{cidrs: [{_cidrs(ranges)}]}}\nservices: {{web: {{port: 80, routes: [/]}}}}"


BAD = f"services: {{web: {{egress: [{_cidrs(60)}]}}}}"  # and S3, which stores the layers of the image
GOOD = """\
services:
  web:
    egress: [10.1.0.0/16]
"""


def _by_both(ipv4: int, ipv6: int) -> str:
    ranges = ", ".join([_cidrs(ipv4), *(f'"2001:db8:{n:x}::/48"' for n in range(1, ipv6 + 1))])
    routed = "services:\n  web: {port: 80, routes: [/]}"
    return f"network: {{ipv6: true}}\nload_balancer: {{cidrs: [{ranges}]}}\n{routed}"


FAILS = (
    _routed(61),
    _routed(59)
    + "\n  two: {ports: {http: 80, a: 81}, routes: [{path: /two, priority: 99}], health_check: {port: a}}",
    _listener(61),
    _by_both(1, 61),
    _by_both(61, 1),
)
PASSES = (
    _by_both(40, 40),
    f"network: {{ipv6: true}}\nservices: {{web: {{egress: [{_cidrs(50)}, 443, 5000, 5001]}}}}",
    f"services: {{web: {{port: 80, routes: [/], egress: [{_cidrs(59)}]}}}}",
    _routed(60) + "\n  worker: {}",
    "load_balancers: {main: {}, other: {}}\n"
    + _routed(60)
    + "\n  more: {port: 80, routes: [{path: /, listener: other}]}",
    _listener(60),
)

_WORDS = {"ingress": "inbound", "egress": "outbound"}


def check(blueprint: Blueprint) -> Iterator[Problem]:
    """Each rule is counted by its place in the spec."""
    for balancer in blueprint.load_balancer:
        towards = [
            service.at
            for service in blueprint.tasks
            for rule in service.security_rules
            if rule.group == balancer.group
        ]
        yield from _problems(balancer.noun, "egress", towards)
        ranges: dict[bool, list[Location]] = {False: [], True: []}
        for listener in balancer.listeners:
            for each in listener.cidrs:
                ranges[is_ipv6(each.cidr)].append(_ranges.place_of_clients(blueprint, listener))
        yield from _problems(balancer.noun, "ingress", max(ranges.values(), key=len))
    used = Counter(
        (rule.group, rule.direction, rule.peer.argument)
        for each in blueprint.tasks
        for rule in each.security_rules
    )
    for service in blueprint.tasks:
        for direction in _WORDS:
            own = (Ref(f"aws_security_group.{service.label}.id"), Label(direction))
            by_ip = [used[(*own, argument)] for argument in RANGES]
            count = max(by_ip) + sum(used[(*own, argument)] for argument in (GROUP, PREFIX_LIST))
            yield from _problems(f'"{service.key}"', direction, [service.at] * count)


def _problems(owner: str, direction: str, places: list[Location]) -> Iterator[Problem]:
    if limit := _quota.exceeded_limit("rules_per_security_group", len(places)):
        message = (
            f"{owner} has {len(places)} {_WORDS[direction]} security group rules: AWS allows {limit.value}, "
            "and the apply stops there"
        )
        hint = f"{_quota.how_to_raise(limit, len(places))}; or reduce what needs a rule in it"
        yield Problem(ID, _quota.place_over_limit(places, limit), message, hint, SEVERITY)
