# ruff: noqa: E501 - tables with a row a line
"""Overrides in the eyes of rules and proofs: what closes a way is noticed, what changes nothing is not."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from strategies import Data, laws, specs
from strategies import outcome_of as valid
from support.accepted import shown
from support.page_walk import Walk

from tfgen.facts import provider
from tfgen.output.compare import Changes
from tfgen.overridden.bearing import HARMLESS as BEARS_NOT
from tfgen.overridden.resource import (
    Blocks,
    Expression,
    Json,
    Resource,
    Tree,
    body_of,
    inner_tree,
    plain_value,
)
from tfgen.pipe import Outcome, run_text
from tfgen.problems import Location, Problem, report_problems
from tfgen.reach import explain, walks
from tfgen.reach.model import OK, TAKEN, Flow
from tfgen.render.overrides import resource_addresses
from tfgen.render.pages import render_pages
from tfgen.routing.answer import answer_request
from tfgen.routing.report import as_data, as_text
from tfgen.routing.request import read_request as request
from tfgen.spec.source import dump_yaml
from tfgen.summary import summarize

ROOT = Path(__file__).parent.parent
REGISTRY = "123456789012.dkr.ecr.us-east-1.amazonaws.com"
SECRET = "arn:aws:secretsmanager:us-east-1:123456789012:secret:db-a1b2c3"
STACK = f"""\
name: shop
region: us-east-1
network: {{egress: EGRESS}}
services:
  web:
    image: {REGISTRY}/web:1
    port: 3000
    routes: [/, /shop]
    calls: [api]
    exec: true
  api:
    image: {REGISTRY}/api:1
    port: 5000
    routes: [/api]
    connect: api
    secrets: {{DB_URL: "{SECRET}"}}
    uses: [s3]
