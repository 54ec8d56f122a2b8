"""IPv4 and IPv6 ranges beside each other: Python compares only ranges of one version."""

from collections.abc import Iterable
from functools import cache
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_network

Range = IPv4Network | IPv6Network


@cache
def parse_range(text: str) -> Range:
    """The range that a text names. Raises ValueError."""
    return ip_network(text)


def is_ipv6(text: str) -> bool:
    """Whether the text of a range or an address is one of IPv6."""
    return ":" in text


def is_inside(range_: Range, outer: Range) -> bool:
    """Whether all of a range is in another one."""
    if isinstance(range_, IPv4Network):
        return isinstance(outer, IPv4Network) and range_.subnet_of(outer)
    return isinstance(outer, IPv6Network) and range_.subnet_of(outer)


def joined_ranges(ranges: Iterable[Range]) -> list[Range]:
    """The fewest ranges with the same addresses, those of IPv4 first."""
    every = list(ranges)
    return [
        *collapse_addresses(each for each in every if isinstance(each, IPv4Network)),
        *collapse_addresses(each for each in every if isinstance(each, IPv6Network)),
    ]


def in_order(range_: Range) -> tuple[int, int, int]:
    """A key to sort by, in which a range comes after those that contain it."""
    return range_.version, int(range_.network_address), range_.prefixlen
