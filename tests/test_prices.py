"""What AWS charges: the table with its sources, and the files of prices that users lay over it."""

from __future__ import annotations

import copy
import json
import re
import time
from collections.abc import Mapping
from itertools import dropwhile
from math import inf
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import laws
from support.accepted import committed

from tfgen import facts
from tfgen.facts import prices
from tfgen.facts.prices import (
    CONFIDENCES,
    PARTS,
    Price,
    PriceList,
    Source,
    nearest_priced,
    price_list,
    replaced,
)
from tfgen.problems import Exit, TfgenError

ROOT = Path(__file__).parent.parent
TABLE = ROOT / "tfgen" / "facts" / "prices.json"
DOCUMENT = ROOT / "docs" / "prices.md"
TEXT = TABLE.read_text(encoding="utf-8")
REGIONS = list(json.loads(TEXT)["regions"])
NONE = PriceList("us-east-1", {})


def usd(of: PriceList) -> dict[str, float]:
    return {part: price.usd for part, price in of.prices.items()}


# --- the table

# Researched apart from the table: NAT gateway (an hour, and a GB), interface endpoint, load balancer, LCU,
# vCPU and GB of memory on x86, the same on ARM; None where nothing was found then.
RESEARCHED = {
    "us-east-1": (0.045, 0.01, 0.0225, 0.008, 0.04048, 0.004445, 0.03238, 0.00356),
    "us-east-2": (0.045, 0.01, 0.0225, None, 0.04048, 0.004445, 0.03238, 0.00356),
    "us-west-2": (0.045, 0.01, 0.0225, None, 0.04048, 0.004445, None, None),
    "us-west-1": (0.048, None, None, None, 0.04656, 0.00511, None, None),
    "ca-central-1": (0.05, None, None, None, 0.04456, 0.004865, None, None),
    "eu-west-1": (0.048, 0.011, 0.0252, 0.008, 0.04048, 0.004445, 0.03238, 0.00356),
    "eu-west-2": (0.05, 0.011, 0.02646, 0.0084, 0.04656, 0.00511, 0.03725, 0.00409),
    "eu-west-3": (0.05, None, None, None, 0.0486, 0.0053, None, None),
    "eu-central-1": (0.052, 0.012, 0.027, 0.008, 0.04656, 0.00511, None, None),
    "eu-north-1": (0.046, None, None, None, 0.0445, 0.0049, None, None),
    "eu-south-1": (None, None, None, None, 0.0486, 0.0053, None, None),
    "ap-northeast-1": (0.062, 0.014, None, None, 0.05056, 0.00553, None, None),
    "ap-northeast-2": (0.059, None, None, None, 0.04656, 0.00511, None, None),
    "ap-northeast-3": (0.062, None, None, None, None, None, None, None),
    "ap-southeast-1": (0.059, 0.013, 0.0252, 0.008, 0.05056, 0.00553, 0.04045, 0.00442),
    "ap-southeast-2": (0.059, None, None, None, 0.04856, 0.00532, 0.03885, 0.00426),
    "ap-south-1": (0.056, 0.013, None, None, 0.04256, 0.004655, 0.02383, 0.00261),
    "ap-east-1": (0.065, None, None, None, 0.0556, 0.0061, None, None),
    "sa-east-1": (0.093, None, None, None, 0.0696, 0.0076, 0.0557, 0.00612),
    "me-south-1": (0.0528, None, None, None, 0.0526, 0.0058, None, None),
    "af-south-1": (None, None, None, None, 0.0546, 0.006, None, None),
    "us-gov-east-1": (0.054, None, None, None, 0.0486, 0.0053, None, None),
    "us-gov-west-1": (0.054, None, None, None, 0.0486, 0.0053, None, None),
}
COLUMNS = (
    "nat_hour", "endpoint_hour", "load_balancer_hour", "lcu_hour",
    "vcpu_hour", "memory_gb_hour", "arm_vcpu_hour", "arm_memory_gb_hour",
)  # fmt: skip


