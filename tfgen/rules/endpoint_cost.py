"""Interface endpoints that cost more than the NAT gateways beside them, and save less than they cost."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint
from tfgen.cost import savings
from tfgen.cost.short import dollars
from tfgen.problems import Problem

ID = "TG377"
SEVERITY = "note"
TITLE = "Interface endpoints beside NAT gateways save what they cost"
WHY = (
    "An interface endpoint costs its hours in each zone; it saves the difference between what a NAT gateway "
    "and an endpoint charge for a GB, also across zones. With little traffic to AWS services it only adds to "
    "the bill. It also keeps this traffic inside AWS's network."
)
SOURCE = "https://aws.amazon.com/privatelink/pricing/"
BAD = """\
network:
  egress: nat+endpoints
  nat: single
services:
  web: {}
"""
GOOD = """\
network:
  egress: nat+endpoints
  nat: single
services:
  web: {}
cost:
  traffic:
    logs: 2000
"""
FAILS = ("network: {egress: nat+endpoints, nat: single, zones: 3}\nservices: {web: {}}",)
PASSES = (
    # five endpoints in two zones cost what two gateways do: 5 x 2 x 0.01 = 2 x 0.05
    "network: {egress: nat+endpoints, endpoints: [sqs, sns]}\nservices: {web: {}}",
    # nine in two zones save what they cost: 9 x 2 x 730 x 0.01 = 2,920 x (0.045 + 0.01 - 0.01)
    "network: {egress: nat+endpoints, nat: single, endpoints: [sqs, sns, kms, sts, ssm, events]}\n"
    "services: {web: {}}\ncost: {traffic: {logs: 2920, ecr: 0}}",
    "network: {egress: nat+endpoints}\nservices: {web: {}}",
    "network: {egress: endpoints}\nservices: {web: {}}",
    "network: {egress: nat, nat: single}\nservices: {web: {}}",
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    found = savings.endpoints_beside_nat(blueprint)
    if found and found.endpoints > found.gateways and found.saved < found.endpoints:
        message = (
            f"the interface endpoints cost USD {dollars(found.endpoints)} a month, the NAT gateways "
            f"USD {dollars(found.gateways)}; for {found.gigabytes} GB to AWS services, endpoints save "
            f"USD {dollars(found.saved)}"
        )
        hint = (
            f"write egress: nat, or set cost.traffic if there is more: they save their cost from "
            f"{found.break_even:,.0f} GB a month on"
        )
        yield Problem(ID, blueprint.locate(("network", "egress")), message, hint, SEVERITY)
