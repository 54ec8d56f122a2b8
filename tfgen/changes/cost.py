"""What changes cost: a stack before and after them, by the month and before any traffic."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from tfgen.changes.change import Changes
from tfgen.changes.inventory import inventory_of, may_change_cost, parts_after, parts_of
from tfgen.changes.names import Consequence, about_names
from tfgen.cost.charges import SERVICES, Item, cost_of, fixed_items, unpriced
from tfgen.cost.inventory import Inventory, Tasks
from tfgen.cost.short import dollars
from tfgen.facts.prices import PARTS, PriceList, price_list

HOURS = 730
"""Of a month; what the spec assumes is not in the Terraform of a stack."""


class Cause(NamedTuple):
    """Something that costs more or less than before, in USD a month."""

    what: str
    difference: float


class CostChange(NamedTuple):
    """What a stack costs before and after its changes, in USD a month before any traffic."""

    old: float
    new: float
    causes: tuple[Cause, ...]
    """The largest difference first."""
    regions: tuple[str, str]
    unpriced: tuple[str, ...]
    """The parts in use that have no known price, and are in neither sum: as much before as after."""
    uncounted: tuple[str, ...]
    """The addresses that are in neither sum, since only Terraform can tell what is there."""

    @property
    def difference(self) -> float:
        return self.new - self.old


def cost_change(found: Changes) -> CostChange | None:
    """None where the cost stays the same, or where the Region is unknown or lacks prices of what changes."""
    was, will_be = (stack.provider.get("region") for stack in (found.old, found.new))
    if not (isinstance(was, str) and isinstance(will_be, str) and any(map(may_change_cost, found.resources))):
        return None
    prices = price_list(was), price_list(will_be)
    before = parts_of(found.old)
    after = parts_after(found, before)
    unknown = {address for side in (before, after) for address, parts in side.items() if parts is None}
    compared = _compared(inventory_of(was, before, unknown), inventory_of(will_be, after, unknown), prices)
    if not (compared and _shown(compared.difference)):
        return None
    return compared._replace(uncounted=tuple(sorted(unknown)))


def _compared(old: Inventory, new: Inventory, prices: tuple[PriceList, PriceList]) -> CostChange | None:
    """None where there is more or less of something that has no known price."""
    items = fixed_items(old, HOURS), fixed_items(new, HOURS)
    missing, missing_then = (_unpriced(*each) for each in zip(items, prices, strict=True))
    if missing != missing_then or (missing and old.region != new.region):
        return None
    uncounted = [sum(not item.is_counted for item in each) for each in items]
    if uncounted[0] != uncounted[1]:
        return None
    repriced = cost_of(items[1], prices[1]).low - cost_of(items[1], prices[0]).low
    causes = [*_quantity_causes(old, new, prices[0]), Cause(f"the prices of {new.region}", repriced)]
    return CostChange(
        old=cost_of(items[0], prices[0]).low,
        new=cost_of(items[1], prices[1]).low,
        causes=tuple(
            sorted(
                (each for each in causes if _shown(each.difference)),
                key=lambda each: (-abs(each.difference), each.what),
            )
        ),
        regions=(old.region, new.region),
        unpriced=tuple(missing),
        uncounted=(),
    )


def _unpriced(items: tuple[Item, ...], prices: PriceList) -> dict[str, float]:
    """The parts that have no known price, and how much there is of each."""
    return {
        part: sum(each.low for item in items for each in item.quantities if each.part == part)
        for part in unpriced(items, prices)
    }


def _shown(amount: float) -> bool:
    """Whether an amount is more than nothing in whole cents."""
    return dollars(amount) != "0.00"


# --- causes

_NOUNS = {
    "nat_hour": "NAT gateway",
    "endpoint_hour": "interface endpoint",
    "load_balancer_hour": "load balancer",
    "public_ipv4_hour": "public address",
    "lcu_hour": "reserved LCU",
}
"""By the part that such an item is charged as before any other."""


class _Amount(NamedTuple):
    """Some items of a kind: how many there are, and what they cost."""

    units: int
    usd: float


def _quantity_causes(old: Inventory, new: Inventory, prices: PriceList) -> Iterator[Cause]:
    """What there is more or less of, at the same prices."""
    was, will_be = _amounts(old, prices), _amounts(new, prices)
    tasks = _tasks_by_service(old), _tasks_by_service(new)
    for key in {**was, **will_be}:
        before, after = was.get(key, _NONE), will_be.get(key, _NONE)
        if key[0] == SERVICES:
            what = _of_service(key[1], *(each.get(key[1], ()) for each in tasks))
        elif key[1] == "endpoint_hour":
            what = _of_endpoints(old, new, before.units, after.units)
        else:
            what = _more(after.units - before.units, _NOUNS[key[1]])
        yield Cause(what, after.usd - before.usd)


_NONE = _Amount(0, 0.0)


def _amounts(inventory: Inventory, prices: PriceList) -> dict[tuple[str, str], _Amount]:
    """What everything costs, by service, or by the part that it is charged as first of all."""
    found: dict[tuple[str, str], _Amount] = {}
    for item in fixed_items(inventory, HOURS):
        if item.quantities:
            first = item.quantities[0]
            key = (SERVICES, item.name) if item.group == SERVICES else ("", first.part)
            sum_so_far, cost = found.get(key, _NONE), cost_of((item,), prices)
            found[key] = _Amount(sum_so_far.units + round(first.low / HOURS), sum_so_far.usd + cost.low)
    return found


def _more(count: int, noun: str) -> str:
    """Such as "2 more NAT gateways"."""
    return f"{abs(count)} {'more' if count > 0 else 'fewer'} {noun}{_plural_end(abs(count), noun)}"


def _plural_end(count: int, noun: str) -> str:
    return "" if count == 1 else "es" if noun.endswith("s") else "s"


def _of_endpoints(old: Inventory, new: Inventory, was: int, will_be: int) -> str:
    """As many as there are more, or their addresses, where they are in other zones."""
    before, after = len(old.interface_endpoints), len(new.interface_endpoints)
    if was * after != will_be * before:
        return f"interface endpoints with {will_be} addresses instead of {was}"
    return _more(after - before, _NOUNS["endpoint_hour"])


def _tasks_by_service(inventory: Inventory) -> Mapping[str, tuple[Tasks, ...]]:
    """In two clusters there may be two services of a name."""
    found: dict[str, tuple[Tasks, ...]] = {}
    for each in inventory.tasks:
        found[each.service] = (*found.get(each.service, ()), each)
    return found


def _of_service(name: str, old: tuple[Tasks, ...], new: tuple[Tasks, ...]) -> str:
    if not old:
        return f"new service {name}"
    if not new:
        return f"removed service {name}"
    if [_size(each) for each in old] == [_size(each) for each in new]:
        was, will_be = (sum(each.low for each in side) for side in (old, new))
        return f"{name} with {will_be} {'task' if will_be == 1 else 'tasks'} instead of {was}"
    was_said, will_be_said = (
        " and ".join(f"{each.low} x {_size(each)}" for each in side) for side in (old, new)
    )
    return f"{name} with {will_be_said} instead of {was_said}"


def _size(tasks: Tasks) -> str:
    on = " on ARM64" if tasks.arm else ""
    return f"{tasks.cpu / 1024:g} vCPU and {tasks.memory / 1024:g} GB{on}"


# --- what is said


def cost_consequences(change: CostChange | None) -> Iterator[Consequence]:
    """What the stack costs from now on, and what that leaves out."""
    if change is None:
        return
    (was, will_be), difference = change.regions, change.difference
    old, new = dollars(change.old), dollars(change.new)
    if was != will_be:
        old, new = f"{old} in {was}", f"{new} a month in {will_be}"
    else:
        new = f"{new} a month"
    without = ", ".join(PARTS[part] for part in change.unpriced)
    yield Consequence(
        f"Before traffic{f' and without what has no known price ({without})' if without else ''}, the stack "
        f"costs about USD {new} instead of {old} ({dollars(abs(difference))} "
        f"{'more' if difference > 0 else 'less'}): {{}}.",
        tuple(f"{each.what} ({_signed(each.difference)})" for each in change.causes),
    )
    yield from about_names(change.uncounted, _UNCOUNTED)


_UNCOUNTED = "{}: not in these costs; the files do not tell what [it costs|they cost]."


def _signed(difference: float) -> str:
    return f"{'+' if difference > 0 else ''}{dollars(difference)}"


def as_json(change: CostChange | None) -> dict[str, Any] | None:
    """As plain data. Sums are in USD a month and not rounded."""
    if change is None:
        return None
    return {
        "old": change.old,
        "new": change.new,
        "difference": change.difference,
        "causes": [each._asdict() for each in change.causes],
        "unpriced": list(change.unpriced),
        "uncounted": list(change.uncounted),
    }
