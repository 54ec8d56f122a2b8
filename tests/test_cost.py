"""What stacks cost: against sums made on paper, formulas of AWS's price pages, and laws that hold for all."""

from __future__ import annotations

import json
import re
import sys
from typing import TYPE_CHECKING, NamedTuple

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from strategies import laws, outcome_of, specs

from tfgen.alternatives import ways_of
from tfgen.blueprint.model import CostAssumptions
from tfgen.cost.bill import Bill, break_evens, make_bill
from tfgen.cost.charges import Cost, cost_of, list_items
from tfgen.cost.inventory import Balancer, Inventory, Tasks
from tfgen.cost.plot import spread
from tfgen.cost.savings import endpoints_beside_nat
from tfgen.cost.short import dollars, sentence, short_cost
from tfgen.cost.text import as_text
from tfgen.cost.ways import Way, break_even, cost_of_way
from tfgen.facts.prices import PriceList, price_list
from tfgen.pipe import run_file, run_text
from tfgen.spec.source import dump_yaml

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from strategies import Data
    from support.command import Tfgen

ECR = "123456789012.dkr.ecr.{}.amazonaws.com/app:1"
QUIET = {"internet": 0, "clients": 0, "s3": 0, "ecr": 0, "logs": 0}


def spec_of(
    region: str, network: Data, services: dict[str, Data] | None = None, **traffic: int | Data
) -> Data:
    """A spec with images of ECR, without any traffic but what is said."""
    image = ECR.format(region)
    return {
        "name": "shop",
        "region": region,
        "network": network,
        "services": {key: {"image": image, **service} for key, service in (services or {}).items()},
        "cost": {"traffic": {**QUIET, **traffic}},
    }


def bill_of(data: Data) -> Bill:
    outcome = run_text(dump_yaml(data), "spec.yaml")
    assert outcome.overridden, outcome.problems
    return make_bill(outcome.overridden, price_list(data["region"]))


# --- on paper

H = 730
WEB = {"port": 80, "routes": ["/"]}


class Paper(NamedTuple):
    """A stack, and what it costs by the hour and by the GB: sums of hours, GB and prices."""

    about: str
    spec: Data
    fixed: float
    traffic: float = 0.0


