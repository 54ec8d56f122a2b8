"""A listener that admits clients by one version of IP, where its load balancer has addresses of both."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint, Listener
from tfgen.ip_ranges import is_ipv6
from tfgen.problems import Problem
from tfgen.rules import _ranges

ID = "TG353"
SEVERITY = "warning"
TITLE = "A load balancer with IPv4 and IPv6 addresses admits clients by both"
WHY = (
    "Its name resolves to addresses of both kinds, and most clients that have IPv6 try that first. Where the "
    "security group admits only one of them, they wait for a timeout, or fail."
)
SOURCE = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html#ip-address-type"
BAD = """\
network:
  ipv6: true
load_balancer:
  cidrs: [198.51.100.0/24]
services:
  web: {port: 80, routes: [/]}
"""
GOOD = """\
network:
  ipv6: true
load_balancer:
  cidrs: [198.51.100.0/24, "2001:db8::/32"]
services:
  web: {port: 80, routes: [/]}
"""
FAILS = (
    "network: {ipv6: true}\n"
    "load_balancer: {listeners: {http: {port: 80, cidrs: ['2001:db8::/32']}}}\n"
    "services: {web: {port: 80, routes: [/]}}",
    "network: {ipv6: true}\n"
    "load_balancer: {listeners: {http: 80, admin: {port: 81, cidrs: [192.0.2.0/24]}}}\n"
    "services: {web: {port: 80, routes: [{listener: http}]}}",
)
PASSES = (
    "network: {ipv6: true}\nservices: {web: {port: 80, routes: [/]}}",
    "network: {ipv6: true}\nload_balancer: {cidrs: []}\nservices: {web: {port: 80, routes: [/]}}",
    "network: {ipv6: true}\nload_balancer: {ip_address_type: ipv4, cidrs: [198.51.100.0/24]}\n"
    "services: {web: {port: 80, routes: [/]}}",
    "network: {ipv6: true}\n"
    "load_balancer: {ip_address_type: dualstack-without-public-ipv4, cidrs: ['2001:db8::/32']}\n"
    "services: {web: {port: 80, routes: [/]}}",
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    for balancer in blueprint.load_balancer:
        for listener in balancer.listeners:
            found = _versions(listener)
            lost = [version for version in balancer.versions if version not in found]
            if found and lost:
                message = (
                    f"port {listener.port} admits clients by {found[0]} only, and the load balancer's name "
                    f"resolves to {lost[0]} addresses, too"
                )
                hint = f"add the {lost[0]} ranges of the clients to cidrs"
                if lost[0] == "IPv6":
                    hint += ", or write ip_address_type: ipv4"
                elif not balancer.internal:
                    hint += ", or write ip_address_type: dualstack-without-public-ipv4"
                yield Problem(ID, _ranges.place_of_clients(blueprint, listener), message, hint, SEVERITY)


def _versions(listener: Listener) -> tuple[str, ...]:
    """The versions of IP by which clients may connect."""
    return tuple(dict.fromkeys("IPv6" if is_ipv6(each.cidr) else "IPv4" for each in listener.admitted))
