"""Rules that conflict: one that receives no requests, two that match the same request.

Of two rules the more specific is the one with the narrower host; where the hosts are the same, with the
narrower path; and where the paths are too, the one whose other conditions (methods, headers, query
parameters, source ranges) are all within the other's. That is how a person reads routes (a host is a site of
its own, a longer path a place within), and the order that derived priorities follow. So a host with every
path and a path on every host are ordinary neighbours, although neither contains the other: the host takes
precedence.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from itertools import islice, starmap

from msgspec import Struct

from tfgen.routing.patterns import (
    BREAK,
    OTHER,
    Allowance,
    Patterns,
    TooManyStatesError,
    find_witness,
    fixed_start,
    matches_any,
    patterns_cover,
    patterns_meet,
)
from tfgen.routing.table import Entry

# Of one question, and of all questions about a listener: a second at worst.
_MOST_STATES, _MOST_TOGETHER = 5000, 20_000
_MOST_PAIRS = 50_000
"""Of rules that begin alike, in one listener: what 316 rules make at worst, where AWS allows 100 at first."""


class Shadow(Struct, frozen=True):
    """`by` are rules evaluated before `entry` that together match all its requests."""

    entry: Entry
    by: tuple[Entry, ...]


class Overlap(Struct, frozen=True):
    """`first` is evaluated before `second`, and both match requests that no rule of `before` matches."""

    first: Entry
    second: Entry
    before: tuple[Entry, ...]

    def example(self) -> str:
        """Such a request, as a person writes it: one in which every star is something, if there is one."""
        both = self.first.requests, self.second.requests
        full = tuple(tuple(pattern.replace("*", "?*") for pattern in patterns) for patterns in both)
        taken = _requests_of_rules(self.before)
        try:
            allowance = Allowance(_MOST_STATES)
            found = find_witness(full, taken, allowance) or find_witness(both, taken, allowance)
        except TooManyStatesError:
            found = None
        return _readable_request(found or BREAK * (len(self.first.parts) - 1), self.first, self.second)

    def rest(self) -> str:
        """A request that only `second` matches."""
        taken = _requests_of_rules((self.first, *self.before))
        try:
            found = find_witness((self.second.requests,), taken, Allowance(_MOST_STATES))
        except TooManyStatesError:
            found = None
        return _readable_request(found, self.second) if found else "the rest"


class Conflicts(Struct, frozen=True):
    """`known` is false where there were too many rules to compare."""

    shadows: tuple[Shadow, ...]
    overlaps: tuple[Overlap, ...]
    known: bool = True


@lru_cache(maxsize=16)
def find_conflicts(entries: tuple[Entry, ...]) -> Conflicts:
    """What is wrong with the rules of one listener, given in the order of evaluation.

    What many rules take together can be too much to work out (_MOST_STATES); then nothing is said.
    """
    try:
        earlier = _earlier_rules(entries, Allowance(together=_MOST_PAIRS))
    except TooManyStatesError:
        return Conflicts((), (), known=False)
    allowance = Allowance(_MOST_STATES, _MOST_TOGETHER)
    shadows = tuple(filter(None, (_find_shadow(entry, earlier[entry], allowance) for entry in entries)))
    dead = {shadow.entry for shadow in shadows}
    alive = [entry for entry in entries if entry not in dead]
    pairs = ((first, second) for second in alive for first in earlier[second] if first not in dead)
    overlaps = (_find_overlap(first, second, earlier, allowance) for first, second in pairs)
    return Conflicts(shadows, tuple(filter(None, overlaps)))


def is_inside(narrow: Entry, wide: Entry) -> bool:
    """Whether every request that matches `narrow` matches `wide` too."""
    return all(patterns_cover(*parts) for parts in zip(wide.parts, narrow.parts, strict=True))


# --- rules that receive no requests


def _find_shadow(entry: Entry, earlier: Sequence[Entry], allowance: Allowance) -> Shadow | None:
    one = next((other for other in earlier if is_inside(entry, other)), None)
    if one:
        return Shadow(entry, (one,))
    if len(earlier) > 1 and _takes_all(earlier, entry, allowance):
        return Shadow(entry, _needed_rules(earlier, entry, allowance))
    return None


def _takes_all(others: Sequence[Entry], entry: Entry, allowance: Allowance) -> bool:
    try:
        for part in range(len(entry.parts)):
            others = _decisive_rules(others, entry, part, allowance)
        return bool(others) and find_witness((entry.requests,), _requests_of_rules(others), allowance) is None
    except TooManyStatesError:
        return False


def _decisive_rules(
    others: Sequence[Entry], entry: Entry, part: int, allowance: Allowance
) -> Sequence[Entry]:
    """Those of `others` that decide whether anything is left for `entry`.

    Some take requests for every host of `entry`, and some only for certain hosts. If the latter leave out
    a host, then the former alone must take all requests for it, and with that they take those for every
    host. Likewise with paths and methods.
    """
    wide: list[Entry] = []
    narrow: set[str] = set()
    for other in others:
        if patterns_cover(other.parts[part], entry.parts[part]):
            wide.append(other)
        else:
            narrow.update(other.parts[part])
    if narrow and find_witness((entry.parts[part],), tuple(narrow), allowance) is None:
        return others
    return wide


def _needed_rules(others: Sequence[Entry], entry: Entry, allowance: Allowance) -> tuple[Entry, ...]:
    """Those of `others` without which something would be left for `entry`."""
    needed = list(others)
    for other in others:
        rest = [each for each in needed if each is not other]
        if _takes_all(rest, entry, allowance):
            needed = rest
    return tuple(needed)


def _requests_of_rules(entries: Sequence[Entry]) -> Patterns:
    return tuple(request for entry in entries for request in entry.requests)


# --- rules that match the same request


def _find_overlap(
    first: Entry, second: Entry, earlier: Mapping[Entry, Sequence[Entry]], allowance: Allowance
) -> Overlap | None:
    """The overlap of two rules, unless it is an ordinary one or does not matter."""
    pinned = first.rule.pinned + second.rule.pinned
    if first.service == second.service or pinned == 2 or _is_more_specific(first, second):
        return None
    if pinned and not _is_more_specific(second, first):
        return None  # a priority in the spec for one of the two settles their order
    before = tuple(other for other in earlier[first] if other in earlier[second])
    try:
        both = first.requests, second.requests
        if before and find_witness(both, _requests_of_rules(before), allowance) is None:
            return None
    except TooManyStatesError:
        return None
    return Overlap(first, second, before)


def _is_more_specific(one: Entry, other: Entry) -> bool:
    """By the first part in which they differ, of which only the values count that meet the other's."""
    for some, others in zip(one.parts[:_IN_ORDER], other.parts[:_IN_ORDER], strict=True):
        own, theirs = _meeting_values(some, others), _meeting_values(others, some)
        if not patterns_cover(own, theirs):
            return patterns_cover(theirs, own)
        if not patterns_cover(theirs, own):
            return False
    return _covers_rest(other, one) and not _covers_rest(one, other)


