"""scripts/prices.py: offer files of the AWS Price List become prices for tfgen."""

from __future__ import annotations

import json
import runpy
import shutil
import subprocess
import sys
from collections.abc import Mapping
from math import inf
from pathlib import Path
from typing import Any

import pytest

from tfgen.facts.prices import PARTS, PriceList, price_list, replaced

ROOT = Path(__file__).parent.parent
TABLE = ROOT / "tfgen" / "facts" / "prices.json"
TEXT = TABLE.read_text(encoding="utf-8")
REGIONS = list(json.loads(TEXT)["regions"])
SCRIPT_FILE = ROOT / "scripts" / "prices.py"
SCRIPT = runpy.run_path(str(SCRIPT_FILE))


def usd(of: PriceList) -> dict[str, float]:
    return {part: price.usd for part, price in of.prices.items()}


def product(
    usage: str, price: Any, service: str = "", region: str = "eu-west-1", **more: Any
) -> dict[str, Any]:
    """A product and its price: one, or (from GB, to GB, USD) of each tier."""
    tiers = [("0", "Inf", price)] if isinstance(price, str) else price
    attributes = {
        "servicecode": service,
        "locationType": "AWS Region",
        "regionCode": region,
        "usagetype": usage,
    }
    return {
        "productFamily": more.pop("family", "Any"),
        "attributes": {**attributes, **more},
        "dimensions": {
            f"rate {number}": {
                "unit": "Hrs",
                "beginRange": begin,
                "endRange": end,
                "pricePerUnit": {"USD": usd},
            }
            for number, (begin, end, usd) in enumerate(tiers)
        },
    }


def offer(
    service: str, *products: Mapping[str, Any], published: str = "2026-09-25T17:45:21Z"
) -> dict[str, Any]:
    listed = {f"SKU{number}": each for number, each in enumerate(products)}
    return {
        "formatVersion": "v1.0",
        "offerCode": service,
        "publicationDate": published,
        "products": {
            sku: {"sku": sku, "productFamily": each["productFamily"], "attributes": each["attributes"]}
            for sku, each in listed.items()
        },
        "terms": {
            "OnDemand": {
                sku: {f"{sku}.T": {"offerTermCode": "T", "sku": sku, "priceDimensions": each["dimensions"]}}
                for sku, each in listed.items()
            },
            "Reserved": {"SKU0": {"SKU0.R": {"sku": "SKU0", "priceDimensions": {}}}},
        },
    }


ALB = "Load Balancer-Application"
TIERS = [("5242880", "Inf", "0.0040"), ("0", "1048576", "0.0100"), ("1048576", "5242880", "0.0060")]
OFFERS = [
    offer(
        "AmazonEC2",
        product("EU-BoxUsage:m7g.large", "0.091"),
        product("EU-NatGateway-Hours", "0.0480000000"),
        product("EU-RegionalNatGateway-Hours", "0.06"),
        product("EU-NatGateway-Bytes", "0.0480000000"),
        product("EU-NatGateway-Bytes", "0.07", locationType="AWS Local Zone"),
        product("EU-DataTransfer-Regional-Bytes", "0.0100000000"),
        product("EU-DataTransfer-Regional-Bytes", "0.0000000000"),
    ),
    offer(
        "AmazonVPC",
        product("EU-VpcEndpoint-Hours", "0.0110000000"),
        product("EU-VpcEndpoint-GWLBE-Hours", "0.0120000000"),
        product("EU-VpcEndpoint-Bytes", TIERS),
        product("EU-PublicIPv4:InUseAddress", "0.0050000000"),
        product("EU-PublicIPv4:IdleAddress", "0.0060000000"),
    ),
    offer(
        "AWSELB",
        product("EU-LoadBalancerUsage", "0.0252000000", family=ALB),
        product("EU-LoadBalancerUsage", "0.0280000000", family="Load Balancer"),
        product("EU-TS-LoadBalancerUsage", "0.0056000000", family=ALB),
        product("EU-Outposts-LCUUsage", "0.0000000000", family=ALB, locationType="AWS Outposts"),
        product("EU-ReservedLCUUsage", "0.0090000000", family=ALB),
        product("EU-LCUUsage", "0.0080000000", family=ALB),
        product("EU-LCUUsage", "0.0060000000", family="Load Balancer-Network"),
        product("EU-DataProcessing-Bytes", "0.0080000000", family="Load Balancer"),
    ),
    offer(
        "AmazonECS",
        product("EU-Fargate-vCPU-Hours:perCPU", "0.0404800000"),
        product("EU-Fargate-GB-Hours", "0.0044450000"),
        product("EU-Fargate-ARM-vCPU-Hours:perCPU", "0.0323800000"),
        product("EU-Fargate-ARM-GB-Hours", "0.0035600000"),
        product("EU-Fargate-Windows-vCPU-Hours:perCPU", "0.0465520000"),
        product("EU-Fargate-EphemeralStorage-GB-Hours", "0.0001110000"),
        product("EU-SpotUsage-Fargate-vCPU-Hours:perCPU", "0.0122405600"),
        product("EU-SpotUsage-Fargate-GB-Hours", "0.0013441000"),
        product("EU-SpotUsage-Fargate-ARM-vCPU-Hours:perCPU", "0.0097912400"),
        product("EU-SpotUsage-Fargate-ARM-GB-Hours", "0.0010764900"),
    ),
    offer(
        "AmazonCloudWatch",
        product("EU-DataProcessing-Bytes", "0.5700000000"),
        product("EU-IA-DataProcessing-Bytes", "0.2850000000"),
        product("EU-VendedLog-Bytes", "0.5700000000"),
        product("EU-TimedStorage-ByteHrs", "0.0300000000"),
    ),
    offer("AmazonECR", product("EU-TimedStorage-ByteHrs", "0.1000000000"), published="2026-08-11T00:00:00Z"),
]
IRELAND = {
    "nat_hour": 0.048, "nat_gb": 0.048, "endpoint_hour": 0.011, "endpoint_gb": 0.01,
    "load_balancer_hour": 0.0252, "lcu_hour": 0.008, "vcpu_hour": 0.04048, "memory_gb_hour": 0.004445,
    "arm_vcpu_hour": 0.03238,
    "arm_memory_gb_hour": 0.00356, "spot_vcpu_hour": 0.01224056, "spot_memory_gb_hour": 0.0013441,
    "spot_arm_vcpu_hour": 0.00979124, "spot_arm_memory_gb_hour": 0.00107649, "storage_gb_hour": 0.000111,
    "public_ipv4_hour": 0.005, "logs_gb": 0.57, "logs_stored_gb_month": 0.03, "cross_zone_gb": 0.01,
    "ecr_gb_month": 0.1,
}  # fmt: skip


