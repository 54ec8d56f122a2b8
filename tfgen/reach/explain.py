"""The walks as text, hop by hop, for readers of the proof."""

from collections.abc import Collection, Iterator

from tfgen.blueprint.model import Blueprint
from tfgen.reach import given, walks
from tfgen.reach.faults import place, repair
from tfgen.reach.model import MISSING, OK, TAKEN, UNKNOWN, UNSURE, Flow, Hop
from tfgen.texts import in_line

_MARKS = {OK: "ok", TAKEN: "given", UNSURE: "unsure", UNKNOWN: "unknown", MISSING: "MISSING"}
_ASSUMED = (
    "Assumed, as AWS has them by default: network ACLs allow everything, security groups allow responses\n"
    "and do not filter the VPC's own DNS, and every route table has a route to the VPC's range.\n"
)


def text(blueprint: Blueprint, services: Collection[str] = ()) -> str:
    """The walks to what each service and job must reach, and from clients to each route, one line a hop.

    With `services`, of those only. A hop that is missing is marked, with the line of the spec to change.
    """
    chosen = [task.key for task in blueprint.tasks if not services or task.key in services]
    found = walks(blueprint)
    by_service: dict[str, list[Flow]] = {key: [] for key in chosen}
    for flow in (*found.out, *found.into):
        if flow.service in by_service:
            by_service[flow.service].append(flow)
    lines = [line for key in chosen for line in _lines_of_service(by_service[key], blueprint)]
    if not lines:
        return "No services, so there are no network paths to show.\n"
    return "\n".join([*lines, _ASSUMED, *given.texts(blueprint, chosen)])


def _lines_of_service(flows: list[Flow], blueprint: Blueprint) -> Iterator[str]:
    for flow in flows:
        yield in_line(_flow_head(flow))
        yield from _hop_lines(flow.hops)
        if hop := flow.fault:
            yield f"    repair   {in_line(place(hop, (flow,), blueprint))}: {in_line(repair(hop, (flow,)))}"
        yield ""


def _flow_head(flow: Flow) -> str:
    if flow.kind == "route":
        return f"clients -> {flow.service}: {flow.what}"
    return f"{flow.service} -> {flow.to} ({flow.what})"


def _hop_lines(hops: tuple[Hop, ...]) -> Iterator[str]:
    for hop in hops:
        yield f"    {_MARKS[hop.state]:<8} {hop.step:<10} {in_line(hop.text)}"
