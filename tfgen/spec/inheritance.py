"""What `defaults` says, written into each service and each job that does not say otherwise.

The stages see a spec in which each of them has its keys, with their places in `defaults`.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from tfgen.problems import Problem, SpecPath
from tfgen.spec.model import Given, GivenSecret, Job, Part, Section, Service, TaskKeys
from tfgen.spec.origins import DEFAULTS
from tfgen.spec.read import fields_of, shape_of_type
from tfgen.spec.source import MAX_VALUES, Source

_OF_ONE = {
    "routes": "requests go to one service",
    "connect": "callers reach one service by a name",
    "was": "an earlier name is of one service",
    "ignore": "a rule is ignored in one service, or in the whole spec by ignore at the top",
}
"""Keys that cannot be common to services."""
_SECTIONS: dict[str, type[TaskKeys]] = {Service.section: Service, Job.section: Job}
_REFERENCES = (Given, GivenSecret, Part)


_TOO_LARGE = "TG631"


class _Copy(NamedTuple):
    """What a service or a job has from `defaults`: where it is there, and where it belongs."""

    origin: SpecPath
    place: SpecPath


def with_defaults(source: Source) -> tuple[Source, list[Problem]]:
    """The spec with what its services and jobs inherit, and what prevents it."""
    if not isinstance(source.data, dict) or not isinstance(source.data.get(DEFAULTS), dict):
        return source, []
    said = source.data[DEFAULTS]
    heirs = {name: each for name in _SECTIONS if isinstance(each := source.data.get(name), dict)}
    common = {key: value for key, value in said.items() if key not in _OF_ONE}
    problems = list(_problems(said, heirs, source))
    if not heirs:
        return source, problems
    if any(problem.code == _TOO_LARGE for problem in problems):
        return source._replace(data=source.data | {name: {} for name in heirs}), problems
    copies: list[_Copy] = []
    merged = {name: _merge_tasks(common, said, name, copies) for name, said in heirs.items()}
    data = source.data | {DEFAULTS: common, **merged}
    return _with_places(source._replace(data=data), copies), problems


def _merge_tasks(
    common: dict[str, Any], tasks: dict[str, Any], section: str, copies: list[_Copy]
) -> dict[str, Any]:
    """All services, or all jobs with what jobs have of it: a job has no load balancer."""
    kind = _SECTIONS[section]
    known = {key: value for key, value in common.items() if kind is Service or key in fields_of(TaskKeys)}
    return {
        key: _merge_section(known, said, kind, _Copy((DEFAULTS,), (section, key)), copies)
        if isinstance(said, dict)
        else said
        for key, said in tasks.items()
    }


def _problems(
    common: Mapping[str, Any], heirs: Mapping[str, dict[str, Any]], source: Source
) -> Iterator[Problem]:
    for key in _OF_ONE.keys() & common.keys():
        message = f"defaults are for every service, and {_OF_ONE[key]}"
        yield Problem("TG630", source.at_key((DEFAULTS, key)), message, "move it to the service")
    count = sum(path[:1] == (DEFAULTS,) for path in source.values)
    number = sum(map(len, heirs.values()))
    if count * number > MAX_VALUES:
        noun = " and ".join(heirs)
        message = f"{count} values in {number} {noun} are more than {MAX_VALUES}, the limit for a spec"
        yield Problem(_TOO_LARGE, source.at_key((DEFAULTS,)), message, "write fewer defaults")


def _merge(default: Any, said: Any, kind: Any, copy: _Copy, copies: list[_Copy]) -> Any:
    what, first, second = shape_of_type(kind)
    if what == "either" and isinstance(default, dict) and isinstance(said, dict):
        return _merge(default, said, first, copy, copies)
    if what == "section" and not issubclass(first, _REFERENCES):
        one, other = _as_mapping(default, first), _as_mapping(said, first)
        if one is not None and other is not None:
            return _merge_section(one, other, first, copy, copies)
    if what == "mapping" and isinstance(default, dict) and isinstance(said, dict):
        return _merge_entries(default, said, dict.fromkeys(default, second), copy, copies)
    return said


def _as_mapping(value: Any, section: type[Section]) -> dict[str, Any] | None:
    """A section in its long form."""
    if isinstance(value, dict):
        return value
    return {section.short_key(value): value} if section.shorthand else None


def _merge_section(
    default: dict[str, Any],
    said: dict[str, Any],
    section: type[Section],
    copy: _Copy,
    copies: list[_Copy],
) -> dict[str, Any]:
    kinds = {key: field.kind for key, field in fields_of(section).items()}
    return _merge_entries(default, said, kinds, copy, copies)


def _merge_entries(
    default: dict[str, Any],
    said: dict[str, Any],
    kinds: Mapping[str, Any],
    copy: _Copy,
    copies: list[_Copy],
) -> dict[str, Any]:
    """What is said and what is not; None takes away what would be there."""
    merged = {}
    for key in (*said, *(key for key in default if key not in said)):
        inner = _Copy((*copy.origin, key), (*copy.place, key))
        if key not in said:
            merged[key] = default[key]
            copies.append(inner)
        elif key not in default or key not in kinds:
            merged[key] = said[key]
        elif said[key] is not None:
            merged[key] = _merge(default[key], said[key], kinds[key], inner, copies)
    return merged


def _with_places(source: Source, copies: list[_Copy]) -> Source:
    values, keys = dict(source.values), dict(source.keys)
    below: dict[SpecPath, list[SpecPath]] = {}
    for path in source.values:
        for length in range(2, len(path) + 1) if path[:1] == (DEFAULTS,) else ():
            below.setdefault(path[:length], []).append(path)
    for origin, place in copies:
        for path in below.get(origin, ()):
            inner = (*place, *path[len(origin) :])
            values[inner] = source.values[path]
            if path in source.keys:
                keys[inner] = source.keys[path]
        if origin not in source.values:  # the long form of a value that stands for it
            values[place] = source.at(origin)[1:4]
    return source._replace(values=values, keys=keys)
