"""A stack read from its Terraform: every resource by address, with the value of each argument."""

import posixpath
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from copy import copy
from functools import cached_property
from types import MappingProxyType

from tfgen import facts
from tfgen.changes.change import UncountedBlock, VariableValue
from tfgen.changes.folders import Folder, Folders, Page, Pages, is_provider, read_folders, variable_values
from tfgen.changes.graph import Graph, reachable_from, reference_graph
from tfgen.changes.sets import sorted_sets
from tfgen.hcl.evaluator import Names, Scope
from tfgen.hcl.syntax import Attribute, Block, Body, Index, List, Literal, Name, Node
from tfgen.hcl.text import without_keys
from tfgen.hcl.traversal import words_of_reference
from tfgen.hcl.values import Lookup, Reference, Term, Value, bounded_value, comparable_value, each_of
from tfgen.problems import Exit, TfgenError

# Arguments of a resource block that are for Terraform and not for AWS.
_META = {"for_each", "count", "depends_on", "provider", "lifecycle", "provisioner", "connection"}
_LABELS = {"resource": 2, "data": 2, "variable": 1, "output": 1, "module": 1}
_NO_NAMES: Names = MappingProxyType({})
_DEPTH = 20  # of modules in modules; Terraform rejects one that calls itself
_INSTANCES = 10_000  # of a block, and of modules in a stack
_RESOURCES = 200_000
Key = str | int | None
"""The key of an instance; None where there is only one."""


class Resource:
    """One instance of a resource block."""

    __slots__ = ("_arguments", "_each", "_known", "_module", "address", "body", "name", "type")

    def __init__(self, module: "Module", block: Block, key: Key, each: Names) -> None:
        self.type, self.name = block.labels
        self.address = f"{module.prefix}{self.type}.{self.name}{_index(key)}"
        self.body = block.body
        self._module = module
        self._each = each
        self._known: dict[str, Value] | None = None
        self._arguments: dict[str, Value] | None = None

    def argument(self, name: str) -> Value:
        """The value of an argument, or a reference to the attribute of that name."""
        if name not in self.body.arguments:
            return Reference(self.address, (name,))
        known = self._known = self._known or {}
        if name not in known:
            known[name] = Reference(self.address, (name,))  # for what refers to itself
            known[name] = self._module.value(self.body.arguments[name], self._each)
        return known[name]

    @property
    def arguments(self) -> dict[str, Value]:
        """Every argument and, by their type, the blocks; comparable, and without arguments that are null."""
        if self._arguments is None:
            found = _values(self.body, self._module.scope(self._each), _META)
            self._arguments = sorted_sets(self.type, comparable_value(found))
        return self._arguments

    def share_equal(self, others: Mapping[str, Value]) -> None:
        """Keeps one value in memory for each argument that is equal to that of the same name in `others`."""
        arguments = self.arguments
        for name in arguments.keys() & others.keys():
            if arguments[name] == others[name]:
                arguments[name] = others[name]

    @property
    def is_regional(self) -> bool:
        """Whether it is in the provider's Region; one with a provider of its own may be in any."""
        return facts.is_regional(self.type) and "provider" not in self.body.arguments

    @property
    def lifecycle(self) -> dict[str, Node]:
        return lifecycle_of(self.body)

    @property
    def triggers(self) -> tuple[str, ...]:
        """What `replace_triggered_by` names: blocks, instances, or attributes of them."""
        node = self.lifecycle.get("replace_triggered_by")
        items = node.items if isinstance(node, List) else ()
        return tuple(self._module.prefix + self._module.address(item, self._each) for item in items)

    def ignored(self, every: Collection[str]) -> set[tuple[str, ...]]:
        """What `ignore_changes` names: arguments, and paths into them, such as ("tags", "Team").

        `every` has all arguments, for `all`.
        """
        node = self.lifecycle.get("ignore_changes")
        if node is not None and words_of_reference(node) == ("all",):
            return {(name,) for name in (*every, "tags", "tags_all")}
        return (
            {words_of_reference(item) for item in node.items if words_of_reference(item)}
            if isinstance(node, List)
            else set()
        )

    def keeps(self, argument: str) -> bool:
        """Whether `ignore_changes` names an argument as a whole."""
        return (argument,) in self.ignored({argument})

    def only(self, names: Collection[str]) -> Mapping[str, Value]:
        """The arguments and blocks of these names, which takes less time than all of them; all of them where
        they are known already."""
        if self._arguments is not None:
            return self._arguments
        part = copy(self)
        part.body = Body(
            {name: node for name, node in self.body.arguments.items() if name in names},
            tuple(block for block in self.body.blocks if block.type in names),
        )
        return part.arguments


