"""The egress of the VPC, and the VPC endpoints that a stack needs.

Source of what needs which endpoint: ECS/vpc-endpoints, ECR/vpc-endpoints (aws.md section 1).
"""

from collections.abc import Iterator
from typing import NamedTuple

from tfgen import facts
from tfgen.blueprint import names, permissions, security
from tfgen.blueprint.labels import ENDPOINTS, PRIVATE
from tfgen.blueprint.model import (
    EndpointSecurityGroup,
    GatewayEndpoint,
    Image,
    InterfaceEndpoint,
    Peer,
    SecurityRule,
)
from tfgen.blueprint.peer_words import CIDR
from tfgen.blueprint.references import secret_stores
from tfgen.hcl.text import Comment, Label, Ref, ResourceRef
from tfgen.problems import Locate, Problem, SpecPath, nearest_word
from tfgen.spec.containers import containers_of, has_environment_files
from tfgen.spec.model import HTTPS, Spec, TaskKeys
from tfgen.spec.ways_out import WayOut

_GROUP_ID = ResourceRef("aws_security_group", ENDPOINTS, ".id")


class _Need(NamedTuple):
    """An endpoint that something needs: its service, the reason, and the key of what needs it."""

    endpoint: str
    reason: str
    who: str


class _Everything(NamedTuple):
    """How many tasks there are, and what they are together."""

    number: int
    words: str


class Endpoints(NamedTuple):
    gateway: tuple[GatewayEndpoint, ...]
    interface: tuple[InterfaceEndpoint, ...]
    security_group: tuple[EndpointSecurityGroup, ...]


def endpoints(spec: Spec, images: dict[SpecPath, Image]) -> Endpoints:
    egress = spec.network.way_out
    if egress.public_tasks:
        return Endpoints((), (), ())
    needs = [*_endpoint_needs(spec, images), *(_Need(name, _ASKED, "") for name in spec.network.endpoints)]
    found: dict[str, list[_Need]] = {}
    for need in needs:
        found.setdefault(need.endpoint, []).append(need)
    everything = _Everything(len(spec.tasks), "every service and job" if spec.jobs else "every service")
    for name in spec.network.vpc.endpoints if spec.network.vpc else ():
        found.pop(name, None)
    gateway = tuple(
        _gateway_endpoint(name, spec, found.get(name, []), everything)
        for name in sorted(facts.gateway_endpoints())
        if name in found or (name == "s3" and not spec.network.vpc)
    )
    if not egress.interface_endpoints:
        return Endpoints(gateway, (), ())
    interface = tuple(
        _interface_endpoint(name, spec, found[name], everything)
        for name in sorted(found)
        if name not in facts.gateway_endpoints()
    )
    return Endpoints(gateway, interface, _security_group(spec) if interface else ())


def _security_group(spec: Spec) -> tuple[EndpointSecurityGroup, ...]:
    return (
        EndpointSecurityGroup(
            label=ENDPOINTS,
            name=names.security_group(spec.name, "endpoints"),
            comment=names.comment("Interface endpoints accept only HTTPS from inside the VPC."),
            rules=(_FROM_VPC,),
        ),
    )


_FROM_VPC = SecurityRule(
    direction=security.INGRESS,
    label=Label("endpoints_from_vpc"),
    group=_GROUP_ID,
    description="HTTPS from the VPC",
    port=HTTPS,
    last_port=HTTPS,
    peer=Peer(argument=CIDR, value=Ref("aws_vpc.main.cidr_block")),
)


_FREE = "Free, and traffic to it takes no other route"
_ASKED = "Listed in network.endpoints"
_AGENT = "Service Connect's proxy in {} may need it (AWS's documents disagree)"


def _endpoint_needs(spec: Spec, images: dict[SpecPath, Image]) -> Iterator[_Need]:
    for key, service in sorted(spec.tasks.items()):
        own = containers_of(key, service)
        if any(images[container.path].may_be_private for container in own):
            yield _Need("ecr.api", "Login to ECR, for the images of {}", key)
            yield _Need("ecr.dkr", "Image manifests from ECR, for {}", key)
            yield _Need("s3", _SPARED if spec.network.way_out.nat else _LAYERS, "")
        yield _Need("logs", "Logs of {}", key)
        yield from _feature_needs(key, service, spec)
        if spec.has_proxy(service) and _wants_agent(spec):
            yield from (_Need(name, _AGENT, key) for name in _agent_endpoints(spec.region))


_LAYERS = "ECR stores image layers in S3: without this route, no image can be pulled"
_SPARED = "ECR stores image layers in S3: this route is free, while the NAT gateway charges for every byte"


_SESSIONS = "ECS Exec sessions in {}"


