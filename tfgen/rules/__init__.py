"""Domain rules: what a blueprint must satisfy so that its tasks start and can be reached.

A rule is a file in this folder, and is found there. It defines ID, SEVERITY, TITLE, WHY (a
sentence or two for the reader) and SOURCE, has `check(blueprint)`, which yields problems, and cases.

A case is a fragment of a spec: only what the rule is about. `whole_spec` adds the rest, so that BAD and
GOOD read as examples. FAILS and PASSES are further cases, at least two of each with them;
tests/test_rules.py runs the rule on all of them.
"""

import os
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from typing import Protocol, cast

from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem

OF_OVERRIDES = ("TG270", "TG271", "TG272")
"""Warnings that are not rules, since they need the rendered pages, and can be ignored all the same."""


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
def all_rules() -> tuple[Rule, ...]:
    """Every rule of this folder, by file name."""
    files = sorted(os.listdir(__path__[0]))  # noqa: PTH208 - a tenth of what pathlib takes
    names = (file.removesuffix(".py") for file in files if file.endswith(".py") and file[0] != "_")
    return tuple(cast(Rule, import_module(f"{__name__}.{name}")) for name in names)


def check(blueprint: Blueprint) -> list[Problem]:
    """What all rules find, each problem once: a service may have several target groups that are alike."""
    return list(dict.fromkeys(problem for rule in all_rules() for problem in rule.check(blueprint)))


def rule_numbers() -> tuple[str, ...]:
    """The numbers of all rules, in order."""
    return tuple(sorted(rule.ID for rule in all_rules()))
