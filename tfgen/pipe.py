"""The flow, end to end: from a spec file to a blueprint to pages. Writes nothing."""

import os
from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any, NamedTuple

from tfgen import rules
from tfgen.blueprint import size
from tfgen.blueprint.build import build
from tfgen.blueprint.model import Blueprint
from tfgen.problems import Ignored, Problem, SpecPath, has_errors
from tfgen.spec import ignores, inheritance, versions
from tfgen.spec.defaults import fill_defaults
from tfgen.spec.model import Spec
from tfgen.spec.read import read_spec
from tfgen.spec.source import Source, SourceError, parse_yaml, read_source, with_values

Pages = Mapping[str, str]
Values = Mapping[SpecPath, Any]


class Outcome(NamedTuple):
    """The result for a spec. `spec` is None if a stage before it failed, `blueprint` if its own did."""

    spec: Spec | None
    blueprint: Blueprint | None
    """Without overrides."""
    problems: tuple[Problem, ...]
    lines: tuple[str, ...]
    ignored: tuple[Ignored, ...] = ()
    """Problems that the spec ignores; not among `problems`."""
    overridden: Blueprint | None = None
    """The blueprint with its overrides applied, for readers that do not render it."""
    pages: Callable[[], Pages] = dict
    """Path in the stack's folder -> text, with overrides. Rendered once, on demand; empty without a
    blueprint, or if its overrides or templates have errors."""

    @property
    def failed(self) -> bool:
        return has_errors(self.problems)


def run_file(
    path: Path,
    *,
    as_module: bool = False,
    templates: Path | None = None,
    spec_file: str = "",
    wanted: str = "",
) -> Outcome:
    """Reads the spec at `path` and runs every stage on it.

    If a stage finds errors, the later ones report only what remains however these are corrected.

    `templates` is a folder of templates that replace built-in ones. `spec_file` is the name of the spec in
    the pages; if it is empty, its own name is used. `wanted` is the hint if there is no file at `path`.
    """
    try:
        source = read_source(path, wanted)
    except SourceError as error:
        return Outcome(None, None, (error.problem,), _lines_of_error(error))
    # As UTF-8 whatever the locale, so that pages are the same on every machine.
    name = spec_file or os.fsencode(path.name).decode(errors="replace")
    return _run_source(source, name, as_module, templates)


def run_text(text: str, name: str, *, as_module: bool = False, templates: Path | None = None) -> Outcome:
    """`run_file` on the text of a spec."""
    try:
        source = parse_yaml(text, name)
    except SourceError as error:
        return Outcome(None, None, (error.problem,), _lines_of_error(error))
    return _run_source(source, name, as_module, templates)


def run_variants(path: Path, variants: Sequence[Values]) -> list[Outcome]:
    """`run_file` on the spec at `path`, once for each set of other values by their paths in the spec."""
    try:
        source = read_source(path)
    except SourceError as error:
        return [Outcome(None, None, (error.problem,), _lines_of_error(error))] * len(variants)
    source, _ = versions.brought_up_to_date(source)  # an older one is read from its text, not from its data
    return [_run_source(with_values(source, values), path.name, False, None) for values in variants]


class Upgrade(NamedTuple):
    """The text of a spec before and after an upgrade; both empty if it has problems."""

    before: str
    after: str
    problems: tuple[Problem, ...]
    lines: tuple[str, ...]


def upgrade_file(path: Path) -> Upgrade:
    """Reads the spec at `path` and updates its text to the current version."""
    try:
        source = read_source(path)
        _, problems = versions.brought_up_to_date(source)
        if not versions.has_version(source):
            place = ("version",) if isinstance(source.data, dict) else ()
            problems = [each for each in read_spec(source)[1] if each.at.path == place]
    except SourceError as error:
        return Upgrade("", "", (error.problem,), _lines_of_error(error))
    if problems:
        return Upgrade("", "", tuple(problems), _shown_lines(source))
    return Upgrade(source.text, versions.upgraded_text(source), (), source.lines)


# Beyond so many values, a spec is too large to be checked again for each variant of it.
_MOST_MENDED = 20_000
_ROUNDS = 5


def _run_source(source: Source, name: str, as_module: bool, templates: Path | None) -> Outcome:
    source, problems = versions.brought_up_to_date(source)
    if problems:
        return Outcome(None, None, tuple(problems), _shown_lines(source))
    source, problems = inheritance.with_defaults(source)
    outcome = _run_every_stage(source, name, as_module, templates)
    if problems:
        found = (*problems, *outcome.problems)
        outcome = Outcome(outcome.spec, None, found, source.lines, outcome.ignored)
    return outcome._replace(lines=_shown_lines(source)) if outcome.problems else outcome


def _lines_of_error(error: SourceError) -> tuple[str, ...]:
    from tfgen.spec.hidden import shown_text  # noqa: PLC0415 - as below

    return shown_text(error.lines)


def _shown_lines(source: Source) -> tuple[str, ...]:
    from tfgen.spec.hidden import shown_lines  # noqa: PLC0415 - only a problem pays for it

    return shown_lines(source)


