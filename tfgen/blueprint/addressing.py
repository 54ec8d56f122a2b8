"""CIDRs. A subnet's range depends on its role and its zone's letter, never on its neighbours.

The lower half of the VPC is for private subnets, the upper half for public ones; in each half every
letter from a to h has its own place. So adding, dropping or reordering zones moves no subnet.
"""

from collections.abc import Iterator
from ipaddress import IPv4Network

from tfgen.blueprint.model import Label, Subnet
from tfgen.problems import Locate, Location, Problem
from tfgen.spec.model import Network

LETTERS = "abcdefgh"
# VPC: botocore, ec2 CreateVpc. The same bounds hold for a subnet.
LONGEST, SHORTEST = 28, 16


def subnets(
    network: Network, at: Locate, problems: list[Problem]
) -> tuple[tuple[Subnet, ...], tuple[Subnet, ...]]:
    """Public and private subnets, by zone. Reports what does not fit."""
    vpc = block(network.cidr, at(("network", "cidr")), problems)
    if vpc is None:
        return (), ()
    if not SHORTEST <= vpc.prefixlen <= LONGEST:
        message = f"a VPC's range is /16 to /28, and {network.cidr} is a /{vpc.prefixlen}"
        problems.append(Problem("TG201", at(("network", "cidr")), message))
        return (), ()
    private_half, public_half = vpc.subnets(1) if vpc.prefixlen < LONGEST else (vpc, vpc)
    public = _role("public", public_half, network, at, problems)
    private = _role("private", private_half, network, at, problems)
    problems += _misplaced(vpc, [*public, *private])
    if network.egress == "public":
        private = []
    return _resolved(public), _resolved(private)


_Placed = tuple[str, str, IPv4Network, Location]
"""Role, zone letter, range, and where the spec says so."""


def _resolved(placed: list[_Placed]) -> tuple[Subnet, ...]:
    return tuple(Subnet(zone=Label(zone), cidr=str(cidr)) for _, zone, cidr, _ in placed)


def _role(
    role: str, half: IPv4Network, network: Network, at: Locate, problems: list[Problem]
) -> list[_Placed]:
    wanted = getattr(network.subnets, role)
    where = at(("network", "subnets", role))
    zones = network.zones if isinstance(network.zones, list) else []
    if isinstance(wanted, dict):
        return list(_pinned(role, wanted, zones, at, problems))
    if wanted < half.prefixlen:
        problems.append(_too_small(role, wanted, half, network, where))
        return []
    places = {letter: half.network_address + i * 2 ** (32 - wanted) for i, letter in enumerate(LETTERS)}
    for zone in zones:
        if places[zone] not in half:
            problems.append(_too_small(role, wanted, half, network, where, zone))
            return []
    return [(role, zone, IPv4Network((places[zone], wanted)), where) for zone in zones]


def _too_small(
    role: str, length: int, half: IPv4Network, network: Network, where: Location, zone: str = ""
) -> Problem:
    room = max(0, 2 ** (length - half.prefixlen)) if length >= half.prefixlen else 0
    last = f', which ends before zone "{zone}"' if zone and room else ""
    message = (
        f"{network.cidr} is too small for {role} subnets of /{length}: their half of it, {half}, "
        f"has room for {room}{last}"
    )
    return Problem("TG202", where, message, "use a larger network.cidr, or smaller subnets")


def _pinned(
    role: str, wanted: dict[str, str], zones: list[str], at: Locate, problems: list[Problem]
) -> Iterator[_Placed]:
    for zone in zones:
        path = ("network", "subnets", role, zone)
        if zone not in wanted:
            message = f'the {role} subnet of zone "{zone}" has no range'
            problems.append(Problem("TG204", at(path), message, f"add {zone}: CIDR"))
        elif cidr := block(wanted[zone], at(path), problems):
            if not SHORTEST <= cidr.prefixlen <= LONGEST:
                message = f"a subnet's range is /16 to /28, and {cidr} is a /{cidr.prefixlen}"
                problems.append(Problem("TG201", at(path), message))
            yield role, zone, cidr, at(path)
    for zone in sorted(set(wanted) - set(zones)):
        message = f'zone "{zone}" is not one of network.zones ({", ".join(zones)})'
        problems.append(Problem("TG205", at(("network", "subnets", role, zone)), message))


def _misplaced(vpc: IPv4Network, placed: list[_Placed]) -> Iterator[Problem]:
    for index, (role, zone, cidr, where) in enumerate(placed):
        if not cidr.subnet_of(vpc):
            yield Problem("TG206", where, f"{cidr} is not inside the VPC's {vpc}")
        for other_role, other_zone, other, other_at in placed[:index]:
            if cidr.overlaps(other):
                line = f" (line {other_at.line})" if other_at.line else ""
                message = (
                    f'{cidr} of the {role} subnet in zone "{zone}" overlaps {other} of the '
                    f'{other_role} subnet in zone "{other_zone}"{line}'
                )
                yield Problem("TG207", where, message, "give each subnet a range of its own")


def block(text: str, where: Location, problems: list[Problem]) -> IPv4Network | None:
    """A range, or None and a problem."""
    try:
        cidr = IPv4Network(text, strict=False)
    except ValueError:
        problems.append(Problem("TG208", where, f'"{text}" is not an IPv4 range'))
        return None
    if str(cidr) != text:
        message = f"{text} has bits set to the right of its prefix"
        problems.append(Problem("TG209", where, message, f"the range is written {cidr}"))
    return cidr
