"""A task definition that is too large for ECS."""

import json
from collections.abc import Iterator
from typing import Any

from tfgen import facts
from tfgen.blueprint.model import Blueprint, Container, Task
from tfgen.problems import Problem

ID = "TG323"
SEVERITY = "error"
TITLE = "A task definition is at most 64 KiB"
WHY = (
    "ECS refuses a larger one when it is registered; most of its size is variables, secrets and the command."
)
SOURCE = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html"
BAD = f"""\
services:
  web:
    environment:
      CATALOG: {"x" * 65_507}
"""
GOOD = """\
services:
  web:
    environment:
      CATALOG_URL: https://catalog.example.com
"""
FAILS = (
    f"services: {{web: {{command: [{'x' * 65_534}]}}}}",
    f"services: {{web: {{secrets: {{A: /{'x' * 65_508}}}}}}}",
    f"services: {{web: {{entrypoint: [{'x' * 65_519}]}}}}",
    f"services: {{web: {{health: {'x' * 65_448}}}}}",
    f"services: {{web: {{labels: {{a: {'x' * 65_530}}}}}}}",
)
PASSES = (
    f"services: {{web: {{environment: {{CATALOG: {'x' * 65_506}}}}}}}",
    f"services: {{web: {{command: [{'x' * 65_533}]}}}}",
    f"services: {{web: {{secrets: {{A: /{'x' * 65_507}}}}}}}",
    f"services: {{web: {{entrypoint: [{'x' * 65_518}]}}}}",
    f"services: {{web: {{health: {'x' * 65_447}}}}}",
    f"services: {{web: {{labels: {{a: {'x' * 65_529}}}}}}}",
)

# What a variable, a secret and a word of the command take in JSON besides their own characters.
_VARIABLE, _SECRET, _WORD = len('{"name":"","value":""},'), len('{"name":"","valueFrom":""},'), len('"",')


def check(blueprint: Blueprint) -> Iterator[Problem]:
    limit = 1024 * facts.limits()["task_definition_kib_max"].value
    for service in blueprint.tasks:
        size = _size_of_definition(service)
        if size > limit:
            message = (
                f'the variables, secrets and command of "{service.key}" have {size} characters; ECS allows '
                f"{limit} in a task definition"
            )
            hint = "store large values in S3 or in SSM parameters, and have the application read them"
            yield Problem(ID, service.at, message, hint, SEVERITY)


def _size_of_definition(service: Task) -> int:
    """The characters that the task definition has at least."""
    return sum(map(_size_of_container, service.containers))


def _size_of_container(container: Container) -> int:
    return (
        sum(len(name) + len(value) + _VARIABLE for name, value in container.environment)
        + sum(len(name) + len(source) + _SECRET for name, source, _ in container.read_secrets)
        + sum(len(word) + _WORD for words in container.command for word in words)
        + sum(len(f'"{name}":{json.dumps(value)},') for name, value in _others(container))
    )


def _others(container: Container) -> Iterator[tuple[str, Any]]:
    yield from container.arguments
    yield from container.blocks
    yield from container.labels
    yield from (option for logs in container.routed_logs for option in logs.options)
