"""What tasks may connect to, and what may connect to them, as `egress` and `ingress` of a service or a job
list it."""

from collections.abc import Iterator
from typing import NamedTuple

from tfgen.blueprint import names
from tfgen.blueprint.addressing import range_problems
from tfgen.blueprint.model import ALL_PROTOCOLS, Peer
from tfgen.blueprint.model import Egress as BuiltEgress
from tfgen.blueprint.peer_words import ARGUMENTS, port_words, range_argument
from tfgen.blueprint.ports import UDP, allowed_ports, is_name, protocol_of, suffix
from tfgen.blueprint.references import References, name_of_reference
from tfgen.ip_ranges import is_ipv6
from tfgen.problems import Locate, Location, Problem
from tfgen.spec.model import (
    HTTPS,
    WORLD,
    WORLD_IPV6,
    WORLDS,
    Callee,
    Egress,
    Given,
    Ingress,
    Service,
    TaskKeys,
)

LAST_PORT = 65535
_ALL_PORTS = (0, LAST_PORT)
_ICMP = (-1, -1)  # every type and code
_WORDS = {"cidr": "Range", "security_group": "Security group", "prefix_list": "Prefix list"}
_INTERNET = {WORLD: ("The internet", "internet"), WORLD_IPV6: ("The internet (IPv6)", "internet ipv6")}
"""The internet in descriptions and in labels."""
_DESCRIPTION = 255  # VPC/security-group-rules: the characters of a description


class Entry(NamedTuple):
    """One entry, resolved: `name` is what of a rule's label is its own, `text` what a person calls it, and
    `source` how the spec writes it. `of_port` is the port of the service that it is for, if it names one."""

    name: str
    text: str
    source: str
    description: str
    protocol: str
    ports: tuple[int, int]
    peer: Peer
    of_port: tuple[str, ...] = ()

    @property
    def egress(self) -> BuiltEgress:
        """What the blueprint has of one that tasks connect to."""
        first, last = self.ports
        return BuiltEgress(
            peer=self.peer,
            text=self.text,
            source=self.source,
            protocol=self.protocol,
            port=first,
            last_port=last,
        )


def egress_entries(service: TaskKeys, references: References, *, ipv6: bool = False) -> Iterator[Entry]:
    """What tasks may connect to, in the spec's order."""
    if service.egress == "all":
        for cidr in WORLDS if ipv6 else (WORLD,):
            peer = Peer(argument=range_argument(cidr), value=cidr)
            words = f"{_INTERNET[cidr][0]}, all protocols and ports"
            yield Entry(f"{_INTERNET[cidr][1]} all", cidr, cidr, words, ALL_PROTOCOLS, _ALL_PORTS, peer)
        return
    for each in service.egress or ():
        yield _outbound(each, references)


def _outbound(each: Egress | Callee, references: References) -> Entry:
    peer, text, source, name = _peer(each, references)
    ports = ports_of(each)
    where = _INTERNET[text][1] if text in _INTERNET else name
    # The port of HTTPS goes without saying, as it did when all of them were ranges.
    short = (each.protocol, ports) == ("tcp", (HTTPS, HTTPS)) and isinstance(each.cidr, str)
    label = where if short else f"{where} {_port_label(each.protocol, ports)}"
    words = _description(each, name, each.protocol, ports)
    return Entry(label, text, source, words, each.protocol, ports, peer)


def called_entries(task: TaskKeys, references: References) -> Iterator[tuple[Callee, Entry]]:
    """What a task calls outside the stack, each as an entry of egress: where that lists it, too, one rule
    is for both."""
    found = ((each, _outbound(each, references)) for each in task.outside)
    for each, entry in sorted(found, key=lambda pair: (pair[1].name, pair[0].host or "")):
        words = f"Calls to {names.fit(each.host, _DESCRIPTION - 30)}" if each.host else entry.description
        yield each, entry._replace(description=words)


def ingress_entries(service: Service, references: References) -> Iterator[Entry]:
    """What may connect to tasks, in the spec's order."""
    for each in service.ingress:
        peer, text, source, name = _peer(each, references)
        own, (protocol, ports) = _named_port(each, service), _allowed(each, service)
        words, more = _description(each, name, protocol, ports), suffix(own)
        label = f"{name} {_port_label(protocol, ports)}"
        if own and protocol == _said_protocol(own, service):
            label = name  # the rule stays the same where the container's port changes
        yield Entry(label, text, source, words, protocol, ports, peer, more)


def _named_port(entry: Ingress, service: Service) -> str | None:
    """The port of the service that an entry is for: by name, or because it says none."""
    if entry.protocol == "icmp" or (entry.port is not None and not is_name(entry.port)):
        return None
    return service.default_port if entry.port is None else str(entry.port)


def _said_protocol(port: str, service: Service) -> str:
    return protocol_of(service.ports[port])


def _allowed(entry: Ingress, service: Service) -> tuple[str, tuple[int, int]]:
    """The protocol and the ports of a rule; a name says both, and the port is a range while it changes."""
    own = _named_port(entry, service)
    if own is None:
        return entry.protocol, ports_of(entry)
    port = service.ports[own]
    return UDP if port.protocol == UDP else entry.protocol, allowed_ports(port)


def ports_of(entry: Egress | Ingress | Callee) -> tuple[int, int]:
    """The first and the last port of an entry that says them by number."""
    if entry.protocol == "icmp":
        return _ICMP
    first, _, last = str(entry.port).partition("-")
    return int(first), int(last or first)


