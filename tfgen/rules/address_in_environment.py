"""The address of another service, in the environment, that cannot be reached."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint, ConnectServer, Service
from tfgen.problems import Problem, nearest_word
from tfgen.rules import _hosts
from tfgen.rules._connections import Connection, Environment, environment_of

ID = "TG329"
SEVERITY = "warning"
TITLE = "An address of another service is one that Service Connect resolves"
WHY = (
    "A task resolves only the Service Connect names of the services that it calls, each on one port; any "
    "other address fails when the application first uses it."
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
    "  web: {calls: [api], environment: {A: 'http://api:5001?x=1', B: 'http://api:5001#x', C: 'x://api:5001'}}\n"
    "  api: {port: 5000, connect: api}\n",
    "services:\n"
    "  web: {calls: [api], environment: {A: 'http://API:5000', B: 'http://back:5000', C: 'http://back.shop'}}\n"
    "  api: {port: 5000, connect: api, environment: {A: 'http://bac', OTHER: 'http://endd'}}\n"
    "  back: {port: 5000, connect: end}\n",
    "services:\n"
    "  w: {calls: [api], environment: {A: 'http://api.shop.local', B: 'api.shop:5000', C: 'api.local:80'}}\n"
    "  api: {port: 5000, connect: api}\n",
    "services: {web: {environment: {DB_HOST: db, DB_PORT: 5432, CACHE: 'redis://cache', K: 'http://key'}}}",
)
PASSES = (
    # only Terraform knows this host, which is not the service that a variable has the name of
    "services:\n"
    "  web: {environment: {API: {join: ['http://', {input: shop}, ':5000']}}}\n"
    "  var: {port: 5000, connect: var}\n",
    "services: {web: {environment: {DB_HOST: db.acme.example, CACHE: 'redis://localhost', BUCKET: 's3://files'}}}",
    "services:\n"
    "  web: {calls: [api], environment: {API: 'http://api/v1', B: 'api:80', C: 'https://api.example.com:5000'}}\n"
    "  api: {port: 5000, connect: {name: api, port: 80}}\n",
    "services:\n"
    "  web: {environment: {API: api, IMAGE: 'api:79', MODE: 'api:v2', GREETING: 'say: api', HOME: 'http://web:80'}}\n"
    "  api: {port: 5000, connect: api}\n"
    "  more: {calls: [api], environment: {A: 'x://api'}}\n",
    "services:\n"
    "  api: {port: 5000, connect: api, environment: {MYSELF: 'http://api:5000'}}\n"
    "  web: {calls: [api], environment: {API: 'api:5000,api:5000', B: 'http://api:$PORT', QS: 'api:99'}}\n",
    "services:\n"
    "  web: {environment: {CORS_URL: 'http://api:80', ORIGIN: 'http://api:80', ALLOWED: 'http://api:80'}}\n"
    "  api: {port: 5000, connect: api}\n",
    "services:\n"
    "  web: {calls: [api, mq], environment: {A: 'http://api:5000?x', MQ: 'https://mq:5000'}}\n"
    "  api: {port: 5000, connect: api}\n"
    "  mq: {port: {number: 5000, protocol: tcp}, connect: mq}\n",
)


Fault = tuple[str, str]
"""What is wrong with a variable, and a hint."""
_UNREACHABLE = "is unreachable"


def check(blueprint: Blueprint) -> Iterator[Problem]:
    environment = environment_of(blueprint)
    for service in blueprint.services:
        for connection in environment.connections(service):
            if found := _fault(connection, service, environment):
                where = blueprint.locate(connection.path)
                message = f"the address in {connection.variable} {found[0]}"
                yield Problem(ID, where, message, found[1], SEVERITY, connection.secret)


def _fault(connection: Connection, caller: Service, environment: Environment) -> Fault | None:
    if connection.given:
        return None
    host, callee = connection.host, environment.meant(connection.host)
    if callee is None:
        return _nobody(host, environment) if _is_lost(host) else None
    if callee.key == caller.key:
        return None
    if host not in environment.servers:
        return _no_such_name(host, callee)
    if callee.key not in caller.calls:
        reason = f'"{caller.key}" does not call "{callee.key}", so it cannot resolve "{host}"'
        return f"{_UNREACHABLE}: {reason}", f"add calls: [{callee.key}]"
    server = environment.servers[host][1]
    return _wrong_port(connection, server) or _wrong_scheme(connection, callee)


def _is_lost(host: str) -> bool:
    """Whether nothing can resolve a name: it is not public, and tasks have no search domain."""
    return "." not in host and not _hosts.is_here(host)


def _nobody(host: str, environment: Environment) -> Fault:
    message = (
        f'{_UNREACHABLE}: no service of this stack is named "{host}", and DNS resolves no name without a dot'
    )
    if near := nearest_word(host, environment.servers, 0.8):
        return message, f"did you mean {near}?"
    return message, (
        f"write the full host name, or give a service this name (connect: {host}) and add it to calls"
    )


def _no_such_name(host: str, callee: Service) -> Fault:
    for place in callee.connect:
        for server in place.servers:
            name = server.dns_name
            message = f'{_UNREACHABLE}: no task can resolve "{host}"; the Service Connect name is "{name}"'
            if host.lower() == name:
                message = (
                    f'is unreachable from Alpine images, where names are case-sensitive: the name is "{name}"'
                )
            return message, f"write {server.address}"
    return (
        f'{_UNREACHABLE}: the service "{callee.key}" has no Service Connect name',
        f"give it one (connect: {callee.key}), and call it (calls: [{callee.key}])",
    )


def _wrong_port(connection: Connection, server: ConnectServer) -> Fault | None:
    if connection.port in (0, server.port):
        return None
    reason = f'Service Connect serves "{connection.host}" on port {server.port}, not {connection.port}'
    return f"{_UNREACHABLE}: {reason}", f"write {server.address}"


def _wrong_scheme(connection: Connection, callee: Service) -> Fault | None:
    """The proxy in the calling task parses HTTP requests, so it does not accept TLS."""
    reads = any(mapping.connect[0].app_protocol for mapping in callee.port_mappings)
    if connection.scheme == "https" and reads:
        reason = f'"{connection.host}" is served over plain HTTP, so a TLS handshake fails'
        return (
            f"{_UNREACHABLE}: {reason}",
            "write http:// (or protocol: tcp for the port, if the application itself terminates TLS)",
        )
    return None