PAPER = (
    Paper("a network with endpoints that nobody needs yet", spec_of("us-east-1", {"egress": "endpoints"}), 0),
    # two gateways, each with an address
    Paper(
        "a network with a gateway in each zone",
        spec_of("us-east-1", {"egress": "nat"}),
        H * 2 * (0.045 + 0.005),
    ),
    Paper(
        "three zones, three gateways",
        spec_of("ap-northeast-1", {"egress": "nat", "zones": 3}),
        H * 3 * (0.062 + 0.005),
    ),
    Paper(
        "one gateway for three zones",
        spec_of("eu-west-1", {"egress": "nat", "zones": 3, "nat": "single"}),
        H * (0.048 + 0.005),
    ),
    # ecr.api, ecr.dkr and logs, in two zones; two tasks of half a vCPU and 1 GB
    Paper(
        "a worker behind endpoints",
        spec_of("us-east-1", {"egress": "endpoints"}, {"worker": {}}),
        H * 3 * 2 * 0.01 + H * 2 * (0.5 * 0.04048 + 1 * 0.004445),
    ),
    Paper(
        "a worker behind endpoints in three zones of Frankfurt",
        spec_of("eu-central-1", {"egress": "endpoints", "zones": 3}, {"worker": {}}),
        H * 3 * 3 * 0.012 + H * 2 * (0.5 * 0.04656 + 1 * 0.00511),
    ),
    # its two tasks have an address each, and so has the load balancer in each zone
    Paper(
        "a site in public subnets",
        spec_of("us-east-1", {"egress": "public"}, {"web": WEB}),
        H * 2 * 0.005 + H * (0.0225 + 2 * 0.005) + H * 2 * (0.5 * 0.04048 + 1 * 0.004445),
    ),
    Paper(
        "a site in public subnets, on ARM",
        spec_of(
            "eu-west-2",
            {"egress": "public"},
            {"web": {**WEB, "architecture": "arm64", "cpu": 1024, "memory": 4096}},
        ),
        H * 2 * 0.005 + H * (0.02646 + 2 * 0.005) + H * 2 * (1 * 0.03725 + 4 * 0.00409),
    ),
    Paper(
        "a site behind gateways",
        spec_of("us-east-1", {"egress": "nat"}, {"web": {**WEB, "count": 3, "cpu": 256, "memory": 512}}),
        H * 2 * 0.05 + H * (0.0225 + 2 * 0.005) + H * 3 * (0.25 * 0.04048 + 0.5 * 0.004445),
    ),
    # with Service Connect, endpoints alone have ecs-agent besides: four
    Paper(
        "two services that call each other behind endpoints",
        spec_of(
            "us-east-1",
            {"egress": "endpoints"},
            {"web": {**WEB, "calls": ["api"]}, "api": {"port": 5000, "connect": "api"}},
        ),
        H * 4 * 2 * 0.01 + H * (0.0225 + 2 * 0.005) + H * 4 * (0.5 * 0.04048 + 1 * 0.004445),
    ),
    Paper(
        "gateways and endpoints",
        spec_of("eu-west-1", {"egress": "nat+endpoints"}, {"worker": {}}),
        H * 2 * (0.048 + 0.005) + H * 3 * 2 * 0.011 + H * 2 * (0.5 * 0.04048 + 1 * 0.004445),
    ),
    Paper(
        "endpoints that the spec lists, and a secret",
        spec_of(
            "ap-southeast-1",
            {"egress": "endpoints", "endpoints": ["sqs", "sns"]},
            {"worker": {"secrets": {"KEY": "arn:aws:ssm:ap-southeast-1:123456789012:parameter/key"}}},
        ),
        H * (3 + 2 + 1) * 2 * 0.013 + H * 2 * (0.5 * 0.05056 + 1 * 0.00553),
    ),
    # 700 GB to the internet, 20 GB of images and 30 GB of logs through gateways; logs are kept for 30 days
    Paper(
        "traffic through a gateway in each zone",
        spec_of(
            "us-east-1", {"egress": "nat"}, {"worker": {"count": 0}}, internet=700, s3=800, ecr=20, logs=30
        ),
        H * 2 * 0.05,
        (700 + 20 + 30) * 0.045 + 30 * 0.50 + 30 * 0.03,
    ),
    # half of it comes from the zone without the gateway, and pays on both sides
    Paper(
        "traffic through one gateway",
        spec_of("us-east-1", {"egress": "nat", "nat": "single"}, {"worker": {"count": 0}}, internet=1000),
        H * 0.05,
        1000 * 0.045 + 1000 / 2 * 2 * 0.01,
    ),
    Paper(
        "traffic of three zones through one gateway",
        spec_of(
            "eu-central-1",
            {"egress": "nat", "nat": "single", "zones": 3},
            {"worker": {"count": 0}},
            internet=900,
        ),
        H * (0.052 + 0.005),
        900 * 0.052 + 900 * 2 / 3 * 2 * 0.01,
    ),
    # through endpoints but for the internet; that to S3 is free
    Paper(
        "traffic through gateways and endpoints",
        spec_of(
            "us-east-1",
            {"egress": "nat+endpoints"},
            {"worker": {"count": 0}},
            internet=100,
            s3=5000,
            ecr=40,
            logs=60,
        ),
        H * 2 * 0.05 + H * 3 * 2 * 0.01,
        100 * 0.045 + (40 + 60) * 0.01 + 60 * 0.50 + 60 * 0.03,
    ),
    Paper(
        "traffic of public tasks, which pays no way",
        spec_of("eu-west-1", {"egress": "public"}, {"worker": {"count": 0}}, internet=300, ecr=10, logs=100),
        0,
        100 * 0.57 + 100 * 0.03,
    ),
    Paper(
        "clients, and logs that are kept for 90 days",
        spec_of("ap-northeast-1", {"egress": "public"}, {"web": {**WEB, "count": 0}}, clients=2500, logs=200)
        | {"logs": {"retention": 90}},
        H * (0.0243 + 2 * 0.005),
        2500 * 0.008 + 200 * 0.76 + 200 * 3 * 0.033,
    ),
    Paper(
        "a stack of office hours",
        spec_of(
            "us-east-1",
            {"egress": "nat", "nat": "single"},
            {"worker": {"count": 1, "cpu": 2048, "memory": 4096}},
        )
        | {"cost": {"hours": 200, "traffic": QUIET}},
        200 * 0.05 + 200 * (2 * 0.04048 + 4 * 0.004445),
    ),
    # the LCUs of the traffic are among those that are reserved, but for the last 7,000
    Paper(
        "a load balancer with reserved capacity",
        spec_of("us-east-1", {"egress": "public"}, {"web": {**WEB, "count": 0}}, clients=80_000)
        | {"load_balancer": {"capacity": 100}},
        H * (0.0225 + 2 * 0.005) + H * 100 * 0.008,
        (80_000 - H * 100) * 0.008,
    ),
    Paper(
        "a load balancer with an override of its reserved capacity",
        spec_of("us-east-1", {"egress": "public"}, {"web": {**WEB, "count": 0}}, clients=5_000)
        | {
            "load_balancer": {"capacity": 100},
            "overrides": {
                "module.load_balancer.aws_lb.main": {
                    "minimum_load_balancer_capacity": {"capacity_units": 200}
                }
            },
        },
        H * (0.0225 + 2 * 0.005) + H * 200 * 0.008,
        0,
    ),
    # 0.01 for the first PB (1,048,576 GB), 0.006 above it
    Paper(
        "two petabytes of queues",
        spec_of(
            "us-east-1", {"egress": "endpoints"}, {"worker": {"count": 0, "uses": ["sqs"]}}, sqs=2_000_000
        ),
        H * 4 * 2 * 0.01,
        1_048_576 * 0.01 + (2_000_000 - 1_048_576) * 0.006,
    ),
)


