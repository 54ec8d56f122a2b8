"""An unusual port that is open to the whole internet."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem
from tfgen.rules import _ranges

ID = "TG356"
SEVERITY = "note"
TITLE = "A port other than 80 and 443 is rarely open to the whole internet"
WHY = "Such ports mostly serve dashboards, partners or operations, and the default allows the whole internet."
SOURCE = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-update-security-groups.html"
BAD = """\
load_balancer:
  listeners: {admin: 9000}
services:
  web: {port: 80, routes: [/]}
"""
GOOD = """\
load_balancer:
  listeners:
    admin: {port: 9000, cidrs: [198.51.100.0/24]}
services:
  web: {port: 80, routes: [/]}
"""
FAILS = (
    "load_balancer: {listeners: {http: 80, old: 81}}\n"
    "services: {web: {port: 80, listener: http, routes: [/]}}",
    "load_balancer: {listeners: {http: 80, old: {port: 81, redirect: http}}}\n"
    "services: {web: {port: 80, listener: http, routes: [/, {path: /a, listener: old}]}}",
    "load_balancer: {listeners: {http: 81}, cidrs: [192.0.2.0/24, 0.0.0.0/0]}\n"
    "services: {web: {port: 80, routes: [/]}}",
    "load_balancer: {listeners: {http: 81}, cidrs: [0.0.0.0/1, 128.0.0.0/1]}\n"
    "services: {web: {port: 80, routes: [/]}}",
)
PASSES = (
    "load_balancer: {listeners: {http: 80, old: {port: 81, redirect: http}}}\n"
    "services: {web: {port: 80, listener: http, routes: [/]}}",
    "load_balancer: {scheme: internal, listeners: {http: {port: 81, cidrs: [0.0.0.0/0]}}}\n"
    "services: {web: {port: 80, routes: [/]}}",
    "load_balancer: {listeners: {http: 81}, cidrs: [128.0.0.0/1]}\nservices: {web: {port: 80, routes: [/]}}",
    "services: {web: {port: 80, routes: [/]}}",
    "load_balancer: {listeners: {http: 443}}\nservices: {web: {port: 80, routes: [/]}}",
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    bound = {route.listener for service in blueprint.services for route in service.routes}
    for balancer in blueprint.load_balancer:
        for listener in () if balancer.internal else balancer.listeners:
            if listener.redirects and listener.key not in bound:
                continue
            if _ranges.is_world(listener) and listener.port not in (80, 443):
                message = f"the whole internet may connect to port {listener.port}"
                hint = (
                    f"if that is not intended, write {listener.path[-1]}: "
                    f"{{port: {listener.port}, cidrs: [RANGE]}}"
                )
                yield Problem(ID, listener.at, message, hint, SEVERITY)
