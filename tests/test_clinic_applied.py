"""The golden stack of a whole production setup, applied to the emulator, and a second plan that changes
nothing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from support.changes import unexpected_changes
from support.stacks import GENERATED

if TYPE_CHECKING:
    from support.moto_server import Moto
    from support.terraform import Terraform

REGION = "eu-central-1"
# What the spec names and is its user's own: the security group of a file system, and a policy.
GROUP, POLICY = "sg-0a9b8c7d6e5f40312", "clinic-offices"
NOTHING = {"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}}


@pytest.mark.xdist_group("apply-clinic")
def test_it_is_applied_and_planned_again(running: Terraform, moto: Moto) -> None:
    stack = running.stack(GENERATED / "clinic")
    moto.boto3_client("iam").create_policy(PolicyName=POLICY, PolicyDocument=json.dumps(NOTHING))
    ec2 = moto.boto3_client("ec2", REGION)
    group = ec2.create_security_group(GroupName="scans", Description="Scans")["GroupId"]
    page = stack.folder / "modules" / "services" / "statistics.tf"
    page.write_text(page.read_text().replace(GROUP, group))
    stack.init()
    stack.apply()
    assert unexpected_changes(stack.plan()) == []
    assert schedule(moto) == ("cron(30 2 * * ? *)", "Europe/Berlin", "clinic-retention-dead-letters")
    policy = policy_of("s3", ec2.describe_vpc_endpoints()["VpcEndpoints"])
    assert f"arn:aws:s3:::prod-{REGION}-starport-layer-bucket/*" in policy
    moto.reset()  # it is not destroyed: its files and its load balancer are protected


def schedule(moto: Moto) -> tuple[str, str, str]:
    """When the nightly job runs, and the queue of what does not start."""
    found = moto.boto3_client("scheduler", REGION).get_schedule(Name="retention", GroupName="clinic")
    queue = found["Target"]["DeadLetterConfig"]["Arn"].rpartition(":")[2]
    return found["ScheduleExpression"], found["ScheduleExpressionTimezone"], queue


def policy_of(service: str, endpoints: list[dict[str, Any]]) -> str:
    """What the endpoint of a service lets through."""
    return next(each["PolicyDocument"] for each in endpoints if each["ServiceName"].endswith(f".{service}"))
