"""How the root connects its modules: inputs, outputs, variables. Nothing unused is passed."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any, NamedTuple

from msgspec.structs import replace

from tfgen import facts
from tfgen.blueprint import (
    alarms,
    balancer_metrics,
    dashboard,
    existing,
    existing_vpc,
    exports,
    file_systems,
    flow_logs,
    front_door,
    load_balancer,
    names,
    network_listeners,
    pull_through,
    references,
    repositories,
    security,
    tls,
)
from tfgen.blueprint.containers import image_variable
from tfgen.blueprint.labels import (
    ALARMS,
    DATABASE,
    ENDPOINTS,
    FILE_SYSTEMS,
    LOAD_BALANCER,
    NETWORK,
    PRIVATE,
    PUBLIC,
    REPOSITORIES,
    SERVICES,
)
from tfgen.blueprint.model import (
    AlarmTopic,
    CacheRule,
    Container,
    Dashboard,
    ExistingLoadBalancer,
    FileSystem,
    Input,
    Job,
    Listener,
    LoadBalancer,
    Local,
    Module,
    Namespace,
    Network,
    NetworkListener,
    Output,
    Ready,
    Root,
    ScheduleGroup,
    Service,
    Task,
    Validation,
    Variable,
)
from tfgen.hcl.text import Comment, Label, OutputRef, Ref, ResourceRef, VariableRef
from tfgen.spec.balancers import listener_names
from tfgen.spec.containers import containers_of
from tfgen.spec.model import MAIN, ExistingVpc, Spec

STRING, STRINGS, TEXTS = Ref("string"), Ref("list(string)"), Ref("map(string)")


class Caches(NamedTuple):
    """The rules of ECR's pull-through cache, and what they refer to outside the spec."""

    rules: tuple[CacheRule, ...]
    references: tuple[Input, ...]


class Stack(NamedTuple):
    spec: Spec
    network: Network
    load_balancer: tuple[LoadBalancer, ...]
    services: tuple[Service, ...]
    jobs: tuple[Job, ...]
    schedule_group: tuple[ScheduleGroup, ...]
    namespace: tuple[Namespace, ...]
    network_references: tuple[Input, ...]
    """What the network refers to outside the spec."""
    load_balancer_references: Mapping[str, tuple[Input, ...]]
    """What each load balancer refers to outside the spec."""
    given: tuple[Input, ...]
    """What the services have from outside the stack."""
    existing_load_balancer: tuple[ExistingLoadBalancer, ...]
    alarm_topic: tuple[AlarmTopic, ...]
    caches: Caches
    dashboard: tuple[Dashboard, ...]
    cluster_arn: Ref
    has_provider: bool
    file_systems: tuple[FileSystem, ...]
    file_system_references: tuple[Input, ...]
    """What the file systems refer to outside the spec."""

    @property
    def tasks(self) -> tuple[Task, ...]:
        """What runs tasks."""
        return (*self.services, *self.jobs)

    @property
    def vpc(self) -> ExistingVpc | None:
        """What the spec says of a VPC that exists."""
        return self.spec.network.vpc


def build(stack: Stack) -> tuple[tuple[Module, ...], Root]:
    used = _used_variables(stack)
    modules = [_alarms_module()] if stack.alarm_topic else []
    if network := _network_module(stack, used):
        modules.append(network)
    for balancer in stack.load_balancer:
        inputs, outputs = _load_balancer_inputs(balancer, stack), _load_balancer_outputs(balancer, used)
        module = _build_module(balancer.module, inputs, outputs)
        modules.append(replace(module, templates=LOAD_BALANCER))
    if stack.spec.repositories or stack.caches.rules:
        modules.append(_repositories_module(stack))
    if stack.file_systems:
        modules.append(_file_systems_module(stack))
    if stack.tasks:
        given = _services_inputs(stack, network.outputs if network else (), used)
        own = tuple(each for task in stack.tasks for each in task.inputs)
        modules.append(_build_module(SERVICES, given, _services_outputs(stack), own))
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
        inputs = (*flow_logs.inputs(stack.spec), *stack.network_references)
        return _build_module(NETWORK, inputs, _network_outputs(stack, used))
    if not network.has_new_endpoints and not network.target_routes:
        return None
    outputs = _joined_outputs(stack, used)
    inputs = (*existing_vpc.network_inputs(network, stack.vpc), *stack.network_references)
    return _build_module(NETWORK, inputs, outputs)


