"""Reads what is a file: no pipe is waited for, no device is read, and nothing fills the memory."""

import errno
import os
import stat
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
    """A pipe, a socket, a device, a folder, or a link that is not to be followed."""


class TooLargeError(OSError):
    """A file of more bytes than whoever reads it takes."""


def kind(mode: int) -> str:
    """What stands at a place that has this mode, empty for a file."""
    return "" if stat.S_ISREG(mode) else _KINDS.get(stat.S_IFMT(mode), "no file")


def read(place: Path | str, *, dir_fd: int | None = None, follow: bool = True, most: int = MOST) -> bytes:
    """The content of a file. Raises OSError: NoFileError or TooLargeError too.

    Without `follow` a link is none either. `dir_fd` is the open folder of the place.
    """
    try:
        _check(os.stat(place, dir_fd=dir_fd, follow_symlinks=follow), place, most)
        how = _HOW | (0 if follow else getattr(os, "O_NOFOLLOW", 0))
        with os.fdopen(os.open(place, how, dir_fd=dir_fd), "rb") as file:
            _check(os.fstat(file.fileno()), place, most)
            content: bytes = file.read(most + 1)  # some systems have files that say they are empty
    except FileNotFoundError as error:
        if dir_fd is not None or not os.path.lexists(place):
            raise
        raise FileNotFoundError(error.errno, "this is a link that leads nowhere", str(place)) from None
    if len(content) > most:
        raise _too_large(place, most)
    return content


def _check(found: os.stat_result, place: Path | str, most: int) -> None:
    if what := kind(found.st_mode):
        raise NoFileError(errno.EINVAL, f"this is {what}, not a file", str(place))
    if found.st_size > most:
        raise _too_large(place, most)


def _too_large(place: Path | str, most: int) -> TooLargeError:
    return TooLargeError(errno.EFBIG, f"this is larger than {most // 1024 // 1024} megabytes", str(place))
