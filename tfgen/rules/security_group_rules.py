"""A security group with more rules than AWS allows."""

from collections import Counter
from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint
from tfgen.problems import Location, Problem
from tfgen.rules import _quota

ID = "TG334"
SEVERITY = "warning"
TITLE = "A security group has 60 rules each way unless AWS allows more"
WHY = (
    "tfgen writes a rule for each caller, each called service, each range and each routed service; the apply "
    "stops at the first that is too many, and what it stood for is not reached."
)
SOURCE = "https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html"


def _ranges(count: int) -> str:
    return ", ".join(f"10.1.{n}.0/24" for n in range(count))


def _routed(count: int) -> str:
    lines = (f"  s{n}: {{port: 80, routes: [{{path: /{n}, priority: {n}}}]}}" for n in range(1, count + 1))
    return "services:\n" + "\n".join(lines)


def _listener(ranges: int) -> str:
    return f"load_balancer: {{cidrs: [{_ranges(ranges)}]}}\nservices: {{web: {{port: 80, routes: [/]}}}}"


BAD = f"services: {{web: {{egress_cidrs: [{_ranges(60)}]}}}}"  # and S3, where the image comes from
GOOD = """\
services:
  web:
    egress_cidrs: [10.1.0.0/16]
"""
FAILS = (_routed(61), _listener(61))
PASSES = (f"services: {{web: {{egress_cidrs: [{_ranges(59)}]}}}}", _routed(60), _listener(60))

_WORDS = {"ingress": "inbound", "egress": "outbound"}


def check(blueprint: Blueprint) -> Iterator[Problem]:
    balancer = Counter[str]()
    for service in blueprint.services:
        own = Counter[str]()
        for rule in service.security_rules:
            # The load balancer's group is in another module, and so a variable of this one.
            (balancer if rule.group.startswith("var.") else own)[rule.direction] += 1
        yield from _problems(f'"{service.key}"', own, service.at)
    balancer["ingress"] = sum(
        len(listener.cidrs) for lb in blueprint.load_balancer for listener in lb.listeners
    )
    yield from _problems("the load balancer", balancer, blueprint.locate(("load_balancer",)))


def _problems(owner: str, counts: Counter[str], where: Location) -> Iterator[Problem]:
    for direction, used in counts.items():
        if limit := _quota.over("rules_per_security_group", used):
            message = f"{owner} has {used} {_WORDS[direction]} security group rules; AWS allows {limit.value}"
            hint = f"{_quota.more(limit, used)}; or let fewer things meet in it"
            yield Problem(ID, where, message, hint, SEVERITY)
