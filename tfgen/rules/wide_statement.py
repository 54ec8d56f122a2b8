"""Statements that allow everything, or everybody's secrets."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint, Statement
from tfgen.problems import Problem

ID = "TG678"
SEVERITY = "warning"
TITLE = "A statement allows what the application needs"
WHY = (
    "Whoever takes over the application has its task role. All actions of a service on everything include "
    'deleting it, and secrets or keys on "*" are those of every application in the account.'
)
SOURCE = "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html"
BAD = """\
services:
  web:
    statements:
      - actions: ["s3:*"]
        resources: ["*"]
"""
GOOD = """\
services:
  web:
    access:
      - read: arn:aws:s3:::assets
"""
FAILS = (
    "services: {web: {exec: true, statements: [{actions: ['*'], resources: ['arn:aws:s3:::assets']}]}}",
    "services: {web: {statements: [{actions: ['secretsmanager:GetSecretValue'], resources: ['*']}]}}",
    "services: {web: {statements: [{actions: ['ssm:GetParameter*'], resources: ['*']}]}}",
    "services: {web: {statements: [{actions: ['kms:Decrypt', 'kms:Encrypt'], resources: ['*', '*']}]}}",
    "services: {web: {statements: [{actions: ['ses:SendEmail'], resources: ['*']}, "
    "{actions: ['sqs:*'], resources: ['arn:aws:sqs:us-east-1:123456789012:a', '*']}]}}",
)
PASSES = (
    "services: {web: {statements: [{actions: ['s3:*'], resources: ['*'], effect: Deny}]}}",
    "services: {web: {statements: [{actions: ['s3:*'], resources: ['arn:aws:s3:::a/*', {input: bucket}]}]}}",
    "services: {web: {statements: [{actions: ['ses:SendEmail', 'cloudwatch:Get*'], resources: ['*']}]}}",
    "services: {web: {statements: [{actions: ['kms:*'], resources: ['*'], "
    "conditions: {StringEquals: {'aws:ResourceTag/team': shop}}}]}}",
    "services: {web: {exec: true, access: [{put: metrics}]}}",
)

_SECRET = ("secretsmanager:Get", "ssm:Get", "kms:Decrypt")
"""How actions begin that read what is encrypted: never on everything."""


def check(blueprint: Blueprint) -> Iterator[Problem]:
    for service in blueprint.tasks:
        written = [
            each for policy in service.task_role.policies for each in policy.statements if not each.sid
        ]
        for index, statement in enumerate(written):
            if wide := [action for action in _listed(statement.actions) if _is_wide(action, statement)]:
                where = blueprint.locate((*service.path, "statements", index, "actions"))
                what = "every action" if "*" in wide else f"{' and '.join(wide)} on every resource"
                message = f'the statement allows "{service.key}" {what}'
                hint = "name the actions and the ARNs that the application needs; access does so by a verb"
                yield Problem(ID, where, message, hint, SEVERITY)


def _is_wide(action: str, statement: Statement) -> bool:
    if statement.effect != "Allow" or statement.conditions:
        return False
    is_all = action.endswith(":*") or action.startswith(_SECRET)
    return action == "*" or (is_all and "*" in _listed(statement.resources))


def _listed(value: str | tuple[str, ...]) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else (value,)
