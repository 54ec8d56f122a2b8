"""What VPC endpoints let through: what the roles of the stack allow, and no more.

Each policy is made of the statements of the roles themselves, so that none can refuse what a task needs. An
endpoint stays open where the spec does not say what it is for.

Sources: VPC/vpc-endpoints-access; ECR/vpc-endpoints has the bucket of image layers.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from msgspec.structs import replace

from tfgen import facts
from tfgen.blueprint import access, clusters, existing_vpc, repositories
from tfgen.blueprint.model import (
    EndpointPolicy,
    Input,
    Network,
    Opened,
    Statement,
    Task,
)
from tfgen.hcl.reference import NotAReferenceError, parse_reference
from tfgen.hcl.text import Label, Ref, VariableRef
from tfgen.problems import Locate
from tfgen.spec.model import Spec

_EVERYTHING = Statement(sid="", actions="*", resources="*")
_OF_STARTING = {"ecr.api": "ecr", "ecr.dkr": "ecr", "logs": "logs", "ssmmessages": "ssmmessages"}
"""The endpoints that tasks need to start and for ECS Exec, and the prefix of their actions."""
# Their ARNs depend on nothing that could wait for the endpoints of a network, as a database in it does.
_APART = frozenset(
    {
        *("aws_s3_bucket", "aws_sqs_queue", "aws_sns_topic", "aws_dynamodb_table", "aws_kinesis_stream"),
        *("aws_kms_key", "aws_secretsmanager_secret", "aws_ecr_repository", "aws_iam_role"),
    }
)


class _Stack(NamedTuple):
    """What statements are read with: `inputs` are those of services and jobs, by label."""

    spec: Spec
    partition: str
    tasks: tuple[Task, ...]
    inputs: Mapping[Label, Input]
    own: Mapping[Ref | str, str]
    at: Locate

    @property
    def account(self) -> str:
        return self.spec.account or "*"


def build(
    network: Network, tasks: tuple[Task, ...], given: Iterable[Input], spec: Spec, at: Locate
) -> tuple[Network, tuple[Input, ...]]:
    """The network with a policy on each endpoint that it creates, and the variables that these need besides.

    `given` are the inputs of services and jobs.
    """
    if spec.network.endpoint_policies is None:
        return network, ()
    own = (*given, *(each for task in tasks for each in task.inputs))
    inputs = {each.variable.label: each for each in own}
    region = facts.regions().get(spec.region)
    partition = region.partition if region else "aws"
    known = _Stack(spec, partition, tasks, inputs, _own_arns(spec, partition, tasks), at)
    policies = {each.service: _policy(each.service, known) for each in network.new_endpoints}
    built = replace(
        network,
        gateway_endpoints=tuple(
            replace(each, policies=(policies[each.service],)) for each in network.gateway_endpoints
        ),
        interface_endpoints=tuple(
            replace(each, policies=(policies[each.service],)) for each in network.interface_endpoints
        ),
    )
    return built, tuple(_variables(policies.values(), known))


def _variables(policies: Iterable[EndpointPolicy], stack: _Stack) -> Iterator[Input]:
    """Those that the policies refer to."""
    used = {
        name
        for policy in policies
        for statement in policy.statements
        for value in _refs((statement.resources, statement.conditions))
        for name in _names_in(value)
    }
    yield from (stack.inputs[label] for label in sorted(used))


def _refs(value: Any) -> Iterator[Ref]:
    if isinstance(value, Ref):
        yield value
    elif isinstance(value, tuple | Mapping):
        for each in value.values() if isinstance(value, Mapping) else value:
            yield from _refs(each)


def _names_in(expression: Ref) -> list[Label]:
    return [Label(name) for name in re.findall(r"\bvar\.(\w+)", expression)]


# --- one policy


def _policy(endpoint: str, stack: _Stack) -> EndpointPolicy:
    """What an endpoint lets through."""
    opened = tuple(_opened(endpoint, stack))
    prefix = prefixes().get(endpoint)
    if stack.spec.network.endpoint_policies is False or opened or prefix is None:
        return EndpointPolicy(statements=(_EVERYTHING,), opened=opened)
    if endpoint in stack.spec.network.endpoints:
        return EndpointPolicy(statements=(_EVERYTHING,))
    found = [*_layers(endpoint, stack), *_allowed(prefix, stack)]
    merged, others = tuple(_merged(found)), tuple(_of_unknown_roles(stack))
    if not merged or _EVERYTHING in (*merged, *others):
        return EndpointPolicy(statements=(_EVERYTHING,))
    return EndpointPolicy(statements=(*merged, *others))


def prefixes() -> dict[str, str]:
    """For each endpoint that is known, what the actions begin with that are called through it."""
    return _OF_STARTING | {each.endpoint: name for name, each in facts.accessed_services().items()}


def _opened(endpoint: str, stack: _Stack) -> Iterator[Opened]:
    """Where the spec names an AWS service, and not what of it."""
    if stack.spec.network.endpoint_policies and endpoint in prefixes():
        for key, task in stack.spec.tasks.items():
            if endpoint in task.uses:
                path = (task.section, key, "uses", task.uses.index(endpoint))
                yield Opened(service=key, at=stack.at(path))


def _layers(endpoint: str, stack: _Stack) -> Iterator[Statement]:
    images = (container.image for task in stack.tasks for container in task.containers)
    if endpoint == "s3" and any(image.may_be_private for image in images):
        bucket = f"arn:{stack.partition}:s3:::prod-{stack.spec.region}-starport-layer-bucket/*"
        yield Statement(sid="PullLayers", actions=("s3:GetObject",), resources=(bucket,))


def _allowed(prefix: str, stack: _Stack) -> Iterator[Statement]:
    """What the roles of all tasks allow in one AWS service."""
    for task in stack.tasks:
        for role in (task.execution_role, task.task_role):
            for statement in (each for policy in role.policies for each in policy.statements):
                actions = tuple(each for each in _listed(statement.actions) if _begins(each, prefix))
                if actions and statement.effect == "Allow":
                    resources = tuple(_resource(each, stack) for each in _listed(statement.resources))
                    yield replace(statement, actions=actions, resources=resources)


def _listed(said: Any) -> tuple[Any, ...]:
    return said if isinstance(said, tuple) else (said,)


def _begins(action: str, prefix: str) -> bool:
    return action == "*" or action.partition(":")[0].lower() == prefix


def _merged(statements: Iterable[Statement]) -> Iterator[Statement]:
    """One of each name for the same actions under the same conditions, on all that they are allowed on."""
    groups: dict[tuple[bool, str, str, str], list[Statement]] = {}
    for each in statements:
        kind = (not each.sid, each.sid, repr(each.actions), repr(each.conditions))
        groups.setdefault(kind, []).append(each)
    names: dict[str, int] = {}
    for _, group in sorted(groups.items()):
        sid = group[0].sid
        names[sid] = names.get(sid, 0) + 1
        resources = sorted({value for each in group for value in each.resources})
        yield replace(
            group[0],
            sid=f"{sid}{names[sid]}" if sid and names[sid] > 1 else sid,
            actions=_one(_listed(group[0].actions)),
            resources="*" if "*" in resources else _one(tuple(resources)),
        )


def _one(values: tuple[Any, ...]) -> Any:
    return values[0] if len(values) == 1 else values


# --- what a statement is about


def _resource(value: Ref | str, stack: _Stack) -> Ref | str:
    """What the network's module can say of it; everything, where that could need the network itself."""
    if not isinstance(value, Ref):
        return value
    if value in stack.own:
        return stack.own[value]
    is_known = "aws_" not in value and all(_is_apart(name, stack) for name in _names_in(value))
    return value if is_known else "*"