@pytest.mark.parametrize("paper", PAPER, ids=lambda paper: paper.about)
def test_a_stack_costs_what_it_does_on_paper(paper: Paper) -> None:
    bill = bill_of(paper.spec)
    assert (bill.unpriced, dollars(bill.fixed.low), dollars(bill.traffic.low)) == (
        (),
        dollars(paper.fixed),
        dollars(paper.traffic),
    )
    assert bill.fixed.low == bill.fixed.high


def test_more_than_twenty_stacks_are_on_paper() -> None:
    assert len(PAPER) == 22


@pytest.mark.parametrize(
    ("amount", "text"),
    [(0, "0.00"), (0.005, "0.01"), (0.0049, "0.00"), (1.005, "1.01"), (1234567.891, "1,234,567.89"),
     (-36.5, "-36.50"), (-0.001, "0.00")],
)  # fmt: skip
def test_amounts_are_rounded_to_cents(amount: float, text: str) -> None:
    assert dollars(amount) == text


def test_a_range_of_tasks_is_a_range_of_costs() -> None:
    spec = spec_of("us-east-1", {"egress": "public"}, {"web": {}, "job": {"count": 1}})
    spec["cost"]["tasks"] = {"web": {"low": 1, "high": 4}}
    bill = bill_of(spec)
    task = 730 * (0.005 + 0.5 * 0.04048 + 0.004445)
    assert (bill.fixed.low, bill.fixed.high) == (pytest.approx(2 * task), pytest.approx(5 * task))


# --- the break-even


def ways(data: Data, tmp_path: Path) -> Bill:
    path = tmp_path / "spec.yaml"
    path.write_text(dump_yaml(data))
    outcome = run_file(path)
    assert outcome.overridden
    return make_bill(outcome.overridden, price_list(data["region"]), ways_of(path, {}, outcome))


@pytest.mark.parametrize(
    ("endpoints", "zones", "gigabytes"), [(3, 2, 209), (3, 3, 834), (5, 2, 1043), (6, 3, 2711)]
)
def test_break_even_with_one_gateway(endpoints: int, zones: int, gigabytes: int, tmp_path: Path) -> None:
    """The numbers of aws.md section 8: (E*A*730*0.01 - 730*0.05) / (0.045 - 0.01)."""
    more = ["sqs", "sns", "kms"][: endpoints - 3]
    network = {"egress": "endpoints", "zones": zones, "endpoints": more}
    bill = ways(spec_of("us-east-1", network, {"worker": {}}), tmp_path)
    (found,) = (each for each in break_evens(bill) if each.below.name == "nat, single")
    assert (found.above.name, round(found.in_zone)) == ("endpoints", gigabytes)
    across = 0.02 * (zones - 1) / zones
    fixed = endpoints * zones * 7.30 - 36.50
    assert found.gigabytes == pytest.approx(fixed / (0.045 + across - 0.01))


def test_a_gateway_in_each_of_two_zones_never_costs_less_than_three_endpoints(tmp_path: Path) -> None:
    bill = ways(spec_of("us-east-1", {"egress": "nat"}, {"worker": {}}), tmp_path)
    found = {(each.below.name, each.above.name): each.gigabytes for each in break_evens(bill)}
    assert found["endpoints", "nat, per-zone"] == float("inf")


def test_every_egress_says_whether_the_stack_works_with_it(tmp_path: Path) -> None:
    spec = spec_of("us-east-1", {"egress": "nat", "nat": "single"}, {"web": {}})
    spec["services"]["web"]["image"] = "nginx:1.27"
    bill = ways(spec, tmp_path)
    assert [(way.name, way.own, way.refused.partition(":")[0]) for way, _ in bill.ways] == [
        ("public", False, ""),
        ("nat, single", True, ""),
        ("nat, per-zone", False, ""),
        ("endpoints", False, "tasks cannot reach docker.io"),
        ("nat+endpoints, single", False, ""),
        ("nat+endpoints, per-zone", False, ""),
    ]
    assert {(each.below.name, each.above.name) for each in break_evens(bill)} == {
        ("nat, single", "nat+endpoints, single"),
        ("nat, per-zone", "nat+endpoints, per-zone"),
    }


def sentences(data: Data, tmp_path: Path) -> list[str]:
    """What the bill says about NAT gateways against endpoints."""
    lines = as_text(ways(data, tmp_path)).split("\n\n")
    return next((part.splitlines() for part in lines if " costs less than " in part), [])


