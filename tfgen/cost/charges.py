"""What AWS charges for a stack in a month: items, each with the quantities that have a price.

Sources of the formulas: aws.amazon.com/vpc/pricing, /privatelink/pricing, /elasticloadbalancing/pricing,
/fargate/pricing and /cloudwatch/pricing (aws.md section 8).
"""

from collections.abc import Iterable, Iterator

from msgspec import Struct

from tfgen.blueprint.model import CostAssumptions
from tfgen.cost.inventory import FREE_STORAGE, Balancer, Inventory, Tasks
from tfgen.facts.prices import Price, PriceList

EGRESS, LOAD_BALANCER, SERVICES, TRAFFIC = "egress", "load balancer", "services", "traffic"
GROUPS = (EGRESS, LOAD_BALANCER, SERVICES, TRAFFIC)
INTERNET, CLIENTS, LOGS = "internet", "clients", "logs"
_ENDPOINTS = {"ecr": "ecr.dkr"}  # what images come from; their layers are traffic of s3
_MIB = 1024
_CPU_UNITS = 1024
_DAYS = 30  # of a month, as far as the storage of logs is concerned


class Quantity(Struct, frozen=True):
    """Units of a part of the price list, in a quiet and in a busy month."""

    part: str
    low: float
    high: float


class Item(Struct, frozen=True):
    """A line of the bill. An item without quantities is free."""

    group: str
    name: str
    detail: str
    quantities: tuple[Quantity, ...]
    is_counted: bool = True
    """Whether the stack is charged for it, if anybody is."""


class Cost(Struct, frozen=True):
    """USD a month, in a quiet and in a busy one."""

    low: float
    high: float

    def __add__(self, other: object) -> "Cost":
        if not isinstance(other, Cost):
            return NotImplemented
        return Cost(self.low + other.low, self.high + other.high)

    def __sub__(self, other: "Cost") -> "Cost":
        return Cost(self.low - other.low, self.high - other.high)


FREE = Cost(0.0, 0.0)


def price_of(quantity: Quantity, prices: PriceList) -> Cost:
    """What a quantity costs; nothing where its price is unknown, which `unpriced` tells."""
    price = prices.prices.get(quantity.part)
    return Cost(_usd(price, quantity.low), _usd(price, quantity.high)) if price else FREE


def _usd(price: Price, units: float) -> float:
    """Each tier of a price counts for the units in it."""
    if not price.tiers:
        return price.usd * units
    below, total = 0.0, 0.0
    for most, usd in price.tiers:
        total += usd * max(0.0, min(units, most) - below)
        below = most
    return total


def cost_of(items: Iterator[Item] | tuple[Item, ...], prices: PriceList) -> Cost:
    """What items cost together."""
    total = FREE
    for item in items:
        for quantity in item.quantities:
            total += price_of(quantity, prices)
    return total


def parts_of(items: tuple[Item, ...]) -> tuple[str, ...]:
    """The parts of which something is used."""
    used = (quantity.part for item in items for quantity in item.quantities if quantity.high)
    return tuple(dict.fromkeys(used))


def unpriced(items: tuple[Item, ...], prices: PriceList) -> tuple[str, ...]:
    """Those of them whose price is unknown."""
    return tuple(part for part in parts_of(items) if part not in prices.prices)


def list_items(inventory: Inventory, assumed: CostAssumptions) -> tuple[Item, ...]:
    """Every item: what is charged by the hour first, then what is charged by the GB."""
    return (*fixed_items(inventory, assumed.hours), *traffic_items(inventory, assumed))


def fixed_items(inventory: Inventory, hours: int) -> tuple[Item, ...]:
    """What exists costs its hours, whether anything passes through it or not."""
    return (
        *_egress_items(inventory, hours),
        *_balancer_items(inventory, hours),
        *(item for tasks in inventory.tasks for item in _task_items(tasks, hours)),
    )


def job_items(tasks: Iterable[Tasks]) -> tuple[Item, ...]:
    """An hour in which the tasks of a job run, for each job."""
    return tuple(item for each in tasks for item in _task_items(each, 1))


