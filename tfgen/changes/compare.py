"""Two stacks, and what Terraform will do to come from the one to the other."""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from tfgen import facts
from tfgen.changes.stack import Resource, Stack
from tfgen.changes.syntax import List, Literal, words
from tfgen.changes.values import Reference, Term, Value, references


class Action(StrEnum):
    """What becomes of a resource, by the sign that a plan has for it."""

    CREATE = "+"
    UPDATE = "~"
    REPLACE = "-/+"
    REPLACE_NEW_FIRST = "+/-"
    DESTROY = "-"


class Change(NamedTuple):
    """A resource that does not stay as it is. `arguments` are those that differ or follow another's change.

    `old` and `new` are what all its arguments come to; empty where there is no resource.
    """

    address: str
    type: str
    name: str
    action: Action
    arguments: tuple[str, ...]
    old: Mapping[str, Value]
    new: Mapping[str, Value]


def compare(old: Stack, new: Stack) -> tuple[Change, ...]:
    """Every resource that is created, updated, replaced or destroyed, by address."""
    before = {_moved(address, new.moved): resource for address, resource in old.resources.items()}
    stays = {
        address: _Pair((before[address], old.default_tags), (resource, new.default_tags), new.moved)
        for address, resource in new.resources.items()
        if address in before
    }
    differing, replaced = _follow(stays, new.resources.keys() - before.keys())
    new_first = _new_first(new)
    changes = [
        *(_change(address, before[address], Action.DESTROY) for address in before.keys() - stays.keys()),
        *(
            _change(address, new.resources[address], Action.CREATE)
            for address in new.resources.keys() - stays.keys()
        ),
        *(
            stays[address].change(address, names, _action(address, replaced, new_first))
            for address, names in differing.items()
        ),
    ]
    return tuple(sorted(changes, key=lambda change: change.address))


class _Pair:
    """A resource as it was and as it will be."""

    def __init__(
        self, old: tuple[Resource, Value], new: tuple[Resource, Value], moved: Mapping[str, str]
    ) -> None:
        """`old` and `new`: the resource, and the default tags of its stack."""
        self.resource = new[0]
        self.old = {name: _renamed(value, moved) for name, value in old[0].arguments.items()}
        self.new = new[0].arguments
        names = [name for name in sorted({*self.old, *self.new}) if name not in _ignored(self.resource)]
        self._said = {name for name in names if self.old.get(name) != self.new.get(name)}
        self._uses = {name: {each.address for each in references(self.new.get(name))} for name in names}
        self._tagged = _tags(old[1], self.old) != _tags(new[1], self.new)

    def differing(self, fresh: set[str]) -> tuple[str, ...]:
        """The arguments that change when what is at the `fresh` addresses gets a new identity."""
        found = [name for name, uses in self._uses.items() if name in self._said or uses & fresh]
        if self._tagged and "tags" not in found and facts.replacement(self.resource.type).tags:
            found.append("default_tags")
        return tuple(found)

    def change(self, address: str, names: tuple[str, ...], action: Action) -> Change:
        return _change(address, self.resource, action)._replace(arguments=names, old=self.old, new=self.new)


def _tags(defaults: Value, arguments: Mapping[str, Value]) -> Value:
    """All tags of a resource: its own count more than the defaults."""
    own = arguments.get("tags", {})
    return {**defaults, **own} if isinstance(defaults, dict) and isinstance(own, dict) else (defaults, own)


def _follow(stays: Mapping[str, _Pair], created: set[str]) -> tuple[dict[str, tuple[str, ...]], set[str]]:
    """The differing arguments by address, and the replaced addresses.

    What is made anew gets a new identity: whatever refers to it changes too, and may be replaced in turn.
    """
    fresh, replaced = set(created), set[str]()
    while True:
        found = {address: pair.differing(fresh) for address, pair in stays.items()}
        differing = {address: names for address, names in found.items() if names}
        more = {a for a, names in differing.items() if _replaces(stays[a].resource.type, names)} - replaced
        if not more:
            return differing, replaced
        replaced |= more
        fresh |= more


def _replaces(kind: str, names: tuple[str, ...]) -> bool:
    known = facts.replacement(kind)
    in_place = {*known.in_place, "default_tags"}
    return any(name in known.replace or ("*" in known.replace and name not in in_place) for name in names)


def _action(address: str, replaced: set[str], new_first: set[str]) -> Action:
    if address not in replaced:
        return Action.UPDATE
    return Action.REPLACE_NEW_FIRST if address in new_first else Action.REPLACE


def _change(address: str, resource: Resource, action: Action) -> Change:
    arguments = resource.arguments
    old = arguments if action is Action.DESTROY else {}
    return Change(address, resource.type, resource.name, action, (), old, {} if old else arguments)


def _new_first(stack: Stack) -> set[str]:
    """Where the new one comes before the old one goes: what asks for it, and all that it depends on."""
    found = {
        address
        for address, resource in stack.resources.items()
        if resource.lifecycle.get("create_before_destroy") == Literal(True)
    }
    waiting = list(found)
    while waiting:
        resource = stack.resources[waiting.pop()]
        needed = {each.address for value in resource.arguments.values() for each in references(value)}
        more = (needed & stack.resources.keys()) - found
        found |= more
        waiting += more
    return found


def _ignored(resource: Resource) -> set[str]:
    """What `ignore_changes` names."""
    node = resource.lifecycle.get("ignore_changes")
    if node is not None and words(node) == ("all",):
        return set(resource.arguments)
    return {words(item)[0] for item in node.items if words(item)} if isinstance(node, List) else set()


def _moved(address: str, moved: Mapping[str, str]) -> str:
    """An address after the `moved` blocks, one after another: of a resource, of an instance, of a module."""
    for _ in moved:  # Terraform refuses a circle; here it ends all the same
        step = _moved_once(address, moved)
        if step == address:
            break
        address = step
    return address


def _moved_once(address: str, moved: Mapping[str, str]) -> str:
    for start, end in moved.items():
        if address == start or address.startswith((f"{start}[", f"{start}.")):
            return end + address[len(start) :]
    return address


def _renamed(value: Value, moved: Mapping[str, str]) -> Value:
    """A value with the addresses in it moved."""
    if not moved:
        return value
    match value:
        case Reference(address=address, path=path):
            return Reference(_moved(address, moved), path)
        case Term(name=name, operands=operands):
            return Term(name, _renamed(operands, moved))
        case tuple():
            return tuple(_renamed(item, moved) for item in value)
        case dict():
            return {key: _renamed(item, moved) for key, item in value.items()}
    return value
