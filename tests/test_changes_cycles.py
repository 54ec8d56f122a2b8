"""Changes that wait for one another in a circle, which Terraform ends with "Error: Cycle"."""

from __future__ import annotations

import re
import tempfile
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import pytest
from support.change_matrix import BASES
from support.deployed import signs, write
from support.small_stacks import change, page

from tfgen import facts, render_text
from tfgen.changes.compare import compare_stacks
from tfgen.changes.cycles import find_circles, find_cycles
from tfgen.changes.report import changes_between
from tfgen.changes.stack import Stack

if TYPE_CHECKING:
    from support.terraform import Terraform


def mutual(waits: Mapping[int, list[int]]) -> set[frozenset[int]]:
    """The steps that can all be reached from one another, found the long way."""

    def reached(start: int) -> set[int]:
        found, waiting = set[int](), [start]
        while waiting:
            more = {*waits.get(waiting.pop(), ())} - found
            found |= more
            waiting += more
        return found

    after = {step: reached(step) for step in range(12)}
    same = {step: frozenset(each for each in after[step] if step in after[each]) for step in after}
    return {circle for circle in same.values() if len(circle) > 1}


def test_circles_of_random_waits() -> None:
    sizes = set()
    for seed in range(300):
        rng = Random(seed)
        waits = {step: rng.sample(range(12), rng.randint(0, 3)) for step in range(12)}
        steps = {
            ("make", str(step)): [("make", str(each)) for each in after] for step, after in waits.items()
        }
        found = [[int(number) for _, number in circle] for circle in find_circles(steps, steps.__getitem__)]
        assert sorted(map(sorted, found)) == sorted(map(sorted, mutual(waits)))
        sizes |= set(map(len, found))
    assert {2, 3, 5, 8} <= sizes


def test_a_long_way_needs_no_recursion() -> None:
    steps = {("make", str(step)): [("make", str((step + 1) % 50_000))] for step in range(50_000)}
    assert [len(circle) for circle in find_circles(steps, steps.__getitem__)] == [50_000]


# --- small stacks: what Terraform says, exactly


@pytest.fixture
def replaced_by_triggers(monkeypatch: pytest.MonkeyPatch) -> None:
    """tfgen does not say what replaces a type that it does not write."""
    known = facts.replacement
    data = facts.Replacement(frozenset({"triggers_replace"}), frozenset(), tags=False)
    monkeypatch.setattr(facts, "replacement", lambda kind: data if kind == "terraform_data" else known(kind))


MANY = 150


@pytest.mark.parametrize("refresh", [False, True])
@pytest.mark.usefixtures("replaced_by_triggers")
def test_terraform_ends_in_the_same_circles(terraform: Terraform, refresh: bool) -> None:
    """Each change is that of a module; a stack of many is planned in one run, which names every circle."""
    changed = {f"g{number}": change(f"{refresh} {number}") for number in range(MANY)}
    calls = {"main.tf": "".join(f'module "{name}" {{\n  source = "./{name}"\n}}\n' for name in changed)}
    old = calls | {f"{name}/main.tf": page(each.old) for name, each in changed.items()}
    new = calls | {f"{name}/main.tf": page(each.new, each.moves) for name, each in changed.items()}
    folder = Path(tempfile.mkdtemp(dir=terraform.workspace))
    write(old, folder)
    stack = terraform.stack(folder)
    stack.init()
    stack.apply()
    write(new, stack.folder)
    done = terraform.run("plan", "-no-color", f"-refresh={str(refresh).lower()}", cwd=stack.folder)

    before = Stack(old)
    after = Stack(new, like=before)
    changes = compare_stacks(before, after)
    assert {each.address: str(each.action) for each in changes} == signs(done.stdout)
    found = [{each.address for each in circle} for circle in find_cycles(changes, before, after)]
    foreseen, real = {next(iter(circle)).split(".")[1]: circle for circle in found}, said(done.stderr)
    assert foreseen.keys() == real.keys()
    assert len(found) > 3
    # With what it reads, Terraform also writes into the state what something refers to by its new name.
    assert all(foreseen[name] <= real[name] if refresh else foreseen[name] == real[name] for name in real)


def said(error: str) -> dict[str, set[str]]:
    """The resources of each circle, by the module that they are in."""
    found = defaultdict[str, set[str]](set)
    for node in re.findall(r"module\.\w+\.terraform_data\.\S+?(?: \(.*?\))?(?=,|$)", error, re.MULTILINE):
        address, _, what = node.partition(" ")
        if what != "(expand)":
            found[address.split(".")[1]].add(address)
    return dict(found)


# --- stacks of tfgen's


def test_a_change_of_which_two_must_be_made() -> None:
    """NAT gateways that go last, by the state, while the VPC is replaced and its route tables go first."""
    steps = [BASES["nat"]]
    for edit in (("  zones:", "  cidr: 10.9.0.0/16\n  zones:"), ("egress: nat\n", "egress: endpoints\n")):
        steps.append(steps[-1].replace(*edit))
    first, middle, last = (render_text(spec)[0] for spec in steps)
    assert [changes_between(first, middle).refusals, changes_between(middle, last).refusals] == [(), ()]
    (refusal,) = changes_between(old_first(first), old_first(last)).refusals
    assert refusal == (
        "Terraform cannot order these changes (Error: Cycle): destroy module.network.aws_nat_gateway.main, "
        "replace module.network.aws_subnet.private, module.network.aws_subnet.public and "
        "module.network.aws_vpc.main; terraform plan fails. Split them into two changes, and apply one after "
        "the other."
    )


NEW_FIRST = "eip|nat_gateway|subnet|lb_target_group|service_discovery_http_namespace"


def old_first(pages: Mapping[str, str]) -> dict[str, str]:
    """Pages in which nothing asks to come before the old one goes but these, as tfgen wrote them once."""
    lifecycle = re.compile(r"\n(?: *#[^\n]*\n)*  lifecycle \{\n    create_before_destroy = true\n  \}\n")
    blocks = re.compile(rf'^resource "aws_(?!(?:{NEW_FIRST})").*?^}}\n', re.MULTILINE | re.DOTALL)
    return {
        path: blocks.sub(lambda block: lifecycle.sub("\n", block[0]), text) for path, text in pages.items()
    }
