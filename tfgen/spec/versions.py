"""Older versions of the spec format, brought up to date.

A migration is a function from a source to edits of its text. The edited text is read again, so that data
and text cannot differ; and every position in it is mapped back to the user's file, so that messages point
there.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from itertools import accumulate
from typing import NamedTuple

from tfgen.problems import Problem, SpecPath
from tfgen.spec.source import Source, parse_yaml

Mark = tuple[int, int, int]
"""Line and column, from 1, and width: as a Source has them."""


class Edit(NamedTuple):
    """`text` that replaces what is from `start` to `end`, in characters from the beginning."""

    start: int
    end: int
    text: str


Migration = Callable[[Source], Iterable[Edit]]


def _egress_of_services(source: Source) -> Iterator[Edit]:
    """Version 2: what a service may connect to is more than ranges."""
    for path in source.keys:
        is_old = path[:1] == ("services",) and path[2:] == ("egress_cidrs",)
        if is_old and (*path[:2], "egress") not in source.keys:
            yield from renamed_key(source, path, "egress")


MIGRATIONS: dict[int, Migration] = {1: _egress_of_services}
"""From the version that a migration takes to what makes the next one of it. None is left out: 1, 2, ..."""


def current_version() -> int:
    """The version that this tfgen writes and understands."""
    return 1 + len(MIGRATIONS)


def version_of(source: Source) -> int:
    """What a spec says, or 1, which did not have to say so. What is no version at all is refused later."""
    return source.data.get("version", 1) if has_version(source) else current_version()


def has_version(source: Source) -> bool:
    """Whether what a spec says is a version, if one of another tfgen."""
    said = source.data.get("version", 1) if isinstance(source.data, dict) else None
    return isinstance(said, int) and not isinstance(said, bool) and said > 0


def brought_up_to_date(source: Source) -> tuple[Source, list[Problem]]:
    """The source as the current version would have it, with the lines and places of the file.

    A version that is newer than tfgen is a problem, and the only one: nothing else can be judged.
    """
    version = version_of(source)
    if version > current_version():
        message = f"this spec has version {version}; this version of tfgen supports {_known_versions()}"
        hint = "use a newer version of tfgen; an older one would misread the spec"
        return source, [Problem("TG106", source.at(("version",)), message, hint)]
    if version == current_version():
        return source, []
    if not any(any(MIGRATIONS[each](source)) for each in range(version, current_version())):
        return source._replace(data={**source.data, "version": current_version()}), []  # nothing to edit
    now, steps = _migrated_source(source)
    return now._replace(
        text=source.text,
        lines=source.lines,
        values={path: _led_back(mark, now, source, steps) for path, mark in now.values.items()},
        keys={path: _led_back(mark, now, source, steps) for path, mark in now.keys.items()},
    ), []


def upgraded_text(source: Source) -> str:
    """The text of a spec in the current version; comments and layout stay as they are."""
    return _migrated_source(source)[0].text if version_of(source) < current_version() else source.text


def diff_of_upgrade(before: str, after: str, name: str) -> str:
    """What an upgrade changes, as a unified diff."""
    import difflib  # noqa: PLC0415 - only tfgen upgrade pays for it

    lines = difflib.unified_diff(
        before.splitlines(), after.splitlines(), name, f"{name} (upgraded)", lineterm=""
    )
    return "\n".join(lines)


def _known_versions() -> str:
    return "version 1 only" if current_version() == 1 else f"versions 1 to {current_version()}"


def _migrated_source(source: Source) -> tuple[Source, list[list[Edit]]]:
    """The current source, with its own places, and the edits of every step to it."""
    steps = []
    for version in range(version_of(source), current_version()):
        edits = sorted({*MIGRATIONS[version](source), _edit_of_version(source, version + 1)})
        source = parse_yaml(edited_text(source.text, edits), source.file)
        steps.append(edits)
    return source, steps


def edited_text(text: str, edits: Iterable[Edit]) -> str:
    """`text` with edits, in order and apart, made in it."""
    parts, after = [], 0
    for edit in edits:
        parts += [text[after : edit.start], edit.text]
        after = edit.end
    return "".join((*parts, text[after:]))


# --- what migrations are made of


def at_key(source: Source, path: SpecPath) -> tuple[int, int]:
    """Where the key that leads to `path` begins and ends."""
    return _span_of_mark(source, source.keys[path])


def at_value(source: Source, path: SpecPath) -> tuple[int, int]:
    """Where a value of one line begins and ends."""
    return _span_of_mark(source, source.values[path])


def renamed_key(source: Source, path: SpecPath, name: str) -> Iterator[Edit]:
    """Another name for a key, where it is there."""
    if path in source.keys:
        yield Edit(*at_key(source, path), name)


def _edit_of_version(source: Source, version: int) -> Edit:
    """The spec's own word for its version; one that has none gets it above its first key."""
    if ("version",) in source.keys:
        return Edit(*at_value(source, ("version",)), str(version))
    start, _ = at_value(source, ())
    if source.text[start] == "{":
        return Edit(start + 1, start + 1, f"version: {version}, ")
    line = source.text.rfind("\n", 0, start) + 1
    indent = source.text[line:start] if source.text[line:start].isspace() else ""
    end = "\r\n" if "\r\n" in source.text else "\n"
    return Edit(line, line, f"{indent}version: {version}{end}")


# --- places


def _line_starts(text: str) -> list[int]:
    """Where each line begins; YAML and Python agree on what ends one."""
    return [0, *accumulate(map(len, text.splitlines(keepends=True)))]


def _span_of_mark(source: Source, mark: Mark) -> tuple[int, int]:
    line, column, width = mark
    start = _line_starts(source.text)[line - 1] + column - 1
    return start, start + width


def _led_back(mark: Mark, now: Source, source: Source, steps: list[list[Edit]]) -> Mark:
    """The place in the user's text of what `mark` is in the migrated one."""
    start, end = _span_of_mark(now, mark)
    for edits in reversed(steps):
        start, end = _place_before_edits(start, edits), _place_before_edits(end - 1, edits, last=True) + 1
    starts = _line_starts(source.text)
    line = bisect_right(starts, start, hi=len(source.lines))
    return line, start - starts[line - 1] + 1, max(1, end - start)


def _place_before_edits(place: int, edits: list[Edit], *, last: bool = False) -> int:
    """Where a character of the edited text was; one that an edit put there was the edit's first or last."""
    shift = 0
    for edit in edits:
        if place < edit.start + shift:
            break
        if place < edit.start + shift + len(edit.text):
            return edit.end - 1 if last else edit.start
        shift += len(edit.text) - (edit.end - edit.start)
    return place - shift
