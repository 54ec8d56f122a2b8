"""The ports of a service, filled in: what is said without one, and how the load balancer checks each.

After this, `port` is one of `ports`, and every route and Service Connect name says its port, where the spec
leaves no doubt.
"""

from collections.abc import Container, Iterator

from msgspec.structs import replace

from tfgen.problems import Locate, Location, Problem
from tfgen.spec.balancers import of_requests
from tfgen.spec.model import (
    DEFAULT_PORT,
    LENIENT_CODES,
    Connect,
    HealthCheck,
    Service,
    ServiceDns,
    ServicePort,
    Spec,
    has_root,
    usual_health_check,
)


def problems(spec: Spec, at: Locate) -> Iterator[Problem]:
    """What is said twice, or cannot be read as a range of codes."""
    for key, service in spec.services.items():
        yield from _twice_said(key, service, at)
        checks: dict[tuple[str, ...], HealthCheck | None] = {("health_check",): service.health_check}
        checks |= {("ports", name, "health_check"): port.health_check for name, port in service.ports.items()}
        for path, check in checks.items():
            if check is not None:
                yield from _wrong_ranges(check, at(("services", key, *path, "codes")))


def _twice_said(key: str, service: Service, at: Locate) -> Iterator[Problem]:
    if service.port and service.ports:
        message = f'"{key}" has both port and ports'
        hint = f"move port into ports: ports: {{http: {service.port.number}, ...}}"
        yield Problem("TG580", at(("services", key, "port")), message, hint)
    for index, each in enumerate(service.connects):
        if isinstance(each.port, int) and each.alias_port is not None:
            where = at(("services", key, "connect", index))
            message = f"port {each.port} and alias_port {each.alias_port} both say which port callers use"
            yield Problem("TG588", where, message, "remove port, or write the name of a port there")


def _wrong_ranges(check: HealthCheck, where: Location) -> Iterator[Problem]:
    for codes in (check.codes or "").split(","):
        ends = codes.split("-")
        in_order = sorted(ends, key=lambda end: (len(end), end))
        if len(ends) > 2 or ends != in_order:
            message = f'"{codes}" is not a range of codes: the lower code comes first'
            yield Problem("TG116", where, message, f'write "{in_order[0]}-{in_order[-1]}"')


def all_ports(service: Service) -> dict[str, ServicePort]:
    """Those by name; `port` is the short form of one."""
    said = service.port
    if said is None or service.ports:
        return service.ports
    return {DEFAULT_PORT: ServicePort(**{name: getattr(said, name) for name in said.__struct_fields__})}


def fill_port(name: str, port: ServicePort, service: Service, network: Container[str | None]) -> ServicePort:
    """A port with its health check, if it is behind the load balancer and not checked as the service is.
    `network` has the listeners of network load balancers."""
    routed = any(route.port == name for route in service.routes)
    if not routed or (name == service.default_port and port.health_check is None):
        return port
    said = port.health_check or service.health_check
    return replace(port, health_check=_fill_health_check(said, name, service, network))


def service_health_check(service: Service, network: Container[str | None]) -> HealthCheck:
    """That of a service, as its default port needs it."""
    return _fill_health_check(service.health_check, service.default_port, service, network)


def _fill_health_check(
    said: HealthCheck, name: str | None, service: Service, network: Container[str | None]
) -> HealthCheck:
    """The path and the codes that the spec does not set.

    A port without a route for "/" rarely has anything there, and a 404 shows that it responds.
    """
    listeners = [route.listener for route in service.routes if name in (None, route.port)]
    if listeners and all(listener in network for listener in listeners):
        return replace(said, codes=said.codes or (usual_health_check().codes if said.path else None))
    protocol = service.ports[name].protocol if name in service.ports else "http"
    usual = usual_health_check(protocol)
    routed = any(route.port == name for route in service.routes)
    codes = usual.codes
    if protocol == "grpc":
        if name != service.default_port and name and service.ports[name].health_check is None:
            said = replace(said, path=None, codes=None)  # they are of the service's other port
        codes = "0" if said.path else usual.codes
    elif routed and not said.path and not has_root(of_requests(service, network), name):
        codes = LENIENT_CODES
    return replace(said, path=said.path or usual.path, codes=said.codes or codes)


def fill_dns(dns: ServiceDns, service: Service) -> ServiceDns:
    """A DNS name that says its ports, where the spec makes them clear."""
    default = service.default_port
    return dns if dns.ports or default is None else replace(dns, ports=[default])


def fill_connect(connect: Connect, service: Service) -> Connect:
    """The name of the container's port, and the number that callers use."""
    said = connect.port
    name = said if isinstance(said, str) else service.default_port
    number = said if isinstance(said, int) else None
    own = service.ports[name].number if name in service.ports else None
    return replace(connect, port=name, alias_port=connect.alias_port or number or own)
