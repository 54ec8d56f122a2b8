"""Patterns of a load balancer, compared exactly.

`*` matches any number of characters, including none, and `?` matches one; a slash is a character like any
other (botocore, elbv2 PathPatternConditionConfig and HostHeaderConditionConfig). Nothing else is special:
a pattern cannot contain the characters * and ? themselves.

A pattern is matched like an automaton: its state is what is left of it to match, and several patterns at
once are a set of such rests. `find_witness` follows sets of patterns through all possible texts, each
combination of rests once, so its result holds for all texts and not for samples.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from math import inf

BREAK = "\n"
"""No wildcard matches it: joins a host, a path and a method to one pattern."""
OTHER = "\0"
"""Any character that no pattern names. There is one: paths may hold % and hosts _, patterns may not."""

Patterns = tuple[str, ...]
"""Patterns of which one must match."""
_Rests = frozenset[str]


class TooManyStatesError(Exception):
    """A question takes longer to answer than was allowed."""


class Allowance:
    """How many states may be looked at: for one question, and for all that are asked of it together."""

    def __init__(self, each: float = inf, together: float = inf) -> None:
        self.each = each
        self.left = together

    def spend(self, seen: int) -> None:
        """Raises TooManyStatesError with the state that is one too many."""
        self.left -= 1
        if seen > self.each or self.left < 0:
            raise TooManyStatesError


def matches_any(patterns: Patterns, text: str) -> bool:
    """Whether one of `patterns` matches the whole of `text`."""
    rests = _possible_rests(patterns)
    for letter in text:
        rests = _rests_after_letter(rests, letter)
    return "" in rests


@lru_cache(maxsize=4096)
def patterns_meet(some: Patterns, others: Patterns) -> bool:
    """Whether there is a text that both match."""
    return some == others or any(_pair_meets(one, other) for one in some for other in others)


@lru_cache(maxsize=4096)
def patterns_cover(wide: Patterns, narrow: Patterns) -> bool:
    """Whether `wide` matches every text that `narrow` matches."""
    if wide == narrow:
        return True
    # Most do not, and mostly a text with nothing in the place of stars shows it already.
    return (
        matches_any(wide, narrow[0].replace("*", "").replace("?", OTHER))
        and find_witness((narrow,), wide) is None
    )


def find_witness(
    within: Sequence[Patterns], outside: Patterns = (), allowance: Allowance | None = None
) -> str | None:
    """A text that each of `within` matches and `outside` does not; None where there is none.

    Where any character will do it holds OTHER. Raises TooManyStatesError where the allowance does not
    suffice: two conditions of one kind have some thousands of states at worst, but what many rules leave
    over together can have any number.
    """
    common = _common_start((*outside, *(pattern for patterns in within for pattern in patterns)))
    inner = tuple(_possible_rests(pattern[common:] for pattern in patterns) for patterns in within)
    todo = [((inner, _possible_rests(pattern[common:] for pattern in outside)), within[0][0][:common])]
    seen = set()
    while todo:
        state, text = todo.pop()
        if state in seen:
            continue
        seen.add(state)
        if allowance:
            allowance.spend(len(seen))
        inner, outer = state
        if "" not in outer and all("" in rests for rests in inner):
            return text
        for letter in _letters_to_try(inner):
            after = tuple(_rests_after_letter(rests, letter) for rests in inner)
            if all(after):
                todo.append(((after, _rests_after_letter(outer, letter)), text + letter))
    return None


@lru_cache(maxsize=4096)
def fixed_start(pattern: str) -> str:
    """What a pattern says before its first wildcard; with a BREAK behind it where it has none."""
    for index, char in enumerate(pattern):
        if char in "*?":
            return pattern[:index]
    return pattern + BREAK


def _pair_meets(one: str, other: str) -> bool:
    """`patterns_meet` for two patterns. What is before the first star of either must fit, and after the last.

    If then one begins with a star and the other ends in one, a text that begins as the other does and ends
    as the one does is matched by both.
    """
    known = min(len(fixed_start(one)), len(fixed_start(other)))
    if one[:known] != other[:known]:
        return False
    one, other = one[known:], other[known:]
    for step in (1, -1):
        ends = list(zip(one[::step], other[::step], strict=False))
        size = next((index for index, pair in enumerate(ends) if "*" in pair), len(ends))
        if any(first != second and "?" not in (first, second) for first, second in ends[:size]):
            return False
        one, other = (text[size:] if step == 1 else text[: len(text) - size] for text in (one, other))
    if not one or not other:
        return not (one or other).strip("*")
    if not one.strip("*") or not other.strip("*"):
        return True
    if one[0] == other[-1] == "*" or other[0] == one[-1] == "*":
        return True
    return find_witness(((one,), (other,))) is not None


def _common_start(patterns: Sequence[str]) -> int:
    """How many characters all patterns begin with alike, none of them a wildcard."""
    first, last = min(patterns), max(patterns)
    alike = zip(first, last, strict=False)
    return next(
        (index for index, (one, other) in enumerate(alike) if one != other or one in "*?"),
        min(len(first), len(last)),
    )


def _letters_to_try(inner: Sequence[_Rests]) -> list[str]:
    """The letters worth a step; the last is tried first, so that a witness is short and plain.

    A letter that only patterns outside name leaves more of them alive than OTHER does, and of those within
    as many: whatever can be found behind it can be found behind OTHER.
    """
    named = {rest[0] for rests in inner for rest in rests if rest} - {"*", "?"}
    last = [OTHER, BREAK] if BREAK in named else [OTHER]
    return sorted(named - {BREAK}, reverse=True) + last


def _possible_rests(rests: Iterable[str]) -> _Rests:
    """All that can be left to match, a star being nothing too."""
    found = set(rests)
    for rest in tuple(found):
        bare = rest
        while bare[:1] == "*":
            bare = bare[1:]
            found.add(bare)
    return frozenset(found)


def _rests_after_letter(rests: _Rests, letter: str) -> _Rests:
    """What is left after one more letter of the text."""
    found = []
    for rest in rests:
        head = rest[:1]
        if head in ("*", "?"):
            if letter != BREAK:
                found.append(rest if head == "*" else rest[1:])
        elif head == letter:
            found.append(rest[1:])
    return _possible_rests(found)
