"""The steps of a write: whenever the power fails between two of them, every file is complete."""

import errno
import os
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from tfgen import files

try:
    import fcntl
except ImportError:  # Windows has neither locks nor flushes of a folder
    fcntl = None  # type: ignore[assignment]

STAGING = ".tfgen-staging"
_NOT_FLUSHED_HERE = {errno.EINVAL, errno.ENOTSUP, errno.EBADF}
_HAS_OPEN_FOLDERS = os.open in os.supports_dir_fd  # Windows has none
_FOLDER, _NEW = (
    sum(getattr(os, flag, 0) for flag in flags)
    for flags in (
        ("O_RDONLY", "O_DIRECTORY", "O_NOFOLLOW", "O_CLOEXEC"),
        ("O_WRONLY", "O_CREAT", "O_EXCL", "O_NOFOLLOW", "O_CLOEXEC", "O_BINARY"),
    )
)


class Folder:
    """An open folder; paths within, with forward slashes, lead to what is in it, and along no link.

    Every folder below is opened once, relative to its parent: if it is replaced during the
    render, even by a link, nothing outside is read, written or removed.
    """

    def __init__(self, path: Path, number: int | None) -> None:
        """`number` is that of the open folder; nothing is in one without."""
        self.path = path
        self._numbers = {} if number is None else {"": number}

    def close(self) -> None:
        for number in self._numbers.values():
            with suppress(OSError):
                os.close(number)
        self._numbers.clear()

    def lstat(self, path: str) -> os.stat_result | None:
        """The status of a path without following links, None if nothing is there. Raises OSError."""
        try:
            name, around = self._at(path)
            return os.stat(name, dir_fd=around, follow_symlinks=False)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise self._with_place(error, path) from None

    def read(self, path: str, *, follow: bool = False) -> bytes | None:
        """The content of a file, None where there is none. Raises OSError."""
        try:
            name, around = self._at(path)
            return files.read_file(name, dir_fd=around, follow=follow)
        except (FileNotFoundError, NotADirectoryError, files.NoFileError):
            return None
        except OSError as error:
            raise self._with_place(error, path) from None

    def obstacle(self, folder: str) -> str:
        """The first part of the path to a folder that is a link or no folder, or nothing."""
        for place in folders_to(folder):
            found = self.lstat(place)
            if found is None:
                return ""
            if not stat.S_ISDIR(found.st_mode):
                return place
        return ""

    def is_there_still(self, folder: str) -> bool:
        """Whether nothing else was put in the place of a folder that was opened."""
        number, found = self._numbers.get(folder), self.lstat(folder) if folder else None
        return (
            not folder or number is None or (found is not None and os.path.samestat(os.fstat(number), found))
        )

    @contextmanager
    def staged(self, texts: Sequence[str], modes: Sequence[int | None] = ()) -> Iterator[list[str]]:
        """Each text in a file of its own, whole and flushed; removes those that were not moved.

        `modes` are permissions that files keep, as far as this user may give them.
        """
        try:
            self._make_folder(STAGING)
        except FileExistsError:
            why = "this is in the way of a temporary file that tfgen writes; move it away"
            raise FileExistsError(errno.EEXIST, why, str(self.path / STAGING)) from None
        try:
            places = [f"{STAGING}/{number}" for number in range(len(texts))]
            for place, text, mode in zip(places, texts, modes or [None] * len(texts), strict=True):
                self.write(place, text.encode(), mode)
            for place in places:
                self._flush_file(place)
            yield places
        finally:
            self.clear()

    def clear(self) -> None:
        """Removes what a run has staged: this one, or one that was killed. What cannot be removed stays."""
        with suppress(OSError):
            if self.obstacle(STAGING) or self.lstat(STAGING) is None:
                return
            for name in os.listdir(self._open_listed(STAGING)):  # noqa: PTH208 - of an open folder
                if name.isdigit():
                    self.unlink(f"{STAGING}/{name}")
        self.remove([STAGING])

    def make(self, folders: Iterable[str]) -> list[str]:
        """Makes those that are missing, and the ones around them: all, or none. Returns what it made."""
        made: list[str] = []
        try:
            for place in (place for folder in folders for place in folders_to(folder)):
                if self.lstat(place) is None:
                    with suppress(FileExistsError):  # another render was quicker
                        self._make_folder(place)
                        made.append(place)
        except BaseException:
            self.remove(made)
            raise
        return made

    def remove(self, folders: Iterable[str]) -> None:
        """Those that are empty, the innermost first."""
        for folder in sorted(folders, reverse=True):
            with suppress(OSError):
                name, around = self._at(folder)
                os.rmdir(name, dir_fd=around)
                if (number := self._numbers.pop(folder, None)) is not None:
                    os.close(number)

    def write(self, path: str, content: bytes, mode: int | None = None) -> None:
        """Creates a file where nothing exists, not even a link. Raises OSError; half a file may remain."""
        with self._errors_about(path):
            name, around = self._at(path)
            with os.fdopen(os.open(name, _NEW, 0o666, dir_fd=around), "wb") as file:
                if mode is not None and hasattr(os, "fchmod"):
                    with suppress(OSError):
                        os.fchmod(file.fileno(), stat.S_IMODE(mode))
                file.write(content)
                if hasattr(os, "posix_fadvise"):
                    # Starts the write to the disk, so that one commit of the journal is enough for all files.
                    file.flush()
                    with suppress(OSError):  # it is but advice
                        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)

    def replace(self, old: str, new: str) -> None:
        """Moves a file that was staged to its place, in one step. Raises OSError."""
        with self._errors_about(old, new):
            (source, here), (target, there) = self._at(old), self._at(new)
            os.replace(source, target, src_dir_fd=here, dst_dir_fd=there)

    def unlink(self, path: str) -> None:
        with self._errors_about(path):
            name, around = self._at(path)
            os.unlink(name, dir_fd=around)

    def flush(self, folders: Iterable[str]) -> None:
        """Returns when the names in these folders are on the disk. Raises OSError."""
        for folder in sorted(folders) if fcntl else ():
            with self._errors_about(folder):
                try:
                    os.fsync(self._open_number(folder))
                except OSError as error:
                    if error.errno not in _NOT_FLUSHED_HERE:
                        raise

    def _make_folder(self, folder: str) -> None:
        with self._errors_about(folder):
            name, around = self._at(folder)
            os.mkdir(name, dir_fd=around)

    def _flush_file(self, path: str) -> None:
        with self._errors_about(path):
            name, around = self._at(path)
            number = os.open(name, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0), dir_fd=around)
            try:
                os.fsync(number)
            finally:
                os.close(number)

    def _at(self, path: str) -> tuple[str, int | None]:
        """The name of a place, and the open folder in which it has that."""
        if not _HAS_OPEN_FOLDERS:
            return str(self.path / path), None
        around, _, name = path.rpartition("/")
        return name, self._open_number(around)

    def _open_listed(self, folder: str) -> int | str:
        return self._open_number(folder) if os.listdir in os.supports_fd else str(self.path / folder)

    def _open_number(self, folder: str) -> int:
        if folder not in self._numbers:
            if not folder:  # it was not there
                raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
            around, _, name = folder.rpartition("/")
            try:
                self._numbers[folder] = os.open(name, _FOLDER, dir_fd=self._open_number(around))
            except OSError as error:
                if error.errno != errno.ELOOP:  # as some systems say of a link
                    raise
                raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR)) from None
        return self._numbers[folder]

    @contextmanager
    def _errors_about(self, path: str, other: str | None = None) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise self._with_place(error, path, other) from None

    def _with_place(self, error: OSError, path: str, other: str | None = None) -> OSError:
        """An error of the system with the whole path, where it only knows a name."""
        second = None if other is None else str(self.path / other)
        return type(error)(error.errno, error.strerror, str(self.path / path), None, second)


