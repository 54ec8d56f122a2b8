"""What becomes of a stack: its changes, and the stack before and after them, as far as sentences ask.

Nothing here says how a stack came to be known: from pages, or from whatever else says as much.
"""

from collections.abc import Callable, Collection, Mapping
from enum import StrEnum
from typing import NamedTuple, Protocol

from tfgen.hcl.values import Value


class Action(StrEnum):
    """What becomes of a resource, by the sign that a plan has for it; it has none for what is imported."""

    CREATE = "+"
    UPDATE = "~"
    REPLACE = "-/+"
    REPLACE_NEW_FIRST = "+/-"
    DESTROY = "-"
    FORGET = "."
    IMPORT = "<-"


class Change(NamedTuple):
    """A resource that does not stay as it is. `arguments` are those that differ or follow another's change.

    `old` and `new` are what all its arguments come to; empty where there is no resource. `kept` are those
    that stay as they were because `ignore_changes` names them.
    """

    address: str
    type: str
    name: str
    action: Action
    arguments: tuple[str, ...]
    old: Mapping[str, Value]
    new: Mapping[str, Value]
    kept: frozenset[str] = frozenset()


ChangeTest = Callable[[Change], bool]


def is_created(change: Change) -> bool:
    return change.action is Action.CREATE


def is_destroyed(change: Change) -> bool:
    return change.action is Action.DESTROY


def is_replaced(change: Change) -> bool:
    return change.action in (Action.REPLACE, Action.REPLACE_NEW_FIRST)


def is_lost(change: Change) -> bool:
    return is_destroyed(change) or is_replaced(change)


def updates(*arguments: str) -> ChangeTest:
    """Whether one of these arguments changes in place."""
    return lambda change: change.action is Action.UPDATE and not {*arguments}.isdisjoint(change.arguments)


def changes_value(argument: str) -> ChangeTest:
    """Whether it says something else in place, and not only follows what it refers to."""
    return lambda change: updates(argument)(change) and change.old.get(argument) != change.new.get(argument)


class KnownResource(Protocol):
    """A resource as a stack has it."""

    @property
    def address(self) -> str: ...

    @property
    def type(self) -> str: ...

    @property
    def name(self) -> str: ...

    @property
    def arguments(self) -> Mapping[str, Value]: ...

    def keeps(self, argument: str) -> bool:
        """Whether `ignore_changes` names an argument as a whole."""
        ...


class VariableValue(NamedTuple):
    """What a file beside the stack says of one of its variables."""

    path: str
    value: Value


class UncountedBlock(NamedTuple):
    """A block with a `for_each` or a `count` that is not known, where it stands, and what they come to."""

    address: str
    place: str
    says: Value


class KnownStack(Protocol):
    """A stack as it was, or as it will be."""

    @property
    def resources(self) -> Mapping[str, KnownResource]: ...

    @property
    def provider(self) -> Mapping[str, Value]:
        """The arguments of the provider; none where another stack has it."""
        ...

    @property
    def state(self) -> Value:
        """Where the stack keeps its state."""
        ...

    @property
    def moved(self) -> Mapping[str, str]:
        """Where `moved` blocks say that something was -> where it is."""
        ...

    @property
    def outputs(self) -> Collection[str]: ...

    @property
    def variables(self) -> Collection[str]: ...

    @property
    def pinned(self) -> Mapping[str, VariableValue]:
        """The variables of which a file beside the stack says something."""
        ...

    @property
    def repeated(self) -> Collection[UncountedBlock]:
        """The blocks of which only Terraform can tell how often they are there."""
        ...

    def is_new_first(self, address: str) -> bool:
        """Whether a new instance comes before the old one goes: it asks for that, or what needs it does."""
        ...


class Changes(NamedTuple):
    """Every resource that does not stay as it is, by address; and the stack before and after that."""

    resources: tuple[Change, ...]
    old: KnownStack
    new: KnownStack


def changes_region(old: KnownStack, new: KnownStack) -> bool:
    """Whether the Region is another one: there, Terraform finds nothing of what it made before."""
    was, will_be = (stack.provider.get("region") for stack in (old, new))
    return isinstance(was, str) and isinstance(will_be, str) and was != will_be
