"""A stack as its Terraform tells it: every resource by address, with what each argument comes to."""

import posixpath
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property

from tfgen.changes.syntax import Block, Body, HclError, Node, read, words
from tfgen.changes.values import Lookup, Names, Reference, Scope, Term, Value, comparable
from tfgen.problems import Exit, Location, Problem, TfgenError

Pages = Mapping[str, str]
"""Path within the stack's folder, with forward slashes -> text."""

# What a resource block says to Terraform and not to AWS.
_META = {"for_each", "count", "depends_on", "provider", "lifecycle", "provisioner", "connection"}
_LABELS = {"resource": 2, "variable": 1, "output": 1, "module": 1}
_DEPTH = 20  # of modules in modules; Terraform refuses one that calls itself


class Resource:
    """One instance of a resource block."""

    def __init__(self, module: "Module", block: Block, key: str | int | None, each: Names) -> None:
        self.type, self.name = block.labels
        self.block_address = f"{module.prefix}{self.type}.{self.name}"
        index = "" if key is None else f"[{key}]" if isinstance(key, int) else f'["{key}"]'
        self.address = self.block_address + index
        self.body = block.body
        self._module = module
        self._each = each
        self._known: dict[str, Value] = {}

    def argument(self, name: str) -> Value:
        """What an argument comes to, or the attribute that AWS gives where there is none of that name."""
        if name not in self._known:
            self._known[name] = Reference(self.address, (name,))  # also for what refers to itself
            if name in self.body.arguments:
                self._known[name] = self._module.value(self.body.arguments[name], self._each)
        return self._known[name]

    @cached_property
    def arguments(self) -> dict[str, Value]:
        """Every argument and, by their type, the blocks; comparable. An argument that is null is none."""
        found = self._values(self.body).items()
        return {name: comparable(value) for name, value in found if value is not None and name not in _META}

    def _values(self, body: Body) -> dict[str, Value]:
        found: dict[str, Value] = {
            name: self._module.value(node, self._each) for name, node in body.arguments.items()
        }
        for block in body.blocks:
            found[block.type] = (*found.get(block.type, ()), self._values(block.body))
        return found

    @cached_property
    def lifecycle(self) -> dict[str, Node]:
        return {
            name: node
            for block in self.body.blocks
            if block.type == "lifecycle"
            for name, node in block.body.arguments.items()
        }


class Module:
    """The root, or a folder that it calls."""

    def __init__(self, pages: "_Folders", folder: str, prefix: str, inputs: Callable[[str], Value]) -> None:
        self.prefix = prefix
        self._inputs = inputs
        blocks = [block for body in pages.get(folder, ()) for block in body.blocks]
        self.blocks = {kind: _by_labels(blocks, kind) for kind in _LABELS}
        self.locals = {
            name: node
            for block in blocks
            if block.type == "locals"
            for name, node in block.body.arguments.items()
        }
        self.moved = [block.body.arguments for block in blocks if block.type == "moved"]
        self.providers = [block for block in blocks if block.type == "provider"]
        self.backends = [
            inner for block in blocks if block.type == "terraform" for inner in block.body.blocks
        ]
        self.children = dict(self._children(pages, folder))
        self._memory: dict[tuple[str, str], Value] = {}
        self._instances: dict[tuple[str, str], dict[str | int | None, Resource]] = {}

    def _children(self, pages: "_Folders", folder: str) -> Iterator[tuple[str, "Module"]]:
        for (name,), block in self.blocks["module"].items():
            source = self._source(block)
            if source.startswith(".") and self.prefix.count("module.") < _DEPTH:
                place = posixpath.normpath(posixpath.join(folder, source))
                yield name, Module(pages, place, f"{self.prefix}module.{name}.", self._inputs_of(block))

    def _source(self, block: Block) -> str:
        source = block.body.arguments.get("source")
        return str(self.value(source)) if source else ""

    def _inputs_of(self, block: Block) -> Callable[[str], Value]:
        def find(name: str) -> Value:
            node = block.body.arguments.get(name)
            return _NOTHING if node is None else self.value(node)

        return find

    def value(self, node: Node, local: Names | None = None) -> Value:
        return Scope(self.names, local or {}).value(node)

    def names(self, name: str) -> Value:
        """What a word at the head of a reference stands for."""
        kinds = {"var": self.variable, "local": self.local, "module": self.outputs}
        if name in kinds:
            find = kinds[name]
            return Lookup(lambda key: self._remembered(name, key, find))
        if name in ("data", "path", "terraform", "self", "count"):
            return Reference(f"{self.prefix}{name}")
        return Lookup(lambda label: self.resource(name, label))

    def _remembered(self, kind: str, name: str, find: Callable[[str], Value]) -> Value:
        key = (kind, name)
        if key not in self._memory:
            self._memory[key] = Reference(f"{self.prefix}{kind}.{name}")  # for what refers to itself
            self._memory[key] = find(name)
        return self._memory[key]

    def variable(self, name: str) -> Value:
        given = self._inputs(name)
        if given is not _NOTHING:
            return given
        block = self.blocks["variable"].get((name,))
        default = block and block.body.arguments.get("default")
        return self.value(default) if default else Reference(f"{self.prefix}var.{name}")

    def local(self, name: str) -> Value:
        node = self.locals.get(name)
        return self.value(node) if node else Reference(f"{self.prefix}local.{name}")

    def outputs(self, name: str) -> Value:
        child = self.children.get(name)
        return Lookup(child.output) if child else Reference(f"{self.prefix}module.{name}")

    def output(self, name: str) -> Value:
        return self._remembered("output", name, self._output)

    def _output(self, name: str) -> Value:
        block = self.blocks["output"].get((name,))
        node = block and block.body.arguments.get("value")
        return self.value(node) if node else Reference(f"{self.prefix}output.{name}")

    def resource(self, kind: str, name: str) -> Value:
        """A resource as an expression sees it: its instances by key, or itself."""
        if (kind, name) not in self.blocks["resource"]:
            return Reference(f"{self.prefix}{kind}.{name}")
        seen = {
            key: Lookup(resource.argument, Reference(resource.address))
            for key, resource in self.instances(kind, name).items()
        }
        return seen.get(None, seen)

    def instances(self, kind: str, name: str) -> dict[str | int | None, Resource]:
        place = (kind, name)
        if place not in self._instances:
            self._instances[place] = {}  # for what refers to itself
            block = self.blocks["resource"][place]
            self._instances[place] = {
                key: Resource(self, block, key, each) for key, each in self._keys(block)
            }
        return self._instances[place]

    def _keys(self, block: Block) -> Iterator[tuple[str | int | None, Names]]:
        """The key of each instance with what `each` or `count` is in it."""
        arguments = block.body.arguments
        many = self.value(arguments["for_each"]) if "for_each" in arguments else None
        count = self.value(arguments["count"]) if "count" in arguments else None
        if isinstance(many, tuple):
            many = {str(item): item for item in many}
        if isinstance(many, dict):
            for key, value in many.items():
                yield key, {"each": {"key": key, "value": value}}
        elif isinstance(count, int):
            for index in range(count):
                yield index, {"count": {"index": index}}
        else:
            yield None, {}

    def walk(self) -> Iterator["Module"]:
        """This module and every one below it."""
        yield self
        for child in self.children.values():
            yield from child.walk()


