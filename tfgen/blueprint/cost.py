"""What the spec assumes about traffic and tasks, for the cost of the stack."""

from collections.abc import Iterator

from tfgen import facts
from tfgen.blueprint.model import CostAssumptions
from tfgen.problems import Locate, Problem, nearest_word
from tfgen.spec.model import Spec, TaskRange

_NO_SERVICE = ("clients", "ecr", "internet")


def build(spec: Spec) -> CostAssumptions:
    """The assumptions, in the order of their names."""
    return CostAssumptions(
        traffic=tuple(sorted(spec.cost.traffic.items())),
        hours=spec.cost.hours,
        tasks=tuple(sorted((key, each.low, _high(each)) for key, each in spec.cost.tasks.items())),
    )


def _high(tasks: TaskRange) -> int:
    return tasks.low if tasks.high is None else tasks.high


def problems(spec: Spec, at: Locate) -> Iterator[Problem]:
    """Names that nothing has, and a quiet month with more tasks than a busy one."""
    known = sorted({*_NO_SERVICE, *facts.interface_endpoints(), *facts.gateway_endpoints()})
    for name in spec.cost.traffic:
        if name not in known:
            near = nearest_word(name, known, 0.7)
            hint = (
                f"did you mean {near}?"
                if near
                else "write internet, clients, or the endpoint name of an AWS service"
            )
            yield Problem("TG280", at(("cost", "traffic", name)), f'unknown kind of traffic "{name}"', hint)
    for key, tasks in spec.cost.tasks.items():
        where = at(("cost", "tasks", key))
        if key not in spec.services:
            near = nearest_word(key, list(spec.services))
            hint = f"did you mean {near}?" if near else "name a service of this spec, or remove it"
            yield Problem("TG281", where, f'there is no service "{key}"', hint)
        if tasks.low > _high(tasks):
            message = f"low is {tasks.low} tasks, and high is {_high(tasks)}"
            yield Problem("TG282", where, message, "write the smaller number as low")
