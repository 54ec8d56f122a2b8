"""Public ranges for clients of an internal load balancer."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint
from tfgen.ip_ranges import is_ipv6
from tfgen.problems import Problem
from tfgen.rules import _ranges

ID = "TG395"
SEVERITY = "warning"
TITLE = "Clients of an internal load balancer have private addresses"
WHY = (
    "An internal load balancer has addresses of the VPC only: clients in the VPC and in networks connected "
    "to it reach it, from their private addresses. A public range allows none of them, unless a connected "
    "network uses it as its own."
)
SOURCE = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html"
BAD = """\
load_balancer:
  scheme: internal
  cidrs: [10.0.0.0/16, 203.0.113.0/24]
services:
  web: {port: 80, routes: [/]}
"""
GOOD = """\
load_balancer:
  scheme: internal
  cidrs: [10.0.0.0/16, 192.168.0.0/16]
services:
  web: {port: 80, routes: [/]}
"""
FAILS = (
    "network: {egress: endpoints, routes: [{to: 0.0.0.0/0, via: tgw-0123456789abcdef0}]}\n"
    "load_balancer: {scheme: internal, cidrs: [198.51.100.0/24]}\n"
    "services: {web: {port: 80, routes: [/]}}",
    "load_balancer: {scheme: internal, listeners: {http: {port: 80, cidrs: [10.0.0.0/8, 198.51.100.7/32]}}}\n"
    "services: {web: {port: 80, routes: [/]}}",
    "load_balancer: {cidrs: [10.0.0.0/16, 198.51.100.0/24]}\nservices: {web: {port: 80, routes: [/]}}\n"
    "overrides: {module.load_balancer.aws_lb.main: {internal: true}}",
)
PASSES = (
    "network: {ipv6: true}\n"
    "load_balancer: {scheme: internal, ip_address_type: dualstack, cidrs: [10.0.0.0/8, '2001:db8::/32']}\n"
    "services: {web: {port: 80, routes: [/]}}",
    "load_balancer: {scheme: internal}\nservices: {web: {port: 80, routes: [/]}}",
    "load_balancer: {scheme: internal, cidrs: [0.0.0.0/0]}\nservices: {web: {port: 80, routes: [/]}}",
    "load_balancer: {scheme: internal, cidrs: [10.0.0.0/16, 100.64.0.0/10]}\n"
    "services: {web: {port: 80, routes: [/]}}",
    "network: {routes: [{to: 198.51.100.0/24, via: vgw-0123456789abcdef0}]}\n"
    "load_balancer: {scheme: internal, cidrs: [10.0.0.0/16, 198.51.100.0/25]}\n"
    "services: {web: {port: 80, routes: [/]}}",
    "load_balancer: {cidrs: [198.51.100.0/24]}\nservices: {web: {port: 80, routes: [/]}}",
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    for balancer in blueprint.load_balancer:
        for listener in balancer.listeners if balancer.internal else ():
            for cidr in listener.cidrs:
                if not _has_inside_addresses(cidr.cidr, blueprint):
                    message = (
                        f"{cidr.cidr} is public: the load balancer is internal, and clients in the VPC and "
                        "in networks connected to it have private addresses"
                    )
                    hint = "write the private range of the clients' network, or scheme: internet-facing"
                    yield Problem(ID, _ranges.place_of_clients(blueprint, listener), message, hint, SEVERITY)


def _has_inside_addresses(cidr: str, blueprint: Blueprint) -> bool:
    """Whether some of a range are private, or of the VPC or a network that it has routes to."""
    if is_ipv6(cidr):
        return True  # AWS chooses the range of the VPC, among public ones
    routed = (route.destination for route in blueprint.network.target_routes)
    own = (blueprint.network.cidr, *(each for each in routed if not each.endswith("/0")))
    return _ranges.meets_private(cidr) or any(_ranges.overlap(cidr, each) for each in own)
