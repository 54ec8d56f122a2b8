"""What tasks may connect to, and what may connect to them, as `egress` and `ingress` of a service list it."""

from collections.abc import Iterator
from typing import NamedTuple

from tfgen.blueprint import names
from tfgen.blueprint.addressing import range_problems
from tfgen.blueprint.model import ALL_PROTOCOLS, Peer
from tfgen.blueprint.peer_words import ARGUMENTS, CIDR, port_words
from tfgen.blueprint.references import References
from tfgen.problems import Locate, Location, Problem
from tfgen.spec.model import HTTPS, WORLD, Egress, Given, Ingress, Port, Service

LAST_PORT = 65535
_ALL_PORTS = (0, LAST_PORT)
_ICMP = (-1, -1)  # every type and code
_WORDS = {"cidr": "Range", "security_group": "Security group", "prefix_list": "Prefix list"}
_DESCRIPTION = 255  # VPC/security-group-rules: the characters of a description


class Entry(NamedTuple):
    """One entry, resolved: `name` is what of a rule's label is its own, `text` what a person calls it, and
    `source` how the spec writes it."""

    name: str
    text: str
    source: str
    description: str
    protocol: str
    ports: tuple[int, int]
    peer: Peer


def egress_entries(service: Service, references: References) -> Iterator[Entry]:
    """What tasks may connect to, in the spec's order."""
    if service.egress == "all":
        peer = Peer(argument=CIDR, value=WORLD)
        words = "The internet, all protocols and ports"
        yield Entry("internet all", WORLD, WORLD, words, ALL_PROTOCOLS, _ALL_PORTS, peer)
        return
    for each in service.egress or ():
        peer, text, source, name = _peer(each, references)
        ports = ports_of(each)
        where = "internet" if text == WORLD else name
        # The port of HTTPS goes without saying, as it did when all of them were ranges.
        short = (each.protocol, ports) == ("tcp", (HTTPS, HTTPS)) and isinstance(each.cidr, str)
        label = where if short else f"{where} {_port_label(each.protocol, ports)}"
        yield Entry(label, text, source, _description(each, name, ports), each.protocol, ports, peer)


def ingress_entries(service: Service, references: References, own: tuple[int, int]) -> Iterator[Entry]:
    """What may connect to tasks, in the spec's order; `own` are the first and the last of their own ports."""
    for each in service.ingress:
        peer, text, source, name = _peer(each, references)
        is_own = each.port is None and each.protocol != "icmp"
        ports = own if is_own else ports_of(each)
        label = f"{name} {_port_label(each.protocol, ports)}"
        if is_own and each.protocol == "tcp":
            label = name  # the rule stays the same where the container's port changes
        yield Entry(label, text, source, _description(each, name, ports), each.protocol, ports, peer)


def ports_of(entry: Egress | Ingress) -> tuple[int, int]:
    """The first and the last port of an entry."""
    if entry.protocol == "icmp":
        return _ICMP
    first, _, last = str(entry.port).partition("-")
    return int(first), int(last or first)


def allowed_ports(port: Port) -> tuple[int, int]:
    """The first and the last port that rules allow: running tasks may have another port than new ones."""
    ends = (port.number, port.was or port.number)
    return min(ends), max(ends)


def _peer(entry: Egress | Ingress, references: References) -> tuple[Peer, str, str, str]:
    """The other side, what a person calls it, how the spec writes it, and its name in labels."""
    key, said = next(_said(entry))
    if isinstance(said, str):
        return Peer(argument=ARGUMENTS[key], value=said), said, said, said
    name, peer = references.name(said), Peer(argument=ARGUMENTS[key], value=references.value(said))
    if said.join is not None:
        return peer, name, "{join: [...]}", name
    if said.input:
        return peer, f"var.{said.input}", f"{{input: {said.input}}}", name
    return peer, said.ref or "", f"{{ref: {_plain(said.ref or '')}}}", name


def _plain(text: str) -> str:
    """A text inside the braces of YAML."""
    return f"'{text}'" if "[" in text else text


def _said(entry: Egress | Ingress) -> Iterator[tuple[str, str | Given]]:
    """The peers that an entry names: one, where nothing is wrong with it."""
    for key in ARGUMENTS:
        if said := getattr(entry, key):
            yield key, said


def _port_label(protocol: str, ports: tuple[int, int]) -> str:
    numbers = () if protocol == "icmp" else dict.fromkeys(ports)
    return " ".join((*(() if protocol == "tcp" else (protocol,)), *map(str, numbers)))


def _description(entry: Egress | Ingress, name: str, ports: tuple[int, int]) -> str:
    key, said = next(_said(entry))
    if said == WORLD:
        where = "The internet"
    else:
        where = name if key == "cidr" and isinstance(said, str) else f"{_WORDS[key]} {name}"
    return f"{names.fit(where, _DESCRIPTION - 30)}, {port_words(entry.protocol, ports)}"


# --- what is wrong with them


def problems(key: str, service: Service, at: Locate) -> Iterator[Problem]:
    """What is wrong with what a service lists."""
    egress = () if service.egress == "all" else service.egress or ()
    for index, entry in enumerate(egress):
        yield from _entry_problems(entry, at(("services", key, "egress", index)), at)
    for index, each in enumerate(service.ingress):
        where = at(("services", key, "ingress", index))
        yield from _entry_problems(each, where, at)
        yield from _own_port_problems(each, service.port, key, where)
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
    if entry.protocol == "icmp" and entry.port is not None:
        yield Problem("TG521", at((*where.path, "port")), "ICMP has no ports", "remove the port")
    elif entry.port is not None:
        first, last = ports_of(entry)
        if not first <= last <= LAST_PORT:
            message = f"{entry.port} is no range of ports"
            hint = f"write {last}-{first}" if last <= first <= LAST_PORT else f"end it at {LAST_PORT} at most"
            yield Problem("TG522", at((*where.path, "port")), message, hint)


def _own_port_problems(entry: Ingress, port: Port | None, key: str, where: Location) -> Iterator[Problem]:
    if entry.port is None and entry.protocol != "icmp" and port is None:
        message = f'this names no port, and "{key}" has none'
        yield Problem("TG523", where, message, "add port: NUMBER to it, the port that tasks listen on")


def _twice_allowed(key: str, service: Service, at: Locate) -> Iterator[Problem]:
    """Entries with the container's own port, by default and by its number: AWS refuses the second rule."""
    if service.port is None:
        return
    own = allowed_ports(service.port)
    by_default = [(each.protocol, repr(list(_said(each)))) for each in service.ingress if each.port is None]
    for index, each in enumerate(service.ingress):
        is_own = each.port is not None and each.protocol != "icmp" and ports_of(each) == own
        if is_own and (each.protocol, repr(list(_said(each)))) in by_default:
            where = at(("services", key, "ingress", index))
            message = (
                f"another entry allows the same: {port_words(each.protocol, own)} is the container's own"
            )
            yield Problem("TG524", where, message, "remove one of them")
