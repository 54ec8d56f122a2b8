"""A listener's range that another range covers."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem
from tfgen.rules import _ranges

ID = "TG346"
SEVERITY = "note"
TITLE = "No range in a listener's cidrs is covered by another"
WHY = "The narrower range has no effect, and suggests that access is narrower than it is."
SOURCE = "https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html"
BAD = """\
load_balancer:
  cidrs: [198.51.100.0/24, 198.51.0.0/16]
services:
  web: {port: 80, routes: [/]}
"""
GOOD = """\
load_balancer:
  cidrs: [198.51.100.0/24, 198.52.0.0/16]
services:
  web: {port: 80, routes: [/]}
"""
FAILS = (
    "load_balancer: {scheme: internal, cidrs: [10.0.0.0/8, 10.1.0.0/16]}\n"
    "services: {web: {port: 80, routes: [/]}}",
    "load_balancer: {listeners: {http: {port: 80, cidrs: [192.0.2.0/24, 192.0.2.128/25]}}}\n"
    "services: {web: {port: 80, routes: [/]}}",
    "load_balancer: {cidrs: [192.0.2.0/25, 198.51.100.0/24, 0.0.0.0/0]}\n"
    "services: {web: {port: 80, routes: [/]}}",
)
PASSES = (
    "load_balancer: {cidrs: [192.0.2.0/24, 192.0.2.0/24]}\nservices: {web: {port: 80, routes: [/]}}",
    "load_balancer: {cidrs: [192.0.2.0/25, 192.0.2.128/25]}\nservices: {web: {port: 80, routes: [/]}}",
    "load_balancer: {cidrs: [0.0.0.0/0, 10.0.0.0/8]}\nservices: {web: {port: 80, routes: [/]}}",
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    for balancer in blueprint.load_balancer:
        for listener in balancer.listeners:
            for narrow, wide in _ranges.covered_ranges([cidr.cidr for cidr in listener.cidrs]):
                if not balancer.internal and _ranges.containing_range(narrow, "private"):
                    continue  # TG347 says that no client has such an address
                message = f"{narrow} has no effect: all of {wide} may connect to port {listener.port}"
                hint = f"remove {narrow}, or {wide} if it is too wide"
                yield Problem(ID, _ranges.place_of_clients(blueprint, listener), message, hint, SEVERITY)
