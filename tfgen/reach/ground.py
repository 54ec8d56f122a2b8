"""A blueprint, indexed for the walk: who is in which subnets, and which rule allows what.

Nothing here depends on how a blueprint was built. References are followed from module to module through
the inputs and outputs that Terraform will follow. AWS defaults are assumed: network ACLs allow
everything, security groups are stateful and do not filter the VPC's own DNS resolver, and every route
table has a route to the VPC's range.
"""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple

from tfgen import facts
from tfgen.blueprint.labels import DATABASE, PRIVATE, PUBLIC, SERVICES
from tfgen.blueprint.model import (
    ALL_PROTOCOLS,
    TCP,
    Blueprint,
    EgressOnlyRoute,
    ExistingLoadBalancer,
    ExistingVpc,
    InternetRoute,
    LoadBalancer,
    NatGateway,
    NatRoute,
    Part,
    RouteTable,
    SecurityRule,
    Subnet,
    TargetRoute,
)
from tfgen.hcl.text import OutputRef, Ref, ResourceRef, VariableRef
from tfgen.ip_ranges import Range, is_inside, is_ipv6, joined_ranges
from tfgen.ip_ranges import parse_range as network
from tfgen.reach.model import MISSING, OK, TAKEN, UNSURE, Hop

EGRESS, INGRESS = "egress", "ingress"
HTTPS = 443


WORLD, WORLD_IPV6 = "0.0.0.0/0", "::/0"
_INTERNET = {WORLD: "the internet", WORLD_IPV6: "the internet by IPv6"}


@cache
def is_private(text: str) -> bool:
    """Whether no address of a range is on the internet."""
    return any(is_inside(network(text), private) for private in facts.ip_ranges("private"))


def words_of_range(cidr: str) -> str:
    """What a person calls a range."""
    return _INTERNET.get(cidr, cidr)


class Followed(NamedTuple):
    """What a reference means: a module, and what it refers to there."""

    module: str
    reference: Ref | str

    @property
    def address(self) -> str:
        """The address of the resource in its module."""
        return self.reference.address if isinstance(self.reference, ResourceRef) else self.reference


def group_in(module: str, label: str) -> Followed:
    """The ID of a security group."""
    return Followed(module, ResourceRef("aws_security_group", label, ".id"))


def group_of_balancer(balancer: LoadBalancer | ExistingLoadBalancer) -> Followed:
    """Its security group; that of one that exists, as the services know it."""
    if isinstance(balancer, LoadBalancer):
        return group_in(balancer.module, "main")
    return Followed(SERVICES, balancer.group)


class NetworkPeer(Part, frozen=True, eq=False):
    """The other side of a connection, as a security group knows it.

    `peers` are the groups and prefix lists that it is in. `cidrs` are its ranges; without any it has
    addresses on the internet that nobody can list. `known` says that they are surely there, and not in a
    private network that the name of a registry may lead to. `guards` are the groups whose rules must let in.
    """

    name: str
    peers: tuple[Followed, ...]
    cidrs: tuple[str, ...]
    port: int
    known: bool = True
    guards: tuple[Followed, ...] = ()
    protocol: str = TCP
    last_port: int = 0
    """The last of several ports, or 0 for one."""

    @property
    def ports(self) -> tuple[int, int]:
        return self.port, max(self.port, self.last_port)


class Opening(NamedTuple):
    """A range and the first and last of the ports that a rule of a security group opens to it."""

    range: Range
    first: int
    last: int
    address: ResourceRef
    protocol: str = TCP

    def has_ports(self, side: NetworkPeer) -> bool:
        first, last = side.ports
        return self.protocol in (side.protocol, ALL_PROTOCOLS) and self.first <= first and last <= self.last


