"""The ports of a service: what is named after them, what the load balancer does with them, and what is wrong.

The port `http` carries no suffix in any name, the others carry theirs: adding a port changes nothing of those
that there are.
"""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple, TypeVar

from tfgen.blueprint import names, renames
from tfgen.blueprint.model import TCP
from tfgen.hcl.text import Label
from tfgen.problems import Locate, Location, Problem, SpecPath, nearest_word, some_words
from tfgen.spec import balancers
from tfgen.spec.balancers import balancer_of, balancers_of, network_listeners
from tfgen.spec.model import DEFAULT_PORT, Connect, HealthCheck, Listener, Port, Service, ServicePort, Spec

UDP = "udp"
_OF_HTTP = ("http", "http2", "grpc", "https")
"""What a container can speak to an Application Load Balancer."""
_HTTP1 = "HTTP1"
_VERSIONS = {"http2": "HTTP2", "grpc": "GRPC"}
_PORT_NAME = 64  # botocore, ecs PortMapping.name
_GRPC_CODES = 99
_GRPC_METHOD = re.compile(r"/[A-Za-z_][\w.]*/[A-Za-z_]\w*")


_SCHEME = {"http": "http://", "http2": "http://", "https": "https://"}


class Allowed(NamedTuple):
    """The first and the last port that a rule allows, and the protocol."""

    first: int
    last: int
    protocol: str = TCP


class TargetProtocol(NamedTuple):
    """What the load balancer speaks to the tasks; nothing where it is Terraform's default. `mark` is what the
    name of a target group has of the version."""

    protocol: str
    version: str = _HTTP1
    mark: str = ""


def suffix(port: int | str | None) -> tuple[str, ...]:
    """What names that belong to a port have after that of the service."""
    return () if port in (None, DEFAULT_PORT) else (str(port),)


def label(key: str, port: str | None) -> Label:
    return names.label(key, *suffix(port))


def name_in_connect(aws_name: str, port: int | str | None) -> str:
    """What Service Connect calls a port: unique in a namespace, as names of services in AWS are."""
    return names.fit("-".join((aws_name, *suffix(port))), _PORT_NAME)


def ordered(service: Service) -> list[tuple[str, ServicePort]]:
    """All ports: the default one, then the others by name."""
    return sorted(service.ports.items(), key=lambda each: (each[0] != DEFAULT_PORT, each[0]))


def routed(service: Service, balancer: str | None = None) -> list[str]:
    """The ports that routes lead to, in that order: those of any load balancer, or of one."""
    used = {
        route.port
        for route in service.routes
        if balancer is None or balancer_of(route.listener or "") == balancer
    }
    return [name for name, _ in ordered(service) if name in used]


def protocol_of(port: Port) -> str:
    """Of the transport layer."""
    return UDP if port.protocol == "udp" else TCP


def allowed_ports(port: Port) -> tuple[int, int]:
    """The first and the last port that rules allow: running tasks may have another port than new ones."""
    ends = (port.number, port.was or port.number)
    return min(ends), max(ends)


def of_requests(service: Service, spec: Spec) -> Service:
    """A service with its routes on application load balancers alone."""
    return balancers.of_requests(service, network_listeners(spec))


def routed_http(service: Service, spec: Spec) -> list[str]:
    """The ports to which load balancers send requests, and not connections alone."""
    network = network_listeners(spec)
    used = {route.port for route in service.routes if route.listener not in network}
    return [name for name in routed(service) if name in used]


def target_protocol(port: Port, *, network: bool = False) -> TargetProtocol:
    if network:
        return TargetProtocol(protocol_of(port).upper())
    if port.protocol == "https":
        return TargetProtocol("HTTPS")
    if version := _VERSIONS.get(port.protocol):
        return TargetProtocol("HTTP", version, version[0].lower())
    return TargetProtocol("HTTP")


def attributes(spoken: TargetProtocol) -> Iterator[tuple[Label, str]]:
    """The version, unless it is Terraform's default."""
    if spoken.version != _HTTP1:
        yield Label("protocol_version"), spoken.version


def health_check(service: Service, name: str) -> HealthCheck:
    """How the load balancer checks a port."""
    return service.ports[name].health_check or service.health_check


def checked_port(service: Service, name: str) -> int | None:
    """The number of the port that is checked, if it is another one than the port itself."""
    found = _checked(service, name)
    return None if found is None or found[1] == service.ports[name].number else found[1]


