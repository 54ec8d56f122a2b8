"""tfgen changes: what a changed spec will do to a stack."""

import os
import sys
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from tfgen.commands.common import (
    Json,
    Templates,
    print_error,
    print_json,
    print_problems,
    run_specs,
    terminal_columns,
    with_own_files,
)
from tfgen.problems import Exit, TfgenError


def changes(
    old: Annotated[
        Path,
        typer.Argument(metavar="OLD", help="The old spec, or the folder of the stack.", show_default=False),
    ],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="The new spec.", show_default=False)],
    templates: Templates = None,
    json: Json = False,
) -> None:
    """Report what a changed spec will do to a stack, before any plan."""
    from tfgen import forecast
    from tfgen.changes import report
    from tfgen.output import existing

    pages = existing.read_stack(old) if os.path.isdir(old) else {}  # noqa: PTH112 - False where nobody may look
    try:
        outcomes = run_specs(
            [new] if pages else [old, new],
            as_module=bool(pages) and report.is_module(pages),
            templates=templates,
            # The new spec takes the place of the one that the pages name.
            spec_file=report.spec_file(pages),
            besides=partial(with_own_files, output=old) if pages else lambda outcome: outcome,
            wanted={
                old: "name the old spec, or the folder of the stack",
                new: "name the new spec; only OLD may be a folder",
            },
        )
        if any(outcome.failed for outcome in outcomes):
            raise typer.Exit(Exit.SPEC_HAS_ERRORS)
        if pages:
            found = forecast.changes_of_folder(old, pages, outcomes.pop())
        else:
            before, after = (outcome.pages() for outcome in outcomes)
            outcomes.clear()  # a blueprint takes as much memory as the syntax of its pages will
            found = report.changes_between(before, after)
    except TfgenError as error:  # somebody edited a page
        if error.message:
            print_error(error.message)
        print_problems(error.problems, {path: text.splitlines() for path, text in pages.items()})
        raise typer.Exit(error.code) from None
    if json:
        print_json(report.as_json(found))
    else:
        typer.echo(report.as_text(found, terminal_columns(sys.stdout)))
