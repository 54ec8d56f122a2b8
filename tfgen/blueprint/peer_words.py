"""How the spec and people write the other side of a security group rule, and its ports."""

from tfgen.blueprint.model import ALL_PROTOCOLS, TCP, Egress
from tfgen.hcl.text import Label
from tfgen.ip_ranges import is_ipv6

CIDR, GROUP, PREFIX_LIST = (
    Label("cidr_ipv4"),
    Label("referenced_security_group_id"),
    Label("prefix_list_id"),
)
CIDR_IPV6 = Label("cidr_ipv6")
RANGES = (CIDR, CIDR_IPV6)
ARGUMENTS = {"cidr": CIDR, "security_group": GROUP, "prefix_list": PREFIX_LIST}
"""The argument of a rule for each key of an entry."""
_HTTPS = 443


def range_argument(cidr: str) -> Label:
    """The argument of a rule for a range."""
    return CIDR_IPV6 if is_ipv6(cidr) else CIDR


def port_words(protocol: str, ports: tuple[int, int]) -> str:
    """`port 443`, `UDP ports 8000-8100`, `ICMP`."""
    if protocol == ALL_PROTOCOLS:
        return "all protocols and ports"
    if protocol == "icmp":
        return "ICMP"
    kind = "" if protocol == TCP else f"{protocol.upper()} "
    return f"{kind}port {ports[0]}" if ports[0] == ports[1] else f"{kind}ports {ports[0]}-{ports[1]}"


def range_in_yaml(cidr: str, port: int) -> str:
    """An entry for one port of a range."""
    shown = _quoted(cidr)
    return shown if port == _HTTPS else f"{{cidr: {shown}, port: {port}}}"


def _quoted(source: str) -> str:
    """A value inside the brackets or braces of YAML."""
    return f'"{source}"' if source.startswith(":") else source


def entry_in_yaml(each: Egress) -> str:
    """An entry as the spec could have it."""
    argument = CIDR if each.peer.argument == CIDR_IPV6 else each.peer.argument
    key = next(key for key, own in ARGUMENTS.items() if own == argument)
    if (key, each.protocol) == ("cidr", TCP) and each.port == each.last_port:
        return range_in_yaml(each.source, each.port)
    ports = f"{each.port}-{each.last_port}" if each.last_port > each.port else each.port
    port = "" if each.protocol == "icmp" else f", port: {ports}"
    protocol = "" if each.protocol == TCP else f", protocol: {each.protocol}"
    return f"{{{key}: {_quoted(each.source)}{port}{protocol}}}"