def test_endpoints_that_cost_what_gateways_do_win_with_the_first_gigabyte(tmp_path: Path) -> None:
    """Five endpoints in two zones: 5 x 2 x 0.01 = 2 x 0.05."""
    network = {"egress": "endpoints", "endpoints": ["sqs", "sns"]}
    said = sentences(spec_of("us-east-1", network, {"worker": {}}), tmp_path)
    assert said[1:] == [
        "endpoints costs less than nat, per-zone from the first GB a month to AWS services on."
    ]


def test_a_network_without_endpoints_is_compared_with_nothing(tmp_path: Path) -> None:
    assert sentences(spec_of("us-east-1", {"egress": "public"}), tmp_path) == []


def test_what_costs_the_same_says_so() -> None:
    cost = cost_of_way(EMPTY, ASSUMED, price_list("us-east-1"))
    costs = [(Way(name, "", EMPTY), cost) for name in "ab"]
    found = break_even(costs[0], costs[1])
    assert (found.same, found.gigabytes) == (True, float("inf"))


def test_an_egress_that_cannot_carry_the_traffic_says_so(tmp_path: Path) -> None:
    spec = spec_of("us-east-1", {"egress": "endpoints"}, {"worker": {}}, internet=5, sqs=500)
    text = as_text(ways(spec, tmp_path))
    (own,) = [line for line in text.splitlines() if line.startswith("*")]
    assert own.endswith(
        "  if no task connects to the internet; without the traffic to sqs, which needs an endpoint"
    )
    assert re.search(r"sqs: 500 GB, which no task can exchange +none\n", text)


def test_overrides_count() -> None:
    spec = spec_of("us-east-1", {"egress": "public"}, {"web": {}}, logs=10)
    spec["overrides"] = {
        "module.services.aws_ecs_service.web": {"desired_count": 3},
        "module.services.aws_ecs_task_definition.web": {
            "cpu": 1024,
            "memory": 4096,
            "runtime_platform": {"cpu_architecture": "ARM64"},
        },
        "module.services.aws_cloudwatch_log_group.web": {"retention_in_days": 0},
    }
    bill = bill_of(spec)
    assert bill.fixed.low == pytest.approx(3 * 730 * (0.005 + 0.03238 + 4 * 0.00356))
    assert bill.traffic.low == pytest.approx(10 * 0.5)
    assert "web: 3 x 1 vCPU, 4 GB, ARM64" in as_text(bill)
    assert "logs: 10 GB received by CloudWatch Logs, and never deleted" in as_text(bill)


@pytest.mark.parametrize(
    ("count", "text"), [(1, "public address of 1 task "), (2, "public addresses of 2 tasks ")]
)
def test_addresses_of_tasks(count: int, text: str) -> None:
    assert text in as_text(bill_of(spec_of("us-east-1", {"egress": "public"}, {"web": {"count": count}})))


def test_the_own_egress_is_compared_with_nat_gateways_alone(tmp_path: Path) -> None:
    network = {"egress": "nat+endpoints", "nat": "single"}
    found = break_evens(ways(spec_of("us-east-1", network, {"worker": {}}), tmp_path))
    assert [(each.below.name, each.above.name, round(each.gigabytes, 1)) for each in found] == [
        ("nat, single", "endpoints", round((43.80 - 36.50) / 0.045, 1)),
        ("nat, single", "nat+endpoints, single", round(43.80 / 0.045, 1)),
        ("endpoints", "nat, per-zone", float("inf")),
    ]


def test_what_does_not_work_is_compared_with_nothing(tmp_path: Path) -> None:
    """Its tasks may connect to the VPC alone, and so to endpoints."""
    spec = spec_of("us-east-1", {"egress": "endpoints"}, {"worker": {"egress_cidrs": ["10.0.0.0/16"]}})
    bill = ways(spec, tmp_path)
    assert [way.name for way, _ in bill.ways if way.refused] == ["public", "nat, single", "nat, per-zone"]
    assert list(break_evens(bill)) == []


ASSUMED = CostAssumptions(traffic=(), hours=730, tasks=())
EMPTY = Inventory("us-east-1", 2, 0, (), (), False, (), (), 30)


@st.composite
def egresses(draw: st.DrawFn) -> Inventory:
    """Any way out: gateways, endpoints, both or neither."""
    zones = draw(st.integers(2, 6))
    names = draw(st.lists(st.sampled_from(["ecr.dkr", "logs", "sqs", "sns"]), max_size=4, unique=True))
    return Inventory(
        draw(st.sampled_from(["us-east-1", "eu-central-1", "ap-northeast-1"])),
        zones,
        draw(st.sampled_from([0, 1, zones])),
        ("s3",),
        tuple((name, zones) for name in names),
        public_tasks=False,
        balancers=(),
        tasks=(),
        log_retention=30,
    )


