"""The ECS services, each with everything that its file contains."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from tfgen.blueprint import (
    access,
    existing,
    load_balancer,
    names,
    peers,
    references,
    renames,
    security,
    target_groups,
    tls,
)
from tfgen.blueprint.load_balancer import BoundRoute
from tfgen.blueprint.model import (
    Call,
    ConnectServer,
    Container,
    Egress,
    Image,
    Input,
    ListenerRule,
    NamedPort,
    Network,
    OrderTags,
    PortMapping,
    Service,
    ServiceConnect,
    TargetGroup,
    Tasks,
    Variable,
)
from tfgen.blueprint.references import References
from tfgen.hcl.text import Comment, Ref, VariableRef
from tfgen.problems import Locate, Location, Problem
from tfgen.spec.model import LENIENT_CODES, Connect, Given, Port, Spec, has_root
from tfgen.spec.model import Service as ServiceSpec

_ANY_ANSWER = names.comment('No route is "/", so any response but a server error counts as healthy.')
_FARGATE = "FARGATE"
_SCHEME = {"http": "http://", "http2": "http://", "grpc": "", "tcp": ""}


class ServiceContext(NamedTuple):
    """What a service is built from besides its own section of the spec."""

    spec: Spec
    partition: str
    network: Network
    images: dict[str, Image]
    bound: tuple[BoundRoute, ...]
    calls: tuple[Call, ...]
    references: References
    at: Locate


def problems(spec: Spec, at: Locate) -> Iterator[Problem]:
    """What is wrong with services, each by itself."""
    for key, service in spec.services.items():
        yield from _service_problems(key, service, at)
        yield from peers.problems(key, service, at)
        yield from target_groups.problems(key, service, at)


def build(context: ServiceContext) -> tuple[Service, ...]:
    """The services, by name."""
    own = _by_service(context)
    return tuple(_build_service(key, own[key]) for key in sorted(context.spec.services))


def _order_tags(rules: tuple[ListenerRule, ...], spec: Spec, reached: str) -> dict[str, Any]:
    """What a service has tags for. Where rules move to another listener, as from HTTP to HTTPS, the old ones
    must outlive the new ones' creation, and nothing but a change of the service itself comes between them."""
    own = sorted({rule.listener for rule in rules})
    known, text = spec.load_balancer.listeners, (reached,) if reached else ()
    if any(name in known and tls.is_tls(known[name]) for name in own):
        return {"reached": (), "order": (OrderTags(egress=text, listeners=" ".join(own)),)}
    return {"reached": text, "order": ()}


def _by_service(context: ServiceContext) -> dict[str, ServiceContext]:
    """For each service the routes and calls that concern it, so that the work grows with their number."""
    bound: dict[str, list[BoundRoute]] = {key: [] for key in context.spec.services}
    calls: dict[str, list[Call]] = {key: [] for key in context.spec.services}
    for route in context.bound:
        bound[route.service].append(route)
    for call in context.calls:
        for key in {call.caller, call.callee}:
            calls[key].append(call)
    return {
        key: context._replace(bound=tuple(bound[key]), calls=tuple(calls[key]))
        for key in context.spec.services
    }


def _service_problems(key: str, service: ServiceSpec, at: Locate) -> Iterator[Problem]:
    if service.routes and service.port is None:
        where = at(("services", key, "routes"))
        message = f'"{key}" has routes but no port'
        yield Problem("TG240", where, message, "add port: NUMBER")
    for name in sorted(service.environment.keys() & service.secrets.keys()):
        where = at(("services", key, "secrets", name))
        message = f'"{name}" is in environment and in secrets; ECS allows a variable in one of them only'
        yield Problem("TG243", where, message, "remove one of the two")
    if service.routes and service.port and service.port.protocol != "http":
        where = at(("services", key, "port"))
        message = f"the load balancer cannot send requests to a {service.port.protocol} port"
        # gRPC and HTTP/2 target groups need an HTTPS listener: aws.md section 5.
        hint = "remove the routes, or write protocol: http; the listeners speak plain HTTP/1.1"
        yield Problem("TG242", where, message, hint)


