"""The contents of a stack's README: rows and sentences from the blueprint."""

import shlex
from collections.abc import Iterator
from itertools import islice
from typing import Any, NamedTuple

from tfgen.blueprint.model import Blueprint, Network, Override, Service, Variable
from tfgen.cost import short
from tfgen.hcl.text import Label, Ref


class Row(NamedTuple):
    name: str
    text: str


class ServiceRow(NamedTuple):
    key: str
    node: Row
    port: str
    routes: str
    address: str
    calls: str
    size: str


class Edge(NamedTuple):
    """An arrow of the picture."""

    start: Label
    end: Label
    text: str


def readme_values(blueprint: Blueprint) -> dict[str, Any]:
    """The names that stack/README.md.j2 knows."""
    return {
        "name": blueprint.name,
        "region": blueprint.region,
        "spec_file": blueprint.spec_file,
        "sentences": tuple(_intro_sentences(blueprint)),
        "costs": tuple(_cost_sentences(blueprint)),
        "service_rows": tuple(_service_row(service) for service in blueprint.services),
        "edges": tuple(_picture_edges(blueprint)),
        "boxes": tuple(_picture_boxes(blueprint)),
        "where": "private subnets" if blueprint.network.private_subnets else "public subnets",
        "subnets": tuple(_subnet_rows(blueprint.network)),
        "endpoints": tuple(_endpoint_rows(blueprint.network)),
        "overrides": tuple(Row(each.address, ", ".join(each.patch)) for each in blueprint.overrides),
        "inputs": tuple(_input_row(variable) for variable in blueprint.root.variables),
        "outputs": tuple(Row(o.label, o.description) for o in blueprint.root.outputs),
        "stack": blueprint.provider,
        "is_module": not blueprint.provider,
        "deploy": tuple(_deploy_rows(blueprint)),
        "waits": tuple(_wait_commands(blueprint)),
        "unchecked": tuple(_unchecked_services(blueprint)),
    }


_PRICED = frozenset(
    {
        *("desired_count", "cpu", "memory", "runtime_platform", "network_configuration"),
        *("internal", "subnet_ids", "route_table_ids"),
    }
)
"""The arguments that tfgen cost counts when they are overridden."""


def _cost_sentences(blueprint: Blueprint) -> Iterator[str]:
    """What the stack costs, if that is known. It is the cost of what the spec has without its overrides."""
    said = short.sentence(short.short_cost(blueprint))
    if said:
        overridden = any(not _PRICED.isdisjoint(each.patch) for each in blueprint.overrides)
        without = "; the overrides below, which tfgen cost counts, are not in it"
        yield f"{said}{without if overridden else ''}"


def _intro_sentences(blueprint: Blueprint) -> Iterator[str]:
    """What the stack is."""
    network = blueprint.network
    zones = [subnet.zone for subnet in network.public_subnets]
    where = "private" if network.private_subnets else "public"
    if network.existing:
        zones = zones or [subnet.zone for subnet in network.private_subnets]
        yield (
            f"The VPC ({network.cidr}) exists and is managed elsewhere; of it, zones {', '.join(zones)} of "
            f"{blueprint.region} are used."
        )
    else:
        yield f"A VPC ({network.cidr}) in zones {', '.join(zones)} of {blueprint.region}."
    yield from _other_subnets_sentences(network)
    if blueprint.services:
        count = len(blueprint.services)
        yield f"{count} Fargate service{'s' if count > 1 else ''} in {where} subnets."
    for balancer in blueprint.load_balancer:
        ports = sorted(listener.port for listener in balancer.listeners)
        word = "ports" if len(ports) > 1 else "port"
        known = [name for records in balancer.records for name in records.names]
        names = f", known as {', '.join(known)}" if known else ""
        kind = "An internal" if balancer.internal else "An"
        yield f"{kind} Application Load Balancer on {word} {', '.join(map(str, ports))}{names}."
    if existing := tuple(_existing_parts(blueprint)):
        yield f"What exists already and is used as it is: {', '.join(existing)}."
    yield _egress_sentence(network)


