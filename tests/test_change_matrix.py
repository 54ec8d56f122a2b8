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
from support.accepted import committed
from support.change_matrix import BASES, EARLY, EDITS, ROWS, SECTIONS, Row, edited
from support.change_matrix import FOUNDATION as OF_THE_FOUNDATION
from support.defaults import SAID_OTHERWISE, turned, ways
from support.deployed import DeployedStack, Planned, deploy_stacks, signs

from tfgen import facts, render_text
from tfgen.changes.report import changes_between

if TYPE_CHECKING:
    from support.terraform import Terraform

DOC = Path(__file__).parent.parent / "docs" / "changes.md"

# What no other change may cost: a new VPC, public subnet, load balancer, cluster or namespace.
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
GROUPS = {
    "shop": ("public", "nat", "endpoints", "nat-endpoints", "given"),
    "market": ("market", "front", "scaled"),
    "jobs": ("jobs",),
}


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
    rows = sorted(ROWS, key=lambda row: row.base in GROUPS["market"])
    return [pytest.param(row, marks=homes[row.base], id=row.name) for row in rows]


def each(rows: Iterable[Row] = ROWS) -> pytest.MarkDecorator:
    """The rows, but for those that are about the foundation."""
    rows = [row for row in rows if row not in OF_THE_FOUNDATION]
    return pytest.mark.parametrize("row", [pytest.param(row, id=row.name) for row in rows])


@pytest.fixture(scope="module")
def deployed(terraform: Terraform, running: Terraform) -> Callable[[str], DeployedStack]:
    """The applied stack of a base; the first one asked for brings the others of its group along."""

    @cache
    def group(bases: tuple[str, ...]) -> Mapping[str, DeployedStack] | Exception:
        try:
            stacks = deploy_stacks(terraform, {base: pages(BASES[base]) for base in bases})
        except Exception as error:  # kept: a hundred tests would each wait for it again
            return error
        return {base: each.run_by(running) for base, each in stacks.items()}

    def deployed(base: str) -> DeployedStack:
        stacks = next(group(bases) for bases in GROUPS.values() if base in bases)
        if isinstance(stacks, Exception):
            raise stacks
        return stacks[base]

    return deployed


@pytest.mark.parametrize("row", planned())
def test_terraform_plans_what_the_row_says(deployed: Callable[[str], DeployedStack], row: Row) -> None:
    with deployed(row.base).planned(pages(row.spec)) as planned:
        assert planned.signs == row.expected
        assert early(planned) == set(EARLY.get(row.name, ("", ""))[0].split())


# What tasks and requests use while they run.
USED = (
    "aws_iam_role_policy",
    "aws_iam_role_policy_attachment",
    "aws_lb_listener_rule",
    "aws_lb_target_group",
    "aws_nat_gateway",
    "aws_route",
    "aws_route_table_association",
    "aws_vpc_endpoint",
    "aws_vpc_security_group_egress_rule",
    "aws_vpc_security_group_ingress_rule",
)


def early(planned: Planned) -> set[str]:
    """The types of what is in use and goes before all that is new is there and all services know it."""
    kinds = {address: address.split(".")[2] for address in planned.signs}
    new = [each for each, sign in planned.signs.items() if "+" in sign and kinds[each] in USED]
    new += [each for each, sign in planned.signs.items() if sign == "~" and kinds[each] == "aws_ecs_service"]
    gone = [each for each, sign in planned.signs.items() if "-" in sign and kinds[each] in USED]
    return {
        kinds[each]
        for each in gone
        if not all(planned.is_after(f"{each} (destroy)", other) for other in new if other != each)
    }


@pytest.mark.xdist_group("changes-market")
@pytest.mark.parametrize("name", EDITS)
def test_terraform_plans_what_tfgen_foresees(deployed: Callable[[str], DeployedStack], name: str) -> None:
    before = pages(BASES["market"])
    after = edited(before, name)
    foreseen = {change.address: str(change.action) for change in changes_between(before, after).changes}
    assert deployed("market").signs(after) == foreseen


# Defaults that AWS tells in its answers and the emulator does not, so that its state lacks them.
NOT_TOLD = {
    ("aws_cloudwatch_log_group", "log_group_class"),
    ("aws_ecs_service", "platform_version"),
    ("aws_lb_target_group", "load_balancing_anomaly_mitigation"),
}


@pytest.mark.xdist_group("changes-market")
def test_terraform_plans_nothing_where_a_default_is_said(deployed: Callable[[str], DeployedStack]) -> None:
    """Every default of the facts, said where the market leaves it out, and left out where it says it."""
    told = {
        kind: {name: value for name, value in row.items() if (kind, name) not in NOT_TOLD}
        for kind, row in facts.default_values().items()
    }
    after, found = turned(pages(BASES["market"]), told)
    assert found == set(ways(told)) - SAID_OTHERWISE
    assert deployed("market").signs(after) == {}


IGNORED = {
    "orders": "all",
    "catalog": "[tags]",
    "dashboard": "[tags_all]",
    "storefront": '[tags["team"]]',
}


