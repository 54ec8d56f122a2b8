"""A range beside another that holds all of it."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint, Service
from tfgen.problems import Location, Problem
from tfgen.rules import _ranges

ID = "TG346"
SEVERITY = "note"
TITLE = "A range that another one covers does nothing"
WHY = (
    "It makes a security group rule that changes nothing, and readers believe that access is narrower than "
    "it is."
)
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
    "services: {web: {egress_cidrs: [0.0.0.0/0, 10.1.0.0/16]}}",
    "load_balancer: {listeners: {http: {port: 80, cidrs: [192.0.2.0/24, 192.0.2.0/25]}}}\n"
    "services: {web: {port: 80, routes: [/]}}",
)
PASSES = (
    "services: {web: {egress_cidrs: [0.0.0.0/0, {cidr: 10.1.0.0/16, port: 5432}]}}",
    "services: {web: {egress_cidrs: [10.1.0.0/16, 10.2.0.0/16]}}",
    "load_balancer: {cidrs: [192.0.2.0/24, 192.0.2.0/24]}\nservices: {web: {port: 80, routes: [/]}}",
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    for balancer in blueprint.load_balancer:
        for listener in balancer.listeners:
            cidrs = [cidr.cidr for cidr in listener.cidrs]
            yield from _problems(cidrs, _ranges.clients(blueprint, listener))
    for service in blueprint.services:
        for cidrs in _destinations(service).values():
            yield from _problems(cidrs, blueprint.locate(("services", service.key, "egress_cidrs")))


def _destinations(service: Service) -> dict[int, list[str]]:
    """The ranges that a service may connect to, by port."""
    found: dict[int, list[str]] = {}
    for rule in service.security_rules:
        if rule.peer.argument == "cidr_ipv4":
            found.setdefault(rule.port, []).append(str(rule.peer.value))
    return found


def _problems(cidrs: list[str], where: Location) -> Iterator[Problem]:
    for inner, outer in _ranges.covered(cidrs):
        message = f"{inner} does nothing beside {outer}, which holds all of it"
        yield Problem(ID, where, message, f"remove {inner}, or {outer} if it is too wide", SEVERITY)
