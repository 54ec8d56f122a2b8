"""More routes than the quota of rules of a load balancer."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem
from tfgen.routing.conflicts import find_conflicts
from tfgen.routing.table import entries_by_listener
from tfgen.rules import _quota

ID = "TG330"
SEVERITY = "warning"
TITLE = "A load balancer has at most 100 rules unless AWS allows more"
WHY = "Each route is a listener rule; the apply stops at the first one over the quota."
SOURCE = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html"


def _routes(count: int) -> str:
    pinned = ", ".join(f"{{path: /{n}, priority: {n}}}" for n in range(1, count + 1))
    return f"services: {{web: {{port: 80, routes: [/, {pinned}]}}}}"


BAD = _routes(100)
GOOD = """\
services:
  web:
    port: 80
    routes: [/]
"""
FAILS = (_routes(101),)
PASSES = (_routes(99),)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    rules = [rule for service in blueprint.services for rule in service.rules]
    if limit := _quota.exceeded_limit("rules_per_alb", len(rules)):
        where = _quota.place_over_limit((rule.at for rule in rules), limit)
        message = (
            f"{len(rules)} routes need a listener rule each: AWS allows {limit.value} for a load balancer, "
            "and the apply stops there"
        )
        if not all(find_conflicts(listener).known for listener in entries_by_listener(blueprint).values()):
            message += "; with so many, tfgen does not compare all of them, and some may never match"
        hint = f"{_quota.how_to_raise(limit, len(rules))}; or join routes with wildcards"
        yield Problem(ID, where, message, hint, SEVERITY)
