"""The size of a stack, checked against limits that AWS does not raise.

This is checked before work that grows with the square of what they bound: callers by services, listeners by
ranges. A stack that exceeds one of them cannot be deployed, whatever else is right or wrong with it. The two
rules among them stop a stack here only where it is far too large, so that the other rules report too.
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
    """Where a filled spec exceeds what any account can have. The work is linear in the spec."""
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
    ranges = {
        id(listener.cidrs): len(set(listener.cidrs or ())) for listener in _rules_apart(listeners.values())
    }
    used = sum(ranges[id(listener.cidrs)] for listener in listeners.values())
    hint = "use fewer, larger ranges, or fewer listeners: each range is a rule for each listener"
    yield from quotas.rules("the load balancer", "inbound", used, at(("load_balancer",)), hint)


def _rules_apart(listeners: Iterable[Listener]) -> Iterable[Listener]:
    """One of those that share the load balancer's own list of ranges, and all others."""
    return {id(listener.cidrs): listener for listener in listeners}.values()


def _service_rules(spec: Spec, places: dict[str, Location]) -> Iterator[Problem]:
    callers = Counter(callee for service in spec.services.values() for callee in set(service.calls))
    for key, service in spec.services.items():
        hint = "have fewer services call it, or put a proxy service in between"
        yield from quotas.rules(
            f'"{key}"', "inbound", _inbound_rules(service, callers[key]), places[key], hint
        )
        hint = "have it call fewer services, and list fewer, larger ranges in egress"
        yield from quotas.rules(f'"{key}"', "outbound", _outbound_rules(service), places[key], hint)


def _outbound_rules(service: Service) -> int:
    listed = ["all"] if service.egress == "all" else service.egress or ()
    return len(set(service.calls)) + len(set(map(repr, listed)))


def _inbound_rules(service: Service, callers: int) -> int:
    return callers + bool(service.routes) + len(set(map(repr, service.ingress)))
