"""Fewer tasks than zones, where a zone of the load balancer has only its own tasks."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem

ID = "TG396"
SEVERITY = "warning"
TITLE = "Without cross-zone load balancing, every zone has a task"
WHY = (
    "With cross_zone: false, the load balancer's node in a zone sends requests only to tasks in that zone, "
    "and responds with 503 where there is none. During a deployment or a failure there may be fewer tasks."
)
SOURCE = (
    "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-target-group-attributes.html"
)
BAD = """\
services:
  web: {port: 80, routes: [/], count: 1, cross_zone: false}
"""
GOOD = """\
services:
  web: {port: 80, routes: [/], count: 2, cross_zone: false}
"""
FAILS = (
    "network: {zones: 3}\nservices: {web: {port: 80, routes: [/], cross_zone: false}}",
    "network: {egress: public, zones: 3}\nservices: {web: {port: 80, routes: [/], cross_zone: false}}",
    "services: {web: {port: 80, routes: [/], count: 1}}\n"
    "overrides: {module.services.aws_lb_target_group.web: {load_balancing_cross_zone_enabled: 'false'}}",
)
PASSES = (
    "services: {web: {port: 80, routes: [/], count: 1}}",
    "services: {web: {port: 80, routes: [/], count: 1, cross_zone: true}}",
    "services: {web: {port: 80, count: 1}}",
    "services: {web: {port: 80, routes: [/], count: 0, cross_zone: false}}",
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    zones = len(blueprint.network.subnets_of(blueprint.network.task_subnets))
    for service in blueprint.services:
        off = any(group.cross_zone == ("false",) for group in service.target_groups)
        if off and 0 < service.tasks.least < zones:
            where = blueprint.locate(("services", service.key, "cross_zone"))
            message = (
                f'"{service.key}" has {service.tasks.least} tasks in {zones} zones: without cross-zone load '
                "balancing, requests that reach a zone without a task get 503"
            )
            hint = f"write count: {zones} or more, or remove cross_zone"
            yield Problem(ID, where, message, hint, SEVERITY)
