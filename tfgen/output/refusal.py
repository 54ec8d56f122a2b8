"""Files that tfgen must not overwrite, and what the user can do about them."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from tfgen.output import diff
from tfgen.output.compare import Changes, Comparison
from tfgen.output.disk import Folder
from tfgen.output.history import History
from tfgen.problems import Exit, TfgenError
from tfgen.texts import in_line, word


class RefusedError(TfgenError):
    """A render that was not carried out; `changes` are what it would have done."""

    def __init__(self, message: str, changes: Changes) -> None:
        super().__init__(message=message, code=Exit.NOT_OURS)
        self.changes = changes


def refuse(found: Comparison, folder: Folder, history: History, *, force: bool) -> None:
    """Raises RefusedError where something is not tfgen's to write over. A folder or a link never is."""
    changes = found.changes
    refuse_another_stack(found, folder, history, force=force)
    foreign = sorted((*changes.obstacles, *(() if force else changes.foreign)))
    edited = [] if force else _edited(changes)
    if not foreign and not edited:
        return
    parts = []
    if foreign:
        parts.append(
            f"these are in the way, and tfgen did not write them:\n{_listed(foreign, folder.path)}\n"
        )
    if edited:
        parts.append(f"{_said_edited(found, folder, history)}\n")
    parts.append("Nothing was written.")
    if foreign:
        parts.append(_past_foreign(files=not changes.obstacles))
    if edited:
        parts.append(_past_edited(edited, changes.edited_orphans, folder.path))
        parts.append(_MERGING if found.before.merging else "")
    raise RefusedError("".join(parts), changes)


def refuse_another_stack(found: Comparison, folder: Folder, history: History, *, force: bool) -> None:
    """Raises RefusedError where the folder is another stack's: all that it has would go, edits too."""
    standing, coming = found.before.stacks, found.after.stacks
    if force or not standing or coming <= standing:
        return
    names = '" and "'.join(sorted(standing))
    place, names = in_line(folder.path), in_line(names)
    parts = [f'{place} is the folder of the stack "{names}", and this is "{"".join(coming)}"']
    edited = _edited(found.changes)
    parts.append(f", and {_said_edited(found, folder, history)}\n" if edited else ". ")
    parts.append(
        "Nothing was written. Render to another folder with -o, or put this stack in the place of that one: "
        "--force."
    )
    if edited:
        parts.append(f" It loses the edits; to keep the files for good, first: {_eject(edited, folder.path)}")
    raise RefusedError("".join(parts), found.changes)


def _edited(changes: Changes) -> list[str]:
    return sorted((*changes.edited, *changes.edited_orphans))


def _said_edited(found: Comparison, folder: Folder, history: History) -> str:
    listed = _listed(_edited(found.changes), folder.path)
    return f"these were edited after tfgen wrote them:\n{listed}\n\n{diff.by_hand(found, folder, history)}"


def _eject(paths: Iterable[str], folder: Path) -> str:
    names = (str(folder / path) for path in paths)
    return f"tfgen eject {' '.join(word(f'./{n}' if n.startswith('-') else n) for n in names)}"


def _past_foreign(*, files: bool) -> str:
    more = ", or write over them: --force" if files else ""
    return f" Move them away, or render to another folder with -o{more}."


_MERGING = (
    "\nThe manifest has the markers of a merge. A page in which git mixed two renders beyond recognition "
    "counts as edited too: where its diff shows nothing that a person wrote, lose it."
)


_LOSE_ONE = "lose one: remove the file and render again; lose all: --force"


def _past_edited(edited: Sequence[str], orphans: Sequence[str], folder: Path) -> str:
    gone = " (what tfgen no longer renders may refer to what is no longer there)" if orphans else ""
    return (
        " Three ways on from an edit:\n"
        "  say it in the spec, by a key of its own or by overrides, so that tfgen writes it\n"
        f"  {_LOSE_ONE if len(edited) > 1 else 'lose it: --force'}\n"
        f"  keep the file for good, and tfgen writes it no more{gone}: {_eject(edited, folder)}"
    )


def _listed(paths: Iterable[str], folder: Path) -> str:
    places = [folder / path for path in paths]
    return "\n".join(f"  {in_line(place)}{_kind(place)}" for place in places)


def _kind(place: Path) -> str:
    if place.is_symlink():
        return " (a link)"
    return " (a folder)" if place.is_dir() else "" if place.is_file() else " (no file)"
