"""Reads a spec file into plain data and remembers the place of each value.

The only importer of yaml. It builds the data from the parser's events instead of calling `yaml.load`:
that keeps line and column, rejects duplicate keys, follows YAML 1.2 (so that `no` and `on` stay words),
and prevents nested aliases from making it grow.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from tfgen import files
from tfgen.problems import BLOT, Location, Problem, SpecPath
from tfgen.spec import syntax
from tfgen.texts import in_yaml, plain_in_yaml

MAX_BYTES = 4 * 1024 * 1024
MAX_DEPTH = 24
MAX_VALUES = 200_000
MAX_REPEATED = 50_000
"""Of those, the ones that aliases may repeat: a few bytes of an alias can ask for any amount of work."""

_Loader: Any = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader

_INTEGER = re.compile(r"(0|-?[1-9][0-9]*)\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
# The characters that YAML allows in a file; libyaml stops at anything else without saying where.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_RARE_BREAK = re.compile("[\x85\u2028\u2029]")  # outside of double quotes it folds into a space
_PLAIN_TAGS = {
    yaml.ScalarEvent: (None, "!", "tag:yaml.org,2002:str"),
    yaml.MappingStartEvent: (None, "!", "tag:yaml.org,2002:map"),
    yaml.SequenceStartEvent: (None, "!", "tag:yaml.org,2002:seq"),
}
_WORDS = {
    "": None,
    "~": None,
    **dict.fromkeys(("null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


class Number(float):
    """A number that is not plainly whole, with its text: 1.10 has lost its zero as a float, 007 its zeros."""

    text: str

    def __new__(cls, text: str) -> "Number":
        number = super().__new__(cls, text)
        number.text = text
        return number

    def __str__(self) -> str:
        return self.text


class Source(NamedTuple):
    """A file's data and the place of each value and each key in it."""

    file: str
    text: str
    lines: tuple[str, ...]
    data: Any
    values: dict[SpecPath, tuple[int, int, int]]
    keys: dict[SpecPath, tuple[int, int, int]]

    def at(self, path: SpecPath) -> Location:
        """The place of the value at `path`, or of the nearest thing around it that is in the file."""
        while path and path not in self.values:
            path = path[:-1]
        return Location(self.file, *self.values.get(path, (0, 0, 1)), path)

    def at_key(self, path: SpecPath) -> Location:
        """The place of the key that leads to `path`."""
        return Location(self.file, *self.keys[path], path) if path in self.keys else self.at(path)


def with_values(source: Source, values: Mapping[SpecPath, Any]) -> Source:
    """The spec with other values at some places; a value of None removes what is there.

    What was not in the file has a place without a line.
    """
    data = source.data
    for path, value in values.items():
        data = _with_value(data, path, value)
    return source._replace(data=data, values=dict.fromkeys(values, (0, 0, 1)) | source.values)


def _with_value(data: Any, path: SpecPath, value: Any) -> Any:
    if not path:
        return value
    key, *rest = path
    section = data if isinstance(data, dict) else {}
    changed = _with_value(section.get(key), tuple(rest), value)
    left = {name: each for name, each in section.items() if name != key}
    return left if changed is None else left | {key: changed}


def blotted_lines(source: Source, paths: Collection[SpecPath]) -> tuple[str, ...]:
    """The lines of a spec with every character of the values at some paths replaced by `BLOT`."""
    starts = {source.values[path][:2] for path in paths if path in source.values}
    lines = list(source.lines)
    events: Iterator[Any] = yaml.parse(source.text, Loader=_Loader)
    for event in events:
        start, end = event.start_mark, event.end_mark
        if not isinstance(event, yaml.ScalarEvent) or (start.line + 1, start.column + 1) not in starts:
            continue
        for index in range(start.line, min(end.line + 1, len(lines))):
            first = start.column if index == start.line else 0
            last = end.column if index == end.line else len(lines[index])
            lines[index] = f"{lines[index][:first]}{BLOT * (last - first)}{lines[index][last:]}"
    return tuple(lines)


class SourceError(Exception):
    """The file cannot be read as data; carries the one problem that stopped it."""

    def __init__(self, problem: Problem, lines: tuple[str, ...] = ()) -> None:
        super().__init__(problem.message)
        self.problem = problem
        self.lines = lines


def read_source(path: Path, wanted: str = "") -> Source:
    """Reads `path`. `wanted` is the hint if there is no file, for a command that says more than the usual.

    Raises SourceError.
    """
    return parse_yaml(_read_text(path, wanted), str(path))


