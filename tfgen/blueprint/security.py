"""The security groups of services and jobs: what may reach a task, and what a task may reach."""

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from tfgen.blueprint import file_systems, names, peers, permissions, ports, renames, target_groups, volumes
from tfgen.blueprint.labels import ENDPOINTS
from tfgen.blueprint.model import TCP, Call, ExistingVpc, Image, Network, Peer, SecurityRule
from tfgen.blueprint.peer_words import CIDR, CIDR_IPV6, GROUP, PREFIX_LIST
from tfgen.blueprint.references import References
from tfgen.hcl.text import Label, Ref, ResourceRef, VariableRef
from tfgen.spec.containers import has_environment_files
from tfgen.spec.model import HTTPS, MAIN, WORLD, Service, Spec, TaskKeys

ENDPOINT_GROUP = VariableRef(Label("endpoint_security_group_id"))
EXISTING_ENDPOINT_GROUP = VariableRef(Label("existing_endpoint_security_group_id"))
INGRESS, EGRESS = Label("ingress"), Label("egress")
_TAG_VALUE = 256  # botocore, ecs Tag.value


def balancer_group(balancer: str) -> VariableRef:
    """The security group of a load balancer, as the services know it."""
    return VariableRef(names.of_balancer(balancer, "load_balancer_security_group_id"))


def group_description(balancer: str) -> str:
    """What the variable for the security group of a load balancer is."""
    if balancer == MAIN:
        return "ID of the load balancer's security group."
    return f"ID of the security group of {names.noun_of_balancer(balancer)}."


@cache
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
    rules: list[SecurityRule] = []
    service = spec.task(key)
    if isinstance(service, Service):
        rules += _from_balancers(key, service)
        rules += _listed_ingress(key, service, references)
    description = f"Calls from {renames.in_aws(key, spec)}"
    for call in _calls_of(key, calls):
        for words, allowed in call.ports:
            side, (first, last, protocol) = (call.callee, *words), allowed
            rules.append(_ingress_rule(side, key, description, (first, last), group_of(key), protocol))
    return (*rules, *_into_file_systems(key, spec), *_into_callees(key, spec, references))


def _into_callees(key: str, spec: Spec, references: References) -> Iterator[SecurityRule]:
    """Into the security groups of what is called outside the stack, each once."""
    entries = {entry.name: entry for _, entry in peers.called_entries(spec.task(key), references)}
    for name, entry in sorted(entries.items()):
        if entry.peer.argument == GROUP:
            yield SecurityRule(
                direction=INGRESS,
                label=names.label(name, "from", key),
                group=entry.peer.value,
                description=f"Calls from {spec.name}-{renames.in_aws(key, spec)}",
                port=entry.ports[0],
                last_port=entry.ports[1],
                peer=Peer(argument=GROUP, value=group_of(key)),
                protocol=entry.protocol,
            )


def _from_balancers(key: str, service: Service) -> Iterator[SecurityRule]:
    for balancer in target_groups.balancers(service):
        description = f"Requests from {names.noun_of_balancer(balancer)}"
        peer, group = names.of_balancer(balancer, "load_balancer"), balancer_group(balancer)
        for words, allowed in ports.of_load_balancer(service, balancer).items():
            ends, protocol = (allowed.first, allowed.last), allowed.protocol
            yield _ingress_rule((key, *words), peer, description, ends, group, protocol)


def _listed_ingress(key: str, service: Service, references: References) -> Iterator[SecurityRule]:
    entries = dict.fromkeys(peers.ingress_entries(service, references))
    for entry in sorted(entries, key=_place_of_entry):
        yield SecurityRule(
            direction=INGRESS,
            label=names.label(key, *entry.of_port, "from", entry.name),
            group=group_of(key),
            description=entry.description,
            port=entry.ports[0],
            last_port=entry.ports[1],
            peer=entry.peer,
            protocol=entry.protocol,
        )


def _calls_of(key: str, calls: tuple[Call, ...]) -> list[Call]:
    return sorted((call for call in calls if call.caller == key), key=lambda call: call.callee)


def _ingress_rule(
    side: tuple[str, ...],
    peer: str,
    description: str,
    allowed: tuple[int, int],
    group: Ref,
    protocol: str = TCP,
) -> SecurityRule:
    """Into a service, which `side` begins with; more words are a port's."""
    return SecurityRule(
        direction=INGRESS,
        label=names.label(*side, "from", peer),
        group=group_of(side[0]),
        description=description,
        port=allowed[0],
        last_port=allowed[1],
        peer=Peer(argument=GROUP, value=group),
        protocol=protocol,
    )


class _Way(NamedTuple):
    """Where a service's tasks may connect to: `to`, and a port's words, end the label of the rule that allows
    it."""

    to: str
    description: str
    ports: tuple[int, int]
    peer: Peer
    protocol: str = TCP
    of_port: tuple[str, ...] = ()


class Egress(NamedTuple):
    """The outbound rules of the tasks, and of the load balancer towards them.

    `reached` is one text of where tasks may connect to besides called services; it fits into a tag.
    """

    rules: tuple[SecurityRule, ...]
    reached: str


