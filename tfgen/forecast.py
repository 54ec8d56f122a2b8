"""What a changed spec will do to a stack, before any plan: in its folder, or to what the old spec renders."""

from collections.abc import Mapping
from pathlib import Path

from msgspec.structs import replace

from tfgen import stacks
from tfgen.changes import report
from tfgen.changes.report import Report
from tfgen.output import manifest
from tfgen.output.compare import Changes
from tfgen.output.manifest import Manifest
from tfgen.pipe import Outcome
from tfgen.problems import Exit, TfgenError
from tfgen.render.pages import render
from tfgen.texts import in_line


def of_spec(old: Outcome, new: Outcome, templates: Path | None) -> Report:
    """What changes from one spec to another, both without errors."""
    was, will_be = (render(each.blueprint, templates) for each in (old, new) if each.blueprint)
    return report.between(was, will_be)


def of_folder(folder: Path, standing: Mapping[str, str], new: Outcome, templates: Path | None) -> Report:
    """What a spec without errors changes in a folder with the pages `standing`.

    Raises TfgenError with a problem for every page that is not Terraform's language.
    """
    assert new.blueprint  # noqa: S101 - it has no errors
    # The new spec takes the place of the one that the pages name.
    blueprint = replace(new.blueprint, spec_file=report.spec_file(standing) or new.blueprint.spec_file)
    pages, known = render(blueprint, templates), _manifest(folder)
    after = report.over(standing, pages, known.owned, known.ejected)
    held = stacks.held(blueprint, pages, folder) if known.owned else Changes()
    return report.between(standing, after, report.of_the_user(*held.theirs))


def _manifest(folder: Path) -> Manifest:
    try:
        return manifest.read(folder)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        message = f"cannot read {in_line(folder / manifest.NAME)}: {reason}"
        raise TfgenError(message=message, code=Exit.WRONG_USAGE) from None