@given(one=egresses(), other=egresses())
@laws(300)
def test_the_cheaper_of_two_changes_sides_at_the_break_even(one: Inventory, other: Inventory) -> None:
    assume(one.region == other.region)
    prices = price_list(one.region)
    pair = [
        (Way(str(n), "", each), cost_of_way(each, ASSUMED, prices)) for n, each in enumerate((one, other))
    ]
    found = break_even(pair[0], pair[1])
    costs = {way.name: cost for way, cost in pair}
    low, high = costs[found.below.name], costs[found.above.name]

    def difference(gigabytes: float) -> float:
        return (high.fixed.low + high.per_gb * gigabytes) - (low.fixed.low + low.per_gb * gigabytes)

    if found.gigabytes == float("inf"):
        assert all(difference(gigabytes) >= -1e-9 for gigabytes in (0, 1, 1e3, 1e6))
    else:
        assert difference(found.gigabytes) == pytest.approx(0, abs=1e-6)
        assert difference(found.gigabytes + 1) < 0
        assert difference(max(0, found.gigabytes - 1)) >= -1e-9


def test_the_note_about_endpoints_has_the_break_even_of_the_bill(tmp_path: Path) -> None:
    network = {"egress": "nat+endpoints", "nat": "single", "zones": 3}
    spec = spec_of("us-east-1", network, {"worker": {}})
    spec["services"]["worker"]["image"] = "nginx:1.27"
    bill = ways(spec, tmp_path)
    (found,) = (each for each in break_evens(bill) if each.below.name == "nat, single")
    beside = endpoints_beside_nat(outcome_of(spec).overridden)
    assert beside
    assert beside.break_even == pytest.approx(found.gigabytes)


def test_the_readme_of_a_stack_says_that_overrides_are_not_in_its_cost(run_tfgen: Tfgen, shop: Path) -> None:
    without = "; the overrides below, which tfgen cost counts, are not in it."
    for override, said in (({"desired_count": 3}, True), ({"health_check_grace_period_seconds": 9}, False)):
        spec = spec_of("us-east-1", {"egress": "public"}, {"web": WEB})
        spec["overrides"] = {"module.services.aws_ecs_service.web": override}
        shop.write_text(dump_yaml(spec))
        run_tfgen("render", "shop.yaml", "-o", "stack")
        assert (without in (shop.parent / "stack" / "README.md").read_text()) is said


# --- laws


def total(inventory: Inventory, assumed: CostAssumptions, prices: PriceList) -> Cost:
    return cost_of(list_items(inventory, assumed), prices)


@given(data=specs())
@laws(60)
def test_every_part_adds_to_the_cost(data: Data) -> None:
    outcome = outcome_of(data)
    assert outcome.overridden
    bill = make_bill(outcome.overridden, price_list("us-east-1"))
    inventory, assumed, prices = bill.inventory, bill.assumed, bill.prices
    before = bill.total
    more = [
        {
            "nat_gateways": inventory.nat_gateways + 1,
            "zones": max(inventory.zones, inventory.nat_gateways + 1),
        },
        {"interface_endpoints": (*inventory.interface_endpoints, ("new", inventory.zones))},
        {"balancers": (*inventory.balancers, Balancer(2, public=True))},
        {"tasks": (*inventory.tasks, Tasks("new", 256, 512, arm=False, low=1, high=2, public=False))},
    ]
    hours = assumed.hours > 0
    for change in more:
        changed = Inventory(
            **{**{name: getattr(inventory, name) for name in inventory.__struct_fields__}, **change}
        )
        # A gateway may carry what could not leave before, and spares what crossed zones.
        quiet = CostAssumptions(traffic=(), hours=assumed.hours, tasks=())
        assert total(changed, quiet, prices).low - total(inventory, quiet, prices).low > -1e-9
        assert (total(changed, quiet, prices).high > total(inventory, quiet, prices).high) is hours
    assert before.low <= before.high


@given(data=specs(most=3), kind=st.sampled_from(["internet", "clients", "s3", "ecr", "logs", "sqs"]))
@laws(60)
def test_more_traffic_never_costs_less(data: Data, kind: str) -> None:
    outcome = outcome_of(data)
    assert outcome.overridden
    bill = make_bill(outcome.overridden, price_list("us-east-1"))
    more = {**dict(bill.assumed.traffic), kind: dict(bill.assumed.traffic).get(kind, 0) + 100}
    after = CostAssumptions(traffic=tuple(more.items()), hours=bill.assumed.hours, tasks=bill.assumed.tasks)
    assert total(bill.inventory, after, bill.prices).low >= bill.total.low - 1e-6


@given(data=specs(most=2))
@laws(30)
def test_a_line_says_what_the_table_sums_up(data: Data) -> None:
    outcome = outcome_of(data)
    assert outcome.overridden
    bill = make_bill(outcome.overridden, price_list(outcome.overridden.region))
    short = short_cost(outcome.overridden)
    if short.cost:
        assert short.cost.startswith(f"USD {dollars(bill.fixed.low)}")
    assert bool(sentence(short)) == bool(short.cost)


# --- the command


@pytest.fixture(autouse=True)
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "shop.yaml"
    path.write_text(
        dump_yaml(spec_of("us-east-1", {"egress": "endpoints"}, {"web": WEB, "worker": {"count": 1}}, s3=800))
    )
    return path


