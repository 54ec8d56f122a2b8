"""The proof of network paths: from every service and job to what it must reach, and from clients to every
route.

It walks the blueprint, which is all that the Terraform will contain, and not what built it.
"""

from tfgen.blueprint.model import Blueprint
from tfgen.reach.ground import Ground
from tfgen.reach.into import WaysIn
from tfgen.reach.model import OK, Walks
from tfgen.reach.out import Ways

_last: tuple[Blueprint, Walks] | None = None


def walks(blueprint: Blueprint) -> Walks:
    """Every flow of a stack. Several rules ask for the same, so the last answer is kept."""
    global _last  # noqa: PLW0603
    if _last is None or _last[0] is not blueprint:
        _last = (blueprint, _walks(blueprint))
    return _last[1]


def _walks(blueprint: Blueprint) -> Walks:
    ground = Ground(blueprint)
    ways, ways_in = Ways(ground), WaysIn(ground)
    out = tuple(flow for task in blueprint.tasks for flow in ways.of(task))
    into = tuple(flow for service in blueprint.services for flow in ways_in.of(service))
    for own in blueprint.overridden:
        from tfgen.reach.overridden import judged  # noqa: PLC0415 - few specs have overrides

        before = _walks(own.was)
        out, into = judged(out, before.out, blueprint), judged(into, before.into, blueprint)
    failing = tuple(flow for flow in (*out, *into) if flow.state != OK)
    return Walks(out, into, failing)
