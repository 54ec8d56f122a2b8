"""What the rules about ranges share."""

from collections.abc import Iterable, Iterator

from tfgen import facts
from tfgen.blueprint.model import Blueprint, Listener
from tfgen.ip_ranges import in_order, is_inside, joined_ranges, parse_range
from tfgen.problems import Location


def containing_range(cidr: str, kind: str) -> str:
    """The range among facts.ip_ranges(kind) that contains all of `cidr`, or nothing."""
    range_ = parse_range(cidr)
    return next((str(outer) for outer in facts.ip_ranges(kind) if is_inside(range_, outer)), "")


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
    for range_ in sorted(map(parse_range, set(cidrs)), key=in_order):
        if outer and is_inside(range_, outer):
            yield str(range_), str(outer)
        else:
            outer = range_


def meets_private(cidr: str) -> bool:
    """Whether a range has private addresses."""
    return any(overlap(cidr, str(private)) for private in facts.ip_ranges("private"))


def overlap(one: str, other: str) -> bool:
    """Whether two ranges have addresses in common."""
    first, second = parse_range(one), parse_range(other)
    return is_inside(first, second) or is_inside(second, first)


def ranges_outside(inner: Iterable[str], outer: Iterable[str]) -> list[str]:
    """Those ranges that others do not cover, even together."""
    joined = joined_ranges(map(parse_range, outer))
    return [cidr for cidr in inner if not any(is_inside(parse_range(cidr), each) for each in joined)]


def is_world(listener: Listener) -> bool:
    """Whether the ranges of a listener cover the whole internet, by IPv4 or IPv6, even in parts."""
    ranges = joined_ranges(parse_range(cidr.cidr) for cidr in listener.admitted)
    return any(range_.prefixlen == 0 for range_ in ranges)


def place_of_clients(blueprint: Blueprint, listener: Listener) -> Location:
    """Where the spec sets the clients of a listener: its own ranges, or the load balancer's."""
    where = blueprint.locate((*listener.path, "cidrs"))
    return where if where != listener.at else blueprint.locate((*listener.path[:-2], "cidrs"))