"""


def with_override(egress: str, address: str, patch: Any) -> str:
    return STACK.replace("EGRESS", egress) + dump_yaml({"overrides": {address: patch}})


@cache
def without(egress: str) -> Outcome:
    return run_text(STACK.replace("EGRESS", egress), "shop.yaml")


def outcome_of(egress: str, address: str, patch: Any) -> Outcome:
    return run_text(with_override(egress, address, patch), "shop.yaml")


def new(egress: str, address: str, patch: Any) -> list[Problem]:
    """What is said because of an override."""
    outcome = outcome_of(egress, address, patch)
    assert outcome.blueprint, outcome.problems
    assert not outcome.failed, outcome.problems
    old = {(each.code, each.message) for each in without(egress).problems}
    return [each for each in outcome.problems if (each.code, each.message) not in old]


NETWORK, BALANCER, SERVICES = "module.network.", "module.load_balancer.", "module.services."
RULE = "aws_vpc_security_group_{}_rule."
IN, OUT = RULE.format("ingress"), RULE.format("egress")
WEB, API = f"{SERVICES}aws_ecs_service.web", f"{SERVICES}aws_ecs_service.api"
TASK = f"{SERVICES}aws_ecs_task_definition.web"
CALLEE = f"{SERVICES}aws_ecs_task_definition.api"
CONNECT = "service_connect_configuration"
CLOSED = '{"Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::mine/*"}]}'
LAYERS = CLOSED.replace("mine", "prod-us-east-1-starport-layer-bucket")

IPV6 = "nat, ipv6: true"

# egress, address, patch, and what the warning says
BREAKING: list[tuple[str, str, Any, str]] = [
    # names
    ("endpoints", f"{NETWORK}aws_vpc.main", {"enable_dns_hostnames": False}, "cannot reach the ECR API, the ECR reg"),
    ("endpoints", f"{NETWORK}aws_vpc.main", {"enable_dns_hostnames": None}, "private DNS without enable_dns_hostnames"),
    ("nat", f"{NETWORK}aws_vpc.main", {"enable_dns_support": "false"}, "no name can be resolved"),
    ("endpoints", f"{NETWORK}aws_vpc_endpoint.logs", {"private_dns_enabled": False}, "cannot reach CloudWatch Logs"),
    ("nat+endpoints", f"{NETWORK}aws_vpc_endpoint.logs", {"private_dns_enabled": False}, "bypasses the VPC endpoint"),
    ("endpoints", f"{NETWORK}aws_vpc_endpoint.ecs_agent", {"private_dns_enabled": False}, "is unknown"),
    # endpoints
    ("endpoints", f"{NETWORK}aws_vpc_endpoint.ecr_api", {"subnet_ids": []}, "is in no subnet"),
    ("endpoints", f"{NETWORK}aws_vpc_endpoint.ecr_api", {"subnet_ids": ["subnet-1"]}, "is unknown"),
    ("endpoints", f"{NETWORK}aws_vpc_endpoint.ecr_dkr", {"security_group_ids": None}, "default security group"),
    ("endpoints", f"{NETWORK}aws_vpc_endpoint.ecr_dkr", {"security_group_ids": ["sg-1"]}, "is unknown"),
    ("endpoints", f"{NETWORK}aws_vpc_endpoint.secretsmanager", {"policy": "{}"}, "reach Secrets Manager is unknown"),
    ("endpoints", f"{NETWORK}aws_vpc_endpoint.s3", {"policy": CLOSED}, "does not allow reading"),
    ("endpoints", f"{NETWORK}aws_vpc_endpoint.s3", {"policy": LAYERS}, "whether \"api\" can reach S3 is unknown"),
    ("endpoints", f"{NETWORK}aws_vpc_endpoint.s3", {"route_table_ids": []}, "cannot reach S3"),
    ("endpoints", f"{NETWORK}aws_vpc_endpoint.s3", {"route_table_ids": ["rtb-1"]}, "is unknown"),
    ("endpoints", f"{NETWORK}aws_vpc_endpoint.s3", {"service_name": "com.amazonaws.us-east-1.dynamodb"}, "is unknown"),
    ("endpoints", f"{NETWORK}aws_security_group.endpoints", {"vpc_id": "vpc-1"}, "is unknown"),
    ("endpoints", f"{NETWORK}{IN}endpoints_from_vpc", {"from_port": 80, "to_port": 80}, "does not allow these tasks"),
    ("endpoints", f"{NETWORK}{IN}endpoints_from_vpc", {"cidr_ipv4": "192.0.2.0/24"}, "does not allow these tasks"),
    ("endpoints", f"{NETWORK}{IN}endpoints_from_vpc", {"ip_protocol": "udp"}, "does not allow these tasks"),
    ("endpoints", f"{NETWORK}{IN}endpoints_from_vpc", {"cidr_ipv4": None, "cidr_ipv6": "::/0"}, "does not allow"),
    ("endpoints", f"{NETWORK}{IN}endpoints_from_vpc", {"security_group_id": "sg-1"}, "is unknown"),
    # routes
    ("nat", f"{NETWORK}aws_route.private_internet", {"destination_cidr_block": "198.18.0.0/15"}, "have no route to"),
    ("nat", f"{NETWORK}aws_route.private_internet", {"nat_gateway_id": "nat-1"}, "is unknown"),
    ("nat", f"{NETWORK}aws_route.public_internet", {"destination_cidr_block": "198.18.0.0/15"}, "have no route to"),
    ("nat", f"{NETWORK}aws_route.public_internet", {"gateway_id": "igw-1"}, "is unknown"),
    ("nat", f"{NETWORK}aws_nat_gateway.main", {"connectivity_type": "private", "allocation_id": None}, "is private"),
    ("nat", f"{NETWORK}aws_nat_gateway.main", {"subnet_id": "subnet-1"}, "is unknown"),
    ("nat", f"{NETWORK}aws_route_table_association.private", {"route_table_id": "rtb-1"}, "is unknown"),
    ("nat", f"{NETWORK}aws_route_table.private", {"route": [{"cidr_block": "0.0.0.0/0"}]}, "is unknown"),
    ("nat", f"{NETWORK}aws_internet_gateway.main", {"vpc_id": "vpc-1"}, "is unknown"),
    ("nat", f"{NETWORK}aws_subnet.private", {"cidr_block": "10.9.0.0/24"}, "is unknown"),
    # security groups of tasks
    ("nat", f"{SERVICES}{OUT}web_to_internet", {"from_port": 8443, "to_port": 8443}, "does not allow outbound connections to"),
    ("nat", f"{SERVICES}{OUT}web_to_internet", {"cidr_ipv4": "10.0.0.0/8"}, "does not allow outbound connections to"),
    ("nat", f"{SERVICES}{OUT}web_to_api", {"to_port": 4999, "from_port": 1}, "\"web\" cannot reach \"api\""),
    ("nat", f"{SERVICES}{OUT}web_to_api", {"referenced_security_group_id": "sg-1"}, "is unknown"),
    ("nat", f"{SERVICES}{IN}api_from_web", {"ip_protocol": "udp"}, "\"web\" cannot reach \"api\""),
    ("nat", f"{SERVICES}{IN}web_from_load_balancer", {"from_port": 1, "to_port": 2}, "does not allow the load balancer"),
    ("nat", f"{SERVICES}{OUT}load_balancer_to_web", {"from_port": 1, "to_port": 2}, "load balancer's security group"),
    ("nat", f"{SERVICES}aws_security_group.web", {"egress": []}, "is unknown"),
    # the load balancer
    ("nat", f"{BALANCER}aws_lb.main", {"internal": True}, "clients on the internet cannot reach it"),
    ("nat", f"{BALANCER}aws_lb.main", {"subnets": ["subnet-1"]}, "is unknown"),
    ("nat", f"{BALANCER}aws_lb.main", {"security_groups": ["sg-1"]}, "is unknown"),
    ("nat", f"{BALANCER}aws_lb.main", {"load_balancer_type": "network"}, "is unknown"),
    ("nat", f"{BALANCER}aws_lb_listener.http", {"port": 8080}, "allows no clients on port 8080"),
    ("nat", f"{BALANCER}aws_lb_listener.http", {"protocol": "HTTPS"}, "is unknown"),
    ("nat", f"{BALANCER}{IN}http_from_world", {"from_port": 81, "to_port": 81}, "allows no clients on port 80"),
    ("nat", f"{BALANCER}{IN}http_from_world", {"cidr_ipv4": "10.0.0.0/8"}, "allows only private addresses"),
    # IPv6
    (IPV6, f"{NETWORK}aws_vpc.main", {"assign_generated_ipv6_cidr_block": False}, "have no IPv6 range"),
    (IPV6, f"{NETWORK}aws_route.private_internet_ipv6", {"destination_ipv6_cidr_block": "2001:db8::/32"},
     "the private subnets have no route to the internet by IPv6"),
    (IPV6, f"{NETWORK}aws_route.private_internet_ipv6", {"egress_only_gateway_id": "eigw-1"}, "is unknown"),
    (IPV6, f"{NETWORK}aws_route.public_internet_ipv6", {"destination_ipv6_cidr_block": "2001:db8::/32"},
     "the public subnets have no route to the internet by IPv6"),
    (IPV6, f"{NETWORK}aws_subnet.private", {"ipv6_cidr_block": None}, "the private subnets have no IPv6 range"),
    (IPV6, f"{NETWORK}aws_subnet.public", {"ipv6_cidr_block": None}, "the public subnets have no IPv6 range"),
    (IPV6, f"{NETWORK}aws_subnet.private", {"ipv6_cidr_block": "2001:db8:0:7::/64"}, "is unknown"),
    (IPV6, f"{SERVICES}{OUT}web_to_internet_ipv6", {"cidr_ipv6": "2001:db8::/32"}, "does not allow outbound"),
    (IPV6, f"{BALANCER}{IN}http_from_world_ipv6", {"cidr_ipv6": "fd00::/8"}, "allows only private addresses"),
    ("nat", f"{BALANCER}aws_lb.main", {"ip_address_type": "dualstack-without-public-ipv4"}, "allows no clients"),
    # listener rules and target groups
    ("nat", f"{SERVICES}aws_lb_listener_rule.api", {"action": {"type": "fixed-response", "target_group_arn": None,
     "fixed_response": {"content_type": "text/plain", "status_code": "503"}}}, "is fixed-response"),
    ("nat", f"{SERVICES}aws_lb_listener_rule.api", {"action": {"target_group_arn": "arn:aws:x"}}, "is unknown"),
    ("nat", f"{SERVICES}aws_lb_listener_rule.api", {"condition": {"path_pattern": {"values": ["/v2"]}}}, "no longer matches"),
    ("nat", f"{SERVICES}aws_lb_listener_rule.api", {"listener_arn": "arn:aws:x"}, "is unknown"),
    ("nat", f"{SERVICES}aws_lb_target_group.web", {"target_type": "instance"}, "is unknown"),
    ("nat", f"{SERVICES}aws_lb_target_group.web", {"protocol": "HTTPS"}, "is unknown"),
    ("nat", f"{SERVICES}aws_lb_target_group.web", {"health_check": {"port": "9000"}}, "does not allow"),
    # ECS services
    ("nat", WEB, {"network_configuration": {"security_groups": ["sg-1"]}}, "is unknown"),
    ("nat", WEB, {"network_configuration": {"subnets": ["subnet-1"]}}, "is unknown"),
    ("public", WEB, {"network_configuration": {"assign_public_ip": False}}, "the tasks have no public address"),
    ("nat", WEB, {"load_balancer": {"container_port": 3001}}, "which its container does not map"),
    ("nat", WEB, {"load_balancer": []}, "registers its tasks in no target group"),
    ("nat", WEB, {"load_balancer": {"container_name": "other"}}, "is unknown"),
    ("nat", WEB, {"launch_type": "EC2"}, "is unknown"),
    ("nat", WEB, {"task_definition": "web:7"}, "is unknown"),
    ("nat", WEB, {CONNECT: {"enabled": False}}, "\"web\" is not in the Service Connect namespace"),
    ("nat", API, {CONNECT: {"enabled": False}}, "\"api\" is not in the Service Connect namespace"),
    ("nat", API, {CONNECT: None}, "\"api\" is not in the Service Connect namespace"),
    ("nat", API, {CONNECT: {"namespace": "other"}}, "is unknown"),
    ("nat", API, {CONNECT: {"service": []}}, "\"api\" offers no Service Connect name"),
    ("nat", API, {CONNECT: {"service": {"port_name": "other"}}}, "maps no port named other"),
    ("nat", API, {CONNECT: {"service": {"client_alias": {"port": 6000, "dns_name": "api"}}}}, "which its callers"),
    ("nat", API, {CONNECT: {"service": {"ingress_port_override": 9000}}}, "is unknown"),
    # task definitions
    ("nat", TASK, {"execution_role_arn": "arn:aws:iam::123456789012:role/other"}, "is unknown"),
    ("nat", TASK, {"network_mode": "host"}, "is unknown"),
    ("endpoints", TASK, {"container_definitions": {"image": "nginx:1.27"}}, "\"web\" cannot reach docker.io"),
    ("nat", TASK, {"container_definitions": {"image": f"{REGISTRY}/other:1"}}, "may only pull web"),
    ("nat", TASK, {"container_definitions": {"portMappings": [{"containerPort": 3001}]}}, "does not map port 3000"),
    ("nat", CALLEE, {"container_definitions": {"portMappings": [{"containerPort": 5000}]}}, "maps no port named"),
    ("nat", TASK, {"container_definitions": {"name": "other"}}, "is unknown"),
    ("nat", TASK, {"container_definitions": {"logConfiguration": {"logDriver": "awsfirelens"}}}, "Logs is unknown"),
    ("nat", CALLEE, {"container_definitions": {"secrets": [{"name": "A", "valueFrom": "/a"}]}}, "is unknown"),
    ("nat", TASK, {"container_definitions": [{"name": "a"}, {"name": "b"}]}, "is unknown"),
    # roles
    ("nat", f"{SERVICES}aws_iam_role.web_execution", {"assume_role_policy": "{}"}, "is unknown"),
    ("nat", f"{SERVICES}aws_iam_role_policy.web_execution", {"policy": "{}"}, "is unknown"),
    ("nat", f"{SERVICES}aws_iam_role_policy.web_task", {"policy": "{}"}, "reach Session Manager (ssmmessages) is unknown"),
    ("nat", f"{SERVICES}aws_ecs_cluster_capacity_providers.main", {"capacity_providers": ["other"]}, "is unknown"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("egress", "address", "patch", "says"),
    BREAKING,
    ids=[
        f"{address.rpartition('.')[0].rpartition('.')[2]}-{patch}"[:70] for _, address, patch, _ in BREAKING
    ],
)
def test_an_override_that_breaks_a_network_path_is_noticed(
    egress: str, address: str, patch: Any, says: str
) -> None:
    found = [each for each in new(egress, address, patch) if each.code == "TG365"]
    assert len(found) == 1, found
    assert says in found[0].message
    assert found[0].hint
    text = with_override(egress, address, patch).splitlines()
    assert found[0].at.line > text.index("overrides:")


def test_there_are_enough() -> None:
    assert len(BREAKING) >= 40
    assert len({address.split(".")[-2] for _, address, _, _ in BREAKING}) >= 15


# --- what changes nothing


def leaves(value: Any) -> Any:
    """A value of a page as a spec says it, without what only Terraform knows; None where nothing is left."""
    if isinstance(value, Json):
        value = value.value
    inner = inner_tree(value)
    if inner is not None:
        # A patch replaces a list of a container whole: environment, secrets.
        whole = [key for key, item in inner.items() if not _is_plain_list(item) or _is_whole(item)]
        found = {key: left for key in whole if (left := leaves(inner[key])) is not None}
        return found or None
    return plain_value(value) if _is_whole(value) else None


def _is_plain_list(value: Any) -> bool:
    return isinstance(value, list) and not isinstance(value, Blocks)


def _is_whole(value: Any) -> bool:
    if isinstance(value, Expression):
        return False
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return all(map(_is_whole, items))


def repeated(pages: dict[str, str], address: str) -> Tree:
    """All that the page of a resource says, as an override of it that changes nothing.

    What becomes JSON can be patched where it is containers.
    """
    kind = address.split(".")[-2]
    body = body_of(pages[resource_addresses(pages)[address]], address)
    said = leaves({key: value for key, value in body.items() if key not in _OF_TERRAFORM})
    known = provider.resource_schema(kind) or {}
    return {key: value for key, value in (said or {}).items() if key in known and key != "policy"}


_OF_TERRAFORM = ("for_each", "depends_on", "lifecycle")


def said(outcome: Outcome) -> list[tuple[str, str, str]]:
    return sorted((each.code, each.severity, each.message) for each in outcome.problems)


@pytest.mark.parametrize("egress", ["public", "nat", "endpoints", "nat+endpoints"])
def test_to_repeat_what_is_rendered_says_nothing(egress: str) -> None:
    outcome = without(egress)
    assert outcome.blueprint
    pages = outcome.pages()
    repeats = {address: repeated(pages, address) for address in resource_addresses(pages)}
    for address, patch in repeats.items():
        if patch:
            assert new(egress, address, patch) == [], (address, patch)
    together = {address: patch for address, patch in repeats.items() if patch}
    assert len(together) > 30
    whole = run_text(STACK.replace("EGRESS", egress) + dump_yaml({"overrides": together}), "shop.yaml")
    assert said(whole) == said(outcome)


@laws(40)
@given(specs(most=4), st.data())
def test_to_repeat_what_is_rendered_says_nothing_of_any_stack(spec: Data, data: st.DataObject) -> None:
    plain_ = valid(spec)
    assert plain_.blueprint
    pages = plain_.pages()
    assume(resource_addresses(pages))  # beside what exists a stack without services may make nothing
    chosen = data.draw(
        st.lists(st.sampled_from(sorted(resource_addresses(pages))), min_size=1, max_size=4, unique=True)
    )
    overrides = {address: patch for address in chosen if (patch := repeated(pages, address))}
    again = run_text(dump_yaml({**spec, "overrides": overrides}), "spec.yaml")
    assert said(again) == said(plain_)
    assert again.overridden is again.blueprint


def test_the_spec_in_other_words_says_nothing() -> None:
    """Where the page has a reference, the same as text."""
    image = {"container_definitions": {"image": f"{REGISTRY}/web:1"}}
    logs = {"container_definitions": {"logConfiguration": {"options": {"awslogs-group": "/ecs/shop/web"}}}}
    outcome = without("nat")
    assert outcome.blueprint
    own = outcome.blueprint.services[1]
    for patch in (image, logs, {"cpu": str(own.cpu)}, {"memory": float(own.memory)}):
        assert new("nat", TASK, patch) == []


TRUST = (
    '{"Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"Service":"ecs-tasks.amazonaws.com"},'
    '"Condition":{"StringEquals":{"aws:SourceAccount":"123456789012"}}}]}'
)
STARTS = (
    '{"Statement":[{"Effect":"Allow","Action":["ecr:GetAuthorizationToken","ecr:Batch*","ecr:GetDownloadUrlForLayer"],'
    '"Resource":"*"},{"Effect":"Allow","Action":"logs:*","Resource":"arn:aws:logs:*:*:log-group:/ecs/shop/web:*"}]}'
)
HARMLESS: list[tuple[str, Any]] = [
    (f"{NETWORK}aws_vpc.main", {"tags": {"Name": "other"}, "enable_network_address_usage_metrics": True}),
    (f"{NETWORK}aws_vpc_endpoint.s3", {"tags": {"Team": "a"}}),
    (f"{NETWORK}aws_vpc_endpoint.s3", {"policy": '{"Statement":[{"Effect":"Allow","Principal":"*",'
     '"Action":"*","Resource":"*"}]}'}),
    (f"{NETWORK}aws_nat_gateway.main", {"allocation_id": "eipalloc-0123456789abcdef0"}),
    (f"{NETWORK}aws_subnet.private", {"enable_resource_name_dns_a_record_on_launch": True}),
    (f"{BALANCER}aws_lb.main", {"idle_timeout": 30, "access_logs": {"bucket": "shop-logs", "enabled": True}}),
    (f"{BALANCER}aws_lb.main", {"enable_deletion_protection": True, "name": "shop-web"}),
    (f"{BALANCER}aws_lb.main", {"ip_address_type": "ipv4"}),
    (f"{BALANCER}aws_lb_listener.http", {"protocol": "HTTPS", "certificate_arn": "arn:aws:acm:us-east-1:1:c/a",
     "ssl_policy": "ELBSecurityPolicy-TLS13-1-2-2021-06"}),
    (f"{SERVICES}aws_lb_target_group.web", {"deregistration_delay": 10, "slow_start": 30}),
    (f"{SERVICES}aws_lb_target_group.web", {"stickiness": {"type": "lb_cookie", "cookie_duration": 60}}),
    (f"{SERVICES}aws_lb_target_group.web", {"health_check": {"path": "/healthz", "matcher": "200-399"}}),
    (f"{SERVICES}aws_lb_target_group.web", {"health_check": {"interval": 20, "timeout": 10}}),
    (f"{SERVICES}aws_lb_target_group.web", {"port": 80}),
    (f"{SERVICES}aws_lb_listener_rule.api", {"tags": {"Team": "a"}}),
    (f"{SERVICES}aws_lb_listener_rule.api", {"condition": {"path_pattern": {"values": ["/api", "/api/*", "/v2"]}}}),
    (f"{SERVICES}aws_cloudwatch_log_group.web", {"retention_in_days": 400, "kms_key_id": "arn:aws:kms:x"}),
    (f"{SERVICES}aws_iam_role.web_execution", {"assume_role_policy": TRUST}),
    (CALLEE, {"task_role_arn": "arn:aws:iam::123456789012:role/web"}),
    (f"{SERVICES}aws_iam_role_policy.web_execution", {"policy": STARTS}),
    (f"{SERVICES}aws_iam_role.web_task", {"permissions_boundary": "arn:aws:iam::123456789012:policy/b"}),
    (f"{SERVICES}aws_iam_role.web_task", {"managed_policy_arns": ["arn:aws:iam::aws:policy/ReadOnlyAccess"]}),
    (f"{SERVICES}{IN}web_from_load_balancer", {"description": "other"}),
    (f"{SERVICES}{OUT}web_to_api", {"from_port": 1, "to_port": 65535}),
    (f"{SERVICES}{OUT}web_to_api", {"ip_protocol": "-1", "from_port": None, "to_port": None}),
    (WEB, {"desired_count": 4, "wait_for_steady_state": True, "enable_ecs_managed_tags": False}),
    (WEB, {"lifecycle": {"ignore_changes": ["desired_count"]}}),
    (WEB, {"health_check_grace_period_seconds": 120, "deployment_circuit_breaker": {"rollback": False}}),
    (WEB, {"force_new_deployment": True, "capacity_provider_strategy": [
        {"capacity_provider": "FARGATE_SPOT", "weight": 1}]}),
    (WEB, {"platform_version": "1.4.0", "enable_execute_command": True}),
    (API, {CONNECT: {"service": {"timeout": {"idle_timeout_seconds": 60, "per_request_timeout_seconds": 30}}}}),
    (TASK, {"cpu": 512, "memory": 1024, "container_definitions": {"readonlyRootFilesystem": True}}),
    (TASK, {"container_definitions": {"environment": [{"name": "MODE", "value": "a"}], "stopTimeout": 60}}),
    (TASK, {"container_definitions": {"logConfiguration": {"options": {"mode": "non-blocking"}}}}),
    (TASK, {"container_definitions": {"image": f"{REGISTRY}/web:2"}, "ephemeral_storage": {"size_in_gib": 30}}),
    (TASK, {"runtime_platform": {"cpu_architecture": "ARM64"}}),
    (f"{SERVICES}aws_ecs_cluster.main", {"setting": [{"name": "containerInsights", "value": "disabled"}]}),
    (f"{SERVICES}aws_service_discovery_http_namespace.main", {"name": "other"}),
]  # fmt: skip


@pytest.mark.parametrize(("address", "patch"), HARMLESS, ids=range(len(HARMLESS)))
def test_an_override_that_concerns_no_network_path_reports_nothing(address: str, patch: Any) -> None:
    assert [each for each in new("nat", address, patch) if each.severity != "note"] == []


# --- an independent walk over what is rendered last

TEXT_IDS = {"subnet_ids": "subnet-1", "security_group_ids": "sg-1", "route_table_ids": "rtb-1"}
PORTS = st.sampled_from(
    [{"from_port": low, "to_port": high} for low, high in ((1, 2), (443, 443), (1, 65535))]
)
RANGES = st.sampled_from(["10.0.0.0/8", "0.0.0.0/0", "192.0.2.0/24", "52.94.0.0/16"])
RANGES_OF_IPV6 = st.sampled_from(["::/0", "2001:db8::/32", "fd00::/8"])
NO_PEER = dict.fromkeys(["cidr_ipv4", "cidr_ipv6", "referenced_security_group_id", "prefix_list_id"])
OF_A_RULE = st.one_of(
    PORTS,
    RANGES.map(lambda cidr: {**NO_PEER, "cidr_ipv4": cidr}),
    RANGES_OF_IPV6.map(lambda cidr: {**NO_PEER, "cidr_ipv6": cidr}),
)
PATCHES: dict[str, st.SearchStrategy[Any]] = {
    "aws_vpc": st.sampled_from(
        [{"enable_dns_support": False}, {"enable_dns_hostnames": False}, {"enable_dns_support": True},
         {"assign_generated_ipv6_cidr_block": False}, {"assign_generated_ipv6_cidr_block": True}]
    ),
    "aws_route": RANGES.map(lambda cidr: {"destination_cidr_block": cidr})
    | RANGES_OF_IPV6.map(lambda cidr: {"destination_ipv6_cidr_block": cidr}),
    "aws_nat_gateway": st.sampled_from(
        [{"connectivity_type": "private", "allocation_id": None}, {"connectivity_type": "public"}]
    ),
    "aws_vpc_endpoint": st.sampled_from(
        [{"private_dns_enabled": False}, {"private_dns_enabled": True},
         *({name: value} for name, id_ in TEXT_IDS.items() for value in ([], [id_]))]
    ),
    "aws_vpc_security_group_egress_rule": OF_A_RULE,
    "aws_vpc_security_group_ingress_rule": OF_A_RULE,
    "aws_lb": st.sampled_from([{"internal": True}, {"internal": False}, {"subnets": ["subnet-1", "subnet-2"]},
         *({"ip_address_type": each} for each in ("ipv4", "dualstack", "dualstack-without-public-ipv4"))]),
    "aws_lb_listener": st.sampled_from([{"port": 8888}]),
    "aws_ecs_service": st.sampled_from(
        [{"network_configuration": {"assign_public_ip": True}}, {"network_configuration": {"subnets": ["subnet-1"]}},
         {"network_configuration": {"assign_public_ip": False, "security_groups": ["sg-1"]}},
         {"load_balancer": {"container_port": 9999, "target_group_arn": None, "container_name": "x"}}]
    ),
    "aws_ecs_task_definition": st.sampled_from(
        [{"container_definitions": {"portMappings": [{"containerPort": 3001, "name": "web"}]}},
         {"container_definitions": {"portMappings": None}}]
    ),
}  # fmt: skip


def fits(pages: dict[str, str], address: str, patch: Any) -> bool:
    """Whether a patch only names what stands there, so that nothing of it is refused."""
    kind = address.split(".")[-2]
    body = body_of(pages[resource_addresses(pages)[address]], address)
    if kind in ("aws_vpc_endpoint", "aws_route") and not patch.keys() <= body.keys():
        return False
    return kind != "aws_ecs_service" or "load_balancer" not in patch or "load_balancer" in body


def whole_by_pages(walk: Walk, blueprint: Any, flow: Flow) -> bool | None:
    """What the pages say of a flow; None of what that walk does not know."""
    services = {each.key: each for each in blueprint.services}
    scheduled = {each.key: each for each in blueprint.jobs if each.schedules}
    if not (own := (services | scheduled).get(flow.service)):
        return None  # where a job runs that somebody starts, no page says
    here = walk.service(own.label)
    aws = {"the ECR API": "ecr.api", "the ECR registry": "ecr.dkr", "S3": "s3", "CloudWatch Logs": "logs",
           "Secrets Manager": "secretsmanager", "SSM Parameter Store": "ssm",
           "Session Manager (ssmmessages)": "ssmmessages"}  # fmt: skip
    if flow.kind in ("image", "logs", "secret", "exec"):
        return here.reaches_aws(aws[flow.to]) if flow.to in aws else None
    if flow.kind == "call":
        address = flow.what.removeprefix("which it calls").removeprefix(" at ")
        callee = services.get(flow.to.strip('"'))
        if not callee or callee.dns:  # outside the stack, or by a name that no page resolves
            return None
        return here.calls(walk.service(callee.label), address)
    if found := re.fullmatch(r"the internet by IPv6, port ([0-9]+)", flow.to):
        return here.reaches_internet_by_ipv6(int(found[1]))
    return None


@pytest.mark.parametrize(("egress", "count"), [("public", 19), ("nat", 19), ("endpoints", 17)])
def test_proofs_agree_with_a_walk_over_the_files_by_ipv6(egress: str, count: int) -> None:
    """Three routes more, and the default egress of each of the two services, where there is one."""
    outcome = run_text(STACK.replace("EGRESS", f"{egress}, ipv6: true"), "shop.yaml")
    assert compared(outcome) == count
    assert not walks(outcome.overridden or pytest.fail("no blueprint")).failing


@pytest.mark.parametrize("egress", ["public", "nat", "endpoints", "nat+endpoints"])
def test_proofs_agree_with_a_walk_over_the_files(egress: str) -> None:
    """For the stack of the table as it is, so that the walk is known to come somewhere."""
    assert compared(without(egress)) == 14
    found = walks(without(egress).overridden or pytest.fail("no blueprint"))
    assert not found.failing


def compared(outcome: Outcome) -> int:
    """Holds every flow of a stack against its pages; how many there were."""
    assert outcome.blueprint
    assert outcome.overridden
    walk, count = Walk(outcome.pages()), 0
    found = walks(outcome.overridden)
    for flow in found.out:
        whole = whole_by_pages(walk, outcome.blueprint, flow)
        if whole is not None:
            assert (flow.state in (OK, TAKEN)) == whole, (flow, whole)
            count += 1
    fronts = outcome.spec.balancers if outcome.spec else {}
    for own in outcome.blueprint.services:
        flows = [flow for flow in found.into if flow.service == own.key]
        here = walk.service(own.label)
        for route, by_version in zip(own.routes, flows_of_routes(flows), strict=True):
            inside = fronts[route.balancer].is_internal
            for version in (4, 6):
                flow_, whole = (
                    by_version.get(version),
                    here.answers(route.rule, inside=inside, version=version),
                )
                # Without clients of a version, none is looked for.
                assert bool(flow_ and flow_.state in (OK, TAKEN)) == whole, (route, version, flow_)
            count += len(by_version)
    return count


def flows_of_routes(flows: list[Flow]) -> list[dict[int, Flow]]:
    """Those of each route, by the version of IP of its clients: IPv4 comes first."""
    found: list[dict[int, Flow]] = []
    for flow in flows:
        version = 6 if flow.what.endswith(" by IPv6") else 4
        if version == 6 and found and 6 not in found[-1] and f"{found[-1][4].what} by IPv6" == flow.what:
            found[-1][6] = flow
        else:
            found.append({version: flow})
    return found


@laws(120)
@given(specs(most=4), st.data())
def test_proofs_agree_with_a_walk_over_the_files_of_any_stack(spec: Data, data: st.DataObject) -> None:
    plain_ = valid(spec)
    assert plain_.blueprint
    pages = plain_.pages()
    known = [each for each in sorted(resource_addresses(pages)) if each.split(".")[-2] in PATCHES]
    assume(known)  # a stack without services in a VPC that exists has none of these
    overrides = {}
    for address in data.draw(st.lists(st.sampled_from(known), min_size=1, max_size=2, unique=True)):
        patch = data.draw(PATCHES[address.split(".")[-2]])
        if fits(pages, address, patch):
            overrides[address] = patch
    outcome = run_text(dump_yaml({**spec, "overrides": overrides}), "s.yaml")
    refused = [each for each in outcome.problems if each.code.startswith("TG2")]
    # Of a VPC that exists the pages have neither subnets nor routes to walk over.
    if outcome.blueprint and not refused and "vpc" not in spec["network"]:
        compared(outcome)


# --- readers


def problem(outcome: Outcome, code: str) -> Problem:
    (found,) = [each for each in outcome.problems if each.code == code]
    return found


def line(egress: str, address: str, patch: Any, text: str) -> int:
    """The line of the spec in which a text begins a line."""
    lines = with_override(egress, address, patch).splitlines()
    return next(number for number, each in enumerate(lines, 1) if each.strip().startswith(text))


def test_a_rule_speaks_of_the_overridden_value_at_its_line() -> None:
    address, patch = f"{BALANCER}aws_lb.main", {"idle_timeout": 300}
    found = problem(outcome_of("nat", address, patch), "TG316")
    assert "300 s" in found.message
    patch = {CONNECT: {"service": {"timeout": {"per_request_timeout_seconds": 20}}}}
    found = problem(outcome_of("nat", API, patch), "TG316")
    assert "after 20 s" in found.message
    assert found.at.line == line("nat", API, patch, "per_request_timeout_seconds")
    address, patch = f"{SERVICES}aws_lb_target_group.web", {"health_check": {"interval": 5, "timeout": 5}}
    found = problem(run_text(with_override("nat", address, patch), "s.yaml"), "TG303")
    assert found.severity == "warning"
    assert found.at.line == line("nat", address, patch, "interval")
    patch = {"cpu": 256, "memory": 4096}
    found = problem(run_text(with_override("nat", TASK, patch), "s.yaml"), "TG302")
    assert found.at.line == line("nat", TASK, patch, "memory")


def test_an_error_that_an_override_makes_is_a_warning_and_one_of_the_spec_stays() -> None:
    many = {WEB: {"desired_count": 500_000}}
    found = run_text(STACK.replace("EGRESS", "nat") + dump_yaml({"overrides": many}), "s.yaml")
    assert problem(found, "TG340").severity == "warning"
    spec = STACK.replace("EGRESS", "nat, subnets: {private: 24}").replace("exec: true", "count: 4900")
    assert problem(run_text(spec, "s.yaml"), "TG340").severity == "error"
    assert problem(run_text(spec + dump_yaml({"overrides": many}), "s.yaml"), "TG340").severity == "error"


def test_a_rule_looks_into_an_overridden_environment() -> None:
    patch = {"container_definitions": {"environment": [{"name": "AWS_ACCESS_KEY_ID", "value": "AKIA"}]}}
    found = problem(run_text(with_override("nat", TASK, patch), "s.yaml"), "TG314")
    assert found.at.line == line("nat", TASK, patch, "environment")


def test_an_internal_load_balancer_is_for_private_clients() -> None:
    spec = STACK.replace("EGRESS", "nat").replace(
        "services:", "load_balancer: {cidrs: [10.0.0.0/8]}\nservices:"
    )
    text = spec + dump_yaml({"overrides": {f"{BALANCER}aws_lb.main": {"internal": True}}})
    outcome = run_text(text, "s.yaml")
    assert outcome.overridden
    assert not {"TG347", "TG365"} & {each.code for each in outcome.problems}
    assert "TG347" in {each.code for each in run_text(spec, "s.yaml").problems}
    said = "aws_lb.main is internal, in the public subnets: routes from there to clients outside the VPC are yours"
    assert f"given    balancer   {said}" in explain.text(outcome.overridden)


def test_a_network_path_that_cannot_be_known_is_reported_as_such() -> None:
    outcome = outcome_of("endpoints", f"{NETWORK}aws_vpc_endpoint.s3", {"policy": LAYERS})
    assert outcome.overridden
    text = explain.text(outcome.overridden, ["api"])
    assert "    unknown  route      policy of aws_vpc_endpoint.s3 is overridden" in text
    assert text.count("unknown") == 1
    closed = outcome_of("endpoints", f"{NETWORK}aws_vpc_endpoint.s3", {"policy": CLOSED})
    assert closed.overridden
    assert "    MISSING  route      the policy of aws_vpc_endpoint.s3 does not allow" in explain.text(
        closed.overridden
    )


def test_a_default_is_called_one() -> None:
    outcome = without("nat")
    assert outcome.overridden
    assert "web -> the internet, port 443 (the default of egress)" in explain.text(outcome.overridden)
    text = STACK.replace("EGRESS", "nat").replace("uses: [s3]", "egress: [0.0.0.0/0]")
    declared = run_text(text, "s.yaml").overridden
    assert declared
    assert "api -> the internet, port 443 (declared in egress)" in explain.text(declared)


def test_the_command_of_an_override_has_an_order() -> None:
    spec = STACK.replace("EGRESS", "nat").replace("exec: true", "command: [serve, quiet]")
    patch = {"overrides": {TASK: {"container_definitions": {"command": ["quiet", "serve"]}}}}
    blueprint = run_text(spec + dump_yaml(patch), "shop.yaml").overridden
    assert blueprint
    commands = {service.key: service.containers[0].command for service in blueprint.services}
    assert commands["web"] == (("quiet", "serve"),)


HOST = 'condition { host_header { values = ["a.example", "b.example"] } }'
PATH = 'condition { path_pattern { values = ["/a"] } }'
LOG_IN, FORWARD = 'action { type = "authenticate-oidc" }', 'action { type = "forward" }'
# type, body, the same in another order, and what is another argument then
ORDERS: list[tuple[str, str, str, list[str]]] = [
    ("aws_lb_listener_rule", f"{HOST}\n{PATH}", f"{PATH}\n{HOST}", []),
    ("aws_lb_listener_rule", HOST, HOST.replace('"a.example", "b.example"', '"b.example", "a.example"'), []),
    ("aws_lb_listener_rule", f"{LOG_IN}\n{FORWARD}", f"{FORWARD}\n{LOG_IN}", ["action"]),
    ("aws_vpc_endpoint", 'subnet_ids = ["a", "b"]', 'subnet_ids = ["b", "a"]', []),
    ("aws_vpc_endpoint", "depends_on = [aws_vpc.a, aws_vpc.b]", "depends_on = [aws_vpc.b, aws_vpc.a]", []),
    ("aws_security_group", 'ingress = [{ cidr_blocks = ["a", "b"] }]', 'ingress = [{ cidr_blocks = ["b", "a"] }]',
     ["ingress.cidr_blocks"]),
    ("aws_security_group", "ingress = [{ to_port = 1 }, { to_port = 2 }]",
     "ingress = [{ to_port = 2 }, { to_port = 1 }]", []),
    ("aws_ecs_task_definition", 'container_definitions = jsonencode([{ entryPoint = ["a", "b"] }])',
     'container_definitions = jsonencode([{ entryPoint = ["b", "a"] }])', ["container_definitions.entryPoint"]),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "before", "after", "expected"), ORDERS)
def test_lists_have_an_order_and_sets_have_none(
    kind: str, before: str, after: str, expected: list[str]
) -> None:
    trees = [body_of(f'resource "{kind}" "x" {{\n{body}\n}}\n', f"{kind}.x") for body in (before, after)]
    found = Resource(f"{kind}.x", *trees, lambda path: Location("shop.yaml", 1, 1, 1, path))
    assert list(found.pending) == expected


def answered(address: str, patch: Any, method: str, url: str) -> str:
    blueprint = outcome_of("nat", address, patch).overridden
    assert blueprint
    return as_text(answer_request(blueprint, request(method, url, (), None)))


LISTENER = f"{BALANCER}aws_lb_listener.http"
TLS = {
    "protocol": "HTTPS",
    "certificate_arn": "arn:aws:acm:us-east-1:123456789012:certificate/a",
    "port": 443,
}


def test_route_reads_the_overridden_listener() -> None:
    world = {f"{BALANCER}{IN}http_from_world": {"from_port": 443, "to_port": 443}, LISTENER: TLS}
    blueprint = run_text(
        STACK.replace("EGRESS", "nat") + dump_yaml({"overrides": world}), "s.yaml"
    ).overridden
    assert blueprint
    said = as_text(answer_request(blueprint, request("GET", "https://x.example/api", (), None)))
    assert said.startswith("GET https://x.example/api")
    assert "api responds, on port 5000" in said
    said = as_text(answer_request(blueprint, request("GET", "http://x.example:443/api", (), None)))
    assert "speaks HTTPS, so a request without TLS" in said
    assert "no listener has port 80" in as_text(
        answer_request(blueprint, request("GET", "http://x.example/", (), None))
    )


def test_route_reads_overridden_rules() -> None:
    rule = f"{SERVICES}aws_lb_listener_rule.api"
    wide = {"condition": {"path_pattern": {"values": ["/api", "/api/*", "/v2"]}}}
    assert "api responds" in answered(rule, wide, "GET", "http://x.example/v2")
    assert "priority 7:" in answered(rule, {"priority": 7}, "GET", "http://x.example/api")
    unknown = {"action": {"target_group_arn": "arn:aws:x"}}
    note = "is overridden, so which service responds is not certain"
    assert note in answered(rule, unknown, "GET", "http://x.example/api")
    assert note not in answered(rule, wide, "GET", "http://x.example/api")


NARROWED = [
    {"path_pattern": {"values": ["/api", "/api/*"]}},
    {"http_header": {"http_header_name": "X-Tenant", "values": ["a*"]}},
    {"query_string": [{"key": "v", "value": "2"}, {"key": "v", "value": "3"}]},
    {"source_ip": {"values": ["203.0.113.0/24"]}},
]


@pytest.mark.parametrize(
    ("url", "headers", "source", "service"),
    [
        ("http://x.example/api?v=3", ("x-tenant: ABC",), "203.0.113.9", "api"),
        ("http://x.example/api?v=3", (), "203.0.113.9", "web"),
        ("http://x.example/api?v=4", ("x-tenant: abc",), "203.0.113.9", "web"),
        ("http://x.example/api?v=3", ("x-tenant: abc",), "192.0.2.9", "web"),
    ],
)
def test_route_reads_overridden_conditions(
    url: str, headers: tuple[str, ...], source: str, service: str
) -> None:
    text = STACK.replace("EGRESS", "nat") + dump_yaml(
        {"overrides": {f"{SERVICES}aws_lb_listener_rule.api": {"condition": NARROWED}}}
    )
    outcome = run_text(text, "s.yaml")
    assert outcome.overridden
    assert (
        as_data(answer_request(outcome.overridden, request("GET", url, headers, source)))["service"]
        == service
    )
    (problem,) = [each for each in outcome.problems if each.code == "TG365"]
    assert "the source_ip and http_header and query_string of" in problem.message


@pytest.mark.parametrize(
    "condition",
    [
        {"query_string": [{"key": "v", "value": "2"}, {"key": "w", "value": "3"}]},
        {"query_string": {"value": "2"}},
        {"source_ip": {"values": ["2001:db8::/32"]}},
        {"http_header": {"http_header_name": "A", "regex_values": ["a"]}},
        [NARROWED[1], {"http_header": {"http_header_name": "x-tenant", "values": ["b"]}}],
    ],
)
def test_conditions_that_no_route_can_have_are_in_doubt(condition: Any) -> None:
    rule = f"{SERVICES}aws_lb_listener_rule.api"
    said = answered(rule, {"condition": condition}, "GET", "http://x.example/api")
    assert "so which service responds is not certain" in said


def test_route_reads_an_overridden_default_action() -> None:
    spec = STACK.replace("EGRESS", "nat").replace("[/, /shop]", "[/shop]")
    moved = {"type": "redirect", "redirect": {"protocol": "HTTPS", "status_code": "HTTP_301"}}
    fixed = {
        "type": "fixed-response",
        "fixed_response": {"content_type": "text/plain", "status_code": "503", "message_body": "Back soon"},
    }
    for action, says in ((moved, "redirects with HTTP_301"), (fixed, 'responds with 503 "Back soon"')):
        text = spec + dump_yaml({"overrides": {LISTENER: {"default_action": [action]}}})
        blueprint = run_text(text, "s.yaml").overridden
        assert blueprint
        found = answer_request(blueprint, request("GET", "http://x.example/", (), None))
        assert f"No service responds: the load balancer itself {says}." in as_text(found)
        assert as_data(found)["status"] is None


@pytest.mark.parametrize("action", [{"order": 2}, {"target_group_arn": "arn:aws:x"}])
def test_no_route_needs_the_default_action(action: Any) -> None:
    assert new("nat", LISTENER, {"default_action": action}) == []


def test_two_rules_with_one_priority_do_not_pass() -> None:
    outcome = without("nat")
    assert outcome.blueprint
    shop = next(rule for each in outcome.blueprint.services for rule in each.rules if rule.label == "shop")
    found = new("nat", f"{SERVICES}aws_lb_listener_rule.api", {"priority": shop.priority})
    assert [each.code for each in found] == ["TG365"]
    assert "as has another rule of its listener" in found[0].message


def test_the_summary_says_what_is_overridden() -> None:
    overrides = {WEB: {"desired_count": 5}, LISTENER: {"port": 8080}}
    outcome = run_text(STACK.replace("EGRESS", "nat") + dump_yaml({"overrides": overrides}), "s.yaml")
    assert outcome.overridden
    said = summarize(outcome.overridden, Changes(), Path("out"))
    assert "web: 5 x " in said
    assert "port 8080: " in said
    assert f"{WEB}: desired_count" in said


def test_what_is_rendered_is_the_blueprint_with_patches_and_nothing_else() -> None:
    """Were the overridden blueprint rendered, rules of the security group would follow a listener's port."""
    outcome = outcome_of("nat", LISTENER, {"port": 8080})
    assert outcome.blueprint
    assert outcome.overridden is not outcome.blueprint
    assert not outcome.blueprint.overridden
    page = outcome.pages()["modules/load_balancer/security.tf"]
    assert "from_port         = 80\n" in page


