"""Jobs: what starts their tasks, what these may do, and what is wrong with a schedule."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from tfgen.pipe import Outcome, run_text
from tfgen.reach import walks
from tfgen.report import Findings, summarize_findings
from tfgen.spec import schedules
from tfgen.spec.source import dump_yaml

if TYPE_CHECKING:
    from tfgen.blueprint.model import Job

GONE = "gone"
REGISTRY = "123456789012.dkr.ecr.us-east-1.amazonaws.com"
NIGHTLY: dict[str, Any] = {"image": f"{REGISTRY}/nightly:1", "schedule": "cron(0 3 * * ? *)"}
API: dict[str, Any] = {"image": f"{REGISTRY}/api:1", "port": 8080}


def outcome(job: dict[str, Any] | None = None, egress: str = "nat", **spec: Any) -> Outcome:
    said = {
        "name": "shop",
        "region": "us-east-1",
        "network": {"egress": egress},
        "jobs": {"nightly": {key: each for key, each in {**NIGHTLY, **(job or {})}.items() if each != GONE}},
    }
    return run_text(dump_yaml({**said, **spec}), "shop.yaml")


def sound(job: dict[str, Any] | None = None, egress: str = "nat", **spec: Any) -> Outcome:
    found = outcome(job, egress, **spec)
    assert not found.failed, found.problems
    return found


def nightly(found: Outcome) -> Job:
    assert found.blueprint
    (job,) = (each for each in found.blueprint.jobs if each.key == "nightly")
    return job


def page(found: Outcome, name: str = "nightly") -> str:
    return found.pages()[f"modules/services/{name}.tf"]


def codes(found: Outcome) -> list[str]:
    return [each.code for each in found.problems if each.severity == "error"]


def argument(text: str, name: str) -> list[str]:
    return re.findall(rf"(?m)^ *{name} += (.*)$", text)


# --- what starts them


def test_a_stack_of_jobs_alone() -> None:
    pages = sound().pages()
    assert "modules/services/cluster.tf" in pages
    assert "service_names" not in pages["outputs.tf"]
    assert "aws_ecs_service" not in "".join(pages.values())
    assert "1 job in private subnets" in pages["README.md"]


def test_what_check_says_of_jobs() -> None:
    found = Findings(files={"a.yaml": ()}, services=0, problems=(), ignored=(), version="1", jobs=2)
    assert summarize_findings(found) == "All is well: 1 spec with 0 services and 2 jobs"


def test_by_hand_there_is_no_schedule() -> None:
    found = sound({"schedule": GONE, "run": "by-hand"})
    text = "".join(text for path, text in found.pages().items() if path.endswith(".tf"))
    assert "aws_scheduler" not in text
    assert "aws_sqs_queue" not in text
    assert [role.label for role in nightly(found).roles] == ["nightly_execution", "nightly_task"]
    assert "aws ecs run-task" in found.pages()["README.md"]


@pytest.mark.parametrize(
    ("job", "expected"),
    [
        ({}, {"schedule_expression_timezone": ['"UTC"'], "mode": ['"OFF"'], "state": []}),
        ({"window": 30}, {"mode": ['"FLEXIBLE"'], "maximum_window_in_minutes": ["30"]}),
        ({"enabled": False}, {"state": ['"DISABLED"']}),
        ({"schedule": "rate(2 hours)"}, {"schedule_expression_timezone": []}),
        ({"retries": 3}, {"maximum_retry_attempts": ["3"], "maximum_event_age_in_seconds": ["3600"]}),
        ({"count": 2}, {"task_count": ["2"], "launch_type": ['"FARGATE"']}),
        ({"spot": True}, {"launch_type": [], "capacity_provider": ['"FARGATE_SPOT"']}),
        ({"exec": True}, {"enable_execute_command": ["true"]}),
    ],
)
def test_a_schedule_is_what_the_job_says(job: dict[str, Any], expected: dict[str, list[str]]) -> None:
    text = page(sound(job)).partition('resource "aws_scheduler_schedule"')[2]
    assert {name: argument(text, name) for name in expected} == expected


@pytest.mark.parametrize(("egress", "public"), [("public", ["true"]), ("nat", [])])
def test_tasks_have_public_addresses_with_public_subnets_alone(egress: str, public: list[str]) -> None:
    assert argument(page(sound(egress=egress)), "assign_public_ip") == public


def test_a_cluster_that_exists() -> None:
    found = sound(cluster="arn:aws:ecs:us-east-1:123456789012:cluster/shared")
    assert argument(page(found), "arn")[0] == "var.cluster_arn"
    assert "aws_ecs_cluster." not in page(found)


# --- what a schedule may do


def test_the_role_of_a_schedule_starts_this_job_in_this_cluster_alone() -> None:
    role = nightly(sound()).roles[-1]
    assert (role.name, role.trust) == ("shop-nightly-schedule-us-east-1", "local.scheduler_trust")
    (policy,) = role.policies
    found = {each.sid: (each.actions, each.resources, *each.conditions) for each in policy.statements}
    assert found == {
        "RunTask": (
            "ecs:RunTask",
            '"${aws_ecs_task_definition.nightly.arn_without_revision}:*"',
            {"ArnEquals": {"ecs:cluster": "aws_ecs_cluster.main.arn"}},
        ),
        "TagTasks": ("ecs:TagResource", '"${replace(aws_ecs_cluster.main.arn, ":cluster/", ":task/")}/*"'),
        "PassRoles": (
            "iam:PassRole",
            ("aws_iam_role.nightly_execution.arn", "aws_iam_role.nightly_task.arn"),
            {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}},
        ),
        "KeepFailures": ("sqs:SendMessage", "aws_sqs_queue.nightly.arn"),
    }


def test_given_roles_are_passed() -> None:
    roles = {name: f"arn:aws:iam::123456789012:role/{name}" for name in ("execution", "task")}
    found = sound({"roles": roles})
    assert [role.label for role in nightly(found).roles] == ["nightly_schedule"]
    assert "modules/services/roles.tf" not in found.pages()
    assert "[var.nightly_execution_role_arn, var.nightly_task_role_arn]" in page(found)


def test_the_boundary_and_the_path_are_those_of_every_role() -> None:
    boundary = "arn:aws:iam::123456789012:policy/boundary"
    text = page(sound(iam={"path": "/apps/", "permissions_boundary": boundary}))
    assert argument(text, "path") == ['"/apps/"'] * 3
    assert argument(text, "permissions_boundary") == ["var.permissions_boundary_arn"] * 3


def test_the_schedule_waits_for_what_its_tasks_need() -> None:
    found = nightly(sound({"access": [{"read": "arn:aws:s3:::assets"}]}))
    assert {
        "aws_iam_role_policy.nightly_execution",
        "aws_iam_role_policy.nightly_read_s3_assets",
        "aws_iam_role_policy.nightly_schedule",
        "aws_vpc_security_group_egress_rule.nightly_to_internet",
    } <= set(found.depends_on)


# --- network paths


def test_paths_of_jobs_are_proved() -> None:
    found = sound({"secrets": {"DB": "/db/url"}})
    assert found.blueprint
    flows = [flow for flow in walks(found.blueprint).out if flow.service == "nightly"]
    assert {flow.kind for flow in flows} == {"image", "logs", "secret", "range"}
    assert {flow.state for flow in flows} == {"ok"}


def test_a_job_without_a_way_to_its_registry() -> None:
    found = outcome({"image": "nginx:1.27"}, "endpoints")
    (problem,) = [each for each in found.problems if each.severity == "error"]
    assert problem.at.path[:2] == ("jobs", "nightly")


def test_calls_are_by_names_in_dns_alone() -> None:
    api = {"image": API["image"], "ports": {"http": 8080, "admin": 9000}}
    named = {"connect": {"name": "api", "port": "admin"}, "dns": {"name": "api", "ports": ["http"]}}
    found = sound({"calls": ["api"]}, services={"api": {**api, **named}})
    text = page(found)
    assert "api_from_nightly" in text
    assert "9000" not in text
    assert "dockerLabels" not in text
    assert found.blueprint
    (flow,) = [each for each in walks(found.blueprint).out if each.kind == "call"]
    assert flow.state == "ok"


@pytest.mark.parametrize(
    ("api", "expected"),
    [({"connect": "api"}, ["TG714"]), ({}, ["TG231"]), ({"dns": "api"}, [])],
)
def test_what_a_job_can_call(api: dict[str, Any], expected: list[str]) -> None:
    assert codes(outcome({"calls": ["api"]}, services={"api": {**API, **api}})) == expected


def test_a_service_connect_name_in_a_variable_of_a_job() -> None:
    api = {**API, "connect": "api", "dns": "api"}
    found = outcome({"calls": ["api"], "environment": {"API": "http://api:8080"}}, services={"api": api})
    (problem,) = [each for each in found.problems if "which no task without a service" in each.message]
    assert problem.at.path == ("jobs", "nightly", "environment", "API")


# --- what is common to services and jobs


def test_defaults_are_for_jobs_as_far_as_jobs_have_them() -> None:
    common = {"cpu": 1024, "count": 4, "health_check": {"interval": 100}, "labels": {"team": "night"}}
    found = sound({"labels": {"a": "b"}}, defaults=common, services={"api": API})
    job = nightly(found)
    assert (job.cpu, job.count) == (1024, 1)
    assert job.containers[0].labels == (("a", "b"), ("team", "night"))


def test_null_removes_a_default() -> None:
    assert nightly(sound({"cpu": None}, defaults={"cpu": 1024})).cpu == 512


def test_a_renamed_job_keeps_its_names_in_aws() -> None:
    found = sound({"was": "reports"})
    text = page(found)
    assert '"shop-reports"' in argument(text, "family")
    assert '"shop-reports-dead-letters"' in argument(text, "name")
    moved = found.pages()["modules/services/moved.tf"]
    for address in ("aws_scheduler_schedule", "aws_sqs_queue", "aws_ecs_task_definition"):
        assert f"from = {address}.reports\n  to   = {address}.nightly" in moved
    assert "from = aws_iam_role.reports_schedule\n  to   = aws_iam_role.nightly_schedule" in moved


def test_a_job_named_as_a_service() -> None:
    assert "TG710" in codes(outcome(services={"nightly": API}))


@pytest.mark.parametrize(
    ("alarms", "expected"),
    [
        ({"topic": "ops@example.com"}, {"shop-nightly-not-started", "shop-jobs-dropped"}),
        ({"topic": "ops@example.com", "jobs": False}, set()),
    ],
)
def test_alarms_of_jobs(alarms: dict[str, Any], expected: set[str]) -> None:
    text = "".join(sound(alarms=alarms).pages().values())
    assert set(re.findall(r'alarm_name += "(.*)"', text)) == expected


# --- schedules


@pytest.mark.parametrize(
    "expression",
    [
        "cron(0 3 * * ? *)",
        "cron(0/15 8-18 ? * MON-FRI *)",
        "cron(0 3 L * ? *)",
        "cron(0 3 L-2 * ? *)",
        "cron(0 3 15W * ? *)",
        "cron(0 3 ? * 6#3 *)",
        "cron(0 3 ? * FRIL 2027-2030)",
        "cron(*/5 0,12 1,15 JAN,JUL ? 2027)",
        "cron(0 3 29 FEB ? *)",
        "cron(0 3 30 FEB,MAR ? *)",
        "cron(0 3 ? * FRI-MON *)",
        "rate(1 minute)",
        "rate(36 hours)",
        "at(2032-02-29T23:59:59)",
        "at(2000-02-29T00:00:00)",
    ],
)
def test_schedules_that_aws_takes(expression: str) -> None:
    assert list(schedules.faults(expression)) == []


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("cron(0 3 * * * *)", "and not as both"),
        ("cron(0 3 ? * ? *)", "and not as both"),
        ("cron(60 3 * * ? *)", 'minutes: "60" is out of range'),
        ("cron(0 3,24 * * ? *)", 'hours: "3,24" is out of range'),
        ("cron(0 3 0 * ? *)", 'day of the month: "0" is out of range'),
        ("cron(0 3 L-31 * ? *)", "nothing that AWS knows"),
        ("cron(0 3 * 13 ? *)", "month"),
        ("cron(0 3 ? * 8 *)", "day of the week"),
        ("cron(0 3 ? * MON#6 *)", "nothing that AWS knows"),
        ("cron(0 3 * * ? 2200)", "year"),
        ("cron(*/0 3 * * ? *)", "step"),
        ("cron(0/ 3 * * ? *)", "step"),
        ("cron(0 3 30 FEB ? *)", "never happens"),
        ("cron(0 3 31 4,6,SEP,11 ? *)", "never happens"),
        ("rate(1 days)", 'takes "1 day"'),
        ("rate(2 day)", 'takes "2 days"'),
        ("at(2031-02-29T00:00:00)", "no time"),
        ("at(2100-02-29T00:00:00)", "no time"),
        ("at(2030-13-01T00:00:00)", "no time"),
        ("at(2030-01-32T00:00:00)", "no time"),
        ("at(2030-01-00T00:00:00)", "no time"),
        ("at(2030-01-01T24:00:00)", "no time"),
        ("at(2030-01-01T00:60:00)", "no time"),
        ("at(2030-01-01T00:00:60)", "no time"),
    ],
)
def test_schedules_that_aws_refuses(expression: str, said: str) -> None:
    assert [said in fault.message for fault in schedules.faults(expression)] == [True]
    assert codes(outcome({"schedule": expression})) == ["TG712"]


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("0 3 * * *", "cron(0 3 * * ? *)"),
        (" 30  6 * * mon ", "cron(30 6 ? * MON *)"),
        ("*/5 */2 * * 1-5", "cron(0/5 0/2 ? * 2-6 *)"),
        ("0 3 */2 * *", "cron(0 3 1/2 * ? *)"),
        ("0 0 * * 0,6", "cron(0 0 ? * 1,7 *)"),
        ("0 0 * * 7", "cron(0 0 ? * 1 *)"),
        ("0 0 1 * *", "cron(0 0 1 * ? *)"),
        ("0 3 * * ? *", "cron(0 3 * * ? *)"),
        ("@daily", "cron(0 0 * * ? *)"),
        ("0 3 1 * 0", ""),  # the first of the month and each Sunday, which takes two schedules
        ("0 24 * * *", ""),
        ("at noon", ""),
    ],
)
def test_a_line_of_a_crontab_is_translated(line: str, meant: str) -> None:
    assert schedules.from_crontab(line) == meant
    (problem,) = outcome({"schedule": line}).problems
    assert problem.hint == (f"did you mean {meant}?" if meant else "")
