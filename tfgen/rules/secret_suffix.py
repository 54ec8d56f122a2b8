"""The ARN of a secret whose last word looks like the characters that Secrets Manager adds."""

from collections.abc import Iterator

from tfgen import texts
from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem

ID = "TG319"
SEVERITY = "warning"
TITLE = "The ARN of a secret whose name ends in a word of six letters is complete"
WHY = (
    "Secrets Manager ends every ARN with a hyphen and six random characters. With a word in their place, "
    "the ARN names another secret, which the task may not read, and it does not start."
)
SOURCE = "https://docs.aws.amazon.com/secretsmanager/latest/userguide/troubleshoot.html"
BAD = """\
services:
  web:
    secrets:
      PASSWORD: arn:aws:secretsmanager:us-east-1:123456789012:secret:web/database-secret
"""
GOOD = """\
services:
  web:
    secrets:
      PASSWORD: arn:aws:secretsmanager:us-east-1:123456789012:secret:web/database-secret-a1b2c3
"""
FAILS = (
    "services: {web: {secrets: {A: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:db-master:key::'}}}",
)
PASSES = (
    "services: {web: {secrets: {A: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:db-aBcdef:key::'}}}",
    "services: {web: {secrets: {A: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:db-abcde1'}}}",
    "services: {web: {secrets: {A: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:database'}}}",
    "services: {web: {secrets: {A: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:the-database'}}}",
    "services: {web: {secrets: {A: 'arn:aws:ssm:us-east-1:123456789012:parameter/a-secret', B: /a-secret}}}",
)

_NAME = 6  # arn:PARTITION:secretsmanager:REGION:ACCOUNT:secret:NAME


def check(blueprint: Blueprint) -> Iterator[Problem]:
    for container in blueprint.containers:
        for _, source, path in container.read_secrets:
            parts = source.split(":")
            if parts[2:3] == ["secretsmanager"] and _ends_in_a_word(parts[_NAME]):
                where = blueprint.locate(path)
                word = parts[_NAME][-6:]
                message = (
                    f'"{word}" at the end of this ARN is taken as the six characters that Secrets Manager '
                    "adds; if it is part of the name, the task may not read the secret"
                )
                secret = texts.shell_word(parts[_NAME])
                hint = f"write the full ARN: aws secretsmanager describe-secret --secret-id {secret}"
                yield Problem(ID, where, message, hint, SEVERITY)


def _ends_in_a_word(name: str) -> bool:
    """Six random characters are all lowercase letters in one of 180 cases."""
    hyphen, suffix = name[-7:-6], name[-6:]
    return hyphen == "-" and suffix.isalpha() and suffix.islower()
