"""NAT gateways or VPC endpoints: what each egress costs, and from which traffic on the other costs less."""

from typing import NamedTuple

from tfgen.blueprint.model import CostAssumptions
from tfgen.cost.charges import (
    EGRESS,
    TRAFFIC,
    Cost,
    Item,
    Quantity,
    cost_of,
    list_items,
    nat_quantities,
    parts_of,
    price_of,
    unpriced,
)
from tfgen.cost.inventory import Inventory
from tfgen.facts.prices import PriceList


class Way(NamedTuple):
    """One egress for a stack: a value of `network.egress`, with one NAT gateway or one in each zone."""

    egress: str
    nat: str
    """single, per-zone, the zones that have a NAT gateway, or empty without any."""
    inventory: Inventory | None
    """None where the stack cannot be derived with it."""
    refused: str = ""
    """Why tasks cannot start or work with it; empty where nothing speaks against it."""
    own: bool = False
    """Whether it is the egress that the spec has."""

    @property
    def name(self) -> str:
        return f"{self.egress}, {self.nat}" if self.nat else self.egress


class WayCost(NamedTuple):
    """What an egress costs a month: by the hour, for the traffic assumed, and for each GB to AWS services."""

    fixed: Cost
    traffic: float
    per_gb: float
    per_gb_in_zone: float
    """As `per_gb`, if no traffic crossed zones on its way to a NAT gateway."""
    unpriced: tuple[str, ...]
    """The parts of it whose prices are unknown; where there are any, the numbers are too low."""
    parts: tuple[str, ...]
    """The parts of which something is used, with this egress."""

    @property
    def total(self) -> Cost:
        return self.fixed + Cost(self.traffic, self.traffic)


_ON_THE_WAY = frozenset({"nat_gb", "endpoint_gb", "cross_zone_gb"})


def cost_of_way(inventory: Inventory, assumed: CostAssumptions, prices: PriceList) -> WayCost:
    """The items that depend on the egress: what it consists of, and its traffic on the way."""
    items = list_items(inventory, assumed)
    fixed = tuple(item for item in items if item.group == EGRESS)
    traffic = tuple(
        item for item in items if not _ON_THE_WAY.isdisjoint(each.part for each in item.quantities)
    )
    of_a_gb = Item(TRAFFIC, "", "", _quantities_of_a_gb(inventory))
    charged = [price_of(quantity, prices).low for quantity in of_a_gb.quantities]
    return WayCost(
        cost_of(fixed, prices),
        cost_of(traffic, prices).low,
        sum(charged),
        sum(charged[:1]),
        unpriced((*fixed, *traffic, of_a_gb), prices),
        parts_of((*fixed, *traffic, of_a_gb)),
    )


def _quantities_of_a_gb(inventory: Inventory) -> tuple[Quantity, ...]:
    """What a GB to an AWS service is charged as, first of all on the way itself. Those with gateway endpoints
    are not meant: they are free."""
    if inventory.interface_endpoints:
        return (Quantity("endpoint_gb", 1.0, 1.0),)
    return nat_quantities(1.0, inventory) if inventory.nat_gateways else ()


class BreakEven(NamedTuple):
    """Which of two ways costs less: `below` up to `gigabytes` a month to AWS services, `above` from there on.

    `gigabytes` is infinite where `below` always costs less, or where both always cost the same. `in_zone` is
    the same if no traffic crossed zones on its way to a NAT gateway.
    """

    below: Way
    above: Way
    gigabytes: float
    in_zone: float
    same: bool
    """Whether both cost the same, whatever the traffic."""


def break_even(one: tuple[Way, WayCost], other: tuple[Way, WayCost]) -> BreakEven:
    """The traffic at which two ways cost the same: (fixed difference) / (difference of a GB's price)."""
    (below, low), (above, high) = sorted((one, other), key=lambda each: _fixed_then_per_gb(each[1]))
    gap = max(0.0, high.fixed.low - low.fixed.low)
    return BreakEven(
        below,
        above,
        _crossing(gap, low.per_gb - high.per_gb),
        _crossing(gap, low.per_gb_in_zone - high.per_gb_in_zone),
        _fixed_then_per_gb(low) == _fixed_then_per_gb(high),
    )


def _fixed_then_per_gb(cost: WayCost) -> tuple[float, float]:
    """Of two that cost the same by the hour, the one with the cheaper GB is above. Sums of floats differ in
    their last digits."""
    return round(cost.fixed.low, 6), -round(cost.per_gb, 9)


def _crossing(gap: float, saved: float) -> float:
    return gap / saved if saved > 1e-9 else float("inf")
