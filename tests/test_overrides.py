"""Overrides of the spec: what they do to a page, what they cannot do, and what Terraform makes of them."""

from __future__ import annotations

import difflib
import random
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import TEXTS, laws
from support.accepted import shown
from support.command import run
from support.language import evaluated, fmt_diff
from support.stacks import planned

import tfgen
from tfgen.output.write import write_pages
from tfgen.pipe import run_text
from tfgen.problems import Problem, describe_problem
from tfgen.render import arguments
from tfgen.render.overrides import resource_addresses
from tfgen.render.verify import verify_pages
from tfgen.spec.source import dump_yaml, parse_yaml

if TYPE_CHECKING:
    from support.terraform import Terraform

ROOT = Path(__file__).parent.parent
EXAMPLE = (ROOT / "examples" / "shop.yaml").read_text()
SHORT = {"rule": "TG316", "reason": "no request is long"}
SHOP = f"{EXAMPLE}\n{dump_yaml({'ignore': [SHORT]})}"
PLAIN = tfgen.render_text(SHOP, "shop.yaml")[0]

BALANCER = "module.load_balancer.aws_lb.main"
GROUP = "module.services.aws_lb_target_group.webapp"
RULE = "module.services.aws_lb_listener_rule.api_profile"
SERVICE = "module.services.aws_ecs_service.webapp"
TASK = "module.services.aws_ecs_task_definition.webapp"


def with_overrides(overrides: dict[str, Any]) -> str:
    return f"{SHOP}\n{dump_yaml({'overrides': overrides})}"


def rendered(overrides: dict[str, Any]) -> dict[str, str]:
    pages, problems = tfgen.render_text(with_overrides(overrides), "shop.yaml")
    assert [problem for problem in problems if problem.severity == "error"] == []
    return pages


def changes(address: str, patch: dict[str, Any]) -> list[str]:
    """The lines that a patch takes from its page (-) and puts there (+); every other page is as it was."""
    pages = rendered({address: patch})
    changed = [path for path in PLAIN if pages[path] != PLAIN[path] and path != "README.md"]
    assert changed in ([], [resource_addresses(PLAIN)[address]])
    return [
        line
        for path in changed
        for line in difflib.ndiff(PLAIN[path].splitlines(), pages[path].splitlines())
        if line[0] in "+-" and line[1:].strip()
    ]


OURS = "# Override in shop.yaml."


@pytest.mark.parametrize(
    ("address", "patch", "expected"),
    [
        pytest.param(
            BALANCER,
            {"idle_timeout": 120},
            ["-   idle_timeout       = 60", f"+   {OURS}", "+   idle_timeout = 120"],
            id="an argument that is there",
        ),
        pytest.param(
            BALANCER,
            {"enable_http2": False},
            [f"+   {OURS}", "+   enable_http2 = false"],
            id="a new argument",
        ),
        pytest.param(
            BALANCER,
            {"idle_timeout": None},
            ["-   idle_timeout       = 60", f"+   {OURS[:-1]}: no idle_timeout."],
            id="no argument",
        ),
        pytest.param(
            GROUP,
            {"health_check": {"path": "/x", "port": "8080"}},
            ['-     path                = "/"', f"+     {OURS}", '+     path = "/x"',
             f"+     {OURS}", '+     port = "8080"'],
            id="arguments of a block",
        ),
        pytest.param(
            GROUP,
            {"tags": {"Team": "web"}},
            ['-   tags = { Name = "shop-webapp" }', "+   tags = {", '+     Name = "shop-webapp"',
             f"+     {OURS}", '+     Team = "web"', "+   }"],
            id="a mapping that is there keeps what it has",
        ),
        pytest.param(
            BALANCER,
            {"tags": {"Team": "web"}},
            [f"+   {OURS}", "+   tags = {", '+     Team = "web"', "+   }"],
            id="a mapping",
        ),
        pytest.param(
            BALANCER,
            {"access_logs": {"bucket": "logs", "enabled": True}},
            [f"+   {OURS}", "+   access_logs {", '+     bucket  = "logs"', "+     enabled = true", "+   }"],
            id="a block",
        ),
        pytest.param(
            TASK,
            {"volume": [{"name": "a"}, {"name": "b", "efs_volume_configuration": {"file_system_id": "f"}}]},
            [f"+   {OURS}", "+   volume {", '+     name = "a"', "+   }", "+   volume {", '+     name = "b"',
             "+     efs_volume_configuration {", '+       file_system_id = "f"', "+     }", "+   }"],
            id="blocks and blocks in them",
        ),
        pytest.param(
            TASK,
            {"container_definitions": {"readonlyRootFilesystem": True, "stopTimeout": 90}},
            [f"+       {OURS}", "+       readonlyRootFilesystem = true",
             "+       stopTimeout            = 90"],
            id="the container, which becomes JSON",
        ),
        pytest.param(
            TASK,
            {"container_definitions": {"logConfiguration": {"options": {"awslogs-datetime-format": "%H"}}}},
            [f"+           {OURS}", '+           awslogs-datetime-format = "%H"'],
            id="deep in the container",
        ),
        pytest.param(
            SERVICE,
            {"lifecycle": {"ignore_changes": ["desired_count", "task_definition"]}},
            [f"+     {OURS}", "+     ignore_changes = [desired_count, task_definition]"],
            id="ignore_changes takes names",
        ),
        pytest.param(
            GROUP,
            {"lifecycle": {"ignore_changes": "all", "prevent_destroy": True}},
            ["-     ignore_changes        = [port]",
             f"+     {OURS}", "+     ignore_changes  = all", "+     prevent_destroy = true"],
            id="a lifecycle that is there",
        ),
        pytest.param(
            SERVICE,
            {"lifecycle": {"ignore_changes": ['tags["Team"]', "tags.Cost", "alarms[0].enable"]}},
            [f"+     {OURS}", '+     ignore_changes = [tags["Team"], tags.Cost, alarms[0].enable]'],
            id="ignore_changes takes a key of a map and what is in a block",
        ),
        pytest.param(
            SERVICE,
            {"lifecycle": {"ignore_changes": ['tags["${var.x} %{é\']"]']}},
            [f"+     {OURS}", '+     ignore_changes = [tags["$${var.x} %\\u007bé\']"]]'],
            id="a key in ignore_changes is text, whatever it is",
        ),
        pytest.param(
            SERVICE,
            {"lifecycle": {"ignore_changes": []}},
            [f"+     {OURS}", "+     ignore_changes = []"],
            id="ignore_changes of nothing",
        ),
        pytest.param(
            RULE,
            {"condition": [{"host_header": {"values": ["a.example.com"]}}]},
            [f"+   {OURS}", "-     path_pattern {", "+     host_header {",
             '-       values = ["/api/profile", "/api/profile/*"]', '+       values = ["a.example.com"]'],
            id="all blocks of a name",
        ),
        pytest.param(
            SERVICE,
            {"service_connect_configuration": {"log_configuration": {"options": {"mode": "non-blocking"}}}},
            [f"+         {OURS}", '+         mode = "non-blocking"'],
            id="a map in a block in a block",
        ),
        pytest.param(
            SERVICE,
            {"triggers": {"a": "1"}, "alarms": {"alarm_names": ["a"], "enable": True, "rollback": True}},
            [f"+   {OURS}", "+   triggers = {", '+     a = "1"', "+   }",
             f"+   {OURS}", "+   alarms {", '+     alarm_names = ["a"]', "+     enable      = true",
             "+     rollback    = true", "+   }"],
            id="a map and a block that look alike",
        ),
        pytest.param(
            TASK,
            {"volume": {"name": "a", "docker_volume_configuration": {"labels": {"a": "1"}, "scope": "task"}}},
            [f"+   {OURS}", "+   volume {", '+     name = "a"', "+     docker_volume_configuration {",
             "+       labels = {", '+         a = "1"', "+       }", '+       scope = "task"', "+     }",
             "+   }"],
            id="a map in a new block",
        ),
        pytest.param(
            "module.network.aws_default_security_group.main",
            {"ingress": [{"from_port": 1, "to_port": 2, "protocol": "tcp", "self": True}], "egress": []},
            [f"+   {OURS}", "+   ingress {", "+     from_port = 1", '+     protocol  = "tcp"',
             "+     self      = true", "+     to_port   = 2", "+   }", f"+   {OURS}", "+   egress = []"],
            id="objects are written as blocks, but for none",
        ),
        pytest.param(
            BALANCER,
            {"timeouts": {"create": "20m"}},
            [f"+   {OURS}", "+   timeouts {", '+     create = "20m"', "+   }"],
            id="timeouts",
        ),
        pytest.param(
            SERVICE, {"deployment_circuit_breaker": None, "platform_version": None},
            [f"+   {OURS[:-1]}: no deployment_circuit_breaker.", "-   deployment_circuit_breaker {",
             "-     enable   = true", "-     rollback = true", "-   }"],
            id="no block",
        ),
        pytest.param(
            SERVICE, {"load_balancer": [], "alarms": []},
            [f"+   {OURS[:-1]}: no load_balancer.", "-   load_balancer {",
             "-     target_group_arn = aws_lb_target_group.webapp.arn", '-     container_name   = "webapp"',
             "-     container_port   = 3000", "-   }"],
            id="a list of no blocks",
        ),
        pytest.param(
            TASK,
            {"volume": [{"name": "a", "host_path": None, "docker_volume_configuration": []}],
             "runtime_platform": {"cpu_architecture": None}},
            [f"+   {OURS}", "+   volume {", '+     name = "a"', "+   }",
             f"+     {OURS[:-1]}: no cpu_architecture.", '-     cpu_architecture        = "X86_64"'],
            id="null and no blocks in new blocks",
        ),
        pytest.param(
            TASK,
            {"container_definitions": {"ulimits": [{"name": "core", "softLimit": 1, "hardLimit": None}]},
             "tags": {"a": None}},
            [f"+       {OURS}", "+       ulimits = [", "+         {", '+           name      = "core"',
             "+           softLimit = 1", "+         },", "+       ]", f"+   {OURS}", "+   tags = {}"],
            id="null in what is new",
        ),
    ],
)  # fmt: skip
def test_an_override(address: str, patch: dict[str, Any], expected: list[str]) -> None:
    assert sorted(changes(address, patch)) == sorted(expected)


