"""What parts of an egress cost and save, for rules that compare them."""

from msgspec import Struct

from tfgen.blueprint.model import Blueprint
from tfgen.cost.charges import Quantity, nat_quantities, price_of, way_of
from tfgen.cost.inventory import take_inventory
from tfgen.facts.prices import PriceList, price_list


class Beside(Struct, frozen=True):
    """Interface endpoints and the NAT gateways beside them: USD a month, and the traffic that decides."""

    endpoints: float
    gateways: float
    saved: float
    """What NAT gateways would charge more for the traffic through the endpoints."""
    gigabytes: int
    """That traffic, as assumed."""
    break_even: float
    """The traffic at which the endpoints save what they cost."""


def endpoints_beside_nat(blueprint: Blueprint) -> Beside | None:
    """None where there are not both, or a price is unknown."""
    inventory, prices = take_inventory(blueprint), price_list(blueprint.region)
    through_nat = [_unit_price(each.part, prices) * each.low for each in nat_quantities(1.0, inventory)]
    each = sum(through_nat) - _unit_price("endpoint_gb", prices)
    gateways = cost_of_gateways(blueprint, inventory.nat_gateways)
    addresses = sum(zones for _, zones in inventory.interface_endpoints)
    endpoints = _unit_price("endpoint_hour", prices) * addresses * blueprint.cost.hours
    if (
        not gateways
        or not endpoints
        or each <= 0
        or not all((*through_nat, _unit_price("endpoint_gb", prices)))
    ):
        return None
    through = [gb for kind, gb in blueprint.cost.traffic if way_of(kind, inventory) == "interface"]
    return Beside(endpoints, gateways, each * sum(through), sum(through), endpoints / each)


def cost_of_gateways(blueprint: Blueprint, count: int) -> float:
    """What some NAT gateways with their addresses cost; 0 where that is unknown."""
    prices = price_list(blueprint.region)
    hours = blueprint.cost.hours * count
    gateway, address = _unit_price("nat_hour", prices), _unit_price("public_ipv4_hour", prices)
    return (gateway + address) * hours if gateway and address else 0.0


def _unit_price(part: str, prices: PriceList) -> float:
    """The price of one unit; 0 where it is unknown."""
    return price_of(Quantity(part, 1.0, 1.0), prices).low
