"""Differences between pages and files, line by line."""

import difflib
from collections.abc import Iterator
from pathlib import Path

from tfgen.output.compare import Comparison
from tfgen.output.disk import Folder
from tfgen.output.history import Earlier, History, decoded_page, lines_of
from tfgen.output.manifest import NAME, digest_of
from tfgen.texts import in_line, screened_text


def diff_of_render(found: Comparison, folder: Folder) -> str:
    """A unified diff from what is on disk to what would be written, with --force where it needs that."""
    changes = found.changes
    texts = {
        path: found.pages.get(path)
        for path in (*changes.created, *changes.changed, *changes.removed, *changes.forced)
    }
    # The manifest is last: people skip its hashes, but a diff that is applied needs them.
    paths = sorted(texts, key=lambda path: (path == NAME, path))
    return "".join(
        _diff_of_texts(folder.path / path, _text_on_disk(folder, path), texts[path]) for path in paths
    )


def diff_of_edits(found: Comparison, folder: Folder, history: History) -> str:
    """A unified diff from what tfgen wrote to the edited file, as a terminal can show it."""
    edited = sorted((*found.changes.edited, *found.changes.edited_orphans))
    return "".join(_shortened_diff(_diff_of_edit(found, folder, path, history)) for path in edited)


def _diff_of_edit(found: Comparison, folder: Folder, path: str, history: History) -> str:
    """One file's; where what tfgen wrote is unknown, from what it would write now."""
    page, now, place = found.pages.get(path), _text_on_disk(folder, path), folder.path / path
    written = _written_text(page, found.before.owned[path], place, history.earlier)
    if written is not None:
        return _diff_of_texts(place, written, now)
    why = history.obstacle(folder.path) or "no commit contains what tfgen wrote"
    return f"({why}; compared with what it would write now)\n{_diff_of_texts(place, page, now)}"


_MOST = 200  # lines of an edit to show


def _shortened_diff(diff: str) -> str:
    shown = lines_of(screened_text(diff))
    more = len(shown) - _MOST
    return "".join(shown[:_MOST]) + (f"(and {more} more lines)\n" if more > 0 else "")


def _written_text(page: str | None, known: frozenset[str], place: Path, earlier: Earlier) -> str | None:
    """What tfgen wrote to a place: what it would write now, or what git has."""
    if page is not None and digest_of(page.encode()) in known:
        return page
    content = earlier(place, lambda content: digest_of(content) in known)
    return None if content is None else decoded_page(content)


def _text_on_disk(folder: Folder, path: str) -> str | None:
    content = folder.read(path)
    return None if content is None else decoded_page(content)


def _diff_of_texts(path: Path, old: str | None, new: str | None) -> str:
    name = in_line(path.as_posix().lstrip("/"))
    names = ("/dev/null" if old is None else f"a/{name}", "/dev/null" if new is None else f"b/{name}")
    return "".join(_whole_lines(difflib.unified_diff(lines_of(old or ""), lines_of(new or ""), *names)))


def _whole_lines(found: Iterator[str]) -> Iterator[str]:
    for line in found:
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
