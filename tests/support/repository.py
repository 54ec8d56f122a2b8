"""A git repository for tests, where nobody's configuration counts."""

import os
import subprocess
from pathlib import Path

import pytest


def new_repository(place: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for who in ("AUTHOR_NAME", "AUTHOR_EMAIL", "COMMITTER_NAME", "COMMITTER_EMAIL"):
        monkeypatch.setenv(f"GIT_{who}", "me@example.com")
    for configuration in ("GLOBAL", "SYSTEM"):
        monkeypatch.setenv(f"GIT_CONFIG_{configuration}", os.devnull)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(place.parent))
    place.mkdir(exist_ok=True)
    git(place, "-c", "init.defaultBranch=main", "init", "--quiet")
    return place


def git(folder: Path, *arguments: str, check: bool = True) -> str:
    """What it prints."""
    return subprocess.run(["git", *arguments], cwd=folder, check=check, capture_output=True, text=True).stdout


def commit_all(folder: Path) -> None:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", "a commit")