def parse_yaml(text: str, name: str) -> Source:
    """Reads YAML from a string. Raises SourceError."""
    lines = tuple(text.splitlines())
    if forbidden := _FORBIDDEN.search(text):
        raise SourceError(_forbidden_problem(text, forbidden.start(), name), lines)
    builder = _Builder(name)
    try:
        data = builder.build_document(yaml.parse(text, Loader=_Loader))
    except _RefusedError as refused:
        raise SourceError(refused.problem, lines) from None
    except yaml.MarkedYAMLError as error:
        line, column, message, hint = syntax.explain_error(error, lines)
        problem = Problem("TG002", Location(name, line + 1, column + 1), message, hint)
        raise SourceError(problem, lines) from None
    return Source(name, text, lines, data, builder.values, builder.keys)


def _read_text(path: Path, wanted: str) -> str:
    def refuse(message: str, hint: str = "") -> SourceError:
        return SourceError(Problem("TG001", Location(str(path)), message, hint))

    if str(path) == "-" and not path.exists():
        raise refuse("a spec cannot be read from standard input", "name its file")
    try:
        if path.is_dir():
            raise refuse("this is a folder, not a spec file", wanted or "name the spec file in it")
        raw = files.read_file(path, most=MAX_BYTES)
    except FileNotFoundError:
        raise refuse("there is no such file", wanted or "write one with: tfgen init") from None
    except files.NoFileError as error:
        raise refuse(str(error.strerror), "write the spec to a file, and name that file") from None
    except files.TooLargeError:
        raise refuse(
            f"the file is larger than {MAX_BYTES // 1024 // 1024} MiB, the limit for a spec"
        ) from None
    except OSError as error:
        raise refuse(f"the file cannot be read: {(error.strerror or str(error)).lower()}") from None
    except ValueError:
        raise refuse("this is not a file name") from None
    try:
        return raw.decode("utf-8-sig")  # editors on Windows write a byte order mark
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise refuse(f"line {line} is not UTF-8 text", "save the file as UTF-8") from None


class _RefusedError(Exception):
    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


