"""A NAT gateway in each zone, for a single task."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint
from tfgen.cost import savings
from tfgen.cost.short import dollars
from tfgen.problems import Problem

ID = "TG378"
SEVERITY = "note"
TITLE = "A stack with one task has one NAT gateway"
WHY = (
    "A single task is in one zone at a time and uses the NAT gateway of that zone; the others cost their "
    "hours without traffic. They help only after a zone has failed, and the task was down by then."
)
SOURCE = "https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-pricing.html"
BAD = """\
network:
  egress: nat
services:
  worker:
    count: 1
"""
GOOD = """\
network:
  egress: nat
  nat: single
services:
  worker:
    count: 1
"""
FAILS = ("network: {egress: nat+endpoints, zones: 3}\nservices: {worker: {count: 1}}",)
PASSES = (
    "network: {egress: nat}\nservices: {worker: {count: 2}}",
    "network: {egress: nat}\nservices: {worker: {count: 1}, other: {count: 1}}",
    "network: {egress: nat}\nservices: {worker: {count: 0}}",
    "network: {egress: endpoints}\nservices: {worker: {count: 1}}",
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    tasks = sum(service.tasks.most for service in blueprint.services)
    for nat in blueprint.network.nat:
        if tasks == 1 and (spare := len(nat.zones) - 1):
            cost = savings.cost_of_gateways(blueprint, spare)
            price = f", for USD {dollars(cost)} a month" if cost else ""
            message = (
                f"{len(nat.zones)} NAT gateways serve a single task, which uses one at a time: {spare} more "
                f"than it needs{price}"
            )
            yield Problem(ID, blueprint.locate(("network", "nat")), message, "write nat: single", SEVERITY)
