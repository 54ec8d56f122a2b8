"""Tasks whose security group may not let them reach what they need."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem
from tfgen.reach.faults import NARROW, faults, listed, place

ID = "TG305"
SEVERITY = "warning"
TITLE = "A narrowed egress does not guess at public addresses"
WHY = (
    "Without interface endpoints, images and logs travel to public addresses that no fixed range covers for "
    "good; a security group that does not let them through stops tasks from starting."
)
SOURCE = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-task-networking.html"
BAD = """\
services:
  web:
    egress_cidrs: [52.94.0.0/16]
"""
GOOD = """\
services:
  web:
    egress_cidrs: [0.0.0.0/0]
"""
FAILS = (
    "network: {egress: public}\nservices: {web: {egress_cidrs: [10.0.0.0/8, 52.94.0.0/16]}}",
    # A registry of one's own may be on a private network, which the stack may be joined to.
    "network: {egress: nat+endpoints}\n"
    "services: {web: {image: registry.example.com/web:1, egress_cidrs: [10.0.0.0/8]}}",
)
PASSES = (
    "network: {egress: nat+endpoints}\nservices: {web: {egress_cidrs: [52.94.0.0/16]}}",
    "network: {egress: nat}\nservices: {web: {egress_cidrs: [52.94.0.0/16, 0.0.0.0/0]}}",
    "services: {web: {egress_cidrs: [0.0.0.0/1, 128.0.0.0/1]}}",
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    for hop, flows in faults(blueprint, NARROW):
        message = (
            f'the egress_cidrs of "{flows[0].service}" may shut out {listed(flow.to for flow in flows)}: '
            "public addresses change, and tasks that do not reach them do not start"
        )
        yield Problem(ID, place(hop, flows, blueprint), message, hop.hint, SEVERITY)
