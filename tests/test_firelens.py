"""FireLens: the container that routes log lines, and what containers send to it."""

from typing import Any

import pytest
from strategies import Data
from test_containers import REGISTRY, definition, outcome_of, page_of

ROUTER = {"image": f"{REGISTRY}/fluent-bit:3", "firelens": "fluentbit"}
ROUTED = {"driver": "firelens", "options": {"Name": "datadog"}}
STREAM = "arn:aws:firehose:us-east-1:123456789012:deliverystream/logs"
SECRET = "arn:aws:secretsmanager:us-east-1:123456789012:secret:logs-aB3dE6"


def routed(**said: Any) -> Data:
    """Keys of a service whose application sends its log lines to a router."""
    return {"logs": ROUTED, "containers": {"router": {**ROUTER, **said}}}


def codes(**said: Any) -> list[str]:
    return [each.code for each in outcome_of(**said).problems if each.severity != "note"]


# --- definitions


def test_log_lines_go_to_the_router_and_its_own_to_cloudwatch() -> None:
    text = page_of(**routed())
    web, router = definition(text, "web"), definition(text, "router")
    assert 'logDriver = "awsfirelens"' in web
    assert '"Name" = "datadog"' in web
    assert "awslogs" not in web
    assert 'logDriver = "awslogs"' in router
    assert 'awslogs-stream-prefix = "router"' in router
    assert 'type = "fluentbit"' in router
    assert 'enable-ecs-log-metadata = "true"' in router
    assert "config-file" not in router


def test_a_configuration_file_is_one_of_the_image() -> None:
    said = {"type": "fluentd", "config_file": "/extra.conf", "metadata": False}
    text = page_of(**routed(firelens=said) | {"logs": "firelens"})
    router = definition(text, "router")
    for line in ('type = "fluentd"', 'config-file-type = "file"', 'config-file-value = "/extra.conf"'):
        assert line in router
    assert 'enable-ecs-log-metadata = "false"' in router
    assert "options" not in definition(text, "web")


@pytest.mark.parametrize(("health", "condition"), [(None, "START"), ("alive", "HEALTHY")])
def test_containers_wait_for_the_router_that_they_send_to(health: str | None, condition: str) -> None:
    agent = {"image": f"{REGISTRY}/agent:1"}
    said = routed(**({"health": health} if health else {}))
    said["containers"] |= {"agent": {**agent, "logs": ROUTED}, "other": agent}
    text = page_of(**said)
    for name in ("web", "agent"):
        assert f'containerName = "router"\ncondition = "{condition}"' in definition(text, name)
    assert "dependsOn" not in definition(text, "other")
    assert "dependsOn" not in definition(text, "router")


def test_what_a_spec_says_of_the_router_is_kept() -> None:
    text = page_of(**routed(health="alive"), depends_on=["router"])
    assert 'condition = "START"' in definition(text, "web")


@pytest.mark.parametrize(
    "said", [{"depends_on": ["web"]}, {"depends_on": {"agent": "START"}}], ids=["itself", "another"]
)
def test_a_router_waits_for_nobody_who_sends_to_it(said: Data) -> None:
    keys = routed(**said)
    keys["containers"]["agent"] = {"image": f"{REGISTRY}/agent:1", "logs": ROUTED}
    assert codes(**keys) == ["TG621"]


def test_the_log_lines_of_a_job_can_be_routed() -> None:
    job = {"image": f"{REGISTRY}/nightly:1", "run": "by-hand", **routed()}
    pages = outcome_of(top={"jobs": {"nightly": job}}).pages()
    assert 'logDriver = "awsfirelens"' in definition(pages["modules/services/nightly.tf"], "nightly")


def test_a_router_that_may_stop_alone_is_told() -> None:
    assert codes(**routed(essential=False)) == ["TG639"]


# --- secrets and permissions


@pytest.mark.parametrize(
    ("secret", "line", "allowed"),
    [
        (SECRET, f'valueFrom = "{SECRET}"', f'["{SECRET}"]'),
        (f"{SECRET}:key::", f'valueFrom = "{SECRET}:key::"', f'["{SECRET}"]'),
        ({"secret": {"input": "key"}, "key": "a"}, 'valueFrom = "${var.key}:a::"', "[var.key]"),
        ("/logs/key", 'valueFrom = "/logs/key"', '["arn:aws:ssm:us-east-1:*:parameter/logs/key"]'),
    ],
)
def test_ecs_reads_secret_options_with_the_execution_role(secret: Any, line: str, allowed: str) -> None:
    said = routed() | {"logs": ROUTED | {"secrets": {"apikey": secret}}}
    text = page_of(**said)
    assert f'{{ name = "apikey", {line} }},' in definition(text, "web")
    roles = text.partition('resource "aws_iam_role" "web_task"')[0]
    assert allowed in roles


def test_the_key_of_a_secret_option_is_allowed() -> None:
    key = "arn:aws:kms:us-east-1:123456789012:key/0a1b2c3d-0000-4000-8000-000000000000"
    text = page_of(**routed() | {"logs": ROUTED | {"secrets": {"a": {"secret": SECRET, "kms_key": key}}}})
    assert key in text


