"""tfgen upgrade: specs in the current format."""

from typing import Annotated

import typer

from tfgen.commands.common import Specs, print_error, print_problems
from tfgen.problems import Exit, TfgenError
from tfgen.texts import in_line


def upgrade(
    specs: Specs,
    write: Annotated[
        bool, typer.Option("--write", help="Rewrite the specs instead of printing the difference.")
    ] = False,
) -> None:
    """Update specs to the current format. Comments and layout are kept."""
    from tfgen import pipe
    from tfgen.output.spec_file import write_spec
    from tfgen.spec.versions import diff_of_upgrade

    failure = Exit.DONE
    for path in specs:
        found = pipe.upgrade_file(path)
        print_problems(found.problems, {str(path): found.lines})
        failure = failure or (Exit.SPEC_HAS_ERRORS if found.problems else Exit.DONE)
        if not found.problems and found.before == found.after:
            typer.echo(f"{in_line(path)} is current")
        elif found.after and not write:
            typer.echo(diff_of_upgrade(found.before, found.after, in_line(path)))
        elif found.after:
            try:
                write_spec(found.after, path, overwrite=True)
            except TfgenError as error:
                print_error(error.message)
                failure = failure or error.code
                continue
            typer.echo(f"Wrote {in_line(path)}")
    raise typer.Exit(failure)
