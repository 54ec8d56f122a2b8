"""A service that may be scaled to no tasks, and that nothing starts again."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem

ID = "TG646"
SEVERITY = "warning"
TITLE = "What is scaled to no tasks is started again"
WHY = (
    "Without tasks, there are no metrics of them, and AWS does not change the number of tasks while a metric "
    "has no data: a service that has reached 0 tasks stays there until a schedule or a person starts some."
)
SOURCE = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-autoscaling-targettracking.html"
BAD = """\
services:
  worker:
    scaling: {min: 0, max: 8, cpu: 60}
"""
GOOD = """\
services:
  worker:
    scaling: {min: 1, max: 8, cpu: 60}
"""
FAILS = (
    "services: {worker: {scaling: {min: 0, max: 8, queue: {name: jobs, backlog: 10}}}}",
    "services: {worker: {scaling: {min: 1, max: 8, cpu: 60, schedule: {a: {when: rate(1 day), min: 0}}}}}",
    "services: {worker: {scaling: {min: 0, max: 8, cpu: 60, schedule: {a: {when: rate(1 day), max: 4}}}}}",
)
PASSES = (
    "services: {worker: {scaling: {min: 0, max: 8, cpu: 60, schedule: {a: {when: rate(1 day), min: 1}}}}}",
    "services: {worker: {scaling: {min: 0, max: 0, schedule: {a: {when: rate(1 day), max: 0}}}}}",
    "services: {worker: {count: 0}}",
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    for service in blueprint.services:
        for scaling in service.scalings:
            starts = any(number > 0 for action in scaling.schedule for number in action.least)
            if service.tasks.least == 0 and scaling.policies and not starts:
                message = f'"{service.key}" may get down to 0 tasks, and no metric starts one again'
                hint = "write min: 1, or add a schedule with a min of 1 or more"
                yield Problem(ID, service.tasks.at, message, hint, SEVERITY)
