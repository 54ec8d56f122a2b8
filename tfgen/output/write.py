"""Writes pages to a folder: everything or nothing."""

import re
from collections.abc import Callable, Iterable
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

from tfgen.output.compare import Changes, compare
from tfgen.problems import Exit, TfgenError


def write(pages: dict[str, str], folder: Path) -> Changes:
    """Makes `folder` hold `pages`, and removes files of tfgen's own that no page is for any more.

    Files that would not change are not touched. Raises TfgenError, with nothing changed, where
    files that are not tfgen's are in the way, or where the folder cannot be written.
    """
    try:
        changes = compare(pages, folder)
        if changes.foreign:
            raise _not_ours(changes, folder)
        _swap(changes, {path: pages[path] for path in (*changes.created, *changes.changed)}, folder)
    except OSError as error:
        raise _cannot(error, folder) from None
    return changes


def _swap(changes: Changes, pages: dict[str, str], folder: Path) -> None:
    """Takes what goes out of the way and puts what comes in its place.

    Every page is written beside its place first, so that a full disk is noticed before anything
    moves; and whatever stops it after that, be it Ctrl-C, what was moved is moved back.
    """
    with ExitStack() as undo:
        for parent in dict.fromkeys((folder / path).parent for path in pages):
            _make_folder(parent, undo)
        for path, text in pages.items():
            _write_new(_beside(folder / path, "new"), text, undo)
        for path in (*changes.changed, *changes.stale):
            old = _beside(folder / path, "old")
            old.unlink(missing_ok=True)
            _move(folder / path, old, undo)
        for path in pages:
            _move(_beside(folder / path, "new"), folder / path, undo)
        undo.pop_all()
    _forget(folder, changes)


def _beside(path: Path, what: str) -> Path:
    """Where a file waits: hidden, and with an ending that Terraform does not read."""
    return path.with_name(f".{path.name}.tfgen-{what}")


def _make_folder(folder: Path, undo: ExitStack) -> None:
    missing = [place for place in (folder, *folder.parents) if not place.exists()]
    for place in reversed(missing):
        place.mkdir()
        undo.callback(_quietly, place.rmdir)


def _write_new(path: Path, text: str, undo: ExitStack) -> None:
    undo.callback(_quietly, path.unlink)
    try:
        file = path.open("xb")
    except FileExistsError:  # left by a run that was killed; or a link that would lead elsewhere
        path.unlink()
        file = path.open("xb")
    with file:
        file.write(text.encode())


def _move(source: Path, target: Path, undo: ExitStack) -> None:
    undo.callback(_quietly, target.replace, source)
    source.replace(target)


def _forget(folder: Path, changes: Changes) -> None:
    """Removes what was moved out of the way, now or by a run that was killed, and folders left empty."""
    touched = (*changes.created, *changes.changed, *changes.stale)
    for parent in {(folder / path).parent for path in touched}:
        for old in parent.glob(".*.tfgen-old"):
            _quietly(old.unlink)
    for path in changes.stale:
        _quietly((folder / path).parent.rmdir)


def _quietly(action: Callable[..., Any], *arguments: Any) -> None:
    with suppress(OSError):
        action(*arguments)


def _not_ours(changes: Changes, folder: Path) -> TfgenError:
    message = (
        f"these are in the way, and tfgen did not write them:\n{_listed(changes.foreign, folder)}\n"
        "Nothing was written. Move them away, or render to another folder with -o."
    )
    return TfgenError(message=message, code=Exit.NOT_OURS)


def _listed(paths: Iterable[str], folder: Path) -> str:
    places = [folder / path for path in paths]
    kinds = (" (a link)" if p.is_symlink() else " (a folder)" if p.is_dir() else "" for p in places)
    return "\n".join(f"  {place}{kind}" for place, kind in zip(places, kinds, strict=True))


def _cannot(error: OSError, folder: Path) -> TfgenError:
    where = re.sub(r"\.([^/\\]+)\.tfgen-(new|old)$", r"\1", str(error.filename or folder))
    reason = (error.strerror or str(error)).lower()
    return TfgenError(message=f"cannot write {where}: {reason}. Nothing was written.", code=Exit.CANNOT_WRITE)
