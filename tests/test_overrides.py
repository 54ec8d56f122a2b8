"""Overrides of the spec: what they do to a page, what they cannot do, and what Terraform makes of them."""

from __future__ import annotations

import difflib
import random
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import TEXTS, laws
from support.language import evaluated, fmt_diff
from support.stacks import planned

import tfgen
from tfgen.output.write import write
from tfgen.pipe import run_text
from tfgen.problems import describe
from tfgen.render.overrides import addresses
from tfgen.render.verify import verify
from tfgen.spec.source import dump, parse

if TYPE_CHECKING:
    from support.terraform import Terraform

ROOT = Path(__file__).parent.parent
SHOP = (ROOT / "examples" / "shop.yaml").read_text()
PLAIN = tfgen.render_text(SHOP, "shop.yaml")[0]

BALANCER = "module.load_balancer.aws_lb.main"
GROUP = "module.services.aws_lb_target_group.webapp"
RULE = "module.services.aws_lb_listener_rule.api_profile"
SERVICE = "module.services.aws_ecs_service.webapp"
TASK = "module.services.aws_ecs_task_definition.webapp"


def with_overrides(overrides: dict[str, Any]) -> str:
    return f"{SHOP}\n{dump({'overrides': overrides})}"


def rendered(overrides: dict[str, Any]) -> dict[str, str]:
    pages, problems = tfgen.render_text(with_overrides(overrides), "shop.yaml")
    assert [problem for problem in problems if problem.severity == "error"] == []
    return pages


def changes(address: str, patch: dict[str, Any]) -> list[str]:
    """The lines that a patch takes from its page (-) and puts there (+); every other page is as it was."""
    pages = rendered({address: patch})
    changed = [path for path in PLAIN if pages[path] != PLAIN[path]]
    assert changed in ([], [addresses(PLAIN)[address]])
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
            ['-     path                = "/"', f"+     {OURS}", '+     path                = "/x"',
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
             f"+       {OURS}", "+       stopTimeout = 90"],
            id="the container, which becomes JSON",
        ),
        pytest.param(
            TASK,
            {"container_definitions": {"logConfiguration": {"options": {"mode": "non-blocking"}}}},
            [f"+           {OURS}", '+           mode = "non-blocking"'],
            id="deep in the container",
        ),
        pytest.param(
            SERVICE,
            {"lifecycle": {"ignore_changes": ["desired_count", "task_definition"]}},
            [f"+   {OURS}", "+   lifecycle {",
             "+     ignore_changes = [desired_count, task_definition]", "+   }"],
            id="ignore_changes takes names",
        ),
        pytest.param(
            GROUP,
            {"lifecycle": {"ignore_changes": "all", "prevent_destroy": True}},
            [f"+     {OURS}", "+     ignore_changes = all", f"+     {OURS}", "+     prevent_destroy = true"],
            id="a lifecycle that is there",
        ),
        pytest.param(
            RULE,
            {"condition": [{"host_header": {"values": ["a.example.com"]}}]},
            [f"+   {OURS}", "-     path_pattern {", "+     host_header {",
             '-       values = ["/api/profile", "/api/profile/*"]', '+       values = ["a.example.com"]'],
            id="all blocks of a name",
        ),
        pytest.param(
            SERVICE, {"deployment_circuit_breaker": None, "wait_for_steady_state": None},
            [f"+   {OURS[:-1]}: no deployment_circuit_breaker.", "-   deployment_circuit_breaker {",
             "-     enable   = true", "-     rollback = true", "-   }"],
            id="no block",
        ),
    ],
)  # fmt: skip
def test_an_override(address: str, patch: dict[str, Any], expected: list[str]) -> None:
    assert sorted(changes(address, patch)) == sorted(expected)


def test_a_new_argument_stands_with_the_others_and_lifecycle_stays_last() -> None:
    page = rendered({GROUP: {"slow_start": 30, "stickiness": {"type": "lb_cookie"}}})[
        "modules/services/webapp.tf"
    ]
    order = ["deregistration_delay", "tags =", "slow_start", "health_check {", "stickiness {", "lifecycle {"]
    body = page[page.index('resource "aws_lb_target_group"') :]
    assert sorted(order, key=body.index) == order


def test_the_documentation_shows_what_happens() -> None:
    page = (ROOT / "docs" / "overrides.md").read_text()
    said, written, warned = (
        re.findall(rf"^```{kind}\n(.*?)^```", page, re.M | re.S)[0] for kind in ("yaml", "hcl", "console")
    )
    pages, problems = tfgen.render_text(f"{SHOP}\n{said}", "shop.yaml")
    assert problems == ()
    assert written in pages["modules/load_balancer/load_balancer.tf"]
    spec = f"{SHOP}\n{said.replace('idle_timeout', 'idle_timout')}"
    (problem,) = run_text(spec, "shop.yaml").problems
    assert f"$ tfgen render shop.yaml\n{describe(problem, spec.splitlines())}\n" == warned


def test_the_order_of_keys_means_nothing() -> None:
    patch = {"idle_timeout": 120, "tags": {"b": "1", "a": "2"}, "enable_http2": False, "client_keep_alive": 9}
    for seed in range(5):
        keys = random.Random(seed).sample(list(patch), len(patch))
        assert rendered({BALANCER: {key: patch[key] for key in keys}}) == rendered({BALANCER: patch})


