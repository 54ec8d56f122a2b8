"""Ways over the pages themselves, walked without the blueprint: an oracle for tfgen.reach.

Reads the Terraform as `tfgen changes` does, with references followed from module to module, and says one
thing: whether a way is surely whole. An ID that the stack does not make leads nowhere, as far as it knows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from ipaddress import IPv4Network, collapse_addresses
from typing import Any

from tfgen.changes.stack import Resource, Stack
from tfgen.hcl.values import Term, addresses_in

WORLD = IPv4Network("0.0.0.0/0")
PRIVATE = [IPv4Network(each) for each in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")]


class Walk:
    def __init__(self, pages: Mapping[str, str]) -> None:
        self.resources = Stack(pages).resources

    def of(self, kind: str) -> Iterator[Resource]:
        return (each for each in self.resources.values() if each.type == kind)

    def one(self, kind: str, name: str) -> Resource:
        return next(each for each in self.of(kind) if each.name == name)

    # --- where things stand

    def subnets(self, value: Any) -> list[Resource]:
        """The subnets that a value names; none where it names something else."""
        return self.named(value, "aws_subnet")

    def named(self, value: Any, kind: str) -> list[Resource]:
        found = [self.resources[each] for each in sorted(addresses_in(value)) if each in self.resources]
        return [each for each in found if each.type == kind]

    def cidrs(self, subnets: Iterable[Resource]) -> list[IPv4Network]:
        return [IPv4Network(str(each.argument("cidr_block"))) for each in subnets]

    def tables(self, subnet: Resource) -> set[str]:
        return {
            address
            for each in self.of("aws_route_table_association")
            if subnet.address in addresses_in(each.arguments.get("subnet_id"))
            for address in addresses_in(each.arguments.get("route_table_id"))
        }

    def internet(self, subnet: Resource) -> str:
        """How a subnet comes to the internet: by a gateway, a target of the user's, NAT, or not at all."""
        tables = self.tables(subnet)
        found = {
            self._target(route.arguments)
            for route in self.of("aws_route")
            if addresses_in(route.arguments.get("route_table_id")) & tables
            and route.arguments.get("destination_cidr_block") == "0.0.0.0/0"
        }
        return next((each for each in ("gateway", "given", "nat") if each in found), "")

    def _target(self, route: Mapping[str, Any]) -> str:
        if "nat_gateway_id" not in route:
            own = self.named(route.get("gateway_id"), "aws_internet_gateway")
            return "gateway" if own else "given"
        for nat in self.named(route["nat_gateway_id"], "aws_nat_gateway"):
            own = self.subnets(nat.arguments.get("subnet_id"))
            public = nat.arguments.get("connectivity_type", "public") == "public"
            if public and own and self.internet(own[0]) in ("gateway", "given"):
                return "nat"
        return ""

    # --- security groups

    def lets(
        self, direction: str, groups: set[str], port: int, peers: set[str], cidrs: list[IPv4Network]
    ) -> bool:
        """Whether one of the groups lets a connection through: to a peer by name, or to whole ranges."""
        open_: list[IPv4Network] = []
        for rule in self.of(f"aws_vpc_security_group_{direction}_rule"):
            arguments = rule.arguments
            if not addresses_in(arguments.get("security_group_id")) & groups or not _has_port(
                arguments, port
            ):
                continue
            named = arguments.get("referenced_security_group_id"), arguments.get("prefix_list_id")
            if any(addresses_in(each) & peers for each in named):
                return True
            cidr = arguments.get("cidr_ipv4")
            if isinstance(cidr, str):
                open_.append(IPv4Network(cidr))
        joined = list(collapse_addresses(open_))
        return bool(cidrs) and all(any(each.subnet_of(outer) for outer in joined) for each in cidrs)

    # --- outbound

    def service(self, label: str) -> Service:
        return Service(self, label)

    def vpc_flag(self, name: str, default: str) -> bool:
        return self.one("aws_vpc", "main").arguments.get(name, default) == "true"


