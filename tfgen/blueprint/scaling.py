"""How the number of tasks of a service follows its load: limits, policies, and limits at other times."""

from collections.abc import Iterator
from typing import NamedTuple

from tfgen.blueprint import balancer_metrics, existing, names, target_groups
from tfgen.blueprint.model import (
    Backlog,
    PredefinedMetric,
    Scaling,
    ScalingPolicy,
    ScheduledAction,
    TargetGroup,
    Tasks,
)
from tfgen.blueprint.references import References
from tfgen.hcl.printer import interpolation
from tfgen.hcl.text import Label, Ref
from tfgen.problems import Locate, Problem, SpecPath
from tfgen.spec import schedules
from tfgen.spec.model import Given, ScheduledScaling, Service, Spec
from tfgen.spec.model import Scaling as ScalingSpec
from tfgen.spec.origins import is_inherited

_METRICS = ("cpu", "memory", "requests", "queue")
_CPU, _MEMORY, _REQUESTS = (
    "ECSServiceAverageCPUUtilization",
    "ECSServiceAverageMemoryUtilization",
    "ALBRequestCountPerTarget",
)


def tasks(key: str, service: Service, at: Locate) -> Tasks:
    """How many tasks run, and where the spec says it."""
    path = ("services", key)
    if service.scaling is None:
        count, where = service.count or 0, at((*path, "count"))
        return Tasks(least=count, most=count, at=where, most_at=where)
    limits, scaling = list(_limits(service.scaling)), (*path, "scaling")
    least = min((each for each in limits if each.key == "min"), key=lambda each: each.tasks)
    most = max((each for each in limits if each.key == "max"), key=lambda each: each.tasks)
    return Tasks(
        least=least.tasks,
        most=most.tasks,
        at=at((*scaling, *least.path, least.key)),
        most_at=at((*scaling, *most.path, most.key)),
        key=".".join(("scaling", *map(str, least.path), least.key)),
    )


def range_of_tasks(service: Service) -> tuple[int, int]:
    """The least and the most tasks at any time."""
    if service.scaling is None:
        return service.count or 0, service.count or 0
    tasks = [each.tasks for each in _limits(service.scaling)]
    return min(tasks), max(tasks)


class _Limit(NamedTuple):
    path: SpecPath
    key: str
    tasks: int


def _limits(said: ScalingSpec) -> Iterator[_Limit]:
    """All that there are at any time."""
    yield _Limit((), "min", said.min)
    yield _Limit((), "max", said.max)
    for name, action in said.schedule.items():
        for key, tasks in (("min", action.min), ("max", action.max)):
            if tasks is not None:
                yield _Limit(("schedule", name), key, tasks)


def desired_count(service: Service) -> int:
    """What a service starts with."""
    return service.scaling.min if service.scaling else service.count or 0


def counts_requests(service: Service) -> bool:
    """Whether the requests of its load balancers decide how many tasks run."""
    return service.scaling is not None and service.scaling.requests is not None


def build(key: str, spec: Spec, groups: tuple[TargetGroup, ...], referred: References) -> Iterator[Scaling]:
    """`groups` are the target groups of the service."""
    service = spec.services[key]
    if said := service.scaling:
        cluster = existing.cluster_name(existing.cluster_arn(spec))
        own = names.ref("aws_ecs_service.{}.name", names.label(key))
        yield Scaling(
            resource_id=interpolation(("service/", cluster, "/", own)),
            min=said.min,
            max=said.max,
            policies=(
                *_use_policies(key, said),
                *_request_policies(key, said, spec, groups),
                *_queue_policies(key, said, cluster, own, referred),
            ),
            schedule=tuple(_actions(key, said)),
        )


def _use_policies(key: str, said: ScalingSpec) -> Iterator[ScalingPolicy]:
    for name, percent, metric in (("cpu", said.cpu, _CPU), ("memory", said.memory, _MEMORY)):
        if percent is not None:
            yield _policy(names.label(key, name), name, percent, said, PredefinedMetric(type=metric))


def _request_policies(
    key: str, said: ScalingSpec, spec: Spec, groups: tuple[TargetGroup, ...]
) -> Iterator[ScalingPolicy]:
    for group in groups if said.requests else ():
        if not spec.balancers[group.balancer].is_network:
            suffix = balancer_metrics.suffix(group.balancer)
            own = names.ref("aws_lb_target_group.{}.arn_suffix", group.label)
            metric = PredefinedMetric(
                type=_REQUESTS, suffixes=(suffix,), resource_labels=(interpolation((suffix, "/", own)),)
            )
            # Without the name of the service, which a rename would change.
            name = f"requests{group.label.removeprefix(names.label(key))}".replace("_", "-")
            yield _policy(names.label(group.label, "requests"), name, said.requests or 0, said, metric)


