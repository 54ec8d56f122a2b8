"""The security groups of services: what may reach a task, and what a task may reach."""

from collections.abc import Iterator
from typing import NamedTuple

from tfgen.blueprint import names, peers, renames
from tfgen.blueprint.labels import ENDPOINTS
from tfgen.blueprint.model import TCP, Call, ExistingVpc, Image, Network, Peer, SecurityRule
from tfgen.blueprint.peer_words import CIDR, GROUP, PREFIX_LIST
from tfgen.blueprint.peers import allowed_ports
from tfgen.blueprint.references import References
from tfgen.hcl.text import Label, Ref, ResourceRef, VariableRef
from tfgen.spec.model import HTTPS, WORLD, Port, Service, Spec

LOAD_BALANCER_GROUP = VariableRef(Label("load_balancer_security_group_id"))
ENDPOINT_GROUP = VariableRef(Label("endpoint_security_group_id"))
EXISTING_ENDPOINT_GROUP = VariableRef(Label("existing_endpoint_security_group_id"))
INGRESS, EGRESS = Label("ingress"), Label("egress")
_TAG_VALUE = 256  # botocore, ecs Tag.value


def group_of(key: str) -> Ref:
    return ResourceRef("aws_security_group", names.label(key), ".id")


def prefix_list_input(endpoint: str) -> Label:
    return names.label(endpoint, "prefix_list_id")


def ingress(
    key: str, spec: Spec, calls: tuple[Call, ...], references: References
) -> tuple[SecurityRule, ...]:
    """Into the tasks from the load balancer and what else the spec lists, and into the tasks that they call.

    Both ends of a call belong to the caller: a service that is added changes no file of another.
    """
    rules = []
    service = spec.services[key]
    if service.routes and service.port:
        description = "Requests from the load balancer"
        rules.append(_ingress_rule(key, "load_balancer", description, service.port, LOAD_BALANCER_GROUP))
    rules += _listed_ingress(key, service, references)
    for callee in _callee_keys(key, calls):
        if port := spec.services[callee].port:
            rules.append(
                _ingress_rule(callee, key, f"Calls from {renames.in_aws(key, spec)}", port, group_of(key))
            )
    return tuple(rules)


def _listed_ingress(key: str, service: Service, references: References) -> Iterator[SecurityRule]:
    own = allowed_ports(service.port) if service.port else (0, 0)
    entries = dict.fromkeys(peers.ingress_entries(service, references, own))
    for entry in sorted(entries, key=_place_of_entry):
        yield SecurityRule(
            direction=INGRESS,
            label=names.label(key, "from", entry.name),
            group=group_of(key),
            description=entry.description,
            port=entry.ports[0],
            last_port=entry.ports[1],
            peer=entry.peer,
            protocol=entry.protocol,
        )


def _callee_keys(key: str, calls: tuple[Call, ...]) -> list[str]:
    return sorted(call.callee for call in calls if call.caller == key)


def _ingress_rule(key: str, peer: str, description: str, port: Port, group: Ref) -> SecurityRule:
    ports = allowed_ports(port)
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
    protocol: str = TCP


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
    references: References,
) -> Egress:
    """Out of the tasks, and out of a load balancer of the stack's own towards them."""
    service = spec.services[key]
    outward = [
        *_to_endpoints(service, network, _used_gateways(service, image, spec)),
        *_to_listed(service, references),
    ]
    rules = [_egress_rule(key, way) for way in (*outward, *_to_callees(key, spec, calls))]
    if service.routes and service.port and spec.load_balancer.existing is None:
        rules.append(_from_load_balancer(key, renames.in_aws(key, spec), allowed_ports(service.port)))
    return Egress(tuple(rules), names.fit(" + ".join(way.to for way in outward), _TAG_VALUE))


def depends_on(rules: tuple[SecurityRule, ...]) -> Iterator[Ref]:
    """The rules that a service's tasks need, and that must outlive them."""
    return (names.ref("aws_vpc_security_group_{}_rule.{}", rule.direction, rule.label) for rule in rules)


def _used_gateways(service: Service, image: Image, spec: Spec) -> set[str]:
    """The gateway endpoints that a service uses: S3 for the layers of its image, and what it declares."""
    return {*service.uses, *spec.network.endpoints, *(["s3"] if image.may_be_private else [])}


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


def _to_listed(service: Service, references: References) -> Iterator[_Way]:
    entries = dict.fromkeys(peers.egress_entries(service, references))
    for entry in sorted(entries, key=_place_of_entry):
        yield _Way(entry.name, entry.description, entry.ports, entry.peer, entry.protocol)


def _place_of_entry(entry: peers.Entry) -> tuple[bool, str, tuple[int, int], str]:
    """Ranges before others, so that their order stays what it was when there were only ranges."""
    return entry.peer.argument != CIDR, entry.text, entry.ports, entry.name


def reaches_world(service: Service) -> bool:
    """Whether tasks may connect to the HTTPS port of every address."""
    if service.egress is None or service.egress == "all":
        return service.egress == "all"
    return any(
        (each.cidr, each.protocol) == (WORLD, TCP) and _has_https(peers.ports_of(each))
        for each in service.egress
    )


def _has_https(ports: tuple[int, int]) -> bool:
    return ports[0] <= HTTPS <= ports[1]


def _to_callees(key: str, spec: Spec, calls: tuple[Call, ...]) -> Iterator[_Way]:
    for callee in _callee_keys(key, calls):
        if port := spec.services[callee].port:
            description = f"Calls to {renames.in_aws(callee, spec)}"
            yield _Way(callee, description, allowed_ports(port), Peer(argument=GROUP, value=group_of(callee)))


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
        protocol=way.protocol,
    )
