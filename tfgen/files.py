"""Reads regular files only: it waits for no pipe, reads no device, and limits the size."""

import errno
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

MOST = 16 * 1024 * 1024  # bytes; the largest page that tfgen writes has a thousandth
_KINDS = {
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFDIR: "a folder",
    stat.S_IFLNK: "a link",
}
# Whoever puts a pipe in the place of a file that was looked at makes nobody wait.
_HOW = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_NONBLOCK", "O_NOCTTY", "O_BINARY", "O_CLOEXEC"))


class NoFileError(OSError):
    """A pipe, socket, device, folder, or a link that must not be followed."""


class TooLargeError(OSError):
    """A file with more bytes than its reader accepts."""


def kind_of_file(mode: int) -> str:
    """The kind of a path with this mode, empty for a regular file."""
    return "" if stat.S_ISREG(mode) else _KINDS.get(stat.S_IFMT(mode), "no file")


def read_file(
    place: Path | str, *, dir_fd: int | None = None, follow: bool = True, most: int = MOST
) -> bytes:
    """The content of a file. Raises OSError, including NoFileError and TooLargeError.

    Without `follow`, links are rejected. `dir_fd` is the open folder of the path.
    """
    try:
        _check_file(os.stat(place, dir_fd=dir_fd, follow_symlinks=follow), place, most)
        how = _HOW | (0 if follow else getattr(os, "O_NOFOLLOW", 0))
        number = os.open(place, how, dir_fd=dir_fd)
        try:
            found = os.fstat(number)
            _check_file(found, place, most)
            content = _read_content(number, found.st_size, most)
        finally:
            os.close(number)
    except FileNotFoundError as error:
        if dir_fd is not None or not os.path.lexists(place):
            raise
        raise FileNotFoundError(error.errno, "this is a broken link", str(place)) from None
    if len(content) > most:
        raise _too_large(place, most)
    return content


def walk_folder(folder: Path, is_left_out: Callable[[str], bool]) -> Iterator[tuple[str, "os.DirEntry[str]"]]:
    """Everything in and below a folder, by relative path, each folder before its contents.

    Skips the names that are left out, and does not enter linked folders. Raises OSError if a folder cannot
    be read.
    """
    waiting = [""]
    while waiting:
        inside = waiting.pop()
        with os.scandir(folder / inside) as entries:
            for entry in entries:
                if not is_left_out(entry.name):
                    yield f"{inside}{entry.name}", entry
                    waiting += [f"{inside}{entry.name}/"] if entry.is_dir(follow_symlinks=False) else []


_CHUNK = 64 * 1024


def _read_content(number: int, size: int, most: int) -> bytes:
    """The content of an open file, or slightly more than `most` of it. Some exceed their reported `size`."""
    content = os.read(number, size + 1)
    if len(content) <= size:
        return content
    parts, length = [content], len(content)
    while length <= most and (part := os.read(number, _CHUNK)):
        parts.append(part)
        length += len(part)
    return b"".join(parts)


def _check_file(found: os.stat_result, place: Path | str, most: int) -> None:
    if what := kind_of_file(found.st_mode):
        raise NoFileError(errno.EINVAL, f"this is {what}, not a file", str(place))
    if found.st_size > most:
        raise _too_large(place, most)


def _too_large(place: Path | str, most: int) -> TooLargeError:
    return TooLargeError(errno.EFBIG, f"this is larger than {most // 1024 // 1024} megabytes", str(place))
