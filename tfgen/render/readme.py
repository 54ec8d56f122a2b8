"""The contents of a stack's README: rows and sentences from the blueprint."""

import shlex
from collections.abc import Iterator
from itertools import islice
from typing import Any, NamedTuple

from tfgen.blueprint.model import (
    LOGIN_CALLBACK,
    TCP,
    USUAL_PORTS,
    USUAL_TIMEOUT,
    Blueprint,
    Callee,
    Job,
    LoadBalancer,
    Network,
    Override,
    Schedule,
    Service,
    Variable,
)
from tfgen.cost import short
from tfgen.hcl.text import Label, Ref
from tfgen.problems import joined
from tfgen.render import pushes
from tfgen.render.operations import operations


class Row(NamedTuple):
    name: str
    text: str


_EXAMPLES = {"string": '"..."', "number": "0", "bool": "true"}
"""Values of inputs, by their types."""


class ServiceRow(NamedTuple):
    key: str
    node: Row
    port: str
    routes: str
    address: str
    calls: str
    size: str


class JobRow(NamedTuple):
    key: str
    node: Row
    start: str
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
        "job_rows": tuple(_job_row(job) for job in blueprint.jobs),
        "edges": tuple(_picture_edges(blueprint)),
        "boxes": tuple(_picture_boxes(blueprint)),
        "where": "private subnets" if blueprint.network.private_subnets else "public subnets",
        "subnets": tuple(_subnet_rows(blueprint.network)),
        "ipv6": tuple(_ipv6_sentences(blueprint.network)),
        "endpoints": tuple(_endpoint_rows(blueprint.network)),
        "overrides": tuple(Row(each.address, ", ".join(each.patch)) for each in blueprint.overrides),
        "required": tuple(_required_rows(blueprint)),
        "inputs": tuple(_input_row(variable) for variable in blueprint.root.variables),
        "outputs": tuple(Row(o.label, o.description) for o in blueprint.root.outputs),
        "stack": blueprint.provider,
        "is_module": not blueprint.provider,
        "deploy": tuple(_deploy_rows(blueprint)),
        "pushes": tuple(pushes.commands(blueprint)),
        "replace_tag": ". Replace TAG by that of your image" if pushes.lacks_tag(blueprint) else "",
        "by_terraform": any(not each.is_deployed_by_ci for each in blueprint.services),
        "limit": min(_limits_of_apply(blueprint)),
        "longer_limit": tuple(sorted(_limits_of_apply(blueprint))[1:][-1:]),
        "waits": tuple(_wait_commands(blueprint)),
        "unchecked": tuple(_unchecked_services(blueprint)),
        "operations": tuple(
            each for cluster in _cluster_words(blueprint) for each in operations(blueprint, cluster)
        ),
        "callbacks": tuple(_callback_rows(blueprint)),
        "mails": tuple(topic.mail for topic in blueprint.alarm_topic),
    }


_PRICED = frozenset(
    {
        *("desired_count", "cpu", "memory", "runtime_platform", "network_configuration"),
        *("internal", "subnet_ids", "route_table_ids"),
    }
)
"""The arguments that tfgen cost counts when they are overridden."""


def _insights_sentences(blueprint: Blueprint) -> Iterator[str]:
    """Of metrics that cost more than those that AWS recommends; no price of them is known here."""
    if any(cluster.insights == "enhanced" for cluster in blueprint.cluster):
        yield (
            "Container Insights keeps metrics of every task and container; CloudWatch charges for them, and "
            "no price here includes it."
        )


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
        ranges = f"{network.cidr} and an IPv6 range" if network.ipv6 else network.cidr
        yield f"A VPC ({ranges}) in zones {', '.join(zones)} of {blueprint.region}."
    yield from _other_subnets_sentences(network)
    if blueprint.tasks:
        counts = (("Fargate service", len(blueprint.services)), ("job", len(blueprint.jobs)))
        said = [f"{count} {noun}{'s' if count > 1 else ''}" for noun, count in counts if count]
        yield f"{' and '.join(said)} in {where} subnets."
    for balancer in blueprint.load_balancer:
        ports = [each.text for each in sorted(balancer.listeners, key=lambda each: each.port)]
        word = "ports" if len(ports) > 1 else "port"
        known = [name for records in balancer.records for name in records.names]
        names = f", known as {', '.join(known)}" if known else ""
        by = f", by {' and '.join(balancer.versions)}" if "IPv6" in balancer.versions else ""
        yield f"{_balancer_words(balancer)} on {word} {', '.join(ports)}{names}{by}."
    if existing := tuple(_existing_parts(blueprint)):
        yield f"What exists already and is used as it is: {', '.join(existing)}."
    yield _egress_sentence(network)
    for log in network.flow_logs:
        where = "a log group" if log.groups else "a bucket"
        yield (
            f"Flow logs of the VPC go to {where}; AWS charges for what they contain, and no price here "
            "includes it."
        )
    yield from _insights_sentences(blueprint)
    if systems := [each.key for each in blueprint.file_systems]:
        names, noun = ", ".join(systems), "file system" if len(systems) == 1 else "file systems"
        yield (f"The EFS {noun} {names}; AWS charges for the files, and no price here includes it.")


