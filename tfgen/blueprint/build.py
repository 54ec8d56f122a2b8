"""From a spec to a blueprint: the one entry point of this package."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from msgspec.structs import replace

from tfgen import facts
from tfgen.blueprint import (
    accounts,
    alarms,
    balancer_metrics,
    balancers,
    calls,
    clusters,
    connect_tls,
    cost,
    dashboard,
    discovery,
    endpoint_policies,
    existing,
    existing_vpc,
    file_systems,
    infrastructure,
    ipv6,
    jobs,
    lint,
    load_balancer,
    names,
    namespaces,
    network,
    provider_versions,
    pull_through,
    reference_kinds,
    references,
    renames,
    repositories,
    services,
    tasks,
    tls,
    unused,
    wiring,
)
from tfgen.blueprint.load_balancer import BoundRoute
from tfgen.blueprint.model import (
    Backend,
    Blueprint,
    FileSystem,
    Input,
    LoadBalancer,
    Override,
    Service,
    Task,
    Trust,
)
from tfgen.hcl.text import Comment, Ref
from tfgen.problems import Locate, Problem, has_errors
from tfgen.spec.balancers import Balancer, created_balancers
from tfgen.spec.containers import containers_of_spec
from tfgen.spec.model import Spec

# The S3 backend's own lock is as old as this release: Terraform CHANGELOG, 1.10.0.
_TERRAFORM, _TERRAFORM_WITH_LOCK = ">= 1.5.0", ">= 1.10.0"


def build(
    spec: Spec, spec_file: str, at: Locate, *, as_module: bool = False
) -> tuple[Blueprint | None, list[Problem]]:
    """The blueprint of a filled spec, None where that has errors, and the problems that it has.

    Checks come first: builders of parts assume that they found no error. `spec_file` is the file's bare
    name.
    """
    bound = load_balancer.bind(spec, at)
    problems = list(_problems_of_spec(spec, bound, at, as_module=as_module))
    if has_errors(problems):
        return None, problems
    blueprint = _built_blueprint(spec, spec_file, bound, at, as_module=as_module)
    if blueprint.renames:
        stand_ins = renames.stand_ins(spec)
        bound = load_balancer.bind(stand_ins, at)
        stand_in = _built_blueprint(stand_ins, spec_file, bound, at, as_module=as_module)
        blueprint = replace(blueprint, stand_in=(stand_in,))
    if spec.lint_files:
        blueprint = replace(blueprint, lint=lint.findings(blueprint))
    meetings = list(_same_address(spec, blueprint.tasks))
    meetings += [each for own in blueprint.load_balancer for each in tls.meetings(own.listeners)]
    return None if meetings else blueprint, [*problems, *meetings]


def _problems_of_spec(
    spec: Spec, bound: tuple[BoundRoute, ...], at: Locate, *, as_module: bool
) -> Iterator[Problem]:
    yield from renames.problems(spec, at)
    yield from accounts.problems(spec, at)
    yield from clusters.problems(spec, at)
    yield from repositories.problems(spec, at)
    yield from balancers.problems(spec, at)
    yield from load_balancer.problems(spec, bound, at)
    yield from existing.problems(spec, at)
    yield from calls.problems(spec, at)
    yield from namespaces.problems(spec, at)
    yield from connect_tls.problems(spec, at)
    yield from network.problems(spec, at)
    yield from services.problems(spec, at)
    yield from jobs.problems(spec, at)
    yield from ipv6.problems(spec, at)
    yield from cost.problems(spec, at)
    yield from provider_versions.problems(spec, at)
    yield from references.problems(spec, at, as_module=as_module)
    yield from reference_kinds.problems(spec, at)
    yield from references.input_collisions(spec, wiring.own_root_variables(spec), at)
    if as_module and spec.tags:
        message = "a module has no provider that could set these tags"
        hint = "set them as default_tags of the provider in the root module that calls it"
        yield Problem("TG250", at(("tags",)), message, hint, "warning")


def _built_blueprint(
    spec: Spec, spec_file: str, bound: tuple[BoundRoute, ...], at: Locate, *, as_module: bool
) -> Blueprint:
    partition = _partition(spec)
    referred = references.References(spec, wiring.own_variables(spec))
    found = {each.path: repositories.image(each, spec, referred, at) for each in containers_of_spec(spec)}
    called = calls.build(spec, at)
    of_network = references.References(spec, existing_vpc.own_variables(spec), references.network_places)
    built_network = network.build(spec, found, of_network, at)
    context = tasks.Context(spec, partition, built_network, found, called, referred, at)
    built_services = services.build(services.ServiceContext(context, bound))
    built_jobs, schedule_group = jobs.build(context), tuple(jobs.group(spec))
    own_balancers, of_balancers = _build_load_balancers(spec, at)
    own_file_systems, of_files = _build_file_systems(spec, at)
    existing_balancers = existing.build_load_balancer(spec, bound, at)
    namespace, caches = namespaces.build(spec, built_services), _build_caches(spec)
    built_network, of_policies = endpoint_policies.build(
        built_network, (*built_services, *built_jobs), referred.inputs, spec, at
    )
    topic, dashboards = tuple(alarms.topic(spec)), dashboard.build(spec, built_services, referred)
    stack = wiring.Stack(
        spec,
        built_network,
        own_balancers,
        built_services,
        built_jobs,
        schedule_group,
        namespace,
        _each_once(*of_network.inputs, *of_policies),
        of_balancers,
        (*_inputs_of_what_exists(spec, bound), *referred.inputs),
        existing_balancers,
        topic,
        caches,
        dashboards,
        existing.cluster_arn(spec),
        not as_module,
        own_file_systems,
        of_files,
    )
    modules, root = wiring.build(stack)
    return Blueprint(
        spec_file=spec_file,
        partition=partition,
        **_settings(spec, as_module=as_module),
        **_parts_of_stack(stack),
        cluster=clusters.build(spec, referred),
        connect_roles=connect_tls.role(spec, partition, referred),
        calls=called,
        modules=modules,
        root=root,
        locate=at,
        **_parts_of_spec(spec, at),
    )


def _parts_of_stack(stack: wiring.Stack) -> dict[str, Any]:
    """What the modules are wired from, too."""
    return {
        "network": stack.network,
        "load_balancer": stack.load_balancer,
        "existing_load_balancer": stack.existing_load_balancer,
        "namespace": stack.namespace,
        "file_systems": stack.file_systems,
        "alarm_topic": stack.alarm_topic,
        "cache_rules": stack.caches.rules,
        "dashboard": stack.dashboard,
        "services": stack.services,
        "jobs": stack.jobs,
        "schedule_group": stack.schedule_group,
    }


def _parts_of_spec(spec: Spec, at: Locate) -> dict[str, Any]:
    """What depends on no other part."""
    return {
        "renames": renames.build(spec),
        "stand_in": (),
        "repositories": repositories.build(spec, at),
        "private_zone": tuple(discovery.zone(spec)),
        "existing_namespaces": namespaces.build_existing(spec),
        "existing_cluster": existing.build_cluster(spec, at),
        "ecs_trust": infrastructure.trust(spec),
        "trust": tuple(_build_trust(spec, _partition(spec))),
        "overrides": tuple(_build_overrides(spec)),
        "unused": unused.build(spec, at),
        "cost": cost.build(spec),
        "references": references.build(spec, at),
    }


def _build_caches(spec: Spec) -> wiring.Caches:
    referred = references.References(spec, frozenset(), references.cache_places)
    return wiring.Caches(pull_through.build(spec, referred), referred.inputs)


def _each_once(*inputs: Input) -> tuple[Input, ...]:
    """Those of a module, each variable once, by label."""
    found = {each.variable.label: each for each in inputs}
    return tuple(found[label] for label in sorted(found))


def _settings(spec: Spec, *, as_module: bool) -> dict[str, Any]:
    """Where the stack is, and what Terraform needs for it."""
    backend = () if as_module else tuple(_build_backend(spec))
    return {
        "name": spec.name,
        "region": spec.region,
        "terraform_version": _TERRAFORM_WITH_LOCK if backend else _TERRAFORM,
        "backend": backend,
        **accounts.of_stack(spec, as_module=as_module),
        **provider_versions.of_stack(spec, as_module=as_module),
    }


def _partition(spec: Spec) -> str:
    region = facts.regions().get(spec.region)
    return region.partition if region else "aws"


def _build_file_systems(spec: Spec, at: Locate) -> tuple[tuple[FileSystem, ...], tuple[Input, ...]]:
    """The stack's own, and what they refer to outside the spec."""
    referred = references.References(spec, file_systems.OWN_VARIABLES, references.file_system_places)
    return file_systems.build(spec, referred, at), referred.inputs


