"""A secret with some of the three parts that may follow its name."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem

ID = "TG318"
SEVERITY = "error"
TITLE = "After the name of a secret come all three further parts, or none"
WHY = (
    "ECS reads SECRET:JSON-KEY:VERSION-STAGE:VERSION-ID, with colons for the parts that are left out and "
    "never both a stage and an ID; with any other form it stops the task."
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
    "services: "
    "{web: {secrets: {A: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:db-a1b2c3::S:v-1'}}}",
)
PASSES = (
    "services: {web: {secrets: {A: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:db-a1b2c3'}}}",
    "services: {web: {secrets: {A: 'arn:aws:ssm:us-east-1:123456789012:parameter/a', B: '/a:b'}}}",
    "services: {web: {secrets: {A: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:db-a1b2c3:::v-1',"
    " B: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:db-a1b2c3:a:AWSPREVIOUS:'}}}",
)

_NAME = 6  # arn:PARTITION:secretsmanager:REGION:ACCOUNT:secret:NAME
_PARTS = 3


def check(blueprint: Blueprint) -> Iterator[Problem]:
    for container in blueprint.containers:
        for name, source, path in container.read_secrets:
            parts = source.split(":")
            if parts[2:3] == ["secretsmanager"] and (found := _fault(*parts[_NAME:])):
                where = blueprint.locate(path)
                yield Problem(ID, where, f"ECS cannot read {name}: {found[0]}", found[1], SEVERITY)


def _fault(name: str, *parts: str) -> tuple[str, str] | None:
    """A message and a hint."""
    if len(parts) not in (0, _PARTS):
        form = ":".join([name, *parts[:_PARTS]]) + ":" * (_PARTS - len(parts))
        message = "a secret's name is followed by a JSON key, a version stage and a version ID, or by nothing"
        return message, f"end it like this: {form} (colons replace the parts that are left out)"
    if parts and all(parts[1:]):
        return "a version stage and a version ID exclude each other", (
            "remove one of the two, but not its colon"
        )
    return None