def _egress_items(inventory: Inventory, hours: int) -> Iterator[Item]:
    if count := inventory.nat_gateways:
        quantities = _hourly(count * hours, "nat_hour", "public_ipv4_hour")
        name = f"{_counted(count, 'NAT gateway')} with {'its address' if count == 1 else 'their addresses'}"
        yield Item(EGRESS, name, "", quantities)
    if endpoints := inventory.interface_endpoints:
        addresses = sum(zones for _, zones in endpoints)
        names = " ".join(service for service, _ in endpoints)
        quantities = _hourly(addresses * hours, "endpoint_hour")
        yield Item(
            EGRESS,
            _counted(len(endpoints), "interface endpoint"),
            f"{names}, in {inventory.zones} zones",
            quantities,
        )
    if inventory.gateway_endpoints:
        yield Item(
            EGRESS,
            _counted(len(inventory.gateway_endpoints), "gateway endpoint"),
            " ".join(inventory.gateway_endpoints),
            (),
        )
    public = [tasks for tasks in inventory.tasks if tasks.public]
    if public:
        low, high = sum(each.low for each in public), sum(each.high for each in public)
        name = (
            "public address of 1 task"
            if high == 1 == low
            else f"public addresses of {_range(low, high)} tasks"
        )
        yield Item(EGRESS, name, "", (Quantity("public_ipv4_hour", low * hours, high * hours),))


def _balancer_items(inventory: Inventory, hours: int) -> Iterator[Item]:
    for balancer in inventory.balancers:
        kind = "Network" if balancer.network else "Application"
        name = f"{kind} Load Balancer{_without_public_addresses(balancer)}"
        if balancer.network:
            detail = "its hours and NLCUs are not counted: their prices are not known here"
            yield Item(LOAD_BALANCER, name, detail, (), is_counted=False)
        else:
            yield Item(LOAD_BALANCER, name, "", _hourly(hours, "load_balancer_hour"))
        if balancer.public:
            addresses = _hourly(balancer.zones * hours, "public_ipv4_hour")
            yield Item(LOAD_BALANCER, f"{balancer.zones} public addresses", "one in each zone", addresses)
        if units := balancer.capacity:
            yield Item(LOAD_BALANCER, _counted(units, "reserved LCU"), "", _hourly(units * hours, "lcu_hour"))


def _without_public_addresses(balancer: Balancer) -> str:
    if balancer.internal:
        return ", internal"
    return "" if balancer.public else ", without public IPv4 addresses"


def _task_items(tasks: Tasks, hours: int) -> Iterator[Item]:
    arm = "arm_" if tasks.arm else ""
    vcpu, memory = tasks.cpu / _CPU_UNITS, tasks.memory / _MIB
    processor = ", ARM64" if tasks.arm else ""
    low, high = (tasks.on_demand(each) * hours for each in (tasks.low, tasks.high))
    more = tasks.storage - FREE_STORAGE
    storage = f", {tasks.storage} GB of storage" if more else ""
    text = f"{_range(tasks.low, tasks.high)} x {vcpu:g} vCPU, {memory:g} GB{processor}{storage}"
    if tasks.on_spot:
        detail = f"{text}: Spot is not counted, since its price varies"
        yield Item(SERVICES, f"{tasks.service}, on Spot", detail, (), is_counted=False)
        if not tasks.weights[0]:
            return
        text = f"{_average(tasks)} of {text} on demand"
    yield Item(
        SERVICES,
        tasks.service,
        text,
        (
            Quantity(f"{arm}vcpu_hour", low * vcpu, high * vcpu),
            Quantity(f"{arm}memory_gb_hour", low * memory, high * memory),
            *([Quantity("storage_gb_hour", low * more, high * more)] if more else []),
        ),
    )


def _average(tasks: Tasks) -> str:
    low, high = (f"{tasks.on_demand(each):.3g}" for each in (tasks.low, tasks.high))
    return low if low == high else f"{low} to {high}"