def test_json_has_every_number(run_tfgen: Tfgen) -> None:
    done = run_tfgen("cost", "shop.yaml", "--json")
    (bill,) = json.loads(done.out)
    assert done.code == 0
    assert sum(item["low"] for item in bill["items"]) == pytest.approx(bill["total"]["low"])
    assert bill["fixed"]["low"] + bill["traffic"]["low"] == pytest.approx(bill["total"]["low"])
    assert [way["egress"] for way in bill["ways"] if way["own"]] == ["endpoints"]
    assert bill["gateway_endpoints_spare"] == pytest.approx(800 * 0.045)
    assert bill["assumed"]["tasks"] == {"web": {"low": 2, "high": 2}, "worker": {"low": 1, "high": 1}}
    assert bill["prices"]["unknown"] == []


def test_flags_replace_what_the_spec_assumes(run_tfgen: Tfgen) -> None:
    flags = ("--traffic=s3=900", "--traffic", "logs=50", "--hours=100", "--tasks=web=1-4")
    (bill,) = json.loads(run_tfgen("cost", "shop.yaml", "--json", *flags).out)
    assert bill["assumed"] == {
        "hours": 100,
        "traffic": {"clients": 0, "ecr": 0, "internet": 0, "logs": 50, "s3": 900},
        "tasks": {"web": {"low": 1, "high": 4}, "worker": {"low": 1, "high": 1}},
    }


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--traffic", "s3"], "--traffic s3: expected KIND=GB, such as s3=800"),
        (["--traffic", "s3=-5"], "--traffic s3=-5: expected KIND=GB, such as s3=800"),
        (["--traffic", "=5"], "--traffic =5: expected KIND=GB, such as s3=800"),
        (["--tasks", "web=a"], "--tasks web=a: expected SERVICE=LOW[-HIGH], such as api=2-6"),
        (
            ["--traffic", "s4=800"],
            "these flags are wrong:\n"
            '  --traffic s4=800: unknown kind of traffic "s4"; write internet, clients, or the endpoint name '
            "of an AWS service",
        ),
        (
            ["--traffic", "internt=5", "--tasks", "wep=1", "--tasks", "web=4-2", "--hours", "745"],
            "these flags are wrong:\n"
            "  --hours 745: expected a number of hours from 0 to 744, not 745\n"
            '  --traffic internt=5: unknown kind of traffic "internt"; did you mean internet?\n'
            '  --tasks wep=1: there is no service "wep"; did you mean web?\n'
            "  --tasks web=4-2: low is 4 tasks, and high is 2; write the smaller number as low",
        ),
        (
            ["--assume-region", "eu-west-9"],
            "--assume-region eu-west-9: no prices are known for it; did you mean eu-west-1?",
        ),
        (["--prices", "missing.json"], "cannot read missing.json: no such file or directory"),
        (["--plot", "a.svg", "shop.yaml"], "--plot draws one spec at a time"),
        (["--plot", "a.png"], "--plot a.png: expected the name of an SVG file, such as cost.svg"),
        (
            ["--tasks", "web=5001"],
            "these flags are wrong:\n  --tasks web=5001: expected a number of tasks from 0 to 5000, not 5001",
        ),
    ],
)
def test_wrong_flags(run_tfgen: Tfgen, flags: Sequence[str], message: str) -> None:
    done = run_tfgen("cost", "shop.yaml", *flags)
    assert (done.code, done.err, done.out) == (2, f"tfgen: {message}\n", "")


def test_wrong_assumptions_of_a_spec_have_their_lines(run_tfgen: Tfgen, shop: Path) -> None:
    text = shop.read_text().partition("cost:")[0]
    shop.write_text(text + "cost:\n  traffic: {s33: 5}\n  tasks:\n    web: {low: 3, high: 1}\n    wbe: 1\n")
    done = run_tfgen("cost", "shop.yaml")
    found = [line.partition(" error ")[2][:5] for line in done.err.splitlines() if " error " in line]
    assert (done.code, found) == (1, ["TG280", "TG282", "TG281"])
    assert "did you mean web?" in done.err


def test_own_prices_replace_public_ones(run_tfgen: Tfgen, shop: Path) -> None:
    (before,) = json.loads(run_tfgen("cost", "shop.yaml", "--json").out)
    (shop.parent / "own.json").write_text('{"regions": {"us-east-1": {"endpoint_hour": 0.02}}}')
    (after,) = json.loads(run_tfgen("cost", "shop.yaml", "--json", "--prices", "own.json").out)
    assert after["total"]["low"] - before["total"]["low"] == pytest.approx(730 * 3 * 2 * 0.01)
    assert (after["prices"]["file"], after["prices"]["from_file"]) == ("own.json", ["endpoint_hour"])


