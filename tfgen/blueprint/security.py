"""The security groups of services: what may reach a task, and what a task may reach."""

from collections.abc import Iterator
from typing import NamedTuple

from tfgen.blueprint import names, renames
from tfgen.blueprint.addressing import range_problems
from tfgen.blueprint.labels import ENDPOINTS
from tfgen.blueprint.model import Call, ExistingVpc, Image, Network, Peer, SecurityRule
from tfgen.hcl.text import Label, Ref, ResourceRef, VariableRef
from tfgen.problems import Locate, Problem
from tfgen.spec.model import WORLD, Port, Service, Spec

GROUP, CIDR, PREFIX_LIST = (
    Label("referenced_security_group_id"),
    Label("cidr_ipv4"),
    Label("prefix_list_id"),
)
LOAD_BALANCER_GROUP = VariableRef(Label("load_balancer_security_group_id"))
ENDPOINT_GROUP = VariableRef(Label("endpoint_security_group_id"))
EXISTING_ENDPOINT_GROUP = VariableRef(Label("existing_endpoint_security_group_id"))
INGRESS, EGRESS = Label("ingress"), Label("egress")
HTTPS = 443
_TAG_VALUE = 256  # botocore, ecs Tag.value


def group_of(key: str) -> Ref:
    return ResourceRef("aws_security_group", names.label(key), ".id")


def prefix_list_input(endpoint: str) -> Label:
    return names.label(endpoint, "prefix_list_id")


def ingress(key: str, spec: Spec, calls: tuple[Call, ...]) -> tuple[SecurityRule, ...]:
    """Into the tasks from the load balancer, and into the tasks that they call.

    Both ends of a call belong to the caller: a service that is added changes no file of another.
    """
    rules = []
    service = spec.services[key]
    if service.routes and service.port:
        description = "Requests from the load balancer"
        rules.append(_ingress_rule(key, "load_balancer", description, service.port, LOAD_BALANCER_GROUP))
    for callee in _callee_keys(key, calls):
        if port := spec.services[callee].port:
            rules.append(
                _ingress_rule(callee, key, f"Calls from {renames.in_aws(key, spec)}", port, group_of(key))
            )
    return tuple(rules)


def _callee_keys(key: str, calls: tuple[Call, ...]) -> list[str]:
    return sorted(call.callee for call in calls if call.caller == key)


def _allowed_ports(port: Port) -> tuple[int, int]:
    """The first and the last port that rules allow: running tasks may have another port than new ones."""
    ends = (port.number, port.was or port.number)
    return min(ends), max(ends)


def _ingress_rule(key: str, peer: str, description: str, port: Port, group: Ref) -> SecurityRule:
    ports = _allowed_ports(port)
    return SecurityRule(
        direction=INGRESS,
        label=names.label(key, "from", peer),
        group=group_of(key),
        description=description,
        port=ports[0],
        last_port=ports[1],
        peer=Peer(argument=GROUP, value=group),
    )


class _Way(NamedTuple):
    """Where a service's tasks may connect to: `to` ends the label of the rule that allows it."""

    to: str
    description: str
    ports: tuple[int, int]
    peer: Peer


class Egress(NamedTuple):
    """The outbound rules of the tasks, and of the load balancer towards them.

    `reached` is one text of where tasks may connect to besides called services; it fits into a tag.
    """

    rules: tuple[SecurityRule, ...]
    reached: str


def egress(
    key: str,
    spec: Spec,
    image: Image,
    network: Network,
    calls: tuple[Call, ...],
) -> Egress:
    """Out of the tasks, and out of the load balancer towards them."""
    service = spec.services[key]
    outward = [
        *_to_endpoints(service, network, _used_gateways(service, image, spec)),
        *_to_cidrs(service),
    ]
    rules = [_egress_rule(key, way) for way in (*outward, *_to_callees(key, spec, calls))]
    if service.routes and service.port:
        rules.append(_from_load_balancer(key, renames.in_aws(key, spec), _allowed_ports(service.port)))
    return Egress(tuple(rules), names.fit(" + ".join(way.to for way in outward), _TAG_VALUE))


def depends_on(rules: tuple[SecurityRule, ...]) -> Iterator[Ref]:
    """The rules that a service's tasks need, and that must outlive them."""
    return (names.ref("aws_vpc_security_group_{}_rule.{}", rule.direction, rule.label) for rule in rules)


