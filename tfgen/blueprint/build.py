"""From a spec to a blueprint: the one entry point of this package."""

from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace

from tfgen import facts
from tfgen.blueprint import (
    calls,
    cost,
    existing,
    existing_vpc,
    images,
    load_balancer,
    names,
    network,
    references,
    renames,
    services,
    unused,
    wiring,
)
from tfgen.blueprint.load_balancer import BoundRoute
from tfgen.blueprint.model import (
    Backend,
    Blueprint,
    Cluster,
    Image,
    Input,
    LoadBalancer,
    Namespace,
    Override,
    Provider,
    Service,
    Trust,
)
from tfgen.hcl.text import Ref
from tfgen.problems import Locate, Problem, has_errors
from tfgen.spec.model import Spec

# A module bounds the provider from below only: which newer ones it works with is the root's to say.
# https://developer.hashicorp.com/terraform/language/expressions/version-constraints
_PROVIDER, _PROVIDER_OF_ROOT = ">= 5.100.0", ">= 5.100.0, < 7.0.0"
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
    meetings = list(_same_address(spec.name, blueprint.services))
    return None if meetings else blueprint, [*problems, *meetings]


def _problems_of_spec(
    spec: Spec, bound: tuple[BoundRoute, ...], at: Locate, *, as_module: bool
) -> Iterator[Problem]:
    yield from renames.problems(spec, at)
    yield from load_balancer.problems(spec, bound, at)
    yield from existing.problems(spec, at)
    yield from calls.problems(spec, at)
    yield from network.problems(spec, at)
    yield from services.problems(spec, at)
    yield from cost.problems(spec, at)
    yield from references.problems(spec, at, as_module=as_module)
    yield from references.input_collisions(spec, wiring.own_root_variables(spec), at)
    if as_module and spec.tags:
        message = "a module has no provider that could set these tags"
        hint = "set them as default_tags of the provider in the root module that calls it"
        yield Problem("TG250", at(("tags",)), message, hint, "warning")


def _built_blueprint(
    spec: Spec, spec_file: str, bound: tuple[BoundRoute, ...], at: Locate, *, as_module: bool
) -> Blueprint:
    region = facts.regions().get(spec.region)
    partition = region.partition if region else "aws"
    referred = references.References(spec, wiring.own_variables(spec))
    found = {key: _build_image(key, spec, referred, at) for key in spec.services}
    called = calls.build(spec, at)
    of_network = references.References(spec, existing_vpc.own_variables(spec), references.route_places)
    built_network = network.build(spec, found, of_network, at)
    built_services = services.build(
        services.ServiceContext(spec, partition, built_network, found, bound, called, referred, at)
    )
    balancer, of_balancer = _build_load_balancer(spec, bound, at)
    existing_balancer = existing.build_load_balancer(spec, bound, at)
    namespace = tuple(_build_namespace(spec, built_services))
    modules, root = wiring.build(
        wiring.Stack(
            spec,
            built_network,
            balancer,
            built_services,
            namespace,
            of_network.inputs,
            of_balancer,
            (*existing.inputs(spec, bound), *referred.inputs),
            existing_balancer,
            existing.cluster_arn(spec),
            not as_module,
        )
    )
    backend = () if as_module else tuple(_build_backend(spec))
    return Blueprint(
        name=spec.name,
        spec_file=spec_file,
        region=spec.region,
        partition=partition,
        terraform_version=_TERRAFORM_WITH_LOCK if backend else _TERRAFORM,
        provider_version=_PROVIDER if as_module else _PROVIDER_OF_ROOT,
        provider=() if as_module else (Provider(region=spec.region, default_tags=Ref("var.tags")),),
        backend=backend,
        network=built_network,
        load_balancer=balancer,
        cluster=(Cluster(name=spec.name),) if spec.services and spec.cluster is None else (),
        trust=tuple(_build_trust(spec, partition)),
        existing_load_balancer=existing_balancer,
        existing_cluster=existing.build_cluster(spec, at),
        namespace=namespace,
        services=built_services,
        calls=called,
        renames=renames.build(spec),
        stand_in=(),
        overrides=tuple(_build_overrides(spec)),
        unused=unused.build(spec, at),
        cost=cost.build(spec),
        modules=modules,
        root=root,
        references=references.build(spec, at),
        locate=at,
    )


