"""A health check that is still waiting when the next one begins."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem

ID = "TG303"
SEVERITY = "error"
TITLE = "A health check's timeout is shorter than its interval"
WHY = "Elastic Load Balancing refuses the target group; terraform validate does not notice."
SOURCE = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html"
BAD = """\
services:
  web:
    port: 8080
    routes: [/]
    health_check: {path: /healthz, interval: 10, timeout: 10}
"""
GOOD = """\
services:
  web:
    port: 8080
    routes: [/]
    health_check: {path: /healthz, interval: 10, timeout: 5}
"""
FAILS = ("services: {web: {port: 80, routes: [/], health_check: {timeout: 120}}}",)
PASSES = ("services: {web: {port: 80, routes: [/], health_check: {interval: 6}}}",)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    for service in blueprint.services:
        for group in service.target_groups:
            if group.timeout >= group.interval:
                message = (
                    f"a timeout of {group.timeout} s does not end before the next check (interval: "
                    f"{group.interval} s)"
                )
                hint = f"write timeout: {max(2, group.interval - 1)}, or a longer interval"
                yield Problem(ID, group.at, message, hint)