@pytest.mark.parametrize("region", RESEARCHED)
def test_the_table_has_the_prices_of_the_research(region: str) -> None:
    found = usd(price_list(region))
    expected = {p: v for p, v in zip(COLUMNS, RESEARCHED[region], strict=True) if v is not None}
    assert {part: found.get(part) for part in expected} == expected


@pytest.mark.parametrize(
    ("region", "part", "price"),
    [
        ("us-east-1", "public_ipv4_hour", 0.005),
        ("us-gov-west-1", "public_ipv4_hour", 0.005),
        ("us-east-1", "storage_gb_hour", 0.000111),
        ("eu-west-2", "storage_gb_hour", 0.000129),
        ("us-east-1", "spot_vcpu_hour", 0.01288871),
        ("us-east-1", "spot_memory_gb_hour", 0.00141527),
        ("us-east-1", "spot_arm_vcpu_hour", 0.01030969),
        ("us-east-1", "spot_arm_memory_gb_hour", 0.00113349),
        ("eu-west-1", "spot_vcpu_hour", 0.01224056),
        ("eu-west-1", "spot_memory_gb_hour", 0.0013441),
        ("us-east-1", "cross_zone_gb", 0.01),
        ("ap-northeast-1", "endpoint_gb", 0.01),
    ],
)
def test_the_table_has_the_other_prices_of_the_research(region: str, part: str, price: float) -> None:
    assert price_list(region).prices[part].usd == price


def test_data_of_endpoints_has_the_tiers_of_the_price_list() -> None:
    """1 PB are 1,048,576 GB there."""
    tiers = ((1_048_576, 0.01), (5_242_880, 0.006), (inf, 0.004))
    assert price_list("us-east-1").prices["endpoint_gb"].tiers == tiers


@pytest.mark.parametrize("region", REGIONS)
def test_every_price_says_where_it_is_from(region: str) -> None:
    for part, price in price_list(region).prices.items():
        source = price.source
        text, date, confidence = source.text, source.date, source.confidence
        assert text, part
        assert re.fullmatch(r"20[12]\d(-(0[1-9]|1[0-2]))?", date), part
        assert confidence in CONFIDENCES, part


def test_the_table_has_regions_of_aws_and_every_source_is_used() -> None:
    table = json.loads(TEXT)
    assert set(REGIONS) <= set(facts.regions())
    rows = [row for rows in (table["everywhere"], *table["regions"].values()) for row in rows]
    assert {row["source"] for row in rows} == set(table["sources"])


@pytest.mark.parametrize("region", REGIONS)
def test_no_part_of_a_region_has_two_prices(region: str) -> None:
    parts = [part for row in json.loads(TEXT)["regions"][region] for part in row if part != "source"]
    assert sorted(parts) == sorted(set(parts))


# Wide enough for every Region of AWS and for years, and narrower than a slip of the decimal point.
BOUNDS = {
    "nat_hour": (0.03, 0.2),
    "nat_gb": (0.03, 0.2),
    "endpoint_hour": (0.008, 0.04),
    "endpoint_gb": (0.005, 0.02),
    "load_balancer_hour": (0.02, 0.05),
    "lcu_hour": (0.006, 0.02),
    "vcpu_hour": (0.03, 0.09),
    "memory_gb_hour": (0.003, 0.009),
    "arm_vcpu_hour": (0.02, 0.07),
    "arm_memory_gb_hour": (0.002, 0.007),
    "spot_vcpu_hour": (0.008, 0.05),
    "spot_memory_gb_hour": (0.0008, 0.005),
    "spot_arm_vcpu_hour": (0.006, 0.04),
    "spot_arm_memory_gb_hour": (0.0006, 0.004),
    "storage_gb_hour": (0.00009, 0.0003),
    "public_ipv4_hour": (0.004, 0.006),
    "logs_gb": (0.4, 1.5),
    "logs_stored_gb_month": (0.02, 0.06),
    "cross_zone_gb": (0.008, 0.02),
    "ecr_gb_month": (0.09, 0.2),
}