def _build_load_balancer(
    spec: Spec, bound: tuple[BoundRoute, ...], at: Locate
) -> tuple[tuple[LoadBalancer, ...], tuple[Input, ...]]:
    """The stack's own, where services have routes, and what it refers to outside the spec."""
    if not bound or spec.load_balancer.existing:
        return (), ()
    referred = references.References(spec, wiring.LOAD_BALANCER_VARIABLES, references.used_front_places)
    return (load_balancer.build(spec, referred, at),), referred.inputs


def _build_image(key: str, spec: Spec, referred: references.References, at: Locate) -> Image:
    said, where = spec.services[key].image, at(("services", key, "image"))
    if isinstance(said, str):
        return images.parse(said, where)
    return images.given(*referred.image(said), spec.region, where)


def _build_overrides(spec: Spec) -> Iterator[Override]:
    for address, patch in sorted(spec.overrides.items()):
        yield Override(address=address, patch=_with_ordered_keys(patch))


def _build_trust(spec: Spec, partition: str) -> Iterator[Trust]:
    """ECS supports no narrower pattern of tasks: naming a cluster breaks credentials (ECS/task-iam-roles)."""
    if references.has_own_roles(spec):
        tasks = f'"arn:{partition}:ecs:{spec.region}:${{local.cluster_account_id}}:*"'
        yield Trust(cluster_arn=existing.cluster_arn(spec), tasks=Ref(tasks))


def _with_ordered_keys(data: Any) -> Any:
    """Plain data with the keys of every mapping in order, since theirs in the spec means nothing."""
    if isinstance(data, dict):
        return {key: _with_ordered_keys(data[key]) for key in sorted(data)}
    return [_with_ordered_keys(item) for item in data] if isinstance(data, list) else data


def _build_backend(spec: Spec) -> Iterator[Backend]:
    if spec.backend:
        backend = spec.backend
        yield Backend(bucket=backend.bucket, key=backend.key or "", region=backend.region or "")


def _build_namespace(spec: Spec, built: tuple[Service, ...]) -> Iterator[Namespace]:
    if any(service.connect for service in built):
        yield Namespace(name=spec.name, description=f"Service Connect names of {spec.name}")


# Security groups that a stack has besides those of its services.
_OWN_GROUPS = ("endpoints", "load-balancer")


def _same_address(stack: str, built: tuple[Service, ...]) -> Iterator[Problem]:
    """Names that differ can still lead to one Terraform address: "a-from-b" and "a" called by "b"."""
    owners = {("security group", names.security_group(stack, own)): "the stack" for own in _OWN_GROUPS}
    for service in built:
        for kind, name in _names_of_service(service):
            if (kind, name) in owners:
                yield _name_collision(service, kind, name, owners[kind, name])
            owners.setdefault((kind, name), f'"{service.key}"')


def _names_of_service(service: Service) -> Iterator[tuple[str, str]]:
    """What its parts are, and the name of each among others of the kind."""
    yield "security group", service.security_group_name
    yield "file", service.file.lower()
    yield from (("variable", container.image_variable) for container in service.containers)
    yield from ((f"{rule.direction} rule", rule.label) for rule in service.security_rules)
    yield from (("role", role.label) for role in service.roles)
    yield from (("listener rule", rule.label) for rule in service.rules)


def _name_collision(service: Service, kind: str, name: str, other: str) -> Problem:
    this = f'"{service.key}"'
    message, hint = f"{this} and {other} would both have the {kind} name {name}", f"rename {this} or {other}"
    if other == "the stack":
        hint = f"rename {this}"
    if other == this:
        message = f"{this} would have the {kind} name {name} twice"
        hint = "rename the service whose name makes it look like another of its rules"
    return Problem("TG241", service.at, message, hint)
