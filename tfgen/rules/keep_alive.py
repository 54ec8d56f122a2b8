"""An application that closes idle connections before the load balancer does."""

import re
from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint, Service
from tfgen.problems import Problem, SpecPath
from tfgen.rules import _front
from tfgen.rules._connections import words_of_name

ID = "TG376"
SEVERITY = "note"
TITLE = "An application keeps idle connections longer than the load balancer"
WHY = (
    "The load balancer keeps connections to tasks open and sends the next request over one of them. If the "
    "application closes that connection at the same moment, the client gets a 502: rarely, at random, and "
    "under light load."
)
SOURCE = (
    "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html"
)
BAD = """\
services:
  web:
    port: 8000
    routes: [/]
    command: [uvicorn, "shop:app", --timeout-keep-alive, "30"]
"""
GOOD = """\
services:
  web:
    port: 8000
    routes: [/]
    command: [uvicorn, "shop:app", --timeout-keep-alive, "65"]
"""
FAILS = (
    "services: {web: {port: 80, routes: [/], command: [sh, -c, 'uvicorn shop:app --port 80']}}",
    "services: {web: {port: 80, routes: [/], command: [gunicorn, --keep-alive=60, 'shop:app']}}",
    "services: {web: {port: 80, routes: [/], environment: {KEEP_ALIVE_TIMEOUT: 1000}}}",
    "services: {web: {port: 80, routes: [/], environment: {KEEP_ALIVE_TIMEOUT: 500ms}}}",
    "services: {web: {port: 80, routes: [/], environment: {SERVER_TOMCAT_KEEP_ALIVE_TIMEOUT: 20s}}}",
    "load_balancer: {idle_timeout: 120}\n"
    "services: {web: {port: 80, routes: [/], environment: {KEEPALIVE_TIMEOUT: 75}}}",
)
PASSES = (
    "load_balancers: {raw: {type: network, listeners: {a: 9000}}}\n"
    "services: {api: {port: 80, routes: [{listener: raw.a}], command: [gunicorn, --keep-alive, '5']}}",
    "load_balancers: {main: {}, other: {idle_timeout: 120}}\n"
    "services:\n"
    "  web: {port: 80, routes: [/], environment: {KEEP_ALIVE_TIMEOUT: 61}}\n"
    "  api: {port: 80, routes: [{path: /api, listener: other}]}\n",
    "services: {web: {command: [uvicorn, 'shop:app']}, api: {port: 80, routes: [/]}}",
    "services: {web: {port: 80, routes: [/], environment: {KEEP_ALIVE_TIMEOUT: 999}}}",
    "services: {web: {port: 80, routes: [/], command: [gunicorn, 'shop:app', --workers, '4']}}",
    "services: {web: {port: 80, routes: [/], command: [uvicorn, --timeout-keep-alive, $SECONDS]}}",
    "services:\n"
    "  web:\n"
    "    port: 80\n"
    "    routes: [/]\n"
    "    environment: {KEEP_ALIVE_TIMEOUT: 65000ms, KEEP_ALIVE: 5, TIMEOUT: 5, ALIVE_TIMEOUT: 5}\n",
)

_FLAGS = ("--timeout-keep-alive", "--keep-alive")
_DURATION = re.compile(r"([0-9]{1,9})(ms|s)?")
_KEEP_ALIVE = re.compile("keep[_.-]?alive", re.IGNORECASE)
_USUAL = 5  # seconds, the default of Uvicorn
_MILLISECONDS = 1000  # a larger number is in milliseconds


def check(blueprint: Blueprint) -> Iterator[Problem]:
    for balancer in blueprint.load_balancer:
        for service in () if balancer.is_network else _front.services_behind(blueprint, balancer.key):
            for path, seconds in _idle_timeouts(service):
                if seconds <= balancer.idle_timeout:
                    kept = balancer.idle_timeout
                    message = (
                        f'"{service.key}" closes idle connections after {seconds:g} s, but '
                        f"{balancer.noun} keeps them for {kept} s"
                    )
                    hint = f"keep them longer than {kept} s in the application, for example {kept + 5} s"
                    yield Problem(ID, blueprint.locate(path), message, hint, SEVERITY)


def _idle_timeouts(service: Service) -> Iterator[tuple[SpecPath, float]]:
    """How long a service keeps idle connections, according to its command and its variables."""
    for container in service.containers:
        for command in container.command:
            for seconds in _by_command(" ".join(command).replace("=", " ").split()):
                yield (*container.path, "command"), seconds
        for variable, value in container.environment:
            named = words_of_name(variable)
            if "TIMEOUT" in named and _KEEP_ALIVE.search(variable):
                for seconds in _seconds_of_duration(value):
                    yield (*container.path, "environment", variable), seconds


def _by_command(parts: list[str]) -> Iterator[float]:
    """The value of a flag, or the default of Uvicorn without one."""
    flags = [index for index, part in enumerate(parts) if part in _FLAGS]
    for index in flags:
        yield from _seconds_of_duration("".join(parts[index + 1 : index + 2]))
    if "uvicorn" in parts and not flags:
        yield _USUAL


def _seconds_of_duration(text: str) -> Iterator[float]:
    """A duration such as 65, 65s, 65000 or 65000ms; nothing for what is none."""
    if said := _DURATION.fullmatch(text.strip()):
        number = int(said[1])
        yield number / 1000 if said[2] == "ms" or number >= _MILLISECONDS else number