def traffic_items(inventory: Inventory, assumed: CostAssumptions) -> tuple[Item, ...]:
    """What passes through the stack, and how it does."""
    return tuple(
        item
        for kind, gigabytes in assumed.traffic
        for item in _items_of_traffic(kind, gigabytes, inventory, assumed.hours)
        if gigabytes
    )


def _items_of_traffic(kind: str, gigabytes: int, inventory: Inventory, hours: int) -> Iterator[Item]:
    if kind == CLIENTS:
        if not all(balancer.network for balancer in inventory.balancers):
            # An LCU is 1 GB an hour, to targets that are addresses; what is reserved is paid for already.
            reserved = sum(balancer.capacity for balancer in inventory.balancers) * hours
            detail = f"{gigabytes} GB through the load balancer, an LCU-hour each"
            beyond = f"{detail}, without those that are reserved" if reserved else detail
            yield Item(TRAFFIC, kind, beyond, _hourly(max(0, gigabytes - reserved), "lcu_hour"))
        return
    if not inventory.tasks:
        return
    is_counted = way_of(kind, inventory) != "given"
    yield Item(TRAFFIC, kind, *_by_way(kind, gigabytes, inventory), is_counted=is_counted)
    if kind == LOGS:
        yield _logs_item(gigabytes, inventory.log_retention)


def _logs_item(gigabytes: int, retention: int) -> Item:
    """What CloudWatch Logs receives, and stores once the first logs are old enough to be deleted."""
    received = f"{gigabytes} GB received by CloudWatch Logs"
    if not retention:
        detail = f"{received}, and never deleted"
        return Item(TRAFFIC, LOGS, detail, _hourly(gigabytes, "logs_gb"))
    stored = gigabytes * retention / _DAYS
    quantities = (*_hourly(gigabytes, "logs_gb"), *_hourly(stored, "logs_stored_gb_month"))
    return Item(TRAFFIC, LOGS, f"{received}, {stored:g} GB stored", quantities)


def way_of(kind: str, inventory: Inventory) -> str:
    """How traffic leaves the VPC: `gateway`, `interface`, `nat`, `public`, `given` by a VPC that exists, or
    nothing if it cannot."""
    endpoint = _ENDPOINTS.get(kind, kind)
    if endpoint in inventory.gateway_endpoints:
        return "gateway"
    if any(endpoint == service for service, _ in inventory.interface_endpoints):
        return "interface"
    if endpoint in inventory.given_endpoints or inventory.given_nat:
        return "given"
    return "nat" if inventory.nat_gateways else "public" if inventory.public_tasks else ""


def _by_way(kind: str, gigabytes: int, inventory: Inventory) -> tuple[str, tuple[Quantity, ...]]:
    """How traffic leaves, in words, and what it is charged as on the way."""
    return {
        "gateway": (f"{gigabytes} GB through the gateway endpoint", ()),
        "interface": (f"{gigabytes} GB through the interface endpoint", _hourly(gigabytes, "endpoint_gb")),
        "nat": (f"{gigabytes} GB through NAT gateways", nat_quantities(gigabytes, inventory)),
        "public": (f"{gigabytes} GB through the internet gateway", ()),
        "given": (f"{gigabytes} GB through what the VPC has", ()),
        "": (f"{gigabytes} GB, which no task can exchange", ()),
    }[way_of(kind, inventory)]


def nat_quantities(gigabytes: float, inventory: Inventory) -> tuple[Quantity, ...]:
    """Traffic through NAT gateways. Where zones share one, what comes from the others is charged on both
    sides of the border of its zone; tasks are spread over the zones evenly."""
    shared = max(0, inventory.zones - inventory.nat_gateways) / inventory.zones
    across = _hourly(2 * gigabytes * shared, "cross_zone_gb") if shared else ()
    return (*_hourly(gigabytes, "nat_gb"), *across)


def _hourly(units: float, *parts: str) -> tuple[Quantity, ...]:
    """The same number of units of some parts, in a quiet and in a busy month."""
    return tuple(Quantity(part, units, units) for part in parts)


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _range(low: int, high: int) -> str:
    return str(low) if low == high else f"{low} to {high}"