class _Builder:
    """Turns parser events into dicts, lists and scalars."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.values: dict[SpecPath, tuple[int, int, int]] = {}
        self.keys: dict[SpecPath, tuple[int, int, int]] = {}
        self.anchors: dict[str, list[Any]] = {}
        self.recording: list[list[Any]] = []
        self.replaying = 0
        self.count = 0
        self.repeated = 0

    def build_document(self, events: Iterator[Any]) -> Any:
        data = None
        documents = 0
        stream = self._record_events(events)
        for event in stream:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise self._refused_error(
                        event, "a spec is one YAML document, and a second one starts here"
                    )
            elif isinstance(event, yaml.NodeEvent):
                data = self._build_value(event, stream, (), 0)
        return data

    def _record_events(self, events: Iterator[Any]) -> Iterator[Any]:
        """Hands events on, and keeps those of each anchored value, for its aliases."""
        for event in events:
            for record in self.recording:
                record.append(event)
            yield event

    def _build_value(self, event: Any, events: Iterator[Any], path: SpecPath, depth: int) -> Any:
        self.count += 1
        if depth > MAX_DEPTH:
            raise self._refused_error(event, f"nested more than {MAX_DEPTH} levels deep")
        if self.count > MAX_VALUES:
            raise self._refused_error(event, f"more than {MAX_VALUES} values, the limit for a spec")
        self.repeated += self.replaying > 0
        if self.repeated > MAX_REPEATED:
            message = f"more than {MAX_REPEATED} values repeated by aliases, the limit for a spec"
            raise self._refused_error(event, message, "use fewer aliases")
        if isinstance(event, yaml.AliasEvent):
            return self._build_alias(event, path, depth)
        self._check_tag(event)
        anchor = None if self.replaying else event.anchor  # known since it was read first
        if anchor:
            self.recording.append([event])
        self.values.setdefault(path, self._place_of_value(event, path))  # an alias has set its own place
        if isinstance(event, yaml.ScalarEvent):
            value = self._build_scalar(event)
        elif isinstance(event, yaml.MappingStartEvent):
            value = self._build_mapping(events, path, depth)
        else:
            value = self._build_sequence(events, path, depth)
        if anchor:
            self.anchors[anchor] = self.recording.pop()
        return value

    def _place_of_value(self, event: Any, path: SpecPath) -> tuple[int, int, int]:
        """The place of a value. A block is at its key: what it begins with is a value of its own."""
        if isinstance(event, yaml.ScalarEvent) or event.flow_style or path not in self.keys:
            return _mark_of_event(event)
        return self.keys[path]

    def _check_tag(self, event: Any) -> None:
        if event.tag not in _PLAIN_TAGS[type(event)]:
            tag = event.tag.replace("tag:yaml.org,2002:", "!!", 1)
            raise self._refused_error(event, f"YAML tags such as {tag} are not supported", "remove the tag")

    def _build_alias(self, event: Any, path: SpecPath, depth: int) -> Any:
        if any(record[0].anchor == event.anchor for record in self.recording):
            raise self._refused_error(event, f"the value of &{event.anchor} contains itself")
        if event.anchor not in self.anchors:
            raise self._refused_error(event, f"no anchor &{event.anchor} above this line")
        self.values[path] = _mark_of_event(event)
        replay = iter(self.anchors[event.anchor])
        self.replaying += 1
        value = self._build_value(next(replay), replay, path, depth + 1)
        self.replaying -= 1
        return value

    def _build_mapping(self, events: Iterator[Any], path: SpecPath, depth: int) -> dict[str, Any]:
        data: dict[str, Any] = {}
        merged: dict[str, Any] = {}
        for event in events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            key = self._build_key(event)
            where = (*path, key)
            if key == "<<" and event.implicit[0]:  # a quoted one is an ordinary key
                merged |= self._build_merge(next(events), events, path, depth)
                continue
            if key in data:
                first = self.keys[where][0]
                raise self._refused_error(event, f'duplicate key "{key}" (first in line {first})')
            self.keys[where] = _mark_of_event(event)
            data[key] = self._build_value(next(events), events, where, depth + 1)
        return {**merged, **data} if merged else data

    def _build_merge(self, event: Any, events: Iterator[Any], path: SpecPath, depth: int) -> dict[str, Any]:
        value = self._build_value(event, events, (*path, "<<"), depth + 1)
        parts = value if isinstance(value, list) else [value]
        if not all(isinstance(part, dict) for part in parts):
            raise self._refused_error(event, "<< merges a mapping, and this is not a mapping")
        # Earlier mappings have priority: https://yaml.org/type/merge.html
        return {key: item for part in reversed(parts) for key, item in part.items()}

    def _build_sequence(self, events: Iterator[Any], path: SpecPath, depth: int) -> list[Any]:
        data: list[Any] = []
        for event in events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            data.append(self._build_value(event, events, (*path, len(data)), depth + 1))
        return data

    def _build_key(self, event: Any) -> str:
        if isinstance(event, yaml.AliasEvent):
            raise self._refused_error(event, "an alias cannot be a key", "write the key itself")
        if not isinstance(event, yaml.ScalarEvent):
            raise self._refused_error(event, "a key must be a word", "quote text that begins with { or [")
        return self._text_of_event(event)

    def _build_scalar(self, event: Any) -> Any:
        text = self._text_of_event(event)
        if not event.implicit[0]:
            return text
        if text in _WORDS:
            return _WORDS[text]
        if _INTEGER.match(text):
            return int(text) if len(text) < 20 else text
        return Number(text) if _FLOAT.match(text) else text

    def _text_of_event(self, event: Any) -> str:
        text: str = event.value
        if text.isascii():
            return text
        if any("\ud800" <= char <= "\udfff" for char in text):
            raise self._refused_error(event, "this contains half of a character (a lone surrogate)")
        return unicodedata.normalize("NFC", text)  # Terraform does this to every string

    def _refused_error(self, event: Any, message: str, hint: str = "") -> _RefusedError:
        return _RefusedError(Problem("TG002", Location(self.name, *_mark_of_event(event)), message, hint))


def _mark_of_event(event: Any) -> tuple[int, int, int]:
    start, end = event.start_mark, event.end_mark
    width = end.column - start.column if end.line == start.line else 1
    return start.line + 1, start.column + 1, max(1, width)


def _forbidden_problem(text: str, place: int, name: str) -> Problem:
    before = f"{text[:place]}x".splitlines()
    at = Location(name, len(before), len(before[-1]))
    code = ord(text[place])
    if 0xD800 <= code <= 0xDFFF:
        return Problem("TG002", at, "this is half of a character (a lone surrogate)", "remove it")
    escape = f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
    message = f"YAML does not allow the character U+{code:04X} in a file"
    return Problem("TG002", at, message, f"remove it, or write {escape} in double quotes")


def dump_yaml(data: Any, *, ascii_only: bool = False) -> str:
    """Plain data as YAML that `parse_yaml` reads back as the same data."""
    return _dump_data(data, flow=False, width=100, ascii_only=ascii_only)


def dump_in_line(data: Any) -> str:
    """Plain data as YAML in one line."""
    return _dump_data(data, flow=True, width=10**6).strip()


def _dump_data(data: Any, *, flow: bool, width: int, ascii_only: bool = False) -> str:
    text: str = yaml.dump(
        data,
        Dumper=_Dumper,
        sort_keys=False,
        default_flow_style=flow,
        allow_unicode=not ascii_only,
        width=width,
    )
    return in_yaml(text)


class _Dumper(yaml.SafeDumper):
    """Quotes every text that `parse_yaml` would take for something else."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        return True

    def text(self, data: str) -> yaml.ScalarNode:
        number = _INTEGER.match(data) or _FLOAT.match(data)
        special = data in _WORDS or number or _RARE_BREAK.search(data) or not plain_in_yaml(data)
        return self.represent_scalar("tag:yaml.org,2002:str", data, style='"' if special else None)


_Dumper.add_representer(str, _Dumper.text)
