"""Prints Python values as HCL; no other code puts a value into a page."""

import math
import re
from collections.abc import Iterable
from textwrap import wrap
from typing import Any

from tfgen.hcl.text import Comment, Interpolation, Label, OutputRef, Ref, ResourceRef, VariableRef


class Hcl(str):
    """Text that has been through `hcl`; nothing else may be printed by a template."""

    __slots__ = ()


# Besides what ends a string: what an editor or a review obeys and does not show, such as marks of direction.
_SPECIAL = re.compile(
    r'[\\"\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]|[$%]\{'
)
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t", "${": "$${", "%{": "%%{"}
_BARE_KEY = re.compile(r"(?!for\Z)[A-Za-z_][A-Za-z0-9_-]*\Z")  # `{ for` begins an expression
_LINE = 100


def hcl(value: Any) -> Hcl:
    """`literal` for templates that Jinja renders: what it returns is known to have been through it."""
    return Hcl(literal(value))


def literal(value: Any) -> str:
    """`value` as an HCL literal: str, int, float, bool, tuple, list, dict, Label, Ref or Comment."""
    kind = type(value)
    if kind is Label or kind is Ref:  # most of what is printed
        return value  # type: ignore[no-any-return]
    printer = _PRINTERS.get(kind)
    if printer is None:
        raise TypeError(f"{kind.__name__} has no form in HCL")
    text: str = printer(value)
    return text


def quoted_text(text: str) -> str:
    """A string literal that Terraform evaluates to `text`."""
    if text.isascii() and text.isprintable() and not ('"' in text or "\\" in text or "{" in text):
        return f'"{text}"'  # most texts need no closer look
    text = _SPECIAL.sub(_escape_character, text)
    if "{" in text:
        # Terraform reads `$${` as the characters `${`; python-hcl2 only with a `}` behind them.
        end = text.rfind("}") + 1
        text = text[:end] + text[end:].replace("$${", "$\\u007b").replace("%%{", "%\\u007b")
    return f'"{text}"'


def interpolation(parts: Iterable[str]) -> Ref:
    """A string that Terraform evaluates to its parts, one after another: texts and values.

    A value alone stays as it is, since `terraform fmt` would take `"${var.x}"` apart.
    """
    known = [part for part in parts if part]
    if len(known) == 1 and isinstance(known[0], Ref):
        return known[0]
    texts = (f"${{{part}}}" if isinstance(part, Ref) else quoted_text(part)[1:-1] for part in known)
    return Interpolation(f'"{"".join(texts)}"')


def _escape_character(match: re.Match[str]) -> str:
    char = match[0]
    return _ESCAPES.get(char) or f"\\u{ord(char):04x}"


def printed_key(key: str) -> str:
    """The key of an object, bare where it can be."""
    if type(key) is Label or _BARE_KEY.match(key):
        return str(key)
    # Terraform aligns by what a character takes on the screen; beyond Latin that is not its count.
    return re.sub(r"[^\x00-\u02ff]", _escape_wide, quoted_text(key))


def _escape_wide(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _print_sequence(items: Any) -> str:
    texts = [literal(item) for item in items]
    line = f"[{', '.join(texts)}]"
    if len(line) <= _LINE and "\n" not in line:
        return line
    return "[\n{}\n]".format("\n".join(f"{text}," for text in texts))


def _print_mapping(items: Any) -> str:
    if not items:
        return "{}"
    return "{{\n{}\n}}".format(
        "\n".join(f"{printed_key(key)} = {literal(value)}" for key, value in items.items())
    )


def _print_fraction(number: float) -> str:
    if not math.isfinite(number):
        raise TypeError(f"{number} has no form in HCL")
    return repr(number)


_WIDEST_COMMENT = 107
"""Characters in one line, as in what the templates say themselves."""


def _print_comment(text: str) -> str:
    shown = "".join(char if char.isprintable() else " " for char in text)
    if len(shown) <= _WIDEST_COMMENT:
        return f"# {shown}"
    lines = wrap(shown, _WIDEST_COMMENT, break_long_words=False, break_on_hyphens=False)
    return "\n".join(f"# {line}" for line in lines)


_PRINTERS: dict[type, Any] = {
    str: quoted_text,
    Label: str,
    Ref: str,
    VariableRef: str,
    OutputRef: str,
    Interpolation: str,
    ResourceRef: str,
    Comment: _print_comment,
    bool: lambda value: "true" if value else "false",
    int: str,
    float: _print_fraction,
    tuple: _print_sequence,
    list: _print_sequence,
    dict: _print_mapping,
}
