"""Statements and policies that allow everything, or everybody's secrets."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint, Statement
from tfgen.problems import Problem
from tfgen.rules._policies import listed, statements_of_spec

ID = "TG678"
SEVERITY = "warning"
TITLE = "A statement or a policy allows what the application needs"
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
    "services: {web: {policies: ['arn:aws:iam::aws:policy/AdministratorAccess', {input: more}]}}",
    "services: {web: {statements: [{actions: ['ses:SendEmail'], resources: ['*']}, "
    "{actions: ['sqs:*'], resources: ['arn:aws:sqs:us-east-1:123456789012:a', '*']}]}}",
)
PASSES = (
    "services: {web: {policies: ['arn:aws:iam::aws:policy/ReadOnlyAccess', {input: more}]}}",
    "services: {web: {policies: ['arn:aws:iam::123456789012:policy/AdministratorAccess']}}",
    "services: {web: {statements: [{actions: ['s3:*'], resources: ['*'], effect: Deny}]}}",
    "services: {web: {statements: [{actions: ['s3:*'], resources: ['arn:aws:s3:::a/*', {input: bucket}]}]}}",
    "services: {web: {statements: [{actions: ['ses:SendEmail', 'cloudwatch:Get*'], resources: ['*']}]}}",
    "services: {web: {statements: [{actions: ['kms:*'], resources: ['*'], "
    "conditions: {StringEquals: {'aws:ResourceTag/team': shop}}}]}}",
    "services: {web: {exec: true, access: [{put: metrics}]}}",
)

_SECRET = ("secretsmanager:Get", "ssm:Get", "kms:Decrypt")
"""How actions begin that read what is encrypted: never on everything."""
_EVERYTHING = {
    "AdministratorAccess": "every action",
    "PowerUserAccess": "nearly every action",
    "IAMFullAccess": "every action of IAM, and with it every other",
}
_HINT = "name the actions and the ARNs that the application needs; access does so by a verb"


def check(blueprint: Blueprint) -> Iterator[Problem]:
    for service in blueprint.tasks:
        for index, statement in statements_of_spec(service):
            if wide := [action for action in listed(statement.actions) if _is_wide(action, statement)]:
                where = blueprint.locate((*service.path, "statements", index, "actions"))
                what = "every action" if "*" in wide else f"{' and '.join(wide)} on every resource"
                message = f'the statement allows "{service.key}" {what}'
                yield Problem(ID, where, message, _HINT, SEVERITY)
        for attachment in service.task_role.attachments:
            _, _, name = attachment.arn.partition(":iam::aws:policy/")
            if name in _EVERYTHING:
                where = blueprint.locate((*service.path, "policies"))
                message = f'{name} allows "{service.key}" {_EVERYTHING[name]}'
                yield Problem(ID, where, message, _HINT, SEVERITY)


def _is_wide(action: str, statement: Statement) -> bool:
    if statement.effect != "Allow" or statement.conditions:
        return False
    is_all = action.endswith(":*") or action.startswith(_SECRET)
    return action == "*" or (is_all and "*" in listed(statement.resources))