def _existing_parts(blueprint: Blueprint) -> Iterator[str]:
    """What the stack uses and does not change."""
    for balancer in blueprint.existing_load_balancer:
        listeners = [listener.key for listener in balancer.listeners]
        word = "listeners" if len(listeners) > 1 else "listener"
        yield f"a load balancer ({word} {', '.join(listeners)})"
    for cluster in blueprint.existing_cluster:
        yield f"a cluster ({cluster.arn})"
    roles = {role.arn for service in blueprint.services for role in service.given_roles}
    if roles:
        yield f"{len(roles)} role{'s' if len(roles) > 1 else ''}"


def _other_subnets_sentences(network: Network) -> Iterator[str]:
    if network.database_subnets:
        yield "Subnets for databases, which have no route to the internet."
    given = dict.fromkeys(route.destination for route in network.target_routes)
    if given:
        yield f"Routes to {', '.join(given)} through gateways or connections that are not of this stack."


def _egress_sentence(network: Network) -> str:
    if not network.private_subnets:
        return "Tasks have public addresses and are locked down by their security groups."
    nat = [len(gateways.zones) for gateways in network.nat]
    through_nat = (
        f"Private subnets reach the internet through {nat[0]} NAT gateway{'s'[: nat[0] - 1]}" if nat else ""
    )
    if network.existing and network.has_nat:
        through_nat = "Private subnets reach the internet through NAT gateways that the VPC has"
    if network.endpoint_services:
        if through_nat:
            return f"{through_nat}, and AWS services through VPC endpoints."
        return "Private subnets have no route to the internet; they reach AWS services through VPC endpoints."
    return f"{through_nat}." if through_nat else "Private subnets have no route to the internet."


def _service_row(service: Service) -> ServiceRow:
    addresses = [server.address for connect in service.connect for server in connect.servers]
    port = ", ".join(str(mapping.port) for mapping in service.port_mappings)
    return ServiceRow(
        key=service.key,
        node=Row(_node_label(service.label), f"{service.key} {port}".strip()),
        port=port,
        routes=", ".join(f"{route.text} ({route.listener})" for route in service.routes),
        address=", ".join(addresses),
        calls=", ".join(service.calls),
        size=f"{service.tasks.text} x {service.cpu} CPU units, {service.memory} MiB",
    )


def _picture_edges(blueprint: Blueprint) -> Iterator[Edge]:
    labels = {service.key: service.label for service in blueprint.services}
    addresses = {
        service.key: server.address
        for service in blueprint.services
        for connect in service.connect
        for server in connect.servers
    }
    for existing in blueprint.existing_load_balancer:
        for each in existing.listeners:
            yield Edge(Label("clients"), Label("load_balancer"), f"listener {each.key}")
    for balancer in blueprint.load_balancer:
        for listener in balancer.listeners:
            start = "clients" if balancer.internal else "internet"
            yield Edge(Label(start), Label("load_balancer"), f"port {listener.port}")
    for service in blueprint.services:
        for route in service.routes:
            yield Edge(Label("load_balancer"), _node_label(service.label), route.text)
    if blueprint.services:
        yield from _egress_edges(blueprint.network)
    for call in sorted(blueprint.calls, key=lambda call: (call.caller, call.callee)):
        yield Edge(_node_label(labels[call.caller]), _node_label(labels[call.callee]), addresses[call.callee])


def _node_label(label: Label) -> Label:
    # "end" and other words of Mermaid would break the picture.
    return Label(f"service_{label}")


def _picture_boxes(blueprint: Blueprint) -> Iterator[Row]:
    """The boxes of the picture besides services, by the names of their nodes."""
    network = blueprint.network
    facing = any(not balancer.internal for balancer in blueprint.load_balancer)
    if facing or not network.endpoint_services or network.has_nat:
        yield Row("internet", "internet")
    for balancer in blueprint.load_balancer:
        if balancer.internal:
            yield Row("clients", "clients in the VPC and connected networks")
        yield Row("load_balancer", "internal load balancer" if balancer.internal else "load balancer")
    if blueprint.existing_load_balancer:
        yield Row("clients", "clients")
        yield Row("load_balancer", "existing load balancer")
    for nat in network.nat:
        yield Row("nat", f"NAT in {', '.join(nat.zones)}")
    if network.existing and network.has_nat:
        yield Row("nat", "NAT of the VPC")
    if network.endpoint_services:
        yield Row("endpoints", "VPC endpoints")


