"""What a service says of its target group besides the health check: how it gets requests, and until when.

What cannot go together: ELB/edit-target-group-attributes.
"""

from collections.abc import Iterator

from tfgen.blueprint import names, ports
from tfgen.blueprint.model import TCP, Stickiness
from tfgen.hcl.text import Label
from tfgen.problems import Locate, Problem
from tfgen.spec.balancers import balancer_of
from tfgen.spec.model import MAIN, Service

_SHORTEST_SLOW_START = 30  # botocore, elbv2 TargetGroupAttribute
_RESERVED_COOKIES = "AWSALB"
_ON, _OFF = "on", "off"


def problems(key: str, service: Service, at: Locate) -> Iterator[Problem]:
    """What is wrong with these keys, individually and together."""
    where = ("services", key)
    if 0 < service.slow_start < _SHORTEST_SLOW_START:
        message = f"slow_start is 0, or {_SHORTEST_SLOW_START} to 900 seconds, not {service.slow_start}"
        hint = f"write slow_start: {_SHORTEST_SLOW_START}, or remove it"
        yield Problem("TG550", at((*where, "slow_start")), message, hint)
    for name, message, hint in _contradictions(service):
        yield Problem("TG551", at((*where, name)), message, hint)
    if service.sticky and (service.sticky.cookie or "").startswith(_RESERVED_COOKIES):
        message = (
            f'"{service.sticky.cookie}" is a name of the load balancer\'s own cookies, which begin with '
            f"{_RESERVED_COOKIES}"
        )
        hint = (
            "write the name of the cookie that the application sets, or sticky: true for the load balancer's"
        )
        yield Problem("TG552", at((*where, "sticky", "cookie")), message, hint)


def _contradictions(service: Service) -> Iterator[tuple[str, str, str]]:
    """Keys that AWS refuses together: the one that should change, what is wrong, and what to do."""
    algorithm = service.algorithm or "round_robin"
    sticky = service.sticky is not None and service.sticky.enabled
    if service.slow_start and algorithm != "round_robin":
        message = f"slow_start needs the algorithm round_robin, not {algorithm}"
        yield "slow_start", message, "remove slow_start or algorithm"
    if sticky and algorithm == "weighted_random":
        message = "sticky sessions cannot be used with the algorithm weighted_random"
        yield "sticky", message, "remove sticky, or write another algorithm"
    if service.anomaly_mitigation and algorithm != "weighted_random":
        message = f"anomaly_mitigation needs the algorithm weighted_random, not {algorithm}"
        yield "anomaly_mitigation", message, "add algorithm: weighted_random, or remove it"
    if sticky and service.cross_zone is False:
        message = "sticky sessions cannot be used with cross_zone: false"
        yield "sticky", message, "remove sticky or cross_zone"


def label(service: str, balancer: str, port: str | None) -> Label:
    """Of one port and one load balancer: AWS lets no other forward to the same target group."""
    return names.label(service, *([] if balancer == MAIN else [balancer]), *ports.suffix(port))


def network_label(key: str, balancer: str, port: str, service: Service) -> Label:
    """Of one port behind a network load balancer, and of how it is checked: the provider keeps the path and
    the codes of a target group, and refuses them where the check only opens a connection."""
    check = "http" if ports.health_check(service, port).path else "tcp"
    return names.label(label(key, balancer, port), check)


def balancers(service: Service) -> tuple[str, ...]:
    """The load balancers that send requests to a service, `main` first."""
    found = {balancer_of(route.listener or "") for route in service.routes}
    return tuple(sorted(found, key=lambda key: (key != MAIN, key)))


def network_attributes(service: Service, protocol: str) -> Iterator[tuple[Label, bool | int | str]]:
    """Those behind a network load balancer. Behind UDP listeners, tasks see the addresses of clients anyway
    (network/edit-target-group-attributes)."""
    if protocol == TCP.upper():
        if service.preserve_client_ip is not None:
            yield Label("preserve_client_ip"), service.preserve_client_ip
        if service.proxy_protocol:
            yield Label("proxy_protocol_v2"), True
    if service.connection_termination is not None:
        yield Label("connection_termination"), service.connection_termination


def attributes(service: Service) -> Iterator[tuple[Label, bool | int | str]]:
    """The arguments besides those that every target group has.

    Those that AWS keeps when they are not said are said as soon as the spec does.
    """
    if service.slow_start:
        yield Label("slow_start"), service.slow_start
    if service.algorithm is not None:
        yield Label("load_balancing_algorithm_type"), service.algorithm
    if service.anomaly_mitigation is not None:
        yield Label("load_balancing_anomaly_mitigation"), _ON if service.anomaly_mitigation else _OFF


def cross_zone(service: Service, *, network: bool = False) -> Iterator[str]:
    if service.cross_zone is not None:
        on = "true" if network else "use_load_balancer_configuration"
        yield on if service.cross_zone else "false"


def stickiness(service: Service) -> Iterator[Stickiness]:
    if service.sticky:
        cookie = service.sticky.cookie
        yield Stickiness(
            kind="app_cookie" if cookie else "lb_cookie",
            enabled=service.sticky.enabled,
            duration=service.sticky.duration,
            cookies=(cookie,) if cookie else (),
        )