def _used_gateways(service: Service, image: Image, spec: Spec) -> set[str]:
    """The gateway endpoints that a service uses: S3 for the layers of its image, and what it declares."""
    return {*service.uses, *spec.network.endpoints, *(["s3"] if image.account else [])}


def _to_endpoints(service: Service, network: Network, wanted: set[str]) -> Iterator[_Way]:
    if reaches_world(service):
        return  # endpoints and prefix lists are part of the world
    if network.endpoint_security_group:
        description = "AWS services, through the interface endpoints"
        yield _Way(ENDPOINTS, description, (HTTPS, HTTPS), Peer(argument=GROUP, value=ENDPOINT_GROUP))
    for existing in network.existing:
        yield from _to_existing_endpoints(existing, network.cidr)
    for service_name in sorted(wanted & set(_routed_services(network))):
        name = {"s3": "S3", "dynamodb": "DynamoDB"}[service_name]
        peer = Peer(argument=PREFIX_LIST, value=VariableRef(prefix_list_input(service_name)))
        yield _Way(service_name, f"{name}, through the gateway endpoint", (HTTPS, HTTPS), peer)


def _routed_services(network: Network) -> Iterator[str]:
    """The services to which gateway endpoints lead by prefix lists that are known."""
    yield from (endpoint.service for endpoint in network.gateway_endpoints)
    for existing in network.existing:
        yield from (endpoint.service for endpoint in existing.gateway_endpoints if endpoint.prefix_list)


def _to_existing_endpoints(existing: ExistingVpc, cidr: str) -> Iterator[_Way]:
    """To the endpoints that the VPC has: to their security group, or anywhere in the VPC if it is unknown."""
    given = existing.interface_endpoints
    if given.services:
        groups = (Peer(argument=GROUP, value=group) for group in given.security_group)
        peer = next(groups, Peer(argument=CIDR, value=cidr))
        description = "AWS services, through interface endpoints that the VPC has"
        yield _Way("existing-endpoints", description, (HTTPS, HTTPS), peer)


def egress_problems(key: str, service: Service, at: Locate) -> Iterator[Problem]:
    """What is wrong with the ranges that tasks may reach."""
    for index, range_ in enumerate(service.egress_cidrs or ()):
        yield from range_problems(range_.cidr, at(("services", key, "egress_cidrs", index)))


def _to_cidrs(service: Service) -> Iterator[_Way]:
    for range_ in sorted(set(service.egress_cidrs or ()), key=lambda e: (e.cidr, e.port)):
        world = range_.cidr == WORLD
        where = "internet" if world else range_.cidr
        words = where if range_.port == HTTPS else f"{where} {range_.port}"
        description = f"{'The internet' if world else range_.cidr}, port {range_.port}"
        ports = (range_.port, range_.port)
        yield _Way(words, description, ports, Peer(argument=CIDR, value=range_.cidr))


def reaches_world(service: Service) -> bool:
    return any(range_.cidr == WORLD and range_.port == HTTPS for range_ in service.egress_cidrs or ())


def _to_callees(key: str, spec: Spec, calls: tuple[Call, ...]) -> Iterator[_Way]:
    for callee in _callee_keys(key, calls):
        if port := spec.services[callee].port:
            description = f"Calls to {renames.in_aws(callee, spec)}"
            yield _Way(
                callee, description, _allowed_ports(port), Peer(argument=GROUP, value=group_of(callee))
            )


def _from_load_balancer(key: str, aws_name: str, ports: tuple[int, int]) -> SecurityRule:
    return SecurityRule(
        direction=EGRESS,
        label=names.label("load_balancer_to", key),
        group=LOAD_BALANCER_GROUP,
        description=f"Requests and health checks to {aws_name}",
        port=ports[0],
        last_port=ports[1],
        peer=Peer(argument=GROUP, value=group_of(key)),
    )


def _egress_rule(key: str, way: _Way) -> SecurityRule:
    return SecurityRule(
        direction=EGRESS,
        label=names.label(key, "to", way.to),
        group=group_of(key),
        description=way.description,
        port=way.ports[0],
        last_port=way.ports[1],
        peer=way.peer,
    )
