"""Pages against files, line by line."""

import difflib
from collections.abc import Iterator
from pathlib import Path

from tfgen.output.compare import Comparison
from tfgen.output.manifest import NAME


def rendered(found: Comparison, folder: Path) -> str:
    """A unified diff from what is on disk to what would be written."""
    changes = found.changes
    coming = {
        path: found.pages.get(path, "") for path in (*changes.created, *changes.changed, *changes.edited)
    }
    coming |= dict.fromkeys(changes.removed, "")
    coming.pop(NAME, None)  # nobody reads hashes
    return "".join(_diff(path, _text(folder / path), text) for path, text in sorted(coming.items()))


def by_hand(found: Comparison, folder: Path) -> str:
    """A unified diff from what would be written to what somebody made of it."""
    return "".join(
        _diff(path, found.pages.get(path, ""), _text(folder / path)) for path in found.changes.edited
    )


def _text(path: Path) -> str:
    return path.read_bytes().decode(errors="replace").replace("\r\n", "\n") if path.is_file() else ""


def _diff(path: str, old: str, new: str) -> str:
    names = (f"a/{path}" if old else "/dev/null", f"b/{path}" if new else "/dev/null")
    return "".join(_whole(difflib.unified_diff(old.splitlines(True), new.splitlines(True), *names)))


def _whole(lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
