"""How the root connects its modules: inputs, outputs, variables. Nothing unused is passed."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from msgspec.structs import replace

from tfgen import facts
from tfgen.blueprint import (
    existing,
    existing_vpc,
    exports,
    front_door,
    load_balancer,
    names,
    references,
    security,
)
from tfgen.blueprint.labels import DATABASE, ENDPOINTS, LOAD_BALANCER, NETWORK, PRIVATE, PUBLIC, SERVICES
from tfgen.blueprint.model import (
    Container,
    ExistingLoadBalancer,
    Input,
    Listener,
    LoadBalancer,
    Local,
    Module,
    Namespace,
    Network,
    Output,
    Ready,
    Root,
    Service,
    Validation,
    Variable,
)
from tfgen.hcl.text import Comment, Label, OutputRef, Ref, ResourceRef, VariableRef
from tfgen.spec.model import ExistingVpc, Spec

STRING, STRINGS, TEXTS = Ref("string"), Ref("list(string)"), Ref("map(string)")


class Stack(NamedTuple):
    spec: Spec
    network: Network
    load_balancer: tuple[LoadBalancer, ...]
    services: tuple[Service, ...]
    namespace: tuple[Namespace, ...]
    network_references: tuple[Input, ...]
    """What the network refers to outside the spec."""
    load_balancer_references: tuple[Input, ...]
    """What the load balancer refers to outside the spec."""
    given: tuple[Input, ...]
    """What the services have from outside the stack."""
    existing_load_balancer: tuple[ExistingLoadBalancer, ...]
    cluster_arn: Ref
    has_provider: bool

    @property
    def vpc(self) -> ExistingVpc | None:
        """What the spec says of a VPC that exists."""
        return self.spec.network.vpc


def build(stack: Stack) -> tuple[tuple[Module, ...], Root]:
    used = _used_variables(stack.services)
    modules = []
    if network := _network_module(stack, used):
        modules.append(network)
    if stack.load_balancer:
        outputs = _load_balancer_outputs(stack, used)
        modules.append(_build_module(LOAD_BALANCER, _load_balancer_inputs(stack), outputs))
    if stack.services:
        inputs = _services_inputs(stack, network.outputs if network else (), used)
        own = tuple(each for service in stack.services for each in service.inputs)
        modules.append(_build_module(SERVICES, inputs, _services_outputs(stack), own))
    values = tuple(existing_vpc.root_values(stack.network, stack.vpc)) if stack.vpc else ()
    passed = frozenset(_variables_in((values, *(module.arguments for module in modules))))
    root = Root(
        variables=tuple(_root_variables(stack, passed)),
        outputs=_sorted_by_label(_root_outputs(stack, modules)),
        values=values,
        values_comment=existing_vpc.comment(stack.network),
    )
    return tuple(modules), root


def _network_module(stack: Stack, used: frozenset[Label]) -> Module | None:
    """The network's module, where it has anything to create."""
    network = stack.network
    if stack.vpc is None:
        return _build_module(NETWORK, stack.network_references, _network_outputs(stack, used))
    if not network.has_new_endpoints and not network.target_routes:
        return None
    outputs = _joined_outputs(stack, used)
    inputs = (*existing_vpc.network_inputs(network, stack.vpc), *stack.network_references)
    return _build_module(NETWORK, inputs, outputs)


def _joined_outputs(stack: Stack, used: frozenset[Label]) -> Iterator[Output]:
    """Of what is created in a VPC that exists."""
    if stack.network.has_new_endpoints:
        yield _existing_private_subnets(stack.network)
    yield from exports.of_network(stack.network)
    yield from _endpoint_outputs(stack, used)


def _existing_private_subnets(network: Network) -> Output:
    output = existing_vpc.subnet_output(PRIVATE, existing_vpc.PRIVATE_SUBNETS)
    return replace(output, ready=(_private_ready(network),))


def _build_module(
    label: Label, inputs: Iterable[Input], outputs: Iterator[Output], own: tuple[Input, ...] = ()
) -> Module:
    """`own` are inputs that the module declares elsewhere than the rest."""
    declared = tuple(inputs)
    return Module(
        label=label,
        source=f"./modules/{label}",
        inputs=declared,
        arguments=(*declared, *own),
        outputs=_sorted_by_label(outputs),
    )