def test_without_overrides_there_is_one_blueprint() -> None:
    outcome = without("nat")
    assert outcome.overridden is outcome.blueprint


def test_an_ignore_passes_over_an_override() -> None:
    text = with_override("nat", WEB, {"network_configuration": {"security_groups": ["sg-1"]}})
    outcome = run_text(f"{text}ignore: [{{rule: TG365, reason: sg-1 is open}}]\n", "s.yaml")
    assert [each.problem.code for each in outcome.ignored] == ["TG365"]


def test_two_overrides_are_two_warnings_each_at_its_line() -> None:
    overrides = {
        f"{NETWORK}aws_vpc.main": {"enable_dns_hostnames": False},
        WEB: {"network_configuration": {"security_groups": ["sg-1"]}},
    }
    text = STACK.replace("EGRESS", "endpoints") + dump_yaml({"overrides": overrides})
    found = [each for each in run_text(text, "s.yaml").problems if each.code == "TG365"]
    lines = text.splitlines()
    assert sorted(lines[each.at.line - 1].strip() for each in found) == [
        "enable_dns_hostnames: false",
        "security_groups:",
    ]


def test_what_failed_before_is_not_the_fault_of_an_override() -> None:
    text = STACK.replace("EGRESS", "nat").replace("uses: [s3]", "egress: [52.94.0.0/16]")
    patch = {f"{SERVICES}aws_security_group.api": {"tags": {"Team": "a"}}}
    plain_, patched = run_text(text, "s.yaml"), run_text(text + dump_yaml({"overrides": patch}), "s.yaml")
    assert "TG305" in {each.code for each in plain_.problems}
    assert said(plain_) == said(patched)


