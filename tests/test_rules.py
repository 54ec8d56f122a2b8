"""Every rule against its own cases: what it must find, and what it must leave alone."""

from typing import Any

import pytest
from support.ruled import problems_of

from tfgen import rules
from tfgen.rules import Rule


def cases(expected: str) -> list[Any]:
    return [
        pytest.param(rule, text, id=f"{rule.ID}-{expected}-{number}")
        for rule in rules.all_rules()
        for number, text in enumerate(
            (rule.BAD, *rule.FAILS) if expected == "fails" else (rule.GOOD, *rule.PASSES)
        )
    ]


@pytest.mark.parametrize(("rule", "text"), cases("fails"))
def test_a_rule_finds_what_it_is_for(rule: Rule, text: str) -> None:
    found = [problem for problem in problems_of(text) if problem.code == rule.ID]
    assert found
    assert all(problem.at.line and problem.hint for problem in found)
    assert {problem.severity for problem in found} == {rule.SEVERITY}


@pytest.mark.parametrize(("rule", "text"), cases("passes"))
def test_a_rule_leaves_alone_what_is_right(rule: Rule, text: str) -> None:
    assert rule.ID not in {problem.code for problem in problems_of(text)}


@pytest.mark.parametrize("rule", rules.all_rules(), ids=lambda rule: rule.ID)
def test_a_rule_says_what_it_is(rule: Rule) -> None:
    assert rule.SEVERITY in ("error", "warning", "note")
    assert rule.SOURCE.startswith("https://")
    assert not rule.TITLE.endswith(".")
    assert rule.WHY.endswith(".")
    assert rule.FAILS
    assert rule.PASSES


def test_no_two_rules_share_a_number() -> None:
    numbers = [rule.ID for rule in rules.all_rules()]
    assert sorted(set(numbers)) == sorted(numbers)
