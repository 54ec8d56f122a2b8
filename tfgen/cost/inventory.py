"""What a stack has that AWS charges for, counted."""

from collections.abc import Iterable

from msgspec import Struct

from tfgen.blueprint.model import Blueprint, Service


class Balancer(Struct, frozen=True):
    """An Application Load Balancer with an address in each of its zones, which AWS charges for if public."""

    zones: int
    public: bool


class Tasks(Struct, frozen=True):
    """The tasks of a service. `cpu` is in CPU units and `memory` in MiB, each of a task."""

    service: str
    cpu: int
    memory: int
    arm: bool
    low: int
    high: int
    public: bool
    """Whether each has a public address."""


class Inventory(Struct, frozen=True):
    """Everything with a price of its own."""

    region: str
    zones: int
    """Of the subnets that run tasks."""
    nat_gateways: int
    """Each with one public address."""
    gateway_endpoints: tuple[str, ...]
    interface_endpoints: tuple[tuple[str, int], ...]
    """Their services, and in how many zones each has an address."""
    public_tasks: bool
    """Whether tasks reach the internet by their own addresses."""
    balancers: tuple[Balancer, ...]
    tasks: tuple[Tasks, ...]
    """By service."""
    log_retention: int
    """The days that log lines are kept; 0 is without end."""
    given_endpoints: tuple[str, ...] = ()
    """The services that endpoints of a VPC reach that the stack joins. They are not counted."""
    given_nat: bool = False
    """Whether such a VPC has NAT gateways. Neither they nor what passes through them is counted."""


def take_inventory(blueprint: Blueprint) -> Inventory:
    """What a blueprint has, with its overrides where they were applied."""
    network = blueprint.network
    private = len(network.private_subnets)
    averages = {service: (low, high) for service, low, high in blueprint.cost.tasks}
    return Inventory(
        region=blueprint.region,
        zones=private or len(network.public_subnets),
        nat_gateways=sum(len(nat.zones) for nat in network.nat),
        gateway_endpoints=tuple(
            each.service for each in network.gateway_endpoints if each.route_tables or each.given_tables
        ),
        interface_endpoints=tuple(
            (each.service, private)
            for each in network.interface_endpoints
            if each.subnets or each.given_subnets
        ),
        public_tasks=not private,
        balancers=tuple(
            Balancer(len(network.subnets_of(each.subnets)), not each.internal)
            for each in blueprint.load_balancer
        ),
        tasks=tuple(
            _tasks(service, averages.get(service.key, (service.tasks.least, service.tasks.most)))
            for service in blueprint.services
        ),
        log_retention=longest_retention(service.log_retention for service in blueprint.services),
        given_endpoints=tuple(name for each in network.existing for name in each.endpoints),
        given_nat=any(each.has_nat for each in network.existing),
    )


def longest_retention(retentions: Iterable[int]) -> int:
    """The longest of them, of which 0 is without end."""
    days = list(retentions)
    return 0 if 0 in days else max(days, default=0)


def _tasks(service: Service, average: tuple[int, int]) -> Tasks:
    return Tasks(
        service.key,
        service.cpu,
        service.memory,
        service.architecture == "ARM64",
        *average,
        public=any(service.public_ip),
    )
