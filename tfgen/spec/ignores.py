"""What a spec ignores: `ignore: [{rule: TG304, reason: ...}]` beside the thing."""

from collections.abc import Collection, Iterator, Sequence

from tfgen.problems import Ignored, Location, Problem, SpecPath, nearest_word
from tfgen.spec.balancers import balancers_of
from tfgen.spec.model import Ignore, Ignores, Spec
from tfgen.spec.source import Source

UNUSED = "TG392"
"""Not checked in a spec with errors: what is mended may break a rule, at a place where it is ignored."""


def apply_ignores(
    spec: Spec, source: Source, problems: Sequence[Problem], rules: Collection[str]
) -> tuple[list[Problem], list[Ignored]]:
    """Splits what was found into what remains and what the spec ignores.

    An ignore covers the problems of its rule in its section of the file; of several, the innermost one
    applies. What remains includes warnings about ignores without a reason, an effect or a known rule.
    `rules` are the codes that can be ignored.
    """
    said = dict(_ignores_of_spec(spec))
    if not said:
        return list(problems), []
    covering: dict[tuple[SpecPath, str], list[SpecPath]] = {}
    for place, ignore in said.items():
        if ignore.rule in rules:
            covering.setdefault((place[:-2], ignore.rule), []).append(place)
    stays, ignored = [], []
    chosen: dict[SpecPath, SpecPath] = {}  # for each ignore that covers a problem, the one that did
    for problem in problems:
        around = _paths_around(problem.at.path)
        covers = [place for path in around for place in covering.get((path, problem.code), ())]
        if covers:
            chosen[covers[0]] = covers[0]
            for place in covers[1:]:
                chosen.setdefault(place, covers[0])
            ignored.append(Ignored(problem, said[covers[0]].reason.strip()))
        else:
            stays.append(problem)
    for place, ignore in said.items():
        at = source.at((*place, "rule"))
        if place in chosen and chosen[place] != place:
            stays.append(_needless_ignore(ignore, at, source.at((*chosen[place], "rule"))))
        else:
            stays += _wrong_ignores(ignore, place in chosen, at, rules)
    return stays, ignored


def _ignores_of_spec(spec: Spec) -> Iterator[tuple[SpecPath, Ignore]]:
    """Every ignore by its own path, which ends in "ignore" and its number there."""
    sections: list[tuple[SpecPath, Ignores]] = [
        ((), spec.ignore),
        (("network",), spec.network.ignore),
    ]
    for balancer in balancers_of(spec):
        sections.append((balancer.path, balancer.said.ignore))
        sections += [(balancer.listener_path(key), each.ignore) for key, each in balancer.listeners]
    for tasks in (spec.services, spec.jobs):
        sections += [((task.section, key), task.ignore) for key, task in tasks.items()]
    for section, ignores in sections:
        for index, ignore in enumerate(ignores or ()):
            yield (*section, "ignore", index), ignore


def _paths_around(path: SpecPath) -> Iterator[SpecPath]:
    """A path and those of the sections around it, from the inside out."""
    for length in range(len(path), -1, -1):
        yield path[:length]


def _needless_ignore(ignore: Ignore, at: Location, other: Location) -> Problem:
    message = (
        f"another ignore of {ignore.rule}, in line {other.line}, covers everything that this one would cover"
    )
    return Problem(UNUSED, at, message, "remove one of them", "warning")


def _wrong_ignores(ignore: Ignore, used: bool, at: Location, rules: Collection[str]) -> Iterator[Problem]:
    rule = ignore.rule
    if rule not in rules:
        # A code of an error is spelled right but cannot be ignored: a similar code would mislead.
        other_kind = rule[:2] == "TG" and rule[2:].isdecimal() and rule[2:3] != "3"
        near = "" if other_kind else nearest_word(rule.upper(), rules, 0.75)
        listed = "write a code that can be ignored: those that tfgen explain lists, and TG270 to TG272"
        hint = f"did you mean {near}?" if near else listed
        message = f"{rule} cannot be ignored" if other_kind else f'unknown rule "{rule}"'
        yield Problem("TG391", at, message, hint, "warning")
    elif not used:
        message = f"nothing here breaks {rule}, and this ignore would hide a problem that appears later"
        yield Problem(UNUSED, at, message, "remove it", "warning")
    elif not ignore.reason.strip():
        message = f"this ignore of {rule} gives no reason, so a later reader cannot judge it"
        yield Problem(
            "TG390", at, message, f"write {{rule: {rule}, reason: why it is no problem here}}", "warning"
        )
