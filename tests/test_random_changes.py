"""Random changes of stacks that stand, up to four edits at once: each plans, and `tfgen changes` foresees it.

Stacks and changes of them have numbers (support/random_changes.py), and a test the names of both: `7-12` is
the change 12 of the stack 7. By default there are a few, in a minute. TFGEN_CHANGES tries others:

    TFGEN_CHANGES=300           so many, of up to twenty stacks (`make changes`)
    TFGEN_CHANGES=7-12,9-3      these
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING

import pytest
from support.deployed import DeployedStack, Module, empty_stack, signs, states_of
from support.random_changes import OWN_FILE, Data, change, pairs, stack
from support.random_production import POLICIES

from tfgen import render_text
from tfgen.changes.report import changes_between
from tfgen.spec.source import dump_yaml

if TYPE_CHECKING:
    from support.moto_server import Moto
    from support.terraform import Terraform

Pair = tuple[int, int]
WANTED = os.environ.get("TFGEN_CHANGES", "16")
MOST_STACKS = 20
NO_RIGHTS = '{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}}'


def chosen(wanted: str) -> list[Pair]:
    """The pairs that are tried: so many, or those that are named."""
    if wanted.isdecimal():
        return list(pairs(int(wanted), min(MOST_STACKS, int(wanted) // 4)))
    named = [each.split("-") for each in wanted.split(",")]
    return [(int(stack), int(change)) for stack, change in named]


PAIRS = chosen(WANTED)


@cache
def pages(text: str, *, as_module: bool = False) -> Mapping[str, str]:
    found, problems = render_text(text, as_module=as_module)
    assert found, problems
    return {**found, "own.tf": OWN_FILE}


def module(spec: Data) -> Module:
    return Module(pages(dump_yaml(spec), as_module=True), spec["region"], spec.get("tags", {}))


@pytest.fixture(scope="module")
def deployed(terraform: Terraform, running: Terraform, moto: Moto) -> Callable[[int], DeployedStack]:
    """The deployed stack of a number."""
    for policy in POLICIES:
        moto.boto3_client("iam").create_policy(PolicyName=policy, PolicyDocument=NO_RIGHTS)
    numbers = sorted({number for number, _ in PAIRS})
    states = states_of(terraform, {f"stack_{number}": module(stack(number)) for number in numbers})
    empty = empty_stack(running)
    return lambda number: DeployedStack(empty, states[f"stack_{number}"])


def takes_all_tags_away(old: Data, new: Data) -> bool:
    """Then the provider plans an update only where it has read what exists: the state alone calls the tags
    defaults, of which it passes over those that are removed."""
    return bool(old.get("tags")) and not new.get("tags")


@pytest.mark.xdist_group("random-changes")
@pytest.mark.parametrize("pair", [pytest.param(pair, id="-".join(map(str, pair))) for pair in PAIRS])
def test_terraform_plans_what_tfgen_foresees(deployed: Callable[[int], DeployedStack], pair: Pair) -> None:
    """A change that Terraform does not plan is one that tfgen has said it refuses, and no other."""
    old, changed = stack(pair[0]), change(*pair)
    new = pages(dump_yaml(changed.spec))
    report = changes_between(pages(dump_yaml(old)), new)
    base = deployed(pair[0])
    untold = base.without_tags if old.get("tags") else set()
    done = base.attempt(new, refresh=takes_all_tags_away(old, changed.spec))
    what = f"{', '.join(changed.edits)}\n{dump_yaml(changed.spec)}\n{done.stderr}"
    assert bool(done.returncode) == bool(report.refusals), f"{report.refusals}: {what}"
    if not done.returncode:
        foreseen = {each.address: str(each.action) for each in report.changes}
        planned = signs(done.stdout)
        assert {address: planned[address] for address in planned.keys() - untold} == {
            address: foreseen[address] for address in foreseen.keys() - untold
        }, what


# --- the numbers


def test_a_number_is_the_same_change_on_every_machine() -> None:
    assert (stack(3)["name"], list(stack(3)["services"])) == ("stack-3", ["events", "api", "feed"])
    assert change(1, 1).edits == ("https_alone", "add_service", "rename_with_was")


def test_changes_make_many_edits_at_once() -> None:
    counts = [len(change(number, 1).edits) for number in range(8)]
    assert max(counts) == 4


def test_what_is_tried() -> None:
    assert chosen("7-12,9-3") == [(7, 12), (9, 3)]
    assert len(chosen("300")) == len(set(chosen("300"))) == 300
    assert {number for number, _ in chosen("16")} == {0, 1, 2, 3}
