"""The blueprint while overrides are applied to it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeVar

from msgspec.structs import replace

from tfgen.blueprint.model import (
    Blueprint,
    Changed,
    Container,
    Job,
    LoadBalancer,
    Mark,
    Overridden,
    Part,
    Service,
    Task,
)
from tfgen.overridden.resource import Resource
from tfgen.problems import Location, SpecPath

Pages = Mapping[str, str]
AnyPart = TypeVar("AnyPart", bound=Part)


class WorkingBlueprint:
    """The blueprint as far as it is carried over, and what could not be."""

    def __init__(self, blueprint: Blueprint) -> None:
        self.was = self.blueprint = blueprint
        self._changed: list[Changed] = []
        self._marks: list[Mark] = []
        self._moved: dict[SpecPath, Location] = {}
        self._tasks: dict[str, Task] = {task.key: task for task in blueprint.tasks}
        self._owners = dict(_owned_addresses(blueprint))
        self._priorities = Counter(
            (rule.listener, rule.priority) for service in blueprint.services for rule in service.rules
        )

    def note_changes(self, resource: Resource) -> None:
        """Keeps what an override changes, as the reason why a network path is closed."""
        self._changed += [Changed(address=resource.place, at=at) for at in resource.pending.values()]

    def mark_flows(
        self, resource: Resource, says: str, *kinds: str, at: Location, certain: bool = False
    ) -> None:
        """Flows of some kinds over the resource are closed for certain, or unknown."""
        changed = Changed(address=resource.place, at=at)
        self._marks.append(Mark(changed=changed, says=says, kinds=kinds, certain=certain))

    def doubt_pending(self, resource: Resource, *kinds: str, within: str = "") -> None:
        """What is still pending, in one argument or in all, cannot be carried over."""
        for name in resource.pending_names(within):
            at = resource.pending.pop(name)
            self.mark_flows(resource, f"{name} of {resource.address} is overridden", *kinds, at=at)

    def move_location(self, path: SpecPath, at: Location) -> None:
        """What the spec says at a path, the override says now."""
        self._moved[path] = at

    # --- the parts

    def change_network(self, **fields: Any) -> None:
        self.blueprint = replace(self.blueprint, network=replace(self.blueprint.network, **fields))

    def balancer_of(self, resource: Resource) -> LoadBalancer | None:
        """The load balancer in whose module a resource is."""
        return next((each for each in self.blueprint.load_balancer if each.module == resource.module), None)

    def change_balancer(self, found: LoadBalancer, **fields: Any) -> None:
        own = with_changed_part(self.blueprint.load_balancer, found, **fields)
        self.blueprint = replace(self.blueprint, load_balancer=own)

    def owner_of(self, resource: Resource) -> Service | None:
        """The service that a resource belongs to, as far as it is carried over."""
        task = self.task_of(resource)
        return task if isinstance(task, Service) else None

    def task_of(self, resource: Resource) -> Task | None:
        """The service or job that a resource belongs to, as far as it is carried over."""
        key = self._owners.get(resource.address)
        return None if key is None or resource.module != "services" else self._tasks[key]

    def change_task(self, found: Task, **fields: Any) -> None:
        """The service or job with other fields, whatever was carried over since it was found."""
        self._tasks[found.key] = replace(self._tasks[found.key], **fields)

    def change_container(self, task: Task, found: Container, **fields: Any) -> None:
        """The container of a task with other fields, whatever was carried over since it was found."""
        containers = self._tasks[task.key].containers
        own = next(each for each in containers if each.name == found.name)
        self.change_task(task, containers=with_changed_part(containers, own, **fields))

    def takes_priority(self, listener: str, old: int, new: int) -> bool:
        """Whether no other rule of the listener has the new priority."""
        self._priorities[listener, old] -= 1
        self._priorities[listener, new] += 1
        return self._priorities[listener, new] == 1

    def finished_blueprint(self) -> Blueprint:
        """The blueprint with everything carried over; the one that it was where nothing is another."""
        if not self._changed:
            return self.was
        own = Overridden(was=self.was, changed=tuple(self._changed), marks=tuple(self._marks))
        tasks = tuple(self._tasks.values())
        services = tuple(each for each in tasks if isinstance(each, Service))
        jobs = tuple(each for each in tasks if isinstance(each, Job))
        return replace(self.blueprint, services=services, jobs=jobs, overridden=(own,), locate=self._locate)

    def _locate(self, path: SpecPath) -> Location:
        for length in range(len(path), 0, -1):
            if path[:length] in self._moved:
                return self._moved[path[:length]]
        return self.was.locate(path)


def _owned_addresses(blueprint: Blueprint) -> Iterator[tuple[str, str]]:
    """The addresses of what belongs to one service or job, with its key."""
    for task in blueprint.tasks:
        for kind in ("aws_cloudwatch_log_group", "aws_ecs_task_definition"):
            yield f"{kind}.{task.label}", task.key
        for role in task.roles:
            yield f"aws_iam_role.{role.label}", task.key
            yield from ((f"aws_iam_role_policy.{each.label}", task.key) for each in role.policies)
        for rule in task.security_rules:
            yield f"aws_vpc_security_group_{rule.direction}_rule.{rule.label}", task.key
    for service in blueprint.services:
        yield from _addresses_of_service(service)


def _addresses_of_service(service: Service) -> Iterator[tuple[str, str]]:
    yield f"aws_ecs_service.{service.label}", service.key
    for scaling in service.scalings:
        yield f"aws_appautoscaling_target.{service.label}", service.key
        for policy in scaling.policies:
            yield f"aws_appautoscaling_policy.{policy.label}", service.key
        for action in scaling.schedule:
            yield f"aws_appautoscaling_scheduled_action.{action.label}", service.key
    for group in service.target_groups:
        yield f"aws_lb_target_group.{group.label}", service.key
    for rule in service.rules:
        yield f"aws_lb_listener_rule.{rule.label}", service.key


def part_with_label(parts: Iterable[Any], label: str) -> Any | None:
    """The part with a label, if there is one."""
    return next((part for part in parts if part.label == label), None)


def with_changed_part(parts: tuple[AnyPart, ...], old: AnyPart, **fields: Any) -> tuple[AnyPart, ...]:
    """The parts with other fields of one of them."""
    return tuple(replace(part, **fields) if part is old else part for part in parts)