def run(folder: Path, *offers: Any, update: bool = False) -> subprocess.CompletedProcess[str]:
    """The script, in a copy of its folders, with these offers in files."""
    (folder / "scripts").mkdir(parents=True, exist_ok=True)
    (folder / "tfgen" / "facts").mkdir(parents=True, exist_ok=True)
    script = shutil.copy(SCRIPT_FILE, folder / "scripts")
    shutil.copy(TABLE, folder / "tfgen" / "facts")
    names = [f"offer{number}.json" for number in range(len(offers))]
    for name, content in zip(names, offers, strict=True):
        (folder / name).write_text(content if isinstance(content, str) else json.dumps(content))
    command = [sys.executable, script, *(["--update"] if update else []), *names]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_offer_files_become_a_file_of_prices(tmp_path: Path) -> None:
    done = run(tmp_path, *OFFERS)
    assert (done.returncode, done.stderr) == (0, "")
    found = replaced(PriceList("eu-west-1", {}), done.stdout, "prices.json")
    assert usd(found) == IRELAND
    assert found.prices["endpoint_gb"].tiers == ((1048576.0, 0.01), (5242880.0, 0.006), (inf, 0.004))
    assert {price.source.confidence for price in found.prices.values()} == {"confirmed"}
    assert found.prices["nat_hour"].source.date == "2026-09"
    assert found.prices["ecr_gb_month"].source.date == found.date == "2026-08"


@pytest.mark.parametrize(
    ("usage", "region"),
    [
        ("NatGateway-Hours", "us-east-1"),
        ("USE1-NatGateway-Hours", "us-east-1"),
        ("USE2-NatGateway-Hours", "us-east-2"),
        ("APN1-NatGateway-Hours", "ap-northeast-1"),
        ("EUC1-NatGateway-Hours", "eu-central-1"),
        ("UGW1-NatGateway-Hours", "us-gov-west-1"),
        ("MXC1-NatGateway-Hours", "mx-central-1"),
    ],
)
def test_usage_types_begin_with_the_code_of_a_region(usage: str, region: str, tmp_path: Path) -> None:
    done = run(tmp_path, offer("AmazonEC2", product(usage, "0.05", region=region)))
    assert usd(replaced(PriceList(region, {}), done.stdout, "prices.json")) == {"nat_hour": 0.05}


def test_the_service_may_be_said_once_for_the_whole_file_and_the_terms_may_come_first(tmp_path: Path) -> None:
    of_services = offer("AmazonECR", product("TimedStorage-ByteHrs", "0.1", service="AmazonECR"))
    of_file = offer("AmazonCloudWatch", product("TimedStorage-ByteHrs", "0.03"))
    terms_first = dict(sorted(of_file.items(), reverse=True))
    assert list(terms_first).index("terms") < list(terms_first).index("products")
    done = run(tmp_path, of_services, terms_first)
    found = usd(replaced(PriceList("eu-west-1", {}), done.stdout, "prices.json"))
    assert found == {"logs_stored_gb_month": 0.03, "ecr_gb_month": 0.1}


