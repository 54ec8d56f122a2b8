"""What AWS does not allow twice: a port of a load balancer, a rule of a security group, a name."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from tfgen import facts
from tfgen.changes.change import Action, Change, KnownStack
from tfgen.hcl.values import Value, references_in


class Claim(NamedTuple):
    """What only one resource may have: a type, or words for what is no resource, and its values."""

    kind: str
    said: tuple[tuple[str, str], ...]


class Clash(NamedTuple):
    """A resource that takes what another one has, which gives it up meanwhile or, if `certain`, too late."""

    claim: Claim
    taker: Change
    holder: str
    certain: bool

    @property
    def addresses(self) -> tuple[str, str]:
        return self.taker.address, self.holder


_MADE = (Action.CREATE, Action.REPLACE, Action.REPLACE_NEW_FIRST)


def clashes(changes: tuple[Change, ...], new: KnownStack) -> Iterator[Clash]:
    """Everything that would exist twice, for a moment or for good."""
    found = list(_all_clashes(changes, new))
    # Where two resources exchange what they have, each waits for the other.
    waits = {clash.taker.address: clash.holder for clash in found if clash.taker.action is Action.UPDATE}
    for clash in found:
        yield clash._replace(certain=clash.certain or _waits_for_itself(clash.taker.address, waits))


def _waits_for_itself(start: str, waits: Mapping[str, str]) -> bool:
    """Whether a resource waits, through others, for itself."""
    place = waits.get(start)
    for _ in waits:
        if place is None or place == start:
            break
        place = waits.get(place)
    return place == start


def _all_clashes(changes: tuple[Change, ...], new: KnownStack) -> Iterator[Clash]:
    changed = {change.address: change for change in changes}
    taken = [(claim, change) for change in changes for claim in _new_claims(change, changed)]
    holders = _holders_of_claims(changed, new, {taker.type for _, taker in taken})
    for claim, taker in taken:
        for holder in holders[claim]:
            yield from _clash_with(claim, taker, holder, changed.get(holder))


def _new_claims(change: Change, changed: Mapping[str, Change]) -> Iterator[Claim]:
    """What a resource newly claims, except within what is created or replaced, where nothing exists yet."""
    kept = set(_claims_of(change.type, change.old)) if change.action is Action.UPDATE else set()
    for claim, of in _claims_of(change.type, change.new).items():
        used = [changed.get(each.address) for each in references_in(of)]
        if claim not in kept and not any(each and each.action in _MADE for each in used):
            yield claim


def _holders_of_claims(
    changed: Mapping[str, Change], new: KnownStack, kinds: set[str]
) -> Mapping[Claim, list[str]]:
    """The resources of these types that have each claim before the change."""
    found = defaultdict[Claim, list[str]](list)
    for address, resource in new.resources.items():
        if address not in changed and resource.type in kinds:
            for claim in _claims_of(resource.type, resource.arguments):
                found[claim].append(address)
    for address, change in changed.items():
        for claim in _claims_of(change.type, change.old):
            found[claim].append(address)
    return found


def _clash_with(claim: Claim, taker: Change, holder: str, change: Change | None) -> Iterator[Clash]:
    """`change` is that of the holder."""
    if holder == taker.address:
        if taker.action is Action.REPLACE_NEW_FIRST:
            yield Clash(claim, taker, holder, certain=True)
    elif taker.action is not Action.IMPORT:
        stays = (
            change is None or change.action is Action.FORGET or claim in _claims_of(change.type, change.new)
        )
        yield Clash(claim, taker, holder, certain=stays)


def _claims_of(kind: str, arguments: Mapping[str, Value]) -> Mapping[Claim, Value]:
    """What a resource claims, with the values.

    None where a value is not set: AWS chooses a name or a priority that is free.
    """
    names = facts.unique_arguments(kind)
    said = {name: arguments[name] for name in names if name in arguments}
    whole = [(kind, said)] if len(said) >= min(2, len(names)) > 0 else []
    return {
        Claim(kind, tuple((name, repr(value)) for name, value in said.items())): tuple(said.values())
        for kind, said in [*whole, *_connect_names(arguments)]
    }


def _connect_names(arguments: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Value]]]:
    for connect in arguments.get("service_connect_configuration", ()):
        for alias in connect_addresses(arguments):
            yield f"{alias} in Service Connect", {"namespace": connect.get("namespace")}


def connect_addresses(arguments: Mapping[str, Any]) -> Iterator[str]:
    """The addresses that a service has in Service Connect: `backend:5000`."""
    for connect in arguments.get("service_connect_configuration", ()):
        for service in connect.get("service", ()):
            for alias in service.get("client_alias", ()):
                yield f"{alias.get('dns_name')}:{alias.get('port')}"
