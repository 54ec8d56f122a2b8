"""A few lines of Terraform that come to more than a machine has are refused, and at once."""

import re
from collections.abc import Mapping

import pytest

from tfgen.changes.report import changes_between
from tfgen.hcl.reader import parsed_number
from tfgen.problems import Exit, TfgenError

QUEUE = 'resource "aws_sqs_queue" "a" {\n  name = local.x\n}\n'


def doubling(first: str, step: str, times: int = 40) -> str:
    steps = (f"  a{n + 1} = {step.format(n)}" for n in range(times))
    return "\n".join(["locals {", f"  a0 = {first}", *steps, f"  x = local.a{times}", "}", QUEUE])


def nested(times: int) -> str:
    loops = "".join(f"[for a{n} in local.l : " for n in range(times))
    return f"locals {{\n  l = [{'1, ' * 10}]\n  x = {loops}1{']' * times}\n}}\n{QUEUE}"


@pytest.mark.parametrize(
    "pages",
    [
        {"main.tf": doubling('"xx"', '"${{local.a{0}}}${{local.a{0}}}"')},
        {"main.tf": doubling("[1]", "[local.a{0}, local.a{0}]")},
        {"main.tf": doubling("[1]", "concat(local.a{0}, local.a{0})")},
        {"main.tf": doubling("{}", "{{ a = local.a{0}, b = local.a{0} }}")},
        {"main.tf": doubling("[1]", "lower([local.a{0}, local.a{0}])")},
        {"main.tf": doubling('"xx"', 'replace(local.a{0}, "", local.a{0})', 9)},
        {"main.tf": nested(9)},
        {"main.tf": 'resource "aws_sqs_queue" "a" {\n  count = 99999999\n}\n'},
        {
            "main.tf": 'module "a" {\n  source = "./a"\n  count  = 9000\n}\n',
            "a/main.tf": 'resource "aws_sqs_queue" "a" {\n  count = 9000\n}\n',
        },
        {"main.tf": 'module "a" {\n  source = "./."\n}\nmodule "b" {\n  source = "./."\n}\n'},
    ],
    ids=[
        "text",
        "lists",
        "concat",
        "maps",
        "unknown",
        "replace",
        "for",
        "count",
        "modules",
        "circle",
    ],
)
def test_what_exceeds_a_limit_is_refused(pages: Mapping[str, str]) -> None:
    with pytest.raises(TfgenError, match="is too large to be evaluated here") as refused:
        changes_between({}, pages)
    assert refused.value.code is Exit.SPEC_HAS_ERRORS


@pytest.mark.parametrize("pattern", ["/(a+)+$/", "/(a|a)*$/", "/a*a*a*a*a*$/", "/a{1,9}{1,9}{1,9}$/"])
def test_an_expression_that_python_takes_long_for_is_not_looked_for(pattern: str) -> None:
    page = f'resource "aws_sqs_queue" "a" {{\n  name = replace("{"a" * 60}b", "{pattern}", "")\n}}\n'
    (change,) = changes_between({}, {"main.tf": page}).changes
    assert "replace" in repr(change.new["name"])


def test_a_stack_of_thousands_is_none_of_these() -> None:
    many = ", ".join(f'"q{n}"' for n in range(5000))
    page = f'locals {{\n  x = [for q in [{many}] : "${{q}}-{"y" * 90}" if q != "q7"]\n}}\n'
    page += 'resource "aws_sqs_queue" "a" {\n  for_each = toset(local.x)\n  name = each.key\n}\n'
    assert len(changes_between({}, {"main.tf": page}).changes) == 4999


@pytest.mark.parametrize("digits", ["9" * 4301, "9" * 400, "1e999", "1" + "0" * 309 + ".5"])
@pytest.mark.parametrize(
    "page",
    [
        {"a.tf": 'resource "aws_sqs_queue" "a" {{\n  delay_seconds = {}\n}}\n'},
        {"a.tf": 'resource "aws_sqs_queue" "a" {{\n  delay_seconds = 1 + {} - 1\n}}\n'},
        {"a.tf": 'resource "aws_sqs_queue" "a" {{\n  count = {}\n  name = "x"\n}}\n'},
        {"a.tf.json": '{{"resource": {{"aws_sqs_queue": {{"a": {{"delay_seconds": {}}}}}}}}}'},
        {"a.tf": 'variable "x" {{}}\n# {}\n', "a.auto.tfvars": "x = {}\n"},
        {"a.tf": 'variable "x" {{}}\n# {}\n', "a.auto.tfvars.json": '{{"x": {}}}'},
    ],
    ids=["argument", "sum", "count", "json", "tfvars", "tfvars-json"],
)
def test_a_number_that_python_does_not_read_is_no_traceback(page: Mapping[str, str], digits: str) -> None:
    pages = {name: text.format(digits) for name, text in page.items()}
    assert not re.search("refuse", str(changes_between(pages, pages).refusals))
    other = {name: text.replace("9" * 300, "8" * 300) for name, text in pages.items()}
    if other != pages and "argument" in str(page):
        assert changes_between(pages, other).changes


def test_numbers() -> None:
    assert parsed_number("12") == 12
    assert parsed_number("-12") == -12
    assert parsed_number("1.5") == 1.5
    assert parsed_number("1e2") == 100.0
    assert parsed_number("9" * 301) == "9" * 301
    assert parsed_number("1e999") == "1e999"


@pytest.mark.parametrize("escape", ["\\ud800", "\\U00110000", "\\UFFFFFFFF", "\\udfff"])
def test_an_escape_that_is_no_character_is_none(escape: str) -> None:
    page = f'resource "aws_sqs_queue" "a" {{\n  name = "x{escape}"\n}}\n'
    (change,) = changes_between({}, {"main.tf": page}).changes
    assert change.new["name"] == "x\ufffd"
