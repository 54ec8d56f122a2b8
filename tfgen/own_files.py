"""What the user's own files in a stack's folder declare, and whether the spec's references name it."""

import posixpath
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from tfgen.blueprint.labels import ALARMS, LOAD_BALANCER, NETWORK, SERVICES
from tfgen.blueprint.model import Blueprint, Records, Reference
from tfgen.changes.folders import Folder, read_folders
from tfgen.hcl.reader import read_expression
from tfgen.hcl.reference import parse_reference
from tfgen.hcl.syntax import Block, Literal, Node
from tfgen.hcl.text import Ref
from tfgen.output import existing
from tfgen.output.manifest import read_manifest
from tfgen.problems import Problem, SpecPath, TfgenError, nearest_word
from tfgen.texts import in_line

_OWN_MODULES = (ALARMS, NETWORK, LOAD_BALANCER, SERVICES)
_WORDS = {"local": "a local value", "var": "a variable", "module": "a module", "data": "a data source"}


class OwnFiles(NamedTuple):
    """What the root of a stack has besides what tfgen writes, by the words that references begin with."""

    folder: Path
    declared: Mapping[str, Block | None]
    """Each resource, data source, module, local and variable; without a block where there is no one."""
    files: tuple[str, ...]
    unreadable: tuple[str, ...]
    """What is wrong with files that could not be read, each in a sentence."""
    blocks: tuple[tuple[str, Block], ...] = ()
    """Every block with its file, without those that override others."""


def problems(blueprint: Blueprint, folder: Path) -> list[Problem]:
    """What the files in the stack's folder lack of what references name, and what they and the stack have."""
    own = read_own_files(blueprint, folder)
    found = list(_missing_owners(blueprint, own))
    found += _variables_of_both(blueprint, own)
    found += _records_of_both(blueprint, own)
    for each in blueprint.references:
        found += _wrong_instances(each, own)
        found += _missing_outputs(each, own)
    return found


def read_own_files(blueprint: Blueprint, folder: Path) -> OwnFiles:
    """The root module in the folder, without the files that tfgen owns there."""
    variables = {f"var.{variable.label}": None for variable in blueprint.root.variables}
    modules = {f"module.{module.label}": None for module in blueprint.modules}
    pages, wrong = _pages_of_root(folder)
    folders, problems = read_folders(pages)
    wrong += [f"{in_line(folder / each.at.file)}:{each.at.line}: {each.message}" for each in problems]
    root = folders.get(".", Folder())
    declared = dict(_declared_names(root))
    blocks = tuple(
        (page.path, block) for page in root.pages if not page.is_override for block in page.body.blocks
    )
    return OwnFiles(folder, {**variables, **modules, **declared}, tuple(pages), tuple(wrong), blocks)


def _pages_of_root(folder: Path) -> tuple[dict[str, str], list[str]]:
    """The text of each file of the user's in a folder itself, and what cannot be read."""
    try:
        owned = read_manifest(folder).owned if folder.is_dir() else {}
        paths = [path for path in _file_names(folder) if path not in owned]
        return existing.read_texts(folder, paths), []
    except TfgenError as error:
        return {}, [error.message]
    except OSError as error:
        return {}, [f"cannot read {in_line(error.filename)}: {error.strerror}"]


def _file_names(folder: Path) -> list[str]:
    found = existing.file_names(folder, existing.PAGES) if folder.is_dir() else []
    return [path for path in found if "/" not in path]


def _declared_names(folder: Folder) -> Iterator[tuple[str, Block | None]]:
    for block in folder.blocks:
        if block.type == "locals":
            yield from ((f"local.{name}", None) for name in block.body.arguments)
        elif block.type in _PREFIXES:
            yield ".".join((*_PREFIXES[block.type], *block.labels)), block


_PREFIXES = {"resource": (), "data": ("data",), "module": ("module",), "variable": ("var",)}


# --- what a reference names


def _missing_owners(blueprint: Blueprint, own: OwnFiles) -> Iterator[Problem]:
    parsed = [(each, parse_reference(each.root)) for each in blueprint.references]
    missing = [(each, traversal.owner) for each, traversal in parsed if traversal.owner not in own.declared]
    names = dict.fromkeys(owner for _, owner in missing)
    if not missing:
        return
    if own.unreadable:
        message = f"nothing tells whether {_some(names)} exist: {own.unreadable[0]}"
        yield _undeclared(missing[0][0], message, "correct that file", "warning")
    elif not own.files:
        message = f"{in_line(own.folder)} has no file of your own yet that declares {_some(names)}"
        hint = f"write it in {in_line(own.folder / 'data.tf')}, for example: a render leaves your files alone"
        yield _undeclared(missing[0][0], message, hint, "warning")
    else:
        for each, owner in missing:
            yield _undeclared(each, *_no_such_owner(owner, own))


def _some(names: Mapping[str, None]) -> str:
    first, *more = names
    return f"{first} and {len(more)} more" if more else first


def _undeclared(reference: Reference, message: str, hint: str, severity: str = "error") -> Problem:
    return Problem("TG298", reference.at, message, hint, severity)


def _no_such_owner(owner: str, own: OwnFiles) -> tuple[str, str]:
    what = _WORDS.get(owner.partition(".")[0], "a resource")
    message = f"no file of your own in {in_line(own.folder)} declares {owner}"
    if near := _nearest_owner(owner, own.declared):
        return message, f"did you mean {near}?"
    files = ", ".join(map(in_line, own.files[:3]))
    return message, f"declare {what} of that name in one of your files there ({files})"


