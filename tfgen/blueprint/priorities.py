"""Listener rule priorities: a function of the route itself, the more specific first.

A route's priority depends on nothing but its host, path and methods, so adding, removing or
reordering other routes never moves it. The 50,000 priorities of a listener are cut into bands, the
more specific first: an exact host, a host with wildcards, any host; in each of them deeper paths
before shallower ones; in each of those, routes with methods first. Inside a band routes of which
neither can hold the other take the place that a hash gives them. Two that meet there are reported,
and the user pins one.
"""

import re
from hashlib import sha256

LAST = 50000  # botocore, elbv2 CreateRule

_HOST_BANDS = {"exact": (1, 20000), "wild": (20001, 25000), "any": (25001, LAST)}
_DEEPEST = 24
# The share of each path score in its host's band: plain paths of one and two segments are the many.
_SHARES = dict.fromkeys(range(_DEEPEST), 2) | {0: 6, 4: 40, 8: 40, 12: 18, 16: 8, 20: 6, _DEEPEST: 6}
_TOTAL = sum(_SHARES.values())
_LONGEST = 256


def priority(host: str | None, path: str, methods: tuple[str, ...]) -> int:
    """The priority, 1 to 50000, of a route with this host, path and methods."""
    kind = "any" if host is None else "wild" if _wild(host) else "exact"
    score = path_score(path)
    first, last = _path_band(*_HOST_BANDS[kind], score)
    with_methods = (last - first + 1) // 5
    if methods:
        last = first + with_methods - 1
    else:
        first += with_methods
    room = last - first + 1
    place = int.from_bytes(sha256(repr((host, path, methods)).encode()).digest()[:8])
    if kind != "wild" and score < _DEEPEST and not _wild(path):
        return first + place % room
    # Patterns of one band can hold one another; the one with more letters is the narrower.
    step = room // (_LONGEST + 1)
    longer = _LONGEST - min(_LONGEST, _letters(host or "") + _letters(path))
    return first + longer * step + place % step if step else first + longer * room // (_LONGEST + 1)


def path_score(path: str) -> int:
    """How deep a path goes: 4 a plain segment, 3 one with a wildcard in it, 2 one that is a wildcard."""
    segments = [segment for segment in path.split("/") if segment]
    scores = (4 if not _wild(segment) else 2 if segment == "*" else 3 for segment in segments)
    return min(_DEEPEST, sum(scores))


def _path_band(first: int, last: int, score: int) -> tuple[int, int]:
    """The part of first..last that belongs to a path score; higher scores come first."""
    size = last - first + 1
    before = sum(share for other, share in _SHARES.items() if other > score)
    return first + size * before // _TOTAL, first + size * (before + _SHARES[score]) // _TOTAL - 1


def _wild(text: str) -> bool:
    return "*" in text or "?" in text


def _letters(pattern: str) -> int:
    return len(re.sub(r"[*?]", "", pattern))
