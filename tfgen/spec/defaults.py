"""Fills in what the spec leaves out and what follows from the rest of it.

After this, only fields for which None means "there is none" are None (a memory, a listener), and `port` and
`connect` have become `ports` and a list.
"""

from collections.abc import Iterator, Mapping
from typing import Literal, TypeVar

from msgspec.structs import replace

from tfgen import facts
from tfgen.problems import Locate, Problem, SpecPath, has_errors
from tfgen.spec import images, ports
from tfgen.spec.balancers import balancers_of, listener_words, network_listeners
from tfgen.spec.model import (
    HTTPS,
    MAIN,
    ROLLING,
    WITH_TLS,
    WORLD,
    WORLDS,
    Backend,
    CircuitBreaker,
    Cost,
    Deployment,
    Egress,
    FlowLogs,
    Listener,
    LoadBalancer,
    Network,
    PrivateDns,
    Redirect,
    Redirection,
    Route,
    RouteLogin,
    Service,
    Spec,
    Subnets,
    TaskKeys,
    usual_address_type,
    usual_clients,
    usual_subnets,
)


def fill_defaults(spec: Spec, at: Locate) -> tuple[Spec, list[Problem]]:
    """The spec with every default in its place, and what prevents one."""
    problems = [
        *_zone_problems(spec, at),
        *_retention_problems(spec, at),
        *ports.problems(spec, at),
        *images.problems(spec, at),
        *_balancer_problems(spec, at),
    ]
    if has_errors(problems):
        return spec, problems
    fronted = _fill_balancers(spec, at)
    words = listener_words(fronted)
    filled = replace(
        fronted,
        network=_fill_network(spec),
        services={
            key: _fill_service(key, _fill_logins(service, fronted, words), fronted, words)
            for key, service in spec.services.items()
        },
        jobs={key: _fill_task(job, fronted) for key, job in spec.jobs.items()},
        insights=spec.insights or ("on" if spec.cluster is None else None),
        dns=spec.dns or _default_zone(spec),
        backend=spec.backend and _fill_backend(spec.backend, spec),
        cost=_fill_cost(spec.cost, spec),
    )
    return filled, problems


_DNS_LABEL = 63  # RFC 1035


def _default_zone(spec: Spec) -> PrivateDns | None:
    """The zone of names in DNS, where there are any."""
    if any(service.dns for service in spec.services.values()):
        return PrivateDns(zone=f"{spec.name[:_DNS_LABEL].rstrip('-')}.internal")
    return None


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
    said: dict[SpecPath, int | None] = {("logs", "retention"): spec.logs.retention}
    if flow_logs := spec.network.flow_logs:
        said["network", "flow_logs", "retention"] = flow_logs.retention
    for path, wanted in said.items():
        if wanted is not None and wanted not in days:
            message = f"CloudWatch cannot keep logs for {wanted} days"
            near = min(days, key=lambda day: (abs(day - wanted), day))
            hint = f"write {near}, the nearest value; all values: {', '.join(map(str, days))}"
            yield Problem("TG115", at(path), message, hint)


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
        flow_logs=network.flow_logs and _fill_flow_logs(network.flow_logs, spec),
        nat_zone=network.nat_zone or (zones[0] if _has_single_nat(network) else None),
        subnets=Subnets(
            public=network.subnets.public or usual.public,
            private=network.subnets.private or usual.private,
            database=usual.database if network.subnets.database is True else network.subnets.database or None,
        ),
    )


def _fill_flow_logs(said: FlowLogs, spec: Spec) -> FlowLogs:
    usual = None if said.bucket else spec.logs.retention
    return replace(said, retention=usual if said.retention is None else said.retention)


def _has_single_nat(network: Network) -> bool:
    return network.way_out.nat and network.nat.zones == "single"


def _balancer_problems(spec: Spec, at: Locate) -> Iterator[Problem]:
    if spec.load_balancer is not None and spec.load_balancers:
        message = "load_balancer is short for one of load_balancers, and both are here"
        hint = f"write what load_balancer has as {MAIN} into load_balancers"
        yield Problem("TG570", at(("load_balancer",)), message, hint)