def _build_service(key: str, context: ServiceContext) -> Service:
    spec, calls = context.spec, context.calls
    service = spec.services[key]
    aws_name = renames.in_aws(key, spec)
    image = context.images[key]
    roles = _build_roles(key, service, context)
    egress = security.egress(key, spec, image, context.network, calls, context.references)
    security_rules = (*security.ingress(key, spec, calls, context.references), *egress.rules)
    rules = load_balancer.rules(context.bound, key)
    return Service(
        key=key,
        label=names.label(key),
        file=names.service_file(key),
        aws_name=aws_name,
        summary=_summary_comment(key, service, context),
        family=f"{spec.name}-{aws_name}",
        cluster=existing.cluster_of_services(spec),
        launch_types=() if spec.cluster is None else (_FARGATE,),
        capacity_providers=(_FARGATE,) if spec.cluster is None else (),
        inputs=(_image_input(key, image), *existing.role_inputs(key, service)),
        cpu=service.cpu,
        memory=service.memory or 0,
        size_at=_size_at(key, context),
        architecture=service.architecture.upper(),
        tasks=Tasks(least=service.count, most=service.count, at=context.at(("services", key, "count"))),
        containers=(_application_container(key, service, context),),
        region=spec.region,
        log_group=f"/ecs/{spec.name}/{aws_name}",
        log_retention=spec.logs.retention,
        execution_role=roles.execution,
        task_role=roles.task,
        roles=roles.own,
        execution_role_arn=roles.execution_arn,
        task_role_arn=roles.task_arn,
        given_roles=roles.given,
        security_group_name=names.security_group(spec.name, aws_name),
        security_group_description=f"Tasks of {aws_name}",
        security_rules=security_rules,
        **_order_tags(rules, spec, egress.reached),
        target_groups=tuple(_target_groups(key, service, context)),
        routes=load_balancer.routes(context.bound, key),
        priorities=(*_priority_comments(rules), *load_balancer.shared_comments(context.bound, key)),
        rules=rules,
        grace_period=(service.grace_period,) if service.routes else (),
        public_ip=(True,) if spec.network.way_out.public_tasks else (),
        exec=(True,) if service.exec else (),
        connect=_service_connect(key, service, context),
        calls=_callee_keys(key, context),
        uses=tuple(service.uses),
        egress=tuple(_listed_egress(service, context)),
        depends_on=(
            *existing.capacity_providers(spec),
            *access.policies(roles.own),
            *security.depends_on(security_rules),
            *load_balancer.depends_on(context.bound, key),
            *_started_first(key, context),
        ),
        at=context.at(("services", key)),
    )


def _build_roles(key: str, service: ServiceSpec, context: ServiceContext) -> existing.ServiceRoles:
    spec, image = context.spec, context.images[key]
    secrets = tuple(context.references.secrets(service))
    execution = access.execution_role(key, spec, image, context.partition, secrets)
    return existing.build_roles(key, spec, execution, access.task_role(key, spec), context.at)


def _listed_egress(service: ServiceSpec, context: ServiceContext) -> Iterator[Egress]:
    for entry in peers.egress_entries(service, context.references):
        first, last = entry.ports
        yield Egress(
            peer=entry.peer,
            text=entry.text,
            source=entry.source,
            protocol=entry.protocol,
            port=first,
            last_port=last,
        )


def _application_container(key: str, service: ServiceSpec, context: ServiceContext) -> Container:
    """The container that the service is named for."""
    aws_name = renames.in_aws(key, context.spec)
    return Container(
        name=aws_name,
        image=context.images[key],
        image_variable=names.label(key, "image"),
        command=(tuple(service.command),) if service.command else (),
        environment=tuple(
            (name, str(value))
            for name, value in sorted(service.environment.items())
            if not isinstance(value, Given)
        ),
        environment_references=tuple(context.references.environment(service)),
        environment_parts=tuple(references.environment_parts(key, context.spec, context.at)),
        secrets=tuple(references.literal_secrets(service)),
        secret_references=tuple(context.references.secrets(service)),
        port_mappings=tuple(_port_mappings(aws_name, service.port, service.connect)),
        called=_callee_addresses(key, context),
        init=service.exec,
        log_group=names.label(key),
        region=context.spec.region,
        path=("services", key),
    )


def _image_input(key: str, image: Image) -> Input:
    label = names.label(key, "image")
    variable = Variable(label=label, type=Ref("string"), description=f"Image of {key}.")
    return Input(variable=variable, value=next(iter(image.given), VariableRef(label)))


