"""A blueprint with the overrides of its spec applied.

Rendering continues from the original blueprint, with patches. Rules, proofs and summaries get the one
from here: where a part of the blueprint has an argument, it has the value of the page, and what could
affect a network path and cannot be applied is a `Mark`. Values are read from the patched page, so the
meaning of a patch is defined in one place: tfgen.render.overrides.
"""

from tfgen.blueprint.model import Blueprint
from tfgen.overridden import load_balancer, network, roles, services
from tfgen.overridden.resource import overridden_resource
from tfgen.overridden.working_blueprint import Pages, WorkingBlueprint
from tfgen.problems import Locate
from tfgen.render.overrides import resource_addresses

_CARRY = {**network.CARRY, **load_balancer.CARRY, **services.CARRY, **roles.CARRY}
"""By type of resource: takes what it knows of the changes of one, and puts it into the working blueprint."""


def overridden_blueprint(blueprint: Blueprint, before: Pages, after: Pages, at: Locate) -> Blueprint:
    """The blueprint as its overrides make it.

    `before` and `after` are its pages without and with the patches, by their paths; `at` tells where the
    spec has the key that a path leads to. Whoever repeats what is rendered changes nothing.
    """
    working = WorkingBlueprint(blueprint)
    places = resource_addresses(before)
    for override in blueprint.overrides:
        page = places[override.address]
        found = overridden_resource(override, before[page], after[page], at)
        if not found.pending:
            continue
        working.note_changes(found)
        carry = _CARRY.get(found.kind)
        if carry:
            carry(working, found)
        working.doubt_pending(found)
    return working.finished_blueprint()
