"""Applies overrides of the spec to rendered pages.

A patch is a JSON merge patch (RFC 7396): a mapping is merged into the existing block or object, null
removes, and everything else replaces. Only `hcl` prints its values, so they are literals; the only bare
words are names of arguments and the items of `ignore_changes`, which are parsed by a grammar and printed
again.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from tfgen.blueprint.model import Blueprint, Override
from tfgen.facts import provider
from tfgen.hcl import traversal
from tfgen.hcl.layout import lay_out
from tfgen.hcl.lines import Chunk, around_body, chunks_of, entries_of, resources_of
from tfgen.hcl.printer import hcl, printed_key
from tfgen.hcl.text import Comment, Label, address_parts
from tfgen.problems import Locate, Problem, SpecPath, has_errors, is_affordable, nearest_word
from tfgen.render import arguments
from tfgen.render.arguments import OBJECT, Fault, Place, are_blocks

Pages = dict[str, str]

_OBJECT = re.compile(r"\s*\S+ += \{ (?!for )(.*) \}\Z")  # in one line; `{ for` is an expression


class Inner(NamedTuple):
    """A chunk that a patch can change, around the body that it changes."""

    head: tuple[str, ...]
    body: tuple[str, ...]
    tail: tuple[str, ...]
    place: Place


def apply_overrides(pages: Pages, blueprint: Blueprint, at: Locate) -> tuple[Pages, list[Problem]]:
    """The pages with every override in its place, and what the overrides have wrong.

    `at` tells where the spec has the key that a path leads to.
    """
    comment = str(hcl(Comment(f"Override in {blueprint.spec_file}")))
    patcher = _Patcher(at, comment, blueprint.provider_majors)
    patched = dict(pages)
    places = resource_addresses(pages)
    for override in blueprint.overrides:
        page = places.get(override.address)
        if page is None:
            patcher.no_such_address(override.address, places)
        else:
            patched[page] = patcher.patch_page(patched[page], override)
    return patched, patcher.problems


def resource_addresses(pages: Mapping[str, str]) -> dict[str, str]:
    """The address of every resource -> the path of its page."""
    found = {}
    for path, text in pages.items():
        if path.endswith(".tf"):
            _, _, inside = path.rpartition("modules/")
            module = f"module.{inside.partition('/')[0]}." if inside != path else ""
            found.update({f"{module}{kind}.{name}": path for kind, name in resources_of(text)})
    return found


class _Patcher:
    def __init__(self, at: Locate, comment: str, majors: tuple[str, ...]) -> None:
        self.at = at
        self.comment = comment
        self.majors = majors
        self.problems: list[Problem] = []

    # --- where

    def patch_page(self, text: str, override: Override) -> str:
        _, kind, name = address_parts(override.address)
        before, body, after = around_body(text, kind, name)
        place = arguments.place_of_resource(override.address)
        patched = self.patch_body(tuple(body.split("\n")), override.patch, place)
        return lay_out("\n".join((before, *patched, after)))

    def patch_body(self, lines: tuple[str, ...], patch: dict[str, Any], place: Place) -> tuple[str, ...]:
        chunks = chunks_of(lines)
        for name, value in _mappings_last(patch):
            if self.keep_faults(arguments.name_faults(place / name)):
                chunks = self.patch_chunks(chunks, value, place / name)
        return tuple(line for chunk in self.with_comments(chunks) for line in chunk.lines)

    def with_comments(self, chunks: list[Chunk]) -> Iterator[Chunk]:
        """What is ours in paragraphs of its own, each below a comment."""
        before, last = _BLANK, _BLANK  # `last` is the last of the paragraph, if it is ours
        for chunk in chunks:
            if chunk.ours and not _goes_on(last, chunk):
                yield from (() if before.is_comment else (_BLANK,))
                yield self.comment_chunk(".")
            elif last.ours and not chunk.ours and not chunk.is_blank:
                yield _BLANK
            yield chunk
            before = chunk
            if not (chunk.is_blank and last.is_block):
                last = chunk

    def patch_chunks(self, chunks: list[Chunk], value: Any, place: Place) -> list[Chunk]:
        """The chunks of a body with one name patched."""
        name = printed_key(place.name)
        found = [index for index, chunk in enumerate(chunks) if chunk.name == name]
        if arguments.is_nothing(place, value, block=any(chunks[index].is_block for index in found)):
            return self.remove_chunks(chunks, found, place)
        encoded = any(chunks[index].is_encoded for index in found)
        if not self.keep_faults(arguments.value_faults(place, value, json=encoded)):
            return chunks
        return (
            self.replace_chunks(chunks, found, value, place)
            if found
            else self.add_chunks(chunks, value, place)
        )

    def remove_chunks(self, chunks: list[Chunk], found: list[int], place: Place) -> list[Chunk]:
        if not found:
            self.nothing_to_remove(place, [chunk.name for chunk in chunks if chunk.name])
        elif self.keep_faults(arguments.removal_faults(place)):
            return _replace_chunks(
                chunks, found, self.comment_chunk(f": no {printed_key(place.name)}."), _BLANK
            )
        return chunks

    def replace_chunks(self, chunks: list[Chunk], found: list[int], value: Any, place: Place) -> list[Chunk]:
        first = chunks[found[0]]
        if isinstance(value, dict):
            count = max(len(found), first.items)
            inner = _inner_body(first, place) if count == 1 else None
            if count > 1:
                return self.patch_several(chunks, count, place)
            if inner:
                body = self.patch_body(inner.body, value, inner.place)
                return _replace_chunks(chunks, found, Chunk((*inner.head, *body, *inner.tail)))
        if first.is_block and place.attribute is None and not are_blocks(value):
            self.keep_faults([arguments.no_block(place)])
            return chunks
        call = "jsonencode" if first.is_encoded and isinstance(value, dict | list) else ""
        block = _is_block(place, value) if place.attribute else first.is_block
        new = self.new_chunks(value, place, call=call, block=block)
        return _replace_chunks(chunks, found, *new) if new else chunks

    def add_chunks(self, chunks: list[Chunk], value: Any, place: Place) -> list[Chunk]:
        block = _is_block(place, value)
        new = self.new_chunks(value, place, block=block)
        index = _end_of_blocks(chunks) if block else _end_of_arguments(chunks)
        return [*chunks[:index], *new, *chunks[index:]]

    # --- what

    def new_chunks(self, value: Any, place: Place, *, block: bool, call: str = "") -> list[Chunk]:
        """An argument or blocks that were not there, or nothing where the value is not possible."""
        if block:
            blocks = [
                self.new_block(place.name, body, inside) for body, inside in _bodies_of_blocks(value, place)
            ]
            return [chunk for each in blocks for chunk in (Chunk(tuple(each), ours=True), _BLANK)]
        if not self.is_literal(value, place):
            return []
        for each, path in _values_within(value, place.path):
            self.keep_faults(arguments.reference_faults(place._replace(path=path), each))
        text = _print_value(self.without_nulls(value, place.path), place)
        text = f"{printed_key(place.name)} = {f'{call}({text})' if call else text}"
        return [Chunk(tuple(text.split("\n")), ours=True)]

    def new_block(self, name: str, body: dict[str, Any], place: Place) -> Iterator[str]:
        """Its arguments first, then the blocks in it."""
        self.keep_faults(arguments.missing_faults(place, body))
        possible = [item for item in _mappings_last(body) if self.is_possible(place / item[0], item[1])]
        yield f"{name} {{"
        for blocks in (False, True):
            for key, value in possible:
                if blocks == _is_block(place / key, value):
                    for chunk in self.new_chunks(value, place / key, block=blocks):
                        yield from chunk.lines
            yield ""
        yield "}"

    def comment_chunk(self, how: str) -> Chunk:
        return Chunk((f"{self.comment}{how}",))

    # --- what is wrong

    def keep_faults(self, faults: Iterable[Fault]) -> bool:
        """Keeps what is wrong as problems; whether no error is among it."""
        found = [
            Problem(fault.code, self.at(fault.path), fault.message, fault.hint, fault.severity)
            for fault in arguments.faults_in(faults, self.majors)
        ]
        self.problems += found
        return not has_errors(found)

    def no_such_address(self, address: str, known: Mapping[str, str]) -> None:
        whole = re.sub(r"\[.*\]\Z", "", address)  # without the key of an instance: aws_subnet.private["a"]
        kind = next((each for each in address.split(".") if provider.resource_schema(each) is not None), "")
        looked_at = known if is_affordable(len(self.problems), known) else ()
        alike = [each for each in looked_at if f".{kind}." in each] if kind else list(looked_at)
        ends = [each for each in looked_at if each.endswith(f".{address}")]
        near = ends[0] if len(ends) == 1 else nearest_word(address, alike, 0.7)
        hint = (
            f"did you mean {near}?" if near else "write one as it is in a plan, such as " + next(iter(known))
        )
        if kind and looked_at and not alike:
            hint = f"remove it: the stack has no {kind}"
        elif whole in known:
            hint = f"write {whole}, which overrides all its instances"
        message = f'this stack has no resource with the address "{address}"'
        self.keep_faults([Fault("TG260", ("overrides", address), message, hint)])

    def nothing_to_remove(self, place: Place, names: list[str]) -> None:
        near = nearest_word(place.name, names, 0.85)
        hint = f"did you mean {near}?" if near else "remove it"
        message = f'there is no "{place.name}" here to remove'
        self.keep_faults([Fault("TG271", place.path, message, hint, "warning")])

    def is_possible(self, place: Place, value: Any) -> bool:
        """Whether a new block may have a name with that value."""
        if not self.keep_faults(arguments.name_faults(place)):
            return False
        if not arguments.is_nothing(place, value):
            return self.keep_faults(arguments.value_faults(place, value, json=False))
        if not (place.attribute and place.attribute.required):  # of which `missing_faults` tells
            self.nothing_to_remove(place, [])
        return False

    def is_literal(self, value: Any, place: Place) -> bool:
        """Null removes a key, and an item of a list has none."""
        message, hint = "a list cannot contain null: it replaces the existing list", "remove it"
        nulls = [
            path
            for each, path in _values_within(value, place.path)
            if each is None and isinstance(path[-1], int)
        ]
        return self.keep_faults(Fault("TG263", path, message, hint) for path in nulls)

    def without_nulls(self, value: Any, path: SpecPath) -> Any:
        """A new value without the keys that it removes."""
        if isinstance(value, list):
            return [self.without_nulls(item, (*path, index)) for index, item in enumerate(value)]
        if not isinstance(value, dict):
            return value
        for key in (key for key, item in value.items() if item is None):
            self.nothing_to_remove(Place((*path, key), OBJECT), [])
        return {
            key: self.without_nulls(item, (*path, key)) for key, item in value.items() if item is not None
        }

    def patch_several(self, chunks: list[Chunk], count: int, place: Place) -> list[Chunk]:
        message = f'there are {count} blocks "{place.name}" here, and this may mean any of them'
        hint = "write a list of all of them, which replaces them"
        self.keep_faults([Fault("TG264", place.path, message, hint)])
        return chunks


_BLANK = Chunk(("",))


def _goes_on(last: Chunk, chunk: Chunk) -> bool:
    """Whether a chunk of ours is in one paragraph with the last: a line each, or blocks of one name."""
    if chunk.is_block:
        return last.ours and last.is_block and last.name == chunk.name
    return last.ours and len(last.lines) == len(chunk.lines) == 1


def _mappings_last(patch: dict[str, Any]) -> list[tuple[str, Any]]:
    """Names that take one line each first, so that they are together."""
    return sorted(patch.items(), key=lambda item: isinstance(item[1], dict))


def _inner_body(chunk: Chunk, place: Place) -> Inner | None:
    """The body of a block, of an object, or of the one object in a list that becomes JSON."""
    first, lines = chunk.lines[0].rstrip(), chunk.lines
    if chunk.is_block:
        return Inner(lines[:1], lines[1:-1], lines[-1:], place.inside())
    free = Place(place.path, OBJECT)
    if first.endswith(("= {", "= jsonencode({")):
        return Inner(lines[:1], lines[1:-1], lines[-1:], free)
    if first.endswith("= jsonencode([") and lines[1].strip() == "{":
        return Inner(lines[:2], lines[2:-2], lines[-2:], free)
    match = _OBJECT.match(first)
    if match:
        return Inner((f"{chunk.name} = {{",), tuple(entries_of(match[1])), ("}",), free)
    return None


def _replace_chunks(chunks: list[Chunk], found: list[int], *new: Chunk) -> list[Chunk]:
    """The first of what was found becomes the new, and the others go."""
    kept = [chunk for index, chunk in enumerate(chunks) if index not in found[1:]]
    return [*kept[: found[0]], *new, *kept[found[0] + 1 :]]


def _end_of_arguments(chunks: list[Chunk]) -> int:
    """After the last argument before the first block."""
    first_block = next((i for i, chunk in enumerate(chunks) if chunk.is_block), len(chunks))
    names = [i for i, chunk in enumerate(chunks[:first_block]) if chunk.name not in ("", "depends_on")]
    return names[-1] + 1 if names else 0


def _end_of_blocks(chunks: list[Chunk]) -> int:
    """Before `lifecycle`, `depends_on` and comments above them, which are last by convention."""
    last = (i for i, chunk in enumerate(chunks) if i and chunk.name in ("lifecycle", "depends_on"))
    index = next(last, len(chunks))
    while index < len(chunks) and index and chunks[index - 1].lines[0].strip().startswith("#"):
        index -= 1
    return index


def _bodies_of_blocks(value: Any, place: Place) -> list[tuple[dict[str, Any], Place]]:
    """The bodies of blocks, with their places."""
    if isinstance(value, list):
        return [(body, place.inside(index)) for index, body in enumerate(value)]
    return [(value, place.inside())]


def _is_block(place: Place, value: Any) -> bool:
    """Whether a value is written as blocks. In an unknown type, a mapping is one, except tags."""
    if place.attribute:
        return place.attribute.is_block and are_blocks(value)
    return place.kind != OBJECT and are_blocks(value) and place.name != "tags"


def _print_value(value: Any, place: Place) -> str:
    if place.attribute and place.attribute.shape == "names":
        return hcl(Label(value) if value == "all" else tuple(map(_traversal_label, value)))
    return hcl(value)


def _traversal_label(text: str) -> Label:
    return Label(traversal.print_traversal(traversal.read_traversal(text) or ()))


def _values_within(value: Any, path: SpecPath) -> Iterator[tuple[Any, SpecPath]]:
    """A value and everything in it."""
    yield value, path
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _values_within(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _values_within(item, (*path, index))
