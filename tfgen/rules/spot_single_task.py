"""A service that others need, with a single task on Fargate Spot."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem

ID = "TG647"
SEVERITY = "warning"
TITLE = "What answers requests does not depend on one task on Fargate Spot"
WHY = (
    "AWS stops a task on Spot when it needs the capacity, and no task on demand takes its place: a service "
    "with a single one does not respond until there is capacity again."
)
SOURCE = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-capacity-providers.html"
BAD = """\
services:
  web:
    port: 8080
    routes: [/]
    count: 1
    spot: true
"""
GOOD = """\
services:
  web:
    port: 8080
    routes: [/]
    count: 2
    spot: {base: 1, weight: 1}
"""
FAILS = ("services: {web: {port: 80, connect: web, scaling: {min: 1, max: 4, cpu: 60}, spot: true}}",)
PASSES = (
    "services: {web: {port: 80, routes: [/], count: 1, spot: {base: 1, weight: 1}}}",
    "services: {web: {port: 80, routes: [/], count: 1, spot: false}}",
    "services: {web: {port: 80, routes: [/], count: 0, spot: true}}",
    "services: {web: {port: 80, routes: [/], count: 2, spot: true}}",
    "services: {worker: {count: 1, spot: true}}",
    "services: {worker: {count: 1, spot: true, calls: [web]}, web: {port: 80, connect: web}}",
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    for service in blueprint.services:
        is_needed = service.target_groups or any(each.servers for each in service.connect)
        if service.is_on_spot_only and service.tasks.least == 1 and is_needed:
            message = f'the only task of "{service.key}" is on Spot: when AWS takes it back, nothing responds'
            hint = f"write {service.tasks.key}: 2, and spot: {{base: 1, weight: 1}}"
            yield Problem(ID, blueprint.locate(("services", service.key, "spot")), message, hint, SEVERITY)
