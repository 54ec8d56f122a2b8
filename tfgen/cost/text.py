"""A bill as text: its items, every egress side by side, the break-even, and what all of that assumes."""

from collections.abc import Iterator, Sequence

from tfgen.cost.bill import NOT_COUNTED, Bill, break_evens, date_of, used_parts
from tfgen.cost.charges import (
    CLIENTS,
    EGRESS,
    GROUPS,
    INTERNET,
    TRAFFIC,
    Cost,
    Item,
    cost_of,
    unpriced,
    way_of,
)
from tfgen.cost.short import amount, dollars
from tfgen.cost.ways import BreakEven, Way, WayCost
from tfgen.facts.prices import PARTS
from tfgen.texts import in_line, wrapped_text

_WIDTH = 100


def as_text(bill: Bill) -> str:
    """The whole bill, in lines."""
    parts = [
        [_head(bill)],
        _table(bill),
        _ways_table(bill),
        [_sentence(each) for each in break_evens(bill)],
        list(_notes(bill)),
    ]
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def _head(bill: Bill) -> str:
    about = "at least" if bill.unpriced else "about"
    return f"{bill.name} ({bill.inventory.region}): {about} USD {amount(bill.total)} a month"


def _table(bill: Bill) -> list[str]:
    rows: list[tuple[str, str, str, str]] = []
    for group in GROUPS:
        items = bill.of_group(group)
        for index, item in enumerate(items):
            title = group if index == 0 else ""
            rows.append((title, _name(item), _cost_text(item, bill), _remark(item, bill)))
        if group == TRAFFIC and items:
            rows.append(("", "for the traffic", amount(bill.traffic), ""))
        elif group == GROUPS[-2]:
            rows.append(("", "before any traffic", amount(bill.fixed), ""))
    rows.append(("total", "", amount(bill.total), ""))
    return _aligned(("", "", "USD a month", ""), rows)


def _name(item: Item) -> str:
    return f"{item.name}: {item.detail}" if item.detail else item.name


def _cost_text(item: Item, bill: Bill) -> str:
    if not item.quantities:
        if not item.is_counted:
            return "not counted"
        return "none" if item.group == TRAFFIC and not way_of(item.name, bill.inventory) else "free"
    cost = cost_of((item,), bill.prices)
    if unpriced((item,), bill.prices):
        return f"at least {amount(cost)}" if cost.high else "unknown"
    return amount(cost)


def _remark(item: Item, bill: Bill) -> str:
    """What NAT gateways would charge for what a gateway endpoint carries: it is where the money goes."""
    if item.group == EGRESS and "gateway endpoint" in item.name and bill.spared:
        return f"NAT gateways would charge {dollars(bill.spared)}"
    return ""


def _ways_table(bill: Bill) -> list[str]:
    if not bill.ways:
        return []
    rows = [
        ("*" if way.own else "", way.name, *_way_numbers(cost), _verdict(way, bill))
        for way, cost in bill.ways
    ]
    return _aligned(("", "egress (* is this spec's)", "fixed", "traffic", "USD a month", ""), rows)


def _way_numbers(cost: WayCost | None) -> tuple[str, str, str]:
    if not cost:
        return "", "", ""
    if cost.unpriced:
        return "unknown", "unknown", "unknown"
    return amount(cost.fixed), dollars(cost.traffic), amount(cost.total)


def _verdict(way: Way, bill: Bill) -> str:
    """Whether the stack works with an egress."""
    if way.refused:
        return f"no: {in_line(way.refused)}"
    if way.egress != "endpoints" or not way.inventory or not bill.inventory.tasks:
        return ""
    left_out = [
        kind for kind, gigabytes in bill.assumed.traffic if gigabytes and kind not in (CLIENTS, INTERNET)
    ]
    left_out = [kind for kind in left_out if not way_of(kind, way.inventory)]
    remarks = [f"without the traffic to {', '.join(left_out)}, which needs an endpoint"] if left_out else []
    if not way.own or dict(bill.assumed.traffic).get(INTERNET):
        remarks.insert(0, "if no task connects to the internet")
    return "; ".join(remarks)


