"""What Terraform will do to turn one stack into another."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from tfgen import facts
from tfgen.changes.accounts import is_same_value
from tfgen.changes.change import Action, Change, changes_region
from tfgen.changes.plain import without_defaults
from tfgen.changes.sets import sorted_sets
from tfgen.changes.stack import Resource, Stack
from tfgen.changes.tags import Tags, changes_tags
from tfgen.changes.touched import touched_nodes
from tfgen.hcl.text import without_keys
from tfgen.hcl.values import Reference, Term, Value, addresses_in


def compare_stacks(old: Stack, new: Stack) -> tuple[Change, ...]:
    """Every resource that changes, by address."""
    elsewhere, moves = changes_region(old, new), moves_of(old, new)
    before = {
        moved_address(address, moves): resource
        for address, resource in old.resources.items()
        if not (elsewhere and resource.is_regional)
    }
    stays = before.keys() & new.resources.keys()
    created = new.resources.keys() - stays
    looked_at = stays
    if old.default_tags == new.default_tags:
        other = touched_nodes(old, new, created)
        looked_at = {address for address in stays if without_keys(address) in other}
    pairs = {
        address: _Pair((before[address], old.default_tags), (new.resources[address], new.default_tags), moves)
        for address in looked_at
    }
    differing, replaced = _follow_replacements(pairs, created)
    changes = [
        *(_removal(address, before[address], new, moves) for address in before.keys() - stays),
        *(_addition(address, new) for address in created),
        *(
            pairs[address].change(address, names, _action(address, replaced, new))
            for address, names in differing.items()
        ),
    ]
    return tuple(sorted(changes, key=lambda change: change.address))


def moves_of(old: Stack, new: Stack) -> Mapping[str, str]:
    """The effective `moved` blocks: none where both addresses exist, as Terraform overwrites nothing."""
    if not new.moved:
        return {}
    standing = {place for address in old.resources for place in enclosing_addresses(address)}
    return {start: end for start, end in new.moved.items() if not {start, end} <= standing}


class _Pair:
    """A resource before and after."""

    __slots__ = ("_said", "_tagged", "kept", "new", "old", "resource", "uses")

    def __init__(
        self, old: tuple[Resource, Value], new: tuple[Resource, Value], moves: Mapping[str, str]
    ) -> None:
        """`old` and `new`: the resource, and the default tags of its stack."""
        self.resource = new[0]
        self.old = _arguments_moved(old[0], moves)
        new[0].share_equal(self.old)
        every = {*self.old, *new[0].arguments}
        ignored = self.resource.ignored(every)
        self.kept = frozenset(way[0] for way in ignored if len(way) == 1)
        self.new: Mapping[str, Value] = new[0].arguments
        if self.kept:
            said = {name: value for name, value in self.new.items() if name not in self.kept}
            self.new = said | {name: value for name, value in self.old.items() if name in self.kept}
        self._said: Collection[str] = ()
        if self.old != self.new:
            self._said = self._names_beyond_defaults(every - self.kept, ignored)
        names = self.new.keys() - self.kept
        self.uses = {name: tuple(used) for name in names if (used := addresses_in(self.new[name]))}
        before, after = (
            Tags(defaults, said.get("tags", {}))
            for defaults, said in ((old[1], self.old), (new[1], new[0].arguments))
        )
        self._tagged = changes_tags(before, after, ignored)

    def _names_beyond_defaults(self, names: set[str], ignored: Collection[tuple[str, ...]]) -> set[str]:
        """Those of the arguments that differ, but for parts that are ignored and what is at its default."""
        old, new = (
            without_defaults(self.resource.type, _without_parts(each, ignored))
            for each in (self.old, self.new)
        )
        stay = facts.kept_arguments(self.resource.type) - self.new.keys()
        return {name for name in names - stay if not is_same_value(old.get(name), new.get(name))}

    def differing(self, fresh: set[str]) -> tuple[str, ...]:
        """The arguments that change when the resources at the `fresh` addresses are new."""
        users = (name for name, used in self.uses.items() if not fresh.isdisjoint(used))
        found = sorted({*self._said, *users})
        if self._tagged and "tags" not in found and facts.replacement(self.resource.type).tags:
            found.append("default_tags")
        return tuple(found)

    def change(self, address: str, names: tuple[str, ...], action: Action) -> Change:
        resource = self.resource
        return Change(address, resource.type, resource.name, action, names, self.old, self.new, self.kept)


def _follow_replacements(
    stays: Mapping[str, _Pair], created: set[str]
) -> tuple[dict[str, tuple[str, ...]], set[str]]:
    """The differing arguments by address, and the replaced addresses.

    A replaced resource gets a new identity: whatever refers to it changes too, and may be replaced in turn.
    """
    fresh, replaced = set(created), set[str]()
    users = _users_by_address(stays)
    waiting: set[str] = {*stays}
    found: dict[str, tuple[str, ...]] = {}
    triggered = {address: pair for address, pair in stays.items() if pair.resource.triggers}
    while True:
        found |= {address: stays[address].differing(fresh) for address in waiting}
        differing = {address: names for address, names in found.items() if names}
        fired = {
            address
            for address, pair in triggered.items()
            if any(_is_triggered(trigger, differing, replaced) for trigger in pair.resource.triggers)
        }
        differing |= {address: (*found[address], _TRIGGER) for address in fired}
        looked_at = (waiting | fired) & differing.keys()
        more = {a for a in looked_at if _replaces(stays[a].resource, differing[a])} - replaced
        if not more:
            return differing, replaced
        replaced |= more
        fresh |= more
        waiting = {user for address in more for user in users.get(address, ())}


def _users_by_address(stays: Mapping[str, _Pair]) -> Mapping[str, set[str]]:
    """Each address -> those that refer to it."""
    found = defaultdict[str, set[str]](set)
    for address, pair in stays.items():
        for used in pair.uses.values():
            for each in used:
                found[each].add(address)
    return found


_TRIGGER = "replace_triggered_by"


def _is_triggered(trigger: str, differing: Mapping[str, tuple[str, ...]], replaced: set[str]) -> bool:
    """Whether what a trigger names changes: a block, an instance, or one attribute of it."""
    for address, names in differing.items():
        if is_within(address, trigger):
            return True
        attribute = trigger.removeprefix(f"{address}.")
        if attribute != trigger and (address in replaced or re.split(r"[.[]", attribute)[0] in names):
            return True
    return False


def _replaces(resource: Resource, names: tuple[str, ...]) -> bool:
    if _TRIGGER in names:
        return True
    known, said = facts.replacement(resource.type), resource.arguments
    allowed = {name for name, other in known.unless.items() if said.get(other) == "true" and said.get(name)}
    in_place = {*known.in_place, "default_tags"}
    names = tuple(name for name in names if name not in allowed)
    return any(name in known.replace or ("*" in known.replace and name not in in_place) for name in names)


def _action(address: str, replaced: set[str], new: Stack) -> Action:
    if address not in replaced:
        return Action.UPDATE
    return Action.REPLACE_NEW_FIRST if new.is_new_first(address) else Action.REPLACE


def _removal(address: str, resource: Resource, new: Stack, moves: Mapping[str, str]) -> Change:
    forgotten = any(is_within(address, each) for each, destroy in new.removed.items() if not destroy)
    arguments = _arguments_moved(resource, moves)
    action = Action.FORGET if forgotten else Action.DESTROY
    return Change(address, resource.type, resource.name, action, (), arguments, {})


def _addition(address: str, new: Stack) -> Change:
    resource = new.resources[address]
    action = Action.IMPORT if address in new.imported else Action.CREATE
    return Change(address, resource.type, resource.name, action, (), {}, resource.arguments)


def is_within(address: str, place: str) -> bool:
    """Whether an address is `place`, an instance of it, or something within it."""
    return address == place or address.startswith((f"{place}[", f"{place}."))


def _without_parts(value: Value, ways: Iterable[tuple[str, ...]]) -> Value:
    """A value without the parts at some paths into it."""
    for first, *rest in ways:
        if isinstance(value, dict) and first in value:
            kept = {first: _without_parts(value[first], [tuple(rest)])} if rest else {}
            value = {key: item for key, item in value.items() if key != first} | kept
        elif (
            isinstance(value, tuple)
            and rest
            and first.isdecimal()
            and len(first) < 10
            and int(first) < len(value)
        ):
            index = int(first)
            value = (*value[:index], _without_parts(value[index], [tuple(rest)]), *value[index + 1 :])
    return value


def moved_address(address: str, moves: Mapping[str, str]) -> str:
    """An address after the `moved` blocks, one after another: of a resource, of an instance, of a module."""
    for _ in moves:  # Terraform rejects a circle; here the loop must end all the same
        step = _moved_once(address, moves)
        if step == address:
            break
        address = step
    return address


def _moved_once(address: str, moves: Mapping[str, str]) -> str:
    for start in enclosing_addresses(address):
        end = moves.get(start, "")
        # Such a move is of the resource without a key; an instance that has a key is another one.
        is_instance = end.endswith("]") and address.startswith(f"{start}[")
        if end and not is_instance:
            return end + address[len(start) :]
    return address


def enclosing_addresses(address: str) -> list[str]:
    """An address and what it is within, such as a resource of an instance, and a module."""
    return [address, *(address[: found.start()] for found in re.finditer(r"[.\[]", address))]


def _arguments_moved(resource: Resource, moves: Mapping[str, str]) -> Mapping[str, Value]:
    """The arguments with the addresses in them moved, and their sets sorted again."""
    if not moves:
        return resource.arguments
    renamed = {name: _with_moved_addresses(value, moves) for name, value in resource.arguments.items()}
    return sorted_sets(resource.type, renamed)


def _with_moved_addresses(value: Value, moves: Mapping[str, str]) -> Value:
    match value:
        case Reference(address=address, path=path):
            return Reference(moved_address(address, moves), path)
        case Term(name=name, operands=operands):
            return Term(name, _with_moved_addresses(operands, moves))
        case tuple():
            return tuple(_with_moved_addresses(item, moves) for item in value)
        case dict():
            return {key: _with_moved_addresses(item, moves) for key, item in value.items()}
    return value
