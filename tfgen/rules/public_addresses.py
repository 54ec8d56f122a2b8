"""Tasks that have public addresses."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem
from tfgen.rules import _addresses

ID = "TG345"
SEVERITY = "note"
TITLE = "Tasks in public subnets have public addresses"
WHY = (
    "This is the cheapest egress for a few tasks; but AWS charges for every public IPv4 address by the "
    "hour, and one careless security group rule exposes a task to the internet."
)
SOURCE = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-task-networking.html"
BAD = """\
network:
  egress: public
services:
  web: {}
"""
GOOD = """\
network:
  egress: nat
services:
  web: {}
"""
FAILS = (
    "network: {egress: public}\nservices: {web: {count: 1}}",
    "network: {vpc: {way_out: public}}\nservices: {web: {}}",
)
PASSES = (
    "network: {egress: public}",
    "network: {egress: public}\nservices: {web: {count: 0}}",
    "network: {egress: endpoints}\nservices: {web: {}}",
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    tasks = _addresses.most_tasks(blueprint)
    if tasks and not blueprint.network.private_subnets:
        message = (
            f"each task ({tasks} in all) has a public IPv4 address: AWS charges for it by the hour, and "
            "only its security group protects it from the internet"
        )
        key = blueprint.network.egress_key
        hint = f"use {key}: nat, endpoints or nat+endpoints for private addresses"
        yield Problem(ID, blueprint.locate(("network", *key.split("."))), message, hint, SEVERITY)
