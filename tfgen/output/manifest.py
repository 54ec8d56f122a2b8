"""The manifest: the files of a stack's folder that tfgen owns, committed as paths and hashes.

Each line is `<SHA-256>  <path>`, so that git merges it line by line and `sha256sum -c` reads it. A path
can have several hashes: during a write, and after a merge kept both sides; each is a state that tfgen
wrote. Lines of the user's files begin with a word, and `stack  NAME` names the stack of the folder. Other
lines, such as conflict markers, are skipped, so the next render repairs what a merge broke.
"""

import re
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from tfgen import files

NAME = ".tfgen-manifest"

_HEAD = "# The files of this folder that tfgen owns. Commit it; after a merge conflict, render again.\n"
_LINE = re.compile(r"(\w+)(?: ([0-9a-f]{64}))?  (\S.*)\Z")
_CONFLICT = "<<<<<<< "
_MARKER = re.compile("<{7,} ")  # the attribute conflict-marker-size makes longer ones
_HASH = re.compile(r"[0-9a-f]{64}\Z")

Hashes = Mapping[str, frozenset[str]]
_NONE: Hashes = MappingProxyType({})


class Manifest(NamedTuple):
    """`owned` has every hash under which tfgen wrote a path; the other files are the user's to keep."""

    owned: Hashes
    ejected: Hashes = _NONE
    """Files that were given up, with the hash of what tfgen would have written at the last render."""
    once: frozenset[str] = frozenset()
    """Files that were written one time, for the user to keep, change or delete."""
    stacks: frozenset[str] = frozenset()
    """The name of the stack, of both sides in a merge; none in a folder that an early tfgen rendered."""
    merging: bool = False
    """Whether git left a conflict in it: both sides rendered, and their pages were merged too."""


def read_manifest(folder: Path) -> Manifest:
    """The manifest in `folder`, empty where there is none. Raises OSError where it cannot be read."""
    place = folder / NAME
    return manifest_of(files.read_file(place) if place.is_file() else b"")


def manifest_of(content: bytes) -> Manifest:
    """The manifest with this content."""
    return parse_manifest(content.decode("utf-8", errors="replace"))


def parse_manifest(text: str) -> Manifest:
    owned: dict[str, set[str]] = {}
    ejected: dict[str, set[str]] = {}
    once, stacks = set[str](), set[str]()
    for word, known, path in _lines_of_manifest(text):
        if word == "stack":
            stacks.add(path)
        elif word == "once":
            once.add(path)
        elif word == "ejected":
            ejected.setdefault(path, set()).update([known] if known else [])  # early ones have no hash
        elif _HASH.match(word):
            owned.setdefault(path, set()).add(word)
    return Manifest(
        # After a merge, a path may be in both: what one side ejected remains the user's.
        _frozen_hashes({path: hashes for path, hashes in owned.items() if path not in ejected}),
        _frozen_hashes(ejected),
        frozenset(once),
        frozenset(stacks),
        any(map(_MARKER.match, text.splitlines())),
    )


def _lines_of_manifest(text: str) -> Iterator[tuple[str, str | None, str]]:
    """The word at the head of each line, the hash behind it, if any, and the path."""
    for match in map(_LINE.match, text.splitlines()):
        if match and _is_inside(match[3]):
            yield match[1], match[2], match[3]


def _frozen_hashes(hashes: Mapping[str, set[str]]) -> Hashes:
    return {path: frozenset(known) for path, known in hashes.items()}


_DOTTED = {".gitignore"}  # what tfgen writes with a dot


def _is_inside(path: str) -> bool:
    """Whether a path stays in the stack's folder, and out of what others keep hidden there, such as `.git`.

    A manifest may be anybody's.
    """
    return path.isprintable() and (not _ELSEWHERE.search(path) or path in _DOTTED)


# A name that is empty or begins with a dot; what leads elsewhere on Windows, and its short names (`git~1`).
_ELSEWHERE = re.compile(r"(?:^|/)(?:[./]|$)|[\\:]|~\d")


def manifest_text(manifest: Manifest) -> str:
    lines = [(path, known) for path, hashes in manifest.owned.items() for known in sorted(hashes)]
    for path, hashes in manifest.ejected.items():
        lines += [(path, f"ejected {known}") for known in sorted(hashes)] or [(path, "ejected")]
    lines += [(path, "once") for path in manifest.once]
    head = _HEAD + "".join(f"stack  {name}\n" for name in sorted(manifest.stacks))
    # Until a render has settled it, a merge stays one: `eject_files` writes the manifest and settles nothing.
    head += f"{_CONFLICT}a merge; render to settle it\n" if manifest.merging else ""
    return head + "".join(f"{what}  {path}\n" for path, what in sorted(lines))


def digest_of(content: bytes) -> str:
    """The hash of a file. Line ends do not count: git may have changed them in a checkout."""
    return sha256(content.replace(b"\r\n", b"\n")).hexdigest()


def hashes_of_pages(pages: Mapping[str, str]) -> Hashes:
    """The hash of each page."""
    return {path: frozenset([digest_of(text.encode())]) for path, text in pages.items()}


def owns_pages(text: str, pages: Mapping[str, str]) -> bool:
    """Whether the manifest with this text is that of these pages, but for files that were ejected."""
    known = parse_manifest(text)
    return known.owned == {
        path: each for path, each in hashes_of_pages(pages).items() if path not in known.ejected
    }


def both_manifests(before: Manifest, after: Manifest, given_up: Mapping[str, str]) -> Manifest:
    """True before, while and after the files are replaced by those of `after`.

    `given_up` has the hashes of what is on disk and nobody's to keep. A file that is written once is not
    named before it is there: a killed run would leave it unwritten for good. What has become of ejected
    files is told at the end, so a killed run does not hide it.
    """
    found: dict[str, set[str]] = {}
    for owned in (before.owned, after.owned, {path: {known} for path, known in given_up.items()}):
        for path, known in owned.items():
            found.setdefault(path, set()).update(known)
    return Manifest(_frozen_hashes(found), before.ejected, before.once, after.stacks)
