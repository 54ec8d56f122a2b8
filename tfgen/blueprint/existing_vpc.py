"""A VPC that exists: what the spec gives of it, and what is created in it."""

import re
from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from tfgen import facts
from tfgen.blueprint import addressing, images, names, permissions, repositories, security
from tfgen.blueprint.labels import PRIVATE, PUBLIC
from tfgen.blueprint.model import (
    EndpointSecurityGroup,
    ExistingVpc,
    GivenEndpoints,
    GivenGateway,
    Input,
    Local,
    Network,
    Output,
    Peer,
    Subnet,
    Validation,
    Variable,
)
from tfgen.blueprint.peer_words import CIDR
from tfgen.blueprint.references import beginning, in_root
from tfgen.hcl.text import Comment, Label, Ref, VariableRef
from tfgen.problems import Locate, Problem, SpecPath
from tfgen.spec import model as said
from tfgen.spec.balancers import created_balancers
from tfgen.spec.containers import SaidContainer, containers_of, has_environment_files
from tfgen.spec.model import Part, Spec
from tfgen.spec.ways_out import WayOut

STRING, STRINGS, TEXTS = Ref("string"), Ref("list(string)"), Ref("map(string)")
VPC_ID = VariableRef(Label("vpc_id"))
ROUTE_TABLES = VariableRef(Label("route_table_ids"))
TABLES_BY_NAME = VariableRef(Label("route_tables"))
PRIVATE_SUBNETS = VariableRef(Label("private_subnet_ids"))
"""Variables of the network's module, where it is in a VPC that exists."""


def own_variables(spec: Spec) -> frozenset[str]:
    """The names of variables that the network's module may have of its own."""
    own = (VPC_ID, ROUTE_TABLES, TABLES_BY_NAME, PRIVATE_SUBNETS)
    return frozenset(each.label for each in own) if spec.network.vpc else frozenset()


def joined(created: Network, spec: Spec, vpc: said.ExistingVpc, at: Locate) -> Network:
    """The network of a stack that creates no VPC: what is created in one that exists."""
    tables = Ref(f"values({TABLES_BY_NAME})") if created.target_routes else ROUTE_TABLES
    return replace(
        created,
        cidr=vpc.cidr,
        internet_gateways=(),
        route_tables=(),
        nat=(),
        target_routes=tuple(
            replace(route, for_each=(TABLES_BY_NAME,), route_table_id=Ref("each.value"))
            for route in created.target_routes
        ),
        gateway_endpoints=tuple(
            replace(endpoint, route_tables=(), given_tables=(tables,))
            for endpoint in created.gateway_endpoints
            if vpc.route_tables
        ),
        interface_endpoints=tuple(
            replace(endpoint, subnets=(), given_subnets=(Ref(f"values({PRIVATE_SUBNETS})"),))
            for endpoint in created.interface_endpoints
        ),
        endpoint_security_group=tuple(
            _open_to_range(group, vpc.cidr) for group in created.endpoint_security_group
        ),
        at=at(("network", "vpc")),
        vpcs=(),
        vpc_id=VPC_ID,
        existing=(_existing(spec, vpc),),
    )


def subnets(vpc: said.ExistingVpc, way_out: WayOut) -> dict[Label, tuple[Subnet, ...]]:
    """The subnets of each role, by zone."""
    public = {PUBLIC: _subnets(vpc.public_subnets)}
    return public if way_out.public_tasks else {**public, PRIVATE: _subnets(vpc.private_subnets)}


def _subnets(given: Mapping[str, str | Part]) -> tuple[Subnet, ...]:
    return tuple(Subnet(zone=Label(zone), cidr="") for zone in sorted(given))


def _open_to_range(group: EndpointSecurityGroup, cidr: str) -> EndpointSecurityGroup:
    peer = Peer(argument=CIDR, value=cidr)
    return replace(group, rules=tuple(replace(rule, peer=peer) for rule in group.rules))