def folders_to(folder: str) -> Iterator[str]:
    """The parents of a folder, and itself."""
    names = folder.split("/") if folder else []
    for depth in range(1, len(names) + 1):
        yield "/".join(names[:depth])


@contextmanager
def opened_folder(path: Path) -> Iterator[Folder]:
    """A folder to look at; where there is none, nothing is in it."""
    number = None
    with suppress(FileNotFoundError):
        number = os.open(path, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0)) if _HAS_OPEN_FOLDERS else None
    folder = Folder(path, number)
    try:
        yield folder
    finally:
        folder.close()


@contextmanager
def locked_folder(path: Path, waiting: Callable[[Path], None] = lambda _: None) -> Iterator[Folder]:
    """Makes a folder, and keeps other renders out of it until the end.

    A second render waits, and calls `waiting` first.
    """
    made: list[Path] = []
    folder = None
    try:
        while folder is None:
            made += _make_folders(path)
            folder = _lock_folder(path, waiting)
        yield folder
    except BaseException:
        for place in reversed(made):
            with suppress(OSError):
                place.rmdir()
        raise
    finally:
        if folder:
            folder.close()


def _lock_folder(path: Path, waiting: Callable[[Path], None]) -> Folder | None:
    """The open folder, no other render's; None where the render that was waited for removed it."""
    if fcntl is None:
        return Folder(path, None)
    try:
        number = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return None
    folder = Folder(path, number)
    try:
        with suppress(OSError):  # a file system that has no locks
            try:
                fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                waiting(path)
                fcntl.flock(number, fcntl.LOCK_EX)
        if path.is_dir() and os.path.samestat(os.fstat(number), path.stat()):
            return folder
    except BaseException:
        folder.close()
        raise
    folder.close()
    return None


def _make_folders(path: Path) -> list[Path]:
    """Makes a folder and those around it, as far as they are missing: all, or none. Returns what it made."""
    made: list[Path] = []
    try:
        for place in reversed([each for each in (path, *path.parents) if not each.exists()]):
            with suppress(FileExistsError):  # another render was quicker
                place.mkdir()
                made.append(place)
    except BaseException:
        for place in reversed(made):
            with suppress(OSError):
                place.rmdir()
        raise
    return made
