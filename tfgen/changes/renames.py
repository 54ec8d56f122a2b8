"""Services that go while others come: a rename perhaps, which `was` in the spec makes a mere move."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from tfgen.changes.called import Said, Tasks, containers, listed, tasks_of
from tfgen.changes.compare import Change, created, destroyed, moved
from tfgen.changes.stack import Stack

_SERVICE = "aws_ecs_service"
Pair = tuple[Change, Change]


def renames(changes: tuple[Change, ...], new: Stack) -> Iterator[Said]:
    """A sentence for each `was` that names nothing, and a hint for each pair that looks like a rename."""
    come = [change for change in changes if change.type == _SERVICE and created(change)]
    gone = [change for change in changes if change.type == _SERVICE and destroyed(change)]
    for change in come:
        named = _earlier(change, new)
        if named:
            yield Said(
                f"{_key(change)}: its `was` names {listed(named)}, and the old stack has no such service, so "
                "it is made anew."
            )
    for old, after in _pairs(gone, come, changes):
        yield Said(
            f"{_key(old)} goes and {_key(after)} comes: if that is a rename, say `was: {_was(old)}` in "
            f"{_key(after)} and everything stays; without it expect downtime."
        )


def _earlier(change: Change, new: Stack) -> tuple[str, ...]:
    """The names that `moved` blocks give to a service from before."""
    starts = (start for start in new.moved if moved(start, new.moved) == change.address)
    return tuple(start.rpartition(".")[2].replace("_", "-") for start in starts)


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
