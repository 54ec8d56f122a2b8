"""Paths in: from clients that may connect, through the load balancer, to the container port of each route."""

from collections.abc import Iterator

from tfgen.blueprint.labels import LOAD_BALANCER, SERVICES
from tfgen.blueprint.model import (
    ExistingListener,
    Listener,
    LoadBalancer,
    Part,
    Route,
    Service,
    TargetGroup,
)
from tfgen.hcl.text import ResourceRef, VariableRef
from tfgen.reach.ground import (
    BALANCER_GROUP,
    EGRESS,
    EXISTING_GROUP,
    INGRESS,
    Followed,
    Ground,
    NetworkPeer,
    ingress_rule,
    is_private,
    network,
)
from tfgen.reach.model import MISSING, OK, TAKEN, Flow, Hop, state_of, to_fault
from tfgen.reach.out import group_of


class ListenerEntry(Part, frozen=True):
    """A listener, with the hops from the clients to it. `name` is what a person calls it."""

    name: str
    address: str
    hops: tuple[Hop, ...]
    arn: Followed


class WaysIn:
    """Walks to the services of one blueprint."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.entries = {
            listener.key: self._listener_entry(balancer, listener)
            for balancer in ground.blueprint.load_balancer
            for listener in balancer.listeners
        } | {
            listener.key: _existing_entry(listener)
            for balancer in ground.blueprint.existing_load_balancer
            for listener in balancer.listeners
        }
        self.rules = {rule.label: rule for service in ground.blueprint.services for rule in service.rules}
        self.cidrs = tuple(
            cidr for balancer in ground.blueprint.load_balancer for cidr in ground.ranges[balancer.subnets]
        )

    def of(self, service: Service) -> Iterator[Flow]:
        """A flow for each route of a service."""
        if not service.routes:
            return
        inside = to_fault(tuple(self._hops_inside(service)))
        for route in service.routes:
            yield self._route_flow(service, route, inside)

    def _route_flow(self, service: Service, route: Route, inside: tuple[Hop, ...]) -> Flow:
        path = ("services", service.key, "routes")
        entry = self.entries.get(route.listener)
        if entry is None:
            hops: tuple[Hop, ...] = (Hop("listener", f"there is no listener {route.listener}", MISSING),)
            what = route.text
        else:
            what = f"{route.text} on {entry.name}"
            hops = to_fault((*entry.hops, self._rule_hop(service, route, entry), *inside))
        return Flow(service.key, "route", what, f'"{service.key}"', path, hops, state_of(hops))

    # --- to the load balancer ---

    def _listener_entry(self, balancer: LoadBalancer, listener: Listener) -> ListenerEntry:
        return ListenerEntry(
            f"port {listener.port}",
            ResourceRef("aws_lb_listener", listener.label),
            tuple(self._hops_outside(balancer, listener)),
            Followed(LOAD_BALANCER, ResourceRef("aws_lb_listener", listener.label, ".arn")),
        )

    def _hops_outside(self, balancer: LoadBalancer, listener: Listener) -> Iterator[Hop]:
        yield self._client_hop(balancer, listener)
        if balancer.internal:
            yield self._inside_only(balancer, listener)
            return
        onward = self.ground.internet(balancer.subnets)
        if len(onward) > 1 or onward[0].state == MISSING:
            behind = "aws_lb.main is in subnets behind a NAT gateway, which accepts no inbound connections"
            yield Hop("balancer", behind if len(onward) > 1 else onward[0].text, MISSING)
            return
        text = f"aws_lb.main in the {balancer.subnets} subnets, which have a route to the internet"
        yield Hop("balancer", text, onward[0].state, onward[0].parts)
        address = ResourceRef("aws_lb_listener", listener.label)
        yield Hop("listener", f"{address}, port {listener.port}", parts=(address,))

    def _inside_only(self, balancer: LoadBalancer, listener: Listener) -> Hop:
        """An internal load balancer has addresses of the VPC only; how clients outside reach it is up to the
        user."""
        vpc, ranges = network(self.ground.network.cidr), [cidr.cidr for cidr in listener.admitted]
        if not balancer.faces_internet and any(network(cidr).overlaps(vpc) for cidr in ranges):
            text = f"aws_lb.main is internal, in the {balancer.subnets} subnets: clients in the VPC reach it"
            address = ResourceRef("aws_lb_listener", listener.label)
            return Hop("balancer", text, parts=(address,))
        if self._are_connected(balancer, ranges):
            where = f"in the {balancer.subnets} subnets"
            text = f"aws_lb.main is internal, {where}: routes from there to clients outside the VPC are yours"
            return Hop("balancer", text, TAKEN)
        hint = "give the listener the cidrs of its clients, such as cidrs: [10.0.0.0/8]"
        text = "aws_lb.main is internal: clients on the internet cannot reach it"
        return Hop("balancer" if balancer.faces_internet else "clients", text, MISSING, hint=hint)

    def _are_connected(self, balancer: LoadBalancer, ranges: list[str]) -> bool:
        """Whether clients outside the VPC can have a way: private ones, and those of networks that the load
        balancer's subnets have routes to. One that an override alone makes internal has no such routes."""
        if balancer.faces_internet:
            return all(map(is_private, ranges))
        routed = [network(route.destination) for route in self.ground.network.target_routes]
        known = [other for other in routed if other.prefixlen]
        return any(is_private(cidr) or any(map(network(cidr).overlaps, known)) for cidr in ranges)

    def _client_hop(self, balancer: LoadBalancer, listener: Listener) -> Hop:
        fix = ("load_balancer", "listeners", listener.key, "cidrs")
        cidrs = [cidr.cidr for cidr in listener.admitted]
        hint = "give it the cidrs of its clients, such as cidrs: [203.0.113.0/24]"
        if not cidrs:
            text = f"listener {listener.key} allows no clients on port {listener.port}"
            return Hop("clients", text, MISSING, (), fix, hint)
        if not balancer.internal and all(is_private(cidr) for cidr in cidrs):
            text = (
                f"listener {listener.key} allows only private addresses, and its clients are on the internet"
            )
            return Hop("clients", text, MISSING, (), fix, hint)
        parts = tuple(ingress_rule(cidr.label) for cidr in listener.admitted)
        return Hop("clients", f"{_first_cidrs(cidrs)} may connect on port {listener.port}", parts=parts)

    # --- from the load balancer to the container ---

    def _rule_hop(self, service: Service, route: Route, entry: ListenerEntry) -> Hop:
        """The rule of a route, which forwards to the service, or to several."""
        address = ResourceRef("aws_lb_listener_rule", route.rule)
        rule = self.rules.get(route.rule)
        if rule is None or self.ground.follow("services", rule.listener_arn) != entry.arn:
            return Hop("rule", f"{entry.address} has no {address}", MISSING)
        if rule.weighted and service.key not in rule.services:
            return Hop("rule", f'{address} does not forward to "{service.key}"', MISSING)
        return Hop("rule", f"{address}, priority {rule.priority}", parts=(address,))

    def _hops_inside(self, service: Service) -> Iterator[Hop]:
        group = next(iter(service.target_groups), None)
        if group is None:
            yield Hop("targets", f'"{service.key}" has no target group', MISSING)
            return
        address = ResourceRef("aws_lb_target_group", group.label)
        yield Hop("targets", f"{address}, the tasks' addresses at port {group.port}", parts=(address,))
        yield from self._zone_hop()
        yield self._leaving_hop(service, group)
        yield self._entering_hop(service, group)
        if any(mapping.port == group.port for mapping in service.port_mappings):
            yield Hop(
                "container",
                f"its container maps port {group.port}",
                parts=(ResourceRef("aws_ecs_task_definition", service.label),),
            )
        else:
            text = f'the container of "{service.key}" does not map port {group.port} of {address}'
            yield Hop("container", text, MISSING)

    def _zone_hop(self) -> Iterator[Hop]:
        """A load balancer sends nothing to targets in zones that it is not in (aws.md section 5)."""
        ground = self.ground
        for _ in ground.blueprint.existing_load_balancer:
            text = "the load balancer is given: it must be in this VPC, in every zone of the tasks"
            yield Hop("route", text, TAKEN)
        for balancer in ground.blueprint.load_balancer:
            present = ground.zones[balancer.subnets]
            lost = [zone for zone in ground.zones[ground.network.task_subnets] if zone not in present]
            if lost:
                text = f"aws_lb.main is not in zone {' and '.join(lost)}, where tasks run"
                yield Hop("route", text, MISSING)
            else:
                yield Hop("route", f"inside the VPC ({ground.network.cidr})")

    def _leaving_hop(self, service: Service, group: TargetGroup) -> Hop:
        if self.ground.blueprint.existing_load_balancer:
            text = f"the load balancer's security group is given: it must allow outbound port {group.port}"
            return Hop("leaves", text, TAKEN)
        tasks = self.ground.ranges[self.ground.network.task_subnets]
        side = NetworkPeer(service.key, (group_of(service),), tasks, group.port)
        state, rules = self.ground.passes(EGRESS, BALANCER_GROUP, side)
        if state == OK:
            return Hop("leaves", " and ".join(rules), parts=rules)
        text = (
            f'the load balancer\'s security group does not allow outbound connections to "{service.key}" '
            f"on port {group.port}"
        )
        return Hop("leaves", text, MISSING)

    def _entering_hop(self, service: Service, group: TargetGroup) -> Hop:
        own = EXISTING_GROUP if self.ground.blueprint.existing_load_balancer else BALANCER_GROUP
        side = NetworkPeer("the load balancer", (own,), self.cidrs, group.port)
        state, rules = self.ground.passes(INGRESS, group_of(service), side)
        if state == OK:
            return Hop("enters", " and ".join(rules), parts=rules)
        text = f'the security group of "{service.key}" does not allow the load balancer on port {group.port}'
        return Hop("enters", text, MISSING)


def _existing_entry(listener: ExistingListener) -> ListenerEntry:
    """A listener that exists: whom it lets in, and which rules it has besides, is given."""
    name = f"the listener {listener.key}"
    text = f"{name} is given: its clients, its port and its other rules are not known"
    arn = Followed(SERVICES, VariableRef(listener.arn_input))
    return ListenerEntry(name, name, (Hop("listener", text, TAKEN),), arn)


def _first_cidrs(cidrs: list[str]) -> str:
    more = f" and {len(cidrs) - 4} more" if len(cidrs) > 4 else ""
    return f"{', '.join(cidrs[:4])}{more}"
