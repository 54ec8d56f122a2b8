"""Paths over what a VPC has that the stack joins: given by the user, and taken as given."""

from tfgen.blueprint.labels import SERVICES
from tfgen.blueprint.model import ExistingVpc, GivenGateway
from tfgen.hcl.text import Ref, ResourceRef
from tfgen.reach.ground import HTTPS, Followed, Ground, NetworkPeer
from tfgen.reach.model import TAKEN, Hop

UNKNOWN_GROUP = Followed("", Ref("the security group of the VPC's endpoints"))
"""That of interface endpoints which the spec does not name."""


def given_resolver(existing: ExistingVpc, remark: str) -> Hop:
    """A public name, asked of the resolver of a VPC that has one."""
    return Hop("name", f"public addresses{remark}, by the resolver of {existing.id}, given by you", TAKEN)


def given_private_dns(existing: ExistingVpc, address: ResourceRef) -> Hop:
    """The name of an endpoint that the stack creates in the VPC."""
    text = f"private DNS resolves to {address}; {existing.id} has DNS support and hostnames, given by you"
    return Hop("name", text, TAKEN, (address,))


def given_endpoint(
    existing: ExistingVpc, suffix: str, ground: Ground
) -> tuple[tuple[Hop, ...], NetworkPeer] | None:
    """To an endpoint that the VPC has, by its kind; None where it has none."""
    gateway = next((each for each in existing.gateway_endpoints if each.service == suffix), None)
    if gateway:
        return _to_gateway(existing, gateway, ground)
    if suffix not in existing.interface_endpoints.services:
        return None
    name = Hop("name", f"private DNS of the endpoint that {existing.id} has, given by you", TAKEN)
    route = Hop("route", f"inside the VPC ({ground.network.cidr})")
    return (name, route), _endpoint_side(existing, ground)


def _endpoint_side(existing: ExistingVpc, ground: Ground) -> NetworkPeer:
    groups = tuple(ground.follow(SERVICES, group) for group in existing.interface_endpoints.security_group)
    name = "the endpoints of the VPC"
    return NetworkPeer(name, groups, (ground.network.cidr,), HTTPS, guards=groups or (UNKNOWN_GROUP,))


def _to_gateway(
    existing: ExistingVpc, gateway: GivenGateway, ground: Ground
) -> tuple[tuple[Hop, ...], NetworkPeer]:
    text = f"the {gateway.service} gateway endpoint that {existing.id} has, given by you"
    peers = tuple(ground.follow(SERVICES, each) for each in gateway.prefix_list)
    side = NetworkPeer(f"the prefix list of {gateway.service}", peers, (), HTTPS)
    return (given_resolver(existing, ""), Hop("route", text, TAKEN)), side


def given_route(existing: ExistingVpc, role: str, address: ResourceRef) -> Hop:
    """The route of a gateway endpoint that the stack creates, in route tables that exist."""
    text = f"{role} subnets of {existing.id}: its prefix list to {address}, by route_tables, given by you"
    return Hop("route", text, TAKEN, (address,))


def given_entry(existing: ExistingVpc, group: Followed) -> Hop | None:
    """Past a security group that exists; None where it is the stack's own."""
    if group == UNKNOWN_GROUP:
        text = f"{group.address}: not in the spec, so whether it allows these tasks cannot be known"
        return Hop("enters", text, TAKEN)
    if group.reference in existing.interface_endpoints.security_group:
        text = f"the security group of the VPC's endpoints, given by you, must allow port {HTTPS}"
        return Hop("enters", text, TAKEN)
    return None
