"""What the rules about environment variables share: the hosts and ports that they point to.

An address is scheme://user@HOST:PORT/path, also with several hosts; HOST:PORT, or a list of them; a host
whose port is in another variable (DB_HOST and DB_PORT); or a connection string of key=value pairs. Much else
looks like one (an image, a queue and its weight, the URL of a page): the words of the variable's name tell.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from tfgen import facts
from tfgen.blueprint.model import (
    USUAL_PORTS,
    Blueprint,
    ConnectServer,
    Container,
    DnsName,
    Reference,
    Service,
    Task,
)
from tfgen.problems import SpecPath
from tfgen.rules._front import Front
from tfgen.rules._given import GivenHosts
from tfgen.rules._hosts import is_host, is_ipv4, managed_kind

_URL = re.compile(r"(https?)://([^/:@?#]+)(?::([0-9]{1,5}))?")
_DATADOG = "datadog"  # whose plugin uses no other port unless told
_HTTP = frozenset({"http", "https", "ws", "wss"})
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_BEFORE = re.compile(r"[A-Za-z0-9+.:(_-]{1,64}")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+._-]*\Z")
_AUTHORITY = re.compile(r"""[^/?#;\s'")]*""")
_LIST = re.compile(r"[,;\s]+")
_DIGITS = re.compile(r"[0-9]*")
_LOWEST = 1024  # without a scheme and a telling name, web:80 is rather an image, mailer:100 a weight


class Connection(NamedTuple):
    """Where a variable points to. `port` is 0 where it is unknown, `scheme` is empty where there is none."""

    variable: str
    scheme: str
    host: str
    port: int
    secret: bool
    """Whether the value may hold a password, which no message may show."""
    path: SpecPath
    """Where the spec sets it."""
    given: bool = False
    """Whether only Terraform knows the host, so that `host` is a reference."""
    managed: str = ""
    """The kind of a given host, if it is one that AWS runs in a VPC."""

    @property
    def text(self) -> str:
        return f"{self.host}:{self.port}" if self.port else self.host


class _Address(NamedTuple):
    scheme: str
    host: str
    port: int
    bare: bool = False
    """HOST:PORT and nothing else, a form that many other values have too."""


class _Names(NamedTuple):
    """The words of a variable, in capitals, and the name of the variable with its port, in lowercase."""

    words: frozenset[str]
    last: str
    port: str


class Environment:
    """The variables of a stack's services, and the services that they name."""

    def __init__(self, blueprint: Blueprint) -> None:
        self.blueprint = blueprint
        self.front = Front(blueprint)
        self.servers: Mapping[str, tuple[Service, ConnectServer]] = {
            server.dns_name: (service, server)
            for service in blueprint.services
            for place in service.connect
            for server in place.servers
        }
        self.names: Mapping[str, tuple[Service, DnsName]] = {
            name.host: (service, name) for service in blueprint.services for name in service.dns
        }
        self._meant = {service.key: service for service in blueprint.services}
        # A Service Connect name has priority over the key of another service.
        self._meant.update({name: service for name, (service, _) in self.servers.items()})
        self._meant.update({host: service for host, (service, _) in self.names.items()})
        # Specs that were ported from Cloud Map or Kubernetes have these domains behind a service's name.
        ends = ("local", "internal", "svc.cluster.local")
        self._domains = {blueprint.name, *ends, *(f"{blueprint.name}.{end}" for end in ends)}
        self._own = facts.connection_signs().own | set(_split_name(blueprint.name))
        self._found: dict[str, tuple[Connection, ...]] = {}

    def connections(self, service: Task) -> tuple[Connection, ...]:
        """Where the variables of a service point to, each place once for a variable."""
        if service.key not in self._found:
            self._found[service.key] = tuple(self._connections(service))
        return self._found[service.key]

    def _connections(self, service: Task) -> Iterator[Connection]:
        own = self._own | set(_split_name(service.key))
        for container in service.containers:
            yield from self._connections_of(container, own)
            yield from _log_connections(container)

    def _connections_of(self, container: Container, own: frozenset[str]) -> Iterator[Connection]:
        variables = {name.lower(): value for name, value in container.environment}
        for variable, value in container.environment:
            names = _words_of_variable(variable)
            if names is None:
                continue
            secret = _may_hold_password(value)
            path = (*container.path, "environment", variable)
            for address in dict.fromkeys(_addresses_in_value(names, value.strip(), variables, own)):
                if self._is_connection(address, names) and not _is_name_only(address, names, own):
                    yield Connection(variable, address.scheme, address.host, address.port, secret, path)
        for variable, parts in container.environment_parts:
            if names := _words_of_variable(variable):
                path = (*container.path, "environment", variable)
                # A text with a password is not shown, whatever else of the value is.
                texts = ((index, part) for index, part in enumerate(parts) if isinstance(part, str))
                hidden = [index for index, text in texts if _may_hold_password(text)]
                path = (*path, "join", hidden[0]) if hidden else path
                for found in self._given_connections(parts, names, variables, own):
                    yield found._replace(variable=variable, path=path, secret=bool(hidden))

    def _given_connections(
        self,
        parts: tuple[str | Reference, ...],
        names: _Names,
        variables: Mapping[str, str],
        own: frozenset[str],
    ) -> Iterator[Connection]:
        """Where a value points to that only Terraform knows; nothing where nobody can tell."""
        hosts = GivenHosts(parts)
        only = parts[0] if len(parts) == 1 and isinstance(parts[0], Reference) else None
        if only and (kind := facts.reference_kind(only.type)).kind:
            if kind.api or only.attribute in kind.hosts:
                yield self._given_connection(_Address("", hosts.text, _port_by_name(names, variables)), hosts)
            return
        for address in dict.fromkeys(_addresses_in_value(names, hosts.text, variables, own)):
            if self._is_connection(address, names) and not _is_name_only(address, names, own):
                yield self._given_connection(address, hosts)

    def _given_connection(self, address: _Address, hosts: GivenHosts) -> Connection:
        reference = hosts.references.get(address.host)
        kind = facts.reference_kind(reference.type) if reference else facts.ReferenceKind()
        if kind.api:
            region = facts.regions().get(self.blueprint.region)
            suffix = region.dns_suffix if region else "amazonaws.com"
            host = f"{kind.api}.{self.blueprint.region}.{suffix}"
            return Connection("", "https", host, 443, False, ())
        host, given = hosts.shown(address.host), hosts.is_given(address.host)
        return Connection("", address.scheme, host, address.port, False, (), given, kind.managed)

    def meant(self, host: str) -> Service | None:
        """The service of this stack that a host stands for, even if it has no such name.

        backend, BACKEND, and what discovery by DNS would call it: backend.shop, backend.shop.local.
        """
        name = host.lower().rstrip(".")
        first, _, rest = name.partition(".")
        return self._meant.get(name) or (self._meant.get(first) if rest in self._domains else None)

    def knows(self, host: str) -> bool:
        """Whether a host is a service of this stack, or is in its private zone, where only these are."""
        return self.meant(host) is not None or self.is_in_zone(host)

    def is_in_zone(self, host: str) -> bool:
        name = host.lower().rstrip(".")
        return any(name.endswith(f".{zone.name}") for zone in self.blueprint.private_zone)

    def _is_connection(self, address: _Address, names: _Names) -> bool:
        """Whether an address is one to connect to: bucket://name is not, nor is mailer:100."""
        signs = facts.connection_signs()
        ours = self.meant(address.host) is not None
        if not address.bare:
            return ours or address.scheme in ("", *signs.schemes)
        likely = not names.words.isdisjoint(signs.connects | signs.names.keys())
        usual = address.port in signs.schemes.values()
        if ours:
            return likely or address.port >= _LOWEST
        return (likely or usual or is_ipv4(address.host)) if "." in address.host else (likely and usual)


_last: tuple[Blueprint, Environment] | None = None


def environment_of(blueprint: Blueprint) -> Environment:
    """The variables of a stack. Several rules ask for the same, so the last answer is kept."""
    global _last  # noqa: PLW0603
    if _last is None or _last[0] is not blueprint:
        _last = (blueprint, Environment(blueprint))
    return _last[1]


# --- the name of a variable


def words_of_name(name: str) -> frozenset[str]:
    """The words of a name, in capitals: of dbHost, DB_HOST and db-host DB and HOST."""
    return frozenset(_split_name(name))


def _split_name(name: str) -> list[str]:
    return [word.upper() for word in _WORD.findall(name)]


def _log_connections(container: Container) -> Iterator[Connection]:
    """Where the outputs of the log router send lines to; the plugins of both routers have these options."""
    for logs in container.routed_logs:
        said = {name.lower(): (name, value) for name, value in logs.options if type(value) is str}
        _, port = said.get("port", ("", "443" if _DATADOG in said.get("name", ()) else "0"))
        for name, value in (said[each] for each in ("host", "endpoint") if each in said):
            url = _URL.match(value)
            scheme, host, own = url.groups() if url else ("", value, None)
            number = own or (str(USUAL_PORTS[scheme]) if url else port)
            if is_host(host) and number.isdecimal():
                path = (*container.path, "logs", "options", name)
                yield Connection(f"logs.options.{name}", scheme, host, int(number), False, path)


@lru_cache(1024)
def _words_of_variable(variable: str) -> _Names | None:
    """The words of a variable; nothing if by its name it contains no address."""
    words = _split_name(variable)
    found = frozenset(words)
    if not words or found & facts.connection_signs().never or found >= {"NO", "PROXY"}:
        return None
    last = words[-1]
    kept = len(variable) - len("HOST" if last == "PGHOST" else last)
    return _Names(found, last, f"{variable[:kept]}port".lower())


def _is_name_only(address: _Address, names: _Names, own: frozenset[str]) -> bool:
    """Whether an address is only shown or compared: an issuer, a link, the service's own URL."""
    signs = facts.connection_signs()
    if address.scheme not in _HTTP and (address.scheme or not names.words.isdisjoint(signs.names)):
        return False
    # The stack's name makes a URL its own (SHOP_URL), and not the address of a server (TEMPORAL_ADDRESS).
    own = own if address.scheme else signs.own
    return names.words <= own or not names.words.isdisjoint(signs.not_http)


def _may_hold_password(value: str) -> bool:
    user = value.partition("://")[2].rpartition("@")[0] or value.rpartition("@")[0]
    return ":" in user or any(word in value.lower() for word in ("password", "pwd"))


# --- values


def _addresses_in_value(
    names: _Names, value: str, variables: Mapping[str, str], own: frozenset[str]
) -> Iterator[_Address]:
    if "://" in value:
        return _addresses_of_urls(value)
    if "=" in value or "@" in value:
        return _addresses_of_driver(value)
    if ":" in value:
        return _addresses_of_pairs(value)
    return _addresses_of_hosts(names, value, variables, own)


def _addresses_of_urls(value: str) -> Iterator[_Address]:
    """scheme://HOST:PORT of every URL in a value that begins with one."""
    before, *rest = value.split("://")
    if not _BEFORE.fullmatch(before):
        return
    for index, text in enumerate(rest, 1):
        authority = _AUTHORITY.match(text)[0]  # type: ignore[index]
        if index < len(rest) and authority == text:  # http://a,http://b
            authority = text.rpartition(",")[0]
        if scheme := _SCHEME.search(before[-32:]):
            yield from _addresses_of_authority(scheme[0].lower(), authority)
        before = text


def _addresses_of_authority(scheme: str, authority: str) -> Iterator[_Address]:
    """Every host of user@HOST:PORT,HOST:PORT; a driver (postgresql+asyncpg) is no part of the scheme."""
    schemes = facts.connection_signs().schemes
    base = scheme if scheme in schemes else scheme.partition("+")[0]
    for part in authority.rpartition("@")[2].split(","):
        yield from _host_and_port(base, part, schemes.get(base, 0))


def _host_and_port(scheme: str, text: str, usual: int = 0, *, bare: bool = False) -> Iterator[_Address]:
    """HOST:PORT, or HOST with its default port; nothing where either is a placeholder."""
    host, colon, number = text.partition(":")
    host = host.partition("\\")[0]  # an instance of SQL Server
    port = _parsed_port(number) if colon else usual
    if is_host(host) and (port or not colon):
        yield _Address(scheme, host, port, bare)


def _parsed_port(text: str) -> int:
    """A port, or 0 for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 and int(text) < 65536 else 0


def _addresses_of_pairs(value: str) -> Iterator[_Address]:
    """HOST:PORT, alone or in a list of nothing else."""
    parts = [part for part in _LIST.split(value) if part]
    if all(_parsed_port(part.rpartition(":")[2]) for part in parts):
        for part in parts:
            yield from _host_and_port("", part, bare=True)


def _addresses_of_driver(value: str) -> Iterator[_Address]:
    """What drivers use instead of a URL: key=value pairs, user@tcp(HOST:PORT)/name, jdbc:oracle:thin:@."""
    if "@tcp(" in value:
        yield from _host_and_port("mysql", value.partition("@tcp(")[2].partition(")")[0], 3306)
    elif value.lower().startswith("jdbc:oracle:"):
        host, _, rest = value.partition("@")[2].lstrip("/").partition(":")
        yield from _host_and_port("oracle", f"{host}:{_DIGITS.match(rest)[0]}")  # type: ignore[index]
    elif "=" in value.partition(",")[0]:
        yield from _addresses_of_fields(value)
    else:  # HOST:PORT,option=value, of StackExchange.Redis
        yield from _addresses_of_pairs(",".join(part for part in value.split(",") if "=" not in part))


_HOST_KEYS = ("host", "server", "data source", "address", "addr")


def _addresses_of_fields(value: str) -> Iterator[_Address]:
    """Server=HOST,PORT;Database=... of ADO.NET, host=HOST port=PORT dbname=... of libpq."""
    parts = value.split(";") if ";" in value else value.split()
    fields = {key.strip().lower(): text.strip() for key, _, text in (part.partition("=") for part in parts)}
    host = next((fields[key] for key in _HOST_KEYS if fields.get(key)), "").removeprefix("tcp:")
    host, _, port = host.partition(",") if "," in host else (host, "", fields.get("port", ""))
    usual = 5432 if "dbname" in fields else 1433 if "initial catalog" in fields else 0
    if len(fields) > 1:
        yield from _host_and_port("", f"{host}:{port.strip()}" if port else host, usual)


def _addresses_of_hosts(
    names: _Names, value: str, variables: Mapping[str, str], own: frozenset[str]
) -> Iterator[_Address]:
    """Hosts of a variable with such a name (DB_HOST), with the port of another variable or the default."""
    signs, no_hosts = facts.connection_signs(), facts.secret_signs().not_secrets  # off, none, changeme
    if names.last not in signs.hosts or names.words <= own:
        return
    kinds = [signs.names[word] for word in names.words if word in signs.names]
    port = _parsed_port(variables.get(names.port, ""))
    for host in _LIST.split(value):
        said = is_host(host) and host.lower() not in no_hosts
        if said and (kinds or port or managed_kind(host)):
            yield _Address("", host, _port_by_name(names, variables))


def _port_by_name(names: _Names, variables: Mapping[str, str]) -> int:
    """The port of another variable, or the default by the words of this one; 0 where neither tells."""
    kinds = [facts.connection_signs().names.get(word, 0) for word in names.words]
    port = _parsed_port(variables.get(names.port, ""))
    return port or max(kinds, default=0) or _by_engine(names, variables)


def _by_engine(names: _Names, variables: Mapping[str, str]) -> int:
    """The default port by another variable: DB_CONNECTION=pgsql, DB_ENGINE=django.db.backends.postgresql."""
    before = names.port.removesuffix("port")
    for name in ("connection", "engine", "driver", "dialect", "type", "adapter"):
        engine = variables.get(f"{before}{name}", "").lower().rpartition(".")[2]
        if port := facts.connection_signs().schemes.get(engine, 0):
            return port
    return 0
