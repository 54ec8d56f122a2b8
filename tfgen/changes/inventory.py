"""What a stack has that AWS charges for, counted from the arguments of its resources.

The same as `tfgen.cost.inventory` counts from a blueprint, but for a stack of which only the Terraform is
there, the user's own files included.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from msgspec.structs import replace

from tfgen.changes.change import Change, Changes, KnownResource, KnownStack
from tfgen.changes.names import end_of, scaled_service, service_of_endpoint
from tfgen.cost.inventory import (
    FREE_STORAGE,
    Balancer,
    Inventory,
    Tasks,
    in_order,
    longest_retention,
)
from tfgen.hcl.text import without_keys
from tfgen.hcl.values import Term, Value, addresses_in

Parts = tuple[tuple[str, Any], ...]
"""What a resource adds to an inventory, by the field of it."""
Counted = Mapping[str, Parts | None]
"""By address, the parts of each resource; None where only Terraform can tell them."""

_Arguments = Mapping[str, Value]
_READ: Mapping[str, frozenset[str]] = {
    kind: frozenset(f"{names} region dynamic".split())
    for kind, names in {
        "aws_nat_gateway": "connectivity_type",
        "aws_vpc_endpoint": "vpc_endpoint_type service_name subnet_ids route_table_ids",
        "aws_lb": (
            "load_balancer_type internal ip_address_type subnets subnet_mapping"
            " minimum_load_balancer_capacity"
        ),
        "aws_cloudwatch_log_group": "name retention_in_days",
        "aws_ecs_service": (
            "name task_definition desired_count launch_type capacity_provider_strategy network_configuration"
        ),
        "aws_appautoscaling_target": "resource_id min_capacity max_capacity",
        "aws_ecs_task_definition": "cpu memory ephemeral_storage runtime_platform requires_compatibilities",
    }.items()
}
"""The arguments and blocks that count, by type of resource; the others take longer to evaluate."""


def may_change_cost(change: Change) -> bool:
    """Whether a resource is created or destroyed, or something changes in it that counts."""
    if change.type not in _READ:
        return False
    return not (change.old and change.new) or any(
        change.old.get(name) != change.new.get(name) for name in _READ[change.type]
    )


def parts_of(stack: KnownStack) -> Counted:
    """The parts of each resource of a stack."""
    is_repeated = _repetition(stack)
    return {
        address: None
        if is_repeated(address)
        else _parts(resource, resource.only(_READ[resource.type]), stack, stack)
        for address, resource in stack.resources.items()
        if resource.type in _PARTS
    }


def parts_after(found: Changes, was: Counted) -> Counted:
    """The same once the changes of a stack are applied: what `ignore_changes` keeps counts as before."""
    changes, old, new = found
    changed, is_repeated = {change.address: change for change in changes}, _repetition(new)
    parts: dict[str, Parts | None] = {}
    for address, resource in new.resources.items():
        change = changed.get(address)
        if resource.type not in _PARTS:
            continue
        if is_repeated(address):
            parts[address] = None
        elif change:
            tasks = old if "task_definition" in change.kept else new
            parts[address] = _parts(resource, change.new, new, tasks)
        elif address in was:
            parts[address] = was[address]
        else:  # it only has another address
            parts[address] = _parts(resource, resource.only(_READ[resource.type]), new, new)
    return parts


def inventory_of(region: str, counted: Counted, without: Collection[str] = ()) -> Inventory:
    """The parts of all resources together, but for some addresses_in and those that cannot be told."""
    found = defaultdict[str, list[Any]](list)
    limits = dict(value for parts in counted.values() for field, value in parts or () if field == "limits")
    for address, parts in counted.items():
        if address not in without:
            for field, value in parts or ():
                limited = limits.get(value.service) if field == "tasks" else None
                found[field].append(replace(value, **limited) if limited else value)
    tasks: list[Tasks] = sorted(found["tasks"], key=lambda each: each.service)
    return Inventory(
        region=region,
        zones=max(found["zones"], default=1),
        nat_gateways=len(found["nat_gateways"]),
        gateway_endpoints=tuple(sorted(found["gateway_endpoints"])),
        interface_endpoints=tuple(sorted(found["interface_endpoints"])),
        public_tasks=any(each.public for each in tasks),
        balancers=in_order(found["balancers"]),
        tasks=tuple(tasks),
        log_retention=longest_retention(found["log_retention"]),
    )


def _repetition(stack: KnownStack) -> Callable[[str], bool]:
    """Whether only Terraform can tell how many there are of what an address is one of."""
    repeated = {re.sub(r"resource\.(aws_\w+\.[^.]+)$", r"\1", each.address) for each in stack.repeated}

    def is_repeated(address: str) -> bool:
        block = without_keys(address) if repeated else ""
        return any(block == each or block.startswith(f"{each}.") for each in repeated)

    return is_repeated


# --- the parts of one resource


class _UnknownError(Exception):
    """An argument has a value that only Terraform, or AWS, can tell."""


def _parts(
    resource: KnownResource, arguments: _Arguments, stack: KnownStack, tasks: KnownStack
) -> Parts | None:
    """The parts of a resource of `stack` with these arguments; `tasks` has its task definition."""
    region = stack.provider.get("region")
    if not resource.is_regional or arguments.get("region", region) != region:
        return None
    try:
        return tuple(_PARTS[resource.type](arguments, tasks))
    except _UnknownError:
        return None


_Read = Iterator[tuple[str, Any]]


def _nat_gateway(arguments: _Arguments, _: KnownStack) -> _Read:
    """A private one has no public address, and no inventory can say so."""
    if _text(arguments.get("connectivity_type", "public")) != "public":
        raise _UnknownError
    yield "nat_gateways", 1


def _endpoint(arguments: _Arguments, _: KnownStack) -> _Read:
    kind, service = _text(arguments.get("vpc_endpoint_type", "Gateway")), service_of_endpoint(arguments)
    if kind == "Gateway" and arguments.get("route_table_ids"):
        yield "gateway_endpoints", service
    elif kind == "Interface" and (zones := _length(arguments.get("subnet_ids", ()))):
        yield "interface_endpoints", (service, zones)


def _balancer(arguments: _Arguments, _: KnownStack) -> _Read:
    """Of Application and Network Load Balancers."""
    kind = _text(arguments.get("load_balancer_type", "application"))
    if kind in ("application", "network"):
        zones = arguments.get("subnets") or arguments.get("subnet_mapping")
        reserved = _block(arguments, "minimum_load_balancer_capacity").get("capacity_units", "0")
        internal = _flag(arguments.get("internal"))
        public = not internal and arguments.get("ip_address_type") != "dualstack-without-public-ipv4"
        is_network = kind == "network"
        units = 0 if is_network else _number(reserved)
        yield "balancers", Balancer(_length(zones), public, units, is_network, internal)


def _log_group(arguments: _Arguments, _: KnownStack) -> _Read:
    """How long lines of services are kept, which costs nothing before traffic; flow logs are not counted."""
    days = arguments.get("retention_in_days")
    if isinstance(days, str) and not str(arguments.get("name")).startswith("/vpc/"):
        yield "log_retention", _number(days)


def _service(arguments: _Arguments, stack: KnownStack) -> _Read:
    used = addresses_in(arguments.get("task_definition"))
    found = stack.resources.get(used.pop()) if len(used) == 1 else None
    task = found.only(_READ["aws_ecs_task_definition"]) if found else {}
    if not _runs_on_fargate(arguments, task):
        return
    network = _block(arguments, "network_configuration")
    yield "zones", _length(network.get("subnets"))
    count = _number(arguments.get("desired_count", "0"))
    yield (
        "tasks",
        Tasks(
            service=end_of(arguments.get("name")),
            cpu=_number(task.get("cpu")),
            memory=_number(task.get("memory")),
            arm=_text(_block(task, "runtime_platform").get("cpu_architecture", "X86_64")) == "ARM64",
            low=count,
            high=count,
            public=_flag(network.get("assign_public_ip")),
            storage=_number(_block(task, "ephemeral_storage").get("size_in_gib", str(FREE_STORAGE))),
        ),
    )


def _scalable_target(arguments: _Arguments, _: KnownStack) -> _Read:
    """How many tasks of a service there may be, whatever number that started with."""
    low, high = (_number(arguments.get(name)) for name in ("min_capacity", "max_capacity"))
    yield "limits", (scaled_service(arguments.get("resource_id")), {"low": low, "high": high})


def _runs_on_fargate(arguments: _Arguments, task: _Arguments) -> bool:
    """Whether tasks cost what Fargate does: AWS charges the instances of others, and Spot varies."""
    strategy = arguments.get("capacity_provider_strategy", ())
    if not isinstance(strategy, tuple) or not all(isinstance(each, dict) for each in strategy):
        raise _UnknownError
    providers = {_text(each.get("capacity_provider")) for each in strategy}
    if "FARGATE_SPOT" in providers:
        raise _UnknownError
    if providers:
        return "FARGATE" in providers
    if "launch_type" in arguments:
        return _text(arguments["launch_type"]) == "FARGATE"
    if "dynamic" in arguments:  # of capacity_provider_strategy, perhaps
        raise _UnknownError
    return "FARGATE" in task.get("requires_compatibilities", ())


_PARTS: Mapping[str, Callable[[_Arguments, KnownStack], _Read]] = {
    "aws_nat_gateway": _nat_gateway,
    "aws_vpc_endpoint": _endpoint,
    "aws_lb": _balancer,
    "aws_cloudwatch_log_group": _log_group,
    "aws_appautoscaling_target": _scalable_target,
    "aws_ecs_service": _service,
}


# --- values that are known, or not


def _text(value: Value) -> str:
    if not isinstance(value, str):
        raise _UnknownError
    return value


def _flag(value: Value) -> bool:
    return value is not None and _text(value) == "true"


def _number(value: Value) -> int:
    if not _text(value).isdecimal() or len(value) > 9:  # longer ones are no number of anything
        raise _UnknownError
    return int(value)


def _length(value: Value) -> int:
    match value:
        case tuple():
            return len(value)
        case Term(name="[*]", operands=(tuple() as items,)):
            return len(items)
    raise _UnknownError


def _block(arguments: _Arguments, name: str) -> _Arguments:
    """The only block of a type; empty where there is none."""
    match arguments.get(name, ()):
        case (dict() as block,) | (dict() as block):
            return block
        case () if "dynamic" not in arguments:
            return {}
    raise _UnknownError
