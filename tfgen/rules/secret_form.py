"""A secret with some of the three parts that may follow its name."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem

ID = "TG318"
SEVERITY = "error"
TITLE = "After the name of a secret stand all three further parts, or none"
WHY = (
    "ECS reads SECRET:JSON-KEY:VERSION-STAGE:VERSION-ID, with colons for what is left out, and stops the "
    "task at any other form."
)
SOURCE = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html"
BAD = """\
services:
  web:
    secrets:
      PASSWORD: arn:aws:secretsmanager:us-east-1:123456789012:secret:web/database-a1b2c3:password
"""
GOOD = """\
services:
  web:
    secrets:
      PASSWORD: "arn:aws:secretsmanager:us-east-1:123456789012:secret:web/database-a1b2c3:password::"
"""
FAILS = (
    "services: {web: {secrets: {A: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:db-a1b2c3:a:b'}}}",
    "services: {web: {secrets: {A: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:db-a1b2c3:a:::'}}}",
)
PASSES = (
    "services: {web: {secrets: {A: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:db-a1b2c3'}}}",
    "services: {web: {secrets: {A: 'arn:aws:ssm:us-east-1:123456789012:parameter/a', B: '/a:b'}}}",
)

_NAME = 6  # arn:PARTITION:secretsmanager:REGION:ACCOUNT:secret:NAME
_PARTS = 3


def check(blueprint: Blueprint) -> Iterator[Problem]:
    for service in blueprint.services:
        for name, source in service.secrets:
            parts = source.split(":")
            if parts[2:3] == ["secretsmanager"] and len(parts) - _NAME - 1 not in (0, _PARTS):
                where = blueprint.locate(("services", service.key, "secrets", name))
                message = (
                    f"ECS cannot read {name}: after a secret's name it takes a JSON key, a version stage "
                    "and a version ID, or nothing"
                )
                yield Problem(ID, where, message, _hint(parts[_NAME:]), SEVERITY)


def _hint(parts: list[str]) -> str:
    form = ":".join(parts[: 1 + _PARTS]) + ":" * (1 + _PARTS - len(parts))
    return f"end it like this: {form} (colons stand for what is left out)"
