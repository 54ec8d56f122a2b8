"""Long requests that Service Connect's proxy cuts off."""

from collections.abc import Iterator

from tfgen import facts
from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem

ID = "TG316"
SEVERITY = "note"
TITLE = "Long requests do not go through Service Connect"
WHY = (
    "The proxy of a service with a Service Connect name answers 504 when a request takes longer than 15 "
    "seconds, and the load balancer's requests go through it too."
)
SOURCE = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-connect-concepts-deploy.html"
BAD = """\
load_balancer:
  idle_timeout: 61
services:
  api:
    port: 5000
    routes: [/]
    connect: api
"""
GOOD = """\
load_balancer:
  idle_timeout: 61
services:
  api:
    port: 5000
    routes: [/]
"""
FAILS = (
    "load_balancer: {idle_timeout: 120}\n"
    "services:\n"
    "  web: {port: 80, routes: [/], calls: [api]}\n"
    "  api: {port: {number: 81, protocol: grpc}, connect: api}\n",
)
PASSES = (
    "load_balancer: {idle_timeout: 60}\nservices: {api: {port: 80, routes: [/], connect: api}}",
    "load_balancer: {idle_timeout: 120}\n"
    "services:\n"
    "  web: {port: 80, routes: [/], calls: [db]}\n"
    "  db: {port: {number: 81, protocol: tcp}, connect: db}\n",
)

_USUAL = 60  # seconds; who raises it has requests that last longer


def check(blueprint: Blueprint) -> Iterator[Problem]:
    for balancer in blueprint.load_balancer:
        cut = _behind_the_proxy(blueprint) if balancer.idle_timeout > _USUAL else []
        if cut:
            seconds = facts.limits()["connect_request_timeout_seconds"].value
            message = (
                f"a request may take {balancer.idle_timeout} s here, but Service Connect's proxy ends it "
                f"after {seconds} s at {_listed(cut)}"
            )
            hint = "serve what takes longer from a service without a Service Connect name"
            yield Problem(ID, blueprint.locate(("load_balancer", "idle_timeout")), message, hint, SEVERITY)


def _behind_the_proxy(blueprint: Blueprint) -> list[str]:
    """The services whose proxy speaks HTTP or gRPC; plain TCP has no requests."""
    return [
        service.key
        for service in blueprint.services
        for mapping in service.port_mappings
        for named in mapping.connect
        if named.app_protocol
    ]


def _listed(keys: list[str]) -> str:
    return ", ".join(keys) if len(keys) <= 3 else f"{', '.join(keys[:3])} and {len(keys) - 3} more"
