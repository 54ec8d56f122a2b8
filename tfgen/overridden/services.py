"""Overrides of ECS services and task definitions."""

from msgspec.structs import replace

from tfgen.blueprint.model import ConnectServer, Service, ServiceConnect, Tasks
from tfgen.overridden.containers import container
from tfgen.overridden.desk import Desk
from tfgen.overridden.resource import Blocks, Resource, Tree, block, flag, text, whole
from tfgen.problems import Location

_CONNECT = "service_connect_configuration"
_PROVIDERS = ("FARGATE", "FARGATE_SPOT")


def _carry_service(desk: Desk, found: Resource) -> None:
    service = desk.owner(found)
    if service is not None:
        _carry_numbers(desk, found, service)
        _carry_launch_type(found)
        _load_balancer(desk, found, service)
        _carry_service_connect(desk, found, service)


def _carry_numbers(desk: Desk, found: Resource, service: Service) -> None:
    """What a service has one of: its count, its grace period, ECS Exec, public addresses."""
    after, path = found.after, ("services", service.key)
    count = whole(after.get("desired_count", 0))
    if count is not None and (at := found.take("desired_count")):
        desk.service(service, tasks=Tasks(least=count, most=count, at=at))
    name = "health_check_grace_period_seconds"
    seconds = whole(after.get(name, 0))
    if seconds is not None and (at := found.take(name)):
        desk.moved((*path, "grace_period"), at)
        desk.service(service, grace_period=(seconds,) if service.target_groups else ())
    if at := found.take("enable_execute_command"):
        _carry_exec(desk, found, service, at)
    if found.take("network_configuration.assign_public_ip"):
        public = flag(block(after, "network_configuration").get("assign_public_ip"), False)
        desk.service(service, public_ip=(True,) if public else ())


def _carry_exec(desk: Desk, found: Resource, service: Service, at: Location) -> None:
    """ECS Exec, for which a task role has permissions where the spec asks for it."""
    name = "enable_execute_command"
    on = flag(found.after.get(name), False)
    if on and not service.exec:
        says = f"aws_iam_role.{service.task_role.label} does not allow what ECS Exec needs"
        desk.mark(found, says, "exec", at=at)
    desk.moved(("services", service.key, "exec"), at)
    desk.service(service, exec=(True,) if on else ())


def _carry_launch_type(found: Resource) -> None:
    """Tasks are started on Fargate all the same."""
    strategies = found.after.get("capacity_provider_strategy", Blocks())
    said = {text(each.get("capacity_provider")) for each in strategies if isinstance(each, dict)}
    if said <= set(_PROVIDERS):
        found.take("capacity_provider_strategy")
    if str(found.after.get("launch_type", "FARGATE")) == "FARGATE":
        found.take("launch_type")
    if str(found.after.get("platform_version", "LATEST")) in ("LATEST", "1.4.0"):
        found.take("platform_version")
    if str(found.after.get("scheduling_strategy", "REPLICA")) == "REPLICA":
        found.take("scheduling_strategy")


def _load_balancer(desk: Desk, found: Resource, service: Service) -> None:
    """The tasks that are registered: with the port of their container, in the group of the stack."""
    said, before = block(found.after, "load_balancer"), block(found.before, "load_balancer")
    if not said and not found.after.get("load_balancer"):
        if at := found.take("load_balancer"):
            says = f"{found.address} registers its tasks in no target group"
            desk.mark(found, says, "route", at=at, certain=True)
        return
    port = whole(said.get("container_port"))
    if port is not None and before and (at := found.take("load_balancer.container_port")):
        mapped = [mapping.port for mapping in service.port_mappings]
        lost = port not in mapped
        which = "which its container does not map" if lost else "which is not the one of the spec"
        says = f"{found.address} registers its tasks with port {port}, {which}"
        desk.mark(found, says, "route", at=at, certain=lost)
    desk.doubt(found, "route", within="load_balancer")


# --- Service Connect


def _carry_service_connect(desk: Desk, found: Resource, service: Service) -> None:
    said = block(found.after, _CONNECT)
    if not service.connect:
        found.take(_CONNECT)  # no way of the spec leads over it
    elif not flag(said.get("enabled"), False):
        found.take(_CONNECT)
        desk.service(service, connect=())
    else:
        _carry_connect_server(desk, found, service, said)
        desk.doubt(found, "call", within=_CONNECT)


def _carry_connect_server(desk: Desk, found: Resource, service: Service, said: Tree) -> None:
    """What the service offers to the namespace: one server, none, or what is doubted."""
    offers, name = said.get("service"), f"{_CONNECT}.service"
    servers = [server for place in service.connect for server in place.servers]
    if not offers:
        if found.take(name):
            _set_servers(desk, service)
        return
    if not isinstance(offers, Blocks) or len(offers) != 1 or len(servers) != 1:
        return
    other = _offered_server(desk, found, service, servers[0], offers[0])
    if other != servers[0]:
        _set_servers(desk, service, other)


def _set_servers(desk: Desk, service: Service, *servers: ConnectServer) -> None:
    desk.service(service, connect=(ServiceConnect(servers=servers),))


def _offered_server(
    desk: Desk, found: Resource, service: Service, server: ConnectServer, said: Tree
) -> ConnectServer:
    """A server with what the override says: its port's name, and how long a request may take.

    Under another name or port it is not found where the spec says that callers find it.
    """
    name = f"{_CONNECT}.service"
    fields: dict[str, object] = {}
    port_name = text(said.get("port_name"))
    if port_name is not None and found.take(f"{name}.port_name"):
        fields["port_name"] = port_name
    found.take(f"{name}.discovery_name")
    timeout = whole(block(said, "timeout").get("per_request_timeout_seconds"))
    if at := found.take(f"{name}.timeout"):
        fields["request_timeout"] = () if timeout is None else (timeout,)
        desk.moved(("services", service.key, "connect", "timeout"), at)
    if at := found.take(f"{name}.client_alias"):
        says = f"the client_alias of {found.address} is not {server.address}, which its callers use"
        desk.mark(found, says, "call", at=at)
    return replace(server, **fields)


# --- task definitions


def _task_definition(desk: Desk, found: Resource) -> None:
    service = desk.owner(found)
    if service is None:
        return
    _carry_size(desk, found, service)
    _carry_platform(found)
    for name, kinds in (
        ("execution_role_arn", ("image", "logs", "secret")),
        ("task_role_arn", ("exec",)),  # the spec gives it no other permission
        ("proxy_configuration", ("call", "route")),
    ):
        desk.doubt(found, *kinds, within=name)
    container(desk, found, service)


def _carry_size(desk: Desk, found: Resource, service: Service) -> None:
    for name in ("cpu", "memory"):
        number, at = whole(found.after.get(name)), found.take(name)
        if number is not None and at:
            desk.service(service, size_at=at, **{name: number})


def _carry_platform(found: Resource) -> None:
    """Fargate on Linux, each task with an interface of its own; the architecture is the image's affair."""
    if str(block(found.after, "runtime_platform").get("operating_system_family", "LINUX")) == "LINUX":
        found.take("runtime_platform")
    if str(found.after.get("network_mode")) == "awsvpc":
        found.take("network_mode")
    said = found.after.get("requires_compatibilities")
    if isinstance(said, list) and "FARGATE" in said:
        found.take("requires_compatibilities")


CARRY = {"aws_ecs_service": _carry_service, "aws_ecs_task_definition": _task_definition}
