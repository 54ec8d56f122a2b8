"""More vCPUs than the quota of a new account."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem
from tfgen.rules import _quota

ID = "TG339"
SEVERITY = "note"
TITLE = "A new account runs at most 6 vCPUs on Fargate"
WHY = (
    "AWS raises this quota automatically as an account is used; until then ECS starts no tasks beyond it, "
    "and a deployment, which runs old and new tasks side by side, does not finish."
)
SOURCE = "https://docs.aws.amazon.com/general/latest/gr/ecs-service.html"
BAD = """\
services:
  web:
    cpu: 1024
    count: 4
"""
GOOD = """\
services:
  web:
    cpu: 1024
    count: 3
"""
FAILS = (
    "services:\n  a: {cpu: 2048, count: 1}\n  b: {cpu: 256, count: 5}\n",
    "services: {a: {cpu: 1024, scaling: {min: 1, max: 4, cpu: 60}}}",
    "services: {a: {cpu: 1024, count: 4, spot: {base: 1, weight: 1}}}",
)
PASSES = (
    "services:\n  a: {cpu: 2048, count: 1}\n  b: {cpu: 256, count: 4}\n",
    "services: {a: {cpu: 1024, count: 4, deployment: {maximum: 150}}}",
    "services: {a: {cpu: 1024, count: 4, spot: true}}",
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    """Fargate Spot has a quota of its own."""
    services = [service for service in blueprint.services if not service.is_on_spot_only]
    running, deployed = (
        sum(service.cpu * tasks for service, tasks in counted)
        for counted in (
            [(each, each.tasks.most) for each in services],
            [(each, each.tasks_while_deployed) for each in services],
        )
    )
    needed = -(-deployed // 1024)
    if limit := _quota.exceeded_limit("fargate_vcpus", needed):
        most = max(services, key=lambda service: service.cpu * service.tasks.most)
        need = "need" if all(each.tasks.least == each.tasks.most for each in services) else "may need"
        vcpus = [f"{round(each / 1024, 2):g}" for each in (running, deployed)]
        message = (
            f"the tasks {need} {vcpus[0]} vCPUs, and {vcpus[1]} during a deployment of all services: a new "
            f"account may run {limit.value}, and ECS starts no tasks beyond that"
        )
        yield Problem(ID, most.tasks.most_at, message, _quota.how_to_raise(limit, needed), SEVERITY)
