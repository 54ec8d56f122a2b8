"""What AWS charges for the parts of a stack, in USD without tax: public prices, by Region.

The table has the form of a file for `tfgen cost --prices` (docs/prices.md); `replaced` lays the prices of
such a file over those of the table. The table lacks the prices for which no source was found.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache
from itertools import chain, islice, takewhile
from math import inf
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from msgspec import Struct
from msgspec.json import decode
from msgspec.structs import replace

from tfgen.problems import Exit, TfgenError, nearest_word
from tfgen.texts import in_line

_TABLE = Path(__file__).parent / "prices.json"

PARTS: Mapping[str, str] = MappingProxyType(
    {
        "nat_hour": "NAT gateway-hour",
        "nat_gb": "GB that a NAT gateway processes",
        "endpoint_hour": "hour of an interface endpoint in one zone",
        "endpoint_gb": "GB that interface endpoints process",
        "load_balancer_hour": "Application Load Balancer-hour",
        "lcu_hour": "LCU-hour of an Application Load Balancer",
        "vcpu_hour": "vCPU-hour of Fargate, x86",
        "memory_gb_hour": "GB-hour of memory of Fargate, x86",
        "arm_vcpu_hour": "vCPU-hour of Fargate, ARM",
        "arm_memory_gb_hour": "GB-hour of memory of Fargate, ARM",
        "spot_vcpu_hour": "vCPU-hour of Fargate Spot, x86",
        "spot_memory_gb_hour": "GB-hour of memory of Fargate Spot, x86",
        "spot_arm_vcpu_hour": "vCPU-hour of Fargate Spot, ARM",
        "spot_arm_memory_gb_hour": "GB-hour of memory of Fargate Spot, ARM",
        "storage_gb_hour": "GB-hour of ephemeral storage of Fargate above 20 GB",
        "public_ipv4_hour": "hour of a public IPv4 address",
        "logs_gb": "GB that CloudWatch Logs ingests, Standard class",
        "logs_stored_gb_month": "GB-month that CloudWatch Logs stores",
        "cross_zone_gb": "GB between zones, for each direction",
        "ecr_gb_month": "GB-month that ECR stores",
    }
)
"""What there are prices for, and the unit of each. Gateway endpoints are free and no part."""

CONFIDENCES = ("confirmed", "single source", "unconfirmed")

_TIERED = "endpoint_gb"
_CORE = ("nat_hour", "endpoint_hour", "load_balancer_hour", "vcpu_hour")
_MOST_USD = 1000  # a higher price is one of something else
_MOST_FAULTS = 20
_EXAMPLE = '{"regions": {"us-east-1": {"nat_hour": 0.045}}}'


class Source(Struct, frozen=True):
    """Where a price is from. `date` is a month such as "2026-10", or empty if the user's file has none."""

    text: str
    date: str
    confidence: str  # one of CONFIDENCES


class Price(Struct, frozen=True):
    """The price of one unit, with tiers that of the first.

    `tiers` are (GB a month up to which, USD), the last up to inf; () if there is one price for all.
    """

    usd: float
    source: Source
    tiers: tuple[tuple[float, float], ...] = ()


_NOWHERE = Source("", "", CONFIDENCES[2])


class PriceList(Struct, frozen=True):
    """The prices of a Region, by part; those without a known price are not in it."""

    region: str
    prices: Mapping[str, Price]
    assumed: tuple[str, ...] = ()
    """The parts whose prices are those of another Region, `assumed_from`."""
    assumed_from: str = ""
    own: tuple[str, ...] = ()
    """The parts whose prices are those of the user's file, `own_file`."""
    own_file: str = ""

    @property
    def date(self) -> str:
        """The oldest date of a price, such as "2026-10"; empty if no price has one."""
        return min((price.source.date for price in self.prices.values() if price.source.date), default="")

    @property
    def unconfirmed(self) -> tuple[str, ...]:
        """The parts whose price no source confirms."""
        return tuple(part for part, price in self.prices.items() if price.source.confidence == CONFIDENCES[2])


def price_list(region: str) -> PriceList:
    """The public prices of a Region; none if the table does not have the Region."""
    table = _table()
    return _listed(region, _prices(table, region, _NOWHERE) if region in table["regions"] else {})


def nearest_priced(region: str) -> str:
    """The Region of the same geography (eu, us, ap) with the most similar name, or us-east-1.

    Only Regions with prices of NAT gateways, interface endpoints, load balancers and Fargate count.
    """
    geography = region.partition("-")[0]
    priced = (
        name
        for name in sorted(_table()["regions"])
        if name.partition("-")[0] == geography and all(part in price_list(name).prices for part in _CORE)
    )
    return max(priced, key=lambda name: _in_common(name, region), default="us-east-1")


