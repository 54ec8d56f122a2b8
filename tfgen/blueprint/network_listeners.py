"""Listeners of network load balancers, which forward connections or datagrams to one target group each.

They have no rules, so each is in the file of the service that its route leads to. Facts are those of
ELB/network: load-balancer-listeners, load-balancer-target-groups, target-group-health-checks.
"""

from collections.abc import Container, Iterator
from typing import NamedTuple

from tfgen.blueprint import names, ports, target_groups, tls
from tfgen.blueprint.load_balancer import network_listeners_label
from tfgen.blueprint.model import ListenerCertificate, NetworkListener
from tfgen.blueprint.model import Route as RoutePart
from tfgen.blueprint.references import References
from tfgen.hcl.text import Ref, VariableRef
from tfgen.problems import Locate, Problem, SpecPath
from tfgen.spec.balancers import Balancer, balancer_of, balancers_of, local_name, network_listeners
from tfgen.spec.model import Listener, LoadBalancer, Route, Spec

PROTOCOLS = ("tcp", "udp", "tls")
_UDP = "udp"


class NetworkRoute(NamedTuple):
    """A route on a listener of a network load balancer."""

    service: str
    number: int
    said: Route
    listener: str
    """Its full name."""

    @property
    def path(self) -> SpecPath:
        return "services", self.service, "routes", self.number

    @property
    def balancer(self) -> str:
        return balancer_of(self.listener)


def routes(spec: Spec) -> tuple[NetworkRoute, ...]:
    return tuple(route for key in spec.services for route in _said_routes(key, spec))


def routes_of(service: str, spec: Spec) -> list[NetworkRoute]:
    """Those of a service, by listener."""
    return sorted(_said_routes(service, spec), key=lambda each: each.listener)


def _said_routes(key: str, spec: Spec) -> Iterator[NetworkRoute]:
    known = network_listeners(spec)
    for number, route in enumerate(spec.services[key].routes):
        if route.listener in known:
            yield NetworkRoute(key, number, route, route.listener)


def load_balancer_arn(balancer: str) -> VariableRef:
    """The ARN of a load balancer, as the services know it."""
    return VariableRef(names.of_balancer(balancer, "load_balancer_arn"))


def certificate_arn(balancer: str) -> VariableRef:
    """The ARN of the certificate that a load balancer's module makes, likewise."""
    return VariableRef(names.of_balancer(balancer, "certificate_arn"))


def build(service: str, spec: Spec, referred: References) -> Iterator[NetworkListener]:
    """The listeners in the file of a service."""
    known = network_listeners(spec)
    for route in routes_of(service, spec):
        listener, said = known[route.listener], spec.balancers[route.balancer]
        certificates = _certificates(route.listener, said, referred)
        yield NetworkListener(
            key=route.listener,
            label=network_listeners_label(route.listener),
            balancer=route.balancer,
            load_balancer_arn=load_balancer_arn(route.balancer),
            port=listener.port,
            protocol=(listener.protocol or "").upper(),
            policies=tls.policies(listener),
            certificates=tuple(each.arn for each in certificates[:1]),
            more_certificates=certificates[1:],
            target_group=target_groups.network_label(
                service, route.balancer, route.said.port or "", spec.services[service]
            ),
        )


def _certificates(listener: str, said: LoadBalancer, referred: References) -> tuple[ListenerCertificate, ...]:
    """Those of a listener, as the services know them, whose labels begin with the load balancer's name."""
    prefix = () if "." not in listener else (balancer_of(listener),)
    return tuple(
        ListenerCertificate(
            label=names.label(*prefix, each.label),
            arn=certificate_arn(balancer_of(listener)) if each.arn == tls.ISSUED else each.arn,
        )
        for each in tls.certificates(local_name(listener), said, referred)
    )


def makes_certificate(balancer: Balancer) -> bool:
    """Whether a listener has the certificate that the load balancer's module makes."""
    return tls.makes_certificate(balancer.said) and any(
        tls.is_tls(listener) and not listener.certificate for _, listener in balancer.listeners
    )