@pytest.mark.parametrize("region", REGIONS)
def test_the_prices_are_of_the_right_size(region: str) -> None:
    found = usd(price_list(region))
    assert {
        part: price for part, price in found.items() if not BOUNDS[part][0] < price < BOUNDS[part][1]
    } == {}
    if "nat_gb" in found:
        assert found["nat_gb"] == found["nat_hour"]
    for kind in ("", "arm_", "spot_", "spot_arm_"):
        if f"{kind}vcpu_hour" in found:  # AWS prices a GB at a ninth of a vCPU
            assert 9 < found[f"{kind}vcpu_hour"] / found[f"{kind}memory_gb_hour"] < 9.3
    for cheaper, dearer in (("arm_vcpu_hour", "vcpu_hour"), ("spot_vcpu_hour", "vcpu_hour")):
        if cheaper in found:
            assert found[cheaper] < found[dearer]


def test_every_part_is_described_and_priced_somewhere() -> None:
    assert list(PARTS) == list(BOUNDS)
    assert set(PARTS) == set(price_list("us-east-1").prices)
    assert all(PARTS.values())


def test_the_table_is_a_file_that_users_may_give() -> None:
    for region in REGIONS:
        assert replaced(PriceList(region, {}), TEXT, "prices.json").prices == price_list(region).prices


@pytest.mark.parametrize("region", ["eu-central-2", "cn-north-1", "mars-1", ""])
def test_an_unknown_region_has_no_prices(region: str) -> None:
    assert price_list(region) == PriceList(region, {})


@pytest.mark.parametrize(
    ("region", "nearest"),
    [
        ("eu-central-2", "eu-central-1"),
        ("eu-south-2", "eu-central-1"),
        ("eu-west-2", "eu-west-2"),
        ("us-west-7", "us-west-1"),
        ("ap-southeast-5", "ap-southeast-1"),
        ("ap-northeast-3", "ap-northeast-1"),
        ("ca-west-1", "ca-central-1"),
        ("mx-central-1", "us-east-1"),
        ("us-gov-west-1", "us-east-1"),
        ("", "us-east-1"),
    ],
)
def test_the_nearest_region_with_prices(region: str, nearest: str) -> None:
    assert nearest_priced(region) == nearest


def test_the_date_is_that_of_the_oldest_price_and_unconfirmed_ones_are_told() -> None:
    def price(date: str, confidence: str) -> Price:
        return Price(0.1, Source("a note", date, confidence))

    some = {
        "nat_hour": price("2026-10", "confirmed"),
        "nat_gb": price("2025-12", "unconfirmed"),
        "lcu_hour": price("", "single source"),
    }
    assert PriceList("us-east-1", some).date == "2025-12"
    assert PriceList("us-east-1", some).unconfirmed == ("nat_gb",)
    assert PriceList("us-east-1", {"lcu_hour": some["lcu_hour"]}).date == ""
    assert NONE.date == ""


def test_a_lookup_is_fast_although_nothing_was_read() -> None:
    def took() -> float:
        prices._table.cache_clear()
        begun = time.perf_counter()
        price_list("eu-west-1")
        return time.perf_counter() - begun

    assert min(took() for _ in range(20)) < 0.001


# --- docs/prices.md


def with_table(page: str, head: str, rows: list[str]) -> str:
    """A page whose table with this head has these rows."""
    before, after = page.split(f"{head}\n", 1)
    ruler, *below = after.split("\n")
    rest = "\n".join(dropwhile(lambda line: line.startswith("|"), below))
    return "\n".join([before + head, ruler, *rows, rest])


def test_the_document_lists_the_parts_and_the_sources() -> None:
    page = DOCUMENT.read_text(encoding="utf-8")
    page = with_table(
        page, "| part | price of one |", [f"| `{part}` | {unit} |" for part, unit in PARTS.items()]
    )
    rows = [
        f"| {name} | {row['source']} | {row['date']} | {row['confidence']} |"
        for name, row in json.loads(TEXT)["sources"].items()
    ]
    page = with_table(page, "| name | source | date | confidence |", rows)
    assert committed(DOCUMENT, page) == page, "run: make accept"


