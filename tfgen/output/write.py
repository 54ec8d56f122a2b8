"""Writes pages to a folder, so that whatever stops it every file is whole and the next render goes on.

First everything is written beside its place and flushed, so that a full disk is noticed before anything
moves. Then the manifest names, for each path, what stands there now and what will; then files take
their places, each in one step; then the manifest names the new ones alone. A run that is killed at any
instant leaves files that the manifest knows, old ones and new ones, and nothing looks like a hand edit.
"""

import os
import signal
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from tfgen.output import diff, manifest
from tfgen.output.compare import Changes, Comparison, check_folder, compare
from tfgen.problems import Exit, TfgenError

try:
    import fcntl
except ImportError:  # Windows: no lock, so no two renders into one folder at once
    fcntl = None  # type: ignore[assignment]

_STAGING = ".tfgen-staging"
_FLUSHERS = 8  # a journal takes many flushes at once in the time of one


def write(
    pages: Mapping[str, str], folder: Path, *, once: Mapping[str, str] | None = None, force: bool = False
) -> Changes:
    """Makes `folder` hold `pages`, and removes files of tfgen's own that no page is for any more.

    Files that would not change are not touched; `once` are for the user to keep. Another render into the
    same folder is waited for. Raises TfgenError, with nothing changed, where files that are not tfgen's
    are in the way or files of its own were edited (unless `force` is set), or where it cannot write.
    """
    with _explained(folder), _locked(folder):
        _clear(folder / _STAGING)
        found = compare(pages, folder, once)
        _refuse(found, folder, force=force)
        if not found.changes.none:
            _carry_out(found, folder)
    return found.changes


def preview(
    pages: Mapping[str, str], folder: Path, *, once: Mapping[str, str] | None = None, with_diff: bool = False
) -> tuple[Changes, str]:
    """What `write` would do, and a unified diff of it if asked for. Raises TfgenError."""
    with _explained(folder):
        found = compare(pages, folder, once)
        return found.changes, diff.rendered(found, folder) if with_diff else ""


def stack_of(files: Iterable[Path]) -> dict[Path, list[Path]]:
    """The folder of the stack that each file is in. Raises TfgenError where one is in none."""
    found: dict[Path, list[Path]] = {}
    for file in files:
        folder = next((each for each in file.absolute().parents if (each / manifest.NAME).is_file()), None)
        if folder is None:
            message = f"{file} is in no stack that tfgen rendered: no folder around it has a {manifest.NAME}."
            raise TfgenError(message=message, code=Exit.WRONG_USAGE)
        found.setdefault(folder, []).append(file)
    return found


def eject(files: Iterable[Path], folder: Path) -> None:
    """Gives files of the stack in `folder` up to the user, for good. Raises TfgenError."""
    with _explained(folder), _locked(folder):
        known = manifest.read(folder)
        paths = {file.resolve().relative_to(folder.resolve()).as_posix() for file in files}
        if unknown := sorted(paths - known.owned.keys() - known.ejected):
            message = f"{', '.join(unknown)}: tfgen owns no such file in {folder}. Nothing was changed."
            raise TfgenError(message=message, code=Exit.WRONG_USAGE)
        owned = {path: hashes for path, hashes in known.owned.items() if path not in paths}
        after = known._replace(owned=owned, ejected=known.ejected | paths)
        _clear(folder / _STAGING)
        (folder / _STAGING).mkdir()
        _put(folder, manifest.NAME, _stage(folder, 0, manifest.write(after)))
        _clear(folder / _STAGING)


def _carry_out(found: Comparison, folder: Path) -> None:
    changes = found.changes
    coming = (
        *changes.created,
        *changes.changed,
        *(p for p in changes.edited if p in found.pages),
        *changes.foreign,
    )
    going = (*changes.removed, *(p for p in changes.edited if p not in found.pages))
    texts = {path: found.pages[path] for path in coming if path != manifest.NAME}
    final, between = (
        manifest.write(each) for each in (found.after, manifest.both(found.before, found.after))
    )
    made: list[Path] = []
    try:
        _may_write(folder, (*texts, *going))
        (folder / _STAGING).mkdir()
        staged = [
            _stage(folder, number, text) for number, text in enumerate((between, final, *texts.values()))
        ]
        _flush(staged)
        _make_folders(dict.fromkeys((folder / path).parent for path in texts), made)
    except BaseException:
        _clear(folder / _STAGING)
        _remove_folders(made)
        raise
    with _to_the_end():
        _put(folder, manifest.NAME, staged[0])
        for path, place in zip(texts, staged[2:], strict=True):
            place.replace(folder / path)
        for path in going:
            (folder / path).unlink()
        _flush({(folder / path).parent for path in (*texts, *going)})
        _put(folder, manifest.NAME, staged[1])
        _clear(folder / _STAGING)
        _remove_folders({(folder / path).parent for path in going})


