"""Ways over the pages themselves, walked without the blueprint: an oracle for tfgen.reach.

Reads the Terraform as `tfgen changes` does, with references followed from module to module, and says one
thing: whether a way is surely whole. An ID that the stack does not make leads nowhere, as far as it knows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_network
from typing import Any

from tfgen.changes.stack import Resource, Stack
from tfgen.hcl.values import Term, addresses_in

Range = IPv4Network | IPv6Network
WORLD, WORLD_IPV6 = ip_network("0.0.0.0/0"), ip_network("::/0")
_PRIVATE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")
PRIVATE = list(map(ip_network, _PRIVATE))
_DESTINATIONS = {4: "destination_cidr_block", 6: "destination_ipv6_cidr_block"}


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

    def cidrs(self, subnets: Iterable[Resource]) -> list[Range]:
        return [ip_network(str(each.argument("cidr_block"))) for each in subnets]

    def tables(self, subnet: Resource) -> set[str]:
        return {
            address
            for each in self.of("aws_route_table_association")
            if subnet.address in addresses_in(each.arguments.get("subnet_id"))
            for address in addresses_in(each.arguments.get("route_table_id"))
        }

    def internet(self, subnet: Resource, world: Range = WORLD) -> str:
        """How a subnet comes to the internet: by a gateway, one for egress only, a target of the user's, NAT,
        or not at all."""
        if world == WORLD_IPV6 and not self.has_ipv6(subnet):
            return ""
        tables = self.tables(subnet)
        found = {
            self._target(route.arguments)
            for route in self.of("aws_route")
            if addresses_in(route.arguments.get("route_table_id")) & tables
            and route.arguments.get(_DESTINATIONS[world.version]) == str(world)
        }
        return next((each for each in ("gateway", "egress", "given", "nat") if each in found), "")

    def has_ipv6(self, subnet: Resource) -> bool:
        has_range = self.vpc_flag("assign_generated_ipv6_cidr_block", "false")
        return has_range and subnet.arguments.get("ipv6_cidr_block") is not None

    def _target(self, route: Mapping[str, Any]) -> str:
        if "egress_only_gateway_id" in route:
            own = self.named(route["egress_only_gateway_id"], "aws_egress_only_internet_gateway")
            return "egress" if own else ""
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
        self,
        direction: str,
        groups: set[str],
        port: int,
        peers: set[str],
        cidrs: list[Range],
        protocol: str = "tcp",
    ) -> bool:
        """Whether one of the groups lets a connection through: to a peer by name, or to whole ranges."""
        open_: list[Range] = []
        for rule in self.of(f"aws_vpc_security_group_{direction}_rule"):
            arguments = rule.arguments
            if not addresses_in(arguments.get("security_group_id")) & groups or not _has_port(
                arguments, port, protocol
            ):
                continue
            named = arguments.get("referenced_security_group_id"), arguments.get("prefix_list_id")
            if any(addresses_in(each) & peers for each in named):
                return True
            open_ += _ranges_of_rule(arguments)
        return bool(cidrs) and all(_is_covered(each, open_) for each in cidrs)

    # --- outbound

    def service(self, label: str) -> Service:
        return Service(self, label)

    def vpc_flag(self, name: str, default: str) -> bool:
        return self.one("aws_vpc", "main").arguments.get(name, default) == "true"


def _has_port(arguments: Mapping[str, Any], port: int, wanted: str = "tcp") -> bool:
    protocol = arguments.get("ip_protocol")
    if protocol == "-1":
        return True
    first, last = arguments.get("from_port"), arguments.get("to_port")
    return protocol == wanted and isinstance(first, str) and int(first) <= port <= int(last)


def _ranges_of_rule(arguments: Mapping[str, Any]) -> list[Range]:
    said = [arguments.get(name) for name in ("cidr_ipv4", "cidr_ipv6")]
    return [ip_network(each) for each in said if isinstance(each, str)]


def _is_covered(range_: Range, others: list[Range]) -> bool:
    """Whether some ranges have all addresses of one, at least together."""
    alike = [each for each in others if each.version == range_.version]
    return any(range_.subnet_of(outer) for outer in collapse_addresses(alike))  # type: ignore[arg-type, type-var]


class Service:
    """An ECS service of the pages, or a job with a schedule."""

    def __init__(self, walk: Walk, label: str) -> None:
        self.walk = walk
        kinds = ("aws_ecs_service", "aws_scheduler_schedule")
        self.own = next(each for kind in kinds for each in walk.of(kind) if each.name == label)
        if self.own.type == kinds[0]:
            network = self.own.arguments["network_configuration"][0]
        else:
            parameters = self.own.arguments["target"][0]["ecs_parameters"][0]
            network = parameters["network_configuration"][0]
        self.subnets = walk.subnets(network.get("subnets"))
        self.groups = {
            each.address for each in walk.named(network.get("security_groups"), "aws_security_group")
        }
        self.public = network.get("assign_public_ip") == "true"
        definitions = walk.one("aws_ecs_task_definition", label).argument("container_definitions")
        assert isinstance(definitions, Term)
        self.containers: list[dict[str, Any]] = definitions.operands[0]

    @property
    def ports(self) -> dict[str, int]:
        """Those that accept TCP, by name, or by their number where they have none."""
        found = [each for container in self.containers for each in container.get("portMappings") or ()]
        return {
            str(each.get("name", each["containerPort"])): int(each["containerPort"])
            for each in found
            if each.get("protocol", "tcp") == "tcp"
        }

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

    def reaches_internet_by_ipv6(self, port: int) -> bool:
        """Whether its tasks do, if the account lets them have IPv6 addresses."""
        ways = {self.walk.internet(subnet, WORLD_IPV6) for subnet in self.subnets}
        there = bool(ways) and ways <= {"gateway", "egress", "given"}
        return there and self.walk.lets("egress", self.groups, port, set(), [WORLD_IPV6])

    # --- to each other

    @property
    def connect(self) -> Mapping[str, Any] | None:
        (found,) = self.own.arguments.get("service_connect_configuration") or (None,)
        if not found or found.get("enabled") != "true" or found.get("namespace") is None:
            return None
        kind = "aws_service_discovery_http_namespace"
        given = not list(self.walk.of(kind))  # of which the pages have no more than its ARN, in any form
        return found if given or self.walk.named(found["namespace"], kind) else None

    def resolves(self, other: Service, host: str) -> bool:
        """Whether a name in the private zone has the addresses of another service's tasks."""
        (registry,) = other.own.arguments.get("service_registries") or ({},)
        found = [
            each
            for each in self.walk.of("aws_service_discovery_service")
            if f"{each.address.removeprefix('module.services.')}" in str(registry.get("registry_arn"))
        ]
        for each in found:
            (config,) = each.arguments.get("dns_config") or ({},)
            if config.get("namespace_id") == "var.private_namespace_id":
                return host.startswith(f"{each.arguments['name']}.")
        zones = self.walk.of("aws_service_discovery_private_dns_namespace")
        return any(
            host == f"{each.arguments['name']}.{zone.arguments['name']}" for each in found for zone in zones
        )

    def calls_by_dns(self, other: Service, address: str) -> bool:
        host, _, port = address.rpartition("://")[2].rpartition(":")
        there = bool(self.groups and other.groups and self.subnets and other.subnets)
        return (
            there
            and self.resolves(other, host)
            and any(
                self.walk.lets("egress", self.groups, int(port), other.groups, [], protocol)
                and self.walk.lets("ingress", other.groups, int(port), self.groups, [], protocol)
                for protocol in ("tcp", "udp")
            )
        )

    def calls(self, other: Service, address: str = "") -> bool:
        """By the only name of the other, or by one of several."""
        mine, theirs = self.connect, other.connect
        offers = [
            each
            for each in (theirs or {}).get("service") or ()
            for alias in each["client_alias"]
            if address.endswith(f"{alias['dns_name']}:{alias['port']}") or not address
        ]
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

    def answers(self, rule: str, *, inside: bool = False, version: int = 4) -> bool:
        """Whether clients on the internet come to it by a listener's rule, by a version of IP; with `inside`
        those in the VPC and in networks that are connected to it, where the load balancer is internal."""
        walk = self.walk
        for own in walk.of("aws_lb_listener"):
            if own.name == rule and own.address.startswith("module.services."):
                return self._gets_connections(own, inside=inside, version=version)
        arguments = walk.one("aws_lb_listener_rule", rule).arguments
        port = self._registered_port(arguments.get("action"))
        if port is None or not self.groups or not self.subnets or port not in self.ports.values():
            return False
        ports = [port, *self._checked_ports(arguments.get("action"))]
        for listener in walk.named(arguments.get("listener_arn"), "aws_lb_listener"):
            return all(self._answers(listener, each, "tcp", version, inside=inside) for each in ports)
        lost = any(".aws_lb_listener." in each for each in addresses_in(arguments.get("listener_arn")))
        return version == 4 and not lost and all(map(self._lets_given_balancer_in, ports))

    def _checked_ports(self, action: Any) -> Iterator[int]:
        """Other ports that the target groups of an action are checked at."""
        own = {
            each for block in self.own.arguments.get("load_balancer") or () for each in addresses_in(block)
        }
        for group in self.walk.of("aws_lb_target_group"):
            if group.address in addresses_in(action) & own:
                for check in group.arguments.get("health_check") or ():
                    if str(check.get("port", "")).isdigit():
                        yield int(check["port"])

    def _gets_connections(self, listener: Resource, *, inside: bool, version: int) -> bool:
        """Whether the listener of a network load balancer forwards what clients send, and its checks pass."""
        action = listener.arguments.get("default_action")
        port = self._registered_port(action)
        if port is None or not self.groups or not self.subnets:
            return False
        protocol = "udp" if listener.arguments["protocol"] == "UDP" else "tcp"
        found = [
            each
            for container in self.containers
            for each in container.get("portMappings") or ()
            if int(each["containerPort"]) == port and each["protocol"] == protocol
        ]
        (group,) = self.walk.named(action, "aws_lb_target_group")
        said = group.arguments["health_check"][0].get("port", "traffic-port")
        checked = port if said == "traffic-port" else int(str(said))
        if not found or (protocol == "udp" and checked == port):
            return False
        ends = ((port, protocol), (checked, "tcp"))
        return all(self._answers(listener, *end, version, inside=inside) for end in ends)

    def _registered_port(self, action: Any) -> int | None:
        """The port that its tasks have in the target group of an action."""
        registered = self.own.arguments.get("load_balancer") or ()
        blocks = [block for block in registered if addresses_in(action) & addresses_in(block)]
        return int(blocks[0]["container_port"]) if len(blocks) == 1 else None

    def _lets_given_balancer_in(self, port: int) -> bool:
        """Of a load balancer that exists the files have only the rule for its security group; a rule for all
        addresses lets it in, too."""
        walk = self.walk
        for rule in walk.of("aws_vpc_security_group_ingress_rule"):
            group = rule.arguments.get("referenced_security_group_id")
            is_own = re.fullmatch(r"\w+_from_(\w+_)?load_balancer", rule.name)
            here = addresses_in(rule.arguments.get("security_group_id")) & self.groups
            known = group and walk.named(group, "aws_security_group")
            if is_own and _has_port(rule.arguments, port) and group and here and not known:
                return True
        return walk.lets("ingress", self.groups, port, set(), [WORLD])

    def _answers(self, listener: Resource, port: int, protocol: str, version: int, *, inside: bool) -> bool:
        """`port` and `protocol` are those of the tasks."""
        walk = self.walk
        (balancer,) = (
            each.arguments for each in walk.named(listener.arguments["load_balancer_arn"], "aws_lb")
        )
        subnets = walk.subnets(balancer.get("subnets"))
        groups = {each.address for each in walk.named(balancer.get("security_groups"), "aws_security_group")}
        internal = balancer.get("internal") == "true"
        world = WORLD_IPV6 if version == 6 else WORLD
        facing = not internal and all(
            walk.internet(subnet, world) in ("gateway", "given") for subnet in subnets
        )
        spoken = "udp" if listener.arguments["protocol"] == "UDP" else "tcp"
        every = self._clients(groups, int(str(listener.arguments["port"])), spoken)
        clients = [each for each in every if each.version == version]
        return (
            (facing or (internal and (version == 4 or all(map(walk.has_ipv6, subnets)))))
            and version in _VERSIONS.get(balancer.get("ip_address_type"), (4,))
            and bool(subnets)
            and _zones(self.subnets) <= _zones(subnets)
            and self._are_clients(clients, internal=internal, inside=inside)
            and walk.lets("egress", groups, port, self.groups, walk.cidrs(self.subnets), protocol)
            and walk.lets("ingress", self.groups, port, groups, walk.cidrs(subnets), protocol)
        )

    def _are_clients(self, clients: list[Range], *, internal: bool, inside: bool) -> bool:
        """Whether some of these ranges have clients; all must be private where the load balancer was for the
        internet, and an override alone makes it internal."""
        if internal and not inside:
            return bool(clients) and all(map(_is_private, clients))
        return any(self._is_inside(each) if internal else not _is_private(each) for each in clients)

    def _is_inside(self, range_: Range) -> bool:
        if range_.version == 6:
            return True  # it may be that of the VPC, which AWS chooses
        known = [str(each.arguments["cidr_block"]) for each in self.walk.of("aws_vpc")]
        routes = (each.arguments.get("destination_cidr_block") for each in self.walk.of("aws_route"))
        known += [each for each in routes if isinstance(each, str) and IPv4Network(each) != WORLD]
        return _is_private(range_) or any(range_.overlaps(IPv4Network(each)) for each in known)

    def _clients(self, groups: set[str], port: int, protocol: str) -> Iterator[Range]:
        for rule in self.walk.of("aws_vpc_security_group_ingress_rule"):
            arguments = rule.arguments
            own = addresses_in(arguments.get("security_group_id")) & groups
            here = own and _has_port(arguments, port, protocol)
            yield from _ranges_of_rule(arguments) if here else ()


_VERSIONS = {"dualstack": (4, 6), "dualstack-without-public-ipv4": (6,)}


def _is_private(range_: Range) -> bool:
    return any(_is_covered(range_, [private]) for private in PRIVATE)


def _zones(subnets: list[Resource]) -> set[str]:
    return {each.address.rpartition("[")[2] for each in subnets}
