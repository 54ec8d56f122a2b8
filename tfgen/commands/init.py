"""tfgen init: from questions and flags to a spec."""

import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tfgen.commands.common import print_problems
from tfgen.commands.terminal import Terminal
from tfgen.problems import Exit, Problem, TfgenError
from tfgen.spec import ways_out
from tfgen.texts import in_line, shell_word

if TYPE_CHECKING:
    from tfgen.spec.prompts import Answers


def _answer(metavar: str, what: str) -> Any:
    return typer.Option(metavar=metavar, help=what, show_default=False)


Name = Annotated[str | None, _answer("NAME", "Name of the stack.")]
Region = Annotated[str | None, _answer("REGION", "AWS region, such as us-east-1.")]
Egress = Annotated[str | None, _answer("WAY", f"How tasks reach the internet and AWS: {ways_out.LISTED}.")]
Zones = Annotated[
    str | None,
    _answer(
        "LETTERS",
        ("Zones, such as a,b; required only where the zones of the region differ between accounts."),
    ),
]
Services = Annotated[
    list[str] | None,
    _answer(
        "NAME=IMAGE[:PORT][@ROUTE[,ROUTE...]]",
        (
            "A service; may be repeated. The last :digits are the port, so if the tag of an image without "
            "a port is all digits, end it with a colon: worker=IMAGE:42:"
        ),
    ),
]
Connects = Annotated[
    list[str] | None,
    _answer("SERVICE=NAME", "The Service Connect name of a service; may be repeated."),
]
Calls = Annotated[
    list[str] | None, _answer("CALLER=CALLEE", ("A call from one service to another; may be repeated."))
]
Domain = Annotated[str | None, _answer("NAME[,NAME...]", "The domain names of the load balancer, for HTTPS.")]
HostedZone = Annotated[
    str | None, _answer("ID", "The ID of their public hosted zone in Route 53; required with --domain.")
]
File = Annotated[
    Path | None,
    typer.Option(
        "--output", "-o", metavar="FILE", help="The file to write. [default: NAME.yaml]", show_default=False
    ),
]


def init(  # noqa: PLR0913 - one parameter a flag
    *,
    name: Name = None,
    region: Region = None,
    egress: Egress = None,
    zones: Zones = None,
    service: Services = None,
    no_services: Annotated[bool, typer.Option("--no-services", help="No services: a network only.")] = False,
    connect: Connects = None,
    call: Calls = None,
    domain: Domain = None,
    hosted_zone: HostedZone = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Write without asking for confirmation.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing file.")] = False,
    output: File = None,
) -> None:
    """Write a spec: ask for what no flag sets and nothing implies.

    Services given by flags are not asked about. Without a terminal, every answer needs a flag.
    """
    from tfgen.output.spec_file import write_spec
    from tfgen.spec import prompts

    services, connects, calls = (tuple(flags or ()) for flags in (service, connect, call))
    flags = prompts.Flags(
        name, region, egress, zones, services, no_services, connects, calls, domain, hosted_zone, yes
    )
    answers, wrong = prompts.from_flags(flags)
    terminal = Terminal() if sys.stdin and sys.stdin.isatty() else None
    lacking = [] if terminal else prompts.missing_flags(flags, answers)
    if wrong or lacking:
        raise TfgenError(message=_wrong_flags(wrong, lacking), code=Exit.WRONG_USAGE)
    try:
        text, path, replace = _draft_spec(answers, terminal, output, yes=yes, force=force)
        write_spec(text, path, overwrite=replace)
    except (KeyboardInterrupt, EOFError):
        typer.echo(err=True)  # the cursor is still behind the question
        raise _stopped_error() from None
    typer.echo(f"Wrote {in_line(path)}\nNext: tfgen render {shell_word(path)}")


def _wrong_flags(wrong: list[str], lacking: list[str]) -> str:
    """Everything that prevents `init` from starting, at once."""
    parts = {
        "these flags are wrong:": wrong,
        "there is no terminal to ask questions on; use these flags:": lacking,
    }
    lines = [line for title, items in parts.items() if items for line in (title, *items)]
    # The first line of an item stands out from its hint.
    return "\n".join(line if line in parts else f"  {line}".replace("\n", "\n      ") for line in lines)


def _draft_spec(
    answers: "Answers", terminal: Terminal | None, output: Path | None, *, yes: bool, force: bool
) -> tuple[str, Path, bool]:
    """The spec's text, its file, and whether a file that is there is to be replaced."""
    from tfgen.output.spec_file import check_place, in_the_way, is_taken
    from tfgen.spec import prompts

    confirming = None if yes else terminal
    known = output or Path(f"{answers.name}.yaml")
    check_place(known)
    if (output or answers.name) and is_taken(known) and not confirming and not force:
        raise in_the_way(known)
    if terminal:
        answers = prompts.interview(answers, terminal, _problems_of_text, _usual_answers(), _egress_costs)
    text, path = prompts.spec_text(answers), output or Path(f"{answers.name}.yaml")
    return text, *_confirm_draft(text, path, confirming, force=force)


def _problems_of_text(text: str) -> list[Problem]:
    from tfgen.pipe import run_text

    return list(run_text(text, "").problems)


def _egress_costs(region: str) -> Mapping[str, str]:
    from tfgen.alternatives import costs_of_egress

    return costs_of_egress(region)


def _usual_answers() -> "Answers":
    """The default answers here."""
    from tfgen import facts
    from tfgen.spec.prompts import Answers, legal_name

    with suppress(OSError):  # the folder may have been removed
        said = (os.environ.get("AWS_REGION"), os.environ.get("AWS_DEFAULT_REGION"))
        region = next((region for region in said if region in facts.regions()), None)
        return Answers(name=legal_name(Path.cwd().name), region=region or "us-east-1")
    return Answers()


def _confirm_draft(text: str, path: Path, terminal: Terminal | None, *, force: bool) -> tuple[Path, bool]:
    """Shows the draft and what it has wrong, and asks whether and where to write it."""
    from tfgen.output.spec_file import is_taken
    from tfgen.pipe import run_text

    outcome = run_text(text, path.name)
    if terminal:
        terminal.say(f"\n{text}")
    print_problems(outcome.problems, {path.name: outcome.lines})
    if not terminal:
        if outcome.failed:
            raise TfgenError(message="nothing was written", code=Exit.SPEC_HAS_ERRORS)
        return path, force
    asked_later = is_taken(path) and not force
    question = (
        "tfgen render will refuse this. Write it anyway?" if outcome.failed else f"Write {in_line(path)}?"
    )
    if (outcome.failed or not asked_later) and not terminal.confirm(question, not outcome.failed):
        raise _stopped_error()
    return (path, True) if force else _free_place(path, terminal)


def _free_place(path: Path, terminal: Terminal) -> tuple[Path, bool]:
    """Asks before a file is replaced, and for another name if it is not to be."""
    from tfgen.output.spec_file import check_place, in_the_way, is_taken

    while is_taken(path):
        if terminal.confirm(f"{in_line(path)} already exists. Replace it?"):
            return path, True
        other = terminal.ask("Another file name (empty: stop)")
        if not other:
            raise in_the_way(path)
        try:
            check_place(Path(other))
        except TfgenError as error:
            terminal.say(f"    {error.message}")
            continue
        path = Path(other)
    return path, False


def _stopped_error() -> TfgenError:
    return TfgenError(message="stopped; nothing was written", code=Exit.INTERRUPTED)