def _balancer_words(balancer: LoadBalancer) -> str:
    inside, kind = "internal " if balancer.internal else "", f"{balancer.type.capitalize()} Load Balancer"
    if not balancer.owner:
        return f"{'A' if balancer.is_network and not inside else 'An'} {inside}{kind}"
    return f"The {inside}{kind}{'' if inside.strip() == balancer.key else f' {balancer.key}'}"


def _existing_parts(blueprint: Blueprint) -> Iterator[str]:
    """What the stack uses and does not change."""
    for balancer in blueprint.existing_load_balancer:
        listeners = [listener.key for listener in balancer.listeners]
        word = "listeners" if len(listeners) > 1 else "listener"
        yield f"a load balancer ({word} {', '.join(listeners)})"
    for cluster in blueprint.existing_cluster:
        yield f"a cluster ({cluster.arn})"
    for namespace in blueprint.existing_namespaces:
        yield f"a namespace ({namespace.value})"
    roles = {role.arn for task in blueprint.tasks for role in task.given_roles}
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


def _ipv6_sentences(network: Network) -> Iterator[str]:
    """What of IPv6 nothing in the stack decides."""
    if network.ipv6:
        way = "through the internet gateway"
        if network.private_subnets:
            way = "through an egress-only internet gateway" if network.egress_only_gateways else ""
        reach = f", and reach the internet by it {way}" if way else ""
        yield (
            f"Each subnet has an IPv6 range, too. Tasks get addresses of it{reach}, if the account setting "
            "dualStackIPv6 is on when they start. The account and the region have it, so this stack does not "
            "change it. The load balancer connects to tasks, and tasks to VPC endpoints, by IPv4."
        )


def _service_row(service: Service) -> ServiceRow:
    port = ", ".join(
        f"{mapping.port}{'' if mapping.protocol == TCP else f'/{mapping.protocol}'}"
        for mapping in service.port_mappings
    )
    return ServiceRow(
        key=service.key,
        node=Row(_node_label(service.label), f"{service.key} {port}".strip()),
        port=port,
        routes=", ".join(f"{route.text} ({route.listener})" for route in service.routes),
        address=", ".join(service.addresses),
        calls=", ".join(service.called),
        size=f"{service.tasks.text} x {service.cpu} CPU units, {service.memory} MiB",
    )


def _job_row(job: Job) -> JobRow:
    start = [_start_of_schedule(each) for each in job.schedules] or ["by hand"]
    return JobRow(
        key=job.key,
        node=Row(_node_label(job.label), f"job {job.key}"),
        start=", ".join(start),
        calls=", ".join(job.called),
        size=f"{job.count} x {job.cpu} CPU units, {job.memory} MiB",
    )


def _start_of_schedule(schedule: Schedule) -> str:
    words = [schedule.expression, *schedule.timezones, *("off" for _ in schedule.states)]
    return ", ".join(words)


def _picture_edges(blueprint: Blueprint) -> Iterator[Edge]:
    labels = {task.key: task.label for task in blueprint.tasks}
    addresses = {service.key: ", ".join(service.addresses) for service in blueprint.services}
    nodes = _nodes_of_balancers(blueprint)
    for existing in blueprint.existing_load_balancer:
        for each in existing.listeners:
            yield Edge(_unknown_clients(blueprint), nodes[existing.key], f"listener {each.key}")
    for balancer in blueprint.load_balancer:
        for listener in balancer.listeners:
            start = "clients" if balancer.internal else "internet"
            yield Edge(Label(start), nodes[balancer.key], f"port {listener.text}")
    for service in blueprint.services:
        for route in service.routes:
            yield Edge(nodes[route.balancer], _node_label(service.label), route.text)
    if blueprint.tasks:
        yield from _egress_edges(blueprint.network)
    for call in sorted(blueprint.calls, key=lambda call: (call.caller, call.callee)):
        yield Edge(_node_label(labels[call.caller]), _node_label(labels[call.callee]), addresses[call.callee])
    yield from _edges_outside(blueprint)


def _edges_outside(blueprint: Blueprint) -> Iterator[Edge]:
    for task in blueprint.tasks:
        ports: dict[Label, list[str]] = {}
        for each in task.outside:
            ports.setdefault(_node_outside(each), []).append(each.port)
        for node, found in ports.items():
            yield Edge(_node_label(task.label), node, f"port {', '.join(dict.fromkeys(found))}")


def _node_outside(callee: Callee) -> Label:
    return Label(f"outside_{callee.label}")


def _nodes_of_balancers(blueprint: Blueprint) -> dict[str, Label]:
    own = {balancer.key: balancer.module for balancer in blueprint.load_balancer}
    return {**own, **{each.key: each.label for each in blueprint.existing_load_balancer}}


def _unknown_clients(blueprint: Blueprint) -> Label:
    """Those of load balancers that exist, beside those of internal ones."""
    inside = any(balancer.internal for balancer in blueprint.load_balancer)
    return Label("other_clients" if inside else "clients")


