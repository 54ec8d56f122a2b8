"""CIDRs. A subnet's range depends on its role and its zone's letter, never on its neighbours.

The lower half of the VPC is for private subnets, the upper half for public ones; in each half every
letter from a to h has its own place. So adding, dropping or reordering zones moves no subnet.
"""

from collections.abc import Iterator
from ipaddress import IPv4Network

from tfgen.blueprint.model import Subnet
from tfgen.hcl.text import Label
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
        problems.append(Problem("TG201", at(("network", "cidr")), message, f"such as {_allowed(vpc, 24)}"))
        return (), ()
    private_half, public_half = vpc.subnets(1) if vpc.prefixlen < LONGEST else (vpc, vpc)
    public = _role("public", public_half, network, at, problems)
    private = _role("private", private_half, network, at, problems)
    problems += _misplaced(vpc, [*public, *private])
    if network.egress == "public":
        private = []
    return _resolved(public), _resolved(private)


def _allowed(cidr: IPv4Network, longest: int) -> IPv4Network:
    """The nearest range to `cidr` of a size that AWS takes."""
    too_small = cidr.prefixlen > longest
    return cidr.supernet(new_prefix=longest) if too_small else next(cidr.subnets(new_prefix=SHORTEST))


_Placed = tuple[str, str, IPv4Network, Location]
"""Role, zone letter, range, and where the spec says so."""


def _resolved(placed: list[_Placed]) -> tuple[Subnet, ...]:
    return tuple(Subnet(zone=Label(zone), cidr=str(cidr)) for _, zone, cidr, _ in placed)


def _role(
    role: str, half: IPv4Network, network: Network, at: Locate, problems: list[Problem]
) -> list[_Placed]:
    wanted = getattr(network.subnets, role)
    where = at(("network", "subnets", role))
    if where == at(("network",)):  # not said; the size follows from the VPC's
        where = at(("network", "cidr"))
    zones = network.zones if isinstance(network.zones, list) else []
    if isinstance(wanted, dict):
        return list(_pinned(role, wanted, zones, at, problems))
    if wanted < half.prefixlen:
        problems.append(_too_small(role, wanted, half, network, where))
        return []
    size = 2 ** (32 - wanted)
    places = {zone: LETTERS.index(zone) * size for zone in zones}
    for zone, place in places.items():
        if place >= half.num_addresses:
            problems.append(_too_small(role, wanted, half, network, where, zone))
            return []
    return [(role, zone, IPv4Network((half[place], wanted)), where) for zone, place in places.items()]


def _too_small(
    role: str, length: int, half: IPv4Network, network: Network, where: Location, zone: str = ""
) -> Problem:
    message = f"{network.cidr} is too small: {role} subnets have {half} of it, "
    if length < half.prefixlen:
        message += f"where no /{length} fits"
    else:
        room = LETTERS[: 2 ** (length - half.prefixlen)]
        fitting = f"zones a to {room[-1]}" if len(room) > 1 else "zone a"
        message += f'where a /{length} fits for {fitting}, but none for "{zone}"'
    furthest = max(network.zones) if isinstance(network.zones, list) else LETTERS[-1]
    # Half of the VPC, cut into places of which the letters before the furthest have each one, used or not.
    needed = length - LETTERS.index(furthest).bit_length() - 1
    larger = f"a network.cidr of /{needed} or larger, or " if needed >= SHORTEST else ""
    return Problem("TG202", where, message, f"write {larger}smaller subnets")


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
                problems.append(Problem("TG201", at(path), message, f"such as {_allowed(cidr, LONGEST)}"))
            yield role, zone, cidr, at(path)
    for zone in sorted(set(wanted) - set(zones)):
        message = f'zone "{zone}" is not one of network.zones ({", ".join(zones)})'
        hint = "remove the range, or add the zone"
        problems.append(Problem("TG205", at(("network", "subnets", role, zone)), message, hint))


def _misplaced(vpc: IPv4Network, placed: list[_Placed]) -> Iterator[Problem]:
    for index, (role, zone, cidr, where) in enumerate(placed):
        if not cidr.subnet_of(vpc):
            hint = "give the subnet a range in it, or the VPC a larger network.cidr"
            yield Problem("TG206", where, f"{cidr} is not inside the VPC's {vpc}", hint)
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
        hint = "four numbers from 0 to 255 without leading zeros, and a prefix length up to 32"
        problems.append(Problem("TG208", where, f'"{text}" is not an IPv4 range', hint))
        return None
    if str(cidr) != text:
        message = f"{text} names an address in a range, not the range"
        problems.append(Problem("TG209", where, message, f"the range is written {cidr}"))
    return cidr