def test_the_examples_of_the_document_are_files_of_prices() -> None:
    page = DOCUMENT.read_text(encoding="utf-8")
    whole = page.split("```json\n")[1].split("```")[0]
    swiss = replaced(PriceList("eu-central-2", {}), whole, "prices.json")
    assert usd(swiss) == {
        "nat_hour": 0.05, "nat_gb": 0.05, "endpoint_gb": 0.01, "load_balancer_hour": 0.029, "vcpu_hour": 0.05,
        "memory_gb_hour": 0.0055, "logs_gb": 0.4,
    }  # fmt: skip
    short = next(part for part in page.split("`") if part.startswith('{"regions"'))
    assert usd(replaced(NONE, short, "prices.json")) == {"nat_hour": 0.04}


# --- files of users


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{}", {}),
        ('\ufeff{"currency": "USD"}', {}),
        ('{"regions": {"us-east-1": {"nat_hour": 0.04}}}', {"nat_hour": 0.04}),
        ('{"regions": {"us-east-1": {"nat_hour": 0}}}', {"nat_hour": 0.0}),
        ('{"regions": {"us-east-1": [{"nat_hour": 1}, {"nat_gb": 4e-2}]}}', {"nat_hour": 1, "nat_gb": 0.04}),
        ('{"regions": {"eu-west-1": {"nat_hour": 0.04}}}', {}),
        ('{"regions": {"mars-1": {"nat_hour": 0.04}}}', {}),
        ('{"everywhere": {"nat_hour": 0.04}}', {"nat_hour": 0.04}),
        ('{"everywhere": {"nat_hour": 1}, "regions": {"us-east-1": {"nat_hour": 2}}}', {"nat_hour": 2.0}),
        ('{"everywhere": {"nat_hour": 1}, "regions": {"us-east-1": {"nat_hour": null}}}', {}),
    ],
)  # fmt: skip
def test_a_file_of_prices(text: str, expected: Mapping[str, float]) -> None:
    assert usd(replaced(NONE, text, "my.json")) == expected


def test_a_file_replaces_what_it_has_and_nothing_else() -> None:
    public = price_list("us-east-1")
    own = replaced(public, '{"regions": {"us-east-1": {"nat_hour": 0.03, "lcu_hour": null}}}', "my.json")
    assert own.prices["nat_hour"] == Price(0.03, Source("my.json", "", "confirmed"))
    assert "lcu_hour" not in own.prices
    others = set(PARTS) - {"nat_hour", "lcu_hour"}
    assert {part: own.prices[part] for part in others} == {part: public.prices[part] for part in others}
    assert list(own.prices) == [part for part in PARTS if part != "lcu_hour"]


def test_a_file_names_its_sources() -> None:
    text = """{
      "sources": {
        "contract": {"source": "our contract", "date": "2026-11", "confidence": "confirmed"},
        "guess": {"source": "a guess", "confidence": "unconfirmed"}
      },
      "regions": {"us-east-1": [
        {"source": "contract", "nat_hour": 0.03},
        {"source": "guess", "endpoint_gb": [[1000, 0.01], [2000, 0.005], 0.001]}
      ]}
    }"""
    own = replaced(NONE, text, "my.json")
    assert own.prices == {
        "nat_hour": Price(0.03, Source("our contract", "2026-11", "confirmed")),
        "endpoint_gb": Price(
            0.01, Source("a guess", "", "unconfirmed"), ((1000.0, 0.01), (2000.0, 0.005), (inf, 0.001))
        ),
    }
    assert own.unconfirmed == ("endpoint_gb",)


def in_region(row: str) -> str:
    return '{\n  "regions": {\n    "us-east-1": ' + row + "\n  }\n}"


