"""Runs Terraform (or OpenTofu) on a rendered stack, in a copy, so that the stack's folder stays clean."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tfgen.problems import Exit, TfgenError
from tfgen.texts import in_line

VARIABLE = "TFGEN_TERRAFORM"


class Step(NamedTuple):
    """One command and how it ended. `output` is what it printed where it failed."""

    name: str
    passed: bool
    output: str


def find(wanted: str | None) -> str | None:
    """The binary to run: what the option or TFGEN_TERRAFORM names, else terraform or tofu on PATH.

    Raises TfgenError where a binary was named and is not there.
    """
    named = wanted or os.environ.get(VARIABLE)
    if named:
        found = shutil.which(named)
        if found is None:
            raise TfgenError(message=f"there is no program {in_line(named)}", code=Exit.WRONG_USAGE)
        return found
    return shutil.which("terraform") or shutil.which("tofu")


def check(binary: str, folder: Path) -> Iterator[Step]:
    """fmt, init and validate; stops after a step that fails."""
    with tempfile.TemporaryDirectory(prefix="tfgen-") as place:
        copy = Path(place) / "stack"
        shutil.copytree(folder, copy, ignore=shutil.ignore_patterns(".terraform", "*.tfstate*"))
        for name, arguments in (
            ("fmt -check", ("fmt", "-check", "-recursive", "-diff")),
            ("init -backend=false", ("init", "-backend=false", "-input=false")),
            ("validate", ("validate",)),
        ):
            step = _run(binary, name, arguments, copy)
            yield step
            if not step.passed:
                return


def _run(binary: str, name: str, arguments: tuple[str, ...], folder: Path) -> Step:
    environment = {**os.environ, "TF_IN_AUTOMATION": "1", "CHECKPOINT_DISABLE": "1"}
    done = subprocess.run(  # noqa: S603 - the binary is the user's own choice
        [binary, f"-chdir={folder}", *arguments, *(("-no-color",) if arguments[0] != "fmt" else ())],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    return Step(name, done.returncode == 0, done.stdout.strip())