def _own_arns(spec: Spec, partition: str, tasks: tuple[Task, ...]) -> dict[Ref | str, str]:
    """What the stack creates itself, by what its tasks' module knows it as: repositories and log groups."""
    account = spec.account or "*"
    repository = f"arn:{partition}:ecr:{spec.region}:{account}:repository"
    group = f"arn:{partition}:logs:{spec.region}:{account}:log-group"
    return {
        clusters.SESSION_STREAMS: f"{group}:{clusters.session_group(spec)}:*",
        **{repositories.arn_input(name): f"{repository}/{name}" for name in spec.repositories},
        **{access.log_streams(task.label): f"{group}:/ecs/{spec.name}/*" for task in tasks},
    }


def _is_apart(variable: Label, stack: _Stack) -> bool:
    """Whether a variable of the services can be one of the network, too."""
    if variable not in stack.inputs or variable in existing_vpc.own_variables(stack.spec):
        return False
    return is_apart(stack.inputs[variable].value)


def is_apart(root: Any) -> bool:
    """Whether a value of the root cannot depend on the network."""
    if not isinstance(root, Ref) or isinstance(root, VariableRef):
        return True
    try:
        return parse_reference(root).type in _APART
    except NotAReferenceError:
        return False


def _of_unknown_roles(stack: _Stack) -> Iterator[Statement]:
    """Roles with policies that the spec does not have: what they may do, these say."""
    known: list[Ref | str] = []
    for task in stack.tasks:
        given = [role.arn for role in task.given_roles if role.purpose == "task"]
        if given and isinstance(given[0], Ref):
            if not is_apart(given[0]):
                yield _EVERYTHING
            known.append(task.task_role_arn)
        elif given:
            known.append(given[0])
        elif task.task_role.attachments:
            path = stack.spec.iam.path
            known.append(f"arn:{stack.partition}:iam::{stack.account}:role{path}{task.task_role.name}")
    if known:
        yield Statement(
            sid="RolesWithOtherPolicies",
            actions="*",
            resources="*",
            conditions=({"ArnLike": {"aws:PrincipalArn": _one(tuple(sorted(known)))}},),
        )
