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
        if balancer.idle_timeout > _USUAL and _has_proxied_requests(blueprint):
            seconds = facts.limits()["connect_request_timeout_seconds"].value
            message = (
                f"a request may take {balancer.idle_timeout} s here, but at services with a Service "
                f"Connect name the proxy ends it after {seconds} s"
            )
            hint = "serve what takes longer from a service without a Service Connect name"
            yield Problem(ID, blueprint.locate(("load_balancer", "idle_timeout")), message, hint, SEVERITY)


def _has_proxied_requests(blueprint: Blueprint) -> bool:
    """Whether a proxy speaks HTTP or gRPC; plain TCP has no requests."""
    return any(
        named.app_protocol
        for service in blueprint.services
        for mapping in service.port_mappings
        for named in mapping.connect
    )
