"""The containers of a task: what each key of the spec makes of a definition, and how sidecars are named,
ordered and reached."""

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import Data, laws, specs
from support.command import Tfgen

from tfgen.changes.report import changes_between
from tfgen.pipe import Outcome, run_text
from tfgen.reach import walks
from tfgen.spec.source import dump_yaml

REGISTRY = "123456789012.dkr.ecr.us-east-1.amazonaws.com"
IMAGE = f"{REGISTRY}/web:1"
AGENT = {"agent": {"image": f"{REGISTRY}/agent:1"}}
FILE = "arn:aws:s3:::settings/web.env"


def outcome_of(network: Any = "nat", others: Any = None, top: Any = None, **web: Any) -> Outcome:
    spec = {
        "version": 2,
        "name": "shop",
        "region": "us-east-1",
        "network": {"egress": network} if isinstance(network, str) else network,
        "services": {"web": {"image": IMAGE, **web}, **(others or {})},
        **(top or {}),
    }
    return run_text(dump_yaml(spec), "shop.yaml")


def page_of(**said: Any) -> str:
    outcome = outcome_of(**said)
    assert not outcome.failed, outcome.problems
    return outcome.pages()["modules/services/web.tf"]


def definition(text: str, name: str) -> str:
    """The lines of one container in a page, without spaces that align them."""
    found = re.search(rf'\n      name +=  ?"{name}".*?\n    \}},', text, re.DOTALL)
    assert found, text
    return "\n".join(" ".join(line.split()) for line in found[0].splitlines())


# --- keys of a container


@pytest.mark.parametrize(
    ("said", "lines"),
    [
        ({"entrypoint": ["/bin/web"]}, ['entryPoint = ["/bin/web"]']),
        ({"command": ["serve"]}, ['command = ["serve"]']),
        ({"working_directory": "/srv"}, ['workingDirectory = "/srv"']),
        ({"user": 1000}, ['user = "1000"']),
        ({"user": "app:app"}, ['user = "app:app"']),
        ({"read_only": True}, ["readonlyRootFilesystem = true"]),
        ({"stop_timeout": 60}, ["stopTimeout = 60"]),
        ({"init": True}, ["linuxParameters = { initProcessEnabled = true }"]),
        ({"exec": True}, ["linuxParameters = { initProcessEnabled = true }"]),
        ({"exec": True, "capabilities": {"drop": ["ALL"]}}, ["initProcessEnabled = true", 'drop = ["ALL"]']),
        ({"capabilities": {"add": ["SYS_PTRACE"]}}, ['add = ["SYS_PTRACE"]']),
        ({"capabilities": {"drop": ["SETUID", "KILL"]}}, ['drop = ["KILL", "SETUID"]']),
        ({"ulimits": {"nofile": 4096}}, ['name = "nofile"', "softLimit = 4096", "hardLimit = 4096"]),
        ({"ulimits": {"nofile": {"soft": 1, "hard": 1}}}, ["softLimit = 1", "hardLimit = 1"]),
        ({"ulimits": {"nofile": {"soft": 1, "hard": 2}}}, ["softLimit = 1", "hardLimit = 2"]),
        (
            {"health": "test -f /tmp/a"},
            ['command = ["CMD-SHELL", "test -f /tmp/a"]', "interval = 30", "timeout = 5", "retries = 3"],
        ),
        (
            {"health": {"command": ["alive"], "interval": 5, "timeout": 2, "retries": 1, "start": 9}},
            ['command = ["CMD", "alive"]', "interval = 5", "timeout = 2", "retries = 1", "startPeriod = 9"],
        ),
        ({"restart": True}, ["enabled = true", "restartAttemptPeriod = 300"]),
        ({"restart": {"ignored_exit_codes": [3, 1], "period": 60}}, ["ignoredExitCodes = [1, 3]"]),
        ({"labels": {"team": "core"}}, ['team = "core"']),
        ({"environment_files": [FILE]}, [f'{{ type = "s3", value = "{FILE}" }},']),
        ({"mounts": ["/tmp"]}, ['sourceVolume = "web-tmp"', 'containerPath = "/tmp"']),
        ({"logs": {"mode": "blocking"}}, ['mode = "blocking"']),
        ({"logs": {"retention": 7}}, ['mode = "non-blocking"', 'max-buffer-size = "25m"']),
        (
            {"depends_on": {"agent": "HEALTHY"}, "containers": {"agent": {**AGENT["agent"], "health": "a"}}},
            ['containerName = "agent"', 'condition = "HEALTHY"'],
        ),
        ({"depends_on": ["agent"], "containers": AGENT}, ['containerName = "agent"', 'condition = "START"']),
    ],
)  # fmt: skip
def test_a_key_is_an_argument_of_the_definition(said: Data, lines: list[str]) -> None:
    """And without the key, nothing of it is there."""
    text = definition(page_of(**said), "web").splitlines()
    usual = definition(page_of(), "web").splitlines()
    assert [line for line in lines if line not in text] == []
    assert {"mode", "max-buffer-size"} >= {line.split()[0] for line in lines if line in usual}


