"""NAT gateways: in which zones, with which addresses, and which zone uses which."""

from bisect import bisect_left
from collections.abc import Iterator

from tfgen.blueprint import names
from tfgen.blueprint.labels import PRIVATE, PUBLIC
from tfgen.blueprint.model import NatGateway, NatRoute
from tfgen.blueprint.references import References
from tfgen.hcl.text import Comment, Label, Ref
from tfgen.problems import Locate, Problem
from tfgen.spec.model import WORLD, Network


def gateways(network: Network, references: References) -> tuple[NatGateway, ...]:
    if not network.way_out.nat:
        return ()
    zones = network.nat_zones
    given = (
        (zone, address if isinstance(address, str) else references.value(address))
        for zone, address in sorted(network.nat.addresses.items())
    )
    return (
        NatGateway(
            zones=tuple(zones),
            given=tuple(given),
            subnets=PUBLIC,
            routes=(_route(network, zones),),
            depends_on=(
                Ref("aws_route.public_internet"),
                names.ref("aws_route_table_association.{}", PUBLIC),
            ),
        ),
    )


_SHARED = Comment("A zone without a NAT gateway uses that of the next zone that has one.")


def _route(network: Network, zones: list[str]) -> NatRoute:
    """To the one gateway, to that of each zone, or where some zones have one, to that of the next of them."""
    all_zones = network.zones if isinstance(network.zones, list) else []
    spread = 1 < len(zones) < len(all_zones)
    return NatRoute(
        label=Label("private_internet"),
        table=PRIVATE,
        destination=WORLD,
        for_each={zone: _next_of(zone, zones) for zone in all_zones}
        if spread
        else Ref("aws_route_table.private"),
        comments=(_SHARED,) if spread else (),
        route_table_id=Ref("aws_route_table.private[each.key].id" if spread else "each.value.id"),
        gateway_key=Ref("each.value") if spread else zones[0] if len(zones) == 1 else Ref("each.key"),
    )


def _next_of(zone: str, zones: list[str]) -> str:
    """The zone itself, or the next of some: a zone more takes routes from one other, and moves no more."""
    return zones[bisect_left(zones, zone) % len(zones)]


def problems(network: Network, at: Locate) -> Iterator[Problem]:
    zones = network.zones if isinstance(network.zones, list) else []
    unknown = [("nat", zone) for zone in _listed(network) if zone not in zones]
    if network.nat_zone and network.nat_zone not in zones:
        unknown.append(("nat_zone", network.nat_zone))
    for key, zone in unknown:
        message = f'zone "{zone}" is not one of network.zones ({", ".join(zones)})'
        hint = "write one of them, or remove this line" if key == "nat_zone" else "list zones of the network"
        yield Problem("TG210", at(("network", key)), message, hint)
    if unknown:
        return
    if not network.way_out.nat:
        for key in _without_effect(network):
            message = f"{key} has no effect here: with egress: {network.egress} there is no NAT gateway"
            where = at(("network", key.partition(":")[0]))
            yield Problem("TG211", where, message, "remove it", "warning")
        return
    if network.nat_zone and network.nat.zones != "single":
        reason = "nat lists the zones with a NAT gateway"
        if network.nat.zones == "per-zone":
            reason = "with nat: per-zone every zone has a NAT gateway"
        message = f"nat_zone has no effect here: {reason}"
        hint = "remove it, or write nat: single"
        yield Problem("TG211", at(("network", "nat_zone")), message, hint, "warning")
    yield from _zone_problems(network, at)


def _listed(network: Network) -> tuple[str, ...]:
    return tuple(network.nat.zones) if isinstance(network.nat.zones, list) else ()


def _without_effect(network: Network) -> Iterator[str]:
    """What the spec sets for NAT gateways, where there are none."""
    if network.nat.zones == "single":
        yield "nat: single"
    elif network.nat.zones != "per-zone" or network.nat.addresses:
        yield "nat"
    if network.nat_zone:
        yield "nat_zone"


def _zone_problems(network: Network, at: Locate) -> Iterator[Problem]:
    listed = _listed(network)
    where = at(("network", "nat"))
    if isinstance(network.nat.zones, list) and not listed:
        yield Problem("TG530", where, "no zone has a NAT gateway", "list zones, or write egress: endpoints")
        return
    for zone in sorted({each for each in listed if listed.count(each) > 1}):
        yield Problem("TG530", where, f'zone "{zone}" is listed twice', "remove one of them")
    seen: dict[str, str] = {}
    for zone, address in sorted(network.nat.addresses.items()):
        place = at(("network", "nat", "addresses", zone))
        if zone not in network.nat_zones:
            message = f'zone "{zone}" has an address and no NAT gateway'
            hint = f"remove the address; NAT gateways are in {', '.join(network.nat_zones)}"
            yield Problem("TG531", place, message, hint)
        text = repr(address)
        if text in seen:
            message = f'zones "{seen[text]}" and "{zone}" have the same address'
            yield Problem("TG531", place, message, "an address belongs to one NAT gateway: give each its own")
        seen.setdefault(text, zone)
