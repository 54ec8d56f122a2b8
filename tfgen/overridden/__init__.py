"""A blueprint with the overrides of its spec applied.

Rendering continues from the original blueprint, with patches. Rules, proofs and summaries get the one
from here: where a part of the blueprint has an argument, it has the value of the page, and what could
affect a network path and cannot be applied is a `Mark`. Values are read from the patched page, so the
meaning of a patch is defined in one place: tfgen.render.overrides.
"""

from tfgen.blueprint.model import Blueprint
from tfgen.overridden import load_balancer, network, roles, services
from tfgen.overridden.desk import Desk, Pages
from tfgen.overridden.resource import resource
from tfgen.problems import Locate
from tfgen.render.overrides import addresses

_CARRY = {**network.CARRY, **load_balancer.CARRY, **services.CARRY, **roles.CARRY}
"""By type of resource: takes what it knows of the changes of one, and puts it into the desk's blueprint."""


def overridden(blueprint: Blueprint, before: Pages, after: Pages, at: Locate) -> Blueprint:
    """The blueprint as its overrides make it.

    `before` and `after` are its pages without and with the patches, by their paths; `at` tells where the
    spec has the key that a path leads to. Whoever repeats what is rendered changes nothing.
    """
    desk = Desk(blueprint)
    places = addresses(before)
    for override in blueprint.overrides:
        page = places[override.address]
        found = resource(override, before[page], after[page], at)
        if not found.pending:
            continue
        desk.note(found)
        carry = _CARRY.get(found.kind)
        if carry:
            carry(desk, found)
        desk.doubt(found)
    return desk.done()
