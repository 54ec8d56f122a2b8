"""A command line in place of the words of a command."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem

ID = "TG327"
SEVERITY = "note"
TITLE = "A command is a list of words"
WHY = (
    "ECS passes the words to the image's entry point unchanged, without a shell; without an entry point, a "
    "whole line in one word is taken as the name of a program, which is not found, and the task stops."
)
SOURCE = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html"
BAD = """\
services:
  web:
    command: [npm run start]
"""
GOOD = """\
services:
  web:
    command: [npm, run, start]
"""
FAILS = (
    'services: {web: {command: ["exec\tweb"]}}',
    "services: {web: {command: [npm run start, --prod]}}",
)
PASSES = (
    "services: {web: {command: [sh, -c, npm run start]}}",
    "services: {web: {command: [start]}}",
    "services: {web: {command: [/opt/my program, start]}}",
    "services: {web: {command: []}}",
    "services: {web: {command: [/opt/my program, --prod]}}",
    "services: {web: {command: [good day, everybody]}}",
    "services: {web: {command: [--greeting=good day]}}",
    """services: {web: {command: ['{"greeting": "good day"}']}}""",
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    for container in blueprint.containers:
        for words in container.command:
            if _is_a_line(*words):
                where = blueprint.locate((*container.path, "command", 0))
                message = (
                    "this is one word with spaces: unless the image's entry point splits it, as a shell "
                    "does, the container looks for a program of that name"
                )
                hint = "write each word separately, as in [npm, run, start], or [sh, -c, ...] for a shell"
                yield Problem(ID, where, message, hint, SEVERITY)


def _is_a_line(first: str, *rest: str) -> bool:
    """Whether it is a command line. What begins with - or { is not: it is an argument of the ENTRYPOINT."""
    if first.startswith(("-", "{")) or len(first.split()) < 2:
        return False
    return not rest or (rest[0].startswith("-") and not first.startswith("/"))
