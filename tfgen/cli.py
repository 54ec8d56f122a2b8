"""The command line: arguments in, text and an exit code out.

Everything heavy is imported inside the command that needs it, so that --help stays quick. Results go
to standard output, everything else to standard error.
"""

import atexit
import gc
import os
import shutil
import sys
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NoReturn

import typer

from tfgen import __version__, texts
from tfgen.problems import Exit, Problem, TfgenError, nearest, ordered, report
from tfgen.texts import in_line, word

if TYPE_CHECKING:
    from tfgen.changes.report import Report
    from tfgen.output.manifest import Manifest
    from tfgen.pipe import Outcome
    from tfgen.report import Findings
    from tfgen.spec.prompts import Answers

app = typer.Typer(
    name="tfgen",
    help="Writes Terraform for AWS Fargate: the network, the load balancer and the services, from one spec.",
    epilog="Exit codes: 0 done; 1 the spec has errors; 2 wrong usage; 3 the output is not current; "
    "4 files that tfgen does not own are in the way; 5 the output cannot be written; 130 interrupted.",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)

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
        help="Templates that stand in for tfgen's own of the same names.",
        show_default=False,
    ),
]


def _said(metavar: str, what: str) -> Any:
    """An option of `init`, one answer."""
    return typer.Option(metavar=metavar, help=what, show_default=False)


def _folder(text: str) -> Path:
    if not text:  # Path("") is the current folder, which nobody means by it
        raise typer.BadParameter("the name of the folder is empty")
    return Path(text)


Output = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        metavar="DIR",
        parser=_folder,
        help="The stack's folder; {name} in it stands for the stack's name. [default: generated/{name}]",
        show_default=False,
    ),
]

Kind = Annotated[
    Literal["stack", "module"],
    typer.Option("--as", help="A stack of its own, or a module for a root of yours."),
]


def main() -> NoReturn:
    """The `tfgen` program."""
    with texts.screens():
        _main()


def _main() -> NoReturn:
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    gc.disable()  # a render makes many values and no circles, and ends
    atexit.register(gc.freeze)  # nor does Python look for circles at the end, a tenth of a small render
    try:
        app(prog_name="tfgen")
    except TfgenError as error:
        _complain(error)
        sys.exit(error.code)
    except SystemExit as stop:
        # Typer ends with 1 where whoever reads the result has stopped reading, as `head` does.
        sys.exit(Exit.DONE if isinstance(stop.__context__, BrokenPipeError) else stop.code)
    except OSError as error:
        _close_stdout()
        _complain(TfgenError(message=f"cannot print the result: {_reason(error)}", code=Exit.CANNOT_WRITE))
        sys.exit(Exit.CANNOT_WRITE)
    sys.exit(Exit.DONE)


