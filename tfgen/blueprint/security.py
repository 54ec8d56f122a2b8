"""The security groups of services: who may reach a task, and what a task may reach."""

from collections.abc import Iterator

from tfgen.blueprint import names, renames
from tfgen.blueprint.addressing import block
from tfgen.blueprint.model import Call, Image, Label, Network, Peer, Ref, SecurityRule
from tfgen.problems import Locate, Problem
from tfgen.spec.model import WORLD, Egress, Service, Spec

GROUP, CIDR, PREFIX_LIST = (
    Label("referenced_security_group_id"),
    Label("cidr_ipv4"),
    Label("prefix_list_id"),
)
LOAD_BALANCER_GROUP = Ref("var.load_balancer_security_group_id")
ENDPOINT_GROUP = Ref("var.endpoint_security_group_id")
INGRESS, EGRESS = Label("ingress"), Label("egress")
HTTPS = 443


def group_of(key: str) -> Ref:
    return names.ref("aws_security_group.{}.id", names.label(key))


def prefix_list_input(endpoint: str) -> Label:
    return names.label(endpoint, "prefix_list_id")


def ingress(key: str, spec: Spec, calls: tuple[Call, ...]) -> tuple[SecurityRule, ...]:
    """Into the tasks: their one port, from the load balancer and from declared callers."""
    port = spec.services[key].port
    return tuple(_ingress(key, port.number, spec, calls)) if port else ()


def _ingress(key: str, port: int, spec: Spec, calls: tuple[Call, ...]) -> Iterator[SecurityRule]:
    if spec.services[key].routes:
        yield SecurityRule(
            direction=INGRESS,
            label=names.label(key, "from_load_balancer"),
            group=group_of(key),
            description="Requests from the load balancer",
            port=port,
            peer=Peer(argument=GROUP, value=LOAD_BALANCER_GROUP),
        )
    for caller in sorted(call.caller for call in calls if call.callee == key):
        yield SecurityRule(
            direction=INGRESS,
            label=names.label(key, "from", caller),
            group=group_of(key),
            description=f"Calls from {renames.in_aws(caller, spec)}",
            port=port,
            peer=Peer(argument=GROUP, value=group_of(caller)),
        )


def egress(
    key: str,
    spec: Spec,
    image: Image,
    network: Network,
    calls: tuple[Call, ...],
    at: Locate,
    problems: list[Problem],
) -> tuple[SecurityRule, ...]:
    """Out of the tasks, and out of the load balancer towards them."""
    service = spec.services[key]
    rules = [
        *_to_endpoints(key, service, network, _gateways(service, image, spec)),
        *_to_cidrs(key, service, at, problems),
        *_to_callees(key, spec, calls),
    ]
    if service.routes and service.port:
        rules.append(_from_load_balancer(key, renames.in_aws(key, spec), service.port.number))
    return tuple(rules)


def ways_out(key: str, rules: tuple[SecurityRule, ...]) -> Iterator[Ref]:
    """A service's rules towards what its tasks need, in their Terraform addresses."""
    for rule in rules:
        if rule.direction == EGRESS and rule.group == group_of(key):
            yield names.ref("aws_vpc_security_group_egress_rule.{}", rule.label)


def _gateways(service: Service, image: Image, spec: Spec) -> set[str]:
    """The gateway endpoints that a service uses: S3 for the layers of its image, and what it declares."""
    return {*service.uses, *spec.network.endpoints, *(["s3"] if image.account else [])}


def _to_endpoints(key: str, service: Service, network: Network, wanted: set[str]) -> Iterator[SecurityRule]:
    if network.endpoint_security_group:
        yield _out(
            key, "endpoints", "AWS services, through the interface endpoints", HTTPS, GROUP, ENDPOINT_GROUP
        )
    if reaches_world(service) and not network.endpoint_security_group:
        return  # the prefix lists are part of the world
    for endpoint in network.gateway_endpoints:
        if endpoint.service not in wanted:
            continue
        name = {"s3": "S3", "dynamodb": "DynamoDB"}[endpoint.service]
        yield _out(
            key,
            endpoint.service,
            f"{name}, through the gateway endpoint",
            HTTPS,
            PREFIX_LIST,
            names.ref("var.{}", prefix_list_input(endpoint.service)),
        )


def _to_cidrs(key: str, service: Service, at: Locate, problems: list[Problem]) -> Iterator[SecurityRule]:
    for index, range_ in enumerate(service.egress_cidrs or ()):
        block(range_.cidr, at(("services", key, "egress_cidrs", index)), problems)
    for range_ in sorted(set(service.egress_cidrs or ()), key=lambda e: (e.cidr, e.port)):
        world = range_.cidr == WORLD
        where = "internet" if world else range_.cidr
        words = where if range_.port == HTTPS else f"{where} {range_.port}"
        description = f"{'The internet' if world else range_.cidr}, port {range_.port}"
        yield _out(key, words, description, range_.port, CIDR, range_.cidr)


def reaches_world(service: Service) -> bool:
    return any(range_ == Egress(cidr=WORLD, port=HTTPS) for range_ in service.egress_cidrs or ())


def _to_callees(key: str, spec: Spec, calls: tuple[Call, ...]) -> Iterator[SecurityRule]:
    for callee in sorted(call.callee for call in calls if call.caller == key):
        port = spec.services[callee].port
        if port:
            yield _out(
                key, callee, f"Calls to {renames.in_aws(callee, spec)}", port.number, GROUP, group_of(callee)
            )


def _from_load_balancer(key: str, aws_name: str, port: int) -> SecurityRule:
    return SecurityRule(
        direction=EGRESS,
        label=names.label("load_balancer_to", key),
        group=LOAD_BALANCER_GROUP,
        description=f"Requests and health checks to {aws_name}",
        port=port,
        peer=Peer(argument=GROUP, value=group_of(key)),
    )


def _out(key: str, to: str, description: str, port: int, argument: Label, value: Ref | str) -> SecurityRule:
    return SecurityRule(
        direction=EGRESS,
        label=names.label(key, "to", to),
        group=group_of(key),
        description=description,
        port=port,
        peer=Peer(argument=argument, value=value),
    )