def test_a_service_may_be_called_as_a_security_group_of_the_stack() -> None:
    text = (
        STACK.replace("EGRESS", "nat")
        .replace("  api:\n", "  main:\n")
        .replace("calls: [api]", "calls: [main]")
    )
    text += dump_yaml({"overrides": {f"{SERVICES}aws_security_group.main": {"ingress": []}}})
    (found,) = [each for each in run_text(text, "s.yaml").problems if each.code == "TG365"]
    assert 'whether requests to /api on port 80 reach "main" is unknown' in found.message


def test_an_override_of_a_callee_is_about_its_callers_too() -> None:
    (found,) = new("nat", f"{SERVICES}aws_security_group.api", {"vpc_id": "vpc-1"})
    assert 'whether "api" and "web" can reach' in found.message
    (found,) = new("nat", f"{SERVICES}aws_security_group.web", {"vpc_id": "vpc-1"})
    assert 'whether "web" can reach' in found.message


def test_an_override_may_open_what_the_spec_closes() -> None:
    text = STACK.replace("EGRESS", "nat").replace("uses: [s3]", "egress: [52.94.0.0/16]")
    address = f"{SERVICES}{OUT}api_to_52_94_0_0_16"
    patched = run_text(text + dump_yaml({"overrides": {address: {"cidr_ipv4": "0.0.0.0/0"}}}), "s.yaml")
    assert not {"TG305", "TG360", "TG365"} & {each.code for each in patched.problems}, patched.problems


