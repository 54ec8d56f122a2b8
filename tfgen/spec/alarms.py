"""From where on things raise an alarm, as the stack and its services say it together."""

from collections.abc import Container
from typing import NamedTuple

from tfgen.spec.balancers import Balancer, created_balancers, network_listeners, of_requests
from tfgen.spec.model import Alarms, Service, Spec
from tfgen.spec.queues import has_queue

_USUAL_PERCENT, _USUAL_ERRORS, _USUAL_AGE = 90, 10, 600


class Limits(NamedTuple):
    """From where on there is an alarm; None where there is none."""

    cpu: int | None
    memory: int | None
    errors: int | None
    unhealthy: bool
    running: bool
    queue_age: int | None


_NOTHING = Limits(None, None, None, unhealthy=False, running=False, queue_age=None)


def limits_of_stack(said: Alarms) -> Limits:
    """What the stack says for all services."""
    return Limits(
        _number(said.cpu, _USUAL_PERCENT),
        _number(said.memory, _USUAL_PERCENT),
        _number(said.errors, _USUAL_ERRORS),
        said.unhealthy,
        said.running,
        _number(said.queue_age, _USUAL_AGE),
    )


def _number(said: bool | int, usual: int) -> int | None:
    if isinstance(said, bool):
        return usual if said else None
    return said


def limits_of_service(service: Service, spec: Spec) -> Limits:
    own = service.alarms
    if spec.alarms is None or not own.enabled:
        return _NOTHING
    of_stack = limits_of_stack(spec.alarms)
    return Limits(
        of_stack.cpu if own.cpu is None else _number(own.cpu, _USUAL_PERCENT),
        of_stack.memory if own.memory is None else _number(own.memory, _USUAL_PERCENT),
        of_stack.errors if own.errors is None else _number(own.errors, _USUAL_ERRORS),
        of_stack.unhealthy if own.unhealthy is None else own.unhealthy,
        of_stack.running if own.running is None else own.running,
        of_stack.queue_age if own.queue_age is None else _number(own.queue_age, _USUAL_AGE),
    )


def counting_requests(spec: Spec) -> frozenset[str]:
    """The names of the services whose alarms need the metrics of a load balancer."""
    network = network_listeners(spec)
    return frozenset(
        key
        for key, service in spec.services.items()
        if _counts_requests(service, limits_of_service(service, spec), network)
    )


def _counts_requests(service: Service, limits: Limits, network: Container[str | None]) -> bool:
    """A network load balancer counts no responses."""
    if limits.errors and of_requests(service, network).routes:
        return True
    return limits.unhealthy and bool(service.routes)


def is_mail(said: Alarms) -> bool:
    """Whether an address of mail stands for a topic of the stack's own."""
    return isinstance(said.topic, str) and "@" in said.topic


def any_alarm(spec: Spec) -> bool:
    """Whether anything raises an alarm."""
    return (
        any_service_alarm(spec)
        or has_job_alarms(spec)
        or any(has_balancer_alarms(each, spec) for each in created_balancers(spec))
    )


def has_job_alarms(spec: Spec) -> bool:
    """Whether jobs that are not started raise an alarm."""
    return bool(spec.alarms and spec.alarms.jobs) and any(job.is_scheduled for job in spec.jobs.values())


def any_service_alarm(spec: Spec) -> bool:
    return any(_always_has_alarm(service, spec) for service in spec.services.values()) or bool(
        counting_requests(spec)
    )


def _always_has_alarm(service: Service, spec: Spec) -> bool:
    """Whether it has one that needs no load balancer."""
    limits = limits_of_service(service, spec)
    if limits.cpu or limits.memory or limits.running:
        return True
    return limits.queue_age is not None and has_queue(service, spec)


def has_balancer_alarms(balancer: Balancer, spec: Spec) -> bool:
    """A network load balancer answers no requests, so it has no errors of its own."""
    return bool(spec.alarms and limits_of_stack(spec.alarms).errors and not balancer.is_network)
