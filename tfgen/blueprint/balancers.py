"""Several load balancers in one stack: what makes them hard to tell apart, and what they cannot share."""

from collections.abc import Callable, Iterator

from tfgen import facts
from tfgen.blueprint import load_balancer, names, ports, target_groups
from tfgen.blueprint.tls import makes_certificate
from tfgen.problems import Locate, Problem
from tfgen.spec.balancers import Balancer, balancers_of
from tfgen.spec.model import Spec


def problems(spec: Spec, at: Locate) -> Iterator[Problem]:
    """What is wrong with load balancers together, and with services behind several."""
    every = balancers_of(spec)
    yield from _word_problems(every, at)
    yield from _name_problems(every, spec, at)
    yield from _domain_problems(every, at)
    most = facts.limits()["target_groups_per_service"].value
    for key, service in spec.services.items():
        fronts = target_groups.balancers(service)
        count = sum(len(ports.routed(service, balancer)) for balancer in fronts)
        if count > most:
            message = (
                f'"{key}" needs {count} target groups, one for each load balancer and port of its routes; '
                f"ECS registers tasks in at most {most}"
            )
            hint = "give some of them another service, or put several listeners on one load balancer"
            yield Problem("TG573", at(("services", key, "routes")), message, hint)
        yield from _group_problems(key, spec, at)


def _group_problems(key: str, spec: Spec, at: Locate) -> Iterator[Problem]:
    """A service lets a security group in once for each port, however many load balancers are in the group."""
    service, owners = spec.services[key], dict[tuple[str, int], str]()
    joined = {each.key: each.said.existing for each in balancers_of(spec) if each.said.existing}
    for front in target_groups.balancers(service):
        existing = joined.get(front)
        for port in ports.routed(service, front) if existing else ():
            number = service.ports[port].number
            other = owners.setdefault((repr(existing and existing.security_group), number), front)
            if other != front:
                message = (
                    f'"{key}" would let in the security group of "{other}" and "{front}" twice at port '
                    f"{number}; AWS refuses the second rule"
                )
                hint = f'write the listeners of "{front}" under "{other}", whose listener_arns can be of both'
                yield Problem("TG575", at(("services", key, "routes")), message, hint)


def _word_problems(every: tuple[Balancer, ...], at: Locate) -> Iterator[Problem]:
    """A word in a route that could mean a load balancer, or the listener of another one."""
    for each in every:
        for other in every:
            if other is not each and each.key in other.said.listener_names:
                message = (
                    f'"{each.key}" is the name of a listener of "{other.key}" too: a route could mean both'
                )
                yield Problem("TG571", at(each.path), message, "give one of them another name")


def _name_problems(every: tuple[Balancer, ...], spec: Spec, at: Locate) -> Iterator[Problem]:
    """Names that differ can still lead to one name in AWS, or to one variable."""
    for each, other, name in _met(every, lambda balancer: _names_of(balancer, spec)):
        message = f'the load balancers "{other}" and "{each.key}" would both have the name {name}'
        yield Problem("TG572", at(each.path), message, "rename one of them")


def _names_of(balancer: Balancer, spec: Spec) -> Iterator[tuple[str, str]]:
    if balancer.said.existing is None:
        name = names.load_balancer(
            spec.name, balancer.key, internal=balancer.said.is_internal, network=balancer.is_network
        )
        yield name, name
    for listener in balancer.said.listener_names:
        variable = load_balancer.arn_input(balancer.full_name(listener))
        yield variable, variable


def _domain_problems(every: tuple[Balancer, ...], at: Locate) -> Iterator[Problem]:
    """A name leads to one load balancer, and one of them has the record that its certificate needs."""
    for each, other, what in _met(every, _record_names):
        message = f'the load balancers "{other}" and "{each.key}" would both make {what}'
        hint = "give the name to one of them; another may have the certificate of a name by its ARN"
        yield Problem("TG574", at((*each.path, "domain")), message, hint)


def _record_names(balancer: Balancer) -> Iterator[tuple[str, str]]:
    """The records of a load balancer, by zone and name, and what each is."""
    said, zone = balancer.said, repr(balancer.said.zone)
    yield from ((f"{zone} {name}", f"the record of {name}") for name in said.domains)
    if makes_certificate(said):
        validated = dict.fromkeys(name.removeprefix("*.") for name in said.domains)
        for name in validated:
            yield f"{zone} _acm.{name}", f"the record that validates the certificate of {name}"


def _met(
    every: tuple[Balancer, ...], things: Callable[[Balancer], Iterator[tuple[str, str]]]
) -> Iterator[tuple[Balancer, str, str]]:
    """For each two load balancers the first thing that both have: the later, the other, and what it is."""
    owners: dict[str, str] = {}
    for each in every:
        told: set[str] = set()
        for thing, what in things(each):
            other = owners.setdefault(thing, each.key)
            if other not in (each.key, *told):
                told.add(other)
                yield each, other, what