def _feature_needs(key: str, service: TaskKeys, spec: Spec) -> Iterator[_Need]:
    for store in (
        store for container in containers_of(key, service) for store in secret_stores(container.said)
    ):
        name = "Secrets Manager" if store == "secretsmanager" else "SSM Parameter Store"
        reason = f"Secrets of {{}}, which ECS reads from {name} when a task starts"
        yield _Need(store, reason, key)
    if has_environment_files(service):
        yield _Need("s3", "Environment files of {}, which ECS reads when a task starts", key)
    if service.exec:
        yield _Need("ssmmessages", _SESSIONS, key)
    for use in permissions.called_here(key, service, spec):
        reason = _SESSIONS if use.path[0] == "exec" else "Called by {}"
        yield _Need(use.endpoint, reason, key)


def _wants_agent(spec: Spec) -> bool:
    # With a NAT gateway the proxy's management reaches its public endpoint.
    return not spec.network.way_out.to_internet and spec.network.service_connect_endpoint


def _agent_endpoints(region: str) -> tuple[str, ...]:
    known = facts.regions().get(region)
    needs_all = known is not None and known.needs_all_ecs_endpoints
    return ("ecs", "ecs-agent", "ecs-telemetry") if needs_all else ("ecs-agent",)


def _gateway_endpoint(name: str, spec: Spec, needs: list[_Need], everything: _Everything) -> GatewayEndpoint:
    return GatewayEndpoint(
        label=names.label(name),
        service=name,
        service_name=f"com.amazonaws.{spec.region}.{name}",
        name=f"{spec.name}-{name}",
        comment=_endpoint_comment(needs or [_Need(name, _FREE, "")], everything),
        route_tables=(PRIVATE,),
    )


def _interface_endpoint(
    name: str, spec: Spec, needs: list[_Need], everything: _Everything
) -> InterfaceEndpoint:
    return InterfaceEndpoint(
        label=names.label(name),
        service=name,
        service_name=facts.endpoint_service_name(name, spec.region),
        name=f"{spec.name}-{name.replace('.', '-')}",
        comment=_endpoint_comment(needs, everything),
        private_dns=True,
        subnets=(PRIVATE,),
        security_groups=(_GROUP_ID,),
        depends_on=tuple(security.depends_on((_FROM_VPC,))),
    )


def _endpoint_comment(needs: list[_Need], everything: _Everything) -> Comment:
    """What needs the endpoint, and why."""
    reasons: dict[str, set[str]] = {}
    for need in needs:
        reasons.setdefault(need.reason, set()).update([need.who] if need.who else [])
    sentences = (
        reason.format(names.listed(sorted(who), everything.number, everyone=everything.words))
        if who
        else reason
        for reason, who in reasons.items()
    )
    return names.comment(f"{'. '.join(sentences)}.")


def endpoint_problems(spec: Spec, at: Locate) -> Iterator[Problem]:
    egress = spec.network.way_out
    known = facts.interface_endpoints() | facts.gateway_endpoints()
    asked: dict[SpecPath, str] = {
        ("network", "endpoints", i): name for i, name in enumerate(spec.network.endpoints)
    }
    given: dict[SpecPath, str] = {
        ("network", "vpc", "endpoints", i): name
        for i, name in enumerate(spec.network.vpc.endpoints if spec.network.vpc else ())
    }
    used: dict[SpecPath, str] = {
        (service.section, key, "uses", i): name
        for key, service in spec.tasks.items()
        for i, name in enumerate(service.uses)
    }
    labels: dict[str, str] = {}
    for path, name in {**asked, **given, **used}.items():
        if name not in known:
            yield _unknown_endpoint(name, known, egress, path, at)
        other = labels.setdefault(names.label(name), name)
        if other != name:
            message = f'the endpoints "{name}" and "{other}" would have the same name in Terraform'
            yield Problem("TG214", at(path), message, "remove one of them")
    for path, name in asked.items():
        if not egress.interface_endpoints and name in facts.interface_endpoints() - facts.gateway_endpoints():
            key, value = spec.network.said_way_out
            message = f"with {key}: {value} there are no interface endpoints"
            hint = f"write {key}: endpoints or nat+endpoints, or remove this"
            yield Problem("TG213", at(path), message, hint)


def _unknown_endpoint(
    name: str, known: frozenset[str], egress: WayOut, path: SpecPath, at: Locate
) -> Problem:
    """A misspelling stops the render only where it would become an endpoint."""
    message = f'unknown VPC endpoint "{name}"'
    meant = facts.endpoint_aliases().get(name, ()) or filter(None, (nearest_word(name, sorted(known), 0.8),))
    if likely := " or ".join(meant):
        severity = "error" if egress.interface_endpoints else "warning"
        return Problem("TG212", at(path), message, f"did you mean {likely}?", severity)
    hint = (
        f"check that com.amazonaws.REGION.{name} exists in your region: the endpoint is created under this "
        "name"
    )
    if not egress.interface_endpoints:
        hint = "remove it: no endpoint is created here, so it has no effect"
    return Problem("TG212", at(path), message, hint, "warning")
