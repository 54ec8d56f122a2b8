"""More routed ports of services than a load balancer may have target groups."""

from collections.abc import Iterator

from tfgen.blueprint import quotas
from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem
from tfgen.rules import _front

ID = "TG331"
SEVERITY = "error"
TITLE = "A load balancer has at most 100 services behind it"
WHY = "Each port of a service that routes lead to has a target group, and AWS does not raise this limit."
SOURCE = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html"


def _services(count: int) -> str:
    lines = (f"  s{n}: {{port: 80, routes: [{{path: /{n}, priority: {n}}}]}}" for n in range(1, count + 1))
    return "services:\n" + "\n".join(lines)


BAD = _services(101)
GOOD = """\
services:
  web:
    port: 80
    routes: [/]
"""
FAILS = (
    _services(102),
    _services(99)
    + "\n  two: {ports: {http: 80, admin: 81}, routes: [/two, {path: /admin, port: admin, priority: 40000}]}",
)
PASSES = (
    _services(100) + "\n  worker: {}",
    "load_balancers: {main: {}, other: {}}\n"
    + _services(100)
    + "\n  more: {port: 80, routes: [{path: /, listener: other}]}",
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    for key in _front.balancer_keys(blueprint):
        yield from quotas.target_groups(_front.target_group_places(blueprint, key))
