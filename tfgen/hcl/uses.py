"""Where pages refer to something: every `aws_vpc.main.id` and `var.x`, with its line."""

from collections.abc import Iterator
from typing import NamedTuple

from tfgen.hcl.syntax import (
    Attribute,
    Block,
    Body,
    Call,
    For,
    Index,
    List,
    Name,
    Node,
    Object,
    Operation,
    Splat,
    Template,
)


class Use(NamedTuple):
    """A reference: its parts from `aws_vpc` over `aws_vpc.main` to the whole of it.

    `guarded` is one that may come to nothing: it stands in `try` or `can`. `bound` are the names to which its
    surroundings give a meaning.
    """

    parts: tuple[Node, ...]
    line: int
    guarded: bool
    bound: frozenset[str]


# What these name is no reference: a provider, an argument, a variable of the place.
_NO_REFERENCES = {"provider", "providers", "ignore_changes", "iterator", "type"}
_STATEMENTS = {"moved", "removed", "import"}


def uses(body: Body, bound: frozenset[str] = frozenset()) -> Iterator[Use]:
    """All references in a body; `bound` are names that its surroundings give a meaning."""
    for name, node in body.arguments.items():
        if name not in _NO_REFERENCES:
            yield from uses_of(node, bound)
    for block in body.blocks:
        if block.type not in _STATEMENTS:
            yield from uses(block.body, bound | _binds(block))


def _binds(block: Block) -> set[str]:
    """The names that a `dynamic` block gives a meaning."""
    iterator = block.body.arguments.get("iterator")
    given = {iterator.name} if isinstance(iterator, Name) else set()
    return {*block.labels, *given} if block.type == "dynamic" else set()


def uses_of(node: Node, bound: frozenset[str] = frozenset(), *, guarded: bool = False) -> Iterator[Use]:
    """All references in an expression."""
    match node:
        case Attribute() | Index() | Splat():
            yield from _reference(node, bound, guarded=guarded)
        case For():
            yield from uses_of(node.collection, bound, guarded=guarded)
            inner = bound | {node.key, node.value}
            for each in (node.result_key, node.result, *node.conditions):
                if each is not None:
                    yield from uses_of(each, inner, guarded=guarded)
        case Template(parts=parts):
            inner = bound | {name for part in parts for name in _bound_by(part)}
            for part in parts:
                yield from uses_of(part, inner, guarded=guarded)
        case _:
            guarded = guarded or (isinstance(node, Call) and node.function in ("try", "can"))
            for each in _inside(node):
                yield from uses_of(each, bound, guarded=guarded)


def _bound_by(part: Node) -> set[str]:
    """The names that `%{ for name in collection }` gives a meaning."""
    if not isinstance(part, Operation) or part.name != "for":
        return set()
    return {name.name for name in part.operands[:-1] if isinstance(name, Name)}


def _reference(node: Node, bound: frozenset[str], *, guarded: bool) -> Iterator[Use]:
    parts = [node]
    while isinstance(parts[-1], Attribute | Index | Splat):
        if isinstance(parts[-1], Index):
            yield from uses_of(parts[-1].key, bound, guarded=guarded)
        parts.append(parts[-1].of)
    head = parts[-1]
    if not isinstance(head, Name):
        yield from uses_of(head, bound, guarded=guarded)
    elif head.name not in bound:
        yield Use(tuple(reversed(parts)), head.line, guarded, bound)


def _inside(node: Node) -> tuple[Node, ...]:
    match node:
        case Call(arguments=inside) | List(items=inside) | Operation(operands=inside):
            return inside
        case Object(items=pairs):
            return tuple(each for pair in pairs for each in pair)
    return ()
