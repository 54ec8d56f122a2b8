"""The law of overrides: what a patch says stands in the page, and nothing else has changed.

Patches that the provider takes are drawn from the table of its schema, over every golden stack. What a page
says is read by tfgen.hcl.reader, which knows nothing of how patches are put in.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from hypothesis import given
from hypothesis import strategies as st
from strategies import TEXTS, laws

import tfgen
from tfgen.facts import provider
from tfgen.facts.provider import Attribute, Schema
from tfgen.hcl import traversal
from tfgen.hcl.layout import lay_out
from tfgen.hcl.reader import read_expression, read_page
from tfgen.hcl.syntax import Attribute as Step
from tfgen.hcl.syntax import (
    Body,
    Call,
    Index,
    List,
    Literal,
    Name,
    Node,
    Object,
    Operation,
)
from tfgen.render.markdown import markdown as written
from tfgen.render.overrides import resource_addresses
from tfgen.spec.source import dump_yaml, parse_yaml

ROOT = Path(__file__).parent.parent
SPECS = sorted((ROOT / "examples").glob("*.yaml"))

Tree = dict[Any, Any]


class Blocks(NamedTuple):
    """The blocks of one name."""

    bodies: list[Tree]


class Json(NamedTuple):
    """What becomes JSON."""

    value: Any


# --- what a page says


@cache
def plain(spec: Path) -> dict[str, str]:
    return tfgen.render_text(without_overrides(spec), spec.name)[0]


def without_overrides(spec: Path) -> str:
    """The text of a spec, whose own overrides are its last key."""
    return spec.read_text().partition("\noverrides:\n")[0]


def resource(page: str, address: str) -> Tree:
    kind, name = address.split(".")[-2:]
    (found,) = (block for block in read_page(page).blocks if block.labels == (kind, name))
    return tree(found.body)


def tree(body: Body) -> Tree:
    found: Tree = {name: value_of(node) for name, node in body.arguments.items()}
    for block in body.blocks:
        found.setdefault(block.type, Blocks([])).bodies.append(tree(block.body))
    return found


def value_of(node: Node) -> Any:
    """A literal as data; any other expression as it is, wherever it stands."""
    if isinstance(node, Literal):
        return as_data(node.value)
    if isinstance(node, List):
        return [value_of(item) for item in node.items]
    if isinstance(node, Object):
        return {getattr(key, "value", key): value_of(item) for key, item in node.items}
    if isinstance(node, Call) and node.function == "jsonencode":
        return Json(value_of(node.arguments[0]))
    if isinstance(node, Operation) and node.name == "-" and isinstance(node.operands[0], Literal):
        return as_data(-node.operands[0].value)
    return re.sub(r"\bline=\d+", "", repr(node))


def as_data(value: Any) -> Any:
    """A value of a spec, with what tells true from 1."""
    if isinstance(value, dict):
        return {key: as_data(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [as_data(item) for item in value]
    return type(value).__name__, value


# --- what a patch means (RFC 7396, and what docs/overrides.md says of blocks)


def patched(body: Tree, patch: Mapping[str, Any], schema: Schema) -> Tree:
    found = dict(body)
    for name, value in patch.items():
        attribute, there = schema[name], found.get(name)
        if value is None or (value == [] and attribute.shape == "block"):
            found.pop(name, None)
        elif attribute.is_block and value != []:
            merges = isinstance(value, dict) and isinstance(there, Blocks)
            bodies = value if isinstance(value, list) else [value]
            olds = there.bodies if merges and there else [{}] * len(bodies)
            pairs = zip(olds, bodies, strict=True)
            found[name] = Blocks([patched(old, new, attribute.inside) for old, new in pairs])
        else:
            found[name] = merged(there, value)
    return found


def merged(there: Any, value: Any) -> Any:
    if isinstance(there, Json) and isinstance(value, dict | list):
        inner = there.value
        one = isinstance(value, dict) and isinstance(inner, list) and len(inner) == 1
        return Json([merged(inner[0], value)] if one else merged(inner, value))
    if not isinstance(value, dict) or not isinstance(there, dict):
        return as_data(value)
    found = there | {key: merged(there.get(key), item) for key, item in value.items() if item is not None}
    return {key: item for key, item in found.items() if value.get(key, 0) is not None}


# --- patches that the provider takes

SCALARS = TEXTS | st.booleans() | st.integers(-(10**12), 10**12)
FREE = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXTS, st.none() | inner, max_size=2),
    max_leaves=4,
)
FLAGS = {name: Attribute("flag") for name in ("create_before_destroy", "prevent_destroy")}


def schema_of(address: str) -> Schema:
    known = provider.resource_schema(address.split(".")[-2])
    assert known
    return {**known, "lifecycle": Attribute("block", most=1, inside=FLAGS)}


def patches(
    there: Tree, schema: Schema, least: int, most: int, needed: tuple[str, ...] = ()
) -> st.SearchStrategy[Tree]:
    """A patch of so many of the names that may be said, and of those that are needed."""
    names = sorted(name for name, attribute in schema.items() if attribute.shape != "computed")
    known = sorted(there.keys() & set(names)) or names  # what is there as often as what is new
    drawn = st.sampled_from(names) | st.sampled_from(known)
    return st.lists(drawn, min_size=least, max_size=most, unique=True).flatmap(
        lambda chosen: st.fixed_dictionaries(
            {name: values(there.get(name), schema[name]) for name in sorted({*chosen, *needed})}
        )
    )


def values(there: Any, attribute: Attribute) -> st.SearchStrategy[Any]:
    taken = st.none() if there is not None and not attribute.required else st.nothing()
    if attribute.is_block:
        none = st.just([]) if attribute.shape == "block" and not attribute.required else st.nothing()
        return taken | none | blocks(there, attribute)
    if isinstance(there, Json):
        (inner,) = there.value if isinstance(there.value, list) else (there.value,)
        return keys(inner) | st.lists(keys({}), max_size=2) | TEXTS
    texts = st.lists(SCALARS, max_size=3)
    shapes = {
        "string": SCALARS,
        "integer": st.integers(-(10**12), 10**12) | st.sampled_from(["120", "-1.0", "1e3"]),
        "number": st.integers(-(10**12), 10**12) | st.sampled_from(["120", "-1.5", "1e3"]) | st.just(0.5),
        "flag": st.booleans(),
        "bool": st.booleans() | st.sampled_from(["true", "false", "1", "0"]),
        "list": texts,
        "set": texts,
        "map": keys(there, SCALARS),
    }
    return taken | shapes[attribute.shape]


def blocks(there: Blocks | None, attribute: Attribute) -> st.SearchStrategy[Any]:
    needed = tuple(name for name, inner in attribute.inside.items() if inner.required)
    new = st.deferred(lambda: patches({}, attribute.inside, 0, 2, needed))
    several = st.lists(new, min_size=1, max_size=attribute.most or 3)
    if there is None:
        return new | several
    if len(there.bodies) > 1:
        return several
    return several | patches(there.bodies[0], attribute.inside, 0, 3)


def keys(there: Any, items: st.SearchStrategy[Any] = FREE) -> st.SearchStrategy[Tree]:
    """New keys of a map or an object, and keys that are there, with what stands at them."""
    known = there if isinstance(there, dict) else {}
    old = {
        key: st.none() | items | (keys(value) if items is FREE else st.nothing())
        for key, value in known.items()
        if isinstance(key, str)
    }
    return st.builds(
        lambda new, kept: new | kept,
        st.dictionaries(TEXTS, st.none() | items, max_size=2),
        st.fixed_dictionaries({}, optional=old),
    )


@st.composite
def cases(draw: st.DrawFn) -> tuple[Path, dict[str, Tree]]:
    """A golden stack, and patches of one to three of its resources, each of another type."""
    spec = draw(st.sampled_from(SPECS))
    pages = plain(spec)
    where = resource_addresses(pages)
    by_type = {address.split(".")[-2]: [] for address in where}
    for address in sorted(where):
        by_type[address.split(".")[-2]].append(address)
    types = draw(st.lists(st.sampled_from(sorted(by_type)), min_size=1, max_size=3, unique=True))
    chosen = [draw(st.sampled_from(by_type[each])) for each in types]
    return spec, {
        address: draw(patches(resource(pages[where[address]], address), schema_of(address), 2, 6))
        for address in chosen
    }


@laws(150)
@given(cases())
def test_a_patch_is_written_as_specified_and_nothing_else_changes(case: tuple[Path, dict[str, Tree]]) -> None:
    spec, said = case[0], dump_yaml({"overrides": case[1]})
    overrides = parse_yaml(said, "").data["overrides"]  # Unicode is brought into one form
    before, where = plain(spec), resource_addresses(plain(spec))
    after, problems = tfgen.render_text(f"{without_overrides(spec)}\n{said}", spec.name)
    assert [problem for problem in problems if problem.severity == "error"] == []  # python-hcl2 reads it
    assert after.keys() == before.keys()
    readme = after.pop("README.md")
    assert [address for address in overrides if f"\n| {written(address)} | " not in readme] == []
    for path, text in after.items():
        ours = {address: patch for address, patch in overrides.items() if where[address] == path}
        assert others(text, ours) == others(before[path], ours)
        if ours:
            assert lay_out(text) == text
        for address, patch in ours.items():
            expected = patched(resource(before[path], address), patch, schema_of(address))
            assert resource(text, address) == expected
            assert set(comments(before[path], address)) <= set(comments(text, address))


def others(page: str, ours: Mapping[str, Any]) -> list[str]:
    """The text of a page but for some resources."""
    heads = tuple('resource "{}" "{}"'.format(*address.split(".")[-2:]) for address in ours)
    pieces = re.split(r"(?<=\n}\n)|(?=^resource )", page, flags=re.MULTILINE)
    return [piece for piece in pieces if not heads or not piece.startswith(heads)]


def comments(page: str, address: str) -> list[str]:
    """What stands above arguments and blocks of a resource."""
    head = 'resource "{}" "{}"'.format(*address.split(".")[-2:])
    body = page.partition(f"\n{head}")[2].partition("\n}\n")[0]
    return re.findall(r"^  #.*$", body, re.MULTILINE)


# --- what ignore_changes takes

_WAYS = st.lists(
    st.sampled_from(
        ["tags", "a-b", ".", ".Team", "[", "]", "[0]", "[10]", "[01]", "[-1]", '["', '"]', '["a"]', '"', "0",
         "*", "${", "}", "%{", "\\", "\\n", "\n", "#", "//", "/*", "<<A", "for", "null", "(", ")",
         ",", " ", "all", "é"]
    ) | TEXTS,
    max_size=6,
).map("".join) | st.builds("tags[\"{}\"]".format, TEXTS)  # fmt: skip


def steps_of(node: Node) -> list[tuple[str, Any]]:
    """A traversal as Terraform's grammar has it; of anything else there is no such thing."""
    if isinstance(node, Name):
        return [("name", node.name)]
    if isinstance(node, Step):
        return [*steps_of(node.of), ("name", node.name)]
    assert isinstance(node, Index)
    assert isinstance(node.key, Literal)
    kind = {int: "index", str: "key"}[type(node.key.value)]
    return [*steps_of(node.of), (kind, str(node.key.value))]


@laws(1500)
@given(_WAYS)
def test_text_in_ignore_changes_is_refused_or_names_what_it_says(text: str) -> None:
    steps = traversal.read_traversal(text)
    if steps is None:
        return
    assert steps_of(read_expression(traversal.print_traversal(steps))) == list(steps)
    plain_form = {"name": ".{}", "index": "[{}]", "key": '["{}"]'}
    assert "".join(plain_form[kind].format(said) for kind, said in steps) == f".{text}"


def test_ignore_changes_is_read_in_full() -> None:
    """Among the texts of the law above are such as these, of both kinds."""
    read = {text: traversal.read_traversal(text) is not None for text in (
        "tags", 'tags["a"]', "tags.a-b", "a[0].b", 'tags["${x} %{"]', 'tags[""]',
        "", "null", "true.a", "false", "for", "0", "[0]",
        '["tags"]', ".tags", "tags.", "tags[x]", "tags[01]", 'tags["a', 'tags["\\u0022"]',
        'tags["a\nb"]', "tags\n", "tags ", "a[*]", "a.*", "a b", "${tags}", "tags[-1]", "é", "a.é",
    )}  # fmt: skip
    assert [text for text, known in read.items() if known] == list(read)[:6]
