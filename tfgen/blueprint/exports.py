"""Outputs for files beside a stack's own, and for other stacks: one output for each kind of thing.

A map has one entry for each service, listener, zone or endpoint. What a stack does not have has no output.
The names are a contract: root modules and remote states of users read them.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from tfgen.blueprint import names
from tfgen.blueprint.labels import DATABASE, PRIVATE, PUBLIC
from tfgen.blueprint.model import LoadBalancer, Namespace, Network, Output, Service
from tfgen.hcl.text import Label, Ref, ResourceRef

OF_NETWORK = frozenset(
    {
        "database_route_table_id",
        "database_subnet_ids",
        "endpoint_ids",
        "nat_public_ips",
        "private_route_table_ids",
        "public_route_table_id",
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
    endpoints = {
        **{each.service: each.label for each in network.gateway_endpoints},
        **{each.service: each.label for each in network.interface_endpoints},
    }
    if endpoints:
        yield _output("endpoint_ids", "IDs of the VPC endpoints.", _ids("aws_vpc_endpoint", endpoints, "id"))


def _by_zone(item: str, resource: str, attribute: str) -> Ref:
    return Ref(f"{{ for zone, {item} in {resource} : zone => {item}.{attribute} }}")


def of_load_balancer(balancer: LoadBalancer) -> Iterator[Output]:
    yield _output("arn", "ARN of the load balancer.", Ref("aws_lb.main.arn"))
    yield _output(
        "arn_suffix",
        "ARN suffix of the load balancer, for CloudWatch metrics.",
        Ref("aws_lb.main.arn_suffix"),
    )
    yield _output(
        "zone_id",
        "Hosted zone ID of the load balancer, for Route 53 alias records.",
        Ref("aws_lb.main.zone_id"),
    )
    listeners = {listener.key: listener.label for listener in balancer.listeners}
    yield _output("listener_arns", "ARNs of the listeners.", _ids("aws_lb_listener", listeners, "arn"))


class _Kind(NamedTuple):
    """An output with an attribute of one resource of each service."""

    name: str
    description: str
    resource: str
    attribute: str
    labels: Callable[[Service], tuple[Label, ...]]
    """No label where a service has no such resource."""


def _own(service: Service) -> tuple[Label, ...]:
    return (service.label,)


def _task_role(service: Service) -> tuple[Label, ...]:
    return (service.task_role.label,) if service.creates(service.task_role) else ()


def _execution_role(service: Service) -> tuple[Label, ...]:
    return (service.execution_role.label,) if service.creates(service.execution_role) else ()


def _target_groups(service: Service) -> tuple[Label, ...]:
    return tuple(group.label for group in service.target_groups)


_OF_SERVICES = (
    _Kind("execution_role_arns", "ARNs of the services' execution roles.",
          "aws_iam_role", "arn", _execution_role),
    _Kind("execution_role_names", "Names of the services' execution roles.",
          "aws_iam_role", "name", _execution_role),
    _Kind("log_group_names", "Names of the services' log groups.",
          "aws_cloudwatch_log_group", "name", _own),
    _Kind("target_group_arns", "ARNs of the services' target groups.",
          "aws_lb_target_group", "arn", _target_groups),
    _Kind("target_group_arn_suffixes", "ARN suffixes of the services' target groups, for CloudWatch metrics.",
          "aws_lb_target_group", "arn_suffix", _target_groups),
    _Kind("task_definition_arns", "ARNs of the services' task definitions, with their revisions.",
          "aws_ecs_task_definition", "arn", _own),
    _Kind("task_definition_families", "Families of the services' task definitions.",
          "aws_ecs_task_definition", "family", _own),
    _Kind("task_role_arns", "ARNs of the services' task roles.",
          "aws_iam_role", "arn", _task_role),
)  # fmt: skip


def of_services(
    services: tuple[Service, ...], namespace: tuple[Namespace, ...], cluster_arn: Ref
) -> Iterator[Output]:
    yield _output("cluster_arn", "ARN of the ECS cluster.", cluster_arn)
    if namespace:
        yield _output(
            "namespace_arn",
            "ARN of the Service Connect namespace.",
            Ref("aws_service_discovery_http_namespace.main.arn"),
        )
    for kind in _OF_SERVICES:
        found = {service.key: label for service in services for label in kind.labels(service)}
        if found:
            yield _output(kind.name, kind.description, _ids(kind.resource, found, kind.attribute))


def _ids(resource: str, labels: Mapping[str, Label], attribute: str) -> dict[str, Ref]:
    """An attribute of each of some resources of one type."""
    return {key: names.ref(f"{resource}.{{}}.{attribute}", label) for key, label in sorted(labels.items())}


def _output(name: str, description: str, value: Ref | dict[str, Ref]) -> Output:
    return Output(label=Label(name), description=description, value=value)
