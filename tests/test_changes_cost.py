# ruff: noqa: E501 - tables with a row a line
"""What changes cost: the inventory of a stack that is only Terraform, and the sentence about two of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from msgspec.structs import replace
from strategies import Data, laws, outcome_of, specs

from tfgen.blueprint.model import Blueprint
from tfgen.changes.cost import HOURS, Cause, CostChange, cost_consequences
from tfgen.changes.inventory import inventory_of, parts_of
from tfgen.changes.names import service_of_endpoint
from tfgen.changes.report import Report, as_json, as_text, changes_between
from tfgen.changes.stack import Stack
from tfgen.commands.main import main
from tfgen.cost.inventory import Inventory, take_inventory
from tfgen.pipe import Outcome, run_file, run_text
from tfgen.spec.model import Cost
from tfgen.spec.source import dump_yaml

ROOT = Path(__file__).parent.parent
SPECS = sorted((ROOT / "examples").glob("*.yaml"))
SHOP = (ROOT / "examples" / "shop.yaml").read_text()
MODULE = "module.services."


def counted(pages: Mapping[str, str]) -> tuple[Inventory, set[str]]:
    """The inventory of a stack, and the addresses of which only Terraform can tell what they add."""
    stack = Stack(pages)
    parts = parts_of(stack)
    region = str(stack.provider["region"])
    return inventory_of(region, parts), {address for address, each in parts.items() if each is None}


def expected(blueprint: Blueprint) -> Inventory:
    """What `tfgen cost` counts, without what the spec assumes and with the names that AWS knows. Tasks on Spot
    have no known price."""
    found = take_inventory(replace(blueprint, cost=replace(blueprint.cost, tasks=())))
    names = {service.key: service.aws_name for service in blueprint.services}
    endpoints = {
        each.service: service_of_endpoint({"service_name": each.service_name})
        for each in blueprint.network.interface_endpoints
    }
    tasks = [replace(each, service=names[each.service]) for each in found.tasks if not each.on_spot]
    return replace(
        found,
        # Only services tell where tasks run_file; an address of their own does not say that it leads anywhere.
        zones=found.zones if tasks else 1,
        public_tasks=any(each.public for each in tasks),
        gateway_endpoints=tuple(sorted(found.gateway_endpoints)),
        interface_endpoints=tuple(
            sorted((endpoints[service], zones) for service, zones in found.interface_endpoints)
        ),
        tasks=tuple(sorted(tasks, key=lambda each: each.service)),
        # What a VPC has that exists, no page says; nothing of it is charged here.
        given_endpoints=(),
        given_nat=False,
    )


def on_spot(blueprint: Blueprint) -> set[str]:
    """The addresses of services with tasks on Fargate Spot."""
    tasks = {each.service: each for each in take_inventory(blueprint).tasks}
    return {
        f"{MODULE}aws_ecs_service.{service.label}"
        for service in blueprint.services
        if tasks[service.key].on_spot
    }


def overridden(outcome: Outcome) -> Blueprint:
    assert outcome.overridden, outcome.problems
    return outcome.overridden


@laws(60)
@given(specs())
def test_pages_have_the_inventory_of_their_blueprint(data: Data) -> None:
    outcome = outcome_of(data)
    blueprint = overridden(outcome)
    assert counted(outcome.pages()) == (expected(blueprint), on_spot(blueprint))


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.stem)
def test_golden_stacks_have_the_inventory_of_their_blueprint(spec: Path) -> None:
    outcome = run_file(spec)
    blueprint = overridden(outcome)
    assert counted(outcome.pages()) == (expected(blueprint), on_spot(blueprint))


def test_a_month_has_as_many_hours_as_a_spec_assumes() -> None:
    assert Cost().hours == HOURS


# --- overrides

WEB, TASK = f"{MODULE}aws_ecs_service.webapp", f"{MODULE}aws_ecs_task_definition.webapp"
ENDPOINT = "module.network.aws_vpc_endpoint."


@pytest.mark.parametrize(
    ("address", "patch"),
    [
        (WEB, {"desired_count": 5}),
        (WEB, {"desired_count": "0"}),
        (WEB, {"network_configuration": {"assign_public_ip": True}}),
        (WEB, {"capacity_provider_strategy": None}),
        (WEB, {"capacity_provider_strategy": None, "launch_type": "FARGATE"}),
        (TASK, {"cpu": 1024, "memory": "2048"}),
        (TASK, {"runtime_platform": {"cpu_architecture": "ARM64"}}),
        (f"{MODULE}aws_cloudwatch_log_group.webapp", {"retention_in_days": 0}),
        (f"{MODULE}aws_cloudwatch_log_group.webapp", {"retention_in_days": 7}),
        (f"{ENDPOINT}ecr_api", {"subnet_ids": []}),
        (f"{ENDPOINT}ecr_api", {"subnet_ids": None}),
        (f"{ENDPOINT}s3", {"route_table_ids": []}),
        ("module.load_balancer.aws_lb.main", {"idle_timeout": 90}),
    ],
)
def test_overrides_count_as_in_the_blueprint(address: str, patch: Any) -> None:
    outcome = run_text(SHOP + dump_yaml({"overrides": {address: patch}}), "shop.yaml")
    assert counted(outcome.pages()) == (expected(overridden(outcome)), set())


@pytest.mark.parametrize(
    ("address", "patch", "field", "value"),
    [
        # Where a load balancer stands is only a doubt in the eyes of proofs; how many zones it is in costs.
        (
            "module.load_balancer.aws_lb.main",
            {"subnets": ["subnet-1", "subnet-2", "subnet-3"]},
            "balancers",
            3,
        ),
        (f"{ENDPOINT}ecr_api", {"subnet_ids": ["subnet-1"]}, "interface_endpoints", 1),
    ],
)
def test_pages_tell_more_than_an_overridden_blueprint(
    address: str, patch: Any, field: str, value: Any
) -> None:
    outcome = run_text(SHOP + dump_yaml({"overrides": {address: patch}}), "shop.yaml")
    found, unknown = counted(outcome.pages())
    assert not unknown
    assert found != expected(overridden(outcome))
    seen = {
        "balancers": found.balancers[0].zones,
        "interface_endpoints": found.interface_endpoints[0][1],
    }
    assert seen[field] == value


# --- files of the user's

PROVIDER = 'provider "aws" {\n  region = "us-east-1"\n}\n'
NAT = 'resource "aws_nat_gateway" "own" {\n  subnet_id = "subnet-1"\nBODY}\n'
SERVICE = """\
resource "aws_ecs_service" "own" {
  name            = "own"
  task_definition = aws_ecs_task_definition.own.arn
  desired_count   = 3
  launch_type     = "FARGATE"

  network_configuration {
    subnets          = ["subnet-1", "subnet-2"]
    assign_public_ip = true
  }
}

