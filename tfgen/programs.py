"""Starts git and Terraform. No other module starts a program."""

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from tfgen.problems import Exit, TfgenError


def find_program(name: str) -> str | None:
    """The program of this name on PATH.

    Skips relative folders on PATH, because a branch may supply their contents.
    """
    folders = [folder for folder in os.get_exec_path() if os.path.isabs(folder)]  # noqa: PTH117 - of text
    found = shutil.which(name, path=os.pathsep.join(folders))
    return found if found and Path(found).is_absolute() else None


def run_program(
    command: Sequence[str], place: Path, environment: Mapping[str, str], said: bytes = b""
) -> subprocess.CompletedProcess[bytes]:
    """Runs a program, by its full path, in the folder `place`, with `said` as input. Raises TfgenError."""
    try:
        return subprocess.run(  # noqa: S603 - the program is one of two, or the user's own choice
            command, cwd=place, env=environment, input=said, capture_output=True, check=False
        )
    except OSError as error:
        message = f"cannot run {command[0]}: {(error.strerror or str(error)).lower()}"
        raise TfgenError(message=message, code=Exit.WRONG_USAGE) from None