def _values(body: Body, scope: Scope, but: Collection[str] = ()) -> dict[str, Value]:
    """The value of each argument and, by their type, of the blocks."""
    found: dict[str, Value] = {
        name: scope.value(node) for name, node in body.arguments.items() if name not in but
    }
    for block in body.blocks:
        if block.type not in but:
            found[block.type] = (*found.get(block.type, ()), _values(block.body, scope))
    return found


def lifecycle_of(body: Body) -> dict[str, Node]:
    blocks = (block for block in body.blocks if block.type == "lifecycle")
    return {name: node for block in blocks for name, node in block.body.arguments.items()}


class Module:
    """The root, or one call of a folder."""

    def __init__(self, folders: Folders, folder: str, prefix: str, inputs: Callable[[str], Value]) -> None:
        self.folder = folder
        self.prefix = prefix
        self._folders = folders
        self._inputs = inputs
        here = folders.get(folder, Folder())
        blocks = here.blocks
        checks = [inner for block in blocks if block.type == "check" for inner in block.body.blocks]
        self.blocks = {kind: _by_labels([*blocks, *checks], kind) for kind in _LABELS}
        self.locals = {
            name: node
            for block in blocks
            if block.type == "locals"
            for name, node in block.body.arguments.items()
        }
        self.statements = [
            (f"{page.path}:{block.line}", block)
            for page in here.pages
            for block in page.body.blocks
            if block.type in ("moved", "removed", "import")
        ]
        self.providers = [block for block in blocks if is_provider(block)]
        self.backends = [
            inner for block in blocks if block.type == "terraform" for inner in block.body.blocks
        ]
        self._heads: dict[str, Value] = {}
        self._memory: dict[tuple[str, str], Value] = {}
        self._calls: dict[str, dict[Key, Module]] = {}
        self._instances: dict[tuple[str, str], tuple[tuple[Key, Resource], ...]] = {}

    def calls(self, name: str) -> "dict[Key, Module]":
        """The modules that a module block calls, by key; none where it is not within the stack's folder."""
        if name not in self._calls:
            self._calls[name] = {}  # for what refers to itself
            block = self.blocks["module"].get((name,))
            place = self.called_folder(block) if block else None
            if block and place and self.prefix.count("module.") < _DEPTH:
                self._calls[name] = {
                    key: Module(
                        self._folders,
                        place,
                        f"{self.prefix}module.{name}{_index(key)}.",
                        self._inputs_of(block, each),
                    )
                    for key, each in self.keys(block)
                }
        return self._calls[name]

    def called_folder(self, call: Block) -> str | None:
        """The folder that a module block calls; None where that is outside the stack's."""
        source = call.body.arguments.get("source")
        written = str(self.value(source)) if source else ""
        place = posixpath.normpath(posixpath.join(self.folder, written))
        return place if written.startswith(".") and not place.startswith("..") else None

    def _inputs_of(self, block: Block, each: Names) -> Callable[[str], Value]:
        def find(name: str) -> Value:
            node = block.body.arguments.get(name)
            return _NOTHING if node is None else self.value(node, each)

        return find

    def scope(self, local: Names = _NO_NAMES) -> Scope:
        return Scope(self.names, local)

    def value(self, node: Node, local: Names = _NO_NAMES) -> Value:
        return self.scope(local).value(node)

    def names(self, name: str) -> Value:
        """The value of the first name of a reference."""
        if name not in self._heads:
            self._heads[name] = self._head(name)
        return self._heads[name]

    def _head(self, name: str) -> Value:
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
            self._memory[key] = bounded_value(find(name))
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
        calls = self.calls(name).items()
        seen = {key: Lookup(each.output, Reference(each.prefix[:-1])) for key, each in calls}
        return _by_key(seen) if seen else Reference(f"{self.prefix}module.{name}")

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
            for key, resource in self.instances(kind, name)
        }
        return _by_key(seen)

    def instances(self, kind: str, name: str) -> tuple[tuple[Key, Resource], ...]:
        place = (kind, name)
        if place not in self._instances:
            self._instances[place] = ()  # for what refers to itself
            block = self.blocks["resource"][place]
            self._instances[place] = tuple(
                [(key, Resource(self, block, key, each)) for key, each in self.keys(block)]
            )
        return self._instances[place]

    def keys(self, block: Block) -> Iterator[tuple[Key, Names]]:
        """The key of each instance with what `each` or `count` is in it."""
        many, count = self.repetition(block)
        if isinstance(many, tuple):
            many = {str(item): item for item in many}
        if isinstance(many, dict):
            for key, value in each_of(many.items(), _INSTANCES):
                yield key, {"each": {"key": key, "value": value}}
        elif isinstance(count, int):
            for index in each_of(range(count), _INSTANCES):
                yield index, {"count": {"index": index}}
        else:
            yield None, _NO_NAMES

    def repetition(self, block: Block) -> tuple[Value, Value]:
        """The values of a block's `for_each` and `count`; None where it has none."""
        many, count = (block.body.arguments.get(name) for name in ("for_each", "count"))
        return many and self.value(many), count and self.value(count)

    def address(self, node: Node, each: Names = _NO_NAMES) -> str:
        """`module.a.aws_x.b["c"]` as it is written, with its keys evaluated."""
        match node:
            case Attribute(of=of, name=name):
                return f"{self.address(of, each)}.{name}"
            case Index(of=of, key=key):
                return self.address(of, each) + _index(self.value(key, each))
        return node.name if isinstance(node, Name) else ""

    def walk(self) -> Iterator["Module"]:
        """This module and every one below it."""
        yield self
        for (name,) in self.blocks["module"]:
            for child in self.calls(name).values():
                yield from child.walk()


