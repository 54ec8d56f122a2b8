"""What Terraform refuses to plan: references to what does not exist, protected resources, and cycles."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping

from tfgen.changes.change import Action, Change, is_replaced
from tfgen.changes.compare import enclosing_addresses, moved_address
from tfgen.changes.cycles import find_cycles
from tfgen.changes.folders import Folder, Page, block_header
from tfgen.changes.graph import by_block, keyed_parts
from tfgen.changes.stack import Module, Stack
from tfgen.hcl.evaluator import Names
from tfgen.hcl.syntax import Attribute, Block, Index, Name, Node
from tfgen.hcl.text import without_keys
from tfgen.hcl.uses import Use, uses_of_block
from tfgen.hcl.values import Lookup, Reference
from tfgen.problems import joined

Fault = tuple[str, str]
"""A place (`alarms.tf:12`), and what is wrong there."""


def refusals(changes: tuple[Change, ...], old: Stack, new: Stack) -> Iterator[str]:
    """A sentence for each fault, with all its places."""
    for what, places in _places_by_fault(_faults_of_stack(new)).items():
        yield f"{', '.join(places)}: {what}; terraform plan fails."
    for change in changes:
        if without_keys(change.address) in new.protected and change.action in _DESTROYING:
            end = f"would be {_DESTROYING[change.action]}, which its prevent_destroy forbids"
            yield f"{change.address}: {end}; terraform plan fails."
    for circle in find_cycles(changes, old, new):
        yield _cycle_refusal(circle)


_DESTROYING = {
    Action.DESTROY: "destroyed",
    Action.REPLACE: "replaced",
    Action.REPLACE_NEW_FIRST: "replaced",
}


def _cycle_refusal(circle: list[Change]) -> str:
    destroyed = _listed_blocks(change for change in circle if change.action is Action.DESTROY)
    changed = _listed_blocks(change for change in circle if is_replaced(change) and _changes_itself(change))
    what = [destroyed and f"destroy {destroyed}", changed and f"replace {changed}"]
    steps = ", ".join(filter(None, what)) or _listed_blocks(circle)
    return (
        f"Terraform cannot order these changes (Error: Cycle): {steps}; terraform plan fails. Split them "
        "into two changes, and apply one after the other."
    )


def _changes_itself(change: Change) -> bool:
    """Whether an argument gets another value, and does not only refer to something that changes."""
    return any(change.old.get(name) != change.new.get(name) for name in change.arguments)


def _listed_blocks(changes: Iterable[Change]) -> str:
    """The first few blocks by address, and the number of the others."""
    found = sorted({without_keys(change.address) for change in changes})
    more = len(found) - _FEW
    return joined([*found[:_FEW], f"{more} more"] if more > 1 else found)


_FEW = 3


def _places_by_fault(faults: Iterator[Fault]) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    for place, what in faults:
        places = found.setdefault(what, [])
        if place not in places:
            places.append(place)
    return found


def _faults_of_stack(stack: Stack) -> Iterator[Fault]:
    once = {module.folder: module for module in reversed(stack.modules)}
    there = _existing_nodes(stack)
    for path in sorted(once):
        module, folder = once[path], stack.folders.get(path, Folder())
        for page in folder.pages:
            doubtful = (
                block for block in page.body.blocks if not _refers_to_existing(block, module, stack, there)
            )
            if any(any(_missing_references(module, block, stack)) for block in doubtful):
                for block in page.with_lines().blocks:
                    for use, what in _missing_references(module, block, stack):
                        yield f"{page.path}:{use.line}", what
        yield from _faults_of_calls(module, folder, stack)
        yield from _repeated_blocks(folder)
        yield from _stray_overrides(folder)
    yield from _rejected_values(stack)
    yield from _contradicting_statements(stack)


# References


def _existing_nodes(stack: Stack) -> Collection[str]:
    """The existing nodes of the graph: a module may lack a variable for an argument of its call."""
    given, declared = set[str](), set[str]()
    for here, module in by_block(stack.modules).items():
        declared.update(f"{here}var.{name}" for (name,) in module.blocks["variable"])
        for (name,), call in module.blocks["module"].items():
            given.update(f"{here}module.{name}.var.{argument}" for argument in call.body.arguments)
    return (stack.graph.needs.keys() - given) | declared


def _refers_to_existing(block: Block, module: Module, stack: Stack, there: Collection[str]) -> bool:
    """Whether the graph shows that a block refers only to what exists, and to no single instance."""
    if block.type not in ("resource", "data", "output"):
        return False
    if module.blocks[block.type].get(block.labels) is not block:  # it is overridden, or declared twice
        return False
    kind = "" if block.type == "resource" else f"{block.type}."
    node = f"{without_keys(module.prefix)}{kind}{'.'.join(block.labels)}"
    needs, keyed = stack.graph
    return node in needs and node not in keyed and all(each in there for each in needs[node])


def _missing_references(module: Module, block: Block, stack: Stack) -> Iterator[tuple[Use, str]]:
    """The references of a block to what does not exist, for each key that the block has."""
    whole = module.blocks.get(block.type, {}).get(block.labels, block)  # `block` may be an override of it
    rounds = [each for _, each in module.keys(whole)]
    for use in uses_of_block(block):
        what = _missing_target(module, use, stack)
        for missing in [what] if what else dict.fromkeys(_missing_key(module, use, each) for each in rounds):
            if missing:
                yield use, missing


def _missing_target(module: Module, use: Use, stack: Stack) -> str | None:
    """What a reference leads to and does not exist."""
    names = [_part_name(part) for part in use.parts]
    head, first, second = (*names, None, None, None)[:3]
    if head in _ALWAYS_THERE or first is None:
        return None
    if head == "module":
        return _missing_output(module, use, first, stack)
    if head in ("var", "local"):
        is_there = first in module.locals if head == "local" else (first,) in module.blocks["variable"]
        return None if is_there else f"there is no {head}.{first}"
    if head == "data":
        is_there = second is None or (first, second) in module.blocks["data"]
        return None if is_there else f"there is no data.{first}.{second}"
    if (head, first) not in module.blocks["resource"]:
        return f"there is no {head}.{first}"
    return None


_ALWAYS_THERE = {"each", "count", "self", "path", "terraform", "ephemeral", "action"}


def _part_name(part: Node) -> str | None:
    return part.name if isinstance(part, Name | Attribute) else None


def _missing_output(module: Module, use: Use, name: str, stack: Stack) -> str | None:
    call = module.blocks["module"].get((name,))
    if call is None:
        return f"there is no module.{name}"
    folder = stack.folders.get(module.called_folder(call) or "")
    output = next(filter(None, map(_part_name, use.parts[2:])), None)
    if folder is None or output is None or output in _labels_of(folder, "output"):
        return None
    return f"module.{name} has no output {output}"


def _missing_key(module: Module, use: Use, each: Names) -> str | None:
    """A key that does not exist, as in `aws_subnet.private["c"]` without such a zone, or of an output's map.

    `each` has the values of `each` or `count` in that place.
    """
    local = {**each, **{name: Reference(name) for name in use.bound}}
    for part in () if use.guarded else keyed_parts(use):
        found, key = module.value(part.of, local), _key_of(module, part, local)
        keys = range(len(found)) if isinstance(found, tuple) else found
        lacks = isinstance(found, tuple | dict) and key is not None and str(key) not in map(str, keys)
        if lacks or (isinstance(found, Lookup) and part is use.parts[2]):
            return f"there is no {module.address(part, local)}"
    return None


def _key_of(module: Module, part: Attribute | Index, local: Names) -> str | int | None:
    """A key, or None where only Terraform can evaluate it."""
    key = part.name if isinstance(part, Attribute) else module.value(part.key, local)
    return key if isinstance(key, str | int) else None


def _labels_of(folder: Folder, kind: str) -> set[str]:
    return {block.labels[0] for block in folder.blocks if block.type == kind and block.labels}


# Calls of modules

_CALL = {"source", "version", "providers", "count", "for_each", "depends_on"}


def _faults_of_calls(module: Module, folder: Folder, stack: Stack) -> Iterator[Fault]:
    for page in folder.pages:
        for block in page.body.blocks:
            call = module.blocks["module"].get(block.labels) if block.type == "module" else None
            place = module.called_folder(call) if call else None
            if call and place:
                if place not in stack.folders:
                    yield f"{page.path}:{block.line}", f"there is no folder {place}"
                else:
                    yield from _faults_of_call(page, block, call, stack.folders[place])


def _faults_of_call(page: Page, block: Block, call: Block, folder: Folder) -> Iterator[Fault]:
    """The faults of a block that is a call of a module, or an override of one: of the `call`."""
    here = f"{page.path}:{block.line}"
    name = f"module.{call.labels[0]}"
    known = {each.labels[0]: each for each in folder.blocks if each.type == "variable" and each.labels}
    for argument in block.body.arguments:
        if argument not in known and argument not in _CALL:
            yield f"{page.path}:{page.line_of(argument, block.line)}", f"{name} has no variable {argument}"
    for variable, said in known.items():
        if "default" not in said.body.arguments and variable not in call.body.arguments:
            yield here, f"{name} needs a value for {variable}"


# Values of variables


def _rejected_values(stack: Stack) -> Iterator[Fault]:
    """Values in tfvars files that the validation of their variable rejects."""
    for name, page in stack.given.items():
        variable = stack.root.blocks["variable"].get((name,))
        for block in variable.body.blocks if variable else ():
            said = {name: stack.root.value(node) for name, node in block.body.arguments.items()}
            if block.type == "validation" and said.get("condition") is False:
                why = str(said.get("error_message")).rstrip(".")
                yield f"{page.path}:{page.line_of(name, 1)}", f"var.{name} does not allow this value ({why})"


# Blocks

_ONCE = {"resource", "data", "variable", "output", "module"}


def _repeated_blocks(folder: Folder) -> Iterator[Fault]:
    seen: dict[tuple[str, ...], str] = {}
    for page in folder.pages:
        for block in page.body.blocks if not page.is_override else ():
            place, head = f"{page.path}:{block.line}", block_header(block)
            if block.type in {*_ONCE, "provider"} and head in seen:
                yield seen[head], f"{_block_name(block)} is declared twice"
                yield place, f"{_block_name(block)} is declared twice"
            seen.setdefault(head, place)


def _stray_overrides(folder: Folder) -> Iterator[Fault]:
    known = set(map(block_header, folder.blocks))
    for page in folder.pages:
        for block in page.body.blocks if page.is_override else ():
            if block.type in _ONCE and block_header(block) not in known:
                yield f"{page.path}:{block.line}", f"there is no {_block_name(block)} to override"


def _block_name(block: Block) -> str:
    kinds = {"resource": "", "variable": "var."}
    return kinds.get(block.type, f"{block.type}.") + ".".join(block.labels)


def _contradicting_statements(stack: Stack) -> Iterator[Fault]:
    """`moved` and `removed` blocks of what still exists, and `import` blocks of what does not."""
    named = {*stack.moved, *stack.removed}
    there = defaultdict[str, list[str]](list)
    for address in stack.resources if named else ():
        for within in named.intersection(enclosing_addresses(address)):
            there[within].append(address)
    for place, _, (start, end) in stack.statements("moved", "from", "to"):
        if any(moved_address(address, {start: end}) != address for address in there[start]):
            yield place, f"{start} still exists, although a moved block moves it"
    for place, _, (address,) in stack.statements("removed", "from"):
        if there[address]:
            yield place, f"{address} still exists, although a removed block removes it"
    for place, _, (address,) in stack.statements("import", "to"):
        if address not in stack.resources:
            yield place, f"there is no {address} to import into"
