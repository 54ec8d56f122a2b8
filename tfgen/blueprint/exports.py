"""Outputs for files beside a stack's own, and for other stacks: one output for each kind of thing.

A map has one entry for each service, listener, zone or endpoint. What a stack does not have has no output.
The names are a contract: root modules and remote states of users read them.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from msgspec.structs import replace

from tfgen.blueprint import names
from tfgen.blueprint.labels import DATABASE, PRIVATE, PUBLIC
from tfgen.blueprint.model import Job, LoadBalancer, Namespace, Network, Output, Ready, Service, Task
from tfgen.hcl.text import Comment, Label, Ref, ResourceRef
from tfgen.spec.balancers import local_name
from tfgen.spec.model import MAIN

OF_NETWORK = frozenset(
    {
        "database_route_table_id",
        "database_subnet_ids",
        "endpoint_ids",
        "nat_public_ips",
        "private_route_table_ids",
        "public_route_table_id",
        "vpc_ipv6_cidr_block",
    }
)
"""Those of the network module that the root has too, under the same names."""
OF_LOAD_BALANCER = {
    **{name: f"load_balancer_{name}" for name in ("arn", "arn_suffix", "zone_id")},
    "listener_arns": "listener_arns",
}
"""Those of the load balancer's module, as the root names them."""


def of_network(network: Network) -> Iterator[Output]:
    tables = {table.label: table for table in network.route_tables}
    for role in (PUBLIC, DATABASE):
        if role in tables:
            yield _output(
                f"{role}_route_table_id",
                f"ID of the {role} subnets' route table.",
                ResourceRef("aws_route_table", role, ".id"),
            )
    if PRIVATE in tables:
        yield _output(
            "private_route_table_ids",
            "IDs of the private subnets' route tables, by zone letter.",
            _by_zone("table", "aws_route_table.private", "id"),
        )
    if network.nat:
        yield _output(
            "nat_public_ips",
            "Public IP addresses from which tasks reach the internet, by zone letter of the NAT gateway.",
            _by_zone("gateway", "aws_nat_gateway.main", "public_ip"),
        )
    if network.ipv6:
        block = ResourceRef("aws_vpc", Label("main"), ".ipv6_cidr_block")
        yield _output("vpc_ipv6_cidr_block", "IPv6 range of the VPC.", block)
    endpoints = {
        **{each.service: each.label for each in network.gateway_endpoints},
        **{each.service: each.label for each in network.interface_endpoints},
    }
    if endpoints:
        yield _output("endpoint_ids", "IDs of the VPC endpoints.", _ids("aws_vpc_endpoint", endpoints, "id"))


def _by_zone(item: str, resource: str, attribute: str) -> Ref:
    return Ref(f"{{ for zone, {item} in {resource} : zone => {item}.{attribute} }}")


def of_load_balancer(balancer: LoadBalancer) -> Iterator[Output]:
    rules = tuple(rule for listener in balancer.listeners for order in listener.depends_on for rule in order)
    comment = Comment("The rules that allow clients exist for as long as the listeners do.")
    ready = (Ready(comment=comment, depends_on=rules),) if balancer.is_network and rules else ()
    arn = _output("arn", f"ARN of {balancer.noun}.", Ref("aws_lb.main.arn"))
    yield replace(arn, ready=ready)
    yield _output(
        "arn_suffix",
        f"ARN suffix of {balancer.noun}, for CloudWatch metrics.",
        Ref("aws_lb.main.arn_suffix"),
    )
    yield _output(
        "zone_id",
        f"Hosted zone ID of {balancer.noun}, for Route 53 alias records.",
        Ref("aws_lb.main.zone_id"),
    )
    if balancer.is_network:  # whose listeners are the services'
        return
    listeners = {local_name(listener.key): listener.label for listener in balancer.listeners}
    description = f"ARNs of the listeners{balancer.owner}."
    yield _output("listener_arns", description, _ids("aws_lb_listener", listeners, "arn"))


