"""Writes pages to a folder, so that after any interruption every file is complete and a render can continue.

First, all new files are written beside the old ones and flushed, so that a full disk is noticed before
anything moves. Then the manifest gets, for each path, the hash of the old and of the new file; then the
files are moved into place, each in one step; then the manifest keeps only the new hashes. A process that
is killed at any time leaves files that the manifest knows, old or new, and none looks like a hand edit.
"""

import errno
import os
import signal
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from tfgen.output import diff, disk, manifest
from tfgen.output.compare import Changes, Comparison, check_folder, compare_in
from tfgen.output.disk import Folder
from tfgen.output.history import NOBODY, History
from tfgen.output.refusal import refuse_another_stack, refuse_to_overwrite
from tfgen.problems import Exit, TfgenError
from tfgen.texts import in_line


def write_pages(
    pages: Mapping[str, str],
    folder: Path,
    *,
    stack: str = "",
    once: Mapping[str, str] | None = None,
    force: bool = False,
    history: History = NOBODY,
    waiting: Callable[[Path], None] = lambda _: None,
) -> Changes:
    """Makes `folder` hold the `pages` of `stack`, and removes tfgen's files that no page is for any more.

    Files that would not change are not touched; `once` are for the user to keep. Another render into the
    same folder is waited for, after a call of `waiting` with the folder. Raises TfgenError, with nothing
    changed, where it cannot write; and, unless `force` is set, RefusedError where the folder is another
    stack's, files that are not tfgen's are in the way, or files of its own were edited: `history` is asked
    what they were.
    """
    with _explained_errors(folder):
        check_folder(folder)
        with disk.locked_folder(folder, waiting) as place:
            place.clear()
            found = compare_in(place, pages, once, stack, history)
            refuse_to_overwrite(found, place, history, force=force)
            if not found.changes.none:
                _carry_out(_steps_of_render(found, place), place)
    return found.changes


def preview_pages(
    pages: Mapping[str, str],
    folder: Path,
    *,
    stack: str = "",
    once: Mapping[str, str] | None = None,
    force: bool = False,
    history: History = NOBODY,
    with_diff: bool = False,
) -> tuple[Changes, str]:
    """What `write_pages` would do, and a unified diff of it if asked for. Raises TfgenError."""
    with _explained_errors(folder, "read"):
        check_folder(folder)
        with disk.opened_folder(folder) as place:
            found = compare_in(place, pages, once, stack, history)
            refuse_another_stack(found, place, history, force=force)
            return found.changes, diff.diff_of_render(found, place) if with_diff else ""


def stack_of(files: Iterable[Path]) -> dict[Path, list[Path]]:
    """The folder of the stack that each file is in. Raises TfgenError where one is in none."""
    found: dict[Path, list[Path]] = {}
    for file in files:
        folder = next((each for each in _resolved_place(file).parents if _is_stack(each)), None)
        if folder is None:
            message = (
                f"{in_line(file)} is not part of a rendered stack: no folder above it has a {manifest.NAME}."
            )
            raise TfgenError(message=message, code=Exit.WRONG_USAGE)
        found.setdefault(folder, []).append(file)
    return found


def _resolved_place(file: Path) -> Path:
    return Path(os.path.abspath(file))  # noqa: PTH100 - collapses "..", and follows no link


def _is_stack(folder: Path) -> bool:
    with suppress(OSError):  # a folder that nobody may look into
        return (folder / manifest.NAME).is_file()
    return False


def eject_files(
    files: Iterable[Path], folder: Path, waiting: Callable[[Path], None] = lambda _: None
) -> None:
    """Gives files of the stack in `folder` up for good, as `stack_of` found them. Raises TfgenError.

    A render into the folder is waited for, after a call of `waiting`.
    """
    with _explained_errors(folder), disk.locked_folder(folder, waiting) as place:
        place.clear()
        known = manifest.manifest_of(place.read(manifest.NAME) or b"")
        paths = {_resolved_place(file).relative_to(folder).as_posix() for file in files}
        if unknown := sorted(paths - known.owned.keys() - known.ejected.keys()):
            message = (
                f"tfgen owns no {in_line(', '.join(unknown))} in {in_line(folder)}. Nothing was written."
            )
            raise TfgenError(message=message, code=Exit.WRONG_USAGE)
        given_up = {path: hashes for path, hashes in known.owned.items() if path in paths}
        owned = {path: hashes for path, hashes in known.owned.items() if path not in paths}
        after = known._replace(owned=owned, ejected={**known.ejected, **given_up})
        with place.staged([manifest.manifest_text(after)]) as (new,):
            place.replace(new, manifest.NAME)
            place.flush([""])


class _Steps(NamedTuple):
    """`between` is the manifest while the files of `texts` are written and those of `removed` are removed.

    `seen` has the possible hashes of each file to overwrite or remove; none for a file that does not exist.
    """

    seen: dict[str, frozenset[str]]
    texts: dict[str, str]
    removed: tuple[str, ...]
    between: str
    final: str


