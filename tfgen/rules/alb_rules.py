"""More routes than the quota of rules of a load balancer."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint, ListenerRule
from tfgen.problems import Problem
from tfgen.routing.conflicts import find_conflicts
from tfgen.routing.table import Entry, entries_by_listener
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
_TWO = "load_balancers: {main: {}, other: {}}\n"
FAILS = (
    _routes(101),
    "load_balancer: {existing: {listener_arns: {http: {input: arn}}, security_group: {input: group}}}\n"
    + _routes(100),
)
PASSES = (
    _routes(99),
    _TWO + _routes(99).replace("{path: /99, ", "{path: /99, listener: other, "),
    _TWO + _routes(100).replace("{path: /99, ", "{path: /99, listener: other, "),
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    every = [rule for service in blueprint.services for rule in service.rules]
    own = ({each.key for each in balancer.listeners} for balancer in blueprint.load_balancer)
    given = ({each.key for each in balancer.listeners} for balancer in blueprint.existing_load_balancer)
    for names in (*own, *given):
        used = [rule for rule in every if rule.listener in names]
        yield from _rules_over_quota(used, entries_by_listener(blueprint))


def _rules_over_quota(rules: list[ListenerRule], entries: dict[str, tuple[Entry, ...]]) -> Iterator[Problem]:
    if limit := _quota.exceeded_limit("rules_per_alb", len(rules)):
        where = _quota.place_over_limit((rule.at for rule in rules), limit)
        message = (
            f"{len(rules)} routes need a listener rule each: AWS allows {limit.value} for a load balancer, "
            "and the apply stops there"
        )
        if not all(find_conflicts(listener).known for listener in entries.values()):
            message += "; with so many, tfgen does not compare all of them, and some may never match"
        hint = f"{_quota.how_to_raise(limit, len(rules))}; or join routes with wildcards"
        yield Problem(ID, where, message, hint, SEVERITY)
