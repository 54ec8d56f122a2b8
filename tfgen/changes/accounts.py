"""The account of a stack's own cluster, which Terraform knows and a file does not say."""

import re
from collections.abc import Iterator

from tfgen.hcl.text import address_parts
from tfgen.hcl.values import Reference, Term, Value

_ACCOUNT = re.compile(r"(?<![0-9])[0-9]{12}(?![0-9])")


def is_same_value(old: Value, new: Value) -> bool:
    """Whether two values are the same once the account of the stack's own cluster is known: services are in
    the account of their cluster, so a cluster that takes its place is in the same."""
    accounts = {each for text in _texts(new) for each in _ACCOUNT.findall(text)}
    return old == new or any(_with_account(old, account) == new for account in accounts)


def _texts(value: Value) -> Iterator[str]:
    match value:
        case str():
            yield value
        case Term():
            yield from _texts(value.operands)
        case dict():
            yield from _texts(tuple(value.values()))
        case tuple():
            for each in value:
                yield from _texts(each)


def _with_account(value: Value, account: str) -> Value:
    """A value with an account for what is read from the ARN of a cluster."""
    match value:
        case Term(name="[]", operands=(Term(name="split", operands=(":", Reference() as of)), 4)) if (
            _is_arn_of_cluster(of)
        ):
            return account
        case Term(name="text", operands=operands):
            parts = [_with_account(each, account) for each in operands]
            whole = all(isinstance(each, str) for each in parts)
            return "".join(map(str, parts)) if whole else Term("text", tuple(parts))
        case Term(name=name, operands=operands):
            return Term(name, tuple(_with_account(each, account) for each in operands))
        case tuple():
            return tuple(_with_account(each, account) for each in value)
        case dict():
            return {key: _with_account(each, account) for key, each in value.items()}
    return value


def _is_arn_of_cluster(of: Reference) -> bool:
    return address_parts(of.address).kind == "aws_ecs_cluster" and of.path == ("arn",)
