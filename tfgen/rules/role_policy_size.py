"""More permissions than the inline policies of a role can list."""

from collections.abc import Iterator

from tfgen import facts
from tfgen.blueprint.model import Blueprint, Role, Task
from tfgen.problems import Problem
from tfgen.rules._policies import document

ID = "TG324"
SEVERITY = "error"
TITLE = "The permissions of a service fit into its roles"
WHY = (
    "IAM limits the inline policies of a role to 10,240 characters together. Each secret adds its ARN, and "
    "each entry of access and statements its actions."
)
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


def _long(number: int) -> str:
    return ", ".join(f"'arn:aws:s3:::data/{n:02}{'x' * 900}'" for n in range(number))


_READS = "services: {{web: {{{}statements: [{{actions: ['s3:GetObject'], resources: [{}]}}]}}}}"
_INPUTS = ", ".join(["{input: the_arn_of_a_bucket_that_only_terraform_knows}"] * 20)
FAILS = (
    f"services: {{web: {{secrets: {{{_secrets(560)}}}}}}}",
    _READS.format("", _long(11)),
    _READS.format("access: [{put: metrics}], ", _long(11)),
)
PASSES = (
    f"services: {{web: {{secrets: {{{_secrets(559)}}}}}}}",
    _READS.format("", f"{_long(10)}, {_INPUTS}"),
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    limit = facts.limits()["role_inline_policies_chars_max"].value
    for service in blueprint.tasks:
        for role in service.roles:
            is_task = role.label == service.task_role.label
            size = _size_of_policies(role, "" if is_task else _log_stream(service, blueprint.partition))
            if size > limit:
                yield (_of_application if is_task else _of_secrets)(blueprint, service, size, limit)


def _of_secrets(blueprint: Blueprint, service: Task, size: int, limit: int) -> Problem:
    message = (
        f'the permission to read the secrets of "{service.key}" takes {size} characters of policy; '
        f"IAM allows {limit} for a role"
    )
    hint = "store them as JSON keys of one Secrets Manager secret, whose ARN is listed once: ARN:KEY::"
    return Problem(ID, blueprint.locate((*service.path, "secrets")), message, hint, SEVERITY)


def _of_application(blueprint: Blueprint, service: Task, size: int, limit: int) -> Problem:
    message = (
        f'the permissions of the task role of "{service.key}" take {size} characters of inline policies; '
        f"IAM allows {limit} for a role"
    )
    hint = "write some of them in a managed policy of your own, and name that in policies"
    # A key that is not there is located at the service.
    place = blueprint.locate((*service.path, "access"))
    if place == service.at:
        place = blueprint.locate((*service.path, "statements"))
    return Problem(ID, place, message, hint, SEVERITY)


def _log_stream(service: Task, partition: str) -> str:
    return f"arn:{partition}:logs:{service.region}:123456789012:log-group:{service.log_group}:*"


def _size_of_policies(role: Role, reference: str) -> int:
    """The characters of a role's policies, as IAM counts them: without white space. `reference` stands for
    each value that only Terraform knows."""
    return sum(len(document(policy.statements, reference)) for policy in role.policies)
