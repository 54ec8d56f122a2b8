"""A task role that may read the private keys of Service Connect's certificates."""

import re
from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint, Statement
from tfgen.hcl.text import Ref
from tfgen.problems import Problem

ID = "TG741"
SEVERITY = "error"
TITLE = "No task role may read the private keys of Service Connect"
WHY = (
    "ECS keeps the private keys of the proxies' certificates in Secrets Manager, under names that begin with "
    "ecs-sc!. Whoever reads one can pretend to be the service."
)
SOURCE = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-connect-tls.html"
_TLS = (
    "  api: {port: 80, connect: {name: api, tls: 'arn:aws:acm-pca:us-east-1:123456789012:"
    "certificate-authority/01234567-89ab-cdef-0123-456789abcdef'}}\n"
)
_FOR = "  web: {calls: [api], statements: [{actions: [%s], resources: ['%s']%s}]}\n"
BAD = """\
services:
  web:
    statements:
      - actions: [secretsmanager:GetSecretValue]
        resources: ["arn:aws:secretsmanager:us-east-1:123456789012:secret:*"]
    calls: [api]
  api:
    port: 8080
    connect:
      name: api
      tls: arn:aws:acm-pca:us-east-1:123456789012:certificate-authority/01234567-89ab-cdef-0123-456789abcdef
"""
GOOD = """\
services:
  web:
    statements:
      - actions: [secretsmanager:GetSecretValue]
        resources: ["arn:aws:secretsmanager:us-east-1:123456789012:secret:web/*"]
    calls: [api]
  api:
    port: 8080
    connect:
      name: api
      tls: arn:aws:acm-pca:us-east-1:123456789012:certificate-authority/01234567-89ab-cdef-0123-456789abcdef
"""
_ALL = "arn:aws:secretsmanager:us-east-1:123456789012:secret:%s"
FAILS = (
    f"services:\n{_TLS}{_FOR % ('secretsmanager:*', '*', '')}",
    f"services:\n{_TLS}{_FOR % ('sqs:SendMessage, secretsmanager:GetSecretVal?e', _ALL % 'ecs-sc*', '')}",
    f"services:\n{_TLS}  web: {{calls: [api], statements: [{{actions: ['*'], "
    "resources: ['arn:aws:s3:::a', 'arn:aws:secretsmanager:*:*:*']}], access: [{put: metrics}]}\n",
)
PASSES = (
    f"services:\n{_TLS}{_FOR % ('secretsmanager:GetSecretValue', 'arn:aws:s3:::*', '')}",
    f"services:\n{_TLS}{_FOR % ('secretsmanager:GetSecretValue', '*', ', effect: Deny')}",
    f"services:\n{_TLS}{_FOR % ('secretsmanager:ListSecrets', '*', '')}",
    f"services:\n{_TLS}{_FOR % ('secretsmanager:GetSecretValue', _ALL % 'shop/*', '')}",
    f"services:\n{_TLS}  web: {{calls: [api], statements: [{{actions: ['secretsmanager:GetSecretValue'], "
    "resources: [{input: secret}]}]}\n",
    f"services:\n  api: {{port: 80, connect: api}}\n{_FOR % ('secretsmanager:GetSecretValue', '*', '')}",
)

_ACTION = "secretsmanager:getsecretvalue"
_SERVICE, _SECRET = "secretsmanager", "secret:ecs-sc!api"
_HINT = "name the secrets that the application needs; access: [{read: ARN}] does so for one"


def check(blueprint: Blueprint) -> Iterator[Problem]:
    for task in blueprint.tasks if blueprint.connect_roles else ():
        written = [each for policy in task.task_role.policies for each in policy.statements if not each.sid]
        for index, statement in enumerate(written):
            if _reads_keys(statement):
                where = blueprint.locate((*task.path, "statements", index, "resources"))
                message = (
                    f'the statement lets "{task.key}" read the private keys of Service Connect, secrets '
                    "whose names begin with ecs-sc!"
                )
                yield Problem(ID, where, message, _HINT, SEVERITY)


def _reads_keys(statement: Statement) -> bool:
    if statement.effect != "Allow":
        return False
    actions = any(_matches(each.lower(), _ACTION) for each in _listed(statement.actions))
    return actions and any(
        not isinstance(each, Ref) and _covers_keys(each) for each in _listed(statement.resources)
    )


def _covers_keys(resource: str) -> bool:
    if resource == "*":
        return True
    _, _, service, _, _, name = resource.split(":", 5)
    return _matches(service, _SERVICE) and _matches(name, _SECRET)


def _matches(pattern: str, text: str) -> bool:
    """Whether a pattern of IAM matches: * is any text, ? any character."""
    escaped = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.fullmatch(escaped, text) is not None


def _listed(value: str | tuple[str, ...]) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else (value,)
