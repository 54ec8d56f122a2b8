"""tfgen affected: the stacks that CI must plan."""

from pathlib import Path
from typing import Annotated

import typer

from tfgen.commands.common import Kind, Output, Specs, Templates, print_error, print_json, run_specs
from tfgen.problems import Exit, TfgenError


def affected(
    specs: Specs,
    since: Annotated[str, typer.Option(metavar="REV", help="A git revision, such as origin/main.")],
    output: Output = None,
    kind: Kind = "stack",
    templates: Templates = None,
) -> None:
    """Print, as JSON, the stacks that CI must plan. They differ from what a revision has."""
    from tfgen import stacks
    from tfgen.git import committed_texts, touched_folders
    from tfgen.output.manifest import NAME, owns_pages

    outcomes = run_specs(specs, as_module=kind == "module", templates=templates)
    placed = list(stacks.placed_stacks(specs, outcomes, output))
    if wrong := next((each.wrong for each in placed if each.wrong), ""):
        raise TfgenError(message=wrong, code=Exit.WRONG_USAGE)
    found = [(each, each.stack.name) for each in placed if each.stack]
    folders = [each.folder for each, _ in found]
    manifests, changed = (
        committed_texts(since, [folder / NAME for folder in folders]),
        touched_folders(since, folders),
    )
    _warn_of_folders(folders, stacks.without_spec(folders, output) if len(found) == len(specs) else [])
    print_json(
        [
            {"stack": name, "spec": each.spec.as_posix(), "folder": each.folder.as_posix()}
            for (each, name), known in zip(found, manifests, strict=True)
            if each.folder in changed or not owns_pages(known, each.outcome.pages())
        ]
    )
    raise typer.Exit(Exit.SPEC_HAS_ERRORS if len(found) < len(specs) else Exit.DONE)


def _warn_of_folders(folders: list[Path], without_spec: list[Path]) -> None:
    from tfgen import summary
    from tfgen.output.manifest import NAME

    if missing := [folder for folder in folders if not (folder / NAME).is_file()]:
        print_error(summary.not_rendered(missing))
    if without_spec:
        print_error(summary.without_spec(without_spec))
