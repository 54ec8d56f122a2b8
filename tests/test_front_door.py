"""What a load balancer and its target groups have besides listeners: the arguments, logs, web ACLs and
outputs that follow from a key. A key that says the default writes nothing."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tfgen.pipe import Outcome, run_text
from tfgen.spec.source import dump_yaml

BALANCER = "modules/load_balancer/load_balancer.tf"
ACL = "arn:aws:wafv2:us-east-1:123456789012:regional/webacl/main/0a1b2c3d-0000-4000-8000-000000000000"


def outcome(balancer: dict[str, Any] | None = None, name: str = "shop", **service: Any) -> Outcome:
    web = {"image": "nginx:1.27", "port": 80, "routes": ["/"], **service}
    spec = {"name": name, "region": "us-east-1", "network": {"egress": "public"}, "services": {"web": web}}
    return run_text(dump_yaml(spec | ({} if balancer is None else {"load_balancer": balancer})), "shop.yaml")


def pages(balancer: dict[str, Any] | None = None, **more: Any) -> dict[str, str]:
    found = outcome(balancer, **more)
    assert not found.failed, found.problems
    return dict(found.pages())


PLAIN = pages()


def lines(text: str, before: str) -> list[str]:
    """The lines that a page has and did not have, without what only sets them off."""
    known = [re.sub(r"\s+", " ", line).strip() for line in before.splitlines()]
    said = [re.sub(r"\s+", " ", line).strip() for line in text.splitlines()]
    return [line for line in said if line not in known]


@pytest.mark.parametrize(
    ("balancer", "expected"),
    [
        ({"deletion_protection": True}, ["enable_deletion_protection = true"]),
        ({"deletion_protection": False}, []),
        ({"client_keep_alive": 60}, ["client_keep_alive = 60"]),
        ({"client_keep_alive": 3600}, []),
        ({"desync": "strictest"}, ['desync_mitigation_mode = "strictest"']),
        ({"desync": "defensive"}, []),
        ({"preserve_host": True}, ["preserve_host_header = true"]),
        ({"x_forwarded_for": "remove"}, ['xff_header_processing_mode = "remove"']),
        ({"x_forwarded_for": {"mode": "append", "client_port": True}}, ["enable_xff_client_port = true"]),
        ({"http2": False}, ["enable_http2 = false"]),
        ({"http2": True}, []),
        ({"zonal_shift": True}, ["enable_zonal_shift = true"]),
        ({"idle_timeout": 90}, ["idle_timeout = 90"]),
        ({"capacity": 100}, ["minimum_load_balancer_capacity {", "capacity_units = 100"]),
        ({"access_logs": {"bucket": False}, "connection_logs": {"bucket": False, "prefix": "a"}}, []),
        ({"access_logs": "our-logs"}, ["access_logs {", 'bucket = "our-logs"', "enabled = true"]),
        (
            {"connection_logs": {"bucket": {"input": "bucket"}, "prefix": "shop"}},
            [
                "connection_logs {",
                "bucket = var.connection_logs_bucket",
                'prefix = "shop"',
                "enabled = true",
            ],
        ),
    ],
)
def test_arguments_of_the_load_balancer(balancer: dict[str, Any], expected: list[str]) -> None:
    assert lines(pages(balancer)[BALANCER], PLAIN[BALANCER]) == expected


def test_invalid_headers_are_dropped_unless_the_spec_says_otherwise() -> None:
    assert "drop_invalid_header_fields = true" in PLAIN[BALANCER]
    assert "drop_invalid_header_fields" not in pages({"drop_invalid_headers": False})[BALANCER]


@pytest.mark.parametrize(
    ("balancer", "objects"),
    [
        ({"access_logs": True}, ["/AWSLogs/"]),
        ({"access_logs": True, "connection_logs": True}, ["/AWSLogs/"]),
        (
            {"access_logs": {"prefix": "b"}, "connection_logs": {"prefix": "a"}},
            ["/a/AWSLogs/", "/b/AWSLogs/"],
        ),
        ({"access_logs": {"prefix": "b"}, "connection_logs": "our-logs"}, ["/b/AWSLogs/"]),
        ({"access_logs": {"bucket": False, "prefix": "b"}, "connection_logs": True}, ["/AWSLogs/"]),
    ],
)
def test_what_the_load_balancer_may_write(balancer: dict[str, Any], objects: list[str]) -> None:
    text = pages(balancer)["modules/load_balancer/logs.tf"]
    account = "${aws_security_group.main.owner_id}/*"
    assert re.findall(r'"\$\{aws_s3_bucket\.logs\.arn\}(.+?)"', text) == [
        f"{each}{account}" for each in objects
    ]
    assert "aws_s3_bucket_policy.logs" in pages(balancer)[BALANCER]


def test_logs_that_go_to_a_bucket_that_exists_make_none() -> None:
    found = pages({"access_logs": "our-logs"})
    assert "modules/load_balancer/logs.tf" not in found
    assert "depends_on" not in found[BALANCER]


@pytest.mark.parametrize(
    ("name", "prefix"), [("shop", "alb-logs-shop-"), ("s" * 27, f"alb-logs-{'s' * 27}-"), ("s" * 28, None)]
)
def test_the_name_of_the_bucket(name: str, prefix: str | None) -> None:
    text = pages({"access_logs": True}, name=name)["modules/load_balancer/logs.tf"]
    found = re.findall(r'bucket_prefix = "(.+)"', text)[0]
    assert found == prefix or (prefix is None and len(found) <= 37 and found.startswith("alb-logs-sss"))


@pytest.mark.parametrize(("acl", "value"), [(ACL, f'"{ACL}"'), ({"input": "acl"}, "var.acl"), (None, None)])
def test_a_web_acl(acl: Any, value: str | None) -> None:
    found = pages({} if acl is None else {"waf": acl})
    page = found.get("modules/load_balancer/waf.tf", "")
    assert ("web_acl_arn  = var.web_acl_arn" in page) == (acl is not None)
    handed_down = re.findall(r"web_acl_arn\s+= (.+)", found["main.tf"])
    assert handed_down == ([] if value is None else [value])


GROUP = "modules/services/web.tf"


@pytest.mark.parametrize(
    ("service", "expected"),
    [
        ({"slow_start": 30}, ["slow_start = 30"]),
        ({"slow_start": 0}, []),
        ({"algorithm": "round_robin"}, ['load_balancing_algorithm_type = "round_robin"']),
        (
            {"algorithm": "weighted_random", "anomaly_mitigation": True},
            [
                'load_balancing_algorithm_type = "weighted_random"',
                'load_balancing_anomaly_mitigation = "on"',
            ],
        ),
        ({"anomaly_mitigation": False}, ['load_balancing_anomaly_mitigation = "off"']),
        ({"cross_zone": True}, ['load_balancing_cross_zone_enabled = "use_load_balancer_configuration"']),
        ({"cross_zone": False}, ['load_balancing_cross_zone_enabled = "false"']),
        ({"deregistration_delay": 10}, ["deregistration_delay = 10"]),
        (
            {"sticky": True},
            ["stickiness {", 'type = "lb_cookie"', "enabled = true", "cookie_duration = 86400"],
        ),
        (
            {"sticky": {"enabled": False}},
            ["stickiness {", 'type = "lb_cookie"', "enabled = false", "cookie_duration = 86400"],
        ),
        (
            {"sticky": {"cookie": "SESSION", "duration": 60}},
            [
                "stickiness {",
                'type = "app_cookie"',
                "enabled = true",
                "cookie_duration = 60",
                'cookie_name = "SESSION"',
            ],
        ),
        ({"sticky": False, "algorithm": "weighted_random"}, None),
    ],
)
def test_arguments_of_a_target_group(service: dict[str, Any], expected: list[str] | None) -> None:
    found = outcome(**service)
    assert not [each for each in found.problems if each.severity == "error"], found.problems
    if expected is not None:
        assert lines(found.pages()[GROUP], PLAIN[GROUP]) == expected


@pytest.mark.parametrize(
    ("service", "codes"),
    [
        ({"slow_start": 29}, ["TG550"]),
        ({"slow_start": 1}, ["TG550"]),
        ({"slow_start": 30, "algorithm": "least_outstanding_requests"}, ["TG551"]),
        ({"slow_start": 30, "algorithm": "round_robin"}, []),
        ({"sticky": True, "algorithm": "weighted_random"}, ["TG551"]),
        ({"sticky": True, "algorithm": "least_outstanding_requests"}, []),
        ({"anomaly_mitigation": True}, ["TG551"]),
        ({"anomaly_mitigation": False}, []),
        ({"sticky": True, "cross_zone": False}, ["TG551"]),
        ({"sticky": {"enabled": False}, "cross_zone": False}, []),
        ({"sticky": True, "cross_zone": True}, []),
        ({"sticky": {"cookie": "AWSALB"}}, ["TG552"]),
        ({"sticky": {"cookie": "AWSALBAPP-0"}}, ["TG552"]),
        ({"sticky": {"cookie": "AWS"}}, []),
    ],
)
def test_keys_of_a_target_group_together(service: dict[str, Any], codes: list[str]) -> None:
    found = [each.code for each in outcome(**service).problems if each.severity == "error"]
    assert found == codes


def outputs(page: str) -> dict[str, str]:
    """The value of each output, on one line."""
    found = re.findall(r'(?ms)^output "(\w+)" \{.*?^  value\s+= (.*?)\n(?:^\n|^\}|^  \w)', page)
    return {name: re.sub(r"\s+", " ", value) for name, value in found}


def test_outputs_of_services() -> None:
    given = "arn:aws:iam::123456789012:role/given"
    found = outputs(pages(roles={"task": given}, connect="web")["modules/services/outputs.tf"])
    assert found["cluster_arn"] == "aws_ecs_cluster.main.arn"
    assert found["namespace_arn"] == "aws_service_discovery_http_namespace.main.arn"
    assert found["target_group_arns"] == "{ web = aws_lb_target_group.web.arn }"
    assert found["execution_role_names"] == "{ web = aws_iam_role.web_execution.name }"
    assert "task_role_arns" not in found
    other = outputs(pages(roles={"execution": given})["modules/services/outputs.tf"])
    assert other["task_role_arns"] == "{ web = aws_iam_role.web_task.arn }"
    assert {"execution_role_arns", "namespace_arn"}.isdisjoint(other)


@pytest.mark.parametrize(
    ("network", "names"),
    [
        ({"egress": "public"}, {"public_route_table_id"}),
        ({"egress": "nat"}, {"public_route_table_id", "private_route_table_ids", "nat_public_ips"}),
        ({"egress": "endpoints"}, {"public_route_table_id", "private_route_table_ids"}),
        (
            {"egress": "nat", "subnets": {"database": True}},
            {
                "public_route_table_id",
                "private_route_table_ids",
                "nat_public_ips",
                "database_route_table_id",
                "database_subnet_ids",
            },
        ),
    ],
)
def test_outputs_of_the_network(network: dict[str, Any], names: set[str]) -> None:
    spec = {"name": "shop", "region": "us-east-1", "network": network}
    found = outputs(run_text(dump_yaml(spec), "shop.yaml").pages()["modules/network/outputs.tf"])
    optional = {
        "public_route_table_id",
        "private_route_table_ids",
        "database_route_table_id",
        "database_subnet_ids",
        "nat_public_ips",
    }
    assert found.keys() & optional == names
