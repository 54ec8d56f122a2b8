"""Which alarms there are, from where on, and whom they tell."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tfgen.pipe import Outcome, run_text
from tfgen.spec.source import dump_yaml

MAIL, TOPIC = "ops@example.com", "arn:aws:sns:us-east-1:123456789012:pages"
LISTENER = (
    "arn:aws:elasticloadbalancing:us-east-1:123456789012:listener/app/shared/"
    "0a1b2c3d4e5f6071/0a1b2c3d4e5f6072"
)
WEB = {"image": "nginx:1.27", "port": 80, "routes": ["/"]}


def outcome(alarms: Any, as_module: bool = False, web: Any = None, **spec: Any) -> Outcome:
    said = {
        "name": "shop",
        "region": "us-east-1",
        "network": {"egress": "nat"},
        **({} if alarms is None else {"alarms": alarms}),
        "services": {"web": {**WEB, **(web or {})}, "worker": {"image": "worker:1"}},
    }
    return run_text(dump_yaml({**said, **spec}), "shop.yaml", as_module=as_module)


def alarms_in(found: Outcome) -> dict[str, str]:
    """The name of each alarm -> its block."""
    assert not found.failed, found.problems
    text = "\n".join(found.pages().values())
    blocks = re.findall(r'(?ms)^resource "aws_cloudwatch_metric_alarm" .*?^}$', text)
    return {re.search(r'alarm_name += "(.*)"', block)[1]: block for block in blocks}  # type: ignore[index]


def threshold(block: str) -> int:
    return int(re.findall(r"threshold += (\d+)", block)[0])


USUAL = {
    "shop-load-balancer-errors": 10,
    **{f"shop-{service}-{name}": 90 for service in ("web", "worker") for name in ("cpu", "memory")},
    **{f"shop-{service}-running": 1 for service in ("web", "worker")},
    "shop-web-errors": 10,
    "shop-web-unhealthy": 1,
}


@pytest.mark.parametrize(
    ("alarms", "web", "expected"),
    [
        (MAIL, {}, USUAL),
        ({"topic": TOPIC}, {}, USUAL),
        (MAIL, {"alarms": False}, {name: USUAL[name] for name in USUAL if "-web-" not in name}),
        (MAIL, {"alarms": {"enabled": True}}, USUAL),
        (MAIL, {"alarms": {"cpu": 75, "errors": 3}}, USUAL | {"shop-web-cpu": 75, "shop-web-errors": 3}),
        (
            {"topic": MAIL, "cpu": 80, "memory": False, "errors": 50, "running": False, "unhealthy": False},
            {"alarms": {"memory": True, "unhealthy": True, "errors": False}},
            {
                "shop-load-balancer-errors": 50,
                "shop-web-cpu": 80,
                "shop-worker-cpu": 80,
                "shop-web-memory": 90,
                "shop-web-unhealthy": 1,
            },
        ),
        ({"topic": MAIL, "errors": True, "cpu": True}, {}, USUAL),
        ({"topic": MAIL, "errors": False}, {}, {n: USUAL[n] for n in USUAL if not n.endswith("errors")}),
        (None, {}, {}),
    ],
)
def test_from_where_on_there_is_an_alarm(alarms: Any, web: Any, expected: dict[str, int]) -> None:
    found = alarms_in(outcome(alarms, web=web))
    assert {name: threshold(block) for name, block in found.items()} == expected


SENT = "arn:aws:sqs:us-east-1:123456789012:sent"
_QUEUES = {
    "arn:aws:sqs:us-east-1:123456789012:jobs": {"shop-worker-jobs-age": '"jobs"'},
    "arn:aws:sqs:us-east-1:123456789012:Mails_in.fifo": {"shop-worker-mails-in-fifo-age": '"Mails_in.fifo"'},
    "arn:aws:sqs:us-east-1:123456789012:jobs-*": {},
    "arn:aws:sqs:eu-west-1:123456789012:jobs": {},
}


@pytest.mark.parametrize(("arn", "expected"), _QUEUES.items())
def test_an_alarm_for_each_queue_that_a_service_receives_from(arn: str, expected: dict[str, str]) -> None:
    worker = {"image": "worker:1", "access": [{"receive": arn}, {"send": SENT}]}
    found = alarms_in(outcome({"topic": MAIL, "queue_age": 300}, services={"worker": worker}))
    ages = {name: block for name, block in found.items() if name.endswith("-age")}
    assert {name: re.findall(r"QueueName = (.*)", block)[0] for name, block in ages.items()} == expected
    assert all(threshold(block) == 300 for block in ages.values())


def test_queues_of_another_account_have_their_metrics_there() -> None:
    worker = {"image": "worker:1", "access": [{"receive": "arn:aws:sqs:us-east-1:210987654321:jobs"}]}
    said = {"topic": MAIL, "queue_age": True}
    found = alarms_in(outcome(said, services={"worker": worker}, account="123456789012"))
    assert "shop-worker-jobs-age" not in found


@pytest.mark.parametrize(
    ("name", "receive", "expected"),
    [
        ("jobs", "arn:aws:sqs:us-east-1:123456789012:jobs", {"jobs": '"jobs"'}),
        ("a", "arn:aws:sqs:us-east-1:123456789012:b", {"a": '"a"', "b": '"b"'}),
        (
            {"ref": "aws_sqs_queue.jobs.name"},
            {"ref": "aws_sqs_queue.jobs.arn"},
            {"sqs-queue-jobs": "var.sqs_queue_jobs_name"},
        ),
        (
            "jobs",
            {"ref": "aws_sqs_queue.more.arn"},
            {"jobs": '"jobs"', "sqs-queue-more": 'element(split(":", var.sqs_queue_more_arn), 5)'},
        ),
    ],
)
def test_a_queue_that_scales_a_service_has_one_alarm(
    name: Any, receive: Any, expected: dict[str, str]
) -> None:
    scaling = {"min": 1, "max": 4, "queue": {"name": name, "backlog": 10}}
    worker = {"image": "worker:1", "scaling": scaling, "access": [{"receive": receive}]}
    found = alarms_in(outcome({"topic": MAIL, "queue_age": True}, services={"worker": worker}))
    ages = {each: block for each, block in found.items() if each.endswith("-age")}
    assert {each: re.findall(r"QueueName = (.*)", block)[0] for each, block in ages.items()} == {
        f"shop-worker-{words}-age": value for words, value in expected.items()
    }
    assert {threshold(block) for block in ages.values()} == {600}


@pytest.mark.parametrize(
    ("stack", "own", "expected"),
    [
        (False, {}, []),
        (True, {"queue_age": False}, []),
        (True, False, []),
        (True, {"queue_age": 120}, [120]),
        (False, {"queue_age": 120}, [120]),
        (900, {"queue_age": True}, [600]),
        (900, {}, [900]),
    ],
)
def test_from_which_age_on(stack: Any, own: Any, expected: list[int]) -> None:
    receive = {"receive": "arn:aws:sqs:us-east-1:123456789012:jobs"}
    worker = {"image": "worker:1", "access": [receive], "alarms": own}
    found = alarms_in(outcome({"topic": MAIL, "queue_age": stack}, services={"worker": worker}))
    assert [threshold(block) for name, block in found.items() if name.endswith("-age")] == expected


def test_the_age_of_messages_alone_needs_a_topic() -> None:
    nothing = {"cpu": False, "memory": False, "errors": False, "running": False, "unhealthy": False}
    for receive, topics in (("us-east-1", 1), ("eu-west-1", 0)):
        access = [{"receive": f"arn:aws:sqs:{receive}:123456789012:jobs"}]
        said = {"topic": MAIL, "queue_age": True, **nothing}
        found = outcome(said, services={"worker": {"image": "worker:1", "access": access}})
        assert len(alarms_in(found)) == topics
        assert ("modules/alarms/topic.tf" in found.pages()) is bool(topics)


def test_an_address_of_mail_gets_a_topic() -> None:
    pages = outcome(MAIL).pages()
    assert 'endpoint  = "ops@example.com"' in pages["modules/alarms/topic.tf"]
    assert pages["main.tf"].count("alarm_topic_arn") == 2
    assert pages["main.tf"].count("module.alarms.topic_arn") == 2
    assert "Alarms are mailed to ops@example.com." in pages["README.md"]


@pytest.mark.parametrize(
    ("topic", "value"),
    [
        (TOPIC, f'"{TOPIC}"'),
        ({"input": "topic"}, "var.topic"),
        ({"ref": "aws_sns_topic.pages.arn"}, "aws_sns_topic.pages.arn"),
    ],
)
def test_a_topic_that_exists_is_handed_down(topic: Any, value: str) -> None:
    pages = outcome({"topic": topic}).pages()
    assert "modules/alarms/topic.tf" not in pages
    assert re.findall(r"alarm_topic_arn += (.*)", pages["main.tf"]) == [value, value]


def test_without_alarms_nothing_is_passed_on() -> None:
    nothing = {"cpu": False, "memory": False, "errors": False, "running": False, "unhealthy": False}
    found = outcome({"topic": {"input": "topic"}, **nothing})
    assert alarms_in(found) == {}
    pages = found.pages()
    assert not [path for path, text in pages.items() if path.endswith(".tf") and "topic" in text]
    assert "alarms has no effect here: nothing raises an alarm" in [p.message for p in found.problems]


def test_each_target_group_has_its_own() -> None:
    ports = {"http": 80, "admin": 9000}
    routes = ["/", {"path": "/admin", "port": "admin"}, {"path": "/in", "listener": "internal"}]
    web = {"image": "nginx:1.27", "ports": ports, "routes": routes}
    balancers = {"main": {}, "internal": {"scheme": "internal"}}
    found = alarms_in(outcome(MAIL, load_balancers=balancers, services={"web": web}))
    assert {name for name in found if name.endswith("errors")} == {
        "shop-load-balancer-errors",
        "shop-internal-load-balancer-errors",
        "shop-web-errors",
        "shop-web-admin-errors",
        "shop-web-internal-errors",
    }
    assert "LoadBalancer = var.internal_load_balancer_arn_suffix" in found["shop-web-internal-errors"]
    assert "TargetGroup  = aws_lb_target_group.web_admin.arn_suffix" in found["shop-web-admin-errors"]


@pytest.mark.parametrize(
    ("balancers", "name", "variable"),
    [
        ({"main": {}}, "shop-load-balancer-errors", "load_balancer_errors_alarm_name"),
        ({"edge": {}}, "shop-edge-load-balancer-errors", "edge_load_balancer_errors_alarm_name"),
    ],
)
def test_a_deployment_waits_for_the_alarm_of_a_load_balancer(
    balancers: Any, name: str, variable: str
) -> None:
    """ECS refuses the name of an alarm that does not exist yet, and Terraform knows no order of two texts."""
    web = {"deployment": {"alarms": [name, "other"]}}
    pages = outcome(MAIL, web=web, load_balancers=balancers).pages()
    assert f'alarm_names = [var.{variable}, "other"]' in pages["modules/services/web.tf"]
    (module,) = re.findall(rf"{variable} += module\.(\w+)\.errors_alarm_name", pages["main.tf"])
    assert (
        "value       = aws_cloudwatch_metric_alarm.errors.alarm_name" in pages[f"modules/{module}/outputs.tf"]
    )
    without = outcome({"topic": MAIL, "errors": False}, web=web, load_balancers=balancers).pages()
    assert f'alarm_names = ["{name}", "other"]' in without["modules/services/web.tf"]


def test_a_network_load_balancer_reads_no_responses() -> None:
    raw = {"type": "network", "scheme": "internal", "listeners": {"syslog": {"port": 514, "protocol": "tcp"}}}
    web = {
        "image": "nginx:1.27",
        "port": {"number": 514, "protocol": "tcp"},
        "routes": [{"listener": "raw.syslog"}],
    }
    found = alarms_in(outcome(MAIL, load_balancers={"raw": raw}, services={"web": web}))
    assert sorted(found) == ["shop-web-cpu", "shop-web-memory", "shop-web-raw-unhealthy", "shop-web-running"]
    assert 'namespace           = "AWS/NetworkELB"' in found["shop-web-raw-unhealthy"]


@pytest.mark.parametrize(
    ("listener", "suffix"),
    [
        (LISTENER, '"app/shared/0a1b2c3d4e5f6071"'),
        ({"input": "listener"}, 'join("/", slice(split("/", var.listener), 1, 4))'),
    ],
)
def test_the_name_of_a_load_balancer_that_exists_is_in_its_listener(listener: Any, suffix: str) -> None:
    existing = {"listener_arns": {"http": listener}, "security_group": "sg-0a1b2c3d"}
    vpc = {
        "id": "vpc-0a1b2c3d", "cidr": "10.0.0.0/16", "way_out": "nat",
        "private_subnets": {"a": "subnet-0a1b2c3d", "b": "subnet-0a1b2c3e"},
    }  # fmt: skip
    found = outcome(MAIL, load_balancer={"existing": existing}, network={"vpc": vpc})
    assert f"load_balancer_arn_suffix        = {suffix}" in found.pages()["main.tf"]
    assert "shop-load-balancer-errors" not in alarms_in(found)


def test_a_cluster_that_exists_has_its_name_in_its_arn() -> None:
    found = alarms_in(outcome(MAIL, cluster="arn:aws:ecs:us-east-1:123456789012:cluster/shared"))
    assert 'ClusterName = split("/", var.cluster_arn)[1]' in found["shop-worker-cpu"]


@pytest.mark.parametrize(
    ("alarms", "services", "unused"),
    [
        (None, {"web": {**WEB, "alarms": {"cpu": 95}}}, "services.web.alarms"),
        (MAIL, {"web": {"image": "a:1", "alarms": {"errors": 5}}}, "services.web.alarms.errors"),
        (MAIL, {"web": {"image": "a:1", "alarms": {"unhealthy": True}}}, "services.web.alarms.unhealthy"),
        (MAIL, {"web": {**WEB, "alarms": {"errors": 5, "unhealthy": True}}}, ""),
        (MAIL, {"web": {"image": "a:1", "alarms": {"errors": False, "unhealthy": False}}}, ""),
    ],
)
def test_what_has_no_effect_is_said(alarms: Any, services: Any, unused: str) -> None:
    found = outcome(alarms, services=services)
    said = [problem.at.path for problem in found.problems if problem.code == "TG364"]
    assert [".".join(map(str, path)) for path in said] == ([unused] if unused else [])


def test_a_deployment_refers_to_alarms_of_its_service() -> None:
    """And these to the service by its name, where a reference would be a circle."""
    said = ["shop-web-errors", "shop-web-cpu", "shop-web-running", "shop-database"]
    found = outcome(MAIL, web={"deployment": {"alarms": said}})
    (listed,) = re.findall(r"(?s)alarm_names = \[(.*?)\]", found.pages()["modules/services/web.tf"])
    assert [each.strip() for each in listed.strip(" \n,").split(",")] == [
        "aws_cloudwatch_metric_alarm.web_errors.alarm_name",
        "aws_cloudwatch_metric_alarm.web_cpu.alarm_name",
        "aws_cloudwatch_metric_alarm.web_running.alarm_name",
        '"shop-database"',
    ]
    blocks = alarms_in(found)
    assert 'ServiceName = "web"' in blocks["shop-web-cpu"]
    assert blocks["shop-web-running"].count('ServiceName = "web"') == 2
    assert "ServiceName = aws_ecs_service.web.name" in blocks["shop-web-memory"]


def test_what_begins_an_alarm_is_said_in_words() -> None:
    (problem,) = outcome({"topic": MAIL, "cpu": 101}).problems
    assert problem.message == "expected true or false, or a percentage from 1 to 100, not 101"


def test_a_topic_of_another_region_is_an_error() -> None:
    found = outcome(TOPIC.replace("us-east-1", "us-west-2"))
    assert [problem.code for problem in found.problems if problem.severity == "error"] == ["TG511"]


def test_alarms_of_two_services_have_two_names() -> None:
    """Behind two load balancers, "web" has what "web-internal" would have, too."""
    web = {"image": "nginx:1.27", "port": 80, "routes": ["/", {"path": "/", "listener": "internal"}]}
    other = {"image": "nginx:1.27", "port": 80, "routes": ["/other"]}
    balancers = {"main": {}, "internal": {"scheme": "internal"}}
    found = outcome(MAIL, load_balancers=balancers, services={"web": web, "web-internal": other})
    assert [problem.code for problem in found.problems if problem.severity == "error"] == 3 * ["TG241"]
