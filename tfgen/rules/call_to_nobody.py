"""A call to a service without tasks."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem

ID = "TG363"
SEVERITY = "note"
TITLE = "Called services have at least one task"
WHY = (
    "A service with a count of 0 has no task to respond: the Service Connect proxy refuses the connection, "
    "and the apply succeeds all the same."
)
SOURCE = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-connect-concepts.html"
BAD = """\
services:
  web:
    calls: [api]
  api:
    port: 5000
    connect: api
    count: 0
"""
GOOD = """\
services:
  web:
    calls: [api]
  api:
    port: 5000
    connect: api
    count: 1
"""
FAILS = ("services: {web: {count: 1, calls: [api]}, api: {count: 0, port: 80, connect: api}}",)
PASSES = ("services: {web: {count: 0, calls: [api]}, api: {count: 0, port: 80, connect: api}}",)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    tasks = {service.key: service.tasks for service in blueprint.services}
    idle = {key for key, each in tasks.items() if not each.most}
    for call in blueprint.calls:
        if call.caller not in idle and not tasks[call.callee].least:
            line = tasks[call.callee].at.line
            message = (
                f'"{call.caller}" calls "{call.callee}", whose count is 0 (line {line}): no task responds'
            )
            hint = f'give "{call.callee}" a count of at least 1'
            yield Problem(ID, call.at, message, hint, SEVERITY)
