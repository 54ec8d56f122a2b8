"""The load balancers of a spec, and the names of their listeners.

`load_balancer` is the short form of `load_balancers: {main: ...}`. Listeners of `main` are known by their own
names; those of others by the load balancer's name, too: `internal.https`.
"""

from collections.abc import Container, Iterator
from typing import NamedTuple

from msgspec.structs import replace

from tfgen.problems import SpecPath
from tfgen.spec.model import MAIN, Listener, LoadBalancer, Service, Spec


class Balancer(NamedTuple):
    """A load balancer, by its name and its place in the spec."""

    key: str
    said: LoadBalancer
    path: SpecPath

    @property
    def is_main(self) -> bool:
        return self.key == MAIN

    def full_name(self, listener: str) -> str:
        """What a listener is called in the whole spec."""
        return listener if self.is_main else f"{self.key}.{listener}"

    def listener_path(self, name: str) -> SpecPath:
        """The place of a listener of the stack's own, by its name in the load balancer."""
        return (*self.path, "listeners", name)

    @property
    def is_network(self) -> bool:
        return self.said.is_network

    @property
    def listeners(self) -> Iterator[tuple[str, Listener]]:
        """Those of the stack's own, by their names in the load balancer."""
        return iter(self.said.listeners.items())


def balancers_of(spec: Spec) -> tuple[Balancer, ...]:
    """All of them, in the spec's order."""
    return tuple(Balancer(key, said, spec.balancer_path(key)) for key, said in spec.balancers.items())


def balancer_of(listener: str) -> str:
    """The name of the load balancer whose listener it is."""
    return listener.rpartition(".")[0] or MAIN


def local_name(listener: str) -> str:
    """The name of a listener in its load balancer."""
    return listener.rpartition(".")[2]


def listener_names(spec: Spec) -> tuple[str, ...]:
    """The names of all listeners, as routes can use them."""
    return tuple(
        balancer.full_name(name) for balancer in balancers_of(spec) for name in balancer.said.listener_names
    )


def network_listeners(spec: Spec) -> dict[str, Listener]:
    """The listeners of network load balancers, by their full names."""
    return {
        balancer.full_name(name): listener
        for balancer in balancers_of(spec)
        if balancer.is_network
        for name, listener in balancer.listeners
    }


def of_requests(service: Service, network: Container[str | None]) -> Service:
    """A service with those routes alone that have requests: not those on `network` listeners."""
    return replace(service, routes=[route for route in service.routes if route.listener not in network])


def used_balancers(spec: Spec) -> frozenset[str]:
    """The names of those that have routes of services, which exist for them."""
    routes = (route for service in spec.services.values() for route in service.routes)
    return frozenset(balancer_of(route.listener or "") for route in routes)


def created_balancers(spec: Spec) -> tuple[Balancer, ...]:
    """Those that the stack creates: its own ones that have routes."""
    used = used_balancers(spec)
    return tuple(each for each in balancers_of(spec) if each.key in used and not each.said.existing)


def listener_words(spec: Spec) -> dict[str, str]:
    """The full names of listeners by the words that mean them; by the empty one, that of routes without any.

    A name alone is that of a listener of `main`, or of the only listener that has it, or that of a load
    balancer, which stands for the listener that its routes use by default.
    """
    every = balancers_of(spec)
    usual = [each for each in every if each.is_main] or (every if len(every) == 1 else [])
    named = [("", each) for each in usual] + [(each.key, each) for each in every]
    words = {word: name for word, each in named if (name := _usual_listener(each))}
    for name, full_names in _listeners_by_name(every).items():
        if name in full_names or len(full_names) == 1:
            words[name] = name if name in full_names else full_names[0]
        words |= {full: full for full in full_names}
        words |= {f"{MAIN}.{full}": full for full in full_names if full == name}
    return words


def _listeners_by_name(every: tuple[Balancer, ...]) -> dict[str, list[str]]:
    """The full names of those that have one name in their load balancers."""
    found: dict[str, list[str]] = {}
    for each in every:
        for name in each.said.listener_names:
            found.setdefault(name, []).append(each.full_name(name))
    return found


def _usual_listener(balancer: Balancer) -> str | None:
    """`http`, or `https` where that has TLS or the other one redirects; or the only one with routes."""
    said, own = balancer.said, balancer.said.listeners
    names = [name for name in said.listener_names if said.existing or not own[name].redirects_the_rest]
    usual = ["https", "http"] if "https" in own and own["https"].protocol == "https" else ["http"]
    found = [name for name in usual if name in names]
    name = found[0] if found else names[0] if len(names) == 1 else None
    return name and balancer.full_name(name)
