"""Names of services in DNS: the private hosted zone, and what is wrong with them.

Cloud Map keeps the names, and ECS the addresses of running tasks in them. A task has an IPv4 address anyway,
but one of IPv6 only if the account has it so, and could not be registered without one: names have A records.
"""

from collections.abc import Iterator

from tfgen import facts
from tfgen.blueprint import namespaces, ports
from tfgen.blueprint.model import DnsName, DnsServer, PrivateZone
from tfgen.blueprint.references import needs_zone
from tfgen.problems import Locate, Problem, some_words
from tfgen.spec.model import Service, Spec


def zone(spec: Spec) -> Iterator[PrivateZone]:
    """The private hosted zone, if a service has a name in it."""
    if spec.dns and spec.dns.namespace_id is None and needs_zone(spec):
        yield PrivateZone(name=spec.dns.zone, description=f"DNS names of {spec.name}")


def names_of(key: str, spec: Spec, at: Locate) -> Iterator[DnsName]:
    """The name of a service, if it has one."""
    service = spec.services[key]
    if (dns := service.dns) and spec.dns:
        host = f"{dns.name}.{spec.dns.zone}"
        yield DnsName(
            name=dns.name,
            host=host,
            namespace=namespaces.private_id(spec),
            servers=tuple(
                DnsServer(
                    port=port.number,
                    protocol=ports.protocol_of(port),
                    address=ports.address(port.protocol, host, port.number),
                )
                for name, port in ports.ordered(service)
                if name in dns.ports
            ),
            at=at(("services", key, "dns")),
        )


# --- what is wrong with them


def problems(spec: Spec, at: Locate) -> Iterator[Problem]:
    """What is wrong with DNS names and their zone."""
    taken: dict[str, str] = {}
    for key, service in spec.services.items():
        if service.dns:
            yield from _port_problems(key, service, at)
            other = taken.setdefault(service.dns.name, key)
            if other != key:
                line = at(("services", other, "dns")).line
                message = f'"{other}" (line {line}) already has the DNS name "{service.dns.name}"'
                where = at(("services", key, "dns", "name"))
                yield Problem("TG733", where, message, "give each service a name of its own")
    if spec.dns and facts.hides_aws_hosts(spec.dns.zone):
        message = (
            f'"{spec.dns.zone}" is a domain of AWS, whose own names in it no task could resolve any more'
        )
        hint = f"write a domain of your own, such as {spec.name}.internal"
        yield Problem("TG734", at(("dns", "zone")), message, hint)


def _port_problems(key: str, service: Service, at: Locate) -> Iterator[Problem]:
    where = at(("services", key, "dns"))
    if service.dns is None or not service.ports:
        message = f'"{key}" has a DNS name but no port'
        yield Problem("TG732", where, message, "add port: NUMBER, to which callers connect")
    elif not service.dns.ports:
        message = f'"{key}" has several ports, none of them is named http, and dns names none of them'
        known = some_words(service.ports)
        hint = f"write dns: {{name: {service.dns.name}, ports: [NAME]}}, with some of {known}"
        yield Problem("TG732", where, message, hint)
    for index, name in enumerate(service.dns.ports if service.dns and service.ports else ()):
        if name not in service.ports:
            hint = f"write one of its ports: {some_words(service.ports)}"
            place = at(("services", key, "dns", "ports", index))
            yield Problem("TG732", place, f'"{key}" has no port "{name}"', hint)
