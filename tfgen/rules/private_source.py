"""Private source ranges for clients that connect over the internet."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem
from tfgen.rules import _ranges

ID = "TG564"
SEVERITY = "warning"
TITLE = "A route with source ranges is for addresses that clients have"
WHY = (
    "Clients connect to an internet-facing load balancer from public addresses: those inside a company or a "
    "VPC, from that of its NAT gateway or proxy. A rule for private ranges matches none of them."
)
SOURCE = (
    "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_SourceIpConditionConfig.html"
)
BAD = """\
services:
  admin:
    port: 80
    routes: [{path: /admin, source: [10.0.0.0/8]}]
"""
GOOD = """\
services:
  admin:
    port: 80
    routes: [{path: /admin, source: [203.0.113.0/24]}]
"""
FAILS = ("services: {web: {port: 80, routes: [{source: [203.0.113.0/24, 192.168.7.0/24]}]}}",)
PASSES = (
    "services: {web: {port: 80, routes: [{source: [9.0.0.0/8, 0.0.0.0/0]}]}}",
    "load_balancer: {cidrs: [10.0.0.0/8]}\n"
    "services: {web: {port: 80, routes: [{source: [10.1.0.0/16]}]}}\n"
    "overrides: {module.load_balancer.aws_lb.main: {internal: true}}",
    "load_balancers: {main: {}, inner: {scheme: internal, cidrs: [10.0.0.0/8]}}\n"
    "services: {web: {port: 80, routes: [/, {source: [10.1.0.0/16], listener: inner}]}}\n",
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    public = [balancer for balancer in blueprint.load_balancer if not balancer.internal]
    listeners = {listener.key for balancer in public for listener in balancer.listeners}
    for service in blueprint.services:
        for rule in (each for each in service.rules if each.listener in listeners):
            for cidr in (cidr for values in rule.sources for cidr in values):
                if _ranges.containing_range(cidr, "private"):
                    message = (
                        f"{cidr} is private: clients connect to this load balancer over the internet, from "
                        "public addresses, so this range matches no requests"
                    )
                    hint = "write the public range of the clients' network"
                    yield Problem(ID, rule.at, message, hint, SEVERITY)
