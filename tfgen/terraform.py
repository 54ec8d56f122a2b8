"""Runs Terraform or OpenTofu on a copy of a rendered stack, so that the stack's folder stays clean."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tfgen import programs
from tfgen.output import existing
from tfgen.problems import Exit, TfgenError
from tfgen.texts import in_line

VARIABLE = "TFGEN_TERRAFORM"


class Step(NamedTuple):
    """One command and its result. `output` is what it printed if it failed."""

    name: str
    passed: bool
    output: str


def find_terraform(wanted: str | None) -> str | None:
    """The binary to run: the one from the option or TFGEN_TERRAFORM, otherwise terraform or tofu on PATH.

    Raises TfgenError if a binary was named that does not exist.
    """
    named = wanted or os.environ.get(VARIABLE)
    if named:
        found = shutil.which(named) if Path(named).name != named else programs.find_program(named)
        if found is None:
            raise TfgenError(message=f"there is no program {in_line(named)}", code=Exit.WRONG_USAGE)
        return str(Path(found).absolute())
    return programs.find_program("terraform") or programs.find_program("tofu")


def check_folder(binary: str, folder: Path) -> Iterator[Step]:
    """Runs fmt, init and validate; stops after a step that fails."""
    with tempfile.TemporaryDirectory(prefix="tfgen-") as place:
        copy = Path(place) / "stack"
        existing.copy_folder(folder, copy, *_LEFT_OUT)
        for name, arguments in (
            ("fmt -check", ("fmt", "-check", "-recursive", "-diff")),
            ("init -backend=false", ("init", "-backend=false", "-input=false")),
            ("validate", ("validate",)),
        ):
            step = _run_step(binary, name, arguments, copy)
            yield step
            if not step.passed:
                return


# State, git's own, and the folders in which Terraform looks for the programs of providers.
_LEFT_OUT = ("*.tfstate*", ".git", ".terraform", "terraform.d")


def _run_step(binary: str, name: str, arguments: tuple[str, ...], folder: Path) -> Step:
    environment = {**os.environ, "TF_IN_AUTOMATION": "1", "CHECKPOINT_DISABLE": "1"}
    arguments = (f"-chdir={folder}", *arguments, *(("-no-color",) if arguments[0] != "fmt" else ()))
    # Not where the user is: it takes providers from terraform.d there, whatever -chdir says.
    done = programs.run_program((binary, *arguments), folder, environment)
    return Step(name, done.returncode == 0, (done.stdout + done.stderr).decode(errors="replace").strip())
