"""A service that is asked for "/", where none of its routes leads."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint, Service, TargetGroup
from tfgen.problems import Problem

ID = "TG373"
SEVERITY = "note"
TITLE = "A service without the route / says how it is asked for its health"
WHY = (
    'Where the spec names no path, tasks are asked for "/", and where no route is for "/" an application '
    "rarely has anything there. Any answer below 500 is healthy then, unless the spec says codes: a 404 "
    "shows that a task serves, and not that it works."
)
SOURCE = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html"
BAD = """\
services:
  api:
    port: 8080
    routes: [/api]
"""
GOOD = """\
services:
  api:
    port: 8080
    routes: [/api]
    health_check: /api/health
"""
FAILS = (
    "services: {api: {port: 80, routes: [{host: a.acme.example, path: /v1}], health_check: {interval: 20}}}",
    "services: {api: {port: 80, routes: ['/v1/*'], health_check: {codes: '200'}}}",
)
PASSES = (
    "services: {api: {port: 80, routes: [/v1, {host: a.acme.example, methods: [GET]}]}, worker: {}}",
    "services: {api: {port: 80, routes: ['/*'], health_check: {codes: '200-499'}}}",
    "services: {api: {port: 80, routes: [/v1], health_check: {path: /}}}",
    "services: {api: {port: 80, routes: [/v1], health_check: /}}",
    "services: {api: {port: 80, routes: [/v1], health_check: {path: /, codes: '200'}}}",
    "services: {api: {port: 80, routes: [/v1], health_check: {path: /ping, codes: '200'}}}",
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    for service in blueprint.services:
        for group in service.target_groups:
            if not _has_root(service) and _is_unsaid(service, group, blueprint):
                message = (
                    f'tasks of "{service.key}" are asked for "/", which none of its routes is for: they are '
                    f"healthy if they answer {group.codes}"
                )
                hint = "write health_check: PATH, where the application answers if it works"
                yield Problem(ID, group.at, message, hint, SEVERITY)


def _has_root(service: Service) -> bool:
    """Whether a route is for "/": `GET host/` or `/`, as a route reads."""
    return any(route.text.rpartition(" ")[2].partition("/")[2] == "" for route in service.routes)


def _is_unsaid(service: Service, group: TargetGroup, blueprint: Blueprint) -> bool:
    """Whether the spec leaves the path out. A health check in one word is a path."""
    here = ("services", service.key, "health_check")
    said = {key: blueprint.locate((*here, key)) != group.at for key in ("path", "codes")}
    return not said["path"] and (bool(group.comments) or said["codes"])
