"""Overrides of the spec, put into rendered pages.

A patch means what a JSON merge patch does (RFC 7396): a mapping goes into the block or the object that is
there, null takes away, and everything else replaces. Its values are printed by `hcl` and by nothing else,
so they are literals; the only bare words are the names of arguments, which are held to a pattern.

Reads the pages' own text, which `lay_out` has made regular: a bracket that spans lines opens at the end of
one line and closes at the beginning of another.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from tfgen import facts
from tfgen.blueprint.model import Blueprint, Comment, Label
from tfgen.problems import Locate, Problem, SpecPath, nearest
from tfgen.render.hcl import hcl, printed_key
from tfgen.render.layout import lay_out

Pages = dict[str, str]

_RESOURCE = re.compile(r'^resource "([^"]+)" "([^"]+)" \{$', re.MULTILINE)
_NAME = re.compile(r'\s*([A-Za-z_][\w-]*|"(?:[^"\\]|\\.)*")\s*(=|\{)')
_OBJECT = re.compile(r"\s*\S+ += \{ (?!for )(.*) \}\Z")  # in one line; `{ for` is an expression
_PIECE = re.compile(r'"(?:[^"\\]|\\.)*"|[\[({]|[\])}]|,|[^"\[\](){},]+')
_ARGUMENT = re.compile(r"[a-z_][a-z0-9_]*\Z")

RESOURCE, LIFECYCLE, BLOCK, OBJECT = "resource", "lifecycle", "block", "object"
_LIFECYCLE = ("create_before_destroy", "ignore_changes", "prevent_destroy")
_ADDRESSES = ("count", "for_each")
_EXPRESSIONS = ("depends_on", "provider", "provisioner", "connection", "dynamic")


class Chunk(NamedTuple):
    """One thing in a body: an argument, a block, a comment or a blank line, with all its lines."""

    lines: tuple[str, ...]

    @property
    def name(self) -> str:
        match = _NAME.match(self.lines[0])
        return match[1] if match else ""

    @property
    def is_block(self) -> bool:
        match = _NAME.match(self.lines[0])
        return match is not None and match[2] == "{"


class Inner(NamedTuple):
    """A chunk that a patch can go into, around the body that it goes into."""

    head: tuple[str, ...]
    body: tuple[str, ...]
    tail: tuple[str, ...]
    kind: str


class Place(NamedTuple):
    """A name in the spec's patch: the way to it, and the kind of body that it is for."""

    way: SpecPath
    kind: str

    @property
    def name(self) -> str:
        return str(self.way[-1])

    def __truediv__(self, name: str) -> "Place":
        return Place((*self.way, name), self.kind)


def apply(pages: Pages, blueprint: Blueprint, at: Locate) -> tuple[Pages, list[Problem]]:
    """The pages with every override in its place, and what the overrides have wrong.

    `at` tells where the spec has the key that a path leads to.
    """
    patcher = _Patcher(at, str(hcl(Comment(f"Override in {blueprint.spec_file}"))))
    patched = dict(pages)
    places = addresses(pages)
    for override in blueprint.overrides:
        where = Place(("overrides", override.address), RESOURCE)
        page = places.get(override.address)
        if page is None:
            patcher.no_such_address(where, places)
        else:
            resource = override.address.split(".")[-2:]
            patched[page] = patcher.page(patched[page], resource, override.patch, where)
    return patched, patcher.problems


def addresses(pages: Pages) -> dict[str, str]:
    """The address of every resource -> the path of its page."""
    found = {}
    for path, text in pages.items():
        if path.endswith(".tf"):
            _, _, inside = path.rpartition("modules/")
            module = f"module.{inside.partition('/')[0]}." if inside != path else ""
            found.update({f"{module}{kind}.{name}": path for kind, name in _RESOURCE.findall(text)})
    return found