def in_source(more: str) -> str:
    return '{"sources": {"a": {"source": "a note",\n' + more + "}}}"


WRONG_PRICE = "the value of nat_hour is not a price: write USD as a number from 0 to 1000, such as 0.045"
WRONG_TIERS = (
    "these are not tiers of prices: "
    "write [[1000000, 0.01], 0.006]: limits in GB a month with their prices, and the price above them"
)
NO_SOURCE = "this source is not in sources: add it there, or remove it here"
NO_TEXT = 'has no text: write {"source": "our contract", "date": "2026-10", "confidence": "confirmed"}'
EXAMPLE = 'write {"regions": {"us-east-1": {"nat_hour": 0.045}}}'


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", ":1: this is not JSON: Expecting value"),
        ('{\n  "regions": {,\n}', ":2: this is not JSON: Expecting property name enclosed in double quotes"),
        ("[" * 100_000, f": this is nested too deeply for a list of prices: {EXAMPLE}"),
        ("[]", f": a list of prices is an object: {EXAMPLE}"),
        ("1e999", f": a list of prices is an object: {EXAMPLE}"),
        ('{\n"region": {}}', ':2: unknown key "region": did you mean regions?'),
        ('{"currency":\n"EUR"}', ":1: the currency is not USD: convert the prices to USD"),
        ('{"regions": []}', f":1: regions is not an object: {EXAMPLE}"),
        ('{"everywhere": 5}', ':1: prices are an object: write {"nat_hour": 0.045}'),
        (in_region("[7]"), ':3: prices are an object: write {"nat_hour": 0.045}'),
        (in_region('{"nat_hours": 0.04}'), ':3: unknown part "nat_hours": did you mean nat_hour?'),
        (in_region('{"\\u001b[31m": 1}'), f':3: unknown part "\\x1b[31m": write source, {", ".join(PARTS)}'),
        (in_region('{"nat_gb": [[1000, 0.01], 0.006]}'), ":3: nat_gb has no tiers: write one price"),
        (in_region('{"nat_gb": 1,\n"nat_gb": 2}'),
         ':4: "nat_gb" is here twice: remove it here, or in line 3'),
        (in_region('{"source": "x", "nat_gb": 1}'), f":3: {NO_SOURCE}"),
        (in_region('{"source": ["x"]}'), f":3: {NO_SOURCE}"),
        ('{"sources": []}', ':1: sources is not an object: write {"contract": {"source": "our contract"}}'),
        ('{"sources": {\n"a": {}}}', f':2: the source "a" {NO_TEXT}'),
        ('{"sources": {\n"a": {"source": 1}}}', f':2: the source "a" {NO_TEXT}'),
        (in_source('"date": "10/2026"'), ':2: the date is not a month: write it as "2026-10"'),
        (in_source('"confidence": []'), f":2: unknown confidence: write {', '.join(CONFIDENCES)}"),
        (in_source('"dates": ""'), ':2: unknown key "dates": did you mean date?'),
    ],
)  # fmt: skip
def test_a_wrong_file_is_refused_with_its_line_and_a_hint(text: str, line: str) -> None:
    with pytest.raises(TfgenError) as error:
        replaced(NONE, text, "my.json")
    assert error.value.code == Exit.WRONG_USAGE
    assert error.value.message.splitlines()[-1].strip() == f"my.json{line}"


@pytest.mark.parametrize(
    "price",
    ["-0.01", "true", "false", '"0.04"', "NaN", "Infinity", "-Infinity", "1e999", "1" * 5000, "1000.5", "{}"],
)
def test_a_wrong_price_is_refused(price: str) -> None:
    with pytest.raises(TfgenError, match=re.escape(f"my.json:3: {WRONG_PRICE}")):
        replaced(NONE, in_region('{"nat_hour": ' + price + "}"), "my.json")


