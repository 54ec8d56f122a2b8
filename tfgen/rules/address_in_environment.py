"""The address of another service, in the environment, that leads nowhere."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from tfgen.blueprint.model import Blueprint, ConnectServer, Service
from tfgen.problems import Problem

ID = "TG329"
SEVERITY = "warning"
TITLE = "An address of another service is one that Service Connect answers"
WHY = (
    "A task knows the Service Connect names of the services that it calls and no others, each at one "
    "port; anything else fails when the application first uses it."
)
SOURCE = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-connect-concepts-deploy.html"
BAD = """\
services:
  web:
    port: 8080
    environment:
      BACKEND_URL: http://backend:5000
  backendserver:
    port: 5000
    connect: backend
"""
GOOD = """\
services:
  web:
    port: 8080
    calls: [backendserver]
    environment:
      BACKEND_URL: http://backend:5000
  backendserver:
    port: 5000
    connect: backend
"""
FAILS = (
    "services:\n"
    "  web: {calls: [api], environment: {API: 'http://backend:5001/v1'}}\n"
    "  api: {port: 5000, connect: backend}\n",
    "services:\n"
    "  web: {calls: [api], environment: {API: 'http://backend'}}\n"
    "  api: {port: 5000, connect: backend}\n",
    "services:\n"
    "  web: {calls: [api], environment: {API: 'http://api:5000'}}\n"
    "  api: {port: 5000, connect: backend}\n",
    "services:\n  web: {environment: {API: 'api:80'}}\n  api: {port: 5000}\n",
    "services:\n  web: {environment: {API: 'x://api:79'}}\n  api: {port: 5000}\n",
    "services:\n"
    "  web: {environment: {DB: 'postgres://shop@db:5432/shop'}}\n"
    "  db: {port: {number: 5432, protocol: tcp}, connect: db}\n",
    "services:\n"
    "  web: {calls: [api], environment: {API: 'https://api:5000'}}\n"
    "  api: {port: 5000, connect: api}\n",
    "services:\n"
    "  web: {calls: [api], environment: {A: 'http://api:5001?x=1', B: 'http://api:5001#x', C: 'x://API:5001'}}\n"
    "  api: {port: 5000, connect: api}\n",
)
PASSES = (
    "services:\n"
    "  web: {calls: [api], environment: {API: 'http://api/v1', B: 'api:80', C: 'https://api.example.com:5000'}}\n"
    "  api: {port: 5000, connect: {name: api, port: 80}}\n",
    "services:\n"
    "  web: {environment: {API: api, IMAGE: 'api:79', MODE: 'api:v2', GREETING: 'say: api', HOME: 'http://web:80'}}\n"
    "  api: {port: 5000, connect: api}\n"
    "  more: {calls: [api], environment: {A: 'x://api'}}\n",
    "services:\n"
    "  api: {port: 5000, connect: api, environment: {SELF: 'http://api:5000'}}\n"
    "  web: {calls: [api], environment: {API: 'api:5000,api:5001', B: 'http://api:$PORT'}}\n",
    "services:\n"
    "  web: {environment: {CORS_URL: 'http://api:80', ORIGIN: 'http://api:80', ALLOWED: 'http://api:80'}}\n"
    "  api: {port: 5000, connect: api}\n",
    "services:\n"
    "  web: {calls: [api, mq], environment: {A: 'http://API:5000?x', MQ: 'https://mq:5000'}}\n"
    "  api: {port: 5000, connect: api}\n"
    "  mq: {port: {number: 5000, protocol: tcp}, connect: mq}\n",
)


_OF_CALLERS = ("ORIGIN", "ALLOWED", "CORS")  # such variables hold the addresses of those that may call


class _Address(NamedTuple):
    scheme: str
    host: str
    port: int  # 0 where only the scheme would know


def check(blueprint: Blueprint) -> Iterator[Problem]:
    keys = {service.key: service for service in blueprint.services}
    names = {server.dns_name: service for service in blueprint.services for server in _servers(service)}
    for service in blueprint.services:
        for variable, value in service.environment:
            name = variable.upper()
            if any(word in name for word in _OF_CALLERS):
                continue
            if (address := _address(value)) and (found := _fault(address, service, names, keys)):
                where = blueprint.locate(("services", service.key, "environment", variable))
                yield Problem(ID, where, f"{variable} leads nowhere: {found[0]}", found[1], SEVERITY)


def _servers(service: Service) -> Iterator[ConnectServer]:
    for place in service.connect:
        yield from place.servers


_PORTS = {"http": 80, "https": 443}
_LOWEST = 80  # without a scheme, postgres:16 is rather an image


def _address(value: str) -> _Address | None:
    """The host and port of scheme://user@HOST:PORT/path or HOST:PORT."""
    scheme, _, rest = value.rpartition("://")
    authority = rest.partition("/")[0].partition("?")[0].partition("#")[0]
    host, colon, port = authority.rpartition("@")[2].lower().partition(":")
    port = port[:9]  # Python reads no number of thousands of digits
    if port.isdecimal() and (scheme or int(port) >= _LOWEST):
        return _Address(scheme, host, int(port))
    return _Address(scheme, host, _PORTS.get(scheme, 0)) if scheme and not colon else None


def _fault(
    address: _Address, caller: Service, names: Mapping[str, Service], keys: Mapping[str, Service]
) -> tuple[str, str] | None:
    """A message and a hint."""
    callee = names.get(address.host) or keys.get(address.host)
    if callee is None or callee.key == caller.key:
        return None
    if address.host not in names:
        return _no_such_name(address.host, callee)
    if callee.key not in caller.calls:
        message = (
            f'"{caller.key}" does not call "{callee.key}", and so does not know the name "{address.host}"'
        )
        return message, f"add calls: [{callee.key}]"
    return _wrong_port(address, callee) or _wrong_scheme(address, callee)


def _no_such_name(host: str, callee: Service) -> tuple[str, str]:
    for server in _servers(callee):
        message = f'the Service Connect name of the service "{host}" is "{server.dns_name}"'
        return message, f"write {server.address}"
    return (
        f'the service "{host}" has no Service Connect name',
        f"give it one (connect: {host}), and call it (calls: [{host}])",
    )


def _wrong_port(address: _Address, callee: Service) -> tuple[str, str] | None:
    for server in _servers(callee):
        if address.port not in (0, server.port):
            message = (
                f'Service Connect answers for "{address.host}" at port {server.port}, not {address.port}'
            )
            return message, f"write {server.address}"
    return None


def _wrong_scheme(address: _Address, callee: Service) -> tuple[str, str] | None:
    """The proxy of whoever calls a name of HTTP reads the requests, and takes no TLS."""
    if address.scheme == "https" and any(mapping.connect[0].app_protocol for mapping in callee.port_mappings):
        message = f'"{address.host}" is a name of plain HTTP, which no TLS handshake gets through to'
        return message, "write http:// (or protocol: tcp for the port, if the application itself speaks TLS)"
    return None