def _peer(entry: Egress | Ingress | Callee, references: References) -> tuple[Peer, str, str, str]:
    """The other side, what a person calls it, how the spec writes it, and its name in labels."""
    key, said = next(_said(entry))
    if isinstance(said, str):
        argument = range_argument(said) if key == "cidr" else ARGUMENTS[key]
        return Peer(argument=argument, value=said), said, said, names.range_name(said)
    name, peer = name_of_reference(said), Peer(argument=ARGUMENTS[key], value=references.value(said))
    text = text_of(said)
    if said.join is not None:
        return peer, text, "{join: [...]}", name
    if said.input:
        return peer, text, f"{{input: {said.input}}}", name
    return peer, text, f"{{ref: {_plain(said.ref or '')}}}", name


def text_of(said: str | Given) -> str:
    """What a person calls the other side."""
    if isinstance(said, str):
        return said
    if said.join is not None:
        return name_of_reference(said)
    return f"var.{said.input}" if said.input else said.ref or ""


def _plain(text: str) -> str:
    """A text inside the braces of YAML."""
    return f"'{text}'" if "[" in text else text


def _said(entry: Egress | Ingress | Callee) -> Iterator[tuple[str, str | Given]]:
    """The peers that an entry names: one, where nothing is wrong with it."""
    for key in ARGUMENTS:
        if said := getattr(entry, key, None):
            yield key, said


def _port_label(protocol: str, ports: tuple[int, int]) -> str:
    numbers = () if protocol == "icmp" else dict.fromkeys(ports)
    return " ".join((*(() if protocol == "tcp" else (protocol,)), *map(str, numbers)))


def _description(entry: Egress | Ingress | Callee, name: str, protocol: str, ports: tuple[int, int]) -> str:
    key, said = next(_said(entry))
    if isinstance(said, str) and said in _INTERNET:
        where = _INTERNET[said][0]
    else:
        where = said if key == "cidr" and isinstance(said, str) else f"{_WORDS[key]} {name}"
    return f"{names.fit(where, _DESCRIPTION - 30)}, {port_words(protocol, ports)}"


# --- what is wrong with them


def problems(key: str, service: TaskKeys, at: Locate) -> Iterator[Problem]:
    """What is wrong with what a service or a job lists."""
    egress = () if service.egress == "all" else service.egress or ()
    for index, entry in enumerate(egress):
        yield from _entry_problems(entry, at((service.section, key, "egress", index)), at)
    if not isinstance(service, Service):
        return
    for index, each in enumerate(service.ingress):
        where = at(("services", key, "ingress", index))
        yield from _entry_problems(each, where, at)
        yield from _own_port_problems(each, service, key, where)
    yield from _twice_allowed(key, service, at)


def _entry_problems(entry: Egress | Ingress, where: Location, at: Locate) -> Iterator[Problem]:
    said = dict(_said(entry))
    if len(said) != 1:
        names_ = " and ".join(said)
        message = f"this has {names_}" if said else "this names nothing that may connect"
        hint = "write one of cidr, security_group and prefix_list; each has an entry of its own"
        yield Problem("TG520", where, message, hint)
    if isinstance(entry.cidr, str):
        yield from range_problems(entry.cidr, at((*where.path, "cidr")))
    if entry.protocol == "icmp" and isinstance(entry.cidr, str) and is_ipv6(entry.cidr):
        message = "ICMP of IPv6 is another protocol, which is not supported yet"
        yield Problem("TG521", at((*where.path, "cidr")), message, "remove this, or write an IPv4 range")
    if entry.protocol == "icmp" and entry.port is not None:
        yield Problem("TG521", at((*where.path, "port")), "ICMP has no ports", "remove the port")
    elif entry.port is not None and not is_name(entry.port):
        first, last = ports_of(entry)
        if not first <= last <= LAST_PORT:
            message = f"{entry.port} is no range of ports"
            hint = f"write {last}-{first}" if last <= first <= LAST_PORT else f"end it at {LAST_PORT} at most"
            yield Problem("TG522", at((*where.path, "port")), message, hint)


def _own_port_problems(entry: Ingress, service: Service, key: str, where: Location) -> Iterator[Problem]:
    if entry.port is None and entry.protocol != "icmp" and not service.ports:
        message = f'this names no port, and "{key}" has none'
        yield Problem("TG523", where, message, "add port: NUMBER to it, the port that tasks listen on")


def _twice_allowed(key: str, service: Service, at: Locate) -> Iterator[Problem]:
    """Entries for a port of the container, by name and by number: AWS refuses the second rule."""
    entries = [
        (index, each, _named_port(each, service), repr(list(_said(each))))
        for index, each in enumerate(service.ingress)
        if each.protocol != "icmp"
    ]
    known = [
        (index, each, own, said)
        for index, each, own, said in entries
        if own in service.ports or (own is None and each.port is not None)
    ]
    named = {(said, *_allowed(each, service)): own for _, each, own, said in known if own}
    for index, each, own, said in known:
        protocol, ports = _allowed(each, service)
        if own != named.get((said, protocol, ports), own):
            where = at(("services", key, "ingress", index))
            message = f"another entry allows the same: {port_words(protocol, ports)} is the container's own"
            yield Problem("TG524", where, message, "remove one of them")