def prices_said(out: str) -> str:
    """The sentence about prices, in one line."""
    return " ".join(out[out.index("Prices: ") : out.index("Not counted: ")].split())


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (
            {"us-east-1": {"endpoint_hour": 0.02}},
            "Prices: public ones of us-east-1, 2026-07 or newer; from own.json: hour of an interface "
            "endpoint in one zone.",
        ),
        (
            {"us-esat-1": {"endpoint_hour": 0.02}},
            "Prices: public ones of us-east-1, 2026-07 or newer; from own.json: none of these.",
        ),
    ],
)
def test_it_says_which_prices_are_from_the_file(run_tfgen: Tfgen, shop: Path, file: Data, said: str) -> None:
    (shop.parent / "own.json").write_text(json.dumps({"regions": file}))
    assert prices_said(run_tfgen("cost", "shop.yaml", "--prices", "own.json").out) == said


def test_own_prices_alone_have_no_date(run_tfgen: Tfgen, shop: Path) -> None:
    shop.write_text(
        dump_yaml(spec_of("mars-north-1", {"egress": "public", "zones": ["a", "b"]}, {"job": {}}))
    )
    own = {"public_ipv4_hour": 0.005, "vcpu_hour": 0.04, "memory_gb_hour": 0.004}
    (shop.parent / "own.json").write_text(json.dumps({"regions": {"mars-north-1": own}}))
    done = run_tfgen("cost", "shop.yaml", "--prices", "own.json")
    assert prices_said(done.out).startswith("Prices: from own.json: hour of a public IPv4 address, vCPU-hour")
    (bill,) = json.loads(run_tfgen("cost", "shop.yaml", "--prices", "own.json", "--json").out)
    assert bill["prices"]["date"] is None


def test_prices_of_another_egress_are_told_too(run_tfgen: Tfgen, shop: Path) -> None:
    """Of Sydney's endpoints no source confirms the price; of Stockholm's none is known."""
    for region, said in (
        ("ap-southeast-2", "unconfirmed: hour of an interface endpoint in one zone."),
        ("eu-north-1", "unknown, so in no sum: hour of an interface endpoint in one zone (add them with"),
    ):
        shop.write_text(dump_yaml(spec_of(region, {"egress": "nat"}, {"worker": {}})))
        assert said in prices_said(run_tfgen("cost", "shop.yaml").out)
    (bill,) = json.loads(run_tfgen("cost", "shop.yaml", "--json").out)
    found = {way["egress"]: (way["unknown"], way["fixed"], way["total"]) for way in bill["ways"]}
    assert found["endpoints"] == (["endpoint_hour"], None, None)
    assert found["nat"][0] == []
    (shop.parent / "own.json").write_text('{"everywhere": {"nat_hour": 0.04}}')
    flags = ("--assume-region=eu-west-1", "--prices=own.json")
    assert prices_said(run_tfgen("cost", "shop.yaml", *flags).out) == (
        "Prices: public ones of eu-north-1, 2026-07 or newer; from own.json: NAT gateway-hour; those of "
        "eu-west-1, as asked: hour of an interface endpoint in one zone."
    )


def test_a_region_without_prices_is_never_guessed(run_tfgen: Tfgen, shop: Path) -> None:
    shop.write_text(
        dump_yaml(spec_of("mars-north-1", {"egress": "public", "zones": ["a", "b"]}, {"web": WEB}))
    )
    done = run_tfgen("cost", "shop.yaml")
    assert (done.code, done.out) == (2, "")
    assert "no prices are known for mars-north-1" in done.err
    assert "--assume-region us-east-1" in done.err
    assumed = run_tfgen("cost", "shop.yaml", "--assume-region", "us-east-1")
    assert assumed.code == 0
    assert "those of us-east-1, as asked: " in assumed.out.replace("\n  ", " ")


def test_unknown_prices_are_in_no_sum_and_named(run_tfgen: Tfgen, shop: Path) -> None:
    shop.write_text(dump_yaml(spec_of("us-gov-west-1", {"egress": "nat"}, {"web": WEB})))
    done = run_tfgen("cost", "shop.yaml")
    assert done.code == 0
    assert "at least USD" in done.out.splitlines()[0]
    assert "unknown, so in no sum: Application Load Balancer-hour" in done.out.replace("\n  ", " ")
    assert "Application Load Balancer" in next(line for line in done.out.splitlines() if "unknown" in line)


def test_what_is_known_of_a_line_is_in_it(run_tfgen: Tfgen, shop: Path) -> None:
    """Of a NAT gateway in Milan, only the price of the address is known: 2 x 730 x 0.005."""
    shop.write_text(dump_yaml(spec_of("eu-south-1", {"egress": "nat"})))
    lines = run_tfgen("cost", "shop.yaml").out.splitlines()
    assert lines[3].endswith("2 NAT gateways with their addresses  at least 7.30")
    assert lines[5].split() == ["before", "any", "traffic", "7.30"]
    rendered = run_tfgen("render", "shop.yaml").out
    assert "  cost           at least USD 7.30 a month before traffic;" in rendered


