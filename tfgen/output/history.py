"""Earlier versions of pages, and whether git has mixed several of them."""

import io
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import reduce
from itertools import chain, pairwise
from operator import and_, or_
from pathlib import Path
from typing import NamedTuple

_MARKER = re.compile(r"(<{7,}|\|{7,}|={7,}|>{7,})( |$)")  # longer ones are in the sides of an outer conflict
_CONFLICT = re.compile(r"^<{7} .*\n((?:.*\n)*?)={7}\n((?:.*\n)*?)>{7} .*\n", re.MULTILINE)
_HEAD = re.compile(r"\w")  # of a block
_NEXT = {"<": "|=", "|": "=", "=": ">", ">": "<"}
_Parts = list[list[str]]

Earlier = Callable[[Path, Callable[[bytes], bool]], bytes | None]
"""What a file held before, the newest that passes a test; None if it is unknown."""


class History(NamedTuple):
    """Where to look for earlier versions of files; the default finds none."""

    earlier: Earlier = lambda _file, _wanted: None
    merge: Callable[[str, str, str], str] = lambda _base, _one, _other: ""
    """The result of git merging two versions of a base, empty if it is unknown.

    A conflict shows both sides, and not what they were before.
    """
    obstacle: Callable[[Path], str] = lambda _place: ""
    """Why nothing can be known of what is in a folder, empty where it can."""


NOBODY = History()


def decoded_page(content: bytes) -> str:
    """The text of a page, with line ends as tfgen writes them."""
    return content.decode(errors="replace").replace("\r\n", "\n")


def lines_of(text: str) -> list[str]:
    """With their ends. A line ends where git ends it, not at every character that Unicode calls an end."""
    return list(io.StringIO(text, newline="\n"))


def is_made_of_pages(text: str, pages: Sequence[str]) -> bool:
    """Whether `text` may be what git merged of these pages, all of which tfgen wrote.

    A merge copies runs of lines from one page or another, and changes over where both have the same line: so
    every line follows one that it follows in a page. A conflict that git left is taken apart: the text must
    be such with its first sides, and with its second.
    """
    written = [lines_of(page) for page in pages]
    return all(_is_made_of_runs(parts, written) for parts in _taken_apart(lines_of(text)))


def keeps_all(text: str, pages: Sequence[str]) -> bool:
    """Whether what all pages have is in `text` as in one of them: git seldom does otherwise.

    So are as many blocks of each type as all have, and none more often than one of them has it.
    """
    written = [lines_of(page) for page in pages]
    said = {line for _, line in set.intersection(*(set(_lines_with_types(page)) for page in written))}
    heads = [Counter(filter(_HEAD.match, page)) for page in written]
    most = reduce(or_, heads)
    least = reduce(and_, map(_count_by_type, heads))
    return all(
        said.issubset(line for part in parts for line in part)
        and least <= _count_by_type(Counter(filter(_HEAD.match, chain(*parts))))
        and all(Counter(filter(_HEAD.match, part)) <= most for part in parts)
        and all(_in_order(part, written) for part in parts)
        for parts in _taken_apart(lines_of(text))
    )


def _count_by_type(heads: Counter[str]) -> Counter[str]:
    """How many blocks of each type there are; their labels may be others by now."""
    found = Counter[str]()
    for head, count in heads.items():
        found[_type_of_block(head)] += count
    return found


def _type_of_block(head: str) -> str:
    return " ".join(head.split()[:2])


def is_result_of_merge(text: str, merged: str) -> bool:
    """Whether `text` is what git merged, with its conflicts, or with one side or both taken of any."""
    plain, *conflicts = _CONFLICT.split(merged)
    parts: list[tuple[str, ...]] = [(plain,)]
    for first, second, then in zip(*(conflicts[n::3] for n in range(3)), strict=True):
        parts += [(first, second, first + second), (then,)]
    return all(_is_made_of("".join(side), parts) for side in _sides_of_conflicts(text))


