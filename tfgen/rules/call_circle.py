"""Services whose calls form a cycle."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint, Call
from tfgen.problems import Problem
from tfgen.texts import shell_word

ID = "TG304"
SEVERITY = "warning"
TITLE = "Calls form no cycle"
WHY = (
    "A task receives the Service Connect names only when it starts, so a service must start after the "
    "services that it calls; in a cycle no order achieves that."
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
        f"the calls of {', '.join(call.circle[:-1])} and {call.circle[-1]} form a cycle: tasks receive the "
        "names only when they start, and no start order gives every task its names"
    )


def _hint(call: Call) -> str:
    return (
        "after the first apply, restart the callers: aws ecs update-service --force-new-deployment "
        f"--cluster CLUSTER --service {shell_word(call.caller)}"
    )
