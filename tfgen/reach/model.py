"""The result of a walk: flows, each with its hops up to where it ends."""

from tfgen.blueprint.model import Part
from tfgen.hcl.text import ResourceRef
from tfgen.problems import Location, SpecPath

OK = "ok"
TAKEN = "taken"
"""Nothing of the stack decides it; taken as given."""
UNSURE = "unsure"
"""It may work; what is in the blueprint does not prove it."""
UNKNOWN = "unknown"
"""An override decides it, and what it says cannot be followed."""
MISSING = "missing"


BY_IPV6 = " by IPv6"
"""The end of what a flow for clients by IPv6 is for."""

RANK = (OK, TAKEN, UNKNOWN, UNSURE, MISSING)
"""From the best to the worst."""


class Hop(Part, frozen=True):
    """One step of a walk. `parts` is what lets it through: resources, or an argument of the service; none
    where it is missing.

    Where it is missing, `text` names what is, `fix` is the place in the spec whose change repairs it, and
    empty where that is the place of what is walked to, or where no spec can cause it.
    """

    step: str
    text: str
    state: str = OK
    parts: tuple[ResourceRef | str, ...] = ()
    fix: SpecPath = ()
    hint: str = ""


class Flow(Part, frozen=True):
    """A walk from a service to something that it must reach, or from clients to a service.

    It ends at the first hop that is missing; its state is that of its worst hop.
    """

    service: str
    kind: str
    """image, logs, secret, file, exec, connect, call, uses or range; route for inbound requests."""
    what: str
    """Why it must be: "layers of its image"."""
    to: str
    """What is reached, as a person calls it."""
    path: SpecPath
    """Where the spec says so."""
    hops: tuple[Hop, ...]
    state: str
    because: tuple[Location, ...] = ()
    """The override because of which it fails, or may, if it is one."""
    below: tuple[str, ...] = ()
    """The addresses of what it depends on and no hop names, as far as the service does not tell them."""

    @property
    def spoken(self) -> tuple[Hop, ...]:
        """The hops that fail or may; where none does, those of the way."""
        return tuple(hop for hop in self.hops if hop.state not in (OK, TAKEN)) or self.hops

    @property
    def fault(self) -> Hop | None:
        """The hop because of which the flow fails, or may."""
        return next((hop for hop in self.hops if hop.state not in (OK, TAKEN)), None)


class Walks(Part, frozen=True):
    """Every flow of a stack, outbound and inbound."""

    out: tuple[Flow, ...]
    into: tuple[Flow, ...]
    failing: tuple[Flow, ...]
    """Those of both that are missing a hop, or may be."""


def state_of(hops: tuple[Hop, ...]) -> str:
    """The worst state of some hops; TAKEN is as good as OK."""
    worst = OK
    for hop in hops:
        if hop.state == MISSING:
            return MISSING
        if hop.state in (UNSURE, UNKNOWN):
            worst = hop.state
    return worst


def to_fault(hops: tuple[Hop, ...]) -> tuple[Hop, ...]:
    """The hops up to the first that is missing."""
    for index, hop in enumerate(hops):
        if hop.state == MISSING:
            return hops[: index + 1]
    return hops
