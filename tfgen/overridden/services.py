"""Overrides of ECS services and task definitions."""

from msgspec.structs import replace

from tfgen.blueprint.model import (
    FARGATE,
    FARGATE_SPOT,
    TCP,
    CapacityProvider,
    ConnectServer,
    Service,
    Task,
    Tasks,
)
from tfgen.overridden.containers import carry_containers
from tfgen.overridden.resource import Blocks, Resource, Tree, flag_of, one_block, text_of, whole_number
from tfgen.overridden.working_blueprint import WorkingBlueprint
from tfgen.problems import Location

_CONNECT = "service_connect_configuration"


def _carry_service(working: WorkingBlueprint, found: Resource) -> None:
    service = working.owner_of(found)
    if service is not None:
        _carry_numbers(working, found, service)
        _carry_launch_type(working, found, service)
        _load_balancer(working, found, service)
        _carry_service_connect(working, found, service)
        _carry_registry(working, found, service)


def _carry_numbers(working: WorkingBlueprint, found: Resource, service: Service) -> None:
    """What a service has one of: its count, its grace period, ECS Exec, public addresses."""
    after, path = found.after, ("services", service.key)
    count = whole_number(after.get("desired_count", 0))
    if count is not None and (at := found.take_pending("desired_count")) and not service.scalings:
        working.change_task(service, tasks=Tasks(least=count, most=count, at=at, most_at=at))
    percent = whole_number(after.get("deployment_maximum_percent"))
    if found.take_pending("deployment_maximum_percent"):
        deployment = replace(service.deployment, maximums=() if percent is None else (percent,))
        working.change_task(service, deployment=deployment)
    name = "health_check_grace_period_seconds"
    seconds = whole_number(after.get(name, 0))
    if seconds is not None and (at := found.take_pending(name)):
        working.move_location((*path, "grace_period"), at)
        working.change_task(service, grace_period=(seconds,) if service.target_groups else ())
    if at := found.take_pending("enable_execute_command"):
        _carry_exec(working, found, service, at)
    if found.take_pending("network_configuration.assign_public_ip"):
        public = flag_of(one_block(after, "network_configuration").get("assign_public_ip"), False)
        working.change_task(service, public_ip=(True,) if public else ())


def _carry_exec(working: WorkingBlueprint, found: Resource, service: Service, at: Location) -> None:
    """ECS Exec, for which a task role has permissions where the spec asks for it."""
    name = "enable_execute_command"
    on = flag_of(found.after.get(name), False)
    if on and not service.exec and service.creates(service.task_role):
        says = f"aws_iam_role.{service.task_role.label} does not allow what ECS Exec needs"
        working.mark_flows(found, says, "exec", at=at)
    working.move_location(("services", service.key, "exec"), at)
    working.change_task(service, exec=(True,) if on else ())


def _carry_launch_type(working: WorkingBlueprint, found: Resource, service: Service) -> None:
    """Tasks are started on Fargate all the same."""
    strategies = found.after.get("capacity_provider_strategy", Blocks())
    said = [_capacity_provider(each) for each in strategies if isinstance(each, dict)]
    known = {each.name for each in said} <= {FARGATE, FARGATE_SPOT}
    if known and found.take_pending("capacity_provider_strategy"):
        working.change_task(service, capacity_providers=tuple(said))
    if str(found.after.get("launch_type", "FARGATE")) == "FARGATE":
        found.take_pending("launch_type")
    if str(found.after.get("platform_version", "LATEST")) in ("LATEST", "1.4.0"):
        found.take_pending("platform_version")
    if str(found.after.get("scheduling_strategy", "REPLICA")) == "REPLICA":
        found.take_pending("scheduling_strategy")


def _capacity_provider(said: Tree) -> CapacityProvider:
    base = whole_number(said.get("base"))
    return CapacityProvider(
        name=text_of(said.get("capacity_provider")) or "",
        weight=whole_number(said.get("weight")) or 0,
        bases=(base,) if base else (),
    )


def _carry_scalable_target(working: WorkingBlueprint, found: Resource) -> None:
    """The limits between which the number of tasks is."""
    service = working.owner_of(found)
    if service is None:
        return
    tasks, scalings = service.tasks, service.scalings
    for name, number, place in (("min", "least", "at"), ("max", "most", "most_at")):
        limit, at = whole_number(found.after.get(f"{name}_capacity")), found.take_pending(f"{name}_capacity")
        if limit is not None and at:
            tasks = replace(tasks, **{number: limit, place: at})
            scalings = tuple(replace(each, **{name: limit}) for each in scalings)
    working.change_task(service, tasks=tasks, scalings=scalings)


def _load_balancer(working: WorkingBlueprint, found: Resource, service: Service) -> None:
    """The tasks that are registered: with the port of their container, in the group of the stack."""
    said, before = one_block(found.after, "load_balancer"), one_block(found.before, "load_balancer")
    if not said and not found.after.get("load_balancer"):
        if at := found.take_pending("load_balancer"):
            says = f"{found.address} registers its tasks in no target group"
            working.mark_flows(found, says, "route", at=at, certain=True)
        return
    port = whole_number(said.get("container_port"))
    if port is not None and before and (at := found.take_pending("load_balancer.container_port")):
        mapped = [mapping.port for mapping in service.port_mappings if mapping.protocol == TCP]
        lost = port not in mapped
        which = "which its container does not map" if lost else "which is not the one of the spec"
        says = f"{found.address} registers its tasks with port {port}, {which}"
        working.mark_flows(found, says, "route", at=at, certain=lost)
    working.doubt_pending(found, "route", within="load_balancer")


# --- Service Connect


