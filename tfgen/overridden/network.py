"""Overrides of the network: DNS, routes, NAT gateways, endpoints, and security group rules."""

from typing import Any, NamedTuple

from msgspec.structs import replace

from tfgen.blueprint.model import Listener, LoadBalancer, Peer, SecurityRule
from tfgen.hcl.text import Label
from tfgen.ip_ranges import is_ipv6, parse_range
from tfgen.overridden.policy import of_endpoint
from tfgen.overridden.resource import Resource, flag_of, text_of, whole_number
from tfgen.overridden.working_blueprint import WorkingBlueprint, part_with_label, with_changed_part

_PEERS = ("cidr_ipv4", "cidr_ipv6", "prefix_list_id", "referenced_security_group_id")
_PROTOCOLS = {"6": "tcp", "17": "udp", "1": "icmp", "all": "-1"}


class _Ports(NamedTuple):
    """What a rule lets through: a protocol, and the first and the last port."""

    protocol: str
    first: int
    last: int


def _carry_vpc(working: WorkingBlueprint, found: Resource) -> None:
    for name, field, default in (
        ("enable_dns_support", "dns_support", True),
        ("enable_dns_hostnames", "dns_hostnames", False),
    ):
        if found.take_pending(name):
            working.change_network(**{field: flag_of(found.after.get(name), default)})
    ipv6 = "assign_generated_ipv6_cidr_block"
    if found.take_pending(ipv6) and not flag_of(found.after.get(ipv6), False):
        working.change_network(ipv6=())


def _carry_subnet(working: WorkingBlueprint, found: Resource) -> None:
    """Without IPv6; whether another range is one of the VPC's, nobody here knows."""
    if found.after.get("ipv6_cidr_block") is None and found.take_pending("ipv6_cidr_block"):
        working.change_network(**{f"{found.label}_ipv6": ()})


def _nat_gateway(working: WorkingBlueprint, found: Resource) -> None:
    private = found.after.get("connectivity_type") == "private"
    if (at := found.take_pending("connectivity_type")) and private:
        says = "aws_nat_gateway.main is private, and does not reach the internet"
        working.mark_flows(found, says, at=at, certain=True)
    if private or found.after.get("allocation_id") is not None:
        found.take_pending("allocation_id")


def _carry_route(working: WorkingBlueprint, found: Resource) -> None:
    """Another destination; a route that leads elsewhere is doubted."""
    names = ("destination_cidr_block", "destination_ipv6_cidr_block")
    said = [found.after[name] for name in names if found.after.get(name) is not None]
    if not any(name in found.pending for name in names) or not all(map(is_range, said)):
        return
    for name in names:
        found.take_pending(name)
    fields = {"destination": said[0]} if said else {}
    own = working.blueprint.network
    tables = tuple(
        replace(each, routes=_changed_routes(each.routes, found.label, fields)) for each in own.route_tables
    )
    nat = tuple(replace(each, routes=_changed_routes(each.routes, found.label, fields)) for each in own.nat)
    only = tuple(
        replace(each, routes=_changed_routes(each.routes, found.label, fields))
        for each in own.egress_only_gateways
    )
    given = _changed_routes(own.target_routes, found.label, fields)
    working.change_network(route_tables=tables, nat=nat, target_routes=given, egress_only_gateways=only)


def _changed_routes(routes: tuple[Any, ...], label: str, fields: dict[str, Any]) -> tuple[Any, ...]:
    """The routes with other fields of the one with a label, or without it where there are none."""
    route = part_with_label(routes, label)
    return (
        with_changed_part(routes, route, **fields)
        if fields
        else tuple(each for each in routes if each is not route)
    )


def _carry_endpoint(working: WorkingBlueprint, found: Resource) -> None:
    own = working.blueprint.network
    for endpoints in ("interface_endpoints", "gateway_endpoints"):
        parts = getattr(own, endpoints)
        part = part_with_label(parts, found.label)
        if part is not None:
            fields = {name: each for name, each in _endpoint_fields(found).items() if hasattr(part, name)}
            working.change_network(**{endpoints: with_changed_part(parts, part, **fields)})
            of_endpoint(working, found, part.service)


def _endpoint_fields(found: Resource) -> dict[str, Any]:
    """What another page says of an endpoint; a list of somebody's IDs says nothing, and is doubted."""
    fields: dict[str, Any] = {}
    if found.take_pending("private_dns_enabled"):
        fields["private_dns"] = flag_of(found.after.get("private_dns_enabled"), False)
    for name, lost in (
        ("subnet_ids", ("subnets", "given_subnets")),
        ("security_group_ids", ("security_groups",)),
        ("route_table_ids", ("route_tables", "given_tables")),
    ):
        if name in found.pending and not found.after.get(name):
            found.take_pending(name)
            fields |= dict.fromkeys(lost, ())
    return fields


