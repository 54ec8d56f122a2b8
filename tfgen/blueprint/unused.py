"""What a spec sets without any effect.

Only values that are not the default, since a spec printed by `tfgen show` sets them all; and listeners that
a person wrote.
"""

from collections.abc import Iterator

from msgspec.structs import replace

from tfgen.blueprint.model import Unused
from tfgen.blueprint.ports import routed
from tfgen.blueprint.references import creates_role_of_flow_logs, creates_roles, needs_namespace
from tfgen.problems import Locate, SpecPath
from tfgen.spec.alarms import any_alarm
from tfgen.spec.balancers import Balancer, balancers_of, network_listeners, used_balancers
from tfgen.spec.containers import containers_of
from tfgen.spec.model import (
    WITH_TLS,
    ContainerLogs,
    Iam,
    Job,
    LoadBalancer,
    Network,
    Service,
    ServiceAlarms,
    Spec,
    TaskKeys,
    usual_address_type,
    usual_clients,
    usual_health_check,
    usual_subnets,
)
from tfgen.spec.origins import is_inherited
from tfgen.spec.queues import has_queue

_NOBODY_TOLD = "alarms at the top of the spec does not say who is told"
_OTHERWISE = {_NOBODY_TOLD: ", or add alarms: ADDRESS at the top of the spec"}
"""What would give some keys an effect, by the reason why they have none."""


def build(spec: Spec, at: Locate) -> tuple[Unused, ...]:
    """Every such key of the filled spec, in the spec's order."""
    return tuple(
        Unused(
            key=".".join(map(str, path[1:] or path)),
            reason=reason,
            at=at(path),
            hint=f"remove it{_OTHERWISE.get(reason, '')}",
        )
        for path, reason in (*_unused_of_network(spec), *_unused_of_rest(spec, at))
        if not is_inherited(path, at)  # it has an effect elsewhere
    )


def _unused_of_network(spec: Spec) -> Iterator[tuple[SpecPath, str]]:
    network = spec.network
    said = ": ".join(network.said_way_out)
    if network.way_out.public_tasks:
        if network.endpoints:
            yield ("network", "endpoints"), f"with {said} there are no VPC endpoints"
        if not network.vpc and network.subnets.private != usual_subnets(network.cidr).private:
            yield (
                ("network", "subnets", "private"),
                f"with {said} there are no private subnets",
            )
    if network.endpoint_policies is not None and network.way_out.public_tasks:
        yield ("network", "endpoint_policies"), f"with {said} there are no VPC endpoints"
    if network.flow_logs and network.flow_logs.bucket and network.flow_logs.retention is not None:
        yield ("network", "flow_logs", "retention"), "the bucket says for how long it keeps them"
    if not network.service_connect_endpoint and not _is_endpoints_alone(network):
        reason = f"only with {network.said_way_out[0]}: endpoints does this endpoint exist"
        yield ("network", "service_connect_endpoint"), reason


def _is_endpoints_alone(network: Network) -> bool:
    """Whether endpoints are the only egress."""
    return network.way_out.interface_endpoints and not network.way_out.to_internet


def _unused_of_rest(spec: Spec, at: Locate) -> Iterator[tuple[SpecPath, str]]:
    used = used_balancers(spec)
    for balancer in balancers_of(spec):
        yield from _unused_of_balancer(balancer, spec, at, routed=balancer.key in used)
    yield from _unused_without_roles(spec)
    yield from _unused_at_top(spec)
    for key, service in spec.services.items():
        if not service.routes:
            yield from _unused_without_routes(key, service)
        else:
            yield from _unused_behind(key, service, spec)
        yield from _unused_of_ports(key, service)
        if service.connect_logs and not spec.has_proxy(service):
            yield ("services", key, "connect_logs"), "the service has no Service Connect name and calls none"
        yield from _unused_alarms(key, service, spec)
    for key, job in spec.jobs.items():
        yield from _unused_of_job(("jobs", key), job)
    for key, task in spec.tasks.items():
        yield from _unused_modes(key, task)


