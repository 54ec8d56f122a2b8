"""How the root connects its modules: inputs, outputs, variables. Nothing unused is passed."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from tfgen.blueprint import names, security
from tfgen.blueprint.model import (
    Comment,
    Container,
    Input,
    Label,
    Listener,
    LoadBalancer,
    Modules,
    Network,
    Output,
    Ready,
    Ref,
    Service,
    Validation,
    Variable,
)

STRING, STRINGS, TEXTS = Ref("string"), Ref("list(string)"), Ref("map(string)")


class Stack(NamedTuple):
    network: Network
    load_balancer: tuple[LoadBalancer, ...]
    services: tuple[Service, ...]
    tags: dict[str, str]
    has_provider: bool


def build(stack: Stack) -> Modules:
    used = _peers(stack.services)
    network_outputs = _sorted(_network_outputs(stack, used))
    services_outputs = _sorted(_services_outputs(stack)) if stack.services else ()
    return Modules(
        network_outputs=network_outputs,
        load_balancer_inputs=tuple(_load_balancer_inputs(stack)) if stack.load_balancer else (),
        load_balancer_outputs=_sorted(_load_balancer_outputs(stack)) if stack.load_balancer else (),
        services_inputs=tuple(_services_inputs(stack, network_outputs, used)) if stack.services else (),
        services_outputs=services_outputs,
        root_variables=tuple(_root_variables(stack)),
        root_outputs=_sorted(_root_outputs(stack, network_outputs, services_outputs)),
    )


def _sorted(outputs: Iterator[Output]) -> tuple[Output, ...]:
    return tuple(sorted(outputs, key=lambda output: output.label))


def _output(name: str, description: str, value: str | dict[str, Any]) -> Output:
    return Output(
        label=Label(name), description=description, value=Ref(value) if isinstance(value, str) else value
    )


def _input(name: str, type_: Ref, description: str, value: str) -> Input:
    variable = Variable(label=Label(name), type=type_, description=description)
    return Input(variable=variable, value=Ref(value))


def _subnet_ids(role: str, ready: Ready) -> Output:
    return Output(
        label=Label(f"{role}_subnet_ids"),
        description=f"IDs of the {role} subnets, by zone letter.",
        value=Ref(f"{{ for zone, subnet in aws_subnet.{role} : zone => subnet.id }}"),
        ready=(ready,),
    )


def _public_ready(network: Network) -> Ready:
    return Ready(
        comment=Comment("Nothing in a public subnet works before its route to the internet stands."),
        depends_on=tuple(_routed(network, "public")),
    )


def _routed(network: Network, role: str) -> Iterator[Ref]:
    """What must stand before the subnets of a role have the routes of their table."""
    for table in network.route_tables:
        if role in table.subnets:
            yield from (names.ref("aws_route.{}", route.label) for route in table.routes)
            yield names.ref("aws_route_table_association.{}", Label(role))


def _private_ready(network: Network) -> Ready:
    """Terraform sees that a service needs a subnet, but not that its tasks need the way out of it."""
    return Ready(
        comment=Comment("Tasks that start before their way out stands cannot pull their images."),
        depends_on=(
            *_routed(network, "private"),
            *(names.ref("aws_route.{}", route.label) for nat in network.nat for route in nat.routes),
            *(names.ref("aws_vpc_endpoint.{}", e.label) for e in network.gateway_endpoints),
            *(names.ref("aws_vpc_endpoint.{}", e.label) for e in network.interface_endpoints),
            *(
                names.ref("aws_vpc_security_group_{}_rule.{}", rule.direction, rule.label)
                for group in network.endpoint_security_group
                for rule in group.rules
            ),
        ),
    )


def _network_outputs(stack: Stack, used: set[str]) -> Iterator[Output]:
    yield _output("vpc_id", "ID of the VPC.", "aws_vpc.main.id")
    yield _subnet_ids("public", _public_ready(stack.network))
    if stack.network.private_subnets:
        yield _subnet_ids("private", _private_ready(stack.network))
    # A network alone tells all of it, for services that are described elsewhere.
    if security.ENDPOINT_GROUP in used or (stack.network.endpoint_security_group and not stack.services):
        yield _output(
            "endpoint_security_group_id",
            "ID of the security group of the interface endpoints.",
            "aws_security_group.endpoints.id",
        )
    for endpoint in stack.network.gateway_endpoints:
        name = security.prefix_list_input(endpoint.service)
        if f"var.{name}" in used or not stack.services:
            yield _output(
                name,
                f"ID of the prefix list that the {endpoint.service} gateway endpoint routes.",
                f"aws_vpc_endpoint.{endpoint.label}.prefix_list_id",
            )


def _peers(services: tuple[Service, ...]) -> set[str]:
    """Every reference that some security group rule makes."""
    rules = (rule for service in services for rule in service.security_rules)
    return {str(value) for rule in rules for value in (rule.peer.value, rule.group)}


def _load_balancer_inputs(stack: Stack) -> Iterator[Input]:
    yield _input("vpc_id", STRING, "ID of the VPC.", "module.network.vpc_id")
    yield _input(
        "public_subnet_ids",
        STRINGS,
        "IDs of the public subnets, one in each zone that has tasks.",
        f"values(module.network.{stack.load_balancer[0].subnets}_subnet_ids)",
    )


def _load_balancer_outputs(stack: Stack) -> Iterator[Output]:
    yield _output("dns_name", "DNS name of the load balancer.", "aws_lb.main.dns_name")
    yield _output(
        "security_group_id", "ID of the load balancer's security group.", "aws_security_group.main.id"
    )
    for listener in _used_listeners(stack):
        yield _output(
            listener.arn_input,
            f"ARN of the listener on port {listener.port}.",
            f"aws_lb_listener.{listener.label}.arn",
        )


def _used_listeners(stack: Stack) -> Iterator[Listener]:
    """The listeners that services refer to: one that has routes."""
    used = {rule.listener_arn for service in stack.services for rule in service.rules}
    for balancer in stack.load_balancer:
        for listener in balancer.listeners:
            if names.ref("var.{}", listener.arn_input) in used:
                yield listener


def _services_inputs(stack: Stack, network_outputs: tuple[Output, ...], used: set[str]) -> Iterator[Input]:
    yield _input("vpc_id", STRING, "ID of the VPC.", "module.network.vpc_id")
    yield _input(
        "subnet_ids",
        STRINGS,
        "IDs of the subnets that run tasks.",
        f"values(module.network.{stack.network.task_subnets}_subnet_ids)",
    )
    for output in network_outputs:
        if f"var.{output.label}" in used:
            yield _input(output.label, STRING, output.description, f"module.network.{output.label}")
    if stack.load_balancer:
        yield _input(
            "load_balancer_security_group_id",
            STRING,
            "ID of the load balancer's security group.",
            "module.load_balancer.security_group_id",
        )
    for listener in _used_listeners(stack):
        yield _input(
            listener.arn_input,
            STRING,
            f"ARN of the listener on port {listener.port}.",
            f"module.load_balancer.{listener.arn_input}",
        )


def _services_outputs(stack: Stack) -> Iterator[Output]:
    services = stack.services
    yield _output("cluster_name", "Name of the ECS cluster.", "aws_ecs_cluster.main.name")
    yield _output(
        "service_names",
        "Names of the ECS services.",
        {s.key: names.ref("aws_ecs_service.{}.name", s.label) for s in services},
    )
    yield _output(
        "security_group_ids",
        "IDs of the services' security groups.",
        {s.key: names.ref("aws_security_group.{}.id", s.label) for s in services},
    )
    yield _output(
        "task_role_names",
        "Names of the services' task roles, to attach policies to.",
        {s.key: names.ref("aws_iam_role.{}.name", s.task_role.label) for s in services},
    )


def _root_variables(stack: Stack) -> Iterator[Variable]:
    for service in stack.services:
        yield from (_image(container, service) for container in service.containers)
    if stack.has_provider:
        yield Variable(
            label=Label("tags"), type=TEXTS, description="Tags of every resource.", default=(stack.tags,)
        )


def _image(container: Container, service: Service) -> Variable:
    return Variable(
        label=container.image_variable,
        type=STRING,
        description=f"Image of {service.key}; a deploy may change its tag or digest.",
        default=(container.image.text,),
        validation=(_image_validation(container),) if container.image.account else (),
    )


def _image_validation(container: Container) -> Validation:
    repository = f"{container.image.registry}/{container.image.repository}"
    return Validation(
        condition=Ref(f'replace(var.{container.image_variable}, "/[:@].*/", "") == "{repository}"'),
        message=f"The execution role may pull only {repository}; another repository is a change to the spec.",
    )


def _root_outputs(
    stack: Stack, network_outputs: tuple[Output, ...], services_outputs: tuple[Output, ...]
) -> Iterator[Output]:
    shown = {"vpc_id", "public_subnet_ids", "private_subnet_ids"}
    for output in network_outputs:
        if output.label in shown or not stack.services:
            yield _output(output.label, output.description, f"module.network.{output.label}")
    if stack.load_balancer:
        yield _output(
            "load_balancer_dns_name", "DNS name of the load balancer.", "module.load_balancer.dns_name"
        )
        yield _output(
            "load_balancer_security_group_id",
            "ID of the load balancer's security group.",
            "module.load_balancer.security_group_id",
        )
    for output in services_outputs:
        yield _output(output.label, output.description, f"module.services.{output.label}")
    addresses = {
        service.key: server.address
        for service in stack.services
        for connect in service.connect
        for server in connect.servers
    }
    if addresses:
        yield _output(
            "service_connect_addresses", "Where services of this stack reach one another.", addresses
        )
