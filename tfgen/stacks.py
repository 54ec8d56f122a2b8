"""Many specs, rendered to their folders or only compared, and the result of each."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from glob import escape, glob
from pathlib import Path
from typing import Any, NamedTuple

from tfgen.blueprint.model import Blueprint
from tfgen.output.compare import Changes, compare_pages
from tfgen.output.history import History
from tfgen.output.manifest import NAME as MANIFEST
from tfgen.output.refusal import RefusedError
from tfgen.output.write import preview_pages, write_pages
from tfgen.pipe import Outcome
from tfgen.problems import Exit, TfgenError
from tfgen.render.pages import files_to_keep
from tfgen.summary import summarize, summarize_drift, summarize_forecast
from tfgen.texts import in_line, shell_word

NAME = "{name}"
FOLDERS = f"generated/{NAME}"


class RenderMode(NamedTuple):
    """What to show instead of writing, if anything."""

    check: bool
    diff: bool
    dry_run: bool
    force: bool

    def __bool__(self) -> bool:
        return self.check or self.diff or self.dry_run

    def exit_code(self, changes: Changes) -> Exit:
        """The code of `--check`, or the one that the render itself would exit with."""
        if self.check and not changes.none:
            return Exit.NOT_CURRENT
        refused = self and (changes.obstacles if self.force else changes.in_the_way)
        return Exit.NOT_OURS if refused else Exit.DONE

    def said(self, stack: Blueprint, changes: Changes, folder: Path) -> str:
        """The text for people, in addition to the diff."""
        if not self:
            return f"{summarize(stack, changes, folder)}\n"
        lines = [summarize_drift(stack.name, changes, folder)] if self.check else []
        if self.dry_run:
            lines.append(summarize_forecast(stack.name, changes, folder, force=self.force))
        return "".join(f"{line}\n" for line in lines)


class Options(NamedTuple):
    """`waiting` is called with a folder that another render is still writing to."""

    output: Path | None
    mode: RenderMode
    waiting: Callable[[Path], None]


class Result(NamedTuple):
    """The result for one spec: what to print, or in `message` why nothing was written."""

    spec: Path
    code: Exit
    stack: str | None = None
    folder: Path | None = None
    changes: Changes = Changes()
    diff: str = ""
    said: str = ""
    message: str = ""

    def as_data(self, *, with_diff: bool) -> dict[str, Any]:
        return {
            "spec": self.spec.as_posix(),
            "stack": self.stack,
            "folder": self.folder and self.folder.as_posix(),
            "exit_code": self.code,
            **self.changes._asdict(),
            **({"diff": self.diff} if with_diff else {}),
            **({"message": self.message} if self.message else {}),
        }


def stack_folders(outcomes: Sequence[Outcome], output: Path | None) -> list[Path]:
    """The folder for the stack of each spec. Raises TfgenError if several specs share one folder."""
    pattern = str(output or FOLDERS)
    if NAME not in pattern and len(outcomes) > 1:
        message = (
            f"-o {in_line(pattern)} is one folder for {len(outcomes)} specs: give each stack its own, such "
            f"as -o {shell_word(f'{pattern}/{NAME}')}"
        )
        raise TfgenError(message=message, code=Exit.WRONG_USAGE)
    return [
        Path(pattern.replace(NAME, stack.name if stack else "")) for stack in map(_stack_of_outcome, outcomes)
    ]


def _stack_of_outcome(outcome: Outcome) -> Blueprint | None:
    return None if outcome.failed else outcome.blueprint


class Placed(NamedTuple):
    """A spec, its stack if it has no errors, the folder for it, and the reason if it cannot go there."""

    spec: Path
    outcome: Outcome
    stack: Blueprint | None
    folder: Path
    wrong: str


def placed_stacks(
    specs: Sequence[Path], outcomes: Sequence[Outcome], output: Path | None
) -> Iterator[Placed]:
    names = Counter(stack.name for stack in map(_stack_of_outcome, outcomes) if stack)
    for spec, outcome, folder in zip(specs, outcomes, stack_folders(outcomes, output), strict=True):
        stack = _stack_of_outcome(outcome)
        shared = stack is not None and names[stack.name] > 1
        yield Placed(spec, outcome, stack, folder, _shares_folder(spec, folder) if shared else "")


def without_spec(rendered: Sequence[Path], output: Path | None) -> list[Path]:
    """The folders of other stacks that match `output`, if it is a pattern for all stacks."""
    pattern = str(output or FOLDERS)
    if NAME not in pattern:
        return []
    places = "*".join(map(escape, pattern.split(NAME)))
    found = glob(f"{places}/{MANIFEST}")  # noqa: PTH207 - Path.glob takes no absolute pattern
    return sorted({Path(each).parent for each in found} - set(rendered))


def _shares_folder(spec: Path, folder: Path) -> str:
    return (
        f"{in_line(spec)}: another of these specs has the same name, and both would be written to "
        f"{in_line(folder)}. Nothing was written for it. Rename one, or render them one by one with -o."
    )


def render_stacks(specs: Sequence[Path], outcomes: Sequence[Outcome], options: Options) -> Iterator[Result]:
    """Writes or previews the stack of each spec; one that fails does not stop the others."""
    for spec, outcome, stack, folder, wrong in placed_stacks(specs, outcomes, options.output):
        if stack is None:
            yield Result(spec, Exit.SPEC_HAS_ERRORS)
        elif wrong:
            yield Result(spec, Exit.WRONG_USAGE, stack.name, folder, message=wrong)
        else:
            yield _render_stack(spec, outcome, stack, folder, options)


def exit_code(results: Sequence[Result]) -> Exit:
    """Errors in specs take precedence over the results of other stacks."""
    codes = [result.code for result in results]
    return Exit.SPEC_HAS_ERRORS if Exit.SPEC_HAS_ERRORS in codes else next(filter(None, codes), Exit.DONE)


def _render_stack(spec: Path, outcome: Outcome, stack: Blueprint, folder: Path, options: Options) -> Result:
    mode = options.mode
    try:
        changes, diff = _write_stack(outcome.pages(), stack, folder, options)
    except TfgenError as error:
        planned = error.changes if isinstance(error, RefusedError) else Changes()
        return Result(spec, error.code, stack.name, folder, planned, message=error.message)
    said = mode.said(outcome.overridden or stack, changes, folder)
    return Result(spec, mode.exit_code(changes), stack.name, folder, changes, diff, said)


def _write_stack(
    pages: Mapping[str, str], stack: Blueprint, folder: Path, options: Options
) -> tuple[Changes, str]:
    mode = options.mode
    how: dict[str, Any] = {
        "stack": stack.name,
        "once": files_to_keep(stack),
        "force": mode.force,
        "history": _HISTORY,
    }
    if mode:
        return preview_pages(pages, folder, with_diff=mode.diff, **how)
    return write_pages(pages, folder, waiting=options.waiting, **how), ""


def compare_stack(stack: Blueprint, pages: Mapping[str, str], folder: Path) -> Changes:
    """Compares the pages of a stack with a folder. Raises TfgenError if it cannot be read."""
    try:
        return compare_pages(pages, folder, files_to_keep(stack), stack.name, _HISTORY).changes
    except OSError as error:
        message = f"cannot read {in_line(error.filename)}: {error.strerror}"
        raise TfgenError(message=message, code=Exit.WRONG_USAGE) from None


def _earlier_content(file: Path, wanted: Any) -> bytes | None:
    from tfgen import git  # noqa: PLC0415 - starting programs is slow to load, and seldom asked for

    return git.earlier_content(file, wanted)


def _obstacle_to_git(place: Path) -> str:
    from tfgen import git  # noqa: PLC0415 - as above

    return git.obstacle_to_git(place)


def _merged_text(base: str, one: str, other: str) -> str:
    from tfgen import git  # noqa: PLC0415 - as above

    return git.merged_text(base, one, other)


_HISTORY = History(_earlier_content, _merged_text, _obstacle_to_git)
