"""What refers to what in a stack, as Terraform's own graph has it: blocks, and not their instances.

A node is a block or a value, by its address without keys: `module.a.aws_x.b`, `module.a.var.x`, `local.y`,
`module.a.output.z`, `data.aws_x.b`, `module.a` for what the call of a module waits for as a whole, and
`module.a.all` for all that is in it.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from tfgen.hcl.syntax import Attribute, Block, Body, Name, Node
from tfgen.hcl.uses import Use, uses, uses_of

if TYPE_CHECKING:
    from tfgen.changes.stack import Module

Graph = Mapping[str, tuple[str, ...]]
"""Each node -> those that it refers to."""


def without_keys(address: str) -> str:
    """The address of a block from that of an instance."""
    return re.sub(r'\[(?:"[^"]*"|\d+)\]', "", address) if "[" in address else address


def graph(modules: Iterable["Module"]) -> Graph:
    """All references within the modules of a stack. Some may lead to nodes that are not there."""
    found: dict[str, tuple[str, ...]] = {}
    for module in {without_keys(module.prefix): module for module in modules}.values():
        found |= {node: tuple(dict.fromkeys(needed)) for node, needed in _of_module(module)}
    return found


def reached(start: Iterable[str], of: Graph) -> set[str]:
    """These nodes and all that they refer to, one after another."""
    waiting = list(start)
    found = set(waiting)
    while waiting:
        more = {*of.get(waiting.pop(), ())} - found
        found |= more
        waiting += more
    return found


def reversed_graph(of: Graph) -> Graph:
    """Each node -> those that refer to it."""
    found = defaultdict[str, list[str]](list)
    for node, needed in of.items():
        for each in needed:
            found[each].append(node)
    return {node: tuple(users) for node, users in found.items()}


def _of_module(module: "Module") -> Iterator[tuple[str, list[str]]]:
    """Every node that stands in a module, and the variables of those that it calls."""
    here = without_keys(module.prefix)
    whole = [here[:-1]] if here else []
    yield f"{here}all", list(_all(here, module))
    for (kind, name), block in module.blocks["resource"].items():
        yield f"{here}{kind}.{name}", [*_needed(here, block), *whole]
    for (kind, name), block in module.blocks["data"].items():
        yield f"{here}data.{kind}.{name}", [*_needed(here, block), *whole]
    for (name,), block in module.blocks["output"].items():
        yield f"{here}output.{name}", _needed(here, block)
    for name, node in module.locals.items():
        yield f"{here}local.{name}", _names(here, uses_of(node))
    for (name,), block in module.blocks["module"].items():
        yield from _of_call(here, name, block, whole)


def _all(here: str, module: "Module") -> Iterator[str]:
    for kind in ("resource", "output"):
        for labels in module.blocks[kind]:
            yield here + ".".join(labels if kind == "resource" else ("output", *labels))
    for (name,) in module.blocks["module"]:
        yield f"{here}module.{name}.all"


_META = ("for_each", "count", "depends_on")


def _of_call(here: str, name: str, call: Block, whole: list[str]) -> Iterator[tuple[str, list[str]]]:
    """A call of a module, and its variables."""
    arguments = call.body.arguments
    repeats = (node for meta in _META if (node := arguments.get(meta)) is not None)
    yield (
        f"{here}module.{name}",
        [*whole, *(each for node in repeats for each in _names(here, uses_of(node)))],
    )
    for variable, node in arguments.items():
        if variable not in _META:
            yield f"{here}module.{name}.var.{variable}", _names(here, uses_of(node))


def _needed(here: str, block: Block) -> list[str]:
    return _names(here, uses(Body({}, (block,))))


def _names(here: str, found: Iterator[Use]) -> list[str]:
    return [f"{here}{name}" for use in found if (name := _name(use.parts))]


def _name(parts: tuple[Node, ...]) -> str | None:
    """The node that a reference leads to; None where it leads to no other block, such as `each.key`."""
    said = [part.name for part in parts if isinstance(part, Name | Attribute)]
    if said[0] == "module" and len(said) > 1:
        return ".".join(("module", said[1], *(("output", said[2]) if len(said) > 2 else ("all",))))
    length = 3 if said[0] == "data" else 2
    return ".".join(said[:length]) if len(said) >= length else None
