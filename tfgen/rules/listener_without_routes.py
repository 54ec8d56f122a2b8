"""A listener without routes."""

from collections.abc import Iterator

from tfgen.blueprint.model import NOT_FOUND, Blueprint
from tfgen.problems import Problem

ID = "TG352"
SEVERITY = "warning"
TITLE = "Every listener has a route"
WHY = "A listener that no route uses responds with 404 to every request, on an open port."
SOURCE = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-listeners.html"
BAD = """\
load_balancer:
  listeners: {http: 80, admin: 9000}
services:
  web: {port: 80, routes: [/]}
"""
GOOD = """\
load_balancer:
  listeners: {http: 80, admin: 9000}
services:
  web: {port: 80, routes: [/, {path: /admin, listener: admin}]}
"""
FAILS = (
    "load_balancer: {listeners: {a: 80, b: 81}}\nservices: {web: {port: 80, listener: b, routes: [/only]}}",
)
PASSES = (
    "services: {web: {port: 80, routes: [/only]}}",
    "load_balancer: {listeners: {http: 80, other: {port: 81, redirect: http}}}\n"
    "services: {web: {port: 80, routes: [/]}}",
    "load_balancer: {listeners: {http: 80, other: {port: 81, default: {respond: 410}}}}\n"
    "services: {web: {port: 80, routes: [/]}}",
    "load_balancer: {listeners: {http: 80, plain: 81}}\nservices: {web: {port: 80, routes: [/]}}\n"
    "overrides:\n"
    "  module.load_balancer.aws_lb_listener.plain:\n"
    "    default_action: [{type: redirect, redirect: {port: '80', status_code: HTTP_301}}]\n",
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    bound = {route.listener for service in blueprint.services for route in service.routes}
    for balancer in blueprint.load_balancer:
        for listener in balancer.listeners:
            silent = listener.responses == (NOT_FOUND,) and not listener.answers
            if silent and listener.key not in bound:
                message = f'no route uses listener "{listener.key}": it responds with 404 to every request'
                hint = f"remove it, or write listener: {listener.key} for a service or a route"
                yield Problem(ID, listener.at, message, hint, SEVERITY)
