"""What a service never gets because of its `ignore_changes`."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from tfgen.changes.change import Action, Change, KnownResource, KnownStack, is_replaced, updates
from tfgen.changes.clashes import connect_addresses
from tfgen.changes.names import Consequence, about_names, containers
from tfgen.hcl.values import references_in


def ignored_consequences(
    changes: tuple[Change, ...], old: KnownStack, new: KnownStack
) -> Iterator[Consequence]:
    """Sentences about target groups, task definitions and addresses that services ignore."""
    yield from about_names(_service_names(ignored_target_groups(changes, old, new)), _GROUPS)
    yield from about_names(
        _service_names(_ignored_replacements("aws_ecs_task_definition", "task_definition", changes, new)),
        _TASKS,
    )
    yield from about_names(_ignored_addresses(changes, old, new), _ADDRESSES)
    yield from about_names(_returning(changes, old, new), _RETURNING)
    yield from about_names(_starting_again(changes, new), _STARTING_AGAIN)


_GROUPS = (
    "{}: the target group is replaced, and ignore_changes keeps the [service|services] from using the new "
    "one: requests get 503 from then on."
)
_TASKS = (
    "{}: ignore_changes keeps the old task [definition|definitions]; no task is started from the new "
    "[one|ones] until a pipeline deploys what it makes of [it|them]."
)
_RETURNING = (
    "{}: Terraform deploys again what these files say; if a pipeline has deployed another image, the apply "
    "replaces its tasks by those of the image in the spec."
)
_STARTING_AGAIN = (
    "{}: the new [service starts|services start] with the [image|images] in the spec, whatever a pipeline "
    "has deployed: have it deploy again."
)
_ADDRESSES = (
    "{}: ignore_changes keeps the [address|addresses] out of Service Connect; calls to [it|them] fail."
)


def ignored_target_groups(
    changes: tuple[Change, ...], old: KnownStack, new: KnownStack
) -> Mapping[str, set[str]]:
    """The address of a target group that is replaced -> the services that keep using the old one."""
    stuck = {change.address for change in changes if lacks_port(change, old, new)}
    return _ignored_replacements("aws_lb_target_group", "load_balancer", changes, new, stuck)


def lacks_port(change: Change, old: KnownStack, new: KnownStack) -> bool:
    """Whether a service is updated with a load balancer port that its task definition lacks, because it
    ignores changes of one of the two."""
    if change.type != "aws_ecs_service" or {"load_balancer", "task_definition"}.isdisjoint(change.kept):
        return False
    stack = old if "task_definition" in change.kept else new
    used = [stack.resources.get(each.address) for each in references_in(change.new.get("task_definition"))]
    known = [_container_ports(task.arguments) for task in used if task]
    asked = {each.get("container_port") for each in change.new.get("load_balancer", ())}
    return change.action is Action.UPDATE and any(not asked <= ports for ports in known)


def lacks_port_name(change: Change, old: KnownStack) -> bool:
    """Whether a service gets a Service Connect port whose name its kept task definition lacks."""
    if "task_definition" not in change.kept or not updates("service_connect_configuration")(change):
        return False
    asked = {
        str(offered.get("port_name"))
        for connect in change.new.get("service_connect_configuration", ())
        for offered in connect.get("service", ())
    }
    used = [old.resources.get(each.address) for each in references_in(change.new.get("task_definition"))]
    known = [_ports(task.arguments) for task in used if task]
    return any(not asked <= {str(port.get("name")) for port in ports} for ports in known)


def _container_ports(task: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(str(port.get("containerPort")) for port in _ports(task))


def _ports(task: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
    return tuple(port for container in containers(task) for port in container.get("portMappings", ()))


def _ignored_replacements(
    kind: str, argument: str, changes: tuple[Change, ...], new: KnownStack, stuck: Collection[str] = ()
) -> Mapping[str, set[str]]:
    """The address of what is replaced -> the services that keep using the old one, `stuck` ones included."""
    gone = {change.address for change in changes if change.type == kind and is_replaced(change)}
    found = defaultdict[str, set[str]](set)
    if not gone:
        return found
    for service in _staying_services(changes, new):
        if service.keeps(argument) or service.address in stuck:
            for used in references_in(service.arguments.get(argument)):
                if used.address in gone:
                    found[used.address].add(service.name)
    return found


def _ignored_addresses(changes: tuple[Change, ...], old: KnownStack, new: KnownStack) -> Iterator[str]:
    """The new addresses in Service Connect that a service does not get because of its `ignore_changes`."""
    for service in _staying_services(changes, new):
        if service.address in old.resources and service.keeps("service_connect_configuration"):
            standing = set(connect_addresses(old.resources[service.address].arguments))
            yield from set(connect_addresses(service.arguments)) - standing


def _returning(changes: tuple[Change, ...], old: KnownStack, new: KnownStack) -> Iterator[str]:
    """The services whose task definition Terraform decides again."""
    for service in _staying_services(changes, new):
        before = old.resources.get(service.address)
        if before and before.keeps("task_definition") and not service.keeps("task_definition"):
            yield service.name


def _starting_again(changes: tuple[Change, ...], new: KnownStack) -> Iterator[str]:
    """The services that are created in place of others, by files that ignore what a pipeline deploys."""
    for change in changes:
        service = new.resources.get(change.address)
        is_new = change.type == "aws_ecs_service" and is_replaced(change)
        if is_new and service and service.keeps("task_definition"):
            yield service.name


def _staying_services(changes: tuple[Change, ...], new: KnownStack) -> Iterator[KnownResource]:
    """The services that are neither created nor replaced."""
    made = {change.address for change in changes if change.action is not Action.UPDATE}
    services = (each for each in new.resources.values() if each.type == "aws_ecs_service")
    return (each for each in services if each.address not in made)


def _service_names(passed_over: Mapping[str, set[str]]) -> set[str]:
    return {name for names in passed_over.values() for name in names}