def test_a_price_on_which_files_disagree_is_left_out(tmp_path: Path) -> None:
    transfer = [product("EU-DataTransfer-Regional-Bytes", price) for price in ("0.01", "0.02")]
    done = run(tmp_path, offer("AmazonEC2", product("EU-NatGateway-Hours", "0.048"), *transfer))
    assert done.stderr == "eu-west-1: cross_zone_gb is left out: it has the prices 0.01, 0.02\n"
    assert usd(replaced(PriceList("eu-west-1", {}), done.stdout, "prices.json")) == {"nat_hour": 0.048}


def in_yuan() -> dict[str, Any]:
    text = json.dumps(offer("AmazonEC2", product("CNN1-NatGateway-Hours", "0.37", region="cn-north-1")))
    return dict(json.loads(text.replace('"USD"', '"CNY"')))


def without_region() -> dict[str, Any]:
    found = offer("AmazonEC2", product("EU-NatGateway-Hours", "0.048"))
    del found["products"]["SKU0"]["attributes"]["regionCode"]
    return found


def without_range() -> dict[str, Any]:
    found = offer("AmazonVPC", product("EU-VpcEndpoint-Bytes", TIERS))
    for row in found["terms"]["OnDemand"]["SKU0"]["SKU0.T"]["priceDimensions"].values():
        del row["endRange"]
    return found


@pytest.mark.parametrize(
    ("content", "error"),
    [
        ("FormatVersion,v1.0\n", "this is not JSON; of an offer, only index.json is read"),
        ("[" * 100_000, "this is not JSON; of an offer, only index.json is read"),
        ("[]", "this is no offer file of the AWS Price List; see --help"),
        ({"regions": {}}, "this is no offer file of the AWS Price List; see --help"),
        ({**OFFERS[0], "publicationDate": ""}, "this is no offer file of the AWS Price List; see --help"),
        (offer("AmazonS3", product("EU-TimedStorage-ByteHrs", "0.023")),
         "none of its prices is one that tfgen uses; --help lists the services"),
        (without_region(), "its prices have no regionCode: download the current index.json"),
        (in_yuan(), "its prices are not in USD"),
        (without_range(), "this offer file has another form than expected: KeyError('endRange')"),
        ({**OFFERS[0], "products": {"a": {"sku": "a"}}},
         "this offer file has another form than expected: KeyError('attributes')"),
    ],
)  # fmt: skip
def test_other_files_are_refused(content: Any, error: str, tmp_path: Path) -> None:
    done = run(tmp_path, content)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"offer0.json: {error}\n")


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    command = [sys.executable, SCRIPT_FILE, "offer.json"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "offer.json: No such file or directory\n")


def test_an_update_replaces_prices_of_the_table_and_keeps_the_others(tmp_path: Path) -> None:
    new = offer(
        "AmazonEC2",
        *(product(f"EUN1-NatGateway-{of}", "0.05", region="eu-north-1") for of in ("Hours", "Bytes")),
    )
    done = run(tmp_path, new, update=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    text = (tmp_path / "tfgen" / "facts" / "prices.json").read_text(encoding="utf-8")
    for region in REGIONS:
        before, after = usd(price_list(region)), usd(replaced(PriceList(region, {}), text, "prices.json"))
        assert after == ({**before, "nat_hour": 0.05, "nat_gb": 0.05} if region == "eu-north-1" else before)
    gone, new_lines = (
        set(one.splitlines()) - set(other.splitlines()) for one, other in ((TEXT, text), (text, TEXT))
    )
    assert [line.split(",")[0].strip() for line in gone] == ['{"source": "price-list"']  # had two prices
    assert len(new_lines) == 2  # the source and the row


def test_an_update_removes_rows_and_sources_that_nothing_is_left_of() -> None:
    table = {
        "currency": "USD",
        "sources": {"old": {"source": "a note", "date": "2021", "confidence": "single source"}},
        "regions": {"eu-west-1": [{"source": "old", "nat_hour": 0.04}]},
    }
    found = SCRIPT["Found"]("eu-west-1", "nat_hour", 0.048, "2026-09")
    updated = SCRIPT["updated"](table, [found])
    assert list(updated["sources"]) == ["price-list-2026-09"]
    assert updated["regions"] == {"eu-west-1": [{"source": "price-list-2026-09", "nat_hour": 0.048}]}


def test_the_script_knows_every_part_and_writes_the_table_as_it_is() -> None:
    assert set(SCRIPT["PARTS"].values()) == set(PARTS)
    assert SCRIPT["layout"](json.loads(TEXT)) == TEXT