def _nearest_owner(owner: str, declared: Mapping[str, Block | None]) -> str:
    """One of the same type and another name first, then one of another type."""
    kind = owner.rpartition(".")[0]
    alike = [each for each in declared if each.rpartition(".")[0] == kind]
    if near := nearest_word(owner, alike, 0.7) or nearest_word(owner, declared, 0.8):
        return near
    return alike[0] if len(alike) == 1 and kind not in ("local", "var", "module") else ""


def _wrong_instances(reference: Reference, own: OwnFiles) -> Iterator[Problem]:
    """One of several instances needs its key, and the only one has none."""
    traversal = parse_reference(reference.root)
    block = own.declared.get(traversal.owner)
    if block is None or block.type == "variable":
        return
    several = next((name for name in ("count", "for_each") if name in block.body.arguments), "")
    if several and not traversal.has_instance:
        index = "[0]" if several == "count" else '["KEY"]'
        rest = reference.root.removeprefix(traversal.owner)
        message = f"{traversal.owner} has {several}, so there may be several of it"
        yield _undeclared(reference, message, f"name one: {traversal.owner}{index}{rest}")
    elif traversal.has_instance and not several:
        rest = reference.root.removeprefix(traversal.owner)
        message = f"{traversal.owner} has neither count nor for_each, so there is only one of it"
        yield _undeclared(reference, message, f"write {traversal.owner}{rest.partition(']')[2]}")


def _missing_outputs(reference: Reference, own: OwnFiles) -> Iterator[Problem]:
    """The output of a module whose folder is beside the stack; other sources are not read."""
    traversal = parse_reference(reference.root)
    block = own.declared.get(traversal.owner)
    if traversal.first != "module" or block is None or traversal.words[1] in _OWN_MODULES:
        return
    outputs = _outputs_of_module(block, own)
    if outputs is None or traversal.attribute in outputs:
        return
    near = nearest_word(traversal.attribute, outputs, 0.5)
    message = f"{traversal.owner} has no output {traversal.attribute}"
    hint = f"did you mean {near}?" if near else f"add an output of that name to {_source_of_module(block)}"
    yield _undeclared(reference, message, hint)


def _outputs_of_module(block: Block, own: OwnFiles) -> list[str] | None:
    """The names of its outputs; None where they cannot be read."""
    source = _source_of_module(block)
    if not source.startswith(("./", "../")):
        return None
    folder = Path(posixpath.normpath(f"{own.folder.as_posix()}/{source}"))
    pages, wrong = _pages_of_root(folder)
    folders, problems = read_folders(pages)
    if wrong or problems or not pages:
        return None
    return [block.labels[0] for block in folders["."].blocks if block.type == "output" and block.labels]


def _source_of_module(block: Block) -> str:
    source = block.body.arguments.get("source")
    return source.value if isinstance(source, Literal) and isinstance(source.value, str) else ""


# --- what both have


def _variables_of_both(blueprint: Blueprint, own: OwnFiles) -> Iterator[Problem]:
    """Inputs that a file of the user's declares, too: Terraform refuses two variables of one name."""
    declared = {f"var.{block.labels[0]}": path for path, block in own.blocks if block.type == "variable"}
    written = {f"var.{variable.label}" for variable in blueprint.root.variables}
    told: set[str] = set()
    for each in blueprint.references:
        if each.root in written & declared.keys() and each.root not in told:
            told.add(each.root)
            name = each.root.removeprefix("var.")
            message = f'{in_line(own.folder / declared[each.root])} declares a variable "{name}" too'
            hint = f"remove it there; or refer to that one: {{ref: {each.root}}}, and no input of that name"
            yield Problem("TG297", each.at, message, hint)


def _own_records(blueprint: Blueprint) -> Iterator[tuple[Records, SpecPath]]:
    """Each with the place of the load balancer whose names they have."""
    return ((record, balancer.path) for balancer in blueprint.load_balancer for record in balancer.records)


def _records_of_both(blueprint: Blueprint, own: OwnFiles) -> Iterator[Problem]:
    """A record of a file of the user's where the stack makes one: Route 53 has only one of them."""
    for records, front in _own_records(blueprint):
        types = {"CNAME", *(alias.type for alias in records.aliases)}
        zone = _zone_in_root(records, blueprint)
        for path, block in own.blocks:
            said = _literals(block)
            name = said.get("name", "").removesuffix(".").lower()
            if block.labels[:1] != ("aws_route53_record",) or said.get("type") not in types:
                continue
            if name in records.names and (same := _is_same_zone(block.body.arguments.get("zone_id"), zone)):
                message = f"{in_line(own.folder / path)} makes a record {said['type']} of {name} too"
                hint = "remove it there, or remove the name from domain"
                where = blueprint.locate((*front, "domain"))
                yield Problem("TG556", where, message, hint, same)


def _literals(block: Block) -> dict[str, str]:
    found = block.body.arguments.items() if block.type == "resource" else ()
    return {
        name: node.value for name, node in found if isinstance(node, Literal) and isinstance(node.value, str)
    }


def _zone_in_root(records: Records, blueprint: Blueprint) -> Node:
    """The zone of the stack's records as the root has it."""
    zone = records.zone_id
    for module in blueprint.modules:
        for each in module.inputs if module.label == LOAD_BALANCER else ():
            if f"var.{each.variable.label}" == zone and isinstance(each.value, Ref):
                return read_expression(each.value, lines=False)
    return Literal(str(zone))


def _is_same_zone(said: Node | None, zone: Node) -> str:
    """The severity of records in two zones: none where these certainly differ."""
    if said == zone:
        return "error"
    return "" if isinstance(said, Literal) and isinstance(zone, Literal) else "warning"
