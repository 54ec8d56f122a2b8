"""Fills in what the spec leaves out and what follows from the rest of it.

After this, only fields for which None means "there is none" are None (a port, a Connect name).
"""

from collections.abc import Iterator
from typing import Literal

from msgspec.structs import replace

from tfgen import facts
from tfgen.problems import Locate, Problem, has_errors
from tfgen.spec.model import (
    HTTPS,
    LENIENT_CODES,
    WORLD,
    Backend,
    Connect,
    Cost,
    Egress,
    HealthCheck,
    Listener,
    LoadBalancer,
    Network,
    Redirect,
    Route,
    Service,
    Spec,
    Subnets,
    has_root,
    usual_clients,
    usual_health_check,
    usual_subnets,
)


def fill_defaults(spec: Spec, at: Locate) -> tuple[Spec, list[Problem]]:
    """The spec with every default in its place, and what prevents one."""
    problems = [*_zone_problems(spec, at), *_retention_problems(spec, at), *_code_problems(spec, at)]
    if has_errors(problems):
        return spec, problems
    balancer = _load_balancer(spec.load_balancer, spec.network, at)
    filled = replace(
        spec,
        network=_fill_network(spec),
        load_balancer=balancer,
        services={
            key: _fill_service(key, service, balancer, spec.network) for key, service in spec.services.items()
        },
        backend=spec.backend and _fill_backend(spec.backend, spec),
        cost=_fill_cost(spec.cost, spec),
    )
    return filled, problems


def _zone_problems(spec: Spec, at: Locate) -> Iterator[Problem]:
    """Which letters a count means is known only for known regions; a list is complete in itself."""
    zones = spec.network.zones
    where = at(("network", "zones"))
    region = facts.regions().get(spec.region)
    if region is None:
        yield _unknown_region(spec, at)
    if spec.network.vpc:
        return  # its subnets name them
    if isinstance(zones, list):
        yield from _zone_list_problems(zones, region, at)
    elif region and region.zones_vary:
        message = f"the zones of {spec.region} differ between accounts"
        hint = (
            "list the zones of your account: zones: [a, c] (aws ec2 describe-availability-zones --region "
            f"{spec.region})"
        )
        yield Problem("TG111", where, message, hint)
    elif region and zones > len(region.zones):
        message = f"{spec.region} has {len(region.zones)} zones ({', '.join(region.zones)}), not {zones}"
        yield Problem("TG112", where, message, f"write zones: {len(region.zones)}")


def _unknown_region(spec: Spec, at: Locate) -> Problem:
    """An error where zones are only counted; else a warning, since AWS may have newer regions."""
    listed = spec.network.vpc or isinstance(spec.network.zones, list)
    message = f'unknown region "{spec.region}"'
    near = facts.regions_like(spec.region)
    hint = f"did you mean {' or '.join(near)}?" if near else ""
    if listed:
        message += ", assumed to be in the partition aws"
        return Problem("TG110", at(("region",)), message, hint, "warning")
    message += ", whose zones are unknown too"
    newer = "if it is newer than this version of tfgen, list its zones: zones: [a, b]"
    return Problem("TG110", at(("region",)), message, f"{hint} ({newer})" if hint else newer)


def _zone_list_problems(zones: list[str], region: facts.Region | None, at: Locate) -> Iterator[Problem]:
    path = ("network", "zones")
    if not 2 <= len(zones) <= 6:
        hint = "list at least two: a load balancer needs them" if len(zones) < 2 else ""
        yield Problem("TG113", at(path), f"expected 2 to 6 zones, not {len(zones)}", hint)
    for index, letter in enumerate(zones):
        if letter in zones[:index]:
            yield Problem(
                "TG113", at((*path, index)), f'zone "{letter}" is listed twice', ("remove one of them")
            )
        elif region and not region.zones_vary and letter not in region.zones:
            message = f'{region.name} has no known zone "{letter}"'
            hint = f"write one of its zones: {', '.join(region.zones)}"
            severity = "warning" if region.unconfirmed else "error"
            yield Problem("TG114", at((*path, index)), message, hint, severity)


