"""Environment variables that replace the task role."""

from collections.abc import Iterator

from tfgen import facts
from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem

ID = "TG314"
SEVERITY = "warning"
TITLE = "The environment does not replace the task role"
WHY = (
    "AWS SDKs use credentials from the environment before those of the task role, which they request from "
    "the address in variables that ECS sets."
)
SOURCE = "https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html"
BAD = """\
services:
  web:
    secrets:
      AWS_ACCESS_KEY_ID: /web/key-id
      AWS_SECRET_ACCESS_KEY: /web/key
"""
GOOD = """\
services:
  web:
    uses: [s3]
    environment:
      AWS_REGION: us-east-1
"""
FAILS = (
    "services: {web: {environment: {AWS_SESSION_TOKEN: ''}}}",
    "services: {web: {environment: {ECS_CONTAINER_METADATA_URI_V4: 'http://169.254.170.2/v4'}}}",
)
PASSES = ("services: {web: {environment: {AWS_ENDPOINT_URL: 'http://proxy:4566', ECS_CLUSTER: shop}}}",)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    for container in blueprint.containers:
        for section, variables in (("environment", container.variables), ("secrets", container.all_secrets)):
            for name, _ in variables:
                if name.startswith(("AWS_", "ECS_")) and (found := _meaning(name)):
                    where = blueprint.locate((*container.path, section, name))
                    yield Problem(ID, where, *found, SEVERITY)


def _meaning(name: str) -> tuple[str, str] | None:
    """A message and a hint."""
    if name in facts.credential_variables():
        message = f"with {name} set, AWS SDKs do not use the task role, so its permissions have no effect"
        return message, "remove it, and attach the permissions to the task role"
    if name in facts.ecs_variables():
        return (
            f"ECS sets {name} itself, to tell containers where to find credentials and metadata",
            "remove it",
        )
    return None