def _steps_of_render(found: Comparison, folder: Folder) -> _Steps:
    changes = found.changes
    # Only --force overwrites what was edited or is in the way; its hashes are owned from now on.
    given_up = {path: _digest_on_disk(folder, path) for path in changes.forced}
    # So are pages that git mixed, whose markers the manifest loses.
    mixed = (*changes.changed, *changes.removed) if found.before.merging else ()
    on_disk = {path: _digest_on_disk(folder, path) for path in mixed if path != manifest.NAME}
    written = (*changes.created, *changes.changed, *(path for path in given_up if path in found.pages))
    known = {path: found.before.owned.get(path, frozenset()) for path in (*changes.changed, *changes.removed)}
    there = {path: frozenset([each]) for path, each in (given_up | on_disk).items()}
    return _Steps(
        seen={path: each for path, each in (known | there).items() if path != manifest.NAME},
        texts={path: found.pages[path] for path in written if path != manifest.NAME},
        removed=(*changes.removed, *(path for path in given_up if path not in found.pages)),
        between=manifest.manifest_text(
            manifest.both_manifests(found.before, found.after, given_up | on_disk)
        ),
        final=manifest.manifest_text(found.after),
    )


def _digest_on_disk(folder: Folder, path: str) -> str:
    return manifest.digest_of(folder.read(path) or b"")


def _carry_out(steps: _Steps, folder: Folder) -> None:
    texts, removed = steps.texts, steps.removed
    written_to, removed_from = ({_parent_of(path) for path in paths} for paths in (texts, removed))
    _may_write(folder.path / path for path in {"", *written_to, *removed_from})
    contents = (steps.between, steps.final, *texts.values())
    modes = (None, None, *(found and found.st_mode for found in map(folder.lstat, texts)))
    with _ctrl_c_waits() as interrupted, folder.staged(contents, modes) as (between, final, *new):
        with ExitStack() as undo:
            made = folder.make(sorted(written_to))
            undo.callback(folder.remove, made)
            _refuse_changes_meanwhile(steps, folder)
            if interrupted:
                return
            folder.replace(between, manifest.NAME)
            undo.pop_all()  # from here on, a failed render can only be completed, not undone
        with _half_done(folder.path):
            folder.flush([""])
            for path, place in zip(texts, new, strict=True):
                folder.replace(place, path)
            for path in removed:
                folder.unlink(path)
            folder.flush({"", *written_to, *removed_from, *map(_parent_of, made)})
            folder.remove(_with_those_around(removed_from))
            folder.replace(final, manifest.NAME)
            folder.flush([""])


def _refuse_changes_meanwhile(steps: _Steps, folder: Folder) -> None:
    """Raises TfgenError if a file was saved or a folder moved since they were compared."""
    paths = (*steps.texts, *steps.removed)
    moved = (
        each for each in sorted(_with_those_around(map(_parent_of, paths))) if not folder.is_there_still(each)
    )
    saved = (path for path in paths if not _is_as_seen(folder, path, steps.seen.get(path)))
    if place := next(chain(moved, saved), ""):
        changed = in_line(folder.path / place)
        message = f"{changed} changed during the render. Nothing was written; render again."
        raise TfgenError(message=message, code=Exit.NOT_OURS)


def _is_as_seen(folder: Folder, path: str, seen: frozenset[str] | None) -> bool:
    """A file that does not exist is fine: it is to be written, or already removed."""
    there = folder.read(path)
    if there is None:
        return folder.lstat(path) is None
    return seen is not None and manifest.digest_of(there) in seen


def _parent_of(path: str) -> str:
    return path.rpartition("/")[0]


def _with_those_around(folders: Iterable[str]) -> set[str]:
    """These folders and those around them, below that of the stack."""
    return {each for folder in folders for each in disk.folders_to(folder)}


def _may_write(folders: Iterable[Path]) -> None:
    """Raises PermissionError where a folder takes no files: better now than among the moves."""
    for folder in sorted(folders):
        if folder.is_dir() and not os.access(folder, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(folder))


@contextmanager
def _ctrl_c_waits() -> Iterator[list[Any]]:
    """Yields a list that is not empty once Ctrl-C was pressed; it takes effect at the end."""
    interrupted: list[Any] = []
    before = None
    with suppress(ValueError):  # not in the main thread, where no Ctrl-C arrives
        before = signal.signal(signal.SIGINT, lambda *arrived: interrupted.append(arrived))
    try:
        yield interrupted
    finally:
        if before is not None:
            signal.signal(signal.SIGINT, before)
    if interrupted:
        raise KeyboardInterrupt


@contextmanager
def _half_done(folder: Path) -> Iterator[None]:
    """What fails here leaves old files beside new ones, each whole."""
    try:
        yield
    except OSError as error:
        message = (
            f"cannot write {in_line(_place_of_error(error, folder))}: {_reason_of_error(error)}. "
            "Some files may be new and some old, but each is complete; render again to finish."
        )
        raise TfgenError(message=message, code=Exit.CANNOT_WRITE) from None


@contextmanager
def _explained_errors(folder: Path, what: str = "write") -> Iterator[None]:
    """Makes an error of the system, before anything has changed, one for the user."""
    try:
        yield
    except OSError as error:
        nothing = " Nothing was written." if what == "write" else ""
        message = (
            f"cannot {what} {in_line(_place_of_error(error, folder))}: {_reason_of_error(error)}.{nothing}"
        )
        raise TfgenError(message=message, code=Exit.CANNOT_WRITE) from None


def _place_of_error(error: OSError, folder: Path) -> Path:
    """The place that an error is about; that of what is staged is the folder, unless it is in the way."""
    place = Path(error.filename2 or error.filename or folder)
    staged = disk.STAGING in (place.parent.name, place.name)
    return folder if staged and error.errno != errno.EEXIST else place


def _reason_of_error(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
