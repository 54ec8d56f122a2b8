"""What the rules about subnets share: how many addresses there are for tasks."""

from tfgen import facts
from tfgen.blueprint.model import Blueprint, Subnet
from tfgen.problems import Location


def most_tasks(blueprint: Blueprint) -> int:
    """How many run at most outside of deployments."""
    return sum(service.tasks.most for service in blueprint.services)


def most_tasks_while_deployed(blueprint: Blueprint) -> int:
    """How many run at most during a deployment of all services, old and new ones together."""
    return sum(service.tasks_while_deployed for service in blueprint.services)


def are_sizes_known(blueprint: Blueprint) -> bool:
    """Whether the sizes of the subnets are in the spec; those of subnets that exist are not."""
    return not blueprint.network.existing


def task_addresses(blueprint: Blueprint, *, beside_load_balancer: bool) -> int:
    """The addresses that tasks can have in all of their subnets."""
    return sum(task_addresses_by_zone(blueprint, beside_load_balancer=beside_load_balancer).values())


def task_addresses_by_zone(blueprint: Blueprint, *, beside_load_balancer: bool) -> dict[str, int]:
    """The addresses that tasks can have in each zone."""
    taken = _taken_addresses(blueprint, beside_load_balancer=beside_load_balancer)
    return {
        subnet.zone: max(0, 2 ** (32 - prefix_length(subnet)) - taken) for subnet in task_subnets(blueprint)
    }


def sufficient_prefix_length(blueprint: Blueprint) -> int:
    """The longest prefix length with which all tasks of a deployment have addresses, or else the shortest."""
    taken = _taken_addresses(blueprint, beside_load_balancer=True)
    each = -(-most_tasks_while_deployed(blueprint) // len(task_subnets(blueprint))) + taken
    return max(16, 32 - (each - 1).bit_length())


def _taken_addresses(blueprint: Blueprint, *, beside_load_balancer: bool) -> int:
    """The addresses of a subnet that tasks cannot use: AWS's own and those of the endpoints.

    `beside_load_balancer` adds the addresses that AWS requires to be free for an Application Load Balancer in
    each of its subnets, where tasks share them.
    """
    limits = facts.limits()
    taken = limits["subnet_reserved_addresses"].value + len(blueprint.network.interface_endpoints)
    beside = [each for each in blueprint.load_balancer if each.subnets == blueprint.network.task_subnets]
    if beside_load_balancer:
        taken += limits["alb_subnet_free_addresses_min"].value * len(beside)
    return taken


def task_subnets(blueprint: Blueprint) -> tuple[Subnet, ...]:
    """The subnets that run tasks."""
    return blueprint.network.private_subnets or blueprint.network.public_subnets


def task_subnet_role(blueprint: Blueprint) -> str:
    """The role of those subnets."""
    return blueprint.network.task_subnets


def prefix_length(subnet: Subnet) -> int:
    """A subnet's prefix length."""
    return int(subnet.cidr.rpartition("/")[2])


def place_of_sizes(blueprint: Blueprint, role: str) -> Location:
    """Where the spec sets the size of the subnets, or else the range of the VPC that they derive from."""
    where = blueprint.locate(("network", "subnets", role))
    said = where != blueprint.locate(("network",))
    return where if said else blueprint.locate(("network", "cidr"))
