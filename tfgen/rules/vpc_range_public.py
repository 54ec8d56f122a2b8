"""A VPC whose addresses belong to others on the internet."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem
from tfgen.rules import _ranges

ID = "TG349"
SEVERITY = "warning"
TITLE = "A VPC's range is private"
WHY = (
    "Traffic to the VPC's own range never leaves it; if others have those addresses on the internet, tasks "
    "cannot reach them."
)
SOURCE = "https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html"
BAD = """\
network:
  cidr: 11.0.0.0/16
"""
GOOD = """\
network:
  cidr: 10.0.0.0/16
"""
FAILS = ("network: {cidr: 172.32.0.0/16}", "network: {cidr: 8.8.8.0/24}")
PASSES = (
    "network: {cidr: 100.64.0.0/16}",
    "network: {cidr: 198.19.0.0/16}",
    "network: {cidr: 127.0.0.0/16}",
    "network: {vpc: {way_out: nat, cidr: 8.8.8.0/24}}",
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    for cidr in _ranges.ranges_to_create(blueprint):
        if _ranges.containing_range(cidr, "unrouted") or _ranges.containing_range(cidr, "refused"):
            continue
        message = f"{cidr} is not private: tasks cannot reach hosts on the internet that have these addresses"
        hint = "write a private range, unless this one is yours: 10.0.0.0/16, 172.20.0.0/16, 192.168.0.0/16"
        yield Problem(ID, blueprint.locate(("network", "cidr")), message, hint, SEVERITY)
