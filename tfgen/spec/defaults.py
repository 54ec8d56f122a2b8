"""Fills in what the spec leaves out and what follows from the rest of it.

After this no field is None except those that mean "there is none" (a port, a Connect name).
"""

from collections.abc import Iterator

from msgspec.structs import replace

from tfgen import facts
from tfgen.problems import Locate, Location, Problem, has_errors
from tfgen.spec.model import (
    WORLD,
    Backend,
    Connect,
    Egress,
    Listener,
    LoadBalancer,
    Network,
    Route,
    Service,
    Spec,
    Subnets,
)


def fill(spec: Spec, at: Locate) -> tuple[Spec, list[Problem]]:
    """The spec with every default in its place, and what stood in the way."""
    problems = [*_zone_problems(spec, at), *_retention_problems(spec, at)]
    if has_errors(problems):
        return spec, problems
    filled = replace(
        spec,
        network=_network(spec),
        load_balancer=_load_balancer(spec.load_balancer),
        services={
            key: _service(service, spec.load_balancer, spec.network) for key, service in spec.services.items()
        },
        backend=spec.backend and _backend(spec.backend, spec),
    )
    return filled, problems


def _zone_problems(spec: Spec, at: Locate) -> Iterator[Problem]:
    """Which letters a count means is known only for known regions; a list speaks for itself."""
    zones = spec.network.zones
    where = at(("network", "zones"))
    region = facts.regions().get(spec.region)
    if isinstance(zones, list):
        yield from _zone_list_problems(zones, region, where)
        return
    if region is None:
        message = f'tfgen does not know the zones of region "{spec.region}"'
        yield Problem("TG110", at(("region",)), message, "list them: zones: [a, b]")
    elif region.zones_vary:
        message = f"which zones {spec.region} has differs between accounts"
        hint = f"list yours: zones: [a, c] (aws ec2 describe-availability-zones --region {spec.region})"
        yield Problem("TG111", where, message, hint)
    elif zones > len(region.zones):
        message = f"{spec.region} has {len(region.zones)} zones ({', '.join(region.zones)}), not {zones}"
        yield Problem("TG112", where, message)


def _zone_list_problems(zones: list[str], region: facts.Region | None, where: Location) -> Iterator[Problem]:
    if len(set(zones)) < len(zones):
        yield Problem("TG113", where, "a zone is listed twice")
    if not 2 <= len(zones) <= 6:
        yield Problem("TG113", where, f"expected 2 to 6 zones, not {len(zones)}")
    if region and not region.zones_vary:
        for letter in sorted(set(zones) - set(region.zones)):
            message = f'{region.name} has no zone "{letter}" that tfgen knows of'
            hint = f"its zones are {', '.join(region.zones)}"
            severity = "warning" if region.unconfirmed else "error"
            yield Problem("TG114", where, message, hint, severity)


def _retention_problems(spec: Spec, at: Locate) -> Iterator[Problem]:
    days = facts.log_retention_days()
    if spec.logs.retention not in days:
        message = f"CloudWatch cannot keep logs for {spec.logs.retention} days"
        hint = f"nearest: {min(days, key=lambda day: (abs(day - spec.logs.retention), day))}; all: {days}"
        yield Problem("TG115", at(("logs", "retention")), message, hint)


def _network(spec: Spec) -> Network:
    network = spec.network
    if isinstance(network.zones, int):
        zones = list(facts.regions()[spec.region].zones[: network.zones])
    else:
        zones = sorted(network.zones)
    length = int(network.cidr.rpartition("/")[2])
    # A load balancer wants a /27 or larger in each zone (aws.md section 5); AWS ends at /28.
    public = network.subnets.public or min(length + 6, max(27, length))
    private = network.subnets.private or min(length + 4, 28)
    return replace(
        network,
        zones=zones,
        nat_zone=(network.nat_zone or zones[0]) if network.nat == "single" else network.nat_zone,
        subnets=Subnets(public=public, private=private),
    )


def _load_balancer(load_balancer: LoadBalancer) -> LoadBalancer:
    listeners = {
        key: Listener(
            port=listener.port,
            cidrs=list(load_balancer.cidrs if listener.cidrs is None else listener.cidrs),
        )
        for key, listener in load_balancer.listeners.items()
    }
    return replace(load_balancer, listeners=listeners)


def _service(service: Service, load_balancer: LoadBalancer, network: Network) -> Service:
    listener = service.listener or _default_listener(load_balancer)
    return replace(
        service,
        routes=[_route(route, listener) for route in service.routes],
        listener=listener if service.routes else service.listener,
        connect=service.connect and _connect(service.connect, service),
        memory=service.memory or _memory(service.cpu),
        egress_cidrs=_egress(service, network),
    )


def _default_listener(load_balancer: LoadBalancer) -> str | None:
    if "http" in load_balancer.listeners or len(load_balancer.listeners) != 1:
        return "http" if "http" in load_balancer.listeners else None
    return next(iter(load_balancer.listeners))


def _route(route: Route, listener: str | None) -> Route:
    return replace(route, listener=route.listener or listener)


def _connect(connect: Connect, service: Service) -> Connect:
    return replace(connect, port=connect.port or (service.port and service.port.number))


def _memory(cpu: int) -> int:
    enough = [memory for memory in facts.fargate_sizes().get(cpu, ()) if memory >= 2 * cpu]
    return min(enough, default=2 * cpu)


def _egress(service: Service, network: Network) -> list[Egress]:
    if service.egress_cidrs is not None:
        return service.egress_cidrs
    return [] if network.egress == "endpoints" else [Egress(cidr=WORLD)]


def _backend(backend: Backend, spec: Spec) -> Backend:
    return replace(
        backend, key=backend.key or f"{spec.name}/terraform.tfstate", region=backend.region or spec.region
    )
