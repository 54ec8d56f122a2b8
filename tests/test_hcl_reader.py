"""Terraform's language is read the same with short cuts and without."""

import re
from pathlib import Path

import pytest
from support.mutations import mutated

from tfgen.hcl.reader import read_page
from tfgen.hcl.syntax import HclError

GENERATED = Path(__file__).parent.parent / "generated"
PAGES = [path.read_text() for path in sorted(GENERATED.rglob("*.tf"))]


def outcome(text: str, *, lines: bool) -> str:
    """All that the text says, but for the lines of names, or why it says nothing."""
    try:
        return re.sub(r"(name='[^']*', line)=\d+", r"\1", repr(read_page(text, lines=lines)))
    except HclError as error:
        return f"{error.line}:{error.column}: expected {error}"
    except RecursionError:  # Python prints no tree that is nested so deep
        return "a tree that cannot be printed"


@pytest.mark.parametrize("first", range(0, 3000, 500))
def test_short_cuts_mean_nothing(first: int) -> None:
    """To know the line of every name, a text is read word by word."""
    readable = 0
    for seed in range(first, first + 500):
        text = mutated(PAGES[seed % len(PAGES)], PAGES, seed)
        said = outcome(text, lines=False)
        assert said == outcome(text, lines=True)
        readable += said.startswith("Body(")
    assert readable > 50


@pytest.mark.parametrize(
    "text",
    [
        'a = "x"\nb = 1\n',
        "a = b.c\n  .d\n",
        "a = b\n[0]\n",
        "a = b\n? c : d\n",
        "a = true\nb = null.x\n",
        "a = [1, x, true]\nb = [for x in y : x]\nc = { for x in y : x => x }\n",
        'a = ["x", "y]", "z"]\nb = ["}"]\nc = { d = "}", e = "]" }\n',
        'a = { b = 1, "c" : 2 }\nd = { e : f.g }\n',
        'a = [\n  "x",\n  b.c,\n  { d = "e" },\n  1, 2,\n]\n',
        'a = f("x", b.c, 1)\nb = f(c..., )\n',
        "a = 1.5\nb = 12e3\nc = 0x1\n",
        "a = b # c\nd = e // f\ng = h /* i */\n",
        'a "b" "c" {\n  d = e\n}\nf {}\ng "h${i}" {}\n',
        'a = "x", b = 1\n',
        "a = b c = d\n",
        "a = [1 2]\n",
        "a = {b = 1 c = 2}\n",
        "é = ü.ö\n",
        "a = aws::b\nc = provider::d::e(f)\n",
        "a = b\n}\n",
        'a = "x"',
    ],
)
def test_what_a_short_cut_could_take_for_something_else(text: str) -> None:
    assert outcome(text, lines=False) == outcome(text, lines=True)
