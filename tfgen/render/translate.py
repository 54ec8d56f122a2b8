"""Translates built-in templates to Python: each becomes a function that prints its page without Jinja.

Jinja parses them. The restrictions (see `laws`) leave so few kinds of nodes that each has one translation
here; what they forbid has none and is rejected. An included template is printed in place.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import count

from jinja2 import Environment, nodes

from tfgen.render.paragraphs import BLANK_LINE, Piece, Value, codes_of_pieces, lay_out_pieces, line_ends

SYNTAX = {"trim_blocks": True, "lstrip_blocks": True, "keep_trailing_newline": True}
"""How Jinja reads a template, ours and a user's."""

_HEAD = '''\
"""Made of templates/{folder} by tfgen/render/translate.py; a change here is lost."""

from tfgen.hcl.printer import literal
from tfgen.hcl.layout import laid, lay_out
from tfgen.render.markdown import code, markdown, mermaid
from tfgen.render.printers import Page

PAGES = {{}}
'''
_FILTERS = {"hcl": "literal", "markdown": "markdown", "code": "code", "mermaid": "mermaid"}
"""What they are in Python."""


def module_sources(templates: Mapping[str, str]) -> dict[str, str]:
    """For each folder of templates the source of a Python module: its PAGES has what prints each page.

    `templates` are all there are, name -> text. One that another includes makes no page of its own.
    """
    trees = {name: _parsing_environment().parse(text, name) for name, text in templates.items()}
    included = {name for tree in trees.values() for name in _included_names(tree)}
    pages: dict[str, list[str]] = {}
    for name in sorted(trees.keys() - included):
        folder = name.rpartition("/")[0]
        head = _HEAD.format(folder=folder)
        pages.setdefault(folder, [head]).append(_page_function(name, trees))
    return {folder: "\n\n".join(parts) for folder, parts in pages.items()}


def _parsing_environment() -> Environment:
    return Environment(**SYNTAX)  # type: ignore[arg-type] # noqa: S701 - it renders nothing


def _page_function(name: str, trees: Mapping[str, nodes.Template]) -> str:
    """The function that prints a template, and its line in PAGES."""
    file = name.rpartition("/")[2].removesuffix(".j2")
    function = re.sub(r"\W", "_", file)
    needs = _needed_values(trees[name].body, trees)
    made_of = tuple(dict.fromkeys(_included_closure(name, trees)))
    is_laid_out = file.endswith(".tf")
    code = _Code(trees, is_laid_out=is_laid_out)
    code.print_nodes(trees[name].body, {})
    return "\n".join(
        [
            f"def {function}(values):",
            *(f"    {variable} = values[{name!r}]" for name, variable in code.values.items()),
            "    out = []",
            *code.lines(),
            '    return lay_out("".join(out))' if is_laid_out else '    return "".join(out)',
            "",
            f"PAGES[{file!r}] = Page({function}, {needs!r}, {made_of!r})",
            "",
        ]
    )


def _included_names(tree: nodes.Template) -> Iterator[str]:
    """The names of the templates that one includes."""
    return (_constant_text(include.template) for include in tree.find_all(nodes.Include))


def _constant_text(node: nodes.Node) -> str:
    if not isinstance(node, nodes.Const):
        raise _lawless_error(node)
    return str(node.value)


def _included_closure(name: str, trees: Mapping[str, nodes.Template]) -> Iterator[str]:
    """A template, those that it includes, and those that these include."""
    yield name
    for each in _included_names(trees[name]):
        yield from _included_closure(each, trees)


def _needed_values(body: Iterable[nodes.Node], trees: Mapping[str, nodes.Template]) -> tuple[str, ...] | None:
    """The values without which a template prints no more than white space; None where it always prints."""
    needs: dict[str, None] = {}
    for node in body:
        match node:
            case nodes.Macro():
                continue
            case nodes.Output() if all(_is_blank(part) for part in node.nodes):
                continue
            case nodes.For(iter=nodes.Name(name=name)) | nodes.If(test=nodes.Name(name=name)):
                needs[name] = None
            case nodes.Include():
                within = _needed_values(trees[_constant_text(node.template)].body, trees)
                if within is None:
                    return None
                needs |= dict.fromkeys(within)
            case _:
                return None
    return tuple(needs)


def _is_blank(node: nodes.Node) -> bool:
    return isinstance(node, nodes.TemplateData) and not node.data.strip()


_Scope = Mapping[str, str]
"""What loops and macros have bound: a name of the template -> a variable in Python."""


