"""Makes foreign text safe for a terminal, a CI log or a shell; nothing else does.

Text in a message passes `in_line`, so that it neither ends the line nor hides in it. Everything
that tfgen prints also passes `screened_text`, in a `Screen` around standard output and error: it can
neither control a terminal nor be a command of the CI whose log this is.
"""

import re
import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

_EMOJI = "\u2190-\u2bff\ufe0f\U0001f000-\U0001faff"
# Format characters (Unicode's category Cf), separators of lines, halves of characters, and letters that take
# no room: they are obeyed or not seen. U+200D is looked at by itself, as it joins emoji.
_UNSEEN = (
    "\x7f-\x9f\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b\u200c\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\ud800-\udfff"
    "\U000110bd\U000110cd\U00013430-\U0001345f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff"
)
_LONE_JOINER = f"(?<![{_EMOJI}])\u200d|\u200d(?![{_EMOJI}])"
# The colours that tfgen itself prints: a severity's, a place's, and those of a diff.
_OURS = r"\x1b\[(?:0|1|1;3[136]|3[126])m"


def in_line(value: object) -> str:
    """`value` as part of one line: line breaks, control and invisible characters are escaped as in YAML."""
    text = str(value)
    return text if text.isprintable() else _unprintable_pattern().sub(_unless_seen, text)


@cache
def _unprintable_pattern() -> re.Pattern[str]:
    return re.compile(f"[\x00-\x1f{_UNSEEN}\\s]|{_LONE_JOINER}")


def _unless_seen(match: re.Match[str]) -> str:
    return match[0] if match[0] in " \u3000" else escaped_character(match[0])


def escaped_character(char: str) -> str:
    """A character as an escape sequence of YAML."""
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def wrapped_text(text: str, width: int, indent: str = "", begun: int = 0) -> str:
    """`text` in lines of `width` columns, all but the first indented; unchanged if `width` is 0.

    The first line already has `begun` columns. A word that is longer than a line is not broken.
    """
    if not width or begun + len(text) <= width:
        return text
    import textwrap  # noqa: PLC0415 - only a terminal pays for it

    lines = textwrap.wrap(
        text, width, initial_indent="\0" * begun, subsequent_indent=indent,
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip
    return "\n".join(lines)[begun:]


def in_columns(line: str) -> str:
    """A line with every character in its column: a tab becomes a space, an invisible character a "?"."""
    return "".join(char if char.isprintable() else " " if char == "\t" else "?" for char in line)


def shell_word(value: object) -> str:
    """`value` as one word of a shell command in a message."""
    text = str(value)
    if in_line(text) == text:
        return shlex.quote(text)
    return f"$'{''.join(map(_in_shell, text))}'"


def _in_shell(char: str) -> str:
    """A character as bash and zsh read it within $'...'. U+DC80 to U+DCFF are bytes that are not UTF-8."""
    code = ord(char)
    if char in "\\'":
        return f"\\{char}"
    if in_line(char) == char:
        return char
    byte = code - 0xDC00 if 0xDC80 <= code <= 0xDCFF else code
    return (
        f"\\x{byte:02x}" if byte < 0x80 or byte != code else escaped_character(char).replace("\\x", "\\u00")
    )


def plain_in_yaml(text: str) -> bool:
    """Whether a YAML text is safe to print outside double quotes, wherever it is wrapped."""
    return screened_text(text) == text and not _WRAPPED_COMMAND.search(text)


_WRAPPED_COMMAND = re.compile(r"\s::")


def in_yaml(text: str) -> str:
    """YAML with invisible characters only in double quotes, escaped."""
    return _unprintable_pattern().sub(
        lambda match: match[0] if match[0].isspace() else escaped_character(match[0]), text
    )


def screened_text(text: str, *, begun: bool = False, commands: bool = False, colours: bool = False) -> str:
    """`text` of many lines without anything that controls a terminal or a CI; quoted strings stay valid YAML
    and JSON.

    `begun` if the first line has already begun. With `commands`, lines may be GitHub workflow commands; with
    `colours`, tfgen's own colors pass.
    https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
    """
    text = _unsafe_pattern(text.isascii(), colours).sub(_as_code, text)
    if "::" not in text or commands:
        return text
    first, end, rest = text.partition("\n") if begun else ("", "", text)
    return first + end + _COMMAND.sub(r"\1\\u003a:", rest)


@cache
def _unsafe_pattern(in_ascii: bool, colours: bool) -> re.Pattern[str]:
    """Compiled when it is needed: most output is ASCII."""
    # "##[" and its kin, which runners look for anywhere in a line: Azure's, and GitHub's of old.
    parts = ["\r(?!\n)", r"#(?=#[a-z]*\[)"]
    if in_ascii:
        parts.append("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
    else:
        parts += [f"[\x00-\x08\x0b\x0c\x0e-\x1f{_UNSEEN}]", _LONE_JOINER]
    return re.compile("|".join([_OURS, *parts] if colours else parts))


def _as_code(match: re.Match[str]) -> str:
    """Beyond 16 bits as a surrogate pair, as in JSON; printed YAML has no such characters (`in_yaml`)."""
    if len(match[0]) > 1:
        return match[0]
    units = match[0].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{high:02x}{low:02x}" for high, low in zip(units[::2], units[1::2], strict=True))


# Runners look past white space at the beginning of a line.
_COMMAND = re.compile(r"^([^\S\n]*):(?=:)", re.MULTILINE)


class Screen:
    """A stream that writes the result of `screened_text`. Everything else goes to the stream behind it."""

    def __init__(self, stream: Any) -> None:
        self.behind = stream
        self.commands = False
        self._begun = False

    def write(self, text: str) -> int:
        colours = self.behind.isatty()
        safe = screened_text(text, begun=self._begun, commands=self.commands, colours=colours)
        self.behind.write(safe)
        last = text.rpartition("\n")[2]
        self._begun = bool(last.strip()) or (self._begun and "\n" not in text)
        return len(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.behind, name)


@contextmanager
def screened_output() -> Iterator[None]:
    """Puts a screen in front of standard output and error."""
    before = sys.stdout, sys.stderr
    screened: list[Any] = [Screen(stream) if stream is not None else None for stream in before]
    sys.stdout, sys.stderr = screened
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before


@contextmanager
def workflow_commands() -> Iterator[None]:
    """Lets GitHub workflow commands, which are tfgen's own, pass through standard output."""
    screen: Any = sys.stdout
    if isinstance(screen, Screen):
        screen.commands = True
    try:
        yield
    finally:
        if isinstance(screen, Screen):
            screen.commands = False
