"""A pipeline and Terraform at the same service, in the emulator: whose revision runs after what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pytest
from support.deployed import deploy_stacks, remove, write

from tfgen import render_text

if TYPE_CHECKING:
    from support.moto_server import Moto
    from support.terraform import Stack, Terraform

SPEC = """\
name: by-ci
region: us-east-1
network: {{egress: public}}
services:
  api: {{image: 'nginx:1.27', deploys_by: {who}, cpu: {cpu}}}
"""
SERVICE = "module.services.aws_ecs_service.api"
TASKS = "module.services.aws_ecs_task_definition.api"


def pages_of(who: str, cpu: int = 512) -> Mapping[str, str]:
    pages, problems = render_text(SPEC.format(who=who, cpu=cpu))
    assert pages, problems
    return pages


@pytest.fixture(scope="module")
def stack(terraform: Terraform, running: Terraform) -> Iterator[Stack]:
    deployed = deploy_stacks(terraform, {"by-ci": pages_of("ci")})["by-ci"].run_by(running).stack
    yield deployed
    deployed.destroy()


def planned(stack: Stack, pages: Mapping[str, str]) -> dict[str, tuple[list[str], list[str]]]:
    """What a plan of these files does, by address: the actions, and the arguments of what is updated."""
    remove(stack.folder.rglob("*.tf"))
    write(pages, stack.folder)
    found = {}
    for address, each in stack.plan().resource_changes.items():
        change = each["change"]
        if change["actions"] != ["no-op"]:
            before, after = change["before"] or {}, change["after"] or {}
            found[address] = (change["actions"], [key for key in before if before[key] != after.get(key)])
    return found


def image_that_runs(ecs: Any) -> str:
    (service,) = ecs.describe_services(cluster="by-ci", services=["api"])["services"]
    tasks = ecs.describe_task_definition(taskDefinition=service["taskDefinition"])["taskDefinition"]
    return str(tasks["containerDefinitions"][0]["image"])


def test_a_pipeline_and_terraform(stack: Stack, moto: Moto) -> None:
    ecs = moto.boto3_client("ecs")
    assert image_that_runs(ecs) == "nginx:1.27"
    containers = [{"name": "api", "image": "nginx:1.28", "memory": 512}]
    own = ecs.register_task_definition(family="by-ci-api", containerDefinitions=containers)
    arn = own["taskDefinition"]["taskDefinitionArn"]
    ecs.update_service(cluster="by-ci", service="api", taskDefinition=arn)

    # The revision made outside is no drift, and a revision of Terraform's leaves the service at it.
    assert planned(stack, pages_of("ci")) == {}
    assert [*planned(stack, pages_of("ci", 1024))] == [TASKS]
    # Back to Terraform, which deploys its own, in place.
    assert planned(stack, pages_of("terraform")) == {SERVICE: (["update"], ["task_definition"])}
    stack.apply()
    assert image_that_runs(ecs) == "nginx:1.27"
    assert planned(stack, pages_of("ci")) == {}
