"""More secrets than the policy of a role can list."""

from collections.abc import Iterator

from tfgen import facts
from tfgen.blueprint.model import Blueprint, Role, Service
from tfgen.hcl.text import Ref
from tfgen.problems import Problem

ID = "TG324"
SEVERITY = "error"
TITLE = "The permission to read secrets fits into a role"
WHY = "IAM limits the inline policies of a role to 10,240 characters, and each secret adds its ARN."
SOURCE = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"


def _secrets(length: int) -> str:
    """17 secrets, one of which has a name of that length and the others long ones."""
    arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:"
    stems = ["x" * 500] * 16 + ["x" * length]
    return ", ".join(f"S{n:02}: {arn}{stem}{n:02}-a1b2c3" for n, stem in enumerate(stems))


BAD = f"""\
services:
  web:
    secrets: {{{_secrets(1000)}}}
"""
GOOD = """\
services:
  web:
    secrets:
      USER: "arn:aws:secretsmanager:us-east-1:123456789012:secret:web/database-a1b2c3:user::"
      PASSWORD: "arn:aws:secretsmanager:us-east-1:123456789012:secret:web/database-a1b2c3:password::"
"""
FAILS = (f"services: {{web: {{secrets: {{{_secrets(560)}}}}}}}",)
PASSES = (f"services: {{web: {{secrets: {{{_secrets(559)}}}}}}}",)

# What a policy and a statement take in JSON besides their values; the last statement has no comma.
_POLICY = len('{"Version":"2012-10-17","Statement":[]}') - len(",")
_STATEMENT = len('{"Action":,"Effect":"Allow","Resource":,"Sid":""},')


def check(blueprint: Blueprint) -> Iterator[Problem]:
    limit = facts.limits()["role_inline_policies_chars_max"].value
    for service, role in ((each, role) for each in blueprint.services for role in each.roles):
        size = _size_of_policies(service, role, blueprint.partition)
        if size > limit:
            message = (
                f'the permission to read the secrets of "{service.key}" takes {size} characters of policy; '
                f"IAM allows {limit} for a role"
            )
            hint = (
                "store them as JSON keys of one Secrets Manager secret, whose ARN is listed once: ARN:KEY::"
            )
            where = blueprint.locate(("services", service.key, "secrets"))
            yield Problem(ID, where, message, hint, SEVERITY)


def _size_of_policies(service: Service, role: Role, partition: str) -> int:
    """The characters of a role's policies, as IAM counts them: without white space."""
    stream = f"arn:{partition}:logs:{service.region}:123456789012:log-group:{service.log_group}:*"
    return sum(
        _POLICY
        + sum(
            _STATEMENT
            + len(statement.sid)
            + _length_in_json(statement.actions, stream)
            + _length_in_json(statement.resources, stream)
            for statement in policy.statements
        )
        for policy in role.policies
    )


def _length_in_json(value: Ref | str | tuple[Ref | str, ...], stream: str) -> int:
    """The characters of a value in JSON; the one reference among them is the service's log stream."""
    if isinstance(value, tuple):
        return 1 + sum(1 + _length_in_json(part, stream) for part in value)
    return 2 + len(stream if isinstance(value, Ref) else value)
