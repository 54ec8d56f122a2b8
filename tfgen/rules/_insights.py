"""What needs Container Insights, whose metrics alone count the tasks of a service."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint, Service


def services_that_need_it(blueprint: Blueprint) -> Iterator[Service]:
    """Those scaled by a queue, and those with an alarm of how many tasks run."""
    for service in blueprint.services:
        by_queue = any(policy.backlog for scaling in service.scalings for policy in scaling.policies)
        if by_queue or any(alarm.differences for alarm in service.alarms):
            yield service
