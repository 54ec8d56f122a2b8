"""What AWS rejects during an apply, although Terraform plans it."""

from collections.abc import Iterator
from typing import Any

from tfgen.changes.change import Action, Change, KnownStack, is_lost, updates
from tfgen.changes.clashes import Clash
from tfgen.changes.ebs import is_kept_without_ebs, loses_ebs
from tfgen.changes.ignored import lacks_port, lacks_port_name
from tfgen.changes.ipv6 import ipv6_failures
from tfgen.changes.names import (
    INGRESS,
    Consequence,
    Tasks,
    about_changes,
    about_names,
    name_of,
    named_ports,
    tasks_of,
)
from tfgen.hcl.values import references_in


def apply_failures(
    changes: tuple[Change, ...], twice: tuple[Clash, ...], old: KnownStack, new: KnownStack
) -> Iterator[Consequence]:
    """Sentences about what always fails, then about what may fail."""
    tasks = tasks_of(changes)
    yield from about_changes(changes, lambda change: _changes_protocol(change, tasks), _PROTOCOL)
    yield from about_changes(changes, lambda change: lacks_port(change, old, new), _OTHER_PORT)
    yield from about_changes(changes, lambda change: lacks_port_name(change, old), _OTHER_NAME)
    yield from about_changes(changes, _drops_alarms, _ALARMS)
    yield from about_changes(changes, lambda change: is_kept_without_ebs(change, old), _KEPT_EBS)
    lost = tuple(filter(loses_ebs, changes))
    yield from about_changes(lost, lambda change: "task_definition" not in change.kept, _LOST_EBS)
    yield from about_changes(lost, lambda change: "task_definition" in change.kept, _LEFT_EBS)
    yield from about_changes(changes, lambda change: _leaves_vpc(change, changes), _VPC)
    yield from about_changes(changes, _is_protected, _PROTECTED)
    yield from ipv6_failures(changes, old)
    in_use = _groups_in_use(changes)
    yield from about_changes(in_use, _changes_name, f"{_GROUP}.")
    yield from about_changes(in_use, lambda change: not _changes_name(change), f"{_GROUP}, {_AND_A_NAME}.")
    yield from about_changes(changes, lambda change: _overlaps_old_subnet(change, changes, old), _RANGE)
    for certain, text in _TWICE.items():
        yield from about_names({_claim_in_words(clash) for clash in twice if clash.certain is certain}, text)
    passed_on = tuple(clash.taker for clash in twice if not clash.certain)
    yield from about_changes(passed_on, lambda change: change.type == "aws_lb_listener", _PORT)


_PROTOCOL = (
    "{}: ECS cannot change the protocol of a Service Connect port, so the apply fails: add a service with "
    "another name and connect beside [it|each], move the callers, then remove [it|them]."
)
_OTHER_PORT = (
    "{}: ignore_changes keeps one of task_definition and load_balancer, and ECS rejects a load balancer port "
    "that the task definition lacks, so the apply fails: remove that for this change, as with deploys_by: "
    "terraform."
)
_OTHER_NAME = (
    "{}: ignore_changes keeps the task definition, and ECS rejects a Service Connect port whose name it "
    "lacks, so the apply fails: remove that for this change, as with deploys_by: terraform."
)
_ALARMS = (
    "{}: the provider cannot remove several alarms from a service at once, so the apply fails: keep one of "
    "deployment.alarms in this change, and remove it in the next."
)
_KEPT_EBS = (
    "{}: ignore_changes keeps the task definition, and ECS rejects an EBS volume that it lacks, so the apply "
    "fails: remove that for this change, as with deploys_by: terraform."
)
_LOST_EBS = (
    "{}: the provider does not tell ECS that [a service has|services have] no EBS volume any more, and ECS "
    "rejects a task definition without one, so the apply fails: take the [volume|volumes] from the "
    "[service|services] with the AWS CLI first (docs/volumes.md)."
)
_LEFT_EBS = (
    "{}: ignore_changes keeps the task definition, and the provider does not tell ECS that [a service "
    "has|services have] no EBS volume any more, so that new tasks need the [role|roles] that the apply "
    "destroys: have the pipeline deploy without the [volume|volumes] first (docs/volumes.md)."
)
_VPC = (
    "AWS cannot move a load balancer to another VPC, so the apply fails halfway: create a stack with another "
    "name beside this one, move to it, then destroy this one."
)
_PROTECTED = (
    "{}: AWS does not delete a load balancer with deletion protection, so the apply fails: disable it first, "
    "in a separate change."
)
_GROUP = (
    "{}: AWS does not delete a security group that is in use, and [this one|these] would be deleted before "
    "[its|their] users are updated, so the apply waits and fails: override [it|each] with lifecycle: "
    "{{create_before_destroy: true}} (docs/overrides.md)"
)
_AND_A_NAME = "and with another name, since AWS does not allow two with the same name"
_RANGE = (
    "{}: the new range overlaps that of an existing subnet, which AWS rejects, so the apply fails: pin a "
    "free range, or remove the zone, apply, and add it again."
)
_TWICE = {
    True: "{}: AWS does not allow two[| of each], and one still exists when the new one is created, so the "
    "apply fails: make room for it first, in a separate change.",
    False: "{}: AWS does not allow two[| of each] at once, and the new [one|ones] may be created before the "
    "old [one is|ones are] gone, so the apply may stop halfway: be ready to apply again, or remove the old "
    "[one|ones] first.",
}
_PORT = "[Port|Ports] {}: requests fail from when the old listener is destroyed until the new one is created."


