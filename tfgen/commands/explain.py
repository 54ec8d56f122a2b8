"""tfgen explain: the meaning of a code."""

from typing import Annotated

import typer

from tfgen.commands.common import Json, print_json
from tfgen.problems import Exit, TfgenError, nearest_word
from tfgen.texts import in_line


def explain(
    code: Annotated[
        str | None, typer.Argument(metavar="[CODE]", help="The code, such as TG304.", show_default=False)
    ] = None,
    json: Json = False,
) -> None:
    """Print the purpose of a rule, with examples. Without a code, list all rules."""
    from tfgen.report import rulebook

    if code is None:
        entries = rulebook.rule_entries()
        return (
            print_json([entry._asdict() for entry in entries]) if json else typer.echo(rulebook.list_rules())
        )
    codes = rulebook.all_codes()
    if code.upper() not in codes:
        near = nearest_word(code.upper(), codes, 0.75)
        hint = f"did you mean {near}?" if near else "list the rules with tfgen explain"
        raise TfgenError(message=f'unknown code "{in_line(code)}": {hint}', code=Exit.WRONG_USAGE)
    entry = rulebook.entry_of_code(code.upper())
    return print_json(entry._asdict()) if json else typer.echo(rulebook.entry_as_text(entry))