def _sorted_by_label(outputs: Iterator[Output]) -> tuple[Output, ...]:
    return tuple(sorted(outputs, key=lambda output: output.label))


def _build_output(name: str, description: str, value: Ref | str | dict[str, Any]) -> Output:
    return Output(label=Label(name), description=description, value=value)


def _build_input(name: str, type_: Ref, description: str, value: Ref) -> Input:
    variable = Variable(label=Label(name), type=type_, description=description)
    return Input(variable=variable, value=value)


def _input_from_output(output: Output, module: Label) -> Input:
    """A text that a module has from another, under one name in both."""
    return _build_input(output.label, STRING, output.description, OutputRef(module, output.label))


def _subnet_ids(role: str, *ready: Ready) -> Output:
    return Output(
        label=Label(f"{role}_subnet_ids"),
        description=f"IDs of the {role} subnets, by zone letter.",
        value=Ref(f"{{ for zone, subnet in aws_subnet.{role} : zone => subnet.id }}"),
        ready=ready,
    )


def _public_ready(network: Network) -> Ready:
    return Ready(
        comment=Comment("Nothing in a public subnet works until its route to the internet exists."),
        depends_on=tuple(_routing_of_role(network, PUBLIC)),
    )


def _routing_of_role(network: Network, role: str) -> Iterator[Ref]:
    """What must exist before the subnets of a role have the routes of their table."""
    for table in network.route_tables:
        if role in table.subnets:
            yield from (names.ref("aws_route.{}", route.label) for route in table.routes)
            yield names.ref("aws_route_table_association.{}", Label(role))


