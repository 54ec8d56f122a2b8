"""Renders templates of users: they reach only the values of the page, and cannot run forever.

`laws` checks such a template first. The sandbox enforces what no check of the text can, and protects
against changes to the file in between. Built-in templates are rendered without it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, FileSystemLoader, FunctionLoader, StrictUndefined, nodes
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context, Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment

from tfgen.blueprint.model import Part
from tfgen.hcl.layout import lay_out
from tfgen.hcl.printer import Hcl
from tfgen.render.printers import FILTERS, Page
from tfgen.render.translate import SYNTAX
from tfgen.render.user_templates import TEMPLATES

# What the templates of a stack may cost: a character is 1, a turn of a loop, a call or an include some more.
# Ours take a twentieth of it.
FIRST, EACH_SERVICE = 1_000_000, 200_000
_STEP = 10


class Sandbox(ImmutableSandboxedEnvironment):
    """Jinja without anything of Jinja's or Python's own. `left` is what may still be spent.

    `texts` are the user's templates by their names, which are in `folder`; where it has none, ours are taken.
    What is compiled of them is not kept: each render parses them anyway, to hold them against the laws, and
    in a cache, somebody else could place code that runs later.
    """

    def __init__(self, texts: Mapping[str, str], folder: Path) -> None:
        def load(name: str) -> tuple[str, str, Callable[[], bool]] | None:
            # The function says that the text is current: it was read once, for this render.
            return (texts[name], str(folder / name), lambda: True) if name in texts else None

        super().__init__(
            **SYNTAX,
            loader=ChoiceLoader([FunctionLoader(load), FileSystemLoader(TEMPLATES)]),
            undefined=StrictUndefined,
            finalize=self.finalized,
            auto_reload=False,
            autoescape=False,  # it is for HTML; here filters escape, and `finalize` insists on one
        )
        # Functions, tests and filters of Jinja can compute, and repeat text without a limit.
        self.globals.clear()
        self.tests.clear()
        self.filters.clear()
        self.filters |= {**FILTERS, "each": self.each}
        self.texts = texts
        self.left = 0
        self.sizes: dict[str | None, int] = {}

    def page(self, page: Page) -> Page:
        """The page as the user's templates print it; as it was where they have no part in it."""
        if self.texts.keys().isdisjoint(page.made_of):
            return page
        template = self.get_template(page.made_of[0])
        is_laid_out = page.made_of[0].endswith(".tf.j2")

        def text(values: Mapping[str, Any]) -> str:
            printed = template.render(values)
            return lay_out(printed) if is_laid_out else printed

        return page._replace(text=text, needs=None)

    def finalized(self, value: Any) -> str:
        """What is printed: nothing but what has been through a filter."""
        if type(value) is not Hcl:
            raise TypeError(f"{value!r} reached a template without a filter")
        self.spend(len(value))
        return value

    def allow(self, services: int) -> None:
        """What a stack of so many services may cost."""
        self.left = FIRST + services * EACH_SERVICE

    def spend(self, cost: int) -> None:
        self.left -= cost
        if self.left < 0:
            raise SecurityError("it repeats or prints more than a stack of this size can need")

    def each(self, items: Iterable[Any], cost: int) -> Iterator[Any]:
        """`items`, each of which has a cost; every loop of a template calls this."""
        for item in items:
            self.spend(cost)
            yield item

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:  # noqa: ARG002 - Jinja's signature
        fields = getattr(type(obj), "__struct_fields__", ()) or getattr(type(obj), "_fields", ())
        is_ours = isinstance(obj, Part) and isinstance(getattr(type(obj), attr, None), property)
        return (attr in fields or is_ours) and not attr.startswith("_")

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


@cache
def sandbox_of_folder(folder: str, found: tuple[tuple[str, str], ...]) -> Sandbox:
    """What renders the user's templates in a folder; created again only when they have changed."""
    return Sandbox(dict(found), Path(folder))