def _close_stdout() -> None:
    """Lets Python's last flush go nowhere; it would end with a traceback."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"tfgen {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", is_eager=True, callback=_version)
    ] = False,
) -> None: ...


@app.command()
def init(  # noqa: PLR0913 - one parameter a flag
    *,
    name: Annotated[str | None, _said("NAME", "Name of the stack.")] = None,
    region: Annotated[str | None, _said("REGION", "AWS region, such as us-east-1.")] = None,
    egress: Annotated[
        str | None, _said("WAY", "How tasks reach the world: public, nat, endpoints or nat+endpoints.")
    ] = None,
    zones: Annotated[
        str | None,
        _said("LETTERS", "Zones, such as a,b; needed only where the region's differ between accounts."),
    ] = None,
    service: Annotated[
        list[str] | None,
        _said(
            "NAME=IMAGE[:PORT][@ROUTE[,ROUTE...]]",
            "A service; may be repeated. The last :digits are the port, so end an image without a port "
            "whose tag is all digits with a colon: worker=IMAGE:42:",
        ),
    ] = None,
    no_services: Annotated[bool, typer.Option("--no-services", help="A network alone.")] = False,
    connect: Annotated[
        list[str] | None,
        _said("SERVICE=NAME", "The Service Connect name that others call a service by; may be repeated."),
    ] = None,
    call: Annotated[
        list[str] | None, _said("CALLER=CALLEE", "Who calls whom, by service; may be repeated.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Write without asking for confirmation.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="FILE", help="The file. [default: NAME.yaml]", show_default=False
        ),
    ] = None,
) -> None:
    """Write a spec: ask for what no flag says and nothing can guess.

    Services that come by flag are not asked about. Without a terminal every answer needs its flag.
    """
    from tfgen.output.spec_file import write_spec
    from tfgen.spec import prompts

    services, connects, calls = (tuple(flags or ()) for flags in (service, connect, call))
    flags = prompts.Flags(name, region, egress, zones, services, no_services, connects, calls, yes)
    answers, wrong = prompts.from_flags(flags)
    terminal = _Terminal() if sys.stdin and sys.stdin.isatty() else None
    lacking = [] if terminal else prompts.missing(flags, answers)
    if wrong or lacking:
        raise TfgenError(message=_wrong_flags(wrong, lacking), code=Exit.WRONG_USAGE)
    try:
        text, path, replace = _draft(answers, terminal, output, yes=yes, force=force)
        write_spec(text, path, overwrite=replace)
    except (KeyboardInterrupt, EOFError):
        typer.echo(err=True)  # the cursor still stands behind the question
        raise _stopped() from None
    typer.echo(f"Wrote {in_line(path)}\nNext: tfgen render {word(path)}")


@app.command()
def render(  # noqa: PLR0913, PLR0917 - one parameter a flag
    specs: Specs,
    output: Output = None,
    kind: Kind = "stack",
    templates: Templates = None,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; say what is not current, with exit code 3.")
    ] = False,
    diff: Annotated[bool, typer.Option("--diff", help="Write nothing; show what would change.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Write nothing; name what would change.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Write over files that were edited or are in the way.")
    ] = False,
    json: Json = False,
) -> None:
    """Write the Terraform of one or more specs."""
    from tfgen import stacks
    from tfgen.summary import next_steps

    look = stacks.Look(check, diff, dry_run, force)
    outcomes = _run(specs, as_module=kind == "module", templates=templates)
    results = []
    options = stacks.Options(output, templates, look, _say_waiting)
    for result in stacks.rendered(specs, outcomes, options):
        results.append(result)
        if result.message:
            _complain(TfgenError(message=result.message, code=result.code))
        elif not json:
            typer.echo(_coloured(result.diff) + result.said, nl=False)
    done = [result.folder for result in results if result.folder and result.code is Exit.DONE]
    if json:
        _print_json([result.as_data(with_diff=diff) for result in results])
    elif done and not look:
        typer.echo(next_steps(done, as_module=kind == "module"))
    raise typer.Exit(stacks.exit_code(results))


@app.command()
def eject(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", help="Files of a rendered stack.", show_default=False),
    ],
) -> None:
    """Keep files of a rendered stack as your own. tfgen never writes them again."""
    from tfgen.output.write import eject as give_up
    from tfgen.output.write import stack_of

    for folder, own in stack_of(files).items():
        give_up(own, folder, _say_waiting)
        for file in own:
            typer.echo(f"{in_line(file)} is yours now; tfgen writes it no more")


@app.command()
def affected(
    specs: Specs,
    since: Annotated[str, typer.Option(metavar="REV", help="A git revision, such as origin/main.")],
    output: Output = None,
    kind: Kind = "stack",
    templates: Templates = None,
) -> None:
    """Print, as JSON, the stacks that CI must plan. They are not what was committed at a revision."""
    from tfgen import stacks
    from tfgen.git import committed, touched
    from tfgen.output.manifest import NAME, owns
    from tfgen.render.pages import render as render_pages

    outcomes = _run(specs, as_module=kind == "module", templates=templates)
    placed = list(stacks.placed(specs, outcomes, output))
    if wrong := next((wrong for *_, wrong in placed if wrong), ""):
        raise TfgenError(message=wrong, code=Exit.WRONG_USAGE)
    found = [(spec, stack, folder) for spec, stack, folder, _ in placed if stack]
    folders = [folder for _, _, folder in found]
    manifests, changed = committed(since, [folder / NAME for folder in folders]), touched(since, folders)
    _say_what_is_not_rendered(folders)
    if len(found) == len(specs):
        _say_what_has_no_spec(stacks.without_spec(folders, output))
    _print_json(
        [
            {"stack": stack.name, "spec": spec.as_posix(), "folder": folder.as_posix()}
            for (spec, stack, folder), known in zip(found, manifests, strict=True)
            if folder in changed or not owns(known, render_pages(stack, templates))
        ]
    )
    raise typer.Exit(Exit.SPEC_HAS_ERRORS if len(found) < len(specs) else Exit.DONE)


def _say_what_is_not_rendered(folders: list[Path]) -> None:
    """A stack that is not where it is looked for counts as affected: say so, as that may be a wrong place."""
    from tfgen.output.manifest import NAME

    missing = [folder for folder in folders if not (folder / NAME).is_file()]
    if missing:
        typer.echo(
            f"tfgen: no stack stands in {_few(missing)}, so it counts as affected. If it is rendered "
            "elsewhere, run this where it is rendered, or say where with -o.",
            err=True,
        )


def _say_what_has_no_spec(folders: list[Path]) -> None:
    """Where a spec was removed, nobody plans its stack any more, and what it made stands in AWS."""
    if folders:
        typer.echo(
            f"tfgen: none of these specs is for what stands in {_few(folders)}. Where its spec is gone, "
            "destroy the stack before its folder goes.",
            err=True,
        )


def _few(folders: list[Path]) -> str:
    more = f" and {len(folders) - 3} more" if len(folders) > 3 else ""
    return ", ".join(map(in_line, folders[:3])) + more


@app.command()
def check(
    specs: Specs,
    form: Annotated[
        Literal["text", "json", "sarif", "github"],
        typer.Option("--format", help="How to print what is found."),
    ] = "text",
    strict: Annotated[bool, typer.Option("--strict", help="Fail on warnings too.")] = False,
    explain: Annotated[
        bool,
        typer.Option("--explain", help="Print the way to everything that a task must reach, hop by hop."),
    ] = False,
) -> None:
    """Say what is wrong with one or more specs, and how to repair it. Writes nothing."""
    from tfgen import report

    if explain and form != "text":
        raise TfgenError(message="--explain goes with --format text", code=Exit.WRONG_USAGE)
    outcomes = _outcomes(specs)
    findings = _findings(outcomes)
    if explain:
        _print_walks(outcomes)
    colour = form == "text" and _wants_colour()
    with texts.commands() if form == "github" else nullcontext():
        typer.echo(report.text(findings, form, colour=colour, width=_width(sys.stdout)), color=colour)
    failing = ("error", "warning") if strict else ("error",)
    failed = any(problem.severity in failing for problem in findings.problems)
    raise typer.Exit(Exit.SPEC_HAS_ERRORS if failed else Exit.DONE)


@app.command()
def explain(
    code: Annotated[
        str | None, typer.Argument(metavar="[CODE]", help="Such as TG304.", show_default=False)
    ] = None,
    json: Json = False,
) -> None:
    """Print what a rule is for, with examples. Without a code, the list of rules."""
    from tfgen.report import rulebook

    if code is None:
        entries = rulebook.entries()
        return _print_json([entry._asdict() for entry in entries]) if json else typer.echo(rulebook.listing())
    codes = rulebook.codes()
    if code.upper() not in codes:
        near = nearest(code.upper(), codes, 0.75)
        hint = f"did you mean {near}?" if near else "tfgen explain lists the rules"
        raise TfgenError(message=f'there is no code "{in_line(code)}": {hint}', code=Exit.WRONG_USAGE)
    entry = rulebook.entry(code.upper())
    return _print_json(entry._asdict()) if json else typer.echo(rulebook.text(entry))


@app.command()
def show(spec: OneSpec, json: Json = False) -> None:
    """Print a spec with every default filled in."""
    import msgspec

    from tfgen.spec.source import dump

    outcome = _run([spec])[0]
    if outcome.failed:
        raise typer.Exit(Exit.SPEC_HAS_ERRORS)
    said: dict[str, Any] = msgspec.to_builtins(outcome.spec)
    data = _without_none({**said, "overrides": {}}) | {"overrides": said["overrides"]}
    if json:
        _print_json(data)
    else:
        typer.echo(dump(data, ascii_only=not _speaks_unicode()), nl=False)


@app.command()
def route(
    spec: OneSpec,
    method: Annotated[str, typer.Argument(metavar="METHOD", help="GET, POST, ...", show_default=False)],
    url: Annotated[
        str, typer.Argument(metavar="URL", help="http://HOST[:PORT]/PATH, or https.", show_default=False)
    ],
    *,
    header: Annotated[
        list[str] | None,
        typer.Option(
            "--header", "-H", metavar="'NAME: VALUE'", help="A header; may be repeated.", show_default=False
        ),
    ] = None,
    source: Annotated[
        str | None,
        typer.Option("--from", metavar="ADDRESS", help="Who asks, by IP address.", show_default=False),
    ] = None,
    json: Json = False,
) -> None:
    """Print who answers a request, and why not the others. Names listener, rule, service and port."""
    from tfgen.routing import report as reporting
    from tfgen.routing.answer import answer
    from tfgen.routing.request import read

    request = read(method, url, tuple(header or ()), source)
    outcome = _run([spec])[0]
    if outcome.failed or outcome.overridden is None:
        raise typer.Exit(Exit.SPEC_HAS_ERRORS)
    found = answer(outcome.overridden, request)
    if json:
        _print_json(reporting.as_data(found))
    else:
        typer.echo(reporting.as_text(found, _width(sys.stdout)))


@app.command()
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
        _report(list(found.problems), {str(path): found.lines})
        failure = failure or (Exit.SPEC_HAS_ERRORS if found.problems else Exit.DONE)
        if not found.problems and found.before == found.after:
            typer.echo(f"{in_line(path)} is current")
        elif found.after and not write:
            typer.echo(difference(found.before, found.after, in_line(path)))
        elif found.after:
            try:
                write_spec(found.after, path, overwrite=True)
            except TfgenError as error:
                _complain(error)
                failure = failure or error.code
                continue
            typer.echo(f"Wrote {in_line(path)}")
    raise typer.Exit(failure)


@app.command()
def changes(
    old: Annotated[
        Path,
        typer.Argument(
            metavar="OLD", help="The spec as it was, or the folder of the stack.", show_default=False
        ),
    ],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="The spec as it will be.", show_default=False)],
    templates: Templates = None,
    json: Json = False,
) -> None:
    """Say what a changed spec will do to a stack, before any plan."""
    from tfgen.changes import report

    standing = _stack_pages(old) if os.path.isdir(old) else {}  # noqa: PTH112 - False where nobody may look
    try:
        as_module = bool(standing) and report.is_module(standing)
        outcomes = _run([new] if standing else [old, new], as_module=as_module, templates=templates)
        if any(outcome.failed for outcome in outcomes):
            raise typer.Exit(Exit.SPEC_HAS_ERRORS)
        found = _foreseen(outcomes, standing, old, templates)
    except TfgenError as error:  # somebody edited a page
        if error.message:
            _complain(error)
        _report(list(error.problems), {path: tuple(text.splitlines()) for path, text in standing.items()})
        raise typer.Exit(error.code) from None
    if json:
        _print_json(report.as_json(found))
    else:
        typer.echo(report.as_text(found, _width(sys.stdout)))


def _foreseen(
    outcomes: "list[Outcome]", standing: dict[str, str], folder: Path, templates: Path | None
) -> "Report":
    """What the last of the specs changes: in the pages that stand in a folder, or in those of the first."""
    from msgspec.structs import replace

    from tfgen import stacks
    from tfgen.changes import report
    from tfgen.output.compare import Changes
    from tfgen.render.pages import render as render_pages

    blueprints = [outcome.blueprint for outcome in outcomes if outcome.blueprint]
    if not standing:
        was, will_be = (render_pages(blueprint, templates) for blueprint in blueprints)
        return report.between(was, will_be)
    # The new spec takes the place of the one that the pages name.
    blueprint = replace(blueprints[0], spec_file=report.spec_file(standing) or blueprints[0].spec_file)
    pages, known = render_pages(blueprint, templates), _manifest(folder)
    after = report.over(standing, pages, known.owned, known.ejected)
    held = stacks.held(blueprint, pages, folder) if known.owned else Changes()
    return report.between(standing, after, report.of_the_user(*held.theirs))


def _manifest(folder: Path) -> "Manifest":
    from tfgen.output import manifest

    try:
        return manifest.read(folder)
    except OSError as error:
        message = f"cannot read {folder / manifest.NAME}: {_reason(error)}"
        raise TfgenError(message=message, code=Exit.WRONG_USAGE) from None


@app.command()
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
    from tfgen.render.verify import verify

    pages = {str(folder / path): text for path, text in _read_pages(folder, (".tf",)).items()}
    problems = verify(pages)
    _report(problems, {path: tuple(text.splitlines()) for path, text in pages.items()})
    passed = not problems
    typer.echo(f"python-hcl2: {len(pages)} files {'parse' if passed else 'read, some do not parse'}")
    binary = program.find(terraform)
    if binary is None:
        typer.echo(
            "terraform: skipped fmt, init and validate: neither terraform nor tofu is on PATH "
            "(name one with --terraform or TFGEN_TERRAFORM)"
        )
        raise typer.Exit(Exit.DONE if passed else Exit.SPEC_HAS_ERRORS)
    for step in program.check(binary, folder):
        passed = passed and step.passed
        typer.echo(f"{Path(binary).stem} {step.name}: {'passed' if step.passed else 'failed'}")
        if not step.passed:
            typer.echo(step.output, err=True)
    raise typer.Exit(Exit.DONE if passed else Exit.SPEC_HAS_ERRORS)


class _Terminal:
    """Whoever started tfgen. Questions go to standard error, so that the result stands alone."""

    def __init__(self) -> None:
        for stream in (sys.stdin, sys.stderr):
            if hasattr(stream, "reconfigure"):  # what is no UTF-8 is then an answer like any other
                stream.reconfigure(errors="backslashreplace")
        self.editing = sys.stdout.isatty() and sys.stderr.isatty()
        if self.editing:
            with suppress(ImportError):  # Windows has none
                import readline  # noqa: F401 - lets input() edit a line with the arrow keys

    def ask(self, question: str, default: str = "") -> str:
        prompt = f"{question} [{default}]: " if default else f"{question}: "
        return self._line(prompt) or default

    def confirm(self, question: str, default: bool = False) -> bool:
        while True:
            answer = self._line(f"{question} [{'Y/n' if default else 'y/N'}] ").lower()
            if answer in ("", "y", "yes", "n", "no"):
                return answer[0] == "y" if answer else default
            self.say("    answer y or n")

    def say(self, text: str) -> None:
        typer.echo(text, err=True)

    def _line(self, prompt: str) -> str:
        if self.editing:  # past any screen
            return input(texts.screened(prompt)).strip()
        typer.echo(prompt, nl=False, err=True)
        line = sys.stdin.readline()
        if not line:
            raise EOFError
        return line.strip()


def _draft(
    answers: "Answers", terminal: _Terminal | None, output: Path | None, *, yes: bool, force: bool
) -> tuple[str, Path, bool]:
    """The spec's text, its file, and whether a file that is there is to be replaced."""
    from tfgen.output.spec_file import check_place, in_the_way, taken
    from tfgen.spec import prompts

    confirming = None if yes else terminal
    known = output or Path(f"{answers.name}.yaml")
    check_place(known)
    if (output or answers.name) and taken(known) and not confirming and not force:
        raise in_the_way(known)
    if terminal:
        answers = prompts.interview(answers, terminal, _problems, _usual_answers())
    text, path = prompts.spec_text(answers), output or Path(f"{answers.name}.yaml")
    return text, *_confirmed(text, path, confirming, force=force)


