"""Long requests that the Service Connect proxy cuts off."""

from collections.abc import Iterator
from typing import NamedTuple

from tfgen import facts
from tfgen.blueprint.model import Blueprint, ConnectServer, Service
from tfgen.problems import Problem

ID = "TG316"
SEVERITY = "note"
TITLE = "Requests through Service Connect have the time that they need"
WHY = (
    "The proxy of a service with a Service Connect name responds with 504 when a request takes longer than "
    "15 seconds, and requests from the load balancer pass through it too. timeouts of a Service Connect "
    "name change or remove this timeout."
)
SOURCE = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-connect-concepts-deploy.html"
BAD = """\
services:
  api:
    port: 5000
    routes: [/]
    connect: api
"""
GOOD = """\
services:
  api:
    port: 5000
    routes: [/]
    connect: {name: api, timeouts: {request: 60}}
"""


def _overridden(patch: str, rest: str = "") -> str:
    """A service with a route and a name, and an override of it."""
    return (
        "services: {api: {port: 5000, routes: [/], connect: api}}\n"
        f"overrides: {{module.services.aws_ecs_service.api: {patch}{rest}}}\n"
    )


def _timed(seconds: object) -> str:
    """A patch of a service."""
    timeout = f"{{per_request_timeout_seconds: {seconds}}}"
    return f"{{service_connect_configuration: {{service: {{timeout: {timeout}}}}}}}"


_REPLACED = (
    "{service_connect_configuration: [{enabled: true, "
    "service: [{port_name: api, timeout: {per_request_timeout_seconds: 60}}]}]}"
)
FAILS = (
    "load_balancer: {idle_timeout: 16}\nservices: {api: {port: 80, routes: [/], connect: api}}",
    "services:\n"
    "  web: {port: 80, routes: [/], calls: [api]}\n"
    "  api: {port: {number: 81, protocol: grpc}, connect: api}\n",
    "services:\n  job: {calls: [api]}\n  api: {port: 81, connect: api}\n",
    "services:\n"
    "  web: {port: 80, routes: [/], connect: web}\n"
    "  api: {port: 81, connect: api, calls: [other, cart]}\n"
    "  other: {port: 82, connect: other}\n"
    "  cart: {port: 83, connect: cart}\n",
    _overridden(_timed(59)),
    _overridden(_timed("null")),
    _overridden("{service_connect_configuration: {service: {timeout: {idle_timeout_seconds: 600}}}}"),
    _overridden("{service_connect_configuration: {enabled: true}}"),
    _overridden("{service_connect_configuration: {service: {discovery_name: other}}}"),
    _overridden("{desired_count: 3}"),
    _overridden(_timed(60), ", module.load_balancer.aws_lb.main: {idle_timeout: 61}"),
    "services: {api: {port: 80, routes: [/], connect: {name: api, timeouts: {request: 59}}}}",
    "services: {api: {port: 80, routes: [/], connect: {name: api, timeouts: {idle: 60}}}}",
)
PASSES = (
    "load_balancers: {raw: {type: network, listeners: {a: 9000}}}\n"
    "services: {api: {port: 80, routes: [{listener: raw.a}], connect: api}}",
    "load_balancer: {idle_timeout: 15}\nservices: {api: {port: 80, routes: [/], connect: api}}",
    "load_balancers: {main: {idle_timeout: 15}, other: {idle_timeout: 60}}\n"
    "services:\n"
    "  api: {port: 80, routes: [/], connect: api}\n"
    "  web: {port: 80, routes: [{path: /web, listener: other}]}",
    "load_balancer: {idle_timeout: 120}\n"
    "services:\n"
    "  web: {port: 80, routes: [/], calls: [db]}\n"
    "  db: {port: {number: 81, protocol: tcp}, connect: db}\n",
    "services:\n  web: {port: 80, routes: [/]}\n  api: {port: 81, connect: api}\n",
    "services:\n  job: {calls: [api]}\n  api: {port: 81, connect: api}\n"
    f"overrides: {{module.services.aws_ecs_service.api: {_timed(16)}}}\n",
    "services: {api: {port: 80, routes: [/], connect: {name: api, timeouts: {request: 0}}}}",
    _overridden(_timed(0)),
    _overridden(_timed("'60'")),
    _overridden(_REPLACED),
    _overridden("{service_connect_configuration: {enabled: false}}"),
    _overridden("{service_connect_configuration: null}"),
    _overridden("{service_connect_configuration: []}"),
    _overridden("{service_connect_configuration: {service: []}}"),
    _overridden("{desired_count: 3}", ", module.load_balancer.aws_lb.main: {idle_timeout: 15}"),
)

