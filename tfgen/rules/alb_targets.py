"""More tasks than the quota of targets of a load balancer."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem
from tfgen.rules import _quota

ID = "TG333"
SEVERITY = "warning"
TITLE = "A load balancer has at most 1,000 targets unless AWS allows more"
WHY = (
    "A deployment starts new tasks before it stops old ones, so their number doubles; tasks that cannot be "
    "registered receive no requests."
)
SOURCE = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html"
BAD = """\
services:
  web:
    port: 80
    routes: [/]
    count: 501
"""
GOOD = """\
services:
  web:
    port: 80
    routes: [/]
    count: 500
  worker:
    count: 10
"""
FAILS = ("services:\n  a: {port: 80, routes: [/], count: 300}\n  b: {port: 80, routes: [/b], count: 300}\n",)
PASSES = ("services: {web: {port: 80, count: 501}}",)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    routed = [service for service in blueprint.services if service.target_groups]
    tasks = sum(service.tasks.most for service in routed)
    if limit := _quota.exceeded_limit("targets_per_alb", 2 * tasks):
        most = max(routed, key=lambda service: service.tasks.most)
        message = (
            f"{tasks} tasks are behind the load balancer, and {2 * tasks} during a deployment of all "
            f"services: AWS allows {limit.value}, and the others receive no requests"
        )
        yield Problem(ID, most.tasks.at, message, _quota.how_to_raise(limit, 2 * tasks), SEVERITY)