class _Patcher:
    def __init__(self, at: Locate, comment: str) -> None:
        self.at = at
        self.comment = comment
        self.problems: list[Problem] = []

    # --- where

    def page(self, text: str, resource: list[str], patch: dict[str, Any], place: Place) -> str:
        kind, name = resource
        head = f'resource "{kind}" "{name}" {{\n'
        before, _, rest = text.partition(f"\n{head}")
        body, _, after = rest.partition("\n}\n")
        patched = self.body(tuple(body.split("\n")), patch, place)
        return lay_out("\n".join((f"{before}\n{head}", *patched, f"}}\n{after}")))

    def body(self, lines: tuple[str, ...], patch: dict[str, Any], place: Place) -> tuple[str, ...]:
        chunks = _chunks(lines)
        for name, value in patch.items():
            if self.may_be_said(place / name):
                chunks = self.chunks(chunks, value, place / name)
        return tuple(line for chunk in chunks for line in chunk.lines)

    def chunks(self, chunks: list[Chunk], value: Any, place: Place) -> list[Chunk]:
        """The chunks of a body with one name patched."""
        name = printed_key(place.name)
        found = [index for index, chunk in enumerate(chunks) if chunk.name == name]
        if not found:
            return self.added(chunks, value, place)
        first = chunks[found[0]]
        if value is None:
            return _replaced(chunks, found, self.said(f": no {name}."))
        if isinstance(value, dict) and len(found) > 1:
            return self.several(chunks, len(found), place)
        inner = _inner(first, place) if isinstance(value, dict) else None
        if inner:
            body = self.body(inner.body, value, Place(place.way, inner.kind))
            return _replaced(chunks, found, Chunk((*inner.head, *body, *inner.tail)))
        if first.is_block and not _are_blocks(value):
            return self.no_block(chunks, place)
        call = "jsonencode" if first.lines[0].strip().startswith(f"{name} = jsonencode(") else ""
        new = self.new(value, place, call=call, block=first.is_block)
        return _replaced(chunks, found, self.said("."), *new) if new else chunks

    def added(self, chunks: list[Chunk], value: Any, place: Place) -> list[Chunk]:
        self.misspelled([chunk.name for chunk in chunks if chunk.name], value, place)
        if value is None:
            return chunks
        block = _are_blocks(value) and place.kind != OBJECT and place.name not in facts.map_arguments()
        new = self.new(value, place, block=block)
        index = _end_of_blocks(chunks) if block else _end_of_arguments(chunks)
        chunk = [Chunk(("",)), self.said("."), *new, Chunk(("",))] if new else []
        return [*chunks[:index], *chunk, *chunks[index:]]

    # --- what

    def new(self, value: Any, place: Place, *, block: bool, call: str = "") -> list[Chunk]:
        """An argument or blocks that were not there, or nothing where the value is not possible."""
        if block:
            bodies = value if isinstance(value, list) else [value]
            blocks = [self.new_block(body, place) for body in bodies]
            return [chunk for each in blocks for chunk in (Chunk(tuple(each)), Chunk(("",)))]
        if not self.is_literal(value, place):
            return []
        text = _printed(value, place)
        text = f"{printed_key(place.name)} = {f'{call}({text})' if call else text}"
        return [Chunk(tuple(text.split("\n")))]

    def new_block(self, body: dict[str, Any], place: Place) -> Iterator[str]:
        """Its arguments first, then the blocks in it."""
        kind = LIFECYCLE if (place.kind, place.name) == (RESOURCE, "lifecycle") else BLOCK
        inside = Place(place.way, kind)
        yield f"{place.name} {{"
        maps = facts.map_arguments()
        for blocks in (False, True):
            for name, value in body.items():
                if blocks == (_are_blocks(value) and name not in maps) and self.may_be_said(inside / name):
                    for chunk in self.new(value, inside / name, block=blocks):
                        yield from chunk.lines
            yield ""
        yield "}"

    def said(self, how: str) -> Chunk:
        return Chunk((f"{self.comment}{how}",))

    # --- what is wrong

    def problem(self, code: str, way: SpecPath, message: str, hint: str, severity: str = "error") -> None:
        self.problems.append(Problem(code, self.at(way), message, hint, severity))

    def no_such_address(self, place: Place, known: Mapping[str, str]) -> None:
        address = place.name
        whole = re.sub(r"\[.*\]\Z", "", address)
        near = nearest(address, known, 0.7)
        hint = f"did you mean {near}?" if near else "write one as a plan does, such as " + next(iter(known))
        if whole in known:
            hint = f"write {whole}; all its instances are one block"
        self.problem("TG260", place.way, f'no resource of this stack has the address "{address}"', hint)

    def misspelled(self, names: list[str], value: Any, place: Place) -> None:
        """A name that is not there may be one that tfgen never writes, or a slip of the pen."""
        import difflib  # noqa: PLC0415 - only a new argument pays for it

        near = difflib.get_close_matches(place.name, names, 1, 0.85)
        hint = f"did you mean {near[0]}?" if near else "remove the line"
        if value is None:
            message = f'there is no "{place.name}" here to take away'
            self.problem("TG261", place.way, message, hint, "warning")
        elif near and place.kind != OBJECT:
            message = f'there is no "{place.name}" here yet, and the provider may not know it'
            self.problem("TG261", place.way, message, hint, "warning")

    def may_be_said(self, place: Place) -> bool:
        name = place.name
        where, hint = place.way, "change the template: tfgen render --templates DIR"
        if place.kind == OBJECT:
            return True
        if not _ARGUMENT.match(name):
            self.problem("TG262", where, f'"{name}" cannot be the name of an argument', "see the provider")
        elif name in _ADDRESSES and place.kind == RESOURCE:
            message = f'"{name}" cannot be overridden: it would change the addresses of the resource'
            self.problem("TG262", where, message, hint)
        elif name in _EXPRESSIONS or (place.kind == LIFECYCLE and name not in _LIFECYCLE):
            message = f'"{name}" cannot be overridden: it takes an expression, and a value of a spec is none'
            self.problem("TG262", where, message, hint)
        else:
            return True
        return False

    def is_literal(self, value: Any, place: Place) -> bool:
        """Null has no place within a value; and `ignore_changes` takes names, not text."""
        if _takes_names(place) and not _are_names(value):
            message = "ignore_changes takes names of arguments"
            self.problem("TG263", place.way, message, "write a list such as [desired_count], or all")
            return False
        for each, there in _values(value, place.way):
            if each is None:
                hint = "write a value, or remove this"
                self.problem("TG263", there, "null takes an argument away; here is nothing yet", hint)
                return False
        return True

    def no_block(self, chunks: list[Chunk], place: Place) -> list[Chunk]:
        hint = f"write {place.name}: {{ARGUMENT: VALUE}}, or null to take it away"
        self.problem("TG263", place.way, f'"{place.name}" is a block, and a block has arguments', hint)
        return chunks

    def several(self, chunks: list[Chunk], count: int, place: Place) -> list[Chunk]:
        message = f'there are {count} blocks "{place.name}" here, and this could mean any'
        self.problem("TG264", place.way, message, "give the list of all of them, which replaces them")
        return chunks


