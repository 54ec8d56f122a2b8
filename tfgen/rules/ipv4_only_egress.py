"""Tasks that may connect to all of the internet by IPv4 only, in a VPC with a route for IPv6."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint, Egress, Task
from tfgen.blueprint.peer_words import port_words
from tfgen.problems import Problem

ID = "TG368"
SEVERITY = "note"
TITLE = "Tasks with IPv6 addresses may use them"
WHY = (
    "Where tasks have IPv6 addresses and a route for them, most programs try the IPv6 addresses of a host "
    "first. A security group that allows only IPv4 drops these connections, and programs wait for a timeout "
    "before they try IPv4."
)
SOURCE = "https://datatracker.ietf.org/doc/html/rfc6724"
BAD = """\
network:
  egress: nat
  ipv6: true
services:
  web:
    egress: [0.0.0.0/0]
"""
GOOD = """\
network:
  egress: nat
  ipv6: true
services:
  web:
    egress: [443]
"""
FAILS = (
    "network: {egress: nat, ipv6: true}\n"
    "services: {web: {egress: [443, {cidr: 0.0.0.0/0, port: 53, protocol: udp}, {cidr: '::/0', port: 53}]}}",
    "network: {egress: nat, ipv6: true}\n"
    "services: {web: {egress: [{cidr: 0.0.0.0/0, port: 400-500}, {cidr: '::/0', port: 400-450}]}}",
    "network: {egress: public, ipv6: true}\nservices: {web: {egress: [443, {cidr: 0.0.0.0/0, port: 25}]}}",
    "network: {egress: nat, ipv6: true}\nservices: {web: {egress: [0.0.0.0/0, '2001:db8::/32']}}",
    "network: {egress: nat, ipv6: true}\n"
    "services: {web: {egress: [{cidr: 0.0.0.0/0, port: 400-500}, {cidr: '::/0', port: 443}]}}",
)
PASSES = (
    "network: {egress: nat, ipv6: true}\nservices: {web: {egress: [0.0.0.0/0]}}\n"
    "overrides: {module.network.aws_vpc.main: {assign_generated_ipv6_cidr_block: false}}",
    "network: {egress: nat, ipv6: true}\nservices: {web: {egress: all}}",
    "network: {egress: nat, ipv6: true}\nservices: {web: {egress: [198.51.100.0/24]}}",
    "network: {egress: nat, ipv6: true}\nservices: {web: {egress: [{protocol: icmp}, 80-90]}}",
    "network: {egress: nat, ipv6: true}\nservices: {web: {egress: [0.0.0.0/0, {cidr: '::/0', port: 1-500}]}}",
    "network: {egress: nat}\nservices: {web: {egress: [0.0.0.0/0]}}",
    "network: {egress: endpoints, ipv6: true}\nservices: {web: {egress: [{cidr: 10.1.0.0/16, port: 25}]}}",
    "network: {egress: endpoints, ipv6: true, routes: [{to: 0.0.0.0/0, via: tgw-0123456789abcdef0}]}\n"
    "services: {web: {egress: [0.0.0.0/0]}}",
)
_WORLD, _WORLD_IPV6 = "0.0.0.0/0", "::/0"


def check(blueprint: Blueprint) -> Iterator[Problem]:
    if not _routes_ipv6(blueprint):
        return
    for service in blueprint.tasks:
        for each in service.egress:
            if each.cidr == _WORLD and each.protocol != "icmp" and not _is_allowed_by_ipv6(each, service):
                ports = port_words(each.protocol, (each.port, each.last_port))
                message = (
                    f'"{service.key}" may connect to {ports} of every IPv4 address and of no IPv6 address, '
                    "which programs try first where a host has both"
                )
                hint = "leave out the range: a port alone allows both"
                where = blueprint.locate((*service.path, "egress"))
                yield Problem(ID, where, message, hint, SEVERITY)


def _routes_ipv6(blueprint: Blueprint) -> bool:
    """Whether tasks have a route to the internet by IPv6."""
    network = blueprint.network
    tables = (table.routes for table in network.route_tables if network.task_subnets in table.subnets)
    found = [route.destination for routes in tables for route in routes]
    found += [route.destination for each in network.egress_only_gateways for route in each.routes]
    return network.has_ipv6(network.task_subnets) and _WORLD_IPV6 in found


def _is_allowed_by_ipv6(entry: Egress, service: Task) -> bool:
    return any(
        each.cidr == _WORLD_IPV6
        and each.protocol == entry.protocol
        and each.port <= entry.port
        and entry.last_port <= each.last_port
        for each in service.egress
    )
