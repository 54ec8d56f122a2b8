"""Settings of a load balancer for a service that has none."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem

ID = "TG327"
SEVERITY = "warning"
TITLE = "A service without routes has no settings for them"
WHY = "Without routes the load balancer neither asks the service for its health nor sends it anything."
SOURCE = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/load-balancer-healthcheck.html"
BAD = """\
services:
  web:
    port: 8080
    health_check: /healthz
"""
GOOD = """\
services:
  web:
    port: 8080
    routes: [/]
    health_check: /healthz
"""
FAILS = (
    "services: {worker: {grace_period: 60}}",
    "services: {web: {port: 80, listener: http}}",
)
PASSES = (
    "services: {worker: {}}",
    "services: {web: {port: 80, routes: [/], grace_period: 60, listener: http}}",
)

_SETTINGS = ("grace_period", "health_check", "listener")


def check(blueprint: Blueprint) -> Iterator[Problem]:
    for service in blueprint.services:
        if service.target_groups:
            continue
        for setting in _SETTINGS:
            where = blueprint.locate(("services", service.key, setting))
            if where != service.at:
                message = f'{setting} does nothing here: "{service.key}" has no routes'
                yield Problem(ID, where, message, "add routes, or remove it", SEVERITY)