class Ground:
    """What walks ask of a blueprint."""

    def __init__(self, blueprint: Blueprint) -> None:
        own = blueprint.network
        self.blueprint = blueprint
        self.network = own
        self.modules = {str(module.label): module for module in blueprint.modules}
        self.subnets: dict[str, tuple[Subnet, ...]] = {
            PUBLIC: own.public_subnets,
            PRIVATE: own.private_subnets,
            DATABASE: own.database_subnets,
        }
        # Of a subnet that exists only the range is known that its VPC has.
        self.ranges = {
            role: tuple(dict.fromkeys(subnet.cidr or own.cidr for subnet in found))
            for role, found in self.subnets.items()
        }
        self.zones = {role: tuple(subnet.zone for subnet in found) for role, found in self.subnets.items()}
        self.tables: dict[str, RouteTable] = {
            role: table for table in own.route_tables for role in table.subnets
        }
        self.existing = next(iter(own.existing), None)
        self.interface = {endpoint.service: endpoint for endpoint in own.interface_endpoints}
        self.gateway = {endpoint.service: endpoint for endpoint in own.gateway_endpoints}
        self._followed: dict[tuple[str, str], Followed] = {}
        self._all_security_rules: dict[tuple[str, Followed, Followed, int], SecurityRule] = {}
        self._wide: dict[
            tuple[str, Followed, Followed], list[SecurityRule]
        ] = {}  # of several ports, or not TCP
        self._ranges: dict[tuple[str, Followed, int], _Ranges] = {}
        self._wide_ranges: dict[tuple[str, Followed], list[Opening]] = {}
        self._ranged: dict[tuple[object, ...], tuple[str, tuple[ResourceRef, ...]]] = {}
        for module, rule in _all_security_rules(blueprint):
            self._add_rule(module, rule)
        for group, opening in _listener_rules(blueprint):
            self._open_range(INGRESS, group, opening)

    # --- references ---

    def follow(self, module: str, reference: Ref | str) -> Followed:
        """What a reference means, through the wiring of the modules."""
        if not isinstance(reference, VariableRef):
            return Followed(module, reference)
        if (module, reference) not in self._followed:
            self._followed[module, reference] = self._follow_variable(module, reference)
        return self._followed[module, reference]

    def _follow_variable(self, module: str, reference: VariableRef) -> Followed:
        for given in self.modules[module].inputs:
            if given.variable.label == reference.label and isinstance(given.value, OutputRef):
                for output in self.modules[given.value.module].outputs:
                    if output.label == given.value.label and isinstance(output.value, Ref):
                        return self.follow(given.value.module, output.value)
        return Followed(module, reference)  # does not exist; Terraform itself reports it

    # --- security groups ---

    def _add_rule(self, module: str, rule: SecurityRule) -> None:
        group = self.follow(module, rule.group)
        if rule.peer.argument in ("cidr_ipv4", "cidr_ipv6"):
            value = self.network.cidr if rule.peer.value == "aws_vpc.main.cidr_block" else rule.peer.value
            if not isinstance(value, Ref):
                opening = Opening(network(value), rule.port, rule.last_port, address_of(rule), rule.protocol)
                self._open_range(rule.direction, group, opening)
                return
        peer = self.follow(module, rule.peer.value)
        if rule.last_port > rule.port or rule.protocol != TCP:
            self._wide.setdefault((rule.direction, group, peer), []).append(rule)
        else:
            self._all_security_rules[rule.direction, group, peer, rule.port] = rule

    def _open_range(self, direction: str, group: Followed, opening: Opening) -> None:
        if opening.last > opening.first or opening.protocol != TCP:
            self._wide_ranges.setdefault((direction, group), []).append(opening)
        else:
            ranges = self._ranges.setdefault((direction, group, opening.first), {})
            ranges.setdefault(opening.range, (len(ranges), opening.address))

    def _open_ranges(self, direction: str, group: Followed, side: NetworkPeer) -> "_Ranges":
        first, last = side.ports
        is_one = side.protocol == TCP and first == last
        found = self._ranges.get((direction, group, first), {}) if is_one else {}
        wide = [
            each
            for each in self._wide_ranges.get((direction, group), ())
            if each.has_ports(side) and each.range not in found
        ]
        return found | {each.range: (len(found) + n, each.address) for n, each in enumerate(wide)}

    def passes(
        self, direction: str, group: Followed, side: NetworkPeer
    ) -> tuple[str, tuple[ResourceRef, ...]]:
        """Whether a security group allows a side: OK, UNSURE or MISSING, and the rules that do."""
        first, last = side.ports
        for peer in side.peers:
            is_one = side.protocol == TCP and first == last
            if is_one and (found := self._all_security_rules.get((direction, group, peer, first))):
                return OK, (address_of(found),)
            for wide in self._wide.get((direction, group, peer), ()):
                if _allows_ports(wide, side):
                    return OK, (address_of(wide),)
        key = (direction, group, side.cidrs, side.ports, side.protocol, side.known)
        if key not in self._ranged:
            self._ranged[key] = _in_ranges(self._open_ranges(direction, group, side), side)
        return self._ranged[key]

    # --- routes ---

    def internet(self, role: str, destination: str = WORLD, because: str = "") -> tuple[Hop, ...]:
        """From the subnets of a role to the internet, and so to a range in it.

        `because` begins the message where there is no route. The last hop is an internet gateway, one for
        egress only, a target of the user's own, or missing.
        """
        if self.existing:
            return self._given_internet(role, self.existing, destination, because)
        table = self.tables.get(role)
        if table is None:
            text = f"the {role} subnets have no route table of their own (aws_route_table_association.{role})"
            return (Hop("route", f"{because}{text}", MISSING),)
        if is_ipv6(destination) and not self.network.has_ipv6(role):
            return (Hop("route", f"the {role} subnets have no IPv6 range", MISSING),)
        best = _narrowest(self._routes_of_table(table), destination)
        if best is None:
            where = words_of_range(destination)
            return (Hop("route", f"{because}the {role} subnets have no route to {where}", MISSING),)
        return self._through(role, table, best)

    def _through(self, role: str, table: RouteTable, route: "_Route") -> tuple[Hop, ...]:
        parts = (
            ResourceRef("aws_route_table", table.label),
            ResourceRef("aws_route_table_association", role),
        )
        match route:
            case TargetRoute():
                return (_to_target(role, route, parts),)
            case InternetRoute():
                return (self._through_gateway(role, route, parts),)
            case EgressOnlyRoute():
                return (self._through_egress_only(role, route, parts),)
            case NatRoute():
                nat = next(nat for nat in self.network.nat if route in nat.routes)
                return self._through_nat(role, route, nat, parts)

    def given(self, role: str, destination: str) -> tuple[Hop, ...]:
        """From the subnets of a role to a range, through a target of the user's own; nothing without one."""
        table = self.tables.get(role)
        own = self._routes_to_targets(role)  # of a table that exists, or without their table
        best = _narrowest(self._routes_of_table(table) if table else own, destination)
        return self.internet(role, destination) if isinstance(best, TargetRoute) else ()

    def _given_internet(
        self, role: str, existing: ExistingVpc, destination: str, because: str
    ) -> tuple[Hop, ...]:
        """As the spec says that the routes of a VPC are which exists, and by those that the stack adds."""
        own = _narrowest(self._routes_to_targets(role), destination)
        if isinstance(own, TargetRoute):
            return (_to_target(role, own, (), " in its route_tables, given by you"),)
        given = f"{existing.id}, given by you as way_out: {existing.way_out}"
        if role == PUBLIC:
            text = f"public subnets of {existing.id}, given by you: a route to an internet gateway"
            return (Hop("route", text, TAKEN),)
        if not existing.has_nat:
            where = words_of_range(destination)
            text = f"{because}the {role} subnets have no route to {where} (vpc.way_out: {existing.way_out})"
            return (Hop("route", text, MISSING),)
        return (
            Hop("route", f"{role} subnets of {given}: {destination} to NAT gateways", TAKEN),
            Hop("nat", "the NAT gateways: public addresses and a route to the internet, given by you", TAKEN),
        )

    def _routes_to_targets(self, role: str) -> Iterator[TargetRoute]:
        return (route for route in self.network.target_routes if route.table == role)

    def _routes_of_table(self, table: RouteTable) -> Iterator["_Route"]:
        """The routes of a table, but for that to the VPC and those that gateway endpoints make."""
        yield from table.routes
        yield from self._routes_to_targets(table.label)
        for nat in self.network.nat:
            yield from (route for route in nat.routes if route.table == table.label)
        for gateway in self.network.egress_only_gateways:
            yield from (route for route in gateway.routes if route.table == table.label)

    def _through_gateway(self, role: str, route: InternetRoute, parts: tuple[ResourceRef, ...]) -> Hop:
        text = f"{role} subnets: {route.destination} to aws_internet_gateway.{route.gateway}"
        if not any(gateway.label == route.gateway for gateway in self.network.internet_gateways):
            missing = (
                f"aws_route.{route.label} has no target: there is no aws_internet_gateway.{route.gateway}"
            )
            return Hop("route", missing, MISSING)
        gateway = ResourceRef("aws_internet_gateway", route.gateway)
        return Hop("route", text, parts=(*parts, ResourceRef("aws_route", route.label), gateway))

    def _through_egress_only(self, role: str, route: EgressOnlyRoute, parts: tuple[ResourceRef, ...]) -> Hop:
        gateway = ResourceRef("aws_egress_only_internet_gateway", route.gateway)
        if not any(each.label == route.gateway for each in self.network.egress_only_gateways):
            text = f"aws_route.{route.label} has no target: there is no {gateway}"
            return Hop("route", text, MISSING)
        text = f"{role} subnets: {route.destination} to {gateway}"
        return Hop("route", text, parts=(*parts, ResourceRef("aws_route", route.label), gateway))

    def _through_nat(
        self, role: str, route: NatRoute, nat: NatGateway, parts: tuple[ResourceRef, ...]
    ) -> tuple[Hop, ...]:
        keys = {zone: route.gateway_of_zone(zone) for zone in self.zones[role]}
        present = set(nat.zones) & set(self.zones[nat.subnets])
        lost = [zone for zone, key in keys.items() if key not in present]
        if lost:
            gateways = " and ".join(dict.fromkeys(f'aws_nat_gateway.main["{keys[zone]}"]' for zone in lost))
            text = f"aws_route.{route.label} has no target in zone {', '.join(lost)}: there is no {gateways}"
            return (Hop("route", text, MISSING),)
        used = tuple(
            ResourceRef("aws_nat_gateway", "main", f'["{key}"]') for key in dict.fromkeys(keys.values())
        )
        text = f"{role} subnets {', '.join(keys)}: {route.destination} to {', '.join(used)}"
        hop = Hop("route", text, parts=(*parts, ResourceRef("aws_route", route.label), *used))
        if nat.subnets == role:
            return (
                hop,
                Hop("nat", "the NAT gateway is in a subnet whose default route leads back to it", MISSING),
            )
        onward = self.internet(nat.subnets)
        return (hop, *(_at_nat(each) for each in onward))


