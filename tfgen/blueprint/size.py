"""The size of a stack, compared with quotas that AWS does not raise.

This comes before the work that grows with the square of what they limit: callers by services, listeners
by ranges. A stack that exceeds one cannot be deployed, whatever else is right or wrong with it. Where two
rules report a stack that is slightly too large, this check stops only a stack that is far too large, so
that the other rules run too.
"""

from collections import Counter
from collections.abc import Iterable, Iterator

from tfgen.blueprint import quotas
from tfgen.problems import Locate, Location, Problem
from tfgen.spec.model import Listener, Service, Spec

CODES = ("TG245", "TG331", "TG338")
"""Of which the last two are rules, that a spec can ignore."""
_FAR = 2


def problems(spec: Spec, at: Locate) -> list[Problem]:
    """Where a filled spec is beyond what any account can hold. The work is linear in the spec."""
    places = {key: at(("services", key)) for key in spec.services}
    connected = [places[key] for key, service in spec.services.items() if service.connect or service.calls]
    routed = [places[key] for key, service in spec.services.items() if service.routes]
    return [
        *quotas.cluster(places.values()),
        *quotas.namespace(connected, _FAR),
        *quotas.target_groups(routed, _FAR),
        *_load_balancer_rules(spec, at),
        *_service_rules(spec, places),
    ]


def _load_balancer_rules(spec: Spec, at: Locate) -> Iterator[Problem]:
    """One for each range of each listener, where there is a load balancer."""
    listeners = spec.load_balancer.listeners
    if not any(service.routes for service in spec.services.values()):
        return
    ranges = {id(listener.cidrs): len(set(listener.cidrs or ())) for listener in _apart(listeners.values())}
    used = sum(ranges[id(listener.cidrs)] for listener in listeners.values())
    hint = "admit fewer, larger ranges, or have fewer listeners: each range is a rule for each of them"
    yield from quotas.rules("the load balancer", "inbound", used, at(("load_balancer",)), hint)


def _apart(listeners: Iterable[Listener]) -> Iterable[Listener]:
    """One of those that share the load balancer's own list of ranges, and all others."""
    return {id(listener.cidrs): listener for listener in listeners}.values()


def _service_rules(spec: Spec, places: dict[str, Location]) -> Iterator[Problem]:
    callers = Counter(callee for service in spec.services.values() for callee in set(service.calls))
    for key, service in spec.services.items():
        hint = "let fewer services call it, or put a proxy service between"
        yield from quotas.rules(f'"{key}"', "inbound", callers[key] + bool(service.routes), places[key], hint)
        hint = "let it call fewer services, and name fewer, larger ranges in egress_cidrs"
        yield from quotas.rules(f'"{key}"', "outbound", _outbound(service), places[key], hint)


def _outbound(service: Service) -> int:
    return len(set(service.calls)) + len(set(service.egress_cidrs or ()))