def _build_load_balancers(
    spec: Spec, at: Locate
) -> tuple[tuple[LoadBalancer, ...], dict[str, tuple[Input, ...]]]:
    """The stack's own, `main` first, and what each refers to outside the spec."""
    built, inputs = [], {}
    for balancer in sorted(created_balancers(spec), key=lambda each: (not each.is_main, each.key)):
        places = partial(_places_of_balancer, balancer)
        referred = references.References(spec, wiring.LOAD_BALANCER_VARIABLES, places)
        own = load_balancer.build(balancer, spec, referred, at)
        built.append(replace(own, alarms=tuple(alarms.of_balancer(balancer, spec))))
        inputs[balancer.key] = referred.inputs
    return tuple(built), inputs


def _inputs_of_what_exists(spec: Spec, bound: tuple[BoundRoute, ...]) -> Iterator[Input]:
    yield from existing.inputs(spec, bound)
    yield from balancer_metrics.inputs_of_existing(spec)


def _places_of_balancer(balancer: Balancer, spec: Spec) -> Iterator[references.Place]:
    of_services = {place.path for place in references.network_certificate_places(balancer)}
    own = references.used_front_places(balancer)
    yield from (place for place in own if place.path not in of_services)
    yield from references.front_login_places(balancer, spec)


def _build_overrides(spec: Spec) -> Iterator[Override]:
    for address, patch in sorted(spec.overrides.items()):
        yield Override(address=address, patch=_with_ordered_keys(patch))