def _in_common(one: str, other: str) -> int:
    """How many characters two names begin with alike."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def replaced(prices: PriceList, text: str, file: str) -> PriceList:
    """The prices with those of a user's file laid over them: `text` is the content of `file`.

    What the file has for every Region counts, unless it has something else for this one. Raises TfgenError
    with a list of what is wrong with the file.
    """
    table = _parsed(text, file)
    places = list(_places(text))
    faults = list(islice(chain(_duplicates(places), _faults(table)), _MOST_FAULTS + 1))
    if faults:
        raise _refused(faults, dict(places), file)
    own = _prices(table, prices.region, Source(file, "", CONFIDENCES[0]))
    listed = _listed(prices.region, {**prices.prices, **own})
    return replace(
        listed,
        assumed=tuple(part for part in prices.assumed if part not in own),
        assumed_from=prices.assumed_from,
        own=tuple(part for part in listed.prices if part in own),
        own_file=file,
    )


def completed(prices: PriceList, region: str) -> PriceList:
    """The prices with those of another Region for the parts that have none."""
    others = price_list(region).prices
    assumed = tuple(part for part in others if part not in prices.prices)
    listed = _listed(prices.region, {**others, **prices.prices})
    return replace(listed, assumed=assumed, assumed_from=region)


def _listed(region: str, prices: Mapping[str, Price | None]) -> PriceList:
    """The known prices among these, in the order of PARTS."""
    known = {part: price for part in PARTS if (price := prices.get(part))}
    return PriceList(region, MappingProxyType(known))


_Table = dict[str, Any]
_Keys = tuple[str | int, ...]


@cache
def _table() -> _Table:
    content: _Table = decode(_TABLE.read_bytes())
    return content


def _prices(table: _Table, region: str, unsaid: Source) -> dict[str, Price | None]:
    """What a table has for a Region, None where it says that no price is known.

    `unsaid` is the source of rows that name none.
    """
    return {
        part: None if price is None else _price(price, _source(table, row, unsaid))
        for rows in (table.get("everywhere", []), table.get("regions", {}).get(region, []))
        for row in _rows(rows)
        for part, price in row.items()
        if part != "source"
    }


def _rows(rows: Any) -> Any:
    """A single row needs no list."""
    return rows if isinstance(rows, list) else [rows]


def _source(table: _Table, row: _Table, unsaid: Source) -> Source:
    if "source" not in row:
        return unsaid
    said = table["sources"][row["source"]]
    return Source(said["source"], said.get("date", ""), said.get("confidence", CONFIDENCES[0]))


def _price(price: Any, source: Source) -> Price:
    if not isinstance(price, list):
        return Price(float(price), source)
    *limited, rest = price
    tiers = (*((float(most), float(usd)) for most, usd in limited), (inf, float(rest)))
    return Price(tiers[0][1], source, tiers)


# --- what may be wrong with a user's file


class _Fault(NamedTuple):
    keys: _Keys  # where
    what: str
    hint: str


def _parsed(text: str, file: str) -> Any:
    """The content of a JSON file. All numbers are floats, those that are too large for one inf."""
    import json  # noqa: PLC0415 - only a user's file needs it

    try:
        return json.loads(text.removeprefix("\ufeff"), parse_int=float)
    except json.JSONDecodeError as error:
        message = f"{in_line(file)}:{error.lineno}: this is not JSON: {in_line(error.msg)}"
    except RecursionError:
        message = f"{in_line(file)}: this is nested too deeply for a list of prices: write {_EXAMPLE}"
    raise TfgenError(message=message, code=Exit.WRONG_USAGE)


def _places(text: str) -> Iterator[tuple[_Keys, int]]:
    """Every key of a JSON text with the keys around it, and its line."""
    import json  # noqa: PLC0415
    import re  # noqa: PLC0415

    around: list[str | int | None] = []  # the current key of each object, the current index of each list
    line, end = 1, 0
    for token in re.finditer(r'"(?:[^"\\]|\\.)*"|[{}\[\],]', text):
        match token[0]:
            case "{":
                around.append(None)
            case "[":
                around.append(0)
            case "}" | "]":
                around.pop()
            case ",":
                around[-1] = around[-1] + 1 if isinstance(around[-1], int) else None
            case key if around and around[-1] is None:
                around[-1] = json.loads(key)
                line, end = line + text.count("\n", end, token.start()), token.start()
                yield tuple(each for each in around if each is not None), line


def _duplicates(places: Iterable[tuple[_Keys, int]]) -> Iterator[_Fault]:
    first: dict[_Keys, int] = {}
    for keys, line in places:
        if keys in first:
            yield _Fault(
                keys, f'"{in_line(keys[-1])}" is here twice', f"remove it here, or in line {first[keys]}"
            )
        first.setdefault(keys, line)


def _refused(faults: list[_Fault], lines: Mapping[_Keys, int], file: str) -> TfgenError:
    """The faults as one error."""
    said = [f"{in_line(file)}{_at(fault.keys, lines)}: {fault.what}: {fault.hint}" for fault in faults]
    if len(said) > _MOST_FAULTS:
        said[_MOST_FAULTS:] = ["and more"]
    message = "\n  ".join(["these prices cannot be used:", *said])
    return TfgenError(message=message, code=Exit.WRONG_USAGE)


def _at(keys: _Keys, lines: Mapping[_Keys, int]) -> str:
    """`:4`, the line of a key or of the nearest_word one around it."""
    around = (keys[:length] for length in range(len(keys), 0, -1))
    return next((f":{lines[each]}" for each in around if each in lines), "")


def _faults(table: Any) -> Iterator[_Fault]:
    if not isinstance(table, dict):
        yield _Fault((), "a list of prices is an object", f"write {_EXAMPLE}")
        return
    yield from _unknown((), table, ("currency", "sources", "everywhere", "regions"), "key")
    if table.get("currency", "USD") != "USD":
        yield _Fault(("currency",), "the currency is not USD", "convert the prices to USD")
    sources = table.get("sources", {})
    yield from _source_faults(sources)
    known = sources if isinstance(sources, dict) else {}
    yield from _rows_faults(("everywhere",), table.get("everywhere", []), known)
    regions = table.get("regions", {})
    if not isinstance(regions, dict):
        yield _Fault(("regions",), "regions is not an object", f"write {_EXAMPLE}")
        return
    for region, rows in regions.items():
        yield from _rows_faults(("regions", region), rows, known)


def _unknown(keys: _Keys, given: Iterable[str], known: Collection[str], what: str) -> Iterator[_Fault]:
    for word in (each for each in given if each not in known):
        near = nearest_word(word, known)
        hint = f"did you mean {near}?" if near else f"write {', '.join(known)}"
        yield _Fault((*keys, word), f'unknown {what} "{in_line(word)}"', hint)


_SOURCE_HINT = 'write {"source": "our contract", "date": "2026-10", "confidence": "confirmed"}'


def _source_faults(sources: Any) -> Iterator[_Fault]:
    if not isinstance(sources, dict):
        yield _Fault(
            ("sources",), "sources is not an object", 'write {"contract": {"source": "our contract"}}'
        )
        return
    for key, source in sources.items():
        place = ("sources", key)
        if not isinstance(source, dict) or not isinstance(source.get("source"), str):
            yield _Fault(place, f'the source "{in_line(key)}" has no text', _SOURCE_HINT)
            continue
        yield from _unknown(place, source, ("source", "date", "confidence"), "key")
        if not _is_month(source.get("date", "")):
            yield _Fault((*place, "date"), "the date is not a month", 'write it as "2026-10"')
        if source.get("confidence", CONFIDENCES[0]) not in CONFIDENCES:
            yield _Fault((*place, "confidence"), "unknown confidence", f"write {', '.join(CONFIDENCES)}")


def _is_month(date: Any) -> bool:
    import re  # noqa: PLC0415

    return date == "" or (isinstance(date, str) and bool(re.fullmatch(r"\d{4}(-(0[1-9]|1[0-2]))?", date)))


def _rows_faults(keys: _Keys, rows: Any, sources: Collection[str]) -> Iterator[_Fault]:
    is_list = isinstance(rows, list)
    for index, row in enumerate(_rows(rows)):
        place = (*keys, index) if is_list else keys
        if not isinstance(row, dict):
            yield _Fault(place, "prices are an object", 'write {"nat_hour": 0.045}')
            continue
        yield from _unknown(place, row, ("source", *PARTS), "part")
        source = row.get("source")
        if "source" in row and not (isinstance(source, str) and source in sources):
            yield _Fault(
                (*place, "source"), "this source is not in sources", "add it there, or remove it here"
            )
        for part in PARTS:
            yield from _price_faults((*place, part), part, row.get(part))


_TIERS_HINT = (
    "write [[1000000, 0.01], 0.006]: limits in GB a month with their prices, and the price above them"
)


def _price_faults(keys: _Keys, part: str, price: Any) -> Iterator[_Fault]:
    if isinstance(price, list):
        if part != _TIERED:
            yield _Fault(keys, f"{part} has no tiers", "write one price")
        elif not _are_tiers(price):
            yield _Fault(keys, "these are not tiers of prices", _TIERS_HINT)
    elif price is not None and not _is_price(price):
        yield _Fault(
            keys,
            f"the value of {part} is not a price",
            f"write USD as a number from 0 to {_MOST_USD}, such as 0.045",
        )


def _is_price(value: Any) -> bool:
    return isinstance(value, float) and 0 <= value <= _MOST_USD


def _are_tiers(value: list[Any]) -> bool:
    *limited, rest = value or [None]
    pairs = [each for each in limited if isinstance(each, list) and len(each) == 2]
    if not pairs or len(pairs) < len(limited) or not all(map(_is_price, [rest, *(usd for _, usd in pairs)])):
        return False
    limits = [most for most, _ in pairs]
    rising = all(isinstance(most, float) and 0 < most < inf for most in limits)
    return rising and limits == sorted(set(limits))