def _problems(text: str) -> list[Problem]:
    from tfgen.pipe import run_text

    return list(run_text(text, "").problems)


def _usual_answers() -> "Answers":
    """What most would answer here."""
    from tfgen import facts
    from tfgen.spec.prompts import Answers, legal_name

    with suppress(OSError):  # the folder may be gone
        said = (os.environ.get("AWS_REGION"), os.environ.get("AWS_DEFAULT_REGION"))
        region = next((region for region in said if region in facts.regions()), None)
        return Answers(name=legal_name(Path.cwd().name), region=region or "us-east-1")
    return Answers()


def _confirmed(text: str, path: Path, terminal: _Terminal | None, *, force: bool) -> tuple[Path, bool]:
    """Shows the draft and what it has wrong, and asks whether and where to write it."""
    from tfgen.output.spec_file import taken
    from tfgen.pipe import run_text

    outcome = run_text(text, path.name)
    if terminal:
        terminal.say(f"\n{text}")
    _report(list(outcome.problems), {path.name: outcome.lines})
    if not terminal:
        if outcome.failed:
            raise TfgenError(message="nothing was written", code=Exit.SPEC_HAS_ERRORS)
        return path, force
    asked_later = taken(path) and not force
    question = (
        "tfgen render will refuse this. Write it all the same?"
        if outcome.failed
        else f"Write {in_line(path)}?"
    )
    if (outcome.failed or not asked_later) and not terminal.confirm(question, not outcome.failed):
        raise _stopped()
    return (path, True) if force else _free_place(path, terminal)