def _alarms_module() -> Module:
    outputs = iter([_build_output(alarms.TOPIC_OUTPUT, "ARN of the topic.", Ref("aws_sns_topic.main.arn"))])
    return _build_module(ALARMS, (), outputs)


def _repositories_module(stack: Stack) -> Module:
    outputs = chain(repositories.outputs(stack.spec), pull_through.outputs(stack.spec, stack.caches.rules))
    return _build_module(REPOSITORIES, stack.caches.references, outputs)


def _file_systems_module(stack: Stack) -> Module:
    subnets = _subnets_in_root(stack.network.task_subnets, stack)
    inputs = file_systems.inputs(_vpc_id(stack), subnets, stack.file_system_references)
    return _build_module(FILE_SYSTEMS, inputs, file_systems.outputs(stack.file_systems))


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
        templates=label,
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
            *(
                names.ref("aws_route.{}", route.label)
                for each in network.egress_only_gateways
                for route in each.routes
            ),
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
    if group in used or (stack.network.endpoint_security_group and not stack.tasks):
        description = "ID of the security group of the interface endpoints."
        yield _build_output(group, description, ResourceRef("aws_security_group", ENDPOINTS, ".id"))
    for endpoint in stack.network.gateway_endpoints:
        name = security.prefix_list_input(endpoint.service)
        if name in used or not stack.tasks:
            yield _build_output(
                name,
                f"ID of the prefix list that the {endpoint.service} gateway endpoint routes.",
                ResourceRef("aws_vpc_endpoint", endpoint.label, ".prefix_list_id"),
            )


def _used_variables(stack: Stack) -> frozenset[Label]:
    """The variables of other modules that some part of services and jobs refers to, or their dashboard."""
    services, rules = stack.services, [rule for task in stack.tasks for rule in task.security_rules]
    referred = (
        *(value for rule in rules for value in (rule.peer.value, rule.group)),
        *(rule.listener_arn for service in services for rule in service.rules),
        *(value for service in services for each in service.listeners for value in _referred_by(each)),
        *(
            value
            for service in services
            for each in service.scalings
            for policy in each.policies
            for metric in policy.predefined
            for value in metric.suffixes
        ),
        *(value for service in services for each in service.alarms for value in each.referred),
        *(point.file_system for task in stack.tasks for point in task.access_points),
        *(name for service in services for name in service.deployment.alarms),
        *dashboard.referred_by(stack.dashboard),
    )
    return frozenset(each.label for each in referred if isinstance(each, VariableRef))


def _referred_by(listener: NetworkListener) -> Iterator[Ref | str]:
    yield listener.load_balancer_arn
    yield from listener.certificates


def _load_balancer_inputs(balancer: LoadBalancer, stack: Stack) -> Iterator[Input]:
    yield _vpc_id(stack)
    role = balancer.subnets
    yield _build_input(
        f"{role}_subnet_ids",
        STRINGS,
        f"IDs of the {role} subnets, one in each zone that has tasks.",
        _ids_of_subnets(role, stack),
    )
    if balancer.alarms:
        yield from alarms.topic_input(stack.spec)
    yield from front_door.inputs(stack.spec.balancers[balancer.key])
    yield from stack.load_balancer_references[balancer.key]


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


def _load_balancer_outputs(balancer: LoadBalancer, used: frozenset[Label]) -> Iterator[Output]:
    yield _build_output("dns_name", f"DNS name of {balancer.noun}.", Ref("aws_lb.main.dns_name"))
    yield _build_output(
        "security_group_id",
        security.group_description(balancer.key),
        ResourceRef("aws_security_group", "main", ".id"),
    )
    yield from exports.of_load_balancer(balancer)
    if network_listeners.certificate_arn(balancer.key).label in used:
        yield _build_output("certificate_arn", _certificate_description(balancer), tls.ISSUED)
    if alarms.errors_of_balancer(balancer.key).label in used:
        name = Ref("aws_cloudwatch_metric_alarm.errors.alarm_name")
        yield _build_output("errors_alarm_name", _alarm_description(balancer), name)
    for listener in _used_listeners(balancer, used):
        yield _build_output(
            listener.arn_input,
            _listener_description(balancer, listener),
            ResourceRef("aws_lb_listener", listener.label, ".arn"),
        )