def _is_made_of(text: str, parts: Sequence[tuple[str, ...]]) -> bool:
    """Whether it is one variant of each part, one after the other."""
    ends = {0}
    for variants in parts:
        ends = {end + len(each) for end in ends for each in variants if text.startswith(each, end)}
    return len(text) in ends


def has_conflicts(text: str) -> bool:
    """Whether git left one in it."""
    return bool(_CONFLICT.search(text))


def may_be_mixed_with(text: str, other: str, own: Sequence[str]) -> bool:
    """Whether git may have taken one of a page's `own` for the `other`, which has another name.

    Half of it is the same, and something of the other is in the text: an edit that only removes is no merge.
    """
    there = Counter(lines_of(other))
    ours = [Counter(lines_of(page)) for page in own]
    alike = any(2 * (page & there).total() >= min(page.total(), there.total()) for page in ours)
    return alike and not set().union(*_sides_of_conflicts(text)) <= set().union(*ours)


def _sides_of_conflicts(text: str) -> Iterator[list[str]]:
    return (part for parts in _taken_apart(lines_of(text)) for part in parts)


def _taken_apart(text: list[str]) -> list[_Parts]:
    """The text with the first side of each conflict, and with the second, each in one part.

    Where one merge was committed with its conflicts and the next has others among them, nobody can say which
    side is whose: then it is the parts between the markers. What the sides had before (diff3) is left out.
    """
    first, second, parts = list[str](), list[str](), [list[str]()]
    now, plain = ">", True
    for line in text:
        if marker := _MARKER.match(line):
            plain &= marker[1][0] in _NEXT[now]
            now = marker[1][0]
            parts.append([])
        elif now != "|":
            parts[-1].append(line)
            first += [line] if now in "<>" else []
            second += [line] if now in "=>" else []
    return [[first], [second]] if plain and now == ">" else [parts]


def _lines_with_types(text: list[str]) -> Iterator[tuple[str, str]]:
    """Every line that says something, with the type of its block: its label may be another by now."""
    block = ""
    for line in text:
        if _HEAD.match(line):
            block = _type_of_block(line)
        if re.search(r"\w", line):
            yield block, line


def _is_made_of_runs(parts: _Parts, pages: list[list[str]]) -> bool:
    """Whether every line follows one that it follows in a page, or ends what no page has with the next.

    That is where both sides of a conflict were kept, one after the other.
    """
    pairs = {pair for page in pages for pair in pairwise(("", *page, ""))}
    sets = [{"", *page} for page in pages]
    known = set.union(*sets)

    def follows(*pair: str) -> bool:
        return pair in pairs or (known.issuperset(pair) and not any(each.issuperset(pair) for each in sets))

    parts = [[""], *filter(None, parts), [""]]
    return (
        all(follows(*pair) for part in parts for pair in pairwise(part))
        and all(any(follows(one[-1], part[0]) for one in parts[:n]) for n, part in enumerate(parts) if n)
        and all(any(follows(part[-1], one[0]) for one in parts[n:]) for n, part in enumerate(parts[:-1], 1))
    )


def _in_order(text: list[str], pages: list[list[str]]) -> bool:
    """Whether lines that a page has once are in the order of a page that has both, and there once."""
    places = [_places_of_lines(page) for page in pages]
    count = Counter(text)
    if any(count[line] > 1 for line in set.intersection(*map(set, places))):
        return False
    here = [line for line in _places_of_lines(text) if any(line in place for place in places)]
    for pair in pairwise(here):
        orders = [place[pair[0]] < place[pair[1]] for place in places if place.keys() >= set(pair)]
        if orders and not any(orders):
            return False
    return True


def _places_of_lines(text: list[str]) -> dict[str, int]:
    """Where each line is, of those that are there once."""
    count = Counter(text)
    return {line: place for place, line in enumerate(text) if count[line] == 1}
