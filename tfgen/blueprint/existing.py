"""What exists already and is used as it is: a load balancer, a cluster, roles.

The root gives the services module what they are. A variable has the same name whether its value belongs to
the stack or is given, so that the files of services do not change with it.
"""

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from msgspec.structs import replace

from tfgen import facts
from tfgen.blueprint import load_balancer, names, security
from tfgen.blueprint.load_balancer import BoundRoute
from tfgen.blueprint.model import (
    ExistingCluster,
    ExistingListener,
    ExistingLoadBalancer,
    GivenRole,
    Input,
    Role,
    Variable,
)
from tfgen.blueprint.references import (
    creates_roles,
    credential_values,
    encryption_values,
    existing_values,
    hook_values,
    in_root,
    needs_namespace,
    needs_zone,
    policy_values,
    role_values,
)
from tfgen.hcl.text import Label, Ref, VariableRef
from tfgen.problems import Locate, Location, Problem, SpecPath
from tfgen.spec.balancers import Balancer, balancers_of, local_name
from tfgen.spec.model import ExistingLoadBalancer as ExistingSpec
from tfgen.spec.model import Given, Spec, TaskKeys

_CLUSTER_ARN, _BOUNDARY_ARN = Label("cluster_arn"), Label("permissions_boundary_arn")
NAMESPACE_ARN, NAMESPACE_ID = Label("namespace_arn"), Label("private_namespace_id")
OWN_VARIABLES = frozenset({_CLUSTER_ARN, _BOUNDARY_ARN, NAMESPACE_ARN, NAMESPACE_ID})


def own_role_variables(key: str) -> tuple[Label, Label]:
    """The variables of a service for its execution role and its task role."""
    return names.label(key, "execution_role_arn"), names.label(key, "task_role_arn")


# --- the load balancer and the cluster


def build_load_balancer(
    spec: Spec, bound: tuple[BoundRoute, ...], at: Locate
) -> tuple[ExistingLoadBalancer, ...]:
    """Those that exist and that any service has routes on."""
    return tuple(
        _existing_load_balancer(balancer, balancer.said.existing, at)
        for balancer in _used_balancers(spec, bound)
        if balancer.said.existing
    )


def _used_balancers(spec: Spec, bound: tuple[BoundRoute, ...]) -> tuple[Balancer, ...]:
    used = {route.balancer for route in bound}
    return tuple(each for each in balancers_of(spec) if each.key in used)


def _existing_load_balancer(balancer: Balancer, said: ExistingSpec, at: Locate) -> ExistingLoadBalancer:
    path = (*balancer.path, "existing")
    listeners = tuple(
        ExistingListener(
            key=balancer.full_name(key),
            arn=in_root(said.listener_arns[key]),
            arn_input=load_balancer.arn_input(balancer.full_name(key)),
            at=at((*path, "listener_arns", key)),
        )
        for key in sorted(said.listener_arns)
    )
    return ExistingLoadBalancer(
        key=balancer.key,
        noun=names.noun_of_balancer(balancer.key),
        label=names.module_of_balancer(balancer.key),
        group=security.balancer_group(balancer.key),
        listeners=listeners,
        security_group=in_root(said.security_group),
        dns_name=() if said.dns_name is None else (in_root(said.dns_name),),
        arn=() if said.arn is None else (in_root(said.arn),),
        at=at(path),
    )


def build_cluster(spec: Spec, at: Locate) -> tuple[ExistingCluster, ...]:
    """The one that exists, where there are services or jobs."""
    if spec.cluster is None or not spec.tasks:
        return ()
    return (ExistingCluster(arn=in_root(spec.cluster), at=at(("cluster",))),)


def cluster_arn(spec: Spec) -> Ref:
    """The ARN of the cluster in the services module."""
    return Ref("aws_ecs_cluster.main.arn") if spec.cluster is None else VariableRef(_CLUSTER_ARN)


def cluster_of_services(spec: Spec) -> Ref:
    """What services name their cluster by."""
    return Ref("aws_ecs_cluster.main.id") if spec.cluster is None else VariableRef(_CLUSTER_ARN)


