"""Where pages refer to something: every `aws_vpc.main.id` and `var.x`, with its line."""

from collections.abc import Iterable
from typing import NamedTuple

from tfgen.hcl.syntax import (
    Attribute,
    Block,
    Body,
    Call,
    For,
    Index,
    Literal,
    Name,
    Node,
    Operation,
    Splat,
    Template,
    inner_expressions,
)


class Use(NamedTuple):
    """A reference: its parts from `aws_vpc` over `aws_vpc.main` to the whole of it.

    `guarded` is one that may fail: it is in `try` or `can`. `bound` are the names to which its
    surroundings give a meaning.
    """

    parts: tuple[Node, ...]
    line: int
    guarded: bool
    bound: frozenset[str]


_STEPS = (Attribute, Index, Splat)  # a tuple, since Python makes each `Attribute | Index` anew
# What these name is no reference: a provider, an argument.
_NO_REFERENCES = {"provider", "providers", "ignore_changes"}
_STATEMENTS = {"moved", "removed", "import"}


def uses_of_block(block: Block) -> list[Use]:
    """All references in a block."""
    found: list[Use] = []
    _in_block(block, frozenset(), found)
    return found


def uses_of(node: Node) -> list[Use]:
    """All references in an expression."""
    found: list[Use] = []
    _in_expression(node, _Context(frozenset(), guarded=False), found)
    return found


class _Context(NamedTuple):
    """What surrounds an expression: names that it gives a meaning to, and whether it is `try` or `can`."""

    bound: frozenset[str]
    guarded: bool

    def binding(self, names: Iterable[str]) -> "_Context":
        return self._replace(bound=self.bound.union(names))


def _in_body(body: Body, bound: frozenset[str], found: list[Use]) -> None:
    context = _Context(bound, guarded=False)
    for name, node in body.arguments.items():
        if type(node) is not Literal and name not in _NO_REFERENCES:
            _in_expression(node, context, found)
    for block in body.blocks:
        _in_block(block, bound, found)


def _in_block(block: Block, bound: frozenset[str], found: list[Use]) -> None:
    if block.type not in _STATEMENTS:
        names = _bound_by_block(block) if block.type == "dynamic" else ()
        _in_body(block.body, bound.union(names), found)


def _bound_by_block(block: Block) -> set[str]:
    """The names that a `dynamic` block gives a meaning."""
    iterator = block.body.arguments.get("iterator")
    return {*block.labels, *({iterator.name} if isinstance(iterator, Name) else ())}


def _in_expression(node: Node, context: _Context, found: list[Use]) -> None:
    match node:
        case Attribute() | Index() | Splat():
            _in_reference(node, context, found)
            return
        case For():
            # The names of a `for` have no meaning in its own collection.
            _in_expression(node.collection, context, found)
            context = context.binding((node.key, node.value))
            parts = inner_expressions(node)[1:]
        case Template(parts=parts):
            context = context.binding(name for part in parts for name in _bound_by_part(part))
        case Call(function="try" | "can", arguments=parts):
            context = context._replace(guarded=True)
        case _:
            parts = inner_expressions(node)
    for part in parts:
        if type(part) is not Literal:
            _in_expression(part, context, found)


def _bound_by_part(part: Node) -> Iterable[str]:
    """The names that `%{ for name in collection }` gives a meaning."""
    if not isinstance(part, Operation) or part.name != "for":
        return ()
    return {name.name for name in part.operands[:-1] if isinstance(name, Name)}


def _in_reference(node: Node, context: _Context, found: list[Use]) -> None:
    parts = [node]
    while isinstance(node, _STEPS):
        if isinstance(node, Index):
            _in_expression(node.key, context, found)
        node = node.of
        parts.append(node)
    if not isinstance(node, Name):
        _in_expression(node, context, found)
    elif node.name not in context.bound:
        parts.reverse()
        found.append(Use(tuple(parts), node.line, context.guarded, context.bound))
