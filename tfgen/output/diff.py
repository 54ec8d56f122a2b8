"""Pages against files, line by line."""

import difflib
import io
from collections.abc import Callable, Iterator
from pathlib import Path

from tfgen.output.compare import Comparison, is_file
from tfgen.output.manifest import NAME, digest

Earlier = Callable[[Path, Callable[[bytes], bool]], bytes | None]
"""A text that a file had before, the newest that passes a test, or None where nobody knows."""


def rendered(found: Comparison, folder: Path) -> str:
    """A unified diff from what is on disk to what would be written, with --force where it needs that."""
    changes = found.changes
    replaced = [path for path in changes.foreign if path in found.pages and is_file(folder / path)]
    coming = (*changes.created, *changes.changed, *changes.edited, *changes.edited_orphans, *replaced)
    texts = {path: found.pages.get(path) for path in (*coming, *changes.removed)}
    texts.pop(NAME, None)  # nobody reads hashes
    return "".join(_diff(folder / path, _text(folder / path), text) for path, text in sorted(texts.items()))


def by_hand(found: Comparison, folder: Path, earlier: Earlier) -> str:
    """A unified diff from what tfgen wrote to what somebody made of it."""
    edited = sorted((*found.changes.edited, *found.changes.edited_orphans))
    return "".join(_edit(found, folder, path, earlier) for path in edited)


_UNKNOWN = "(no commit has what tfgen wrote; held against what it would write now)\n"


def _edit(found: Comparison, folder: Path, path: str, earlier: Earlier) -> str:
    """One file's; where nobody knows what tfgen wrote, from what it would write now."""
    page, now = found.pages.get(path), _text(folder / path)
    written = _written(page, found.before.owned[path], folder / path, earlier)
    return (
        _UNKNOWN + _diff(folder / path, page, now) if written is None else _diff(folder / path, written, now)
    )


def _written(page: str | None, known: frozenset[str], place: Path, earlier: Earlier) -> str | None:
    """What tfgen wrote to a place: what it would write now, or what git has."""
    if page is not None and digest(page.encode()) in known:
        return page
    content = earlier(place, lambda content: digest(content) in known)
    return None if content is None else _decoded(content)


def _text(path: Path) -> str | None:
    return _decoded(path.read_bytes()) if path.is_file() else None


def _decoded(content: bytes) -> str:
    return content.decode(errors="replace").replace("\r\n", "\n")


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
