"""Tasks that drain for longer than an apply waits."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem

ID = "TG397"
SEVERITY = "warning"
TITLE = "Old tasks are drained before an apply gives up"
WHY = (
    "ECS stops an old task only after its deregistration delay, whether or not requests are in flight, and "
    "an apply that changes a service waits for that. After 20 minutes, or longer for a blue/green "
    "deployment, it fails, although the deployment succeeds."
)
SOURCE = "https://registry.terraform.io/providers/hashicorp/aws/5.100.0/docs/resources/ecs_service#timeouts"
BAD = """\
services:
  web: {port: 80, routes: [/], deregistration_delay: 1800}
"""
GOOD = """\
services:
  web: {port: 80, routes: [/], deregistration_delay: 900}
"""
FAILS = (
    "services: {web: {port: 80, routes: [/], deregistration_delay: 1200}}",
    "provider: 6\nservices:\n"
    "  web: {port: 80, routes: [/], deregistration_delay: 1800, deployment: {strategy: blue-green}}\n",
    "services: {web: {port: 80, routes: [/]}}\n"
    "overrides: {module.services.aws_lb_target_group.web: {deregistration_delay: 3600}}",
)
PASSES = (
    "services: {web: {port: 80, routes: [/], deregistration_delay: 1199}}",
    "services: {web: {port: 80, deregistration_delay: 3600}}",
    "provider: 6\nservices:\n"
    "  web: {port: 80, routes: [/], deregistration_delay: 1799, deployment: {strategy: blue-green}}\n",
    "services: {web: {port: 80, routes: [/], deregistration_delay: 3600}}\n"
    "overrides: {module.services.aws_lb_target_group.web: {deregistration_delay: 60}}",
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    for service in blueprint.services:
        minutes = service.deployment.timeout
        for group in service.target_groups:
            if group.deregistration_delay >= minutes * 60:
                where = blueprint.locate(("services", service.key, "deregistration_delay"))
                message = (
                    f'old tasks of "{service.key}" drain for {group.deregistration_delay} s, and an apply '
                    f"fails after {minutes} minutes"
                )
                hint = f"write fewer than {minutes * 60} seconds"
                yield Problem(ID, where, message, hint, SEVERITY)
