"""The ECS services, each with everything that its file contains."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from msgspec import structs

from tfgen.blueprint import (
    access,
    alarms,
    blue_green,
    callees,
    capacity,
    connect_tls,
    containers,
    deployment,
    discovery,
    ebs,
    existing,
    load_balancer,
    names,
    namespaces,
    network_listeners,
    peers,
    permissions,
    ports,
    renames,
    scaling,
    security,
    target_groups,
    tasks,
    volumes,
)
from tfgen.blueprint.load_balancer import BoundRoute
from tfgen.blueprint.model import (
    Call,
    ConnectLogs,
    ConnectServer,
    ListenerRule,
    OrderTags,
    Role,
    Route,
    SecurityRule,
    Service,
    ServiceConnect,
    TargetGroup,
)
from tfgen.blueprint.references import References
from tfgen.hcl.text import Comment, Ref
from tfgen.problems import Locate, Problem
from tfgen.spec.balancers import balancers_of
from tfgen.spec.deployments import moves_requests
from tfgen.spec.model import LENIENT_CODES, Spec, has_root
from tfgen.spec.model import Service as ServiceSpec

_ANY_ANSWER = names.comment('No route is "/", so any response but a server error counts as healthy.')
_ORDERED = ("https", *network_listeners.PROTOCOLS)
"""The protocols of listeners whose names are a tag of the services behind them."""


class ServiceContext(NamedTuple):
    """What a service is built from besides its own section of the spec."""

    task: tasks.Context
    bound: tuple[BoundRoute, ...]

    @property
    def spec(self) -> Spec:
        return self.task.spec

    @property
    def calls(self) -> tuple[Call, ...]:
        return self.task.calls

    @property
    def references(self) -> References:
        return self.task.references

    @property
    def at(self) -> Locate:
        return self.task.at


def problems(spec: Spec, at: Locate) -> Iterator[Problem]:
    """What is wrong with services, each by itself, and with what jobs have like them."""
    for key, task in spec.tasks.items():
        yield from containers.problems(key, task, spec, at)
        yield from volumes.problems(key, task, spec, at)
        yield from ebs.problems(key, task, spec, at)
        yield from peers.problems(key, task, at)
        yield from callees.problems(key, task, spec, at)
    for key, service in spec.services.items():
        yield from _service_problems(key, service, at)
        yield from target_groups.problems(key, service, at)
        yield from scaling.problems(key, service, spec, at)
        yield from deployment.problems(key, service, at)
        yield from blue_green.problems(key, service, spec, at)
    yield from permissions.problems(spec, at)
    yield from discovery.problems(spec, at)
    yield from ports.problems(spec, at)
    yield from network_listeners.problems(spec, at)


def build(context: ServiceContext) -> tuple[Service, ...]:
    """The services, by name."""
    own = _by_service(context)
    return tuple(_build_service(key, own[key]) for key in sorted(context.spec.services))


def _order_tags(
    rules: tuple[ListenerRule, ...], network: Iterable[str], spec: Spec, reached: str
) -> dict[str, Any]:
    """What a service has tags for. Where rules move to another listener, as from HTTP to HTTPS, the old ones
    must outlive the new ones' creation, and nothing but a change of the service itself comes between them.
    So it is with the listeners of network load balancers."""
    own, text = sorted({*network, *(rule.listener for rule in rules)}), (reached,) if reached else ()
    known = {
        each.full_name(name): listener for each in balancers_of(spec) for name, listener in each.listeners
    }
    if any(name in known and known[name].protocol in _ORDERED for name in own):
        return {"reached": (), "order": (OrderTags(egress=text, listeners=" ".join(own)),)}
    return {"reached": text, "order": ()}


def _by_service(context: ServiceContext) -> dict[str, ServiceContext]:
    """For each service the routes and calls that concern it, so that the work grows with their number."""
    bound: dict[str, list[BoundRoute]] = {key: [] for key in context.spec.services}
    calls: dict[str, list[Call]] = {key: [] for key in context.spec.services}
    for route in context.bound:
        bound[route.service].append(route)
    for call in context.calls:
        for key in {call.caller, call.callee} & calls.keys():
            calls[key].append(call)
    return {
        key: ServiceContext(context.task._replace(calls=tuple(calls[key])), tuple(bound[key]))
        for key in context.spec.services
    }


def _service_problems(key: str, service: ServiceSpec, at: Locate) -> Iterator[Problem]:
    if service.routes and not service.ports:
        where = at(("services", key, "routes"))
        message = f'"{key}" has routes but no port'
        yield Problem("TG240", where, message, "add port: NUMBER")


def _build_service(key: str, context: ServiceContext) -> Service:
    spec, service = context.spec, context.spec.services[key]
    own = tasks.build(key, context.task)
    roles = (*own.roles.own, *_infrastructure_roles(key, context))
    front = _parts_of_front(key, context, own.reached, own.security_rules)
    return Service(
        **own.fields,
        **front,
        **capacity.build(service, spec),
        summary=_summary_comment(key, service, context),
        revisions=_REVISIONS,
        roles=roles,
        is_deployed_by_ci=service.deploys_by == "ci",
        ignored=tuple(deployment.ignored(service)),
        tasks=scaling.tasks(key, service, context.at),
        desired_count=scaling.desired_count(service),
        connect=_service_connect(key, service, context),
        dns=tuple(discovery.names_of(key, spec, context.at)),
        ebs=tuple(ebs.build(key, spec, context.references, context.at)),
        depends_on=(
            *existing.capacity_providers(spec),
            *access.policies(roles),
            *connect_tls.depends_on(service),
            *security.depends_on(own.security_rules),
            *load_balancer.depends_on(context.bound, key),
            *network_listeners.depends_on(key, spec),
            *_started_first(key, context),
        ),
    )


_REVISIONS = Comment("Old revisions stay active, so that a deployment can be rolled back to them.")


def _infrastructure_roles(key: str, context: ServiceContext) -> Iterator[Role]:
    """Those with which ECS itself works for the service."""
    for build_roles in (blue_green.roles, ebs.roles):
        for role in build_roles(key, context.spec, context.task.partition, context.references):
            yield existing.own_role(role, context.spec)


def _parts_of_front(
    key: str, context: ServiceContext, reached: str, allowed: tuple[SecurityRule, ...]
) -> dict[str, Any]:
    """What is between a service and its load balancers, and the tags that follow from it."""
    spec, service = context.spec, context.spec.services[key]
    rules = load_balancer.rules(context.bound, key, spec, context.references)
    listeners = tuple(network_listeners.build(key, spec, context.references))
    groups = tuple(_target_groups(key, service, context, allowed))
    own_alarms = tuple(alarms.of_service(key, spec, groups, context.references))
    known = alarms.refs_of_balancers(spec) | alarms.refs(own_alarms)
    return {
        **_order_tags(rules, (each.key for each in listeners), spec, reached),
        "target_groups": groups,
        "registrations": tuple(blue_green.registrations(key, service, groups, rules)),
        "alarms": own_alarms,
        "deployment": deployment.build(key, service.deployment, context.references, known),
        "scalings": tuple(scaling.build(key, spec, groups, context.references)),
        "routes": tuple(_every_route(key, context)),
        "listeners": listeners,
        "priorities": (*_priority_comments(rules), *load_balancer.shared_comments(context.bound, key)),
        "rules": rules,
        "grace_period": (service.grace_period,) if service.routes else (),
    }


def _every_route(key: str, context: ServiceContext) -> Iterator[Route]:
    yield from load_balancer.routes(context.bound, key)
    yield from network_listeners.route_parts(key, context.spec)


def _summary_comment(key: str, service: ServiceSpec, context: ServiceContext) -> Comment:
    """The first line of a service's file: what it is, in the spec's terms."""
    numbers = [str(port.number) for _, port in ports.ordered(service)]
    parts = [f"port{'s'[: len(numbers) - 1]} {names.listed(numbers)}" if numbers else "no port"]
    for balancer in target_groups.balancers(service):
        own = (each for each in _every_route(key, context) if each.balancer == balancer)
        noun = names.noun_of_balancer(balancer)
        parts.append(f"behind {noun} at {names.listed([route.text for route in own])}")
    called = [tasks.address(each, service) for each in ports.names_by_port(service)]
    called += [
        server.address
        for name in discovery.names_of(key, context.spec, context.at)
        for server in name.servers
    ]
    if called:
        parts.append(f"called as {names.listed(called)}")
    if service.containers:
        parts.append(f"with {names.listed(sorted(service.containers))}")
    called_first = tasks.callee_keys(key, context.task)
    if called := [*called_first, *sorted({*map(callees.address, service.outside)})]:
        parts.append(f"calls {names.listed(called)}")
    aws_name = renames.in_aws(key, context.spec)
    if aws_name != key:
        parts.append(f"named {aws_name} in AWS")
    return names.comment(f"{key}: {', '.join(parts)}.")


_DERIVED = (
    "Priorities are derived from each route alone, the most specific first: other routes never change them"
)


def _priority_comments(rules: tuple[ListenerRule, ...]) -> Iterator[Comment]:
    """How the priorities of a service's rules were derived."""
    pinned = [str(rule.priority) for rule in rules if rule.pinned]
    pins = f"{names.listed(pinned)} {'is' if len(pinned) == 1 else 'are'} pinned in the spec"
    if len(pinned) < len(rules):
        yield Comment(f"{_DERIVED}; {pins}." if pinned else f"{_DERIVED}.")
    elif pinned:
        yield Comment(f"{'Priority' if len(pinned) == 1 else 'Priorities'} {pins}.")