@pytest.mark.parametrize(
    "said",
    [
        {"entrypoint": []}, {"read_only": False}, {"init": False}, {"ulimits": {}}, {"capabilities": {}},
        {"capabilities": {"add": [], "drop": []}}, {"restart": False}, {"labels": {}}, {"mounts": []},
        {"environment_files": []}, {"logs": {}}, {"logs": {"retention": 30, "mode": "non-blocking"}},
        {"depends_on": []}, {"depends_on": {}}, {"containers": {}},
    ],
)  # fmt: skip
def test_what_is_off_is_empty(said: Data) -> None:
    assert page_of(**said) == page_of()


@pytest.mark.parametrize(
    ("said", "argument"),
    [
        ({"restart": True}, "ignoredExitCodes"),
        ({"health": "alive"}, "startPeriod"),
        ({"mounts": ["/tmp"]}, "readOnly"),
        ({"capabilities": {"add": ["SYS_PTRACE"]}}, "drop"),
        ({"capabilities": {"drop": ["KILL"]}}, "add"),
        ({"capabilities": {"drop": ["KILL"]}}, "initProcessEnabled"),
    ],
)
def test_what_a_key_leaves_open_is_not_said(said: Data, argument: str) -> None:
    assert f"{argument} =" not in definition(page_of(**said), "web")


def test_a_variable_is_said_once_whatever_has_its_value() -> None:
    text = definition(page_of(environment={"A": {"input": "a"}, "B": 1}), "web")
    assert 'environment = [\n{ name = "A", value = var.a },\n{ name = "B", value = "1" },\n]' in text


def test_a_label_stands_beside_that_of_calls() -> None:
    back = {"back": {"image": IMAGE, "port": 5000, "connect": "back"}}
    text = definition(page_of(others=back, calls=["back"], labels={"a": "b", "z": "y"}), "web")
    assert 'dockerLabels = {\na = "b"\ncalls = "http://back:5000"\nz = "y"\n}' in text


def test_only_the_application_has_the_label_of_calls() -> None:
    back = {"back": {"image": IMAGE, "port": 5000, "connect": "back"}}
    text = page_of(others=back, calls=["back"], containers=AGENT)
    assert "dockerLabels = { calls" in definition(text, "web")
    assert "dockerLabels" not in definition(text, "agent")


def test_linux_parameters_are_said_once() -> None:
    text = definition(page_of(init=True, capabilities={"drop": ["ALL"]}), "web")
    assert text.count("linuxParameters") == text.count("initProcessEnabled") == 1


def test_blocking_logs_have_no_buffer() -> None:
    text = page_of(logs={"mode": "blocking"})
    assert "max-buffer-size" not in text
    assert "the application waits" in text


def test_logs_of_a_service_are_kept_as_it_says() -> None:
    others = {"job": {"image": IMAGE}}
    outcome = outcome_of(others=others, top={"logs": {"retention": 90}}, logs={"retention": 7})
    pages = outcome.pages()
    assert "retention_in_days = 7\n" in pages["modules/services/web.tf"]
    assert "retention_in_days = 90\n" in pages["modules/services/job.tf"]


