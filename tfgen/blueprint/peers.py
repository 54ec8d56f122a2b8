"""What tasks may connect to, and what may connect to them, as `egress` and `ingress` of a service list it."""

from collections.abc import Iterator
from typing import NamedTuple

from tfgen.blueprint import names
from tfgen.blueprint.addressing import range_problems
from tfgen.blueprint.model import ALL_PROTOCOLS, Peer
from tfgen.blueprint.model import Egress as Listed
from tfgen.blueprint.references import References
from tfgen.hcl.text import Label
from tfgen.problems import Locate, Location, Problem
from tfgen.spec.model import HTTPS, WORLD, Egress, Given, Ingress, Port, Service

GROUP, CIDR, PREFIX_LIST = (
    Label("referenced_security_group_id"),
    Label("cidr_ipv4"),
    Label("prefix_list_id"),
)
LAST_PORT = 65535
_ALL_PORTS = (0, LAST_PORT)
_ICMP = (-1, -1)  # every type and code
_ARGUMENTS = {"cidr": CIDR, "security_group": GROUP, "prefix_list": PREFIX_LIST}
_WORDS = {"cidr": "Range", "security_group": "Security group", "prefix_list": "Prefix list"}
_DESCRIPTION = 255  # VPC/security-group-rules: the characters of a description


class Entry(NamedTuple):
    """One entry, resolved: `name` is the part of a rule's label that is its own, `text` what a person calls it,
    and `source` how the spec writes it."""

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


def _peer(entry: Egress | Ingress, references: References) -> tuple[Peer, str, str, str]:
    """The other side, what a person calls it, how the spec writes it, and its name in labels."""
    key, said = next(_said(entry))
    if isinstance(said, str):
        return Peer(argument=_ARGUMENTS[key], value=said), said, said, said
    name, peer = references.name(said), Peer(argument=_ARGUMENTS[key], value=references.value(said))
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
    for key in _ARGUMENTS:
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


def port_words(protocol: str, ports: tuple[int, int]) -> str:
    """`port 443`, `UDP ports 8000-8100`, `ICMP`."""
    if protocol == ALL_PROTOCOLS:
        return "all protocols and ports"
    if protocol == "icmp":
        return "ICMP"
    kind = "" if protocol == "tcp" else f"{protocol.upper()} "
    return f"{kind}port {ports[0]}" if ports[0] == ports[1] else f"{kind}ports {ports[0]}-{ports[1]}"


def range_in_yaml(cidr: str, port: int) -> str:
    """An entry for one port of a range."""
    return cidr if port == HTTPS else f"{{cidr: {cidr}, port: {port}}}"


def entry_in_yaml(each: Listed) -> str:
    """An entry as the spec could have it."""
    key = next(key for key, argument in _ARGUMENTS.items() if argument == each.peer.argument)
    if (key, each.protocol) == ("cidr", "tcp") and each.port == each.last_port:
        return range_in_yaml(each.source, each.port)
    ports = f"{each.port}-{each.last_port}" if each.last_port > each.port else each.port
    port = "" if each.protocol == "icmp" else f", port: {ports}"
    protocol = "" if each.protocol == "tcp" else f", protocol: {each.protocol}"
    return f"{{{key}: {each.source}{port}{protocol}}}"


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


def _entry_problems(entry: Egress | Ingress, where: Location, at: Locate) -> Iterator[Problem]:
    said = dict(_said(entry))
    if len(said) != 1:
        names_ = " and ".join(said)
        message = f"this has {names_}" if said else "this names nothing that may connect"
        hint = "write one of cidr, security_group and prefix_list"
        yield Problem("TG520", where, message, f"{hint} in an entry; a list has an entry for each")
    if isinstance(entry.cidr, str):
        yield from range_problems(entry.cidr, at((*where.path, "cidr")))
    if entry.protocol == "icmp" and entry.port is not None:
        yield Problem("TG521", at((*where.path, "port")), "ICMP has no ports", "remove the port")
    elif entry.port is not None:
        first, last = ports_of(entry)
        if not first <= last <= LAST_PORT:
            message = f"{entry.port} is no range of ports"
            low, high = sorted((min(first, LAST_PORT), min(last, LAST_PORT)))
            yield Problem("TG522", at((*where.path, "port")), message, f"write {low}-{high}")


def _own_port_problems(entry: Ingress, port: Port | None, key: str, where: Location) -> Iterator[Problem]:
    if entry.port is None and entry.protocol != "icmp" and port is None:
        message = f'this names no port, and "{key}" has none'
        yield Problem("TG523", where, message, f'add the port that tasks listen on: "{key}" needs port: NUMBER')
