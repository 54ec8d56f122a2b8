"""What a spec sets without any effect.

Only values that are not the default, since a spec printed by `tfgen show` sets them all; and listeners that
a person wrote.
"""

from collections.abc import Iterator

from msgspec.structs import replace

from tfgen.blueprint.model import Unused
from tfgen.problems import Locate, SpecPath
from tfgen.spec.model import (
    Iam,
    LoadBalancer,
    Network,
    Service,
    Spec,
    usual_clients,
    usual_health_check,
    usual_subnets,
)


def build(spec: Spec, at: Locate) -> tuple[Unused, ...]:
    """Every such key of the filled spec, in the spec's order."""
    return tuple(
        Unused(key=".".join(map(str, path[1:] or path)), reason=reason, at=at(path))
        for path, reason in (*_unused_of_network(spec), *_unused_of_rest(spec, at))
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
    if not network.service_connect_endpoint and not _is_endpoints_alone(network):
        reason = f"only with {network.said_way_out[0]}: endpoints does this endpoint exist"
        yield ("network", "service_connect_endpoint"), reason


def _is_endpoints_alone(network: Network) -> bool:
    """Whether endpoints are the only egress."""
    return network.way_out.interface_endpoints and not network.way_out.to_internet


def _unused_of_rest(spec: Spec, at: Locate) -> Iterator[tuple[SpecPath, str]]:
    routed = any(service.routes for service in spec.services.values())
    balancer = spec.load_balancer
    if balancer.existing:
        yield from _unused_of_existing(spec, routed=routed)
    elif not routed and (_is_set(spec) or _lists_listeners(at)):
        yield ("load_balancer",), "no service has routes, so there is no load balancer"
    elif not any(each.protocol == "https" for each in balancer.listeners.values()):
        for name in ("certificate", "domain"):
            if getattr(balancer, name):
                yield ("load_balancer", name), "no listener speaks https, so no client sees a certificate"
    yield from _unused_without_roles(spec)
    for key, service in spec.services.items():
        if not service.routes:
            yield from _unused_without_routes(key, service)


def _unused_of_existing(spec: Spec, *, routed: bool) -> Iterator[tuple[SpecPath, str]]:
    if not routed:
        yield ("load_balancer", "existing"), "no service has routes, so nothing is added to it"
    for name in _set_keys(spec):
        yield ("load_balancer", name), "the load balancer exists, and the stack does not change it"


def _set_keys(spec: Spec) -> Iterator[str]:
    """The keys of the load balancer's own that have another value than the default."""
    balancer = spec.load_balancer
    usual = LoadBalancer(cidrs=usual_clients(balancer, spec.network))
    for name in LoadBalancer.__struct_fields__:
        if name not in ("listeners", "existing", "ignore") and getattr(balancer, name) != getattr(
            usual, name
        ):
            yield name


def _unused_without_roles(spec: Spec) -> Iterator[tuple[SpecPath, str]]:
    if all(service.roles.execution and service.roles.task for service in spec.services.values()):
        usual = Iam()
        for name in ("path", "permissions_boundary"):
            if getattr(spec.iam, name) != getattr(usual, name):
                yield ("iam", name), "the stack creates no role"
    if spec.cluster is not None and not spec.services:
        yield ("cluster",), "there are no services"


def _lists_listeners(at: Locate) -> bool:
    """Whether a person wrote listeners, and not `tfgen show`, which omits nothing."""
    listeners, timeout = (("load_balancer", key) for key in ("listeners", "idle_timeout"))
    return at(listeners).path == listeners and at(timeout).path != timeout


def _is_set(spec: Spec) -> bool:
    """Whether the load balancer or its listeners, but for what they ignore, are not the default."""
    usual = {
        key: replace(each, cidrs=spec.load_balancer.cidrs, protocol="http")
        for key, each in LoadBalancer().listeners.items()
    }
    said = {key: replace(each, ignore=None) for key, each in spec.load_balancer.listeners.items()}
    return said != usual or any(_set_keys(spec))


def _unused_without_routes(key: str, service: Service) -> Iterator[tuple[SpecPath, str]]:
    usual = Service(image=service.image, health_check=usual_health_check())
    of_targets = (
        "deregistration_delay",
        "slow_start",
        "algorithm",
        "anomaly_mitigation",
        "sticky",
        "cross_zone",
    )
    for name in ("listener", "health_check", "grace_period", *of_targets):
        if getattr(service, name) != getattr(usual, name):
            yield ("services", key, name), f'"{key}" has no routes, so it is not behind the load balancer'
