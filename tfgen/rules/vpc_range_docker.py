"""A VPC in the range of Docker's own bridge."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem
from tfgen.rules import _ranges

ID = "TG350"
SEVERITY = "note"
TITLE = "A VPC's range is not 172.17.0.0/16, which Docker uses"
WHY = (
    "Fargate tasks are not affected, but Docker hosts, Cloud9 and SageMaker use this range internally and "
    "cannot reach a VPC that has it; the range of a VPC cannot be changed later."
)
SOURCE = "https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html"
BAD = """\
network:
  cidr: 172.17.0.0/16
"""
GOOD = """\
network:
  cidr: 172.18.0.0/16
"""
FAILS = ("network: {cidr: 172.17.128.0/20}",)
PASSES = (
    "network: {cidr: 172.16.0.0/16}",
    "network: {vpc: {way_out: nat, cidr: 172.17.0.0/16}}",
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    for docker in _ranges.ranges_around_created(blueprint, "docker"):
        message = (
            f"Docker, Cloud9 and SageMaker use {docker} inside their hosts, which then cannot reach this VPC"
        )
        hint = "write another range, such as 172.20.0.0/16; it cannot be changed later"
        yield Problem(ID, blueprint.locate(("network", "cidr")), message, hint, SEVERITY)
