"""docs/adopting.md's example, step by step in the emulator: a stack beside a service that runs behind a load
balancer of somebody else, the switch to it, and the end of the old service.
"""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from support.call_log import Step, resources_in, steps
from support.changes import unexpected_changes
from support.deployed import remove, write
from support.moto_server import CALLS

import tfgen

if TYPE_CHECKING:
    from support.moto_server import Moto
    from support.terraform import Stack, Terraform

ROOT = Path(__file__).parent.parent
EXAMPLE = ROOT / "examples" / "adoption"
BESIDE, SWITCHED, ALONE = "1-beside", "2-switched", "3-alone"
RULE = "aws_lb_listener_rule.https_shop_example_com_0de8"
TEST_RULE = "aws_lb_listener_rule.https_next_shop_example_com_ae29"
OLD, NEW = "shop-old", "web"
"""The services' names in ECS, and how the names of their target groups begin."""


def own_files(*names: str) -> dict[str, str]:
    return {name: (EXAMPLE / name).read_text() for name in names}


def rendered(step: str) -> dict[str, str]:
    """The stack of a step, and the files of the user's that are beside it."""
    pages, problems = tfgen.render_file(EXAMPLE / f"{step}.yaml")
    assert not problems
    return pages | own_files("platform.tf", *(["old.tf"] if step != ALONE else []))


class Platform:
    """A VPC and a load balancer of a platform team."""

    def __init__(self, moto: Moto) -> None:
        self.elb, self.ecs = moto.boto3_client("elbv2"), moto.boto3_client("ecs")
        ec2 = moto.boto3_client("ec2")
        vpc = ec2.create_vpc(CidrBlock="10.70.0.0/16")["Vpc"]["VpcId"]
        subnets = {
            zone: ec2.create_subnet(
                VpcId=vpc, CidrBlock=f"10.70.{number}.0/24", AvailabilityZone=f"us-east-1{zone}"
            )["Subnet"]["SubnetId"]
            for number, zone in enumerate("ab")
        }
        group = ec2.create_security_group(GroupName="shared", Description="shared", VpcId=vpc)["GroupId"]
        balancer = self.elb.create_load_balancer(
            Name="shared", Subnets=[*subnets.values()], SecurityGroups=[group]
        )["LoadBalancers"][0]["LoadBalancerArn"]
        default = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}
        self.listener = self.elb.create_listener(
            LoadBalancerArn=balancer, Protocol="HTTP", Port=80, DefaultActions=[default]
        )["Listeners"][0]["ListenerArn"]
        self.values = {
            "vpc_id": vpc,
            "private_subnet_ids": subnets,
            "listener_arn": self.listener,
            "load_balancer_security_group_id": group,
            "cluster_arn": self.ecs.create_cluster(clusterName="shared")["cluster"]["clusterArn"],
        }

    def responding(self, host: str) -> str:
        """The running service that requests for a host go to; empty where they get an error."""
        rules = self.elb.describe_rules(ListenerArn=self.listener)["Rules"]
        for rule in sorted((each for each in rules if not each["IsDefault"]), key=_priority):
            if host in rule["Conditions"][0]["HostHeaderConfig"]["Values"]:
                return self._service_of(rule["Actions"][0]["TargetGroupArn"])
        return ""

    def rules(self) -> int:
        """How many rules its listener has besides the default one."""
        return len(self.elb.describe_rules(ListenerArn=self.listener)["Rules"]) - 1

    def _service_of(self, target_group: str) -> str:
        services = self.ecs.describe_services(cluster="shared", services=[OLD, NEW])["services"]
        return next(
            each["serviceName"]
            for each in services
            if each["loadBalancers"][0]["targetGroupArn"] == target_group and each["runningCount"]
        )


def _priority(rule: Mapping[str, Any]) -> int:
    return int(rule["Priority"])


@pytest.fixture
def platform(moto: Moto) -> Iterator[Platform]:
    yield Platform(moto)
    moto.reset()


class Steps:
    """The steps of the example, applied one after another to one stack."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        stack.init()
        stack.apply()

    def apply(self, step: str) -> list[Step]:
        """The calls that a step makes, in their order."""
        before, first = resources_in(self.stack.folder), len(CALLS)
        remove(self.stack.folder.rglob("*.tf"))
        write(rendered(step), self.stack.folder)
        self.stack.execute_command("get")
        self.stack.execute_command("apply", "-auto-approve", "-input=false", "-no-color", "-refresh=false")
        return steps(CALLS[first:], before, resources_in(self.stack.folder))


def is_old(step: Step) -> bool:
    return step.address.rpartition(".")[2] in ("old", "old_execution")


@pytest.mark.xdist_group("apply-adoption")
def test_the_old_service_runs_until_the_new_one_responds(
    terraform: Terraform, platform: Platform, tmp_path: Path
) -> None:
    write(own_files("terraform.tf", "platform.tf", "old.tf"), tmp_path)
    (tmp_path / "platform.auto.tfvars.json").write_text(json.dumps({"platform": platform.values}))
    done = Steps(terraform.stack(tmp_path))
    assert platform.responding("shop.example.com") == OLD

    beside = done.apply(BESIDE)
    assert {step.verb for step in beside} == {"create"}
    assert not any(map(is_old, beside))
    assert platform.responding("shop.example.com") == OLD
    assert platform.responding("next.shop.example.com") == NEW

    (switch,) = done.apply(SWITCHED)
    assert (switch.call, switch.address) == ("SetRulePriorities", f"module.services.{RULE}")
    assert platform.responding("shop.example.com") == NEW

    alone = done.apply(ALONE)
    assert [(step.verb, step.address) for step in alone if not is_old(step)] == [
        ("delete", f"module.services.{TEST_RULE}")
    ]
    assert platform.responding("shop.example.com") == NEW
    assert platform.rules() == 1
    assert unexpected_changes(done.stack.plan()) == []


def test_the_steps_are_one_stack() -> None:
    """A step changes what its head says, and nothing else."""
    texts = [(EXAMPLE / f"{step}.yaml").read_text().splitlines() for step in (BESIDE, SWITCHED, ALONE)]
    rest = [[line for line in text if not line.startswith("# ")] for text in texts]
    beside, switched, alone = (set(lines) for lines in rest)
    assert beside - switched == {"      - {host: shop.example.com, priority: 210}"}
    assert switched - beside == {"      - {host: shop.example.com, priority: 190}"}
    assert switched - alone == {"      - {host: next.shop.example.com, priority: 110}"}
    assert alone <= switched


def test_the_page_shows_the_routes_of_each_step() -> None:
    page = (ROOT / "docs" / "adopting.md").read_text()
    for step in (BESIDE, SWITCHED, ALONE):
        text = (EXAMPLE / f"{step}.yaml").read_text()
        routes = textwrap.dedent(text[text.index("    routes:") :])
        assert textwrap.indent(f"```yaml\n{routes}```\n", "   ") in page
        assert f"(../examples/adoption/{step}.yaml)" in page