def _target_groups(
    key: str, service: ServiceSpec, context: ServiceContext, rules: tuple[SecurityRule, ...]
) -> Iterator[TargetGroup]:
    """One for each load balancer and each port that the service has routes on."""
    for balancer in target_groups.balancers(service):
        for port in ports.routed(service, balancer):
            group = _target_group(key, balancer, port, context)
            allowed = [
                rule
                for checked in group.check_port
                for rule in security.of_checked_port(rules, balancer, checked)
            ]
            order = tuple(security.depends_on(tuple(allowed)))
            group = structs.replace(group, depends_on=(order,) if order else ())
            yield group
            if moves_requests(service):
                yield blue_green.alternate(group)


def _target_group(key: str, balancer: str, port: str, context: ServiceContext) -> TargetGroup:
    spec, service = context.spec, context.spec.services[key]
    network = spec.balancers[balancer].is_network
    check = ports.health_check(service, port)
    spoken = ports.target_protocol(service.ports[port], network=network)
    aws_name, checked = renames.in_aws(key, spec), ports.checked_port(service, port)
    return TargetGroup(
        label=target_groups.network_label(key, balancer, port, service)
        if network
        else target_groups.label(key, balancer, port),
        balancer=balancer,
        name_prefix=names.target_group_prefix(
            aws_name, internal=spec.balancers[balancer].is_internal, version=spoken.mark
        ),
        name=names.target_group_tag(spec.name, aws_name, balancer, *ports.suffix(port)),
        service_key="-".join((key, *ports.suffix(port))),
        protocol=spoken.protocol,
        version=spoken.version,
        port=service.ports[port].number,
        check_port=() if checked is None else (checked,),
        check_protocol=tuple(ports.check_protocol(service, port)),
        path=check.path or "",
        codes=check.codes or "",
        interval=check.interval,
        timeout=check.timeout,
        healthy=check.healthy,
        unhealthy=check.unhealthy,
        comments=(_ANY_ANSWER,) if _takes_any_answer(service, port, spec) else (),
        at=ports.place_of_check(key, port, context.at),
        deregistration_delay=service.deregistration_delay,
        attributes=tuple(target_groups.network_attributes(service, spoken.protocol))
        if network
        else (*ports.attributes(spoken), *target_groups.attributes(service)),
        container=service.ports[port].container or aws_name,
        cross_zone=tuple(target_groups.cross_zone(service, network=network)),
        stickiness=() if network else tuple(target_groups.stickiness(service)),
    )


