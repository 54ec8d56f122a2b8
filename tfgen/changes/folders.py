"""The files of a stack by folder, as Terraform reads them: with overrides merged, in HCL or JSON."""

import posixpath
import re
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from tfgen.facts import provider
from tfgen.hcl.json_reader import read_json, read_json_values
from tfgen.hcl.reader import read_page
from tfgen.hcl.syntax import Block, Body, HclError, Literal, TooDeepError
from tfgen.problems import Location, Problem

Pages = Mapping[str, str]
"""Path within the stack's folder, with forward slashes -> text."""


class Page(NamedTuple):
    path: str
    text: str
    body: Body

    def line_of(self, argument: str, after: int) -> int:
        """The line of an argument of the block that begins at the line `after`."""
        lines = self.text.splitlines()[after - 1 :]
        found = (number for number, line in enumerate(lines) if re.match(rf'\s*"?{argument}"?\s*[=:]', line))
        return after + next(found, 0)

    def with_lines(self) -> Body:
        """The body with the line of each name, for which the file is read again."""
        return self.body if self.path.endswith(".json") else read_page(self.text, lines=True)

    @property
    def is_override(self) -> bool:
        return bool(_OVERRIDE.search(self.path))


class Folder(NamedTuple):
    """The files of one folder; `blocks` have the overrides merged into them."""

    pages: tuple[Page, ...] = ()
    blocks: tuple[Block, ...] = ()


Folders = Mapping[str, Folder]
_OVERRIDE = re.compile(r"(?:^|/|_)override\.tf(?:\.json)?$")
_VALUES = re.compile(r"(?:terraform|.*\.auto)\.tfvars(?:\.json)?$")


def read_folders(pages: Pages, known: Folders = MappingProxyType({})) -> tuple[Folders, list[Problem]]:
    """Each folder by its path, and a problem for every file that is not valid Terraform.

    A file with the same text as one of `known` is not read again, and blocks that are equal to those of
    `known` are kept in memory once.
    """
    read_before = {page.path: page for folder in known.values() for page in folder.pages}
    found: dict[str, list[Page]] = {}
    problems: list[Problem] = []
    for path, text in pages.items():
        if path.endswith((".tf", ".tf.json")):
            page = read_before.get(path)
            if page is None or _without_first_line(page.text) != _without_first_line(text):
                reader = _read_json if path.endswith(".json") else read_page
                body, wrong = _read_body(path, text, reader)
                page = Page(path, text, _shared(body, page.body) if page else body)
                problems += wrong
            found.setdefault(posixpath.dirname(path) or ".", []).append(page)
    return {
        path: Folder(tuple(inside), tuple(_merged_blocks(inside))) for path, inside in found.items()
    }, problems


def _shared(body: Body, known: Body) -> Body:
    """A body with the blocks of another one where they are equal."""
    before = {(block.type, block.labels): block for block in known.blocks}
    blocks = [
        old if (old := before.get((block.type, block.labels))) == block else block for block in body.blocks
    ]
    return Body(body.arguments, tuple(blocks))


def _without_first_line(text: str) -> str:
    """The text of a file without its first line, where that is a comment, which names the spec."""
    return text.partition("\n")[2] if text.startswith("#") else text


def has_provider(pages: Pages) -> bool:
    """Whether a stack configures the provider itself; one rendered as a module does not."""
    root, _ = read_folders({path: text for path, text in pages.items() if "/" not in path})
    return any(map(is_provider, root.get(".", Folder()).blocks))


def is_provider(block: Block) -> bool:
    """Whether a block configures the default AWS provider."""
    return block.type == "provider" and block.labels == ("aws",) and "alias" not in block.body.arguments


def variable_values(pages: Pages) -> tuple[Mapping[str, Page], list[Problem]]:
    """The tfvars file that sets each variable, and the problems of such files.

    A later file overrides an earlier one.
    """
    files = sorted(filter(_VALUES.match, pages), key=lambda path: (not path.startswith("terraform."), path))
    found: dict[str, Page] = {}
    problems: list[Problem] = []
    for path in files:
        reader = read_json_values if path.endswith(".json") else read_page
        body, wrong = _read_body(path, pages[path], reader)
        found |= dict.fromkeys(body.arguments, Page(path, pages[path], body))
        problems += wrong
    return found, problems


def _read_json(text: str) -> Body:
    return read_json(text, provider.map_arguments())


def _read_body(path: str, text: str, reader: Callable[[str], Body]) -> tuple[Body, list[Problem]]:
    """The content of a file, or an empty body and the problem that it has."""
    try:
        return reader(text), []
    except TooDeepError as error:
        at = Location(path, error.line, error.column)
        hint = "move a part of it into a local value"
        problem = Problem("TG402", at, "this is nested too deeply to be read", hint)
    except HclError as error:
        at = Location(path, error.line, error.column)
        hint = "if this file was edited, run terraform validate"
        problem = Problem("TG402", at, f"this is not valid Terraform: expected {error}", hint)
    return Body({}, ()), [problem]


def _merged_blocks(pages: list[Page]) -> Iterator[Block]:
    """The blocks of a folder, https://developer.hashicorp.com/terraform/language/files/override."""
    blocks = [block for page in pages if not page.is_override for block in page.body.blocks]
    overrides = [
        block
        for page in sorted(pages, key=lambda page: page.path)
        if page.is_override
        for block in page.body.blocks
    ]
    for block in blocks:
        for over in overrides:
            if block_header(over) == block_header(block) and block.type not in _ADDED:
                block = _overridden(block, over)  # noqa: PLW2901 - one override upon another
        yield block
    yield from (over for over in overrides if over.type in _ADDED)


# Their entries are merged one by one, and a later one overrides an earlier one.
_ADDED = ("locals", "terraform")


def block_header(block: Block) -> tuple[str, ...]:
    """What identifies a block in its folder."""
    alias = block.body.arguments.get("alias")
    return (block.type, *block.labels, str(alias.value) if isinstance(alias, Literal) else "")


def _overridden(base: Block, over: Block) -> Block:
    """Arguments replace those of the same name, and nested blocks all of their type but `lifecycle`."""
    body = Body({**base.body.arguments, **over.body.arguments}, _nested_blocks(base.body, over.body))
    return Block(base.type, base.labels, body, base.line)


def _nested_blocks(base: Body, over: Body) -> tuple[Block, ...]:
    replaced = set(map(_generated_type, over.blocks)) - {"lifecycle"}
    return (
        *(block for block in base.blocks if _generated_type(block) not in replaced),
        *map(_override_block, over.blocks),
    )


def _override_block(block: Block) -> Block:
    """The part of an override that Terraform uses: it ignores `replace_triggered_by`
    (Resource.merge in its internal/configs/module_merge.go has no line for it)."""
    if block.type != "lifecycle":
        return block
    kept = {name: node for name, node in block.body.arguments.items() if name != "replace_triggered_by"}
    return Block(block.type, block.labels, Body(kept, block.body.blocks), block.line)


def _generated_type(block: Block) -> str:
    """The type of a block, or of the blocks that a dynamic block generates."""
    return block.labels[0] if block.type == "dynamic" else block.type
