"""Paths in: from clients that may connect, through the load balancer, to the container port of each route."""

from collections.abc import Iterator

from tfgen.blueprint.labels import SERVICES
from tfgen.blueprint.model import (
    TCP,
    ExistingListener,
    ExistingLoadBalancer,
    Listener,
    ListenerCidr,
    LoadBalancer,
    Part,
    Route,
    Service,
    TargetGroup,
)
from tfgen.blueprint.peer_words import port_words
from tfgen.hcl.text import Label, ResourceRef, VariableRef
from tfgen.ip_ranges import is_ipv6
from tfgen.ip_ranges import parse_range as network
from tfgen.reach.ground import (
    EGRESS,
    INGRESS,
    WORLD,
    WORLD_IPV6,
    Followed,
    Ground,
    NetworkPeer,
    client_rule,
    group_of_balancer,
    is_private,
)
from tfgen.reach.model import BY_IPV6, MISSING, OK, TAKEN, Flow, Hop, state_of, to_fault
from tfgen.reach.out import group_of


class ListenerEntry(Part, frozen=True):
    """A listener, with the hops to it from clients of one version of IP. `name` is what a person calls it."""

    balancer: LoadBalancer | ExistingLoadBalancer
    name: str
    address: str
    hops: tuple[Hop, ...]
    arn: Followed


