"""What each resource depends on, as Terraform's graph has it: whole blocks, through variables and outputs.

An output's `depends_on` counts too, and so does a module call's: they are why a service waits for the way out
of its subnets. Source: developer.hashicorp.com/terraform/language/meta-arguments/depends_on
"""

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from tfgen.changes.syntax import Attribute, Node
from tfgen.changes.uses import Use, uses, uses_of

if TYPE_CHECKING:
    from tfgen.changes.stack import Module


class Needs:
    """What the parts of one module depend on: the addresses of resources, with their keys."""

    def __init__(self, module: "Module") -> None:
        self._module = module
        self._known: dict[tuple[str, str], frozenset[str]] = {}

    def of_resource(self, kind: str, name: str) -> frozenset[str]:
        """What a block depends on directly, or through values that are no resources."""
        found = self._of_uses(uses(self._module.blocks["resource"][kind, name].body))
        return found | self._of_call

    @cached_property
    def _of_call(self) -> frozenset[str]:
        """What whatever is in the module waits for, because the module's call does."""
        parent, call = self._module.parent, self._module.call
        if parent is None or call is None:
            return frozenset()
        order = call.body.arguments.get("depends_on")
        return parent.needs.of_node(order) | parent.needs._of_call

    def of_node(self, node: Node | None) -> frozenset[str]:
        return frozenset() if node is None else self._of_uses(uses_of(node))

    def of_output(self, name: str) -> frozenset[str]:
        block = self._module.blocks["output"].get((name,))
        return self._of_uses(uses(block.body)) if block else frozenset()

    def _of_uses(self, found: Iterator[Use]) -> frozenset[str]:
        return frozenset(address for use in found for address in self._of_words(_words(use)))

    def _of_words(self, words: tuple[str, ...]) -> frozenset[str]:
        """What a reference such as var.x or module.network.vpc_id stands for."""
        head, name, *_ = (*words, "", "")
        key = (head, ".".join(words[1:3]))
        if key not in self._known:
            self._known[key] = frozenset()  # for what refers to itself
            self._known[key] = frozenset(self._found(head, name, words[2:3]))
        return self._known[key]

    def _found(self, head: str, name: str, rest: tuple[str, ...]) -> Iterator[str]:
        module = self._module
        if head == "var":
            if module.parent and module.call:
                yield from module.parent.needs.of_node(module.call.body.arguments.get(name))
        elif head == "local":
            yield from self.of_node(module.locals.get(name))
        elif head == "module":
            for child in module.calls(name).values():
                yield from _of_child(child, rest)
        elif head == "data":
            block = module.blocks["data"].get((name, *rest))
            yield from self._of_uses(uses(block.body)) if block else ()
        elif (head, name) in module.blocks["resource"]:
            yield from (resource.address for resource in module.instances(head, name).values())


def _of_child(child: "Module", output: tuple[str, ...]) -> Iterator[str]:
    """One output of a module, or all that is in it where only the module is named."""
    if output:
        yield from child.needs.of_output(*output)
        return
    for module in child.walk():
        for kind, name in module.blocks["resource"]:
            yield from (resource.address for resource in module.instances(kind, name).values())


def _words(use: Use) -> tuple[str, ...]:
    """The names of a reference in turn, without its keys."""
    head, *rest = use.parts
    return (getattr(head, "name", ""), *(part.name for part in rest if isinstance(part, Attribute)))