def _certificate_description(balancer: LoadBalancer) -> str:
    return f"ARN of the certificate of {balancer.noun}, once it is issued."


def _alarm_description(balancer: LoadBalancer) -> str:
    return f"Name of the alarm of responses with a 5xx status by {balancer.noun} itself."


def _listener_description(balancer: LoadBalancer, listener: Listener) -> str:
    return f"ARN of the listener on port {listener.port}{balancer.owner}."


def _used_listeners(balancer: LoadBalancer, used: frozenset[Label]) -> Iterator[Listener]:
    """The listeners that services refer to: one that has routes."""
    return (listener for listener in balancer.listeners if listener.arn_input in used)


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
    for balancer in stack.load_balancer:
        yield from _inputs_from_balancer(balancer, used)
    yield from repositories.services_inputs(stack.spec)
    for output in file_systems.outputs(stack.file_systems):
        if output.label in used:
            yield _input_from_output(output, FILE_SYSTEMS)
    if any(task.alarms for task in stack.tasks) or any(group.alarms for group in stack.schedule_group):
        yield from alarms.topic_input(stack.spec)
    yield from stack.given


def _inputs_from_balancer(balancer: LoadBalancer, used: frozenset[Label]) -> Iterator[Input]:
    yield _build_input(
        security.balancer_group(balancer.key).label,
        STRING,
        security.group_description(balancer.key),
        OutputRef(balancer.module, Label("security_group_id")),
    )
    outputs = {
        network_listeners.load_balancer_arn: (Label("arn"), f"ARN of {balancer.noun}."),
        network_listeners.certificate_arn: (Label("certificate_arn"), _certificate_description(balancer)),
        alarms.errors_of_balancer: (Label("errors_alarm_name"), _alarm_description(balancer)),
    }
    for variable, (output, description) in outputs.items():
        if (label := variable(balancer.key).label) in used:
            yield _build_input(label, STRING, description, OutputRef(balancer.module, output))
    if balancer_metrics.suffix(balancer.key).label in used:
        yield balancer_metrics.input_from(balancer)
    for listener in _used_listeners(balancer, used):
        yield _build_input(
            listener.arn_input,
            STRING,
            _listener_description(balancer, listener),
            OutputRef(balancer.module, listener.arn_input),
        )


LOAD_BALANCER_VARIABLES = frozenset({"vpc_id", "public_subnet_ids"}) | alarms.OWN_VARIABLES
"""The names of variables that the load balancer's module has anyway."""


def own_variables(spec: Spec) -> frozenset[str]:
    """The names of variables that the services module may have of its own."""
    of_services = (
        image_variable(key, container)
        for key, task in spec.tasks.items()
        for container in containers_of(key, task)
    )
    of_listeners = (load_balancer.arn_input(name) for name in listener_names(spec))
    endpoints = map(security.prefix_list_input, facts.gateway_endpoints())
    groups = (
        *(security.balancer_group(key).label for key in spec.balancers),
        *(balancer_metrics.suffix(key).label for key in spec.balancers if balancer_metrics.measured(spec)),
        *(alarms.OWN_VARIABLES if spec.alarms else ()),
        security.ENDPOINT_GROUP.label,
        security.EXISTING_ENDPOINT_GROUP.label,
    )
    of_network = (
        variable(key).label
        for key, said in spec.balancers.items()
        if said.is_network
        for variable in (network_listeners.load_balancer_arn, network_listeners.certificate_arn)
    )
    of_roles = (label for key in spec.tasks for label in existing.own_role_variables(key))
    of_images = (repositories.arn_input(name).label for name in spec.repositories)
    of_files = file_systems.own_variables(spec)
    own = ("vpc_id", "subnet_ids", *groups, *existing.OWN_VARIABLES, *of_roles, *of_images, *of_files)
    return frozenset((*own, *of_services, *of_listeners, *of_network, *endpoints))


def own_root_variables(spec: Spec) -> dict[str, str]:
    """The names of variables that the root has anyway, and what each is."""
    images = {
        str(image_variable(key, container)): f"the image of {' in '.join((*container.words, key))}"
        for key, task in spec.tasks.items()
        for container in containers_of(key, task)
        if isinstance(container.said.image, str)
    }
    return {"tags": "the tags of every resource", **images}


