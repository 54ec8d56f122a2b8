"""tfgen upgrade: updates specs to the current version of the format."""

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
    """Bring specs up to date with the language of this tfgen. Comments and layout are kept."""
    from tfgen import pipe
    from tfgen.output.spec_file import write_spec
    from tfgen.spec.versions import difference

    failure = Exit.DONE
    for path in specs:
        found = pipe.upgrade(path)
        print_problems(found.problems, {str(path): found.lines})
        failure = failure or (Exit.SPEC_HAS_ERRORS if found.problems else Exit.DONE)
        if not found.problems and found.before == found.after:
            typer.echo(f"{in_line(path)} is current")
        elif found.after and not write:
            typer.echo(difference(found.before, found.after, in_line(path)))
        elif found.after:
            try:
                write_spec(found.after, path, overwrite=True)
            except TfgenError as error:
                print_error(error.message)
                failure = failure or error.code
                continue
            typer.echo(f"Wrote {in_line(path)}")
    raise typer.Exit(failure)