def route_parts(service: str, spec: Spec) -> Iterator[RoutePart]:
    for route in routes_of(service, spec):
        yield RoutePart(
            balancer=route.balancer,
            listener=route.listener,
            text=text(network_listeners(spec)[route.listener]),
            rule=network_listeners_label(route.listener),
        )


def text(listener: Listener) -> str:
    """What a listener forwards, as a person writes it: `udp 514`."""
    return f"{listener.protocol} {listener.port}"


def depends_on(service: str, spec: Spec) -> Iterator[Ref]:
    """ECS refuses a service whose target group no listener forwards to yet."""
    for route in routes_of(service, spec):
        yield names.ref("aws_lb_listener.{}", network_listeners_label(route.listener))


# --- what is wrong with them

_OF_HTTP = (
    *("idle_timeout", "ip_address_type", "client_keep_alive", "desync", "drop_invalid_headers"),
    *("preserve_host", "x_forwarded_for", "http2", "capacity", "connection_logs", "health_check_logs", "waf"),
)
_OF_HTTP_LISTENERS = ("mutual_tls", "headers", "server_header", "redirect", "default", "redirects")
_OF_HTTP_ROUTES = (
    *("path", "host", "methods", "headers", "query", "source", "weight", "sticky", "priority", "login"),
    "rewrite",
)


def problems(spec: Spec, at: Locate) -> Iterator[Problem]:
    """What is wrong with network load balancers, and with what leads to them or away from them."""
    for balancer in balancers_of(spec):
        if balancer.is_network:
            yield from _balancer_problems(balancer, spec, at)
        else:
            yield from _application_problems(balancer, at)
    used: dict[str, NetworkRoute] = {}
    for route in routes(spec):
        yield from _route_problems(route, at)
        yield from _port_problems(route, spec, at)
        first = used.setdefault(route.listener, route)
        if first is not route:
            message = (
                f'listener "{route.listener}" already leads to "{first.service}" '
                f"(line {at(first.path).line}), and a network listener has one route"
            )
            hint = "remove one of them, or give it a listener of its own"
            yield Problem("TG604", at(route.path), message, hint)


def _balancer_problems(balancer: Balancer, spec: Spec, at: Locate) -> Iterator[Problem]:
    said, path = balancer.said, balancer.path
    if said.existing:
        message = "network load balancers that exist are not supported: their listeners have no rules to add"
        hint = "remove existing, or write a listener of it in a .tf file of your own"
        yield Problem("TG600", at((*path, "existing")), message, hint)
        return
    if not said.listeners:
        hint = "add listeners: {NAME: {port: PORT, protocol: tcp}}"
        message = f'the network load balancer "{balancer.key}" has no listeners, and there is no default'
        yield Problem("TG600", at(path), message, hint)
    usual = LoadBalancer(ip_address_type="ipv4" if said.ip_address_type == "ipv4" else None)
    for name in _OF_HTTP:
        if getattr(said, name) != getattr(usual, name):
            message = f"{name} is not supported for network load balancers"
            yield Problem("TG601", at((*path, name)), message, f"remove {name}")
    yield from _log_problems(balancer, at)
    routed = {route.listener for route in routes(spec)}
    for name, _ in balancer.listeners:
        yield from _listener_problems(name, balancer, routed, at)


def _listener_problems(
    name: str, balancer: Balancer, routed: Container[str], at: Locate
) -> Iterator[Problem]:
    listener, where = balancer.said.listeners[name], balancer.listener_path(name)
    for key in _OF_HTTP_LISTENERS:
        if getattr(listener, key) != getattr(Listener(port=1), key):
            message = f"{key} is for HTTP, and a network load balancer reads no requests"
            yield Problem("TG601", at((*where, key)), message, f"remove {key}")
    if listener.protocol not in PROTOCOLS:
        message = (
            f'listener "{name}" of a network load balancer speaks tcp, udp or tls, not {listener.protocol}'
        )
        yield Problem("TG602", at((*where, "protocol")), message, "write protocol: tcp or protocol: tls")
    elif balancer.full_name(name) not in routed:
        message = f'no route uses listener "{name}", and a network load balancer cannot respond itself'
        hint = f"remove it, or add a route to a service: {{listener: {balancer.key}.{name}, port: NAME}}"
        yield Problem("TG605", at(where), message, hint)


