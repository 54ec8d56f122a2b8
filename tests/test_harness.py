"""Proves the harness itself: Terraform runs shielded, the emulator answers, and a plan is judged rightly."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
import urllib.parse
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import tftest
from botocore.exceptions import ClientError
from support import terraform as harness
from support.changes import GAPS, Gap, unexpected_changes
from support.deployed import deploy_stacks
from support.terraform import PROVIDER, PROVIDER_VERSION, Stack, Terraform

if TYPE_CHECKING:
    from support.moto_server import Moto

REGION = "eu-west-1"

PROVIDER_BLOCKS = """\
terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100"
    }
  }
}

provider "aws" {
  region = "eu-west-1"
}
"""

NETWORK = """\
variable "name" {
  type    = string
  default = "tiny"
}

resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"

  tags = { Name = var.name }
}

resource "aws_subnet" "public" {
  vpc_id            = aws_vpc.main.id
  availability_zone = "eu-west-1a"
  cidr_block        = "10.0.1.0/24"
}

resource "aws_internet_gateway" "main" {
  vpc_id = aws_vpc.main.id
}

output "vpc_id" {
  value = aws_vpc.main.id
}
"""

# Everything of an ECS service that moto forgets when nobody teaches it.
SERVICE = """\
resource "aws_service_discovery_http_namespace" "main" {
  name = "tiny"
}

resource "aws_ecs_cluster" "main" {
  name = "tiny"
}

resource "aws_ecs_task_definition" "web" {
  family                   = "web"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = 256
  memory                   = 512

  container_definitions = jsonencode([{
    name         = "web"
    image        = "web"
    portMappings = [{ name = "http", containerPort = 3000 }]
  }])
}

resource "aws_ecs_service" "web" {
  name                              = "web"
  cluster                           = aws_ecs_cluster.main.arn
  task_definition                   = aws_ecs_task_definition.web.arn
  desired_count                     = 2
  availability_zone_rebalancing     = "ENABLED"
  enable_ecs_managed_tags           = true
  enable_execute_command            = true
  health_check_grace_period_seconds = 60

  capacity_provider_strategy {
    capacity_provider = "FARGATE"
    weight            = 1
  }

  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }

  network_configuration {
    subnets = [aws_subnet.public.id]
  }

  service_connect_configuration {
    enabled   = true
    namespace = aws_service_discovery_http_namespace.main.arn

    service {
      port_name = "http"

      client_alias {
        port     = 3000
        dns_name = "backend"
      }
    }
  }
}

