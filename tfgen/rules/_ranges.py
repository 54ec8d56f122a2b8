"""What the rules about IPv4 ranges share."""

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Network, collapse_addresses

from tfgen import facts
from tfgen.blueprint.model import Blueprint, Listener
from tfgen.problems import Location


def containing_range(cidr: str, kind: str) -> str:
    """The range among facts.ip_ranges(kind) that contains all of `cidr`, or nothing."""
    range_ = IPv4Network(cidr)
    return next((str(outer) for outer in facts.ip_ranges(kind) if range_.subnet_of(outer)), "")


def ranges_to_create(blueprint: Blueprint) -> tuple[str, ...]:
    """The range of the VPC, where the stack creates it and the spec can have another."""
    return () if blueprint.network.existing else (blueprint.network.cidr,)


def ranges_around_created(blueprint: Blueprint, kind: str) -> tuple[str, ...]:
    """The range among facts.ip_ranges(kind) in which the stack creates its VPC."""
    found = (containing_range(cidr, kind) for cidr in ranges_to_create(blueprint))
    return tuple(filter(None, found))


def covered_ranges(cidrs: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Each range that another one contains, and that other one. Duplicates do not count."""
    outer = None
    for range_ in sorted(map(IPv4Network, set(cidrs))):  # a range sorts after those that contain it
        if outer and range_.subnet_of(outer):
            yield str(range_), str(outer)
        else:
            outer = range_


def meets_private(cidr: str) -> bool:
    """Whether a range has private addresses."""
    return any(IPv4Network(cidr).overlaps(private) for private in facts.ip_ranges("private"))


def overlap(one: str, other: str) -> bool:
    """Whether two ranges have addresses in common."""
    return IPv4Network(one).overlaps(IPv4Network(other))


def is_world(listener: Listener) -> bool:
    """Whether the ranges of a listener cover the whole internet, even in parts."""
    ranges = collapse_addresses(IPv4Network(cidr.cidr) for cidr in listener.admitted)
    return any(range_.prefixlen == 0 for range_ in ranges)


def place_of_clients(blueprint: Blueprint, listener: Listener) -> Location:
    """Where the spec sets the clients of a listener: its own ranges, or the load balancer's."""
    where = blueprint.locate(("load_balancer", "listeners", listener.key, "cidrs"))
    return where if where != listener.at else blueprint.locate(("load_balancer", "cidrs"))