def _carry_service_connect(working: WorkingBlueprint, found: Resource, service: Service) -> None:
    said = one_block(found.after, _CONNECT)
    if not service.connect:
        found.take_pending(_CONNECT)  # no network path of the spec depends on it
    elif not flag_of(said.get("enabled"), False):
        found.take_pending(_CONNECT)
        working.change_task(service, connect=())
    else:
        _carry_connect_server(working, found, service, said)
        working.doubt_pending(found, "call", within=_CONNECT)


def _carry_connect_server(working: WorkingBlueprint, found: Resource, service: Service, said: Tree) -> None:
    """What the service offers to the namespace: one server, none, or what is doubted."""
    offers, name = said.get("service"), f"{_CONNECT}.service"
    servers = [server for place in service.connect for server in place.servers]
    if not offers:
        if found.take_pending(name):
            _set_servers(working, service)
        return
    if isinstance(offers, Blocks) and len(servers) > 1:
        _carry_servers(working, found, service, servers, offers)
    if not isinstance(offers, Blocks) or len(offers) != 1 or len(servers) != 1:
        return
    other = _offered_server(working, found, service, servers[0], offers[0])
    if other != servers[0]:
        _set_servers(working, service, other)


def _carry_servers(
    working: WorkingBlueprint, found: Resource, service: Service, servers: list[ConnectServer], said: Blocks
) -> None:
    """All of several servers, where they are found as the spec says, and only their timeouts are others."""
    by_name = {text_of(each.get("port_name")): each for each in said}
    offered = [(server, by_name.get(server.port_name, {})) for server in servers]
    same = all(
        (text_of(alias.get("dns_name")), whole_number(alias.get("port"))) == (server.dns_name, server.port)
        for server, block in offered
        for alias in (one_block(block, "client_alias"),)
    )
    if not same or len(said) != len(servers) or not (at := found.take_pending(f"{_CONNECT}.service")):
        return
    working.move_location(("services", service.key, "connect", "timeout"), at)
    _set_servers(working, service, *(replace(each, **_timeouts(block)) for each, block in offered))


def _timeouts(block: Tree) -> dict[str, tuple[int, ...]]:
    """What an override says of them, as fields of a server."""
    said = one_block(block, "timeout")
    seconds = {
        "request_timeout": whole_number(said.get("per_request_timeout_seconds")),
        "idle_timeout": whole_number(said.get("idle_timeout_seconds")),
    }
    return {field: () if each is None else (each,) for field, each in seconds.items()}


def _set_servers(working: WorkingBlueprint, service: Service, *servers: ConnectServer) -> None:
    working.change_task(service, connect=tuple(replace(each, servers=servers) for each in service.connect))


def _offered_server(
    working: WorkingBlueprint, found: Resource, service: Service, server: ConnectServer, said: Tree
) -> ConnectServer:
    """A server with what the override says: its port's name, and how long a request may take.

    Under another name or port it is not found where the spec says that callers find it.
    """
    name = f"{_CONNECT}.service"
    fields: dict[str, object] = {}
    port_name = text_of(said.get("port_name"))
    if port_name is not None and found.take_pending(f"{name}.port_name"):
        fields["port_name"] = port_name
    found.take_pending(f"{name}.discovery_name")
    if at := found.take_pending(f"{name}.timeout"):
        fields |= _timeouts(said)
        working.move_location(("services", service.key, "connect", "timeout"), at)
    if at := found.take_pending(f"{name}.client_alias"):
        says = f"the client_alias of {found.address} is not {server.address}, which its callers use"
        working.mark_flows(found, says, "call", at=at)
    return replace(server, **fields)


# --- DNS


def _carry_registry(working: WorkingBlueprint, found: Resource, service: Service) -> None:
    """Where ECS keeps the addresses of tasks; none is a path of the spec's without a DNS name."""
    name = "service_registries"
    if service.dns and not found.after.get(name) and (at := found.take_pending(name)):
        says = f"{found.address} registers its tasks under no DNS name"
        working.mark_flows(found, says, "call", at=at, certain=not service.connect)
    elif service.dns:
        working.doubt_pending(found, "call", within=name)
    else:
        found.take_pending(name)


# --- task definitions


def _task_definition(working: WorkingBlueprint, found: Resource) -> None:
    service = working.task_of(found)
    if service is None:
        return
    _carry_size(working, found, service)
    _carry_platform(working, found, service)
    for name, kinds in (
        ("execution_role_arn", ("image", "logs", "secret")),
        ("task_role_arn", ("exec",)),  # the spec gives it no other permission
        ("proxy_configuration", ("call", "route")),
    ):
        working.doubt_pending(found, *kinds, within=name)
    carry_containers(working, found, service)


def _carry_size(working: WorkingBlueprint, found: Resource, service: Task) -> None:
    for name in ("cpu", "memory"):
        number, at = whole_number(found.after.get(name)), found.take_pending(name)
        if number is not None and at:
            working.change_task(service, size_at=at, **{name: number})


def _carry_platform(working: WorkingBlueprint, found: Resource, service: Task) -> None:
    """Fargate on Linux, each task with an interface of its own. The architecture bears on the price alone:
    whether the image runs on it is the image's affair."""
    platform = one_block(found.after, "runtime_platform")
    if str(platform.get("operating_system_family", "LINUX")) == "LINUX":
        found.take_pending("runtime_platform")
        architecture = text_of(platform.get("cpu_architecture"))
        working.change_task(service, architecture=architecture or "X86_64")
    if str(found.after.get("network_mode")) == "awsvpc":
        found.take_pending("network_mode")
    said = found.after.get("requires_compatibilities")
    if isinstance(said, list) and "FARGATE" in said:
        found.take_pending("requires_compatibilities")


CARRY = {
    "aws_appautoscaling_target": _carry_scalable_target,
    "aws_ecs_service": _carry_service,
    "aws_ecs_task_definition": _task_definition,
}
