"""The restrictions of templates, which print and do not compute, checked in Jinja's syntax tree.

Tests check the built-in templates; every render checks those of a user (`--templates DIR`).
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import Environment, TemplateSyntaxError, nodes
from jinja2.defaults import DEFAULT_NAMESPACE

from tfgen.blueprint.model import Blueprint
from tfgen.problems import Location, Problem, nearest_word
from tfgen.render import pages, user_templates

FILTERS = {".tf.j2": {"hcl"}, ".md.j2": {"markdown", "code", "mermaid"}}

# What a template may be made of; `_misused_names` says how.
_ALLOWED = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Filter,
    nodes.Call,
    nodes.Macro,
    nodes.For,
    nodes.If,
    nodes.Include,
    nodes.Name,
    nodes.Getattr,
    nodes.Tuple,
)
# What else there is, in the words of a template's author.
_WORDS: dict[type[nodes.Node], str] = {
    nodes.Assign: "{% set %}",
    nodes.AssignBlock: "{% set %}",
    nodes.Block: "{% block %}",
    nodes.CallBlock: "{% call %}",
    nodes.Extends: "{% extends %}",
    nodes.FilterBlock: "{% filter %}",
    nodes.FromImport: "{% from %}",
    nodes.Import: "{% import %}",
    nodes.Scope: "{% autoescape %}",
    nodes.With: "{% with %}",
    nodes.Name: "a name",
    nodes.Getattr: "an attribute",
    nodes.Compare: "a comparison",
    nodes.List: "a list",
    nodes.Dict: "a mapping",
    nodes.Const: "a literal",
    nodes.Concat: "logic or arithmetic",
    nodes.CondExpr: "an if in an expression",
    nodes.Getitem: "an index",
    nodes.Test: "a test",
}
# What Jinja has in every template: access to Python, and names whose meaning depends on the place.
_JINJAS_OWN = {*DEFAULT_NAMESPACE, "self", "super", "caller", "varargs", "kwargs"}
_DEEPEST_BLOCK = 10
_DEEPEST = 60
# Attributes of a list, a dict or a string that are not the blueprint's but Python's.
_PYTHON = {name for type_ in (str, dict, list, tuple, int) for name in dir(type_)}
_HEREDOC = re.compile(r"<<[-~]?\w+\s*$", re.MULTILINE)

Breach = tuple[int, str]
"""A line of a template, and what is wrong there."""


def breaches_of_template(text: str, ending: str) -> list[Breach]:
    """Everything in a template that is more than printing. Raises TemplateSyntaxError."""
    tree = _parsed_template(text)
    if deep := next(_too_deep(tree), None):
        return [deep]
    bound = {name.name for name in tree.find_all(nodes.Name) if name.ctx != "load"}
    macros = {macro.name for macro in tree.find_all(nodes.Macro)}
    known = _Known(FILTERS[ending], macros, _JINJAS_OWN - bound)
    return sorted({*_breaches_of_node(tree, 1, known), *_breaches_of_heredocs(text, ending)})


class _Known(NamedTuple):
    """What names mean in one template; `foreign` are Jinja's own that nothing there binds."""

    filters: set[str]
    macros: set[str]
    foreign: set[str]


def _parsed_template(text: str) -> nodes.Template:
    environment = Environment(trim_blocks=True, lstrip_blocks=True)  # noqa: S701 - it renders nothing
    try:
        return environment.parse(text)
    except RecursionError:
        raise TemplateSyntaxError("it is nested too deeply", 1) from None
    except (ValueError, OverflowError):  # Python reads no number of thousands of digits
        raise TemplateSyntaxError("it contains a number that is too long", 1) from None


def _too_deep(tree: nodes.Node) -> Iterator[Breach]:
    """Python, which Jinja makes of a template, takes no more than twenty loops and a hundred indents."""
    waiting = [(tree, 1, 0, 0)]
    while waiting:
        node, line, depth, blocks = waiting.pop()
        line = node.lineno or line
        blocks += isinstance(node, nodes.For | nodes.If | nodes.Macro)
        if depth > _DEEPEST or blocks > _DEEPEST_BLOCK:
            yield line, f"nesting deeper than {_DEEPEST_BLOCK} blocks or {_DEEPEST} names"
        waiting += [(child, line, depth + 1, blocks) for child in node.iter_child_nodes()]


def _breaches_of_heredocs(text: str, ending: str) -> Iterator[Breach]:
    for match in _HEREDOC.finditer(text) if ending == ".tf.j2" else ():
        yield text.count("\n", 0, match.start()) + 1, "a heredoc, whose lines would be indented like the rest"


def _breaches_of_node(node: nodes.Node, line: int, known: _Known) -> Iterator[Breach]:
    """`line` is that of the node around this one: not every node knows its own."""
    line = node.lineno or line
    if not isinstance(node, _ALLOWED):
        inner = next((child.lineno for child in node.iter_child_nodes() if child.lineno), line)
        yield node.lineno or inner, _words_of_node(node)
        return
    yield from ((found.lineno or line, what) for found, what in _misused_names(node, known))
    if not isinstance(node, nodes.Include):  # it holds nothing but the name of a file
        for child in node.iter_child_nodes():
            yield from _breaches_of_node(child, line, known)


def _words_of_node(node: nodes.Node) -> str:
    if isinstance(node, nodes.BinExpr | nodes.UnaryExpr):
        return "logic or arithmetic"
    return _WORDS.get(type(node), type(node).__name__)


def _misused_names(node: nodes.Node, known: _Known) -> Iterator[tuple[nodes.Node, str]]:
    if isinstance(node, nodes.Output):
        for part in node.nodes:
            if not isinstance(part, nodes.TemplateData | nodes.Filter | nodes.Call):
                yield part, f"{_words_of_node(part)} printed without a filter"
    for is_wrong, what in _WRONG.get(type(node), ()):
        if is_wrong(node, known):
            yield node, what.format(node=node, filters=" and |".join(sorted(known.filters)))


