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
    "load_balancer: {idle_timeout: 300}\n"
    "services: {api: {port: 80, routes: [/], connect: api}}\n"
    "overrides:\n"
    "  module.services.aws_ecs_service.api:\n"
    "    service_connect_configuration: {service: {timeout: {per_request_timeout_seconds: 299}}}\n",
)
PASSES = (
    "load_balancer: {idle_timeout: 60}\nservices: {api: {port: 80, routes: [/], connect: api}}",
    "load_balancer: {idle_timeout: 120}\n"
    "services:\n"
    "  web: {port: 80, routes: [/], calls: [db]}\n"
    "  db: {port: {number: 81, protocol: tcp}, connect: db}\n",
    "load_balancer: {idle_timeout: 300}\n"
    "services: {api: {port: 80, routes: [/], connect: api}}\n"
    "overrides:\n"
    "  module.services.aws_ecs_service.api:\n"
    "    service_connect_configuration: {service: {timeout: {per_request_timeout_seconds: 300}}}\n",
    "load_balancer: {idle_timeout: 300}\n"
    "services: {api: {port: 80, routes: [/], connect: api}}\n"
    "overrides:\n"
    "  module.services.aws_ecs_service.api:\n"
    "    service_connect_configuration: {service: {timeout: {per_request_timeout_seconds: 0}}}\n",
)

_USUAL = 60  # seconds; who raises it has requests that last longer


def check(blueprint: Blueprint) -> Iterator[Problem]:
    for balancer in blueprint.load_balancer:
        ends = [] if balancer.idle_timeout <= _USUAL else list(_ends(blueprint, balancer.idle_timeout))
        for seconds in sorted(ends)[:1]:
            message = (
                f"a request may take {balancer.idle_timeout} s here, but at services with a Service "
                f"Connect name the proxy ends it after {seconds} s"
            )
            hint = "serve what takes longer from a service without a Service Connect name"
            yield Problem(ID, blueprint.locate(("load_balancer", "idle_timeout")), message, hint, SEVERITY)


def _ends(blueprint: Blueprint, longest: int) -> Iterator[int]:
    """After how many seconds proxies that speak HTTP or gRPC end a request that may take longer."""
    usual = facts.limits()["connect_request_timeout_seconds"].value
    for service in blueprint.services:
        servers = [server for place in service.connect for server in place.servers]
        if any(named.app_protocol for mapping in service.port_mappings for named in mapping.connect):
            own = [seconds for server in servers for seconds in server.request_timeout or (usual,)]
            yield from (seconds for seconds in own if seconds and seconds < longest)