resource "aws_ecs_task_definition" "own" {
  requires_compatibilities = ["FARGATE"]
  cpu                      = "256"
  memory                   = 512
}
"""
OWN_SERVICE = "own: 3 x 256/512 public"
LB = 'resource "aws_lb" "own" {\nBODY}\n'
ENDPOINT_OF = 'resource "aws_vpc_endpoint" "own" {\n  service_name = "com.amazonaws.us-east-1.sqs"\nBODY}\n'


def shown(pages: Mapping[str, str]) -> list[str]:
    """An inventory in words, and the addresses that are not in it."""
    found, unknown = counted(pages)
    return [
        *(["nat"] * found.nat_gateways),
        *(f"gateway {service}" for service in found.gateway_endpoints),
        *(f"interface {service} {zones}" for service, zones in found.interface_endpoints),
        *(f"{'public' if each.public else 'internal'} balancer {each.zones}" for each in found.balancers),
        *(
            f"{each.service}: {each.low} x {each.cpu}/{each.memory}{' arm' * each.arm}{' public' * each.public}"
            for each in found.tasks
        ),
        *(f"? {address}" for address in sorted(unknown)),
    ]


@pytest.mark.parametrize(
    ("page", "inventory"),
    [
        ("", []),
        # NAT gateways
        (NAT.replace("BODY", ""), ["nat"]),
        (NAT.replace("BODY", "  count = 2\n"), ["nat", "nat"]),
        (NAT.replace("BODY", "  count = 0\n"), []),
        (NAT.replace("BODY", '  for_each = toset(["a", "b"])\n'), ["nat", "nat"]),
        (NAT.replace("BODY", "  count = var.many\n") + 'variable "many" {}\n', ["? aws_nat_gateway.own"]),
        (NAT.replace("BODY", "  count = var.many\n") + 'variable "many" {\n  default = 1\n}\n', ["nat"]),
        (NAT.replace("BODY", '  connectivity_type = "public"\n'), ["nat"]),
        (NAT.replace("BODY", '  connectivity_type = "private"\n'), ["? aws_nat_gateway.own"]),
        (NAT.replace("BODY", "  provider = aws.other\n"), ["? aws_nat_gateway.own"]),
        (NAT.replace("BODY", '  region = "eu-west-1"\n'), ["? aws_nat_gateway.own"]),
        (NAT.replace("BODY", '  region = "us-east-1"\n'), ["nat"]),
        # endpoints
        (ENDPOINT_OF.replace("BODY", '  vpc_endpoint_type = "Interface"\n  subnet_ids = ["subnet-1"]\n'), ["interface sqs 1"]),
        (ENDPOINT_OF.replace("BODY", '  vpc_endpoint_type = "Interface"\n  subnet_ids = data.aws_subnets.all.ids\n'), ["? aws_vpc_endpoint.own"]),
        (ENDPOINT_OF.replace("BODY", '  vpc_endpoint_type = "Interface"\n  subnet_ids = aws_subnet.s[*].id\n') + 'resource "aws_subnet" "s" {\n  count = 2\n}\n', ["interface sqs 2"]),
        (ENDPOINT_OF.replace("BODY", '  vpc_endpoint_type = var.kind\n') + 'variable "kind" {}\n', ["? aws_vpc_endpoint.own"]),
        (ENDPOINT_OF.replace("BODY", '  route_table_ids = ["rtb-1"]\n'), ["gateway sqs"]),
        (ENDPOINT_OF.replace("BODY", '  vpc_endpoint_type = "GatewayLoadBalancer"\n  subnet_ids = ["subnet-1"]\n'), []),
        (
            ENDPOINT_OF.replace("BODY", '  vpc_endpoint_type = "GatewayLoadBalancer"\n  route_table_ids = ["rtb-1"]\n'),
            [],
        ),
        # log groups cost nothing before traffic
        ('resource "aws_cloudwatch_log_group" "own" {\n  retention_in_days = var.days\n}\nvariable "days" {}\n', []),
        # load balancers
        (LB.replace("BODY", '  subnets = ["subnet-1", "subnet-2"]\n'), ["public balancer 2"]),
        (LB.replace("BODY", '  internal = true\n  subnets = ["subnet-1", "subnet-2"]\n'), ["internal balancer 2"]),
        (LB.replace("BODY", '  subnet_mapping {\n    subnet_id = "subnet-1"\n  }\n\n  subnet_mapping {\n    subnet_id = "subnet-2"\n  }\n'), ["public balancer 2"]),
        (LB.replace("BODY", '  load_balancer_type = "network"\n  subnets = ["subnet-1"]\n'), ["public balancer 1"]),
        (LB.replace("BODY", '  load_balancer_type = "gateway"\n  subnets = ["subnet-1"]\n'), []),
        (LB.replace("BODY", "  subnets = var.subnets\n") + 'variable "subnets" {}\n', ["? aws_lb.own"]),
        (LB.replace("BODY", '  internal = var.internal\n  subnets = ["subnet-1"]\n') + 'variable "internal" {}\n', ["? aws_lb.own"]),
        # services
        (SERVICE, [OWN_SERVICE]),
        (SERVICE.replace("  desired_count   = 3\n", ""), ["own: 0 x 256/512 public"]),
        (SERVICE.replace("= 3\n", "= var.many\n") + 'variable "many" {}\n', ["? aws_ecs_service.own"]),
        (SERVICE.replace('"256"', '".25 vCPU"'), ["? aws_ecs_service.own"]),
        (SERVICE.replace('"256"', "1" * 12), ["? aws_ecs_service.own"]),
        (SERVICE.replace("aws_ecs_task_definition.own.arn", "var.tasks") + 'variable "tasks" {}\n', ["? aws_ecs_service.own"]),
        (SERVICE.replace("aws_ecs_task_definition.own.arn", '"${aws_ecs_task_definition.own.family}:${aws_ecs_task_definition.own.revision}"'), [OWN_SERVICE]),
        (SERVICE.replace("memory                   = 512", 'memory = 512\n  runtime_platform {\n    cpu_architecture = "ARM64"\n  }'), ["own: 3 x 256/512 arm public"]),
        (SERVICE.replace("memory                   = 512", 'memory = 512\n  dynamic "runtime_platform" {\n    for_each = []\n    content {}\n  }'), ["? aws_ecs_service.own"]),
        (SERVICE.replace("assign_public_ip = true", "assign_public_ip = false"), ["own: 3 x 256/512"]),
        (SERVICE.replace('"256"', "1" * 9), [f"own: 3 x {'1' * 9}/512 public"]),
        (SERVICE.replace('"256"', "1" * 10), ["? aws_ecs_service.own"]),
        (SERVICE.replace("aws_ecs_task_definition.own.arn", '"own:3"'), ["? aws_ecs_service.own"]),
        (SERVICE.replace("aws_ecs_task_definition.own.arn", "var.x ? aws_ecs_task_definition.own.arn : aws_ecs_task_definition.b.arn") + 'variable "x" {}\n', ["? aws_ecs_service.own"]),
        # what runs their tasks
        (SERVICE.replace('  launch_type     = "FARGATE"\n', '  dynamic "capacity_provider_strategy" {\n    for_each = var.x\n    content {}\n  }\n') + 'variable "x" {}\n', ["? aws_ecs_service.own"]),
        (SERVICE.replace('launch_type     = "FARGATE"', "capacity_provider_strategy = var.x") + 'variable "x" {}\n', ["? aws_ecs_service.own"]),
        (SERVICE.replace('launch_type     = "FARGATE"', "capacity_provider_strategy = [var.x]") + 'variable "x" {}\n', ["? aws_ecs_service.own"]),
        (SERVICE.replace('"FARGATE"\n\n', '"EC2"\n\n'), []),
        (SERVICE.replace('"FARGATE"\n\n', "var.kind\n\n") + 'variable "kind" {}\n', ["? aws_ecs_service.own"]),
        (SERVICE.replace('  launch_type     = "FARGATE"\n', ""), [OWN_SERVICE]),
        (SERVICE.replace('  launch_type     = "FARGATE"\n', "").replace('["FARGATE"]', '["EC2"]'), []),
        *(
            (SERVICE.replace('launch_type     = "FARGATE"\n', f"capacity_provider_strategy {{\n    capacity_provider = {provider}\n  }}\n"), found)
            for provider, found in [
                ('"FARGATE"', [OWN_SERVICE]),
                ('"FARGATE_SPOT"', ["? aws_ecs_service.own"]),
                ('"machines"', []),
                ("aws_ecs_capacity_provider.own.name", ["? aws_ecs_service.own"]),
            ]
        ),
    ],
)  # fmt: skip
def test_files_of_the_user_count_too(page: str, inventory: list[str]) -> None:
    assert shown({"own.tf": PROVIDER + page}) == inventory


def test_what_is_in_a_module_that_only_terraform_can_count_is_not_counted() -> None:
    call = 'module "m" {\n  source = "./m"\n  count = var.many\n}\n\nvariable "many" {}\n'
    pages = {"main.tf": PROVIDER + call, "m/nat.tf": NAT.replace("BODY", ""), "m2/nat.tf": ""}
    assert shown(pages) == ["? module.m.aws_nat_gateway.own"]


# --- what is said


def report_of(old: str, new: str, own: Mapping[str, str] | None = None) -> Report:
    pages = [dict(run_text(text, "shop.yaml").pages()) for text in (old, new)]
    assert all(pages)
    return changes_between(pages[0] | (own or {}), pages[1] | (own or {}))


def said(report: Report) -> list[str]:
    return [each for each in report.consequences if "Before traffic" in each or "in these costs" in each]


def edited(*edits: tuple[str, str]) -> str:
    text = SHOP
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    return text


CHANGES: list[tuple[list[tuple[str, str]], list[str]]] = [
    # Nothing in these costs more before traffic; the hours and tasks that a spec assumes are not in Terraform.
    ([], []),
    ([("webapp:1.4.2", "webapp:1.4.3")], []),
    ([("port: 5000", "port: 5001")], []),
    ([("name: shop\n", "name: shop\ncost: {hours: 100, tasks: {webapp: {low: 9}}}\n")], []),
    (
        [("egress: endpoints", "egress: nat")],
        ["Before traffic, the stack costs about USD 168.81 a month instead of 154.21 (14.60 more): 2 more NAT gateways (+73.00) and 4 fewer interface endpoints (-58.40)."],
    ),
    (
        [("egress: endpoints", "egress: public")],
        ["Before traffic, the stack costs about USD 110.41 a month instead of 154.21 (43.80 less): 4 fewer interface endpoints (-58.40) and 4 more public addresses (+14.60)."],
    ),
    (
        [("port: 3000", "port: 3000\n    count: 1")],
        ["Before traffic, the stack costs about USD 136.19 a month instead of 154.21 (18.02 less): webapp with 1 task instead of 2 (-18.02)."],
    ),
    (
        [("port: 3000", "port: 3000\n    cpu: 1024\n    memory: 2048\n    architecture: arm64")],
        ["Before traffic, the stack costs about USD 175.84 a month instead of 154.21 (21.63 more): webapp with 2 x 1 vCPU and 2 GB on ARM64 instead of 2 x 0.5 vCPU and 1 GB (+21.63)."],
    ),
    (
        [("services:", "overrides: {module.load_balancer.aws_lb.main: {internal: true}}\n\nservices:")],
        ["Before traffic, the stack costs about USD 146.91 a month instead of 154.21 (7.30 less): 2 fewer public addresses (-7.30)."],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("edits", "sentences"), CHANGES)
def test_a_change_is_said_with_its_causes(edits: list[tuple[str, str]], sentences: list[str]) -> None:
    assert said(report_of(SHOP, edited(*edits))) == sentences


def test_the_cost_is_the_last_sentence_before_the_list() -> None:
    text = as_text(report_of(SHOP, edited(("egress: endpoints", "egress: public"))))
    sentences = [line for line in text.splitlines() if line.startswith("  * ")]
    assert [number for number, line in enumerate(sentences) if "Before traffic" in line] == [
        len(sentences) - 1
    ]


NEW_SERVICE = """\
  jobs:
    image: 123456789012.dkr.ecr.us-east-1.amazonaws.com/jobs:1
    cpu: 256
    memory: 512