def check_protocol(service: Service, name: str) -> Iterator[str]:
    """HTTPS, if the port that is checked speaks it: a number without a name speaks what the port does. TCP,
    if there is no path to request."""
    if not health_check(service, name).path:
        yield TCP.upper()
    elif service.ports[checked_name(service, name)].protocol == "https":
        yield "HTTPS"


def is_checked_by_number(service: Service, name: str) -> bool:
    """Whether the port that is checked is a number without a name, so that what it speaks is not known."""
    found = _checked(service, name)
    return found is not None and found[0] is None


def checked_name(service: Service, name: str) -> str:
    """The name of the port that is checked, or that whose language is spoken at a number without a name."""
    checked = _checked(service, name)
    return checked[0] if checked and checked[0] else name


def _checked(service: Service, name: str) -> tuple[str | None, int] | None:
    """The port that a health check names: its name in the spec, if it has one, and its number."""
    said = health_check(service, name).port
    if said is None:
        return None
    if isinstance(said, str):
        return (said, service.ports[said].number) if said in service.ports else None
    known = [own for own, port in ordered(service) if port.number == said and protocol_of(port) == TCP]
    return (known[0] if known else None), said


def of_load_balancer(service: Service, balancer: str) -> Mapping[tuple[str, ...], Allowed]:
    """The ports that a load balancer connects to, by what is said of them in labels: those of the routes,
    and those that it checks. AWS refuses a second rule for the same ones."""
    found: dict[tuple[str, ...], Allowed] = {}
    for name in routed(service, balancer):
        port = service.ports[name]
        found[suffix(name)] = Allowed(*allowed_ports(port), protocol_of(port))
    for name in routed(service, balancer):
        if checked := _checked(service, name):
            own, number = checked
            allowed = allowed_ports(service.ports[own]) if own else (number, number)
            found.setdefault(suffix(own) if own else (str(number),), Allowed(*allowed))
    return _once(found)


def called(service: Service, *, by_dns: bool = False) -> Mapping[tuple[str, ...], Allowed]:
    """The ports that callers connect to, or those alone of its name in DNS, by what labels say of them."""
    known = set(service.dns.ports if service.dns else ())
    if not by_dns:
        known |= {str(each.port) for each in service.connects}
    return _once(
        {
            suffix(name): Allowed(*allowed_ports(port), protocol_of(port))
            for name, port in ordered(service)
            if name in known
        }
    )


def address(protocol: str, host: str, number: int) -> str:
    """Where callers reach a port, by its protocol; gRPC and TCP have no scheme that everyone knows."""
    return f"{_SCHEME.get(protocol, '')}{host}:{number}"


def names_by_port(service: Service) -> list[Connect]:
    """The Service Connect names, in the order of the ports that they lead to."""
    by_port = {each.port: each for each in service.connects}
    return [by_port[name] for name, _ in ordered(service) if name in by_port]


_Ends = TypeVar("_Ends")


def _once(found: Mapping[tuple[str, ...], _Ends]) -> Mapping[tuple[str, ...], _Ends]:
    """Each pair of ports by the first that has it: two that change their numbers have the same."""
    first = {ports: words for words, ports in reversed(list(found.items()))}
    return {words: ports for words, ports in found.items() if first[ports] == words}


def place(key: str, name: str, at: Locate) -> SpecPath:
    """Where the spec says a port: as `port`, or in `ports`."""
    short = ("services", key, "port")
    return short if at(short).path == short else ("services", key, "ports", name)


# --- what is wrong with them


def problems(spec: Spec, at: Locate) -> Iterator[Problem]:
    """What is wrong with the ports of services, and with what names them."""
    for key, service in spec.services.items():
        yield from _own_problems(key, service, at)
        yield from _naming_problems(key, service, at)
        for name in routed_http(service, spec):
            yield from _routed_problems(key, name, service, at)
            yield from _check_problems(key, name, service, at)
        yield from _listener_problems(key, service, spec, at)
    yield from _clash_problems(spec, at)
    yield from _connect_name_problems(spec, at)