def _fill_balancers(spec: Spec, at: Locate) -> Spec:
    filled = {
        each.key: _fill_redirections(
            _load_balancer(each.said, spec.network, (*each.path, "listeners"), at), spec
        )
        for each in balancers_of(spec)
    }
    if spec.load_balancers:
        return replace(spec, load_balancers=filled)
    return replace(spec, load_balancer=filled[MAIN])


def _load_balancer(said: LoadBalancer, network: Network, path: SpecPath, at: Locate) -> LoadBalancer:
    """`path` is that of its listeners."""
    said = replace(said, ip_address_type=said.ip_address_type or usual_address_type(said, network))
    is_said, cidrs = at(path).path == path, usual_clients(said, network) if said.cidrs is None else said.cidrs
    if said.existing and not is_said:
        return replace(said, cidrs=cidrs, listeners={})  # the default is for one of the stack's own
    if said.is_network and not is_said:
        said, is_said = replace(said, listeners={}), True  # the default is for HTTP
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
    has_tls = protocol in WITH_TLS
    shared = load_balancer.certificate if has_tls else None
    policy = facts.default_tls_policy() if has_tls else None
    return replace(
        listener,
        protocol=protocol,
        certificate=listener.certificate or shared,
        policy=listener.policy or policy,
        cidrs=load_balancer.cidrs if listener.cidrs is None else listener.cidrs,
    )


def _protocol(listener: Listener, load_balancer: LoadBalancer) -> Literal["http", "https", "tcp", "tls"]:
    """Port 80 is for HTTP, and so is what sends clients on to HTTPS."""
    if load_balancer.is_network:
        return "tls" if listener.certificate else "tcp"
    if listener.certificate:
        return "https"
    has_tls = bool(load_balancer.certificates or load_balancer.domains)
    plain = listener.port == _HTTP or (listener.redirects_the_rest and listener.port != HTTPS)
    return "https" if has_tls and not plain else "http"


_HTTP = 80


_USUAL_COUNT = 2


def _fill_service(key: str, service: Service, spec: Spec, words: Mapping[str, str]) -> Service:
    """`spec` has its load balancers filled in; `words` are those that mean listeners."""
    listener = words.get(service.listener or "", service.listener)
    service = replace(service, port=None, ports=ports.all_ports(service))
    routes = [_fill_route(route, listener, service.default_port, words) for route in service.routes]
    routes += _default_routes(key, routes, service, spec)
    service = replace(service, deployment=_fill_deployment(service.deployment, words))
    routed, network = replace(service, routes=routes), network_listeners(spec)
    return replace(
        _fill_task(routed, spec),
        ports={name: ports.fill_port(name, port, routed, network) for name, port in routed.ports.items()},
        listener=listener if routes else service.listener,
        health_check=ports.service_health_check(routed, network),
        connect=[ports.fill_connect(each, service) for each in service.connects],
        dns=service.dns and ports.fill_dns(service.dns, service),
        count=_USUAL_COUNT if service.count is None and not service.scaling else service.count,
    )


_Task = TypeVar("_Task", bound=TaskKeys)


def _fill_task(task: _Task, spec: Spec) -> _Task:
    """What services and jobs have alike."""
    return replace(
        task,
        image=images.full_image(task.image, spec),
        containers={
            name: replace(sidecar, image=images.full_image(sidecar.image, spec))
            for name, sidecar in task.containers.items()
        },
        memory=task.memory or _default_memory(task.cpu),
        egress=_fill_egress(task, spec.network),
        was=[task.was] if isinstance(task.was, str) else task.was,
    )


def _fill_deployment(said: Deployment, words: Mapping[str, str]) -> Deployment:
    """A rolling deployment with its circuit breaker, and tests with the full name of their listener."""
    test, breaker = said.test, said.circuit_breaker
    if test and test.listener:
        test = replace(test, listener=words.get(test.listener, test.listener))
    if said.strategy == ROLLING:
        breaker = breaker or CircuitBreaker()
    return replace(said, test=test, circuit_breaker=breaker)


