"""A grace period that is too short for a slow start."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem

ID = "TG310"
SEVERITY = "warning"
TITLE = "The grace period is long enough for a task to become healthy"
WHY = (
    "A task that fails its first health checks must pass several in a row; if the grace period ends before "
    "that, ECS stops the task and starts another, endlessly. The grace period begins when the task starts, "
    "so it includes migrations, JVM warm-up and the like."
)
SOURCE = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/load-balancer-healthcheck.html"
BAD = """\
services:
  web:
    port: 8080
    routes: [/]
    grace_period: 29
    health_check: {path: /healthz, interval: 15, healthy: 2}
"""
GOOD = """\
services:
  web:
    port: 8080
    routes: [/]
    grace_period: 90
    health_check: {path: /healthz, interval: 15, healthy: 2}
"""
FAILS = (
    "services: {web: {port: 80, routes: [/], health_check: {interval: 7, healthy: 9}}}",
    "services: {web: {port: 80, routes: [/], grace_period: 0}}",
)
PASSES = (
    "services: {web: {port: 80, routes: [/], grace_period: 30}}",
    "services: {web: {port: 80, routes: [/], health_check: {interval: 6, healthy: 10}}}",
    "services: {worker: {grace_period: 0}}",
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    for service in blueprint.services:
        for group in service.target_groups:
            needed = group.healthy * group.interval
            for seconds in service.grace_period:
                if seconds < needed:
                    message = (
                        f"a grace period of {seconds} s ends before a task that starts slowly can pass "
                        f"{group.healthy} health checks, {group.interval} s apart; then ECS stops it"
                    )
                    hint = (
                        f"write grace_period: {needed} plus the seconds that the application takes to start"
                    )
                    # A key that the spec does not set is located at the service, before those that it sets.
                    where = max(group.at, blueprint.locate(("services", service.key, "grace_period")))
                    yield Problem(ID, where, message, hint, SEVERITY)
