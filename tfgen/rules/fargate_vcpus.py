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
FAILS = ("services:\n  a: {cpu: 2048, count: 1}\n  b: {cpu: 256, count: 5}\n",)
PASSES = ("services:\n  a: {cpu: 2048, count: 1}\n  b: {cpu: 256, count: 4}\n",)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    units = sum(service.cpu * service.tasks.most for service in blueprint.services)
    if limit := _quota.exceeded_limit("fargate_vcpus", -(-2 * units // 1024)):
        running = round(units / 1024, 2)
        most = max(blueprint.services, key=lambda service: service.cpu * service.tasks.most)
        message = (
            f"the tasks need {running:g} vCPUs, and {2 * running:g} during a deployment of all services: a "
            f"new account may run {limit.value}, and ECS starts no tasks beyond that"
        )
        yield Problem(ID, most.tasks.at, message, _quota.how_to_raise(limit, -(-2 * units // 1024)), SEVERITY)