def _default_routes(key: str, routes: list[Route], service: Service, spec: Spec) -> list[Route]:
    """Those of a service that is the default of listeners."""
    known = {route.listener for route in routes if _takes_everything(route)}
    return [
        Route(path="/", listener=balancer.full_name(name), port=service.default_port, login=service.login)
        for balancer in balancers_of(spec)
        for name, listener in balancer.listeners
        if listener.default and listener.default.service == key and balancer.full_name(name) not in known
    ]


def _takes_everything(route: Route) -> bool:
    usual = Route(
        listener=route.listener,
        port=route.port,
        priority=route.priority,
        weight=route.weight,
        sticky=route.sticky,
        login=route.login,
        rewrite=route.rewrite,
    )
    return replace(route, path="/") == usual and not {"/", "/*"}.isdisjoint(route.paths)


def _fill_route(route: Route, listener: str | None, port: str | None, words: Mapping[str, str]) -> Route:
    named = words.get(route.listener, route.listener) if route.listener else listener
    return replace(route, listener=named, port=route.port or port)


def _fill_redirections(load_balancer: LoadBalancer, spec: Spec) -> LoadBalancer:
    """Those of listeners, with the names of their logins."""

    def fill(said: Redirection) -> Redirection:
        return replace(said, login=_named_login(said.login, None, spec))

    return replace(
        load_balancer,
        listeners={
            key: replace(listener, redirects=list(map(fill, listener.redirects)))
            for key, listener in load_balancer.listeners.items()
        },
    )


def _fill_logins(service: Service, spec: Spec, words: Mapping[str, str]) -> Service:
    """The logins of a service and its routes by their names, as far as the spec says which. Routes on a
    network load balancer have none."""
    own, network = _named_login(service.login, None, spec), network_listeners(spec)
    usual = words.get(service.listener or "", "")
    inherited = {
        index: own
        for index, route in enumerate(service.routes)
        if words.get(route.listener or "", usual if not route.listener else "") not in network
    }
    routes = [
        replace(route, login=_named_login(route.login or inherited.get(index), own, spec))
        for index, route in enumerate(service.routes)
    ]
    return replace(service, login=own, routes=routes)


def _named_login(said: RouteLogin | None, inherited: RouteLogin | None, spec: Spec) -> RouteLogin | None:
    """`true` is the login of the service, or else the only one."""
    if said is None or said.name is not True:
        return said
    if inherited and isinstance(inherited.name, str):
        return replace(inherited, unauthenticated=said.unauthenticated or inherited.unauthenticated)
    return replace(said, name=next(iter(spec.logins))) if len(spec.logins) == 1 else said


def _default_memory(cpu: int) -> int:
    enough = [memory for memory in facts.fargate_sizes().get(cpu, ()) if memory >= 2 * cpu]
    return min(enough, default=2 * cpu)


def _fill_egress(task: TaskKeys, network: Network) -> Literal["all"] | list[Egress]:
    anywhere = WORLDS if network.ipv6 else (WORLD,)
    if task.egress is None:
        return [Egress(cidr=each, port=HTTPS) for each in anywhere] if network.way_out.to_internet else []
    if task.egress == "all":
        return "all"
    filled = [_fill_entry(each) for each in task.egress]
    # Those of IPv6 last, so that the others keep their places.
    more = (
        replace(entry, cidr=cidr)
        for cidr in anywhere[1:]
        for entry, said in zip(filled, task.egress, strict=True)
        if not _names_somebody(said) and said.protocol != "icmp"  # of IPv6 it is another protocol
    )
    return [*filled, *(each for each in more if each not in filled)]


def _fill_entry(entry: Egress) -> Egress:
    """An entry with its addresses and its port: any, and HTTPS."""
    port = entry.port if entry.port is not None or entry.protocol == "icmp" else HTTPS
    return replace(entry, cidr=entry.cidr if _names_somebody(entry) else WORLD, port=port)


def _names_somebody(entry: Egress) -> bool:
    return bool(entry.cidr or entry.security_group or entry.prefix_list)


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
