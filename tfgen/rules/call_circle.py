"""Services that call one another in a circle."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint, Call
from tfgen.problems import Problem
from tfgen.texts import word

ID = "TG304"
SEVERITY = "warning"
TITLE = "Calls do not go in a circle"
WHY = (
    "A task learns the Service Connect names when it starts and never again, so a service must start after "
    "those that it calls; in a circle no order does that."
)
SOURCE = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-connect-concepts-deploy.html"
BAD = """\
services:
  web:
    port: 8080
    connect: web
    calls: [api]
  api:
    port: 5000
    connect: api
    calls: [web]
"""
GOOD = """\
services:
  web:
    port: 8080
    calls: [api]
  api:
    port: 5000
    connect: api
"""
FAILS = (
    "services:\n"
    "  a: {port: 1, connect: a, calls: [b]}\n"
    "  b: {port: 1, connect: b, calls: [c]}\n"
    "  c: {port: 1, connect: c, calls: [a]}\n",
)
PASSES = (
    "services:\n"
    "  a: {port: 1, connect: a, calls: [b, c]}\n"
    "  b: {port: 1, connect: b, calls: [c]}\n"
    "  c: {port: 1, connect: c}\n",
    "services: {a: {port: 1, connect: a, calls: [a]}}",
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    seen: set[tuple[str, ...]] = set()
    for call in blueprint.calls:
        if call.circle and call.circle not in seen and call.caller != call.callee:
            seen.add(call.circle)
            yield Problem(ID, call.at, _message(call), _hint(call), SEVERITY)


def _message(call: Call) -> str:
    return (
        f"{', '.join(call.circle[:-1])} and {call.circle[-1]} call one another in a circle: tasks learn the "
        "names only when they start, and here no start order gives every one its names"
    )


def _hint(call: Call) -> str:
    return (
        "after the first apply, start the callers anew: "
        f"aws ecs update-service --force-new-deployment --cluster CLUSTER --service {word(call.caller)}"
    )
