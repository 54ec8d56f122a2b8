"""How the number of tasks follows the load, what tasks run on, and how they are replaced."""

from __future__ import annotations

import re
from typing import Any

import pytest
from support.ruled import problems_of

from tfgen import render_text
from tfgen.pipe import run_text

NETWORK = "network: {egress: nat}\n"
HEAD = f"name: shop\nregion: us-east-1\n{NETWORK}"
JOINED = """\
network:
  vpc:
    id: vpc-0a1b2c3d
    cidr: 10.0.0.0/16
    way_out: nat
    private_subnets: {a: subnet-0a1b2c3d, b: subnet-1a1b2c3d}
"""
IMAGE = "image: 123456789012.dkr.ecr.us-east-1.amazonaws.com/web:1"
ARN = "arn:aws:elasticloadbalancing:us-east-1:123456789012"
EXISTING = "load_balancer: {{existing: {{listener_arns: {{https: {}}}, security_group: sg-0a1b2c3d}}}}\n"
REQUESTS = "scaling: {min: 2, max: 9, requests: 1000}"
ROUTED = "port: 80, routes: [/]"


def pages_of(keys: str, head: str = "", name: str = "web") -> dict[str, str]:
    top = HEAD.replace(NETWORK, JOINED) if "existing" in head else HEAD
    pages, problems = render_text(f"{top}{head}services:\n  {name}: {{{IMAGE}, {keys}}}\n")
    assert pages, problems
    return dict(pages)


def page_of(keys: str, head: str = "", name: str = "web") -> str:
    return pages_of(keys, head, name)[f"modules/services/{name}.tf"]


def value(page: str, argument: str) -> list[str]:
    """The values of an argument, in order."""
    return re.findall(rf"(?m)^ *{argument} += (.+)$", page)


@pytest.mark.parametrize(
    ("head", "suffix"),
    [
        ("", "module.load_balancer.arn_suffix"),
        (EXISTING.format(f"'{ARN}:listener/app/front/50dc6c/f2f7dc'"), '"app/front/50dc6c"'),
        (EXISTING.format("{input: listener}"), 'join("/", slice(split("/", var.listener), 1, 4))'),
    ],
)
def test_requests_are_those_of_the_load_balancer(head: str, suffix: str) -> None:
    pages = pages_of(f"{ROUTED}, {REQUESTS}", head)
    assert value(pages["main.tf"], "load_balancer_arn_suffix") == [suffix]
    label = '"${var.load_balancer_arn_suffix}/${aws_lb_target_group.web.arn_suffix}"'
    assert value(pages["modules/services/web.tf"], "resource_label") == [label]


def test_every_port_and_load_balancer_has_its_requests() -> None:
    """But a network load balancer counts none."""
    head = (
        "load_balancers: {main: {}, inside: {scheme: internal}, raw: {type: network, listeners: {a: 9000}}}\n"
    )
    keys = (
        "ports: {http: 80, admin: 81, a: 9000}, routes: [/, {path: /, listener: inside}, "
        "{path: /admin, port: admin}, {listener: raw.a, port: a}]"
    )
    page = page_of(f"{keys}, {REQUESTS}", head)
    assert re.findall(r'"aws_appautoscaling_policy" "(\w+)"', page) == [
        "web_requests",
        "web_admin_requests",
        "web_inside_requests",
    ]
    names = re.findall(r'aws_appautoscaling_policy" "\w+" {\n *name += "(.+)"', page)
    assert names == ["requests", "requests-admin", "requests-inside"]
    assert "var.inside_load_balancer_arn_suffix" in page


def test_nothing_is_passed_that_no_metric_needs() -> None:
    assert "arn_suffix" not in pages_of(f"{ROUTED}, scaling: {{min: 2, max: 9, cpu: 60}}")["main.tf"]


@pytest.mark.parametrize(
    ("head", "resource_id"),
    [
        ("", '"service/${aws_ecs_cluster.main.name}/${aws_ecs_service.web.name}"'),
        ("cluster: {input: c}\n", '"service/${split("/", var.cluster_arn)[1]}/${aws_ecs_service.web.name}"'),
    ],
)
def test_a_service_is_scaled_by_the_name_of_its_cluster(head: str, resource_id: str) -> None:
    page = page_of("scaling: {min: 2, max: 9, cpu: 60}", head)
    assert value(page, "resource_id")[0] == resource_id
    assert value(page, "desired_count") == ["2"]
    assert value(page, "ignore_changes") == ["[desired_count]"]


def test_a_renamed_service_keeps_its_policies() -> None:
    keys = f"{ROUTED}, scaling: {{min: 2, max: 9, cpu: 60, requests: 500}}, was: web"
    pages = pages_of(keys, name="shopfront")
    moved = re.findall(r"from = (aws_appautoscaling_.+)", "".join(pages.values()))
    assert len(moved) == 3
    assert 'name               = "requests"' in pages["modules/services/shopfront.tf"]


CAPACITY = "(?s)capacity_provider = (.+?)\n +weight += (.+?)\n(?:\n +base = (.+?)\n)?"


