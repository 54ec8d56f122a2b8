"""What people call the resources that change, and sentences about them."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from tfgen.blueprint.labels import LOAD_BALANCER, SERVICES
from tfgen.changes.change import Action, Change, ChangeTest
from tfgen.hcl.text import address_parts
from tfgen.hcl.values import Reference, Term, Value
from tfgen.problems import joined

INGRESS = "aws_vpc_security_group_ingress_rule"
EGRESS = "aws_vpc_security_group_egress_rule"


def name_of(change: Change) -> str:
    """What people call a resource; one that is destroyed or replaced, by its old name."""
    arguments = change.new if change.action in (Action.CREATE, Action.UPDATE, Action.IMPORT) else change.old
    key = re.search(r'\["(.*)"\]$', change.address)
    if change.type in _NAMES:
        return _NAMES[change.type](arguments)
    if change.type == EGRESS:
        return _connection(change, arguments) or change.name
    if change.type == INGRESS:
        return _inbound_connection(change, arguments)
    if change.type in ("aws_subnet", "aws_efs_mount_target") and key:
        return f"{change.name} {key[1]}"
    name = key[1] if key else arguments.get("name")
    return name if isinstance(name, str) else change.name


def _requests(arguments: Any) -> str:
    """A rule's conditions in a line: `GET login.example.com /api on http`."""
    said: dict[str, str] = {}
    others: list[str] = []
    for condition in arguments.get("condition", ()):
        for kind, blocks in condition.items():
            others += _other_condition(kind, blocks)
            values = [value for block in blocks for value in block.get("values", ())]
            # `/api` and `/api/*` are one route: a path includes all below it.
            said[kind] = "|".join(str(v) for v in values if f"{v}"[:-2] not in values or f"{v}"[-2:] != "/*")
    listener = _listener_name(arguments.get("listener_arn"))
    order = ("http_request_method", "host_header", "path_pattern")
    words = " ".join([*(said[kind] for kind in order if kind in said), *others])
    return f"{'everything else' if words == '/*' else words} on {listener}"


def _listener_name(value: Value) -> str:
    """`http`, or `internal.http` of a load balancer that is not `main`."""
    if not isinstance(value, Reference):
        return ""
    return ".".join(filter(None, (balancer_of(value.address), address_parts(value.address).label)))


def balancer_of(address: str) -> str:
    """The load balancer in whose module a resource is; empty for `main`, and for what is in none."""
    found = re.search(rf"\bmodule\.(\w+)_{LOAD_BALANCER}\.", address)
    return found[1].replace("_", "-") if found else ""


def balancer_of_part(change: Change) -> str:
    """The load balancer that a resource is a part of: its module's, or that of a listener in a service's
    file."""
    home = (change.new or change.old).get("load_balancer_arn")
    return balancer_of(change.address) or balancer_of(getattr(home, "address", ""))


def _other_condition(kind: str, blocks: Any) -> list[str]:
    """A header, a query parameter or source ranges: `X-Tenant: a|b`, `?v=2`, `from 10.0.0.0/8`."""
    values = "|".join(str(value) for block in blocks for value in block.get("values", ()))
    match kind:
        case "http_header":
            return [f"{block.get('http_header_name')}: {values}" for block in blocks]
        case "query_string":
            return [f"?{block.get('key', '')}={block.get('value')}" for block in blocks]
        case "source_ip":
            return [f"from {values}"]
    return []


def service_of_endpoint(arguments: Any) -> str:
    """The service that a VPC endpoint leads to: `ecr.api`."""
    return re.sub(r"^.*amazon\w*\.[^.]*\.", "", str(arguments.get("service_name")))


_NAMES: dict[str, Callable[[Any], str]] = {
    "aws_lb_listener_rule": _requests,
    "aws_lb_listener": lambda arguments: str(arguments.get("port")),
    "aws_vpc_endpoint": service_of_endpoint,
    "aws_acm_certificate": lambda arguments: str(arguments.get("domain_name")),
    "aws_cloudwatch_metric_alarm": lambda arguments: str(arguments.get("alarm_name")),
    "aws_sns_topic_subscription": lambda arguments: str(arguments.get("endpoint")),
}


def _connection(change: Change, arguments: Any) -> str:
    """What an egress rule allows: `orders to 10.80.0.0/16 on port 5432`; empty where an end has no name."""
    source, target = end_of(arguments.get("security_group_id")), _other_end(arguments)
    if f"module.{LOAD_BALANCER}." in change.address:
        source = source and "the load balancer"
    return f"{source} to {target}{_ports(arguments)}" if source and target else ""


