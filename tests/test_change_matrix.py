"""The change matrix: what each change costs, planned by Terraform over stacks that stand.

The rows and what they should cost are in support/change_matrix.py, said by hand. Real Terraform is held
against them here, and so are tfgen's own prediction (test_changes.py) and the table of docs/changes.md.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from _pytest.mark import ParameterSet
from support.change_matrix import BASES, ROWS, SECTIONS, Row
from support.standing import Standing, signs, stand_up

from tfgen import render_text
from tfgen.changes.report import between

if TYPE_CHECKING:
    from support.terraform import Terraform

DOC = Path(__file__).parent.parent / "docs" / "changes.md"

# What no change may cost: a new VPC, public subnet, load balancer, cluster or namespace.
FOUNDATION = (
    "aws_vpc",
    "aws_internet_gateway",
    "aws_lb",
    "aws_ecs_cluster",
    "aws_service_discovery_http_namespace",
)
# What belongs to one service, whose tasks take requests meanwhile.
IN_USE = ("aws_ecs_service", "aws_lb_target_group", "aws_lb_listener_rule")


# The stacks that one process applies side by side.
GROUPS = {"shop": ("public", "nat", "endpoints", "nat-endpoints"), "market": ("market",)}


@cache
def pages(spec: str) -> Mapping[str, str]:
    found, problems = render_text(spec)
    assert found, problems
    return found


def planned() -> list[ParameterSet]:
    """Every row, in the group of its base."""
    homes = {
        base: pytest.mark.xdist_group(f"changes-{name}") for name, bases in GROUPS.items() for base in bases
    }
    rows = sorted(ROWS, key=lambda row: row.base == "market")
    return [pytest.param(row, marks=homes[row.base], id=row.name) for row in rows]


def each(rows: Iterable[Row] = ROWS) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("row", [pytest.param(row, id=row.name) for row in rows])


@pytest.fixture(scope="module")
def standing(terraform: Terraform) -> Callable[[str], Standing]:
    """The applied stack of a base; the first one asked for brings the others of its group along."""

    @cache
    def group(bases: tuple[str, ...]) -> Mapping[str, Standing]:
        return stand_up(terraform, {base: pages(BASES[base]) for base in bases})

    return lambda base: next(group(bases)[base] for bases in GROUPS.values() if base in bases)


@pytest.mark.parametrize("row", planned())
def test_terraform_plans_what_the_row_says(standing: Callable[[str], Standing], row: Row) -> None:
    assert standing(row.base).signs(pages(row.spec)) == row.expected


# Edits by hand of the market's pages, for the arguments that no spec changes: page, what stands there, and
# what somebody writes. Terraform's plan and tfgen's must agree on them: that holds facts/replacement.json.
EDITS = {
    "what replaces the parts of a service": (
        ("services/orders.tf", '"/ecs/matrix-market/orders"', '"/ecs/other"'),
        ("services/orders.tf", '"matrix-market-orders-task-us-east-1"', '"other"'),
        ("services/orders.tf", '"Tasks of orders"', '"Other tasks"'),
        ("services/orders.tf", '"order-"', '"other-"'),
        ("services/catalog.tf", '"start-tasks"', '"other"'),
        ("services/catalog.tf", '= "matrix-market-catalog"\n  requires', '= "other"\n  requires'),
        ("services/catalog.tf", 'name                              = "catalog"', 'name = "other"'),
        ("services/catalog.tf", 'protocol             = "HTTP"', 'protocol = "HTTPS"'),
        ("services/dashboard.tf", 'target_type          = "ip"', 'target_type = "instance"'),
        ("services/dashboard.tf", '"matrix-market-dashboard"', '"other"'),
        ("services/storefront.tf", "group.storefront.id\n  desc", "group.orders.id\n  desc"),
    ),
    "what replaces the parts of a network": (
        ("network/routes.tf", '"0.0.0.0/0"', '"0.0.0.0/1"'),
        ("network/endpoints.tf", "us-east-1.s3", "us-east-1.dynamodb"),
        ("network/subnets.tf", '"10.0.16.0/20"', '"10.0.240.0/20"'),
        ("network/subnets.tf", '"10.0.136.0/22"', '"10.0.140.0/22"'),
    ),
    "what replaces the load balancer, the cluster and the namespace": (
        ("load_balancer/load_balancer.tf", "= false", "= true"),
        ("load_balancer/security.tf", '"matrix-market-load-balancer"\n  desc', '"other"\n  desc'),
        ("services/cluster.tf", '"matrix-market"', '"other"'),
        ("services/discovery.tf", '"Service Connect names of matrix-market"', '"Other names"'),
    ),
    "what replaces everything": (("network/vpc.tf", '"10.0.0.0/16"', '"10.1.0.0/16"'),),
    "what changes in place": (
        ("load_balancer/load_balancer.tf", "drop_invalid_header_fields = true", "enable_http2 = false"),
        ("load_balancer/security.tf", '"0.0.0.0/0"', '"192.0.2.0/24"'),
        ("load_balancer/listeners.tf", '"Not found"', '"Nothing here"'),
        ("network/vpc.tf", "enable_dns_hostnames = true", "enable_dns_hostnames = false"),
        ("network/subnets.tf", '"matrix-market-public-', '"other-'),
        ("network/endpoints.tf", "[for table in aws_route_table.private : table.id]", "[]"),
        ("services/cluster.tf", '["FARGATE", "FARGATE_SPOT"]', '["FARGATE"]'),
        ("services/cluster.tf", '"enabled"', '"disabled"'),
        ("services/roles.tf", '"sts:AssumeRole"', '["sts:AssumeRole", "sts:TagSession"]'),
        ("services/orders.tf", '"200-399"', '"200"'),
        ("services/orders.tf", "deregistration_delay = 60", "deregistration_delay = 30"),
        ("services/orders.tf", '"/api/orders/*"', '"/api/orders/?"'),
        ("services/orders.tf", "retention_in_days = 30", "retention_in_days = 60"),
        ("services/orders.tf", '"PullImage"', '"Pull"'),
        ("services/orders.tf", "rollback = true", "rollback = false"),
        ("services/orders.tf", '"SERVICE"', '"TASK_DEFINITION"'),
        ("services/orders.tf", "health_check_grace_period_seconds = 60", "enable_execute_command = true"),
        ("services/catalog.tf", '"service-connect"', '"proxy"'),
        ("services/dashboard.tf", '"The internet, port 443"', '"Out"'),
    ),
}  # fmt: skip


@pytest.mark.xdist_group("changes-market")
@pytest.mark.parametrize("edits", EDITS.values(), ids=EDITS)
def test_terraform_plans_what_tfgen_foresees(
    standing: Callable[[str], Standing], edits: tuple[tuple[str, str, str], ...]
) -> None:
    before = pages(BASES["market"])
    after = dict(before)
    for name, old, new in edits:
        page = f"modules/{name}"
        assert old in after[page], (page, old)
        after[page] = after[page].replace(old, new)
    foreseen = {change.address: str(change.action) for change in between(before, after).changes}
    assert standing("market").signs(after) == foreseen


def lost(row: Row) -> list[str]:
    """The types and names, such as `aws_lb.main`, of what a row destroys or replaces."""
    gone = [address for address, sign in row.expected.items() if sign in ("-", "-/+", "+/-")]
    return [address.split(".", 2)[2] for address in gone]


@each()
def test_the_foundation_stays(row: Row) -> None:
    assert not [each for each in lost(row) if each.split(".")[0] in FOUNDATION]


@each()
def test_a_subnet_goes_with_its_zone_and_a_private_one_with_its_way_out(row: Row) -> None:
    subnets = {each for each in lost(row) if each.startswith("aws_subnet.")}
    dropped = set(re.findall(r"zones: (.*)", BASES[row.base])[0]) - set(
        re.findall(r"zones: (.*)", row.spec)[0]
    )
    may_go = {f'aws_subnet.{role}["{zone}"]' for role in ("public", "private") for zone in dropped}
    if "egress: public" in row.spec:
        may_go |= {f'aws_subnet.private["{zone}"]' for zone in "abc"}
    assert subnets <= may_go


@each()
def test_what_a_row_is_not_about_stays_in_use(row: Row) -> None:
    home = owners(pages(BASES[row.base]))
    touched = {home[each] for each in lost(row) if each.split(".")[0] in IN_USE}
    assert touched <= set(row.about)


def owners(pages: Mapping[str, str]) -> dict[str, str]:
    """`aws_lb_listener_rule.api` -> the service in whose file it stands."""
    return {
        f"{kind}.{name}": Path(path).stem
        for path, text in pages.items()
        for kind, name in re.findall(r'^resource "(\w+)" "(\w+)"', text, re.MULTILINE)
    }


def test_only_a_service_that_goes_is_destroyed() -> None:
    """A service is never replaced, and destroyed only with its name in the spec."""
    rows = [row.name for row in ROWS if any(each.startswith("aws_ecs_service.") for each in lost(row))]
    assert rows == ["service removed", "service renamed"]


def test_every_switch_of_the_way_out_is_a_row() -> None:
    ways = ("public", "nat", "endpoints", "nat+endpoints")
    names = {f"way out: {old} to {new}" for old in ways for new in ways if old != new}
    assert names == {row.name for row in SECTIONS["The way out"]}


def test_rows_have_names_of_their_own() -> None:
    assert len({row.name for row in ROWS}) == len(ROWS)


def table() -> str:
    """The table of docs/changes.md."""
    lines = ["| change | created | updated | replaced | destroyed |", "|---|---|---|---|---|"]
    for section, rows in SECTIONS.items():
        lines.append(f"| **{section}** | | | | |")
        for row in rows:
            cells = [str(row.counts[what] or "") for what in ("created", "updated", "replaced", "destroyed")]
            lines.append(f"| {row.name} | {' | '.join(cells)} |")
    return re.sub(" +", " ", "\n".join(lines))


def test_the_documents_table_is_the_matrix() -> None:
    assert table() in DOC.read_text()


@pytest.mark.parametrize(
    ("plan", "expected"),
    [
        ("No changes. Your infrastructure matches the configuration.\n", {}),
        (
            '  # module.a.aws_x.b["c"] must be replaced\n+/- resource "aws_x" "b" {\n'
            "  # aws_y.z will be destroyed\n  # (because aws_y.z is not in configuration)\n"
            '  - resource "aws_y" "z" {\n  # aws_w.v will be updated in-place\n  ~ resource "aws_w" {\n'
            "Plan: 1 to add, 1 to change, 2 to destroy.\n",
            {'module.a.aws_x.b["c"]': "+/-", "aws_y.z": "-", "aws_w.v": "~"},
        ),
    ],
    ids=["nothing", "some"],
)
def test_signs_of_a_plan(plan: str, expected: dict[str, str]) -> None:
    assert signs(plan) == expected


def test_a_plan_that_is_not_understood_is_no_plan_without_changes() -> None:
    with pytest.raises(AssertionError, match="2 to add"):
        signs("Plan: 2 to add, 0 to change, 0 to destroy.\n")
