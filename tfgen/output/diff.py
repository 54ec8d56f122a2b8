"""Pages against files, line by line."""

import difflib
import io
from collections.abc import Iterator
from pathlib import Path

from tfgen.output.compare import Comparison, is_file
from tfgen.output.manifest import NAME


def rendered(found: Comparison, folder: Path) -> str:
    """A unified diff from what is on disk to what would be written, with --force where it needs that."""
    changes = found.changes
    replaced = [path for path in changes.foreign if path in found.pages and is_file(folder / path)]
    coming = (*changes.created, *changes.changed, *changes.edited, *replaced)
    texts = {path: found.pages.get(path) for path in (*coming, *changes.removed)}
    texts.pop(NAME, None)  # nobody reads hashes
    return "".join(_diff(folder / path, _text(folder / path), text) for path, text in sorted(texts.items()))


def by_hand(found: Comparison, folder: Path) -> str:
    """A unified diff from what would be written to what somebody made of it."""
    return "".join(
        _diff(folder / path, found.pages.get(path), _text(folder / path)) for path in found.changes.edited
    )


def _text(path: Path) -> str | None:
    return path.read_bytes().decode(errors="replace").replace("\r\n", "\n") if path.is_file() else None


def _diff(path: Path, old: str | None, new: str | None) -> str:
    name = path.as_posix().lstrip("/")
    names = ("/dev/null" if old is None else f"a/{name}", "/dev/null" if new is None else f"b/{name}")
    return "".join(_whole(difflib.unified_diff(_lines(old), _lines(new), *names)))


def _lines(text: str | None) -> list[str]:
    """With their ends. A line ends where git ends it, not at every character that Unicode calls an end."""
    return list(io.StringIO(text or "", newline="\n"))


def _whole(lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
