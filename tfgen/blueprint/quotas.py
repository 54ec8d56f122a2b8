"""Limits that AWS does not raise: the problems of a stack that exceeds one of them."""

from collections.abc import Collection, Iterator

from tfgen import facts
from tfgen.problems import Location, Problem


def namespace(connected: Collection[Location], times: int = 1) -> Iterator[Problem]:
    """TG338, where the services in Service Connect exceed a multiple of what AWS allows."""
    limit = facts.limits()["services_per_namespace"].value
    if len(connected) > times * limit:
        message = (
            f"{len(connected)} services are in Service Connect; a namespace has at most {limit}, callers "
            "included"
        )
        hint = "remove connect and calls where they are not needed, or move some services to another stack"
        yield Problem("TG338", sorted(connected)[limit], message, hint)


def target_groups(routed: Collection[Location], times: int = 1) -> Iterator[Problem]:
    """TG331, where the ports with routes on a load balancer exceed a multiple of what AWS allows.

    Each is at its service.
    """
    limit = facts.limits()["target_groups_per_alb"].value
    if len(routed) > times * limit:
        what = "services" if len(set(routed)) == len(routed) else "ports of services"
        message = f"{len(routed)} {what} have routes; a load balancer has at most {limit} target groups"
        hint = "move some services to another stack, or put a proxy service in front of several of them"
        yield Problem("TG331", sorted(routed)[limit], message, hint)


def cluster(services: Collection[Location]) -> Iterator[Problem]:
    """TG245, where the services exceed what a cluster can have."""
    limit = facts.limits()["services_per_cluster"].value
    if len(services) > limit:
        message = f"{len(services)} services; an ECS cluster has at most {limit}"
        yield Problem("TG245", sorted(services)[limit], message, "move some services to another stack")


def rules(owner: str, direction: str, used: int, where: Location, hint: str) -> Iterator[Problem]:
    """TG245, where a security group would have more rules than a network interface can have."""
    limit = facts.limits()["rules_times_groups_per_interface"].value
    if used > limit:
        message = (
            f"{owner} has {used} {direction} security group rules: a network interface has at most "
            f"{limit}, and AWS does not raise that limit"
        )
        yield Problem("TG245", where, message, hint)
