"""A blueprint with one thing taken out of it, in every way that there is: what the walks must notice."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from msgspec.structs import replace

from tfgen.blueprint.model import Blueprint, Listener, LoadBalancer, Service


class Removal(NamedTuple):
    """`part` is the address of what is gone, as `Hop.parts` has it; `says` is in each message about it.

    `service` is whose it is, where the address alone does not say so. `whole` tells that a block of
    Terraform is gone and not only an argument of one.
    """

    part: str
    says: str
    blueprint: Blueprint
    service: str = ""
    whole: bool = True

    @property
    def id(self) -> str:
        return f"{self.part}{'' if self.whole else ' ' + self.says}"


def removals(blueprint: Blueprint) -> Iterator[Removal]:
    yield from _endpoints(blueprint)
    yield from _routes(blueprint)
    yield from _flags(blueprint)
    for index, service in enumerate(blueprint.services):
        yield from _rules(blueprint, index, service)
        yield from _own(blueprint, index, service)
    for balancer in blueprint.load_balancer:
        yield from _listeners(blueprint, balancer)


def network(blueprint: Blueprint, **fields: Any) -> Blueprint:
    return replace(blueprint, network=replace(blueprint.network, **fields))


def service(blueprint: Blueprint, index: int, **fields: Any) -> Blueprint:
    """With other fields of one service."""
    changed = replace(blueprint.services[index], **fields)
    return replace(blueprint, services=_swapped(blueprint.services, index, changed))


def container(blueprint: Blueprint, index: int, **fields: Any) -> Blueprint:
    """With other fields of all containers of a service."""
    own = blueprint.services[index].containers
    return service(blueprint, index, containers=tuple(replace(each, **fields) for each in own))


def _swapped(parts: tuple[Any, ...], index: int, *instead: Any) -> tuple[Any, ...]:
    """`parts` with another one, or none, in the place of one."""
    return (*parts[:index], *instead, *parts[index + 1 :])


def _endpoints(blueprint: Blueprint) -> Iterator[Removal]:
    interface, gateway = blueprint.network.interface_endpoints, blueprint.network.gateway_endpoints
    for index, each in enumerate(interface):
        part = f"aws_vpc_endpoint.{each.label}"
        gone = network(blueprint, interface_endpoints=_swapped(interface, index))
        yield Removal(part, f"no VPC endpoint for {each.service}", gone)
        for says, fields in {
            f"{part} has no private DNS": {"private_dns": False},
            f"{part} is in no subnet": {"subnets": (), "given_subnets": ()},
            f"{part} has the default security group": {"security_groups": ()},
        }.items():
            lame = network(blueprint, interface_endpoints=_swapped(interface, index, replace(each, **fields)))
            yield Removal(part, says, lame, whole=False)
    for index, route in enumerate(gateway):
        part = f"aws_vpc_endpoint.{route.label}"
        gone = network(blueprint, gateway_endpoints=_swapped(gateway, index))
        yield Removal(part, f"no VPC endpoint for {route.service}", gone)
        lame = _swapped(gateway, index, replace(route, route_tables=(), given_tables=()))
        says = f"leads to {part}"
        yield Removal(part, says, network(blueprint, gateway_endpoints=lame), whole=False)
    for group in blueprint.network.endpoint_security_group:
        for index, rule in enumerate(group.rules):
            part = f"aws_vpc_security_group_ingress_rule.{rule.label}"
            says = "aws_security_group.endpoints does not allow these tasks on port 443"
            for whole, rules in (
                (True, _swapped(group.rules, index)),
                (False, _swapped(group.rules, index, replace(rule, port=444, last_port=444))),
            ):
                other = network(blueprint, endpoint_security_group=(replace(group, rules=rules),))
                yield Removal(part, says, other, whole=whole)


def _routes(blueprint: Blueprint) -> Iterator[Removal]:
    own = blueprint.network
    for index, table in enumerate(own.route_tables):
        alone = f"no route table of their own (aws_route_table_association.{table.label})"
        gone = network(blueprint, route_tables=_swapped(own.route_tables, index))
        yield Removal(f"aws_route_table.{table.label}", alone, gone)
        loose = _swapped(own.route_tables, index, replace(table, subnets=()))
        part = f"aws_route_table_association.{table.label}"
        yield Removal(part, alone, network(blueprint, route_tables=loose))
        for number, route in enumerate(table.routes):
            fewer = replace(table, routes=_swapped(table.routes, number))
            without = network(blueprint, route_tables=_swapped(own.route_tables, index, fewer))
            says = f"the {table.label} subnets have no route to the internet"
            yield Removal(f"aws_route.{route.label}", says, without)
    for nat in own.nat:
        for index, route in enumerate(nat.routes):
            fewer = network(blueprint, nat=(replace(nat, routes=_swapped(nat.routes, index)),))
            says = "the private subnets have no route to the internet"
            yield Removal(f"aws_route.{route.label}", says, fewer)
        for index, zone in enumerate(nat.zones):
            fewer = network(blueprint, nat=(replace(nat, zones=_swapped(nat.zones, index)),))
            part = f'aws_nat_gateway.main["{zone}"]'
            yield Removal(part, f"there is no {part}", fewer)

    for gateway in own.egress_only_gateways:
        for index, route in enumerate(gateway.routes):
            fewer = replace(gateway, routes=_swapped(gateway.routes, index))
            says = "the private subnets have no route to the internet by IPv6"
            yield Removal(f"aws_route.{route.label}", says, network(blueprint, egress_only_gateways=(fewer,)))


def _flags(blueprint: Blueprint) -> Iterator[Removal]:
    own = blueprint.network
    for flag in ("dns_support", "dns_hostnames") if own.vpcs else ():
        off = network(blueprint, **{flag: False})
        yield Removal(f"aws_vpc.main.enable_{flag}", f"enable_{flag} of the VPC", off, whole=False)
    for index, gateway in enumerate(own.internet_gateways):
        part = f"aws_internet_gateway.{gateway.label}"
        gone = network(blueprint, internet_gateways=_swapped(own.internet_gateways, index))
        yield Removal(part, f"there is no {part}", gone)
    for place in blueprint.namespace:
        part = "aws_service_discovery_http_namespace.main"
        yield Removal(part, f"there is no {part}", replace(blueprint, namespace=()))
        assert place
    for zone in blueprint.private_zone:
        part = "aws_service_discovery_private_dns_namespace.main"
        yield Removal(part, f"there is no {part}", replace(blueprint, private_zone=()))
        assert zone


def _rules(blueprint: Blueprint, index: int, own: Service) -> Iterator[Removal]:
    mapped = {mapping.port for each in blueprint.services for mapping in each.port_mappings}
    for number, rule in enumerate(own.security_rules):
        part = f"aws_vpc_security_group_{rule.direction}_rule.{rule.label}"
        says = {
            ("egress", True): "security group does not allow outbound",
            ("egress", False): f'security group of "{own.key}" does not allow outbound',
            ("ingress", False): f"port {rule.last_port if rule.last_port in mapped else rule.port}",
        }[rule.direction, "load_balancer" in rule.group]
        fewer = _swapped(own.security_rules, number)
        yield Removal(part, says, service(blueprint, index, security_rules=fewer))
        other = replace(rule, port=rule.port - 1, last_port=rule.port - 1)
        wrong = service(blueprint, index, security_rules=_swapped(own.security_rules, number, other))
        yield Removal(part, says, wrong, whole=False)


def _own(blueprint: Blueprint, index: int, own: Service) -> Iterator[Removal]:
    key, label = own.key, own.label
    for number, rule in enumerate(own.rules):
        part = f"aws_lb_listener_rule.{rule.label}"
        gone = service(blueprint, index, rules=_swapped(own.rules, number))
        yield Removal(part, f"has no {part}", gone)
    for number, group in enumerate(own.target_groups):
        gone = service(blueprint, index, target_groups=_swapped(own.target_groups, number))
        yield Removal(f"aws_lb_target_group.{group.label}", "has no target group", gone)
    for _ in own.port_mappings:
        part, gone = f"aws_ecs_task_definition.{label}", container(blueprint, index, port_mappings=())
        yield Removal(part, " port ", gone, whole=False)
    for place in own.connect:
        # Of several, and beside a name in DNS, each is a network path of its own.
        if len(place.servers) == 1 and not own.dns:
            silent = service(blueprint, index, connect=(replace(place, servers=()),))
            says = f'"{key}" offers no Service Connect name'
            yield Removal(f"aws_ecs_service.{label}", says, silent, whole=False)
    for _ in own.public_ip:
        hidden = service(blueprint, index, public_ip=())
        yield Removal("assign_public_ip", "have no public address", hidden, key, whole=False)


def _without_forward(blueprint: Blueprint, listener: str) -> Blueprint:
    """Without what a listener of a network load balancer is in the file of a service."""
    services = (
        replace(own, listeners=tuple(each for each in own.listeners if each.key != listener))
        for own in blueprint.services
    )
    return replace(blueprint, services=tuple(services))


def _listeners(blueprint: Blueprint, balancer: LoadBalancer) -> Iterator[Removal]:
    def with_listeners(listeners: tuple[Listener, ...]) -> Blueprint:
        place = blueprint.load_balancer.index(balancer)
        changed = replace(balancer, listeners=listeners)
        return replace(blueprint, load_balancer=_swapped(blueprint.load_balancer, place, changed))

    for index, listener in enumerate(balancer.listeners):
        own = f"aws_lb_listener.{listener.label}"
        part = own if listener.is_network else balancer.place(own)
        gone = _without_forward(with_listeners(_swapped(balancer.listeners, index)), listener.key)
        yield Removal(part, f"there is no listener {listener.key}", gone)
        for number, cidr in enumerate(listener.cidrs):
            fewer = replace(listener, cidrs=_swapped(listener.cidrs, number))
            yield Removal(
                balancer.place(f"aws_vpc_security_group_ingress_rule.{cidr.label}"),
                f"allows no clients on port {listener.port}",
                with_listeners(_swapped(balancer.listeners, index, fewer)),
            )
