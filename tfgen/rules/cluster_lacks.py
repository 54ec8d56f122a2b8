"""What a cluster that exists must have for a service."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem
from tfgen.rules._insights import services_that_need_it

ID = "TG648"
SEVERITY = "note"
TITLE = "A cluster that exists has what its services need"
WHY = (
    "The stack creates neither capacity providers nor Container Insights for a cluster that exists. Without "
    "FARGATE_SPOT, ECS refuses the service; without Container Insights, no metric counts the running tasks: "
    "a queue never adds any, and no alarm tells that some are missing."
)
SOURCE = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-capacity-providers.html"
BAD = """\
cluster: arn:aws:ecs:us-east-1:123456789012:cluster/shared
services:
  worker:
    spot: true
"""
GOOD = """\
cluster: arn:aws:ecs:us-east-1:123456789012:cluster/shared
services:
  worker: {}
"""
FAILS = (
    "cluster: arn:aws:ecs:us-east-1:123456789012:cluster/shared\n"
    "alarms: ops@example.com\nservices: {worker: {}}",
    "cluster: arn:aws:ecs:us-east-1:123456789012:cluster/shared\nservices: {worker: {spot: false}}",
    "cluster: arn:aws:ecs:us-east-1:123456789012:cluster/shared\n"
    "services: {worker: {scaling: {min: 1, max: 8, queue: {name: jobs, backlog: 10}}}}",
)
PASSES = (
    "services: {worker: {spot: true}}",
    "services: {worker: {scaling: {min: 1, max: 8, queue: {name: jobs, backlog: 10}}}}",
    "cluster: arn:aws:ecs:us-east-1:123456789012:cluster/shared\n"
    "services: {worker: {scaling: {min: 1, max: 8, cpu: 60}}}",
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    for cluster in blueprint.existing_cluster:
        for needed, services in _needs(blueprint):
            verb = "need" if services[1:] else "needs"
            message = f"{' and '.join(services)} {verb} {needed}, which tfgen cannot see in this cluster"
            yield Problem(ID, cluster.at, message, "check that the cluster has it", SEVERITY)


def _needs(blueprint: Blueprint) -> Iterator[tuple[str, list[str]]]:
    """What only some services need, and those."""
    spot = [f'"{each.key}"' for each in blueprint.services if each.capacity_providers]
    if spot:
        yield "the capacity providers FARGATE and FARGATE_SPOT", spot
    counted = [f'"{each.key}"' for each in services_that_need_it(blueprint)]
    if counted:
        yield "Container Insights", counted
