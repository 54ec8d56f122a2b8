"""A role that exists, whose permissions nobody can see here."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint, GivenRole, Statement
from tfgen.problems import Problem, some_words

ID = "TG515"
SEVERITY = "note"
TITLE = "A role that exists allows what its service needs"
WHY = (
    "The stack attaches no policy to a role that it did not create. Without permission to pull the image, "
    "to write logs and to read secrets, tasks do not start; without that of ECS Exec, no shell opens."
)
SOURCE = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html"
_ROLE = "arn:aws:iam::123456789012:role/start-tasks"
BAD = f"""\
services:
  web:
    roles: {{execution: {_ROLE}}}
"""
GOOD = f"""\
services:
  web:
    roles: {{task: {_ROLE}}}
"""
FAILS = (
    f"services: {{web: {{exec: true, roles: {{task: '{_ROLE}'}}}}}}",
    f"services: {{web: {{image: nginx, roles: {{execution: '{_ROLE}'}}}}}}",
)
PASSES = ("services: {web: {}}", "services: {web: {exec: true}}")


def check(blueprint: Blueprint) -> Iterator[Problem]:
    for service in blueprint.tasks:
        for role in service.given_roles:
            if role.statements:
                yield _note(service.key, role)


def _note(service: str, role: GivenRole) -> Problem:
    needed = [action for statement in role.statements for action in _actions(statement)]
    message = (
        f'the {role.purpose} role of "{service}" is given: whether it allows {some_words(needed, 2)} '
        "cannot be known"
    )
    hint = "compare it with the policy that tfgen check --explain prints, and add what it lacks"
    return Problem(ID, role.at, message, hint, SEVERITY)


def _actions(statement: Statement) -> tuple[str, ...]:
    return (statement.actions,) if isinstance(statement.actions, str) else statement.actions