def test_a_new_argument_is_written_with_the_others_and_lifecycle_stays_last() -> None:
    page = rendered({GROUP: {"slow_start": 30, "stickiness": {"type": "lb_cookie"}}})[
        "modules/services/webapp.tf"
    ]
    order = ["deregistration_delay", "tags =", "slow_start", "health_check {", "stickiness {", "lifecycle {"]
    body = page[page.index('resource "aws_lb_target_group"') :]
    assert sorted(order, key=body.index) == order


def test_what_one_override_sets_together_is_one_paragraph() -> None:
    patch = {"idle_timeout": 120, "xff_header_processing_mode": "preserve", "enable_http2": False,
             "tags": {"b": "1", "a": "2"}, "security_groups": ["sg-1"]}  # fmt: skip
    page = rendered({BALANCER: patch})["modules/load_balancer/load_balancer.tf"]
    assert page.endswith(f"""
  subnets            = var.public_subnet_ids

  {OURS}
  security_groups = ["sg-1"]
  idle_timeout    = 120

  # Malformed header names can be used to smuggle requests past the load balancer.
  drop_invalid_header_fields = true

  {OURS}
  enable_http2               = false
  xff_header_processing_mode = "preserve"

  {OURS}
  tags = {{
    a = "2"
    b = "1"
  }}
}}
""")


def test_why_an_argument_is_there_stays_beside_it() -> None:
    page = rendered({BALANCER: {"drop_invalid_header_fields": False}})[
        "modules/load_balancer/load_balancer.tf"
    ]
    assert (
        f"""the load balancer.
  {OURS}
  drop_invalid_header_fields = false
}}
"""
        in page
    )


def test_the_documentation_shows_what_happens() -> None:
    page = ROOT / "docs" / "overrides.md"
    said = page.read_text().partition("```yaml\n")[2].partition("```")[0]
    pages, problems = tfgen.render_text(f"{EXAMPLE}\n{said}", "shop.yaml")
    assert {problem.severity for problem in problems} == {"note"}
    balancer = pages["modules/load_balancer/load_balancer.tf"].partition('resource "aws_lb" "main"')
    written = "".join(balancer[1:]).partition("\n}\n")[0] + "\n}\n"
    assert shown(page, "```hcl\n", written) == written
    spec = f"{EXAMPLE}\n{said.replace('idle_timeout', 'idle_timout')}"
    (problem,) = (found for found in run_text(spec, "shop.yaml").problems if found.severity == "error")
    warned = f"{describe_problem(problem, spec.splitlines())}\n"
    assert shown(page, "$ tfgen render shop.yaml\n", warned) == warned