def _free_place(path: Path, terminal: _Terminal) -> tuple[Path, bool]:
    """Asks before a file is replaced, and for another name if it is not to be."""
    from tfgen.output.spec_file import check_place, in_the_way, taken

    while taken(path):
        if terminal.confirm(f"{in_line(path)} is already there. Replace it?"):
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


def _stopped() -> TfgenError:
    return TfgenError(message="stopped; nothing was written", code=Exit.INTERRUPTED)


def _wrong_flags(wrong: list[str], lacking: list[str]) -> str:
    """All that keeps `init` from starting, at once."""
    parts = {"these flags are wrong:": wrong, "there is no terminal to ask on; say it with:": lacking}
    lines = [line for title, items in parts.items() if items for line in (title, *items)]
    # The first line of an item stands out from its hint.
    return "\n".join(line if line in parts else f"  {line}".replace("\n", "\n      ") for line in lines)


def _run(specs: list[Path], *, as_module: bool = False, templates: Path | None = None) -> list["Outcome"]:
    """Every spec through the pipe; what they have wrong goes to standard error."""
    from tfgen.pipe import run

    outcomes = [run(path, as_module=as_module, templates=templates) for path in specs]
    problems = [problem for outcome in outcomes for problem in outcome.problems]
    lines = {str(path): outcome.lines for path, outcome in zip(specs, outcomes, strict=True)}
    if problems and templates:
        from tfgen.render import theirs

        lines |= theirs.lines(templates)
    _report(problems, lines)
    return outcomes


