"""Quotas that AWS does not raise, and the problem of a stack that exceeds one."""

from collections.abc import Collection, Iterator

from tfgen import facts
from tfgen.problems import Location, Problem


def namespace(connected: Collection[Location], times: int = 1) -> Iterator[Problem]:
    """TG338, where the services in Service Connect are more than so many times what AWS allows."""
    limit = facts.limits()["services_per_namespace"].value
    if len(connected) > times * limit:
        message = (
            f"{len(connected)} services are in Service Connect; a namespace has {limit} at most, "
            "callers included"
        )
        hint = "remove connect and calls where nobody needs them, or give some services a stack of their own"
        yield Problem("TG338", sorted(connected)[limit], message, hint)


def target_groups(routed: Collection[Location], times: int = 1) -> Iterator[Problem]:
    """TG331, where the services with routes are more than so many times what AWS allows."""
    limit = facts.limits()["target_groups_per_alb"].value
    if len(routed) > times * limit:
        message = f"{len(routed)} services have routes; a load balancer has {limit} target groups at most"
        hint = "give some services a stack of their own, or put a proxy service before several of them"
        yield Problem("TG331", sorted(routed)[limit], message, hint)


def cluster(services: Collection[Location]) -> Iterator[Problem]:
    """TG245, where the services are more than a cluster holds."""
    limit = facts.limits()["services_per_cluster"].value
    if len(services) > limit:
        message = f"{len(services)} services; an ECS cluster has {limit} at most"
        yield Problem("TG245", sorted(services)[limit], message, "give some a stack of their own")


def rules(owner: str, direction: str, used: int, where: Location, hint: str) -> Iterator[Problem]:
    """TG245, where a security group would have more rules than a network interface holds."""
    limit = facts.limits()["rules_times_groups_per_interface"].value
    if used > limit:
        message = (
            f"{owner} has {used} {direction} security group rules: AWS holds {limit} for a network interface "
            "at most, and raises that for nobody"
        )
        yield Problem("TG245", where, message, hint)
