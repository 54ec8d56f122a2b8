"""The golden stack that refers to a database, a cache, a queue and a bucket in files of its user's, applied
to the emulator."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.changes import unexpected_changes
from support.stacks import GENERATED

if TYPE_CHECKING:
    from support.moto_server import Moto
    from support.terraform import Terraform


@pytest.mark.xdist_group("apply-wired")
def test_it_is_applied_and_planned_again(running: Terraform, moto: Moto) -> None:
    stack = running.stack(GENERATED / "wired")
    stack.init()
    stack.apply()
    assert unexpected_changes(stack.plan()) == []
    ecs = moto.boto3_client("ecs")
    (container,) = ecs.describe_task_definition(taskDefinition="wired-web")["taskDefinition"][
        "containerDefinitions"
    ]
    environment = {each["name"]: each["value"] for each in container["environment"]}
    queue = moto.boto3_client("sqs").get_queue_url(QueueName="wired-jobs")["QueueUrl"]
    database = moto.boto3_client("rds").describe_db_instances(DBInstanceIdentifier="wired")["DBInstances"][0]
    assert environment["DATABASE_HOST"] == database["Endpoint"]["Address"]
    assert environment["DATABASE_PORT"] == str(database["Endpoint"]["Port"])
    assert environment["QUEUE_URL"] == queue
    assert environment["BANNER"] == "Logging at info"
    assert container["image"].endswith("/wired/web:1.4.2")
    stack.destroy()