# A protocol of Service Connect


def _changes_protocol(change: Change, tasks: Tasks) -> bool:
    """Whether a Service Connect port gets another protocol."""
    task = tasks.get(change.address)
    if task is None or change.action is not Action.UPDATE:
        return False
    old, new = _protocols(task.old), _protocols(task.new)
    stay = {*_connected_ports(change.old)} & {*_connected_ports(change.new)} & old.keys() & new.keys()
    return any(old[port] != new[port] for port in stay)


def _connected_ports(arguments: Any) -> Iterator[str]:
    """The names of a service's ports in Service Connect."""
    for connect in arguments.get("service_connect_configuration", ()):
        yield from (str(service.get("port_name")) for service in connect.get("service", ()))


def _protocols(arguments: Any) -> dict[str, Any]:
    """The protocol of each named port; None where Service Connect treats it as TCP."""
    return {name: port.get("appProtocol") for name, port in named_ports(arguments).items()}


# Alarms of deployments


def _drops_alarms(change: Change) -> bool:
    """Whether none is left of several. The provider then sends a block without names, which the API's client
    refuses; of a single one it sends the name (5.100, seen in the emulator)."""
    if change.type != "aws_ecs_service" or not updates("alarms")(change) or change.new.get("alarms"):
        return False
    blocks: Any = change.old.get("alarms", ())
    return len([name for block in blocks for name in block.get("alarm_names", ())]) > 1


# What is destroyed while it is in use


def _leaves_vpc(change: Change, changes: tuple[Change, ...]) -> bool:
    """Whether a load balancer that is not replaced gets subnets of another VPC."""
    return updates("subnets")(change) and change.type == "aws_lb" and _is_lost("aws_vpc", changes)


def _is_protected(change: Change) -> bool:
    return (
        change.type == "aws_lb" and is_lost(change) and change.old.get("enable_deletion_protection") == "true"
    )


def _is_lost(kind: str, changes: tuple[Change, ...]) -> bool:
    return any(each.type == kind and is_lost(each) for each in changes)


def _groups_in_use(changes: tuple[Change, ...]) -> tuple[Change, ...]:
    """The security groups that are destroyed before the resources that use them are updated."""
    groups = [each for each in changes if each.type == "aws_security_group" and each.action is Action.REPLACE]
    if not groups or _is_lost("aws_vpc", changes):
        return ()
    staying = (each for each in changes if each.action is Action.UPDATE)
    used = {reference.address for each in staying for reference in references_in({**each.new})}
    return tuple(each for each in groups if each.address in used)


def _changes_name(change: Change) -> bool:
    return change.old.get("name") != change.new.get("name")


# A range of addresses


def _overlaps_old_subnet(change: Change, changes: tuple[Change, ...], old: KnownStack) -> bool:
    """Whether a new subnet overlaps one that exists in its VPC."""
    if change.type != "aws_subnet" or change.action not in (Action.CREATE, Action.REPLACE_NEW_FIRST):
        return False
    vpc = change.new.get("vpc_id")
    if any(is_lost(each) and each.address == getattr(vpc, "address", "") for each in changes):
        return False
    standing = [each.arguments for each in old.resources.values() if each.type == "aws_subnet"]
    return any(_ranges_overlap(change.new, each) for each in standing if each.get("vpc_id") == vpc)


def _ranges_overlap(one: Any, other: Any) -> bool:
    from ipaddress import ip_network  # noqa: PLC0415 - only a new subnet pays for it

    try:
        return ip_network(one.get("cidr_block")).overlaps(ip_network(other.get("cidr_block")))
    except (TypeError, ValueError):  # not known before the plan
        return False


# What AWS allows only once


def _claim_in_words(clash: Clash) -> str:
    """What AWS allows only once, in words."""
    change = clash.taker._replace(action=Action.CREATE)  # named by its new values
    match clash.claim.kind:
        case kind if not kind.startswith("aws_"):
            return kind
        case "aws_lb_listener":
            return f"port {name_of(change)} of the load balancer"
        case "aws_lb_listener_rule":
            return f"priority {change.new.get('priority')} ({name_of(change)})"
        case kind if kind == INGRESS:
            return f"the ingress rule {change.name}"
        case "aws_vpc_security_group_egress_rule":
            return f"the egress rule {change.name}"
    kind = change.type.removeprefix("aws_").replace("_", " ")
    return f"{_KINDS.get(change.type, kind)} {name_of(change)}"


_KINDS = {
    "aws_cloudwatch_log_group": "log group",
    "aws_ecs_service": "service",
    "aws_iam_role": "role",
    "aws_lb": "load balancer",
    "aws_lb_target_group": "target group",
    "aws_service_discovery_http_namespace": "namespace",
}