_ENOUGH = 60  # seconds; the advice where no load balancer sets how long it waits


class _Cut(NamedTuple):
    """A service whose proxy ends requests too early; `waits` is how long the load balancer waits, or 0."""

    service: Service
    after: int
    waits: int


def check(blueprint: Blueprint) -> Iterator[Problem]:
    """One problem for all services: at the first by name, naming the others."""
    cut = list(_cut_requests(blueprint))
    for first in cut[:1]:
        waits = f", although the load balancer waits {first.waits} s" if first.waits else ""
        others = f"; likewise for {_listed_services(cut[1:])}" if cut[1:] else ""
        proxy = "the Service Connect proxy responds with 504"
        message = f'requests to "{first.service.key}" time out after {first.after} s: {proxy}{waits}{others}'
        where = blueprint.locate(("services", first.service.key, "connect", "timeout"))
        yield Problem(ID, where, message, _hint(first), SEVERITY)


def _cut_requests(blueprint: Blueprint) -> Iterator[_Cut]:
    called = {call.callee for call in blueprint.calls}
    own = [balancer for balancer in blueprint.load_balancer if not balancer.is_network]
    timeouts = {balancer.key: balancer.idle_timeout for balancer in own}
    for service in filter(_has_requests, blueprint.services):
        after = _request_timeout(service)
        waits = max((timeouts.get(route.balancer, 0) for route in service.routes), default=0)
        if after and waits > after:
            yield _Cut(service, after, waits)
        elif after == _default_timeout() and service.key in called:
            yield _Cut(service, after, 0)


def _has_requests(service: Service) -> bool:
    """Whether its proxy speaks HTTP or gRPC; plain TCP has no requests."""
    return any(named.app_protocol for mapping in service.port_mappings for named in mapping.connect)


def _request_timeout(service: Service) -> int:
    """The seconds that its proxy gives a request; 0 where nothing ends it."""
    servers = [server for connect in service.connect for server in connect.servers]
    return max(
        (each for server in servers for each in server.request_timeout or (_default_timeout(),)), default=0
    )


def _default_timeout() -> int:
    return facts.limits()["connect_request_timeout_seconds"].value


def _listed_services(cut: list[_Cut]) -> str:
    keys = [f'"{each.service.key}"' for each in cut]
    shown = keys if len(keys) < 5 else [*keys[:3], f"{len(keys) - 3} more"]
    return " and ".join(filter(None, (", ".join(shown[:-1]), shown[-1])))


def _hint(cut: _Cut) -> str:
    seconds = cut.waits or _ENOUGH
    longer = seconds > facts.limits()["connect_idle_timeout_seconds"].value
    timeouts = f"{{request: {seconds}{f', idle: {seconds}' if longer else ''}}}"
    said = [_written(each, cut.service, timeouts) for place in cut.service.connect for each in place.servers]
    connect = said[0] if len(said) == 1 else f"[{', '.join(said)}]"
    return f"where requests may take longer, write connect: {connect} (0 sets no limit)"


def _written(server: ConnectServer, service: Service, timeouts: str) -> str:
    """A Service Connect name in the spec; TCP has no timeout of requests."""
    numbers = {named.name: each.port for each in service.port_mappings for named in each.connect}
    spoken = {named.name: named.app_protocol for each in service.port_mappings for named in each.connect}
    is_usual = numbers.get(server.port_name) == server.port
    parts = {
        "name": server.dns_name,
        "port": server.service_key[len(service.key) + 1 :],
        "alias_port": "" if is_usual else str(server.port),
        "timeouts": timeouts if spoken.get(server.port_name) else "",
    }
    return f"{{{', '.join(f'{key}: {value}' for key, value in parts.items() if value)}}}"
