"""What VPC endpoints let through."""

from __future__ import annotations

import re
from typing import Any

import pytest
import strategies
from hypothesis import given
from hypothesis import strategies as st

from tfgen.blueprint import endpoint_policies
from tfgen.blueprint.model import Blueprint, Statement
from tfgen.changes.report import changes_between
from tfgen.hcl.text import Ref
from tfgen.pipe import Outcome, run_text
from tfgen.spec.source import dump_yaml

ECR = "123456789012.dkr.ecr.us-east-1.amazonaws.com"
SQS = "arn:aws:sqs:us-east-1:123456789012"
PULL = ("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
LAYERS = ("s3:GetObject", "arn:aws:s3:::prod-us-east-1-starport-layer-bucket/*")
OPEN = [("*", "*")]


def outcome(services: Any, policies: Any = True, **spec: Any) -> Outcome:
    said: dict[str, Any] = {"name": "shop", "region": "us-east-1", "account": "123456789012"}
    own = {} if policies is None else {"endpoint_policies": policies}
    network = {"egress": "endpoints", **own, **spec.pop("network", {})}
    for service in services.values():
        service.setdefault("image", f"{ECR}/web:1")
    text = dump_yaml({**said, "network": network, "services": services, **spec})
    found = run_text(text, "shop.yaml")
    assert not found.failed, found.problems
    return found


def allowed(found: Outcome) -> dict[str, list[tuple[Any, ...]]]:
    """The actions, things and conditions of each endpoint with a policy."""
    assert found.blueprint
    return {
        endpoint.service: [(each.actions, each.resources, *each.conditions) for each in policy.statements]
        for endpoint in found.blueprint.network.new_endpoints
        for policy in endpoint.policies
    }


def test_without_the_key_there_are_none() -> None:
    web = {"web": {"access": [{"receive": f"{SQS}:jobs"}]}}
    assert allowed(outcome(web, policies=None)) == {}


def test_what_tasks_need_to_start() -> None:
    assert allowed(outcome({"web": {"exec": True}})) == {
        "s3": [LAYERS],
        "ecr.api": [
            ("ecr:GetAuthorizationToken", "*"),
            (PULL, "arn:aws:ecr:us-east-1:123456789012:repository/web"),
        ],
        "ecr.dkr": [
            ("ecr:GetAuthorizationToken", "*"),
            (PULL, "arn:aws:ecr:us-east-1:123456789012:repository/web"),
        ],
        "logs": [
            (
                ("logs:CreateLogStream", "logs:PutLogEvents"),
                "arn:aws:logs:us-east-1:123456789012:log-group:/ecs/shop/*",
            )
        ],
        "ssmmessages": [
            (
                (
                    "ssmmessages:CreateControlChannel",
                    "ssmmessages:CreateDataChannel",
                    "ssmmessages:OpenControlChannel",
                    "ssmmessages:OpenDataChannel",
                ),
                "*",
            )
        ],
    }


def test_repositories_of_all_images_and_of_the_stack() -> None:
    services = {"a": {"image": "shop/a:1"}, "b": {"image": f"{ECR}/bee:2"}, "c": {"image": f"{ECR}/bee:3"}}
    found = allowed(outcome(services, repositories={"shop/a": 30}))
    place = "arn:aws:ecr:us-east-1:123456789012:repository"
    assert found["ecr.api"] == found["ecr.dkr"]
    assert found["ecr.api"][1] == (PULL, (f"{place}/bee", f"{place}/shop/a"))


def test_what_the_applications_may_do() -> None:
    services = {
        "a": {"access": [{"receive": f"{SQS}:jobs"}, {"send": f"{SQS}:jobs"}]},
        "b": {"access": [{"send": f"{SQS}:mails"}]},
    }
    send = ("sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:SendMessage")
    found = allowed(outcome(services))["sqs"]
    assert found[1] == (send, (f"{SQS}:jobs", f"{SQS}:mails"))
    assert found[0][1] == f"{SQS}:jobs"
    assert len(found) == 2


def test_prefixes_and_environment_files() -> None:
    services = {
        "a": {"access": [{"read": "arn:aws:s3:::data", "prefix": "img/"}]},
        "b": {
            "access": [{"read": "arn:aws:s3:::data"}],
            "environment_files": ["arn:aws:s3:::settings/b.env"],
        },
    }
    assert allowed(outcome(services))["s3"] == [
        ("s3:ListBucket", "arn:aws:s3:::data"),
        ("s3:ListBucket", "arn:aws:s3:::data", {"StringLike": {"s3:prefix": "img/*"}}),
        ("s3:GetBucketLocation", "arn:aws:s3:::settings"),
        LAYERS,
        ("s3:GetObject", "arn:aws:s3:::settings/b.env"),
        ("s3:GetObject", ("arn:aws:s3:::data/*", "arn:aws:s3:::data/img/*")),
    ]


def test_statements_of_ones_own_that_allow() -> None:
    key = "arn:aws:kms:us-east-1:123456789012:key/0a1b2c3d-0000-4000-8000-000000000000"
    own = [
        {"actions": ["sqs:PurgeQueue", "s3:PutObject"], "resources": ["*"]},
        {"actions": ["sqs:DeleteQueue"], "resources": ["*"], "effect": "Deny"},
    ]
    access = [{"receive": f"{SQS}:jobs", "kms_key": key}, {"decrypt": key}]
    found = allowed(outcome({"a": {"access": access, "statements": own}}))
    assert [each for each in found["sqs"] if "sqs:DeleteQueue" in str(each)] == []
    assert found["sqs"][-1] == ("sqs:PurgeQueue", "*")
    assert found["s3"] == [LAYERS, ("s3:PutObject", "*")]
    assert {each[1] for each in found["kms"]} == {key}


def test_all_actions_open_every_endpoint() -> None:
    own = [{"actions": ["*"], "resources": ["*"]}]
    assert set(map(str, allowed(outcome({"a": {"statements": own}})).values())) == {str(OPEN)}


@pytest.mark.parametrize(
    ("network", "service", "endpoint", "note"),
    [
        ({}, {"uses": ["sqs"]}, "sqs", True),
        ({"endpoints": ["sqs"]}, {"access": [{"receive": f"{SQS}:jobs"}]}, "sqs", False),
        ({"endpoints": ["sts"]}, {}, "sts", False),
        ({}, {"uses": ["rds-data"]}, "rds-data", False),
        ({"egress": "nat"}, {"image": "nginx:1.27"}, "s3", False),
    ],
)
def test_what_stays_open(network: Any, service: Any, endpoint: str, note: bool) -> None:
    found = outcome({"a": service}, network=network)
    assert allowed(found)[endpoint] == OPEN
    assert ("TG696" in [each.code for each in found.problems]) is note


def test_a_proxy_needs_its_endpoint_open() -> None:
    web = {"port": 80, "connect": "web"}
    assert allowed(outcome({"web": web}))["ecs-agent"] == OPEN


def test_false_opens_what_was_narrowed() -> None:
    found = outcome({"web": {"uses": ["sqs"]}}, policies=False)
    assert set(map(str, allowed(found).values())) == {str(OPEN)}
    assert "TG696" not in [each.code for each in found.problems]


def test_a_public_stack_has_no_endpoints() -> None:
    found = outcome({"web": {}}, network={"egress": "public"})
    told = [each.message for each in found.problems]
    assert "endpoint_policies has no effect here: with egress: public there are no VPC endpoints" in told


@pytest.mark.parametrize(
    ("reference", "value", "passed"),
    [
        ("aws_s3_bucket.data.arn", "${var.s3_bucket_data_arn}/*", True),
        ("data.aws_s3_bucket.data.arn", "${var.s3_bucket_data_arn}/*", True),
        ("module.data.bucket_arn", "*", False),
        ("local.bucket_arn", "*", False),
    ],
)
def test_references_that_cannot_need_the_network(reference: str, value: str, passed: bool) -> None:
    found = outcome({"a": {"access": [{"read": {"ref": reference}, "of": "s3"}]}})
    assert re.findall(r'Resource += "?(.*?)"?$', _read_objects(found), re.M)[0] == value
    main = found.pages()["main.tf"]
    network = main[main.index('module "network"') : main.index('module "services"')]
    assert (reference in network) is passed


def _read_objects(found: Outcome) -> str:
    page = found.pages()["modules/network/endpoints.tf"]
    return page[page.index('"ReadObjects"') :]


def test_inputs_are_passed_on() -> None:
    found = outcome({"a": {"access": [{"read": {"input": "bucket"}, "of": "s3"}]}})
    assert len(re.findall(r"bucket += var\.bucket", found.pages()["main.tf"])) == 2
    assert 'variable "bucket"' in found.pages()["modules/network/variables.tf"]


@pytest.mark.parametrize(
    ("service", "principal"),
    [
        (
            {"policies": ["arn:aws:iam::123456789012:policy/reports"]},
            "arn:aws:iam::123456789012:role/shop-a-task-us-east-1",
        ),
        ({"roles": {"task": "arn:aws:iam::123456789012:role/own"}}, "arn:aws:iam::123456789012:role/own"),
        ({"roles": {"task": {"ref": "aws_iam_role.own.arn"}}}, "var.a_task_role_arn"),
    ],
)
def test_roles_with_policies_that_the_spec_does_not_have(service: Any, principal: str) -> None:
    found = allowed(outcome({"a": service, "b": {"access": [{"receive": f"{SQS}:jobs"}]}}))
    last = ("*", "*", {"ArnLike": {"aws:PrincipalArn": principal}})
    assert {str(each[-1]) for name, each in found.items()} == {str(last)}


def test_a_role_that_may_need_the_network_opens_all() -> None:
    found = allowed(outcome({"a": {"roles": {"task": {"ref": "module.roles.own"}}}}))
    assert set(map(str, found.values())) == {str(OPEN)}


def test_a_vpc_that_exists_keeps_its_own_endpoints() -> None:
    vpc = {
        "id": "vpc-0a1b2c3d",
        "cidr": "10.0.0.0/16",
        "way_out": "endpoints",
        "private_subnets": {"a": "subnet-0a1b2c3d", "b": "subnet-1a1b2c3d"},
        "route_tables": ["rtb-0a1b2c3d"],
        "endpoints": ["ecr.api", "ecr.dkr", "logs"],
        "endpoint_security_group": "sg-0a1b2c3d",
    }
    services = {"a": {"access": [{"receive": f"{SQS}:jobs"}]}}
    said = {"name": "shop", "region": "us-east-1", "network": {"vpc": vpc, "endpoint_policies": True}}
    services["a"]["image"] = f"{ECR}/web:1"  # type: ignore[assignment]
    found = run_text(dump_yaml({**said, "services": services}), "shop.yaml")
    assert not found.failed, found.problems
    assert set(allowed(found)) == {"s3", "sqs"}


# --- no policy refuses what a task may do


def _is_let_through(statement: Statement, action: str, found: tuple[Statement, ...]) -> bool:
    """Whether each thing of a statement, as far as it is text, is in one for the same action."""
    things = statement.resources if isinstance(statement.resources, tuple) else (statement.resources,)
    alike = [
        each
        for each in found
        if each.conditions in ((), statement.conditions)
        and (
            each.actions == "*"
            or action in (each.actions if isinstance(each.actions, tuple) else (each.actions,))
        )
    ]
    known = [each.resources if isinstance(each.resources, tuple) else (each.resources,) for each in alike]
    texts = {thing for each in known for thing in each}
    return "*" in texts or all(thing in texts or isinstance(thing, Ref) for thing in things)


@strategies.laws(40)
@given(strategies.specs(), st.booleans())
def test_no_policy_refuses_what_roles_allow(spec: Any, narrow: bool) -> None:
    network = {key: value for key, value in spec["network"].items() if key != "ignore"}
    found = run_text(dump_yaml({**spec, "network": {**network, "endpoint_policies": narrow}}), "shop.yaml")
    if found.blueprint is None:
        return
    for endpoint in found.blueprint.network.new_endpoints:
        prefix = endpoint_policies.prefixes().get(endpoint.service, "")
        for policy in endpoint.policies:
            _check(found.blueprint, prefix, policy.statements)


def _check(blueprint: Blueprint, prefix: str, found: tuple[Statement, ...]) -> None:
    for service in blueprint.services:
        for role in (service.execution_role, service.task_role):
            for statement in (each for policy in role.policies for each in policy.statements):
                actions = statement.actions if isinstance(statement.actions, tuple) else (statement.actions,)
                for action in actions:
                    if statement.effect == "Allow" and action.partition(":")[0] == prefix:
                        assert _is_let_through(statement, action, found), (statement, found)


def test_sessions_of_ecs_exec_open_no_endpoint() -> None:
    """Their bucket, their log group and their key are those of the spec."""
    key = "arn:aws:kms:us-east-1:123456789012:key/0a1b2c3d-0000-4000-8000-000000000000"
    found = outcome({"web": {"exec": True}}, exec={"logs": "acme-sessions", "kms_key": key})
    assert ("s3:PutObject", '"arn:aws:s3:::acme-sessions/shop/*"') in allowed(found)["s3"]
    assert allowed(found)["kms"] == [("kms:Decrypt", key)]
    assert "TG696" not in {each.code for each in found.problems}
    write = ("logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents")
    group = "arn:aws:logs:us-east-1:123456789012:log-group:/ecs-exec/shop:*"
    assert (write, group) in allowed(outcome({"web": {"exec": True}}, exec={"logs": True}))["logs"]


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        (True, None, "AWS keeps these settings"),
        (None, True, "are refused what they no longer allow"),
        (False, True, "are refused what they no longer allow"),
        (True, False, ""),
        (None, False, ""),
    ],
)
def test_changes_say_what_tasks_lose(before: bool | None, after: bool | None, says: str) -> None:
    stacks = (outcome({"web": {}}, policies=each).pages() for each in (before, after))
    text = " ".join(map(str, changes_between(*stacks).consequences))
    assert says in text
    assert bool(says) == bool(text)
