"""What a stack has that AWS charges for, counted."""

from collections.abc import Iterable

from msgspec import Struct

from tfgen.blueprint.model import FARGATE, FARGATE_SPOT, Blueprint, Service


class Balancer(Struct, frozen=True):
    """A load balancer with an IPv4 address in each of its zones, which AWS charges for if public."""

    zones: int
    public: bool
    capacity: int = 0
    """The LCUs that are reserved for it."""
    network: bool = False
    """Whether it is a Network Load Balancer, whose own prices are not known."""
    internal: bool = False
    """Whether only clients inside the VPC reach it."""


FREE_STORAGE = 20
"""GiB of ephemeral storage that every task has: ECS/fargate-task-storage."""


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
    base: int = 0
    """The first tasks, all of which are on demand."""
    weights: tuple[int, int] = (1, 0)
    """How the others are divided between Fargate on demand and Fargate Spot."""
    storage: int = FREE_STORAGE
    """GiB of ephemeral storage of each."""

    @property
    def on_spot(self) -> bool:
        """Whether any are on Spot, whose price nobody knows beforehand."""
        return bool(self.weights[1])

    def on_demand(self, tasks: int) -> float:
        """How many of so many tasks are on demand."""
        first = min(self.base, tasks)
        return first + (tasks - first) * self.weights[0] / sum(self.weights)


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
        balancers=in_order(
            Balancer(
                len(network.subnets_of(each.subnets)),
                not each.internal and "IPv4" in each.versions,
                sum(each.capacity),
                each.is_network,
                each.internal,
            )
            for each in blueprint.load_balancer
        ),
        tasks=tuple(
            _tasks(service, averages.get(service.key) or _usual_average(service))
            for service in blueprint.services
        ),
        log_retention=longest_retention(task.log_retention for task in blueprint.tasks),
        given_endpoints=tuple(name for each in network.existing for name in each.endpoints),
        given_nat=any(each.has_nat for each in network.existing),
    )


def in_order(balancers: Iterable[Balancer]) -> tuple[Balancer, ...]:
    """Those with public addresses first, so that their names mean nothing."""
    return tuple(sorted(balancers, key=lambda each: (not each.public, each.zones)))


def longest_retention(retentions: Iterable[int]) -> int:
    """The longest of them, of which 0 is without end."""
    days = list(retentions)
    return 0 if 0 in days else max(days, default=0)


def _usual_average(service: Service) -> tuple[int, int]:
    """The limits of scaling, but for those at other times."""
    for scaling in service.scalings:
        return scaling.min, scaling.max
    return service.tasks.least, service.tasks.most


def _tasks(service: Service, average: tuple[int, int]) -> Tasks:
    return Tasks(
        service.key,
        service.cpu,
        service.memory,
        service.architecture == "ARM64",
        *average,
        public=any(service.public_ip),
        base=sum(number for each in service.capacity_providers for number in each.bases),
        weights=_weights(service),
        storage=next(iter(service.storage), FREE_STORAGE),
    )


def tasks_of_jobs(blueprint: Blueprint) -> tuple[Tasks, ...]:
    """The tasks of each job, which cost while they run: how long that is, nobody knows here."""
    return tuple(
        Tasks(
            job.key,
            job.cpu,
            job.memory,
            job.architecture == "ARM64",
            job.count,
            job.count,
            public=any(job.public_ip),
            weights=(0, 1) if job.capacity_providers else (1, 0),
        )
        for job in blueprint.jobs
    )


def _weights(service: Service) -> tuple[int, int]:
    weights = {each.name: each.weight for each in service.capacity_providers}
    return (weights.get(FARGATE, 0), weights.get(FARGATE_SPOT, 0)) if weights else (1, 0)
