"""CIDR ranges. A subnet's range depends on its role and zone letter, never on its neighbors.

The lower half of the VPC is for private subnets, the upper half for public ones, and its last quarter, which
public subnets of the default size leave free, for those of databases; in each part, every letter from a to h
has a fixed place. Adding, removing or reordering zones therefore moves no subnet, and neither does another
role.
"""

from collections.abc import Iterator
from ipaddress import IPv4Network, IPv6Interface, IPv6Network

from tfgen.blueprint.labels import DATABASE, PRIVATE, PUBLIC
from tfgen.blueprint.model import Subnet
from tfgen.hcl.text import Label
from tfgen.ip_ranges import is_ipv6
from tfgen.problems import Locate, Location, Problem
from tfgen.spec.model import Network, usual_subnets

LETTERS = "abcdefgh"
# VPC: botocore, ec2 CreateVpc. The same bounds hold for a subnet.
LONGEST, SHORTEST = 28, 16


def problems(network: Network, at: Locate) -> Iterator[Problem]:
    """What is wrong with the ranges of the VPC and of its subnets."""
    yield from vpc_range_problems(network.cidr, at(("network", "cidr")))
    vpc = _parsed_range(network.cidr)
    if vpc is None or not SHORTEST <= vpc.prefixlen <= LONGEST:
        return
    placed: list[_Placed] = []
    for role, half in _parts_of_vpc(vpc, network):
        found = list(_role_problems(role, half, network, at))
        yield from found
        if isinstance(getattr(network.subnets, role), dict) or not found:
            ranges = _subnet_ranges(role, half, network)
            placed += [
                (role, zone, cidr, _location_of_subnet(role, zone, network, at))
                for zone, cidr in ranges.items()
            ]
    yield from _misplaced_subnet(vpc, placed)


def subnets(network: Network) -> dict[Label, tuple[Subnet, ...]]:
    """The subnets of each role, by zone."""
    return {
        role: tuple(
            Subnet(zone=Label(zone), cidr=str(cidr))
            for zone, cidr in _subnet_ranges(role, part, network).items()
        )
        for role, part in _parts_of_vpc(IPv4Network(network.cidr), network)
        if role != PRIVATE or not network.way_out.public_tasks
    }


def vpc_range_problems(text: str, where: Location) -> Iterator[Problem]:
    """What is wrong with the range of a VPC."""
    yield from range_problems(text, where)
    vpc = _parsed_range(text)
    if vpc and not SHORTEST <= vpc.prefixlen <= LONGEST:
        message = f"a VPC's range is a /16 to /28, and {text} is a /{vpc.prefixlen}"
        yield Problem("TG201", where, message, f"write one such as {_nearest_allowed(vpc, 24)}")


def range_problems(text: str, where: Location) -> Iterator[Problem]:
    """What is wrong with the text of a range."""
    if is_ipv6(text):
        yield from _ipv6_range_problems(text, where)
        return
    cidr = _parsed_range(text)
    if cidr is None:
        hint = "write four numbers from 0 to 255 without leading zeros, and a prefix length up to 32"
        yield Problem("TG208", where, f'"{text}" is not an IPv4 range', hint)
    elif str(cidr) != text:
        message = f"{text} has host bits set"
        yield Problem("TG209", where, message, f"write the range as {cidr}")


def _ipv6_range_problems(text: str, where: Location) -> Iterator[Problem]:
    try:
        cidr = IPv6Network(text, strict=False)
    except ValueError:
        hint = "write up to eight groups of hexadecimal digits, :: once for zeros, and a length up to 128"
        yield Problem("TG208", where, f'"{text}" is not an IPv6 range', hint)
        return
    if str(cidr) != text:  # AWS returns the shortest form
        has_host_bits = IPv6Network(text, strict=False).network_address != IPv6Interface(text).ip
        message = f"{text} has host bits set" if has_host_bits else f"{text} is not the short form of a range"
        yield Problem("TG209", where, message, f"write the range as {cidr}")


def _parsed_range(text: str) -> IPv4Network | None:
    """The range that a text names, or that the address in it is of."""
    try:
        return IPv4Network(text, strict=False)
    except ValueError:
        return None


def _parts_of_vpc(vpc: IPv4Network, network: Network) -> Iterator[tuple[Label, IPv4Network]]:
    """Each role of subnets with its part of the VPC; the smallest VPC has no parts."""
    private, public = vpc.subnets(1) if vpc.prefixlen < LONGEST else (vpc, vpc)
    yield PUBLIC, public
    yield PRIVATE, private
    if network.subnets.database:
        yield DATABASE, list(public.subnets(1))[1] if public.prefixlen < LONGEST else public


