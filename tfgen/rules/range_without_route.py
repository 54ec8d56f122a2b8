"""A range on the internet in a stack without a route to the internet."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem
from tfgen.reach.faults import RANGE, faults

ID = "TG361"
SEVERITY = "warning"
TITLE = "A range on the internet has a route"
WHY = (
    "What a service lists in its egress opens its security group and creates no route; with egress: "
    "endpoints in the network there is no route to the internet, so connections hang until they time out."
)
SOURCE = "https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Internet_Gateway.html"
BAD = """\
network:
  egress: endpoints
services:
  web:
    egress: [0.0.0.0/0]
"""
GOOD = """\
network:
  egress: nat+endpoints
services:
  web:
    egress: [0.0.0.0/0]
"""
FAILS = (
    "network: {egress: endpoints}\nservices: {web: {egress: [{cidr: 172.32.0.0/16, port: 5432}]}}",
    "network: {egress: endpoints}\nservices: {web: {egress: [10.0.0.0/7]}}",
)
PASSES = (
    # A private range may be joined to the VPC by a peering or a transit gateway of one's own.
    "network: {egress: endpoints}\nservices: {web: {egress: [{cidr: 172.31.0.0/16, port: 5432}]}}",
    "network: {egress: endpoints, cidr: 172.40.0.0/16}\nservices: {web: {egress: [172.40.1.0/24]}}",
    "network: {egress: public}\nservices: {web: {egress: [0.0.0.0/0]}}",
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    network = blueprint.network
    why = f"with {network.egress_key}: endpoints there is no route to the internet"
    for _, flows in faults(blueprint, RANGE):
        for flow in flows:
            message = f'"{flow.service}" cannot reach {flow.to}: {why}'
            hint = f"{network.nat_advice}, or remove the range"
            yield Problem(ID, blueprint.locate(flow.path), message, hint, SEVERITY)
