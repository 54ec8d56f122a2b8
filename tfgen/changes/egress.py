"""The egress of tasks and of the load balancer, as subnets, routes and VPC endpoints change."""

import re
from collections.abc import Iterator, Mapping, Sequence

from tfgen import facts
from tfgen.blueprint.labels import ENDPOINTS, PRIVATE, PUBLIC
from tfgen.changes.change import Change, ChangeTest, KnownStack, is_created, is_destroyed, is_lost, updates
from tfgen.changes.names import EGRESS, INGRESS, Consequence, about_changes, about_names, containers
from tfgen.changes.permissions import allows_all_of
from tfgen.hcl.values import Value, references_in


def egress_consequences(
    changes: tuple[Change, ...], old: KnownStack, new: KnownStack
) -> Iterator[Consequence]:
    """Sentences about the egress of the stack, and about single rules where that stays the same; none where
    all services are removed."""
    if _has_services(old) and not _has_services(new):
        return
    private = [_has_resource(stack, "aws_subnet", PRIVATE) for stack in (old, new)]
    nat = [_has_default_route(stack) for stack in (old, new)]
    endpoints = [_has_resource(stack, "aws_security_group", ENDPOINTS) for stack in (old, new)]
    if (
        private == [True, False]
        and _has_resource(new, "aws_subnet", PUBLIC)
        and not _is_removed_last(changes, old, new)
    ):
        yield Consequence(
            "Tasks in private subnets may lose their egress before new tasks run in public subnets: until "
            "then they may be unable to pull images, read secrets or write logs."
        )
    routes = tuple(change for change in changes if change.type == "aws_route")
    yield from about_changes(routes, lambda change: _waits_for_nat(change, changes, old), _NO_NAT)
    yield from about_names(_lost_destinations(routes, new), _NO_ROUTE)
    tasks = PRIVATE if private[0] else PUBLIC
    yield from about_changes(changes, _loses_route_in_zone(tasks, "aws_ecs_service", old, new), _TASKS)
    facing = tuple(change for change in changes if str(change.old.get("internal")) != "true")
    yield from about_changes(facing, _loses_route_in_zone(PUBLIC, "aws_lb", old, new), _NODES)
    if tasks == PRIVATE and not any(nat):
        yield from about_changes(
            changes, _loses_route_in_zone(tasks, "aws_ecs_service", old, new, in_order=True), _NO_S3
        )
    yield from about_changes(
        facing, _loses_route_in_zone(PUBLIC, "aws_lb", old, new, in_order=True), _FEWER_NODES
    )
    if all(private):
        yield from _private_subnet_consequences(changes, old, new, nat, endpoints)
    if all(was == will_be for was, will_be in (private, nat, endpoints)):
        yield from _removed_rule_consequences(changes, new)


_EGRESS_TYPES = {
    EGRESS,
    INGRESS,
    "aws_nat_gateway",
    "aws_route",
    "aws_route_table",
    "aws_route_table_association",
    "aws_vpc_endpoint",
}


def _removed_rule_consequences(changes: tuple[Change, ...], new: KnownStack) -> Iterator[Consequence]:
    """A sentence about the egress rules that are removed, and whose egress no other rule allows."""
    gone = {change.address for change in changes if is_lost(change)}
    removed = tuple(change for change in changes if _removes_egress(change, gone))
    remaining = [each.arguments for each in new.resources.values() if removed and each.type == EGRESS]
    yield from about_changes(
        removed,
        lambda change: not _is_still_allowed(change.old, remaining),
        "{}: this egress is no longer allowed.",
    )


def _is_removed_last(changes: tuple[Change, ...], old: KnownStack, new: KnownStack) -> bool:
    """Whether egress is removed only after its replacement is created and the services are updated.

    Terraform does so where the state has create_before_destroy for it, and a service that depended on it
    changes too. The order of calls is in tests/test_order.py.
    """
    gone = {change.address for change in changes if change.type in _EGRESS_TYPES and is_lost(change)}
    updated_services = {change.address for change in changes if change.type == "aws_ecs_service"}
    staying = {address for address, each in new.resources.items() if each.type == "aws_ecs_service"}
    return all(map(old.is_new_first, gone)) and staying & old.resources.keys() <= updated_services


def _private_subnet_consequences(
    changes: tuple[Change, ...], old: KnownStack, new: KnownStack, nat: list[bool], endpoints: list[bool]
) -> Iterator[Consequence]:
    if nat == [True, False]:
        yield Consequence("Tasks can no longer reach the internet, nor AWS services without a VPC endpoint.")
        yield from about_names(
            _images_out_of_reach(new), "[This image|These images] can no longer be pulled: {}."
        )
    if {tuple(nat), tuple(endpoints)} == {(True, False), (False, True)} and not _is_removed_last(
        changes, old, new
    ):
        # Terraform creates the one and destroys the other at the same time.
        yield Consequence(
            "During the apply, tasks may have no egress, and those that start then cannot pull their images: "
            "first apply the old spec as this version of tfgen renders it, then this one."
        )
    instead = "use their route to the internet" if nat[1] else "cannot reach [it|them]"
    yield from about_changes(
        changes,
        _is_endpoint(is_destroyed),
        f"{{}}: the VPC [endpoint is|endpoints are] removed; tasks that still need [it|them] {instead}.",
    )
    yield from about_changes(
        changes,
        _is_endpoint(is_created, "Gateway"),
        "{}: [a gateway endpoint is|gateway endpoints are] created; open connections to "
        "[this service|these services] break.",
    )


