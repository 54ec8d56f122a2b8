"""What exists already and is given: paths over what a VPC has, taken as given, and what roles must allow, to
paste, since nobody can see here what they have.
"""

import json
from collections.abc import Collection, Iterator

from tfgen.blueprint.labels import SERVICES
from tfgen.blueprint.model import Blueprint, ExistingVpc, GivenGateway, GivenRole, Statement, Task
from tfgen.hcl.text import Ref, ResourceRef, VariableRef
from tfgen.reach.ground import HTTPS, Followed, Ground, NetworkPeer
from tfgen.reach.model import TAKEN, Hop
from tfgen.texts import in_line

UNKNOWN_GROUP = Followed("", Ref("the security group of the VPC's endpoints"))
"""That of interface endpoints which the spec does not name."""


def given_resolver(existing: ExistingVpc, remark: str) -> Hop:
    """A public name, asked of the resolver of a VPC that has one."""
    return Hop("name", f"public addresses{remark}, by the resolver of {existing.id}, given by you", TAKEN)


def given_private_dns(existing: ExistingVpc, address: ResourceRef) -> Hop:
    """The name of an endpoint that the stack creates in the VPC."""
    text = f"private DNS resolves to {address}; {existing.id} has DNS support and hostnames, given by you"
    return Hop("name", text, TAKEN, (address,))


def given_endpoint(
    existing: ExistingVpc, suffix: str, ground: Ground
) -> tuple[tuple[Hop, ...], NetworkPeer] | None:
    """To an endpoint that the VPC has, by its kind; None where it has none."""
    gateway = next((each for each in existing.gateway_endpoints if each.service == suffix), None)
    if gateway:
        return _to_gateway(existing, gateway, ground)
    if suffix not in existing.interface_endpoints.services:
        return None
    name = Hop("name", f"private DNS of the endpoint that {existing.id} has, given by you", TAKEN)
    route = Hop("route", f"inside the VPC ({ground.network.cidr})")
    return (name, route), _endpoint_side(existing, ground)


def _endpoint_side(existing: ExistingVpc, ground: Ground) -> NetworkPeer:
    groups = tuple(ground.follow(SERVICES, group) for group in existing.interface_endpoints.security_group)
    name = "the endpoints of the VPC"
    return NetworkPeer(name, groups, (ground.network.cidr,), HTTPS, guards=groups or (UNKNOWN_GROUP,))


def _to_gateway(
    existing: ExistingVpc, gateway: GivenGateway, ground: Ground
) -> tuple[tuple[Hop, ...], NetworkPeer]:
    text = f"the {gateway.service} gateway endpoint that {existing.id} has, given by you"
    peers = tuple(ground.follow(SERVICES, each) for each in gateway.prefix_list)
    side = NetworkPeer(f"the prefix list of {gateway.service}", peers, (), HTTPS)
    return (given_resolver(existing, ""), Hop("route", text, TAKEN)), side


def given_route(existing: ExistingVpc, role: str, address: ResourceRef) -> Hop:
    """The route of a gateway endpoint that the stack creates, in route tables that exist."""
    text = f"{role} subnets of {existing.id}: its prefix list to {address}, by route_tables, given by you"
    return Hop("route", text, TAKEN, (address,))


def given_entry(existing: ExistingVpc, group: Followed) -> Hop | None:
    """Past a security group that exists; None where it is the stack's own."""
    if group == UNKNOWN_GROUP:
        text = f"{group.address}: not in the spec, so whether it allows these tasks cannot be known"
        return Hop("enters", text, TAKEN)
    if group.reference in existing.interface_endpoints.security_group:
        text = f"the security group of the VPC's endpoints, given by you, must allow port {HTTPS}"
        return Hop("enters", text, TAKEN)
    return None


# --- roles


def texts(blueprint: Blueprint, services: Collection[str]) -> Iterator[str]:
    """A paragraph and a policy for each given role of some services and jobs that must allow anything."""
    for service in blueprint.tasks:
        for role in service.given_roles if service.key in services else ():
            if role.statements:
                yield _text_of_role(blueprint, service, role)


def _text_of_role(blueprint: Blueprint, service: Task, role: GivenRole) -> str:
    statements = [_statement(each, blueprint, service, role) for each in role.statements]
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements}, indent=2)
    return (
        f'The {role.purpose} role of "{service.key}" is given ({in_line(role.arn)}).\n'
        f"It must trust ecs-tasks.amazonaws.com, and allow what this policy allows:\n\n{policy}\n"
    )


def _statement(
    statement: Statement, blueprint: Blueprint, service: Task, role: GivenRole
) -> dict[str, object]:
    said = statement.resources
    resources = [_resource(each, blueprint, service, role) for each in _in_list(said)]
    return {
        "Sid": statement.sid,
        "Effect": "Allow",
        "Action": statement.actions,
        "Resource": resources if isinstance(said, tuple) else resources[0],
    }


def _in_list(said: Ref | str | tuple[Ref | str, ...]) -> tuple[Ref | str, ...]:
    return said if isinstance(said, tuple) else (said,)


def _resource(resource: Ref | str, blueprint: Blueprint, service: Task, role: GivenRole) -> str:
    """The ARN; in place of a value that only Terraform knows, the expression that has it in the root."""
    if not isinstance(resource, Ref):
        return resource
    if isinstance(resource, VariableRef):
        return f"${{{_in_root(resource, blueprint)}}}"
    if "elasticfilesystem" in resource or "aws_efs" in resource:
        return f"arn:{blueprint.partition}:elasticfilesystem:{service.region}:*:file-system/*"
    account = "*" if isinstance(role.arn, Ref) else role.arn.split(":")[4]  # the log streams of the service
    return f"arn:{blueprint.partition}:logs:{service.region}:{account}:log-group:{service.log_group}:*"


def _in_root(variable: VariableRef, blueprint: Blueprint) -> str:
    """What the root gives the services module for a variable."""
    inputs = (each for module in blueprint.modules if module.label == SERVICES for each in module.inputs)
    given = (each.value for each in inputs if each.variable.label == variable.label)
    return next((value for value in given if isinstance(value, str)), variable)
