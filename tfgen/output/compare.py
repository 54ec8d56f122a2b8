"""Holds rendered pages against a folder. Reads, and changes nothing."""

import errno
import os
from collections.abc import Mapping, Set
from pathlib import Path
from typing import NamedTuple

from tfgen.output import manifest
from tfgen.output.manifest import NAME, Hashes, Manifest, digest, hashes


class Changes(NamedTuple):
    """Paths within the stack's folder, with forward slashes, each tuple sorted.

    `removed` are files of tfgen that nothing renders any more; `edited` are files of tfgen that somebody
    else has changed, and `edited_orphans` those among them that nothing renders any more; `foreign` is what
    is in the way of a page and not tfgen's: a file, a folder, or a link, which may lead anywhere; `ejected`
    are pages that were given up to the user, and `outdated` are files that were given up and that tfgen
    would write otherwise than at the last render, or no more.
    """

    created: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    edited: tuple[str, ...] = ()
    edited_orphans: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()
    ejected: tuple[str, ...] = ()
    outdated: tuple[str, ...] = ()

    @property
    def none(self) -> bool:
        """Whether the folder is as it would be rendered now."""
        return not (self.created or self.changed or self.removed or self.in_the_way)

    @property
    def in_the_way(self) -> tuple[str, ...]:
        """What stops a render."""
        return (*self.edited, *self.edited_orphans, *self.foreign)


class Comparison(NamedTuple):
    """The changes, the manifest as it is and as it will be, and every page: the manifest is one too."""

    changes: Changes
    before: Manifest
    after: Manifest
    pages: Mapping[str, str]


def compare(
    pages: Mapping[str, str], folder: Path, once: Mapping[str, str] | None = None, stack: str = ""
) -> Comparison:
    """What writing `pages` to `folder` would do. Raises OSError where the folder cannot be read.

    `once` are files for the user to keep: written where there is nothing and never was. `stack` is the name
    of the stack that the pages are of.
    """
    check_folder(folder)
    before = manifest.read(folder)
    offered = once or {}
    rendered = hashes(pages)
    after = Manifest(
        {path: known for path, known in rendered.items() if path not in before.ejected},
        {path: rendered.get(path, frozenset()) for path in before.ejected},
        before.once | offered.keys(),
        stack,
    )
    new = {path: text for path, text in offered.items() if _is_new(path, folder, before)}
    pages = {**pages, **new, NAME: manifest.write(after)}
    found: dict[str, list[str]] = {name: [] for name in Changes._fields}
    for path, state in _states(pages, folder, before, after.once):
        found[state].append(path)
    found["outdated"] = _outdated(before.ejected, after.ejected)
    changes = Changes(**{name: tuple(sorted(set(paths))) for name, paths in found.items()})
    return Comparison(changes, before, after, pages)


def _outdated(before: Hashes, after: Hashes) -> list[str]:
    """Of an early tfgen's manifest, without hashes, nothing can be said."""
    return [path for path, known in before.items() if known and not (after[path] and after[path] <= known)]


def check_folder(folder: Path) -> None:
    """Raises NotADirectoryError where something else stands at `folder`; nothing at all is well."""
    if os.path.lexists(folder) and not folder.is_dir():
        what = "this is not a folder" if folder.exists() else "this is a link that leads nowhere"
        raise NotADirectoryError(errno.ENOTDIR, what, str(folder))


def _is_new(path: str, folder: Path, before: Manifest) -> bool:
    return path not in before.once and not os.path.lexists(folder / path)


def _states(
    pages: Mapping[str, str], folder: Path, before: Manifest, kept: Set[str]
) -> list[tuple[str, str]]:
    """Every path with the field of Changes that it belongs to; files in `kept` are the user's."""
    parents = {path.rpartition("/")[0] for path in (*pages, *before.owned)}
    obstacles = {parent: _obstacle(folder, parent) for parent in parents}
    states: list[tuple[str, str]] = []
    for path, text in pages.items():
        obstacle = obstacles[path.rpartition("/")[0]]
        if path in before.ejected:
            states.append((path, "ejected"))
        elif obstacle:
            states.append((obstacle, "foreign"))
        else:
            states.append((path, _state(folder / path, path, text, before)))
    for path in before.owned:
        if path not in pages and path not in kept and not obstacles[path.rpartition("/")[0]]:
            states += [(path, state) for state in _left(folder / path, path, before)]
    return states


def _obstacle(folder: Path, parent: str) -> str:
    """What stands on the way to a folder within the stack's and is a link or no folder, or nothing."""
    names = parent.split("/") if parent else []
    for depth in range(1, len(names) + 1):
        place = folder.joinpath(*names[:depth])
        if place.is_symlink() or (place.exists() and not place.is_dir()):
            return "/".join(names[:depth])
    return ""


def _state(target: Path, path: str, text: str, before: Manifest) -> str:
    if not os.path.lexists(target):
        return "created"
    if not is_file(target):
        return "foreign"
    content = target.read_bytes()
    if content == text.encode() or content.replace(b"\r\n", b"\n") == text.encode():
        return "unchanged"
    if path == NAME or digest(content) in before.owned.get(path, ()):
        return "changed"
    if path not in before.owned:
        return "foreign"
    return "changed" if _is_merged(path, before) else "edited"


def _is_merged(path: str, before: Manifest) -> bool:
    """Whether both sides of a merge rendered a page, each another: git made a third of them, or half of one.

    A page that only one side rendered anew is that side's, or else an edit.
    """
    return before.merging and len(before.owned[path]) > 1


def _left(target: Path, path: str, before: Manifest) -> list[str]:
    """What to do with a file that tfgen wrote once and renders no more; a link is somebody else's."""
    if not is_file(target):
        return []
    content = target.read_bytes()
    known = digest(content) in before.owned[path] or _is_merged(path, before)
    return ["removed" if known else "edited_orphans"]


def is_file(path: Path) -> bool:
    """Whether a file stands at `path` itself, not at the end of a link."""
    return path.is_file() and not path.is_symlink()