def _unused_at_top(spec: Spec) -> Iterator[tuple[SpecPath, str]]:
    """Keys for all services and jobs, of which none needs them."""
    if spec.alarms and not any_alarm(spec):
        yield ("alarms",), "nothing raises an alarm"
    if spec.dashboard and not spec.services:
        yield ("dashboard",), "there are no services"
    if spec.exec and not any(task.exec for task in spec.tasks.values()):
        yield ("exec",), "no service has exec, so there are no sessions"
    if spec.logs.kms_key is not None and not spec.tasks and not creates_role_of_flow_logs(spec):
        yield ("logs", "kms_key"), "the stack has no log groups"
    if spec.dns and not any(service.dns for service in spec.services.values()):
        yield ("dns",), "no service has a DNS name"
    if spec.namespace is not None and not needs_namespace(spec):
        yield ("namespace",), "no service has a Service Connect name, or calls one"


_OF_SCHEDULE = ("timezone", "window", "count", "enabled", "retries", "spot")
"""Keys of jobs that say how EventBridge Scheduler starts them."""


def _unused_of_job(path: SpecPath, job: Job) -> Iterator[tuple[SpecPath, str]]:
    usual = Job(image=job.image)
    if job.schedule is None:
        for name in _OF_SCHEDULE:
            if getattr(job, name) != getattr(usual, name):
                yield (*path, name), "the job has no schedule"
    elif job.schedule.startswith("rate(") and job.timezone != usual.timezone:
        yield (*path, "timezone"), "a rate has no time zone"


def _unused_of_balancer(
    balancer: Balancer, spec: Spec, at: Locate, *, routed: bool
) -> Iterator[tuple[SpecPath, str]]:
    said, path = balancer.said, balancer.path
    if said.existing:
        yield from _unused_of_existing(balancer, spec, routed=routed)
    elif not routed and len(path) > 1:
        yield path, "no service has routes on it, so it is not created"
    elif not routed and (_is_set(said, spec) or _lists_listeners(at)):
        yield path, "no service has routes, so there is no load balancer"
    elif not any(each.protocol in WITH_TLS for each in said.listeners.values()):
        secure = "tls" if balancer.is_network else "https"
        for name in ("certificate",) if balancer.is_network else ("certificate", "domain"):
            if getattr(said, name):
                yield (*path, name), f"no listener speaks {secure}, so no client sees a certificate"


def _unused_of_existing(balancer: Balancer, spec: Spec, *, routed: bool) -> Iterator[tuple[SpecPath, str]]:
    if not routed:
        on_it = " on it" if len(balancer.path) > 1 else ""
        yield (*balancer.path, "existing"), f"no service has routes{on_it}, so nothing is added to it"
    for name in _set_keys(balancer.said, spec):
        yield (*balancer.path, name), "the load balancer exists, and the stack does not change it"


def _set_keys(balancer: LoadBalancer, spec: Spec) -> Iterator[str]:
    """The keys of a load balancer's own that have another value than the default."""
    usual = LoadBalancer(
        cidrs=usual_clients(balancer, spec.network),
        ip_address_type=usual_address_type(balancer, spec.network),
    )
    for name in LoadBalancer.__struct_fields__:
        if name not in ("listeners", "existing", "ignore") and getattr(balancer, name) != getattr(
            usual, name
        ):
            yield name


def _unused_without_roles(spec: Spec) -> Iterator[tuple[SpecPath, str]]:
    if not creates_roles(spec) and not creates_role_of_flow_logs(spec):
        usual = Iam()
        for name in ("path", "permissions_boundary"):
            if getattr(spec.iam, name) != getattr(usual, name):
                yield ("iam", name), "the stack creates no role"
    if spec.cluster is not None and not spec.tasks:
        yield ("cluster",), "there are no services"
    if spec.insights not in (None, "on") and not spec.tasks:
        yield ("insights",), "there are no services, so there is no cluster"


def _lists_listeners(at: Locate) -> bool:
    """Whether a person wrote listeners, and not `tfgen show`, which omits nothing."""
    listeners, timeout = (("load_balancer", key) for key in ("listeners", "idle_timeout"))
    return at(listeners).path == listeners and at(timeout).path != timeout


