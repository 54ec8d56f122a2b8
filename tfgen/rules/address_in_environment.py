"""The address of another service, in the environment, that cannot be reached."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint, ConnectServer, DnsName, Service, Task
from tfgen.problems import Problem, nearest_word, some_words
from tfgen.rules import _hosts
from tfgen.rules._connections import Connection, Environment, environment_of

ID = "TG329"
SEVERITY = "warning"
TITLE = "An address of another service is one that tasks can resolve and reach"
WHY = (
    "A task resolves only the Service Connect names of the services that it calls, each on one port, and "
    "names in DNS, on the ports that calls allow; any other address fails when the application first uses it."
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
_OF_CONNECT = (
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
    "services:\n"
    "  web: {calls: [api], environment: {API: 'http://api:8443'}}\n"
    "  api: {port: {number: 8443, protocol: https}, connect: api}\n",
    "services: {api: {port: 5000, connect: api, dns: back}}\n"
    "jobs: {nightly: {calls: [api], environment: {API: 'http://api:5000'}}}\n",
    "services:\n"
    "  web: {calls: [api], environment: {API: 'https://raw:9000', B: 'http://api:9000'}}\n"
    "  api:\n"
    "    ports: {http: {number: 443, protocol: tcp}, raw: 9000}\n"
    "    connect: [api, {name: raw, port: raw}]\n",
)
_OF_DNS = tuple(
    "dns: shop.internal\nservices:\n"
    f"  web: {{calls: [{calls}], environment: {{API: '{address}'}}}}\n"
    "  api: {port: 5000, dns: back}\n"
    "  tls: {port: {number: 5000, protocol: https}, dns: tls}\n"
    for calls, address in (
        ("", "http://back.shop.internal:5000"),
        ("tls", "http://back.shop.internal:5000"),
        ("api", "http://back.shop.internal"),
        ("api", "http://back.shop.internal:5001"),
        ("api", "https://back.shop.internal:5000"),
        ("tls", "http://TLS.shop.internal.:5000"),
        ("api", "http://api:5000"),
        ("api", "http://bakc.shop.internal:5000"),
        ("api", "http://other.shop.internal:5000"),
    )
)
FAILS = (*_OF_CONNECT, *_OF_DNS)
PASSES = (
    "dns: shop.internal\nservices:\n"
    "  web: {calls: [api, db], environment: {A: 'http://back.shop.internal:5000', F: 'x://back.shop.internal/a',\n"
    "    B: 'db.shop.internal:5432',\n"
    "    C: 'http://back.other.internal:1', D: 'postgres://db.shop.internal/x', E: 'http://shop.internal'}}\n"
    "  api: {port: 5000, dns: back, environment: {A: 'http://back.shop.internal:1'}}\n"
    "  db: {port: {number: 5432, protocol: tcp}, dns: db}\n",
    "services:\n"
    "  web: {calls: [api], environment: {API: 'https://api:443', B: 'http://raw:9000', C: 'https://c'}}\n"
    "  api:\n"
    "    ports: {http: {number: 443, protocol: https}, raw: 9000, c: {number: 90, protocol: https}}\n"
    "    connect: [api, {name: raw, port: raw}, {name: c, port: c, alias_port: 443}]\n",
    "services: {web: {calls: [{host: ledger, port: 80, cidr: 10.8.0.0/16}], environment: {A: 'http://ledger'}}}",
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
    for service in blueprint.tasks:
        for connection in environment.connections(service):
            if found := _fault(connection, service, environment):
                where = blueprint.locate(connection.path)
                message = f"the address in {connection.variable} {found[0]}"
                yield Problem(ID, where, message, found[1], SEVERITY)


def _fault(connection: Connection, caller: Task, environment: Environment) -> Fault | None:
    host, callee = connection.host, environment.meant(connection.host)
    own = callee.key == caller.key if callee else any(host == each.host for each in caller.outside)
    if connection.given or own:
        return None
    if callee is None:
        return _nobody(host, environment) if _is_lost(host) else _no_dns_name(host, environment)
    if found := environment.names.get(host.lower().rstrip(".")):
        return _unlike_dns(connection, caller, *found)
    if host not in environment.servers:
        return _no_such_name(host, callee)
    return _unlike_connect(connection, caller, callee, environment.servers[host][1])


def _unlike_connect(
    connection: Connection, caller: Task, callee: Service, server: ConnectServer
) -> Fault | None:
    """What is wrong with a Service Connect name: that the caller does not know it, its port, its scheme."""
    host = connection.host
    if not isinstance(caller, Service):
        reason = f'"{host}" is a Service Connect name, which no task without a service resolves'
        return f"{_UNREACHABLE}: {reason}", f"give {callee.key} a name in DNS (dns: {callee.key}), and use it"
    if callee.key not in caller.calls:
        reason = f'"{caller.key}" does not call "{callee.key}", so it cannot resolve "{host}"'
        return f"{_UNREACHABLE}: {reason}", f"add calls: [{callee.key}]"
    return _wrong_port(connection, server, callee) or _wrong_scheme(connection, server, callee)


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


def _no_dns_name(host: str, environment: Environment) -> Fault | None:
    """A name in the private zone, which nothing outside the stack gives names to."""
    if not environment.is_in_zone(host):
        return None
    message = f'{_UNREACHABLE}: no service has the DNS name "{host}"'
    if near := nearest_word(host, environment.names, 0.6):
        return message, f"did you mean {near}?"
    return message, f"write one of {some_words(environment.names)}"


def _unlike_dns(connection: Connection, caller: Task, callee: Service, name: DnsName) -> Fault | None:
    """What is wrong with an address in the private zone: that nothing allows it, its port, its scheme."""
    if callee.key not in caller.calls:
        reason = f'"{caller.key}" does not call "{callee.key}", so no security group allows it'
        return f"{_UNREACHABLE}: {reason}", f"add calls: [{callee.key}]"
    by_port = {server.port: server.address for server in name.servers}
    right = by_port.get(connection.port, name.servers[0].address)
    if connection.port and connection.port not in by_port:
        reason = f'calls to "{name.host}" are not allowed on port {connection.port}'
        return f"{_UNREACHABLE}: {reason}", f"write {right}"
    spoken = right.partition("://")[0]
    if {connection.scheme, spoken} == {"http", "https"}:
        reason = "with TLS" if spoken == "https" else "without TLS"
        return f'{_UNREACHABLE}: "{name.host}" is served {reason} on this port', f"write {right}"
    return None


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
    for known in callee.dns:
        message = f'{_UNREACHABLE}: no task can resolve "{host}"; the DNS name is "{known.host}"'
        return message, f"write {known.servers[0].address}"
    return (
        f'{_UNREACHABLE}: the service "{callee.key}" has no Service Connect name',
        f"give it one (connect: {callee.key}), and call it (calls: [{callee.key}])",
    )


def _wrong_port(connection: Connection, server: ConnectServer, callee: Service) -> Fault | None:
    if connection.port in (0, server.port):
        return None
    reason = f'Service Connect serves "{connection.host}" on port {server.port}, not {connection.port}'
    named = [each for place in callee.connect for each in place.servers if each.port == connection.port]
    return f"{_UNREACHABLE}: {reason}", f"write {next(iter(named), server).address}"


def _wrong_scheme(connection: Connection, server: ConnectServer, callee: Service) -> Fault | None:
    """The proxy in the calling task parses HTTP requests, so it accepts no TLS; all else it passes on."""
    reads = any(
        named.app_protocol
        for mapping in callee.port_mappings
        for named in mapping.connect
        if named.name == server.port_name
    )
    if connection.scheme == "http" and server.address.startswith("https:"):
        reason = f'"{connection.host}" is served with TLS, so plain HTTP fails'
        return f"{_UNREACHABLE}: {reason}", f"write {server.address}"
    if connection.scheme == "https" and reads:
        reason = f'"{connection.host}" is served over plain HTTP, so a TLS handshake fails'
        return (
            f"{_UNREACHABLE}: {reason}",
            "write http:// (or protocol: tcp for the port, if the application itself terminates TLS)",
        )
    return None
