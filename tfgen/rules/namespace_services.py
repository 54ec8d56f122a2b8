"""More Service Connect services than a namespace may have."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem
from tfgen.rules import _quota

ID = "TG338"
SEVERITY = "error"
TITLE = "A stack has at most 300 services in Service Connect"
WHY = "They share one namespace, those that only call among them, and AWS raises this limit for nobody."
SOURCE = "https://docs.aws.amazon.com/general/latest/gr/ecs-service.html"


def _services(count: int) -> str:
    return "services:\n" + "\n".join(f"  s{n}: {{port: 80, connect: s{n}}}" for n in range(count))


BAD = _services(301)
GOOD = """\
services:
  web: {calls: [api]}
  api: {port: 80, connect: api}
"""
FAILS = (_services(300) + "\n  caller: {calls: [s1]}",)
PASSES = (_services(300) + "\n  worker: {}",)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    connected = [service for service in blueprint.services if service.connect]
    if limit := _quota.over("services_per_namespace", len(connected)):
        where = _quota.place((service.at for service in connected), limit)
        message = (
            f"{len(connected)} services are in Service Connect; a namespace has {limit.value} at most, "
            "callers included"
        )
        hint = "remove connect and calls where nobody needs them, or give some services a stack of their own"
        yield Problem(ID, where, message, hint)
