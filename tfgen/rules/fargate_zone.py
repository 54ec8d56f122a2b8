"""A zone without Fargate."""

from collections.abc import Iterator

from tfgen import facts
from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem
from tfgen.rules import _addresses

ID = "TG384"
SEVERITY = "warning"
TITLE = "Fargate is available in every zone of the stack"
WHY = (
    "Fargate starts no tasks in a zone where AWS does not offer it, so a service there never reaches its "
    "task count."
)
SOURCE = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/AWS_Fargate-Regions.html"
BAD = """\
region: cn-north-1
network:
  zones: [a, d]
services:
  web:
    port: 8080
"""
GOOD = """\
region: cn-north-1
network:
  zones: [a, b]
services:
  web:
    port: 8080
"""
FAILS = ("region: cn-north-1\nnetwork: {zones: 3}\nservices: {web: {port: 8080}}",)
PASSES = (
    "region: cn-north-1\nnetwork: {zones: [a, d]}",
    "region: cn-northwest-1\nnetwork: {zones: [a, b, c]}\nservices: {web: {port: 8080}}",
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    without = facts.zones_without_fargate(blueprint.region)
    zones = [subnet.zone for subnet in _addresses.task_subnets(blueprint) if subnet.zone in without]
    if blueprint.tasks and zones:
        named = f"{blueprint.region}{zones[0]}"
        message = f"AWS does not list Fargate for {named}, where tasks of this stack may be placed"
        hint = f"leave {zones[0]} out: list other letters in network.zones"
        yield Problem(ID, blueprint.locate(("network", "zones")), message, hint, SEVERITY)
