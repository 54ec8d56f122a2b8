"""The steps of a write: between any two of them the power may fail, and no file is half."""

import errno
import os
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows has neither locks nor flushes of a folder
    fcntl = None  # type: ignore[assignment]

STAGING = ".tfgen-staging"
_NOT_FLUSHED_HERE = {errno.EINVAL, errno.ENOTSUP, errno.EBADF}


@contextmanager
def locked(folder: Path, waiting: Callable[[Path], None] = lambda _: None) -> Iterator[None]:
    """Makes the folder, and keeps other renders out of it until the end.

    Whoever comes second waits, and calls `waiting` first.
    """
    made: list[Path] = []
    number = -1
    try:
        while number < 0:
            made += make_folders([folder])
            number = _lock(folder, waiting)
        yield
    except BaseException:
        remove_folders(made)
        raise
    finally:
        if number >= 0:
            with suppress(OSError):
                os.close(number)


def _lock(folder: Path, waiting: Callable[[Path], None]) -> int:
    """The open folder, no other render's; -1 where the render that was waited for took it away again."""
    if fcntl is None:
        return os.open(os.devnull, os.O_RDONLY)
    try:
        number = os.open(folder, os.O_RDONLY)
    except FileNotFoundError:
        return -1
    try:
        with suppress(OSError):  # a file system that has no locks
            try:
                fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                waiting(folder)
                fcntl.flock(number, fcntl.LOCK_EX)
        if folder.is_dir() and os.path.samestat(os.fstat(number), folder.stat()):
            return number
    except BaseException:
        os.close(number)
        raise
    os.close(number)
    return -1


def keep_modes(old: Iterable[Path], new: Iterable[Path]) -> None:
    """Gives new files the permissions of those in whose place they go, as far as this user may."""
    for here, coming in zip(old, new, strict=True):
        with suppress(OSError):  # there is none yet
            mode = here.stat().st_mode
            if mode != coming.stat().st_mode:
                coming.chmod(stat.S_IMODE(mode))


@contextmanager
def staged(folder: Path, texts: Sequence[str]) -> Iterator[list[Path]]:
    """Each text in a file of its own, whole and flushed; what was not moved away is gone afterwards."""
    staging = folder / STAGING
    try:
        staging.mkdir()
    except FileExistsError:
        why = "this is in the way of what tfgen writes there for a moment; move it away"
        raise FileExistsError(errno.EEXIST, why, str(staging)) from None
    try:
        places = [staging / str(number) for number in range(len(texts))]
        for place, text in zip(places, texts, strict=True):
            _write(place, text.encode())
        for place in places:
            _flush(place, os.O_RDWR)
        yield places
    finally:
        clear(folder)


def clear(folder: Path) -> None:
    """Removes what a run has staged: this one, or one that was killed. What cannot be removed stays."""
    staging = folder / STAGING
    with suppress(OSError):
        if staging.is_dir() and not staging.is_symlink():
            for place in staging.iterdir():
                if place.name.isdigit():
                    place.unlink()
            staging.rmdir()


def flush(folders: Iterable[Path]) -> None:
    """Returns when the names in these folders are on the disk."""
    for folder in sorted(folders):
        _flush_folder(folder)


def make_folders(folders: Iterable[Path]) -> list[Path]:
    """Makes those that are missing, and the ones around them: all, or none. Returns what it made."""
    made: list[Path] = []
    try:
        for folder in folders:
            missing = [place for place in (folder, *folder.parents) if not place.exists()]
            for place in reversed(missing):
                with suppress(FileExistsError):  # another render was quicker
                    place.mkdir()
                    made.append(place)
    except BaseException:
        remove_folders(made)
        raise
    return made


def remove_folders(folders: Iterable[Path]) -> None:
    """Those that are empty, the innermost first."""
    for folder in sorted(folders, reverse=True):
        with suppress(OSError):
            folder.rmdir()


def _write(place: Path, content: bytes) -> None:
    with place.open("xb") as file:
        file.write(content)
        if hasattr(os, "posix_fadvise"):
            # Starts its way to the disk, so that one commit of the journal does for all of the files.
            file.flush()
            with suppress(OSError):  # it is but advice
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _flush_folder(folder: Path) -> None:
    if fcntl is None:
        return
    try:
        _flush(folder, os.O_RDONLY)
    except OSError as error:
        if error.errno not in _NOT_FLUSHED_HERE:
            raise


def _flush(place: Path, how: int) -> None:
    number = os.open(place, how)
    try:
        os.fsync(number)
    except OSError as error:  # one that does not know the place
        raise OSError(error.errno, error.strerror, str(place)) from None
    finally:
        os.close(number)