def _existing(spec: Spec, vpc: said.ExistingVpc) -> ExistingVpc:
    gateways = facts.gateway_endpoints()
    return ExistingVpc(
        id=in_root(vpc.id),
        way_out=vpc.way_out,
        has_nat=spec.network.way_out.nat,
        interface_endpoints=GivenEndpoints(
            services=tuple(sorted(set(vpc.endpoints) - gateways)),
            security_group=(security.EXISTING_ENDPOINT_GROUP,) if vpc.endpoint_security_group else (),
        ),
        gateway_endpoints=tuple(
            GivenGateway(
                service=name,
                prefix_list=(VariableRef(security.prefix_list_input(name)),)
                if name in vpc.prefix_lists
                else (),
            )
            for name in sorted(set(vpc.endpoints) & gateways)
        ),
    )


# --- what the root hands on


def comment(network: Network) -> Comment:
    what = "this stack adds routes to its tables" if network.target_routes else "nothing here changes it"
    return Comment(f"The VPC exists and is managed elsewhere; {what}.")


def root_values(network: Network, vpc: said.ExistingVpc) -> Iterator[Local]:
    """What several modules need to know of it."""
    yield Local(label=Label("vpc_id"), value=in_root(vpc.id))
    for role, subnets in _used_subnets(network, vpc):
        ids = {zone: in_root(subnets[zone]) for zone in sorted(subnets)}
        yield Local(label=Label(f"{role}_subnet_ids"), value=ids)


def _used_subnets(network: Network, vpc: said.ExistingVpc) -> Iterator[tuple[str, Mapping[str, str | Part]]]:
    """The subnets by zone, with their role; private ones where tasks run in them."""
    if vpc.public_subnets:
        yield "public", vpc.public_subnets
    if network.private_subnets:
        yield "private", vpc.private_subnets


def network_inputs(network: Network, vpc: said.ExistingVpc) -> Iterator[Input]:
    """What the module of the network needs, where something is created."""
    if network.has_new_endpoints:
        yield _input(VPC_ID, STRING, "ID of the VPC.", Ref("local.vpc_id"))
    if network.has_new_endpoints and network.private_subnets:
        description = "IDs of the private subnets, by zone letter."
        yield _input(PRIVATE_SUBNETS, TEXTS, description, Ref("local.private_subnet_ids"))
    if network.target_routes:
        description = f"IDs of the route tables of the {network.task_subnets} subnets, by name."
        yield _input(TABLES_BY_NAME, TEXTS, description, _tables_by_name(vpc))
    elif network.gateway_endpoints:
        description = "IDs of the route tables of the private subnets."
        yield _input(ROUTE_TABLES, STRINGS, description, tuple(map(in_root, vpc.route_tables)))


def _tables_by_name(vpc: said.ExistingVpc) -> dict[str, Ref | str]:
    """The route tables, each by what names it in the spec: their IDs may be known only after an apply."""
    return {_name(each): in_root(each) for each in vpc.route_tables}


def _name(given: str | Part) -> str:
    return given if isinstance(given, str) else given.input or _in_dots(given.ref or "")


def _in_dots(traversal: str) -> str:
    """A traversal with dots only, as a key that can be written in an address: x["a"] is x.a."""
    return re.sub(r'\["?(.*?)"?\]', r".\1", traversal)


def services_inputs(network: Network, vpc: said.ExistingVpc, used: frozenset[Label]) -> Iterator[Input]:
    """What rules of security groups refer to."""
    if vpc.endpoint_security_group and security.EXISTING_ENDPOINT_GROUP.label in used:
        description = "ID of the security group of the interface endpoints that the VPC has."
        yield _input(
            security.EXISTING_ENDPOINT_GROUP, STRING, description, in_root(vpc.endpoint_security_group)
        )
    for existing in network.existing:
        for gateway in existing.gateway_endpoints:
            for variable in gateway.prefix_list:
                if variable.label in used:
                    description = f"ID of the prefix list that the {gateway.service} gateway endpoint routes."
                    yield _input(variable, STRING, description, in_root(vpc.prefix_lists[gateway.service]))


