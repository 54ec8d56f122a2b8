"""A timeout of idle connections that ends requests before their own does."""

from collections.abc import Iterator

from tfgen import facts
from tfgen.blueprint.model import Blueprint, ConnectServer
from tfgen.problems import Problem

ID = "TG731"
SEVERITY = "warning"
TITLE = "The idle timeout of Service Connect leaves requests the time that they have"
WHY = (
    "While a task computes a response, its connection is idle. The proxy closes it after the idle timeout, "
    "which is 300 seconds by default, also if timeouts.request allows more."
)
SOURCE = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-connect-concepts-deploy.html"
BAD = """\
services:
  reports:
    port: 5000
    connect: {name: reports, timeouts: {request: 900}}
  web:
    calls: [reports]
"""
GOOD = """\
services:
  reports:
    port: 5000
    connect: {name: reports, timeouts: {request: 900, idle: 900}}
  web:
    calls: [reports]
"""


def _timed(timeouts: str) -> str:
    connect = f"{{name: api, timeouts: {timeouts}}}"
    return f"services: {{api: {{port: 80, connect: {connect}}}, web: {{calls: [api]}}}}"


FAILS = (
    _timed("{request: 301}"),
    _timed("{request: 0}"),
    _timed("{request: 60, idle: 59}"),
    _timed("{request: 0, idle: 59}"),
    _timed("{idle: 14}"),
    "services: {api: {port: 80, connect: api}, web: {calls: [api]}}\n"
    "overrides: {module.services.aws_ecs_service.api: "
    "{service_connect_configuration: {service: {timeout: {idle_timeout_seconds: 10}}}}}",
)
PASSES = (
    _timed("{request: 300}"),
    _timed("{request: 60, idle: 60}"),
    _timed("{request: 0, idle: 0}"),
    _timed("{request: 900, idle: 0}"),
    _timed("{idle: 15}"),
    "services:\n"
    "  db: {port: {number: 5432, protocol: tcp}, connect: {name: db, timeouts: {idle: 5}}}\n"
    "  web: {calls: [db]}\n",
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    for service in blueprint.services:
        reading = {
            named.name for each in service.port_mappings for named in each.connect if named.app_protocol
        }
        for server in (each for place in service.connect for each in place.servers):
            if server.port_name in reading:
                yield from _server_problems(server)


def _server_problems(server: ConnectServer) -> Iterator[Problem]:
    limits = facts.limits()
    request = next(iter(server.request_timeout), limits["connect_request_timeout_seconds"].value)
    idle = next(iter(server.idle_timeout), limits["connect_idle_timeout_seconds"].value)
    if idle and (idle < request or not request):
        may = f"{request} s" if request else "any time"
        closes = f"the proxy closes idle connections after {idle} s"
        message = f"requests to {server.address} may take {may}, but {closes}"
        hint = f"write timeouts: {{request: {request}, idle: {request}}}, or a lower request"
        yield Problem(ID, server.at, message, hint, SEVERITY)