def _narrowest(routes: Iterable["_Route"], destination: str) -> "_Route | None":
    """The route that traffic to a range takes."""
    covering = (route for route in routes if _route_covers(route.destination, destination))
    return max(covering, key=lambda route: network(route.destination).prefixlen, default=None)


def _to_target(role: str, route: TargetRoute, parts: tuple[ResourceRef, ...], where: str = "") -> Hop:
    """What is behind a target, and whether it leads back, is the user's to know."""
    target = "a target of a variable" if isinstance(route.target, Ref) else route.target
    text = f"{role} subnets{where}: {route.destination} to {target}, which is given by you"
    return Hop("route", text, TAKEN, (*parts, ResourceRef("aws_route", route.label)))


def _at_nat(hop: Hop) -> Hop:
    """A hop of the NAT gateway's own way."""
    text = hop.text if hop.state == MISSING else f"the NAT gateway: {hop.text}"
    return Hop("nat", text, hop.state, hop.parts)


def _allows_ports(rule: SecurityRule, side: NetworkPeer) -> bool:
    first, last = side.ports
    return rule.protocol in (side.protocol, ALL_PROTOCOLS) and rule.port <= first and last <= rule.last_port


def address_of(rule: SecurityRule) -> ResourceRef:
    return ResourceRef(f"aws_vpc_security_group_{rule.direction}_rule", rule.label)


