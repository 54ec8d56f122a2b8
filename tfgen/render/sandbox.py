"""Renders templates of users: they reach only the values of the page, and cannot run forever.

`laws` checks such a template first. The sandbox enforces what no check of the text can, and protects
against changes to the file in between. Built-in templates are rendered without it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from jinja2 import nodes
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context, Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment

from tfgen.render.hcl import Hcl

# What the templates of a stack may cost: a character is 1, a turn of a loop, a call or an include some more.
# Ours take a twentieth of it.
FIRST, EACH_SERVICE = 1_000_000, 200_000
_STEP = 10


class Sandbox(ImmutableSandboxedEnvironment):
    """Jinja without anything of Jinja's or Python's own. `left` is what may still be spent."""

    def __init__(self, filters: Mapping[str, Callable[..., Any]], **options: Any) -> None:
        super().__init__(**options)
        self.globals.clear()
        self.tests.clear()
        self.filters.clear()
        self.filters |= {**filters, "each": self.each}
        self.left = 0
        self.sizes: dict[str | None, int] = {}

    def allow(self, services: int) -> None:
        """What a stack of so many services may cost."""
        self.left = FIRST + services * EACH_SERVICE

    def spend(self, cost: int) -> None:
        self.left -= cost
        if self.left < 0:
            raise SecurityError("it repeats or prints more than a stack of this size can need")

    def each(self, items: Iterable[Any], cost: int) -> Iterator[Any]:
        """`items`, each of which costs something; every loop goes through this."""
        for item in items:
            self.spend(cost)
            yield item

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:  # noqa: ARG002 - Jinja's signature
        fields = getattr(type(obj), "__struct_fields__", ()) or getattr(type(obj), "_fields", ())
        return attr in fields and not attr.startswith("_")

    def is_safe_callable(self, obj: Any) -> bool:
        return type(obj) is Macro

    def call(self, context: Context, macro: Any, /, *arguments: Any, **named: Any) -> Any:
        self.spend(_STEP)
        return Hcl(super().call(context, macro, *arguments, **named))

    def get_template(self, name: Any, *arguments: Any, **named: Any) -> Any:
        """Called for every include."""
        template = super().get_template(name, *arguments, **named)
        self.spend(_STEP + self.sizes.get(template.name, 0))
        return template

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        self.sizes[name] = _text_within(tree)
        for loop in tree.find_all(nodes.For):
            cost = nodes.Const(_STEP + _text_within(loop))
            loop.iter = nodes.Filter(loop.iter, "each", [cost], [], None, None, lineno=loop.lineno)
        return tree


def _text_within(node: nodes.Node) -> int:
    return sum(len(text.data) for text in node.find_all(nodes.TemplateData))
