"""What pages of Terraform declare and what they refer to, for laws over any rendered stack.

Reads text that is laid out as `terraform fmt` does: a block begins and ends at the first column.
`parsed_addresses` reads the same with python-hcl2, which takes a hundred times as long.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache
from io import StringIO
from typing import NamedTuple

import hcl2

Pages = Mapping[str, str]

_BLOCK = re.compile(r'^(\w+)((?: "[^"]*")*) \{\n(.*?)^\}$', re.MULTILINE | re.DOTALL)
_MOVED = re.compile(r"^moved \{\n.*?^\}$", re.MULTILINE | re.DOTALL)  # it tells of what is no more
_ARGUMENT = re.compile(r"^  (\w+) += (.*)$", re.MULTILINE)
# Expressions that stand in text may have text of their own, as in "${module.a.urls["b"]}:1".
_TOKEN = re.compile(r'"(?:[$%]{3,}|[$%]{2}\{|\$\{(?:[^{}"]|"[^"]*")*\}|[^"\\]|\\.)*"|#[^\n]*|[^"#]+')
_INTERPOLATION = re.compile(r'\$\{((?:[^{}"]|"[^"]*")*)\}')
_KEY_OR_LAST = re.compile(r'(?<=[\[ ])"[^"\\]*"(?=[\])])')  # text as a key, or as the last argument
_REFERENCE = re.compile(r"(?<![\w.])([a-z_][\w-]*)\.([\w-]+)(?:\.([\w-]+))?")
_BOUND = re.compile(r"\bfor (?:(\w+), )?(\w+) in\b")
_PREFIX = {"variable": "var"}


class Block(NamedTuple):
    kind: str
    labels: tuple[str, ...]
    arguments: Mapping[str, str]
    """Those that stand in one line, as they stand there."""

    @property
    def addresses(self) -> tuple[str, ...]:
        if self.kind == "locals":
            return tuple(f"local.{name}" for name in self.arguments)
        return (_address(self.kind, self.labels),) if self.labels else ()


def _address(kind: str, labels: tuple[str, ...]) -> str:
    return ".".join(labels) if kind == "resource" else f"{_PREFIX.get(kind, kind)}.{labels[0]}"


@lru_cache(maxsize=4096)  # most pages of most stacks are the same
def blocks(text: str) -> tuple[Block, ...]:
    """The blocks of a page; those without a label are `terraform` and `locals`."""
    return tuple(
        Block(kind, tuple(re.findall(r'"([^"]*)"', labels)), dict(_ARGUMENT.findall(body)))
        for kind, labels, body in _BLOCK.findall(text)
        if kind != "provider"
    )


def addresses(text: str) -> Counter[str]:
    """Every `type.name`, `var.name`, `output.name`, `local.name` and `module.name` of a page."""
    return Counter(address for block in blocks(text) for address in block.addresses)


def parsed_addresses(text: str) -> Counter[str]:
    """The same, as python-hcl2 sees it."""
    data = hcl2.load(StringIO(text))
    found = [f"local.{name}" for body in data.get("locals", []) for name in _names(body)]
    for kind in ("variable", "output", "module"):
        found += [_address(kind, (name,)) for block in data.get(kind, []) for name in _names(block)]
    for block in data.get("resource", []):
        found += [f"{_bare(type_)}.{name}" for type_, bodies in block.items() for name in _names(bodies)]
    return Counter(found)


def _names(body: Mapping[str, object]) -> list[str]:
    return [_bare(key) for key in body if not key.startswith("__")]  # comments, and a mark


def _bare(label: str) -> str:
    return label.strip('"')


@lru_cache(maxsize=4096)
def references(text: str) -> frozenset[str]:
    """Everything a page refers to, as `addresses` writes it; an output of a module as `module.m.output`."""
    code = "".join(_code(_MOVED.sub("", text)))
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
            inside = _INTERPOLATION.findall(re.sub(r"([$%])\1\{", "", token))
            yield " ".join(_KEY_OR_LAST.sub("", each) for each in inside)
        elif not token.startswith("#"):
            yield token


class Module(NamedTuple):
    """A folder of pages: what it declares, each address as often as it stands there, and what it uses."""

    declared: Counter[str]
    references: frozenset[str]
    calls: tuple[Block, ...]


def modules(pages: Pages) -> dict[str, Module]:
    """The modules of a stack by folder; the root is ""."""
    texts: dict[str, list[str]] = {}
    for path, text in pages.items():
        if path.endswith(".tf"):
            texts.setdefault(path.rpartition("/")[0], []).append(text)
    return {
        folder: Module(
            declared=sum((addresses(text) for text in found), Counter()),
            references=frozenset().union(*(references(text) for text in found)),
            calls=tuple(block for text in found for block in blocks(text) if block.kind == "module"),
        )
        for folder, found in texts.items()
    }


def unresolved(pages: Pages) -> list[str]:
    """References without a declaration, and declarations without a reference."""
    found = modules(pages)
    inside = (problem for folder, module in found.items() for problem in _inside(folder, module))
    between = (problem for call in found[""].calls for problem in _between(call, found))
    return [*inside, *between]


def _inside(folder: str, module: Module) -> Iterator[str]:
    own = {address for address in module.references if not address.startswith("module.")}
    yield from (f"{folder}: {address} is not declared" for address in sorted(own - set(module.declared)))
    wanted = {address for address in module.declared if address.startswith(("var.", "local."))}
    yield from (f"{folder}: {address} is not used" for address in sorted(wanted - own))


def _between(call: Block, found: Mapping[str, Module]) -> Iterator[str]:
    """A module call gives every variable of its module a value; every output of it is somebody's."""
    name = call.labels[0]
    declared = found[f"modules/{name}"].declared
    given = {f"var.{argument}" for argument in call.arguments if argument != "source"}
    variables = {address for address in declared if address.startswith("var.")}
    yield from (f"module {name}: {address} is only given, or only declared" for address in given ^ variables)
    outputs = {f"module.{name}.{a.removeprefix('output.')}" for a in declared if a.startswith("output.")}
    used = {address for address in found[""].references if address.startswith(f"module.{name}.")}
    yield from (f"{address} is only declared, or only used" for address in outputs ^ used)
