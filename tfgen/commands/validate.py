"""tfgen validate: parses a rendered stack and runs Terraform on it."""

from pathlib import Path
from typing import Annotated

import typer

from tfgen.commands.common import print_problems
from tfgen.problems import Exit


def validate(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="The folder of a rendered stack.", show_default=False)
    ],
    terraform: Annotated[
        str | None,
        typer.Option(
            metavar="PROGRAM",
            help="Terraform or OpenTofu to run. [default: $TFGEN_TERRAFORM, terraform or tofu on PATH]",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Parse a rendered stack, and validate it with Terraform. That runs fmt, init and validate in a copy."""
    from tfgen import terraform as program
    from tfgen.output import existing
    from tfgen.render.verify import verify_pages

    found = existing.read_pages_to_validate(folder).items()
    pages = {str(folder / path): text for path, text in found}
    problems = verify_pages(pages)
    print_problems(problems, {path: text.splitlines() for path, text in pages.items()})
    passed = not problems
    typer.echo(f"python-hcl2: {len(pages)} files {'parse' if passed else 'read, some do not parse'}")
    binary = program.find_terraform(terraform)
    if binary is None:
        typer.echo(
            "terraform: skipped fmt, init and validate: neither terraform nor tofu is on PATH "
            "(name one with --terraform or TFGEN_TERRAFORM)"
        )
        raise typer.Exit(Exit.DONE if passed else Exit.SPEC_HAS_ERRORS)
    for step in program.check_folder(binary, folder):
        passed = passed and step.passed
        typer.echo(f"{Path(binary).stem} {step.name}: {'passed' if step.passed else 'failed'}")
        if not step.passed:
            typer.echo(step.output, err=True)
    raise typer.Exit(Exit.DONE if passed else Exit.SPEC_HAS_ERRORS)
