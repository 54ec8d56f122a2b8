"""Writes the spec file of `tfgen init`: all of it or nothing."""

import os
from contextlib import suppress
from itertools import count
from pathlib import Path

from tfgen import files
from tfgen.output import disk
from tfgen.problems import Exit, TfgenError
from tfgen.texts import in_line


def is_taken(path: Path) -> bool:
    """Whether something exists at `path`, even a broken link."""
    return os.path.lexists(path)


def check_place(path: Path) -> None:
    """Raises TfgenError where no file can be made at `path`: better said before the questions than after."""
    folder = path.parent
    try:
        has_folder, is_folder = folder.is_dir(), path.is_dir()
    except (OSError, ValueError) as error:
        raise cannot_write(path, _reason_of_error(error)) from None
    if not has_folder:
        raise cannot_write(path, f"there is no folder {in_line(folder)}")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise cannot_write(path, f"{in_line(folder)}: permission denied")
    if is_folder:
        raise cannot_write(path, "this is a folder")


def write_spec(text: str, path: Path, *, overwrite: bool = False) -> None:
    """Makes `path` hold `text`. Raises TfgenError, with nothing changed, where that cannot be done.

    A file that is there stays as it is unless `overwrite` is set; then it keeps its permissions, and a
    link to it stays a link.
    """
    if is_taken(path) and not overwrite:
        raise in_the_way(path)
    target = Path(os.path.realpath(path))
    try:
        with disk.opened_folder(target.parent) as folder:
            there = folder.lstat(target.name)
            if there and (what := files.kind_of_file(there.st_mode)):
                raise cannot_write(path, f"this is {what}, not a file")
            _put_file(folder, target.name, text.encode(), there and there.st_mode)
    except (OSError, ValueError) as error:
        raise cannot_write(path, _reason_of_error(error)) from None


def _put_file(folder: disk.Folder, name: str, content: bytes, mode: int | None) -> None:
    """Writes a file beside its place, under a name that nothing has, and moves it there."""
    names = (f".{name}.tfgen-new{number or ''}" for number in count())
    new = next(each for each in names if folder.lstat(each) is None)
    try:
        folder.write(new, content, mode)
        folder.replace(new, name)
    except FileExistsError:  # another process created it: it is not ours to remove
        raise
    except BaseException:
        with suppress(OSError):
            folder.unlink(new)
        raise


def in_the_way(path: Path) -> TfgenError:
    message = (
        f"{in_line(path)} already exists. Nothing was written. Name another file with -o, or add --force."
    )
    return TfgenError(message=message, code=Exit.NOT_OURS)


def cannot_write(path: Path, reason: str) -> TfgenError:
    message = f"cannot write {in_line(path)}: {reason}. Nothing was written."
    return TfgenError(message=message, code=Exit.CANNOT_WRITE)


def _reason_of_error(error: OSError | ValueError) -> str:
    """A ValueError is about a NUL in the name."""
    return str(getattr(error, "strerror", None) or error).lower()
