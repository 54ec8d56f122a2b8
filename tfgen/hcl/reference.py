"""References to values of Terraform that a person writes: a traversal by a strict grammar, and nothing else.

    aws_db_instance.main.address      a resource, its name, attributes
    data.aws_caller_identity.me.id    a data source
    module.db.endpoint                an output of a module
    local.x  var.x                    a local value, a variable
    a.b.c[0]  a.b.c["key"]            elements

Terraform's own language has more (functions, operators, templates, splats); none of it passes here. What
passes is printed again from its parts, so that the text of a reference never reaches a file.
"""

import re
from typing import NamedTuple

from tfgen.hcl.text import Ref

_NAME = r"[A-Za-z_][A-Za-z0-9_-]*"
_KEY = r"[A-Za-z0-9_./:@ +=-]+"  # no quote, backslash, $ or %, which could end or open something
_STEP = re.compile(rf"\.({_NAME})|\[(0|[1-9][0-9]{{0,8}})\]|\[\"({_KEY})\"\]")
_FIRST = re.compile(_NAME)
_MOST = 512  # characters

# What the root module has no value of, and why.
_REFUSED = {
    "each": "each exists only inside a resource with for_each",
    "count": "count exists only inside a resource with count",
    "self": "self exists only inside a resource",
    "path": "paths differ between machines",
    "terraform": "the workspace is not part of a stack",
}
# Their first words, and how many words name a value of them at least.
_LEAST_WORDS = {"data": 4, "module": 3, "local": 2, "var": 2}
_EXAMPLE = "aws_db_instance.main.address"


class NotAReferenceError(ValueError):
    """Text that is no reference; its message says why."""


class Traversal(NamedTuple):
    """A reference in parts: names first, then attributes (text) and elements (a number, or a `Key`)."""

    first: str
    steps: tuple["str | int | Key", ...]

    @property
    def words(self) -> tuple[str, ...]:
        """The names that it begins with, before any element."""
        found = [self.first]
        for step in self.steps:
            if not isinstance(step, str) or isinstance(step, Key):
                break
            found.append(step)
        return tuple(found)

    @property
    def owner(self) -> str:
        """What has the value, such as `aws_db_instance.main`, `data.aws_vpc.main` or `module.db`."""
        return ".".join(self.words[: _words_of_owner(self.first)])

    @property
    def type(self) -> str:
        """The type of the resource or data source; empty for others."""
        if self.first == "data":
            return self.words[1]
        return "" if self.first in _LEAST_WORDS else self.first

    @property
    def has_instance(self) -> bool:
        """Whether it names one instance of its owner: `aws_instance.main[0].id`."""
        return bool(self._after_owner) and isinstance(self._after_owner[0], int | Key)

    @property
    def attribute(self) -> str:
        """The attribute of the resource or data source, or the output of the module; empty for others."""
        rest = self._after_owner[int(self.has_instance) :]
        name = rest[0] if rest and self.first not in ("local", "var") else ""
        return name if isinstance(name, str) and not isinstance(name, Key) else ""

    @property
    def _after_owner(self) -> tuple["str | int | Key", ...]:
        return self.steps[_words_of_owner(self.first) - 1 :]


class Key(str):
    """The key of an element: `["key"]`."""

    __slots__ = ()


def parse_reference(text: str) -> Traversal:
    """The parts of a reference. Raises NotAReferenceError."""
    first = _FIRST.match(text)
    if not first or len(text) > _MOST:
        raise NotAReferenceError(f"write a name of Terraform, such as {_EXAMPLE}")
    steps: list[str | int | Key] = []
    end = first.end()
    while end < len(text):
        found = _STEP.match(text, end)
        if not found:
            raise NotAReferenceError(_why_not(text[end:]))
        name, number, key = found.groups()
        steps.append(name if name else int(number) if number else Key(key))
        end = found.end()
    traversal = Traversal(first[0], tuple(steps))
    _check_owner(traversal)
    return traversal


def _why_not(rest: str) -> str:
    if rest.startswith(("[*]", ".*")):
        return "a splat is a list: name one element, such as [0]"
    if re.match(r"\.[0-9]", rest):
        return "write elements in brackets, such as [0]"
    return f'only names, .attribute, [0] and ["key"] can stand here, such as {_EXAMPLE}'


def _check_owner(traversal: Traversal) -> None:
    if reason := _REFUSED.get(traversal.first):
        raise NotAReferenceError(f"{reason}: put the value in a local, and refer to that")
    least = _LEAST_WORDS.get(traversal.first, 3)
    if traversal.first not in _LEAST_WORDS and "_" not in traversal.first:
        raise NotAReferenceError(f"{traversal.first} is no type of a resource: write one, such as {_EXAMPLE}")
    own = len(traversal.owner.split("."))
    if own < _words_of_owner(traversal.first) or (least > own and not traversal.attribute):
        raise NotAReferenceError(f"this names no value: add what it is of, such as {_EXAMPLE}")


def _words_of_owner(first: str) -> int:
    return 3 if first == "data" else 2


def printed_reference(traversal: Traversal) -> Ref:
    """A traversal as HCL."""
    steps = (
        f'["{step}"]' if isinstance(step, Key) else f"[{step}]" if isinstance(step, int) else f".{step}"
        for step in traversal.steps
    )
    return Ref(traversal.first + "".join(steps))
