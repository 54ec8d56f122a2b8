"""Stacks that stand in the emulator, and what Terraform would do to them."""

import re
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from support.terraform import Stack, Terraform

_HEAD = re.compile(
    r"^  # (?P<address>\S+) (?:will|must) be .*\n(?:  # .*\n)*(?P<sign>[ +~/-]+?) resource ", re.MULTILINE
)
_EDGE = re.compile(r'^\s*"((?:[^"\\]|\\.)*)" -> "((?:[^"\\]|\\.)*)"', re.MULTILINE)
_SUM = re.compile(r"^Plan: (\d+) to add, (\d+) to change, (\d+) to destroy\.$", re.MULTILINE)


def stand_up(terraform: Terraform, stacks: Mapping[str, Mapping[str, str]]) -> dict[str, "Standing"]:
    """Applies stacks (name -> pages) side by side: an apply is mostly waiting for its load balancer."""

    def apply(name: str) -> Standing:
        folder = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=terraform.workspace))
        write(stacks[name], folder)
        stack = terraform.stack(folder)
        stack.init()
        stack.apply()
        return Standing(stack)

    with ThreadPoolExecutor(len(stacks)) as pool:
        return dict(zip(stacks, pool.map(apply, stacks), strict=True))


class Standing:
    """An applied stack. Plans use its state, and never change it."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack

    def signs(self, pages: Mapping[str, str], *, refresh: bool = False) -> dict[str, str]:
        """Address -> sign of whatever Terraform would change to make the stack hold `pages`."""
        return self.plan(pages, refresh=refresh).signs

    def plan(self, pages: Mapping[str, str], *, refresh: bool = False) -> "Planned":
        """What Terraform would change to make the stack hold `pages`, and in which order.

        Without `refresh` the plan trusts the state, which the apply has just written: reading everything
        again from the emulator takes twice the time, and shows its gaps and nothing else (test_apply.py
        holds that).
        """
        with tempfile.TemporaryDirectory(dir=self.stack.terraform.workspace) as place:
            folder = Path(place) / "stack"
            shutil.copytree(self.stack.folder, folder, symlinks=True)
            remove(folder.rglob("*.tf"))
            write(pages, folder)
            stack = Stack(self.stack.terraform, folder)
            said = stack.execute_command(
                "plan", f"-refresh={str(refresh).lower()}", "-input=false", "-no-color", "-out=tfplan"
            )
            graph = stack.execute_command("graph", "-plan=tfplan")
        return Planned(signs(said.out), _edges(graph.out))


class Planned(NamedTuple):
    """A plan: address -> sign, and for each step of its apply the steps that it waits for.

    A step is an address, with " (destroy)" behind it where something goes.
    """

    signs: Mapping[str, str]
    waits_for: Mapping[str, set[str]]

    def is_after(self, step: str, other: str) -> bool:
        """Whether a step waits for another one, however many lie between them."""
        seen, waiting = {step}, [step]
        while waiting:
            more = self.waits_for.get(waiting.pop(), set()) - seen
            seen |= more
            waiting += more
        return other in seen


def _edges(graph: str) -> dict[str, set[str]]:
    """The edges of what `terraform graph -plan` prints."""
    found: dict[str, set[str]] = {}
    for step, other in _EDGE.findall(graph):
        found.setdefault(_step(step), set()).add(_step(other))
    return found


def _step(text: str) -> str:
    return text.removeprefix("[root] ").replace('\\"', '"')


def signs(plan: str) -> dict[str, str]:
    """Address -> sign, from what `terraform plan` prints."""
    found = {match["address"]: match["sign"].strip() for match in _HEAD.finditer(plan)}
    kinds = list(found.values())
    replaced = kinds.count("-/+") + kinds.count("+/-")
    counts = (kinds.count("+") + replaced, kinds.count("~"), kinds.count("-") + replaced)
    said = _SUM.search(plan)
    assert counts == (tuple(map(int, said.groups())) if said else (0, 0, 0)), plan
    return found


def write(pages: Mapping[str, str], folder: Path) -> None:
    for path, text in pages.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)


def remove(pages: Iterable[Path]) -> None:
    for page in pages:
        if page.name != "backend_override.tf":
            page.unlink()