_NO_NAT = (
    "Tasks may be unable to reach the internet for minutes: their NAT gateway is destroyed before their "
    "route leads to another ([zone|zones] {})."
)


_NO_ROUTE = "{}: no route leads to [this range|these ranges] any more; connections to [it|them] fail."


def _lost_destinations(routes: Sequence[Change], new: KnownStack) -> set[str]:
    """The ranges of other networks that had a route, and have none in any table."""
    lost = {_destination(change.old) for change in routes if is_destroyed(change)}
    remaining = (each for each in new.resources.values() if each.type == "aws_route")
    kept = {_destination(each.arguments) for each in remaining}
    return lost - kept - {"0.0.0.0/0"}


def _destination(route: Mapping[str, Value]) -> str:
    return str(route.get("destination_cidr_block") or route.get("destination_ipv6_cidr_block"))


# A subnet is destroyed only when it is empty; its route is not kept until then.
_TASKS = (
    "Tasks in a removed zone may lose their egress before new tasks run in another: until then they may be "
    "unable to pull images, read secrets or write logs ([zone|zones] {})."
)
_NO_S3 = (
    "Tasks in a removed zone cannot reach S3 until they are replaced by tasks in another ([zone|zones] {})."
)
_FEWER_NODES = (
    "The load balancer leaves a removed zone before the tasks there are replaced: until then tasks in other "
    "zones handle all requests ([zone|zones] {})."
)
_NODES = (
    "The load balancer loses its route to the internet in a removed zone before its node there is gone: "
    "requests that still arrive at that node fail ([zone|zones] {})."
)


def _loses_route_in_zone(
    role: str, user: str, old: KnownStack, new: KnownStack, *, in_order: bool = False
) -> ChangeTest:
    """Whether a subnet of a role loses its route while other subnets of the role, and their users, remain.

    With `in_order` the subnets whose route is removed after their users have moved, without it the others.
    """
    stays = _has_resource(new, "aws_subnet", role) and all(_has_type(stack, user) for stack in (old, new))
    return lambda change: (
        stays
        and change.type == "aws_route_table_association"
        and change.name == role
        and is_destroyed(change)
        and old.is_new_first(change.address) is in_order
    )


def _has_type(stack: KnownStack, kind: str) -> bool:
    return any(each.type == kind for each in stack.resources.values())


def _waits_for_nat(change: Change, changes: tuple[Change, ...], old: KnownStack) -> bool:
    """Whether a route changes only after the gateway that it leads to is destroyed.

    Terraform does so unless the state has create_before_destroy: the new files cannot change that any more.
    """
    gone = {each.address for each in changes if is_destroyed(each) and not old.is_new_first(each.address)}
    return (
        change.type == "aws_route"
        and updates("nat_gateway_id")(change)
        and any(used.address in gone for used in references_in(change.old.get("nat_gateway_id")))
    )


def _removes_egress(change: Change, gone: set[str]) -> bool:
    """Whether a rule is removed although both ends of it remain."""
    ends = (change.old.get(end) for end in ("security_group_id", "referenced_security_group_id"))
    return (
        change.type == EGRESS
        and is_destroyed(change)
        and _is_of_own_module(change)
        and not any(used.address in gone for end in ends for used in references_in(end))
    )


def _is_of_own_module(change: Change) -> bool:
    """Whether a rule is in the module of its group: files of services have rules of load balancers, too."""
    module = change.address.partition(f"{change.type}.")[0]
    return all(
        group.address.startswith(f"{module}aws_")
        for group in references_in(change.old.get("security_group_id"))
    )


def _is_still_allowed(rule: Mapping[str, Value], others: Sequence[Mapping[str, Value]]) -> bool:
    """Whether one of the other rules allows what a rule did, whatever its label."""
    return any(
        _ends_and_ports(other) == _ends_and_ports(rule)
        or (other.get("security_group_id") == rule.get("security_group_id") and allows_all_of(other, rule))
        for other in others
    )


def _ends_and_ports(rule: Mapping[str, Value]) -> list[Value]:
    """The arguments that tell a rule from every other."""
    return [rule.get(name) for name in facts.unique_arguments(EGRESS)]


def _has_resource(stack: KnownStack, kind: str, name: str) -> bool:
    return any((each.type, each.name) == (kind, name) for each in stack.resources.values())


def _has_services(stack: KnownStack) -> bool:
    return any(each.type == "aws_ecs_service" for each in stack.resources.values())


def _has_default_route(stack: KnownStack) -> bool:
    """Whether private subnets have a route to the internet: to a NAT gateway, or one of the user's."""
    return any(
        each.type == "aws_route"
        and each.arguments.get("destination_cidr_block") == "0.0.0.0/0"
        and any(f".{PRIVATE}" in used.address for used in references_in(each.arguments.get("route_table_id")))
        for each in stack.resources.values()
    )


def _is_endpoint(test: ChangeTest, kind: str = "") -> ChangeTest:
    """Whether a VPC endpoint of a kind passes a test."""
    return lambda change: (
        change.type == "aws_vpc_endpoint"
        and test(change)
        and kind in str((change.new or change.old).get("vpc_endpoint_type"))
    )


def _images_out_of_reach(new: KnownStack) -> set[str]:
    """The images that need the internet: all but those of ECR in the stack's region, which has endpoints."""
    own = re.compile(rf"\d+\.dkr\.ecr\.{re.escape(str(new.provider.get('region', '')))}\.")
    found = (
        each.get("image") for resource in new.resources.values() for each in containers(resource.arguments)
    )
    return {image for image in found if isinstance(image, str) and not own.match(image)}