def cluster_name(arn: Ref) -> Ref:
    """Of the stack's own cluster, or the last part of the ARN of one that exists."""
    own = not isinstance(arn, VariableRef)
    return Ref("aws_ecs_cluster.main.name") if own else Ref(f'split("/", {arn})[1]')


def capacity_providers(spec: Spec) -> Iterator[Ref]:
    """What a cluster of the stack's own must have before its services exist."""
    if spec.cluster is None:
        yield Ref("aws_ecs_cluster_capacity_providers.main")


def inputs(spec: Spec, bound: tuple[BoundRoute, ...]) -> Iterator[Input]:
    """The variables of the services module that all services share."""
    for balancer in _used_balancers(spec, bound):
        if balancer.said.existing:
            yield from _inputs_of_balancer(balancer, balancer.said.existing, bound)
    if spec.cluster is not None and spec.tasks:
        yield _input(_CLUSTER_ARN, "ARN of the ECS cluster.", spec.cluster)
    if spec.namespace is not None and needs_namespace(spec):
        yield _input(NAMESPACE_ARN, "ARN of the namespace of Service Connect names.", spec.namespace)
    if spec.dns and spec.dns.namespace_id is not None and needs_zone(spec):
        yield _input(NAMESPACE_ID, "ID of the namespace of names in DNS.", spec.dns.namespace_id)
    if creates_roles(spec):
        yield from boundary_input(spec)


def boundary_input(spec: Spec) -> Iterator[Input]:
    """The variable of a module with roles for what limits them."""
    boundary = spec.iam.permissions_boundary
    if boundary is not None:
        yield _input(_BOUNDARY_ARN, "ARN of the policy that limits the permissions of every role.", boundary)


def _inputs_of_balancer(
    balancer: Balancer, said: ExistingSpec, bound: tuple[BoundRoute, ...]
) -> Iterator[Input]:
    group, noun = security.balancer_group(balancer.key).label, names.noun_of_balancer(balancer.key)
    yield _input(group, security.group_description(balancer.key), said.security_group)
    for name in sorted({route.listener for route in bound if route.balancer == balancer.key}):
        key = local_name(name)
        description = f"ARN of the listener {key} of {noun}."
        yield _input(load_balancer.arn_input(name), description, said.listener_arns[key])


def _input(label: Label, description: str, value: str | Given) -> Input:
    variable = Variable(label=label, type=Ref("string"), description=description)
    return Input(variable=variable, value=in_root(value))


# --- roles


class ServiceRoles(NamedTuple):
    """Both roles of a service: as the stack would create them, and which of them it does."""

    execution: Role
    task: Role
    own: tuple[Role, ...]
    given: tuple[GivenRole, ...]
    execution_arn: Ref
    task_arn: Ref


def build_roles(key: str, spec: Spec, execution: Role, task: Role, at: Locate) -> ServiceRoles:
    said = spec.task(key).roles
    pairs = ((execution, said.execution), (task, said.task))
    arns = (
        names.ref("aws_iam_role.{}.arn", role.label) if given is None else VariableRef(variable)
        for (role, given), variable in zip(pairs, own_role_variables(key), strict=True)
    )
    return ServiceRoles(
        execution,
        task,
        tuple(own_role(role, spec) for role, given in pairs if given is None),
        tuple(_given_roles(key, spec, {"execution": execution, "task": task}, at)),
        *arns,
    )


def own_role(role: Role, spec: Spec) -> Role:
    """A role that the stack creates, with what the spec says of all."""
    return replace(role, paths=role_paths(spec), boundaries=role_boundaries(spec))


def role_paths(spec: Spec) -> tuple[str, ...]:
    """What is in front of the names of roles, but for /."""
    return () if spec.iam.path == "/" else (spec.iam.path,)


def role_boundaries(spec: Spec) -> tuple[Ref, ...]:
    """What limits the permissions of roles, in a module that has the variable for it."""
    return () if spec.iam.permissions_boundary is None else (VariableRef(_BOUNDARY_ARN),)