def _input(
    variable: VariableRef,
    type_: Ref,
    description: str,
    value: Ref | str | tuple[Ref | str, ...] | dict[str, Ref | str],
) -> Input:
    return Input(variable=Variable(label=variable.label, type=type_, description=description), value=value)


def root_outputs(network: Network, vpc: said.ExistingVpc) -> Iterator[Output]:
    """What the root gives on of it; `vpc_id` checks what several values say together."""
    yield Output(
        label=Label("vpc_id"),
        description="ID of the VPC.",
        value=Ref("local.vpc_id"),
        preconditions=tuple(_each_another_subnet(network, vpc)),
    )
    if vpc.public_subnets:
        yield subnet_output("public", Ref("local.public_subnet_ids"))


def subnet_output(role: str, value: Ref) -> Output:
    return Output(
        label=Label(f"{role}_subnet_ids"),
        description=f"IDs of the {role} subnets, by zone letter.",
        value=value,
    )


def _each_another_subnet(network: Network, vpc: said.ExistingVpc) -> Iterator[Validation]:
    """Of subnets that only Terraform knows: no two are the same."""
    used = list(_used_subnets(network, vpc))
    given = [each for _, subnets in used for each in subnets.values()]
    if any(isinstance(each, Part) for each in given):
        ids = ", ".join(f"values(local.{role}_subnet_ids)" for role, _ in used)
        yield Validation(
            condition=Ref(f"length(distinct(concat({ids}))) == {len(given)}"),
            message="Two subnets are the same: each zone needs its own, and public ones are not private.",
        )


# --- what is wrong with it


def problems(spec: Spec, vpc: said.ExistingVpc, at: Locate) -> Iterator[Problem]:
    yield from _misplaced_keys(spec, at)
    yield from addressing.vpc_range_problems(vpc.cidr, at(("network", "vpc", "cidr")))
    yield from _subnet_problems(spec, vpc, at)
    yield from _repeated_ids(vpc, at)
    yield from _endpoint_problems(spec, vpc, at)
    yield from _unknown_prefix_lists(spec, vpc, at)
    yield from _lost_gateways(spec, vpc, at)
    yield from _lost_routes(spec, vpc, at)
    yield from _unknown_group(spec, vpc, at)


_INSTEAD = {
    "egress": "remove it; vpc.way_out says how tasks reach what is outside",
    "cidr": "remove it; vpc.cidr is the range of the VPC",
    "zones": "remove it; the keys of vpc.public_subnets and vpc.private_subnets are the zones",
    "flow_logs": "remove it, and describe its flow logs where the VPC is described",
    "ipv6": "remove it; IPv6 in a VPC that exists is not supported yet",
}


def _misplaced_keys(spec: Spec, at: Locate) -> Iterator[Problem]:
    """Keys that describe a VPC to create."""
    for key in spec.network.of_created:
        path = ("network", key)
        if at(path).path == path:
            message = f"{key} describes a VPC to create, and vpc says that there is one"
            yield Problem("TG500", at(path), message, _INSTEAD.get(key, "remove it, or remove vpc"))


def _subnet_problems(spec: Spec, vpc: said.ExistingVpc, at: Locate) -> Iterator[Problem]:
    here = ("network", "vpc")
    public_tasks = spec.network.way_out.public_tasks
    role = "public" if public_tasks else "private"
    tasks = vpc.public_subnets if public_tasks else vpc.private_subnets
    if spec.tasks and not tasks:
        message = f"with way_out: {vpc.way_out} tasks run in {role} subnets, and vpc has none"
        yield Problem("TG501", at(here), message, f"add {role}_subnets: {{a: subnet-..., b: subnet-...}}")
    if public_tasks and vpc.private_subnets:
        message = "private_subnets has no effect here: with way_out: public tasks run in public subnets"
        yield Problem("TG502", at((*here, "private_subnets")), message, "remove it", "warning")
    for internal in sorted({each.said.is_internal for each in created_balancers(spec)}):
        yield from _front_problems(spec, vpc, at, beside_tasks=public_tasks or internal)


