"""A problem and its place. Imports nothing of tfgen except `texts`."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from enum import IntEnum
from itertools import islice
from typing import NamedTuple

from tfgen.texts import in_columns, in_line, wrapped_text

SpecPath = tuple[str | int, ...]
"""The path from the top of a spec to a value: `("services", "webapp", "routes", 0)`."""


class Exit(IntEnum):
    """The exit codes of the command line, a public contract."""

    DONE = 0
    SPEC_HAS_ERRORS = 1
    WRONG_USAGE = 2
    NOT_CURRENT = 3
    NOT_OURS = 4
    CANNOT_WRITE = 5
    INTERRUPTED = 130


class Location(NamedTuple):
    """A place in a file. Lines and columns count from 1; 0 means the whole file.

    `path` is its path in a spec. With YAML aliases, several paths lead to one place.
    """

    file: str
    line: int = 0
    column: int = 0
    width: int = 1
    path: SpecPath = ()

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


Locate = Callable[[SpecPath], Location]
"""The place of the value at a path in the spec, or of the nearest thing around it."""


class Problem(NamedTuple):
    """One finding. `code` is stable (TG203); `severity` is error, warning or note."""

    code: str
    at: Location
    message: str
    hint: str = ""
    severity: str = "error"


class Ignored(NamedTuple):
    """A problem that the spec ignores, and the spec's reason ("" if it gives none)."""

    problem: Problem
    reason: str


class TfgenError(Exception):
    """A stage cannot continue; contains every problem that it found, or a single sentence."""

    def __init__(self, problems: Iterable[Problem] = (), *, message: str = "", code: Exit) -> None:
        super().__init__(message)
        self.problems = tuple(problems)
        self.message = message
        self.code = code


def has_errors(problems: Iterable[Problem]) -> bool:
    return any(problem.severity == "error" for problem in problems)


Paint = Callable[[str, str], str]
"""A text in the colors of its role: a severity, or "place"."""


def _unpainted(text: str, _what: str) -> str:
    return text


_LONGEST_SHOWN = 120
BLOT = "\uffff"
"""In the lines of a file, a character that is not shown. No YAML contains it."""


def describe_problem(
    problem: Problem, lines: Sequence[str], paint: Paint = _unpainted, width: int = 0
) -> str:
    """One problem as the user reads it: where, what, the line itself, and the hint.

    `lines` are the lines of the file at `problem.at`, without line ends. A message that is longer than
    `width` continues on indented lines; 0 means no limit.
    """
    at, severity = problem.at, problem.severity
    place, what = in_line(at), f"{severity} {problem.code}"
    begun = len(f"{place}: {what}: ")
    message = wrapped_text(in_line(problem.message), width, "    ", begun)
    text = [f"{paint(place, 'place')}: {paint(what, severity)}: {message}"]
    most = min(_LONGEST_SHOWN, max(20, width - 8)) if width else _LONGEST_SHOWN
    if 0 < at.line <= len(lines):
        line = lines[at.line - 1]
        start = at.column - 1
        # A long line (a file without line breaks, say) is cut around the place, not printed whole.
        cut = max(0, start - most // 2) if len(line) > most else 0
        shown = line[cut : cut + most].rstrip()
        before, marked, after = map(
            _excerpt,
            (shown[: start - cut], shown[start - cut :][: at.width], shown[start - cut + at.width :]),
        )
        text.append(f"{at.line:>5} | {before}{marked}{after}")
        marks = "^" * max(1, _columns_of(marked))
        text.append(f"      | {' ' * _columns_of(before)}{paint(marks, severity)}")
    if problem.hint:
        text.append(f"   hint: {wrapped_text(in_line(problem.hint), width, ' ' * 9, 9)}")
    return "\n".join(text)


def _excerpt(line: str) -> str:
    """A part of a line as it is shown: of what is blotted out, the length is nobody's business either."""
    return "********".join(in_columns(part) for part in re.split(f"{BLOT}+", line))


def _columns_of(text: str) -> int:
    """The width of `text` on a terminal: East Asian characters take two columns, combining accents none."""
    if text.isascii():
        return len(text)
    import unicodedata  # noqa: PLC0415 - only a mistake in such a line pays for it

    wide = sum(unicodedata.east_asian_width(char) in "WF" for char in text)
    return len(text) + wide - sum(unicodedata.combining(char) > 0 for char in text)


def ordered_problems(problems: Iterable[Problem]) -> list[Problem]:
    """By file and position, each problem once, not once per path to its place."""
    once = {problem._replace(at=problem.at._replace(path=())): problem for problem in problems}
    return sorted(once.values(), key=lambda p: (p.at.file, p.at.line, p.at.column, p.code, p.message))


def report_problems(
    problems: Iterable[Problem], files: Mapping[str, Sequence[str]], paint: Paint = _unpainted, width: int = 0
) -> str:
    """All problems, in order, a blank line between them; `files` maps a name to its lines."""
    return "\n\n".join(
        describe_problem(problem, files.get(problem.at.file, ()), paint, width)
        for problem in ordered_problems(problems)
    )


def nearest_word(word: str, choices: Iterable[object], likeness: float = 0.6) -> str:
    """The choice that is most similar to `word`, or nothing."""
    import difflib  # noqa: PLC0415 - only a mistake pays for it

    by_look = {str(choice).replace("_", "-"): str(choice) for choice in choices}
    look = word.replace("_", "-")
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", look).lower()  # desiredCount
    look = apart if apart in by_look else look
    near = difflib.get_close_matches(look, by_look, 1, likeness)
    if not near and len(look) > 2:
        near = [choice for choice in by_look if choice.startswith(look)]  # env, arch, mem
    return by_look[near[0]] if near else ""


_MOST_COMPARED = 20_000


def is_affordable(before: int, choices: Collection[object]) -> bool:
    """Whether one more word may be compared with all choices after `before` others were."""
    return before * len(choices) < _MOST_COMPARED


def nearest_of_many(word: str, choices: Collection[object], before: int) -> str:
    """`nearest_word`, if it is affordable."""
    return nearest_word(word, choices) if is_affordable(before, choices) else ""


def joined(words: Sequence[str]) -> str:
    """`a, b and c`."""
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


def some_words(words: Collection[str], most: int = 20) -> str:
    """All items, or the first ones and how many more there are."""
    first = ", ".join(islice(words, most))
    more = len(words) - most
    return f"{first} and {more} more" if more > 0 else first