def _node_label(label: Label) -> Label:
    # "end" and other words of Mermaid would break the picture.
    return Label(f"service_{label}")


def _picture_boxes(blueprint: Blueprint) -> Iterator[Row]:
    """The boxes of the picture besides services, by the names of their nodes."""
    network = blueprint.network
    facing = any(not balancer.internal for balancer in blueprint.load_balancer)
    if facing or not network.endpoint_services or network.has_nat:
        yield Row("internet", "internet")
    if any(balancer.internal for balancer in blueprint.load_balancer):
        yield Row("clients", "clients in the VPC and connected networks")
    nodes = _nodes_of_balancers(blueprint)
    for balancer in blueprint.load_balancer:
        what = "internal load balancer" if balancer.internal else "load balancer"
        yield Row(nodes[balancer.key], f"{balancer.key}: {what}" if balancer.owner else what)
    if blueprint.existing_load_balancer:
        yield Row(_unknown_clients(blueprint), "clients")
    for given in blueprint.existing_load_balancer:
        what = "existing load balancer"
        yield Row(nodes[given.key], f"{given.key}: {what}" if given.owner else what)
    for nat in network.nat:
        yield Row("nat", f"NAT in {', '.join(nat.zones)}")
    if network.existing and network.has_nat:
        yield Row("nat", "NAT of the VPC")
    if network.endpoint_services:
        yield Row("endpoints", "VPC endpoints")
    called = {_node_outside(each): each.name for task in blueprint.tasks for each in task.outside}
    yield from (Row(node, name) for node, name in sorted(called.items()))


def _egress_edges(network: Network) -> Iterator[Edge]:
    if not network.private_subnets:
        yield Edge(Label("tasks"), Label("internet"), "public addresses")
    if network.endpoint_services:
        yield Edge(Label("tasks"), Label("endpoints"), "AWS services")
    if network.has_nat:
        yield Edge(Label("tasks"), Label("nat"), "everything else" if network.endpoint_services else "all")
        yield Edge(Label("nat"), Label("internet"), "port 443")
    if network.egress_only_gateways:
        yield Edge(Label("tasks"), Label("internet"), "IPv6")


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


def _callback_rows(blueprint: Blueprint) -> Iterator[Row]:
    """For each login the addresses that its provider must know."""
    listeners = {each.key: each for balancer in blueprint.load_balancer for each in balancer.listeners}
    rules = [rule for service in blueprint.services for rule in service.rules]
    rules += [rule for listener in listeners.values() for rule in listener.rules]
    known = {
        listener.key: [name for records in each.records for name in records.names]
        for each in blueprint.load_balancer
        for listener in each.listeners
    }
    urls: dict[str, set[str]] = {}
    for rule in rules:
        port = listeners[rule.listener].port if rule.listener in listeners else USUAL_PORTS["https"]
        hosts = [host for values in rule.hosts for host in values] or known.get(rule.listener) or ["HOST"]
        for login in (each for each in rule.logins if each.has_sessions):
            urls.setdefault(login.name, set()).update(_callback(host.lower(), port) for host in hosts)
    yield from (Row(name, ", ".join(sorted(urls[name]))) for name in sorted(urls))


def _callback(host: str, port: int) -> str:
    return f"https://{host}{'' if port == USUAL_PORTS['https'] else f':{port}'}{LOGIN_CALLBACK}"


def _input_row(variable: Variable) -> Row:
    return Row(variable.label, variable.description)


def _required_rows(blueprint: Blueprint) -> Iterator[Row]:
    """The inputs that have no default, and what a value looks like."""
    required = (variable for variable in blueprint.root.variables if not variable.default)
    return (Row(variable.label, _EXAMPLES[variable.type]) for variable in required)


def _deploy_rows(blueprint: Blueprint) -> Iterator[Row]:
    """A command that deploys another image, by the example of the first service, or else job."""
    services = (each for each in blueprint.services if not each.is_deployed_by_ci)
    own = (container for task in (*services, *blueprint.jobs) for container in task.containers)
    known = (container for container in own if not container.image.given)
    for container in islice(known, 1):
        yield Row(container.image_variable, f"{container.image.address}:NEW_TAG")


_ADDRESS = "module.services.{}.{}"
_MOST_SERVICES = 10  # botocore, ecs DescribeServices, which the command asks again and again


def _limits_of_apply(blueprint: Blueprint) -> set[int]:
    """For how many minutes an apply waits for a service."""
    found = {each.deployment.timeout for each in blueprint.services if each.deployment.waits}
    return found or {USUAL_TIMEOUT}


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
        and not any(container.is_checked for container in service.containers)
        and _ADDRESS.format("aws_ecs_task_definition", service.label) not in checked
    ]
    if keys:
        yield joined(keys)


def _container_of_override(override: Override) -> Any:
    """What it says of the container, where it says it of one."""
    said = override.patch.get("container_definitions")
    return said if isinstance(said, dict) else {}
