"""Source ranges of a route whose clients may not connect to its listener."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint, Listener, ListenerRule
from tfgen.problems import Problem
from tfgen.rules import _ranges

ID = "TG563"
SEVERITY = "warning"
TITLE = "The clients of a route with source ranges may connect to its listener"
WHY = (
    "The security group of the load balancer decides who connects at all. A rule for source ranges that it "
    "does not allow matches no requests."
)
SOURCE = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-update-security-groups.html"
BAD = """\
load_balancer:
  cidrs: [198.51.100.0/24]
services:
  admin:
    port: 80
    routes: [{path: /admin, source: [203.0.113.0/24]}]
"""
GOOD = """\
load_balancer:
  cidrs: [198.51.100.0/24, 203.0.113.0/24]
services:
  admin:
    port: 80
    routes: [{path: /admin, source: [203.0.113.0/24]}]
"""
FAILS = (
    "load_balancer: {listeners: {http: {port: 80, cidrs: [198.51.100.0/24, 203.0.113.0/25]}}}\n"
    "services: {web: {port: 80, routes: [{source: [203.0.113.0/28, 203.0.113.128/25]}]}}",
    "load_balancer: {listeners: {http: {port: 80, cidrs: [198.51.100.0/24]}, other: 81}}\n"
    "services: {web: {port: 80, routes: [/, {listener: other}, {source: [192.0.2.0/24]}]}}",
    "load_balancer: {cidrs: [10.0.0.0/16]}\n"
    "services: {web: {port: 80, routes: [{source: [10.1.0.0/16]}]}}\n"
    "overrides: {module.load_balancer.aws_lb.main: {internal: true}}",
)
PASSES = (
    "services: {web: {port: 80, routes: [{source: [203.0.113.0/28]}]}}",
    "load_balancer: {listeners: {http: {port: 80, cidrs: [203.0.113.0/25]}}}\n"
    "services: {web: {port: 80, routes: [{source: [203.0.113.0/24]}, {path: /a, source: [203.0.113.9/32]}]}}",
    "load_balancer: {listeners: {http: {port: 80, cidrs: [198.51.100.0/24]}, other: 81}}\n"
    "services: {web: {port: 80, routes: [/, {listener: other, source: [192.0.2.0/24]}]}}",
    "load_balancer: {cidrs: [198.51.100.0/24]}\n"
    "services: {web: {port: 80, routes: [{source: [10.1.0.0/16]}]}}",
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    for balancer in blueprint.load_balancer:
        for listener in balancer.listeners:
            for rule, cidr in _source_ranges(blueprint, listener):
                if not balancer.internal and _ranges.containing_range(cidr, "private"):
                    continue  # TG564 says that no client has such an address
                if not _allows_some(listener, cidr):
                    message = (
                        f"no client in {cidr} may connect to port {listener.port}, so this range matches no "
                        "requests"
                    )
                    hint = f"remove {cidr}, or add it to the cidrs of listener {listener.key}"
                    yield Problem(ID, rule.at, message, hint, SEVERITY)


def _source_ranges(blueprint: Blueprint, listener: Listener) -> Iterator[tuple[ListenerRule, str]]:
    for service in blueprint.services:
        for rule in service.rules:
            if rule.listener == listener.key:
                yield from ((rule, cidr) for values in rule.sources for cidr in values)


def _allows_some(listener: Listener, cidr: str) -> bool:
    return any(_ranges.overlap(each.cidr, cidr) for each in listener.admitted)
