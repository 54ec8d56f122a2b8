"""The references within a stack, as in Terraform's own graph: of blocks, and not of their instances.

A node is a block or a value, by its address without keys: `module.a.aws_x.b`, `module.a.var.x`, `local.y`,
`module.a.output.z`, `data.aws_x.b`, `module.a` for what a whole module call waits for, and
`module.a.all` for all that is in it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from tfgen.hcl.syntax import Attribute, Block, Index, Name, Node
from tfgen.hcl.text import without_keys
from tfgen.hcl.uses import Use, uses_of, uses_of_block

if TYPE_CHECKING:
    from tfgen.changes.stack import Module

Edges = Mapping[str, tuple[str, ...]]
"""Each node -> those that it refers to, or that refer to it."""


class Graph(NamedTuple):
    """What each node refers to, and the nodes that refer to an instance, or to a value within an output."""

    needs: Edges
    keyed: frozenset[str]


def reference_graph(modules: Iterable["Module"]) -> Graph:
    """All references within the modules of a stack, also those to nodes that do not exist."""
    needs: dict[str, tuple[str, ...]] = {}
    keyed: set[str] = set()
    known: dict[str, str] = {}  # one text for each node, however often it is named
    for here, module in by_block(modules).items():
        for node, used, besides in _of_module(here, module):
            names = [f"{here}{name}" for use in used if (name := _node_of(use.parts))]
            needs[known.setdefault(node, node)] = tuple(
                {known.setdefault(name, name): None for name in (*names, *besides)}
            )
            if any(map(is_keyed, used)):
                keyed.add(node)
    return Graph(needs, frozenset(keyed))


def by_block(modules: Iterable["Module"]) -> dict[str, "Module"]:
    """The modules by their prefix without keys: of several instances of a call, one."""
    return {without_keys(module.prefix): module for module in modules}


def reachable_from(start: Iterable[str], of: Edges) -> set[str]:
    """These nodes and all that they refer to, one after another."""
    waiting = list(start)
    found = set(waiting)
    while waiting:
        more = {*of.get(waiting.pop(), ())} - found
        found |= more
        waiting += more
    return found


def reversed_graph(of: Edges) -> Edges:
    """Each node -> those that refer to it."""
    found = defaultdict[str, list[str]](list)
    for node, needed in of.items():
        for each in needed:
            found[each].append(node)
    return {node: tuple(users) for node, users in found.items()}


_Node = tuple[str, list[Use], Iterable[str]]
"""A node, its references, and the nodes that it waits for besides."""


def _of_module(here: str, module: "Module") -> Iterator[_Node]:
    """Every node of a module, and the variables of the modules that it calls."""
    whole = [here[:-1]] if here else []
    yield f"{here}all", [], _nodes_within(here, module)
    for (kind, name), block in module.blocks["resource"].items():
        yield f"{here}{kind}.{name}", uses_of_block(block), whole
    for (kind, name), block in module.blocks["data"].items():
        yield f"{here}data.{kind}.{name}", uses_of_block(block), whole
    for (name,), block in module.blocks["output"].items():
        yield f"{here}output.{name}", uses_of_block(block), ()
    for name, node in module.locals.items():
        yield f"{here}local.{name}", uses_of(node), ()
    for (name,), block in module.blocks["module"].items():
        yield from _of_call(f"{here}module.{name}", block, whole)


def _nodes_within(here: str, module: "Module") -> Iterator[str]:
    for kind in ("resource", "output"):
        for labels in module.blocks[kind]:
            yield here + ".".join(labels if kind == "resource" else ("output", *labels))
    for (name,) in module.blocks["module"]:
        yield f"{here}module.{name}.all"


REPEATS = ("for_each", "count", "depends_on")


def _of_call(call: str, block: Block, whole: list[str]) -> Iterator[_Node]:
    """A call of a module, and its variables."""
    arguments = block.body.arguments
    yield call, [use for name in REPEATS if name in arguments for use in uses_of(arguments[name])], whole
    for variable, node in arguments.items():
        if variable not in REPEATS:
            yield f"{call}.var.{variable}", uses_of(node), ()


_NAMES = (Name, Attribute)  # a tuple, since Python makes each `Name | Attribute` anew


def _node_of(parts: tuple[Node, ...]) -> str | None:
    """The node that a reference leads to; None where it leads to no other block, such as `each.key`."""
    said = [part.name for part in parts if isinstance(part, _NAMES)]
    if said[0] == "module" and len(said) > 1:
        return ".".join(("module", said[1], *(("output", said[2]) if len(said) > 2 else ("all",))))
    length = 3 if said[0] == "data" else 2
    return ".".join(said[:length]) if len(said) >= length else None


def is_keyed(use: Use) -> bool:
    """Whether a reference leads to an instance, or to a value within an output."""
    return any(True for _ in keyed_parts(use))


def keyed_parts(use: Use) -> Iterator[Attribute | Index]:
    """The parts of a reference that are keys: of an instance, and within a module's output."""
    yield from (part for part in use.parts[2:3] if isinstance(part, Index))
    if isinstance(use.parts[0], Name) and use.parts[0].name == "module":
        outputs = [at for at, part in enumerate(use.parts) if at > 1 and isinstance(part, Attribute)]
        for at in outputs[:1]:
            yield from (part for part in use.parts[at + 1 : at + 2] if isinstance(part, Attribute | Index))
