"""Writes the spec file of `tfgen init`: the whole file or nothing."""

import os
import stat
from contextlib import suppress
from pathlib import Path

from tfgen.problems import Exit, TfgenError
from tfgen.texts import in_line


def taken(path: Path) -> bool:
    """Whether something stands at `path`, be it a link that leads nowhere."""
    return os.path.lexists(path)


def check_place(path: Path) -> None:
    """Raises TfgenError where no file can be made at `path`: better said before the questions than after."""
    folder = path.parent
    try:
        has_folder, is_folder = folder.is_dir(), path.is_dir()
    except (OSError, ValueError) as error:
        raise cannot(path, _reason(error)) from None
    if not has_folder:
        raise cannot(path, f"there is no folder {in_line(folder)}")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise cannot(path, f"{in_line(folder)}: permission denied")
    if is_folder:
        raise cannot(path, "this is a folder")


def write_spec(text: str, path: Path, *, overwrite: bool = False) -> None:
    """Makes `path` hold `text`. Raises TfgenError, with nothing changed, where that cannot be done.

    A file that is there stays as it is unless `overwrite` is set; then it keeps its permissions, and a
    link to it stays a link.
    """
    if taken(path) and not overwrite:
        raise in_the_way(path)
    target = Path(os.path.realpath(path))
    new = target.with_name(f".{target.name}.tfgen-new")
    try:
        new.write_bytes(text.encode())
        if target.exists():
            new.chmod(stat.S_IMODE(target.stat().st_mode))
        new.replace(target)
    except (OSError, ValueError) as error:
        raise cannot(path, _reason(error)) from None
    finally:
        with suppress(OSError, ValueError):
            new.unlink(missing_ok=True)


def in_the_way(path: Path) -> TfgenError:
    message = (
        f"{in_line(path)} is already there. Nothing was written. Name another file with -o, or add --force."
    )
    return TfgenError(message=message, code=Exit.NOT_OURS)


def cannot(path: Path, reason: str) -> TfgenError:
    message = f"cannot write {in_line(path)}: {reason}. Nothing was written."
    return TfgenError(message=message, code=Exit.CANNOT_WRITE)


def _reason(error: OSError | ValueError) -> str:
    """A ValueError is about a NUL in the name."""
    return str(getattr(error, "strerror", None) or error).lower()
