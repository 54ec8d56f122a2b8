"""The `tfgen` program: all commands, and how each of them ends."""

import atexit
import gc
import os
import sys
from contextlib import suppress
from importlib import import_module
from typing import Annotated, NoReturn

import typer

from tfgen import __version__, texts
from tfgen.commands.common import print_error
from tfgen.problems import Exit, TfgenError

# Each the name of a module and of the function in it, in the order of --help.
COMMANDS = (
    "init", "render", "eject", "affected", "check", "explain",
    "show", "route", "cost", "upgrade", "changes", "validate",
)  # fmt: skip

_HELP = "Writes Terraform for AWS Fargate: the network, the load balancer and the services, from one spec."
_EXIT_CODES = (
    "Exit codes: 0 done; 1 the spec has errors; 2 wrong usage; 3 the output is not current; "
    "4 files that tfgen does not own are in the way; 5 the output cannot be written; 130 interrupted."
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"tfgen {__version__}")
        raise typer.Exit


def _options(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", is_eager=True, callback=_print_version)
    ] = False,
) -> None: ...


def build_app(first: str) -> typer.Typer:
    """The program, for this first argument: where it names a command, no other is imported."""
    app = typer.Typer(
        name="tfgen",
        help=_HELP,
        epilog=_EXIT_CODES,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        add_completion=False,
        no_args_is_help=True,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_options)
    for name in [first] if first in COMMANDS else COMMANDS:
        app.command()(getattr(import_module(f"tfgen.commands.{name}"), name))
    return app


def main() -> NoReturn:
    """The `tfgen` program."""
    with texts.screened_output():
        _run_app()


def _run_app() -> NoReturn:
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    gc.disable()  # a render makes many values and no circles, and ends
    atexit.register(gc.freeze)  # nor does Python look for circles at the end, a tenth of a small render
    try:
        build_app("".join(sys.argv[1:2]))(prog_name="tfgen")
    except TfgenError as error:
        print_error(error.message)
        sys.exit(error.code)
    except SystemExit as stop:
        # Typer ends with 1 where whoever reads the result has stopped reading, as `head` does.
        sys.exit(Exit.DONE if isinstance(stop.__context__, BrokenPipeError) else stop.code)
    except OSError as error:
        _close_stdout()
        print_error(f"cannot print the result: {(error.strerror or str(error)).lower()}")
        sys.exit(Exit.CANNOT_WRITE)
    sys.exit(Exit.DONE)


def _close_stdout() -> None:
    """Lets Python's last flush go nowhere; it would end with a traceback."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
