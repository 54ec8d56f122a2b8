"""Services that go while others come: a rename perhaps, which `was` in the spec makes a mere move."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from tfgen.changes.called import Said, Tasks, containers, listed, tasks_of
from tfgen.changes.change import Change, KnownStack, created, destroyed, replaced

_SERVICE = "aws_ecs_service"
Pair = tuple[Change, Change]


def astray(changes: tuple[Change, ...], old: KnownStack, new: KnownStack) -> dict[str, Said]:
    """The services that the spec gives another name in AWS, by address -> what `was` must say."""
    found = {change.address: _astray(change, old, new) for change in changes if _is_named_anew(change)}
    return {address: said for address, said in found.items() if said}


def _is_named_anew(change: Change) -> bool:
    return change.type == _SERVICE and replaced(change) and "name" in change.arguments


def _astray(change: Change, old: KnownStack, new: KnownStack) -> Said | None:
    key = _key(change)
    standing, coming = str(change.old.get("name")), str(change.new.get("name"))
    ends = [*_earlier(change.address, new), change.address]
    stood = next((each for each in reversed(ends) if each in old.resources), change.address)
    known = [_label(address) for address in (*_earlier(stood, old), stood)]
    if standing not in known or coming not in map(_label, ends):  # an override names it
        return None
    was = [standing, *(name for name in known if name != standing)]
    if was[-1] == key:
        was.pop()
    remedy = f"write `was: {_listing(was)}` in {key}" if was else "remove `was`"
    return Said(
        f"{key}: replaced, because its name in AWS is {standing} and the spec changes it to {coming}: "
        f"{remedy} to keep the service."
    )


def renames(changes: tuple[Change, ...], new: KnownStack) -> Iterator[Said]:
    """Sentences about each `was` that names nothing, and about pairs that look like a rename."""
    services = [change for change in changes if change.type == _SERVICE]
    gone = [change for change in services if destroyed(change)]
    come = [change for change in services if created(change)]
    in_aws = {str(change.old.get("name")) for change in gone}
    for change in come:
        if named := sorted({*map(_label, _earlier(change.address, new))} - in_aws):
            yield Said(
                f"{_key(change)}: its `was` names {listed(named)}, but the old stack has no such service, so "
                "a new one is created."
            )
    for before, after in _pairs(gone, come, changes):
        yield Said(
            f"{_key(before)} is destroyed and {_key(after)} is created: if this is a rename, write "
            f"`was: {_was(before)}` in {_key(after)} to keep the service; without it expect downtime."
        )


def unpinned(changes: tuple[Change, ...], old: KnownStack, new: KnownStack) -> Iterator[Said]:
    """Images that a variable pinned whose name goes with the name of its service."""
    gone = old.pinned.keys() - new.variables
    pinned = {value: name for name in gone if isinstance(value := old.pinned[name].value, str)}
    for task in tasks_of(changes).values():
        for before, after in zip(containers(task.old), containers(task.new), strict=False):
            image = str(before.get("image"))
            if image in pinned and image != after.get("image"):
                variable = pinned[image]
                path = old.pinned[variable].path
                yield Said(
                    f"{variable} in {path} no longer has an effect: {_key(task)} gets the image "
                    f"{after.get('image')} instead of {image}; set {task.name}_image there."
                )


def _earlier(address: str, stack: KnownStack) -> list[str]:
    """The addresses that `moved` blocks lead from to this one, the oldest first."""
    starts = {end: start for start, end in stack.moved.items()}
    found: list[str] = []
    while (start := starts.get((found or [address])[0], address)) not in (address, *found):
        found.insert(0, start)
    return found


def _label(address: str) -> str:
    """The name of a service in the spec, from an address."""
    return address.rpartition(".")[2].replace("_", "-")


def _key(change: Change) -> str:
    return change.name.replace("_", "-")


def _was(change: Change) -> str:
    """What `was` must say: with the name in AWS first, where that is an older one."""
    return _listing(list(dict.fromkeys((str(change.old.get("name")), _key(change)))))


def _listing(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"[{', '.join(names)}]"


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
    """The images and ports of a service, without the names of ports; () where they are not known."""
    task = tasks.get(change.address)
    found = containers(getattr(task, side)) if task else ()
    return tuple(
        f"{str(each.get('image')).partition('@')[0].rpartition(':')[0]} {_numbers(each.get('portMappings'))}"
        for each in found
    )


def _numbers(mappings: Any) -> list[Any]:
    ports = mappings if isinstance(mappings, tuple) else ()
    return [port.get("containerPort") for port in ports if isinstance(port, dict)]
