"""Terraform as a language alone: formats and evaluates without any provider, account or emulator."""

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from support.terraform import binary


def fmt_diff(folder: Path, pages: Mapping[str, str]) -> str:
    """What `terraform fmt` would change or cannot read in the pages; one run for all of them."""
    for path, text in pages.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    done = _terraform(folder, "fmt", "-check", "-diff", "-recursive")
    return done.stdout + done.stderr


def evaluated(folder: Path, code: str) -> dict[str, Any]:
    """The outputs of a configuration without resources, as Terraform works them out."""
    (folder / "main.tf").write_text(code, encoding="utf-8")
    applied = _terraform(folder, "apply", "-auto-approve", "-no-color")
    assert applied.returncode == 0, applied.stdout + applied.stderr
    outputs = json.loads(_terraform(folder, "output", "-json").stdout)
    return {name: output["value"] for name, output in outputs.items()}


def _terraform(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [binary(), *arguments],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "TF_CLI_CONFIG_FILE": os.devnull, "CHECKPOINT_DISABLE": "1"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