_IN_ORDER = 2
"""Of the parts of a rule, how many a person looks at one after the other."""


def _covers_rest(wide: Entry, narrow: Entry) -> bool:
    rest = zip(wide.parts[_IN_ORDER:], narrow.parts[_IN_ORDER:], strict=True)
    return all(patterns_cover(*values) for values in rest)


def _meeting_values(some: Patterns, others: Patterns) -> Patterns:
    """/a/* is none of those of the route /a (/a and /a/*) that meet /?."""
    return tuple(pattern for pattern in some if patterns_meet((pattern,), others))


def _readable_request(request: str, *entries: Entry) -> str:
    """A request without what any value would do for."""
    host, path, method, *extras = request.replace(OTHER, "x").split(BREAK)
    named_host = host if any(not matches_any(entry.hosts, OTHER) for entry in entries) else ""
    named_method = method if any(not matches_any(entry.methods, OTHER) for entry in entries) else ""
    subjects = zip(entries[0].subjects, extras, strict=False)
    named = [
        subject.example(text)
        for subject, text in subjects
        if any(entry.has_condition(subject) for entry in entries)
    ]
    others = f" ({', '.join(named)})" if named else ""
    return f"{named_method} {named_host}{path}{others}".strip()


# --- which rules could meet at all


def _earlier_rules(entries: Sequence[Entry], allowance: Allowance) -> dict[Entry, list[Entry]]:
    """For each rule those before it that want some of its requests.

    Compares hosts once a pair of different ones, and then only paths that begin alike. Raises
    TooManyStatesError where the allowance does not suffice for the pairs.
    """
    sites: dict[Patterns, _Site] = {}
    for number, entry in enumerate(entries):
        sites.setdefault(entry.hosts, _Site()).add(number, entry.paths)
    found: dict[Entry, list[Entry]] = {entry: [] for entry in entries}
    for one, other in sorted(set(_near_rules(sites, allowance))):
        first, second = entries[one], entries[other]
        if all(starmap(patterns_meet, zip(first.parts[1:], second.parts[1:], strict=True))):
            found[second].append(first)
    return found


def _near_rules(sites: Mapping[Patterns, "_Site"], allowance: Allowance) -> Iterator[tuple[int, int]]:
    """The numbers of any two rules that share hosts and begin alike; a pair can be there twice."""
    for some, others in _meeting_sites(sites, allowance):
        for start_, numbers in some.starts.items():
            for other in others.beginning_like(start_):
                for one in numbers:
                    allowance.spend(0)
                    if one != other:
                        yield min(one, other), max(one, other)


class _Site:
    """The rules with one host condition, by what their paths begin with."""

    def __init__(self) -> None:
        self.starts: dict[str, list[int]] = {}

    def add(self, number: int, paths: Patterns) -> None:
        for path in paths:
            self.starts.setdefault(fixed_start(path), []).append(number)

    @cached_property
    def _in_order(self) -> list[str]:
        return sorted(self.starts)

    def beginning_like(self, text: str) -> Iterator[int]:
        """The rules of which a path begins with `text`, or says no more than its beginning."""
        for size in range(len(text)):
            yield from self.starts.get(text[:size], ())
        for known in islice(self._in_order, bisect_left(self._in_order, text), None):
            if not known.startswith(text):
                break
            yield from self.starts[known]


def _meeting_sites(
    sites: Mapping[Patterns, "_Site"], allowance: Allowance
) -> Iterator[tuple["_Site", "_Site"]]:
    """Sites that share hosts, itself with each; two exact hosts never do."""
    loose = [hosts for hosts in sites if any(fixed_start(host)[-1:] != BREAK for host in hosts)]
    for hosts, site in sites.items():
        yield site, site
        for other in loose:
            allowance.spend(0)
            if other != hosts and patterns_meet(hosts, other):
                yield site, sites[other]
