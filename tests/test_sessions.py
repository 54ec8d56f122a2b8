"""Keys of the user's own for log groups, and where sessions of ECS Exec are stored."""

from typing import Any

import pytest
from strategies import Data
from test_containers import outcome_of

from tfgen.changes.report import changes_between

KEY = "arn:aws:kms:us-east-1:123456789012:key/0a1b2c3d-0000-4000-8000-000000000000"
CLUSTER = "arn:aws:ecs:us-east-1:123456789012:cluster/shared"


def pages_of(top: Data, network: Any = "nat", **web: Any) -> dict[str, str]:
    outcome = outcome_of(network, top=top, **web)
    assert not outcome.failed, outcome.problems
    return {path: " ".join(text.split()) for path, text in outcome.pages().items()}


def test_every_log_group_has_the_key() -> None:
    network = {"egress": "nat", "flow_logs": "cloudwatch"}
    pages = pages_of({"logs": {"kms_key": {"input": "key"}}, "exec": {"logs": True}}, network, exec=True)
    for page in ("network/flow_logs", "services/cluster", "services/web"):
        assert "retention_in_days = 30 kms_key_id = var.key" in pages[f"modules/{page}.tf"]
    assert pages["main.tf"].count("key = var.key") == 2
    assert "cloud_watch_encryption_enabled = true" in pages["modules/services/cluster.tf"]


def test_a_key_goes_only_where_log_groups_are() -> None:
    top = {"logs": {"kms_key": {"input": "key"}}}
    assert pages_of(top)["main.tf"].count("key = var.key") == 1
    flow_logs = {"egress": "nat", "flow_logs": "arn:aws:s3:::acme-flow-logs"}
    outcome = outcome_of(flow_logs, top={**top, "services": {}})
    assert "var.key" not in outcome.pages()["main.tf"]
    assert [each.code for each in outcome.problems] == ["TG364"]


@pytest.mark.parametrize(
    ("said", "lines"),
    [
        ({"logs": True}, ['logging = "OVERRIDE"', "aws_cloudwatch_log_group.exec_sessions.name"]),
        ({"logs": False}, ['logging = "NONE"']),
        ({"kms_key": KEY}, [f'kms_key_id = "{KEY}" logging = "DEFAULT"']),
        ({"kms_key": {"input": "key"}}, ["kms_key_id = var.key"]),
        ({"logs": "sessions"}, ['s3_bucket_name = "sessions"', 's3_key_prefix = "shop"', '"OVERRIDE"']),
        ({"logs": {"input": "bucket"}}, ["s3_bucket_name = var.bucket"]),
    ],
)
def test_the_cluster_stores_sessions(said: Data, lines: list[str]) -> None:
    page = pages_of({"exec": said}, exec=True)["modules/services/cluster.tf"]
    for line in lines:
        assert line in page
    assert ("log_configuration" in page) == (said.get("logs") not in (None, False))
    assert "cloud_watch_encryption_enabled" not in page


@pytest.mark.parametrize(("then", "is_told"), [({}, True), ({"exec": {"logs": False}}, False)])
def test_a_cluster_keeps_its_configuration(then: Data, *, is_told: bool) -> None:
    stacks = (outcome_of("nat", top=top, exec=True).pages() for top in ({"exec": {"logs": True}}, then))
    told = " ".join(map(str, changes_between(*stacks).consequences))
    assert ("Write exec: {logs: false} instead of removing exec." in told) == is_told


@pytest.mark.parametrize(
    ("said", "statements", "allowed"),
    [
        ({}, 1, []),
        ({"logs": False}, 1, []),
        ({"logs": True}, 3, ["logs:DescribeLogGroups", "${aws_cloudwatch_log_group.exec_sessions.arn}:*"]),
        ({"logs": "own"}, 4, ['"arn:aws:s3:::own"', '"arn:aws:s3:::own/shop/*"', "s3:GetBucketLocation"]),
        ({"logs": {"input": "a"}}, 4, ['"arn:aws:s3:::${var.a}"', '"arn:aws:s3:::${var.a}/shop/*"']),
        ({"kms_key": KEY}, 2, [f'Action = "kms:Decrypt" Resource = "{KEY}"']),
    ],
)
def test_task_roles_are_allowed_what_sessions_need(said: Data, statements: int, allowed: list[str]) -> None:
    page = pages_of({"exec": said}, exec=True)["modules/services/web.tf"]
    of_task = page.partition('resource "aws_iam_role" "web_task"')[2].partition("aws_security_group")[0]
    for text in allowed:
        assert text in of_task
    assert of_task.count("Sid = ") == statements
    other = pages_of({"exec": said})["modules/services/web.tf"]
    assert "Sessions" not in other


@pytest.mark.parametrize(("said", "endpoint"), [({"kms_key": KEY}, True), ({"logs": True}, False)])
def test_a_key_of_sessions_has_an_endpoint(said: Data, *, endpoint: bool) -> None:
    page = pages_of({"exec": said}, "endpoints", exec=True)["modules/network/endpoints.tf"]
    assert ('"aws_vpc_endpoint" "kms"' in page) == endpoint
    assert '"kms"' not in pages_of({"exec": said}, "endpoints")["modules/network/endpoints.tf"]


def test_sessions_of_a_cluster_that_exists_are_its_owners() -> None:
    outcome = outcome_of(top={"exec": {"logs": True}, "cluster": CLUSTER}, exec=True)
    assert [each.code for each in outcome.problems if each.severity == "error"] == ["TG680"]


def test_a_service_has_no_log_group_of_sessions() -> None:
    others = {"exec-sessions": {"image": "123456789012.dkr.ecr.us-east-1.amazonaws.com/web:1"}}
    outcome = outcome_of(others=others)
    (problem,) = [each for each in outcome.problems if each.severity == "error"]
    assert problem.code == "TG241"


@pytest.mark.parametrize("said", [{"exec": {"logs": True}}, {"exec": {}}])
def test_without_exec_there_are_no_sessions(said: Data) -> None:
    assert "TG364" in {each.code for each in outcome_of(top=said).problems}
    assert "TG364" not in {each.code for each in outcome_of(top=said, exec=True).problems}