def _outcomes(specs: list[Path]) -> dict[str, "Outcome"]:
    """Every spec through the pipe, once, by its name."""
    from tfgen.pipe import run

    return {str(path): run(path) for path in specs}


def _findings(outcomes: dict[str, "Outcome"]) -> "Findings":
    from tfgen.report import Findings

    ignored = {each.problem: each for outcome in outcomes.values() for each in outcome.ignored}
    return Findings(
        files={file: outcome.lines for file, outcome in outcomes.items()},
        services=sum(len(outcome.spec.services) for outcome in outcomes.values() if outcome.spec),
        problems=ordered(problem for outcome in outcomes.values() for problem in outcome.problems),
        ignored=[ignored[problem] for problem in ordered(ignored)],
        version=__version__,
    )


def _print_walks(outcomes: dict[str, "Outcome"]) -> None:
    """The proof of each stack that could be worked out, whatever rules say of it."""
    from tfgen.reach import explain

    for file, outcome in outcomes.items():
        if outcome.overridden:
            head = f"{in_line(file)}\n\n" if len(outcomes) > 1 else ""
            typer.echo(f"{head}{explain.text(outcome.overridden).rstrip()}\n")


def _wants_colour() -> bool:
    """On a terminal that has colours, unless the user says no: https://no-color.org."""
    on_terminal = sys.stdout is not None and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
    return on_terminal and not os.environ.get("NO_COLOR")