def _aligned(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows in columns; those under a title in the head, but for the first two, to the right."""
    table = [head, *rows]
    widths = [max(len(row[column]) for row in table) for column in range(len(head) - 1)]
    return [
        "  ".join(
            cell
            if column == len(widths)
            else cell.rjust(widths[column])
            if column > 1
            else cell.ljust(widths[column])
            for column, cell in enumerate(row)
        ).rstrip()
        for row in table
    ]


def _sentence(found: BreakEven) -> str:
    below, above = found.below.name, found.above.name
    if found.same:
        return f"{below} and {above} cost the same."
    if found.gigabytes < 0.5:
        return f"{above} costs less than {below} from the first GB a month to AWS services on."
    if found.gigabytes == float("inf"):
        return f"{below} always costs less than {above}."
    text = f"{below} costs less than {above} up to {found.gigabytes:,.0f} GB a month to AWS services"
    if found.in_zone != found.gigabytes:
        limit = "whatever the traffic" if found.in_zone == float("inf") else f"up to {found.in_zone:,.0f} GB"
        text += f" ({limit} if none of it crosses zones)"
    return f"{text}."


def _notes(bill: Bill) -> Iterator[str]:
    """What the numbers depend on, and what they leave out."""
    traffic = ", ".join(f"{kind} {gigabytes}" for kind, gigabytes in bill.assumed.traffic)
    yield from _note(
        "Assumed",
        f"{bill.assumed.hours} hours; GB a month: {traffic}. Set them under cost: in the spec, or by "
        "--traffic, --hours and --tasks.",
    )
    yield from _note("Prices", _prices(bill))
    if bill.jobs:
        hours = ", ".join(_hour_of_job(item, bill) for item in bill.jobs)
        yield from _note("Jobs", f"they cost while they run, which is not counted; an hour of {hours}.")
    yield from _note("Not counted", "; ".join(NOT_COUNTED) + ".")


def _hour_of_job(item: Item, bill: Bill) -> str:
    if not item.is_counted:
        return f"{item.name}, at a price that varies"
    if unpriced((item,), bill.prices):
        return f"{item.name} at an unknown price"
    return f"{item.name} USD {cost_of((item,), bill.prices).high:.3f}"


def _prices(bill: Bill) -> str:
    """Where the prices of this bill and of every egress beside it are from."""
    return "; ".join(_origins(bill)) + "."


def _origins(bill: Bill) -> Iterator[str]:
    prices, used = bill.prices, used_parts(bill)
    public = [part for part in used if part in prices.prices and part not in (*prices.own, *prices.assumed)]
    if public:
        yield f"public ones of {prices.region}, {date_of(bill, public)} or newer"
    if prices.own_file:
        own = _names(used, prices.own) or "none of these"
        yield f"from {in_line(prices.own_file)}: {own}"
    if borrowed := _names(used, prices.assumed):
        yield f"those of {prices.assumed_from}, as asked: {borrowed}"
    if doubtful := _names(used, prices.unconfirmed):
        yield f"unconfirmed: {doubtful}"
    if unknown := _names(used, [part for part in used if part not in prices.prices]):
        yield f"unknown, so in no sum: {unknown} (add them with --prices or --assume-region)"
    if not used:
        yield "none are needed"


def _names(used: Sequence[str], parts: Sequence[str]) -> str:
    """The names of the parts that are used."""
    return ", ".join(PARTS[part] for part in used if part in parts)


def _note(title: str, text: str) -> list[str]:
    return wrapped_text(f"{title}: {text}", _WIDTH, "  ").splitlines()


def sum_of(bills: Sequence[Bill]) -> str:
    """What several stacks cost together."""
    about = "at least" if any(bill.unpriced for bill in bills) else "about"
    total = Cost(sum(bill.total.low for bill in bills), sum(bill.total.high for bill in bills))
    return f"{len(bills)} stacks: {about} USD {amount(total)} a month"
