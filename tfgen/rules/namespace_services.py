"""More Service Connect services than a namespace may have."""

from collections.abc import Iterator

from tfgen.blueprint import quotas
from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem

ID = "TG338"
SEVERITY = "error"
TITLE = "A stack has at most 300 services in Service Connect"
WHY = "They share one namespace, as do services that only call others, and AWS does not raise this limit."
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
    yield from quotas.namespace([service.at for service in blueprint.services if service.connect])