def egress(
    key: str,
    spec: Spec,
    images: tuple[Image, ...],
    network: Network,
    calls: tuple[Call, ...],
    references: References,
) -> Egress:
    """Out of the tasks, and out of a load balancer of the stack's own towards them."""
    service = spec.task(key)
    outward = [
        *_to_endpoints(service, network, _used_gateways(key, images, spec)),
        *(listed := tuple(_to_listed(service, references, ipv6=spec.network.ipv6))),
        *_to_file_systems(key, spec, network, listed, references),
    ]
    rules = [_egress_rule(key, way) for way in (*outward, *_to_callees(key, spec, calls))]
    if isinstance(service, Service):
        rules += _from_load_balancers(key, service, spec)
    return Egress(tuple(rules), names.fit(" + ".join(way.to for way in outward), _TAG_VALUE))


def depends_on(rules: tuple[SecurityRule, ...]) -> Iterator[Ref]:
    """The rules that a service's tasks need, and that must outlive them."""
    return (names.ref("aws_vpc_security_group_{}_rule.{}", rule.direction, rule.label) for rule in rules)


def of_checked_port(rules: tuple[SecurityRule, ...], balancer: str, port: int) -> tuple[SecurityRule, ...]:
    """The rules that let a load balancer check a port."""
    own = balancer_group(balancer)
    return tuple(
        rule for rule in rules if own in (rule.group, rule.peer.value) and rule.port <= port <= rule.last_port
    )


def _used_gateways(key: str, images: tuple[Image, ...], spec: Spec) -> set[str]:
    """The gateway endpoints that a service uses: S3 for the layers of its images and for environment files,
    and what it declares."""
    service = spec.task(key)
    own = any(image.may_be_private for image in images) or has_environment_files(service)
    called = (use.endpoint for use in permissions.called_here(key, service, spec))
    return {*called, *spec.network.endpoints, *(["s3"] if own else [])}


def _to_endpoints(service: TaskKeys, network: Network, wanted: set[str]) -> Iterator[_Way]:
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


def _to_listed(service: TaskKeys, references: References, *, ipv6: bool) -> Iterator[_Way]:
    entries = dict.fromkeys(peers.egress_entries(service, references, ipv6=ipv6))
    listed = {entry.name for entry in entries}
    called = {entry.name: entry for _, entry in peers.called_entries(service, references)}
    entries |= dict.fromkeys(entry for name, entry in called.items() if name not in listed)
    for entry in sorted(entries, key=_place_of_entry):
        yield _Way(entry.name, entry.description, entry.ports, entry.peer, entry.protocol)


def _to_file_systems(
    key: str, spec: Spec, network: Network, listed: tuple[_Way, ...], references: References
) -> Iterator[_Way]:
    """To mount targets that `egress` does not list anyway: AWS refuses the second of two equal rules."""
    if spec.task(key).egress == "all":
        return
    known = {(way.peer, way.ports, way.protocol) for way in listed}
    for each in volumes.mount_targets(key, spec, network.cidr, references):
        way = _Way(each.to, each.description, (volumes.NFS, volumes.NFS), each.peer)
        if (way.peer, way.ports, way.protocol) not in known:
            yield way


def _into_file_systems(key: str, spec: Spec) -> Iterator[SecurityRule]:
    """Into the mount targets of the stack's file systems that a service mounts."""
    for name in sorted(volumes.own_file_systems(key, spec)):
        yield SecurityRule(
            direction=INGRESS,
            label=names.label("file_system", name, "from", key),
            group=file_systems.group_of(name),
            description=f"Mounted by {renames.in_aws(key, spec)}",
            port=volumes.NFS,
            last_port=volumes.NFS,
            peer=Peer(argument=GROUP, value=group_of(key)),
        )


def _place_of_entry(entry: peers.Entry) -> tuple[int, str, tuple[int, int], str]:
    """Ranges before others, so that their order stays what it was when there were only ranges."""
    places = {CIDR: 0, CIDR_IPV6: 1}
    return places.get(entry.peer.argument, 2), entry.text, entry.ports, entry.name


def reaches_world(service: TaskKeys) -> bool:
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
    for call in _calls_of(key, calls):
        description = f"Calls to {renames.in_aws(call.callee, spec)}"
        for words, allowed in call.ports:
            peer = Peer(argument=GROUP, value=group_of(call.callee))
            first, last, protocol = allowed
            yield _Way(call.callee, description, (first, last), peer, protocol, words)


def _from_load_balancers(key: str, service: Service, spec: Spec) -> Iterator[SecurityRule]:
    aws_name = renames.in_aws(key, spec)
    for balancer in target_groups.balancers(service):
        if spec.balancers[balancer].existing is None:
            for words, allowed in ports.of_load_balancer(service, balancer).items():
                yield _from_load_balancer(balancer, (key, *words), aws_name, allowed)


def _from_load_balancer(
    balancer: str, side: tuple[str, ...], aws_name: str, allowed: ports.Allowed
) -> SecurityRule:
    return SecurityRule(
        direction=EGRESS,
        label=names.of_balancer(balancer, "load_balancer_to", *side),
        group=balancer_group(balancer),
        description=f"Requests and health checks to {aws_name}",
        port=allowed.first,
        last_port=allowed.last,
        peer=Peer(argument=GROUP, value=group_of(side[0])),
        protocol=allowed.protocol,
    )


def _egress_rule(key: str, way: _Way) -> SecurityRule:
    return SecurityRule(
        direction=EGRESS,
        label=names.label(key, "to", way.to, *way.of_port),
        group=group_of(key),
        description=way.description,
        port=way.ports[0],
        last_port=way.ports[1],
        peer=way.peer,
        protocol=way.protocol,
    )
