"""What the commands share: arguments of the same name, running the flow for every spec, printing."""

import os
import shutil
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from tfgen.problems import Problem, report_problems
from tfgen.texts import in_line

if TYPE_CHECKING:
    from tfgen.pipe import Outcome


def _folder(text: str) -> Path:
    if not text:  # Path("") is the current folder, which nobody means by it
        raise typer.BadParameter("the folder name is empty")
    return Path(text)


Specs = Annotated[
    list[Path], typer.Argument(metavar="SPEC...", help="Spec files (YAML).", show_default=False)
]
OneSpec = Annotated[Path, typer.Argument(metavar="SPEC", help="A spec file (YAML).", show_default=False)]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
Templates = Annotated[
    Path | None,
    typer.Option(
        "--templates",
        metavar="DIR",
        exists=True,
        file_okay=False,
        help="A folder with templates that replace tfgen's own of the same names.",
        show_default=False,
    ),
]
Output = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        metavar="DIR",
        parser=_folder,
        help="The stack's folder; {name} in it is replaced by the stack's name. [default: generated/{name}]",
        show_default=False,
    ),
]
Kind = Annotated[
    Literal["stack", "module"],
    typer.Option("--as", help="A standalone stack, or a module for your own root."),
]


def run_specs(
    specs: Sequence[Path],
    *,
    as_module: bool = False,
    templates: Path | None = None,
    spec_file: str = "",
    wanted: Mapping[Path, str] = MappingProxyType({}),
    besides: Callable[["Outcome"], "Outcome"] = lambda outcome: outcome,
) -> list["Outcome"]:
    """Every spec through the pipe, with its options; what they have wrong goes to standard error.

    `wanted` has the hints for specs that are no files, where a command has its own. `besides` adds what a
    command finds besides.
    """
    from tfgen.pipe import run_file

    one = partial(run_file, as_module=as_module, templates=templates, spec_file=spec_file)
    outcomes = [besides(one(path, wanted=wanted.get(path, ""))) for path in specs]
    problems = [problem for outcome in outcomes for problem in outcome.problems]
    lines = {str(path): outcome.lines for path, outcome in zip(specs, outcomes, strict=True)}
    if problems and templates:
        from tfgen.render import user_templates

        lines |= user_templates.template_lines(templates)
    print_problems(problems, lines)
    return outcomes


def with_own_files(outcome: "Outcome", output: Path | None) -> "Outcome":
    """With what the user's own files in the stack's folder lack, and what they have besides the stack."""
    stack = outcome.blueprint
    if not (stack and (stack.references or any(each.records for each in stack.load_balancer))):
        return outcome
    from tfgen import own_files, stacks

    folder = Path(str(output or stacks.FOLDERS).replace(stacks.NAME, stack.name))
    return outcome._replace(problems=(*outcome.problems, *own_files.problems(stack, folder)))


def print_problems(problems: Iterable[Problem], files: Mapping[str, Sequence[str]]) -> None:
    """Errors and warnings; notes are for `tfgen check`. `files` maps the name of a file to its lines."""
    urgent = [problem for problem in problems if problem.severity != "note"]
    if urgent:
        typer.echo(f"{report_problems(urgent, files, width=terminal_columns(sys.stderr))}\n", err=True)


def print_error(message: str) -> None:
    typer.echo(f"tfgen: {message}", err=True)


def print_json(data: Any) -> None:
    import json

    typer.echo(json.dumps(data, indent=2, ensure_ascii=not prints_unicode()))


def say_waiting(folder: Path) -> None:
    print_error(f"another render is writing to {in_line(folder)}; waiting for it to finish")


def prints_unicode() -> bool:
    """Whether standard output takes every character; where it does not, YAML and JSON have escapes."""
    return sys.stdout is None or (sys.stdout.encoding or "").lower().startswith("utf")


def wants_colour() -> bool:
    """On a terminal that has colours, unless the user says no: https://no-color.org."""
    on_terminal = sys.stdout is not None and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
    return on_terminal and not os.environ.get("NO_COLOR")


def terminal_columns(stream: Any) -> int:
    """The columns of the terminal that a stream is; 0 where it is none, or a log of CI."""
    if stream is None or not stream.isatty() or os.environ.get("CI"):
        return 0
    return shutil.get_terminal_size().columns