def _front_problems(
    spec: Spec, vpc: said.ExistingVpc, at: Locate, *, beside_tasks: bool
) -> Iterator[Problem]:
    """Of the subnets of load balancers that are created."""
    here, public_tasks = ("network", "vpc"), spec.network.way_out.public_tasks
    role = "public" if public_tasks else "private"
    tasks = vpc.public_subnets if public_tasks else vpc.private_subnets
    role, front = (role, tasks) if beside_tasks else ("public", vpc.public_subnets)
    where = at((*here, f"{role}_subnets"))
    if len(front) < 2:
        message = f"a load balancer needs {role} subnets in two zones, and vpc has {len(front) or 'none'}"
        yield Problem("TG503", where, message, f"add {role}_subnets: {{a: subnet-..., b: subnet-...}}")
    elif lost := sorted(tasks.keys() - front.keys()):
        message = (
            f"tasks run in zone {', '.join(lost)}, where the load balancer has no public subnet: it sends "
            "nothing to them"
        )
        hint = f"add {lost[0]}: subnet-... to public_subnets, or remove {lost[0]} from private_subnets"
        yield Problem("TG503", where, message, hint)


def _repeated_ids(vpc: said.ExistingVpc, at: Locate) -> Iterator[Problem]:
    """The same text for two things; of references, their values are checked by Terraform."""
    first: dict[str, SpecPath] = {}
    for path, value in vpc.values:
        if path[0] not in ("public_subnets", "private_subnets", "route_tables"):
            continue
        name = _name(value)
        if name in first:
            where, line = at(("network", "vpc", *path)), at(("network", "vpc", *first[name])).line
            text = value if isinstance(value, str) else value.ref or value.input
            message = f"{text} is in the spec twice{f' (line {line})' if line else ''}"
            yield Problem(
                "TG504", where, message, "give each zone a subnet of its own, and list each table once"
            )
        first.setdefault(name, path)


def _endpoint_problems(spec: Spec, vpc: said.ExistingVpc, at: Locate) -> Iterator[Problem]:
    for index, name in enumerate(spec.network.endpoints):
        if name in vpc.endpoints:
            message = (
                f'the VPC has an endpoint for "{name}" (vpc.endpoints), and AWS allows one private DNS name'
            )
            where = at(("network", "endpoints", index))
            yield Problem("TG505", where, message, "remove it here, or from vpc.endpoints if there is none")
    interface = set(vpc.endpoints) - facts.gateway_endpoints()
    if vpc.endpoint_security_group and not interface:
        where = at(("network", "vpc", "endpoint_security_group"))
        message = "endpoint_security_group has no effect: vpc.endpoints lists no interface endpoint"
        yield Problem("TG506", where, message, "list them in vpc.endpoints, or remove it", "warning")
    for name in vpc.prefix_lists:
        if name not in set(vpc.endpoints) & facts.gateway_endpoints():
            where = at(("network", "vpc", "prefix_lists", name))
            message = f'prefix_lists: {name} has no effect: vpc.endpoints lists no gateway endpoint "{name}"'
            yield Problem("TG506", where, message, "list it in vpc.endpoints, or remove it", "warning")


