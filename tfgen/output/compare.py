"""Compares rendered pages with a folder. Reads, and changes nothing."""

import errno
import os
from collections.abc import Iterator, Mapping, Set
from functools import cached_property
from itertools import combinations, islice
from pathlib import Path
from typing import NamedTuple

from tfgen.output import manifest
from tfgen.output.disk import Folder, opened_folder
from tfgen.output.history import (
    NOBODY,
    History,
    decoded_page,
    has_conflicts,
    is_made_of_pages,
    is_result_of_merge,
    keeps_all,
    may_be_mixed_with,
)
from tfgen.output.manifest import NAME, Hashes, Manifest, digest_of, hashes_of_pages

_CONTENTS = 50  # how many to look at for the one that both sides of a merge began with
# A manifest may be anybody's, and name any number of hashes. Of so many a page is held to be edited by hand.
_MOST_ASKED = 500  # times for the text of one
_MOST_SIDES = 8  # of one page
_MOST_MERGES = 200  # to be tried for one page


class Changes(NamedTuple):
    """Paths within the stack's folder, with forward slashes, each tuple sorted.

    `removed` are files of tfgen that nothing renders any more; `edited` are files of tfgen that were
    changed by hand, and `edited_orphans` those of them that nothing renders any more; `foreign` are files in
    the way of a page that are not tfgen's, and `obstacles` what else is in the way: a folder, or a link,
    which may lead anywhere; `ejected` are pages that were given up to the user, and `outdated` are files
    that were given up and that tfgen would write otherwise than at the last render, or no more.
    """

    created: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    edited: tuple[str, ...] = ()
    edited_orphans: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()
    obstacles: tuple[str, ...] = ()
    ejected: tuple[str, ...] = ()
    outdated: tuple[str, ...] = ()

    @property
    def none(self) -> bool:
        """Whether the folder is as it would be rendered now."""
        return not (self.created or self.changed or self.removed or self.in_the_way)

    @property
    def forced(self) -> tuple[str, ...]:
        """What stops a render without --force."""
        return (*self.edited, *self.edited_orphans, *self.foreign)

    @property
    def theirs(self) -> tuple[tuple[str, ...], ...]:
        """Files that were edited, what else is in the way, and ejected files that are outdated."""
        return (*self.edited, *self.edited_orphans), (*self.foreign, *self.obstacles), self.outdated

    @property
    def in_the_way(self) -> tuple[str, ...]:
        """What stops a render."""
        return (*self.forced, *self.obstacles)


class Comparison(NamedTuple):
    """The changes, the manifest as it is and as it will be, and every page: the manifest is one too."""

    changes: Changes
    before: Manifest
    after: Manifest
    pages: Mapping[str, str]


def compare_pages(
    pages: Mapping[str, str],
    folder: Path,
    once: Mapping[str, str] | None = None,
    stack: str = "",
    history: History = NOBODY,
) -> Comparison:
    """What writing `pages` to `folder` would do. Raises OSError where the folder cannot be read.

    `once` are files for the user to keep: written where there is nothing and never was. `stack` is the name
    of the stack that the pages are of. `history` is asked for the sides of a merge.
    """
    check_folder(folder)
    with opened_folder(folder) as place:
        return compare_in(place, pages, once, stack, history)


def compare_in(
    folder: Folder,
    pages: Mapping[str, str],
    once: Mapping[str, str] | None,
    stack: str,
    history: History,
) -> Comparison:
    """`compare_pages`, with an open folder."""
    before = manifest.manifest_of(folder.read(NAME, follow=True) or b"")
    offered = once or {}
    rendered = hashes_of_pages(pages)
    after = Manifest(
        {path: known for path, known in rendered.items() if path not in before.ejected},
        {path: rendered.get(path, frozenset()) for path in before.ejected},
        before.once | offered.keys(),
        frozenset([stack] if stack else []),
    )
    new = {path: text for path, text in offered.items() if _is_new(path, folder, before)}
    pages = {**pages, **new, NAME: manifest.manifest_text(after)}
    found: dict[str, list[str]] = {name: [] for name in Changes._fields}
    for path, state in _Disk(folder, before, history).states_of_pages(pages, after.once):
        found[state].append(path)
    found["outdated"] = _outdated_pages(before.ejected, after.ejected)
    changes = Changes(**{name: tuple(sorted(set(paths))) for name, paths in found.items()})
    return Comparison(changes, before, after, pages)


def _outdated_pages(before: Hashes, after: Hashes) -> list[str]:
    """Of an early tfgen's manifest, without hashes, nothing can be said."""
    return [path for path, known in before.items() if known and not (after[path] and after[path] <= known)]


def check_folder(folder: Path) -> None:
    """Raises NotADirectoryError if `folder` is something else. It need not exist."""
    if os.path.lexists(folder) and not folder.is_dir():
        what = "this is not a folder" if folder.exists() else "this is a broken link"
        raise NotADirectoryError(errno.ENOTDIR, what, str(folder))