@pytest.mark.parametrize(
    "tiers",
    [
        "[]", "[0.01]", "[[1000, 0.01]]", "[[1000], 0.01]", "[[1000, 0.01], -1]", "[[1000, true], 0.01]",
        "[[0, 0.01], 0.006]", "[[2000, 0.01], [1000, 0.006], 0.004]", "[[1e999, 0.01], 0.006]",
        '[["1000", 0.01], 0.006]', "[null, 0.01]",
    ],
)  # fmt: skip
def test_wrong_tiers_are_refused(tiers: str) -> None:
    with pytest.raises(TfgenError, match=re.escape(f"my.json:3: {WRONG_TIERS}")):
        replaced(NONE, in_region('{"endpoint_gb": ' + tiers + "}"), "my.json")


def test_everything_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(TfgenError) as error:
        replaced(
            NONE, '{"everywhere": {"nat_hour": -1},\n"regions": {"mars-1": [{}, {"lcu": 1}]}}', "my.json"
        )
    assert error.value.message.splitlines() == [
        "these prices cannot be used:",
        f"  my.json:1: {WRONG_PRICE}",
        '  my.json:2: unknown part "lcu": did you mean lcu_hour?',
    ]


def test_of_many_mistakes_the_first_are_told() -> None:
    rows = {f"region {number}": {"nat": number} for number in range(50_000)}
    begun = time.perf_counter()
    with pytest.raises(TfgenError) as error:
        replaced(NONE, json.dumps({"regions": rows}), "my.json")
    assert time.perf_counter() - begun < 10  # a comparison of every name takes far longer
    lines = error.value.message.splitlines()
    assert (len(lines), lines[-1]) == (22, "  and more")


NUMBERS = st.one_of(st.integers(), st.floats(), st.booleans(), st.none(), st.text(max_size=3))
NAMES = st.sampled_from([
    "currency", "sources", "everywhere", "regions", "us-east-1", "source", "date", "confidence", "nat_hour",
    "nat_gb", "endpoint_gb", "USD", "a", "",
])  # fmt: skip
ANYTHING = st.recursive(
    NUMBERS | NAMES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=5),
    max_leaves=20,
)


def gives_prices_or_an_error(text: str) -> None:
    try:
        message, found = "my.json", replaced(price_list("us-east-1"), text, "my.json")
    except TfgenError as error:
        message, found = error.message, NONE
    assert "my.json" in message
    assert all(line.isprintable() for line in message.split("\n"))
    assert all(0 <= price.usd <= 1000 for price in found.prices.values())


@laws(100)
@given(ANYTHING)
def test_any_json_is_a_list_of_prices_or_an_error(value: Any) -> None:
    gives_prices_or_an_error(json.dumps(value))


@laws(100)
@given(st.binary(max_size=60) | st.text(alphabet='{}[],:"\\ntfe019-. ', max_size=60).map(str.encode))
def test_any_bytes_are_a_list_of_prices_or_an_error(content: bytes) -> None:
    gives_prices_or_an_error(content.decode("utf-8", "surrogateescape"))


@laws(60)
@given(st.data())
def test_a_changed_table_is_a_list_of_prices_or_an_error(data: st.DataObject) -> None:
    begin = data.draw(st.integers(0, len(TEXT)))
    end = data.draw(st.integers(begin, min(len(TEXT), begin + 40)))
    gives_prices_or_an_error(
        TEXT[:begin] + data.draw(st.text(alphabet='{}[],:"0-x', max_size=4)) + TEXT[end:]
    )


@laws(60)
@given(st.data())
def test_a_table_with_another_value_is_a_list_of_prices_or_an_error(data: st.DataObject) -> None:
    table = copy.deepcopy(json.loads(TEXT))
    inside: Any = table
    while True:
        places = list(inside) if isinstance(inside, dict) else list(range(len(inside)))
        place = data.draw(st.sampled_from(places))
        if not isinstance(inside[place], dict | list) or not inside[place] or data.draw(st.booleans()):
            break
        inside = inside[place]
    inside[place] = data.draw(ANYTHING)
    gives_prices_or_an_error(json.dumps(table))
