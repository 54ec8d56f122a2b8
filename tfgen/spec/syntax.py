"""What a YAML parser's complaint means to somebody who writes a spec.

The complaints are libyaml's, in the words of libyaml and of PyYAML's own parser.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple


class Complaint(NamedTuple):
    """A problem and its place; line and column count from 0."""

    line: int
    column: int
    message: str
    hint: str = ""


_BACKSLASH = r"write \\ for a backslash, or use single quotes"
# A part of the parser's words; whether the place is where it began what it was reading rather than
# where it stopped; the message, in which {char} is the character there; and the hint.
_KNOWN = (
    ("cannot start any token", False, "a value cannot begin with {char}", "put it in quotes"),
    ("alphabetic or numeric character", True, "a value cannot begin with {char}", "put it in quotes"),
    ("could not find expected ':'", True, "this line is no key: it has no colon", "write KEY: VALUE"),
    ("unexpected end of stream", True, "this quote is never closed", "end it with {char}"),
    (
        "invalid Unicode character escape",
        False,
        "this escape is half of a character (a lone surrogate)",
        "write the character itself",
    ),
    (
        "escape",
        False,
        "in double quotes a backslash begins an escape, and YAML knows none like this",
        _BACKSLASH,
    ),
    (
        "hexdecimal number",
        False,
        "this escape needs hexadecimal digits",
        _BACKSLASH,
    ),
    ("sequence entries are not allowed", False, "a list cannot begin in this line", "write [A, B] here"),
    ("line break", False, "text cannot follow | or > in this line", "begin it in the next line"),
    ("undefined tag handle", False, "this tag means nothing in a spec", "remove it"),
    ("<document start>", False, "the spec has ended above, and nothing may follow it", ""),
    ("node content", False, "a value is missing here", "close every [ with ] and every {{ with }}"),
)


def explain(error: Any, lines: Sequence[str]) -> Complaint:
    """A `yaml.MarkedYAMLError` in the user's terms."""
    says = error.problem or "a syntax error"
    stopped = _before_end(error.problem_mark.line, error.problem_mark.column, lines)
    began = (error.context_mark.line, error.context_mark.column) if error.context_mark else stopped
    indent = _indent(lines, stopped[0])
    if "\t" in indent:
        return Complaint(stopped[0], indent.index("\t"), "a tab cannot indent YAML", "indent with spaces")
    if "',' or '" in says:
        return _open_bracket(began, stopped, "]" if "]" in says[:40] else "}")
    if any(part in says for part in ("expected key", "'-' indicator", "<block end>")):
        is_list = "collection" in error.context or "sequence" in error.context
        return _stray(began[0], stopped, lines, is_list=is_list)
    if "mapping values are not allowed" in says:
        return _colon(*stopped, lines)
    for part, at_beginning, message, hint in _KNOWN:
        if part in says:
            line, column = began if at_beginning else stopped
            char = lines[line][column : column + 1] if line < len(lines) else ""
            return Complaint(line, column, message.format(char=char), hint.format(char=char))
    return Complaint(*stopped, f"this is not YAML: {says}")


def _before_end(line: int, column: int, lines: Sequence[str]) -> tuple[int, int]:
    """A place after the last text of the file is moved to the end of that text."""
    last = max((index for index, text in enumerate(lines) if text.strip()), default=0)
    return (line, column) if line <= last else (last, len(lines[last].rstrip()))


def _indent(lines: Sequence[str], line: int) -> str:
    text = lines[line] if line < len(lines) else ""
    return text[: len(text) - len(text.lstrip())]


def _open_bracket(began: tuple[int, int], stopped: tuple[int, int], closing: str) -> Complaint:
    if began[0] == stopped[0]:
        return Complaint(*stopped, f"expected a comma or {closing} here")
    kind = "list" if closing == "]" else "mapping"
    return Complaint(*began, f"this {kind} is not closed", f"end it with {closing}")


def _stray(began: int, stopped: tuple[int, int], lines: Sequence[str], *, is_list: bool) -> Complaint:
    """Something that neither continues what stands above it nor begins anything."""
    line, column = stopped
    if lines[line][:column].strip():
        message, hint = "this stands after the end of a value", "put the whole value in quotes"
    elif is_list:
        message = f"this is no entry of the list that begins in line {began + 1}"
        hint = "begin each entry with a dash, all in one column"
    else:
        message = f"this is no key of the mapping that begins in line {began + 1}"
        hint = "begin all its keys in one column"
    return Complaint(line, column, message, hint)


def _colon(line: int, column: int, lines: Sequence[str]) -> Complaint:
    """A second colon in one line, or the colon of a key where the parser still reads the value above."""
    if ": " in lines[line][:column]:
        return Complaint(line, column, "a value with a colon at its end or before a space needs quotes")
    message = "this key is indented as if it were a part of what stands above it"
    return Complaint(line, len(_indent(lines, line)), message, "begin all keys of a mapping in one column")
