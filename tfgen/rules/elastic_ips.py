"""More NAT gateways than the quota of Elastic IP addresses."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem
from tfgen.rules import _quota

ID = "TG335"
SEVERITY = "warning"
TITLE = "A region has at most 5 Elastic IP addresses unless AWS allows more"
WHY = (
    "Each NAT gateway needs one; the apply stops with AddressLimitExceeded, and the zones without a "
    "gateway have no route to the internet. Other stacks in the region share the quota."
)
SOURCE = "https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html"
BAD = """\
network:
  egress: nat
  zones: 6
"""
GOOD = """\
network:
  egress: nat
  zones: 5
"""
FAILS = ("network: {egress: nat+endpoints, zones: [a, b, c, d, e, f]}",)
PASSES = ("network: {egress: nat, nat: single, zones: 6}", "network: {egress: endpoints, zones: 6}")


def check(blueprint: Blueprint) -> Iterator[Problem]:
    used = sum(len(zones) for nat in blueprint.network.nat for zones in nat.made)
    if limit := _quota.exceeded_limit("elastic_ips_per_region", used):
        message = (
            f"{used} NAT gateways need an Elastic IP address each: AWS allows {limit.value} in a region, "
            "and the apply stops there"
        )
        hint = f"{_quota.how_to_raise(limit, used)}; or write nat: single, or fewer zones"
        yield Problem(ID, blueprint.locate(("network", "zones")), message, hint, SEVERITY)
