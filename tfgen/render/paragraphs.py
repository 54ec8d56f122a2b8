"""Lays out paragraphs of a template before its values are known, because most look the same for all values.

Blank lines separate paragraphs, and only templates contain them: no value does. If a paragraph contains no
loop and no condition, its lines, their indentation and the columns of their equals signs are known. Such a
paragraph is marked, and `layout` does not change it.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from tfgen.hcl.layout import DEEPEST_LAID, laid, paragraph


class Value(NamedTuple):
    """What a template prints besides its own text: an expression in Python."""

    code: str


Piece = str | Value


def codes_of_pieces(pieces: Iterable[Piece]) -> Iterator[str]:
    """Pieces as expressions in Python; adjacent text is one."""
    for is_value, some in groupby(pieces, lambda piece: isinstance(piece, Value)):
        if is_value:
            yield from (value.code for value in some if isinstance(value, Value))
        else:
            yield repr("".join(map(str, some)))


_BLANK = re.compile(r"(\n[ \t]*\n\s*)")
_VALUE = "\0"  # stands for a value


BLANK_LINE = 2  # line ends, with white space at most between them


def line_ends(piece: Piece, before: int) -> int:
    """How many line ends there are behind a piece, at least; BLANK_LINE of them are enough to know.

    There are `before` of them before it.
    """
    if isinstance(piece, Value):
        return 0
    end = piece[len(piece.rstrip()) :]
    return min(BLANK_LINE, end.count("\n") + (before if end == piece else 0))


def lay_out_pieces(
    pieces: Sequence[Piece], depth: int, *, before: int, is_last: bool
) -> tuple[list[Piece], int]:
    """Pieces that are printed one after the other, laid out where they can be; and the depth after them.

    They are `depth` brackets deep, and `before` them are surely so many line ends. Nothing is behind them if
    `is_last`.
    """
    text = "".join(_VALUE if isinstance(piece, Value) else piece for piece in pieces)
    values = iter([piece for piece in pieces if isinstance(piece, Value)])
    parts = _BLANK.split("\n" * before + text)  # paragraphs, and a blank line between each two
    first = 0 if parts[0] else min(1, len(parts) - 1)
    parts[first] = parts[first][before:]
    found: list[Piece] = []
    for index, part in enumerate(parts):
        whole = index > 0 and (is_last or index < len(parts) - 1)
        looks, after = paragraph(part.strip(), depth) if part.strip() else ("", depth)
        if looks and whole and after <= DEEPEST_LAID and all(map(_is_known, looks.split("\n"))):
            found.append(_laid_out_piece(looks, after, values))
        else:
            found += _split_pieces(part, values)
        depth = after
    return found, depth


def _is_known(line: str) -> bool:
    """Whether no value decides the column of the equals sign in a line."""
    before, value, _ = line.partition(_VALUE)
    return not value or "=" not in line or "=" in before


def _laid_out_piece(text: str, depth: int, values: Iterator[Value]) -> Piece:
    if _VALUE not in text:
        return laid(text.count("\n"), depth, text)
    parts = codes_of_pieces(_split_pieces(text, values))
    return Value(f"laid({text.count(chr(10))}, {depth}, {', '.join(parts)})")


def _split_pieces(text: str, values: Iterator[Value]) -> Iterator[Piece]:
    """A text in which _VALUE stands for each of `values`, as pieces."""
    for index, part in enumerate(text.split(_VALUE)):
        if index:
            yield next(values)
        if part:
            yield part