# --- rules of security groups, of any module


def _security_rule(working: WorkingBlueprint, found: Resource) -> None:
    names = ("from_port", "to_port", "ip_protocol", *_PEERS)
    if not any(name in found.pending for name in names):
        return
    ports, peer = _rule_ports(found), _rule_peer(found)
    if ports is None or peer is None:  # a group or a list of which only its owner knows who is in it
        return
    for name in names:
        found.take_pending(name)
    balancer = working.balancer_of(found)
    if balancer is not None:
        _listener_cidr(working, balancer, found, ports, peer)
        return
    own = working.blueprint.network
    groups = tuple(
        replace(group, rules=_changed_rules(group.rules, found, ports, peer))
        for group in own.endpoint_security_group
    )
    if found.module == "network":
        working.change_network(endpoint_security_group=groups)
    service = working.task_of(found)
    if service is not None:
        working.change_task(
            service, security_rules=_changed_rules(service.security_rules, found, ports, peer)
        )


def _rule_ports(found: Resource) -> _Ports | None:
    """What a rule lets through, or None where nobody knows."""
    said = str(found.after.get("ip_protocol")).lower()
    protocol = _PROTOCOLS.get(said, said)
    if protocol == "-1":
        return _Ports(protocol, 0, 65535)
    first, last = whole_number(found.after.get("from_port")), whole_number(found.after.get("to_port"))
    return None if first is None or last is None else _Ports(protocol, first, last)


def _rule_peer(found: Resource) -> tuple[Peer, ...] | None:
    """The other side of a rule, if it is new: a range, or None where nobody knows."""
    said = [name for name in _PEERS if found.after.get(name) is not None]
    changed = any(name in found.pending for name in _PEERS)
    if not changed:
        return ()
    if said not in (["cidr_ipv4"], ["cidr_ipv6"]):
        return None
    (name,) = said
    cidr = found.after[name]
    is_alike = is_range(cidr) and is_ipv6(str(cidr)) == (name == "cidr_ipv6")
    return (Peer(argument=Label(name), value=str(cidr)),) if is_alike else None


def _changed_rules(
    rules: tuple[SecurityRule, ...], found: Resource, ports: _Ports, peer: tuple[Peer, ...]
) -> tuple[SecurityRule, ...]:
    """The rules with another in the place of the overridden one."""
    direction = "ingress" if "ingress" in found.kind else "egress"
    rule = next((each for each in rules if (each.direction, each.label) == (direction, found.label)), None)
    if rule is None:
        return rules
    other = peer[0] if peer else rule.peer
    return with_changed_part(
        rules, rule, protocol=ports.protocol, port=ports.first, last_port=ports.last, peer=other
    )


def _listener_cidr(
    working: WorkingBlueprint,
    balancer: LoadBalancer,
    found: Resource,
    ports: _Ports,
    peer: tuple[Peer, ...],
) -> None:
    """The rule for clients of a listener; with other ports it may be for those of other listeners too."""
    closed = ports.protocol not in ("tcp", "-1")
    fields: dict[str, Any] = {"ports": (0, 0) if closed else (ports.first, ports.last)}
    if peer and not closed:
        fields["cidr"] = peer[0].value
    listeners = tuple(
        _with_allowed_clients(balancer, listener, found.label, fields) for listener in balancer.listeners
    )
    working.change_balancer(balancer, listeners=listeners)


def _with_allowed_clients(
    balancer: LoadBalancer, listener: Listener, label: str, fields: dict[str, Any]
) -> Listener:
    """A listener with the clients that it has once the rule of a label has other fields."""
    own = part_with_label(listener.cidrs, label)
    if own is not None:
        return replace(listener, cidrs=with_changed_part(listener.cidrs, own, **fields))
    others = (part_with_label(other.cidrs, label) for other in balancer.listeners)
    more = [replace(cidr, **fields) for cidr in others if cidr is not None]
    first, last = fields["ports"]
    return replace(listener, cidrs=(*listener.cidrs, *(more if first <= listener.port <= last else ())))


def is_range(value: Any) -> bool:
    """Whether a value is a range as AWS takes it: no bits beyond the mask."""
    cidr = text_of(value)
    try:
        return cidr is not None and "/" in cidr and bool(parse_range(cidr))
    except ValueError:
        return False


CARRY = {
    "aws_vpc": _carry_vpc,
    "aws_subnet": _carry_subnet,
    "aws_nat_gateway": _nat_gateway,
    "aws_route": _carry_route,
    "aws_vpc_endpoint": _carry_endpoint,
    "aws_vpc_security_group_egress_rule": _security_rule,
    "aws_vpc_security_group_ingress_rule": _security_rule,
}