def test_volumes_are_named_for_their_container_and_path() -> None:
    """Neither for their place in the list nor for one another."""
    sidecar = {"agent": {**AGENT["agent"], "mounts": ["/tmp"]}}
    text = page_of(mounts=["/var/b", "/var-b", "/tmp"], containers=sidecar)
    volumes = [line.split('"')[1] for line in text.splitlines() if line.startswith("    name = ")]
    assert len(set(volumes)) == 4
    assert {"web-tmp", "web-var-b", "agent-tmp"} < set(volumes)
    alone = page_of(mounts=["/var-b"])
    assert (
        next(line for line in alone.splitlines() if line.startswith("    name = ")).split('"')[1] in volumes
    )


# --- files of variables


@pytest.mark.parametrize(
    ("files", "objects", "buckets"),
    [
        ([FILE], f'["{FILE}"]', '["arn:aws:s3:::settings"]'),
        ([{"input": "file"}], "[var.file]", '[split("/", var.file)[0]]'),
        (
            [{"join": ["arn:aws:s3:::", {"input": "bucket"}, "/web.env"]}],
            '["arn:aws:s3:::${var.bucket}/web.env"]',
            '[split("/", "arn:aws:s3:::${var.bucket}/web.env")[0]]',
        ),
    ],
)
def test_the_execution_role_reads_environment_files(files: list[Any], objects: str, buckets: str) -> None:
    text = " ".join(page_of(environment_files=files).split())
    assert f'"s3:GetObject" Resource = {objects}' in text
    assert f'"s3:GetBucketLocation" Resource = {buckets}' in text


def test_environment_files_need_a_path_to_s3() -> None:
    """An endpoint, where tasks may not connect to the internet, and a rule that allows it."""
    image = "ghcr.io/acme/web:1"
    said = {"image": image, "egress": [{"cidr": "198.51.100.0/24"}], "environment_files": [FILE]}
    text = page_of(network="nat+endpoints", **said)
    assert "web_to_s3" in text
    assert "web_to_s3" not in page_of(network="nat+endpoints", **{**said, "environment_files": []})
    endpoints = outcome_of(network="endpoints", environment_files=[FILE]).pages()[
        "modules/network/endpoints.tf"
    ]
    assert "Environment files of web" in endpoints


@pytest.mark.parametrize(
    ("network", "egress", "state"),
    [("nat", "all", "ok"), ("endpoints", None, "ok"), ("nat", [5432], "ok"), ("public", [5432], "missing")],
)
def test_environment_files_are_reached_as_far_as_is_known(network: str, egress: Any, state: str) -> None:
    """Nothing says the region of a bucket."""
    said = {} if egress is None else {"egress": egress}
    spec = outcome_of(network=network, environment_files=[FILE], **said)
    assert spec.blueprint
    (flow,) = [flow for flow in walks(spec.blueprint).out if flow.kind == "file"]
    assert (flow.state, flow.path) == (state, ("services", "web", "environment_files", 0))
    assert "settings is given by you: taken to be in S3 in us-east-1" in [hop.text for hop in flow.hops]


def test_a_rollback_cannot_read_what_is_no_longer_said() -> None:
    before = outcome_of(environment_files=[FILE], containers=AGENT).pages()
    said = changes_between(before, outcome_of().pages()).sentences
    assert ("web (agent and settings/web.env)",) in [each.names for each in said]


# --- sidecars


def test_a_sidecar_has_its_image_logs_and_shares() -> None:
    agent = {**AGENT["agent"], "essential": False, "cpu": 64, "memory": 128}
    pages = outcome_of(containers={"agent": agent}).pages()
    text = definition(pages["modules/services/web.tf"], "agent").splitlines()
    for line in (
        "image = var.web_agent_image",
        "essential = false",
        "cpu = 64",
        "memory = 128",
        'awslogs-stream-prefix = "agent"',
        "awslogs-group = aws_cloudwatch_log_group.web.name",
    ):
        assert line in text, line
    assert f'default     = "{REGISTRY}/agent:1"' in pages["variables.tf"]
    assert "web_agent_image = var.web_agent_image" in " ".join(pages["main.tf"].split())
    assert "repository/agent" in pages["modules/services/web.tf"]


def test_a_sidecar_is_essential_unless_it_says_otherwise() -> None:
    assert "essential = true" in definition(page_of(containers=AGENT), "agent")


def test_the_execution_role_reads_secrets_of_all_containers() -> None:
    agent = {**AGENT["agent"], "secrets": {"KEY": "/agent/key"}}
    text = page_of(secrets={"TOKEN": "/web/token"}, containers={"agent": agent})
    assert 'parameter/agent/key", "arn:aws:ssm:us-east-1:*:parameter/web/token"' in text


