"""`lay_out` does to what templates print what `terraform fmt` would do."""

from pathlib import Path
from textwrap import dedent

import pytest
from support.language import fmt_diff

from tfgen.hcl.layout import lay_out

TABLE = {
    "nothing": ("", ""),
    "white space alone": ("\n  \n\t\n", ""),
    "a line": ("  x = 1  ", "x = 1\n"),
    "blocks are indented, whatever a template's own indent was": (
        'resource "a" "b" {\n      c {\nd = 1\n      }\n}',
        """\
        resource "a" "b" {
          c {
            d = 1
          }
        }
        """,
    ),
    "equals signs of lines that follow one another stand in one column": (
        "a {\nx = 1\nlonger = 2\nyy   =   3\n}",
        """\
        a {
          x      = 1
          longer = 2
          yy     = 3
        }
        """,
    ),
    "a blank line, a comment, a block and an open value each end such lines": (
        "a {\nx = 1\n\nlong = 2\n# why\nlonger = 3\nb {\n}\nlongest = 4\nopen = {\nk = 5\n}\nz = 6\n}",
        """\
        a {
          x = 1

          long = 2
          # why
          longer = 3
          b {
          }
          longest = 4
          open = {
            k = 5
          }
          z = 6
        }
        """,
    ),
    "several blank lines become one, and none stays beside a bracket": (
        "\n\na {\n\n\nx = 1\n\n\ny = [\n\n1,\n\n]\n\n}\n\n\nb {\n}\n\n",
        """\
        a {
          x = 1

          y = [
            1,
          ]
        }

        b {
        }
        """,
    ),
    "a value that opens keeps one space": (
        "a {\nshort = 1\npolicy   =   jsonencode({\nB = 2\n})\n}",
        """\
        a {
          short = 1
          policy = jsonencode({
            B = 2
          })
        }
        """,
    ),
    "objects in a list": (
        "a = [\n{\nb = 1\ncc = 2\n},\n{ d = 3 },\n]",
        """\
        a = [
          {
            b  = 1
            cc = 2
          },
          { d = 3 },
        ]
        """,
    ),
    "quoted keys align as they stand": (
        'a = {\nb = 1\n"c d" = 2\n"e \\" = f" = 3\n"\\u4e2d" = 4\ng-h = 5\n"\xe9" = 6\n}',
        """\
        a = {
          b          = 1
          "c d"      = 2
          "e \\" = f" = 3
          "\\u4e2d"   = 4
          g-h        = 5
          "\xe9"        = 6
        }
        """,
    ),
    "an equals sign in text is none": (
        'a = [\n"b = c",\n"d=e",\n]\nf = "g = h"\nii = j == "k"',
        """\
        a = [
          "b = c",
          "d=e",
        ]
        f  = "g = h"
        ii = j == "k"
        """,
    ),
    "a bracket in text or in a comment opens nothing": (
        'a = "{"\nbb = "x ("\n# see (\n# x = {\nccc = "["',
        """\
        a  = "{"
        bb = "x ("
        # see (
        # x = {
        ccc = "["
        """,
    ),
}


@pytest.mark.parametrize(("text", "laid_out"), TABLE.values(), ids=TABLE)
def test_lay_out(text: str, laid_out: str) -> None:
    assert lay_out(text) == dedent(laid_out)


@pytest.mark.parametrize("name", TABLE)
def test_what_is_laid_out_stays_as_it_is(name: str) -> None:
    laid_out = dedent(TABLE[name][1])
    assert lay_out(laid_out) == laid_out


@pytest.mark.terraform
def test_terraform_would_lay_it_out_so(tmp_path: Path) -> None:
    """Otherwise the table above could be wrong on both sides."""
    pages = {f"{number}.tf": dedent(laid_out) for number, (_, laid_out) in enumerate(TABLE.values())}
    assert fmt_diff(tmp_path, pages) == ""
