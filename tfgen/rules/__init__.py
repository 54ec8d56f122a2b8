"""Domain rules: what must hold for a blueprint so that its tasks start and can be reached.

A rule is a file in this folder, found by being there. It has ID, SEVERITY, TITLE, WHY (one sentence for
people who ask) and SOURCE, a function `check(blueprint)` that yields problems, and cases.

A case is a fragment of a spec: only what the rule is about. `whole_spec` adds the rest, so that BAD and
GOOD read as examples. FAILS and PASSES are further cases, at least two of each with them;
tests/test_rules.py runs the rule on all of them.
"""

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem

OF_OVERRIDES = ("TG270", "TG271", "TG272")
"""Warnings that are no rules, since the pages have to be there for them, and can be ignored all the same."""


class Rule(Protocol):
    """What a rule's module holds."""

    ID: str
    SEVERITY: str
    TITLE: str
    WHY: str
    SOURCE: str
    BAD: str
    GOOD: str
    FAILS: tuple[str, ...]
    PASSES: tuple[str, ...]

    def check(self, blueprint: Blueprint) -> Iterator[Problem]: ...


@cache
def rules() -> tuple[Rule, ...]:
    """Every rule of this folder, by file name."""
    names = sorted(path.stem for path in Path(__file__).parent.glob("[!_]*.py"))
    return tuple(cast(Rule, import_module(f"{__name__}.{name}")) for name in names)


def check(blueprint: Blueprint) -> list[Problem]:
    """What all rules find."""
    return [problem for rule in rules() for problem in rule.check(blueprint)]


def numbers() -> tuple[str, ...]:
    """The numbers of all rules, in order."""
    return tuple(sorted(rule.ID for rule in rules()))
