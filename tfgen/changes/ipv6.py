"""IPv6: what a change of the VPC, of the load balancer's addresses and of its records means."""

from collections.abc import Iterator, Mapping

from tfgen.changes.change import Change, KnownStack, is_created, is_destroyed, updates
from tfgen.changes.names import Consequence, about_changes, name_of
from tfgen.hcl.values import Value

_RANGE = "assign_generated_ipv6_cidr_block"
_ON = (
    "The VPC and its subnets get IPv6 ranges in place. Running tasks keep their addresses; new ones get IPv6 "
    "addresses, too, if the account setting dualStackIPv6 is on."
)
_OFF = (
    "AWS removes the IPv6 range of a VPC only if no subnet has a range of it, and Terraform changes the VPC "
    "first, so the apply fails: remove the ranges of the subnets before, in changes of their own "
    "(docs/ipv6.md)."
)
_CONNECT = {
    (True, "IPv6"): "Clients can connect to the load balancer by IPv6.",
    (False, "IPv6"): "Clients can no longer connect to the load balancer by IPv6.",
    (True, "IPv4"): "Clients on the internet can connect to the load balancer by IPv4.",
    (False, "IPv4"): "Clients on the internet can no longer connect to the load balancer by IPv4.",
}
_LEADS = {
    "alias": "{}: [this name leads|these names lead] to the load balancer by IPv4, too.",
    "alias_ipv6": "{}: [this name leads|these names lead] to the load balancer by IPv6, too.",
}
_LEADS_NO_LONGER = {
    "alias": "{}: [this name no longer leads|these names no longer lead] to the load balancer by IPv4.",
    "alias_ipv6": "{}: [this name no longer leads|these names no longer lead] to the load balancer by IPv6.",
}
_OTHER = {"alias": "alias_ipv6", "alias_ipv6": "alias"}


def ipv6_consequences(changes: tuple[Change, ...], old: KnownStack, new: KnownStack) -> Iterator[Consequence]:
    yield from about_changes(changes, _gets_range, _ON)
    for change in changes:
        if change.type == "aws_lb" and updates("ip_address_type")(change):
            before, after = _versions(change.old), _versions(change.new)
            yield from (Consequence(_CONNECT[True, each]) for each in sorted(after - before))
            yield from (Consequence(_CONNECT[False, each]) for each in sorted(before - after))
    records = tuple(change for change in changes if is_other_record(change, old, new))
    for name in _OTHER:
        own = tuple(change for change in records if change.name == name)
        yield from about_changes(own, is_created, _LEADS[name], name_of)
        yield from about_changes(own, is_destroyed, _LEADS_NO_LONGER[name], name_of)


def ipv6_failures(changes: tuple[Change, ...], old: KnownStack) -> Iterator[Consequence]:
    if any(
        "ipv6_cidr_block" in each.arguments for each in old.resources.values() if each.type == "aws_subnet"
    ):
        yield from about_changes(changes, _loses_range, _OFF)


def is_other_record(change: Change, old: KnownStack, new: KnownStack) -> bool:
    """Whether a name leads to the load balancer by one version of IP already, or still."""
    if change.type != "aws_route53_record" or change.name not in _OTHER:
        return False
    other = change.address.replace(f".{change.name}[", f".{_OTHER[change.name]}[")
    return other in (old if is_created(change) else new).resources


def _gets_range(change: Change) -> bool:
    return change.type == "aws_vpc" and updates(_RANGE)(change) and change.new.get(_RANGE) == "true"


def _loses_range(change: Change) -> bool:
    return change.type == "aws_vpc" and updates(_RANGE)(change) and change.old.get(_RANGE) == "true"


def _versions(balancer: Mapping[str, Value]) -> set[str]:
    """The versions of IP by which clients reach a load balancer."""
    match balancer.get("ip_address_type"):
        case "dualstack":
            return {"IPv4", "IPv6"}
        case "dualstack-without-public-ipv4":
            return {"IPv6"}
    return {"IPv4"}