@pytest.mark.parametrize(
    ("keys", "head", "providers"),
    [
        ("count: 2", "", [("FARGATE", "", "1")]),
        ("spot: true", "", [("FARGATE_SPOT", "", "1")]),
        ("spot: false", "", [("FARGATE", "", "1")]),
        ("spot: {weight: 3}", "", [("FARGATE", "", "1"), ("FARGATE_SPOT", "", "3")]),
        ("spot: {base: 2, weight: 3}", "", [("FARGATE", "2", "1"), ("FARGATE_SPOT", "", "3")]),
        ("count: 2", "cluster: {input: c}\n", []),
        ("spot: false", "cluster: {input: c}\n", [("FARGATE", "", "1")]),
    ],
)
def test_what_tasks_run_on(keys: str, head: str, providers: list[Any]) -> None:
    page = page_of(keys, head)
    found = [(name.strip('"'), base, weight) for name, weight, base in re.findall(CAPACITY, page)]
    assert found == providers
    assert value(page, "force_new_deployment") == (["true"] if "spot" in keys else [])
    assert value(page, "launch_type") == ([] if providers else ['"FARGATE"'])


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("{}", {"availability_zone_rebalancing": ['"ENABLED"'], "wait_for_steady_state": ["true"]}),
        ("{wait: false}", {"wait_for_steady_state": []}),
        ("{rebalancing: false}", {"availability_zone_rebalancing": ['"DISABLED"']}),
        ("{minimum: 50}", {"deployment_minimum_healthy_percent": ["50"], "deployment_maximum_percent": []}),
        ("{maximum: 150}", {"deployment_minimum_healthy_percent": [], "deployment_maximum_percent": ["150"]}),
        ("{circuit_breaker: false}", {"enable": ["false"], "rollback": ["false"]}),
        ("{circuit_breaker: {rollback: false}}", {"enable": ["true"], "rollback": ["false"]}),
        ("{alarms: [a, {input: b}]}", {"alarm_names": ['["a", var.b]'], "rollback": ["true", "true"]}),
    ],
)
def test_how_tasks_are_replaced(said: str, expected: dict[str, list[str]]) -> None:
    page = page_of(f"deployment: {said}")
    assert {name: value(page, name) for name in expected} == expected


@pytest.mark.parametrize(
    ("minimum", "maximum", "count", "completes"),
    [
        (100, 150, 1, False), (100, 150, 2, True), (100, 199, 1, False), (100, 200, 1, True),
        (50, 101, 1, False), (50, 101, 2, True), (0, 101, 1, True), (99, 101, 99, False),
        (99, 101, 100, True),
    ],
)  # fmt: skip
def test_whole_tasks_start_and_stop(minimum: int, maximum: int, count: int, completes: bool) -> None:
    """The maximum is rounded down, the minimum up."""
    keys = f"count: {count}, deployment: {{minimum: {minimum}, maximum: {maximum}}}"
    _, problems = render_text(f"{HEAD}services:\n  web: {{{IMAGE}, {keys}}}\n")
    assert ("TG651" not in {problem.code for problem in problems}) is completes


NIGHT = 'schedule: {night: {when: "cron(0 20 * * ? *)", '


@pytest.mark.parametrize(
    ("keys", "maximum", "stuck"),
    [
        ("scaling: {min: 1, max: 2, cpu: 60}", 150, ["of a single task"]),
        ("scaling: {min: 2, max: 3, cpu: 60}", 150, []),
        ("scaling: {min: 2, max: 3, cpu: 60}", 140, ["of 2 tasks"]),
        (f"scaling: {{min: 2, max: 3, {NIGHT}min: 1}}}}}}", 150, ["of a single task"]),
        ("scaling: {min: 0, max: 1, cpu: 60}", 150, ["of a single task"]),
        ("count: 2", 140, ["of 2 tasks"]),
        ("count: 0", 150, []),
    ],
)
def test_any_number_of_tasks_that_may_run_can_be_replaced(keys: str, maximum: int, stuck: list[str]) -> None:
    said = f"{keys}, deployment: {{minimum: 100, maximum: {maximum}}}"
    _, problems = render_text(f"{HEAD}services:\n  web: {{{IMAGE}, {said}}}\n")
    assert [each.message.partition(",")[0] for each in problems if each.code == "TG651"] == stuck


