"""What the dashboard of a stack shows."""

from __future__ import annotations

from typing import Any

import pytest

from tfgen.pipe import Outcome, run_text
from tfgen.spec.source import dump_yaml

PAGE = "modules/services/cloudwatch_dashboard.tf"
LISTENER = (
    "arn:aws:elasticloadbalancing:us-east-1:123456789012:listener/app/shared/"
    "0a1b2c3d4e5f6071/0a1b2c3d4e5f6072"
)
WEB = {"image": "nginx:1.27", "port": 80, "routes": ["/"]}
OF_USE = ["CPU in percent", "Memory in percent", "Running tasks"]
OF_REQUESTS = ["Requests", "Responses with a 5xx status", "Seconds until 95 % of responses"]
OF_QUEUES = ["Messages that wait", "Age of the oldest message in seconds"]


def outcome(services: Any, **spec: Any) -> Outcome:
    said = {"name": "shop", "region": "us-east-1", "network": {"egress": "nat"}, "dashboard": True}
    found = run_text(dump_yaml({**said, "services": services, **spec}), "shop.yaml")
    assert not found.failed, found.problems
    return found


def graphs(found: Outcome) -> dict[str, list[tuple[str, ...]]]:
    """The rows of each graph, by its title."""
    assert found.blueprint
    return {
        graph.heading: [tuple(map(str, row)) for row in graph.rows]
        for dashboard in found.blueprint.dashboard
        for graph in dashboard.graphs
    }


def test_without_it_there_is_none() -> None:
    assert PAGE not in outcome({"web": WEB}, dashboard=False).pages()


def test_graphs_of_what_there_is() -> None:
    worker = {"image": "worker:1"}
    assert list(graphs(outcome({"worker": worker}))) == OF_USE
    assert list(graphs(outcome({"web": WEB}))) == [*OF_REQUESTS, *OF_USE, "Healthy tasks"]
    receive = {**worker, "access": [{"receive": "arn:aws:sqs:us-east-1:123456789012:jobs"}]}
    assert list(graphs(outcome({"worker": receive}))) == [*OF_USE, *OF_QUEUES]


@pytest.mark.parametrize(("insights", "counts"), [("on", True), ("enhanced", True), ("off", False)])
def test_container_insights_alone_counts_tasks(insights: str, counts: bool) -> None:
    found = graphs(outcome({"worker": {"image": "worker:1"}}, insights=insights))
    assert ("Running tasks" in found) is counts


def test_the_name_has_the_region_since_names_are_global() -> None:
    page = outcome({"web": WEB}).pages()[PAGE]
    assert 'dashboard_name = "shop-us-east-1"' in page
    assert 'region = "us-east-1"' in page


def test_a_row_is_short_where_it_begins_like_the_one_before() -> None:
    rows = graphs(outcome({"a": {"image": "a:1"}, "b": {"image": "b:1"}, "web": WEB}))["CPU in percent"]
    cluster, metric = "aws_ecs_cluster.main.name", ("AWS/ECS", "CPUUtilization", "ClusterName")
    assert rows == [
        (*metric, cluster, "ServiceName", "aws_ecs_service.a.name"),
        ("...", "aws_ecs_service.b.name"),
        ("...", "aws_ecs_service.web.name"),
    ]


def test_target_groups_by_their_load_balancers() -> None:
    raw = {"type": "network", "scheme": "internal", "listeners": {"log": {"port": 514, "protocol": "tcp"}}}
    web = {**WEB, "routes": ["/", {"path": "/in", "listener": "internal"}]}
    log = {"image": "l:1", "port": {"number": 514, "protocol": "tcp"}, "routes": [{"listener": "raw.log"}]}
    balancers = {"main": {}, "internal": {"scheme": "internal"}, "raw": raw}
    found = outcome({"web": web, "log": log, "api": {**WEB, "routes": ["/api"]}}, load_balancers=balancers)
    shown = graphs(found)
    internal, main = "var.internal_load_balancer_arn_suffix", "var.load_balancer_arn_suffix"
    assert shown["Requests"] == [
        ("AWS/ApplicationELB", "RequestCount", "LoadBalancer", internal),
        ("...", main),
    ]
    assert shown["Responses with a 5xx status"][2:] == [
        ("AWS/ApplicationELB", "HTTPCode_ELB_5XX_Count", "LoadBalancer", internal),
        ("...", main),
    ]
    assert shown["New connections"] == [
        ("AWS/NetworkELB", "NewFlowCount", "LoadBalancer", "var.raw_load_balancer_arn_suffix")
    ]
    healthy = ("AWS/ApplicationELB", "HealthyHostCount", "LoadBalancer")
    suffix = "aws_lb_target_group.{}.arn_suffix".format
    assert shown["Healthy tasks"] == [
        (*healthy, internal, "TargetGroup", suffix("web_internal")),
        (*healthy, main, "TargetGroup", suffix("api")),
        ("...", suffix("web")),
        (
            "AWS/NetworkELB",
            *healthy[1:],
            "var.raw_load_balancer_arn_suffix",
            "TargetGroup",
            suffix("log_raw_tcp"),
        ),
    ]
    assert "LoadBalancer = " not in found.pages()[PAGE]
    assert found.pages()["main.tf"].count("load_balancer_arn_suffix") == 3


def test_a_load_balancer_that_exists() -> None:
    existing = {"listener_arns": {"http": LISTENER}, "security_group": "sg-0a1b2c3d"}
    network = {
        "vpc": {
            "id": "vpc-0a1b2c3d",
            "cidr": "10.0.0.0/16",
            "way_out": "nat",
            "private_subnets": {"a": "subnet-0a1b2c3d", "b": "subnet-1a1b2c3d"},
        }
    }
    web = {**WEB, "routes": [{"path": "/", "listener": "http", "priority": 10}]}
    found = outcome({"web": web}, load_balancer={"existing": existing}, network=network)
    assert 'load_balancer_arn_suffix = "app/shared/0a1b2c3d4e5f6071"' in " ".join(
        found.pages()["main.tf"].split()
    )


def test_each_queue_once() -> None:
    queue = "arn:aws:sqs:us-east-1:123456789012:jobs"
    scaling = {"min": 1, "max": 4, "queue": {"name": "jobs", "backlog": 10}}
    services = {
        "a": {"image": "a:1", "access": [{"receive": queue}], "scaling": scaling},
        "b": {"image": "b:1", "access": [{"receive": queue}, {"receive": {"ref": "aws_sqs_queue.b.arn"}}]},
    }
    assert graphs(outcome(services))["Messages that wait"] == [
        ("AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", "jobs"),
        ("...", 'element(split(":", var.sqs_queue_b_arn), 5)'),
    ]


def test_nothing_to_show_is_said() -> None:
    found = outcome({})
    assert "dashboard has no effect here: there are no services" in [p.message for p in found.problems]
    assert not found.blueprint or found.blueprint.dashboard == ()
