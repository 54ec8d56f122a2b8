"""What pages were before: asked of whoever remembers it, and whether git has mixed two of them."""

import io
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

_MARKER = re.compile(r"(<{7,}|\|{7,}|={7,}|>{7,})( |$)")  # longer ones are in the sides of an outer conflict

Earlier = Callable[[Path, Callable[[bytes], bool]], bytes | None]
"""What a file held before, the newest that passes a test; None where nobody knows."""


def nobody(_file: Path, _wanted: Callable[[bytes], bool]) -> None:
    """Where there is no history to ask."""


def decoded(content: bytes) -> str:
    """The text of a page, with line ends as tfgen writes them."""
    return content.decode(errors="replace").replace("\r\n", "\n")


def lines(text: str) -> list[str]:
    """With their ends. A line ends where git ends it, not at every character that Unicode calls an end."""
    return list(io.StringIO(text, newline="\n"))


def is_mixed(text: str, one: str, other: str, *, renamed: bool = False) -> bool:
    """Whether `text` is no more than what a merge makes of two pages: their lines, and all they both have.

    A conflict that git left in it counts as both of its sides. What both have is told apart by the block that
    it is in; for a page whose resources have other labels than the other's (`renamed`), by the block's type.
    """
    mixed, first, second = (list(_placed(side, renamed=renamed)) for side in (text, one, other))
    has, most, more = (Counter(line for _, line in side) for side in (mixed, first, second))
    # The sides of a conflict both show what they have in common.
    most = most + more if "\n=======\n" in text else most | more
    if renamed and has <= Counter(line for _, line in first):
        return False  # nothing of the other page is in it: whoever took lines away was no merge
    return has <= most and Counter(first) & Counter(second) <= Counter(mixed)


def _placed(text: str, *, renamed: bool) -> Iterator[tuple[str, str]]:
    """Every line that says something, with the head of its block."""
    block = ""
    for line in _without_markers(lines(text)):
        if re.match(r"\w", line):
            block = " ".join(line.split()[:2]) if renamed else line
        if re.search(r"\w", line):
            yield block, line


def _without_markers(text: list[str]) -> Iterator[str]:
    """The lines of both sides of every conflict, without those that they had before (diff3 shows them)."""
    before = False
    for line in text:
        marker = _MARKER.match(line)
        if marker:
            before = marker[1].startswith("|")
        elif not before:
            yield line
