"""What may have another value in the new stack; the rest is unchanged and need not be evaluated."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tfgen.changes.graph import REPEATS, by_block, reachable_from, reversed_graph
from tfgen.changes.stack import Module, Stack
from tfgen.hcl.syntax import Block, Body
from tfgen.hcl.text import without_keys


def touched_nodes(old: Stack, new: Stack, created: Iterable[str]) -> set[str]:
    """The nodes of the new stack's graph that are created or defined differently, or refer to such a node."""
    start = (*_redefined(old, new), *map(without_keys, created))
    return reachable_from(start, reversed_graph(new.graph.needs))


def _redefined(old: Stack, new: Stack) -> Iterator[str]:
    was, will_be = by_block(old.modules), by_block(new.modules)
    for here in was.keys() | will_be.keys():
        yield from _redefined_in(here, was.get(here), will_be.get(here))
    values = [{name: page.body.arguments[name] for name, page in stack.given.items()} for stack in (old, new)]
    yield from (f"var.{name}" for name in _differing_keys(*values))


_WORDS = {"resource": "", "data": "data.", "output": "output.", "variable": "var."}
"""The first part of a node's name, by the type of the block."""


def _redefined_in(here: str, old: Module | None, new: Module | None) -> Iterator[str]:
    """The nodes of a module that differ; the module may be missing on one side."""
    for kind, word in _WORDS.items():
        for labels in _differing_keys(_bodies_by_label(old, kind), _bodies_by_label(new, kind)):
            yield f"{here}{word}{'.'.join(labels)}"
    for name in _differing_keys(old.locals if old else {}, new.locals if new else {}):
        yield f"{here}local.{name}"
    calls = [_bodies_by_label(side, "module") for side in (old, new)]
    for labels in _differing_keys(*calls):
        call = f"{here}module.{labels[0]}"
        for argument in _differing_keys(
            *(side[labels].arguments if labels in side else {} for side in calls)
        ):
            yield call if argument in REPEATS else f"{call}.var.{argument}"


def _bodies_by_label(module: Module | None, kind: str) -> Mapping[tuple[str, ...], Body]:
    blocks: Mapping[tuple[str, ...], Block] = module.blocks[kind] if module else {}
    return {labels: block.body for labels, block in blocks.items()}


def _differing_keys(old: Mapping[Any, Any], new: Mapping[Any, Any]) -> list[Any]:
    """The keys whose values differ."""
    return [
        key for key in {**old, **new} if old.get(key) is not new.get(key) and old.get(key) != new.get(key)
    ]
