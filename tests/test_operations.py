"""The part of a stack's README about its life after the first apply: commands with the real names."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tfgen.pipe import run_text
from tfgen.spec.source import dump_yaml


def operate(**spec: Any) -> str:
    """That part of a stack's README; nothing where it has none."""
    said = {
        "name": "shop",
        "region": "eu-west-1",
        "network": {"egress": "nat"},
        "services": {"web": {"image": "nginx:1.27"}, "api": {"image": "nginx:1.27", "was": "orders"}},
    }
    found = run_text(dump_yaml(said | spec), "shop.yaml")
    assert not found.failed, found.problems
    part = re.search(r"(?s)## Operate\n(.*?)\n## ", found.pages()["README.md"])
    return part[1] if part else ""


def test_commands_have_the_names_in_aws() -> None:
    text = operate()
    assert text.count("service=orders # or web\n") == 3
    where = "--region eu-west-1 --cluster shop --service $service"
    assert "aws logs tail /ecs/shop/$service --region eu-west-1 --follow\n" in text
    assert f"aws ecs update-service {where} --force-new-deployment\n" in text
    assert f"aws ecs update-service {where} --task-definition shop-$service:REVISION\n" in text


def test_a_shell_is_for_services_with_exec() -> None:
    assert "execute-command" not in operate()
    services = {name: {"image": "nginx:1.27", "exec": name != "web"} for name in ("web", "api", "docs")}
    text = operate(services=services)
    assert "service=api # or docs\ntask=$(aws ecs list-tasks" in text
    assert "--task $task --container $service --interactive --command /bin/sh\n" in text


@pytest.mark.parametrize(
    ("cluster", "words"),
    [
        (
            "arn:aws:ecs:eu-west-1:123456789012:cluster/shared",
            "arn:aws:ecs:eu-west-1:123456789012:cluster/shared",
        ),
        ({"input": "cluster"}, '"$(terraform output -raw cluster_name)"'),
    ],
)
def test_a_cluster_that_exists_is_named(cluster: Any, words: str) -> None:
    assert f"--cluster {words} --service $service" in operate(cluster=cluster)


@pytest.mark.parametrize(
    ("address", "patch", "left"),
    [
        ("aws_ecs_service.web", {"name": "front"}, "service=orders\n"),
        ("aws_ecs_task_definition.web", {"family": "front"}, "service=orders\n"),
        ("aws_cloudwatch_log_group.web", {"name": "/front"}, "service=orders\n"),
        ("aws_cloudwatch_log_group.web", {"retention_in_days": 7}, "service=orders # or web\n"),
        ("aws_ecs_cluster.main", {"name": "other"}, ""),
    ],
)
def test_what_overrides_rename_is_left_out(address: str, patch: dict[str, Any], left: str) -> None:
    text = operate(overrides={f"module.services.{address}": patch})
    assert set(re.findall(r"service=.*\n", text)) == ({left} if left else set())


def test_a_network_alone_has_nothing_to_operate() -> None:
    assert operate(services={}) == ""
