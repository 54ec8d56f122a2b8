"""tfgen cost: what a stack costs a month, and whether another egress costs less."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from tfgen.commands.common import Json, Specs, print_error, print_json, print_problems
from tfgen.problems import Exit, Problem, SpecPath, TfgenError
from tfgen.texts import in_line

if TYPE_CHECKING:
    from tfgen.cost.bill import Bill
    from tfgen.facts.prices import PriceList

Values = Mapping[SpecPath, Any]


def cost(  # noqa: PLR0913, PLR0917 - one parameter a flag
    specs: Specs,
    traffic: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KIND=GB",
            help="GB a month to internet, from clients, or to an AWS service such as s3; may be repeated.",
            show_default=False,
        ),
    ] = None,
    hours: Annotated[
        int | None,
        typer.Option(metavar="HOURS", help="Hours of a month in which the stack exists.", show_default=False),
    ] = None,
    tasks: Annotated[
        list[str] | None,
        typer.Option(
            metavar="SERVICE=LOW[-HIGH]",
            help="The average number of tasks in a quiet and in a busy month; may be repeated.",
            show_default=False,
        ),
    ] = None,
    prices: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Prices that replace the public ones (JSON).", show_default=False),
    ] = None,
    assume_region: Annotated[
        str | None,
        typer.Option(
            metavar="REGION",
            help="Use the prices of this region for parts whose prices are unknown.",
            show_default=False,
        ),
    ] = None,
    plot: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Also draw the cost of each egress in an SVG file.", show_default=False
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Print what stacks cost a month, with each egress."""
    values, flags = _given_values(traffic or [], hours, tasks or [])
    if plot:
        _check_plot(plot, specs)
    found = [_bill_of(path, values, flags, _Prices(prices, assume_region)) for path in specs]
    bills = [bill for bill in found if bill]
    _print_bills(bills, json=json)
    if plot and bills:
        _write_plot(bills[0], plot)
    raise typer.Exit(Exit.DONE if all(found) else Exit.SPEC_HAS_ERRORS)


def _print_bills(bills: "Sequence[Bill]", *, json: bool) -> None:
    from tfgen.cost import bill as data
    from tfgen.cost import plot, text

    if json:
        print_json([data.as_json(bill) for bill in bills])
        return
    for bill in bills:
        typer.echo(f"{text.as_text(bill)}\n{plot.as_text(bill)}")
    if len(bills) > 1:
        typer.echo(text.sum_of(bills))


class _Prices:
    """Where prices come from: the public ones, a user's file over them, another region's below them."""

    def __init__(self, file: Path | None, region: str | None) -> None:
        self.file, self.region = file, region

    def of(self, region: str) -> "PriceList":
        from tfgen.facts import prices

        found = prices.price_list(region)
        if self.region:
            _check_priced(self.region)
            found = prices.completed(found, self.region)
        return prices.replaced(found, _read(self.file), str(self.file)) if self.file else found


def _read(path: Path) -> str:
    from tfgen import files

    try:
        return files.read_file(path).decode()
    except (OSError, ValueError) as error:
        reason = str(getattr(error, "strerror", None) or error).lower()
        message = f"cannot read {in_line(path)}: {reason}"
        raise TfgenError(message=message, code=Exit.WRONG_USAGE) from None


def _bill_of(path: Path, values: Values, flags: Mapping[SpecPath, str], prices: _Prices) -> "Bill | None":
    """The bill of a spec; None where that has errors, which go to standard error."""
    from tfgen.alternatives import ways_of
    from tfgen.cost.bill import make_bill
    from tfgen.pipe import run_variants

    (outcome,) = run_variants(path, [values])
    errors = [problem for problem in outcome.problems if problem.severity == "error"]
    if wrong := [f"{flags[each.at.path]}: {_in_words(each)}" for each in errors if each.at.path in flags]:
        message = "\n  ".join(dict.fromkeys(["these flags are wrong:", *wrong]))
        raise TfgenError(message=message, code=Exit.WRONG_USAGE)
    print_problems(errors, {str(path): outcome.lines})
    if outcome.failed or outcome.overridden is None:
        return None
    found = prices.of(outcome.overridden.region)
    if not found.prices:
        _refuse_unpriced(outcome.overridden.region)
    return make_bill(outcome.overridden, found, ways_of(path, values, outcome))


