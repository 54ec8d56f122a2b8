"""Lays HCL out as `terraform fmt` does, so that templates need not care about white space.

Made for what our templates and the `hcl` filter write: a bracket that spans lines opens at the end
of one line and closes at the beginning of another, and there are no heredocs.
"""

import re

# A quoted key of an object, or one with a dash, up to its equals sign.
_KEY = re.compile(r'([A-Za-z_][\w-]*|"(?:[^"\\]|\\.)*") *= *(?!=)')
_OPENING, _CLOSING = ("{", "[", "("), ("}", "]", ")")


def lay_out(text: str) -> str:
    """Indents, aligns equals signs, and leaves single blank lines only, none beside a bracket."""
    lines: list[str] = []
    run: list[tuple[str, str]] = []
    depth = 0
    gap = False
    for raw in text.split("\n"):
        line = raw.strip()
        if not line:
            gap = True
            continue
        opens = line.endswith(_OPENING) and line[0] != "#"
        closes = line[0] in _CLOSING
        assignment = None if opens or closes else _assignment(line)
        if run and (gap or assignment is None):
            _align(run, "  " * depth, lines)
        if closes:
            depth -= 1
        elif gap and lines and not lines[-1].endswith(_OPENING):
            lines.append("")
        gap = False
        if assignment:
            run.append(assignment)
        else:
            lines.append("  " * depth + (_spaced(line) if opens else line))
        if opens:
            depth += 1
    if run:
        _align(run, "  " * depth, lines)
    return "\n".join(lines) + "\n" if lines else ""


def _assignment(line: str) -> tuple[str, str] | None:
    """An argument or a key and its value, or None where a line is neither."""
    key, equals, value = line.partition(" = ")
    key = key.rstrip()
    if equals and key.isidentifier():
        return key, value.lstrip()
    match = _KEY.match(line)
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