class Stack:
    """A whole stack. Raises TfgenError with a problem for each file that is not valid Terraform.

    `like` is another stack that may have many files in common with it.
    """

    def __init__(self, pages: Pages, like: "Stack | None" = None) -> None:
        found, of_pages = read_folders(pages, like.folders if like else {})
        given, of_values = variable_values(pages)
        if of_pages or of_values:
            raise TfgenError([*of_pages, *of_values], code=Exit.SPEC_HAS_ERRORS)
        self.folders: Folders = found
        self.given = given
        self.root = Module(self.folders, ".", "", lambda name: _value_of(self.given.get(name), name))
        self.modules = tuple(each_of(self.root.walk(), _INSTANCES))
        instances = (
            resource
            for module in self.modules
            for kind, name in module.blocks["resource"]
            for _, resource in module.instances(kind, name)
        )
        self.resources = {resource.address: resource for resource in each_of(instances, _RESOURCES)}

    @property
    def outputs(self) -> set[str]:
        return {name for (name,) in self.root.blocks["output"]}

    @property
    def variables(self) -> set[str]:
        return {name for (name,) in self.root.blocks["variable"]}

    @cached_property
    def pinned(self) -> dict[str, VariableValue]:
        """The variables that tfvars files set."""
        return {
            name: VariableValue(page.path, self.root.variable(name))
            for name, page in self.given.items()
            if name in self.variables
        }

    @cached_property
    def repeated(self) -> tuple[UncountedBlock, ...]:
        """The blocks whose instances only Terraform can count."""
        return tuple(
            UncountedBlock(address, place, comparable_value((many, count)))
            for module in self.modules
            for address, place, block in _repeating(module, self.folders)
            for many, count in (module.repetition(block),)
            if not (isinstance(many, tuple | dict | None) and isinstance(count, int | None))
        )

    @cached_property
    def graph(self) -> Graph:
        """The references within the stack."""
        return reference_graph(self.modules)

    def is_new_first(self, address: str) -> bool:
        """Whether a new instance is created before the old one is destroyed: by its own lifecycle, or by
        that of a resource that depends on it."""
        return without_keys(address) in self._new_first

    @cached_property
    def _new_first(self) -> frozenset[str]:
        asking = [
            without_keys(f"{module.prefix}{kind}.{name}")
            for module in self.modules
            for (kind, name), block in module.blocks["resource"].items()
            if lifecycle_of(block.body).get("create_before_destroy") == Literal(True)
        ]
        return frozenset(reachable_from(asking, self.graph.needs))

    @cached_property
    def moved(self) -> dict[str, str]:
        """The old address in each `moved` block -> the new one."""
        return {start: end for _, _, (start, end) in self.statements("moved", "from", "to")}

    @cached_property
    def removed(self) -> dict[str, bool]:
        """What `removed` blocks name -> whether it is destroyed, and not only forgotten."""
        return {
            address: lifecycle_of(block.body).get("destroy") != Literal(False)
            for _, block, (address,) in self.statements("removed", "from")
        }

    @cached_property
    def imported(self) -> frozenset[str]:
        """What `import` blocks bring into the state."""
        return frozenset(address for _, _, (address,) in self.statements("import", "to"))

    def statements(self, kind: str, *names: str) -> Iterator[tuple[str, Block, tuple[str, ...]]]:
        """The places of blocks of a kind, the blocks, once for each key, and the addresses that they name."""
        for module in self.modules:
            for place, block in module.statements:
                nodes = [block.body.arguments[name] for name in names if name in block.body.arguments]
                if block.type == kind and len(nodes) == len(names):
                    for _, each in module.keys(block):
                        yield (
                            place,
                            block,
                            tuple(module.prefix + module.address(node, each) for node in nodes),
                        )

    @cached_property
    def protected(self) -> frozenset[str]:
        """The blocks that `prevent_destroy` protects, by their address without keys."""
        return frozenset(
            without_keys(f"{module.prefix}{kind}.{name}")
            for module in self.modules
            for (kind, name), block in module.blocks["resource"].items()
            if lifecycle_of(block.body).get("prevent_destroy") == Literal(True)
        )

    @cached_property
    def provider(self) -> dict[str, Value]:
        """The arguments of the provider's block; without one, as in a module, none."""
        for block in self.root.providers:
            return {
                name: comparable_value(self.root.value(node)) for name, node in block.body.arguments.items()
            }
        return {}

    @cached_property
    def default_tags(self) -> Value:
        """The default tags of the provider."""
        for block in self.root.providers:
            for inner in block.body.blocks:
                if inner.type == "default_tags" and "tags" in inner.body.arguments:
                    return comparable_value(self.root.value(inner.body.arguments["tags"]))
        return {}

    @cached_property
    def state(self) -> Value:
        """The backend of the stack; an override comes last and is used."""
        found = None
        for block in self.root.backends:
            if block.type in ("backend", "cloud"):
                values = {name: self.root.value(node) for name, node in block.body.arguments.items()}
                found = (block.type, *block.labels, values)
        return found

    @cached_property
    def provider_range(self) -> Value:
        """The versions of the AWS provider that the root allows; an override comes last and is used."""
        found = None
        for block in self.root.backends:
            if block.type == "required_providers" and "aws" in block.body.arguments:
                said = self.root.value(block.body.arguments["aws"])
                found = said.get("version") if isinstance(said, dict) else None
        return found


