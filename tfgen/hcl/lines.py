"""A page by its lines, which `lay_out` has made regular, for whoever puts something between them.

A bracket that spans lines opens at the end of one line and closes at the beginning of another.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

_RESOURCE = re.compile(r'^resource "([^"]+)" "([^"]+)" \{$', re.MULTILINE)
_NAME = re.compile(r'\s*([A-Za-z_][\w-]*|"(?:[^"\\]|\\.)*")\s*(=|\{)')
_ENCODED = re.compile(r"\s*\S+ += jsonencode\(")
_PIECE = re.compile(r'"(?:[^"\\]|\\.)*"|[\[({]|[\])}]|,|[^"\[\](){},]+')


def resources_of(text: str) -> list[tuple[str, str]]:
    """The type and the label of every resource."""
    return _RESOURCE.findall(text)


def around_body(text: str, kind: str, label: str) -> tuple[str, str, str]:
    """The text before the body of a resource, the body, and the text after it."""
    head = f'resource "{kind}" "{label}" {{\n'
    before, _, rest = f"\n{text}".partition(f"\n{head}")
    body, _, after = f"\n{rest}".partition("\n}\n")
    return f"{before}\n{head}", body, f"}}\n{after}"


class Chunk(NamedTuple):
    """One thing in a body: an argument, a block, a comment or a blank line, with all its lines.

    `ours` is what an override put there, and has yet to say so.
    """

    lines: tuple[str, ...]
    ours: bool = False

    @property
    def name(self) -> str:
        match = _NAME.match(self.lines[0])
        return match[1] if match else ""

    @property
    def is_block(self) -> bool:
        match = _NAME.match(self.lines[0])
        return match is not None and match[2] == "{"

    @property
    def is_blank(self) -> bool:
        return not self.lines[0].strip()

    @property
    def is_comment(self) -> bool:
        return self.lines[0].lstrip().startswith("#")

    @property
    def is_encoded(self) -> bool:
        """Whether it is an argument whose value becomes JSON."""
        return bool(_ENCODED.match(self.lines[0]))

    @property
    def items(self) -> int:
        """How many there are in a list that becomes JSON; otherwise it is one thing."""
        if not self.lines[0].endswith("= jsonencode(["):
            return 1
        return len(chunks_of(self.lines[1:-1]))


def chunks_of(lines: tuple[str, ...]) -> list[Chunk]:
    """The chunks of a body."""
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


def entries_of(text: str) -> Iterator[str]:
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