def _egress_edges(network: Network) -> Iterator[Edge]:
    if not network.private_subnets:
        yield Edge(Label("tasks"), Label("internet"), "public addresses")
    if network.endpoint_services:
        yield Edge(Label("tasks"), Label("endpoints"), "AWS services")
    if network.has_nat:
        yield Edge(Label("tasks"), Label("nat"), "everything else" if network.endpoint_services else "all")
        yield Edge(Label("nat"), Label("internet"), "port 443")


def _subnet_rows(network: Network) -> Iterator[Row]:
    for role, subnets in (
        ("public", network.public_subnets),
        ("private", network.private_subnets),
        ("database", network.database_subnets),
    ):
        for subnet in subnets:
            yield Row(f"{role} {subnet.zone}", subnet.cidr or f"exists, in {network.cidr}")


def _endpoint_rows(network: Network) -> Iterator[Row]:
    for existing in network.existing:
        yield from (Row(service, "exists") for service in existing.endpoints)
    for gateway in network.gateway_endpoints:
        yield Row(gateway.service_name, f"gateway. {gateway.comment}")
    for interface in network.interface_endpoints:
        yield Row(interface.service_name, f"interface. {interface.comment}")


def _input_row(variable: Variable) -> Row:
    return Row(variable.label, variable.description)


def _deploy_rows(blueprint: Blueprint) -> Iterator[Row]:
    """A command that deploys another image, by the example of the first service."""
    known = (container for container in blueprint.containers if not container.image.given)
    for container in islice(known, 1):
        repository = f"{container.image.registry}/{container.image.repository}"
        yield Row(container.image_variable, f"{repository}:NEW_TAG")


_ADDRESS = "module.services.{}.{}"
_MOST_SERVICES = 10  # botocore, ecs DescribeServices, which the command asks again and again


def _wait_commands(blueprint: Blueprint) -> Iterator[str]:
    """Commands that end when every service runs what it should."""
    for name in _cluster_words(blueprint):
        services = [
            _overridden_argument(
                blueprint, _ADDRESS.format("aws_ecs_service", each.label), "name", each.aws_name
            )
            for each in blueprint.services
        ]
        for start in range(0, len(services), _MOST_SERVICES):
            words = shlex.join(["--services", *services[start : start + _MOST_SERVICES]])
            yield f"aws ecs wait services-stable --region {blueprint.region} --cluster {name} {words}"


def _cluster_words(blueprint: Blueprint) -> Iterator[str]:
    """The cluster, as a word of a shell: where only Terraform knows it, its output."""
    for cluster in blueprint.cluster:
        address = _ADDRESS.format("aws_ecs_cluster", "main")
        yield shlex.quote(_overridden_argument(blueprint, address, "name", cluster.name))
    for existing in blueprint.existing_cluster:
        known = not isinstance(existing.arn, Ref)
        yield shlex.quote(existing.arn) if known else '"$(terraform output -raw cluster_name)"'


def _overridden_argument(blueprint: Blueprint, address: str, argument: str, otherwise: str) -> str:
    """An argument as the spec's overrides leave it."""
    said = [override.patch.get(argument) for override in blueprint.overrides if override.address == address]
    return next((value for value in said if isinstance(value, str)), otherwise)


def _unchecked_services(blueprint: Blueprint) -> Iterator[str]:
    """The services of which nobody asks whether they are healthy, in one text."""
    checked = {
        override.address
        for override in blueprint.overrides
        if "healthCheck" in _container_of_override(override)
    }
    keys = [
        service.key
        for service in blueprint.services
        if not service.target_groups
        and _ADDRESS.format("aws_ecs_task_definition", service.label) not in checked
    ]
    if keys:
        yield " and ".join(filter(None, (", ".join(keys[:-1]), keys[-1])))


def _container_of_override(override: Override) -> Any:
    """What it says of the container, where it says it of one."""
    said = override.patch.get("container_definitions")
    return said if isinstance(said, dict) else {}
