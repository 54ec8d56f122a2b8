"""Lays HCL out as `terraform fmt` does, so that templates need not care about white space.

Made for what our templates and the `hcl` filter write: a bracket that spans lines opens at the end
of one line and closes at the beginning of another, and there are no heredocs.
"""

import re

# A quoted key of an object, or one with a dash, up to its equals sign.
_KEY = re.compile(r'([A-Za-z_][\w-]*|"(?:[^"\\]|\\.)*") *= *(?!=)')
_BLANK = re.compile(r"\n[ \t]*\n\s*")
_OPENING, _CLOSING = ("{", "[", "("), ("}", "]", ")")


def lay_out(text: str) -> str:
    """Indents, aligns equals signs, and leaves single blank lines only, none beside a bracket."""
    parts: list[str] = []
    depth = 0
    for part in _BLANK.split(text.strip()):
        if part[:1] <= _DEEPEST_MARK and part:
            looks, depth = part[1:], ord(part[0]) - 1
        else:
            looks, depth = paragraph(part, depth)
        if parts:
            beside_bracket = parts[-1].endswith(_OPENING) or looks.lstrip().startswith(_CLOSING)
            parts.append("\n" if beside_bracket else "\n\n")
        parts.append(looks)
    laid_out = "".join(parts)
    return f"{laid_out}\n" if laid_out else ""


DEEPEST_LAID = 7
_DEEPEST_MARK = chr(DEEPEST_LAID + 1)


def laid(breaks: int, depth: int, *parts: str) -> str:
    """A paragraph that is laid out already, for `lay_out`; unless a value in it has brought further lines.

    A mark at its beginning says so, a character that no page has and that is no white space, and also how
    many brackets deep its end is.
    """
    text = "".join(parts)
    return chr(depth + 1) + text if text.count("\n") == breaks else text


def paragraph(text: str, depth: int) -> tuple[str, int]:
    """Lines without a blank one between them, `depth` brackets deep; and the depth after them."""
    lines: list[str] = []
    run: list[tuple[str, str]] = []
    for raw in text.split("\n"):
        line = raw.strip()
        opens = line[-1:] in _OPENING and line[0] != "#"
        assignment = _split_assignment(line) if "=" in line else None
        if assignment:
            if not opens:
                run.append(assignment)
                continue
            line = " = ".join(assignment)  # what spans lines keeps one space around its equals sign
        if run:
            _align_assignments(run, "  " * depth, lines)
        depth -= line[:1] in _CLOSING
        lines.append("  " * depth + line)
        depth += opens
    if run:
        _align_assignments(run, "  " * depth, lines)
    return "\n".join(lines), depth


def _split_assignment(line: str) -> tuple[str, str] | None:
    """An argument or a key and its value, or None where a line is neither."""
    key, equals, value = line.partition(" = ")
    if equals and (key := key.rstrip()).isidentifier():
        return key, value.lstrip()
    match = _KEY.match(line)
    return (match[1], line[match.end() :]) if match else None


def _align_assignments(run: list[tuple[str, str]], indent: str, lines: list[str]) -> None:
    """Appends a run of assignments with their equals signs in one column, and empties it."""
    width = max([len(key) for key, _ in run])
    lines += [f"{indent}{key.ljust(width)} = {value}" for key, value in run]
    run.clear()