def client_rule(balancer: LoadBalancer, label: str) -> ResourceRef:
    """The rule for clients of a load balancer."""
    return ResourceRef(balancer.place(f"aws_vpc_security_group_{INGRESS}_rule"), label)


def _all_security_rules(blueprint: Blueprint) -> Iterator[tuple[str, SecurityRule]]:
    """Every security group rule with a peer of its own, with its module."""
    for group in blueprint.network.endpoint_security_group:
        for rule in group.rules:
            yield "network", rule
    for task in blueprint.tasks:
        for rule in task.security_rules:
            yield "services", rule


def _listener_rules(blueprint: Blueprint) -> Iterator[tuple[Followed, Opening]]:
    """The clients of load balancers: the security group, and what a rule of it opens."""
    for balancer in blueprint.load_balancer:
        group = group_of_balancer(balancer)
        for listener in balancer.listeners:
            for cidr in listener.admitted:
                rule, port = client_rule(balancer, cidr.label), listener.port
                yield group, Opening(network(cidr.cidr), port, port, rule, listener.transport)


def _route_covers(route: str, destination: str) -> bool:
    return is_inside(network(destination), network(route))


_Route = InternetRoute | NatRoute | EgressOnlyRoute | TargetRoute
_Ranges = dict[Range, tuple[int, ResourceRef]]
"""The ranges that a security group allows on a port, each with its number and its rule's address."""
_LENGTHS = 33
"""Of prefixes: more ranges than that are looked up, not tried one by one."""