def _inbound_connection(change: Change, arguments: Any) -> str:
    """What an ingress rule allows: `10.1.0.0/16 on port 80`, of a service `bastion to orders on port 22`."""
    service = f" to {end_of(arguments.get('security_group_id'))}" if is_of_service(change) else ""
    return f"{_other_end(arguments)}{service}{_ports(arguments)}"


def is_of_service(change: Change) -> bool:
    """Whether a resource is part of the services module."""
    return f"module.{SERVICES}." in change.address


def _other_end(arguments: Any) -> str:
    return next(filter(None, (end_of(arguments.get(name)) for name in _ENDS)), "")


def _ports(arguments: Any) -> str:
    """` on port 443`, ` on UDP ports 8000 to 8100`, ` by ICMP`; empty for all protocols and ports."""
    protocol = str(arguments.get("ip_protocol"))
    if protocol == "icmp":
        return " by ICMP"
    first, last = (arguments.get(name) for name in ("from_port", "to_port"))
    kind = "UDP " if protocol == "udp" else ""
    ports = f" on {kind}port {first}" if first == last else f" on {kind}ports {first} to {last}"
    return ports if last else ""


_ENDS = ("cidr_ipv4", "cidr_ipv6", "referenced_security_group_id", "prefix_list_id")


def end_of(value: Value) -> str:
    """A text as it is, or the label of the resource that is referred to."""
    return value if isinstance(value, str) else _label_of(value)


def scaled_service(resource_id: Value) -> str:
    """The name of the service in `service/CLUSTER/NAME`, where only the cluster may be unknown."""
    match resource_id:
        case Term(operands=(*_, last)):
            return scaled_service(last)
        case str() if resource_id.count("/"):
            return resource_id.rpartition("/")[2]
    return end_of(resource_id)


def _label_of(value: Value) -> str:
    """The label of the resource that is referred to; empty where a value is no reference."""
    return address_parts(value.address).label if isinstance(value, Reference) else ""


Tasks = Mapping[str, Change]
"""The address of a service -> the change of its task definition."""


def tasks_of(changes: tuple[Change, ...]) -> Tasks:
    """The services that change and whose task definition changes too."""
    tasks = {change.address: change for change in changes if change.type == "aws_ecs_task_definition"}
    services = (
        change
        for change in changes
        if change.type == "aws_ecs_service" and "task_definition" not in change.kept
    )
    used = {each.address: (each.new or each.old).get("task_definition") for each in services}
    addresses = {service: getattr(task, "address", "") for service, task in used.items()}
    return {service: tasks[task] for service, task in addresses.items() if task in tasks}


def named_ports(arguments: Any) -> dict[str, Any]:
    """The port mappings of a task definition that have a name, by it."""
    found = [port for container in containers(arguments) for port in container.get("portMappings", ())]
    return {port["name"]: port for port in found if "name" in port}


def containers(arguments: Any) -> tuple[dict[str, Any], ...]:
    """The containers of a task definition."""
    match arguments.get("container_definitions"):
        case Term(name="jsonencode", operands=(tuple() as found,)):
            return tuple(each for each in found if isinstance(each, dict))
    return ()


class Consequence(NamedTuple):
    """A sentence about changes, and the names that it is about.

    In the text {} is replaced by the names, and [one|many] by its first part where there is one name."""

    text: str
    names: tuple[str, ...] = ()

    def whole(self) -> str:
        """With every name."""
        return self._with(self.names)

    def short(self) -> str:
        """With the first few names, and the number of the others."""
        more = len(self.names) - _FEW
        return self._with((*self.names[:_FEW], f"{more} more") if more > 1 else self.names)

    def _with(self, names: tuple[str, ...]) -> str:
        if not names:
            return self.text
        return _NUMBER.sub(r"\1" if len(names) == 1 else r"\2", self.text).format(joined(names))


_FEW = 5
_NUMBER = re.compile(r"\[([^|\]]*)\|([^|\]]*)\]")


def about_changes(
    changes: tuple[Change, ...], test: ChangeTest, text: str, name: Callable[[Change], str] = name_of
) -> Iterator[Consequence]:
    """A sentence about the changes that pass a test, if any does."""
    yield from about_names({name(change) for change in changes if test(change)}, text)


def about_names(names: Iterable[str], text: str) -> Iterator[Consequence]:
    """A sentence about these names, if there are any."""
    found = tuple(sorted(names))
    if found:
        yield Consequence(text, found)