_NOTHING = Term("nothing", ())


def _value_of(page: Page | None, variable: str) -> Value:
    """The value that a tfvars file sets."""
    return _NOTHING if page is None else Scope(Reference, {}).value(page.body.arguments[variable])


def _repeating(module: Module, folders: Folders) -> Iterator[tuple[str, str, Block]]:
    """The blocks with `for_each` or `count`, with the address of each and every place where it is written."""
    for page in folders.get(module.folder, Folder()).pages:
        for block in page.body.blocks:
            repeats = block.type in ("resource", "module")
            whole = module.blocks[block.type].get(block.labels) if repeats else None
            if whole and not whole.body.arguments.keys().isdisjoint(("for_each", "count")):
                address = without_keys(module.prefix) + ".".join((block.type, *block.labels))
                yield address, f"{page.path}:{block.line}", whole


def _by_labels(blocks: Iterable[Block], kind: str) -> dict[tuple[str, ...], Block]:
    return {b.labels: b for b in blocks if b.type == kind and len(b.labels) == _LABELS[kind]}


def _by_key(instances: Mapping[Key, Value]) -> Value:
    """Instances as an expression sees them: the only one, those of for_each by key, of count in turn."""
    if None in instances:
        return instances[None]
    return tuple(instances.values()) if 0 in instances else dict(instances)


def _index(key: Value) -> str:
    return "" if key is None else f"[{key}]" if isinstance(key, int) else f'["{key}"]'