def test_what_another_rule_still_allows_is_not_blocked() -> None:
    """The call goes past another rule of the caller's group than before, and past no endpoint before or now."""
    ranges = "egress: [0.0.0.0/0, {cidr: 10.0.0.0/16, port: 5000}]"
    text = STACK.replace("EGRESS", "nat").replace("exec: true", ranges)
    patch = {f"{SERVICES}{OUT}web_to_api": {"from_port": 80, "to_port": 80}}
    assert said(run_text(text + dump_yaml({"overrides": patch}), "s.yaml")) == said(run_text(text, "s.yaml"))


# --- the table of what bears on a way


@pytest.mark.parametrize("kind", sorted(BEARS_NOT))
def test_what_is_called_harmless_is_an_argument_of_its_type(kind: str) -> None:
    known = provider.resource_schema(kind)
    assert known
    unknown = [name for name in BEARS_NOT[kind] if not _is_argument(known, name.split("."))]
    assert unknown == []


def _is_argument(known: provider.Schema, words: list[str]) -> bool:
    for word in words:
        if word not in known:
            return False
        known = known[word].inside
    return True


def test_every_type_of_the_golden_stacks_is_in_the_table() -> None:
    specs_ = sorted((ROOT / "examples").glob("*.yaml"))
    found: set[str] = set()
    for path in specs_:
        blueprint = run_text(path.read_text(), path.name).blueprint
        assert blueprint
        found |= {address.split(".")[-2] for address in resource_addresses(render_pages(blueprint))}
    assert found == set(BEARS_NOT)