def _has_port(arguments: Mapping[str, Any], port: int) -> bool:
    protocol = arguments.get("ip_protocol")
    if protocol == "-1":
        return True
    first, last = arguments.get("from_port"), arguments.get("to_port")
    return protocol == "tcp" and isinstance(first, str) and int(first) <= port <= int(last)


class Service:
    """An ECS service of the pages."""

    def __init__(self, walk: Walk, label: str) -> None:
        self.walk = walk
        self.own = walk.one("aws_ecs_service", label)
        network = self.own.arguments["network_configuration"][0]
        self.subnets = walk.subnets(network.get("subnets"))
        self.groups = {
            each.address for each in walk.named(network.get("security_groups"), "aws_security_group")
        }
        self.public = network.get("assign_public_ip") == "true"
        definitions = walk.one("aws_ecs_task_definition", label).argument("container_definitions")
        assert isinstance(definitions, Term)
        self.container: dict[str, Any] = definitions.operands[0][0]

    @property
    def ports(self) -> dict[str, int]:
        found = self.container.get("portMappings") or ()
        return {str(each.get("name", "")): int(each["containerPort"]) for each in found}

    def reaches_aws(self, name: str) -> bool:
        walk = self.walk
        if not walk.vpc_flag("enable_dns_support", "true") or not self.subnets or not self.groups:
            return False
        for endpoint in walk.of("aws_vpc_endpoint"):
            if str(endpoint.argument("service_name")).endswith(f".{name}"):
                arguments = endpoint.arguments
                if arguments.get("private_dns_enabled") == "true":
                    return self._through(arguments)
                if arguments.get("vpc_endpoint_type") == "Gateway":
                    return self._over_prefix_list(endpoint)
        return self._over_internet({WORLD.with_prefixlen})

    def _through(self, endpoint: Mapping[str, Any]) -> bool:
        walk = self.walk
        subnets = walk.subnets(endpoint.get("subnet_ids"))
        groups = {
            each.address for each in walk.named(endpoint.get("security_group_ids"), "aws_security_group")
        }
        return (
            walk.vpc_flag("enable_dns_hostnames", "false")
            and bool(subnets)
            and walk.lets("ingress", groups, 443, self.groups, walk.cidrs(self.subnets))
            and walk.lets("egress", self.groups, 443, groups, walk.cidrs(subnets))
        )

    def _over_prefix_list(self, endpoint: Resource) -> bool:
        tables = addresses_in(endpoint.arguments.get("route_table_ids"))
        routed = all(self.walk.tables(subnet) & tables for subnet in self.subnets)
        return self._over_internet({endpoint.address}, routed=routed)

    def _over_internet(self, peers: set[str], *, routed: bool = False) -> bool:
        ways = {self.walk.internet(subnet) for subnet in self.subnets}
        there = routed or ways in ({"nat"}, {"given"}) or (ways == {"gateway"} and self.public)
        return there and self.walk.lets("egress", self.groups, 443, peers, [WORLD])

    # --- to each other

    @property
    def connect(self) -> Mapping[str, Any] | None:
        (found,) = self.own.arguments.get("service_connect_configuration") or (None,)
        on = found and found.get("enabled") == "true"
        known = on and self.walk.named(found.get("namespace"), "aws_service_discovery_http_namespace")
        return found if known else None

    def calls(self, other: Service) -> bool:
        mine, theirs = self.connect, other.connect
        offers = (theirs or {}).get("service") or ()
        if mine is None or len(offers) != 1 or not self.groups or not other.groups:
            return False
        port = other.ports.get(offers[0]["port_name"])
        if not self.subnets or not other.subnets or port is None:
            return False
        out = self.walk.lets("egress", self.groups, port, other.groups, self.walk.cidrs(other.subnets))
        return out and self.walk.lets(
            "ingress", other.groups, port, self.groups, self.walk.cidrs(self.subnets)
        )

    # --- ways in

    def answers(self, rule: str, *, inside: bool = False) -> bool:
        """Whether clients on the internet come to it by a listener's rule; with `inside` those in the VPC and
        in networks that are connected to it, where the load balancer is internal."""
        walk = self.walk
        arguments = walk.one("aws_lb_listener_rule", rule).arguments
        port = self._registered_port(arguments.get("action"))
        if port is None or not self.groups or not self.subnets or port not in self.ports.values():
            return False
        if not any(walk.of("aws_lb")):
            return self._lets_given_balancer_in(port)
        for listener in walk.named(arguments.get("listener_arn"), "aws_lb_listener"):
            return self._answers(listener, port, inside=inside)
        return False

    def _registered_port(self, action: Any) -> int | None:
        """The port that its tasks have in the target group of an action."""
        registered = self.own.arguments.get("load_balancer") or ()
        targets = addresses_in(action) & {each for block in registered for each in addresses_in(block)}
        return int(registered[0]["container_port"]) if len(registered) == 1 and targets else None

    def _lets_given_balancer_in(self, port: int) -> bool:
        """Of a load balancer that exists the files have only the rule for its security group."""
        walk = self.walk
        for rule in walk.of("aws_vpc_security_group_ingress_rule"):
            group = rule.arguments.get("referenced_security_group_id")
            is_own = rule.name == f"{self.own.name}_from_load_balancer"
            if is_own and group and not walk.named(group, "aws_security_group"):
                here = addresses_in(rule.arguments.get("security_group_id")) & self.groups
                return bool(here) and _has_port(rule.arguments, port)
        return walk.lets("ingress", self.groups, port, set(), [WORLD])

    def _answers(self, listener: Resource, port: int, *, inside: bool) -> bool:
        walk, balancer = self.walk, self.walk.one("aws_lb", "main").arguments
        subnets = walk.subnets(balancer.get("subnets"))
        groups = {each.address for each in walk.named(balancer.get("security_groups"), "aws_security_group")}
        internal = balancer.get("internal") == "true"
        facing = not internal and all(walk.internet(subnet) in ("gateway", "given") for subnet in subnets)
        clients = list(self._clients(groups, int(str(listener.arguments["port"]))))
        return (
            (facing or internal)
            and bool(subnets)
            and _zones(self.subnets) <= _zones(subnets)
            and self._are_clients(clients, internal=internal, inside=inside)
            and walk.lets("egress", groups, port, self.groups, walk.cidrs(self.subnets))
            and walk.lets("ingress", self.groups, port, groups, walk.cidrs(subnets))
        )

    def _are_clients(self, clients: list[IPv4Network], *, internal: bool, inside: bool) -> bool:
        """Whether some of these ranges have clients; all must be private where the load balancer was for the
        internet, and an override alone makes it internal."""
        if internal and not inside:
            return bool(clients) and all(map(_is_private, clients))
        return any(self._is_inside(each) if internal else not _is_private(each) for each in clients)

    def _is_inside(self, range_: IPv4Network) -> bool:
        known = [str(each.arguments["cidr_block"]) for each in self.walk.of("aws_vpc")]
        routes = (each.arguments.get("destination_cidr_block") for each in self.walk.of("aws_route"))
        known += [each for each in routes if isinstance(each, str) and IPv4Network(each) != WORLD]
        return _is_private(range_) or any(range_.overlaps(IPv4Network(each)) for each in known)

    def _clients(self, groups: set[str], port: int) -> Iterator[IPv4Network]:
        for rule in self.walk.of("aws_vpc_security_group_ingress_rule"):
            arguments = rule.arguments
            here = addresses_in(arguments.get("security_group_id")) & groups and _has_port(arguments, port)
            cidr = arguments.get("cidr_ipv4")
            if here and isinstance(cidr, str):
                yield IPv4Network(cidr)


def _is_private(range_: IPv4Network) -> bool:
    return any(range_.subnet_of(private) for private in PRIVATE)


def _zones(subnets: list[Resource]) -> set[str]:
    return {each.address.rpartition("[")[2] for each in subnets}