class _Kind(NamedTuple):
    """An output with an attribute of one resource of each service."""

    name: str
    description: str
    resource: str
    attribute: str
    labels: Callable[[Task], dict[str, Label]]
    """By the name of the service or job; no label where it has no such resource."""


def _own(service: Task) -> dict[str, Label]:
    return {service.key: service.label}


def _task_role(service: Task) -> dict[str, Label]:
    return {service.key: service.task_role.label} if service.creates(service.task_role) else {}


def _execution_role(service: Task) -> dict[str, Label]:
    return {service.key: service.execution_role.label} if service.creates(service.execution_role) else {}


def _network_listeners(service: Task) -> dict[str, Label]:
    if not isinstance(service, Service):
        return {}
    return {listener.key: listener.label for listener in service.listeners}


def _target_groups(service: Task) -> dict[str, Label]:
    """For another load balancer than `main`, its name is in that of the entry: `web.internal`."""
    if not isinstance(service, Service):
        return {}
    return {
        group.service_key if group.balancer == MAIN else f"{group.service_key}.{group.balancer}": group.label
        for group in service.target_groups
    }


_OF_SERVICES = (
    _Kind("execution_role_arns", "ARNs of the {owners} execution roles.",
          "aws_iam_role", "arn", _execution_role),
    _Kind("execution_role_names", "Names of the {owners} execution roles.",
          "aws_iam_role", "name", _execution_role),
    _Kind("log_group_names", "Names of the {owners} log groups.",
          "aws_cloudwatch_log_group", "name", _own),
    _Kind("network_listener_arns", "ARNs of the listeners of network load balancers.",
          "aws_lb_listener", "arn", _network_listeners),
    _Kind("target_group_arns", "ARNs of the services' target groups.",
          "aws_lb_target_group", "arn", _target_groups),
    _Kind("target_group_arn_suffixes", "ARN suffixes of the services' target groups, for CloudWatch metrics.",
          "aws_lb_target_group", "arn_suffix", _target_groups),
    _Kind("task_definition_arns", "ARNs of the {owners} task definitions, with their revisions.",
          "aws_ecs_task_definition", "arn", _own),
    _Kind("task_definition_families", "Families of the {owners} task definitions.",
          "aws_ecs_task_definition", "family", _own),
    _Kind("task_role_arns", "ARNs of the {owners} task roles.",
          "aws_iam_role", "arn", _task_role),
)  # fmt: skip


def of_services(
    services: tuple[Service, ...],
    jobs: tuple[Job, ...],
    namespace: tuple[Namespace, ...],
    cluster_arn: Ref,
) -> Iterator[Output]:
    yield _output("cluster_arn", "ARN of the ECS cluster.", cluster_arn)
    if namespace:
        yield _output(
            "namespace_arn",
            "ARN of the Service Connect namespace.",
            Ref("aws_service_discovery_http_namespace.main.arn"),
        )
    whose = owners(services, jobs)
    for kind in _OF_SERVICES:
        found = {key: label for task in (*services, *jobs) for key, label in kind.labels(task).items()}
        if found:
            description = kind.description.format(owners=whose)
            yield _output(kind.name, description, _ids(kind.resource, found, kind.attribute))


def owners(services: tuple[Service, ...], jobs: tuple[Job, ...]) -> str:
    """Whose resources outputs with those of all tasks have."""
    if not jobs:
        return "services'"
    return "services' and jobs'" if services else "jobs'"


def _ids(resource: str, labels: Mapping[str, Label], attribute: str) -> dict[str, Ref]:
    """An attribute of each of some resources of one type."""
    return {key: names.ref(f"{resource}.{{}}.{attribute}", label) for key, label in sorted(labels.items())}


def _output(name: str, description: str, value: Ref | dict[str, Ref]) -> Output:
    return Output(label=Label(name), description=description, value=value)
