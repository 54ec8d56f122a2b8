"""A NAT gateway that several zones depend on."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint, NatGateway
from tfgen.hcl.text import Label
from tfgen.problems import Problem

ID = "TG344"
SEVERITY = "note"
TITLE = "A NAT gateway that several zones share is a single point of failure"
WHY = (
    "If its zone fails, tasks in the other zones that use it lose their route to the internet; until then "
    "AWS charges for their traffic across zones. It saves the hourly price of the other gateways."
)
SOURCE = "https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-basics.html"
BAD = """\
network:
  egress: nat
  nat: single
"""
GOOD = """\
network:
  egress: nat
  nat: per-zone
"""
FAILS = (
    "network: {egress: nat+endpoints, nat: single, nat_zone: b, zones: 3}",
    "network: {egress: nat, nat: [a, c], zones: [a, b, c]}",
    "network: {egress: nat, nat: [b], zones: [a, b, c]}",
)
PASSES = (
    "network: {egress: nat, nat: [a, b], zones: [a, b]}",
    "network: {egress: endpoints, nat: single}",
    "network: {egress: public, nat: single}",
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    zones = [subnet.zone for subnet in blueprint.network.private_subnets]
    for nat in blueprint.network.nat:
        without = len(zones) - len(nat.zones)
        if without:
            hint = f"write nat: per-zone to make the zones independent, for the price of {without} more"
            where = blueprint.locate(("network", "nat"))
            yield Problem(ID, where, _message(nat, zones), hint, SEVERITY)


def _message(nat: NatGateway, zones: list[Label]) -> str:
    if len(nat.zones) == 1:
        return (
            f"{len(zones)} zones share the NAT gateway in zone {nat.zones[0]}: if that zone fails, no task "
            "reaches the internet; AWS charges for traffic to it across zones"
        )
    shared = [
        f"zone {zone} uses that in zone {route.gateway_of_zone(zone)}"
        for route in nat.routes
        for zone in zones
        if zone not in nat.zones
    ]
    return (
        f"of {len(zones)} zones, {len(nat.zones)} have a NAT gateway: {', '.join(shared)}, and its tasks "
        "lose their route to the internet if that zone fails; AWS charges for traffic across zones"
    )
