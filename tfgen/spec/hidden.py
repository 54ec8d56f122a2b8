"""Secrets that stand in a spec in the open: no excerpt and no message shows them."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from tfgen.facts import plain_secrets
from tfgen.problems import BLOT, SpecPath
from tfgen.spec.source import Source, blotted_lines


def shown_lines(source: Source) -> tuple[str, ...]:
    """The lines of a spec without the secrets in them."""
    hidden = list(_secrets_in(source.data)) if isinstance(source.data, dict | list) else []
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
    place = _Place("", "")
    for step in path:
        place = _below(place, step)
    return isinstance(value, str) and _is_secret(place, value)


class _Place(NamedTuple):
    """What the path of a text says of it: its key, and the mapping of a container that it is in."""

    mapping: str
    key: str


def _below(place: _Place, step: str | int) -> _Place:
    """That of a path that goes on. Entries of lists have the place of the list."""
    if isinstance(step, int) or step == "join":
        return place
    return _Place(place.key if place.key in ("environment", "secrets") else "", step)


@lru_cache(maxsize=1024)  # calls and routes repeat, and a spec may have very many
def _is_secret(place: _Place, value: str) -> bool:
    if place.mapping == "secrets" and plain_secrets.may_be_secret(value):
        return True  # what belongs there is the ARN or the path of one
    of_container = place.mapping == "environment" or place.key in ("command", "entrypoint")
    if of_container and plain_secrets.may_hold_password(value):
        return True
    return bool(plain_secrets.kind_of_secret(place.key, value))


def _secrets_in(data: Any) -> Iterator[SpecPath]:
    left: list[tuple[SpecPath, _Place, Any]] = [((), _Place("", ""), data)]
    while left:
        path, place, section = left.pop()
        for step, value in section.items() if isinstance(section, dict) else enumerate(section):
            below = place if isinstance(section, list) else _below(place, step)
            if isinstance(value, dict | list):
                left.append(((*path, step), below, value))
            elif isinstance(value, str) and _is_secret(below, value):
                yield (*path, step)