class _Code:
    """The body of the function that prints one page, while it grows."""

    def __init__(self, trees: Mapping[str, nodes.Template], *, is_laid_out: bool) -> None:
        self.values: dict[str, str] = {}
        """The values of the page that it takes: their names -> variables in Python."""
        self._trees = trees
        self._numbers = count(1)
        self._lines: list[str] = []
        self._indent = 1
        self._pieces: list[Piece] = []
        self._is_laid_out = is_laid_out
        self._line_ends = BLANK_LINE  # that are surely before what is printed next
        self._brackets = 0  # that are open where it is printed

    def lines(self) -> list[str]:
        self._flush(is_last=True)
        return self._lines

    def print_nodes(self, body: Iterable[nodes.Node], scope: _Scope) -> None:
        scope = dict(scope)  # a macro that is defined here is unknown outside
        for node in body:
            match node:
                case nodes.Output():
                    self._pieces += [self._piece(part, scope) for part in node.nodes]
                case nodes.For(test=None, else_=[], recursive=False):
                    path = self._path(node.iter, scope)
                    inner = self._bound(node.target, scope)
                    self._block(f"for {self._target(node.target, inner)} in {path}:", node.body, inner)
                case nodes.If(elif_=[], else_=[]):
                    self._block(f"if {self._path(node.test, scope)}:", node.body, scope)
                case nodes.Include():
                    self.print_nodes(self._trees[_constant_text(node.template)].body, scope)
                case nodes.Macro(defaults=[]):
                    scope[node.name] = self._macro(node, scope)
                case _:
                    raise _lawless_error(node)

    def _piece(self, node: nodes.Expr, scope: _Scope) -> Piece:
        """What is printed: text as it is, a value only through a filter."""
        match node:
            case nodes.TemplateData():
                return node.data
            case nodes.Filter(name=name, node=nodes.Name() | nodes.Getattr() as value, args=[], kwargs=[]):
                if name in _FILTERS:
                    return Value(f"{_FILTERS[name]}({self._path(value, scope)})")
            case nodes.Call(node=nodes.Name(name=name), kwargs=[], dyn_args=None, dyn_kwargs=None):
                if scope.get(name, "").endswith("_macro"):
                    given = ", ".join(self._path(each, scope) for each in node.args)
                    return Value(f"{scope[name]}({given})")
        raise _lawless_error(node)

    def _path(self, node: nodes.Node, scope: _Scope) -> str:
        """A name, or an attribute of one."""
        match node:
            case nodes.Name(name=name):
                return scope.get(name) or self.values.setdefault(name, f"{name}_")
            case nodes.Getattr():
                return f"{self._path(node.node, scope)}.{node.attr}"
        raise _lawless_error(node)

    def _bound(self, target: nodes.Node, scope: _Scope) -> _Scope:
        """The scope within a loop, each of whose names is a variable of its own."""
        return {**scope, **{name: f"{name}_{next(self._numbers)}" for name in _names_of_target(target)}}

    def _target(self, target: nodes.Node, scope: _Scope) -> str:
        return ", ".join(scope[name] for name in _names_of_target(target))

    def _macro(self, macro: nodes.Macro, scope: _Scope) -> str:
        """A function within the function, which returns what the macro prints."""
        function = f"{macro.name}_{next(self._numbers)}_macro"
        inner = {**scope, **{each.name: f"{each.name}_{next(self._numbers)}" for each in macro.args}}
        self._line(f"def {function}({', '.join(inner[each.name] for each in macro.args)}):")
        laid_out, self._is_laid_out = self._is_laid_out, False  # what it prints may be part of a line
        self._indent += 1
        self._line("out = []")
        self.print_nodes(macro.body, inner)
        self._line('return "".join(out)')
        self._indent -= 1
        self._is_laid_out = laid_out
        return function

    def _block(self, head: str, body: list[nodes.Node], scope: _Scope) -> None:
        """A loop or a condition: how often it prints its body is unknown here."""
        self._line(head)
        self._indent += 1
        lines, brackets, before = len(self._lines), self._brackets, self._line_ends
        self._line_ends = self._line_ends_behind(body, before)
        self.print_nodes(body, scope)
        self._flush()
        self._line_ends = min(before, self._line_ends)
        if len(self._lines) == lines:
            self._line("pass")
        self._indent -= 1
        if self._brackets != brackets:
            raise ValueError(f"line {body[0].lineno}: this opens brackets that it does not close")

    def _line_ends_behind(self, body: list[nodes.Node], before: int) -> int:
        """How many line ends there surely are behind what is printed any number of times."""
        ends = before
        for node in body:
            match node:
                case nodes.Output():
                    for part in node.nodes:
                        piece = part.data if isinstance(part, nodes.TemplateData) else Value("")
                        ends = line_ends(piece, ends)
                case nodes.For() | nodes.If():
                    ends = self._line_ends_behind(node.body, ends)
                case nodes.Include():
                    ends = self._line_ends_behind(self._trees[_constant_text(node.template)].body, ends)
        return min(before, ends)

    def _flush(self, *, is_last: bool = False) -> None:
        """Writes what waits to be printed in one step."""
        pieces, self._pieces = self._pieces, []
        if not pieces:
            return
        if self._is_laid_out:
            before = self._line_ends
            for piece in pieces:
                self._line_ends = line_ends(piece, self._line_ends)
            pieces, self._brackets = lay_out_pieces(pieces, self._brackets, before=before, is_last=is_last)
        self._line(f"out += {', '.join(codes_of_pieces(pieces))},")

    def _line(self, text: str) -> None:
        self._flush()
        self._lines.append("    " * self._indent + text)


def _names_of_target(target: nodes.Node) -> list[str]:
    return [name.name for name in target.find_all(nodes.Name)] or [target.name]  # type: ignore[attr-defined]


def _lawless_error(node: nodes.Node) -> ValueError:
    return ValueError(f"line {node.lineno}: a template only prints, and this does more: {node!r}")
