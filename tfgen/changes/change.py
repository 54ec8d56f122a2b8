"""The changes of a stack, and the stack before and after them, as far as sentences need to know it.

Nothing here depends on how a stack was read: from files, or from anything else that knows as much.
"""

from collections.abc import Callable, Collection, Mapping
from enum import StrEnum
from typing import NamedTuple, Protocol

from tfgen.hcl.values import Value


class Action(StrEnum):
    """What Terraform does to a resource, by the sign in its plan; an import has none there."""

    CREATE = "+"
    UPDATE = "~"
    REPLACE = "-/+"
    REPLACE_NEW_FIRST = "+/-"
    DESTROY = "-"
    FORGET = "."
    IMPORT = "<-"


class Change(NamedTuple):
    """A resource that changes. `arguments` are those that differ, or that refer to another change.

    `old` and `new` are the values of all its arguments, empty where the resource does not exist. `kept` are
    the arguments that keep their values because `ignore_changes` names them.
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
    """Whether an argument gets another value in place, and does not only refer to something that changes."""
    return lambda change: updates(argument)(change) and change.old.get(argument) != change.new.get(argument)


class KnownResource(Protocol):
    """A resource of a stack."""

    @property
    def address(self) -> str: ...

    @property
    def type(self) -> str: ...

    @property
    def name(self) -> str: ...

    @property
    def arguments(self) -> Mapping[str, Value]: ...

    def only(self, names: Collection[str]) -> Mapping[str, Value]:
        """The arguments and blocks of these names, and perhaps others."""
        ...

    @property
    def is_regional(self) -> bool:
        """Whether it is in the provider's Region; one with a provider of its own may be in any."""
        ...

    def keeps(self, argument: str) -> bool:
        """Whether `ignore_changes` names an argument as a whole."""
        ...


class VariableValue(NamedTuple):
    """The value that a tfvars file sets for a variable."""

    path: str
    value: Value


class UncountedBlock(NamedTuple):
    """A block with a `for_each` or `count` that only Terraform can evaluate, its place, and what is known."""

    address: str
    place: str
    says: Value


class KnownStack(Protocol):
    """A stack as it was, or as it will be."""

    @property
    def resources(self) -> Mapping[str, KnownResource]: ...

    @property
    def provider(self) -> Mapping[str, Value]:
        """The arguments of the provider; none where the stack is a module without one."""
        ...

    @property
    def state(self) -> Value:
        """The backend of the stack."""
        ...

    @property
    def provider_range(self) -> Value:
        """The versions of the AWS provider that the stack allows; None where it says nothing of it."""
        ...

    @property
    def moved(self) -> Mapping[str, str]:
        """The old address in each `moved` block -> the new one."""
        ...

    @property
    def outputs(self) -> Collection[str]: ...

    @property
    def variables(self) -> Collection[str]: ...

    @property
    def pinned(self) -> Mapping[str, VariableValue]:
        """The variables that tfvars files set."""
        ...

    @property
    def repeated(self) -> Collection[UncountedBlock]:
        """The blocks whose instances only Terraform can count."""
        ...

    def is_new_first(self, address: str) -> bool:
        """Whether a new instance is created before the old one is destroyed: by its own lifecycle, or by
        that of a resource that depends on it."""
        ...


class Changes(NamedTuple):
    """Every resource that changes, by address; and the stack before and after."""

    resources: tuple[Change, ...]
    old: KnownStack
    new: KnownStack


def changes_region(old: KnownStack, new: KnownStack) -> bool:
    """Whether the stack gets another Region, where Terraform finds nothing that it created before."""
    was, will_be = (stack.provider.get("region") for stack in (old, new))
    return isinstance(was, str) and isinstance(will_be, str) and was != will_be
