"""Services that go while others come: a rename perhaps, which `was` in the spec makes a mere move."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from tfgen.changes.called import Said, Tasks, containers, listed, tasks_of
from tfgen.changes.compare import Change, created, destroyed, moved, replaced
from tfgen.changes.stack import Stack

_SERVICE = "aws_ecs_service"
Pair = tuple[Change, Change]


def renames(changes: tuple[Change, ...], old: Stack, new: Stack) -> Iterator[Said]:
    """Sentences about each `was` that is gone or names nothing, and about pairs that look like a rename."""
    services = [change for change in changes if change.type == _SERVICE]
    come = [change for change in services if created(change)]
    for change in filter(replaced, services):
        yield from _given_up(change, old, new)
    for change in come:
        if named := sorted(_earlier(change, new)):
            yield Said(
                f"{_key(change)}: its `was` names {listed(named)}, and the old stack has no such service, so "
                "it is made anew."
            )
    for before, after in _pairs([change for change in services if destroyed(change)], come, changes):
        yield Said(
            f"{_key(before)} goes and {_key(after)} comes: if that is a rename, say `was: {_was(before)}` in "
            f"{_key(after)} and everything stays; without it expect downtime."
        )


def _given_up(change: Change, old: Stack, new: Stack) -> Iterator[Said]:
    """A `was` that named what the service is called in AWS."""
    name = str(change.old.get("name"))
    if name in _earlier(change, old) - _earlier(change, new):
        yield Said(
            f"{_key(change)}: replaced, since its `was` no longer names {name}: name it again, and "
            "everything stays."
        )


def _earlier(change: Change, stack: Stack) -> set[str]:
    """The names that a service had before, as `moved` blocks tell them."""
    starts = (start for start in stack.moved if moved(start, stack.moved) == change.address)
    return {start.rpartition(".")[2].replace("_", "-") for start in starts}


def _key(change: Change) -> str:
    """The name of a service in the spec, from its label."""
    return change.name.replace("_", "-")


def _was(change: Change) -> str:
    """What `was` must say: with the name in AWS first, where that is an older one."""
    name = str(change.old.get("name"))
    return _key(change) if name == _key(change) else f"[{name}, {_key(change)}]"


def _pairs(gone: list[Change], come: list[Change], changes: tuple[Change, ...]) -> Iterator[Pair]:
    """The one that goes and the one that comes, or of several those with the same image and port."""
    if len(gone) == len(come) == 1:
        yield gone[0], come[0]
        return
    tasks = tasks_of(changes)
    alike = defaultdict[Any, tuple[list[Change], list[Change]]](lambda: ([], []))
    for change in gone:
        alike[_look(tasks, change, "old")][0].append(change)
    for change in come:
        alike[_look(tasks, change, "new")][1].append(change)
    for look, (before, after) in alike.items():
        if look and len(before) == len(after) == 1:
            yield before[0], after[0]


def _look(tasks: Tasks, change: Change, side: str) -> tuple[str, ...]:
    """The images and ports of a service; () where they are not known."""
    task = tasks.get(change.address)
    found = containers(getattr(task, side)) if task else ()
    return tuple(
        f"{str(each.get('image')).partition('@')[0].rpartition(':')[0]} {each.get('portMappings')}"
        for each in found
    )