def test_a_mistyped_argument_is_rendered_with_a_warning() -> None:
    spec = with_overrides({BALANCER: {"idle_timout": 120}})
    pages, problems = tfgen.render_text(spec, "shop.yaml")
    assert [(problem.code, problem.severity, problem.hint) for problem in problems] == [
        ("TG261", "warning", "did you mean idle_timeout?")
    ]
    assert "idle_timout = 120" in pages["modules/load_balancer/load_balancer.tf"]


@pytest.mark.parametrize(
    "name", ["enable_execute_command", "platform_version", "health_check", "force_delete"]
)
def test_what_tfgen_does_not_write_is_no_mistake(name: str) -> None:
    assert run_text(with_overrides({SERVICE: {name: "x"}}), "shop.yaml").problems == ()


def test_a_resource_of_a_module_and_of_a_stack_have_one_address() -> None:
    spec = with_overrides({BALANCER: {"idle_timeout": 120}})
    assert tfgen.render_text(spec, as_module=True)[1] == ()


def test_show_prints_what_renders_to_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from tfgen.cli import app  # noqa: PLC0415

    overrides = {BALANCER: {"idle_timeout": None, "tags": {"a": "1.10"}, "client_keep_alive": 1.5}}
    (tmp_path / "shop.yaml").write_text(with_overrides(overrides))
    app(["show", str(tmp_path / "shop.yaml")], standalone_mode=False)
    shown = capsys.readouterr().out
    assert parse(shown, "shown").data["overrides"] == overrides
    assert tfgen.render_text(shown, "shop.yaml")[0] == rendered(overrides)


def test_every_resource_of_every_golden_stack_can_be_overridden() -> None:
    for spec in sorted((ROOT / "examples").glob("*.yaml")):
        text = spec.read_text()
        pages = tfgen.render_text(text, spec.name)[0]
        overrides = {address: {"zz_new": "value", "zz_block": {"a": 1}} for address in addresses(pages)}
        patched, problems = tfgen.render_text(f"{text}\n{dump({'overrides': overrides})}", spec.name)
        assert {problem.severity for problem in problems} <= {"note"}
        found = "\n".join(patched.values())
        assert found.count('zz_new = "value"') == found.count("zz_block {") == len(overrides)


# --- nothing from a spec becomes an expression, whatever it is

_SCALARS = st.none() | st.booleans() | st.integers(-(10**12), 10**12) | TEXTS
DATA = st.recursive(
    TEXTS | st.booleans() | st.integers(-(10**12), 10**12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
_NAMES = st.from_regex(r"[a-z][a-z_]{0,8}", fullmatch=True).filter(
    lambda name: name not in ("count", "for_each", "dynamic", "depends_on", "provider", "provisioner")
)
PATCHES = st.fixed_dictionaries(
    {},
    optional={
        BALANCER: st.fixed_dictionaries(
            {}, optional={"idle_timeout": DATA, "tags": st.dictionaries(TEXTS, DATA, max_size=3)}
        ),
        GROUP: st.dictionaries(_NAMES | st.sampled_from(["tags", "health_check"]), st.dictionaries(
            _NAMES, DATA, max_size=3), max_size=3),
        TASK: st.fixed_dictionaries(
            {"container_definitions": st.dictionaries(TEXTS, DATA, max_size=3)}, optional={"cpu": _SCALARS}
        ),
        SERVICE: st.dictionaries(_NAMES, DATA, max_size=3),
    },
)  # fmt: skip


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
        pages, _ = tfgen.render_text(with_overrides(overrides), "shop.yaml")
        changed = {path: text for path, text in pages.items() if text != PLAIN[path]}
        if changed:
            found.append((parse(dump(overrides), "").data, changed))
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
        assert verify(texts) == []


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


@pytest.mark.xdist_group("overrides")
def test_terraform_takes_overrides_and_files_of_the_users_own(terraform: Terraform, tmp_path: Path) -> None:
    write(rendered(EVERYTHING), tmp_path)
    mine = {
        tmp_path / "alarms.tf": _ALARMS.format("mine", _ALARM.format("module.load_balancer.dns_name")),
        tmp_path / "modules/load_balancer/alarms.tf": _ALARMS.format(
            "mine", _ALARM.format("aws_lb.main.arn")
        ),
    }
    for path, text in mine.items():
        path.write_text(text)
    assert set(rendered(EVERYTHING)) <= set(write(rendered(EVERYTHING), tmp_path).unchanged)
    assert write(PLAIN, tmp_path).removed == ()
    write(rendered(EVERYTHING), tmp_path)
    assert {path: path.read_text() for path in mine} == mine
    assert terraform.unformatted(tmp_path) == []
    stack = terraform.stack(tmp_path)
    stack.init()
    assert stack.validate() == []
    values = planned(stack.plan())
    assert values["aws_cloudwatch_metric_alarm.mine"]["alarm_name"] == "slow"
    balancer = values[BALANCER]
    assert (balancer["idle_timeout"], balancer["tags"]) == (120, {"Cost Center": "${42}"})
    assert values[GROUP]["health_check"][0]["path"] == "/x"
    assert values[SERVICE]["desired_count"] == 4


@pytest.mark.xdist_group("overrides")
def test_what_no_provider_knows_is_found_where_terraform_is(terraform: Terraform, tmp_path: Path) -> None:
    write(rendered({BALANCER: {"idle_timout": 120}}), tmp_path)
    stack = terraform.stack(tmp_path)
    stack.init()
    (complaint,) = stack.validate()
    assert "load_balancer.tf" in complaint
    assert "idle_timout" in complaint