def _own_problems(key: str, service: Service, at: Locate) -> Iterator[Problem]:
    used: dict[tuple[int, str], str] = {}
    for name, port in service.ports.items():
        other = used.setdefault((port.number, protocol_of(port)), name)
        if other != name:
            line = at(place(key, other, at)).line
            message = f'ports "{other}" (line {line}) and "{name}" of "{key}" are both {port.number}'
            where = at((*place(key, name, at), "number"))
            yield Problem("TG583", where, message, "give one of them another number, or remove one")


def _naming_problems(key: str, service: Service, at: Locate) -> Iterator[Problem]:
    """Names of ports that do not exist, and names that lack where there are several ports."""
    if not service.ports:
        return
    for path, said in _names_of_ports(service):
        where = at(("services", key, *path))
        if said is None:
            message = f'"{key}" has several ports, none of them is named http, and this names none of them'
            yield Problem(
                "TG581", where, message, f"write port: NAME, with one of {some_words(service.ports)}"
            )
        elif said not in service.ports:
            near = nearest_word(said, service.ports, 0.6)
            hint = f"did you mean {near}?" if near else f"write one of its ports: {some_words(service.ports)}"
            yield Problem("TG582", at((*where.path, "port")), f'"{key}" has no port "{said}"', hint)


def _names_of_ports(service: Service) -> Iterator[tuple[SpecPath, str | None]]:
    for index, route in enumerate(service.routes):
        yield ("routes", index), route.port
    for index, each in enumerate(service.connects):
        yield ("connect", index), each.port if isinstance(each.port, str) else None
    for index, entry in enumerate(service.ingress):
        if entry.protocol != "icmp" and (entry.port is None or is_name(entry.port)):
            yield ("ingress", index), service.default_port if entry.port is None else str(entry.port)
    checks: list[tuple[SpecPath, HealthCheck | None]] = [(("health_check",), service.health_check)]
    checks += [(("ports", name, "health_check"), port.health_check) for name, port in service.ports.items()]
    for path, check in checks:
        if check and isinstance(check.port, str):
            yield path, check.port


def is_name(port: int | str) -> bool:
    """Whether this is the name of a port, and not a number or a range of numbers."""
    return isinstance(port, str) and port[:1].isalpha()


def _routed_problems(key: str, name: str, service: Service, at: Locate) -> Iterator[Problem]:
    protocol = service.ports[name].protocol
    if protocol not in _OF_HTTP:
        message = f"the load balancer cannot send requests to a {protocol} port"
        hint = (
            f"lead the routes to a network load balancer, or write one of the protocols {', '.join(_OF_HTTP)}"
        )
        yield Problem("TG242", at(place(key, name, at)), message, hint)


def _listener_problems(key: str, service: Service, spec: Spec, at: Locate) -> Iterator[Problem]:
    """HTTP/2 and gRPC need TLS on the way in, too: ELB/load-balancer-target-groups."""
    known: Mapping[str | None, Listener] = {
        balancer.full_name(name): listener
        for balancer in balancers_of(spec)
        if not balancer.is_network
        for name, listener in balancer.listeners
    }
    for index, route in enumerate(service.routes):
        protocol = service.ports[route.port].protocol if route.port in service.ports else ""
        listener = known.get(route.listener)
        if protocol in _VERSIONS and listener and listener.protocol != "https":
            message = f'routes to a {protocol} port need an HTTPS listener, and "{route.listener}" is none'
            hint = "add a certificate or a domain to the load balancer, or write protocol: http for the port"
            yield Problem("TG585", at(("services", key, "routes", index)), message, hint)
        # ELB/rule-action-types: gRPC and HTTP/2 take forward actions alone.
        if protocol in _VERSIONS and route.login and isinstance(route.login.name, str):
            message = f"the load balancer asks nobody for a login in front of a {protocol} port"
            hint = "write login: false here, or protocol: http for the port"
            yield Problem("TG585", at(("services", key, "routes", index)), message, hint)
    for balancer in balancers_of(spec):
        spoken = {service.ports[name].protocol for name in routed(service, balancer.key)}
        if (
            "grpc" in spoken
            and not balancer.is_network
            and not balancer.said.http2
            and not balancer.said.existing
        ):
            message = f'"{key}" speaks gRPC, and clients need HTTP/2 for it, which the load balancer refuses'
            yield Problem("TG589", at((*balancer.path, "http2")), message, "remove http2: false")