def _private_ready(network: Network) -> Ready:
    """Terraform sees that a service needs a subnet, but not that its tasks need the egress of the subnet."""
    return Ready(
        comment=Comment("Tasks that start before their egress exists cannot pull their images."),
        depends_on=(
            *_routing_of_role(network, PRIVATE),
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


def _network_outputs(stack: Stack, used: frozenset[Label]) -> Iterator[Output]:
    yield _build_output("vpc_id", "ID of the VPC.", Ref("aws_vpc.main.id"))
    yield _subnet_ids(PUBLIC, _public_ready(stack.network))
    if stack.network.private_subnets:
        yield _subnet_ids(PRIVATE, _private_ready(stack.network))
    if stack.network.database_subnets:
        yield _subnet_ids(DATABASE)
    yield from exports.of_network(stack.network)
    yield from _endpoint_outputs(stack, used)


def _endpoint_outputs(stack: Stack, used: frozenset[Label]) -> Iterator[Output]:
    # A network alone tells all of it, for services that are described elsewhere.
    group = security.ENDPOINT_GROUP.label
    if group in used or (stack.network.endpoint_security_group and not stack.services):
        description = "ID of the security group of the interface endpoints."
        yield _build_output(group, description, ResourceRef("aws_security_group", ENDPOINTS, ".id"))
    for endpoint in stack.network.gateway_endpoints:
        name = security.prefix_list_input(endpoint.service)
        if name in used or not stack.services:
            yield _build_output(
                name,
                f"ID of the prefix list that the {endpoint.service} gateway endpoint routes.",
                ResourceRef("aws_vpc_endpoint", endpoint.label, ".prefix_list_id"),
            )


def _used_variables(services: tuple[Service, ...]) -> frozenset[Label]:
    """The variables that some security group rule or listener rule of the services refers to."""
    rules = [rule for service in services for rule in service.security_rules]
    referred = (
        *(value for rule in rules for value in (rule.peer.value, rule.group)),
        *(rule.listener_arn for service in services for rule in service.rules),
    )
    return frozenset(each.label for each in referred if isinstance(each, VariableRef))


def _load_balancer_inputs(stack: Stack) -> Iterator[Input]:
    yield _vpc_id(stack)
    role = stack.load_balancer[0].subnets
    yield _build_input(
        f"{role}_subnet_ids",
        STRINGS,
        f"IDs of the {role} subnets, one in each zone that has tasks.",
        _ids_of_subnets(role, stack),
    )
    yield from front_door.inputs(stack.spec)
    yield from stack.load_balancer_references


def _vpc_id(stack: Stack) -> Input:
    value = Ref("local.vpc_id") if stack.vpc else OutputRef(NETWORK, Label("vpc_id"))
    return _build_input("vpc_id", STRING, "ID of the VPC.", value)


def _ids_of_subnets(role: Label, stack: Stack) -> Ref:
    return Ref(f"values({_subnets_in_root(role, stack)})")


def _subnets_in_root(role: str, stack: Stack) -> Ref:
    """The IDs of subnets by zone; those of tasks wait for the endpoints that the stack creates."""
    name, network = Label(f"{role}_subnet_ids"), stack.network
    waits = role == PRIVATE and network.has_new_endpoints
    return OutputRef(NETWORK, name) if waits or not stack.vpc else Ref(f"local.{name}")


def _load_balancer_outputs(stack: Stack, used: frozenset[Label]) -> Iterator[Output]:
    yield _build_output("dns_name", "DNS name of the load balancer.", Ref("aws_lb.main.dns_name"))
    yield _build_output(
        "security_group_id",
        "ID of the load balancer's security group.",
        ResourceRef("aws_security_group", "main", ".id"),
    )
    for balancer in stack.load_balancer:
        yield from exports.of_load_balancer(balancer)
    for listener in _used_listeners(stack, used):
        yield _build_output(
            listener.arn_input,
            f"ARN of the listener on port {listener.port}.",
            ResourceRef("aws_lb_listener", listener.label, ".arn"),
        )


def _used_listeners(stack: Stack, used: frozenset[Label]) -> Iterator[Listener]:
    """The listeners that services refer to: one that has routes."""
    for balancer in stack.load_balancer:
        yield from (listener for listener in balancer.listeners if listener.arn_input in used)


def _services_inputs(
    stack: Stack, network_outputs: tuple[Output, ...], used: frozenset[Label]
) -> Iterator[Input]:
    yield _vpc_id(stack)
    yield _build_input(
        "subnet_ids",
        STRINGS,
        "IDs of the subnets that run tasks.",
        _ids_of_subnets(stack.network.task_subnets, stack),
    )
    yield from (_input_from_output(output, NETWORK) for output in network_outputs if output.label in used)
    if stack.vpc:
        yield from existing_vpc.services_inputs(stack.network, stack.vpc, used)
    if stack.load_balancer:
        yield _build_input(
            security.LOAD_BALANCER_GROUP.label,
            STRING,
            "ID of the load balancer's security group.",
            OutputRef(LOAD_BALANCER, Label("security_group_id")),
        )
    for listener in _used_listeners(stack, used):
        yield _build_input(
            listener.arn_input,
            STRING,
            f"ARN of the listener on port {listener.port}.",
            OutputRef(LOAD_BALANCER, listener.arn_input),
        )
    yield from stack.given


LOAD_BALANCER_VARIABLES = frozenset({"vpc_id", "public_subnet_ids"})
"""The names of variables that the load balancer's module has anyway."""


def own_variables(spec: Spec) -> frozenset[str]:
    """The names of variables that the services module may have of its own."""
    of_services = (names.label(key, "image") for key in spec.services)
    of_listeners = (load_balancer.arn_input(key) for key in spec.load_balancer.listener_names)
    endpoints = map(security.prefix_list_input, facts.gateway_endpoints())
    groups = (
        security.LOAD_BALANCER_GROUP.label,
        security.ENDPOINT_GROUP.label,
        security.EXISTING_ENDPOINT_GROUP.label,
    )
    of_roles = (label for key in spec.services for label in existing.own_role_variables(key))
    own = ("vpc_id", "subnet_ids", *groups, *existing.OWN_VARIABLES, *of_roles)
    return frozenset((*own, *of_services, *of_listeners, *endpoints))


def own_root_variables(spec: Spec) -> dict[str, str]:
    """The names of variables that the root has anyway, and what each is."""
    known = (key for key, service in spec.services.items() if isinstance(service.image, str))
    images = {str(names.label(key, "image")): f"the image of {key}" for key in known}
    return {"tags": "the tags of every resource", **images}


def _services_outputs(stack: Stack) -> Iterator[Output]:
    services = stack.services
    name = _cluster_name(stack.cluster_arn)
    yield _build_output("cluster_name", "Name of the ECS cluster.", name)
    yield _build_output(
        "service_names",
        "Names of the ECS services.",
        {s.key: names.ref("aws_ecs_service.{}.name", s.label) for s in services},
    )
    yield _build_output(
        "security_group_ids",
        "IDs of the services' security groups.",
        {s.key: ResourceRef("aws_security_group", s.label, ".id") for s in services},
    )
    own = [s for s in services if s.creates(s.task_role)]
    if own:
        yield _build_output(
            "task_role_names",
            "Names of the services' task roles, to attach policies to.",
            {s.key: names.ref("aws_iam_role.{}.name", s.task_role.label) for s in own},
        )
    yield from exports.of_services(services, stack.namespace, stack.cluster_arn)


def _cluster_name(arn: Ref) -> Ref:
    """Of the stack's own cluster, or the last part of the ARN of one that exists."""
    own = not isinstance(arn, VariableRef)
    return Ref("aws_ecs_cluster.main.name") if own else Ref(f'split("/", {arn})[1]')


def _variables_in(value: Any) -> Iterator[Label]:
    """The variables of the root in what it passes on."""
    if isinstance(value, VariableRef):
        yield value.label
    elif isinstance(value, Input | Local):
        yield from _variables_in(value.value)
    elif isinstance(value, dict | tuple):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _variables_in(each)


def _root_variables(stack: Stack, passed: frozenset[Label]) -> Iterator[Variable]:
    """Of a VPC that exists, only what the stack needs of it is passed on."""
    spared = references.inputs_of_vpc(stack.spec) - passed
    inputs = references.root_variables(stack.spec)
    yield from (variable for variable in inputs if variable.label not in spared)
    for service in stack.services:
        known = (container for container in service.containers if not container.image.given)
        yield from (_image_variable(container, service) for container in known)
    if stack.has_provider:
        tags = dict(sorted(stack.spec.tags.items()))
        yield Variable(
            label=Label("tags"), type=TEXTS, description="Tags of every resource.", default=(tags,)
        )


def _image_variable(container: Container, service: Service) -> Variable:
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


def _root_outputs(stack: Stack, modules: list[Module]) -> Iterator[Output]:
    for module in modules:
        yield from (
            _of_root(output, module) for output in module.outputs if _is_of_root(output, module, stack)
        )
    for balancer in stack.existing_load_balancer:
        for name in balancer.dns_name:
            yield _build_output("load_balancer_dns_name", "DNS name of the load balancer.", name)
        for arn in balancer.arn:
            yield _build_output("load_balancer_arn", "ARN of the load balancer.", arn)
    if stack.vpc:
        yield from existing_vpc.root_outputs(stack.network, stack.vpc)
        if stack.network.private_subnets and not stack.network.has_new_endpoints:
            yield existing_vpc.subnet_output(PRIVATE, _subnets_in_root(PRIVATE, stack))
    addresses = {
        service.key: server.address
        for service in stack.services
        for connect in service.connect
        for server in connect.servers
    }
    if addresses:
        yield _build_output(
            "service_connect_addresses", "Where services of this stack reach one another.", addresses
        )


# Outputs of the network that a user may want; the rest is for the services.
_OF_NETWORK = frozenset({"vpc_id", "public_subnet_ids", "private_subnet_ids"}) | exports.OF_NETWORK
# Those of the load balancer, as the root names them.
_OFLOAD_BALANCER = {
    **{name: f"load_balancer_{name}" for name in ("dns_name", "security_group_id")},
    **exports.OF_LOAD_BALANCER,
}


def _is_of_root(output: Output, module: Module, stack: Stack) -> bool:
    if module.label == NETWORK:
        return output.label in _OF_NETWORK or not stack.services
    return module.label != LOAD_BALANCER or output.label in _OFLOAD_BALANCER


def _of_root(output: Output, module: Module) -> Output:
    name = _OFLOAD_BALANCER.get(output.label, output.label)
    return _build_output(name, output.description, OutputRef(module.label, output.label))