def _is_new(path: str, folder: Folder, before: Manifest) -> bool:
    return path not in before.once and folder.lstat(path) is None


class _Disk:
    """A folder, and what the manifest says of it."""

    def __init__(self, folder: Folder, before: Manifest, history: History) -> None:
        self.folder = folder
        self.before = before
        self.history = history
        self.remembered: dict[tuple[str, str], str] = {}

    def states_of_pages(self, pages: Mapping[str, str], kept: Set[str]) -> Iterator[tuple[str, str]]:
        """Every path with the field of Changes that it belongs to; files in `kept` are the user's."""
        owned = self.before.owned
        parents = {path.rpartition("/")[0] for path in (*pages, *owned)}
        obstacles = {parent: self.folder.obstacle(parent) for parent in parents}
        for path, text in pages.items():
            obstacle = obstacles[path.rpartition("/")[0]]
            if path in self.before.ejected:
                yield path, "ejected"
            elif obstacle:
                yield obstacle, "obstacles"
            else:
                yield path, self._state_of_page(path, text)
        for path in owned.keys() - pages.keys() - kept:
            if (content := self.folder.read(path)) is not None:
                yield path, self._state_of_orphan(path, content)

    def _state_of_page(self, path: str, text: str) -> str:
        content = self.folder.read(path)
        if content is None:
            return "created" if self.folder.lstat(path) is None else "obstacles"
        if content == text.encode() or content.replace(b"\r\n", b"\n") == text.encode():
            return "unchanged"
        if path == NAME or self._is_ours(path, content):
            return "changed"
        return "edited" if path in self.before.owned else "foreign"

    def _state_of_orphan(self, path: str, content: bytes) -> str:
        """A file that tfgen wrote once and renders no more."""
        return "removed" if self._is_ours(path, content) else "edited_orphans"

    def _is_ours(self, path: str, content: bytes) -> bool:
        """Whether tfgen wrote it, or git made it of pages that tfgen wrote."""
        known = self.before.owned.get(path, frozenset())
        return digest_of(content) in known or (
            bool(known) and self.before.merging and self._is_merged(path, decoded_page(content))
        )

    def _is_merged(self, path: str, text: str) -> bool:
        """Where git took a page for one by another name, one side is that one."""
        own = self._renders_of(path)
        if len(own) > 1 and self._is_mixed([path], text, own):
            return True
        return any(
            self._is_mixed([path, other], text, [*own, page])
            for other in self._unsettled_pages
            if other != path
            for page in self._renders_of(other, path)
            if may_be_mixed_with(text, page, own)
        )

    def _is_mixed(self, paths: list[str], text: str, pages: list[str]) -> bool:
        """Whether git merges these pages to this text.

        What it merged of pages by other names, or on top of conflicts that were committed, it may not merge
        again: there it is enough that the text keeps all.
        """
        if not is_made_of_pages(text, pages):  # soon said, and most edits are none
            return False
        before = [each for path in paths for each in self._earlier_texts(path) if each not in ("", text)]
        if (len(paths) > 1 or any(map(has_conflicts, before))) and keeps_all(text, pages):
            return True
        merges = (
            self.history.merge(base, *sides)
            for sides in combinations(pages, 2)
            # Without a common earlier version, the sides differ in conflicts alone.
            for base in [each for each in before if each not in sides] or [""]
        )
        return any(is_result_of_merge(text, merged) for merged in islice(merges, _MOST_MERGES))

    def _earlier_texts(self, path: str) -> list[str]:
        """What the file held before, the newest first."""
        found: dict[str, None] = {}

        def enough(content: bytes) -> bool:
            found[decoded_page(content)] = None
            return len(found) == _CONTENTS

        self.history.earlier(self.folder.path / path, enough)
        return list(found)

    @cached_property
    def _unsettled_pages(self) -> list[str]:
        """The files that were removed, or are not as tfgen wrote them."""
        return [path for path, known in self.before.owned.items() if self._digest_of(path) not in known]

    def _digest_of(self, path: str) -> str:
        content = self.folder.read(path)
        return "" if content is None else digest_of(content)

    def _renders_of(self, path: str, place: str = "") -> list[str]:
        """What tfgen wrote to a path, on either side of a merge, as far as it is remembered.

        In a conflict git has it at the `place` of the page that it was taken for.
        """
        found = (
            self._render_with_hash(path, known) or (place and self._render_with_hash(place, known))
            for known in sorted(self.before.owned[path])[:_MOST_SIDES]
        )
        return [text for text in found if text]

    def _render_with_hash(self, path: str, known: str) -> str:
        """The text with this hash that was at a path, empty if it is unknown."""
        if len(self.remembered) == _MOST_ASKED:
            return self.remembered.get((path, known), "")
        if (path, known) not in self.remembered:
            content = self.history.earlier(
                self.folder.path / path, lambda content: digest_of(content) == known
            )
            self.remembered[path, known] = decoded_page(content or b"")
        return self.remembered[path, known]
