"""A listener that no client may connect to."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem
from tfgen.rules import _ranges

ID = "TG355"
SEVERITY = "warning"
TITLE = "Every listener has clients that may connect"
WHY = (
    "Without a range, the load balancer's security group has no rule for the port, and every client times "
    "out."
)
SOURCE = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-update-security-groups.html"
BAD = """\
load_balancer:
  cidrs: []
services:
  web: {port: 80, routes: [/]}
"""
GOOD = """\
load_balancer:
  cidrs: [0.0.0.0/0]
services:
  web: {port: 80, routes: [/]}
"""
FAILS = (
    "load_balancer: {listeners: {http: {port: 80, cidrs: []}}}\nservices: {web: {port: 80, routes: [/]}}",
)
PASSES = (
    "load_balancer: {cidrs: [], listeners: {http: {port: 80, cidrs: [192.0.2.0/24]}}}\n"
    "services: {web: {port: 80, routes: [/]}}",
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    for balancer in blueprint.load_balancer:
        for listener in balancer.listeners:
            if not listener.cidrs:
                message = f'no range may connect to listener "{listener.key}": every client times out'
                hint = "write cidrs: [0.0.0.0/0] for all clients, or the ranges of its clients"
                yield Problem(ID, _ranges.place_of_clients(blueprint, listener), message, hint, SEVERITY)
