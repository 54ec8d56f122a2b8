"""What is not tfgen's to write over, and what its owner can do."""

import shlex
from collections.abc import Iterable, Sequence
from pathlib import Path

from tfgen.output import diff
from tfgen.output.compare import Comparison, is_file
from tfgen.problems import Exit, TfgenError


def refuse(found: Comparison, folder: Path, *, force: bool) -> None:
    """Raises TfgenError where something is not tfgen's to write over. A folder or a link never is."""
    changes = found.changes
    foreign = [p for p in changes.foreign if not force or p not in found.pages or not is_file(folder / p)]
    edited = () if force else changes.edited
    if not foreign and not edited:
        return
    parts = []
    if foreign:
        parts.append(f"these are in the way, and tfgen did not write them:\n{_listed(foreign, folder)}\n")
    if edited:
        parts.append(f"these were edited after tfgen wrote them:\n{_listed(edited, folder)}\n\n")
        parts.append(f"{diff.by_hand(found, folder)}\n")
    parts.append("Nothing was written.")
    if foreign:
        files = all(path in found.pages and is_file(folder / path) for path in foreign)
        parts.append(_past_foreign(files=files))
    if edited:
        parts.append(_past_edited(edited, folder))
    raise TfgenError(message="".join(parts), code=Exit.NOT_OURS)


def _past_foreign(*, files: bool) -> str:
    more = ", or write over them: --force" if files else ""
    return f" Move them away, or render to another folder with -o{more}."


def _past_edited(edited: Sequence[str], folder: Path) -> str:
    names = " ".join(shlex.quote(str(folder / path)) for path in edited)
    return (
        " Three ways on from an edit:\n"
        "  say it in the spec, by a key of its own or by overrides, so that tfgen writes it\n"
        "  lose it: --force\n"
        f"  keep the file for good, and tfgen writes it no more: tfgen eject {names}"
    )


def _listed(paths: Iterable[str], folder: Path) -> str:
    places = [folder / path for path in paths]
    kinds = (" (a link)" if p.is_symlink() else " (a folder)" if p.is_dir() else "" for p in places)
    return "\n".join(f"  {place}{kind}" for place, kind in zip(places, kinds, strict=True))
