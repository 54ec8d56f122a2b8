"""Calls between services through Service Connect.

A task learns names and ports when it starts, so both sides of a call need new tasks. Security groups allow
the port of the container and change at once, which cuts off tasks that still run.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from tfgen.changes.change import Action, Change, KnownResource, KnownStack
from tfgen.changes.clashes import connect_addresses
from tfgen.changes.names import INGRESS, Consequence, Tasks, about_names, named_ports, tasks_of
from tfgen.hcl.values import Value, addresses_in
from tfgen.problems import joined


def call_consequences(changes: tuple[Change, ...], new: KnownStack) -> Iterator[Consequence]:
    """Sentences about addresses that change, other container ports behind them, and removed addresses."""
    gone = _connect_addresses(changes, "old") - _connect_addresses(changes, "new")
    said = defaultdict[str, set[str]](set)
    tasks = tasks_of(changes)
    with_address = [
        (each, set(connect_addresses(each.old)), set(connect_addresses(each.new))) for each in changes
    ]
    moving = {each.address for each, was, _ in with_address if was and _moves_ports(each, tasks)}
    becoming = {each.address for each, was, will_be in with_address if was & gone and will_be - was}
    all_callers = _callers_by_service(new) if moving or becoming else {}
    for change, was, will_be in with_address:
        callers = all_callers.get(change.address, set())
        if was & gone and will_be - was:
            becomes = f"{joined(sorted(was & gone))} becomes {joined(sorted(will_be - was))}"
            by = f" (called by {joined(sorted(callers))})" if callers else ""
            started = _CALLED if callers else _UNCALLED
            said[_KEPT if "task_definition" in change.kept else started].add(becomes + by)
            gone -= was
        elif callers and change.address in moving:
            said[_MOVING] |= was
    said[_GONE] = gone
    for text in (_CALLED, _UNCALLED, _KEPT, _MOVING, _GONE):
        yield from about_names(said[text], text)


_CALLED = (
    "In Service Connect, {}: expect failed calls until new tasks on both sides are healthy; callers must use "
    "the new [address|addresses]."
)
_UNCALLED = "In Service Connect, {}; no other service in this stack is allowed to call [it|them]."
_KEPT = "In Service Connect, {}; callers must use the new [address|addresses]."
_MOVING = (
    "{}: Service Connect now leads to another container port; expect failed calls until new tasks are "
    "healthy."
)
_GONE = "{}: removed from Service Connect; calls to [it|them] fail."


def _connect_addresses(changes: tuple[Change, ...], side: str) -> set[str]:
    """The addresses in Service Connect of services that change; a forgotten one keeps its own."""
    kept = (change for change in changes if change.action is not Action.FORGET)
    return {alias for change in kept for alias in connect_addresses(getattr(change, side))}


def _moves_ports(change: Change, tasks: Tasks) -> bool:
    """Whether a service is updated, and a container port behind a Service Connect address changes."""
    task = tasks.get(change.address)
    if task is None or change.action is not Action.UPDATE:
        return False
    old, new = _ports_behind_names(change.old, task.old), _ports_behind_names(change.new, task.new)
    return any(old[name] != new[name] for name in old.keys() & new.keys())


def _ports_behind_names(service: Any, task: Any) -> dict[str, Value]:
    """The container port behind each port name in Service Connect."""
    said = named_ports(task)
    names = [
        each.get("port_name")
        for connect in service.get("service_connect_configuration", ())
        for each in connect.get("service", ())
    ]
    return {name: said[name].get("containerPort") for name in names if name in said}


def _callers_by_service(stack: KnownStack) -> Mapping[str, set[str]]:
    """The address of each service -> the other services that its security groups allow to connect."""
    services = [each for each in stack.resources.values() if each.type == "aws_ecs_service"]
    with_group = defaultdict[str, list[KnownResource]](list)
    for each in services:
        for network in each.arguments.get("network_configuration", ()):
            for group in addresses_in(network.get("security_groups")):
                with_group[group].append(each)
    found = defaultdict[str, set[str]](set)
    for rule in stack.resources.values():
        if rule.type == INGRESS:
            sources = addresses_in(rule.arguments.get("referenced_security_group_id"))
            callers = {each.name for group in sources for each in with_group[group]}
            for group in addresses_in(rule.arguments.get("security_group_id")):
                for each in with_group[group]:
                    found[each.address] |= callers - {each.name}
    return found
