"""Rules that stand in each other's way: one that no request reaches, two that want the same request.

Of two rules the more specific is the one with the narrower host; where the hosts are the same, with the
narrower path; where the paths are too, with fewer methods. That is how a person reads routes (a host is a
site of its own, a longer path a place within), and the order that derived priorities follow. So a host that
takes every path and a path that is taken under every host are ordinary neighbours, although neither holds
the other: the host answers.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from tfgen.routing.patterns import (
    BREAK,
    OTHER,
    Patterns,
    TooManyStatesError,
    cover,
    matches,
    meet,
    start,
    witness,
)
from tfgen.routing.table import Entry


_MOST_STATES = 5000


class Shadow(NamedTuple):
    """`by` are rules tried before `entry` that together take every request for it."""

    entry: Entry
    by: tuple[Entry, ...]


class Overlap(NamedTuple):
    """`first` is tried before `second`; `example` is a request that both want and no other rule takes."""

    first: Entry
    second: Entry
    example: str


class Conflicts(NamedTuple):
    shadows: tuple[Shadow, ...]
    overlaps: tuple[Overlap, ...]


@lru_cache(maxsize=16)
def conflicts(entries: tuple[Entry, ...]) -> Conflicts:
    """What is wrong with the rules of one listener, which come in the order in which they are tried.

    What many rules take together can be too much to work out (_MOST_STATES); then nothing is said.
    """
    earlier = _earlier(entries)
    shadows = tuple(filter(None, (_shadow(entry, earlier[entry]) for entry in entries)))
    dead = {shadow.entry for shadow in shadows}
    alive = [entry for entry in entries if entry not in dead]
    pairs = ((first, second) for second in alive for first in earlier[second] if first not in dead)
    overlaps = (_overlap(first, second, earlier[first]) for first, second in pairs)
    return Conflicts(shadows, tuple(filter(None, overlaps)))


def is_inside(narrow: Entry, wide: Entry) -> bool:
    """Whether every request that `narrow` takes is one that `wide` takes too."""
    return all(cover(*parts) for parts in zip(wide.parts, narrow.parts, strict=True))


# --- rules that no request reaches


def _shadow(entry: Entry, earlier: Sequence[Entry]) -> Shadow | None:
    one = next((other for other in earlier if is_inside(entry, other)), None)
    if one:
        return Shadow(entry, (one,))
    if len(earlier) > 1 and _takes_all(earlier, entry):
        return Shadow(entry, _needed(earlier, entry))
    return None


def _takes_all(others: Sequence[Entry], entry: Entry) -> bool:
    try:
        return witness((entry.requests,), _requests(others), _MOST_STATES) is None
    except TooManyStatesError:
        return False


def _needed(others: Sequence[Entry], entry: Entry) -> tuple[Entry, ...]:
    """Those of `others` without which something would be left for `entry`."""
    needed = list(others)
    for other in others:
        rest = [each for each in needed if each is not other]
        if _takes_all(rest, entry):
            needed = rest
    return tuple(needed)


def _requests(entries: Sequence[Entry]) -> Patterns:
    return tuple(request for entry in entries for request in entry.requests)


# --- rules that want the same request


def _overlap(first: Entry, second: Entry, before: Sequence[Entry]) -> Overlap | None:
    """The overlap of two rules, unless it is an ordinary one or does not matter."""
    if first.service == second.service or (first.rule.pinned and second.rule.pinned):
        return None
    if _is_more_specific(first, second):
        return None
    try:
        request = _example(first, second, _requests(before))
    except TooManyStatesError:
        return None
    return Overlap(first, second, _readable(request, first, second)) if request else None


def _example(first: Entry, second: Entry, others: Patterns) -> str | None:
    """A request that both want and none of `others`; if there is one, one in which every star is something."""
    both = first.requests, second.requests
    full = tuple(tuple(pattern.replace("*", "?*") for pattern in patterns) for patterns in both)
    return witness(full, others, _MOST_STATES) or witness(both, others, _MOST_STATES)


def _is_more_specific(one: Entry, other: Entry) -> bool:
    """By the first part in which they differ."""
    for own, others in zip(one.parts, other.parts, strict=True):
        if not cover(own, others):
            return cover(others, own)
        if not cover(others, own):
            return False
    return False


def _readable(request: str, *entries: Entry) -> str:
    """An example as a person writes it, without what any value would do for."""
    host, path, method = request.replace(OTHER, "x").split(BREAK)
    named_host = host if any(not matches(entry.hosts, OTHER) for entry in entries) else ""
    named_method = method if any(not matches(entry.methods, OTHER) for entry in entries) else ""
    return f"{named_method} {named_host}{path}".strip()


# --- which rules could meet at all


def _earlier(entries: Sequence[Entry]) -> dict[Entry, list[Entry]]:
    """For each rule those before it that want some of its requests.

    Compares hosts once a pair of different ones, and then only paths that begin alike.
    """
    sites: dict[Patterns, list[int]] = {}
    for number, entry in enumerate(entries):
        sites.setdefault(entry.hosts, []).append(number)
    near = {pair for some, others in _meeting(sites) for pair in _beginning_alike(entries, some, others)}
    found: dict[Entry, list[Entry]] = {entry: [] for entry in entries}
    for one, other in sorted(near):
        first, second = entries[one], entries[other]
        if meet(first.methods, second.methods) and meet(first.paths, second.paths):
            found[second].append(first)
    return found


def _meeting(sites: dict[Patterns, list[int]]) -> Iterator[tuple[list[int], list[int]]]:
    """Groups of rules whose hosts meet, by host; two exact hosts never do."""
    loose = [hosts for hosts in sites if any(start(host)[-1:] != BREAK for host in hosts)]
    for hosts, numbers in sites.items():
        yield numbers, numbers
        for other in loose:
            if other != hosts and meet(hosts, other):
                yield numbers, sites[other]


def _beginning_alike(
    entries: Sequence[Entry], some: Sequence[int], others: Sequence[int]
) -> Iterator[tuple[int, int]]:
    """Pairs, the lower number first, of which one's path begins as the other's does up to a wildcard."""
    yield from _behind(entries, some, others)
    if some is not others:
        yield from _behind(entries, others, some)


def _behind(
    entries: Sequence[Entry], some: Sequence[int], others: Sequence[int]
) -> Iterator[tuple[int, int]]:
    """Pairs of which the path of one of `others` says no more than the beginning of that of one of `some`."""
    starts: dict[str, list[int]] = {}
    for other in others:
        for path in entries[other].paths:
            starts.setdefault(start(path), []).append(other)
    for one in some:
        for path in entries[one].paths:
            known = start(path)
            for size in range(len(known) + 1):
                for other in starts.get(known[:size], ()):
                    if one != other:
                        yield min(one, other), max(one, other)