def _queue_policies(
    key: str, said: ScalingSpec, cluster: Ref, service: Ref, referred: References
) -> Iterator[ScalingPolicy]:
    if queue := said.queue:
        name = referred.value(queue.name) if isinstance(queue.name, Given) else queue.name
        backlog = Backlog(queue=name, cluster=cluster, service=service)
        yield _policy(names.label(key, "queue"), "queue", queue.backlog, said, backlog=backlog)


def _policy(
    label: Label,
    name: str,
    target: int,
    said: ScalingSpec,
    metric: PredefinedMetric | None = None,
    backlog: Backlog | None = None,
) -> ScalingPolicy:
    return ScalingPolicy(
        label=label,
        name=name,
        target=target,
        scale_in=said.cooldown.scale_in,
        scale_out=said.cooldown.scale_out,
        predefined=() if metric is None else (metric,),
        backlog=() if backlog is None else (backlog,),
    )


def _actions(key: str, said: ScalingSpec) -> Iterator[ScheduledAction]:
    for name, action in sorted(said.schedule.items()):
        yield ScheduledAction(
            label=names.label(key, name),
            name=name,
            expression=action.when,
            timezones=() if action.when.startswith("rate(") else (action.timezone,),
            least=() if action.min is None else (action.min,),
            most=() if action.max is None else (action.max,),
        )


# --- what is wrong with it


def problems(key: str, service: Service, spec: Spec, at: Locate) -> Iterator[Problem]:
    if (said := service.scaling) is None:
        return
    path = ("services", key, "scaling")
    if service.count is not None:
        message = f'"{key}" has count and scaling, which both say how many tasks run'
        yield Problem("TG640", at(("services", key, "count")), message, _hint_of_two(key, at))
    if not said.schedule and all(getattr(said, name) is None for name in _METRICS):
        message = f'the scaling of "{key}" follows nothing'
        yield Problem("TG641", at(path), message, "add cpu: 60, or memory, requests, queue or schedule")
    yield from _limit_problems(path, said, at)
    yield from _request_problems(key, service, spec, at)
    for name, action in said.schedule.items():
        yield from _action_problems((*path, "schedule", name), action, at)


def _hint_of_two(key: str, at: Locate) -> str:
    """Which of count and scaling to remove: that of `defaults`, if it is from there."""
    for name, other in (("count", "scaling"), ("scaling", "count")):
        if is_inherited(("services", key, name), at):
            return f'write {name}: null in "{key}", which has its own {other}'
    return "remove count: the service starts with scaling.min"


def _limit_problems(path: SpecPath, said: ScalingSpec, at: Locate) -> Iterator[Problem]:
    if said.min > said.max:
        message = f"min is {said.min} tasks, and max is {said.max}"
        yield Problem("TG642", at((*path, "min")), message, "write the smaller number as min")
        return
    for name, action in said.schedule.items():
        least = said.min if action.min is None else action.min
        most = said.max if action.max is None else action.max
        if least > most:
            key = "max" if action.min is None else "min"
            message = f"from then on, min would be {least} tasks, and max {most}"
            hint = "write both min and max here, the smaller number as min"
            yield Problem("TG642", at((*path, "schedule", name, key)), message, hint)


def _request_problems(key: str, service: Service, spec: Spec, at: Locate) -> Iterator[Problem]:
    if not counts_requests(service):
        return
    known = [name for name in target_groups.balancers(service) if name in spec.balancers]
    if all(spec.balancers[name].is_network for name in known):
        where = at(("services", key, "scaling", "requests"))
        what = "a network load balancer counts no requests" if known else f'"{key}" has no routes'
        message = f"{what}, so there are no requests to follow"
        hint = "write cpu: 60 instead, or add a route on an Application Load Balancer"
        yield Problem("TG643", where, message, hint)


def _action_problems(path: SpecPath, action: ScheduledScaling, at: Locate) -> Iterator[Problem]:
    if action.min is None and action.max is None:
        yield Problem("TG644", at(path), "this schedule changes nothing", "add min or max")
    for fault in schedules.faults(action.when):
        yield Problem("TG644", at((*path, "when")), fault.message, fault.hint)
    for fault in schedules.zone_faults(action.timezone):
        yield Problem("TG715", at((*path, "timezone")), fault.message, fault.hint, "warning")