resource "aws_appautoscaling_target" "web" {
  service_namespace  = "ecs"
  resource_id        = "service/${aws_ecs_cluster.main.name}/${aws_ecs_service.web.name}"
  scalable_dimension = "ecs:service:DesiredCount"
  min_capacity       = 2
  max_capacity       = 6

  tags = { Team = var.name }
}
"""


def stack_of(terraform: Terraform, folder: Path, **files: str) -> Stack:
    """An initialised working copy of a stack of these files."""
    for name, text in files.items():
        (folder / f"{name}.tf").write_text(text)
    stack = terraform.stack(folder)
    stack.init()
    return stack


@pytest.fixture(scope="class")
def network(terraform: Terraform, tmp_path_factory: pytest.TempPathFactory) -> Stack:
    return stack_of(terraform, tmp_path_factory.mktemp("network"), main=PROVIDER_BLOCKS, network=NETWORK)


@pytest.fixture(scope="class")
def applied(terraform: Terraform, tmp_path_factory: pytest.TempPathFactory) -> Stack:
    """The network and an ECS service in it, as built in the emulator; the last test takes it down."""
    folder = tmp_path_factory.mktemp("applied")
    stack = stack_of(terraform, folder, main=PROVIDER_BLOCKS, network=NETWORK, service=SERVICE)
    stack.apply()
    return stack


@pytest.mark.xdist_group("harness")
class TestStack:
    """A stack through its whole life, in order."""

    def test_the_group_stays_in_one_process(self, request: pytest.FixtureRequest) -> None:
        # pytest-xdist 3.8 marks a group in the test's id, and with pytest 9.2 forgets it without a word.
        if request.config.getoption("loadgroup", False):
            assert request.node.nodeid.endswith("@harness")

    def test_init_links_the_provider(self, network: Stack) -> None:
        installed = network.folder / ".terraform" / "providers" / PROVIDER / PROVIDER_VERSION
        assert [path.is_symlink() for path in installed.iterdir()] == [True]

    def test_validate_is_silent_about_a_good_stack(self, network: Stack) -> None:
        assert network.validate() == []

    def test_plan_tells_what_will_exist(self, network: Stack) -> None:
        plan = network.plan(tf_vars={"name": "renamed"})

        assert sorted(plan.resources) == ["aws_internet_gateway.main", "aws_subnet.public", "aws_vpc.main"]
        assert plan.resources["aws_vpc.main"]["values"]["tags"] == {"Name": "renamed"}
        assert unexpected_changes(plan) == [
            "aws_internet_gateway.main: create",
            "aws_subnet.public: create",
            "aws_vpc.main: create",
            "output.vpc_id: create",
        ]

    def test_apply_builds_what_boto3_sees(self, applied: Stack, moto: Moto) -> None:
        vpcs = moto.boto3_client("ec2", REGION).describe_vpcs(VpcIds=[applied.output()["vpc_id"]])["Vpcs"]

        assert [vpc["CidrBlock"] for vpc in vpcs] == ["10.0.0.0/16"]

    def test_show_tells_the_state(self, applied: Stack) -> None:
        resources = applied.show()["values"]["root_module"]["resources"]

        assert "aws_ecs_service.web" in [resource["address"] for resource in resources]

    @pytest.mark.usefixtures("applied")
    def test_a_service_keeps_what_it_was_told(self, moto: Moto) -> None:
        services = moto.boto3_client("ecs", REGION).describe_services(cluster="tiny", services=["web"])
        service = services["services"][0]

        connect = service["deployments"][0]["serviceConnectConfiguration"]["services"]
        assert connect == [{"portName": "http", "clientAliases": [{"port": 3000, "dnsName": "backend"}]}]
        assert service["deploymentConfiguration"]["deploymentCircuitBreaker"]["rollback"] is True
        assert (service["enableExecuteCommand"], service["healthCheckGracePeriodSeconds"]) == (True, 60)

    def test_a_second_plan_changes_nothing(self, applied: Stack) -> None:
        assert unexpected_changes(applied.plan(), gaps=()) == []

    def test_a_real_change_is_seen_and_made(self, applied: Stack) -> None:
        renamed = {"name": "renamed"}

        assert unexpected_changes(applied.plan(tf_vars=renamed)) == [
            'aws_appautoscaling_target.web.tags: {"Team": "tiny"} -> {"Team": "renamed"}',
            'aws_appautoscaling_target.web.tags_all: {"Team": "tiny"} -> {"Team": "renamed"}',
            'aws_vpc.main.tags: {"Name": "tiny"} -> {"Name": "renamed"}',
            'aws_vpc.main.tags_all: {"Name": "tiny"} -> {"Name": "renamed"}',
        ]
        applied.apply(tf_vars=renamed)
        assert unexpected_changes(applied.plan(tf_vars=renamed)) == []

    def test_destroy_leaves_nothing(self, applied: Stack, moto: Moto) -> None:
        vpc_id = applied.output()["vpc_id"]

        applied.destroy()

        vpcs = moto.boto3_client("ec2", REGION).describe_vpcs()["Vpcs"]
        assert vpc_id not in [vpc["VpcId"] for vpc in vpcs]


def test_validate_names_the_line(terraform: Terraform, tmp_path: Path) -> None:
    stack = stack_of(
        terraform, tmp_path, main=PROVIDER_BLOCKS, bad='resource "aws_vpc" "main" {\n  flavour = 1\n}\n'
    )

    assert stack.validate() == [
        'error bad.tf:2: Unsupported argument: An argument named "flavour" is not expected here.'
    ]


def test_a_failure_shows_what_terraform_said(terraform: Terraform, tmp_path: Path) -> None:
    stack = stack_of(terraform, tmp_path, main='output "broken" {\n  value = file("missing")\n}\n')

    with pytest.raises(
        tftest.TerraformTestError, match=r"terraform plan ended with 1:\n(?s:.*)no file exists"
    ):
        stack.plan()


def test_a_stack_with_a_remote_backend_keeps_its_state_beside_it(
    terraform: Terraform, tmp_path: Path
) -> None:
    remote = 'terraform {\n  backend "s3" {\n    bucket = "state"\n    key    = "shop"\n  }\n}\n'

    stack = stack_of(terraform, tmp_path, main=remote, output='output "name" {\n  value = "shop"\n}\n')

    stack.apply()
    assert (stack.folder / "terraform.tfstate").is_file()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["main.tf", "output.tf"]


@pytest.mark.parametrize(
    ("text", "unformatted"),
    [("locals {\n  a = 1\n}\n", []), ("locals {\na=1\n}\n", ["modules/network/main.tf"])],
    ids=["formatted", "not formatted"],
)
def test_fmt_names_the_files(terraform: Terraform, tmp_path: Path, text: str, unformatted: list[str]) -> None:
    folder = tmp_path / "modules" / "network"
    folder.mkdir(parents=True)
    (folder / "main.tf").write_text(text)

    assert terraform.unformatted(tmp_path) == unformatted


def test_fmt_does_not_pass_over_a_file_that_does_not_parse(terraform: Terraform, tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text("locals {")

    assert any("Unclosed configuration block" in line for line in terraform.unformatted(tmp_path))


@pytest.mark.parametrize(
    "text", ["plain", 'a "quoted" one', "two\nlines", "${x} %{y}", "\\n", "ünï→code", ""]
)
def test_expressions_evaluate_to_python_values(terraform: Terraform, text: str) -> None:
    literal = json.dumps(text, ensure_ascii=False).replace("${", "$${").replace("%{", "%%{")

    assert terraform.evaluate(f"{{ a = [1, true, null, {literal}] }}") == {"a": [1, True, None, text]}


def test_an_expression_that_does_not_evaluate_is_an_error(terraform: Terraform) -> None:
    with pytest.raises(tftest.TerraformTestError, match="Reference to undeclared input variable"):
        terraform.evaluate("var.nothing")


def test_what_uses_terraform_is_marked_by_itself(
    request: pytest.FixtureRequest, terraform: Terraform
) -> None:
    assert request.node.get_closest_marker("terraform")
    assert Path(terraform.binary).is_file()


@pytest.mark.usefixtures("terraform")
def test_nothing_of_the_developers_account_reaches_terraform(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("TF_VAR_name", "mine")
    monkeypatch.setenv("HARMLESS", "kept")

    env = Terraform.prepare(tmp_path, "http://127.0.0.1:1").env

    assert env["AWS_ENDPOINT_URL"] == "http://127.0.0.1:1"
    assert env["HARMLESS"] == "kept"
    assert {"AWS_PROFILE", "TF_VAR_name"}.isdisjoint(env)


@pytest.mark.parametrize("named", ["", "/no/such/terraform"])
def test_without_terraform_a_test_fails_and_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, named: str
) -> None:
    monkeypatch.setattr(harness, "CACHE", tmp_path)
    monkeypatch.setenv("TFGEN_TERRAFORM", named)
    monkeypatch.setenv("PATH", "")

    message = f"Terraform was not found: '{named or 'terraform'}' is no program. Put it on PATH"
    with pytest.raises(pytest.fail.Exception, match=message):
        harness.binary()


def test_terraform_is_taken_from_the_environment_then_the_path_then_the_cache(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    named, on_path, cached = (
        tmp_path / place / "terraform" for place in ("named", "path", "terraform/1.11.4")
    )
    for program in (cached, on_path, named):
        program.parent.mkdir(parents=True)
        program.write_text("#!/bin/sh\n")
        program.chmod(0o755)
    monkeypatch.setattr(harness, "CACHE", tmp_path)
    monkeypatch.setenv("TFGEN_TERRAFORM", str(named))
    monkeypatch.setenv("PATH", str(on_path.parent))

    assert harness.binary() == str(named)
    monkeypatch.delenv("TFGEN_TERRAFORM")
    assert harness.binary() == str(on_path)
    monkeypatch.setenv("PATH", "")
    assert harness.binary() == str(cached)


def test_the_mirror_is_the_first_folder_that_holds_the_provider(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("TFGEN_PROVIDER_MIRROR", raising=False)
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    implied, named = tmp_path / ".terraform.d" / "plugins", tmp_path / "named"
    for mirror, version in ((implied, PROVIDER_VERSION), (named, "1.0.0")):
        (mirror / PROVIDER / version / "linux_amd64").mkdir(parents=True)

    assert harness.provider_mirror() == implied
    monkeypatch.setenv("TFGEN_PROVIDER_MIRROR", str(named))
    assert harness.provider_mirror() is None  # the user's word counts, even when it leads nowhere


def test_a_provider_that_is_in_no_mirror_is_downloaded_once(
    monkeypatch: pytest.MonkeyPatch, terraform: Terraform, tmp_path: Path
) -> None:
    registry = harness._mirror_block(harness.provider_mirror() or harness.CACHE / "providers")
    monkeypatch.setattr(harness, "CACHE", tmp_path / "cache")

    mirror = harness._downloaded_provider(terraform.binary, registry)

    assert list((mirror / PROVIDER / PROVIDER_VERSION).glob("*/terraform-provider-aws*"))
    assert harness._downloaded_provider(terraform.binary, "no source at all") == mirror
    assert sorted(path.name for path in mirror.parent.iterdir()) == ["providers", "providers.lock"]


def test_a_provider_that_cannot_be_had_fails_the_tests(
    monkeypatch: pytest.MonkeyPatch, terraform: Terraform, tmp_path: Path
) -> None:
    monkeypatch.setattr(harness, "CACHE", tmp_path / "cache")
    nothing = tmp_path / "nothing"
    nothing.mkdir()

    with pytest.raises(pytest.fail.Exception, match=f"The AWS provider {PROVIDER_VERSION} was not found"):
        harness._downloaded_provider(terraform.binary, harness._mirror_block(nothing))


def test_a_terraform_that_hangs_is_ended_with_its_children(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(harness, "TIMEOUT", 0.5)
    program = tmp_path / "terraform"
    program.write_text("#!/bin/sh\nsleep 60 &\necho $! >child\nwait\n")
    program.chmod(0o755)

    with pytest.raises(subprocess.TimeoutExpired):
        Terraform(str(program), os.environ, tmp_path).run("plan", cwd=tmp_path)

    assert not is_running(int((tmp_path / "child").read_text()))


def is_running(pid: int) -> bool:
    """Whether the process works still; one that has ended may wait for whoever collects it."""
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return bool(state.stdout.strip()) and not state.stdout.startswith("Z")


def test_reset_forgets_everything(moto: Moto) -> None:
    ec2 = moto.boto3_client("ec2", "ap-southeast-2")
    ec2.create_vpc(CidrBlock="10.9.0.0/16")

    moto.reset()

    assert [vpc["IsDefault"] for vpc in ec2.describe_vpcs()["Vpcs"]] == [True]


def test_what_the_emulator_failed_is_applied_once_more(terraform: Terraform, moto: Moto) -> None:
    logs = moto.boto3_client("logs", "eu-west-1")
    logs.create_log_group(logGroupName="left")
    group = 'resource "aws_cloudwatch_log_group" "left" {\n  name = "left"\n}\n'

    with warnings.catch_warnings(
        record=True
    ) as said:  # as the tests that deploy have them, by pyproject.toml
        deployed = deploy_stacks(terraform, {"tiny": {"main.tf": f"{PROVIDER_BLOCKS}\n{group}"}})

    (warning,) = said
    assert str(warning.message).startswith("tiny applied a second time: creating CloudWatch Logs Log Group")
    assert [each["logGroupName"] for each in logs.describe_log_groups()["logGroups"]] == ["left"]
    deployed["tiny"].stack.destroy()


def test_an_answer_is_received_in_one_piece(moto: Moto) -> None:
    address = urllib.parse.urlsplit(moto.url)
    with socket.create_connection((address.hostname, address.port), timeout=30) as connection:
        connection.sendall(b"GET /moto-api/config HTTP/1.1\r\nHost: localhost\r\n\r\n")
        head, _, body = connection.recv(1 << 20).partition(b"\r\n\r\n")

    assert f"Content-Length: {len(body)}".encode() in head.splitlines()
    assert body


@pytest.mark.usefixtures("moto")
def test_the_emulator_answers_one_request_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its data are no match for threads."""
    from flask import Flask  # noqa: PLC0415
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication  # noqa: PLC0415

    now, most = 0, []

    def slow(_environ: object, _start: object) -> None:
        nonlocal now
        now += 1
        most.append(now)
        time.sleep(0.01)
        now -= 1

    application = DomainDispatcherApplication(lambda _: Flask("none"))
    monkeypatch.setattr(application, "get_application", lambda _: slow)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: application({}, None), range(8)))
    assert most == [1] * 8


