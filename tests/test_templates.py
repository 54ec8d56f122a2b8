"""Templates print; they do not find out: the law of DESIGN, held over Jinja's syntax tree."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from jinja2 import Environment, UndefinedError, nodes

from tfgen.blueprint.model import Label
from tfgen.render import pages

TEMPLATES = sorted(pages.TEMPLATES.rglob("*.j2"))
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


def breaches(text: str, ending: str) -> list[str]:
    """Everything in a template that is more than printing, with its line."""
    tree = Environment(trim_blocks=True, lstrip_blocks=True).parse(text)
    macros = {macro.name for macro in tree.find_all(nodes.Macro)}
    return [f"line {node.lineno}: {what}" for node, what in _breaches(tree, FILTERS[ending], macros)]


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


def _is_path(node: nodes.Node) -> bool:
    """A name, or an attribute of one: `service`, `service.routes`."""
    while isinstance(node, nodes.Getattr):
        node = node.node
    return isinstance(node, nodes.Name)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.relative_to(pages.TEMPLATES).as_posix())
def test_a_template_only_prints(template: Path) -> None:
    ending = "".join(template.suffixes[-2:])
    assert breaches(template.read_text(), ending) == []


def test_templates_were_found() -> None:
    assert len(TEMPLATES) > 20
    assert {"".join(template.suffixes[-2:]) for template in TEMPLATES} == set(FILTERS)


@pytest.mark.parametrize(
    "text",
    [
        "{{ name|hcl }}",
        "{{ service.role.name|hcl }}",
        "{% for name, value in pairs %}{{ name|hcl }}{% endfor %}",
        "{% for a in things.all %}{% for b in a.parts %}{{ b|hcl }}{% endfor %}{% endfor %}",
        "{% if things %}text{% endif %}",
        '{% include "outputs.tf.j2" %}',
        "{% macro tag(name) %}Name = {{ name|hcl }}{% endmacro %}{{ tag(stack.name) }}",
        "{# a remark #}text",
    ],
)
def test_what_a_template_may_do(text: str) -> None:
    assert breaches(text, ".tf.j2") == []


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("{{ name }}", "Name is printed without a filter"),
        ("{{ thing.name }}", "Getattr is printed without a filter"),
        ("{{ 'text' }}", "Const is printed without a filter"),
        ("{{ name|markdown }}", "only |hcl"),
        ("{{ name|upper }}", "only |hcl"),
        ("{{ name|hcl|safe }}", "only |hcl"),
        ("{{ name|upper|hcl }}", "only |hcl"),
        ("{{ name|hcl(1) }}", "only |hcl"),
        ("{{ 'text'|hcl }}", "only |hcl"),
        ("{{ (a + b)|hcl }}", "only |hcl"),
        ("{{ (a ~ b)|hcl }}", "only |hcl"),
        ("{{ a[0]|hcl }}", "only |hcl"),
        ("{{ a['key']|hcl }}", "only |hcl"),
        ("{{ a.items()|hcl }}", "only |hcl"),
        ("{{ (a if b else c)|hcl }}", "only |hcl"),
        ("{{ (a, b)|hcl }}", "only |hcl"),
        ("{{ a.upper|hcl }}", "an attribute is the blueprint's"),
        ("{{ range(3) }}", "a call of something other"),
        ("{% set a = b %}", "Assign"),
        ("{% set a %}text{% endset %}", "AssignBlock"),
        ("{% with a = b %}{{ a|hcl }}{% endwith %}", "With"),
        ("{% for a in b.items() %}{% endfor %}", "a loop is over a name"),
        ("{% for a in range(3) %}{% endfor %}", "a loop is over a name"),
        ("{% for a in [1, 2] %}{% endfor %}", "a loop is over a name"),
        ("{% for a in b[1:] %}{% endfor %}", "a loop is over a name"),
        ("{% for a in b|sort %}{% endfor %}", "a loop is over a name"),
        ("{% for a in b if a.c %}{% endfor %}", "a loop is over a name"),
        ("{% for a in b %}{% else %}none{% endfor %}", "a loop is over a name"),
        ("{% for a in b %}{{ loop.index|hcl }}{% endfor %}", "loop knows positions"),
        ("{% for a in b %}{% if loop %}{% endif %}{% endfor %}", "loop knows positions"),
        ("{% if not a %}{% endif %}", "an if is of one bare name"),
        ("{% if a and b %}{% endif %}", "an if is of one bare name"),
        ("{% if a or b %}{% endif %}", "an if is of one bare name"),
        ("{% if a == 'nat' %}{% endif %}", "an if is of one bare name"),
        ("{% if a in b %}{% endif %}", "an if is of one bare name"),
        ("{% if a is defined %}{% endif %}", "an if is of one bare name"),
        ("{% if a.b %}{% endif %}", "an if is of one bare name"),
        ("{% if a|length %}{% endif %}", "an if is of one bare name"),
        ("{% if a %}{% else %}text{% endif %}", "an if is of one bare name"),
        ("{% if a %}{% elif b %}{% endif %}", "an if is of one bare name"),
        ("{% include name %}", "an include is of one file"),
        ("{% import 'a.j2' as a %}", "Import"),
        ("{% extends 'a.j2' %}", "Extends"),
        ("{% block a %}{% endblock %}", "Block"),
        ("{% filter upper %}{% endfilter %}", "FilterBlock"),
        ("{% macro m(a=1) %}{{ a|hcl }}{% endmacro %}", "Const"),
        ("{% macro m() %}{{ caller() }}{% endmacro %}{% call m() %}{% endcall %}", "CallBlock"),
    ],
)
def test_what_a_template_may_not_do(text: str, what: str) -> None:
    found = breaches(f"\n{text}", ".tf.j2")
    assert any(what in breach for breach in found), found
    assert all(breach.startswith("line 2: ") for breach in found)


def test_the_filter_belongs_to_the_kind_of_page() -> None:
    assert breaches("{{ name|markdown }}", ".md.j2") == []
    assert breaches("{{ name|hcl }}", ".md.j2") != []


# --- the environment, which holds what no reading of a template can ---


def rendered(text: str, **context: object) -> str:
    """`text` in the very environment that renders the pages."""
    return pages._environment().from_string(text).render(context)


@pytest.mark.parametrize("value", ["text", 1, None, True, ("a",), Label("label")])
def test_no_bare_value_reaches_a_page(value: object) -> None:
    with pytest.raises(TypeError, match="without a filter"):
        rendered("{{ value }}", value=value)


def test_a_constant_is_a_bare_value_too() -> None:
    with pytest.raises(TypeError, match="without a filter"):
        rendered("{{ 'text' }}")


def test_filtered_values_are_printed() -> None:
    assert rendered("{{ a|hcl }} {{ b|hcl }} {{ c|markdown }}", a="${x}", b=Label("main"), c="<b>") == (
        '"$${x}" main &#60;b&#62;'
    )


@pytest.mark.parametrize(
    "text",
    [
        "{% if nope %}{% endif %}",
        "{% for a in nope %}{% endfor %}",
        "{% for a in thing.nope %}{% endfor %}",
        "{{ nope|markdown }}",
        "{{ thing.nope|markdown }}",
    ],
)
def test_an_unknown_name_is_an_error(text: str) -> None:
    with pytest.raises(UndefinedError):
        rendered(text, thing=Label("thing"))


def test_an_unknown_name_is_no_hcl() -> None:
    with pytest.raises(TypeError, match="no form in HCL"):
        rendered("{{ nope|hcl }}")


def test_jinja_brings_no_filter_of_its_own() -> None:
    assert set(pages._environment().filters) == set().union(*FILTERS.values())
