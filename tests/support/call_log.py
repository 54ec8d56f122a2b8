"""The calls that Terraform made of the emulator while it applied a change, in their order, by address.

What Terraform does first is not believed but looked at: `support.moto_server` keeps every call that changes
something, with its time. Here each is given the address of the resource that it made, changed or took away,
found by the IDs that the states before and after the change know.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
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
    "Service": "aws_(ecs|service_discovery)_service",
    "Namespace": "aws_service_discovery_.*_namespace",
    "HttpNamespace": "aws_service_discovery_http_namespace",
    "PrivateDnsNamespace": "aws_service_discovery_private_dns_namespace",
    "Cluster": "aws_ecs_cluster",
    "Schedule": "aws_scheduler_schedule",
    "Queue": "aws_sqs_queue",
    "Role": "aws_iam_role",
    "LogGroup": "aws_cloudwatch_log_group",
    "Repository": "aws_ecr_repository",
    "LifecyclePolicy": "aws_ecr_lifecycle_policy",
    "PullThroughCacheRule": "aws_ecr_pull_through_cache_rule",
    "RepositoryCreationTemplate": "aws_ecr_repository_creation_template",
    "FlowLogs": "aws_flow_log",
    "Bucket": "aws_s3_bucket",
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
    "ModifySecurityGroupRules": ("update", "aws_vpc_security_group_.*_rule"),
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
    "PutLifecyclePolicy": ("create", "aws_ecr_lifecycle_policy"),
    "ModifyLoadBalancerAttributes": ("update", "aws_lb"),
    "AssociateKmsKey": ("update", "aws_cloudwatch_log_group"),
    "DisassociateKmsKey": ("update", "aws_cloudwatch_log_group"),
    "PutMetricAlarm": ("create", "aws_cloudwatch_metric_alarm"),
    "DeleteAlarms": ("delete", "aws_cloudwatch_metric_alarm"),
}
# What a request names of a resource that has no ID of AWS's.
_NAMES = {
    "aws_iam_role": ("name",),
    "aws_iam_role_policy": ("role", "name"),
    "aws_iam_role_policy_attachment": ("role", "policy_arn"),
    "aws_cloudwatch_log_group": ("name",),
    "aws_cloudwatch_metric_alarm": ("alarm_name",),
    "aws_ecr_pull_through_cache_rule": ("ecr_repository_prefix",),
    "aws_ecr_repository_creation_template": ("prefix",),
}
_VERBS = {"Create": "create", "Delete": "delete", "Modify": "update", "Update": "update"}


Resources = Sequence[Mapping[str, Any]]


def resources_in(folder: Path) -> Resources:
    """What the state of an applied stack knows. `terraform show` says the same, after it has loaded the
    provider's schemas, which takes seconds."""
    state = json.loads((folder / "terraform.tfstate").read_text())
    return [
        {"type": each["type"], "address": _address(each, instance), "values": instance["attributes"]}
        for each in state["resources"]
        for instance in each["instances"]
    ]


def _address(resource: Mapping[str, Any], instance: Mapping[str, Any]) -> str:
    key = f"[{json.dumps(instance['index_key'])}]" if "index_key" in instance else ""
    parts = [resource["module"]] if "module" in resource else []
    return ".".join([*parts, resource["type"], resource["name"]]) + key


def steps(calls: Iterable[LoggedCall], before: Resources, after: Resources) -> list[Step]:
    """The calls as steps, by what the states before and after them know."""
    calls, known = list(calls), [*before, *after]
    return [step for call in calls for step in _steps(call, known, calls[0].at)]


def _steps(call: LoggedCall, known: Resources, start: float) -> Iterator[Step]:
    found = _kind(call.action)
    if found is None:
        return
    verb, kind = found
    ways = (each for each in known if re.fullmatch(kind, each["type"]) and _is_about(call, each, verb))
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
    values, kind = resource["values"], resource["type"]
    text = call.answer if verb == "create" else call.asked
    if kind in _NAMES:
        return all(json.dumps(values[each]) in call.asked for each in _NAMES[kind])
    if kind.endswith("_namespace") or (kind == "aws_ecs_service" and verb != "create"):
        return any(json.dumps(values[each]) in call.asked for each in ("id", "name"))
    match kind:
        case "aws_route":
            to = values["destination_cidr_block"] or values["destination_ipv6_cidr_block"]
            return all(json.dumps(each) in call.asked for each in (values["route_table_id"], to))
        case "aws_service_discovery_service":  # ECS names it, too, in an ARN
            return json.dumps(values["id"]) in text
        case "aws_scheduler_schedule":
            return call.asked.startswith(f"/schedules/{values['name']} ")
    return str(values["arn" if kind == "aws_ecs_task_definition" else "id"]) in text