def _retention_problems(spec: Spec, at: Locate) -> Iterator[Problem]:
    days = facts.log_retention_days()
    if spec.logs.retention not in days:
        message = f"CloudWatch cannot keep logs for {spec.logs.retention} days"
        near = min(days, key=lambda day: (abs(day - spec.logs.retention), day))
        hint = f"write {near}, the nearest value; all values: {', '.join(map(str, days))}"
        yield Problem("TG115", at(("logs", "retention")), message, hint)


def _code_problems(spec: Spec, at: Locate) -> Iterator[Problem]:
    for key, service in spec.services.items():
        for codes in (service.health_check.codes or "").split(","):
            ends = codes.split("-")
            if len(ends) > 2 or ends != sorted(ends):
                message = f'"{codes}" is not a range of HTTP codes: the lower code comes first'
                low, *_, high = sorted(ends)
                where = at(("services", key, "health_check", "codes"))
                yield Problem("TG116", where, message, f'write "{low}-{high}"')


def _fill_network(spec: Spec) -> Network:
    network = spec.network
    if network.vpc:
        zones = sorted({*network.vpc.public_subnets, *network.vpc.private_subnets})
        return replace(network, zones=zones)
    if isinstance(network.zones, int):
        zones = list(facts.regions()[spec.region].zones[: network.zones])
    else:
        zones = sorted(network.zones)  # their order in the spec must not change the stack
    usual = usual_subnets(network.cidr)
    return replace(
        network,
        zones=zones,
        nat_zone=network.nat_zone or (zones[0] if _has_single_nat(network) else None),
        subnets=Subnets(
            public=network.subnets.public or usual.public,
            private=network.subnets.private or usual.private,
            database=usual.database if network.subnets.database is True else network.subnets.database or None,
        ),
    )


def _has_single_nat(network: Network) -> bool:
    return network.way_out.nat and network.nat.zones == "single"


def _load_balancer(said: LoadBalancer, network: Network, at: Locate) -> LoadBalancer:
    path = ("load_balancer", "listeners")
    is_said, cidrs = at(path).path == path, usual_clients(said, network) if said.cidrs is None else said.cidrs
    if said.existing and not is_said:
        return replace(said, cidrs=cidrs, listeners={})  # the default is for one of the stack's own
    has_tls = bool(said.certificates or said.domains)
    listeners = _TLS_LISTENERS if has_tls and not is_said else said.listeners
    filled = replace(said, cidrs=cidrs, domain=said.domains)
    return replace(
        filled, listeners={key: _fill_listener(listener, filled) for key, listener in listeners.items()}
    )


_TLS_LISTENERS = {"https": Listener(port=443), "http": Listener(port=80, redirect=Redirect(to="https"))}
"""The listeners of a load balancer with certificates."""


def _fill_listener(listener: Listener, load_balancer: LoadBalancer) -> Listener:
    protocol = listener.protocol or _protocol(listener, load_balancer)
    shared = load_balancer.certificate if protocol == "https" else None
    policy = facts.default_tls_policy() if protocol == "https" else None
    return replace(
        listener,
        protocol=protocol,
        certificate=listener.certificate or shared,
        policy=listener.policy or policy,
        cidrs=load_balancer.cidrs if listener.cidrs is None else listener.cidrs,
    )


def _protocol(listener: Listener, load_balancer: LoadBalancer) -> Literal["http", "https"]:
    """Port 80 is for HTTP, and so is what sends clients on to HTTPS."""
    if listener.certificate:
        return "https"
    has_tls = bool(load_balancer.certificates or load_balancer.domains)
    plain = listener.port == _HTTP or (listener.redirects_the_rest and listener.port != HTTPS)
    return "https" if has_tls and not plain else "http"


_HTTP = 80


