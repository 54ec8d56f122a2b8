"""More routed services than a load balancer may have target groups."""

from collections.abc import Iterator

from tfgen.blueprint import quotas
from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem

ID = "TG331"
SEVERITY = "error"
TITLE = "A load balancer has at most 100 services behind it"
WHY = "Each routed service has a target group, and AWS does not raise this limit."
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
FAILS = (_services(102),)
PASSES = (_services(100) + "\n  worker: {}",)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    yield from quotas.target_groups([service.at for service in blueprint.services if service.target_groups])