@pytest.mark.parametrize(
    ("count", "minimum", "maximum", "hint"),
    [
        (1, 100, 101, "write maximum: 200"),
        (3, 100, 101, "write maximum: 134"),
        (1, 1, 100, "write minimum: 0"),
        (3, 100, 100, "write minimum: 66"),
    ],
)
def test_how_tasks_can_be_replaced(count: int, minimum: int, maximum: int, hint: str) -> None:
    said = f"{{minimum: {minimum}, maximum: {maximum}, rebalancing: false}}"
    _, problems = render_text(f"{HEAD}services:\n  web: {{{IMAGE}, count: {count}, deployment: {said}}}\n")
    assert [each.hint for each in problems if each.code == "TG651"] == [hint]


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ("when: 'cron(0 20 * * ? *)', min: 1", (['"UTC"'], ["1"], [])),
        ("when: 'cron(0 20 * * ? *)', timezone: Europe/Berlin, max: 9", (['"Europe/Berlin"'], [], ["9"])),
        ("when: 'rate(1 day)', min: 1, max: 9", ([], ["1"], ["9"])),
    ],
)
def test_what_a_schedule_changes(action: str, expected: tuple[list[str], ...]) -> None:
    page = page_of(f"scaling: {{min: 2, max: 3, schedule: {{night: {{{action}}}}}}}")
    own = page.partition('resource "aws_appautoscaling_scheduled_action"')[2]
    assert tuple(value(own, name) for name in ("timezone", "min_capacity", "max_capacity")) == expected


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ("scaling: {min: 1, max: 2}", ["TG641"]),
        (f"scaling: {{min: 1, max: 2, {NIGHT}min: 2}}}}}}", []),
        ("scaling: {min: 1, max: 2, cpu: 60}", []),
        ("scaling: {min: 1, max: 2, memory: 60}", []),
        ("count: 1, scaling: {min: 1, max: 2, cpu: 60}", ["TG640"]),
        ("scaling: {min: 2, max: 2, cpu: 60}", []),
        ("scaling: {min: 3, max: 2, cpu: 60}", ["TG642"]),
        (f"scaling: {{min: 2, max: 3, {NIGHT}min: 3}}}}}}", []),
        (f"scaling: {{min: 2, max: 3, {NIGHT}min: 4}}}}}}", ["TG642"]),
        (f"scaling: {{min: 2, max: 3, {NIGHT}max: 2}}}}}}", []),
        (f"scaling: {{min: 2, max: 3, {NIGHT}max: 1}}}}}}", ["TG642"]),
        (f"scaling: {{min: 2, max: 3, {NIGHT}min: 8, max: 9}}}}}}", []),
        (f"scaling: {{min: 2, max: 3, {NIGHT}}}}}}}", ["TG644"]),
        ("scaling: {min: 1, max: 2, requests: 9}", ["TG643"]),
        (f"{ROUTED}, scaling: {{min: 1, max: 2, requests: 9}}", []),
        ("port: 80, routes: [{listener: nowhere.a}], scaling: {min: 1, max: 2, requests: 9}", []),
    ],
)
def test_what_scaling_cannot_be(keys: str, expected: list[str]) -> None:
    _, problems = render_text(f"{HEAD}services:\n  web: {{{IMAGE}, {keys}}}\n")
    assert [each.code for each in problems if each.code.startswith("TG64")] == expected


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ("count: 3", (3, 3, "count", "count")),
        ("scaling: {min: 2, max: 2, cpu: 60}", (2, 2, "scaling.min", "scaling.max")),
        (
            f"scaling: {{min: 2, max: 3, {NIGHT}min: 1, max: 9}}}}}}",
            (1, 9, "scaling.schedule.night.min", "scaling.schedule.night.max"),
        ),
    ],
)
def test_where_a_number_of_tasks_is_said(keys: str, expected: tuple[int, int, str, str]) -> None:
    blueprint = run_text(f"{HEAD}services:\n  web: {{{IMAGE}, {keys}}}\n", "shop.yaml").blueprint
    assert blueprint
    tasks = blueprint.services[0].tasks
    places = (".".join(map(str, each.path[2:])) for each in (tasks.at, tasks.most_at))
    assert (tasks.least, tasks.most, *places) == expected


def test_an_override_of_the_limits_counts() -> None:
    target = "module.services.aws_appautoscaling_target.web"
    text = (
        f"overrides: {{{target}: {{min_capacity: 1, max_capacity: 40}}}}\n"
        f"services: {{web: {{{ROUTED}, scaling: {{min: 2, max: 3, cpu: 60}}}}}}\n"
    )
    found = {problem.code: problem.at.path[:1] for problem in problems_of(text)}
    assert found.items() >= {("TG311", ("overrides",)), ("TG339", ("overrides",))}


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        (
            "services: {web: {image: nginx:1, count: 3, scaling: {min: 2, max: 3, cpu: 60}}}",
            "remove count: the service starts with scaling.min",
        ),
        (
            "defaults: {count: 3}\nservices: {web: {image: nginx:1, scaling: {min: 2, max: 3, cpu: 60}}}",
            'write count: null in "web", which has its own scaling',
        ),
        (
            "defaults: {scaling: {min: 2, max: 3, cpu: 60}}\nservices: {web: {image: nginx:1, count: 3}}",
            'write scaling: null in "web", which has its own count',
        ),
    ],
)
def test_what_is_from_defaults_is_taken_away_with_null(text: str, hint: str) -> None:
    _, problems = render_text(f"{HEAD}{text}\n")
    assert [(each.code, each.hint) for each in problems if each.severity == "error"] == [("TG640", hint)]
