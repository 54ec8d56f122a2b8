"""Templates print; they do not find out: the law, held over Jinja's syntax tree.

Our own templates are held to it by the tests, a user's (`--templates DIR`) by every render.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from jinja2 import Environment, TemplateError, TemplateSyntaxError, nodes

from tfgen.blueprint.model import Blueprint
from tfgen.files import read as read_file
from tfgen.files import walk
from tfgen.problems import Location, Problem, nearest
from tfgen.render import pages

FILTERS = {".tf.j2": {"hcl"}, ".md.j2": {"markdown", "mermaid"}}

# What a template may be made of; `_misuses` says how.
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
# Attributes of a list, a dict or a string that are not the blueprint's but Python's.
_PYTHON = {name for type_ in (str, dict, list, tuple, int) for name in dir(type_)}
_HEREDOC = re.compile(r"<<[-~]?\w+\s*$", re.MULTILINE)

Breach = tuple[int, str]
"""A line of a template, and what is wrong there."""


def breaches(text: str, ending: str) -> list[Breach]:
    """Everything in a template that is more than printing. Raises TemplateSyntaxError."""
    tree = Environment(trim_blocks=True, lstrip_blocks=True).parse(text)  # noqa: S701 - it renders nothing
    macros = {macro.name for macro in tree.find_all(nodes.Macro)}
    found = [(node.lineno, what) for node, what in _breaches(tree, FILTERS[ending], macros)]
    return sorted({*found, *_heredocs(text, ending)})


def _heredocs(text: str, ending: str) -> Iterator[Breach]:
    for match in _HEREDOC.finditer(text) if ending == ".tf.j2" else ():
        yield text.count("\n", 0, match.start()) + 1, "a heredoc, whose lines would be indented like the rest"


def _breaches(node: nodes.Node, filters: set[str], macros: set[str]) -> Iterator[tuple[nodes.Node, str]]:
    if not isinstance(node, _ALLOWED):
        yield node, type(node).__name__
        return
    yield from _misuses(node, filters, macros)
    if not isinstance(node, nodes.Include):  # it holds nothing but the name of a file
        for child in node.iter_child_nodes():
            yield from _breaches(child, filters, macros)


def _misuses(node: nodes.Node, filters: set[str], macros: set[str]) -> Iterator[tuple[nodes.Node, str]]:
    if isinstance(node, nodes.Output):
        for part in node.nodes:
            if not isinstance(part, nodes.TemplateData | nodes.Filter | nodes.Call):
                yield part, f"{type(part).__name__} is printed without a filter"
    elif isinstance(node, nodes.Filter):
        if node.name not in filters or node.args or node.kwargs or not _is_path(node.node):
            yield node, f"only |{' and |'.join(sorted(filters))} of a name may be printed, not |{node.name}"
    elif isinstance(node, nodes.Call):
        if not (isinstance(node.node, nodes.Name) and node.node.name in macros):
            yield node, "a call of something other than a macro of this file"
    elif found := _WRONG.get(type(node)):
        is_wrong, what = found
        if is_wrong(node):
            yield node, what


_WRONG: dict[type[nodes.Node], tuple[Callable[[Any], object], str]] = {
    nodes.For: (
        lambda node: not _is_path(node.iter) or node.test or node.else_ or node.recursive,
        "a loop is over a name, without if, else and recursive",
    ),
    nodes.If: (
        # `else` is a `not` by another name.
        lambda node: not isinstance(node.test, nodes.Name) or node.elif_ or node.else_,
        "an if is of one bare name, without elif and else",
    ),
    nodes.Include: (
        lambda node: not isinstance(node.template, nodes.Const),
        "an include is of one file, by its name",
    ),
    nodes.Name: (
        lambda node: node.name == "loop",
        "loop knows positions, and nothing may depend on one",
    ),
    nodes.Getattr: (
        lambda node: node.attr in _PYTHON,
        "an attribute is the blueprint's and not Python's own",
    ),
    nodes.Tuple: (lambda node: node.ctx != "store", "Tuple"),
}


def _is_path(node: nodes.Node | None) -> bool:
    """A name, or an attribute of one: `service`, `service.routes`."""
    while isinstance(node, nodes.Getattr):
        node = node.node
    return isinstance(node, nodes.Name)


# --- a folder of the user's ---


def check(folder: Path) -> list[Problem]:
    """What in a folder of templates is not ours by name, does not parse, or does more than print."""
    ours = {path.relative_to(pages.TEMPLATES).as_posix() for path in pages.TEMPLATES.rglob("*.j2")}
    try:
        there = files(folder)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        return [Problem("TG266", Location(str(error.filename)), f"the folder cannot be read: {reason}")]
    found = (_file_problems(name, folder, ours) for name in sorted(there))
    return [problem for problems in found for problem in problems]


def files(folder: Path) -> dict[str, Path]:
    """The files in a folder by their names from there, but for hidden and compiled ones. Raises OSError."""
    there = walk(folder, lambda name: name.startswith((".", "__pycache__")))
    return {name: folder / name for name, entry in there if name.endswith(".j2") or not entry.is_dir()}


def lines(folder: Path) -> dict[str, tuple[str, ...]]:
    """The lines of every file in a folder, by its path; for messages."""
    with suppress(OSError):
        return {str(path): tuple(_text(path, "replace").splitlines()) for path in files(folder).values()}
    return {}


def _text(path: Path, errors: str = "strict") -> str:
    """What a template says; nothing where it cannot be read and `errors` are not to be raised."""
    try:
        return read_file(path).decode(errors=errors)
    except OSError:
        if errors == "strict":
            raise
        return ""


def _file_problems(name: str, folder: Path, ours: set[str]) -> Iterator[Problem]:
    path = folder / name
    if name not in ours:
        near = nearest(name, ours, 0.7)
        hint = (
            f"did you mean {near}?" if near else "the files of tfgen's own folder templates/ can be replaced"
        )
        yield Problem("TG265", Location(str(path)), "tfgen has no template of this name", hint)
        return
    if not path.is_file():  # a pipe would be waited for
        yield Problem("TG266", Location(str(path)), "the template cannot be read: it is no file")
        return
    try:
        text = _text(path)
        found = breaches(text, "".join(path.suffixes[-2:]))
    except (OSError, UnicodeDecodeError) as error:
        reason = (getattr(error, "strerror", None) or "").lower() or "it is not UTF-8 text"
        yield Problem("TG266", Location(str(path)), f"the template cannot be read: {reason}")
        return
    except TemplateSyntaxError as error:
        at = _line(str(path), error.lineno, text)
        yield Problem(
            "TG266", at, f"this is no template of Jinja: {error.message}", "see jinja.palletsprojects.com"
        )
        return
    hint = "print with {{ NAME|hcl }}, loop with for, include; docs/overrides.md says what else is possible"
    for number, what in found:
        yield Problem("TG267", _line(str(path), number, text), f"a template only prints: {what}", hint)


def _line(path: str, number: int, text: str) -> Location:
    """A whole line of a template, without its indentation."""
    line = [*text.splitlines(), ""][number - 1]
    return Location(path, number, len(line) - len(line.lstrip()) + 1, len(line.strip()) or 1)


def rendered(blueprint: Blueprint, folder: Path | None) -> tuple[dict[str, str], list[Problem]]:
    """The pages that our templates make with those in `folder`, and what stands in the way."""
    try:
        return pages.plain(blueprint, folder), []
    except (TemplateError, TypeError, RecursionError) as error:
        if folder is None:
            raise
        hint = "use the names that the template in tfgen's own folder uses, and includes that end"
        return {}, [
            Problem("TG268", _place(error, folder), f"the template cannot print this: {_why(error)}", hint)
        ]


def _why(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "it includes itself"
    unknown = isinstance(error, TypeError) and "Undefined" in str(error)
    return "it has a name that means nothing here" if unknown else str(error)


def _place(error: BaseException, folder: Path) -> Location:
    """The last line of a template in `folder` that was being printed; Jinja puts it into the traceback."""
    at, trace = Location(str(folder)), error.__traceback__
    theirs = {str(folder.resolve() / name): path for name, path in files(folder).items()}
    while trace:
        path = theirs.get(trace.tb_frame.f_code.co_filename)
        if path:
            at = _line(str(path), trace.tb_lineno, _text(path))
        trace = trace.tb_next
    return at