def _run_every_stage(source: Source, name: str, as_module: bool, templates: Path | None) -> Outcome:
    """The stages on a spec, and what they find in mended ones where they stop."""
    stages = partial(_run_stages, name=name, as_module=as_module, templates=templates)
    outcome = stages(source)
    if not _is_stopped(outcome) or len(source.values) > _MOST_MENDED or not isinstance(source.data, dict):
        return outcome
    besides = _found_besides(source, outcome, stages)
    # A hint may depend on what was mended, so that it does not make a problem another one. In a mended spec,
    # an ignore may be unused only because what it is for was mended.
    known = {problem._replace(hint="") for problem in outcome.problems}
    problems = [
        problem
        for problem in besides.problems
        if problem._replace(hint="") not in known and problem.code != ignores.UNUSED
    ]
    return outcome._replace(problems=(*outcome.problems, *problems), ignored=besides.ignored)


def _is_stopped(outcome: Outcome) -> bool:
    """Whether a stage found errors, so that those after it were not reached."""
    return outcome.blueprint is None and outcome.failed


def _found_besides(source: Source, outcome: Outcome, stages: Callable[[Source], Outcome]) -> Outcome:
    """What else is wrong however the user mends what was found: what all mended variants have in common."""
    from tfgen.spec.mends import VARIANTS  # noqa: PLC0415 - only a mistake pays for it

    common = _mended_outcome(source, outcome, stages, 0)
    for variant in range(1, VARIANTS):
        if common.problems:
            common = _common_outcome(common, _mended_outcome(source, outcome, stages, variant))
    return common


def _common_outcome(one: Outcome, other: Outcome) -> Outcome:
    """What both found. A hint that they do not share speaks of what one of them mended, and is left out."""
    others = {problem._replace(hint=""): problem.hint for problem in other.problems}
    ignored = set(other.ignored)
    return one._replace(
        problems=tuple(
            problem if others[alike] == problem.hint else alike
            for problem in one.problems
            if (alike := problem._replace(hint="")) in others
        ),
        ignored=tuple(each for each in one.ignored if each in ignored),
    )


def _mended_outcome(
    source: Source, outcome: Outcome, stages: Callable[[Source], Outcome], variant: int
) -> Outcome:
    """What all stages find, with each stage's problems mended in one variant before the next."""
    from tfgen.spec import mends  # noqa: PLC0415 - as above

    found: dict[Problem, None] = {}
    for _ in range(_ROUNDS):
        mended = mends.mended_source(source, outcome.problems, variant)
        if mended is None:
            break
        source, outcome = mended, stages(mended)
        found.update(dict.fromkeys(outcome.problems))
        if not _is_stopped(outcome):
            break
    return outcome._replace(problems=tuple(found))


def _run_stages(source: Source, name: str, as_module: bool, templates: Path | None) -> Outcome:
    """A spec through every stage up to the first that finds errors."""
    said, problems = read_spec(source)
    if said is None:
        return Outcome(None, None, tuple(problems), source.lines)
    spec, found = fill_defaults(said, source.at)
    problems = [*problems, *found]
    if has_errors(problems):
        return Outcome(None, None, tuple(problems), source.lines)
    if beyond := _beyond_quotas(spec, source):
        return Outcome(None, None, (*problems, *beyond), source.lines)
    blueprint, found = build(spec, _in_a_line(name), source.at, as_module=as_module)
    problems = [*problems, *found]
    if blueprint is None:
        return Outcome(spec, None, tuple(problems), source.lines)
    overridden, pages, found = _apply_overrides(blueprint, templates, source)
    found = [*_check_rules(overridden, blueprint), *found]
    left, ignored = ignores.apply_ignores(spec, source, found, (*rules.rule_numbers(), *rules.OF_OVERRIDES))
    return Outcome(spec, blueprint, (*problems, *left), source.lines, tuple(ignored), overridden, pages)


def _check_rules(overridden: Blueprint, blueprint: Blueprint) -> list[Problem]:
    """What rules find. They are no obstacle to an override, which may say what AWS takes and tfgen does not
    know yet: an error that comes from one alone is a warning."""
    found = rules.check(overridden)
    if overridden is blueprint or not has_errors(found):
        return found
    before = {(each.code, each.at) for each in rules.check(blueprint) if each.severity == "error"}
    return [
        each._replace(severity="warning")
        if each.severity == "error" and (each.code, each.at) not in before
        else each
        for each in found
    ]


def _apply_overrides(
    blueprint: Blueprint, templates: Path | None, source: Source
) -> tuple[Blueprint, Callable[[], Pages], list[Problem]]:
    """The blueprint as its overrides make it, its pages, and what overrides and templates have wrong."""
    if not blueprint.overrides and not templates:
        return blueprint, cache(partial(_render_pages, blueprint)), []
    from tfgen.overridden import overridden_blueprint  # noqa: PLC0415 - slow to load, and few specs need it
    from tfgen.render import check  # noqa: PLC0415 - as above

    looked = check.check_pages(blueprint, templates, source.at_key)
    if has_errors(looked.problems):
        return blueprint, dict, looked.problems
    after = overridden_blueprint(blueprint, looked.before, looked.after, source.at_key)
    return after, lambda: looked.after, looked.problems


def _render_pages(blueprint: Blueprint) -> Pages:
    from tfgen.render import pages  # noqa: PLC0415 - slow to load, and a check does without

    return pages.render_pages(blueprint)


def _beyond_quotas(spec: Spec, source: Source) -> list[Problem]:
    """What no account can hold, but for what the spec ignores."""
    found = size.problems(spec, source.at)
    stays, _ = ignores.apply_ignores(spec, source, found, size.CODES) if found else ([], [])
    return [problem for problem in stays if problem.code in size.CODES]


def _in_a_line(name: str) -> str:
    """A file's name as the comment at the head of a page can hold it: a name may hold a line break."""
    return "".join(char if char.isprintable() and char not in "<>" else "?" for char in name)
