"""Statements whose resources are not what their actions need, so that they allow nothing."""

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase

from tfgen import facts
from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem
from tfgen.rules._policies import listed, statements_of_spec

ID = "TG699"
SEVERITY = "warning"
TITLE = "The resources of a statement are of the kind that its actions need"
WHY = (
    "IAM takes any action with any ARN. Objects of S3 have the ARN of their bucket, a slash and their key; "
    "the bucket itself has neither. An action whose resources are all of another kind is allowed nowhere."
)
SOURCE = "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html"
BAD = """\
services:
  web:
    statements:
      - actions: ["s3:GetObjectVersion"]
        resources: ["arn:aws:s3:::assets"]
"""
GOOD = """\
services:
  web:
    statements:
      - actions: ["s3:GetObjectVersion"]
        resources: ["arn:aws:s3:::assets/*"]
"""
FAILS = (
    "services: {web: {statements: [{actions: ['s3:ListBucket'], resources: ['arn:aws:s3:::assets/*']}]}}",
    "services: {web: {statements: [{actions: ['s3:PutObject', 's3:GetBucketLocation'], "
    "resources: ['arn:aws:s3:::assets', 'arn:aws:s3:::more']}]}}",
    "services: {web: {statements: [{actions: ['sqs:SendMessage'], "
    "resources: ['arn:aws:sns:us-east-1:123456789012:orders']}]}}",
)
PASSES = (
    "services: {web: {statements: [{actions: ['athena:GetWorkGroup'], resources: ['arn:aws:s3:::assets']}]}}",
    "services: {web: {statements: [{actions: ['s3:GetObject', 's3:ListBucket'], "
    "resources: ['arn:aws:s3:::assets', 'arn:aws:s3:::assets/*']}]}}",
    "services: {web: {statements: [{actions: ['s3:Get*', 's3:*'], resources: ['arn:aws:s3:::assets']}]}}",
    "services: {web: {statements: [{actions: ['s3:GetObject'], resources: ['arn:aws:s3:::assets', '*']}]}}",
    "services: {web: {statements: [{actions: ['s3:GetObject'], resources: ['arn:aws:s3:::assets*']}]}}",
    "services: {web: {statements: [{actions: ['s3:GetObject'], resources: [{input: bucket}]}]}}",
    "services: {web: {statements: [{actions: ['sqs:SendMessage'], resources: ['arn:aws:s*:*:*:orders']}]}}",
    "services: {web: {statements: [{actions: ['s3:ListBucket'], resources: ['arn:aws:s3:::assets/*'], "
    "effect: Deny}]}}",
    "services: {web: {statements: [{actions: ['s3:GetObject'], "
    "resources: ['arn:aws:s3:us-east-1:123456789012:accesspoint/a/object/*']}]}}",
    "services: {web: {statements: [{actions: ['sqs:SendMessage'], resources: []}]}}",
    "services: {web: {statements: [{actions: ['ssm:StartSession'], "
    "resources: ['arn:aws:ec2:us-east-1:123456789012:instance/i-0a1b2c3d']}]}}",
)

_OF_OBJECTS = re.compile(r"s3:((Get|Put|Delete|Restore|Replicate)Object\w*|AbortMultipartUpload)")
_OF_BUCKETS = re.compile(r"s3:(List|Get|Put|Delete)Bucket\w*")
_MAYBE_OBJECTS = re.compile(r"[/*]")
_ELSEWHERE = frozenset({"ssm"})  # whose actions also take instances and tasks


def check(blueprint: Blueprint) -> Iterator[Problem]:
    for task in blueprint.tasks:
        for index, statement in statements_of_spec(task):
            for action in listed(statement.actions) if statement.effect == "Allow" else ():
                if needed := _kind_needed(action, listed(statement.resources)):
                    where = blueprint.locate((*task.path, "statements", index, "resources"))
                    message = f"{action} is allowed nowhere: it needs the ARN of {needed}"
                    yield Problem(ID, where, message, f"add it to resources, or remove {action}", SEVERITY)


def _kind_needed(action: str, resources: tuple[str, ...]) -> str:
    """What none of the resources is, as far as they are ARNs; a reference does not begin like one."""
    name, _, _ = action.partition(":")
    service = facts.accessed_services().get(name)
    if not resources or not all(each.startswith("arn:") for each in resources):
        return ""  # without any, IAM refuses it
    kinds = [each.split(":")[2] for each in resources]
    if service and name not in _ELSEWHERE and not any(fnmatchcase(name, kind) for kind in kinds):
        return service.thing
    if _OF_OBJECTS.fullmatch(action) and not any(map(_MAYBE_OBJECTS.search, resources)):
        return f"objects, such as {resources[0]}/*"
    if _OF_BUCKETS.fullmatch(action) and all("/" in each for each in resources):
        return f"a bucket, such as {resources[0].partition('/')[0]}"
    return ""