@pytest.mark.parametrize("said", [{"port": {"number": 80, "container": "proxy"}},
                                  {"ports": {"http": {"number": 80, "container": "proxy"}}}])  # fmt: skip
def test_a_sidecar_can_listen_on_a_port(said: Data) -> None:
    proxy = {"proxy": {"image": f"{REGISTRY}/proxy:1"}}
    text = page_of(routes=["/"], containers=proxy, connect="web", **said)
    assert "containerPort" in definition(text, "proxy")
    assert "containerPort" not in definition(text, "web")
    assert 'container_name   = "proxy"' in text


@pytest.mark.parametrize("said", [{}, {"capabilities": {"drop": ["ALL"]}}])
def test_exec_gives_a_sidecar_no_init(said: Data) -> None:
    text = page_of(exec=True, containers={"agent": {**AGENT["agent"], **said}})
    assert "initProcessEnabled" in definition(text, "web")
    assert "initProcessEnabled" not in definition(text, "agent")


def test_a_renamed_application_is_waited_for_by_its_name_in_aws() -> None:
    text = page_of(was="old", containers={"agent": {**AGENT["agent"], "depends_on": ["web"]}})
    assert 'containerName = "old"' in definition(text, "agent")


def test_an_image_that_cannot_be_pulled_is_named_by_its_container() -> None:
    outcome = outcome_of(network="endpoints", containers={"agent": {"image": "datadog/agent:7"}})
    (problem,) = [each for each in outcome.problems if each.code == "TG301"]
    assert problem.at.path == ("services", "web", "containers", "agent", "image")


def test_a_sidecar_moves_nothing_of_the_others() -> None:
    one = definition(page_of(containers=AGENT), "web")
    other = definition(page_of(containers={**AGENT, "a": AGENT["agent"], "z": AGENT["agent"]}), "web")
    assert one == other == definition(page_of(), "web")


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"read_only": True, "exec": True}, "TG610"),
        ({"environment_files": [FILE] * 11}, "TG611"),
        ({"labels": {"calls": "a"}}, "TG612"),
        ({"ulimits": {"nofile": {"soft": 2, "hard": 1}}}, "TG613"),
        ({"mounts": ["/a", "/b", "/a"]}, "TG614"),
        ({"health": []}, "TG615"),
        ({"health": ""}, "TG615"),
        ({"health": " "}, "TG615"),
        ({"health": ["CMD", "pg_isready"]}, "TG615"),
        ({"health": "CMD-SHELL pg_isready"}, "TG615"),
        ({"depends_on": ["agnet"], "containers": AGENT}, "TG620"),
        ({"depends_on": ["web"]}, "TG621"),
        ({"depends_on": {"agent": "HEALTHY"}, "containers": AGENT}, "TG622"),
        ({"depends_on": {"agent": "COMPLETE"}, "containers": AGENT}, "TG623"),
        ({"containers": {"agent": {**AGENT["agent"], "depends_on": {"web": "SUCCESS"}}}}, "TG623"),
        ({"containers": {"web": AGENT["agent"]}}, "TG624"),
        ({"was": "old", "containers": {"old": AGENT["agent"]}}, "TG624"),
        ({"containers": {"aws-guardduty-agent": AGENT["agent"]}}, "TG624"),
        ({"containers": {"agent": {**AGENT["agent"], "cpu": 512}}}, "TG625"),
        ({"containers": {"agent": {**AGENT["agent"], "memory": 1024}}}, "TG625"),
        ({"containers": {f"a{each}": AGENT["agent"] for each in range(10)}}, "TG627"),
        ({"port": {"number": 80, "container": "agnet"}, "containers": AGENT}, "TG626"),
    ],
)
def test_what_ecs_refuses_or_never_starts(said: Data, code: str) -> None:
    found = [each.code for each in outcome_of(**said).problems if each.severity == "error"]
    assert found == [code]


