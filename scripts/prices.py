#!/usr/bin/env python3
"""Turns offer files of the AWS Price List into prices for `tfgen cost --prices` (docs/prices.md).

    scripts/prices.py FILE... > prices.json    the prices in these files
    scripts/prices.py --update FILE...         lay them over those in tfgen/facts/prices.json

FILE is the index.json of one service and one Region, which anybody may download:

    https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/SERVICE/current/REGION/index.json

with SERVICE one of AmazonEC2 (NAT gateways), AmazonVPC (endpoints, public IPv4 addresses), AWSELB, AmazonECS
(Fargate), AmazonCloudWatch (Logs), AmazonECR and AWSDataTransfer (between zones). Only the index.json files
are read, not index.csv. A file is read as a whole, but only what is needed of it is kept: memory is about
twice the size of the largest file, which is that of AmazonEC2 with a few hundred MB.

Fargate Spot is not in the Price List; prices of it stay as they are.
"""

import argparse
import json
import re
import sys
from collections.abc import Container, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

TABLE = Path(__file__).resolve().parents[1] / "tfgen" / "facts" / "prices.json"
TIERED = "endpoint_gb"
LOAD_BALANCERS = "Load Balancer-Application"
# The usage types by service, without the code of the Region (EU-, USE2-) that most of them begin with.
PARTS = {
    ("AmazonEC2", "NatGateway-Hours"): "nat_hour",
    ("AmazonEC2", "NatGateway-Bytes"): "nat_gb",
    ("AmazonEC2", "DataTransfer-Regional-Bytes"): "cross_zone_gb",
    ("AWSDataTransfer", "DataTransfer-Regional-Bytes"): "cross_zone_gb",
    ("AmazonVPC", "VpcEndpoint-Hours"): "endpoint_hour",
    ("AmazonVPC", "VpcEndpoint-Bytes"): TIERED,
    ("AmazonVPC", "PublicIPv4:InUseAddress"): "public_ipv4_hour",
    ("AWSELB", "LoadBalancerUsage"): "load_balancer_hour",
    ("AWSELB", "LCUUsage"): "lcu_hour",
    ("AmazonECS", "Fargate-vCPU-Hours:perCPU"): "vcpu_hour",
    ("AmazonECS", "Fargate-GB-Hours"): "memory_gb_hour",
    ("AmazonECS", "Fargate-ARM-vCPU-Hours:perCPU"): "arm_vcpu_hour",
    ("AmazonECS", "Fargate-ARM-GB-Hours"): "arm_memory_gb_hour",
    ("AmazonECS", "SpotUsage-Fargate-vCPU-Hours:perCPU"): "spot_vcpu_hour",
    ("AmazonECS", "SpotUsage-Fargate-GB-Hours"): "spot_memory_gb_hour",
    ("AmazonECS", "SpotUsage-Fargate-ARM-vCPU-Hours:perCPU"): "spot_arm_vcpu_hour",
    ("AmazonECS", "SpotUsage-Fargate-ARM-GB-Hours"): "spot_arm_memory_gb_hour",
    ("AmazonECS", "Fargate-EphemeralStorage-GB-Hours"): "storage_gb_hour",
    ("AmazonCloudWatch", "DataProcessing-Bytes"): "logs_gb",
    ("AmazonCloudWatch", "TimedStorage-ByteHrs"): "logs_stored_gb_month",
    ("AmazonECR", "TimedStorage-ByteHrs"): "ecr_gb_month",
}
USAGE_TYPES = {usage for _, usage in PARTS}
# docs.aws.amazon.com/global-infrastructure/latest/regions/aws-region-billing-codes.html. What begins with
# anything else is another product: TS-LoadBalancerUsage, RegionalNatGateway-Hours, Outposts-LCUUsage.
CODE = re.compile(r"^(?:EU|[A-Z]{3}\d)-")

Json = dict[str, Any]


class PriceListError(Exception):
    """What is wrong with a file, in one line that begins with its name."""


class Found(NamedTuple):
    """A price in a file; with tiers as prices.json writes them."""

    region: str
    part: str
    price: Any
    month: str  # when the file was published: "2026-09"


