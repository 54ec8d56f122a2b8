"""Listener rule priorities: a function of the route itself, the more specific first.

A route's priority depends on nothing but its host, path and methods, so adding, removing or
reordering other routes never moves it. The 50,000 priorities of a listener are cut level by level,
each level putting first what can be inside something else: an exact host, a host with wildcards, any
host; deeper paths before shallower ones, and a plain path before patterns of its depth; routes with
methods; patterns that ask for more characters. What is left of the range takes routes of which
neither can hold the other, each at the place that a hash gives it. Two that meet there are reported,
and the user pins one. `tests/test_priorities.py` holds this against every pair of short patterns.
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
_MOST = 5  # wildcards: load_balancer


def _cuts(*weights: int) -> tuple[int, ...]:
    """Where each part of a range begins and the last one ends, in units of the weights."""
    return tuple(accumulate(weights, initial=0))


# The weights say where routes are to be expected; only the order of the parts is a law.
_HOSTS = _cuts(33, 14, 53)  # exact, with wildcards, any
# Deep ones, then for 5 segments down to 1 the plain paths and the patterns, then "/".
_BELOW_A_HOST = _cuts(4, 3, 2, 5, 3, 10, 6, 22, 12, 26, 16, 70)
_BELOW_ANY_HOST = _cuts(4, 3, 2, 6, 4, 14, 10, 30, 20, 34, 30, 4)
_METHODS = _cuts(1, 4)  # with, without
_LENGTHS = _cuts(*[1] * (_LONGEST - 64), *[3] * 24, *[15] * 16, *[40] * 25)  # the longest first
# By number of "?", then of "*"; most patterns have one star, plain paths have none.
_WILDCARDS = _cuts(9, 120, 30, *([1] * ((_MOST + 1) ** 2 - 3)))


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
    # Plain paths of one depth cannot hold one another; of everything else a longer one may be inside a
    # shorter one.
    patterns = [_canonical(host)] if host and wild_host else []
    patterns += [pattern] if _wild(pattern) or depth >= _DEEP else []
    if patterns:
        found = _by_length(found, "".join(patterns))
    number = int.from_bytes(sha256(repr((host, path, methods)).encode()).digest()[:8])
    return found.first + (found.size * number >> 64)


def _path_rank(depth: int, wild: bool) -> int:
    """A pattern's slashes stand for themselves, so it is never inside one with more of them."""
    if depth >= _DEEP:
        return 0
    return 1 + 2 * (_DEEP - 1 - depth) + (wild and depth > 0)


def _by_length(found: _Range, pattern: str) -> _Range:
    """A pattern inside another has the longer shortest match, or the fewer "?" in it, or fewer stars."""
    length = len(pattern.replace("*", ""))
    questions = min(_MOST, pattern.count("?"))
    stars = min(_MOST, pattern.count("*"))
    found = found.part(_LENGTHS, _LONGEST - min(_LONGEST, length))
    return found.part(_WILDCARDS, questions * (_MOST + 1) + stars)


def _canonical(pattern: str) -> str:
    """Patterns that match the same have one form: in a run of wildcards at most one star, at its end."""
    text = re.sub(r"[*?]*\*[*?]*", lambda run: f"{'?' * run[0].count('?')}*", pattern)
    return "/" if text == "/*" else text


def _wild(text: str) -> bool:
    return "*" in text or "?" in text