def _read_pages(folder: Path, suffixes: tuple[str, ...]) -> dict[str, str]:
    """The pages of a folder, by their path within it. Raises TfgenError where there are none."""
    from tfgen.output import standing

    if not folder.is_dir():
        raise TfgenError(message=f"{in_line(folder)} is not a folder", code=Exit.WRONG_USAGE)
    found = standing.names(folder, suffixes)
    if not any(name.endswith(".tf") for name in found):
        raise TfgenError(message=f"{in_line(folder)} holds no .tf files", code=Exit.WRONG_USAGE)
    return standing.texts(folder, found)


def _width(stream: Any) -> int:
    """The columns of the terminal that a stream is; 0 where it is none, or a log of CI."""
    if stream is None or not stream.isatty() or os.environ.get("CI"):
        return 0
    return shutil.get_terminal_size().columns


def _stack_pages(folder: Path) -> dict[str, str]:
    """The pages of a stack, and the values of variables beside them."""
    from tfgen.output.standing import PAGES, VALUES

    found = _read_pages(folder, (*PAGES, *VALUES))
    _check_is_stack(folder, {(folder / path).parent for path in found if path.endswith(PAGES)})
    return {path: text for path, text in found.items() if path.endswith(PAGES) or "/" not in path}


def _check_is_stack(folder: Path, homes: set[Path]) -> None:
    """Raises TfgenError where pages stand only in folders further down: that is no module without a root."""
    if folder not in homes:
        stacks = sorted(home for home in homes if homes.isdisjoint(home.parents))
        message = f"{in_line(folder)} itself holds no .tf files; name the folder of one stack: {_few(stacks)}"
        raise TfgenError(message=message, code=Exit.WRONG_USAGE)


