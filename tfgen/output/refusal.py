"""Files that tfgen must not overwrite, and what their owner can do."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from tfgen.output import diff
from tfgen.output.compare import Changes, Comparison
from tfgen.output.disk import Folder
from tfgen.output.history import History
from tfgen.problems import Exit, TfgenError
from tfgen.texts import in_line, shell_word


class RefusedError(TfgenError):
    """A render that was refused; `changes` are what it would have done."""

    def __init__(self, message: str, changes: Changes) -> None:
        super().__init__(message=message, code=Exit.NOT_OURS)
        self.changes = changes


def refuse_to_overwrite(found: Comparison, folder: Folder, history: History, *, force: bool) -> None:
    """Raises RefusedError where tfgen must not overwrite something. That includes every folder and link."""
    changes = found.changes
    refuse_another_stack(found, folder, history, force=force)
    foreign = sorted((*changes.obstacles, *(() if force else changes.foreign)))
    edited = [] if force else _edited_paths(changes)
    if not foreign and not edited:
        return
    parts = []
    if foreign:
        parts.append(
            "these paths are in the way, and tfgen did not write them:\n"
            f"{_list_paths(foreign, folder.path)}\n"
        )
    if edited:
        parts.append(f"{_describe_edited(found, folder, history)}\n")
    parts.append("Nothing was written.")
    if foreign:
        parts.append(_hint_about_foreign(files=not changes.obstacles))
    if edited:
        parts.append(_hint_about_edited(edited, changes.edited_orphans, folder.path))
        parts.append(_MERGING if found.before.merging else "")
    raise RefusedError("".join(parts), changes)


def refuse_another_stack(found: Comparison, folder: Folder, history: History, *, force: bool) -> None:
    """Raises RefusedError where the folder is another stack's: all its files would be removed, edits too."""
    present, rendered = found.before.stacks, found.after.stacks
    if force or not present or rendered <= present:
        return
    names = '" and "'.join(sorted(present))
    place, names = in_line(folder.path), in_line(names)
    parts = [f'{place} is the folder of the stack "{names}", and this is "{"".join(rendered)}"']
    edited = _edited_paths(found.changes)
    parts.append(f", and {_describe_edited(found, folder, history)}\n" if edited else ". ")
    parts.append(
        "Nothing was written. Render to another folder with -o, or replace that stack with this one: --force."
    )
    if edited:
        parts.append(
            " This discards the edits; to keep the files permanently, first: "
            f"{_eject_command(edited, folder.path)}"
        )
    raise RefusedError("".join(parts), found.changes)


def _edited_paths(changes: Changes) -> list[str]:
    return sorted((*changes.edited, *changes.edited_orphans))


def _describe_edited(found: Comparison, folder: Folder, history: History) -> str:
    listed = _list_paths(_edited_paths(found.changes), folder.path)
    edits = diff.diff_of_edits(found, folder, history)
    return f"these files were edited after tfgen wrote them:\n{listed}\n\n{edits}"


def _eject_command(paths: Iterable[str], folder: Path) -> str:
    names = (str(folder / path) for path in paths)
    return f"tfgen eject {' '.join(shell_word(f'./{n}' if n.startswith('-') else n) for n in names)}"


def _hint_about_foreign(*, files: bool) -> str:
    more = ", or overwrite them: --force" if files else ""
    return f" Move them away, or render to another folder with -o{more}."


_MERGING = (
    "\nThe manifest contains conflict markers of a merge. A file in which git mixed two renders beyond "
    "recognition also counts as edited: where its diff shows no manual change, discard it."
)


_DISCARD_ONE = "discard one edit: remove the file and render again; discard all: --force"


def _hint_about_edited(edited: Sequence[str], orphans: Sequence[str], folder: Path) -> str:
    gone = " (a file that tfgen no longer renders may refer to something removed)" if orphans else ""
    return (
        " Ways to resolve an edit:\n"
        "  make the change in the spec, with a key or with overrides, so that tfgen writes it\n"
        f"  {_DISCARD_ONE if len(edited) > 1 else 'discard it: --force'}\n"
        f"  keep the file permanently; tfgen no longer writes it{gone}: {_eject_command(edited, folder)}"
    )


def _list_paths(paths: Iterable[str], folder: Path) -> str:
    places = [folder / path for path in paths]
    return "\n".join(f"  {in_line(place)}{_kind_of_place(place)}" for place in places)


def _kind_of_place(place: Path) -> str:
    if place.is_symlink():
        return " (a link)"
    return " (a folder)" if place.is_dir() else "" if place.is_file() else " (not a file)"
