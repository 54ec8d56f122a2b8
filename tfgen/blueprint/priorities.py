"""Priorities of listener rules: a function of the route itself; more specific routes come first.

A route's priority depends only on its host, path and methods, so adding, removing or reordering other
routes never changes it. The 50,000 priorities of a listener are divided level by level, and each level
puts first what can be inside something else: an exact host, a host with wildcards, any host; deeper paths
before shallower ones, and a plain path before patterns of its depth; routes with methods; patterns that
require more (`_asked`). The rest of the range is for routes of which neither can contain the other, each
at the place that a hash gives it. Two that collide there are reported, and the user sets the priority of
one. `tests/test_priorities.py` checks this for every pair of short patterns.
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


def priority(host: str | None, path: str, methods: tuple[str, ...]) -> int:
    """The priority, 1 to 50000, of a route with this host, path and methods."""
    return 1 + (place(host, path, methods) * LAST >> 64)


def place(host: str | None, path: str, methods: tuple[str, ...]) -> int:
    """The priority before it is rounded: smaller for a route whose requests are all another's too."""
    pattern = _canonical(path)
    wild_host = host is not None and _wild(host)
    kind = 2 if host is None else 1 if wild_host else 0
    depth = 0 if pattern == "/" else pattern.count("/")
    found = _Range(0, _UNIT).part(_HOSTS, kind)
    found = found.part(_BELOW_ANY_HOST if host is None else _BELOW_A_HOST, _path_rank(depth, _wild(pattern)))
    found = found.part(_METHODS, 0 if methods else 1)
    # Plain paths of one depth cannot hold one another; of everything else, what asks for more may be inside
    # what asks for less.
    patterns = [_canonical(host)] if host and wild_host else []
    patterns += [pattern] if _wild(pattern) or depth >= _DEEP else []
    if patterns:
        last = len(_ASKED) - 2
        found = found.part(_ASKED, max(0, last - max(0, _asked("".join(patterns)))))
    number = int.from_bytes(sha256(repr((host, path, methods)).encode()).digest()[:8])
    return found.first + (found.size * number >> 64)


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