class Stack:
    """A whole stack. Raises TfgenError with a problem for each page that is not Terraform's language."""

    def __init__(self, pages: Pages) -> None:
        problems: list[Problem] = []
        folders, given = _folders(pages, problems), _given(pages, problems)
        if problems:
            raise TfgenError(problems, code=Exit.SPEC_HAS_ERRORS)
        self.root = Module(folders, ".", "", lambda name: given.get(name, _NOTHING))
        modules = list(self.root.walk())
        self.resources = {
            resource.address: resource
            for module in modules
            for kind, name in module.blocks["resource"]
            for resource in module.instances(kind, name).values()
        }
        self.moved = {
            module.prefix + _address(words(pair["from"])): module.prefix + _address(words(pair["to"]))
            for module in modules
            for pair in module.moved
            if {"from", "to"} <= pair.keys()
        }

    @cached_property
    def provider(self) -> dict[str, Value]:
        """The arguments of the provider's block; without one, as in a module, none."""
        for block in self.root.providers:
            return {name: comparable(self.root.value(node)) for name, node in block.body.arguments.items()}
        return {}

    @cached_property
    def default_tags(self) -> Value:
        """The tags that the provider gives to whatever takes tags."""
        for block in self.root.providers:
            for inner in block.body.blocks:
                if inner.type == "default_tags" and "tags" in inner.body.arguments:
                    return comparable(self.root.value(inner.body.arguments["tags"]))
        return {}

    @cached_property
    def state(self) -> Value:
        """Where the stack keeps its state."""
        return tuple(
            (
                block.type,
                *block.labels,
                {name: self.root.value(node) for name, node in block.body.arguments.items()},
            )
            for block in self.root.backends
            if block.type in ("backend", "cloud")
        )


_NOTHING = Term("nothing", ())
_Folders = Mapping[str, tuple[Body, ...]]


def _folders(pages: Pages, problems: list[Problem]) -> _Folders:
    """The bodies of each folder's pages."""
    bodies: dict[str, list[Body]] = {}
    for path, text in pages.items():
        if path.endswith(".tf") and not path.endswith("override.tf"):
            body = _read(path, text, problems)
            bodies.setdefault(posixpath.dirname(path) or ".", []).extend(body)
    return {folder: tuple(found) for folder, found in bodies.items()}


def _read(path: str, text: str, problems: list[Problem]) -> list[Body]:
    try:
        return [read(text)]
    except HclError as problem:
        at = Location(path, problem.line, problem.column)
        hint = "if somebody edited it, see what Terraform says"
        problems.append(Problem("TG402", at, f"this is not Terraform's language: expected {problem}", hint))
        return []


def _given(pages: Pages, problems: list[Problem]) -> dict[str, Value]:
    """The values of variables that Terraform finds beside a stack, a later file's before an earlier's."""
    files = sorted(
        (path for path in pages if path == "terraform.tfvars" or path.endswith(".auto.tfvars")),
        key=lambda path: (path != "terraform.tfvars", path),
    )
    bodies = [body for path in files for body in _read(path, pages[path], problems)]
    return {
        name: Scope(Reference, {}).value(node) for body in bodies for name, node in body.arguments.items()
    }


def _by_labels(blocks: list[Block], kind: str) -> dict[tuple[str, ...], Block]:
    return {b.labels: b for b in blocks if b.type == kind and len(b.labels) == _LABELS[kind]}


def _address(parts: tuple[str, ...]) -> str:
    """`module.a.aws_x.b["c"]` from its words."""
    modules = 0
    while parts[modules : modules + 1] == ("module",):
        modules += 2
    head, index = parts[: modules + 2], parts[modules + 2 :]
    return ".".join(head) + "".join(f'["{key}"]' for key in index)
