"""Metrics that nobody collects."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem
from tfgen.rules._insights import services_that_need_it

ID = "TG649"
SEVERITY = "warning"
TITLE = "Container Insights is on where something counts tasks"
WHY = (
    "Container Insights alone counts the tasks of a service. Without it, a queue never adds any, and no "
    "alarm tells that some are missing."
)
SOURCE = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Container-Insights-metrics-ECS.html"
BAD = """\
insights: off
services:
  worker:
    scaling: {min: 1, max: 8, queue: {name: jobs, backlog: 10}}
"""
GOOD = """\
services:
  worker:
    scaling: {min: 1, max: 8, queue: {name: jobs, backlog: 10}}
"""
FAILS = (
    "insights: off\nalarms: ops@example.com\nservices: {worker: {}}",
    "insights: off\nalarms: ops@example.com\n"
    "services: {worker: {}, other: {alarms: false}, third: {alarms: false, count: 3}}",
)
PASSES = (
    "insights: enhanced\nalarms: ops@example.com\nservices: {worker: {}}",
    "insights: off\nalarms: {topic: ops@example.com, running: false}\nservices: {worker: {}}",
    "insights: off\nservices: {worker: {scaling: {min: 1, max: 8, cpu: 60}}}",
    "insights: off\nservices: {worker: {}}",
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    names = [f'"{service.key}"' for service in services_that_need_it(blueprint)]
    if names and any(cluster.insights == "disabled" for cluster in blueprint.cluster):
        verb = "need" if names[1:] else "needs"
        message = f"{' and '.join(names)} {verb} Container Insights, which is off: nothing counts the tasks"
        where = blueprint.locate(("insights",))
        hint = "write insights: on, or scale by cpu, and write alarms: {running: false}"
        yield Problem(ID, where, message, hint, SEVERITY)