def _subnet_ranges(role: str, half: IPv4Network, network: Network) -> dict[str, IPv4Network]:
    """The range of each zone's subnet; none of a zone for which the spec has to pin one, and does not."""
    wanted, zones = getattr(network.subnets, role), _zone_letters(network)
    if isinstance(wanted, dict):
        pinned = {zone: _parsed_range(wanted[zone]) for zone in zones if zone in wanted}
        return {zone: cidr for zone, cidr in pinned.items() if cidr}
    size = 2 ** (32 - wanted)
    return {zone: IPv4Network((half[LETTERS.index(zone) * size], wanted)) for zone in zones}


def _zone_letters(network: Network) -> list[str]:
    return network.zones if isinstance(network.zones, list) else []


def _location_of_subnet(role: str, zone: str, network: Network, at: Locate) -> Location:
    """Where the spec sets the range of a subnet, or the size that it derives from."""
    path = ("network", "subnets", role)
    if isinstance(getattr(network.subnets, role), dict):
        return at((*path, zone))
    said = at(path)
    return at(("network", "cidr")) if said == at(("network",)) else said


def _nearest_allowed(cidr: IPv4Network, longest: int) -> IPv4Network:
    """The nearest range to `cidr` of a size that AWS supports."""
    too_small = cidr.prefixlen > longest
    return cidr.supernet(new_prefix=longest) if too_small else next(cidr.subnets(new_prefix=SHORTEST))


_Placed = tuple[str, str, IPv4Network, Location]
"""Role, zone letter, range, and where the spec sets it."""


def _role_problems(role: str, half: IPv4Network, network: Network, at: Locate) -> Iterator[Problem]:
    wanted, zones = getattr(network.subnets, role), _zone_letters(network)
    if isinstance(wanted, dict):
        yield from _pin_problems(role, wanted, zones, at)
    elif wanted < half.prefixlen:
        yield _too_small(role, wanted, half, network, _location_of_subnet(role, "", network, at))
    else:
        room = half.num_addresses // 2 ** (32 - wanted)
        if beyond := [zone for zone in zones if LETTERS.index(zone) >= room]:
            yield _too_small(
                role, wanted, half, network, _location_of_subnet(role, "", network, at), beyond[0]
            )


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
    needed = _needed_prefix_length(role, length, network)
    larger = f"a network.cidr of /{needed} or larger, or " if needed >= SHORTEST else ""
    return Problem("TG202", where, message, f"write {larger}smaller subnets")


def _needed_prefix_length(role: str, length: int, network: Network) -> int:
    """The prefix length of a VPC in which subnets of a length fit for every zone."""
    furthest = max(network.zones) if isinstance(network.zones, list) else LETTERS[-1]
    # A part of the VPC, cut into places of which the letters before the furthest have each one, used or not.
    taken = LETTERS.index(furthest).bit_length() + (2 if role == DATABASE else 1)
    needed = length - taken
    # In a larger VPC, subnets without a size of their own are larger too.
    if getattr(network.subnets, role) == getattr(usual_subnets(network.cidr), role):
        while (more := getattr(usual_subnets(f"10.0.0.0/{needed}"), role) - taken) < needed:
            needed = more
    return needed


def _pin_problems(role: str, wanted: dict[str, str], zones: list[str], at: Locate) -> Iterator[Problem]:
    for zone in zones:
        path = ("network", "subnets", role, zone)
        if zone not in wanted:
            message = f'the {role} subnet of zone "{zone}" has no range'
            yield Problem("TG204", at(path), message, f"add {zone}: CIDR")
            continue
        yield from range_problems(wanted[zone], at(path))
        cidr = _parsed_range(wanted[zone])
        if cidr and not SHORTEST <= cidr.prefixlen <= LONGEST:
            message = f"a subnet's range is a /16 to /28, and {cidr} is a /{cidr.prefixlen}"
            yield Problem("TG201", at(path), message, f"write one such as {_nearest_allowed(cidr, LONGEST)}")
    for zone in sorted(set(wanted) - set(zones)):
        message = f'zone "{zone}" is not one of network.zones ({", ".join(zones)})'
        hint = "remove the range, or add the zone"
        yield Problem("TG205", at(("network", "subnets", role, zone)), message, hint)


def _misplaced_subnet(vpc: IPv4Network, placed: list[_Placed]) -> Iterator[Problem]:
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