def _services_outputs(stack: Stack) -> Iterator[Output]:
    services, tasks, owners = stack.services, stack.tasks, exports.owners(stack.services, stack.jobs)
    name = existing.cluster_name(stack.cluster_arn)
    yield _build_output("cluster_name", "Name of the ECS cluster.", name)
    if services:
        yield _build_output(
            "service_names",
            "Names of the ECS services.",
            {s.key: names.ref("aws_ecs_service.{}.name", s.label) for s in services},
        )
    yield _build_output(
        "security_group_ids",
        f"IDs of the {owners} security groups.",
        {s.key: ResourceRef("aws_security_group", s.label, ".id") for s in tasks},
    )
    own = [s for s in tasks if s.creates(s.task_role)]
    if own:
        yield _build_output(
            "task_role_names",
            f"Names of the {owners} task roles, to attach policies to.",
            {s.key: names.ref("aws_iam_role.{}.name", s.task_role.label) for s in own},
        )
    yield from exports.of_services(services, stack.jobs, stack.namespace, stack.cluster_arn)


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
    for task in stack.tasks:
        known = (container for container in task.containers if not container.image.given)
        yield from (_image_variable(container, task) for container in known)
    if stack.has_provider:
        tags = dict(sorted(stack.spec.tags.items()))
        yield Variable(
            label=Label("tags"), type=TEXTS, description="Tags of every resource.", default=(tags,)
        )


def _image_variable(container: Container, task: Task) -> Variable:
    return Variable(
        label=container.image_variable,
        type=STRING,
        description=f"Image of {_owner(container, task)}; {_who_deploys(container, task)}.",
        default=(container.image.text,),
        validation=(_image_validation(container),) if container.image.may_be_private else (),
    )


def _who_deploys(container: Container, task: Task) -> str:
    """Of a service that a pipeline deploys, it replaces the image of the application."""
    if not isinstance(task, Service) or not task.is_deployed_by_ci:
        return "a deploy may change its tag or digest"
    if container is task.containers[0]:
        return "the first one, since a pipeline deploys others"
    return "a pipeline's next deployment takes another tag or digest"


def _owner(container: Container, task: Task) -> str:
    is_application = container is task.containers[0]
    return task.key if is_application else f"{container.name} in {task.key}"


def _image_validation(container: Container) -> Validation:
    repository = container.image.address
    return Validation(
        condition=Ref(f'replace(var.{container.image_variable}, "/[:@].*/", "") == "{repository}"'),
        message=f"The execution role may pull only {repository}; another repository is a change to the spec.",
    )


def _root_outputs(stack: Stack, modules: list[Module]) -> Iterator[Output]:
    keys = {balancer.module: balancer.key for balancer in stack.load_balancer}
    for module in modules:
        yield from (
            _of_root(output, module, keys.get(module.label, MAIN))
            for output in module.outputs
            if _is_of_root(output, module, stack)
        )
    for balancer in stack.existing_load_balancer:
        for name in balancer.dns_name:
            label = names.of_balancer(balancer.key, "load_balancer_dns_name")
            yield _build_output(label, f"DNS name of {balancer.noun}.", name)
        for arn in balancer.arn:
            label = names.of_balancer(balancer.key, "load_balancer_arn")
            yield _build_output(label, f"ARN of {balancer.noun}.", arn)
    if stack.vpc:
        yield from existing_vpc.root_outputs(stack.network, stack.vpc)
        if stack.network.private_subnets and not stack.network.has_new_endpoints:
            yield existing_vpc.subnet_output(PRIVATE, _subnets_in_root(PRIVATE, stack))
    addresses = {
        server.service_key: server.address
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
        return output.label in _OF_NETWORK or not stack.tasks
    return module.templates != LOAD_BALANCER or output.label in _OFLOAD_BALANCER


def _of_root(output: Output, module: Module, balancer: str) -> Output:
    """Under its name in the root; what another load balancer than `main` has, with its name in front."""
    named = _OFLOAD_BALANCER.get(output.label, output.label)
    name = names.of_balancer(balancer, "alarm_topic_arn" if module.label == ALARMS else named)
    return _build_output(name, output.description, OutputRef(module.label, output.label))
