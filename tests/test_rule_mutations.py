"""Each condition of a rule is broken in turn, and the rule's own cases must notice every time.

A rule whose mutant survives lacks a case, mostly one at a limit. A mutant that no spec can tell from the rule
is named in EQUIVALENT, with the reason.
"""

import inspect
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from support.mutants import mutants
from support.ruled import outcome_of

from tfgen import rules
from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem
from tfgen.rules import Rule

EQUIVALENT: dict[tuple[str, str], str] = {
    (
        "TG314",
        "name.startswith(('AWS_', 'ECS_')) and (found := _meaning(name)) -> (found := _meaning(name))",
    ): "it only saves reading the table of variables, all of which begin so",
}
"""Why a mutant finds the same in every spec, by the rule and what was changed."""


def found(check: Callable[[Blueprint], Iterator[Problem]], cases: Sequence[Blueprint]) -> Any:
    """All that a rule finds in its cases, or that it stumbles: either is noticed."""
    try:
        return [list(check(blueprint)) for blueprint in cases]
    except Exception as error:
        return type(error)


@pytest.mark.parametrize("rule", rules.all_rules(), ids=lambda rule: rule.ID)
def test_the_cases_of_a_rule_notice_every_broken_condition(rule: Rule) -> None:
    cases = [
        blueprint
        for text in (rule.BAD, rule.GOOD, *rule.FAILS, *rule.PASSES)
        if (blueprint := outcome_of(text).overridden)
    ]
    right = found(rule.check, cases)
    survivors = []
    for mutant in mutants(inspect.getsource(sys.modules[rule.__name__])):  # type: ignore[attr-defined]
        module: dict[str, Any] = {"__name__": rule.__name__}  # type: ignore[attr-defined]
        exec(mutant.code, module)
        if found(module["check"], cases) == right:
            survivors.append(mutant.change)
    excused = [change for number, change in EQUIVALENT if number == rule.ID]
    assert sorted(set(survivors)) == sorted(excused)


RULE = """
LIMIT = 5

def check(blueprint):
    for each in blueprint:
        message = "many" if each > 9 else "few"
        if each.count > LIMIT and not _well(each):
            yield Problem(ID, each.at, message, _hint(each))

def _well(service):
    return all(port for port in service.ports if port != 80)

def _hint(service):
    if service > 1:
        return "less"

def _unused(service):
    return service == 1
"""


def test_what_decides_is_broken_and_wording_is_not() -> None:
    assert [mutant.change for mutant in mutants(RULE)] == [
        "each.count > LIMIT and (not _well(each)) -> each.count > LIMIT or not _well(each)",
        "each.count > LIMIT and (not _well(each)) -> not _well(each)",
        "each.count > LIMIT and (not _well(each)) -> each.count > LIMIT",
        "each.count > LIMIT and (not _well(each)) -> True",
        "each.count > LIMIT and (not _well(each)) -> False",
        "each.count > LIMIT and (not _well(each)) -> not (each.count > LIMIT and (not _well(each)))",
        "each.count > LIMIT -> each.count >= LIMIT",
        "each.count > LIMIT -> each.count < LIMIT",
        "each.count > LIMIT -> each.count <= LIMIT",
        "each.count > LIMIT -> each.count > LIMIT + 1",
        "each.count > LIMIT -> each.count > LIMIT + -1",
        "not _well(each) -> _well(each)",
        "port != 80 -> port == 80",
        "port != 80 -> port != 81",
        "port != 80 -> port != 79",
        "port != 80 -> True",
        "port != 80 -> False",
        "port != 80 -> not port != 80",
    ]
