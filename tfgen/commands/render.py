"""tfgen render: writes stacks, or shows what would change."""

from functools import partial
from typing import Annotated

import typer

from tfgen import texts
from tfgen.commands.common import (
    Json,
    Kind,
    Output,
    Specs,
    Templates,
    print_error,
    print_json,
    run_specs,
    say_waiting,
    wants_colour,
    with_own_files,
)
from tfgen.problems import Exit


def render(  # noqa: PLR0913, PLR0917 - one parameter a flag
    specs: Specs,
    output: Output = None,
    kind: Kind = "stack",
    templates: Templates = None,
    check: Annotated[
        bool,
        typer.Option("--check", help=("Write nothing; list files that are not current, with exit code 3.")),
    ] = False,
    diff: Annotated[bool, typer.Option("--diff", help="Write nothing; show what would change.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Write nothing; list what would change.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Overwrite files that were edited or are in the way.")
    ] = False,
    json: Json = False,
) -> None:
    """Write the Terraform of one or more specs."""
    from tfgen import stacks
    from tfgen.summary import next_steps

    mode = stacks.RenderMode(check, diff, dry_run, force)
    find = partial(with_own_files, output=output)
    outcomes = run_specs(specs, as_module=kind == "module", templates=templates, besides=find)
    results = []
    options = stacks.Options(output, mode, say_waiting)
    for result in stacks.render_stacks(specs, outcomes, options):
        results.append(result)
        if result.message:
            print_error(result.message)
        elif not json:
            typer.echo(_in_colour(result.diff) + result.said, nl=False)
    done = [result.folder for result in results if result.folder and result.code is Exit.DONE]
    if json:
        print_json([result.as_data(with_diff=diff) for result in results])
    elif done and not mode:
        typer.echo(next_steps(done, as_module=kind == "module"))
    raise typer.Exit(stacks.exit_code(results))


def _in_colour(diff: str) -> str:
    """A diff for a terminal; typer takes the colours out where there is none."""
    colours = {"+": typer.colors.GREEN, "-": typer.colors.RED, "@": typer.colors.CYAN}
    if not wants_colour():
        return diff
    lines = texts.screened_text(diff).splitlines(keepends=True)
    return "".join(typer.style(line, fg=colours[line[0]]) if line[0] in colours else line for line in lines)
