"""Stacks that stand in the emulator, and what Terraform would do to them."""

import re
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from support.terraform import Stack, Terraform

_HEAD = re.compile(
    r"^  # (?P<address>\S+) (?:will|must) be .*\n(?:  # .*\n)*(?P<sign>[ +~/-]+?) resource ", re.MULTILINE
)
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
    """An applied stack; its state is all that is used of it, and never changed."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack

    def signs(self, pages: Mapping[str, str], *, refresh: bool = False) -> dict[str, str]:
        """Address -> sign of whatever Terraform would change to make the stack hold `pages`.

        Without `refresh` the plan trusts the state, which the apply has just written: reading everything
        again from the emulator takes twice the time, and shows its gaps and nothing else (test_apply.py
        holds that).
        """
        with tempfile.TemporaryDirectory(dir=self._stack.terraform.workspace) as place:
            folder = Path(place) / "stack"
            shutil.copytree(self._stack.folder, folder, symlinks=True)
            remove(folder.rglob("*.tf"))
            write(pages, folder)
            planned = Stack(self._stack.terraform, folder).execute_command(
                "plan", f"-refresh={str(refresh).lower()}", "-input=false", "-no-color"
            )
        return signs(planned.out)


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