def _may_write(folder: Path, paths: Iterable[str]) -> None:
    """Raises PermissionError where a file's folder takes none: better now than among the moves."""
    for parent in {(folder / path).parent for path in paths}:
        if parent.is_dir() and not os.access(parent, os.W_OK | os.X_OK):
            raise PermissionError(13, os.strerror(13), str(parent))


def _stage(folder: Path, number: int, text: str) -> Path:
    place = folder / _STAGING / str(number)
    with place.open("xb") as file:
        file.write(text.encode())
    return place


def _put(folder: Path, path: str, staged: Path) -> None:
    """One file takes its place, and stays there whatever happens to the machine."""
    staged.replace(folder / path)
    _flush([folder])


def _flush(places: Iterable[Path]) -> None:
    """Returns when files, or the names in folders, are on the disk."""
    waiting, failed = list(places), []

    def work() -> None:
        with suppress(IndexError):
            while True:
                place = waiting.pop()
                try:
                    _flush_one(place)
                except OSError as error:
                    failed.append(error)

    workers = [threading.Thread(target=work) for _ in range(min(_FLUSHERS, len(waiting)) - 1)]
    for worker in workers:
        worker.start()
    work()
    for worker in workers:
        worker.join()
    for error in failed:
        raise error


def _flush_one(place: Path) -> None:
    number = os.open(place, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def _make_folders(folders: Iterable[Path], made: list[Path]) -> None:
    for folder in folders:
        missing = [place for place in (folder, *folder.parents) if not place.exists()]
        for place in reversed(missing):
            place.mkdir()
            made.append(place)


def _remove_folders(folders: Iterable[Path]) -> None:
    """Those that are empty."""
    for folder in sorted(folders, reverse=True):
        with suppress(OSError):
            folder.rmdir()


def _clear(staging: Path) -> None:
    """Removes what a run has staged: this one, or one that was killed."""
    if staging.is_symlink():
        staging.unlink()
    elif staging.is_dir():
        for place in staging.iterdir():
            place.unlink()
        staging.rmdir()


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Makes the folder, and keeps other renders out of it until the end."""
    made: list[Path] = []
    try:
        check_folder(folder)
        _make_folders([folder], made)
        number = os.open(folder, os.O_RDONLY)
        try:
            if fcntl:
                fcntl.flock(number, fcntl.LOCK_EX)
            yield
        finally:
            os.close(number)
    except BaseException:
        _remove_folders(made)
        raise


@contextmanager
def _to_the_end() -> Iterator[None]:
    """Ctrl-C waits; what fails from here on leaves old files beside new ones, each whole."""
    before = None
    with suppress(ValueError):  # not in the main thread, where no Ctrl-C arrives
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    except OSError as error:
        message = (
            f"cannot write {error.filename}: {_reason(error)}. Some files are new and some are "
            "old, each of them whole; render again to finish."
        )
        raise TfgenError(message=message, code=Exit.CANNOT_WRITE) from None
    finally:
        if before is not None:
            signal.signal(signal.SIGINT, before)


@contextmanager
def _explained(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        name = Path(error.filename or folder)
        where = folder if _STAGING in name.parts else name
        message = f"cannot write {where}: {_reason(error)}. Nothing was written."
        raise TfgenError(message=message, code=Exit.CANNOT_WRITE) from None


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()


def _refuse(found: Comparison, folder: Path, *, force: bool) -> None:
    """Raises TfgenError where something is not tfgen's to write over. A folder or a link never is."""
    changes = found.changes
    foreign = [p for p in changes.foreign if not force or p not in found.pages or not _is_file(folder / p)]
    edited = () if force else changes.edited
    if not foreign and not edited:
        return
    parts = []
    if foreign:
        parts.append(f"these are in the way, and tfgen did not write them:\n{_listed(foreign, folder)}\n")
    if edited:
        parts.append(f"these were edited after tfgen wrote them:\n{_listed(edited, folder)}\n\n")
        parts.append(f"{diff.by_hand(found, folder)}\n")
    message = "".join(parts) + "Nothing was written. " + _ways_on(foreign, edited, folder)
    raise TfgenError(message=message, code=Exit.NOT_OURS)


def _ways_on(foreign: list[str], edited: tuple[str, ...], folder: Path) -> str:
    if edited:
        return (
            "Say it in the spec instead; or keep the file for good, and tfgen will write it no more: "
            f"tfgen eject {folder / edited[0]}; or lose the edit: --force."
        )
    more = "" if any(not _is_file(folder / path) for path in foreign) else ", or write over them: --force"
    return f"Move them away, or render to another folder with -o{more}."


def _is_file(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def _listed(paths: Iterable[str], folder: Path) -> str:
    places = [folder / path for path in paths]
    kinds = (" (a link)" if p.is_symlink() else " (a folder)" if p.is_dir() else "" for p in places)
    return "\n".join(f"  {place}{kind}" for place, kind in zip(places, kinds, strict=True))