def _is_set(balancer: LoadBalancer, spec: Spec) -> bool:
    """Whether the load balancer or its listeners, but for what they ignore, are not the default."""
    usual = {
        key: replace(each, cidrs=balancer.cidrs, protocol="http")
        for key, each in LoadBalancer().listeners.items()
    }
    said = {key: replace(each, ignore=None) for key, each in balancer.listeners.items()}
    return said != usual or any(_set_keys(balancer, spec))


def _unused_without_routes(key: str, service: Service) -> Iterator[tuple[SpecPath, str]]:
    protocol = service.ports[name].protocol if (name := service.default_port) else "http"
    usual = Service(image=service.image, health_check=usual_health_check(protocol))
    of_targets = ("deregistration_delay", "cross_zone", *_OF_REQUESTS, *_OF_CONNECTIONS)
    for name in ("listener", "login", "health_check", "grace_period", *of_targets):
        if getattr(service, name) != getattr(usual, name):
            yield ("services", key, name), f'"{key}" has no routes, so it is not behind the load balancer'


def _unused_modes(key: str, task: TaskKeys) -> Iterator[tuple[SpecPath, str]]:
    """Modes of log lines that go to the log router of their task."""
    for container in containers_of(key, task):
        logs = container.said.logs
        if logs.driver == "firelens" and logs.mode != ContainerLogs().mode:
            reason = "the log router gets these log lines; log-driver-buffer-limit of options is its buffer"
            yield (*container.path, "logs", "mode"), reason


def _unused_alarms(key: str, service: Service, spec: Spec) -> Iterator[tuple[SpecPath, str]]:
    """What a service says of alarms that it cannot have."""
    path, said = ("services", key, "alarms"), service.alarms
    if said != ServiceAlarms() and spec.alarms is None:
        yield path, _NOBODY_TOLD
    elif said.enabled and not service.routes:
        for name, nobody in (("errors", "counts its responses"), ("unhealthy", "checks its tasks")):
            if getattr(said, name):
                yield (*path, name), f'"{key}" has no routes, so no load balancer {nobody}'
    if said.enabled and said.queue_age and spec.alarms and not has_queue(service, spec):
        yield (*path, "queue_age"), f'no queue of this region is in the scaling or the access of "{key}"'


_OF_REQUESTS = ("slow_start", "algorithm", "anomaly_mitigation", "sticky")
"""What application load balancers do with requests."""
_OF_CONNECTIONS = ("preserve_client_ip", "proxy_protocol", "connection_termination")
"""What network load balancers do with connections."""


def _unused_behind(key: str, service: Service, spec: Spec) -> Iterator[tuple[SpecPath, str]]:
    """Keys for the other type of load balancer than those that a service is behind."""
    network, usual = network_listeners(spec), Service(image=service.image)
    ends = [network.get(route.listener or "") for route in service.routes]
    lacks: dict[str, str] = {}
    if all(ends):
        lacks |= dict.fromkeys((*_OF_REQUESTS, "login"), "no route is on an application load balancer")
    if not any(ends):
        lacks |= dict.fromkeys(_OF_CONNECTIONS, "no route is on a network load balancer")
    elif not any(each and each.protocol != "udp" for each in ends):
        lacks["preserve_client_ip"] = "behind udp listeners, tasks always see the addresses of clients"
        lacks["proxy_protocol"] = "behind udp listeners, nothing is a connection"
    for name, reason in lacks.items():
        if getattr(service, name) != getattr(usual, name):
            yield ("services", key, name), reason


def _unused_of_ports(key: str, service: Service) -> Iterator[tuple[SpecPath, str]]:
    """Health checks that the load balancer does not do."""
    known = routed(service)
    for name, port in service.ports.items():
        if port.health_check is not None and name not in known:
            reason = f'no route leads to port "{name}", so the load balancer does not check it'
            yield ("services", key, "ports", name, "health_check"), reason
