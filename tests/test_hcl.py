"""The `hcl` filter: what goes in, what stands on the page."""

from math import inf, nan
from typing import Any

import pytest

from tfgen.hcl.printer import Hcl, hcl
from tfgen.hcl.text import Comment, Label, Ref

LONG = "x" * 91  # with "b" beside it, 100 characters


@pytest.mark.parametrize(
    ("value", "text"),
    [
        # text, and what could end it or become an expression
        ("", '""'),
        ("plain", '"plain"'),
        ('say "hi"', r'"say \"hi\""'),
        ("a\\b", r'"a\\b"'),
        ("one\ntwo\r\n\tthree", r'"one\ntwo\r\n\tthree"'),
        ("\\n", r'"\\n"'),
        ("${name}", '"$${name}"'),
        ("%{if}", '"%%{if}"'),
        ("$${name}", '"$$${name}"'),
        ("$ % { } $$ %% {$ }%", '"$ % { } $$ %% {$ }%"'),
        ("#{name} //", '"#{name} //"'),
        ("<<EOT", '"<<EOT"'),
        # an escape that nothing closes is beyond python-hcl2
        ("${", r'"$\u007b"'),
        ("${a} ${b", r'"$${a} $\u007bb"'),
        ("%{", r'"%\u007b"'),
        ("$${", r'"$$\u007b"'),
        # what cannot be seen is written so that it can
        ("\0\x07\x7f\x85", r'"\u0000\u0007\u007f\u0085"'),
        ("\u2028\u2029\ufeff", r'"\u2028\u2029\ufeff"'),
        ("\xe9 \u4e2d \U0001f600", '"\xe9 \u4e2d \U0001f600"'),
        # numbers and words
        (0, "0"),
        (-17, "-17"),
        (10**18, "1000000000000000000"),
        (True, "true"),
        (False, "false"),
        # what is tfgen's own stands bare
        (Label("main"), "main"),
        (Ref("aws_lb.main.arn"), "aws_lb.main.arn"),
        (Ref('"${each.key}"'), '"${each.key}"'),
        (Comment("Why this is here."), "# Why this is here."),
        (Comment("two\nlines\u2028\x07"), "# two lines  "),
        # lists: in one line while it fits
        ((), "[]"),
        ([], "[]"),
        (("a", "${b}"), '["a", "$${b}"]'),
        ((Ref("var.x"), 1), "[var.x, 1]"),
        ((LONG, "b"), f'["{LONG}", "b"]'),
        ((LONG, "cc"), f'[\n"{LONG}",\n"cc",\n]'),
        # maps: a key stands bare where Terraform takes it for a word
        ({}, "{}"),
        ({"a": 1, "b-c": "x", "_d": True}, '{\na = 1\nb-c = "x"\n_d = true\n}'),
        ({"": 1}, '{\n"" = 1\n}'),
        ({"1a": 1}, '{\n"1a" = 1\n}'),
        ({"a b": 1}, '{\n"a b" = 1\n}'),
        ({"a.b": 1, "(a)": 1, "a\n": 1}, '{\n"a.b" = 1\n"(a)" = 1\n"a\\n" = 1\n}'),
        ({"${a}": 1}, '{\n"$${a}" = 1\n}'),
        ({"for": 1, "fort": 2}, '{\n"for" = 1\nfort = 2\n}'),
        ({"null": 1, "true": 2}, "{\nnull = 1\ntrue = 2\n}"),
        ({Label("for_each"): Ref("each.key")}, "{\nfor_each = each.key\n}"),
        ({"\xe9": 1}, '{\n"\xe9" = 1\n}'),
        ({"\u4e2d\U0001f600": 1}, '{\n"\\u4e2d\\U0001f600" = 1\n}'),
        (1.5, "1.5"),
        (-0.25, "-0.25"),
        (({"a": 1}, 2), "[\n{\na = 1\n},\n2,\n]"),
        ({"a": {"b": (1, 2)}}, "{\na = {\nb = [1, 2]\n}\n}"),
    ],
)
def test_hcl(value: Any, text: str) -> None:
    printed = hcl(value)
    assert printed == text
    assert type(printed) is Hcl


class _OwnText(str):
    """Text of a kind that nobody has thought about."""

    __slots__ = ()


@pytest.mark.parametrize(
    "value",
    [None, inf, nan, {1, 2}, b"bytes", object(), Hcl("twice"), _OwnText("text"), (None,), {"a": -inf}],
)
def test_what_has_no_form_is_refused(value: Any) -> None:
    with pytest.raises(TypeError, match="has no form in HCL"):
        hcl(value)