class WaysIn:
    """Walks to the services of one blueprint."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.entries: dict[str, tuple[ListenerEntry, ...]] = {
            listener.key: tuple(self._listener_entries(balancer, listener))
            for balancer in ground.blueprint.load_balancer
            for listener in balancer.listeners
        } | {
            listener.key: (_existing_entry(balancer, listener),)
            for balancer in ground.blueprint.existing_load_balancer
            for listener in balancer.listeners
        }
        self.rules = ground.blueprint.rules

    def of(self, service: Service) -> Iterator[Flow]:
        """A flow for each route of a service, and each version of IP of its clients."""
        inside: dict[Label, tuple[Hop, ...]] = {}
        for route in service.routes:
            group = self._target(service, route)
            label = group.label if group else Label("")
            for entry in self.entries.get(route.listener, (None,)):
                if entry and label not in inside:
                    inside[label] = to_fault(tuple(self._hops_inside(service, group, entry.balancer)))
                yield self._route_flow(service, route, entry, inside.get(label, ()))

    def _route_flow(
        self, service: Service, route: Route, entry: ListenerEntry | None, inside: tuple[Hop, ...]
    ) -> Flow:
        path = ("services", service.key, "routes")
        below: tuple[str, ...] = ()
        if entry is None:
            hops: tuple[Hop, ...] = (Hop("listener", f"there is no listener {route.listener}", MISSING),)
            what = route.text
        else:
            what = f"{route.text} on {entry.name}"
            hops = to_fault((*entry.hops, *self._rule_hops(service, route, entry), *inside))
            below = tuple(_addresses_of_balancer(entry.balancer))
        return Flow(service.key, "route", what, f'"{service.key}"', path, hops, state_of(hops), below=below)

    # --- to the load balancer ---

    def _listener_entries(self, balancer: LoadBalancer, listener: Listener) -> Iterator[ListenerEntry]:
        """One for each version of IP of which it has clients, and one if it has none."""
        versions = [
            version
            for version in balancer.versions
            if any(is_ipv6(cidr.cidr) == (version == "IPv6") for cidr in listener.admitted)
        ]
        for version in versions or balancer.versions[:1]:
            yield ListenerEntry(
                balancer,
                f"port {listener.port}{balancer.owner}{BY_IPV6 if version == 'IPv6' else ''}",
                _listener_ref(balancer, listener),
                tuple(self._hops_outside(balancer, listener, ipv6=version == "IPv6")),
                Followed(balancer.module, ResourceRef("aws_lb_listener", listener.label, ".arn")),
            )

    def _hops_outside(self, balancer: LoadBalancer, listener: Listener, *, ipv6: bool) -> Iterator[Hop]:
        admitted = [cidr for cidr in listener.admitted if is_ipv6(cidr.cidr) == ipv6]
        yield self._client_hop(balancer, listener, admitted)
        if balancer.internal:
            yield self._inside_only(balancer, listener, admitted, ipv6=ipv6)
            return
        onward = self.ground.internet(balancer.subnets, WORLD_IPV6 if ipv6 else WORLD)
        own = balancer.place("aws_lb.main")
        if len(onward) > 1 or onward[0].state == MISSING:
            behind = f"{own} is in subnets behind a NAT gateway, which accepts no inbound connections"
            yield Hop("balancer", behind if len(onward) > 1 else onward[0].text, MISSING)
            return
        by = BY_IPV6 if ipv6 else ""
        text = f"{own} in the {balancer.subnets} subnets, which have a route to the internet{by}"
        yield Hop("balancer", text, onward[0].state, onward[0].parts)
        address = _listener_ref(balancer, listener)
        yield Hop("listener", f"{address}, port {listener.port}", parts=(address,))

    def _inside_only(
        self, balancer: LoadBalancer, listener: Listener, admitted: list[ListenerCidr], *, ipv6: bool
    ) -> Hop:
        """An internal load balancer has addresses of the VPC only; how clients outside reach it is up to the
        user, and which IPv6 range the VPC has, up to AWS."""
        vpc, ranges = network(self.ground.network.cidr), [cidr.cidr for cidr in admitted]
        own = balancer.place("aws_lb.main")
        if ipv6 and not self.ground.network.has_ipv6(balancer.subnets):
            return Hop("balancer", f"the {balancer.subnets} subnets have no IPv6 range", MISSING)
        if not balancer.faces_internet and any(network(cidr).overlaps(vpc) for cidr in ranges):
            text = f"{own} is internal, in the {balancer.subnets} subnets: clients in the VPC reach it"
            return Hop("balancer", text, parts=(_listener_ref(balancer, listener),))
        if (ipv6 and not balancer.faces_internet) or self._are_connected(balancer, ranges):
            where = f"in the {balancer.subnets} subnets"
            text = f"{own} is internal, {where}: routes from there to clients outside the VPC are yours"
            return Hop("balancer", text, TAKEN, (_listener_ref(balancer, listener),))
        hint = "give the listener the cidrs of its clients, such as cidrs: [10.0.0.0/8]"
        text = f"{own} is internal: clients on the internet cannot reach it"
        return Hop("balancer" if balancer.faces_internet else "clients", text, MISSING, hint=hint)

    def _are_connected(self, balancer: LoadBalancer, ranges: list[str]) -> bool:
        """Whether clients outside the VPC can have a way: private ones, and those of networks that the load
        balancer's subnets have routes to. One that an override alone makes internal has no such routes."""
        if balancer.faces_internet:
            return all(map(is_private, ranges))
        routed = [network(route.destination) for route in self.ground.network.target_routes]
        known = [other for other in routed if other.prefixlen]
        return any(is_private(cidr) or any(map(network(cidr).overlaps, known)) for cidr in ranges)

    def _client_hop(self, balancer: LoadBalancer, listener: Listener, admitted: list[ListenerCidr]) -> Hop:
        fix = (*listener.path, "cidrs")
        cidrs = [cidr.cidr for cidr in admitted]
        hint = "give it the cidrs of its clients, such as cidrs: [203.0.113.0/24]"
        if not cidrs:
            text = f"listener {listener.key} allows no clients on port {listener.port}"
            return Hop("clients", text, MISSING, (), fix, hint)
        if not balancer.internal and all(is_private(cidr) for cidr in cidrs):
            text = (
                f"listener {listener.key} allows only private addresses, and its clients are on the internet"
            )
            return Hop("clients", text, MISSING, (), fix, hint)
        parts = tuple(client_rule(balancer, cidr.label) for cidr in admitted)
        return Hop("clients", f"{_first_cidrs(cidrs)} may connect on port {listener.port}", parts=parts)

    # --- from the load balancer to the container ---

    def _rule_hops(self, service: Service, route: Route, entry: ListenerEntry) -> Iterator[Hop]:
        """That of a network load balancer is the listener itself."""
        if not (isinstance(entry.balancer, LoadBalancer) and entry.balancer.is_network):
            yield self._rule_hop(service, route, entry)

    def _rule_hop(self, service: Service, route: Route, entry: ListenerEntry) -> Hop:
        """The rule of a route, which forwards to the service, or to several."""
        address = ResourceRef("aws_lb_listener_rule", route.rule)
        rule = self.rules.get(route.rule)
        if rule is None or self.ground.follow("services", rule.listener_arn) != entry.arn:
            return Hop("rule", f"{entry.address} has no {address}", MISSING)
        if rule.weighted and service.key not in rule.services:
            return Hop("rule", f'{address} does not forward to "{service.key}"', MISSING)
        return Hop("rule", f"{address}, priority {rule.priority}", parts=(address,))

    def _target(self, service: Service, route: Route) -> TargetGroup | None:
        """The target group of the port that gets the requests of a route."""
        if found := service.forwarded(route.listener):
            return found[0]
        rule = self.rules.get(route.rule)
        return next(iter(service.targets(rule)), None) if rule else None

    def _hops_inside(
        self, service: Service, group: TargetGroup | None, balancer: LoadBalancer | ExistingLoadBalancer
    ) -> Iterator[Hop]:
        if group is None:
            yield Hop("targets", f'"{service.key}" has no target group', MISSING)
            return
        parts = tuple(ResourceRef("aws_lb_target_group", each) for each in service.alternating(group.label))
        address = parts[0]
        text = " or ".join(map(str, parts))
        yield Hop("targets", f"{text}, the tasks' addresses at port {group.port}", parts=parts)
        yield self._zone_hop(balancer)
        for port, protocol in ((group.port, group.transport), *((each, TCP) for each in group.check_port)):
            yield self._leaving_hop(service, port, protocol, balancer)
            yield self._entering_hop(service, port, protocol, balancer)
        if (group.port, group.transport) in {
            (mapping.port, mapping.protocol) for mapping in service.port_mappings
        }:
            yield Hop(
                "container",
                f"its container maps port {group.port}",
                parts=(ResourceRef("aws_ecs_task_definition", service.label),),
            )
        else:
            text = f'the container of "{service.key}" does not map port {group.port} of {address}'
            yield Hop("container", text, MISSING)

    def _zone_hop(self, balancer: LoadBalancer | ExistingLoadBalancer) -> Hop:
        """A load balancer sends nothing to targets in zones that it is not in (aws.md section 5)."""
        ground = self.ground
        if isinstance(balancer, ExistingLoadBalancer):
            text = f"{balancer.noun} is given: it must be in this VPC, in every zone of the tasks"
            return Hop("route", text, TAKEN)
        present = ground.zones[balancer.subnets]
        lost = [zone for zone in ground.zones[ground.network.task_subnets] if zone not in present]
        if lost:
            own = balancer.place("aws_lb.main")
            return Hop("route", f"{own} is not in zone {' and '.join(lost)}, where tasks run", MISSING)
        return Hop("route", f"inside the VPC ({ground.network.cidr})")

    def _leaving_hop(
        self, service: Service, port: int, protocol: str, balancer: LoadBalancer | ExistingLoadBalancer
    ) -> Hop:
        own = f"{balancer.noun}'s security group"
        if isinstance(balancer, ExistingLoadBalancer):
            return Hop("leaves", f"{own} is given: it must allow outbound port {port}", TAKEN)
        tasks = self.ground.ranges[self.ground.network.task_subnets]
        side = NetworkPeer(service.key, (group_of(service),), tasks, port, protocol=protocol)
        state, rules = self.ground.passes(EGRESS, group_of_balancer(balancer), side)
        if state == OK:
            return Hop("leaves", " and ".join(rules), parts=rules)
        shown = port_words(protocol, (port, port))
        text = f'{own} does not allow outbound connections to "{service.key}" on {shown}'
        return Hop("leaves", text, MISSING)

    def _entering_hop(
        self, service: Service, port: int, protocol: str, balancer: LoadBalancer | ExistingLoadBalancer
    ) -> Hop:
        cidrs = self.ground.ranges[balancer.subnets] if isinstance(balancer, LoadBalancer) else ()
        side = NetworkPeer(balancer.noun, (group_of_balancer(balancer),), cidrs, port, protocol=protocol)
        state, rules = self.ground.passes(INGRESS, group_of(service), side)
        if state == OK:
            return Hop("enters", " and ".join(rules), parts=rules)
        shown = port_words(protocol, (port, port))
        text = f'the security group of "{service.key}" does not allow {balancer.noun} on {shown}'
        return Hop("enters", text, MISSING)


def _listener_ref(balancer: LoadBalancer, listener: Listener) -> ResourceRef:
    if balancer.is_network:  # in the file of its service
        return ResourceRef("aws_lb_listener", listener.label)
    return ResourceRef(balancer.place("aws_lb_listener"), listener.label)


def _addresses_of_balancer(balancer: LoadBalancer | ExistingLoadBalancer) -> Iterator[str]:
    """What a way through it depends on besides its hops."""
    if isinstance(balancer, LoadBalancer):
        yield from (balancer.place("aws_lb.main"), f"{balancer.module}.aws_security_group.main")


def _existing_entry(balancer: ExistingLoadBalancer, listener: ExistingListener) -> ListenerEntry:
    """A listener that exists: whom it lets in, and which rules it has besides, is given."""
    name = f"the listener {listener.key}"
    text = f"{name} is given: its clients, its port and its other rules are not known"
    arn = Followed(SERVICES, VariableRef(listener.arn_input))
    return ListenerEntry(balancer, name, name, (Hop("listener", text, TAKEN),), arn)


def _first_cidrs(cidrs: list[str]) -> str:
    more = f" and {len(cidrs) - 4} more" if len(cidrs) > 4 else ""
    return f"{', '.join(cidrs[:4])}{more}"
