"""What the error of a YAML parser means to the author of a spec.

The errors are libyaml's, in the words of libyaml and of PyYAML's own parser.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple


class Complaint(NamedTuple):
    """A problem and its place; line and column count from 0."""

    line: int
    column: int
    message: str
    hint: str = ""


_LONGEST_KEY = 1024
_BACKSLASH = r"write \\ for a backslash, or use single quotes"
# A part of the parser's words; whether the place is where it began what it was reading rather than
# where it stopped; the message, in which {char} is the character there; and the hint.
_KNOWN = (
    ("cannot start any token", False, "a value cannot begin with {char}", "quote it"),
    ("alphabetic or numeric character", True, "a value cannot begin with {char}", "quote it"),
    ("could not find expected ':'", True, "this line is not a key: it has no colon", "write KEY: VALUE"),
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
        "in double quotes a backslash begins an escape, and this is not a valid one",
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
    ("undefined tag handle", False, "YAML tags are not supported", "remove it"),
    ("<document start>", False, "the spec ends above, and nothing may follow it", ""),
    ("node content", False, "a value is missing here", "close every [ with ] and every {{ with }}"),
)


class _Stop(NamedTuple):
    """Where the parser stopped and why. Places are (line, column), from 0."""

    says: str
    reading: str  # what it was reading
    began: tuple[int, int]  # where that began
    at: tuple[int, int]
    lines: Sequence[str]


def explain_error(error: Any, lines: Sequence[str]) -> Complaint:
    """A `yaml.MarkedYAMLError` in the user's terms."""
    at = _before_end(error.problem_mark.line, error.problem_mark.column, lines)
    began = (error.context_mark.line, error.context_mark.column) if error.context_mark else at
    stop = _Stop(error.problem or "a syntax error", error.context or "", began, at, lines)
    return (
        _explain_tab(stop)
        or _long_key(stop)
        or _explain_colon(stop)
        or _open_bracket(stop)
        or _explain_stray(stop)
        or _explain_known(stop)
        or Complaint(*at, f"this is not YAML: {stop.says}")
    )


def _before_end(line: int, column: int, lines: Sequence[str]) -> tuple[int, int]:
    """A place after the last text of the file is moved to the end of that text."""
    last = max((index for index, text in enumerate(lines) if text.strip()), default=0)
    return (line, column) if line <= last else (last, len(lines[last].rstrip()))


def _indent_of(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]


def _explain_tab(stop: _Stop) -> Complaint | None:
    line = stop.at[0]
    column = _indent_of(stop.lines[line]).find("\t")
    return Complaint(line, column, "a tab cannot indent YAML", "indent with spaces") if column >= 0 else None


def _long_key(stop: _Stop) -> Complaint | None:
    if "mapping values are not allowed" not in stop.says and "could not find expected ':'" not in stop.says:
        return None
    line = stop.began[0]
    text = stop.lines[line]
    if len(text.lstrip().partition(": ")[0]) <= _LONGEST_KEY:
        return None
    return Complaint(line, len(_indent_of(text)), f"a YAML key has at most {_LONGEST_KEY} characters")


def _explain_colon(stop: _Stop) -> Complaint | None:
    """A second colon in one line, or the colon of a key where the parser still reads the value above."""
    if "mapping values are not allowed" not in stop.says:
        return None
    line, column = stop.at
    if ": " in stop.lines[line][:column]:
        return Complaint(line, column, "a value with a colon at its end or before a space needs quotes")
    message = "this key is indented as if it were part of the value above it"
    return Complaint(
        line, len(_indent_of(stop.lines[line])), message, "begin all keys of a mapping in one column"
    )


def _open_bracket(stop: _Stop) -> Complaint | None:
    closing = next((bracket for bracket in "]}" if f"',' or '{bracket}'" in stop.says), "")
    if not closing:
        return None
    if stop.began[0] == stop.at[0]:
        return Complaint(*stop.at, f"expected a comma or {closing} here")
    kind = "list" if closing == "]" else "mapping"
    return Complaint(*stop.began, f"this {kind} is not closed", f"end it with {closing}")


def _explain_stray(stop: _Stop) -> Complaint | None:
    """Something that neither continues what is above it nor begins anything."""
    if not any(part in stop.says for part in ("expected key", "'-' indicator", "<block end>")):
        return None
    line, column = stop.at
    if stop.lines[line][:column].strip():
        message, hint = "this follows the end of a value", "quote the whole value"
    elif "collection" in stop.reading or "sequence" in stop.reading:
        message = f"this is not an entry of the list that begins in line {stop.began[0] + 1}"
        hint = "begin each entry with a dash, all in one column"
    else:
        message = f"this is not a key of the mapping that begins in line {stop.began[0] + 1}"
        hint = "begin all its keys in one column"
    return Complaint(line, column, message, hint)


def _explain_known(stop: _Stop) -> Complaint | None:
    for part, at_beginning, message, hint in _KNOWN:
        if part in stop.says:
            line, column = stop.began if at_beginning else stop.at
            char = stop.lines[line][column : column + 1]
            return Complaint(line, column, message.format(char=char), hint.format(char=char))
    return None