@pytest.mark.parametrize("codes", [False, "x", "200-", "-", "", "200-300-400", "٣٠٠"])
def test_codes_that_are_none_end_in_no_traceback(codes: Any) -> None:
    spec = STACK.replace("EGRESS", "nat").replace("exec: true", "environment: {ALLOWED_HOSTS: shop.example}")
    patch = {f"{SERVICES}aws_lb_target_group.web": {"health_check": {"matcher": codes}}}
    found = {each.code for each in run_text(spec + dump_yaml({"overrides": patch}), "shop.yaml").problems}
    assert "TG374" in found or "TG263" in found


def test_a_rule_with_more_ports_is_for_the_clients_of_other_listeners_too() -> None:
    spec = STACK.replace("EGRESS", "nat").replace("routes: [/api]", "listener: ops\n    routes: [/api]")
    spec += "load_balancer: {listeners: {http: 80, ops: {port: 8080, cidrs: []}}}\n"

    def codes(patch: Any) -> set[str]:
        overrides = {f"{BALANCER}{IN}http_from_world": patch}
        return {
            each.code for each in run_text(spec + dump_yaml({"overrides": overrides}), "shop.yaml").problems
        }

    assert codes({"from_port": 80, "to_port": 8079}) & {"TG355", "TG356"} == {"TG355"}
    assert codes({"from_port": 1, "to_port": 65535}) & {"TG355", "TG356"} == {"TG356"}


def test_the_endpoints_group_concerns_only_paths_through_an_endpoint() -> None:
    """Not about calls and not about requests, which pass no endpoint."""
    (found,) = new("nat+endpoints", f"{NETWORK}aws_security_group.endpoints", {"vpc_id": "vpc-1"})
    assert "the ECR API" in found.message
    assert "S3" not in found.message
    assert "requests" not in found.message
    assert '"api"' not in found.message.partition("can reach")[2]


def test_the_documentation_shows_what_is_said() -> None:
    text = (ROOT / "examples" / "shop.yaml").read_text()
    text += dump_yaml({"overrides": {f"{NETWORK}aws_vpc.main": {"enable_dns_hostnames": False}}})
    outcome = run_text(text, "shop.yaml")
    said_ = report_problems(outcome.problems, {"shop.yaml": outcome.lines}) + "\n"
    assert shown(ROOT / "docs" / "overrides.md", "$ tfgen check shop.yaml\n", said_) == said_