def test_several_specs_have_a_sum(run_tfgen: Tfgen, shop: Path) -> None:
    (shop.parent / "other.yaml").write_text(shop.read_text().replace("name: shop", "name: other"))
    done = run_tfgen("cost", "shop.yaml", "other.yaml")
    *each, both = [line for line in done.out.splitlines() if " about USD " in line]
    amounts = [float(line.removesuffix(" a month").rpartition(" ")[2]) for line in (*each, both)]
    assert both.startswith("2 stacks: about USD ")
    assert amounts[2] == pytest.approx(amounts[0] + amounts[1], abs=0.011)


def test_a_wrong_spec_leaves_the_others(run_tfgen: Tfgen, shop: Path) -> None:
    (shop.parent / "wrong.yaml").write_text("name: wrong\n")
    done = run_tfgen("cost", "wrong.yaml", "shop.yaml")
    assert (done.code, done.out.startswith("shop (us-east-1): about USD ")) == (1, True)
    assert "TG103" in done.err


# --- the plot


def test_a_plot_is_text_without_colours(run_tfgen: Tfgen) -> None:
    done = run_tfgen("cost", "shop.yaml")
    assert done.out.isascii()
    plot = done.out[done.out.index("(USD a month) ^") :].splitlines()
    assert [line.strip() for line in plot if line.startswith("  ")][-3:] == [
        "a  nat, single",
        "b  nat, per-zone",
        "c  endpoints (this spec)",
    ]
    rows = [line.partition("|")[2] for line in plot if "|" in line]
    assert all(any(mark in row for row in rows) for mark in "abc")


def test_an_svg_names_every_line(run_tfgen: Tfgen, shop: Path) -> None:
    first = run_tfgen("cost", "shop.yaml", "--plot", "cost.svg")
    assert (first.code, first.err) == (0, "tfgen: wrote cost.svg\n")
    svg = (shop.parent / "cost.svg").read_text()
    for text in ("nat, single", "nat, per-zone", "endpoints", "162 GB", "GB a month to AWS services"):
        assert f">{text}</text>" in svg
    run_tfgen("cost", "shop.yaml", "--plot", "again.svg")
    assert (shop.parent / "again.svg").read_text() == svg


def test_what_costs_nothing_is_drawn_too(run_tfgen: Tfgen, shop: Path) -> None:
    free = dict.fromkeys(("nat_hour", "nat_gb", "endpoint_hour", "endpoint_gb", "public_ipv4_hour"), 0)
    own = {"regions": {"us-east-1": {**free, "cross_zone_gb": 0}}}
    (shop.parent / "own.json").write_text(json.dumps(own))
    done = run_tfgen("cost", "shop.yaml", "--prices", "own.json", "--plot", "cost.svg")
    assert (done.code, done.err) == (0, "tfgen: wrote cost.svg\n")
    assert "nat, single and endpoints cost the same.\n" in done.out


def test_a_plot_replaces_plots_alone(run_tfgen: Tfgen, shop: Path) -> None:
    other = shop.parent / "other.svg"
    other.write_text("<svg>mine</svg>")
    done = run_tfgen("cost", "shop.yaml", "--plot", "other.svg")
    message = "tfgen: other.svg already exists, and tfgen did not draw it. Nothing was written.\n"
    assert (done.code, done.out, done.err) == (4, "", message)
    assert other.read_text() == "<svg>mine</svg>"


def test_what_cannot_be_compared_is_not_drawn(run_tfgen: Tfgen, shop: Path) -> None:
    shop.write_text(dump_yaml(spec_of("eu-south-1", {"egress": "endpoints"}, {"worker": {}})))
    done = run_tfgen("cost", "shop.yaml", "--plot", "cost.svg")
    assert (done.code, "no two egresses can be compared" in done.err) == (2, True)
    assert not (shop.parent / "cost.svg").exists()


@pytest.mark.parametrize(
    ("ends", "places"),
    [([10, 50, 30], [10, 50, 30]), ([50, 10, 49], [54, 10, 49]), ([7, 7, 7], [7, 12, 17]), ([], [])],
)
def test_names_of_lines_do_not_overlap(ends: list[float], places: list[float]) -> None:
    assert spread(ends, 5) == places


def test_without_matplotlib_a_hint_says_how_to_get_it(
    run_tfgen: Tfgen, shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    done = run_tfgen("cost", "shop.yaml", "--plot", "cost.svg")
    assert (done.code, done.err) == (
        2,
        'tfgen: drawing an SVG file needs matplotlib: pip install "tfgen-fargate[plot]"\n',
    )
    assert not (shop.parent / "cost.svg").exists()


def test_a_plot_that_cannot_be_written(run_tfgen: Tfgen) -> None:
    done = run_tfgen("cost", "shop.yaml", "--plot", "nowhere/cost.svg")
    assert done.code == 5
    assert "cannot write nowhere/cost.svg" in done.err
