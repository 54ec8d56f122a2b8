"""Tasks whose security group may not allow what they need."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem
from tfgen.reach.faults import NARROW, faults, listed, place

ID = "TG305"
SEVERITY = "warning"
TITLE = "Narrowed egress does not rely on public addresses staying the same"
WHY = (
    "Without interface endpoints, images and logs go to public addresses that no fixed range covers "
    "permanently; a security group that does not allow them prevents tasks from starting."
)
SOURCE = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-task-networking.html"
BAD = """\
services:
  web:
    egress: [52.94.0.0/16]
"""
GOOD = """\
services:
  web:
    egress: [0.0.0.0/0]
"""
FAILS = (
    "network: {egress: public}\nservices: {web: {egress: [10.0.0.0/8, 52.94.0.0/16]}}",
    # A registry of one's own may be on a private network, which the stack may be joined to.
    "network: {egress: nat+endpoints}\n"
    "services: {web: {image: registry.example.com/web:1, egress: [10.0.0.0/8]}}",
)
PASSES = (
    "network: {egress: nat+endpoints}\nservices: {web: {egress: [52.94.0.0/16]}}",
    "network: {egress: nat}\nservices: {web: {egress: [52.94.0.0/16, 0.0.0.0/0]}}",
    "services: {web: {egress: [0.0.0.0/1, 128.0.0.0/1]}}",
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    for hop, flows in faults(blueprint, NARROW):
        message = (
            f'the egress of "{flows[0].service}" may not cover {listed(flow.to for flow in flows)}: '
            "public addresses change, and tasks that cannot reach them do not start"
        )
        yield Problem(ID, place(hop, flows, blueprint), message, hop.hint, SEVERITY)