_ROLES = (
    "has two roles. The execution role lets ECS start a task: pull its image, write its logs, read its"
    " secrets. The task role is what the application may do; attach your policies to that one."
)


def _build_trust(spec: Spec, partition: str) -> Iterator[Trust]:
    """ECS supports no narrower pattern of tasks: naming a cluster breaks credentials (ECS/task-iam-roles)."""
    if references.has_task_roles(spec):
        tasks = f'"arn:{partition}:ecs:{spec.region}:${{local.cluster_account_id}}:*"'
        owners = " and each ".join(name for name in ("service", "job") if getattr(spec, f"{name}s"))
        account = accounts.of_trust(spec, existing.cluster_arn(spec))
        yield Trust(purpose=Comment(f"Each {owners} {_ROLES}"), **account, tasks=Ref(tasks))


def _with_ordered_keys(data: Any) -> Any:
    """Plain data with the keys of every mapping in order, since theirs in the spec means nothing."""
    if isinstance(data, dict):
        return {key: _with_ordered_keys(data[key]) for key in sorted(data)}
    return [_with_ordered_keys(item) for item in data] if isinstance(data, list) else data


def _build_backend(spec: Spec) -> Iterator[Backend]:
    if spec.backend:
        backend = spec.backend
        yield Backend(bucket=backend.bucket, key=backend.key or "", region=backend.region or "")


def _same_address(spec: Spec, built: tuple[Task, ...]) -> Iterator[Problem]:
    """Names that differ can still lead to one Terraform address: "a-from-b" and "a" called by "b"."""
    groups = [names.balancer_security_group(spec.name, key) for key in spec.balancers]
    groups.append(names.security_group(spec.name, "endpoints"))
    groups += [file_systems.group_name(name, spec) for name in spec.file_systems]
    owners = {("security group", group): "the stack" for group in groups}
    owners["log group", clusters.SESSIONS] = "the stack"
    for task in built:
        for kind, name in _names_of_task(task):
            if (kind, name) in owners:
                yield _name_collision(task, kind, name, owners[kind, name])
            owners.setdefault((kind, name), f'"{task.key}"')


def _names_of_task(task: Task) -> Iterator[tuple[str, str]]:
    """What its parts are, and the name of each among others of the kind."""
    yield "security group", task.security_group_name
    yield "file", task.file.lower()
    yield "log group", task.label
    yield from (("variable", container.image_variable) for container in task.containers)
    yield from ((f"{rule.direction} rule", rule.label) for rule in task.security_rules)
    yield from (("role", role.label) for role in task.roles)
    yield from (("policy", policy.label) for role in task.roles for policy in role.policies)
    yield from (("policy attachment", each.label) for role in task.roles for each in role.attachments)
    if isinstance(task, Service):
        yield from _names_of_service(task)
    yield from (("alarm", alarm.name) for alarm in task.alarms)
    yield from (("access point", point.label) for point in task.access_points)


def _names_of_service(service: Service) -> Iterator[tuple[str, str]]:
    yield from (("listener rule", rule.label) for rule in service.rules)
    yield from (("target group", group.label) for group in service.target_groups)
    for each in service.scalings:
        yield from (("scaling policy", policy.label) for policy in each.policies)
        yield from (("scheduled action", action.label) for action in each.schedule)


def _name_collision(task: Task, kind: str, name: str, other: str) -> Problem:
    this = f'"{task.key}"'
    message, hint = f"{this} and {other} would both have the {kind} name {name}", f"rename {this} or {other}"
    if other == "the stack":
        hint = f"rename {this}"
    if other == this:
        message = f"{this} would have the {kind} name {name} twice"
        hint = f"rename the {task.noun} whose name makes it look like another of its rules"
    return Problem("TG241", task.at, message, hint)
