"""A health check with codes, but no path."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint, Service, TargetGroup
from tfgen.problems import Problem
from tfgen.rules import _health

ID = "TG373"
SEVERITY = "warning"
TITLE = "A health check with specific codes names a path, where no route is /"
WHY = (
    'Where the spec sets no path, the health check requests "/". An application without a route for "/" '
    "mostly responds with 404 there: tfgen's default codes count that as healthy, and codes that the spec "
    "sets do not."
)
SOURCE = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html"
BAD = """\
services:
  api:
    port: 8080
    routes: [/api]
    health_check: {codes: "200"}
"""
GOOD = """\
services:
  api:
    port: 8080
    routes: [/api]
    health_check: {codes: "200", path: /api/health}
"""
FAILS = (
    "services:\n"
    "  api:\n"
    "    ports: {http: 80, admin: {number: 81, health_check: {codes: '200'}}}\n"
    "    routes: [/, {path: /admin, port: admin}]\n",
    "services:\n"
    "  api:\n"
    "    port: 80\n"
    "    routes: [{host: a.acme.example, path: /v1}]\n"
    "    health_check: {interval: 20, codes: 200-399}\n",
    "services: {api: {port: 80, routes: ['/v1/*'], health_check: {codes: '200,401-403,405-499'}}}",
    "services: {api: {port: 80, routes: [{path: /v1, headers: {A: 'b c/'}}], health_check: {codes: '200'}}}",
)
PASSES = (
    "services:\n"
    "  api:\n"
    "    ports: {http: 80, admin: {number: 81, health_check: {codes: '200'}}}\n"
    "    routes: [/v1, {host: a.acme.example, port: admin}]\n",
    "load_balancer: {certificate: {input: tls}}\n"
    "services: {api: {port: {number: 80, protocol: grpc}, routes: [/v1], health_check: {codes: '12'}}}\n",
    "services: {api: {port: 80, routes: [/v1], health_check: {interval: 20}}}",
    "services: {api: {port: 80, routes: [/v1], health_check: {codes: '200,404'}}}",
    "services: {api: {port: 80, routes: [/v1, {host: a.acme.example}], health_check: {codes: '200'}}}",
    "services: {api: {port: 80, routes: [{methods: [GET]}], health_check: {codes: '200'}}}",
    "services: {api: {port: 80, routes: [{headers: {A: 'b c/d'}}], health_check: {codes: '200'}}}",
    "services: {api: {port: 80, routes: ['/*'], health_check: {codes: '200'}}}",
    "services: {api: {port: 80, routes: [/v1], health_check: {path: /, codes: '200'}}}",
    "services: {api: {port: 80, routes: [/v1], health_check: /}}",
)

_NOT_FOUND = 404


def check(blueprint: Blueprint) -> Iterator[Problem]:
    for service in blueprint.services:
        for group in service.target_groups:
            if group.path != "/" or _health.is_healthy_code(group.codes, _NOT_FOUND):
                continue
            if _is_lost(service, group, blueprint):
                message = (
                    f'health checks of "{service.key}" request "/", which matches none of its routes, and '
                    f"expect {group.codes}"
                )
                hint = "add path: PATH beside codes, a path where the application responds with these codes"
                yield Problem(ID, group.at, message, hint, SEVERITY)


def _is_lost(service: Service, group: TargetGroup, blueprint: Blueprint) -> bool:
    """Whether the spec sets codes and no path, and no route is for "/" (`GET host/` or `/`, as it reads)."""
    said = [key for key in ("path", "codes") if blueprint.locate((*group.at.path, key)) != group.at]
    leading = [label for label, rule in blueprint.rules.items() if rule.forwards_to(group.label)]
    routes = [route for route in service.routes if route.rule in leading]
    requests = [route.text.partition(" (")[0].rpartition(" ")[2] for route in routes]
    ends = [request.partition("/")[2] for request in requests]
    return said == ["codes"] and all(ends)