def test_a_call_that_is_repeated_gets_its_first_answer(moto: Moto) -> None:
    """A client that lost an answer asks again, under the same ID; the emulator makes nothing twice."""
    iam = moto.boto3_client("iam")

    def create(call: str) -> str:
        def name_call(request: Any, **_: Any) -> None:
            request.headers["amz-sdk-invocation-id"] = call

        iam.meta.events.register_last("before-send.iam.CreateUser", name_call, unique_id="name")
        try:
            return str(iam.create_user(UserName="twice")["User"]["UserId"])
        finally:
            iam.meta.events.unregister("before-send.iam.CreateUser", unique_id="name")

    assert create("first") == create("first")
    with pytest.raises(ClientError, match="already exists"):
        create("second")
    iam.delete_user(UserName="twice")


@pytest.mark.parametrize(
    ("service", "action", "arguments"),
    [
        ("ecr", "validate_pull_through_cache_rule", {"ecrRepositoryPrefix": "hub"}),
        (
            "ec2",
            "describe_subnets",
            {"Filters": [{"Name": "ipv6-cidr-block-association.state", "Values": ["x"]}]},
        ),
        ("elbv2", "describe_trust_stores", {}),
    ],
    ids=["json", "ec2", "query"],
)
def test_what_moto_cannot_do_fails_at_once(
    moto: Moto, service: str, action: str, arguments: dict[str, Any]
) -> None:
    with pytest.raises(ClientError) as caught:
        getattr(moto.boto3_client(service), action)(**arguments)

    assert caught.value.response["Error"]["Code"] == "EmulatorFault"
    assert caught.value.response["Error"]["Message"].startswith("moto: ")
    assert caught.value.response["ResponseMetadata"]["RetryAttempts"] == 0


