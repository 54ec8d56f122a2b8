"""What overrides do to flows, and which override blocks one.

A flow depends on the resources of its hops and on some that no hop names: the service, its task
definition and roles, the subnets, the security groups themselves.
"""

from collections import Counter
from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from tfgen.blueprint.labels import ENDPOINTS, NETWORK
from tfgen.blueprint.model import Blueprint, Changed, Mark, Task
from tfgen.hcl.text import ResourceRef
from tfgen.problems import Location
from tfgen.reach.model import BY_IPV6, MISSING, UNKNOWN, Flow, Hop, state_of, to_fault

Flows = tuple[Flow, ...]


def judged(flows: Flows, before: Flows, blueprint: Blueprint) -> Flows:
    """The flows with what cannot be known, and with the overrides because of which they fail.

    `before` are those of the same stack without its overrides.
    """
    judge = _Judge(blueprint)
    was = dict(_keyed_flows(before))
    return tuple(judge.flow(flow, was.get(key)) for key, flow in _keyed_flows(flows))


def _keyed_flows(flows: Flows) -> Iterator[tuple[object, Flow]]:
    """Flows by what they are for, whatever an override made of them; a way in by its place among the others
    of its version of IP, since its port may be another."""
    into = Counter[tuple[str, bool]]()
    for flow in flows:
        if flow.kind == "route":
            own = (flow.service, flow.what.endswith(BY_IPV6))
            into[own] += 1
            yield (*own, into[own]), flow
        else:
            yield (flow.service, flow.kind, flow.path, flow.what), flow


class _Judge:
    def __init__(self, blueprint: Blueprint) -> None:
        (own,) = blueprint.overridden
        self.role = blueprint.network.task_subnets
        self.services = {service.key: service for service in blueprint.tasks}
        # Gateway endpoints have no security group.
        self._interfaces = {
            f"aws_vpc_endpoint.{each.label}" for each in blueprint.network.interface_endpoints
        }
        self._marks: dict[str, list[Mark]] = {}
        self._changed: dict[str, list[Changed]] = {}
        for mark in own.marks:
            self._marks.setdefault(mark.changed.address, []).append(mark)
        for changed in own.changed:
            self._changed.setdefault(changed.address, []).append(changed)

    def flow(self, flow: Flow, was: Flow | None) -> Flow:
        below = dict.fromkeys(self._addresses_below(flow))
        marks = [mark for address in below for mark in self._marks.get(address, ()) if _is_about(mark, flow)]
        marked = _marked_flow(flow, marks)
        if not _is_another(was, marked):
            return marked
        at = self._blamed_override(marked, was, below, marks)
        return replace(marked, because=at)

    def _blamed_override(
        self, flow: Flow, was: Flow | None, below: Iterable[str], marks: list[Mark]
    ) -> tuple[Location, ...]:
        """The place of the override that is to blame: of what the failing hop went over before, if it did."""
        hop = flow.fault
        for mark in marks:
            if hop and mark.says == hop.text:
                return (mark.changed.at,)
        step = hop.step if hop else "route"
        old = [each for each in was.hops if each.step == step] if was else []
        hops = (*old, *flow.hops[-1:], *(was.hops if was else ()))
        for address in (*_addresses_of_hops(hops), *below):
            for changed in self._changed.get(address, ()):
                return (changed.at,)
        return ()

    def _addresses_below(self, flow: Flow) -> Iterator[str]:
        """The addresses of all that a flow depends on."""
        yield from _addresses_of_hops(flow.hops)
        yield from self._addresses_of_service(self.services[flow.service], flow)
        if any(part.kind == "aws_nat_gateway" for part in _resources_of(flow.hops)):
            yield "aws_eip.nat"
        if not self._interfaces.isdisjoint(_addresses_of_hops(flow.hops)):
            yield f"{NETWORK}.aws_security_group.{ENDPOINTS}"
        if flow.kind == "call":
            yield from self._addresses_of_callee(flow)
        if flow.kind == "route":
            yield from (*flow.below, "aws_subnet.public")

    def _addresses_of_service(self, service: Task, flow: Flow) -> Iterator[str]:
        yield from (f"aws_ecs_service.{service.label}", f"aws_ecs_task_definition.{service.label}")
        yield f"aws_scheduler_schedule.{service.label}"
        yield from (f"services.aws_security_group.{service.label}", f"aws_subnet.{self.role}", "aws_vpc.main")
        yield "aws_ecs_cluster_capacity_providers.main"
        for role in service.roles:
            yield from (f"aws_iam_role.{role.label}", f"aws_iam_role_policy.{role.label}")
        if flow.kind == "logs":
            yield f"aws_cloudwatch_log_group.{service.label}"
        if flow.kind == "exec":
            yield "aws_ecs_cluster.main"

    def _addresses_of_callee(self, flow: Flow) -> Iterator[str]:
        callee = self.services.get(flow.to.strip('"'))
        if callee is not None:
            yield from (f"aws_ecs_service.{callee.label}", f"aws_ecs_task_definition.{callee.label}")
            yield f"services.aws_security_group.{callee.label}"


def _resources_of(hops: Iterable[Hop]) -> Iterator[ResourceRef]:
    return (part for hop in hops for part in hop.parts if isinstance(part, ResourceRef))


def _addresses_of_hops(hops: Iterable[Hop]) -> Iterator[str]:
    """The resources of the hops, also where a part is one of several, or an argument of one."""
    return (part.address for part in _resources_of(hops))


def _is_about(mark: Mark, flow: Flow) -> bool:
    return not mark.kinds or flow.kind in mark.kinds


def _is_another(was: Flow | None, now: Flow) -> bool:
    """Whether a flow fails, and did not so without overrides, or has lost the endpoint that it led to."""
    if now.fault is None:
        return was is not None and not _endpoints_of(was) <= _endpoints_of(now)
    return was is None or was.fault is None or was.fault.text != now.fault.text


def _endpoints_of(flow: Flow) -> set[str]:
    return {part.address for part in _resources_of(flow.hops) if part.kind == "aws_vpc_endpoint"}


def _marked_flow(flow: Flow, marks: list[Mark]) -> Flow:
    """A flow with its hops over what is marked; where no hop names it, in a hop of its own at the end."""
    if not marks:
        return flow
    marks = sorted(marks, key=lambda mark: not mark.certain)
    left, hops = list(marks), []
    for hop in flow.hops:
        over = [mark for mark in marks if mark.changed.address in _addresses_of_hops((hop,))]
        left = [mark for mark in left if mark not in over]
        hops.append(_hop_of_mark(hop.step, over[0], hop.parts) if over else hop)
    if state_of(tuple(hops)) != MISSING and left:
        hops.append(_hop_of_mark("override", left[0], ()))
    whole = to_fault(tuple(hops))
    return replace(flow, hops=whole, state=state_of(whole))


def _hop_of_mark(step: str, mark: Mark, parts: tuple[ResourceRef | str, ...]) -> Hop:
    return Hop(step, mark.says, MISSING if mark.certain else UNKNOWN, parts)
