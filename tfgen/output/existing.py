"""The files in a stack's folder as Terraform reads them: also through links, but none that are hidden."""

import io
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from fnmatch import fnmatch
from pathlib import Path

from tfgen import files
from tfgen.problems import Exit, TfgenError, some_words
from tfgen.texts import in_line

PAGES = (".tf", ".tf.json")
VALUES = (".tfvars", ".tfvars.json")


def read_pages(folder: Path, suffixes: tuple[str, ...]) -> dict[str, str]:
    """The files with these suffixes, by their paths within. Raises TfgenError where none is a .tf file."""
    if not folder.is_dir():
        raise TfgenError(message=f"{in_line(folder)} is not a folder", code=Exit.WRONG_USAGE)
    found = file_names(folder, suffixes)
    if not any(name.endswith(".tf") for name in found):
        raise TfgenError(message=f"{in_line(folder)} contains no .tf files", code=Exit.WRONG_USAGE)
    return read_texts(folder, found)


def read_pages_to_validate(folder: Path) -> dict[str, str]:
    """The .tf files of one stack. Raises TfgenError as `read_stack` does."""
    found = read_pages(folder, (".tf",))
    _check_is_stack(folder, {(folder / path).parent for path in file_names(folder, PAGES)})
    return found


def read_stack(folder: Path) -> dict[str, str]:
    """The pages of a stack, and the values of variables beside them. Raises TfgenError, as `read_pages`."""
    found = read_pages(folder, (*PAGES, *VALUES))
    _check_is_stack(folder, {(folder / path).parent for path in found if path.endswith(PAGES)})
    return {path: text for path, text in found.items() if path.endswith(PAGES) or "/" not in path}


def _check_is_stack(folder: Path, homes: set[Path]) -> None:
    """Raises TfgenError where only folders below it contain files: a module needs a root."""
    if folder not in homes:
        stacks = sorted(home for home in homes if homes.isdisjoint(home.parents))
        named = some_words(list(map(in_line, stacks)), 3)
        message = f"{in_line(folder)} itself contains no .tf files; name the folder of one stack: {named}"
        raise TfgenError(message=message, code=Exit.WRONG_USAGE)


def file_names(folder: Path, suffixes: tuple[str, ...]) -> list[str]:
    """The files of a folder and those below it with one of these suffixes, by their paths within, in order.

    As Terraform does, it passes over what is hidden or an editor's, and folders whatever their name. It does
    not follow links to folders. Raises TfgenError for an unreadable folder: its files would seem removed.
    """
    with _explained_errors():
        entries = files.walk_folder(folder, _is_passed_over)
        found = (path for path, entry in entries if path.endswith(suffixes) and not os.path.isdir(entry))  # noqa: PTH112 - False where it is nothing
        return sorted(found, key=lambda path: path.split("/"))


def read_texts(folder: Path, paths: Iterable[str]) -> dict[str, str]:
    """What these files of a folder say. Raises TfgenError where one is no file, or cannot be read."""
    with _explained_errors():
        return {path: _decoded_text(files.read_file(folder / path)) for path in paths}


def copy_folder(folder: Path, place: Path, *left_out: str) -> None:
    """Copies a folder, but for what has a name like those `left_out`; where a link leads, a link leads.

    What is no file, no folder and no link to one stays behind: Terraform may wait for it. Raises TfgenError.
    """
    with _explained_errors():
        place.mkdir()
        for path, entry in files.walk_folder(
            folder, lambda name: any(fnmatch(name, each) for each in left_out)
        ):
            there = Path(entry.path)
            if entry.is_symlink():
                if there.is_file() or there.is_dir():
                    (place / path).symlink_to(there.resolve())
            elif entry.is_dir():
                (place / path).mkdir()
            elif entry.is_file():
                shutil.copyfile(there, place / path)


def _is_passed_over(name: str) -> bool:
    """As Terraform's own IsIgnoredFile has it."""
    return name.startswith(".") or name.endswith("~") or (name.startswith("#") and name.endswith("#"))


def _decoded_text(content: bytes) -> str:
    """Terraform passes over a byte order mark, which editors on Windows write."""
    return io.TextIOWrapper(io.BytesIO(content), encoding="utf-8-sig", errors="replace").read()


@contextmanager
def _explained_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        message = f"cannot read {error.filename}: {(error.strerror or str(error)).lower()}"
        raise TfgenError(message=message, code=Exit.WRONG_USAGE) from None