def _in_ranges(ranges: _Ranges, side: NetworkPeer) -> tuple[str, tuple[ResourceRef, ...]]:
    near = ranges if len(ranges) <= _LENGTHS else filter(ranges.__contains__, _ranges_around(side))
    if found := min((ranges[range_] for range_ in near if _covers(range_, side)), default=None):
        return OK, (found[1],)
    open_ = [(range_, address) for range_, (_, address) in ranges.items()]
    if together := _merged_ranges(open_, side):
        return OK, together
    doubtful = tuple(address for range_, address in open_ if _may_cover(range_, side))
    return (UNSURE, doubtful[-1:]) if doubtful else (MISSING, ())


def _ranges_around(side: NetworkPeer) -> Iterator[Range]:
    """Every range that could hold all of a side. Names without a list of addresses lead to IPv4."""
    first = network(side.cidrs[0] if side.cidrs else WORLD)
    return (first.supernet(new_prefix=length) for length in range(first.prefixlen + 1))


def _merged_ranges(ranges: list[tuple[Range, ResourceRef]], side: NetworkPeer) -> tuple[ResourceRef, ...]:
    """The rules that cover a side only together, as 0.0.0.0/1 and 128.0.0.0/1 do; none if they do not."""
    wanted = [network(cidr) for cidr in side.cidrs or (WORLD,)]
    joined = joined_ranges(range_ for range_, _ in ranges)
    holding = [range_ for range_ in joined if any(is_inside(cidr, range_) for cidr in wanted)]
    if not all(any(is_inside(cidr, range_) for range_ in holding) for cidr in wanted):
        return ()
    return tuple(address for range_, address in ranges if any(is_inside(range_, whole) for whole in holding))


def _covers(range_: Range, side: NetworkPeer) -> bool:
    return all(is_inside(network(cidr), range_) for cidr in side.cidrs or (WORLD,))


def _may_cover(range_: Range, side: NetworkPeer) -> bool:
    """Whether a range may hold the addresses of a side: those on the internet are not known, but for that
    they are of IPv4."""
    return not side.cidrs and range_.version == 4 and not (side.known and is_private(str(range_)))
