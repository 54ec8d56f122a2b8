"""Writes pages to a folder: everything or nothing."""

from contextlib import suppress
from pathlib import Path

from tfgen.output.compare import Changes, compare
from tfgen.problems import Exit, TfgenError


def write(pages: dict[str, str], folder: Path) -> Changes:
    """Makes `folder` hold `pages`, and removes files of tfgen's own that no page is for any more.

    Files that would not change are not touched. Raises TfgenError, with nothing written, where
    files that are not tfgen's are in the way, or where the folder cannot be written.
    """
    try:
        changes = compare(pages, folder)
    except OSError as error:
        raise _cannot(error, folder) from None
    if changes.foreign:
        raise _not_ours(changes, folder)
    _replace({path: pages[path] for path in (*changes.created, *changes.changed)}, folder)
    _remove(changes.stale, folder)
    return changes


def _replace(pages: dict[str, str], folder: Path) -> None:
    """Writes every page beside its place first, so that a full disk is noticed before anything moves."""
    made: list[Path] = []
    beside: dict[Path, Path] = {}
    try:
        for path, text in pages.items():
            target = folder / path
            _make_folder(target.parent, made)
            new = target.with_name(f".{target.name}.tfgen-new")
            beside[new] = target
            new.write_bytes(text.encode())
        for new, target in beside.items():
            new.replace(target)
    except OSError as error:
        _undo(list(beside), made)
        raise _cannot(error, folder) from None


def _make_folder(folder: Path, made: list[Path]) -> None:
    missing = [place for place in (folder, *folder.parents) if not place.exists()]
    for place in reversed(missing):
        place.mkdir()
        made.append(place)


def _undo(files: list[Path], folders: list[Path]) -> None:
    for file in files:
        with suppress(OSError):
            file.unlink(missing_ok=True)
    for folder in reversed(folders):
        with suppress(OSError):
            folder.rmdir()


def _remove(stale: tuple[str, ...], folder: Path) -> None:
    for path in stale:
        try:
            (folder / path).unlink()
        except OSError as error:
            raise _cannot(error, folder) from None
        with suppress(OSError):  # a folder that still holds something stays
            (folder / path).parent.rmdir()


def _not_ours(changes: Changes, folder: Path) -> TfgenError:
    listed = "\n".join(f"  {folder / path}" for path in changes.foreign)
    message = (
        f"tfgen did not write these files, and will not overwrite them:\n{listed}\n"
        "Nothing was written. Move them away, or render to another folder with -o."
    )
    return TfgenError(message=message, code=Exit.NOT_OURS)


def _cannot(error: OSError, folder: Path) -> TfgenError:
    where = error.filename or folder
    reason = (error.strerror or str(error)).lower()
    message = f"cannot write {folder}: {where}: {reason}. Nothing was written."
    return TfgenError(message=message, code=Exit.CANNOT_WRITE)
