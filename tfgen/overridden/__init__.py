"""What a stack is once the overrides of its spec are in its pages.

Rendering goes on from the blueprint as it was, with patches. Rules, proofs and summaries are given the one
that comes from here: where a part of the blueprint knows an argument, it has the value of the page, and what
could bear on a way and cannot be carried over is a `Mark`. Values are read where they stand last, in the page
with the patch in it, so what a patch means is said in one place only: tfgen.render.overrides.
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
