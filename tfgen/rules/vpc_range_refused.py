"""A range that AWS refuses for a VPC."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem
from tfgen.rules import _ranges

ID = "TG348"
SEVERITY = "error"
TITLE = "A VPC's range is not loopback, link-local, multicast or reserved"
WHY = "AWS refuses such a VPC when it is created; terraform validate does not notice."
SOURCE = "https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html"
BAD = """\
network:
  cidr: 169.254.0.0/16
"""
GOOD = """\
network:
  cidr: 10.20.0.0/16
"""
FAILS = (
    "network: {cidr: 127.0.0.0/16}",
    "network: {cidr: 239.255.0.0/16}",
    "network: {cidr: 0.1.0.0/16}",
    "network: {cidr: 240.0.0.0/16}",
    "network: {cidr: 255.255.0.0/16}",
)
PASSES = (
    "network: {cidr: 192.168.0.0/16}",
    "network: {cidr: 223.255.0.0/16}",
    "network: {vpc: {way_out: nat, cidr: 169.254.0.0/16}}",
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    for refused in _ranges.ranges_around_created(blueprint, "refused"):
        message = f"AWS refuses a VPC in {refused}"
        hint = "write a private range such as 10.0.0.0/16, 172.20.0.0/16 or 192.168.0.0/16"
        yield Problem(ID, blueprint.locate(("network", "cidr")), message, hint)
