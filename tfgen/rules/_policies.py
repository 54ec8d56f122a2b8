"""What the rules about policies share."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from tfgen.blueprint.model import Statement, Task
from tfgen.hcl.text import Ref


def document(statements: Iterable[Statement], reference: str) -> str:
    """The text of a policy as IAM counts it: without white space. `reference` stands for each value that only
    Terraform knows."""
    parts = [dict(_parts(statement, reference)) for statement in statements]
    return json.dumps({"Version": "2012-10-17", "Statement": parts}, separators=(",", ":"))


def statements_of_spec(task: Task) -> Iterator[tuple[int, Statement]]:
    """The `statements` of a service or a job, each with its index there."""
    written = (each for policy in task.task_role.policies for each in policy.statements if not each.sid)
    return enumerate(written)


def listed(value: Ref | str | tuple[Ref | str, ...]) -> tuple[Ref | str, ...]:
    """The actions or the resources of a statement, of which a policy may have one alone."""
    return value if isinstance(value, tuple) else (value,)


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