def _log_problems(balancer: Balancer, at: Locate) -> Iterator[Problem]:
    """The policy of a bucket would be another one, and logs are of TLS alone (load-balancer-access-logs)."""
    logs, path = balancer.said.access_logs, (*balancer.path, "access_logs")
    if not logs or logs.bucket is False:
        return
    if logs.bucket is True:
        message = "a bucket of the stack's own for logs is not supported for network load balancers"
        yield Problem("TG603", at(path), message, "name a bucket that exists: access_logs: NAME")
    elif not any(tls.is_tls(listener) for _, listener in balancer.listeners):
        message = "a network load balancer logs connections of tls listeners, and has none"
        yield Problem("TG603", at(path), message, "remove access_logs, or write protocol: tls for a listener")


def _application_problems(balancer: Balancer, at: Locate) -> Iterator[Problem]:
    for name, listener in balancer.listeners:
        if listener.protocol in PROTOCOLS:
            message = f'listener "{name}" speaks {listener.protocol}, which needs a network load balancer'
            hint = "put it into a load balancer of load_balancers with type: network"
            where = at((*balancer.listener_path(name), "protocol"))
            yield Problem("TG602", where, message, hint)
    if balancer.said.cross_zone:
        message = "cross_zone is for network load balancers: others send requests to all zones anyway"
        yield Problem("TG601", at((*balancer.path, "cross_zone")), message, "remove cross_zone")


def _route_problems(route: NetworkRoute, at: Locate) -> Iterator[Problem]:
    """A listener without rules has nothing that tells connections apart."""
    usual = Route()
    for name in _OF_HTTP_ROUTES:
        if getattr(route.said, name) != getattr(usual, name):
            message = (
                f'{name} is for requests, and listener "{route.listener}" of a network load balancer '
                "forwards every connection"
            )
            hint = "remove it: such a route has listener and port only"
            yield Problem("TG606", at((*route.path, name)), message, hint)


def _port_problems(route: NetworkRoute, spec: Spec, at: Locate) -> Iterator[Problem]:
    service, listener = spec.services[route.service], network_listeners(spec)[route.listener]
    port = service.ports.get(route.said.port or "")
    if port is None or listener.protocol not in PROTOCOLS:
        return
    name, where = route.said.port, at(route.path)
    if (listener.protocol == _UDP) != (port.protocol == _UDP):
        message = (
            f'listener "{route.listener}" speaks {listener.protocol}, and port "{name}" of '
            f'"{route.service}" {port.protocol}'
        )
        hint = "write protocol: udp for both of them, or for neither"
        yield Problem("TG607", where, message, hint)
    elif listener.protocol == "tls" and port.protocol == "https":
        message = f'TLS ends at listener "{route.listener}", and port "{name}" speaks https'
        hint = (
            "write protocol: tcp for the listener, which passes TLS on unread, or protocol: tcp for the port"
        )
        yield Problem("TG607", where, message, hint)
    yield from _check_problems(route, spec, at)


def _check_problems(route: NetworkRoute, spec: Spec, at: Locate) -> Iterator[Problem]:
    """Health checks are connections or requests, which a UDP port does not answer."""
    service, name = spec.services[route.service], route.said.port or ""
    checked = ports.checked_name(service, name)
    where = ports.place_of_check(route.service, name, at)
    is_known = not ports.is_checked_by_number(service, name)
    if is_known and checked in service.ports and service.ports[checked].protocol == _UDP:
        message = f'port "{checked}" of "{route.service}" is a udp port, which health checks cannot ask'
        hint = "write health_check: {port: NAME}, with a port that accepts TCP connections"
        yield Problem("TG608", where, message, hint)
    check = ports.health_check(service, name)
    if check.codes and not check.path:
        message = "codes are for health checks with a path; others only open a connection"
        yield Problem("TG609", at((*where.path, "codes")), message, "add a path, or remove codes")
