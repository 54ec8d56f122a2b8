"""What a stack costs, in a line: for a summary, a README, or the question that `tfgen init` asks."""

from msgspec import Struct

from tfgen.blueprint.model import Blueprint
from tfgen.cost.charges import EGRESS, Cost, Item, cost_of, fixed_items, unpriced
from tfgen.cost.inventory import take_inventory
from tfgen.facts.prices import PARTS, PriceList, price_list


class Short(Struct, frozen=True):
    """A month's cost before any traffic; empty texts where no price of the Region is known."""

    cost: str
    """Such as "USD 154.21", or "USD 142.49 to 196.55"."""
    date: str
    """The month of the oldest of its prices."""
    without: tuple[str, ...]
    """What is not in it, since its price is unknown."""

    @property
    def text(self) -> str:
        """Such as "about USD 154.21"; "at least" where something is not in it."""
        return f"{'at least' if self.without else 'about'} {self.cost}"


def dollars(amount: float) -> str:
    """An amount of USD in cents, half a cent up."""
    cents = int(abs(amount) * 100 + 0.5 + 1e-9)
    sign = "-" if amount < 0 and cents else ""
    return f"{sign}{cents // 100:,}.{cents % 100:02}"


def amount(cost: Cost) -> str:
    """A cost, or the range from that of a quiet month to that of a busy one."""
    low, high = dollars(cost.low), dollars(cost.high)
    return low if low == high else f"{low} to {high}"


def short_cost(blueprint: Blueprint) -> Short:
    """What a stack costs a month before any traffic."""
    items = fixed_items(take_inventory(blueprint), blueprint.cost.hours)
    return _shortened(items, price_list(blueprint.region))


def short_cost_of_egress(blueprint: Blueprint) -> Short:
    """What the egress of a stack costs a month before any traffic."""
    items = fixed_items(take_inventory(blueprint), blueprint.cost.hours)
    return _shortened(tuple(item for item in items if item.group == EGRESS), price_list(blueprint.region))


def _shortened(items: tuple[Item, ...], prices: PriceList) -> Short:
    used = {quantity.part for item in items for quantity in item.quantities}
    known = [prices.prices[part] for part in used if part in prices.prices]
    if used and not known:
        return Short("", "", ())
    date = min((price.source.date for price in known if price.source.date), default=prices.date)
    unknown = (PARTS[part] for part in unpriced(items, prices))
    without = tuple(dict.fromkeys((*unknown, *(item.name for item in items if not item.is_counted))))
    return Short(f"USD {amount(cost_of(items, prices))}", date, without)


def sentence(short: Short) -> str:
    """Such as "About USD 154.21 a month before traffic, at prices of 2026-09", or nothing."""
    if not short.cost:
        return ""
    without = f", without what has no known price ({', '.join(short.without)})" if short.without else ""
    return f"About {short.cost} a month before traffic, at prices of {short.date}{without}"
