"""The bill of a stack: everything that `tfgen cost` prints, in one value."""

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any, NamedTuple

from msgspec.structs import asdict

from tfgen.blueprint.model import Blueprint, CostAssumptions
from tfgen.cost.charges import (
    TRAFFIC,
    Cost,
    Item,
    cost_of,
    job_items,
    list_items,
    parts_of,
    unpriced,
    way_of,
)
from tfgen.cost.inventory import Inventory, take_inventory, tasks_of_jobs
from tfgen.cost.ways import BreakEven, Way, WayCost, break_even, cost_of_way
from tfgen.facts.prices import PriceList

NOT_COUNTED = (
    "data sent to the internet (the same with every egress)",
    "traffic between zones, but for that to a shared NAT gateway",
    "LCUs for connections and rules, beyond those for the GB",
    "Container Insights and other metrics",
    "what images and objects cost to store",
    "resources of your own files",
    "taxes, discounts and the free tier",
)


class Bill(NamedTuple):
    """What a stack costs a month."""

    name: str
    inventory: Inventory
    assumed: CostAssumptions
    prices: PriceList
    items: tuple[Item, ...]
    ways: tuple[tuple[Way, WayCost | None], ...] = ()
    """Every egress, the stack's own among them."""
    jobs: tuple[Item, ...] = ()
    """An hour of each job, which is in no sum."""

    @property
    def fixed(self) -> Cost:
        return cost_of(tuple(item for item in self.items if item.group != TRAFFIC), self.prices)

    @property
    def traffic(self) -> Cost:
        return cost_of(tuple(item for item in self.items if item.group == TRAFFIC), self.prices)

    @property
    def total(self) -> Cost:
        return self.fixed + self.traffic

    @property
    def unpriced(self) -> tuple[str, ...]:
        """The parts that are in use and have no known price, so that they are in no sum."""
        return unpriced(self.items, self.prices)

    @property
    def spared(self) -> float:
        """What NAT gateways would charge for the traffic that goes through gateway endpoints."""
        price = self.prices.prices.get("nat_gb")
        free = sum(gb for kind, gb in self.assumed.traffic if way_of(kind, self.inventory) == "gateway")
        return price.usd * free if price and self.inventory.tasks else 0.0

    def of_group(self, group: str) -> tuple[Item, ...]:
        return tuple(item for item in self.items if item.group == group)


def make_bill(blueprint: Blueprint, prices: PriceList, ways: Sequence[Way] = ()) -> Bill:
    """The bill of a blueprint, with its overrides where they were applied."""
    inventory, assumed = take_inventory(blueprint), blueprint.cost
    return Bill(
        blueprint.name,
        inventory,
        assumed,
        prices,
        list_items(inventory, assumed),
        tuple((way, cost_of_way(way.inventory, assumed, prices) if way.inventory else None) for way in ways),
        job_items(tasks_of_jobs(blueprint)),
    )


def break_evens(bill: Bill) -> Iterator[BreakEven]:
    """NAT gateways against endpoints alone, and against endpoints beside them if the spec has those or if
    endpoints alone do not do. What does not work with the spec is compared with nothing."""
    works = [(way, cost) for way, cost in bill.ways if cost and not cost.unpriced and not way.refused]
    gateways = [each for each in works if each[0].egress == "nat"]
    endpoints = [each for each in works if each[0].inventory and each[0].inventory.interface_endpoints]
    alone = [each for each in endpoints if each[0].egress == "endpoints"]
    beside = [each for each in endpoints if each[0].egress == "nat+endpoints" and (each[0].own or not alone)]
    for nat, other in product(gateways, (*alone, *beside)):
        if other[0].nat in ("", nat[0].nat):
            yield break_even(nat, other)


def as_json(bill: Bill) -> dict[str, Any]:
    """The bill as plain data. Sums are in USD a month and not rounded."""
    return {
        "name": bill.name,
        "region": bill.inventory.region,
        "prices": {
            "date": date_of(bill, used_parts(bill)) or None,
            "unconfirmed": [part for part in used_parts(bill) if part in bill.prices.unconfirmed],
            "assumed_from": bill.prices.assumed_from or None,
            "assumed": [part for part in used_parts(bill) if part in bill.prices.assumed],
            "file": bill.prices.own_file or None,
            "from_file": [part for part in used_parts(bill) if part in bill.prices.own],
            "unknown": list(bill.unpriced),
        },
        "assumed": {
            "hours": bill.assumed.hours,
            "traffic": dict(bill.assumed.traffic),
            "tasks": {each.service: {"low": each.low, "high": each.high} for each in bill.inventory.tasks},
        },
        "items": [_item_as_json(item, bill.prices) for item in bill.items],
        **{
            name: asdict(cost)
            for name, cost in (("fixed", bill.fixed), ("traffic", bill.traffic), ("total", bill.total))
        },
        "gateway_endpoints_spare": bill.spared,
        "ways": [_way_as_json(way, cost) for way, cost in bill.ways],
        "break_even": [
            {
                "below": each.below.name,
                "above": each.above.name,
                "gb": each.gigabytes if each.gigabytes != float("inf") else None,
                "gb_without_cross_zone": each.in_zone if each.in_zone != float("inf") else None,
            }
            for each in break_evens(bill)
        ],
        "not_counted": list(NOT_COUNTED),
    }


def used_parts(bill: Bill) -> tuple[str, ...]:
    """The parts that the bill has quantities of, or one of the egresses beside it."""
    beside = (part for _, cost in bill.ways if cost for part in cost.parts)
    return tuple(dict.fromkeys((*parts_of(bill.items), *beside)))


def date_of(bill: Bill, parts: Sequence[str]) -> str:
    """The oldest date of these prices; empty if none has one."""
    prices = (bill.prices.prices.get(part) for part in parts)
    return min((price.source.date for price in prices if price and price.source.date), default="")


def _item_as_json(item: Item, prices: PriceList) -> dict[str, Any]:
    cost = cost_of((item,), prices)
    return {
        "group": item.group,
        "name": item.name,
        "detail": item.detail,
        "low": cost.low,
        "high": cost.high,
        "unknown": list(unpriced((item,), prices)),
        "quantities": [asdict(each) for each in item.quantities],
    }


def _way_as_json(way: Way, found: WayCost | None) -> dict[str, Any]:
    """Without numbers where a price is unknown, as they would be too low to compare."""
    cost = None if found and found.unpriced else found
    return {
        "egress": way.egress,
        "nat": way.nat or None,
        "own": way.own,
        "refused": way.refused or None,
        "unknown": list(found.unpriced) if found else [],
        "fixed": cost and asdict(cost.fixed),
        "traffic": cost and cost.traffic,
        "per_gb": cost and cost.per_gb,
        "total": cost and asdict(cost.total),
    }
