"""tfgen route: which service responds to a request."""

import sys
from typing import Annotated

import typer

from tfgen.commands.common import Json, OneSpec, print_json, run_specs, terminal_columns
from tfgen.problems import Exit


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
        typer.Option("--from", metavar="ADDRESS", help="The IP address of the client.", show_default=False),
    ] = None,
    balancer: Annotated[
        str | None,
        typer.Option(
            "--load-balancer", metavar="NAME", help="The load balancer, of several.", show_default=False
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Print what responds to a request, and why nothing else does."""
    from tfgen.routing import report
    from tfgen.routing.answer import answers_of_request
    from tfgen.routing.asked import known_balancer
    from tfgen.routing.request import read_request

    request = read_request(method, url, tuple(header or ()), source)
    outcome = run_specs([spec])[0]
    if outcome.failed or outcome.overridden is None:
        raise typer.Exit(Exit.SPEC_HAS_ERRORS)
    if balancer is not None:
        request = request._replace(balancer=known_balancer(outcome.overridden, balancer))
    found = answers_of_request(outcome.overridden, request)
    if json:
        print_json(report.all_as_data(found))
    else:
        typer.echo(report.all_as_text(found, terminal_columns(sys.stdout)))