def _in_words(problem: Problem) -> str:
    return in_line(f"{problem.message}; {problem.hint}" if problem.hint else problem.message)


def _refuse_unpriced(region: str) -> NoReturn:
    from tfgen.facts.prices import nearest_priced

    message = (
        f"no prices are known for {in_line(region)}. Give them with --prices FILE, or use those of another "
        f"region: --assume-region {nearest_priced(region)}"
    )
    raise TfgenError(message=message, code=Exit.WRONG_USAGE)


def _check_priced(region: str) -> None:
    from tfgen.facts.prices import nearest_priced, price_list

    if not price_list(region).prices:
        message = (
            f"--assume-region {in_line(region)}: no prices are known for it; did you mean "
            f"{nearest_priced(region)}?"
        )
        raise TfgenError(message=message, code=Exit.WRONG_USAGE)


def _given_values(
    traffic: Sequence[str], hours: int | None, tasks: Sequence[str]
) -> tuple[Values, dict[SpecPath, str]]:
    """What flags say, by its place in the spec, and each flag. The reader of the spec judges the values."""
    values: dict[SpecPath, Any] = {} if hours is None else {("cost", "hours"): hours}
    flags: dict[SpecPath, str] = dict.fromkeys(values, f"--hours {hours}")
    for said in traffic:
        kind, number = _pair(said, r"[0-9]+", "--traffic", "KIND=GB, such as s3=800")
        values["cost", "traffic", kind] = int(number)
        flags["cost", "traffic", kind] = f"--traffic {in_line(said)}"
    for said in tasks:
        service, numbers = _pair(said, r"[0-9]+(-[0-9]+)?", "--tasks", "SERVICE=LOW[-HIGH], such as api=2-6")
        low, _, high = numbers.partition("-")
        values["cost", "tasks", service] = {"low": int(low), "high": int(high or low)}
        flags["cost", "tasks", service] = f"--tasks {in_line(said)}"
    return values, flags


def _pair(said: str, form: str, flag: str, expected: str) -> tuple[str, str]:
    name, sign, number = said.partition("=")
    if not (name and sign and re.fullmatch(form, number) and len(number) < 20):
        message = f"{flag} {in_line(said)}: expected {expected}"
        raise TfgenError(message=message, code=Exit.WRONG_USAGE)
    return name, number


def _check_plot(path: Path, specs: Sequence[Path]) -> None:
    """A file that is there stays as it is, unless it is a plot too."""
    from tfgen import files
    from tfgen.cost.plot import is_plot

    if len(specs) > 1:
        raise TfgenError(message="--plot draws one spec at a time", code=Exit.WRONG_USAGE)
    if path.suffix.lower() != ".svg":
        message = f"--plot {in_line(path)}: expected the name of an SVG file, such as cost.svg"
        raise TfgenError(message=message, code=Exit.WRONG_USAGE)
    try:
        is_ours = is_plot(files.read_file(path))
    except (OSError, ValueError):  # writing it says what is wrong
        return
    if not is_ours:
        message = f"{in_line(path)} already exists, and tfgen did not draw it. Nothing was written."
        raise TfgenError(message=message, code=Exit.NOT_OURS)


def _write_plot(bill: "Bill", path: Path) -> None:
    from tfgen.cost import plot
    from tfgen.output.spec_file import write_spec

    if len(plot.lines_of(bill)) < 2:
        region, reason = in_line(bill.inventory.region), "no two egresses can be compared"
        message = f"no plot: with the prices that are known for {region} and these services, {reason}"
        raise TfgenError(message=message, code=Exit.WRONG_USAGE)
    try:
        text = plot.as_svg(bill)
    except ImportError:
        message = 'drawing an SVG file needs matplotlib: pip install "tfgen-fargate[plot]"'
        raise TfgenError(message=message, code=Exit.WRONG_USAGE) from None
    write_spec(text, path, overwrite=True)
    print_error(f"wrote {in_line(path)}")
