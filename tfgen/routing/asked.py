"""Which of several load balancers gets a request: DNS decides, and the spec has only a part of it."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tfgen.blueprint.model import Blueprint, ExistingLoadBalancer, ListenerRule, LoadBalancer
from tfgen.problems import Exit, TfgenError
from tfgen.routing.patterns import matches_any
from tfgen.routing.request import Request
from tfgen.texts import in_line

AnyBalancer = LoadBalancer | ExistingLoadBalancer


class Asked(NamedTuple):
    """`others` are the load balancers that could as well get the request, for all that it says."""

    balancer: AnyBalancer
    others: tuple[str, ...] = ()


def every_balancer(blueprint: Blueprint) -> tuple[AnyBalancer, ...]:
    return (*blueprint.load_balancer, *blueprint.existing_load_balancer)


def known_balancer(blueprint: Blueprint, name: str) -> str:
    """A name from the command line, if a load balancer that services use has it."""
    names = [each.key for each in every_balancer(blueprint)]
    if name in names:
        return name
    message = f"--load-balancer {in_line(name)}: no load balancer of this stack has that name and routes"
    found = f" ({', '.join(names)})" if names else ""
    raise TfgenError(message=f"{message}{found}", code=Exit.WRONG_USAGE)


def asked_balancer(blueprint: Blueprint, request: Request) -> Asked | None:
    """The one that the request names; else the one whose name, or a host of whose routes, it is for; of
    several, one that is not internal. None where there is none."""
    found: Sequence[AnyBalancer] = every_balancer(blueprint)
    if request.balancer:
        found = [each for each in found if each.key == request.balancer]
    for is_meant in (_has_name, _has_host, _has_port):
        meant = [each for each in found if is_meant(blueprint, each, request)] if len(found) > 1 else []
        found = meant or found
    if not found:
        return None
    first, *others = sorted(found, key=lambda each: (_is_network(each), _is_inside(each)))
    return Asked(first, tuple(each.key for each in others))


def _is_network(balancer: AnyBalancer) -> bool:
    """Whether it has no rules, so that others are meant where both could be."""
    return isinstance(balancer, LoadBalancer) and balancer.is_network


def _is_inside(balancer: AnyBalancer) -> bool:
    return isinstance(balancer, LoadBalancer) and balancer.internal


def _has_name(_: Blueprint, balancer: AnyBalancer, request: Request) -> bool:
    """Whether the host is a name that the stack has records of."""
    own = balancer.records if isinstance(balancer, LoadBalancer) else ()
    return matches_any(tuple(name for records in own for name in records.names), request.host)


def _has_host(blueprint: Blueprint, balancer: AnyBalancer, request: Request) -> bool:
    """Whether a rule is for the host."""
    names = {listener.key for listener in balancer.listeners}
    rules = (rule for service in blueprint.services for rule in service.rules if rule.listener in names)
    return matches_any(tuple(host for rule in rules for host in rule_hosts(rule)), request.host)


def _has_port(_: Blueprint, balancer: AnyBalancer, request: Request) -> bool:
    """Whether a listener has the port; which ones those have that exist is not known."""
    own = balancer.listeners if isinstance(balancer, LoadBalancer) else ()
    return any(listener.port == request.port for listener in own)


def rule_hosts(rule: ListenerRule) -> Iterator[str]:
    yield from (host.lower() for values in rule.hosts for host in values)
