"""A Service Connect name that no service can resolve."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem

ID = "TG328"
SEVERITY = "note"
TITLE = "A service with a Service Connect name is called"
WHY = (
    "Only services that list a service in calls can resolve its Service Connect name, and only they may "
    "connect; its proxy runs in every task all the same."
)
SOURCE = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-connect-concepts.html"
BAD = """\
services:
  web:
    port: 8080
  api:
    port: 5000
    connect: api
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
    "  web: {calls: [api]}\n"
    "  api: {port: 80, connect: api}\n"
    "  db: {port: 81, connect: db, calls: [api]}\n",
)
PASSES = ("services: {node: {port: 80, connect: node, calls: [node]}}",)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    called = {call.callee for call in blueprint.calls}
    for service in blueprint.services:
        for place in service.connect:
            for server in place.servers:
                if service.key not in called:
                    message = f'no service calls "{service.key}", so nothing can reach it at {server.address}'
                    hint = f"add calls: [{service.key}] to the services that use it, or remove connect"
                    yield Problem(ID, server.at, message, hint, SEVERITY)
