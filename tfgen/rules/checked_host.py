"""An application that accepts known hosts only, and whose health check names none of them."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint, Service
from tfgen.problems import Problem, SpecPath
from tfgen.rules import _health
from tfgen.rules._connections import words_of_name

ID = "TG374"
SEVERITY = "note"
TITLE = "An application that checks the Host header passes the health check"
WHY = (
    "A health check sends the task's own address as the Host header. Django, Rails and others respond with "
    "400 or 403 to unknown hosts, so no task is ever healthy, whatever the path."
)
SOURCE = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html"
BAD = """\
services:
  web:
    port: 8000
    routes: [/]
    health_check: /healthz
    environment:
      DJANGO_ALLOWED_HOSTS: shop.acme.example
"""
GOOD = """\
services:
  web:
    port: 8000
    routes: [/]
    health_check: {path: /healthz, codes: 200-400}
    environment:
      DJANGO_ALLOWED_HOSTS: shop.acme.example
"""
FAILS = (
    "services: {web: {port: 80, routes: [/], environment: {AllowedHosts: 'a.acme.example;b.acme.example'}}}",
    "services: {web: {port: 80, routes: [/], environment: {TRUSTED_HOSTS: '.acme.example'}}}",
)
PASSES = (
    "load_balancers: {raw: {type: network, listeners: {a: 9000}}}\n"
    "services: {api: {port: 80, routes: [{listener: raw.a}], environment: {ALLOWED_HOSTS: a.example}}}",
    "services: {web: {port: 80, routes: [/], environment: {ALLOWED_HOSTS: 'a.acme.example,*', HOSTS: a}}}",
    "services: {web: {port: 80, routes: [/], environment: {ALLOWED_HOSTS: 'a.acme.example 10.0.0.0'}}}",
    "services: {web: {port: 80, routes: [/], environment: {ALLOWED_HOSTS: '', ALLOWED: a.acme.example}}}",
    "services: {web: {port: 80, routes: [/v1], environment: {ALLOWED_HOSTS: a.acme.example}}, job: {}}",
    "services: {job: {environment: {ALLOWED_HOSTS: a.acme.example}}}",
    "load_balancer: {certificate: {input: tls}}\n"
    "services:\n"
    "  web: {port: {number: 80, protocol: grpc}, routes: [/], environment: {ALLOWED_HOSTS: a.example}}\n",
    "services:\n"
    "  web:\n"
    "    port: 80\n"
    "    routes: [/]\n"
    "    health_check: {codes: '200,400'}\n"
    "    environment: {ALLOWED_HOSTS: a.acme.example}\n",
)

_REFUSED = 400


def check(blueprint: Blueprint) -> Iterator[Problem]:
    for service in blueprint.services:
        for group in service.target_groups:
            if group.version == "GRPC" or not group.path or _health.is_healthy_code(group.codes, _REFUSED):
                continue
            for path, variable in _lists_of_hosts(service):
                where = blueprint.locate((*path, "environment", variable))
                message = (
                    f"health checks send the task's own address as the Host header, and {variable} lists "
                    "no address"
                )
                hint = (
                    "have the application respond to them before it checks the host, or add the task's "
                    "address at start (from ECS_CONTAINER_METADATA_URI_V4), or count the refusal as "
                    "healthy (health_check codes with 400)"
                )
                yield Problem(ID, where, message, hint, SEVERITY)


def _lists_of_hosts(service: Service) -> Iterator[tuple[SpecPath, str]]:
    """The variables that list the hosts an application accepts, with no address among them."""
    for container in service.containers:
        for variable, value in container.environment:
            named = words_of_name(variable)
            # A wildcard accepts health checks, and "10." is probably an address or a range of the VPC.
            listed = "HOSTS" in named and not named.isdisjoint(("ALLOWED", "TRUSTED"))
            if listed and value.strip() and "*" not in value and "10." not in value:
                yield container.path, variable
