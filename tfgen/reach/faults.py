"""Why flows fail: the causes that have a rule of their own, and the rest, which the proof reports."""

from collections.abc import Collection, Iterable, Iterator

from tfgen.blueprint.model import Blueprint
from tfgen.problems import Location, joined
from tfgen.reach import walks
from tfgen.reach.model import RANK, UNSURE, Flow, Hop

IMAGE = "image"
"""An image that is elsewhere, in a stack without a route to the internet."""
ELSEWHERE = "elsewhere"
"""A secret in another Region, in such a stack, which TG320 reports without a walk."""
RANGE = "range"
"""A range on the internet that a service declares, in such a stack."""
NARROW = "narrow"
"""Ranges that may or may not be enough."""
CONTROL = "control"
"""The control plane of the Service Connect proxy, which may or may not be needed."""
CLIENTS = "clients"
"""A listener that allows no client, about which rules speak without a walk: TG347, TG355."""
OVERRIDE = "override"
"""An override that blocks a network path, or whose effect on it is unknown."""
PROOF = "proof"
"""Everything else: some hop is missing for certain."""

OF_AN_OVERRIDE = "remove the override, or ignore TG365 and say why the network path works all the same"
"""The hint where an override is to blame."""

OURS = "please report this fault of tfgen, with the spec: no spec should lead to it"
"""The hint where no change to a spec can help."""

Fault = tuple[Hop, tuple[Flow, ...]]
"""What is missing, and the flows that fail for it."""


def faults(blueprint: Blueprint, cause: str) -> list[Fault]:
    """What is missing for a cause, each once, however many flows need it."""
    failing = walks(blueprint).failing
    if not failing:
        return []
    certain = {flow.fault.text for flow in failing if flow.fault and flow.kind != "connect"}
    found: dict[str, list[Flow]] = {}
    for flow in failing:
        hop = flow.fault
        if hop is None or _cause_of(flow, hop) != cause:
            continue
        if cause != CONTROL or hop.text not in certain:  # else it is said already, and for certain
            found.setdefault(hop.text, []).append(flow)
    return [(flow.fault, tuple(flows)) for flows in found.values() for flow in flows[:1] if flow.fault]


def overridden(blueprint: Blueprint) -> list[tuple[Location, Fault]]:
    """The overrides that block flows, each with those flows; where it blocks none, those that it makes
    uncertain, or that bypass their endpoint."""
    found: dict[Location, dict[str, list[Flow]]] = {}
    all_ = walks(blueprint)
    for flow in (*all_.out, *all_.into) if blueprint.overridden else ():
        for at in flow.because:
            found.setdefault(at, {}).setdefault(flow.state, []).append(flow)
    worst = [(at, states[max(states, key=RANK.index)]) for at, states in found.items()]
    return [(at, (hop, tuple(flows))) for at, flows in worst for hop in flows[0].spoken[:1]]


def _cause_of(flow: Flow, hop: Hop) -> str:
    if flow.because:
        return OVERRIDE
    if flow.kind == "connect":
        return CONTROL
    if hop.step == "clients":
        return CLIENTS
    if hop.state == UNSURE:
        return NARROW
    if hop.step == "route" and hop.hint:  # the spec creates no route to the internet, and this hop works
        return {"image": IMAGE, "secret": ELSEWHERE, "range": RANGE}.get(flow.kind, PROOF)
    return PROOF


def place(hop: Hop, flows: Collection[Flow], blueprint: Blueprint) -> Location:
    """The place in the spec whose change repairs a fault."""
    for at in (at for flow in flows for at in flow.because):
        return at
    paths = {flow.path for flow in flows}
    services = {path[:2] for path in paths}
    if hop.fix and {flow.kind for flow in flows} != {"call"}:
        return blueprint.locate(hop.fix)
    if len(paths) == 1:
        return blueprint.locate(paths.pop())
    return blueprint.locate(services.pop() if len(services) == 1 else ("network",))


def repair(hop: Hop, flows: Iterable[Flow]) -> str:
    """What to do about a fault. What the spec could say otherwise helps little where an override says it."""
    if any(flow.because for flow in flows) and (hop.fix or not hop.hint):
        return OF_AN_OVERRIDE
    return hop.hint or OURS


def listed(words: Iterable[str], most: int = 4) -> str:
    """ "a, b and c", each word once; a long list is cut."""
    unique = list(dict.fromkeys(words))
    if len(unique) > most:
        return f"{', '.join(unique[:most])} and {len(unique) - most} more"
    return joined(unique)


def quoted(flows: Iterable[Flow]) -> Iterator[str]:
    """The services of some flows, quoted."""
    return (f'"{flow.service}"' for flow in flows)
