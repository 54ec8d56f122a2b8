"""Private ranges for clients that connect over the internet."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem
from tfgen.rules import _ranges

ID = "TG347"
SEVERITY = "warning"
TITLE = "Clients of the load balancer have public addresses"
WHY = (
    "The load balancer is internet-facing, at public addresses: no client connects to them from a private "
    "address, so such a range allows no clients."
)
SOURCE = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-update-security-groups.html"
BAD = """\
load_balancer:
  cidrs: [10.0.0.0/8]
services:
  web: {port: 80, routes: [/]}
"""
GOOD = """\
load_balancer:
  cidrs: [198.51.100.0/24]
services:
  web: {port: 80, routes: [/]}
"""
FAILS = (
    "load_balancer: {listeners: {http: {port: 80, cidrs: [0.0.0.0/0, 192.168.1.0/24]}}}\n"
    "services: {web: {port: 80, routes: [/]}}",
)
PASSES = (
    "services: {web: {port: 80, routes: [/]}}",
    "load_balancer: {scheme: internal, cidrs: [10.0.0.0/8]}\nservices: {web: {port: 80, routes: [/]}}",
    "load_balancer: {cidrs: [10.0.0.0/8]}\nservices: {web: {port: 80, routes: [/]}}\n"
    "overrides: {module.load_balancer.aws_lb.main: {internal: true}}",
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    for balancer in blueprint.load_balancer:
        for listener in () if balancer.internal else balancer.listeners:
            for cidr in listener.cidrs:
                if _ranges.containing_range(cidr.cidr, "private"):
                    message = (
                        f"{cidr.cidr} is private: clients connect to this load balancer over the internet, "
                        "from public addresses, so this range allows none of them"
                    )
                    hint = "write the public range of the clients' network, or scheme: internal"
                    yield Problem(ID, _ranges.place_of_clients(blueprint, listener), message, hint, SEVERITY)
