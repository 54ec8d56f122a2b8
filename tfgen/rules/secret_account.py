"""A secret in another account."""

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from tfgen.blueprint.model import Blueprint
from tfgen.problems import Location, Problem

ID = "TG387"
SEVERITY = "warning"
TITLE = "The secrets of a stack are in one account"
WHY = (
    "The execution role can read a secret of another account only if that account allows it and the key "
    "can be shared; otherwise the task does not start. Where the spec does not name the stack's own account, "
    "of two accounts one is another's."
)
SOURCE = "https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_examples_cross.html"
BAD = """\
services:
  web:
    secrets:
      PASSWORD: arn:aws:secretsmanager:us-east-1:123456789012:secret:web/database-a1b2c3
      LICENSE: arn:aws:secretsmanager:us-east-1:210987654321:secret:license-d4e5f6
"""
GOOD = """\
services:
  web:
    secrets:
      PASSWORD: arn:aws:secretsmanager:us-east-1:123456789012:secret:web/database-a1b2c3
      LICENSE: arn:aws:secretsmanager:us-east-1:123456789012:secret:license-d4e5f6
"""
_PARAMETER = "arn:aws:ssm:us-east-1:{}:parameter/a"
FAILS = (
    "services:\n"
    f"  a: {{secrets: {{A: '{_PARAMETER.format('1' * 12)}'}}}}\n"
    f"  b: {{secrets: {{A: '{_PARAMETER.format('2' * 12)}', B: '{_PARAMETER.format('2' * 12)}'}}}}\n",
    "services:\n"
    f"  web: {{secrets: {{A: '{_PARAMETER.format('1' * 12)}', B: '{_PARAMETER.format('123456789012')}'}}}}\n",
    f"{BAD}    roles: {{execution: 'arn:aws:iam::123456789012:role/start-tasks'}}\n",
    f"account: '123456789012'\nservices: {{web: {{secrets: {{A: '{_PARAMETER.format('1' * 12)}'}}}}}}\n",
)
PASSES = (
    # Images are often in an account of their own, and say nothing of the stack's.
    f"services: {{web: {{secrets: {{A: '{_PARAMETER.format('1' * 12)}', B: /b}}}}}}",
    "services: {web: {secrets: {A: /a, B: /b}}}",
    f"account: '{'1' * 12}'\nservices: {{web: {{secrets: {{A: '{_PARAMETER.format('1' * 12)}'}}}}}}\n",
)


class _Secret(NamedTuple):
    variable: str
    account: str
    is_parameter: bool
    role: str
    at: Location


def check(blueprint: Blueprint) -> Iterator[Problem]:
    secrets = list(_secrets(blueprint))
    own = _own_account(secrets, blueprint)
    for secret in secrets:
        if secret.account != own:
            message = f"{secret.variable} is in account {secret.account}, {_contrast(own, blueprint)}"
            yield Problem(ID, secret.at, message, _hint(secret), SEVERITY)


def _secrets(blueprint: Blueprint) -> Iterator[_Secret]:
    for service in blueprint.tasks:
        own = service.creates(service.execution_role)
        role = f"aws_iam_role.{service.execution_role.label}" if own else "the execution role"
        for container in service.containers:
            for name, source, path in container.read_secrets:
                if source.startswith("arn:"):
                    _, _, store, _, account, _ = source.split(":", 5)
                    where = blueprint.locate(path)
                    yield _Secret(name, account, store == "ssm", role, where)


def _own_account(secrets: list[_Secret], blueprint: Blueprint) -> str:
    """The account that the spec names, or that of most secrets; in a tie, the one that an image is in."""
    if blueprint.account:
        return blueprint.account[0]
    counted = Counter(secret.account for secret in secrets)
    images = {container.image.account for container in blueprint.containers}
    return max(counted, key=lambda account: (counted[account], account in images), default="")


def _contrast(own: str, blueprint: Blueprint) -> str:
    if blueprint.account:
        return f"the stack in {own}: that account must allow the task to read its secrets"
    return (
        f"others are in {own}: one of the two is not the stack's own, and must allow the task to read its "
        "secrets"
    )


def _hint(secret: _Secret) -> str:
    shared = (
        "make the parameter an advanced one and share it (AWS RAM)"
        if secret.is_parameter
        else f"allow {secret.role} to read it in the secret's resource policy"
    )
    return (
        f"in {secret.account} {shared}, and encrypt it with a customer managed key whose policy allows the "
        f"role to decrypt; here allow {secret.role} kms:Decrypt on that key, in a file of your own"
    )