def change(actions: list[str], before: Any = None, after: Any = None, **rest: Any) -> dict[str, Any]:
    return {"actions": actions, "before": before, "after": after, "after_unknown": {}} | rest


SERVICE_GAP = Gap("*aws_ecs_service.*", "placement_*", "made up for this table")


@pytest.mark.parametrize(
    ("address", "made", "expected"),
    [
        ("aws_vpc.main", change(["no-op"], {"a": 1}, {"a": 1}), []),
        ("aws_vpc.main", change(["create"], None, {"a": 1}), ["aws_vpc.main: create"]),
        ("aws_vpc.main", change(["delete"], {"a": 1}, None), ["aws_vpc.main: delete"]),
        ("data.aws_ami.x", change(["read"], None, {}), ["data.aws_ami.x: read"]),
        (
            "aws_vpc.main",
            change(["delete", "create"], {}, {}, replace_paths=[["cidr_block"], ["rule", 0, "port"]]),
            ["aws_vpc.main: delete and create, because of cidr_block, rule.0.port"],
        ),
        (
            "aws_vpc.main",
            change(["update"], {"a": 1, "b": [1], "same": 0}, {"a": 2, "b": None, "same": 0}),
            ["aws_vpc.main.a: 1 -> 2", "aws_vpc.main.b: [1] -> null"],
        ),
        (
            "aws_vpc.main",
            change(
                ["update"], {"a": 1, "b": [{}]}, {"b": [{}]}, after_unknown={"a": True, "b": [{"c": False}]}
            ),
            ["aws_vpc.main.a: 1 -> (known after apply)"],
        ),
        (
            "aws_vpc.main",
            change(["update"], {"b": [{}]}, {"b": [{}]}, after_unknown={"b": [{"c": True}]}),
            ["aws_vpc.main.b: [{}] -> [{}]"],
        ),
        ("aws_ecs_service.web", change(["update"], {"placement_x": 1}, {"placement_x": 2}), []),
        ("module.a.aws_ecs_service.web", change(["update"], {"placement_x": 1}, {"placement_x": 2}), []),
        (
            "aws_ecs_service.web",
            change(["update"], {"placement_x": 1, "a": 1}, {"placement_x": 2, "a": 2}),
            ["aws_ecs_service.web.a: 1 -> 2"],
        ),
        ("aws_vpc.main", change(["update"], {"placement_x": 1}, {}), ["aws_vpc.main.placement_x: 1 -> null"]),
        (
            "aws_ecs_service.web",
            change(["delete", "create"], {}, {}, replace_paths=[["placement_x"]]),
            ["aws_ecs_service.web: delete and create, because of placement_x"],
        ),
    ],
)
def test_unexpected_changes(address: str, made: dict[str, Any], expected: list[str]) -> None:
    plan = {"resource_changes": [{"address": address, "change": made}]}

    assert unexpected_changes(plan, gaps=[SERVICE_GAP]) == expected


def test_unexpected_changes_of_outputs() -> None:
    plan = {"output_changes": {"a": change(["update"], "x", "y"), "b": change(["no-op"], 1, 1)}}

    assert unexpected_changes(plan) == ["output.a: update"]


def test_every_gap_has_a_reason() -> None:
    assert all(gap.reason for gap in GAPS)
    assert len({(gap.address, gap.attribute) for gap in GAPS}) == len(GAPS)
