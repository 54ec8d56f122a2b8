"""The steps of a write: between any two of them the power may fail, and no file is half."""

import errno
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

try:
    import fcntl
except ImportError:  # Windows has neither locks nor flushes of a folder
    fcntl = None  # type: ignore[assignment]

STAGING = ".tfgen-staging"
_FLUSHERS = 4  # a journal takes some flushes at once in the time of one
_NOT_FLUSHED_HERE = {errno.EINVAL, errno.ENOTSUP, errno.EBADF}

T = TypeVar("T")


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Makes the folder, and keeps other renders out of it until the end. Whoever comes second waits."""
    made: list[Path] = []
    number = -1
    try:
        while number < 0:
            made += make_folders([folder])
            number = _lock(folder)
        yield
    except BaseException:
        remove_folders(made)
        raise
    finally:
        if number >= 0:
            with suppress(OSError):
                os.close(number)


def _lock(folder: Path) -> int:
    """The open folder, no other render's; -1 where the render that was waited for took it away again."""
    if fcntl is None:
        return os.open(os.devnull, os.O_RDONLY)
    try:
        number = os.open(folder, os.O_RDONLY)
    except FileNotFoundError:
        return -1
    try:
        with suppress(OSError):  # a file system that has no locks
            fcntl.flock(number, fcntl.LOCK_EX)
        if folder.is_dir() and os.path.samestat(os.fstat(number), folder.stat()):
            return number
    except BaseException:
        os.close(number)
        raise
    os.close(number)
    return -1


@contextmanager
def staged(folder: Path, texts: Sequence[str]) -> Iterator[list[Path]]:
    """Each text in a file of its own, whole and flushed; what was not moved away is gone afterwards."""
    staging = folder / STAGING
    staging.mkdir()
    try:
        places = [staging / str(number) for number in range(len(texts))]
        _at_once(_write, [(place, text.encode()) for place, text in zip(places, texts, strict=True)])
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
    _at_once(_flush, list(folders))


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


def _write(staged: tuple[Path, bytes]) -> None:
    place, content = staged
    with place.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _flush(folder: Path) -> None:
    if fcntl is None:
        return
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    except OSError as error:
        if error.errno not in _NOT_FLUSHED_HERE:
            raise OSError(error.errno, error.strerror, str(folder)) from None
    finally:
        os.close(number)


def _at_once(do: Callable[[T], None], items: list[T]) -> None:
    """Does it to every item, several at a time. What one of them raises ends it all and is raised."""
    failed: list[BaseException] = []

    def work() -> None:
        while not failed:
            try:
                item = items.pop()
            except IndexError:
                return
            try:
                do(item)
            except BaseException as error:
                failed.append(error)

    workers = _started(work, min(_FLUSHERS, len(items)) - 1)
    work()
    for worker in workers:
        worker.join()
    if failed:
        raise failed[0]


def _started(work: Callable[[], None], count: int) -> list[threading.Thread]:
    workers: list[threading.Thread] = []
    with suppress(RuntimeError):  # no more threads for this process: fewer will do
        for _ in range(count):
            worker = threading.Thread(target=work)
            worker.start()
            workers.append(worker)
    return workers
