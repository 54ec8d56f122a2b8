"""Services that are destroyed while others are created: perhaps a rename, for which the spec has `was`."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from tfgen.changes.change import Change, KnownStack, is_created, is_destroyed, is_replaced
from tfgen.changes.names import Consequence, Tasks, containers, tasks_of
from tfgen.hcl.text import address_parts
from tfgen.problems import joined

_SERVICE = "aws_ecs_service"
Pair = tuple[Change, Change]


def misnamed_services(
    changes: tuple[Change, ...], old: KnownStack, new: KnownStack
) -> dict[str, Consequence]:
    """The services that get another name in AWS by mistake, by address -> what `was` must be."""
    found = {change.address: _misnamed(change, old, new) for change in changes if _changes_name(change)}
    return {address: said for address, said in found.items() if said}


def _changes_name(change: Change) -> bool:
    return change.type == _SERVICE and is_replaced(change) and "name" in change.arguments


def _misnamed(change: Change, old: KnownStack, new: KnownStack) -> Consequence | None:
    key = _spec_key(change)
    standing, coming = str(change.old.get("name")), str(change.new.get("name"))
    ends = [*_earlier_addresses(change.address, new), change.address]
    stood = next((each for each in reversed(ends) if each in old.resources), change.address)
    known = [_service_name(address) for address in (*_earlier_addresses(stood, old), stood)]
    if standing not in known or coming not in map(_service_name, ends):  # an override names it
        return None
    was = [standing, *(name for name in known if name != standing)]
    if was[-1] == key:
        was.pop()
    remedy = f"write `was: {_yaml_list(was)}` in {key}" if was else "remove `was`"
    return Consequence(
        f"{key}: replaced, because its name in AWS is {standing} and the spec changes it to {coming}: "
        f"{remedy} to keep the service."
    )


def rename_consequences(changes: tuple[Change, ...], new: KnownStack) -> Iterator[Consequence]:
    """Sentences about each `was` that names nothing, and about pairs that look like a rename."""
    services = [change for change in changes if change.type == _SERVICE]
    gone = [change for change in services if is_destroyed(change)]
    come = [change for change in services if is_created(change)]
    in_aws = {str(change.old.get("name")) for change in gone}
    for change in come:
        if named := sorted({*map(_service_name, _earlier_addresses(change.address, new))} - in_aws):
            yield Consequence(
                f"{_spec_key(change)}: its `was` names {joined(named)}, but the old stack has no such "
                "service, so a new one is created."
            )
    for before, after in _probable_renames(gone, come, changes):
        old_key, new_key = _spec_key(before), _spec_key(after)
        yield Consequence(
            f"{old_key} is destroyed and {new_key} is created: if this is a rename, write "
            f"`was: {_value_of_was(before)}` in {new_key} to keep the service; without it expect downtime."
        )


def unpinned_images(changes: tuple[Change, ...], old: KnownStack, new: KnownStack) -> Iterator[Consequence]:
    """Images that were pinned by a variable whose name changes with that of its service."""
    gone = old.pinned.keys() - new.variables
    pinned = {value: name for name in gone if isinstance(value := old.pinned[name].value, str)}
    for task in tasks_of(changes).values():
        for before, after in zip(containers(task.old), containers(task.new), strict=False):
            image = str(before.get("image"))
            if image in pinned and image != after.get("image"):
                variable = pinned[image]
                path = old.pinned[variable].path
                yield Consequence(
                    f"{variable} in {path} no longer has an effect: {_spec_key(task)} gets the image "
                    f"{after.get('image')} instead of {image}; set {task.name}_image there."
                )


def _earlier_addresses(address: str, stack: KnownStack) -> list[str]:
    """The addresses from which `moved` blocks lead to this one, the oldest first."""
    starts = {end: start for start, end in stack.moved.items()}
    found: list[str] = []
    while (start := starts.get((found or [address])[0], address)) not in (address, *found):
        found.insert(0, start)
    return found


def _service_name(address: str) -> str:
    """The name of a service in the spec, from an address."""
    return address_parts(address).label.replace("_", "-")


def _spec_key(change: Change) -> str:
    return change.name.replace("_", "-")


def _value_of_was(change: Change) -> str:
    """What `was` must be, with the name in AWS first where that is an older one."""
    return _yaml_list(list(dict.fromkeys((str(change.old.get("name")), _spec_key(change)))))


def _yaml_list(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"[{', '.join(names)}]"


def _probable_renames(gone: list[Change], come: list[Change], changes: tuple[Change, ...]) -> Iterator[Pair]:
    """The destroyed and the created service; of several, those with the same images and ports."""
    if len(gone) == len(come) == 1:
        yield gone[0], come[0]
        return
    tasks = tasks_of(changes)
    alike = defaultdict[Any, tuple[list[Change], list[Change]]](lambda: ([], []))
    for change in gone:
        alike[_images_and_ports(tasks, change, "old")][0].append(change)
    for change in come:
        alike[_images_and_ports(tasks, change, "new")][1].append(change)
    for look, (before, after) in alike.items():
        if look and len(before) == len(after) == 1:
            yield before[0], after[0]


def _images_and_ports(tasks: Tasks, change: Change, side: str) -> tuple[str, ...]:
    """The images and ports of a service, without the names of ports; () where they are not known."""
    task = tasks.get(change.address)
    found = containers(getattr(task, side)) if task else ()
    return tuple(
        f"{_untagged(str(each.get('image')))} {_port_numbers(each.get('portMappings'))}" for each in found
    )


def _untagged(image: str) -> str:
    """An image without its tag and its digest."""
    return image.partition("@")[0].rpartition(":")[0]


def _port_numbers(mappings: Any) -> list[Any]:
    ports = mappings if isinstance(mappings, tuple) else ()
    return [port.get("containerPort") for port in ports if isinstance(port, dict)]
