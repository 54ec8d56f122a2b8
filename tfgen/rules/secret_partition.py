"""A secret of another partition."""

from collections.abc import Iterator

from tfgen import facts
from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem

ID = "TG320"
SEVERITY = "error"
TITLE = "A secret is in the partition of its stack"
WHY = (
    "ECS reads a secret with the execution role when a task starts; no role has rights in another partition."
)
SOURCE = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html"
BAD = """\
region: cn-north-1
services:
  web:
    image: 123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/web:1.0.0
    secrets:
      PASSWORD: arn:aws:secretsmanager:us-east-1:123456789012:secret:web/database-a1b2c3
"""
GOOD = """\
region: cn-north-1
services:
  web:
    image: 123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/web:1.0.0
    secrets:
      PASSWORD: arn:aws-cn:secretsmanager:cn-north-1:123456789012:secret:web/database-a1b2c3
"""
FAILS = (
    "network: {egress: endpoints}\n"
    "services: {web: {secrets: {A: 'arn:aws-cn:ssm:cn-north-1:123456789012:parameter/a'}}}",
    "services: {web: {secrets: {A: 'arn:aws-cn:ssm:cn-north-1:123456789012:parameter/a'}}}",
)
PASSES = (
    "services: {web: {secrets: {A: 'arn:aws:ssm:eu-west-1:123456789012:parameter/a'}}}",
    "services: {web: {secrets: {A: /a}}}",
    "region: xx-new-1\nnetwork: {zones: [a, b]}\n"
    "services: {web: {secrets: {A: 'arn:aws-new:ssm:xx-new-1:123456789012:parameter/a'}}}",
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    if blueprint.region not in facts.regions():
        return
    own = blueprint.partition
    for service in blueprint.services:
        for name, source in service.secrets:
            partition = source.split(":")[1] if source.startswith("arn:") else own
            if partition != own:
                message = f"{name} is in the partition {partition}, where roles of {own} have no rights"
                where = blueprint.locate(("services", service.key, "secrets", name))
                yield Problem(ID, where, message, f"create it in {blueprint.region}", SEVERITY)
