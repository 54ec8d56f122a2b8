"""A folder of a user's templates: which of its files count, read once and safely."""

from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path

from tfgen.files import walk_folder

MAX_BYTES = 1024 * 1024
"""More than thirty times the largest of ours."""

_HERE = Path(__file__).resolve().parent.parent
# Inside the package in a wheel, beside it in a checkout.
TEMPLATES = _HERE / "templates" if (_HERE / "templates").is_dir() else _HERE.parent / "templates"


class UnreadableError(Exception):
    """A template that cannot be read, and why, in words."""


@cache
def builtin_names() -> frozenset[str]:
    """The names of our own templates, which are those that a user's can have."""
    return frozenset(name for name, _ in walk_folder(TEMPLATES, _is_left_out) if name.endswith(".j2"))


def template_files(folder: Path) -> dict[str, Path]:
    """The files in a folder by their names from there, but for hidden and compiled ones. Raises OSError."""
    there = walk_folder(folder, _is_left_out)
    return {name: folder / name for name, entry in there if name.endswith(".j2") or not entry.is_dir()}


def _is_left_out(name: str) -> bool:
    return name.startswith((".", "__pycache__"))


def read_template(path: Path, folder: Path) -> str:
    """The text of a template in `folder`. Raises UnreadableError.

    A link to a file outside would copy somebody else's file into the stack.
    """
    if not path.is_file():  # a pipe would be waited for
        raise UnreadableError("it is not a file")
    try:
        if not path.resolve().is_relative_to(folder.resolve()):
            raise UnreadableError("it is a link to outside its folder")
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
        text = raw.decode()
    except UnicodeDecodeError:
        raise UnreadableError("it is not UTF-8 text") from None
    except OSError as error:
        raise UnreadableError((error.strerror or str(error)).lower()) from None
    if len(raw) > MAX_BYTES:
        raise UnreadableError(f"it is larger than {MAX_BYTES // 1024 // 1024} MiB")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def template_texts(folder: Path) -> dict[str, str]:
    """What replaces built-in ones: name -> text. Unreadable files and other names are left out."""
    return dict(_readable_templates(folder))


def _readable_templates(folder: Path) -> Iterator[tuple[str, str]]:
    there: dict[str, Path] = {}
    with suppress(OSError):
        there = template_files(folder)
    for name in builtin_names() & there.keys():
        try:
            yield name, read_template(folder / name, folder)
        except UnreadableError:
            continue


def template_lines(folder: Path) -> dict[str, tuple[str, ...]]:
    """The lines of every template in a folder, by its path; for messages."""
    return {str(folder / name): tuple(text.split("\n")) for name, text in template_texts(folder).items()}