@pytest.mark.parametrize(
    "said",
    [
        {"exec": True, "containers": {"agent": {**AGENT["agent"], "read_only": True}}},
        {"environment_files": [FILE] * 10},
        {"containers": {"agent": {**AGENT["agent"], "labels": {"calls": "a"}}}},
        {"ulimits": {"nofile": {"soft": 2, "hard": 2}}},
        {"containers": {"agent": {**AGENT["agent"], "cpu": 511, "memory": 1023}}},
        {"port": {"number": 80, "container": "web"}},
        {"containers": AGENT},
        {"containers": {f"a{each}": AGENT["agent"] for each in range(9)}},
        {"depends_on": {"agent": "SUCCESS"}, "containers": {"agent": {**AGENT["agent"], "essential": False}}},
    ],
)
def test_what_ecs_accepts(said: Data) -> None:
    assert not outcome_of(**said).failed


def test_a_circle_is_reported_once_with_its_way() -> None:
    containers = {
        "b": {"image": IMAGE, "depends_on": ["c"]},
        "c": {"image": IMAGE, "depends_on": ["a"]},
        "a": {"image": IMAGE, "depends_on": ["b"]},
        "d": {"image": IMAGE, "depends_on": ["a"]},
    }
    (problem,) = [each for each in outcome_of(containers=containers).problems if each.code == "TG621"]
    assert problem.message == "no task starts: a waits for b waits for c waits for a"
    assert problem.at.path == ("services", "web", "containers", "a", "depends_on")


def test_a_service_with_a_health_command_is_checked() -> None:
    """The README of a stack names the services that nothing checks."""
    assert "that stops, but not one that hangs" in outcome_of().pages()["README.md"]
    assert "that stops, but not one that hangs" not in outcome_of(health="alive").pages()["README.md"]


@pytest.mark.parametrize(
    ("said", "reported"),
    [
        ({"read_only": True}, False),
        ({}, True),
        ({"read_only": True, "containers": AGENT}, True),
        ({"read_only": True, "containers": {"agent": {**AGENT["agent"], "read_only": True}}}, False),
    ],
)
def test_checkov_is_told_of_writable_containers_only(said: Data, reported: bool) -> None:
    assert (
        "CKV_AWS_336" in outcome_of(top={"lint_files": True}, **said).pages()[".checkov.yaml"]
    ) is reported


# --- defaults

_REFERENCE = {"ref", "input", "join", "secret", "parameter", "key"}
_COMMON = (
    "command", "entrypoint", "working_directory", "user", "mounts", "init", "stop_timeout", "ulimits",
    "capabilities", "health", "restart", "labels", "environment", "environment_files", "logs", "grace_period",
    "architecture", "egress", "exec", "health_check", "deregistration_delay", "containers", "image",
)  # fmt: skip


_SHORT = {
    "health": "command", "restart": "enabled", "health_check": "path", "nofile": "soft", "firelens": "type",
    "logs": "driver",
}  # fmt: skip


def in_long_form(said: Any, key: str = "") -> Any:
    """What defaults can be merged with key by key."""
    if key in _SHORT and not isinstance(said, dict):
        return {_SHORT[key]: said}
    if isinstance(said, dict):
        return {name: in_long_form(each, name) for name, each in said.items()}
    return said


def overlay(default: Any, said: Any) -> Any:
    """What a person would write over a default to have what is said; None takes away."""
    if not isinstance(default, dict) or not isinstance(said, dict) or _REFERENCE & {*default, *said}:
        return said
    gone = {key: None for key in default if key not in said}
    own = {key: overlay(default.get(key), each) for key, each in said.items() if default.get(key) != each}
    return gone | own


@laws(60)
@given(specs(), st.data())
def test_defaults_and_services_written_out_are_one_stack(data: Data, choose: Any) -> None:
    # Jobs would have them, too.
    data = {key: said for key, said in data.items() if key not in ("defaults", "jobs")}
    before = run_text(dump_yaml(data), "spec.yaml")
    if before.failed or not data["services"]:
        return
    written = {name: in_long_form(said) for name, said in data["services"].items()}
    key = choose.draw(st.sampled_from(sorted(data["services"])))
    common = {name: written[key][name] for name in _COMMON if name in written[key]}
    services = {name: overlay(common, said) for name, said in written.items()}
    after = run_text(dump_yaml({**data, "defaults": common, "services": services}), "spec.yaml")
    assert not after.failed, after.problems
    assert after.pages() == before.pages()


