"""Deployments that move requests from one target group to the other: what they need, and what excludes it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from support.ruled import REGISTRY

from tfgen.changes.report import changes_between
from tfgen.pipe import run_text
from tfgen.reach import walks
from tfgen.routing.answer import answers_of_request
from tfgen.routing.report import all_as_text
from tfgen.routing.request import read_request
from tfgen.spec.source import dump_yaml

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:check"


def spec(deployment: Any, **keys: Any) -> dict[str, Any]:
    web = {"image": f"{REGISTRY}/web:1.0", "port": 3000, "routes": ["/shop"], "deployment": deployment}
    front = {"http": 80, "preview": {"port": 8080, "protocol": "http"}}
    return {
        "name": "shop",
        "region": "us-east-1",
        "provider": 6,
        "network": {"egress": "nat"},
        "load_balancer": {"listeners": front},
        "services": {"web": {**web, **keys}},
    }


def outcome(deployment: Any, **keys: Any) -> Any:
    return run_text(dump_yaml(spec(deployment, **keys)), "shop.yaml")


def page(deployment: Any, name: str = "web", **keys: Any) -> str:
    found = outcome(deployment, **keys)
    assert not [each for each in found.problems if each.severity == "error"], found.problems
    return str(found.pages()[f"modules/services/{name}.tf"])


def block(text: str, start: str, indent: int = 0) -> str:
    """A block, from its first line to its last."""
    space = " " * indent
    found = re.search(rf"^{space}{re.escape(start)} \{{\n.*?^{space}\}}\n", text, re.MULTILINE | re.DOTALL)
    assert found, start
    return found[0]


def rule(text: str, label: str) -> str:
    return block(text, f'resource "aws_lb_listener_rule" "{label}"')


# --- what there is


def test_two_target_groups_are_alike_but_for_their_names() -> None:
    text = page({"strategy": "blue-green"})
    one, other = (
        block(text, f'resource "aws_lb_target_group" "{name}"') for name in ("web", "web_alternate")
    )
    assert other == one.replace('"web"', '"web_alternate"').replace('"shop-web"', '"shop-web-alternate"')


def test_the_rule_has_both_from_the_beginning_and_terraform_leaves_its_weights() -> None:
    own = rule(page({"strategy": "blue-green"}), "shop")
    pairs = re.findall(r"arn    = aws_lb_target_group\.(\w+)\.arn\n +weight = (\d+)", own)
    assert pairs == [("web", "100"), ("web_alternate", "0")]
    assert "ignore_changes = [action]" in own
    assert "ignore_changes = [action]" not in rule(page({"strategy": "rolling"}), "shop")


def test_the_service_names_the_rule_and_the_role_that_outlives_it() -> None:
    text = page({"strategy": "blue-green"})
    service = block(text, 'resource "aws_ecs_service" "web"')
    assert block(service, "load_balancer", 2) == (
        "  load_balancer {\n"
        "    target_group_arn = aws_lb_target_group.web.arn\n"
        '    container_name   = "web"\n'
        "    container_port   = 3000\n\n"
        "    advanced_configuration {\n"
        "      alternate_target_group_arn = aws_lb_target_group.web_alternate.arn\n"
        "      production_listener_rule   = aws_lb_listener_rule.shop.arn\n"
        "      role_arn                   = aws_iam_role.web_deployment.arn\n"
        "    }\n"
        "  }\n"
    )
    assert "    aws_iam_role_policy_attachment.web_deployment,\n" in service
    assert "assume_role_policy = local.ecs_trust\n" in block(text, 'resource "aws_iam_role" "web_deployment"')
    policy = "arn:aws:iam::aws:policy/AmazonECSInfrastructureRolePolicyForLoadBalancers"
    assert policy in block(text, 'resource "aws_iam_role_policy_attachment" "web_deployment"')


@pytest.mark.parametrize(("region", "partition"), [("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")])
def test_the_managed_policy_is_that_of_the_partition(region: str, partition: str) -> None:
    said = {**spec({"strategy": "blue-green"}), "region": region}
    text = run_text(dump_yaml(said), "shop.yaml").pages()["modules/services/web.tf"]
    assert f"arn:{partition}:iam::aws:policy/AmazonECSInfrastructureRole" in text


def test_there_is_never_a_circuit_breaker_beside_a_strategy() -> None:
    for said in ({}, {"circuit_breaker": False}):
        assert "deployment_circuit_breaker" not in page({"strategy": "canary", **said})
    assert "deployment_circuit_breaker" in page({})


@pytest.mark.parametrize(
    ("deployment", "expected", "timeout"),
    [
        ({"strategy": "blue-green"}, {"strategy": '"BLUE_GREEN"', "bake_time_in_minutes": "10"}, "30m"),
        ({"strategy": "blue-green", "bake": 0}, {"bake_time_in_minutes": "0"}, "20m"),
        ({"strategy": "canary"}, {"canary_percent": "5", "canary_bake_time_in_minutes": "10"}, "40m"),
        (
            {"strategy": "canary", "step": {"percent": 1, "minutes": 0}, "bake": 1440},
            {"canary_percent": "1", "canary_bake_time_in_minutes": "0", "bake_time_in_minutes": "1440"},
            "1460m",
        ),
        ({"strategy": "linear"}, {"step_percent": "10", "step_bake_time_in_minutes": "6"}, "84m"),
        ({"strategy": "linear", "step": 30, "bake": 0}, {"step_percent": "30"}, "38m"),
        ({"strategy": "linear", "step": {"minutes": 5}, "bake": 0}, {"step_percent": "10"}, "65m"),
        ({"strategy": "linear", "step": 100, "bake": 0}, {"step_percent": "100"}, "20m"),
        ({"strategy": "linear", "wait": False}, {}, ""),
    ],
)
def test_what_a_deployment_says_and_how_long_an_apply_waits(
    deployment: Any, expected: dict[str, str], timeout: str
) -> None:
    service = block(page(deployment), 'resource "aws_ecs_service" "web"')
    said = block(service, "deployment_configuration", 2)
    arguments = dict(re.findall(r"^ +(\w+) += (\S+)$", said, re.MULTILINE))
    assert arguments.items() >= expected.items()
    assert re.findall(r'update = "(\w+)"', service) == ([timeout] if timeout else [])


def test_the_readme_says_how_long_an_apply_waits() -> None:
    said = spec({"strategy": "blue-green", "bake": 15})
    assert "fails after 35 minutes." in run_text(dump_yaml(said), "shop.yaml").pages()["README.md"]
    said["services"]["api"] = {"image": f"{REGISTRY}/api:1.0", "port": 80, "routes": ["/api"]}
    readme = run_text(dump_yaml(said), "shop.yaml").pages()["README.md"]
    assert "fails after 20 minutes." in readme
    assert "the apply waits for up to 35 minutes." in readme


def test_a_hook_is_what_the_role_may_invoke() -> None:
    hooks = [{"function": FUNCTION, "at": ["PRE_SCALE_UP", "POST_SCALE_UP"]}]
    text = page({"strategy": "canary", "hooks": hooks})
    assert block(text, "lifecycle_hook", 4) == (
        "    lifecycle_hook {\n"
        f'      hook_target_arn  = "{FUNCTION}"\n'
        "      role_arn         = aws_iam_role.web_deployment.arn\n"
        '      lifecycle_stages = ["PRE_SCALE_UP", "POST_SCALE_UP"]\n'
        "    }\n"
    )
    policy = block(text, 'resource "aws_iam_role_policy" "web_deployment"')
    assert re.findall(r"(?:Action|Resource) += (.*)", policy) == [
        '"lambda:InvokeFunction"',
        f'["{FUNCTION}"]',
    ]
    assert "    aws_iam_role_policy.web_deployment,\n" in text
    assert "invoke-hooks" not in page({"strategy": "canary"})


@pytest.mark.parametrize(
    ("test", "label", "conditions"),
    [
        ("preview", "preview_shop_", []),
        ({"headers": {"X-Test": "new"}}, "shop_x_test_new_", ["X-Test"]),
        ({"listener": "preview", "headers": {"X-Test": ["a", "b"]}}, "preview_shop_x_test_", ["X-Test"]),
    ],
)
def test_a_test_is_a_rule_of_its_own_before_that_of_the_route(
    test: Any, label: str, conditions: list[str]
) -> None:
    text = page({"strategy": "blue-green", "test": test})
    (name,) = re.findall(r"test_listener_rule         = aws_lb_listener_rule\.(\w+)\.arn", text)
    assert name.startswith(label)
    assert re.findall(r"production_listener_rule   = (\S+)", text) == ["aws_lb_listener_rule.shop.arn"]
    own, production = rule(text, name), rule(text, "shop")
    assert re.findall(r"weight = (\d+)", own) == ["0", "100"]
    assert re.findall(r'http_header_name = "(.*)"', own) == conditions
    assert ("var.preview_listener_arn" in own) == ("listener" in str(test) or test == "preview")
    first, second = (int(re.findall(r"priority     = (\d+)", each)[0]) for each in (own, production))
    assert first < second or "preview" in label
    assert f"    aws_lb_listener_rule.{name},\n" in text


def test_the_alarms_watch_both_target_groups() -> None:
    said = {**spec({"strategy": "blue-green"}), "alarms": "arn:aws:sns:us-east-1:123456789012:on-call"}
    text = run_text(dump_yaml(said), "shop.yaml").pages()["modules/services/web.tf"]
    assert set(re.findall(r"TargetGroup  = aws_lb_target_group\.(\w+)\.", text)) == {"web", "web_alternate"}


def test_old_and_new_tasks_of_a_deployment_count_twice() -> None:
    found = outcome({"strategy": "linear"}, count=6).overridden
    assert found
    assert found.services[0].tasks_while_deployed == 12


@pytest.mark.parametrize(
    "keys",
    [
        {"count": 0},
        {"count": 1},
        {"deploys_by": "ci"},
        {"spot": True},
        {"sticky": True},
        {"scaling": {"min": 1, "max": 3, "cpu": 60}},
        {"connect": "web"},
        {
            "roles": {
                "execution": "arn:aws:iam::123456789012:role/a",
                "task": "arn:aws:iam::123456789012:role/b",
            }
        },
        {"routes": [{"path": "/shop", "rewrite": "/"}]},
        {"routes": [{"path": "/shop", "host": "shop.example.com", "methods": ["GET"]}]},
    ],
)
def test_what_goes_with_a_strategy(keys: dict[str, Any]) -> None:
    text = page({"strategy": "canary", "test": {"headers": {"X-Test": "new"}}, "alarms": ["late"]}, **keys)
    assert text.count("ignore_changes = [action]") == 2
    assert text.count("transform {") == (2 if "rewrite" in str(keys) else 0)


def test_roles_that_exist_leave_that_of_deployments_to_the_stack() -> None:
    arn = "arn:aws:iam::123456789012:role/a"
    roles = {"execution": arn, "task": arn.replace("/a", "/b")}
    said = {**spec({"strategy": "canary"}, roles=roles)}
    said["iam"] = {"permissions_boundary": "arn:aws:iam::123456789012:policy/limit", "path": "/teams/"}
    pages = run_text(dump_yaml(said), "shop.yaml").pages()
    role = block(pages["modules/services/web.tf"], 'resource "aws_iam_role" "web_deployment"')
    assert "permissions_boundary = var.permissions_boundary_arn" in role
    assert "ecs_tasks_trust" not in pages["modules/services/roles.tf"]
    assert "ecs_trust = jsonencode" in pages["modules/services/roles.tf"]


# --- who reads it


def test_the_version_of_the_provider_has_the_strategy() -> None:
    for strategy, version in (("blue-green", "6.5.0"), ("canary", "6.21.0"), ("linear", "6.21.0")):
        pages = outcome({"strategy": strategy}).pages()
        assert f'">= {version}, < 7.0.0"' in pages["terraform.tf"]


@pytest.mark.parametrize("header", [(), (("X-Test", "new"),)])
def test_tfgen_route_knows_both_target_groups_as_one_service(header: Any) -> None:
    found = outcome({"strategy": "canary", "test": {"headers": {"X-Test": "new"}}}).overridden
    assert found
    request = read_request("GET", "http://a.example/shop", [": ".join(each) for each in header], None)
    text = all_as_text(answers_of_request(found, request))
    assert "web responds, on port 3000." in text
    assert "weight" not in text
    assert re.findall(r"target group +aws_lb_target_group\.(\w+)", text) == ["web", "web_alternate"]
    assert ("while ECS tests a deployment" in text) == bool(header)
    assert ("each deployment moves the requests to the other one" in text) == (not header)


def test_the_proof_has_both_target_groups() -> None:
    found = outcome({"strategy": "canary", "test": "preview"}).overridden
    assert found
    hops = [
        hop
        for flow in walks(found).into
        if flow.kind == "route"
        for hop in flow.hops
        if hop.step == "targets"
    ]
    assert [tuple(map(str, hop.parts)) for hop in hops] == [
        ("aws_lb_target_group.web", "aws_lb_target_group.web_alternate")
    ] * 2


def test_a_listener_of_tests_is_used() -> None:
    codes = {each.code for each in outcome({"strategy": "canary", "test": "preview"}).problems}
    assert "TG352" not in codes
    assert "TG352" in {each.code for each in outcome({"strategy": "canary"}).problems}


# --- what a change means


def sentences(old: dict[str, Any], new: dict[str, Any]) -> str:
    """What `tfgen changes` says, on one line."""
    stacks = [run_text(dump_yaml(each), "shop.yaml").pages() for each in (old, new)]
    return " ".join(map(str, changes_between(*stacks).consequences))


BLUE_GREEN = {"strategy": "blue-green"}
BEGINS, ENDS = "move requests to a second target group from now on", "Deploy once more first"
NEW_RULE, KEPT = (
    "until the next deployment has moved them back",
    "the apply fails. Write strategy: rolling",
)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (spec({}), spec(BLUE_GREEN), {BEGINS}),
        (spec(BLUE_GREEN), spec({}), {ENDS}),
        (spec(BLUE_GREEN), spec({"strategy": "canary", "test": "preview"}), set()),
        (spec(BLUE_GREEN), spec(BLUE_GREEN, routes=["/store"]), {NEW_RULE}),
        (spec(BLUE_GREEN), spec(BLUE_GREEN, routes=[{"path": "/shop", "priority": 7}]), set()),
        (spec({}), spec({}, routes=["/store"]), set()),
        (spec(BLUE_GREEN), spec(BLUE_GREEN, count=5), set()),
        (spec(BLUE_GREEN), spec(BLUE_GREEN, port={"number": 3000, "protocol": "https"}), {KEPT}),
        (spec({}), spec({}, port={"number": 3000, "protocol": "https"}), set()),
        (spec(BLUE_GREEN) | {"services": {}}, spec(BLUE_GREEN), set()),
    ],
)
def test_what_terraform_leaves_to_ecs_is_said(
    old: dict[str, Any], new: dict[str, Any], expected: set[str]
) -> None:
    said = sentences(old, new)
    assert {each for each in (BEGINS, ENDS, NEW_RULE, KEPT) if each in said} == expected


# --- what is wrong with one

HOOK = {"function": FUNCTION, "at": ["POST_TEST_TRAFFIC_SHIFT"]}
BLUE_GREEN = {"strategy": "blue-green"}


@pytest.mark.parametrize(
    ("deployment", "keys", "expected"),
    [
        ({"strategy": "rolling", "hooks": []}, {}, []),
        ({"strategy": "rolling", "hooks": [HOOK]}, {}, ["TG654"]),
        ({"strategy": "rolling", "bake": 0}, {}, ["TG654"]),
        ({"strategy": "rolling", "step": {"percent": 5}}, {}, ["TG654"]),
        ({"strategy": "rolling", "test": "preview"}, {}, ["TG654"]),
        ({"strategy": "rolling", "minimum": 50, "maximum": 150}, {"routes": ["/a", "/b"]}, []),
        ({"strategy": "blue-green", "step": {"percent": 5}}, {}, ["TG654"]),
        ({"strategy": "linear", "step": {"percent": 2}}, {}, ["TG654"]),
        ({"strategy": "linear", "step": {"percent": 3}}, {}, []),
        ({"strategy": "linear", "step": {"minutes": 1}}, {}, []),
        ({"strategy": "canary", "step": {"percent": 2}}, {}, []),
        ({"strategy": "canary", "hooks": [HOOK]}, {}, []),
        ({"strategy": "canary", "hooks": [{**HOOK, "at": []}]}, {}, ["TG654"]),
        (BLUE_GREEN, {"routes": []}, ["TG652"]),
        (BLUE_GREEN, {"routes": [{"path": "/a", "host": "a.example"}]}, []),
        (BLUE_GREEN, {"routes": ["/a", "/b"]}, ["TG652"]),
        (BLUE_GREEN, {"routes": [{"path": ["/a", "/b"]}]}, ["TG652"]),
        (BLUE_GREEN, {"routes": [{"path": "/a", "host": ["a.example", "b.example"]}]}, ["TG652"]),
        ({**BLUE_GREEN, "circuit_breaker": True}, {}, ["TG653"]),
        ({**BLUE_GREEN, "circuit_breaker": False}, {}, []),
        ({**BLUE_GREEN, "minimum": 50}, {}, ["TG653"]),
        ({**BLUE_GREEN, "maximum": 150}, {}, ["TG653"]),
        ({**BLUE_GREEN, "maximum": 100}, {}, ["TG653"]),
        (BLUE_GREEN, {"scaling": {"min": 1, "max": 2, "requests": 9}}, ["TG653"]),
        (BLUE_GREEN, {"scaling": {"min": 1, "max": 2, "cpu": 9}}, []),
        (BLUE_GREEN, {"dns": "web"}, ["TG653"]),
        (BLUE_GREEN, {"routes": [{"path": "/a", "weight": 1}]}, ["TG653"]),
        (BLUE_GREEN, {"routes": [{"path": "/a", "login": "staff"}]}, ["TG653"]),
        (BLUE_GREEN, {"routes": [{"path": "/a", "login": False}]}, []),
        ({**BLUE_GREEN, "test": "preview"}, {}, []),
        ({**BLUE_GREEN, "test": "http"}, {}, ["TG655"]),
        ({**BLUE_GREEN, "test": {"headers": {"X-A": "a"}}}, {}, []),
        ({**BLUE_GREEN, "test": {"listener": "http", "headers": {"X-A": "a"}}}, {}, []),
        ({**BLUE_GREEN, "test": {"headers": {}}}, {}, ["TG655"]),
        (
            {**BLUE_GREEN, "test": {"headers": {"x-a": "a"}}},
            {"routes": [{"path": "/a", "headers": {"X-A": "b"}}]},
            ["TG655"],
        ),
    ],
)  # fmt: skip
def test_what_a_deployment_cannot_be(deployment: Any, keys: Any, expected: list[str]) -> None:
    found = outcome(deployment, **keys)
    assert [each.code for each in found.problems if each.code.startswith("TG65")] == expected


@pytest.mark.parametrize(
    ("route", "test", "expected"),
    [
        ("inside.http", "inside.preview", []),
        ("inside.http", "a", ["TG655"]),
        ("a", "inside.preview", ["TG655"]),
        (None, "a", ["TG220"]),
    ],
)
def test_a_test_is_on_the_load_balancer_of_its_route(
    route: str | None, test: str, expected: list[str]
) -> None:
    said = spec(
        {**BLUE_GREEN, "test": test}, routes=[{"path": "/a", **({"listener": route} if route else {})}]
    )
    listeners = said.pop("load_balancer")["listeners"]
    fronts = {
        "main": {"listeners": {"a": 8080, "b": 8081}},
        "inside": {"scheme": "internal", "listeners": listeners},
    }
    found = run_text(dump_yaml({**said, "load_balancers": fronts}), "shop.yaml")
    assert [each.code for each in found.problems if each.severity == "error"] == expected
