"""Secrets that stand in a spec in the open: no excerpt and no message shows them."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from tfgen.facts import plain_secrets
from tfgen.problems import BLOT, SpecPath
from tfgen.spec.source import Source, blotted_lines


def shown_lines(source: Source) -> tuple[str, ...]:
    """The lines of a spec without the secrets in them."""
    hidden = [path for path, value in _texts_in(source.data, ()) if is_secret(path, value)]
    return blotted_lines(source, hidden) if hidden else source.lines


def shown_text(lines: Sequence[str]) -> tuple[str, ...]:
    """The lines of a file that cannot be read as YAML, without what looks like a secret in one of them."""
    return tuple(_PAIR.sub(_blotted_pair, line) for line in lines)


_PAIR = re.compile(r"""([A-Za-z_][\w-]*)(["']?\s*:\s+)("[^"]*"?|'[^']*'?|[^\s,{}\[\]]+)""")


def _blotted_pair(pair: re.Match[str]) -> str:
    key, between, value = pair.groups()
    hidden = plain_secrets.kind_of_secret(key, value.strip("\"'"))
    return f"{key}{between}{BLOT * len(value)}" if hidden else pair[0]


def is_secret(path: SpecPath, value: Any) -> bool:
    """Whether the value at a path of a spec may be a secret, or hold one."""
    if not isinstance(value, str):
        return False
    names = [step for step in path if isinstance(step, str) and step != "join"]
    if names[-2:-1] == ["secrets"] and plain_secrets.may_be_secret(value):
        return True  # what belongs there is the ARN or the path of one
    of_container = names[-2:-1] == ["environment"] or names[-1:] in (["command"], ["entrypoint"])
    if of_container and plain_secrets.may_hold_password(value):
        return True
    return bool(names and plain_secrets.kind_of_secret(names[-1], value))


def _texts_in(data: Any, path: SpecPath) -> Iterator[tuple[SpecPath, str]]:
    if isinstance(data, str):
        yield path, data
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in items:
        yield from _texts_in(value, (*path, key))