@pytest.mark.parametrize(
    ("default", "said", "meant"),
    [
        ({"cpu": 1024}, {}, {"cpu": 1024}),
        ({"cpu": 1024}, {"cpu": 256}, {"cpu": 256}),
        ({"cpu": 1024}, {"cpu": None}, {}),
        ({"environment": {"A": "a", "B": "b"}}, {"environment": {"A": None, "C": "c"}},
         {"environment": {"B": "b", "C": "c"}}),
        ({"environment": {"A": {"input": "a"}}}, {"environment": {"A": {"ref": "module.network.vpc_id"}}},
         {"environment": {"A": {"ref": "module.network.vpc_id"}}}),
        ({"command": ["a", "b"]}, {"command": ["c"]}, {"command": ["c"]}),
        ({"health": "alive"}, {"health": {"interval": 10}}, {"health": {"command": "alive", "interval": 10}}),
        ({"health": {"command": "a", "interval": 10}}, {"health": "b"},
         {"health": {"command": "b", "interval": 10}}),
        ({"depends_on": {"agent": "START"}, "containers": AGENT}, {"depends_on": []}, {"containers": AGENT}),
        ({"containers": AGENT}, {"containers": {"agent": None}}, {}),
        ({"containers": AGENT}, {"containers": {"agent": {"essential": False}}},
         {"containers": {"agent": {**AGENT["agent"], "essential": False}}}),
    ],
)  # fmt: skip
def test_what_a_service_has_of_defaults(default: Data, said: Data, meant: Data) -> None:
    outcome = outcome_of(top={"defaults": default}, **said)
    assert not outcome.failed, outcome.problems
    assert outcome.pages() == outcome_of(**meant).pages()


def test_an_image_can_be_common_to_services() -> None:
    spec = {
        "version": 2, "name": "shop", "region": "us-east-1", "network": {"egress": "nat"},
        "defaults": {"image": IMAGE}, "services": {"web": {}, "worker": {"command": ["work"]}},
    }  # fmt: skip
    assert not run_text(dump_yaml(spec), "shop.yaml").failed


def test_show_says_where_a_value_comes_from(run_tfgen: Tfgen, tmp_path: Path) -> None:
    """Beside the spec, which has it in each service."""
    web = {"image": IMAGE, "environment": {"B": "b"}}
    spec = {
        "version": 2, "name": "shop", "region": "us-east-1", "network": {"egress": "nat"},
        "defaults": {"cpu": 1024, "environment": {"A": "a"}},
        "services": {"web": web, "job": {**web, "cpu": 256}},
    }  # fmt: skip
    path = tmp_path / "shop.yaml"
    path.write_text(dump_yaml(spec))
    shown = run_tfgen("show", str(path))
    assert shown.err.splitlines() == [
        "web has from defaults: cpu, environment.A",
        "job has from defaults: environment.A",
    ]
    assert "defaults" not in shown.out
    assert shown.out.count("A: a\n") == 2


@pytest.mark.parametrize("key", ["routes", "connect", "was", "ignore"])
def test_a_key_of_one_service_is_no_default(key: str) -> None:
    values: Data = {"routes": ["/"], "connect": "web", "was": "old", "ignore": ["TG304"]}
    outcome = outcome_of(top={"defaults": {key: values[key], "cpu": 300}})
    assert [each.code for each in outcome.problems if each.severity == "error"] == ["TG630", "TG302"]


def test_a_problem_of_a_default_is_at_its_line() -> None:
    outcome = outcome_of(top={"defaults": {"stop_timeout": 500}})
    (line,) = {each.at.line for each in outcome.problems if each.severity == "error"}
    assert "stop_timeout: 500" in outcome.lines[line - 1]


def test_defaults_without_effect_in_one_service_are_no_news() -> None:
    """They are for those that have routes."""
    outcome = outcome_of(top={"defaults": {"health_check": "/healthz"}}, port=80)
    assert not [each for each in outcome.problems if each.code == "TG303"]


def test_defaults_of_very_many_services_are_refused() -> None:
    services = {f"s{number}": {"image": IMAGE} for number in range(1000)}
    common = {"environment": {f"A{number}": "a" for number in range(250)}}
    outcome = outcome_of(others=services, top={"defaults": common})
    assert [each.code for each in outcome.problems if each.severity == "error"] == ["TG631"]
