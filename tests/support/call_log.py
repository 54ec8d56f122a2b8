"""The calls that Terraform made of the emulator while it applied a change, in their order, by address.

What Terraform does first is not believed but looked at: `support.moto_server` keeps every call that changes
something, with its time. Here each is given the address of the resource that it made, changed or took away,
found by the IDs that the states before and after the change know.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from support.moto_server import LoggedCall


class Step(NamedTuple):
    """One call: `verb` is create, update or delete."""

    verb: str
    address: str
    call: str
    seconds: float

    def __str__(self) -> str:
        return f"{self.seconds:6.1f} {self.verb} {self.address} ({self.call})"


# Which type of resource a call is about. What is not here (attributes, tags at creation) follows from these.
_TYPES = {
    "Route": "aws_route",
    "RouteTable": "aws_route_table",
    "VpcEndpoint": "aws_vpc_endpoint",
    "VpcEndpoints": "aws_vpc_endpoint",
    "NatGateway": "aws_nat_gateway",
    "Subnet": "aws_subnet",
    "SecurityGroup": "aws_security_group",
    "TargetGroup": "aws_lb_target_group",
    "Rule": "aws_lb_listener_rule",
    "Listener": "aws_lb_listener",
    "LoadBalancer": "aws_lb",
    "Service": "aws_ecs_service",
}
_CALLS = {
    "AllocateAddress": ("create", "aws_eip"),
    "ReleaseAddress": ("delete", "aws_eip"),
    "AssociateRouteTable": ("create", "aws_route_table_association"),
    "DisassociateRouteTable": ("delete", "aws_route_table_association"),
    "AuthorizeSecurityGroupEgress": ("create", "aws_vpc_security_group_egress_rule"),
    "AuthorizeSecurityGroupIngress": ("create", "aws_vpc_security_group_ingress_rule"),
    "RevokeSecurityGroupEgress": ("delete", "aws_vpc_security_group_egress_rule"),
    "RevokeSecurityGroupIngress": ("delete", "aws_vpc_security_group_ingress_rule"),
    "ModifySecurityGroupRules": ("update", "aws_vpc_security_group_*_rule"),
    "RegisterTaskDefinition": ("create", "aws_ecs_task_definition"),
    "DeregisterTaskDefinition": ("delete", "aws_ecs_task_definition"),
    "SetRulePriorities": ("update", "aws_lb_listener_rule"),
    "SetSubnets": ("update", "aws_lb"),
    "RequestCertificate": ("create", "aws_acm_certificate"),
    "DeleteCertificate": ("delete", "aws_acm_certificate"),
    "TagResource": ("update", "aws_ecs_service"),
    "ReplaceRoute": ("update", "aws_route"),
    "PutBucketPolicy": ("create", "aws_s3_bucket_policy"),
    "DeleteBucketPolicy": ("delete", "aws_s3_bucket_policy"),
    "PutRolePolicy": ("create", "aws_iam_role_policy"),
    "DeleteRolePolicy": ("delete", "aws_iam_role_policy"),
    "AttachRolePolicy": ("create", "aws_iam_role_policy_attachment"),
    "DetachRolePolicy": ("delete", "aws_iam_role_policy_attachment"),
    "CreateRepository": ("create", "aws_ecr_repository"),
    "DeleteRepository": ("delete", "aws_ecr_repository"),
    "PutLifecyclePolicy": ("create", "aws_ecr_lifecycle_policy"),
    "DeleteLifecyclePolicy": ("delete", "aws_ecr_lifecycle_policy"),
    "CreateFlowLogs": ("create", "aws_flow_log"),
    "DeleteFlowLogs": ("delete", "aws_flow_log"),
    "CreateBucket": ("create", "aws_s3_bucket"),
    "DeleteBucket": ("delete", "aws_s3_bucket"),
    "ModifyLoadBalancerAttributes": ("update", "aws_lb"),
}
_VERBS = {"Create": "create", "Delete": "delete", "Modify": "update", "Update": "update"}


def steps(calls: Iterable[LoggedCall], *states: Mapping[str, Any]) -> list[Step]:
    """The calls as steps; `states` are those before and after, as `terraform show -json` tells them."""
    calls = list(calls)
    known = [resource for state in states for resource in _resources(state)]
    return [step for call in calls for step in _steps(call, known, calls[0].at)]


def _steps(call: LoggedCall, known: list[Mapping[str, Any]], start: float) -> Iterator[Step]:
    found = _kind(call.action)
    if found is None:
        return
    verb, kind = found
    pattern = re.compile(kind.replace("*", ".*"))
    ways = (each for each in known if pattern.fullmatch(each["type"]) and _is_about(call, each, verb))
    for address in sorted({each["address"] for each in ways}):
        yield Step(verb, address, call.action, call.at - start)


def _kind(action: str) -> tuple[str, str] | None:
    if action in _CALLS:
        return _CALLS[action]
    word = re.match("Create|Delete|Modify|Update", action)
    kind = _TYPES.get(action.removeprefix(word[0])) if word else None
    return (_VERBS[word[0]], kind) if word and kind else None


def _is_about(call: LoggedCall, resource: Mapping[str, Any], verb: str) -> bool:
    """Whether a call names the resource, by what only it has; a new one is named in the answer."""
    values = resource["values"]
    text = call.answer if verb == "create" else call.asked
    match resource["type"]:
        case "aws_route":
            to = values["destination_cidr_block"] or values["destination_ipv6_cidr_block"]
            named = (values["route_table_id"], to)
            return all(json.dumps(each) in call.asked for each in named)
        case "aws_ecs_service" if verb != "create":
            return json.dumps(values["id"]) in text or json.dumps(values["name"]) in text
        case "aws_iam_role_policy":
            return all(json.dumps(values[each]) in call.asked for each in ("role", "name"))
        case "aws_iam_role_policy_attachment":
            return all(json.dumps(values[each]) in call.asked for each in ("role", "policy_arn"))
        case "aws_ecs_task_definition":
            return values["arn"] in text
    return str(values["id"]) in text


def _resources(state: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    modules = [state["values"]["root_module"]]
    for module in modules:  # which grows
        modules += module.get("child_modules", ())
        yield from module.get("resources", ())
