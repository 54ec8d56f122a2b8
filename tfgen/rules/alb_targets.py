"""More tasks than the quota of targets of a load balancer."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint, Service
from tfgen.problems import Problem
from tfgen.rules import _front, _quota

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
FAILS = (
    "services: {web: {port: 80, routes: [/], count: 501}, worker: {count: 3}}",
    "services:\n  a: {port: 80, routes: [/], count: 300}\n  b: {port: 80, routes: [/b], count: 300}\n",
    "services: {a: {ports: {http: 80, b: 81}, routes: [/, {path: /b, port: b}], count: 251}}",
)
PASSES = (
    "load_balancers: {raw: {type: network, listeners: {a: 9000}}}\n"
    "services: {web: {port: 80, routes: [{listener: raw.a}], count: 501}}",
    "services: {web: {port: 80, count: 501}}",
    "services: {web: {port: 80, routes: [/], count: 600, deployment: {maximum: 150}}}",
    "load_balancers: {main: {}, other: {}}\n"
    "services:\n"
    "  a: {port: 80, routes: [/], count: 300}\n"
    "  b: {port: 80, routes: [{path: /b, listener: other}], count: 300}\n",
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    for key in _front.balancer_keys(blueprint):
        yield from _targets_of(key, _front.services_behind(blueprint, key))


def _targets_of(balancer: str, routed: tuple[Service, ...]) -> Iterator[Problem]:
    """Each task is a target in each target group that its service has behind a load balancer."""
    groups = [sum(group.balancer == balancer for group in service.target_groups) for service in routed]
    targets = sum(service.tasks.most * count for service, count in zip(routed, groups, strict=True))
    deployed = sum(
        service.tasks_while_deployed * count for service, count in zip(routed, groups, strict=True)
    )
    if limit := _quota.exceeded_limit("targets_per_alb", deployed):
        most = max(zip(routed, groups, strict=True), key=lambda each: each[0].tasks.most * each[1])[0]
        what = "tasks" if targets == sum(service.tasks.most for service in routed) else "ports of tasks"
        message = (
            f"{targets} {what} are behind the load balancer, and {deployed} during a deployment of all "
            f"services: AWS allows {limit.value}, and the others receive no requests"
        )
        yield Problem(ID, most.tasks.most_at, message, _quota.how_to_raise(limit, deployed), SEVERITY)
