"""A Service Connect name that no service can resolve."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint, Service
from tfgen.problems import Location, Problem

ID = "TG328"
SEVERITY = "note"
TITLE = "A service with a name is called"
WHY = (
    "Only services that list a service in calls can resolve its Service Connect name, and only they may "
    "connect; its proxy runs in every task all the same. What resolves a DNS name can connect only if the "
    "service lists it in ingress, or calls it."
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
    "services: {api: {port: 80, dns: api}}",
    "services:\n"
    "  api: {port: 80, routes: [/], dns: api, calls: [b]}\n"
    "  b: {port: 81, dns: b, ingress: [10.0.0.0/8]}\n",
)
PASSES = (
    "services: {api: {port: 80, dns: api}, web: {calls: [api]}}",
    "services: {api: {port: 80, dns: api, ingress: [10.0.0.0/16]}}",
    "services: {node: {port: 80, connect: node, calls: [node]}}",
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    called = {call.callee for call in blueprint.calls}
    for service in blueprint.services:
        if service.key in called:
            continue
        for server in (each for place in service.connect for each in place.servers):
            yield _uncalled(service.key, server.address, "connect", server.at)
        for name in service.dns if not _lists_clients(service) else ():
            yield _uncalled(service.key, name.servers[0].address, "dns", name.at)


def _uncalled(key: str, address: str, name: str, where: Location) -> Problem:
    message = f'no service calls "{key}", so nothing can reach it at {address}'
    hint = f"add calls: [{key}] to the services that use it, or remove {name}"
    return Problem(ID, where, message, hint, SEVERITY)


def _lists_clients(service: Service) -> bool:
    """Whether something else may connect than the load balancer."""
    own = f"aws_security_group.{service.label}.id"
    return any(
        rule.direction == "ingress" and str(rule.group) == own and "load_balancer" not in rule.label
        for rule in service.security_rules
    )
