"""What the rules about environment variables share: whether a task may connect to an address."""

from collections.abc import Iterator
from ipaddress import IPv4Address
from typing import NamedTuple

from tfgen import facts
from tfgen.blueprint.model import Blueprint, Task
from tfgen.blueprint.model import Egress as EgressEntry
from tfgen.blueprint.peer_words import entry_in_yaml, range_in_yaml
from tfgen.ip_ranges import parse_range
from tfgen.rules import _hosts
from tfgen.rules._connections import Connection, environment_of

_HTTPS = 443


class Closed(NamedTuple):
    """Hosts of one variable to which no rule of the service's security group allows connections."""

    connection: Connection
    """The first of them."""
    port: int
    more: int

    @property
    def text(self) -> str:
        more = f" and {self.more} more" if self.more else ""
        return f"{self.connection.host}{more}, port {self.port}"


class Egress:
    """Which of the hosts in their variables the tasks of a stack may connect to."""

    def __init__(self, blueprint: Blueprint) -> None:
        self.blueprint = blueprint
        self.environment = environment_of(blueprint)
        network = blueprint.network
        without_dns = {each.service for each in network.interface_endpoints if not each.private_dns}
        self._endpoints = network.endpoint_services - without_dns

    def closed(self, service: Task) -> Iterator[Closed]:
        """Hosts outside of the stack that the service may not connect to, by variable and port."""
        found: dict[tuple[str, int], list[Connection]] = {}
        for connection in self.environment.connections(service):
            ports = ports_of(connection)
            if self._is_beyond(connection) and ports and not self._is_open(service, connection):
                found.setdefault((connection.variable, ports[0]), []).append(connection)
        for (_, port), connections in found.items():
            yield Closed(connections[0], port, len(connections) - 1)

    def has_internet(self, service: Task) -> bool:
        return self.blueprint.network.reaches_internet or bool(service.public_ip)

    def _is_beyond(self, connection: Connection) -> bool:
        """Whether an address is not the task's own, a service's of the stack, or its load balancer's."""
        host, front = connection.host, self.environment.front
        if connection.given:
            return True
        if "." not in host or _hosts.is_here(host) or self.environment.knows(host):
            return False
        return front.listener_at(connection.scheme, host, connection.port) is None

    def _is_open(self, service: Task, connection: Connection) -> bool:
        """Whether an address is allowed. Those of a name are unknown: any range on its port may suffice."""
        ports = ports_of(connection)
        listed = (*service.egress, *(each.egress for each in service.outside))
        opened = [each for each in listed if any(map(each.has_port, ports))]
        if any(not each.cidr and _may_contain(each, connection) for each in opened):
            return True
        cidrs = [each.cidr for each in opened if each.cidr]
        if _hosts.is_ipv4(connection.host):
            address = IPv4Address(connection.host)
            return any(address in parse_range(cidr) for cidr in cidrs)
        return bool(cidrs) or self._has_endpoint(service, connection.host)

    def _has_endpoint(self, service: Task, host: str) -> bool:
        """Whether an endpoint of the stack serves the name of an API."""
        api = _hosts.api_of_host(host)
        if api is None:
            return False
        if api.endpoint in facts.endpoint_ports():
            return any(api.endpoint == use.endpoint for use in service.uses)  # TG357 speaks of its ports
        if api.region != self.blueprint.region:
            return False
        return self.has_endpoint(service, api.endpoint)

    def has_endpoint(self, service: Task, name: str) -> bool:
        """Whether a task reaches an AWS service through an endpoint of the stack."""
        routed = f"var.{name}_prefix_list_id"
        return name in self._endpoints or any(rule.peer.value == routed for rule in service.security_rules)


def ports_of(connection: Connection) -> tuple[int, ...]:
    """The port of a connection, or those of servers of its kind; none where they are unknown."""
    if connection.port:
        return (connection.port,)
    kind = connection.managed or _hosts.managed_kind(connection.host)
    return facts.connection_signs().managed.get(kind, ())


def is_outside(connection: Connection) -> bool:
    """Whether an address is certainly on the internet or an API's; others may be private."""
    host = connection.host
    if connection.given:
        return False
    if _hosts.is_ipv4(host):
        address = IPv4Address(host)
        return not any(address in private for private in facts.ip_ranges("private"))
    if _hosts.is_private(host) or _hosts.managed_kind(host):
        return False
    return connection.port in (80, _HTTPS) or connection.scheme == "mongodb+srv"


def _may_contain(each: EgressEntry, connection: Connection) -> bool:
    """Whether what only Terraform or AWS knows may have the host: no security group is on the internet."""
    return each.peer.argument != "referenced_security_group_id" or not is_outside(connection)


def how_to_allow(service: Task, cidr: str, port: int, blueprint: Blueprint) -> str:
    """How to allow a service one more range. A list that the spec does not set contains its default."""
    said = blueprint.locate((*service.path, "egress")) != service.at
    if said:
        return f"add {range_in_yaml(cidr, port)} to egress"
    kept = [entry_in_yaml(each) for each in service.egress]
    return f"write egress: [{', '.join([*kept, range_in_yaml(cidr, port)])}]"
