"""What tfgen owns in a stack's folder: a committed file of paths and hashes.

Each line is `<SHA-256>  <path>`, so that git merges it line by line and `sha256sum -c` reads it. A path
may have several hashes: while files change places, and where a merge left both sides, each of them is
a state that tfgen wrote. Lines that are none of tfgen's (a conflict's markers, say) are passed over, so
the next render repairs what a merge broke.
"""

import re
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

NAME = ".tfgen-manifest"

_HEAD = "# The files of this folder that tfgen owns. Commit it; after a merge conflict, render again.\n"
_LINE = re.compile(r"([0-9a-f]{64}|ejected|once)  (\S.*)\Z")


class Manifest(NamedTuple):
    """`owned` has every hash under which tfgen wrote a path; the others are the user's to keep."""

    owned: dict[str, frozenset[str]]
    ejected: frozenset[str] = frozenset()
    once: frozenset[str] = frozenset()
    """Files that were written one time, for the user to keep, change or delete."""
    merging: bool = False
    """Whether git left a conflict in it: both sides rendered, and their pages were merged too."""


def read(folder: Path) -> Manifest:
    """The manifest in `folder`, empty where there is none. Raises OSError where it cannot be read."""
    place = folder / NAME
    return parse(place.read_text(encoding="utf-8", errors="replace") if place.is_file() else "")


def parse(text: str) -> Manifest:
    owned: dict[str, set[str]] = {}
    others: dict[str, set[str]] = {"ejected": set(), "once": set()}
    for line in text.splitlines():
        match = _LINE.match(line)
        if match and _is_inside(match[2]):
            what, path = match.groups()
            if what in others:
                others[what].add(path)
            else:
                owned.setdefault(path, set()).add(what)
    return Manifest(
        {path: frozenset(hashes) for path, hashes in owned.items() if path not in others["ejected"]},
        frozenset(others["ejected"]),
        frozenset(others["once"]),
        any(line.startswith("<<<<<<< ") for line in text.splitlines()),
    )


def _is_inside(path: str) -> bool:
    """Whether a path stays in the stack's folder: a manifest may be anybody's."""
    parts = path.split("/")  # an absolute one begins with an empty part
    plain = path.isprintable() and not {"\\", ":"} & set(path)  # the others are Windows's
    return plain and path != NAME and not {"", ".", ".."} & set(parts)


def write(manifest: Manifest) -> str:
    lines = [(path, digest_) for path, hashes in manifest.owned.items() for digest_ in sorted(hashes)]
    lines += [(path, "ejected") for path in manifest.ejected]
    lines += [(path, "once") for path in manifest.once]
    return _HEAD + "".join(f"{what}  {path}\n" for path, what in sorted(lines))


def digest(content: bytes) -> str:
    """The hash of a file. Line ends do not count: git may have changed them on its way to the disk."""
    return sha256(content.replace(b"\r\n", b"\n")).hexdigest()


def owns(text: str, pages: Mapping[str, str]) -> bool:
    """Whether the manifest with this text is that of these pages, but for files that were ejected."""
    known = parse(text)
    expected = {
        path: frozenset([digest(page.encode())]) for path, page in pages.items() if path not in known.ejected
    }
    return known.owned == expected


def both(before: Manifest, after: Manifest, given_up: Mapping[str, str]) -> Manifest:
    """True before, while and after files give way to those of `after`.

    `given_up` has the hashes of what is on disk and nobody's to keep. A file that is written once is not
    named before it is there: a killed run would leave it unwritten for good.
    """
    hashes: dict[str, set[str]] = {}
    for owned in (before.owned, after.owned, {path: {digest} for path, digest in given_up.items()}):
        for path, known in owned.items():
            hashes.setdefault(path, set()).update(known)
    owned = {path: frozenset(known) for path, known in hashes.items()}
    return Manifest(owned, after.ejected, before.once)
