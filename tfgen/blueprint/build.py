"""From what was said to what will exist: the one function of this room."""

from collections.abc import Iterator
from typing import Any

from tfgen import facts
from tfgen.blueprint import calls, images, load_balancer, names, network, renames, services, unused, wiring
from tfgen.blueprint.model import Backend, Blueprint, Cluster, Namespace, Override, Provider, Service
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
) -> tuple[Blueprint, list[Problem]]:
    """The blueprint of a filled spec, and the problems that it has.

    The blueprint is whole only where no problem is an error. `spec_file` is the file's bare name.
    """
    problems: list[Problem] = [*renames.problems(spec, at)]
    region = facts.regions().get(spec.region)
    partition = region.partition if region else "aws"
    found = {
        key: images.parse(service.image, at(("services", key, "image")))
        for key, service in spec.services.items()
    }
    bound = load_balancer.bind(spec, at, problems)
    called = calls.build(spec, at, problems)
    built_network = network.build(spec, found, at, problems)
    built_services = services.build(
        services.Around(spec, partition, built_network, found, bound, called, at), problems
    )
    balancer = (load_balancer.build(spec, at, problems),) if bound else ()
    if not has_errors(problems):
        problems += _same_address(spec.name, built_services)
    if as_module and spec.tags:
        message = "a module has no provider to set these tags"
        hint = "give them to the default_tags of the provider of the root that calls it"
        problems.append(Problem("TG250", at(("tags",)), message, hint, "warning"))
    modules = wiring.build(
        wiring.Stack(built_network, balancer, built_services, dict(sorted(spec.tags.items())), not as_module)
    )
    backend = () if as_module else tuple(_backend(spec))
    blueprint = Blueprint(
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
        cluster=(_cluster(spec, partition),) if spec.services else (),
        namespace=tuple(_namespace(spec, built_services)),
        services=built_services,
        calls=called,
        renames=renames.build(spec, built_services, called),
        overrides=tuple(
            Override(address=address, patch=_ordered(patch))
            for address, patch in sorted(spec.overrides.items())
        ),
        unused=unused.build(spec, at),
        modules=modules,
        locate=at,
    )
    return blueprint, problems


def _cluster(spec: Spec, partition: str) -> Cluster:
    """ECS supports no narrower pattern of tasks: naming a cluster breaks credentials (ECS/task-iam-roles)."""
    tasks = f'"arn:{partition}:ecs:{spec.region}:${{local.cluster_account_id}}:*"'
    return Cluster(name=spec.name, tasks=Ref(tasks))


def _ordered(data: Any) -> Any:
    """Plain data with the keys of every mapping in order, since theirs in the spec means nothing."""
    if isinstance(data, dict):
        return {key: _ordered(data[key]) for key in sorted(data)}
    return [_ordered(item) for item in data] if isinstance(data, list) else data


def _backend(spec: Spec) -> Iterator[Backend]:
    if spec.backend:
        backend = spec.backend
        yield Backend(bucket=backend.bucket, key=backend.key or "", region=backend.region or "")


def _namespace(spec: Spec, built: tuple[Service, ...]) -> Iterator[Namespace]:
    if any(service.connect for service in built):
        yield Namespace(name=spec.name, description=f"Service Connect names of {spec.name}")


# Security groups that a stack has besides those of its services.
_OWN_GROUPS = ("endpoints", "load-balancer")


def _same_address(stack: str, built: tuple[Service, ...]) -> Iterator[Problem]:
    """Names that differ can still lead to one Terraform address: "a-from-b" and "a" called by "b"."""
    owners = {f"security group.{names.security_group(stack, own)}": "the stack" for own in _OWN_GROUPS}
    for service in built:
        for address in _addresses(service):
            if address in owners:
                yield _meeting(service, address, owners[address])
            owners.setdefault(address, f'"{service.key}"')


def _addresses(service: Service) -> Iterator[str]:
    yield f"security group.{service.security_group_name}"
    yield f"file.{service.file.lower()}"
    yield f"variable.{service.image_variable}"
    yield from (f"{rule.direction} rule.{rule.label}" for rule in service.security_rules)
    yield from (f"role.{role.label}" for role in service.roles)
    yield from (f"listener rule.{rule.label}" for rule in service.rules)


def _meeting(service: Service, address: str, other: str) -> Problem:
    this = f'"{service.key}"'
    kind, _, name = address.partition(".")
    message, hint = f"{this} and {other} both need the {kind} name {name}", f"rename {this} or {other}"
    if other == "the stack":
        hint = f"rename {this}"
    if other == this:
        message = f"{this} needs the {kind} name {name} twice"
        hint = "rename the service whose name makes it look like another of its rules"
    return Problem("TG241", service.at, message, hint)