def test_who_has_no_overrides_does_not_pay_for_the_table() -> None:
    code = (
        "import sys, tfgen; from pathlib import Path; tfgen.render_text(Path(sys.argv[1]).read_text()); "
        "print([name for name in sys.modules if name.startswith('tfgen.facts.provider')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, ROOT / "examples" / "shop.yaml"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "[]\n"


def test_the_order_of_keys_means_nothing() -> None:
    patch = {"idle_timeout": 120, "tags": {"b": "1", "a": "2"}, "enable_http2": False, "client_keep_alive": 9}
    for seed in range(5):
        keys = random.Random(seed).sample(list(patch), len(patch))
        assert rendered({BALANCER: {key: patch[key] for key in keys}}) == rendered({BALANCER: patch})


def test_text_in_place_of_what_becomes_json_is_that_json() -> None:
    page = rendered({TASK: {"container_definitions": "[]"}})["modules/services/webapp.tf"]
    assert '  container_definitions = "[]"\n' in page


def test_a_list_replaces_what_becomes_json() -> None:
    pages = rendered({TASK: {"container_definitions": [{"name": "a"}, {"name": "b"}]}})
    body = pages["modules/services/webapp.tf"].partition("container_definitions = ")[2]
    assert "".join(body.split()).startswith('jsonencode([{name="a"},{name="b"},])}')


def test_a_mapping_cannot_mean_one_of_several_containers(tmp_path: Path) -> None:
    """Such as a user's template may write."""
    name = "services/service/task_definition.tf.j2"
    template = (ROOT / "templates" / name).read_text()
    assert template.count("    {% endfor %}\n  ])\n") == 1
    (tmp_path / name).parent.mkdir(parents=True)
    (tmp_path / name).write_text(
        template.replace(
            "    {% endfor %}\n  ])\n", '    {% endfor %}\n    {\n      name = "proxy"\n    }\n  ])\n'
        )
    )
    spec = with_overrides({TASK: {"container_definitions": {"essential": True}}})
    (problem,) = tfgen.render_text(spec, "shop.yaml", templates=tmp_path)[1]
    assert (problem.code, problem.severity) == ("TG264", "error")


def test_a_list_replaces_all_blocks_of_that_name() -> None:
    spec = SHOP.replace("[/api/profile]", "[{path: /api/profile, methods: [GET]}]")
    pages, _ = tfgen.render_text(spec, "shop.yaml")
    (rule,) = (
        address for address in resource_addresses(pages) if "aws_lb_listener_rule.api_profile" in address
    )
    overrides = {
        rule: {"condition": [{"host_header": {"values": [f"{host}.example.com"]}} for host in "abc"]}
    }
    patched, problems = tfgen.render_text(f"{spec}\n{dump_yaml({'overrides': overrides})}", "shop.yaml")
    assert [problem.code for problem in problems] == ["TG365"]  # no host is all three
    for found, blocks, hosts in ((pages, 2, 0), (patched, 3, 3)):
        body = found["modules/services/backendserver.tf"].partition('resource "aws_lb_listener_rule"')[2]
        rule_alone = body.partition("\n}\n")[0]
        assert (rule_alone.count("condition {"), rule_alone.count("host_header {")) == (blocks, hosts)


OF_OVERRIDES = ("TG270", "TG271", "TG272")


def mistakes(overrides: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    """What `found_in` says of the overrides themselves, and not of the stack that they make."""
    return [each for each in found_in(overrides) if not each[0].startswith("TG3")]


def found_in(overrides: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    """Code, severity, message, and the text in the spec that a problem points at."""
    spec = with_overrides(overrides)
    lines = spec.splitlines()
    return [
        (
            each.code,
            each.severity,
            each.message,
            lines[each.at.line - 1][each.at.column - 1 :][: each.at.width],
        )
        for each in run_text(spec, "shop.yaml").problems
    ]


REFUSED = [
    pytest.param(BALANCER, {"idle_timout": 1}, "TG261",
        'unknown argument or block "idle_timout" in aws_lb', "idle_timout", id="an argument"),
    pytest.param(GROUP, {"health_check": {"pth": "/x"}}, "TG261",
        'unknown argument or block "pth" in health_check of aws_lb_target_group', "pth",
        id="in a block that is there"),
    pytest.param(TASK, {"volume": [{"name": "a"}, {"name": "b", "efs_volume_configuration":
        {"file_system_id": "f", "authorization_config": {"iamm": "x"}}}]}, "TG261",
        'unknown argument or block "iamm" in authorization_config of efs_volume_configuration of '
        "volume of aws_ecs_task_definition", "iamm", id="deep in new blocks"),
    pytest.param(BALANCER, {"idle_timout": None}, "TG261",
        'unknown argument or block "idle_timout" in aws_lb', "idle_timout", id="to remove"),
    pytest.param(SERVICE, {"lifecycle": {"prevent_destory": True}}, "TG261",
        'unknown argument or block "prevent_destory" in lifecycle of aws_ecs_service',
        "prevent_destory", id="in lifecycle"),
    pytest.param(SERVICE, {"lifecycle": {"ignore_changes": ["tags", "desired_cuont"]}}, "TG261",
        'unknown argument or block "desired_cuont" in aws_ecs_service', "desired_cuont",
        id="in ignore_changes"),
    pytest.param(BALANCER, {"arn": "x"}, "TG262",
        '"arn" cannot be overridden: the provider computes it', "arn", id="computed"),
    pytest.param(BALANCER, {"id": "x"}, "TG262",
        '"id" cannot be overridden: the provider computes it', "id", id="id"),
    pytest.param(BALANCER, {"tags_all": {"a": "b"}}, "TG262",
        '"tags_all" cannot be overridden: the provider computes it', "tags_all", id="tags_all"),
    pytest.param(BALANCER, {"access_logs": True}, "TG263",
        '"access_logs" is a block, which has arguments', "access_logs", id="a new block"),
    pytest.param(RULE, {"condition": []}, "TG269",
        '"condition" cannot be removed: aws_lb_listener_rule requires it', "condition", id="no blocks"),
    pytest.param(SERVICE, {"service_connect_configuration": {"enabled": True, "service":
        [{"port_name": "a", "client_alias": [{"port": None}]}]}}, "TG269", '"port" is missing: client_alias '
        "of service of service_connect_configuration of aws_ecs_service requires it", "port",
        id="required and null"),
    pytest.param(GROUP, {"health_check": ["/"]}, "TG263",
        '"health_check" is a block, which has arguments', "health_check", id="a block"),
    pytest.param(BALANCER, {"idle_timeout": {"seconds": 1}}, "TG263",
        '"idle_timeout" takes a single value', "idle_timeout", id="a mapping"),
    pytest.param(BALANCER, {"name": ["shop"]}, "TG263",
        '"name" takes a single value', "name", id="a list"),
    pytest.param(BALANCER, {"subnets": "subnet-1"}, "TG263",
        '"subnets" takes a list', "subnets", id="one value of a list"),
    pytest.param(BALANCER, {"subnets": {"a": "subnet-1"}}, "TG263",
        '"subnets" takes a list', "subnets", id="a mapping for a list"),
    pytest.param(BALANCER, {"subnets": ["subnet-1", ["subnet-2"]]}, "TG263",
        '"subnets" takes a list of single values', "-", id="a list in a list"),
    pytest.param(BALANCER, {"subnets": [{"id": "subnet-2"}]}, "TG263",
        '"subnets" takes a list of single values', "i", id="a mapping in a list"),
    pytest.param(BALANCER, {"enable_http2": "yes"}, "TG263",
        '"enable_http2" takes true or false', "enable_http2", id="a word for a boolean"),
    pytest.param(BALANCER, {"enable_http2": "False"}, "TG263",
        '"enable_http2" takes true or false', "enable_http2", id="a boolean of another language"),
    pytest.param(BALANCER, {"enable_http2": 1}, "TG263",
        '"enable_http2" takes true or false', "enable_http2", id="a number for a boolean"),
    pytest.param(SERVICE, {"lifecycle": {"ignore_changes": ["desired_count"]},
        "network_configuration": {"assign_public_ip": "off"}}, "TG263",
        '"assign_public_ip" takes true or false', "assign_public_ip", id="a word for a boolean of a block"),
    pytest.param(BALANCER, {"idle_timeout": True}, "TG263",
        '"idle_timeout" takes a whole number', "idle_timeout", id="a boolean for a number"),
    pytest.param(BALANCER, {"idle_timeout": "120s"}, "TG263",
        '"idle_timeout" takes a whole number', "idle_timeout", id="a word for a number"),
    pytest.param(BALANCER, {"idle_timeout": 1.5}, "TG263",
        '"idle_timeout" takes a whole number', "idle_timeout", id="a fraction"),
    pytest.param(BALANCER, {"idle_timeout": "1e19"}, "TG263",
        '"idle_timeout" takes a whole number', "idle_timeout", id="a number too large"),
    pytest.param(BALANCER, {"idle_timeout": ""}, "TG263",
        '"idle_timeout" takes a whole number', "idle_timeout", id="no text for a number"),
    pytest.param("module.network.aws_default_security_group.main", {"ingress": [{"from_port": "http",
        "to_port": 80, "protocol": "tcp"}]}, "TG263", '"from_port" takes a whole number', "from_port",
        id="a word for a number of an object"),
    pytest.param("module.load_balancer.aws_security_group.main", {"egress": [{"from_port": 1, "to_port": 2}]},
        "TG269", '"protocol" is missing: egress of aws_security_group requires it', "f",
        id="missing in an object"),
    pytest.param("module.network.aws_default_security_group.main", {"egress": {"protocol": -1, "to_port": 2}},
        "TG269", '"from_port" is missing: egress of aws_default_security_group requires it', "egress",
        id="missing in the only object"),
    pytest.param(BALANCER, {"tags": {"a": ["b"]}}, "TG263",
        '"tags" takes keys with a single value each', "a", id="a list in a map"),
    pytest.param(BALANCER, {"tags": {"a": {"b": "c"}}}, "TG263",
        '"tags" takes keys with a single value each', "a", id="a map in a map"),
    pytest.param(GROUP, {"tags": {"a": {"b": "c"}}}, "TG263",
        '"tags" takes keys with a single value each', "a", id="a map in a map that is there"),
    pytest.param(SERVICE, {"lifecycle": {"ignore_changes": ["lifecycle"]}}, "TG261",
        'unknown argument or block "lifecycle" in aws_ecs_service', "lifecycle",
        id="lifecycle in ignore_changes"),
    pytest.param(SERVICE, {"lifecycle": {"ignore_changes": ["network_configuration[0].subnetz"]}}, "TG261",
        'unknown argument or block "subnetz" in network_configuration of aws_ecs_service',
        "network_configuration[0].subnetz", id="deep in ignore_changes"),
    pytest.param(SERVICE, {"lifecycle": {"ignore_changes": ["load_balancer[0].container_port"]}}, "TG263",
        "load_balancer[0].container_port does not exist: load_balancer has nothing of that name",
        "load_balancer", id="into a set of blocks"),
    pytest.param(SERVICE, {"lifecycle": {"ignore_changes": ["network_configuration.subnets"]}}, "TG263",
        "network_configuration.subnets does not exist: network_configuration has nothing of that "
        "name", "network_configuration", id="into a block without its number"),
    pytest.param(SERVICE, {"lifecycle": {"ignore_changes": ["network_configuration[0].subnets[0]"]}}, "TG263",
        "network_configuration[0].subnets[0] does not exist: network_configuration[0].subnets has nothing "
        "of that name", "network_configuration", id="into a set"),
    pytest.param(SERVICE, {"lifecycle": {"ignore_changes": ['name["a"]']}}, "TG263",
        'name["a"] does not exist: name has nothing of that name', "name", id="into text"),
    pytest.param(SERVICE, {"lifecycle": {"ignore_changes": ['tags["a"].b']}}, "TG263",
        'tags["a"].b does not exist: tags["a"] has nothing of that name', "tags",
        id="into a value of a map"),
    pytest.param(BALANCER, {"subnets": ["subnet-1", None]}, "TG263",
        "a list cannot contain null: it replaces the existing list", "null", id="null in a list"),
    pytest.param(BALANCER, {"tags": "shop"}, "TG263",
        '"tags" takes keys and values', "tags", id="text for a map"),
    pytest.param(BALANCER, {"tags": [{"a": "b"}]}, "TG263",
        '"tags" takes keys and values', "tags", id="a list for a map"),
    pytest.param(BALANCER, {"access_logs": [{"bucket": "a"}, {"bucket": "b"}]}, "TG263",
        'aws_lb allows at most 1 "access_logs", and here are 2', "access_logs", id="one too many"),
    pytest.param("module.services.aws_iam_role.webapp_task", {"assume_role_policy": {"Version": "x"}},
        "TG263", '"assume_role_policy" takes a single value', "assume_role_policy",
        id="JSON that is a reference here"),
    pytest.param(GROUP, {"health_check": [{"path": "/"}], "stickiness": {"cookie_duration": 1}}, "TG269",
        '"type" is missing: stickiness of aws_lb_target_group requires it', "stickiness", id="missing"),
    pytest.param(RULE, {"listener_arn": None}, "TG269",
        '"listener_arn" cannot be removed: aws_lb_listener_rule requires it', "listener_arn",
        id="required"),
    pytest.param(RULE, {"condition": None}, "TG269",
        '"condition" cannot be removed: aws_lb_listener_rule requires it', "condition",
        id="a required block"),
    pytest.param(SERVICE, {"network_configuration": {"subnets": None}}, "TG269",
        '"subnets" cannot be removed: network_configuration of aws_ecs_service requires it', "subnets",
        id="required in a block"),
]  # fmt: skip


@pytest.mark.parametrize(("address", "patch", "code", "message", "there"), REFUSED)
def test_what_the_provider_does_not_take(
    address: str, patch: dict[str, Any], code: str, message: str, there: str
) -> None:
    (found,) = found_in({address: patch})
    assert (*found[:3], found[3][: len(there)]) == (code, "error", message, there)


@pytest.mark.parametrize(
    ("address", "patch", "hint"),
    [
        (BALANCER, {"idle_timout": 1}, "did you mean idle_timeout? Put arguments newer than provider 6.69 "
         "into modules/load_balancer/main_override.tf"),
        # It is near to nothing, and to none of the arguments that stand in the page.
        (SERVICE, {"quorum": 1}, "put arguments newer than provider 6.69 into a file of your own, "
         "modules/services/main_override.tf"),
        (SERVICE, {"enable_exec_command": 1}, "did you mean enable_execute_command? Put arguments newer than "
         "provider 6.69 into modules/services/main_override.tf"),
        (SERVICE, {"lifecycle": {"prevent": 1}}, "did you mean prevent_destroy?"),
        (SERVICE, {"lifecycle": {"prevent_destroy": "yes"}}, "write prevent_destroy: true"),
        (SERVICE, {"lifecycle": {"prevent_destroy": "true"}}, "write prevent_destroy: true"),
        (BALANCER, {"enable_http2": "off"}, "write enable_http2: false"),
        (BALANCER, {"enable_http2": 0}, "write enable_http2: false"),
        (BALANCER, {"enable_http2": "perhaps"}, "write enable_http2: true or false"),
        (BALANCER, {"idle_timeout": "soon"}, "write idle_timeout: NUMBER"),
        (SERVICE, {"lifecycle": {"ignore_changes": "tags"}}, "write ignore_changes: [ARGUMENT], or all"),
        (SERVICE, {"lifecycle": {"ignore_changes": ["all"]}}, "write ignore_changes: all"),
        (SERVICE, {"lifecycle": {"ignore_changes": ["tags[0]"]}}, 'write tags["KEY"]'),
        (SERVICE, {"lifecycle": {"ignore_changes": ["alarms.enable"]}}, "write alarms[0].alarm_names"),
        (SERVICE, {"lifecycle": {"ignore_changes": ["load_balancer[0]"]}},
         "write load_balancer, which covers all of it"),
        (SERVICE, {"lifecycle": {"ignore_changes": ["timeouts[0].create"]}}, "write timeouts.create"),
        (SERVICE, {"lifecycle": {"quorum": 1}},
         "write create_before_destroy, ignore_changes, prevent_destroy"),
        # What cannot be set is nobody's mistake.
        (BALANCER, {"zone_ids": 1}, "put arguments newer than provider 6.69 into a file of your own, "
         "modules/load_balancer/main_override.tf"),
        (BALANCER, {"tags_all": {"a": 1}}, "write tags"),
        (BALANCER, {"name": {"a": 1}}, "write name: VALUE (JSON as text)"),
        (BALANCER, {"name": ["a"]}, "write name: VALUE"),
        (BALANCER, {"access_logs": {"enabled": True}}, "add bucket: VALUE"),
        (RULE, {"action": {"forward": {"stickiness": {"duration": 1}}}}, "add target_group: {...}"),
    ],
)  # fmt: skip
def test_how_to_override_what_the_provider_does_not_support(
    address: str, patch: dict[str, Any], hint: str
) -> None:
    (problem,) = run_text(with_overrides({address: patch}), "shop.yaml").problems
    assert problem.hint == hint


@pytest.mark.parametrize("percent", [0.5, "12.5", 10])
def test_a_percentage_may_be_a_fraction(percent: Any) -> None:
    canary = {"deployment_configuration": {"canary_configuration": {"canary_percent": percent}}}
    assert [each[0] for each in found_in({SERVICE: canary})] == ["TG270"]


def test_a_percentage_is_a_number() -> None:
    canary = {"deployment_configuration": {"canary_configuration": {"canary_percent": "half"}}}
    assert ("TG263", "error", '"canary_percent" takes a number', "canary_percent") in found_in(
        {SERVICE: canary}
    )


def test_a_resource_of_the_root_has_its_file_there() -> None:
    (fault,) = arguments.name_faults(arguments.place_of_resource("aws_lb.main") / "idle_timout")
    assert fault.hint.endswith("into main_override.tf")


@pytest.mark.parametrize(
    ("address", "patch", "message", "version"),
    [
        (BALANCER, {"region": "eu-west-1"},
         'only version 6 of the provider has "region", and the stack also allows version 5', 6),
        (RULE, {"transform": {"type": "url-rewrite"}},
         'only version 6 of the provider has "transform", and the stack also allows version 5', 6),
        (TASK, {"inference_accelerator": {"device_name": "a", "device_type": "b"}},
         'only version 5 of the provider has "inference_accelerator", and the stack also allows version 6',
         5),
        (RULE, {"condition": {"path_pattern": {"values": None}}},
         '"values" cannot be removed: path_pattern of condition of aws_lb_listener_rule requires it in '
         "version 5 of the provider, and the stack also allows version 5", 6),
    ],
)  # fmt: skip
def test_what_only_one_version_of_the_provider_takes_is_a_warning(
    address: str, patch: dict[str, Any], message: str, version: int
) -> None:
    found = run_text(with_overrides({address: patch}), "shop.yaml").problems
    (problem,) = (each for each in found if each.code in OF_OVERRIDES)
    assert (problem.code, problem.severity, problem.message) == ("TG270", "warning", message)
    own_file = f'version = "~> {version}.0"'
    assert problem.hint.endswith("write provider: 6 at the top of the spec" if version == 6 else own_file)


# What Terraform makes the value that its place takes. `name` is text, and may be any single value.
CONVERTED = [
    {"idle_timeout": "120", "enable_http2": "false", "name": 7},
    {"idle_timeout": "+1e2", "enable_http2": "1", "name": True},
    {"idle_timeout": "0120.", "enable_http2": "0", "tags": {"a": 1, "b": True}},
    {"idle_timeout": "6.E1", "subnets": [1, True, "c"]},
    {"lifecycle": {"prevent_destroy": True, "ignore_changes": ["timeouts.create", "subnets", 'tags[""]']}},
    {"lifecycle": {"ignore_changes": ["id", "tags_all", 'tags_all["Team"]']}},
]


@pytest.mark.parametrize("patch", CONVERTED)
def test_terraform_converts_what_it_can_and_so_that_is_no_mistake(patch: dict[str, Any]) -> None:
    assert mistakes({BALANCER: patch}) == []


@pytest.mark.xdist_group("overrides")
def test_terraform_converts_what_passes(running: Terraform, tmp_path: Path) -> None:
    for number, patch in enumerate(CONVERTED):
        pages, _ = tfgen.render_text(with_overrides({BALANCER: patch}), "shop.yaml", as_module=True)
        write_pages(pages, tmp_path / f"m{number}")
    modules = (f'module "m{number}" {{\n  source = "./m{number}"\n}}\n' for number in range(len(CONVERTED)))
    (tmp_path / "main.tf").write_text("\n".join(modules))
    stack = running.stack(tmp_path)
    stack.init()
    assert stack.validate() == []


@pytest.mark.parametrize(
    ("name", "value"),
    [("enable_execute_command", True), ("platform_version", "x"), ("force_delete", True), ("iam_role", "x")],
)
def test_what_tfgen_does_not_write_is_no_mistake(name: str, value: Any) -> None:
    assert mistakes({SERVICE: {name: value}}) == []


def test_what_is_free_is_not_looked_into() -> None:
    free = {"arn": [{"count": "x"}], "dynamic": {"no": {"such": "thing"}}, "for_each": 1}
    assert found_in({TASK: {"container_definitions": free}}) == []


UNKNOWN = """
resource "aws_dx_lag" "empty" {
}

resource "aws_dx_lag" "main" {
  vpc_id   = aws_vpc.main.id
  options  = { a = 1 }
  settings = merge(local.a, local.b)

  block {
    c = 4
  }
}
"""


def with_unknown(folder: Path, overrides: dict[str, Any]) -> tuple[str, tuple[Problem, ...]]:
    """A page with resources of the user's, of a type that the table lacks, and what was found."""
    template = (ROOT / "templates" / "network" / "vpc.tf.j2").read_text()
    (folder / "network").mkdir()
    (folder / "network" / "vpc.tf.j2").write_text(f"{template}{UNKNOWN}")
    spec = with_overrides({f"module.network.aws_dx_lag.{name}": patch for name, patch in overrides.items()})
    pages, problems = tfgen.render_text(spec, "shop.yaml", templates=folder)
    return pages.get("modules/network/vpc.tf", ""), problems


def test_of_a_type_that_the_table_lacks_nothing_is_said(tmp_path: Path) -> None:
    """A mapping is a block, but for tags and where an argument stands already."""
    patch = {"arn": "x", "new": [1], "tags": {"b": "2"}, "options": {"a": 3}, "destination": {"path": "/"},
             "settings": {"d": 5}, "block": {"c": 6}, "lifecycle": {"ignore_changes": ["any"]}}  # fmt: skip
    page, problems = with_unknown(tmp_path, {"empty": {"only": 1}, "main": patch})
    assert problems == ()
    lines = [" ".join(line.split()) for line in page.partition('"aws_dx_lag" "empty"')[2].splitlines()]
    assert [line for line in lines if line and OURS not in line] == [
        "{", "only = 1", "}", 'resource "aws_dx_lag" "main" {', "vpc_id = aws_vpc.main.id",
        "options = {", "a = 3", "}", "settings = {", "d = 5", "}", 'arn = "x"', "new = [1]",
        "tags = {", 'b = "2"', "}", "block {", "c = 6", "}", "destination {", 'path = "/"', "}",
        "lifecycle {", "ignore_changes = [any]", "}", "}",
    ]  # fmt: skip


def test_a_block_of_a_type_that_the_table_lacks_stays_one(tmp_path: Path) -> None:
    _, problems = with_unknown(tmp_path, {"main": {"block": 1}})
    assert [problem.code for problem in problems] == ["TG263"]


def test_null_of_what_a_new_block_must_have_is_one_fault() -> None:
    alarms = {"alarm_names": None, "enable": True, "rollback": True}
    (found,) = found_in({SERVICE: {"alarms": alarms}})
    assert found == ("TG269", "error", '"alarm_names" is missing: alarms of aws_ecs_service requires it',
                     "alarm_names")  # fmt: skip


@pytest.mark.parametrize(
    ("address", "patch", "name"),
    [
        (BALANCER, {"name_prefix": None}, "name_prefix"),
        (BALANCER, {"access_logs": []}, "access_logs"),
        (BALANCER, {"access_logs": {"bucket": "a", "prefix": None}}, "prefix"),
        (TASK, {"volume": [{"name": "a", "efs_volume_configuration": []}]}, "efs_volume_configuration"),
        (BALANCER, {"tags": {"Team": None}}, "Team"),
        (GROUP, {"tags": {"Team": None}}, "Team"),
        (TASK, {"container_definitions": {"ulimits": [{"name": "core", "cpu": None}]}}, "cpu"),
    ],
)
def test_to_take_away_what_is_not_there_is_a_warning(address: str, patch: dict[str, Any], name: str) -> None:
    assert found_in({address: patch}) == [("TG271", "warning", f'there is no "{name}" here to remove', name)]


@pytest.mark.parametrize(
    ("address", "patch", "there"),
    [
        (BALANCER, {"name": "${var.name}"}, "${var.name}"),
        (BALANCER, {"subnets": ["a", "${aws_subnet.public[0].id}"]}, "${aws_subnet.public[0].id}"),
        (BALANCER, {"tags": {"Team": "x-${local.team}"}}, "${local.team}"),
        (BALANCER, {"access_logs": {"bucket": "${data.aws_s3_bucket.a.id}"}}, "${data.aws_s3_bucket.a.id}"),
        (TASK, {"container_definitions": {"environment": [{"name": "A", "value": "${module.a.b}"}]}},
         "${module.a.b}"),
    ],
)  # fmt: skip
def test_text_that_reads_like_a_reference_is_text_with_a_warning(
    address: str, patch: dict[str, Any], there: str
) -> None:
    spec = with_overrides({address: patch})
    (problem,) = (each for each in run_text(spec, "shop.yaml").problems if each.code in OF_OVERRIDES)
    assert (problem.code, problem.severity) == ("TG272", "warning")
    assert problem.message == f'"{there}" is text here, not a reference'
    kind, label = address.split(".")[-2:]
    assert problem.hint.startswith(f'write it in resource "{kind}" "{label}" of a file of your own, ')
    assert there in spec.splitlines()[problem.at.line - 1]
    assert f"${there}" in rendered({address: patch})[resource_addresses(PLAIN)[address]]


def test_text_that_only_looks_a_little_like_a_reference_is_text() -> None:
    texts = {
        "a": "${aws:username}",
        "b": "${HOME}",
        "c": "var.x",
        "d": "$var.x",
        "e": "${var.",
        "f": "%{ if a }",
    }
    assert found_in({BALANCER: {"tags": texts}}) == []


def test_a_reference_for_a_number_belongs_into_a_file_of_ones_own() -> None:
    (problem,) = run_text(with_overrides({BALANCER: {"idle_timeout": "${var.idle}"}}), "shop.yaml").problems
    assert (problem.code, problem.message) == ("TG263", '"idle_timeout" takes a whole number')
    assert problem.hint.endswith("of a file of your own, modules/load_balancer/main_override.tf")


def test_a_warning_about_overrides_can_be_ignored_and_an_error_cannot() -> None:
    overrides = {BALANCER: {"region": "eu-west-1", "name_prefix": None, "idle_timout": 1}}
    rules = ("TG270", "TG271", "TG261")
    ignores = [{"rule": rule, "reason": "the modules run with provider 6 alone"} for rule in rules]
    said = dump_yaml({"overrides": overrides, "ignore": [*ignores, SHORT]})
    outcome = run_text(f"{EXAMPLE}\n{said}", "shop.yaml")
    ignored = [(each.problem.code, each.reason) for each in outcome.ignored]
    assert [each for each in ignored if each[1] != SHORT["reason"]] == [
        ("TG271", ignores[0]["reason"]), ("TG270", ignores[0]["reason"])
    ]  # fmt: skip
    assert sorted((each.code, each.severity) for each in outcome.problems) == [
        ("TG261", "error"), ("TG391", "warning")
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("patch", "message", "hint"),
    [
        ({"provisioner": {"local-exec": {"command": "true"}}},
         "it is a block of Terraform, not of the provider", "file"),
        ({"connection": {"host": "x"}},
         "it is a block of Terraform, not of the provider", "file"),
        ({"dynamic": {"access_logs": {}}}, "it needs an expression, and a spec holds only values", "file"),
        ({"lifecycle": {"replace_triggered_by": ["aws_security_group.main"]}},
         "it refers to something else in the module, and values in a spec cannot", "file"),
        ({"lifecycle": {"precondition": {"condition": "true", "error_message": "x"}}},
         "it needs an expression, and a spec holds only values", "template"),
        ({"depends_on": ["aws_security_group.main"]},
         "it refers to something else in the module, and values in a spec cannot", "template"),
        ({"count": 2}, "it would change the addresses of the resource", "template"),
    ],
)  # fmt: skip
def test_what_is_terraforms_own_is_refused_with_the_place_for_it(
    patch: dict[str, Any], message: str, hint: str
) -> None:
    (problem,) = run_text(with_overrides({BALANCER: patch}), "shop.yaml").problems
    name = next(iter(patch.get("lifecycle", patch)))
    assert (problem.code, problem.message) == ("TG262", f'"{name}" cannot be overridden: {message}')
    assert (
        problem.hint
        == {
            "file": 'write it in resource "aws_lb" "main" of a file of your own, '
            "modules/load_balancer/main_override.tf",
            "template": "change the template: tfgen render --templates DIR",
        }[hint]
    )


OWN_FILE = """
resource "aws_lb" "main" {
  connection {
    host = self.dns_name
  }

  provisioner "local-exec" {
    command = "true"
  }

  dynamic "access_logs" {
    for_each = ["logs"]

    content {
      bucket = access_logs.value
    }
  }

  lifecycle {
    replace_triggered_by = [aws_security_group.main]
  }
}
"""
NOT_IN_OWN_FILE = """
resource "aws_lb" "main" {
  depends_on = [aws_security_group.main]

  lifecycle {
    precondition {
      condition     = var.vpc_id != ""
      error_message = "x"
    }
  }
}
"""


@pytest.mark.xdist_group("overrides")
def test_terraform_takes_from_a_file_of_the_users_own_what_the_hints_send_there(
    running: Terraform, tmp_path: Path
) -> None:
    write_pages(PLAIN, tmp_path)
    file = tmp_path / "modules/load_balancer/main_override.tf"
    file.write_text(OWN_FILE)
    stack = running.stack(tmp_path)
    stack.init()
    assert stack.validate() == []
    (stack.folder / "modules/load_balancer/main_override.tf").write_text(NOT_IN_OWN_FILE)
    found = " ".join(stack.validate())
    assert "The depends_on argument may not be overridden." in found
    assert 'Override files cannot override "precondition" blocks.' in found


def test_a_resource_of_a_module_and_of_a_stack_have_one_address() -> None:
    spec = with_overrides({BALANCER: {"idle_timeout": 120}})
    assert not [each for each in tfgen.render_text(spec, as_module=True)[1] if each.severity != "note"]


def test_show_prints_what_renders_to_the_same(tmp_path: Path) -> None:
    overrides = {BALANCER: {"idle_timeout": None, "tags": {"a": "1.10", "b": 1.5}}}
    (tmp_path / "shop.yaml").write_text(with_overrides(overrides))
    shown = run("show", str(tmp_path / "shop.yaml")).out
    assert parse_yaml(shown, "shown").data["overrides"] == overrides
    assert tfgen.render_text(shown, "shop.yaml")[0] == rendered(overrides)


def test_every_resource_of_every_golden_stack_can_be_overridden() -> None:
    for spec in sorted((ROOT / "examples").glob("*.yaml")):
        text = spec.read_text().partition("\noverrides:\n")[0]
        pages = tfgen.render_text(text, spec.name)[0]
        overrides = {
            address: {"lifecycle": {"prevent_destroy": True}} for address in resource_addresses(pages)
        }
        patched, problems = tfgen.render_text(f"{text}\n{dump_yaml({'overrides': overrides})}", spec.name)
        assert {problem.severity for problem in problems} <= {"note"}
        assert "\n".join(patched.values()).count("prevent_destroy") == len(overrides)


# --- nothing from a spec becomes an expression, whatever it is

_SCALARS = st.none() | st.booleans() | st.integers(-(10**12), 10**12) | TEXTS
DATA = st.recursive(
    TEXTS | st.booleans() | st.integers(-(10**12), 10**12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
_NUMBERS = st.none() | st.integers(-(10**12), 10**12)
_MAPS = st.dictionaries(TEXTS, TEXTS | st.booleans() | st.integers(-(10**12), 10**12), max_size=3)
PATCHES = st.fixed_dictionaries(
    {
        TASK: st.fixed_dictionaries(
            {"container_definitions": st.dictionaries(TEXTS, DATA, min_size=1, max_size=3)},
            optional={"cpu": _SCALARS},
        )
    },
    optional={
        BALANCER: st.fixed_dictionaries(
            {}, optional={"idle_timeout": _NUMBERS, "name": _SCALARS, "tags": _MAPS}
        ),
        GROUP: st.fixed_dictionaries(
            {}, optional={"tags": _MAPS, "health_check": st.fixed_dictionaries({"path": TEXTS})}
        ),
        SERVICE: st.fixed_dictionaries({}, optional={"triggers": _MAPS, "desired_count": _NUMBERS}),
    },
)


def drawn() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []

    @laws(60)
    @given(PATCHES)
    def draw(overrides: dict[str, Any]) -> None:
        if overrides:
            found.append(overrides)

    draw()
    return found


@pytest.fixture(scope="module")
def patched() -> list[tuple[dict[str, Any], dict[str, str]]]:
    """Drawn overrides that can be, with the pages that they change."""
    found = []
    for overrides in drawn():
        pages = rendered(overrides)
        changed = {path: text for path, text in pages.items() if text != PLAIN[path]}
        if changed:
            found.append((parse_yaml(dump_yaml(overrides), "").data, changed))
    assert len(found) > 5
    return found


Patched = list[tuple[dict[str, Any], dict[str, str]]]


def test_pages_are_what_terraform_fmt_makes_of_them(patched: Patched, tmp_path: Path) -> None:
    pages = {
        f"{number}/{path}": text for number, (_, texts) in enumerate(patched) for path, text in texts.items()
    }
    assert fmt_diff(tmp_path, pages) == ""


def test_pages_can_be_parsed(patched: Patched) -> None:
    for _, texts in patched[:15]:
        assert verify_pages(texts) == []


def test_values_are_what_the_spec_says(patched: Patched, tmp_path: Path) -> None:
    """The tags and the container of every drawn patch, as Terraform itself works them out."""
    wanted, code = {}, ["locals {\n  aws_log = 1\n}"]
    for number, (overrides, texts) in enumerate(patched):
        tags = overrides.get(BALANCER, {}).get("tags")
        if tags:
            page = texts["modules/load_balancer/load_balancer.tf"]
            body = re.search(r"^  tags = (\{\n.*?^  \})", page, re.MULTILINE | re.DOTALL)
            assert body
            code.append(f'output "tags_{number}" {{\n  value = {body[1]}\n}}')
            wanted[f"tags_{number}"] = tags
        container = overrides.get(TASK, {}).get("container_definitions")
        if container and "modules/services/webapp.tf" in texts:
            page = texts["modules/services/webapp.tf"]
            body = re.search(r"^  container_definitions = (jsonencode\(.*?^  \]\))", page, re.M | re.S)
            assert body
            # Without jsonencode, which in Terraform breaks ">" before an accent ("\u003e" and it make one).
            literal = body[1].removeprefix("jsonencode")
            ours = re.sub(r"= (var|aws_cloudwatch_log_group)\.[a-z_.]+$", '= "ours"', literal, flags=re.M)
            code.append(f'output "container_{number}" {{\n  value = {ours}[0]\n}}')
            wanted[f"container_{number}"] = container
    assert len(wanted) > 5
    found = evaluated(tmp_path, "\n".join(code))
    for name, value in wanted.items():
        kept = {key: found[name][key] for key in value}
        assert kept == value, name


# --- real Terraform

EVERYTHING: dict[str, Any] = {
    BALANCER: {
        "idle_timeout": 120,
        "enable_deletion_protection": True,
        "tags": {"Cost Center": "${42}"},
        "access_logs": {"bucket": "logs", "enabled": True},
    },
    GROUP: {"health_check": {"path": "/x", "matcher": None}, "stickiness": {"type": "lb_cookie"}},
    TASK: {
        "container_definitions": {"ulimits": [{"name": "nofile", "softLimit": 1024, "hardLimit": 2048}]},
        "volume": [{"name": "a"}, {"name": "b"}],
    },
    SERVICE: {
        "enable_execute_command": True,
        "desired_count": 4,
        "lifecycle": {"ignore_changes": ["desired_count"]},
        "health_check_grace_period_seconds": None,
    },
}
_ALARMS = 'resource "aws_cloudwatch_metric_alarm" "{}" {{\n{}}}\n'
_ALARM = """  alarm_name          = "slow"
  comparison_operator = "GreaterThanThreshold"
  evaluation_periods  = 1
  threshold           = 1
  metric_name         = "TargetResponseTime"
  namespace           = "AWS/ApplicationELB"
  period              = 60
  statistic           = "Average"
  alarm_description   = {}
"""
# Where the hints send what the table does not know, and who uses one version of the provider.
_NEWER = 'resource "aws_lb" "main" {\n  client_keep_alive = 77\n}\n'
_ONE_VERSION = """terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.0"
    }
  }
}
"""


@pytest.mark.xdist_group("overrides")
def test_terraform_takes_overrides_and_files_of_the_users_own(running: Terraform, tmp_path: Path) -> None:
    write_pages(rendered(EVERYTHING), tmp_path)
    mine = {
        tmp_path / "alarms.tf": _ALARMS.format("mine", _ALARM.format("module.load_balancer.dns_name")),
        tmp_path / "modules/load_balancer/alarms.tf": _ALARMS.format(
            "mine", _ALARM.format("aws_lb.main.arn")
        ),
        tmp_path / "modules/load_balancer/main_override.tf": _NEWER,
        tmp_path / "versions_override.tf": _ONE_VERSION,
    }
    for path, text in mine.items():
        path.write_text(text)
    assert set(rendered(EVERYTHING)) <= set(write_pages(rendered(EVERYTHING), tmp_path).unchanged)
    assert write_pages(PLAIN, tmp_path).removed == ()
    write_pages(rendered(EVERYTHING), tmp_path)
    assert {path: path.read_text() for path in mine} == mine
    assert running.unformatted(tmp_path) == []
    stack = running.stack(tmp_path)
    stack.init()
    assert stack.validate() == []
    values = planned(stack.plan())
    assert values["aws_cloudwatch_metric_alarm.mine"]["alarm_name"] == "slow"
    balancer = values[BALANCER]
    assert (balancer["idle_timeout"], balancer["tags"]) == (120, {"Cost Center": "${42}"})
    assert balancer["client_keep_alive"] == 77
    assert "hashicorp/aws] ~> 5.0\n" in stack.execute_command("providers").out
    assert values[GROUP]["health_check"][0]["path"] == "/x"
    assert values[SERVICE]["desired_count"] == 4


BROAD: dict[str, Any] = {
    "module.network.aws_vpc.main": {"instance_tenancy": "default", "tags": {"Name": None, "Team": "net"}},
    "module.network.aws_subnet.private": {"enable_dns64": False, "timeouts": {"delete": "30m"}},
    "module.network.aws_default_security_group.main": {
        "ingress": {"from_port": 1, "to_port": 2, "protocol": "tcp", "cidr_blocks": ["10.0.0.0/8"]},
        "egress": [],
    },
    "module.network.aws_route_table.private": {
        "propagating_vgws": [],
        "route": [{"cidr_block": "10.9.0.0/16", "gateway_id": "local"}],
    },
    "module.network.aws_vpc_endpoint.ecr_api": {
        "dns_options": {"dns_record_ip_type": "ipv4"},
        "policy": '{"Statement": []}',
    },
    "module.load_balancer.aws_security_group.main": {"revoke_rules_on_delete": True},
    BALANCER: {
        "access_logs": [{"bucket": "logs", "enabled": True}],
        "connection_logs": {"bucket": "logs"},
        "subnets": ["subnet-1", "subnet-2"],
    },
    "module.load_balancer.aws_lb_listener.http": {"port": 8080, "timeouts": {"create": "5m"}},
    RULE: {
        "action": {
            "target_group_arn": None,
            "forward": {
                "target_group": [
                    {"arn": f"arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/{name}/1"}
                    for name in ("a", "b")
                ],
                "stickiness": {"duration": 60},
            },
        },
        "condition": [
            {"host_header": {"values": ["a.example.com"]}},
            {"query_string": [{"key": "a", "value": "b"}, {"value": "c"}]},
        ],
    },
    GROUP: {"health_check": {"protocol": "HTTP"}, "stickiness": {"type": "lb_cookie"}},
    "module.services.aws_ecs_cluster.main": {
        "configuration": {
            "execute_command_configuration": {
                "logging": "OVERRIDE",
                "log_configuration": {"cloud_watch_log_group_name": "exec"},
            }
        },
        "setting": [{"name": "containerInsights", "value": "enhanced"}],
    },
    "module.services.aws_iam_role.webapp_task": {"max_session_duration": 7200, "tags": {"a": "b"}},
    "module.services.aws_cloudwatch_log_group.webapp": {"retention_in_days": 7, "skip_destroy": True},
    TASK: {
        "container_definitions": {"logConfiguration": {"options": {"mode": "non-blocking"}}},
        "ephemeral_storage": {"size_in_gib": 40},
        "proxy_configuration": {"container_name": "webapp", "properties": {"AppPorts": "3000"}},
        "volume": [
            {"name": "a", "docker_volume_configuration": {"labels": {"a": "1"}, "scope": "task"}},
            {
                "name": "b",
                "efs_volume_configuration": {
                    "file_system_id": "fs-1",
                    "authorization_config": {"iam": "ENABLED"},
                    "transit_encryption": "ENABLED",
                },
            },
        ],
    },
    SERVICE: {
        "alarms": {"alarm_names": ["slow"], "enable": True, "rollback": True},
        "capacity_provider_strategy": [
            {"capacity_provider": "FARGATE", "base": 1, "weight": 1},
            {"capacity_provider": "FARGATE_SPOT", "weight": 2},
        ],
        "deployment_circuit_breaker": None,
        "lifecycle": {"ignore_changes": ["desired_count", "capacity_provider_strategy"]},
        "triggers": {"release": "7"},
        "volume_configuration": {
            "name": "a",
            "managed_ebs_volume": {
                "role_arn": "arn:aws:iam::123456789012:role/ebs",
                "tag_specifications": [{"resource_type": "volume", "tags": {"Team": "web"}}],
            },
        },
    },
}


@pytest.mark.xdist_group("overrides")
def test_terraform_takes_many_overrides_of_many_types(running: Terraform, tmp_path: Path) -> None:
    # TG365 says of some that nobody can know what becomes of a way.
    assert [each for each in found_in(BROAD) if each[1] != "note" and each[0] != "TG365"] == []
    write_pages(rendered(BROAD), tmp_path)
    stack = running.stack(tmp_path)
    stack.init()
    assert stack.validate() == []


# Terraform finds `tags_all` when it plans, and what is wrong in `lifecycle` before it looks at anything else.
# Null in a list has no form in a page.
_FOUND_ELSEWHERE = {"tags_all", "in lifecycle", "to remove", "null in a list"}


@pytest.mark.xdist_group("overrides")
def test_terraform_refuses_what_is_refused(
    running: Terraform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each of the cases above, written all the same, is a module of one stack; one more has no fault."""
    cases = {
        str(case.id).replace(" ", "_"): dict([case.values[:2]])
        for case in REFUSED
        if case.id not in _FOUND_ELSEWHERE
    }
    monkeypatch.setattr("tfgen.render.overrides._Patcher.keep_faults", lambda *_: True)
    for name, overrides in ({"without_fault": {}} | cases).items():
        spec = with_overrides(overrides)
        write_pages(tfgen.render_text(spec, "shop.yaml", as_module=True)[0], tmp_path / name)
    modules = (f'module "{name}" {{\n  source = "./{name}"\n}}\n' for name in ("without_fault", *cases))
    (tmp_path / "main.tf").write_text("\n".join(modules))
    stack = running.stack(tmp_path)
    stack.init()
    found = {line.partition(" ")[2].partition("/")[0] for line in stack.validate()}
    assert len(cases) > 20
    assert found == set(cases)
