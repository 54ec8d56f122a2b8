"""An internal load balancer with IPv6 addresses."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem

ID = "TG367"
SEVERITY = "warning"
TITLE = "An internal load balancer has IPv4 addresses"
WHY = (
    "The reference of the API says that internal load balancers must use IPv4; AWS's whitepaper on IPv6 says "
    "that they can have both. If the reference is right, the apply fails."
)
SOURCE = "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_SetIpAddressType.html"
BAD = """\
network:
  ipv6: true
load_balancer:
  scheme: internal
  ip_address_type: dualstack
  cidrs: [10.0.0.0/8, "2001:db8::/32"]
services:
  web: {port: 80, routes: [/]}
"""
GOOD = """\
network:
  ipv6: true
load_balancer:
  scheme: internal
services:
  web: {port: 80, routes: [/]}
"""
FAILS = (
    "network: {ipv6: true}\nload_balancer: {cidrs: [10.0.0.0/8, 'fd00::/8']}\n"
    "services: {web: {port: 80, routes: [/]}}\n"
    "overrides: {module.load_balancer.aws_lb.main: {internal: true}}",
)
PASSES = (
    "network: {ipv6: true}\nservices: {web: {port: 80, routes: [/]}}",
    "load_balancer: {scheme: internal}\nservices: {web: {port: 80, routes: [/]}}",
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    for balancer in blueprint.load_balancer:
        if balancer.internal and "IPv6" in balancer.versions:
            message = (
                "AWS's documents disagree on whether an internal load balancer can have IPv6 addresses; "
                "if it cannot, the apply fails"
            )
            hint = "write ip_address_type: ipv4, or test that it can"
            where = blueprint.locate((*balancer.path, "ip_address_type"))
            yield Problem(ID, where, message, hint, SEVERITY)
