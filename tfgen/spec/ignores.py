"""What a spec ignores: `ignore: [{rule: TG304, reason: ...}]` in the section concerned."""

from collections.abc import Collection, Iterator, Sequence

from tfgen.problems import Ignored, Location, Problem, SpecPath, nearest
from tfgen.spec.model import Ignore, Ignores, Spec
from tfgen.spec.source import Source

UNUSED = "TG392"
"""Of a spec with errors nobody can say it: what is mended may break a rule, and be where it is ignored."""


def apply(
    spec: Spec, source: Source, problems: Sequence[Problem], rules: Collection[str]
) -> tuple[list[Problem], list[Ignored]]:
    """Parts what was found into what stays and what the spec ignores.

    An ignore covers the problems of its rule that stand in its section of the file; of several, the one
    closest around the problem. Among what stays are warnings of ignores that have no reason, no effect or
    no rule. `rules` are the numbers of what can be ignored.
    """
    said = dict(_said(spec))
    if not said:
        return list(problems), []
    covering: dict[tuple[SpecPath, str], list[SpecPath]] = {}
    for place, ignore in said.items():
        if ignore.rule in rules:
            covering.setdefault((place[:-2], ignore.rule), []).append(place)
    stays, ignored = [], []
    chosen: dict[SpecPath, SpecPath] = {}  # for each ignore that covers a problem, the one that did
    for problem in problems:
        around = _around(problem.at.path)
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
            stays.append(_needless(ignore, at, source.at((*chosen[place], "rule"))))
        else:
            stays += _complaints(ignore, place in chosen, at, rules)
    return stays, ignored


def _said(spec: Spec) -> Iterator[tuple[SpecPath, Ignore]]:
    """Every ignore by its own path, which ends in "ignore" and its number there."""
    sections: list[tuple[SpecPath, Ignores]] = [
        ((), spec.ignore),
        (("network",), spec.network.ignore),
        (("load_balancer",), spec.load_balancer.ignore),
    ]
    for key, listener in spec.load_balancer.listeners.items():
        sections.append((("load_balancer", "listeners", key), listener.ignore))
    for key, service in spec.services.items():
        sections.append((("services", key), service.ignore))
    for section, ignores in sections:
        for index, ignore in enumerate(ignores or ()):
            yield (*section, "ignore", index), ignore


def _around(path: SpecPath) -> Iterator[SpecPath]:
    """A path and those of the sections around it, from the inside out."""
    for length in range(len(path), -1, -1):
        yield path[:length]


def _needless(ignore: Ignore, at: Location, other: Location) -> Problem:
    message = f"all that this ignore of {ignore.rule} would cover is covered by the one in line {other.line}"
    return Problem(UNUSED, at, message, "remove one of them", "warning")


def _complaints(ignore: Ignore, used: bool, at: Location, rules: Collection[str]) -> Iterator[Problem]:
    rule = ignore.rule
    if rule not in rules:
        other_kind = rule[:2] == "TG" and rule[2:].isdecimal() and rule[2:3] != "3"
        near = "" if other_kind else nearest(rule.upper(), rules, 0.75)
        listed = "what can be ignored is what tfgen explain lists, and TG270 to TG272"
        hint = f"did you mean {near}?" if near else listed
        yield Problem("TG391", at, f'there is no rule "{rule}"', hint, "warning")
    elif not used:
        message = f"nothing here breaks {rule}, and this ignore would hide it when something does"
        yield Problem(UNUSED, at, message, "remove it", "warning")
    elif not ignore.reason.strip():
        message = f"this ignore of {rule} gives no reason, and whoever reads it next cannot judge it"
        yield Problem(
            "TG390", at, message, f"write {{rule: {rule}, reason: why it is no problem here}}", "warning"
        )
