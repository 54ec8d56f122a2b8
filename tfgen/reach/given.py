"""What roles that exist must allow: the policy of each, to paste, since nobody can see here what it has."""

import json
from collections.abc import Collection, Iterator

from tfgen.blueprint.labels import SERVICES
from tfgen.blueprint.model import Blueprint, GivenRole, Service, Statement
from tfgen.hcl.text import Ref, VariableRef
from tfgen.texts import in_line


def texts(blueprint: Blueprint, services: Collection[str]) -> Iterator[str]:
    """A paragraph and a policy for each given role of some services that must allow anything."""
    for service in blueprint.services:
        for role in service.given_roles if service.key in services else ():
            if role.statements:
                yield _text_of_role(blueprint, service, role)


def _text_of_role(blueprint: Blueprint, service: Service, role: GivenRole) -> str:
    statements = [_statement(each, blueprint, service, role) for each in role.statements]
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements}, indent=2)
    return (
        f'The {role.purpose} role of "{service.key}" is given ({in_line(role.arn)}).\n'
        f"It must trust ecs-tasks.amazonaws.com, and allow what this policy allows:\n\n{policy}\n"
    )


def _statement(
    statement: Statement, blueprint: Blueprint, service: Service, role: GivenRole
) -> dict[str, object]:
    said = statement.resources
    resources = [_resource(each, blueprint, service, role) for each in _in_list(said)]
    return {
        "Sid": statement.sid,
        "Effect": "Allow",
        "Action": statement.actions,
        "Resource": resources if isinstance(said, tuple) else resources[0],
    }


def _in_list(said: Ref | str | tuple[Ref | str, ...]) -> tuple[Ref | str, ...]:
    return said if isinstance(said, tuple) else (said,)


def _resource(resource: Ref | str, blueprint: Blueprint, service: Service, role: GivenRole) -> str:
    """The ARN; in place of a value that only Terraform knows, the expression that has it in the root."""
    if not isinstance(resource, Ref):
        return resource
    if isinstance(resource, VariableRef):
        return f"${{{_in_root(resource, blueprint)}}}"
    account = "*" if isinstance(role.arn, Ref) else role.arn.split(":")[4]  # the log streams of the service
    return f"arn:{blueprint.partition}:logs:{service.region}:{account}:log-group:{service.log_group}:*"


def _in_root(variable: VariableRef, blueprint: Blueprint) -> str:
    """What the root gives the services module for a variable."""
    inputs = (each for module in blueprint.modules if module.label == SERVICES for each in module.inputs)
    return next((each.value for each in inputs if each.variable.label == variable.label), variable)