def _chunks(lines: tuple[str, ...]) -> list[Chunk]:
    found: list[list[str]] = []
    depth = 0
    for line in lines:
        text = line.strip()
        if depth:
            found[-1].append(line)
        else:
            found.append([line])
        depth -= text.startswith(("}", "]", ")"))
        depth += text.endswith(("{", "[", "(")) and not text.startswith("#")
    return [Chunk(tuple(each)) for each in found]


def _inner(chunk: Chunk, place: Place) -> Inner | None:
    """The body of a block, of an object, or of the one object in a list that becomes JSON."""
    first, lines = chunk.lines[0].rstrip(), chunk.lines
    if chunk.is_block:
        kind = LIFECYCLE if (place.kind, place.name) == (RESOURCE, "lifecycle") else BLOCK
        return Inner(lines[:1], lines[1:-1], lines[-1:], kind)
    if first.endswith(("= {", "= jsonencode({")):
        return Inner(lines[:1], lines[1:-1], lines[-1:], OBJECT)
    if first.endswith("= jsonencode(["):
        items = _chunks(lines[1:-1])
        if len(items) == 1 and lines[1].strip() == "{":
            return Inner(lines[:2], lines[2:-2], lines[-2:], OBJECT)
    match = _OBJECT.match(first)
    if match:
        return Inner((f"{chunk.name} = {{",), tuple(_entries(match[1])), ("}",), OBJECT)
    return None


def _entries(text: str) -> Iterator[str]:
    """`a = 1, b = [2, 3]` at its outer commas."""
    depth, entry = 0, ""
    for piece in _PIECE.findall(text):
        depth += (piece in "[({") - (piece in "])}")
        if piece == "," and not depth:
            yield entry.strip()
            entry = ""
        else:
            entry += piece
    yield entry.strip()


def _replaced(chunks: list[Chunk], found: list[int], *new: Chunk) -> list[Chunk]:
    """The first of what was found becomes the new, and the others go."""
    kept = [chunk for index, chunk in enumerate(chunks) if index not in found[1:]]
    return [*kept[: found[0]], *new, *kept[found[0] + 1 :]]


def _end_of_arguments(chunks: list[Chunk]) -> int:
    """After the last argument before the first block."""
    first_block = next((i for i, chunk in enumerate(chunks) if chunk.is_block), len(chunks))
    names = [i for i, chunk in enumerate(chunks[:first_block]) if chunk.name not in ("", "depends_on")]
    return names[-1] + 1 if names else 0


def _end_of_blocks(chunks: list[Chunk]) -> int:
    """Before `lifecycle`, `depends_on` and what is said above them, which stand last by custom."""
    last = (i for i, chunk in enumerate(chunks) if i and chunk.name in ("lifecycle", "depends_on"))
    index = next(last, len(chunks))
    while index < len(chunks) and index and chunks[index - 1].lines[0].strip().startswith("#"):
        index -= 1
    return index


def _printed(value: Any, place: Place) -> str:
    if _takes_names(place):
        return hcl(Label(value) if isinstance(value, str) else tuple(map(Label, value)))
    return hcl(value)


def _takes_names(place: Place) -> bool:
    return (place.kind, place.name) == (LIFECYCLE, "ignore_changes")


def _are_blocks(value: Any) -> bool:
    bodies = value if isinstance(value, list) and value else [value]
    return all(isinstance(body, dict) for body in bodies)


def _are_names(value: Any) -> bool:
    names = value if isinstance(value, list) else []
    return value == "all" or (
        bool(names) and all(isinstance(name, str) and _ARGUMENT.match(name) for name in names)
    )


def _values(value: Any, way: SpecPath) -> Iterator[tuple[Any, SpecPath]]:
    """A value and everything in it."""
    yield value, way
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _values(item, (*way, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _values(item, (*way, index))
