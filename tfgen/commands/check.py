"""tfgen check: what is wrong with specs, and the proof of network paths."""

import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from tfgen import __version__, texts
from tfgen.commands.common import Output, Specs, terminal_columns, wants_colour, with_own_files
from tfgen.problems import Exit, TfgenError, ordered_problems
from tfgen.texts import in_line

if TYPE_CHECKING:
    from tfgen.pipe import Outcome
    from tfgen.report import Findings


def check(
    specs: Specs,
    form: Annotated[
        Literal["text", "json", "sarif", "github"],
        typer.Option("--format", help="Output format."),
    ] = "text",
    strict: Annotated[bool, typer.Option("--strict", help="Fail on warnings too.")] = False,
    explain: Annotated[
        bool,
        typer.Option(
            "--explain", help=("Print the network path to everything that a task must reach, hop by hop.")
        ),
    ] = False,
    output: Output = None,
) -> None:
    """Report what is wrong with one or more specs, and how to fix it. Writes nothing."""
    from tfgen import report

    if explain and form != "text":
        raise TfgenError(message="--explain requires --format text", code=Exit.WRONG_USAGE)
    outcomes = _outcomes_by_spec(specs, output)
    findings = _collect_findings(outcomes)
    if explain:
        _print_walks(outcomes)
    colour = form == "text" and wants_colour()
    with texts.workflow_commands() if form == "github" else nullcontext():
        typer.echo(
            report.format_findings(findings, form, colour=colour, width=terminal_columns(sys.stdout)),
            color=colour,
        )
    failing = ("error", "warning") if strict else ("error",)
    failed = any(problem.severity in failing for problem in findings.problems)
    raise typer.Exit(Exit.SPEC_HAS_ERRORS if failed else Exit.DONE)


def _outcomes_by_spec(specs: list[Path], output: Path | None) -> dict[str, "Outcome"]:
    """Every spec through the pipe, once, by its name."""
    from tfgen.pipe import run_file

    return {str(path): with_own_files(run_file(path), output) for path in specs}


def _collect_findings(outcomes: dict[str, "Outcome"]) -> "Findings":
    from tfgen.report import Findings

    ignored = {each.problem: each for outcome in outcomes.values() for each in outcome.ignored}
    return Findings(
        files={file: outcome.lines for file, outcome in outcomes.items()},
        services=sum(len(outcome.spec.services) for outcome in outcomes.values() if outcome.spec),
        jobs=sum(len(outcome.spec.jobs) for outcome in outcomes.values() if outcome.spec),
        problems=ordered_problems(problem for outcome in outcomes.values() for problem in outcome.problems),
        ignored=[ignored[problem] for problem in ordered_problems(ignored)],
        version=__version__,
    )


def _print_walks(outcomes: dict[str, "Outcome"]) -> None:
    """The proof of each stack that could be worked out, whatever rules say of it."""
    from tfgen.reach import explain

    for file, outcome in outcomes.items():
        if outcome.overridden:
            head = f"{in_line(file)}\n\n" if len(outcomes) > 1 else ""
            typer.echo(f"{head}{explain.text(outcome.overridden).rstrip()}\n")
