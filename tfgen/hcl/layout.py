"""Lays HCL out as `terraform fmt` does, so that templates need not care about white space.

Made for what our templates and the `hcl` filter write: a bracket that spans lines opens at the end
of one line and closes at the beginning of another, and there are no heredocs.
"""

import re
from functools import lru_cache

# A quoted key of an object, or one with a dash, up to its equals sign.
_KEY = re.compile(r'([A-Za-z_][\w-]*|"(?:[^"\\]|\\.)*") *= *(?!=)')
_BLANK = re.compile(r"\n[ \t]*\n\s*")
_OPENING, _CLOSING = ("{", "[", "("), ("}", "]", ")")


def lay_out(text: str) -> str:
    """Indents, aligns equals signs, and leaves single blank lines only, none beside a bracket."""
    parts: list[str] = []
    depth = 0
    for paragraph in _BLANK.split(text.strip()):
        laid, after = _paragraph(paragraph, depth)
        if parts:
            beside_bracket = parts[-1].endswith(_OPENING) or laid.lstrip().startswith(_CLOSING)
            parts.append("\n" if beside_bracket else "\n\n")
        parts.append(laid)
        depth = after
    laid_out = "".join(parts)
    return f"{laid_out}\n" if laid_out else ""


@lru_cache(maxsize=4096)  # much of one service's file stands in the next one's too
def _paragraph(text: str, depth: int) -> tuple[str, int]:
    """Lines without a blank one between them, `depth` brackets deep; and the depth after them."""
    lines: list[str] = []
    run: list[tuple[str, str]] = []
    for raw in text.split("\n"):
        line = raw.strip()
        opens = line.endswith(_OPENING) and line[0] != "#"
        if not opens:
            assignment = _assignment(line)
            if assignment:
                run.append(assignment)
                continue
        if run:
            _align(run, "  " * depth, lines)
        depth -= line.startswith(_CLOSING)
        lines.append("  " * depth + (_spaced(line) if opens else line))
        depth += opens
    if run:
        _align(run, "  " * depth, lines)
    return "\n".join(lines), depth


def _assignment(line: str) -> tuple[str, str] | None:
    """An argument or a key and its value, or None where a line is neither."""
    key, equals, value = line.partition(" = ")
    key = key.rstrip()
    if equals and key.isidentifier():
        return key, value.lstrip()
    match = _KEY.match(line) if equals or "=" in line else None
    return (match[1], line[match.end() :]) if match else None


def _spaced(line: str) -> str:
    """A line that opens a block or a value keeps one space around its equals sign."""
    assignment = _assignment(line)
    return " = ".join(assignment) if assignment else line


def _align(run: list[tuple[str, str]], indent: str, lines: list[str]) -> None:
    """Appends a run of assignments with their equals signs in one column, and empties it."""
    width = max([len(key) for key, _ in run])
    lines += [f"{indent}{key.ljust(width)} = {value}" for key, value in run]
    run.clear()