def main(arguments: list[str]) -> int:
    """Print or write the prices; the exit code."""
    given = _arguments(arguments)
    try:
        found = [price for name in given.files for price in prices_in(Path(name))]
    except PriceListError as error:
        print(error, file=sys.stderr)
        return 1
    settled = list(one_each(found))
    if given.update:
        merged = updated(json.loads(TABLE.read_text(encoding="utf-8")), settled)
        TABLE.write_text(layout(merged), encoding="utf-8")
    else:
        print(layout(updated({"currency": "USD", "sources": {}, "regions": {}}, settled)), end="")
    return 0


def _arguments(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    parser.add_argument("files", nargs="+", metavar="FILE")
    parser.add_argument("--update", action="store_true", help="write to tfgen/facts/prices.json")
    return parser.parse_args(arguments)


def prices_in(path: Path) -> list[Found]:
    """The prices of an offer file that tfgen uses. Raises PriceListError if there are none."""
    try:
        return list(_found(path, _offer(path)))
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        raise PriceListError(f"{path}: this offer file has another form than expected: {error!r}") from None


def _found(path: Path, offer: Json) -> Iterator[Found]:
    products = [each for each in offer["products"].values() if _is_ours(each, offer)]
    located = [each for each in products if each["attributes"].get("regionCode")]
    if not products:
        raise PriceListError(f"{path}: none of its prices is one that tfgen uses; --help lists the services")
    if not located:
        raise PriceListError(f"{path}: its prices have no regionCode: download the current index.json")
    month = offer["publicationDate"][:7]
    for product in located:
        part = PARTS[_service(product, offer), _usage_type(product)]
        for term in offer["terms"].get("OnDemand", {}).get(product["sku"], {}).values():
            region = product["attributes"]["regionCode"]
            yield Found(region, part, _price(path, part, term["priceDimensions"].values()), month)


def _offer(path: Path) -> Any:
    """An offer file, with None in the place of products and terms that are not needed."""
    wanted: set[str] = set()

    def needed(part: Json) -> Json | None:
        if "attributes" in part and "sku" in part:
            if not _is_wanted(part):
                return None
            wanted.add(part["sku"])
        # AWS writes the products before the terms. Where they come later, no term can be left out.
        is_term = "priceDimensions" in part and "sku" in part
        return None if wanted and is_term and part["sku"] not in wanted else part

    try:
        offer = json.loads(path.read_bytes(), object_hook=needed)
    except OSError as error:
        raise PriceListError(f"{path}: {error.strerror}") from None
    except (ValueError, RecursionError):
        raise PriceListError(f"{path}: this is not JSON; of an offer, only index.json is read") from None
    if not _is_offer(offer):
        raise PriceListError(f"{path}: this is no offer file of the AWS Price List; see --help")
    return offer


def _is_offer(offer: Any) -> bool:
    if not isinstance(offer, dict) or not re.match(r"\d{4}-\d\d-", str(offer.get("publicationDate"))):
        return False
    return all(isinstance(offer.get(key), dict) for key in ("products", "terms"))


def _is_wanted(product: Json) -> bool:
    """Whether a product may be one that tfgen knows; its service may be said at the end of the file only."""
    attributes = product["attributes"]
    place = attributes.get("locationType", "AWS Region")  # not a Local Zone, an Outpost
    return place == "AWS Region" and _usage_type(product) in USAGE_TYPES


def _is_ours(product: Json | None, offer: Json) -> bool:
    if product is None or (_service(product, offer), _usage_type(product)) not in PARTS:
        return False
    return _service(product, offer) != "AWSELB" or product.get("productFamily") == LOAD_BALANCERS


def _service(product: Json, offer: Json) -> str:
    return str(product["attributes"].get("servicecode") or offer.get("offerCode", ""))


def _usage_type(product: Json) -> str:
    return CODE.sub("", str(product["attributes"].get("usagetype", "")), count=1)


def _price(path: Path, part: str, dimensions: Iterable[Json]) -> Any:
    """The price for the first unit, or all tiers of the one part that has them."""
    rows = sorted(dimensions, key=lambda row: float(row.get("beginRange", 0)))
    if any("USD" not in row["pricePerUnit"] for row in rows):
        raise PriceListError(f"{path}: its prices are not in USD")
    prices = [float(row["pricePerUnit"]["USD"]) for row in rows]
    if part != TIERED or len(rows) == 1:
        return prices[0]
    limits = [float(row["endRange"]) for row in rows[:-1]]
    return [*([limit, price] for limit, price in zip(limits, prices, strict=False)), prices[-1]]


def one_each(found: list[Found]) -> Iterator[Found]:
    """One price for each Region and part. Where files disagree, there is none, and a line on stderr says so.

    A price of 0 beside another is that of a free tier.
    """
    places: dict[tuple[str, str], list[Found]] = {}
    for price in found:
        places.setdefault((price.region, price.part), []).append(price)
    for (region, part), prices in sorted(places.items()):
        charged = [each for each in prices if each.price] or prices
        different = {json.dumps(each.price): each for each in charged}
        if len(different) > 1:
            print(f"{region}: {part} is left out: it has the prices {', '.join(different)}", file=sys.stderr)
        else:
            yield charged[0]


def updated(table: Json, found: list[Found]) -> Json:
    """A table of prices with those that were found; what they replace is gone, with the sources of it."""
    regions = {region: _rows(rows) for region, rows in table["regions"].items()}
    for region in sorted({price.region for price in found}):
        own = [price for price in found if price.region == region]
        regions[region] = [*_new(own), *_without({price.part for price in own}, regions.get(region, []))]
    sources = {_key(month): _source(month) for month in sorted({price.month for price in found})}
    everywhere = _rows(table.get("everywhere", []))
    used = {row.get("source") for rows in (everywhere, *regions.values()) for row in rows}
    return {
        **table,
        "sources": {key: row for key, row in {**sources, **table["sources"]}.items() if key in used},
        "regions": dict(sorted(regions.items())),
    }


def _new(own: list[Found]) -> Iterator[Json]:
    """The rows of a Region, one for each month of publication."""
    for month in sorted({price.month for price in own}):
        yield {"source": _key(month), **{each.part: each.price for each in own if each.month == month}}


def _without(parts: Container[str], rows: list[Json]) -> Iterator[Json]:
    """Rows without some parts, and without rows of which only the source is left."""
    for row in rows:
        kept = {key: value for key, value in row.items() if key not in parts}
        if kept.keys() - {"source"}:
            yield kept


def _key(month: str) -> str:
    return f"price-list-{month}"


def _rows(rows: Any) -> list[Json]:
    return rows if isinstance(rows, list) else [rows]


def _source(month: str) -> Json:
    text = "offer files of the AWS Price List (scripts/prices.py)"
    return {"source": text, "date": month, "confidence": "confirmed"}


def layout(table: Json) -> str:
    """The text of a table: one line for each source, and for each row of a Region."""
    lines = ["{", f'  "currency": {json.dumps(table["currency"])},', '  "sources": {']
    lines += _joined(f"    {json.dumps(key)}: {_line(row)}" for key, row in table["sources"].items())
    if "everywhere" in table:
        lines += [
            "  },",
            '  "everywhere": [',
            *_joined(f"    {_line(row)}" for row in table["everywhere"]),
            "  ],",
        ]
    else:
        lines.append("  },")
    lines.append('  "regions": {')
    regions = (
        "\n".join([f"    {json.dumps(region)}: [", *_joined(f"      {_line(row)}" for row in rows), "    ]"])
        for region, rows in table["regions"].items()
    )
    return "\n".join([*lines, *_joined(regions), "  }", "}", ""])


def _joined(lines: Iterable[str]) -> list[str]:
    """Lines with a comma after all but the last."""
    listed = list(lines)
    return [f"{line}," for line in listed[:-1]] + listed[-1:]


def _line(row: Json) -> str:
    return json.dumps({key: _number(value) for key, value in row.items()}, ensure_ascii=False)


def _number(value: Any) -> Any:
    """Limits without `.0`."""
    if isinstance(value, list):
        return [_number(each) for each in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
