"""The ARN of a secret without the characters that Secrets Manager adds to its name."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem

ID = "TG319"
SEVERITY = "warning"
TITLE = "The ARN of a secret is whole"
WHY = (
    "Secrets Manager ends a secret's ARN with a hyphen and six characters. The execution role's "
    "permission goes by the ARN as it is written, and a task that may not read its secret does not start."
)
SOURCE = "https://docs.aws.amazon.com/secretsmanager/latest/userguide/troubleshoot.html"
BAD = """\
services:
  web:
    secrets:
      PASSWORD: arn:aws:secretsmanager:us-east-1:123456789012:secret:web/database
"""
GOOD = """\
services:
  web:
    secrets:
      PASSWORD: arn:aws:secretsmanager:us-east-1:123456789012:secret:web/database-a1b2c3
"""
FAILS = (
    "services: {web: {secrets: {A: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:db-a1b2c:key::'}}}",
    "services: {web: {secrets: {A: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:db-a1b2c3d'}}}",
    "services: {web: {secrets: {A: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:db-a1-2c3'}}}",
)
PASSES = (
    "services: {web: {secrets: {A: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:db-A1b2C3:key::'}}}",
    "services: {web: {secrets: {A: 'arn:aws:ssm:us-east-1:123456789012:parameter/database', B: /database}}}",
)

_NAME = 6  # arn:PARTITION:secretsmanager:REGION:ACCOUNT:secret:NAME


def check(blueprint: Blueprint) -> Iterator[Problem]:
    for service in blueprint.services:
        for name, source in service.secrets:
            parts = source.split(":")
            if parts[2:3] == ["secretsmanager"] and not _is_whole(parts[_NAME]):
                where = blueprint.locate(("services", service.key, "secrets", name))
                message = (
                    f"the ARN of {name} lacks the hyphen and six characters at the end of every secret's "
                    "name, and the permission to read a secret needs its whole ARN"
                )
                hint = f"copy it from: aws secretsmanager describe-secret --secret-id {parts[_NAME]}"
                yield Problem(ID, where, message, hint, SEVERITY)


def _is_whole(name: str) -> bool:
    hyphen, suffix = name[-7:-6], name[-6:]
    return hyphen == "-" and suffix.isalnum()