def _check_problems(key: str, name: str, service: Service, at: Locate) -> Iterator[Problem]:
    """gRPC is checked by gRPC, with codes of its own; everything else by HTTP."""
    check, protocol = health_check(service, name), service.ports[name].protocol
    where = place_of_check(key, name, at)
    is_grpc = all(len(code) < 3 for code in (check.codes or "").replace("-", ",").split(","))
    if is_grpc != (protocol == "grpc") and protocol in _OF_HTTP:
        kind, ends = ("gRPC", f"0 to {_GRPC_CODES}") if protocol == "grpc" else ("HTTP", "200 to 499")
        message = f'health checks of port "{name}" return {kind} codes, and "{check.codes}" is not of these'
        hint = f"write codes from {ends}; a health_check of the port itself replaces that of the service"
        yield Problem("TG586", at((*where.path, "codes")), message, hint)
    if protocol == "grpc" and not _GRPC_METHOD.fullmatch(check.path or ""):
        message = f'"{check.path}" is no method of gRPC, so no check of port "{name}" can succeed'
        hint = "write /PACKAGE.SERVICE/METHOD, or remove path: by default, every gRPC server passes"
        yield Problem("TG586", at((*where.path, "path")), message, hint)
    checked = _checked(service, name)
    if checked and checked[0]:
        spoken = service.ports[checked[0]].protocol
        if _check_language(spoken) != _check_language(protocol):
            message = (
                f'health checks of port "{name}" speak {protocol}, and port "{checked[0]}" speaks {spoken}'
            )
            hint = f"check a port that speaks {protocol}"
            yield Problem("TG587", at((*where.path, "port")), message, hint, "warning")


def _check_language(protocol: str) -> str:
    return "http" if protocol == "https" else protocol


def place_of_check(key: str, name: str, at: Locate) -> Location:
    """Where the spec says how a port is checked."""
    own = ("services", key, "ports", name, "health_check")
    return at(own) if at(own).path == own else at(("services", key, "health_check"))


def connect_problems(key: str, service: Service, at: Locate) -> Iterator[Problem]:
    """A port that Service Connect does not take, or that has two names."""
    used: dict[str, int] = {}
    for index, each in enumerate(service.connects):
        if not isinstance(each.port, str) or each.port not in service.ports:
            continue
        where = at(("services", key, "connect", index))
        if each.timeouts.request is not None and service.ports[each.port].protocol in ("tcp", "https"):
            message = f'port "{each.port}" of "{key}" is TCP to Service Connect, which sees no requests in it'
            place = at((*where.path, "timeouts", "request"))
            yield Problem("TG730", place, message, "remove request, or write idle, which ends connections")
        if service.ports[each.port].protocol == "udp":
            message = f'port "{each.port}" of "{key}" is a udp port, and Service Connect takes none'
            hint = f"write dns: {each.name} instead of this name, and callers list {key} in calls"
            yield Problem("TG588", where, message, hint)
        elif used.setdefault(each.port, index) != index:
            message = f'port "{each.port}" of "{key}" has two Service Connect names, and ECS takes one'
            yield Problem("TG588", where, message, "remove one of them, or name another port")


def _clash_problems(spec: Spec, at: Locate) -> Iterator[Problem]:
    """A port whose names would be those of another service, or of a port of it."""
    taken = {label(key, None): (key, "") for key in spec.services}
    for key, service in spec.services.items():
        for name, _ in ordered(service):
            own = label(key, name)
            other, port = taken.setdefault(own, (key, name))
            if suffix(name) and (other, port) != (key, name):
                of = f'port "{port}" of service "{other}"' if port else f'service "{other}"'
                message = f'port "{name}" of "{key}" would have the names of {of}: {own}'
                yield Problem("TG584", at(place(key, name, at)), message, "give the port another name")


def _connect_name_problems(spec: Spec, at: Locate) -> Iterator[Problem]:
    """Names of ports in Service Connect begin with those of services in AWS, which renamed ones keep."""
    taken: dict[str, tuple[str, str]] = {}
    for key, service in spec.services.items():
        for each in names_by_port(service):
            name, own = name_in_connect(renames.in_aws(key, spec), each.port), (key, str(each.port))
            other, port = taken.setdefault(name, own)
            if (other, port) != own and label(key, own[1]) != label(other, port):
                message = f'port "{own[1]}" of "{key}" and port "{port}" of "{other}" are both {name} in AWS'
                yield Problem(
                    "TG584", at(place(key, own[1], at)), message, "give one of the ports another name"
                )
