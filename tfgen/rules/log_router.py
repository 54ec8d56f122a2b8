"""A log router that nothing sends to, or that may stop alone."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint, Container, Service
from tfgen.problems import Problem

ID = "TG639"
SEVERITY = "warning"
TITLE = "A log router is essential, and containers send to it"
WHY = (
    "When a log router that is not essential stops, the other containers go on and their log lines are lost; "
    "one that nothing sends to takes memory for nothing."
)
SOURCE = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/firelens-taskdef.html"
_ROUTER = "log-router: {image: 'ecr:fluent-bit:3', firelens: fluentbit"
BAD = """\
account: "123456789012"
services:
  web:
    containers:
      log-router: {image: "ecr:fluent-bit:3", firelens: fluentbit}
"""
GOOD = """\
account: "123456789012"
services:
  web:
    logs: {driver: firelens, options: {Name: datadog}}
    containers:
      log-router: {image: "ecr:fluent-bit:3", firelens: fluentbit}
"""
_START = "account: '123456789012'\nservices: {web: {"
_SENDS = "logs: {driver: firelens, options: {Name: datadog}}"
FAILS = (
    f"{_START}{_SENDS}, containers: {{{_ROUTER}, essential: false}}}}}}}}",
    f"{_START}containers: {{{_ROUTER}}}, proxy: {{image: 'ecr:proxy:1'}}}}}}}}",
)
PASSES = (
    f"{_START}containers: {{{_ROUTER}}}, proxy: {{image: 'ecr:proxy:1', {_SENDS}}}}}}}}}",
    f"{_START}containers: {{proxy: {{image: 'ecr:proxy:1', essential: false}}}}}}}}",
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    for service in blueprint.services:
        for router in service.containers:
            if router.router and (found := _fault(router, service)):
                message, hint, key = found
                where = blueprint.locate((*router.path, key))
                yield Problem(ID, where, message, hint, SEVERITY)


def _fault(router: Container, service: Service) -> tuple[str, str, str] | None:
    """A message, a hint, and the key that it is about."""
    if not router.essential:
        message = f'when "{router.name}" stops, the others go on, and their log lines are lost'
        return message, "remove essential: false", "essential"
    if not any(container.routed_logs for container in service.containers):
        message = f'no container sends its log lines to "{router.name}"'
        return message, "add logs: {driver: firelens, options: {Name: ...}} to one, or remove it", "firelens"
    return None
