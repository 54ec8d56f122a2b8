"""What a changed spec will do to the stack in a folder, before any plan."""

from collections.abc import Mapping
from pathlib import Path

from tfgen import stacks
from tfgen.changes import report
from tfgen.changes.report import Report
from tfgen.output import manifest
from tfgen.output.compare import Changes
from tfgen.output.manifest import Manifest
from tfgen.pipe import Outcome
from tfgen.problems import Exit, TfgenError
from tfgen.texts import in_line


def changes_of_folder(folder: Path, current: Mapping[str, str], new: Outcome) -> Report:
    """What a spec without errors changes in a folder with the pages `current`.

    Raises TfgenError with a problem for every file that is not valid Terraform.
    """
    pages, known = new.pages(), _read_manifest(folder)
    after = report.after_render(current, pages, known.owned, known.ejected)
    held = stacks.compare_stack(new.blueprint, pages, folder) if new.blueprint and known.owned else Changes()
    del new  # its blueprint takes as much memory as the syntax of its files will
    return report.changes_between(current, after, report.about_user_files(*held.theirs))


def _read_manifest(folder: Path) -> Manifest:
    try:
        return manifest.read_manifest(folder)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        message = f"cannot read {in_line(folder / manifest.NAME)}: {reason}"
        raise TfgenError(message=message, code=Exit.WRONG_USAGE) from None