@pytest.mark.parametrize(
    ("secret", "code"),
    [
        (f"{SECRET}:key", "TG318"),
        (SECRET.replace("us-east-1", "us-esat-1"), "TG306"),
        (SECRET.replace("logs-aB3dE6", "a*"), "TG388"),
        (SECRET.replace("logs-aB3dE6", "db-master"), "TG319"),
    ],
)
def test_rules_of_secrets_hold_for_secret_options(secret: str, code: str) -> None:
    outcome = outcome_of(**routed() | {"logs": ROUTED | {"secrets": {"apikey": secret}}})
    (found,) = [each for each in outcome.problems if each.code == code]
    assert found.at.path == ("services", "web", "logs", "secrets", "apikey")


def test_options_that_only_terraform_knows_are_handed_down() -> None:
    options = {"Name": "datadog", "a": {"input": "key"}, "b": {"join": ["x-", {"input": "key"}]}, "c": 3}
    web = definition(page_of(**routed() | {"logs": ROUTED | {"options": options}}), "web")
    for line in ('"a" = var.key', '"b" = "x-${var.key}"', '"c" = "3"'):
        assert line in web


@pytest.mark.parametrize(
    ("options", "endpoint"),
    [
        ({"Name": "kinesis_firehose"}, "kinesis-firehose"),
        ({"Name": "kinesis_streams"}, "kinesis-streams"),
        ({"Name": "cloudwatch"}, "logs"),
        ({"Name": "kinesis_firehose", "region": "us-east-1"}, "kinesis-firehose"),
    ],
)
def test_a_way_to_where_log_lines_go_is_opened(options: Data, endpoint: str) -> None:
    outcome = outcome_of(network="endpoints", **routed() | {"logs": ROUTED | {"options": options}})
    assert outcome.blueprint
    assert endpoint in {each.service for each in outcome.blueprint.network.interface_endpoints}


def test_another_region_has_no_endpoint_here() -> None:
    options = {"Name": "kinesis_firehose", "region": "eu-west-1"}
    outcome = outcome_of(network="endpoints", **routed() | {"logs": ROUTED | {"options": options}})
    assert "kinesis-firehose" not in str(outcome.blueprint and outcome.blueprint.network.interface_endpoints)


# --- what is wrong with them


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"logs": ROUTED}, "TG632"),
        ({"logs": "firelens", "containers": {"a": {"image": f"{REGISTRY}/agent:1"}}}, "TG632"),
        ({"logs": ROUTED, "containers": {"a": ROUTER, "b": ROUTER}}, "TG633"),
        (routed(logs=ROUTED), "TG634"),
        (routed() | {"port": 24224}, "TG635"),
        (routed() | {"ports": {"http": 80, "logs": {"number": 24224, "protocol": "udp"}}}, "TG635"),
        (routed() | {"ingress": [{"cidr": "10.0.0.0/8", "port": 24224}]}, "TG635"),
        (routed() | {"ingress": [{"cidr": "10.0.0.0/8", "port": "24224-24225"}]}, "TG635"),
        (routed() | {"ingress": [{"cidr": "10.0.0.0/8", "port": "1-24224", "protocol": "udp"}]}, "TG635"),
        (routed(firelens={"config_file": "/fluent-bit/etc/fluent-bit.conf"}), "TG636"),
        (routed() | {"logs": {"options": {"Name": "s3"}}}, "TG637"),
        (routed() | {"logs": {"secrets": {"key": SECRET}}}, "TG637"),
        (routed() | {"logs": "firelens"}, "TG637"),
        (routed(firelens="fluentd"), "TG637"),
        (routed() | {"logs": ROUTED | {"secrets": {"Name": SECRET}}}, "TG637"),
    ],
)
def test_what_routes_no_log_lines(said: Data, code: str) -> None:
    found = [each.code for each in outcome_of(**said).problems if each.severity == "error"]
    assert found == [code]


@pytest.mark.parametrize(
    "said",
    [
        routed(),
        routed(firelens={"type": "fluentd"}) | {"logs": {"driver": "firelens", "options": {"@type": "s3"}}},
        routed() | {"ingress": [{"cidr": "10.0.0.0/8", "port": "24225-24300"}]},
        routed() | {"ingress": [{"cidr": "10.0.0.0/8", "port": "1-24223"}]},
        routed() | {"ingress": [{"cidr": "10.0.0.0/8", "protocol": "icmp"}]},
        routed() | {"port": 80, "ingress": ["10.0.0.0/8", {"cidr": "10.1.0.0/16", "port": "http"}]},
        {"port": 24224},
    ],
)
def test_what_routes_log_lines(said: Data) -> None:
    assert codes(**said) == []


@pytest.mark.parametrize(
    ("network", "image"), [("nat", "public.ecr.aws/"), ("endpoints", "ACCOUNT.dkr.ecr.")]
)
def test_the_image_of_a_router_can_be_pulled(network: str, image: str) -> None:
    (problem,) = [each for each in outcome_of(network, logs=ROUTED).problems if each.severity == "error"]
    assert image in problem.hint
