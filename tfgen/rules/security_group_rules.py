"""A security group with more rules than the quota."""

from collections import Counter
from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint
from tfgen.hcl.text import Label, Ref
from tfgen.problems import Location, Problem
from tfgen.rules import _quota, _ranges

ID = "TG334"
SEVERITY = "warning"
TITLE = "A security group has at most 60 rules in each direction unless AWS allows more"
WHY = (
    "tfgen writes a rule for each caller, each called service, each range and each routed service; the "
    "apply stops at the first one over the quota, and its traffic is blocked."
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
FAILS = (_routed(61), _listener(61))
PASSES = (
    f"services: {{web: {{port: 80, routes: [/], egress: [{_cidrs(59)}]}}}}",
    _routed(60) + "\n  worker: {}",
    _listener(60),
)

_WORDS = {"ingress": "inbound", "egress": "outbound"}


def check(blueprint: Blueprint) -> Iterator[Problem]:
    """Each rule is counted by its place in the spec."""
    routed = [service.at for service in blueprint.services if service.target_groups]
    yield from _problems("the load balancer", "egress", routed)
    for balancer in blueprint.load_balancer:
        ranges = [
            _ranges.place_of_clients(blueprint, listener)
            for listener in balancer.listeners
            for _ in listener.cidrs
        ]
        yield from _problems("the load balancer", "ingress", ranges)
    used = Counter(
        (rule.group, rule.direction) for each in blueprint.services for rule in each.security_rules
    )
    for service in blueprint.services:
        for direction in _WORDS:
            count = used[Ref(f"aws_security_group.{service.label}.id"), Label(direction)]
            yield from _problems(f'"{service.key}"', direction, [service.at] * count)


def _problems(owner: str, direction: str, places: list[Location]) -> Iterator[Problem]:
    if limit := _quota.exceeded_limit("rules_per_security_group", len(places)):
        message = (
            f"{owner} has {len(places)} {_WORDS[direction]} security group rules: AWS allows {limit.value}, "
            "and the apply stops there"
        )
        hint = f"{_quota.how_to_raise(limit, len(places))}; or reduce what needs a rule in it"
        yield Problem(ID, _quota.place_over_limit(places, limit), message, hint, SEVERITY)
