"""Routes to other networks: to targets of the user's own, by ID or by reference."""

from collections.abc import Iterator
from ipaddress import IPv4Network
from typing import NamedTuple

from tfgen.blueprint import addressing, names
from tfgen.blueprint.labels import DATABASE, PRIVATE, PUBLIC
from tfgen.blueprint.model import TargetRoute
from tfgen.blueprint.references import References
from tfgen.hcl.reference import NotAReferenceError, Traversal, parse_reference
from tfgen.hcl.text import Label, Ref
from tfgen.ip_ranges import is_inside, is_ipv6, parse_range
from tfgen.problems import Locate, Location, Problem
from tfgen.spec.model import WORLDS, Network, NetworkRoute, Part, Spec


class _Kind(NamedTuple):
    """What a route can lead to: the argument of aws_route, the prefix of its ID, and the types of resources
    and data sources with the attribute that is the ID."""

    argument: str
    prefix: str
    types: dict[str, tuple[str, ...]]


_KINDS = {
    "peering": _Kind(
        "vpc_peering_connection_id",
        "pcx",
        {
            "aws_vpc_peering_connection": ("id",),
            "aws_vpc_peering_connection_accepter": ("id", "vpc_peering_connection_id"),
        },
    ),
    "transit-gateway": _Kind(
        "transit_gateway_id",
        "tgw",
        {
            # Only an attached gateway can be a target: by the attachment, the route waits for it.
            "aws_ec2_transit_gateway_vpc_attachment": ("transit_gateway_id",),
            "aws_ec2_transit_gateway_vpc_attachment_accepter": ("transit_gateway_id",),
            "aws_ec2_transit_gateway": ("id",),
        },
    ),
    "vpn-gateway": _Kind(
        "gateway_id",
        "vgw",
        {"aws_vpn_gateway": ("id",), "aws_vpn_gateway_attachment": ("vpn_gateway_id",)},
    ),
    "network-interface": _Kind(
        "network_interface_id",
        "eni",
        {
            "aws_network_interface": ("id",),
            "aws_instance": ("primary_network_interface_id",),
            "aws_network_interface_attachment": ("network_interface_id",),
        },
    ),
}
_NO_ROUTE = ", or egress: endpoints"
_OF_TYPE = {type_: name for name, kind in _KINDS.items() for type_ in kind.types}


def build(spec: Spec, references: References, at: Locate) -> tuple[TargetRoute, ...]:
    """One for each route and each role of subnets that has it, by label."""
    found = (
        _target_route(route, role, references, at(("network", "routes", index)))
        for index, route in enumerate(spec.network.routes)
        for role in _roles(spec.network, route)
    )
    return tuple(sorted(found, key=lambda each: each.label))


def _roles(network: Network, route: NetworkRoute) -> Iterator[Label]:
    """The roles of the subnets that have a route: of tasks, and of databases, but for a default route."""
    yield PUBLIC if network.way_out.public_tasks else PRIVATE
    if network.subnets.database and route.to not in WORLDS:
        yield DATABASE


def _target_route(route: NetworkRoute, role: Label, references: References, where: Location) -> TargetRoute:
    each = role == PRIVATE
    return TargetRoute(
        label=names.label(role, "to", names.range_name(route.to)),
        table=role,
        for_each=(names.ref("aws_route_table.{}", role),) if each else (),
        route_table_id=Ref("each.value.id") if each else names.ref("aws_route_table.{}.id", role),
        destination=route.to,
        argument=Label(_KINDS[_kind(route)].argument),
        target=route.via if isinstance(route.via, str) else references.value(route.via),
        at=where,
    )


def _kind(route: NetworkRoute) -> str:
    """What a target is; empty where nothing says it."""
    return _known_kind(route) or route.kind or ""


def _known_kind(route: NetworkRoute) -> str:
    """What the ID of a target says, or the type of what a reference names."""
    if isinstance(route.via, str):
        prefix = route.via.partition("-")[0]
        return next(name for name, kind in _KINDS.items() if kind.prefix == prefix)
    traversal = _traversal(route.via)
    return _OF_TYPE.get(traversal.type, "") if traversal else ""


def _traversal(via: Part) -> Traversal | None:
    try:
        return parse_reference(via.ref) if via.ref is not None else None
    except NotAReferenceError:
        return None


# --- what is wrong with them


def problems(network: Network, at: Locate) -> Iterator[Problem]:
    seen: dict[str, Location] = {}
    for index, route in enumerate(network.routes):
        path = ("network", "routes", index)
        wrong = list(addressing.range_problems(route.to, at((*path, "to"))))
        yield from wrong
        if not wrong:
            yield from _destination_problems(route.to, network, seen, at((*path, "to")))
            seen.setdefault(route.to, at((*path, "to")))
        yield from _target_problems(route, at((*path, "via")), at((*path, "kind")))
        if is_ipv6(route.to) and _kind(route) == "vpn-gateway":
            message = "a virtual private gateway routes no IPv6"
            yield Problem("TG529", at((*path, "via")), message, "connect the VPN to a transit gateway")


def _destination_problems(
    to: str, network: Network, seen: dict[str, Location], where: Location
) -> Iterator[Problem]:
    if to in seen:
        message = f"{to} has a route already (line {seen[to].line})"
        yield Problem("TG533", where, message, "remove one of the two")
    if to in WORLDS and network.way_out.to_internet:
        message = f"with {': '.join(network.said_way_out)} there is a route to {to} already"
        yield Problem("TG533", where, message, f"write narrower ranges{'' if network.vpc else _NO_ROUTE}")
    cidr = network.vpc.cidr if network.vpc else network.cidr
    if is_inside(parse_range(to), IPv4Network(cidr, strict=False)):
        message = f"{to} is in the VPC's own range {cidr}, where traffic stays in the VPC"
        yield Problem("TG532", where, message, "write the range of the other network")


def _target_problems(route: NetworkRoute, where: Location, at_kind: Location) -> Iterator[Problem]:
    known = _known_kind(route)
    if route.kind and known and route.kind != known:
        message = f"kind is {route.kind}, and the target is {_a(known)}"
        yield Problem("TG534", at_kind, message, "remove kind")
    if not isinstance(route.via, Part):
        return
    traversal = _traversal(route.via)
    if traversal and known:
        yield from _attribute_problems(traversal, known, where)
    elif (traversal or route.via.input) and not route.kind:
        message = f"nothing says what {route.via.ref or route.via.input} is"
        hint = f"add kind: {', '.join(list(_KINDS)[:-1])} or {list(_KINDS)[-1]}"
        yield Problem("TG534", where, message, hint)


def _attribute_problems(traversal: Traversal, kind: str, where: Location) -> Iterator[Problem]:
    right = _KINDS[kind].types[traversal.type]
    if traversal.attribute in right or not traversal.attribute:
        return
    message = f"a route needs the ID of {_a(kind)}, which {traversal.attribute} is not"
    yield Problem("TG535", where, message, f"write {traversal.owner}.{right[0]}")


def _a(kind: str) -> str:
    return f"a {kind.replace('-', ' ')}" + (" connection" if kind == "peering" else "")
