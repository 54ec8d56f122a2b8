"""Stacks as teams run them, re-created from public repositories. Each is a folder of examples/real with a
spec and files of one's own: nothing is to be said against it, and Terraform plans it. docs/real-stacks.md
says what they lose.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support.keys import keys_of_the_model
from support.stacks import planned

if TYPE_CHECKING:
    from support.command import Tfgen
    from support.terraform import Terraform

ROOT = Path(__file__).parent.parent
REAL = ROOT / "examples" / "real"
STACKS = sorted(path.name for path in REAL.iterdir())
# All are planned in one root, which spares five starts of the provider. A backend has no effect in there.
IN_ONE_ROOT = "Backend configuration ignored"


def tables(page: str) -> list[list[list[str]]]:
    """The cells of every table, without its head."""
    return [
        [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]]
        for table in re.findall(r"(?m)(?:^\|.*\n)+", page)
    ]


DESCRIBED, LOST, SAID_ANOTHER_WAY = tables((ROOT / "docs" / "real-stacks.md").read_text())


def rendered(run_tfgen: Tfgen, stack: str, folder: Path) -> Path:
    """The stack's folder, in which the user's files were first."""
    shutil.copytree(REAL / stack, folder, ignore=shutil.ignore_patterns("*.yaml"))
    done = run_tfgen("render", "-o", folder, REAL / stack / f"{stack}.yaml")
    assert (done.code, done.err) == (0, "")
    return folder


def own_resources(stack: str) -> set[str]:
    text = "\n".join(path.read_text() for path in (REAL / stack).glob("*.tf"))
    return {f"module.{stack}.{'.'.join(of)}" for of in re.findall(r'(?m)^resource "(.*)" "(.*)" {', text)}


@pytest.mark.parametrize("stack", STACKS)
def test_nothing_is_said_against_it(run_tfgen: Tfgen, tmp_path: Path, stack: str) -> None:
    folder = rendered(run_tfgen, stack, tmp_path / stack)
    done = run_tfgen("check", "--strict", "-o", folder, REAL / stack / f"{stack}.yaml")
    assert done.code == 0, done.out


def test_terraform_plans_all_of_them(run_tfgen: Tfgen, terraform: Terraform, tmp_path: Path) -> None:
    calls = []
    for stack in STACKS:
        folder = rendered(run_tfgen, stack, tmp_path / stack)
        values = "".join(path.read_text() for path in folder.glob("*.auto.tfvars"))
        calls.append(f'module "{stack}" {{\n  source = "./{stack}"\n{values}}}\n')
    assert terraform.unformatted(tmp_path) == []
    (tmp_path / "main.tf").write_text("".join(calls))
    root = terraform.stack(tmp_path)
    root.init()
    assert [complaint for complaint in root.validate() if IN_ONE_ROOT not in complaint] == []
    found = {address.partition("[")[0] for address in planned(root.plan())}
    own = {address for address in found if not re.match(r"module\.\w+\.module\.", address)}
    assert own == set().union(*map(own_resources, STACKS))


# --- docs/real-stacks.md


def test_the_page_describes_every_stack() -> None:
    assert sorted(row[0] for row in DESCRIBED) == [f"[{name}](../examples/real/{name})" for name in STACKS]


@pytest.mark.parametrize("row", [*LOST, *SAID_ANOTHER_WAY], ids=lambda row: row[0])
def test_what_is_lost_is_of_a_stack_and_has_no_key_yet(row: list[str]) -> None:
    """And the files that stand in for the key are there."""
    stacks = row[1].split(", ")
    assert set(stacks) <= set(STACKS)
    files = {path.name for stack in stacks for path in (REAL / stack).iterdir()}
    assert set(re.findall(r"`(\w+[.]tf)`", row[2])) <= files
    key = row[-1].strip("`").replace("NAME", "*")
    assert key not in set(keys_of_the_model()), "the spec has it now: use it there, and remove the row"