def _fill_service(key: str, service: Service, load_balancer: LoadBalancer, network: Network) -> Service:
    listener = service.listener or _default_listener(load_balancer)
    routes = [_fill_route(route, listener) for route in service.routes]
    routes += _default_routes(key, routes, load_balancer)
    return replace(
        service,
        routes=routes,
        listener=listener if routes else service.listener,
        health_check=_health_check(replace(service, routes=routes)),
        connect=service.connect and _fill_connect(service.connect, service),
        memory=service.memory or _default_memory(service.cpu),
        egress=_fill_egress(service, network),
        was=[service.was] if isinstance(service.was, str) else service.was,
    )


def _default_listener(load_balancer: LoadBalancer) -> str | None:
    """`http`, or `https` where that has TLS or the other one redirects; or the only one with routes."""
    own = load_balancer.listeners
    names = [
        name
        for name in load_balancer.listener_names
        if load_balancer.existing or not own[name].redirects_the_rest
    ]
    usual = ["https", "http"] if "https" in own and own["https"].protocol == "https" else ["http"]
    found = [name for name in usual if name in names]
    return found[0] if found else names[0] if len(names) == 1 else None


def _default_routes(key: str, routes: list[Route], load_balancer: LoadBalancer) -> list[Route]:
    """Those of a service that is the default of listeners."""
    known = {route.listener for route in routes if _takes_everything(route)}
    return [
        Route(path="/", listener=name)
        for name, listener in load_balancer.listeners.items()
        if listener.default and listener.default.service == key and name not in known
    ]


def _takes_everything(route: Route) -> bool:
    usual = Route(listener=route.listener, priority=route.priority, weight=route.weight, sticky=route.sticky)
    return replace(route, path="/") == usual and not {"/", "/*"}.isdisjoint(route.paths)


def _fill_route(route: Route, listener: str | None) -> Route:
    return replace(route, listener=route.listener or listener)


def _health_check(service: Service) -> HealthCheck:
    """The path and the codes that the spec does not set.

    A service without a route for "/" rarely has anything there, and a 404 shows that it responds.
    """
    said, usual = service.health_check, usual_health_check()
    lost = service.routes and not said.path and not has_root(service)
    codes = LENIENT_CODES if lost else usual.codes
    return replace(said, path=said.path or usual.path, codes=said.codes or codes)


def _fill_connect(connect: Connect, service: Service) -> Connect:
    return replace(connect, port=connect.port or (service.port and service.port.number))


def _default_memory(cpu: int) -> int:
    enough = [memory for memory in facts.fargate_sizes().get(cpu, ()) if memory >= 2 * cpu]
    return min(enough, default=2 * cpu)


def _fill_egress(service: Service, network: Network) -> Literal["all"] | list[Egress]:
    if service.egress is None:
        return [Egress(cidr=WORLD, port=HTTPS)] if network.way_out.to_internet else []
    return service.egress if service.egress == "all" else [_fill_entry(each) for each in service.egress]


def _fill_entry(entry: Egress) -> Egress:
    """An entry with its addresses and its port: any, and HTTPS."""
    said = entry.cidr or entry.security_group or entry.prefix_list
    port = entry.port if entry.port is not None or entry.protocol == "icmp" else HTTPS
    return replace(entry, cidr=entry.cidr if said else WORLD, port=port)


def _fill_backend(backend: Backend, spec: Spec) -> Backend:
    # With the region: a stack of the same name in another one is another stack.
    key = backend.key or f"{spec.name}/{spec.region}/terraform.tfstate"
    return replace(backend, key=key, region=backend.region or spec.region)


def _fill_cost(cost: Cost, spec: Spec) -> Cost:
    """Small round numbers: nobody knows the traffic of a stack that is not deployed yet."""
    internet = 100 if spec.network.way_out.to_internet else 0
    usual = {"internet": internet, "clients": 100, "s3": 100, "ecr": 10, "logs": 10}
    return replace(
        cost,
        traffic=usual | cost.traffic,
        tasks={
            key: replace(each, high=each.low if each.high is None else each.high)
            for key, each in cost.tasks.items()
        },
    )