def _size_at(key: str, context: ServiceContext) -> Location:
    """Where the spec gives the memory, or else the CPU units."""
    memory = context.at(("services", key, "memory"))
    return memory if memory != context.at(("services", key)) else context.at(("services", key, "cpu"))


def _summary_comment(key: str, service: ServiceSpec, context: ServiceContext) -> Comment:
    """The first line of a service's file: what it is, in the spec's terms."""
    parts = [f"port {service.port.number}" if service.port else "no port"]
    if service.routes:
        routes = [route.text for route in load_balancer.routes(context.bound, key)]
        parts.append(f"behind the load balancer at {names.listed(routes)}")
    if service.connect and service.port:
        parts.append(f"called as {_service_address(service.connect, service.port)}")
    if callees := _callee_keys(key, context):
        parts.append(f"calls {names.listed(callees)}")
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


def _port_mappings(aws_name: str, port: Port | None, connect: Connect | None) -> Iterator[PortMapping]:
    if port is None:
        return
    # Plain TCP has no application protocol: botocore, ecs PortMapping.appProtocol.
    protocol = () if port.protocol == "tcp" else (port.protocol,)
    named = (NamedPort(name=aws_name, app_protocol=protocol),) if connect else ()
    yield PortMapping(port=port.number, connect=named)


def _target_groups(key: str, service: ServiceSpec, context: ServiceContext) -> Iterator[TargetGroup]:
    if not service.routes or service.port is None:
        return
    check = service.health_check
    aws_name = renames.in_aws(key, context.spec)
    yield TargetGroup(
        label=names.label(key),
        name_prefix=names.target_group_prefix(aws_name, internal=context.spec.load_balancer.is_internal),
        name=f"{context.spec.name}-{aws_name}",
        port=service.port.number,
        path=check.path or "",
        codes=check.codes or "",
        interval=check.interval,
        timeout=check.timeout,
        healthy=check.healthy,
        unhealthy=check.unhealthy,
        comments=(_ANY_ANSWER,) if _takes_any_answer(service) else (),
        at=context.at(("services", key, "health_check")),
        deregistration_delay=service.deregistration_delay,
        attributes=tuple(target_groups.attributes(service)),
        cross_zone=tuple(target_groups.cross_zone(service)),
        stickiness=tuple(target_groups.stickiness(service)),
    )


def _takes_any_answer(service: ServiceSpec) -> bool:
    check = service.health_check
    return (check.path, check.codes) == ("/", LENIENT_CODES) and not has_root(service)


def _service_connect(key: str, service: ServiceSpec, context: ServiceContext) -> tuple[ServiceConnect, ...]:
    if not service.connect and not service.calls:
        return ()
    return (ServiceConnect(servers=tuple(_connect_servers(key, service, context))),)


def _connect_servers(key: str, service: ServiceSpec, context: ServiceContext) -> Iterator[ConnectServer]:
    if service.connect and service.port:
        yield ConnectServer(
            port_name=renames.in_aws(key, context.spec),
            dns_name=service.connect.name,
            port=service.connect.port or service.port.number,
            address=_service_address(service.connect, service.port),
            at=context.at(("services", key, "connect")),
        )


def _service_address(connect: Connect, port: Port) -> str:
    return f"{_SCHEME[port.protocol]}{connect.name}:{connect.port or port.number}"


def _callee_keys(key: str, context: ServiceContext) -> tuple[str, ...]:
    return tuple(sorted(call.callee for call in context.calls if call.caller == key))


def _callee_addresses(key: str, context: ServiceContext) -> tuple[str, ...]:
    # By their names in AWS: one that is renamed starts no tasks of its callers.
    callees = sorted(_callee_keys(key, context), key=lambda callee: renames.in_aws(callee, context.spec))
    called = (context.spec.services[callee] for callee in callees)
    addresses = [_service_address(each.connect, each.port) for each in called if each.connect and each.port]
    return (" ".join(addresses),) if addresses else ()


def _started_first(key: str, context: ServiceContext) -> Iterator[Ref]:
    for call in sorted(context.calls, key=lambda call: call.callee):
        if call.caller == key and not call.circle:
            yield names.ref("aws_ecs_service.{}", names.label(call.callee))
