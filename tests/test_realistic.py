"""Specs as teams have them, written with care: whatever a rule says about one of them is right, or noise.

Each is a file in tests/realistic, whose head names the notes that are right there; errors and warnings never
are. To accept the notes of today: make accept, and read the diff.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs
from support.accepted import committed
from support.command import Tfgen

import tfgen
from tfgen.pipe import run_file
from tfgen.spec import model
from tfgen.spec.inheritance import with_defaults
from tfgen.spec.model import Section
from tfgen.spec.read import read_spec
from tfgen.spec.source import read_source

SPECS = sorted((Path(__file__).parent / "realistic").glob("*.yaml"))

_NOTES = re.compile(r"^# notes: (.*)\n", re.MULTILINE)


def expected_notes(text: str) -> list[str]:
    said = _NOTES.search(text)
    return said[1].split(", ") if said else []


def with_notes(text: str, notes: list[str]) -> str:
    """A spec whose head, the comment that it begins with, ends in these notes."""
    text = _NOTES.sub("", text, 1)
    head = re.match(r"(#.*\n)+", text)
    assert head, "a spec begins with what it is"
    line = f"# notes: {', '.join(notes)}\n" if notes else ""
    return f"{head[0]}{line}{text[head.end() :]}"


@pytest.mark.parametrize("spec", SPECS, ids=lambda path: path.stem)
def test_nothing_is_said_but_what_is_right(spec: Path) -> None:
    problems = run_file(spec).problems
    assert [problem for problem in problems if problem.severity != "note"] == []
    notes = sorted({problem.code for problem in problems})
    assert notes == expected_notes(committed(spec, with_notes(spec.read_text(), notes)))


@pytest.mark.parametrize("spec", SPECS, ids=lambda path: path.stem)
def test_it_is_rendered_as_a_stack_and_as_a_module(spec: Path) -> None:
    stack, _ = tfgen.render_file(spec)
    module, problems = tfgen.render_file(spec, as_module=True)
    assert stack
    assert module
    # Tags are the root's to give, and so tfgen says.
    assert {problem.code for problem in problems if problem.severity != "note"} <= {"TG250"}


def test_a_strict_check_of_all_of_them_passes(run_tfgen: Tfgen) -> None:
    assert run_tfgen("check", "--strict", *SPECS).code == 0


def sections(value: Any) -> Iterator[Section]:
    """Every section within what a spec says."""
    if isinstance(value, Section):
        yield value
        for field in value.__struct_fields__:
            yield from sections(getattr(value, field))
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from sections(each)


def said(section: Section) -> Iterator[tuple[str, str]]:
    """The keys to which a section gives a value of its own."""
    for field in structs.fields(section):
        value = getattr(section, field.name)
        if field.required or value not in (field.default, [], {}):
            yield owner(type(section), field.name), field.name


# What several sections have in common, and means the same in each.
SHARED = (model.ContainerKeys, model.ContainerLogs, model.TaskKeys, model.Service)


def owner(kind: type[Section], name: str) -> str:
    """The section whose key it is."""
    bases = (base for base in SHARED if issubclass(kind, base) and name in base.__struct_fields__)
    return next(bases, kind).__name__


def every_key() -> set[tuple[str, str]]:
    kinds = [each for each in vars(model).values() if isinstance(each, type) and issubclass(each, Section)]
    kinds.remove(model.Requests)  # what a route and a redirect have in common
    return {(owner(kind, field.name), field.name) for kind in kinds for field in structs.fields(kind)}


# There is one version only, and it is the default.
DEFAULTS = {("Spec", "version")}
# A reference needs files beside the stack, and a module has none: the golden stack wired has them.
NEEDS_FILES = {("Given", "ref"), ("Part", "ref"), ("GivenSecret", "ref")}


def test_every_key_of_the_spec_is_in_one_of_them() -> None:
    found: set[tuple[str, str]] = set()
    for path in SPECS:
        spec, problems = read_spec(with_defaults(read_source(path))[0])
        assert spec, problems
        found.update(key for section in sections(spec) for key in said(section))
    assert every_key() - found - DEFAULTS - NEEDS_FILES == set()
