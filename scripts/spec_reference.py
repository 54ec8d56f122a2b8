"""Generates docs/spec.md from the spec's model.

The meaning of a key is the docstring below its field in tfgen/spec/model/; its value is the description of
the type.
"""

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from tfgen.spec import model
from tfgen.spec.read import expected_kind, fields_of, shape_of_type

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs" / "spec.md"

HEAD = """# The spec

Every key and its default. `tfgen show spec.yaml` prints a spec with all defaults filled in;
[examples/](../examples) contains complete specs. `make accept` generates this reference from
the code.

A bare value sets the key marked *short form*: `port: 3000` is `port: {number: 3000}`.
"""

Section = type[model.Section]
AS_ELSEWHERE = ("load_balancers.NAME",)
"""Sections that another key describes in the same words: load_balancer."""
OF_SERVICES = "defaults"
"""Has the keys of a service, which are described there."""
OF_JOBS = "jobs.NAME."
"""What a job has like a service is described there, too."""


def places() -> dict[Section, list[str]]:
    """Each section of the spec with the keys that hold it; one that several sections share comes last."""
    found: dict[Section, list[str]] = {}
    for section, place in _within(model.Spec, ""):
        if place.startswith(OF_JOBS) and section in found:
            continue
        found.setdefault(section, []).append(place)
    return dict(sorted(found.items(), key=lambda row: len({*row[1]} - {*AS_ELSEWHERE}) > 1))


def _within(section: Section, place: str) -> Iterator[tuple[Section, str]]:
    """A section and all that are in it, from the outside in."""
    if place == OF_SERVICES:
        return
    yield section, place
    if place in AS_ELSEWHERE:  # whatever it holds has its place there
        return
    for name, field in fields_of(section).items():
        yield from _held(field.kind, f"{place}.{name}" if place else name)


def _held(kind: Any, place: str) -> Iterator[tuple[Section, str]]:
    what, first, second = shape_of_type(kind)
    if what == "section":
        yield from _within(first, place)
    elif what == "list":
        yield from _held(first, f"{place}[]")
    elif what == "mapping":
        yield from _held(second, f"{place}.NAME")
    elif what == "either":
        yield from _held(first, place)
        yield from _held(second, place)


def meanings(section: Section) -> dict[str, str]:
    """The docstring below each field, its own and those of the section that it extends."""
    (base,) = section.__bases__
    inherited = meanings(base) if issubclass(base, model.Section) and base is not model.Section else {}
    body = ast.parse(inspect.getsource(section)).body[0]
    assert isinstance(body, ast.ClassDef)
    found = {}
    for field, below in zip(body.body, body.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(below, ast.Expr):
            assert isinstance(field.target, ast.Name)
            found[field.target.id] = " ".join(ast.literal_eval(below.value).split())
    return inherited | found


def default(field: msgspec.structs.FieldInfo) -> str:
    if field.required:
        return "**required**"
    value = field.default_factory() if field.default_factory is not msgspec.NODEFAULT else field.default
    if value is None or isinstance(value, model.Section) or value in ([], {}):
        return ""
    return f"`{msgspec.json.encode(shortest(value)).decode()}`".replace('"', "")


def shortest(value: Any) -> Any:
    """A default as a user would write it: without the keys that say nothing, and in its short form."""
    if isinstance(value, dict):
        return {key: shortest(item) for key, item in value.items()}
    if not isinstance(value, model.Section):
        return msgspec.to_builtins(value)
    fields = msgspec.structs.fields(type(value))
    said = {field.name: getattr(value, field.name) for field in fields}
    said = {field.name: shortest(said[field.name]) for field in fields if said[field.name] != field.default}
    return said[value.shorthand] if list(said) == [value.shorthand] else said


def rows(section: Section) -> Iterator[str]:
    yield "| key | value | default | meaning |\n|---|---|---|---|"
    said = meanings(section)
    for field in msgspec.structs.fields(section):
        name = f"`{field.name}`" + (" *(short form)*" if field.name == section.shorthand else "")
        what = expected_kind(fields_of(section)[field.name].kind).replace("|", "\\|").replace("*", "\\*")
        yield f"| {name} | {what} | {default(field)} | {said.get(field.name, '')} |"


def page() -> str:
    parts = [HEAD]
    for section, all_ in places().items():
        first, *others = sorted(all_, key=lambda place: (place.count("."), place))
        about = " ".join((section.__doc__ or "").split())
        if others:
            about += f" Also: {', '.join(f'`{place}`' for place in others)}."
        heading = f"`{first}`" if first else "The top level"
        parts.append(f"## {heading}\n\n{about}\n\n" + "\n".join(rows(section)) + "\n")
    return "\n".join(parts)


if __name__ == "__main__":
    TARGET.write_text(page(), encoding="utf-8")
