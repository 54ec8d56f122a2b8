"""Priorities of listener rules: a function of the route itself; more specific routes come first.

A route's priority depends only on its own conditions, so adding, removing or reordering other routes never
changes it. The 50,000 priorities of a listener are divided level by level, and each level puts first what
can be inside something else: an exact host, a host with wildcards, any host; deeper paths before shallower
ones, and a plain path before patterns of its depth; routes with methods; patterns that require more
(`_asked`). The rest of the range is for routes of which neither can contain the other, each at the place
that a hash gives it. A route with headers, query parameters or source ranges has its place in front of the
route without them, and as near as there is room. Two that collide are reported, and the user sets the
priority of one. `tests/test_priorities.py` checks this for every pair of short patterns.
"""

import re
from collections.abc import Sequence
from hashlib import sha256
from itertools import accumulate
from typing import NamedTuple

LAST = 50000  # botocore, elbv2 CreateRule

_UNIT = 1 << 64
_DEEP = 6  # from here on, paths are told apart by length as patterns are
_LONGEST = 255  # host and path together: spec.model


def _cuts(*weights: int) -> tuple[int, ...]:
    """Where each part of a range begins and the last one ends, in units of the weights."""
    return tuple(accumulate(weights, initial=0))


# The weights say where routes are to be expected; only the order of the parts is a law.
_HOSTS = _cuts(33, 14, 53)  # exact, with wildcards, any
# Deep ones, then for 5 segments down to 1 the plain paths and the patterns, then "/".
_BELOW_A_HOST = _cuts(4, 3, 4, 5, 6, 10, 10, 22, 14, 26, 14, 66)
_BELOW_ANY_HOST = _cuts(4, 2, 3, 5, 6, 14, 12, 32, 22, 34, 23, 4)
_METHODS = _cuts(1, 4)  # with, without
# By the literals that a pattern holds, the most first: where most patterns are, the most room.
_LITERALS = [1] * (_LONGEST - 64), [8] * 32, [40] * 12, [80] * 17, [16] * 4
# Three bands for each literal: one star; one "?", or two stars; "?" and a star, or three stars, or none.
_ASKED = _cuts(*(weight * share for part in _LITERALS for weight in part for share in (5, 3, 2)))


class _Range(NamedTuple):
    """A part of 0.._UNIT."""

    first: int
    size: int

    def part(self, cuts: Sequence[int], index: int) -> "_Range":
        begin, end = (self.size * cut // cuts[-1] for cut in cuts[index : index + 2])
        return _Range(self.first + begin, end - begin)


class Extra(NamedTuple):
    """Conditions besides host, path and methods: how many, how loose (0 to 15), and what they are."""

    number: int
    looseness: int
    text: str


# Of the room for conditions: what many of them, two, and one get, in this order; and in each of these what is
# tight before what is loose. What this leaves open (a range within another of nearly its size, say) may be in
# any order; where a route then gets no requests, TG380 says so.
_NUMBERS = _cuts(1, 3, 12)
_LOOSENESS = _cuts(60, 5, 3, 2, 2, *[3] * 11)


def priority(host: str | None, path: str, methods: tuple[str, ...], extra: Extra | None = None) -> int:
    """The priority, 1 to 50000, of a route with this host, path and methods."""
    return 1 + (place(host, path, methods, extra) * LAST >> 64)


def place(host: str | None, path: str, methods: tuple[str, ...], extra: Extra | None = None) -> int:
    """The priority before it is rounded: smaller for a route whose requests are all another's too."""
    rank, band = _rank_range(host, path), _band(host, path)
    part = rank.part(_METHODS, 0 if methods else 1)
    own = part if band is None else part.part(_ASKED, band)
    number = own.first + (own.size * _hashed((host, path, methods)) >> 64)
    if extra is None:
        return number
    if band is None:
        room = _room_in_front(rank, number, last=_is_last(host, path), methods=bool(methods))
    else:
        room = part.part(_ASKED, max(0, band - 1))  # of patterns that ask for a little more
    room = room.part(_NUMBERS, 3 - min(3, extra.number)).part(_LOOSENESS, extra.looseness)
    return room.first + (room.size * _hashed((host, path, methods, extra.text)) >> 64)


def _room_in_front(rank: _Range, number: int, *, last: bool, methods: bool) -> _Range:
    """In front of a route at `number`, at least a tenth of the rank of its path, most of the time.

    Routes with methods have the first half of what methods get, and the others the rest.
    """
    first, size = rank.part(_METHODS, 0)
    middle = first + size // 2
    if methods:
        return _Range(first, min(middle, number) - first)
    return _Range(middle, (rank.first + rank.size if last else number) - middle)


def _is_last(host: str | None, path: str) -> bool:
    """Whether a route with nothing else has the last priority of the listener."""
    return host is None and _canonical(path) == "/"


def _hashed(what: object) -> int:
    return int.from_bytes(sha256(repr(what).encode()).digest()[:8])


def _rank_range(host: str | None, path: str) -> _Range:
    """What routes with such a host and a path of this depth get."""
    pattern = _canonical(path)
    kind = 2 if host is None else 1 if _wild(host) else 0
    depth = 0 if pattern == "/" else pattern.count("/")
    found = _Range(0, _UNIT).part(_HOSTS, kind)
    return found.part(_BELOW_ANY_HOST if host is None else _BELOW_A_HOST, _path_rank(depth, _wild(pattern)))


def _band(host: str | None, path: str) -> int | None:
    """Which of `_ASKED` is for a route; None for plain paths of one depth, which cannot hold one another.

    Of everything else, what asks for more may be inside what asks for less.
    """
    pattern = _canonical(path)
    patterns = [_canonical(host)] if host and _wild(host) else []
    patterns += [pattern] if _wild(pattern) or pattern.count("/") >= _DEEP else []
    if not patterns:
        return None
    last = len(_ASKED) - 2
    return max(0, last - max(0, _asked("".join(patterns))))


def _path_rank(depth: int, wild: bool) -> int:
    """A pattern's slashes stand for themselves, so it is never inside one with more of them."""
    if depth >= _DEEP:
        return 0
    return 1 + 2 * (_DEEP - 1 - depth) + (wild and depth > 0)


def _asked(pattern: str) -> int:
    """How much a pattern asks for: more than any other that it is inside of.

    Inside another, a pattern has no fewer literals and no shorter shortest match. It has as many of both only
    with fewer stars, and each star that it has more stands between literals that it has more.
    """
    stars, questions = pattern.count("*"), pattern.count("?")
    return 3 * (len(pattern) - stars - questions) + questions - stars


def _canonical(pattern: str) -> str:
    """Patterns that match the same have one form: in a run of wildcards at most one star, at its end."""
    text = re.sub(r"[*?]*\*[*?]*", lambda run: f"{'?' * run[0].count('?')}*", pattern)
    return "/" if text == "/*" else text


def _wild(text: str) -> bool:
    return "*" in text or "?" in text
