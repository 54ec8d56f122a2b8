"""More listeners than the quota of a load balancer."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint, Listener
from tfgen.problems import Problem
from tfgen.rules import _quota

ID = "TG332"
SEVERITY = "warning"
TITLE = "A load balancer has at most 50 listeners unless AWS allows more"
WHY = "The apply stops at the first listener over the quota."
SOURCE = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html"


def _listeners(count: int) -> str:
    ports = ", ".join(f"l{n}: {8000 + n}" for n in range(1, count + 1))
    service = "services: {web: {port: 80, listener: l1, routes: [/]}}"
    return f"load_balancer: {{listeners: {{{ports}}}}}\n{service}"


def _of_network(count: int) -> str:
    ports = ", ".join(f"l{n}: {8000 + n}" for n in range(1, count + 1))
    routes = ", ".join(f"{{listener: raw.l{n}}}" for n in range(1, count + 1))
    balancer = f"load_balancers: {{raw: {{type: network, listeners: {{{ports}}}}}}}"
    return f"{balancer}\nservices: {{web: {{port: 80, routes: [{routes}]}}}}"


BAD = _listeners(51)
GOOD = """\
load_balancer:
  listeners: {http: 80, admin: 9000}
services:
  web: {port: 80, routes: [/, {path: /admin, listener: admin}]}
"""
FAILS = (_listeners(52),)
PASSES = (
    _listeners(50),
    _of_network(51),
    _listeners(50)
    .replace("load_balancer: {", "load_balancers: {other: {}, main: {")
    .replace("}}\n", "}}}\n")
    .replace("[/]", "[/, {path: /, listener: other}]"),
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    for balancer in blueprint.load_balancer:
        yield from _listeners_over_quota(() if balancer.is_network else balancer.listeners)


def _listeners_over_quota(listeners: tuple[Listener, ...]) -> Iterator[Problem]:
    if limit := _quota.exceeded_limit("listeners_per_alb", len(listeners)):
        where = _quota.place_over_limit((listener.at for listener in listeners), limit)
        message = (
            f"{len(listeners)} listeners: AWS allows {limit.value} for a load balancer, and the apply "
            "stops there"
        )
        hint = f"{_quota.how_to_raise(limit, len(listeners))}; or separate services by path or host"
        yield Problem(ID, where, message, hint, SEVERITY)