def _given_roles(key: str, spec: Spec, roles: dict[str, Role], at: Locate) -> Iterator[GivenRole]:
    """Those that exist, with the permissions that roles of the stack's own would have."""
    for path, value in role_values(key, spec.task(key)):
        purpose = str(path[-1])
        statements = tuple(each for policy in roles[purpose].policies for each in policy.statements)
        yield GivenRole(purpose=purpose, arn=in_root(value), statements=statements, at=at(path))


def role_inputs(key: str, service: TaskKeys) -> Iterator[Input]:
    """The variables of a service for roles that exist."""
    execution, task = own_role_variables(key)
    said = service.roles
    if said.execution is not None:
        yield _input(execution, f"ARN of the role with which ECS starts tasks of {key}.", said.execution)
    if said.task is not None:
        yield _input(task, f"ARN of the role of the application {key}.", said.task)


# --- what is wrong with them


def problems(spec: Spec, at: Locate) -> Iterator[Problem]:
    """What contradicts the rest of the spec, as far as ARNs in it say what they are."""
    for balancer in balancers_of(spec):
        if balancer.said.existing:
            yield from _listener_problems(balancer, balancer.said.existing, at)
    values: list[tuple[SpecPath, object]] = [
        *existing_values(spec),
        *policy_values(spec),
        *credential_values(spec),
        *encryption_values(spec),
    ]
    for key, task in spec.tasks.items():
        values += role_values(key, task)
    for key, service in spec.services.items():
        values += hook_values(key, service)
    for path, value in values:
        if isinstance(value, str) and value.startswith("arn:"):
            yield from _place_problems(value, spec.region, at(path))


def _listener_problems(balancer: Balancer, said: ExistingSpec, at: Locate) -> Iterator[Problem]:
    if balancer.said.listeners:
        message = "the load balancer exists, so the stack creates no listeners"
        hint = "remove listeners, and name the existing ones in existing.listener_arns"
        yield Problem("TG510", at((*balancer.path, "listeners")), message, hint)
    path = (*balancer.path, "existing", "listener_arns")
    if not said.listener_arns:
        message = "existing names no listener, so no route can use it"
        yield Problem("TG510", at(path), message, "add one: listener_arns: {https: ARN}")
    known = {key: arn for key, arn in said.listener_arns.items() if isinstance(arn, str)}
    yield from _same_listener(known, path, at)
    yield from _other_load_balancer(known, said.arn, path, at)


def _same_listener(known: dict[str, str], path: SpecPath, at: Locate) -> Iterator[Problem]:
    first: dict[str, str] = {}
    for key, arn in known.items():
        if (other := first.setdefault(arn, key)) != key:
            message = f'"{other}" and "{key}" are the same listener'
            where = at((*path, key))
            yield Problem("TG512", where, message, "remove one of them, or correct its ARN")


def _other_load_balancer(
    known: dict[str, str], own: str | Given | None, path: SpecPath, at: Locate
) -> Iterator[Problem]:
    """Listeners of another load balancer than the given one, or than most of them."""
    owners = {key: arn.rpartition("/")[0].partition(":listener/")[2] for key, arn in known.items()}
    if isinstance(own, str):
        expected = own.partition(":loadbalancer/")[2]
    else:
        expected = Counter(owners.values()).most_common(1)[0][0] if owners else ""
    for key, owner in owners.items():
        if owner != expected:
            message = f'listener "{key}" belongs to the load balancer {owner}, not to {expected}'
            where = at((*path, key))
            yield Problem("TG512", where, message, "give the ARN of a listener of that load balancer")


def _place_problems(arn: str, region: str, where: Location) -> Iterator[Problem]:
    """An ARN of another Region or partition than the stack's; IAM has no Regions."""
    _, partition, _, of, _ = arn.split(":", 4)
    known = facts.regions().get(region)
    if of and of != region:
        message = f"this ARN is in {of}, and the stack in {region}"
        yield Problem("TG511", where, message, f"give one that exists in {region}, or change the region")
    elif known and partition != known.partition:
        message = f"this ARN is in the partition {partition}, and {region} in {known.partition}"
        yield Problem("TG511", where, message, f"begin it with arn:{known.partition}:")
