"""One NAT gateway that several zones depend on."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem

ID = "TG344"
SEVERITY = "note"
TITLE = "A single NAT gateway is a single point of failure"
WHY = (
    "If its zone fails, tasks in every other zone lose their route to the internet; until then AWS charges "
    "for their traffic across zones. It saves the hourly price of the other gateways."
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
FAILS = ("network: {egress: nat+endpoints, nat: single, nat_zone: b, zones: 3}",)
PASSES = ("network: {egress: endpoints, nat: single}", "network: {egress: public, nat: single}")


def check(blueprint: Blueprint) -> Iterator[Problem]:
    zones = len(blueprint.network.private_subnets)
    for nat in blueprint.network.nat:
        if len(nat.zones) < zones:
            message = (
                f"{zones} zones share the NAT gateway in zone {nat.zones[0]}: if that zone fails, no task "
                "reaches the internet; AWS charges for traffic to it across zones"
            )
            hint = f"write nat: per-zone to make the zones independent, for the price of {zones - 1} more"
            yield Problem(ID, blueprint.locate(("network", "nat")), message, hint, SEVERITY)
