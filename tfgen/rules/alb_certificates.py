"""More certificates than the quota of a load balancer."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint, Listener
from tfgen.problems import Problem
from tfgen.rules import _quota

ID = "TG398"
SEVERITY = "warning"
TITLE = "A load balancer has at most 25 further certificates unless AWS allows more"
WHY = "The apply stops at the first certificate over the quota. The default certificates do not count."
SOURCE = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html"


def _certificates(count: int) -> str:
    """As many besides the default one."""
    names = ", ".join(f"{{input: certificate_{number}}}" for number in range(count + 1))
    return f"load_balancer: {{certificate: [{names}]}}\nservices: {{web: {{port: 80, routes: [/]}}}}"


BAD = _certificates(26)
GOOD = """\
load_balancer:
  certificate: [{input: certificate}, {input: old_certificate}]
services:
  web: {port: 80, routes: [/]}
"""
FAILS = (_certificates(27),)
PASSES = (
    _certificates(25),
    "services: {web: {port: 80, routes: [/]}}",
    _certificates(25)
    .replace("load_balancer: {", "load_balancers: {other: {certificate: [{input: a}, {input: b}]}, main: {")
    .replace("]}\n", "]}}\n")
    .replace("[/]", "[/, {path: /, listener: other}]"),
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    for balancer in blueprint.load_balancer:
        yield from _certificates_over_quota(balancer.listeners)


def _certificates_over_quota(listeners: tuple[Listener, ...]) -> Iterator[Problem]:
    used = [listener.at for listener in listeners for _ in listener.more_certificates]
    if limit := _quota.exceeded_limit("certificates_per_alb", len(used)):
        where = _quota.place_over_limit(used, limit)
        message = (
            f"{len(used)} certificates besides the default ones: AWS allows {limit.value} for a load "
            "balancer, and the apply stops there"
        )
        hint = "put several names into one certificate, or a wildcard; AWS can raise the quota"
        yield Problem(ID, where, message, hint, SEVERITY)