"""


def test_services_that_are_added_and_removed() -> None:
    more = SHOP.rstrip() + "\n" + NEW_SERVICE
    assert said(report_of(SHOP, more)) == [
        "Before traffic, the stack costs about USD 172.23 a month instead of 154.21 (18.02 more): new service jobs (+18.02)."
    ]
    assert said(report_of(more, SHOP)) == [
        "Before traffic, the stack costs about USD 154.21 a month instead of 172.23 (18.02 less): removed service jobs (-18.02)."
    ]


def test_a_renamed_service_costs_what_it_did() -> None:
    renamed = edited(
        ("backendserver:\n", "orders:\n    was: backendserver\n"), ("[backendserver]", "[orders]")
    )
    assert said(report_of(SHOP, renamed)) == []


def test_an_endpoint_beside_others() -> None:
    assert said(report_of(SHOP, edited(("port: 3000", "port: 3000\n    uses: [sqs]")))) == [
        "Before traffic, the stack costs about USD 168.81 a month instead of 154.21 (14.60 more): 1 more interface endpoint (+14.60)."
    ]


def test_endpoints_in_more_zones() -> None:
    three = edited(("  egress:", "  zones: [a, b, c]\n  egress:"))
    assert said(report_of(SHOP, three)) == [
        "Before traffic, the stack costs about USD 187.06 a month instead of 154.21 (32.85 more): "
        "interface endpoints with 12 addresses instead of 8 (+29.20) and 1 more public address (+3.65)."
    ]


def test_the_causes_with_the_largest_differences_are_named() -> None:
    seven = "".join(
        NEW_SERVICE.replace("jobs", f"jobs-{number}") + f"    count: {number}\n" for number in range(1, 8)
    )
    report = report_of(SHOP, SHOP.rstrip() + "\n" + seven)
    (line,) = (line for line in as_text(report).splitlines() if "Before traffic" in line)
    assert line.endswith(
        ": new service jobs-7 (+63.07), new service jobs-6 (+54.06), new service jobs-5 (+45.05), "
        "new service jobs-4 (+36.04), new service jobs-3 (+27.03) and 2 more."
    )
    assert sum(each.difference for each in report.cost.causes) == pytest.approx(report.cost.difference)


# --- other Regions


def moved(region: str, *edits: tuple[str, str]) -> str:
    return edited(("us-east-1", region), *edits)


def test_another_region_has_other_prices() -> None:
    assert said(report_of(SHOP, moved("eu-west-1", ("egress: endpoints", "egress: nat")))) == [
        "Before traffic, the stack costs about USD 175.16 a month in eu-west-1 instead of 154.21 in us-east-1 (20.95 more): "
        "2 more NAT gateways (+73.00), 4 fewer interface endpoints (-58.40) and the prices of eu-west-1 (+6.35)."
    ]


def test_without_prices_nothing_is_said() -> None:
    public = ("egress: endpoints", "egress: public")
    for old, new in [
        (moved("eusc-de-east-1"), moved("eusc-de-east-1", public)),
        (SHOP, moved("eusc-de-east-1")),
        (moved("eusc-de-east-1"), SHOP),
    ]:
        report = report_of(old, new)
        assert (said(report), report.cost, as_json(report)["cost"]) == ([], None, None)


def test_a_module_has_no_region() -> None:
    old, new = (
        dict(run_text(text, "shop.yaml", as_module=True).pages())
        for text in (SHOP, edited(("egress: endpoints", "egress: public")))
    )
    report = changes_between(old, new)
    assert report.changes
    assert said(report) == []


def test_more_of_what_has_no_known_price_is_no_sum() -> None:
    """In eu-north-1 no price of interface endpoints and load balancers is known."""
    north = moved("eu-north-1")
    assert said(report_of(north, moved("eu-north-1", ("egress: endpoints", "egress: nat")))) == []
    assert said(report_of(north, SHOP)) == []
    assert said(report_of(SHOP, north)) == []
    # Where the Region changes, and where a known price of something else hides it.
    assert said(report_of(north, moved("ap-east-1"))) == []
    assert said(report_of(north, moved("eu-north-1", ("  egress:", "  zones: [a, b, c]\n  egress:")))) == []
    (sentence,) = said(report_of(north, moved("eu-north-1", ("port: 3000", "port: 3000\n    count: 1"))))
    assert sentence.startswith(
        "Before traffic and without what has no known price (hour of an interface endpoint in one zone, "
        "Application Load Balancer-hour), the stack costs about USD "
    )
    assert "webapp with 1 task instead of 2 (-" in sentence


# --- what is unknown, or kept


def test_what_cannot_be_told_is_on_neither_side() -> None:
    """Otherwise a number of tasks that becomes a variable would be a service that ends."""
    fixed = {
        "own.tf": SERVICE,
        "nat.tf": NAT.replace("BODY", "  count = var.many\n") + 'variable "many" {}\n',
    }
    open_number = fixed | {"own.tf": SERVICE.replace("= 3\n", "= var.many\n")}
    pages = dict(run_text(SHOP, "shop.yaml").pages())
    public = dict(run_text(edited(("egress: endpoints", "egress: public")), "shop.yaml").pages())
    assert said(changes_between(pages | fixed, pages | open_number)) == []
    assert said(changes_between(pages | fixed, public | open_number)) == [
        "Before traffic, the stack costs about USD 110.41 a month instead of 154.21 (43.80 less): 4 fewer interface endpoints (-58.40) and 4 more public addresses (+14.60).",
        "aws_ecs_service.own and aws_nat_gateway.own: not in these costs; the files do not tell what they cost.",
    ]


GATEWAY = NAT.replace("BODY", "")


def test_a_gateway_alone() -> None:
    """Created, destroyed, and with another address, which costs the same."""
    old, new = ({"own.tf": PROVIDER + text} for text in ("", GATEWAY))
    assert [each.what for each in changes_between(old, new).cost.causes] == ["1 more NAT gateway"]
    assert [each.what for each in changes_between(new, old).cost.causes] == ["1 fewer NAT gateway"]
    other = (
        GATEWAY.replace('"own"', '"other"')
        + "moved {\n  from = aws_nat_gateway.own\n  to = aws_nat_gateway.other\n}\n"
    )
    after = {"own.tf": PROVIDER + other + SERVICE}
    assert changes_between(new, {"own.tf": PROVIDER + other}).cost is None
    assert [each.what for each in changes_between(new, after).cost.causes] == [
        "new service own",
        "3 more public addresses",
    ]


def test_a_number_that_is_no_longer_known() -> None:
    old = {"own.tf": PROVIDER + GATEWAY}
    new = {
        "own.tf": PROVIDER + NAT.replace("BODY", "  count = var.many\n") + 'variable "many" {}\n' + SERVICE
    }
    cost = changes_between(old, new).cost
    assert cost.uncounted == ("aws_nat_gateway.own",)
    assert cost.old == 0


@pytest.mark.parametrize(
    ("difference", "words", "cause"),
    [
        (0.5, "(0.50 more)", "(+0.50)"),
        (-0.5, "(0.50 less)", "(-0.50)"),
        (1234.5, "(1,234.50 more)", "(+1,234.50)"),
    ],
)
def test_small_and_large_amounts(difference: float, words: str, cause: str) -> None:
    change = CostChange(
        2000.0, 2000.0 + difference, (Cause("x", difference),), ("us-east-1", "us-east-1"), (), ()
    )
    (sentence,) = (each.whole() for each in cost_consequences(change))
    assert f"instead of 2,000.00 {words}: x {cause}." in sentence


def test_services_of_a_name_are_counted_together() -> None:
    two = SERVICE + SERVICE.replace('"own" {', '"other" {').replace(
        "aws_ecs_task_definition.own", "aws_ecs_task_definition.other"
    ).replace('"256"', '"512"')
    old, new = ({"own.tf": PROVIDER + text} for text in (two, two.replace("= 3\n", "= 4\n")))
    (cause,) = changes_between(old, new).cost.causes[:1]
    assert cause.what == "own with 8 tasks instead of 6"
    old, new = ({"own.tf": PROVIDER + text} for text in (SERVICE, two))
    assert [each.what for each in changes_between(old, new).cost.causes] == [
        "own with 3 x 0.25 vCPU and 0.5 GB and 3 x 0.5 vCPU and 0.5 GB instead of 3 x 0.25 vCPU and 0.5 GB",
        "3 more public addresses",
    ]


KEPT = "\n  lifecycle {\n    ignore_changes = [NAME]\n  }\n\n  network_configuration {"


@pytest.mark.parametrize(
    ("name", "edit", "cost"),
    [
        ("desired_count", ("= 3\n", "= 9\n"), None),
        ("task_definition", ('"256"', '"1024"'), None),
        ("all", ("= 3\n", "= 9\n"), None),
        ("load_balancer", ("= 3\n", "= 9\n"), 6),
    ],
)
def test_what_a_service_ignores_changes_no_cost(name: str, edit: tuple[str, str], cost: int | None) -> None:
    """Alone, and beside a change that it does not ignore: another public address or none."""
    kept = "ignore_changes = all" if name == "all" else f"ignore_changes = [{name}]"
    old = PROVIDER + SERVICE.replace(
        "\n  network_configuration {", KEPT.replace("ignore_changes = [NAME]", kept)
    )
    assert old.count(edit[0]) == 1
    new = old.replace(*edit)
    alone = changes_between({"own.tf": old}, {"own.tf": new}).cost
    assert (alone and round(alone.difference / (0.25 * 0.04048 + 0.5 * 0.004445 + 0.005) / HOURS)) == cost
    private = new.replace("assign_public_ip = true", "assign_public_ip = false")
    beside = changes_between({"own.tf": old}, {"own.tf": private}).cost
    if name in ("desired_count", "task_definition"):
        assert beside
        assert [each.what for each in beside.causes] == ["3 fewer public addresses"]


# --- the command


def printed(old: Path, new: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    monkeypatch.setattr("sys.argv", ["tfgen", "changes", str(old), str(new), "--json"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert not ended.value.code
    return json.loads(capsys.readouterr().out)["cost"]


def test_programs_get_the_cost_as_numbers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new = tmp_path / "shop.yaml", tmp_path / "new.yaml"
    old.write_text(SHOP)
    new.write_text(edited(("egress: endpoints", "egress: public")))
    cost = printed(old, new, monkeypatch, capsys)
    assert {name: round(cost[name], 2) for name in ("old", "new", "difference")} == {
        "old": 154.21,
        "new": 110.41,
        "difference": -43.8,
    }
    assert [(each["what"], round(each["difference"], 2)) for each in cost["causes"]] == [
        ("4 fewer interface endpoints", -58.4),
        ("4 more public addresses", 14.6),
    ]
    assert (cost["unpriced"], cost["uncounted"]) == ([], [])
    assert printed(old, old, monkeypatch, capsys) is None