_Wrong = tuple[Callable[[Any, _Known], object], str]

_WRONG: dict[type[nodes.Node], tuple[_Wrong, ...]] = {
    nodes.Filter: (
        (
            lambda node, known: (
                node.name not in known.filters or node.args or node.kwargs or not _is_path(node.node)
            ),
            "|{node.name} here: only |{filters} of a name is allowed",
        ),
    ),
    nodes.Call: (
        (
            lambda node, known: not (isinstance(node.node, nodes.Name) and node.node.name in known.macros),
            "a call of something other than a macro of this file",
        ),
        (
            lambda node, _: (
                node.kwargs or node.dyn_args or node.dyn_kwargs or not all(map(_is_path, node.args))
            ),
            "a macro call with anything but one name for each parameter",
        ),
    ),
    nodes.For: (
        (
            lambda node, _: not _is_path(node.iter) or node.test or node.else_ or node.recursive,
            "a loop over anything but a name, or with if, else or recursive",
        ),
    ),
    nodes.If: (
        (
            # `else` is a `not` by another name.
            lambda node, _: not _is_path(node.test) or node.elif_ or node.else_,
            "an if on anything but one name, or with elif or else",
        ),
    ),
    nodes.Include: (
        (
            lambda node, _: (
                not isinstance(node.template, nodes.Const)
                or node.template.value not in user_templates.builtin_names()
            ),
            "an include of anything but one of tfgen's templates, by name",
        ),
    ),
    nodes.Name: (
        (
            lambda node, _: node.name == "loop",
            "loop, since output must not depend on positions",
        ),
        (
            lambda node, known: node.ctx != "load" and node.name in known.macros,
            "{node.name}, which is already the name of a macro",
        ),
        (
            lambda node, known: node.name in known.foreign or node.name.startswith("_"),
            "{node.name}, which belongs to Jinja and not to the page",
        ),
    ),
    nodes.Getattr: (
        (
            lambda node, _: node.attr in _PYTHON or node.attr.startswith("_"),
            "an attribute that belongs to Python and not to the blueprint",
        ),
    ),
    nodes.Tuple: ((lambda node, _: node.ctx != "store", "a tuple"),),
}


def _is_path(node: nodes.Node | None) -> bool:
    """A name, or an attribute of one: `service`, `service.routes`."""
    while isinstance(node, nodes.Getattr):
        node = node.node
    return isinstance(node, nodes.Name)


# --- a folder of the user's ---


def check_templates(folder: Path) -> list[Problem]:
    """What in a folder of templates is not ours by name, does not parse, or does more than print."""
    try:
        there = user_templates.template_files(folder)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        return [Problem("TG266", Location(str(error.filename)), f"the folder cannot be read: {reason}")]
    found = (_file_problems(name, folder) for name in sorted(there))
    return [problem for problems in found for problem in problems]


def _file_problems(name: str, folder: Path) -> Iterator[Problem]:
    path, ours = folder / name, user_templates.builtin_names()
    if name not in ours:
        near = nearest_word(name, ours, 0.7)
        hint = f"did you mean {near}?" if near else "use the name of a file in tfgen's own folder templates/"
        yield Problem("TG265", Location(str(path)), "tfgen has no template of this name", hint)
        return
    try:
        text = user_templates.read_template(path, folder)
        found = breaches_of_template(text, "".join(path.suffixes[-2:]))
    except user_templates.UnreadableError as error:
        yield Problem("TG266", Location(str(path)), f"the template cannot be read: {error}")
        return
    except TemplateSyntaxError as error:
        at = _location_of_line(str(path), error.lineno, text)
        yield Problem(
            "TG266",
            at,
            f"this is not a valid Jinja template: {error.message}",
            "see jinja.palletsprojects.com",
        )
        return
    hint = "print with {{ NAME|hcl }}, loop with for, include; see docs/overrides.md for the rest"
    for number, what in found:
        yield Problem(
            "TG267", _location_of_line(str(path), number, text), f"not allowed in a template: {what}", hint
        )


def _location_of_line(path: str, number: int, text: str) -> Location:
    """A whole line of a template, without its indentation."""
    line = [*text.split("\n"), ""][number - 1]
    return Location(path, number, len(line) - len(line.lstrip()) + 1, len(line.strip()) or 1)


def render_under_laws(blueprint: Blueprint, folder: Path | None) -> tuple[dict[str, str], list[Problem]]:
    """The pages that our templates make with those in `folder`, and why they cannot be rendered."""
    try:
        return pages.render_pages(blueprint, folder), []
    except Exception as error:
        if folder is None:
            raise
        hint = "use the names that tfgen's own template uses, and includes without recursion"
        return {}, [
            Problem(
                "TG268",
                _location_of_error(error, folder),
                f"the template cannot be rendered: {_reason_of_error(error)}",
                hint,
            )
        ]


def _reason_of_error(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "it includes or calls itself"
    unknown = isinstance(error, TypeError) and "Undefined" in str(error)
    return "it uses an unknown name" if unknown else str(error)


def _location_of_error(error: BaseException, folder: Path) -> Location:
    """The last line of a template in `folder` that was being printed; Jinja puts it into the traceback."""
    at, trace = Location(str(folder)), error.__traceback__
    found = {str(folder / name): text for name, text in user_templates.template_texts(folder).items()}
    while trace:
        path = trace.tb_frame.f_code.co_filename
        if path in found:
            at = _location_of_line(path, trace.tb_lineno, found[path])
        trace = trace.tb_next
    return at
