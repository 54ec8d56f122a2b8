"""Texts changed at random, from a seed: what an editor, a merge or somebody of ill will makes of them."""

import random
import re
from collections.abc import Sequence

_NUMBERS = ("0", "-1", "1e999", "0x1F", "007", "1.10", "65536", "9" * 20, "9" * 4301, "-" + "9" * 4301)
_PIECES = (
    *_NUMBERS, "", " ", "\n", "\t", "\r\n", "\r", "\0", "\x1b[31m", "\x85", "\u202e", "\u2028", "\ufeff",
    "\ud800", "\udc80", "\U0010ffff", "\\ud800", "\\uD800\\uDC00", "\\U00110000", "\\u0000", "\\", '"', "'",
    "`", "${", "%{", "$${", "${var.x}", "%{ if true }", "{", "}", "[", "]", "(", ")", "{{", "}}", "{%",
    "%}", "{#", "[" * 2000, "(" * 2000, "{a: " * 40, "- " * 40, "-" * 3000, "!" * 3000, "a." * 3000,
    "x" * 5000, "<<EOT\n", "<<-EOT\n", "EOT\n", "#", "//", "/*", "*/", ":", ": ", ",", "&a ", "*a",
    "<<: *a", "!!str ", "!x ", "---\n", "...\n", "%YAML 1.1\n", "? ", "| ", "> ", "null", "~", "true",
    "yes", "NaN", "Infinity", ".inf", "::error::", "../../etc/passwd", "/", "*", "0.0.0.0/0", "10.0.0.0/33",
    "::/0", "a" * 300 + ".example", "xn--", "é", "ﬁ", "{% autoescape true %}{% endautoescape %}",
    "{{ self|hcl }}", "{% for a in b %}", "{% endfor %}", "for", "if", "count = 1\n", "for_each = {}\n",
    "dynamic", "provider", "module", "resource", "locals {}\n", "...", "=>", "?", '"${"', '"\\', "\\x",
    "0.1", ".1", "1.", "[*]", ".*.", "!", "==", "&&", "null\n",
)  # fmt: skip
_TOKEN = re.compile(r"\w+|[^\w\s]|\s+")


def mutated(text: str, others: Sequence[str], seed: int) -> str:
    """`text` with one to four changes, some of them a part of another text."""
    chance = random.Random(seed)
    for _ in range(chance.randint(1, 4)):
        text = chance.choice(_WAYS)(text, others, chance)
    return text


def _place(text: str, chance: random.Random) -> tuple[int, int]:
    """Where a token stands; anything at all where there is none."""
    tokens = list(_TOKEN.finditer(text))
    if not tokens or not chance.randrange(8):
        start = chance.randint(0, len(text))
        return start, min(len(text), start + chance.randint(0, 40))
    return chance.choice(tokens).span()


def _cut(text: str, _others: Sequence[str], chance: random.Random) -> str:
    start, end = _place(text, chance)
    return text[:start] + text[end:]


def _put(text: str, _others: Sequence[str], chance: random.Random) -> str:
    start, _ = _place(text, chance)
    return text[:start] + chance.choice(_PIECES) + text[start:]


def _exchanged(text: str, _others: Sequence[str], chance: random.Random) -> str:
    start, end = _place(text, chance)
    return text[:start] + chance.choice(_PIECES) + text[end:]


def _number(text: str, _others: Sequence[str], chance: random.Random) -> str:
    numbers = list(re.finditer(r"\d+", text))
    if not numbers:
        return text
    start, end = chance.choice(numbers).span()
    return text[:start] + chance.choice(_NUMBERS) + text[end:]


def _line_moved(text: str, others: Sequence[str], chance: random.Random) -> str:
    lines = text.split("\n")
    line = lines.pop(chance.randrange(len(lines)))
    if not chance.randrange(3):
        line = chance.choice(chance.choice(others).split("\n"))
    lines.insert(chance.randint(0, len(lines)), " " * chance.choice((0, 0, 2, 4)) + line)
    return "\n".join(lines)


def _line_twice(text: str, _others: Sequence[str], chance: random.Random) -> str:
    lines = text.split("\n")
    at = chance.randrange(len(lines))
    return "\n".join(lines[: at + 1] + lines[at : at + chance.randint(1, 4)] + lines[at + 1 :])


def _indented(text: str, _others: Sequence[str], chance: random.Random) -> str:
    lines = text.split("\n")
    at = chance.randrange(len(lines))
    lines[at] = chance.choice((f"  {lines[at]}", lines[at].lstrip(), f"\t{lines[at]}", f"- {lines[at]}"))
    return "\n".join(lines)


def _joined(text: str, others: Sequence[str], chance: random.Random) -> str:
    other = chance.choice(others)
    start, end = chance.randint(0, len(text)), chance.randint(0, len(other))
    return text[:start] + other[end:]


_WAYS = (_cut, _put, _exchanged, _exchanged, _number, _line_moved, _line_twice, _indented, _joined)
