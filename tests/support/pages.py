"""What pages of Terraform declare and what they refer to, for laws over any rendered stack."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache
from io import StringIO
from typing import Any, NamedTuple

import hcl2

Pages = Mapping[str, str]

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|#[^\n]*|[^"#]+')
_INTERPOLATION = re.compile(r"\$\{([^}]*)\}")
_REFERENCE = re.compile(r"(?<![\w.])([a-z_][\w-]*)\.([\w-]+)(?:\.([\w-]+))?")
_BOUND = re.compile(r"\bfor (?:(\w+), )?(\w+) in\b")


class Module(NamedTuple):
    """A folder of pages: what it declares, each address as often as it stands there, and its code."""

    declared: Counter[str]
    references: frozenset[str]
    calls: Mapping[str, Mapping[str, Any]]


def modules(pages: Pages) -> dict[str, Module]:
    """The modules of a stack by folder; the root is ""."""
    texts: dict[str, list[str]] = {}
    for path, text in pages.items():
        if path.endswith(".tf"):
            texts.setdefault(path.rpartition("/")[0], []).append(text)
    return {folder: _module(found) for folder, found in texts.items()}


def _module(texts: list[str]) -> Module:
    return Module(
        declared=Counter(address for text in texts for address in addresses(text)),
        references=frozenset(reference for text in texts for reference in references(text)),
        calls={name: body for text in texts for name, body in _blocks(text, "module")},
    )


@lru_cache(maxsize=4096)  # most pages of most stacks are the same
def parsed(text: str) -> Mapping[str, Any]:
    data: dict[str, Any] = hcl2.load(StringIO(text))
    return data


def addresses(text: str) -> Iterator[str]:
    """Every `type.name`, `var.name`, `output.name`, `local.name` and `module.name` of a page."""
    for kind, prefix in (("variable", "var"), ("output", "output"), ("module", "module")):
        yield from (f"{prefix}.{name}" for name, _ in _blocks(text, kind))
    for type_, bodies in _blocks(text, "resource"):
        yield from (f"{type_}.{_bare(name)}" for name in bodies)
    for body in parsed(text).get("locals", []):
        yield from (f"local.{name}" for name in body if not name.startswith("__"))


def _blocks(text: str, kind: str) -> Iterator[tuple[str, Any]]:
    for block in parsed(text).get(kind, []):
        yield from ((_bare(label), body) for label, body in block.items())


def _bare(label: str) -> str:
    return label.strip('"')


@lru_cache(maxsize=4096)
def references(text: str) -> frozenset[str]:
    """Everything a page refers to, as `addresses` writes it; an output of a module as `module.m.output`."""
    code = "".join(_code(text))
    bound = {"each", *(name for pair in _BOUND.findall(code) for name in pair)}
    found = set()
    for root, name, attribute in _REFERENCE.findall(code):
        if root == "module":
            found.add(f"module.{name}.{attribute}")
        elif root not in bound:
            found.add(f"{root}.{name}")
    return frozenset(found)


def _code(text: str) -> Iterator[str]:
    """A page without comments and without text, but with the expressions that stand in text."""
    for token in _TOKEN.findall(text):
        if token.startswith('"'):
            yield " ".join(_INTERPOLATION.findall(re.sub(r"([$%])\1\{", "", token)))
        elif not token.startswith("#"):
            yield token


def unresolved(pages: Pages) -> list[str]:
    """References without a declaration, and declarations without a reference."""
    found = modules(pages)
    root = found[""]
    return [
        *(problem for folder, module in found.items() for problem in _inside(folder, module)),
        *(problem for name, call in root.calls.items() for problem in _between(name, call, found, root)),
    ]


def _inside(folder: str, module: Module) -> Iterator[str]:
    own = {address for address in module.references if not address.startswith("module.")}
    yield from (f"{folder}: {address} is not declared" for address in sorted(own - set(module.declared)))
    wanted = {address for address in module.declared if address.startswith(("var.", "local."))}
    yield from (f"{folder}: {address} is not used" for address in sorted(wanted - own))


def _between(
    name: str, call: Mapping[str, Any], found: Mapping[str, Module], root: Module
) -> Iterator[str]:
    """A module call gives every variable of its module a value; every output of it is somebody's."""
    module = found[f"modules/{name}"]
    given = {f"var.{key}" for key in call if key != "source" and not key.startswith("__")}
    variables = {address for address in module.declared if address.startswith("var.")}
    yield from (f"module {name}: {address} is given or declared, not both" for address in given ^ variables)
    outputs = {f"module.{name}.{a.removeprefix('output.')}" for a in module.declared if a.startswith("output.")}
    used = {address for address in root.references if address.startswith(f"module.{name}.")}
    yield from (f"{address} is declared or used, not both" for address in outputs ^ used)
