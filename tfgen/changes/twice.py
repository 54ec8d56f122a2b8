"""What AWS refuses to have twice: a port of a load balancer, a rule of a security group, a name."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from tfgen import facts
from tfgen.changes.compare import Action, Change
from tfgen.changes.stack import Stack
from tfgen.changes.values import Value, references

Claim = tuple[tuple[str, str], ...]
"""What no two resources of a type may share: the type, and arguments with their values."""


class Clash(NamedTuple):
    """A resource that takes what another one has. That one goes meanwhile or, if `certain`, too late."""

    taker: Change
    holder: str
    certain: bool

    @property
    def addresses(self) -> tuple[str, str]:
        return self.taker.address, self.holder


def clashes(changes: tuple[Change, ...], new: Stack) -> Iterator[Clash]:
    """Everything that would be there twice, for a moment or for good."""
    found = list(_clashes(changes, new))
    # Where two change places, each waits for the other.
    waits = {clash.taker.address: clash.holder for clash in found if clash.taker.action is Action.UPDATE}
    for clash in found:
        yield clash._replace(certain=clash.certain or _returns(clash.taker.address, waits))


def _returns(start: str, waits: Mapping[str, str]) -> bool:
    """Whether who waits for others waits for itself."""
    place = waits.get(start)
    for _ in waits:
        if place is None or place == start:
            break
        place = waits.get(place)
    return place == start


def _clashes(changes: tuple[Change, ...], new: Stack) -> Iterator[Clash]:
    changed = {change.address: change for change in changes}
    holders = _holders(changed, new)
    made = {change.address for change in changes if change.action in _MADE}
    for change in changes:
        claim = _claim(change.type, change.new)
        if claim and not _kept(change, claim) and not _uses(change, made):
            for holder in holders[claim]:
                yield from _clash(change, holder, changed.get(holder))


_MADE = (Action.CREATE, Action.REPLACE, Action.REPLACE_NEW_FIRST)


def _holders(changed: Mapping[str, Change], new: Stack) -> Mapping[Claim, list[str]]:
    """Who has what, before anything changes."""
    found = defaultdict[Claim, list[str]](list)
    for address, resource in new.resources.items():
        if address not in changed:
            found[_claim(resource.type, resource.arguments)].append(address)
    for address, change in changed.items():
        found[_claim(change.type, change.old)].append(address)
    return found


def _kept(change: Change, claim: Claim) -> bool:
    return change.action is Action.UPDATE and claim == _claim(change.type, change.old)


def _clash(taker: Change, holder: str, change: Change | None) -> Iterator[Clash]:
    if holder == taker.address:
        if taker.action is Action.REPLACE_NEW_FIRST:
            yield Clash(taker, holder, certain=True)
    elif taker.action is not Action.IMPORT:
        stays = change is None or change.action is Action.FORGET
        yield Clash(taker, holder, certain=stays)


def _claim(kind: str, arguments: Mapping[str, Value]) -> Claim:
    """() where too little is said to tell: a name that AWS makes up, a priority that it finds."""
    names = facts.unique(kind)
    said = tuple((name, repr(arguments[name])) for name in names if name in arguments)
    return (("type", kind), *said) if len(said) >= min(2, len(names)) > 0 else ()


def _uses(change: Change, made: set[str]) -> bool:
    """Whether what it claims is of something that is made anew, where nothing is yet."""
    values = (change.new.get(name) for name in facts.unique(change.type))
    return any(each.address in made for value in values for each in references(value))
