"""What IAM counts of a policy."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from tfgen.blueprint.model import Statement
from tfgen.hcl.text import Ref


def document(statements: Iterable[Statement], reference: str) -> str:
    """The text of a policy as IAM counts it: without white space. `reference` stands for each value that only
    Terraform knows."""
    parts = [dict(_parts(statement, reference)) for statement in statements]
    return json.dumps({"Version": "2012-10-17", "Statement": parts}, separators=(",", ":"))


def _parts(statement: Statement, reference: str) -> Iterator[tuple[str, Any]]:
    yield from (("Sid", sid) for sid in statement.sids)
    yield "Effect", statement.effect
    yield "Action", statement.actions
    yield "Resource", _known(statement.resources, reference)
    yield from (("Condition", condition) for condition in statement.conditions)


def _known(value: Ref | str | tuple[Ref | str, ...], reference: str) -> Any:
    if isinstance(value, tuple):
        return [_known(each, reference) for each in value]
    return reference if isinstance(value, Ref) else value
