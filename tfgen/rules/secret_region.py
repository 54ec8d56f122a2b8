"""A secret that no task can read where it is."""

from collections.abc import Iterator

from tfgen import facts
from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem
from tfgen.rules import _regions

ID = "TG320"
SEVERITY = "error"
TITLE = "A secret is where tasks can read it"
WHY = (
    "ECS reads a secret when a task starts, from the task's own network: endpoints reach their own region "
    "only, and no role has permissions in another partition."
)
SOURCE = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-task-networking.html"
BAD = """\
network:
  egress: endpoints
services:
  web:
    secrets:
      PASSWORD: arn:aws:secretsmanager:eu-west-1:123456789012:secret:web/database-a1b2c3
"""
GOOD = """\
network:
  egress: endpoints
services:
  web:
    secrets:
      PASSWORD: arn:aws:secretsmanager:us-east-1:123456789012:secret:web/database-a1b2c3
"""
FAILS = (
    "network: {egress: endpoints}\n"
    "services: {web: {secrets: {A: 'arn:aws:ssm:eu-west-1:123456789012:parameter/a'}}}",
    "services: {web: {secrets: {A: 'arn:aws-cn:ssm:cn-north-1:123456789012:parameter/a'}}}",
    "services: {web: {secrets: {A: 'arn:aws:ssm:cn-north-1:123456789012:parameter/a'}}}",
    "region: us-gov-west-1\n"
    "services: {web: {secrets: {A: 'arn:aws:ssm:us-gov-west-1:123456789012:parameter/a'}}}",
    "services: {web: {secrets: {A: 'arn:aws-new:ssm:xx-new-1:123456789012:parameter/a'}}}",
    "network: {egress: endpoints}\n"
    "services: {web: {secrets: {A: 'arn:aws:ssm:us-east-3:123456789012:parameter/a'}}}",
    "network: {vpc: {way_out: endpoints, route_tables: [rtb-0000000a]}}\n"
    "services: {web: {secrets: {A: arn:aws:ssm:eu-west-1:123456789012:parameter/a}}}",
)
PASSES = (
    "services: {web: {secrets: {A: 'arn:aws:ssm:eu-west-1:123456789012:parameter/a'}}}",
    "network: {egress: public}\n"
    "services: {web: {secrets: {A: 'arn:aws:ssm:eu-west-1:123456789012:parameter/a'}}}",
    "network: {egress: endpoints}\nservices: {web: {secrets: {A: /a}}}",
    "region: xx-new-1\nnetwork: {zones: [a, b]}\n"
    "services: {web: {secrets: {A: 'arn:aws-new:ssm:xx-new-1:123456789012:parameter/a'}}}",
    "network: {egress: endpoints}\n"  # TG306
    "services: {web: {secrets: {A: 'arn:aws:ssm:us-esat-1:123456789012:parameter/a'}}}",
    "network: {vpc: {way_out: nat}}\n"
    "services: {web: {secrets: {A: arn:aws:ssm:eu-west-1:123456789012:parameter/a}}}",
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    for container in blueprint.containers:
        for name, source, path in container.read_secrets:
            if source.startswith("arn:") and (found := _fault(name, source, blueprint)):
                where = blueprint.locate(path)
                yield Problem(ID, where, *found, SEVERITY)


def _fault(name: str, source: str, blueprint: Blueprint) -> tuple[str, str] | None:
    """A message and a hint."""
    _, partition, store, region, _ = source.split(":", 4)
    known = facts.regions().get(region)
    if known and known.partition != partition:
        message = f"{name} cannot exist: {region} is in the partition {known.partition}, not {partition}"
        return message, f"begin the ARN with arn:{known.partition}:, or write another region"
    if partition != blueprint.partition and blueprint.region in facts.regions():
        message = (
            f"{name} is in the partition {partition}, where roles of {blueprint.partition} have no "
            "permissions"
        )
        return message, f"create it in {blueprint.region}"
    closed = blueprint.network.private_subnets and not blueprint.network.reaches_internet
    if region != blueprint.region and closed and not _regions.is_misspelled(region):
        where = {"ssm": "SSM Parameter Store"}.get(store, "Secrets Manager")
        message = f"tasks cannot reach {where} in {region}: VPC endpoints reach their own region only"
        return message, f"replicate {name} to {blueprint.region}, or {blueprint.network.nat_advice}"
    return None
