"""The size of a stack, checked against limits that AWS does not raise.

This is checked before work that grows with the square of what they bound: callers by services, listeners by
ranges. A stack that exceeds one of them cannot be deployed, whatever else is right or wrong with it. The two
rules among them stop a stack here only where it is far too large, so that the other rules report too.
"""

from collections import Counter
from collections.abc import Iterable, Iterator

from tfgen.blueprint import names, ports, quotas, target_groups
from tfgen.problems import Locate, Location, Problem
from tfgen.spec.balancers import created_balancers
from tfgen.spec.model import Listener, Service, Spec, TaskKeys

CODES = ("TG245", "TG331", "TG338")
"""Of which the last two are rules, that a spec can ignore."""
_FAR = 2


def problems(spec: Spec, at: Locate) -> list[Problem]:
    """Where a filled spec exceeds what any account can have. The work is linear in the spec."""
    places = {key: at((task.section, key)) for key, task in spec.tasks.items()}
    connected = [places[key] for key, service in spec.services.items() if spec.has_proxy(service)]
    routed: dict[str, list[Location]] = {}
    for key, service in spec.services.items():
        for balancer in target_groups.balancers(service):
            routed.setdefault(balancer, []).extend(places[key] for _ in ports.routed(service, balancer))
    return [
        *quotas.cluster([places[key] for key in spec.services]),
        *quotas.namespace(connected, _FAR),
        *(each for behind in routed.values() for each in quotas.target_groups(behind, _FAR)),
        *_load_balancer_rules(spec, at),
        *_service_rules(spec, places),
    ]


def _load_balancer_rules(spec: Spec, at: Locate) -> Iterator[Problem]:
    """One for each range of each listener, where there is a load balancer."""
    hint = "use fewer, larger ranges, or fewer listeners: each range is a rule for each listener"
    for balancer in created_balancers(spec):
        listeners = balancer.said.listeners.values()
        ranges = {id(each.cidrs): len(set(each.cidrs or ())) for each in _rules_apart(listeners)}
        used = sum(ranges[id(listener.cidrs)] for listener in listeners)
        noun = names.noun_of_balancer(balancer.key)
        yield from quotas.rules(noun, "inbound", used, at(balancer.path), hint)


def _rules_apart(listeners: Iterable[Listener]) -> Iterable[Listener]:
    """One of those that share the load balancer's own list of ranges, and all others."""
    return {id(listener.cidrs): listener for listener in listeners}.values()


def _service_rules(spec: Spec, places: dict[str, Location]) -> Iterator[Problem]:
    tasks = spec.tasks
    callers = Counter(callee for task in tasks.values() for callee in set(task.callees))
    for key, service in spec.services.items():
        hint = "have fewer services call it, or put a proxy service in between"
        yield from quotas.rules(
            f'"{key}"', "inbound", _inbound_rules(service, callers[key]), places[key], hint
        )
    for key, task in tasks.items():
        hint = "have it call fewer services, and list fewer, larger ranges in egress"
        yield from quotas.rules(f'"{key}"', "outbound", _outbound_rules(task), places[key], hint)


def _outbound_rules(task: TaskKeys) -> int:
    listed = ["all"] if task.egress == "all" else task.egress or ()
    return len(set(map(repr, task.calls))) + len(set(map(repr, listed)))


def _inbound_rules(service: Service, callers: int) -> int:
    called, listed = len(ports.called(service)), len(set(map(repr, service.ingress)))
    fronted = (ports.of_load_balancer(service, each) for each in target_groups.balancers(service))
    return callers * called + sum(map(len, fronted)) + listed