def _unknown_prefix_lists(spec: Spec, vpc: said.ExistingVpc, at: Locate) -> Iterator[Problem]:
    """Gateway endpoints that a service needs and its security group cannot allow."""
    for name in sorted(set(vpc.endpoints) & facts.gateway_endpoints() - vpc.prefix_lists.keys()):
        for key, service in spec.tasks.items():
            if _is_needed(name, key, spec, at) and not security.reaches_world(service):
                index = vpc.endpoints.index(name)
                message = (
                    f'"{key}" may not connect to the internet, and {name} is reached by a prefix list whose '
                    "ID is not in the spec"
                )
                hint = (
                    f"add prefix_lists: {{{name}: pl-...}}; its ID: aws ec2 describe-prefix-lists --region "
                    f"{spec.region} --filters Name=prefix-list-name,Values=com.amazonaws.{spec.region}.{name}"
                )
                yield Problem("TG507", at(("network", "vpc", "endpoints", index)), message, hint)
                break


def _is_needed(name: str, key: str, spec: Spec, at: Locate) -> bool:
    """Whether a service calls it, or pulls an image from private ECR, or may, or reads environment files."""
    service = spec.task(key)
    called = {use.endpoint for use in permissions.called_here(key, service, spec)}
    if name in called or name != "s3":
        return name in called
    own = containers_of(key, service)
    return has_environment_files(service) or any(_may_be_private(each, spec, at) for each in own)


def _may_be_private(container: SaidContainer, spec: Spec, at: Locate) -> bool:
    image, where = container.said.image, at((*container.path, "image"))
    if repositories.of_image(image, spec):
        return True
    if isinstance(image, str):
        return images.parse(image, where).may_be_private
    return images.given(Ref(""), (), beginning(image), spec.region, where).may_be_private


def _lost_gateways(spec: Spec, vpc: said.ExistingVpc, at: Locate) -> Iterator[Problem]:
    """Gateway endpoints that services need, and that cannot be created."""
    if vpc.route_tables:
        return
    for index, name in enumerate(spec.network.endpoints):
        if name in facts.gateway_endpoints() - set(vpc.endpoints):
            message = f"no gateway endpoint for {name} can be created without route tables"
            hint = "add vpc.route_tables: [rtb-...], those of the private subnets, or remove it"
            yield Problem("TG508", at(("network", "endpoints", index)), message, hint)
    for name in sorted(facts.gateway_endpoints() - set(vpc.endpoints)):
        if spec.network.way_out.to_internet:
            return
        needing = [key for key in spec.tasks if _is_needed(name, key, spec, at)]
        if needing:
            why = "ECR stores image layers there" if name == "s3" else "it says so in uses"
            message = (
                f'"{needing[0]}" needs {name} ({why}), and no gateway endpoint can be created without route '
                "tables"
            )
            hint = (
                "add route_tables: [rtb-...], those of the private subnets, or, if the VPC has this "
                f"endpoint, add {name} to vpc.endpoints"
            )
            yield Problem("TG508", at(("network", "vpc")), message, hint)


def _lost_routes(spec: Spec, vpc: said.ExistingVpc, at: Locate) -> Iterator[Problem]:
    if spec.network.routes and not vpc.route_tables:
        message = "no route can be created in a VPC whose route tables are not in the spec"
        role = "public" if spec.network.way_out.public_tasks else "private"
        hint = f"add vpc.route_tables: [rtb-...], those of the {role} subnets, or remove routes"
        yield Problem("TG536", at(("network", "routes")), message, hint)


def _unknown_group(spec: Spec, vpc: said.ExistingVpc, at: Locate) -> Iterator[Problem]:
    """Interface endpoints of which nobody knows whom they let in."""
    interface = [name for name in vpc.endpoints if name not in facts.gateway_endpoints()]
    if interface and vpc.endpoint_security_group is None and spec.tasks:
        message = (
            f"the security group of the endpoints for {names.listed(interface)} is not in the spec: whether "
            "it allows the tasks cannot be known"
        )
        if not all(map(security.reaches_world, spec.tasks.values())):
            message += f", and tasks may connect to port 443 in all of {vpc.cidr}"
        where = at(("network", "vpc", "endpoints"))
        yield Problem("TG509", where, message, "add endpoint_security_group: sg-...", "note")