def _takes_any_answer(service: ServiceSpec, port: str, spec: Spec) -> bool:
    check, requested = ports.health_check(service, port), ports.of_requests(service, spec)
    return (check.path, check.codes) == ("/", LENIENT_CODES) and not has_root(requested, port)


def _service_connect(key: str, service: ServiceSpec, context: ServiceContext) -> tuple[ServiceConnect, ...]:
    if not context.spec.has_proxy(service):
        return ()
    servers = tuple(_connect_servers(key, service, context))
    said = service.connect_logs
    logs = (ConnectLogs(form=said.format.upper(), query=_SWITCH[said.query]),) if said else ()
    return (ServiceConnect(namespace=namespaces.arn(context.spec), access_logs=logs, servers=servers),)


_SWITCH = {True: "ENABLED", False: "DISABLED"}


def _connect_servers(key: str, service: ServiceSpec, context: ServiceContext) -> Iterator[ConnectServer]:
    for each in ports.names_by_port(service):
        yield ConnectServer(
            port_name=ports.name_in_connect(renames.in_aws(key, context.spec), each.port),
            discovery_name=namespaces.discovery_name(key, each, context.spec),
            dns_name=each.name,
            port=each.alias_port or 0,
            address=tasks.address(each, service),
            at=context.at(("services", key, "connect", service.connects.index(each))),
            service_key="-".join((key, *ports.suffix(each.port))),
            request_timeout=_said(each.timeouts.request),
            idle_timeout=_said(each.timeouts.idle),
            tls=tuple(connect_tls.of_name(each, context.references)),
        )


def _said(seconds: int | None) -> tuple[int, ...]:
    return () if seconds is None else (seconds,)


def _started_first(key: str, context: ServiceContext) -> Iterator[Ref]:
    for call in sorted(context.calls, key=lambda call: call.callee):
        if call.caller == key and not call.circle:
            yield names.ref("aws_ecs_service.{}", names.label(call.callee))
