"""tfgen eject: hands files of a stack over to the user."""

from pathlib import Path
from typing import Annotated

import typer

from tfgen.commands.common import say_waiting
from tfgen.texts import in_line


def eject(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", help="Files of a rendered stack.", show_default=False),
    ],
) -> None:
    """Keep files of a rendered stack as your own. tfgen never writes them again."""
    from tfgen.output import write

    for folder, own in write.stack_of(files).items():
        write.eject_files(own, folder, say_waiting)
        for file in own:
            typer.echo(f"{in_line(file)} is yours now; tfgen no longer writes it")