@pytest.mark.xdist_group("changes-market")
@pytest.mark.parametrize(
    "tags", ['{ team = "other" }', '{ team = "market", cost = "x" }', "{}", '{ cost = "x" }']
)
def test_default_tags_of_what_ignores_tags(deployed: Callable[[str], DeployedStack], tags: str) -> None:
    """Terraform reads what exists first: what was a default then counts as a tag of the resource's own."""
    before = pages(BASES["market"])
    after = {**before, "terraform.tf": before["terraform.tf"].replace("tags = var.tags", f"tags = {tags}")}
    about = []
    for service, ignored in IGNORED.items():
        page = f"modules/services/{service}.tf"
        for kind in ("aws_ecs_service", "aws_security_group"):
            head = f'resource "{kind}" "{service}" {{\n'
            assert head in after[page]
            after[page] = ignoring(after[page], head, ignored)
            about.append(f"module.services.{kind}.{service}")
    foreseen = {change.address: str(change.action) for change in changes_between(before, after).changes}
    planned = deployed("market").signs(after, refresh=True)
    assert {each: planned.get(each) for each in about} == {each: foreseen.get(each) for each in about}


def ignoring(page: str, head: str, ignored: str) -> str:
    """A page with `ignore_changes` in the block that begins with `head`, in a lifecycle that is there."""
    before, _, rest = page.partition(head)
    block, end, others = rest.partition("\n}\n")
    argument = f"    ignore_changes = {ignored}\n"
    if "  lifecycle {\n" in block:
        block = block.replace("  lifecycle {\n", f"  lifecycle {{\n{argument}")
    else:
        block += f"\n  lifecycle {{\n{argument}  }}"
    return f"{before}{head}{block}{end}{others}"


@pytest.mark.xdist_group("changes-shop")
def test_in_another_region_terraform_finds_only_roles(deployed: Callable[[str], DeployedStack]) -> None:
    """The same state, another region: what tfgen foresees is what Terraform plans when it looks there."""
    before, after = pages(BASES["public"]), pages(BASES["public"].replace("us-east-1", "eu-west-1"))
    foreseen = {change.address: str(change.action) for change in changes_between(before, after).changes}
    assert deployed("public").signs(after, refresh=True) == foreseen
    assert {address.split(".")[2] for address, sign in foreseen.items() if sign != "+"} == {
        "aws_iam_role",
        "aws_iam_role_policy",
    }


def lost(row: Row) -> list[str]:
    """The types and names, such as `aws_lb.main`, of what a row destroys or replaces."""
    gone = [address for address, sign in row.expected.items() if sign in ("-", "-/+", "+/-")]
    return [address.split(".", 2)[2] for address in gone]


@each()
def test_the_foundation_stays(row: Row) -> None:
    assert not [each for each in lost(row) if each.split(".")[0] in FOUNDATION]


@each()
def test_a_subnet_is_destroyed_with_its_zone_and_a_private_one_with_its_egress_or_range(row: Row) -> None:
    subnets = {each for each in lost(row) if each.startswith("aws_subnet.")}
    dropped = set(re.findall(r"zones: (.*)", BASES[row.base])[0]) - set(
        re.findall(r"zones: (.*)", row.spec)[0]
    )
    may_go = {f'aws_subnet.{role}["{zone}"]' for role in ("public", "private") for zone in dropped}
    if "egress: public" in row.spec:
        may_go |= {f'aws_subnet.private["{zone}"]' for zone in "abc"}
    for role, pinned in re.findall(r"subnets: \{(\w+): (.*)\}", row.spec):
        may_go |= {f'aws_subnet.{role}["{zone}"]' for zone in re.findall(r"(\w):", pinned)}
    assert subnets <= may_go


@each()
def test_what_a_row_is_not_about_stays_in_use(row: Row) -> None:
    home = owners(pages(BASES[row.base]))
    touched = {home[each] for each in lost(row) if each.split(".")[0] in IN_USE}
    assert touched <= set(row.about)


def owners(pages: Mapping[str, str]) -> dict[str, str]:
    """`aws_lb_listener_rule.api` -> the service whose file contains it."""
    return {
        f"{kind}.{name}": Path(path).stem
        for path, text in pages.items()
        for kind, name in re.findall(r'^resource "(\w+)" "(\w+)"', text, re.MULTILINE)
    }


def test_only_a_removed_service_is_destroyed() -> None:
    """A service is destroyed only with its name in the spec; replaced, with the stack's or its cluster, or
    because nothing says that it leaves Fargate Spot."""
    rows = [row.name for row in ROWS if any(each.startswith("aws_ecs_service.") for each in lost(row))]
    assert rows == [
        "service removed",
        "service renamed",
        "Fargate Spot no longer in the spec",
        "cluster exchanged for an existing one",
        "stack renamed",
    ]


def test_every_change_of_egress_is_a_row() -> None:
    ways = ("public", "nat", "endpoints", "nat+endpoints")
    names = {f"egress: {old} to {new}" for old in ways for new in ways if old != new}
    assert names == {row.name for row in SECTIONS["Egress"]}


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
    before, _, behind = DOC.read_text().partition("| change | created |")
    after = behind[behind.index("|\n\n") :] if "|\n\n" in behind else "|\n"
    page = before + table().removesuffix("|") + after
    assert committed(DOC, page) == page


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