def _without_none(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: _without_none(value) for key, value in data.items() if value is not None}
    return [_without_none(value) for value in data] if isinstance(data, list) else data


def _report(problems: list[Problem], files: dict[str, tuple[str, ...]]) -> None:
    """Errors and warnings; notes are for `tfgen check`."""
    urgent = [problem for problem in problems if problem.severity != "note"]
    if urgent:
        typer.echo(f"{report(urgent, files, width=_width(sys.stderr))}\n", err=True)


def _complain(error: TfgenError) -> None:
    typer.echo(f"tfgen: {error.message}", err=True)


def _say_waiting(folder: Path) -> None:
    typer.echo(f"tfgen: another render is writing to {in_line(folder)}; waiting for it", err=True)


def _coloured(diff: str) -> str:
    """A diff for a terminal; typer takes the colours out where there is none."""
    colours = {"+": typer.colors.GREEN, "-": typer.colors.RED, "@": typer.colors.CYAN}
    if not _wants_colour():
        return diff
    lines = texts.screened(diff).splitlines(keepends=True)
    return "".join(typer.style(line, fg=colours[line[0]]) if line[0] in colours else line for line in lines)


def _print_json(data: Any) -> None:
    import json

    typer.echo(json.dumps(data, indent=2, ensure_ascii=not _speaks_unicode()))


def _speaks_unicode() -> bool:
    """Whether standard output takes every character; where it does not, YAML and JSON have escapes."""
    return sys.stdout is None or (sys.stdout.encoding or "").lower().startswith("utf")
