"""The order of calls around each service and job of a stack, in the logs of three applies.

Each apply changes every service in a way of its own, so that three of them show what would take dozens. What
is called before a service is updated, and what after, is said by hand. Networks, load balancers, scaling and
repositories are in test_order.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
from support.call_log import resources_in, steps
from support.deployed import deploy_stacks, remove, write
from support.moto_server import CALLS

from tfgen import render_text

if TYPE_CHECKING:
    from support.moto_server import Moto
    from support.terraform import Terraform

BASE = """\
name: order-tasks
region: us-east-1
account: "123456789012"
network: {egress: public, zones: [a, b]}
exec: {logs: true}

services:
  shell:
    image: ecr:shell:1
  named:
    image: ecr:named:1
    port: 8080
  vault:
    image: ecr:vault:1
    secrets: {OLD: SSM/old}
  pod:
    image: ecr:pod:1
  hub:
    image: docker.io/library/nginx:1
  api:
    image: ecr:api:1
    port: 8080
    connect: api
  front:
    image: ecr:front:1
    calls: [api]
  back:
    image: ecr:back:1
    port: 8081
    connect: back
  queue:
    image: ecr:queue:1
    access: [{receive: "SQS:old"}]
  own:
    image: ecr:own:1
    access: [{receive: "SQS:own"}]
  watched:
    image: ecr:watched:1
  pipeline:
    image: ecr:pipeline:1

jobs:
  nightly:
    image: ecr:nightly:1
    schedule: cron(0 3 * * ? *)
    access: [{receive: "SQS:old"}]
  migrate:
    image: ecr:migrate:1
    run: by-hand
  weekly:
    image: ecr:weekly:1
    schedule: rate(7 days)
"""
SHORT = {
    "SSM/": "arn:aws:ssm:us-east-1:123456789012:parameter/",
    "SQS:": "arn:aws:sqs:us-east-1:123456789012:",
    "SNS:": "arn:aws:sns:us-east-1:123456789012:",
    "IAM:": "arn:aws:iam::123456789012:",
    "KMS:": "arn:aws:kms:us-east-1:123456789012:",
    "HUB": "arn:aws:secretsmanager:us-east-1:123456789012:secret:ecr-pullthroughcache/hub-aB3dE6",
    "NAMESPACE": "arn:aws:servicediscovery:us-east-1:123456789012:namespace/ns-0a1b2c3d4e5f6071",
}

Edits = tuple[tuple[str, str], ...]

OUR_ALARM = "{ref: aws_cloudwatch_metric_alarm.ours.alarm_name}"
GIVEN: Edits = (
    ("exec: {logs: true}", "exec: {logs: sessions-of-others}"),
    (
        "\nservices:\n",
        "dns: order.internal\n"
        "logs: {kms_key: KMS:key/0a1b2c3d-0000-4000-8000-000000000000}\n"
        "alarms: {topic: SNS:news, cpu: false, memory: false, running: false, jobs: false}\n"
        "pull_through: {docker.io: {credentials: HUB, prefix: hub}}\n"
        "\nservices:\n",
    ),
    ("shell:1\n", "shell:1\n    exec: true\n"),
    ("named:1\n", "named:1\n    dns: named\n"),
    ("{OLD: SSM/old}", "{NEW: SSM/new}"),
    (
        "pod:1\n",
        "pod:1\n    depends_on: [agent]\n"
        "    containers: {agent: {image: 'ecr:agent:1', essential: false}}\n"
        "    egress: [192.0.2.0/24]\n"
        "    ingress: [{cidr: 192.0.2.0/24, port: 9000}]\n",
    ),
    ("connect: api\n", "connect: products\n"),
    ("calls: [api]\n", "calls: [api, back]\n"),
    ("queue:1\n", "queue:2\n"),
    (
        'queue:2\n    access: [{receive: "SQS:old"}]',
        'queue:2\n    access: [{receive: "SQS:new"}, {send: "SQS:old"}]\n'
        '    statements: [{actions: ["ses:SendEmail"], resources: ["*"]}]',
    ),
    ('access: [{receive: "SQS:own"}]', "roles: {execution: 'IAM:role/start', task: 'IAM:role/own'}"),
    (
        "watched:1\n",
        "watched:1\n    alarms: {cpu: 80}\n"
        f"    deployment: {{alarms: [order-tasks-watched-cpu, {OUR_ALARM}]}}\n",
    ),
    ("pipeline:1\n", "pipeline:1\n    deploys_by: ci\n"),
    ("cron(0 3", "cron(0 4"),
    ("nightly:1\n", "nightly:2\n    egress: [192.0.2.0/24]\n"),
    ('? *)\n    access: [{receive: "SQS:old"}]', '? *)\n    access: [{receive: "SQS:new"}]'),
    ("run: by-hand", "schedule: rate(1 day)"),
    ("  weekly:\n", "  sundays:\n"),
)
OTHER: Edits = (
    *GIVEN,
    ("dns: named\n", "dns: renamed\n"),
    ("\nservices:\n", "namespace: NAMESPACE\n\nservices:\n"),
    ("schedule: rate(7 days)", "run: by-hand"),
    # One after the other: the provider fails to take several from a service.
    (f", {OUR_ALARM}]", "]"),
)
BACK: Edits = (
    ("exec: {logs: true}", "exec: {logs: sessions-of-others}"),
    (BASE[BASE.index("  weekly:") :], ""),
)

OURS = """\
resource "aws_cloudwatch_metric_alarm" "ours" {
  alarm_name          = "ours"
  namespace           = "Ours"
  metric_name         = "Errors"
  statistic           = "Sum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 1
  period              = 60
  evaluation_periods  = 1
}
"""


def edited(edits: Edits = ()) -> Mapping[str, str]:
    text = BASE
    for old, new in edits:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    for old, new in SHORT.items():
        text = text.replace(old, new)
    pages, problems = render_text(text)
    assert pages, problems
    return {**pages, "ours.tf": OURS} if "alarm.ours" in text else pages


def short(address: str) -> str:
    """`ecs_service.api` for module.services.aws_ecs_service.api."""
    return re.sub(r"^(module\.\w+\.)?aws_(vpc_security_group_)?", "", address)


def homes(pages: Mapping[str, str]) -> dict[str, str]:
    """The service or job, by its file, that each resource belongs to."""
    return {
        short(f"{kind}.{name}"): Path(path).stem
        for path, text in pages.items()
        for kind, name in re.findall(r'^resource "(\w+)" "(\w+)"', text, re.MULTILINE)
    }


class Change(NamedTuple):
    """What an apply called, as signs and resources, and what they belong to."""

    found: tuple[str, ...]
    homes: Mapping[str, str]

    def around(self, user: str, named: Iterable[str]) -> tuple[set[str], set[str]]:
        """What is called before the first and after the last call about a resource: of what is in its file,
        and of what is named."""
        places = [place for place, each in enumerate(self.found) if each[1:] == user]
        key = self.homes[user]
        about = {
            each: place
            for place, each in enumerate(self.found)
            if each in named or (self.homes[each[1:]] == key and each[1:] != user and is_in_use(each))
        }
        before = {each for each, place in about.items() if place < min(places)}
        return before, {each for each, place in about.items() if place > max(places)}


def is_in_use(found: str) -> bool:
    """A log group is updated with its key whenever it is; nobody waits for that."""
    return not found.startswith("~cloudwatch_log_group.")


SIGNS = {"create": "+", "update": "~", "delete": "-"}


@pytest.fixture(scope="module")
def changes(terraform: Terraform, running: Terraform, moto: Moto) -> Iterator[Mapping[str, Change]]:
    """The three changes, made one after another."""
    stack = deploy_stacks(terraform, {"order-tasks": edited()})["order-tasks"].run_by(running).stack
    before, made = edited(), {}
    for name, edits in CHANGES.items():
        after, old, first = edited(edits), resources_in(stack.folder), len(CALLS)
        remove(stack.folder.rglob("*.tf"))
        write(after, stack.folder)
        # Without a limit, so that nothing waits but for what it depends on.
        stack.execute_command("apply", *OPTIONS)
        found = steps(CALLS[first:], old, resources_in(stack.folder))
        calls = tuple(SIGNS[step.verb] + short(step.address) for step in found)
        made[name] = Change(calls, homes(before) | homes(after))
        before = after
        register_a_task(moto)
    yield made
    moto.reset()


OPTIONS = ("-auto-approve", "-input=false", "-no-color", "-refresh=false", "-parallelism=50")


def register_a_task(moto: Moto) -> None:
    """As ECS does for each task of a service with a DNS name, which the emulator leaves out."""
    discovery = moto.boto3_client("servicediscovery")
    for service in discovery.list_services()["Services"]:
        address = {"AWS_INSTANCE_IPV4": "10.0.128.7"}
        discovery.register_instance(ServiceId=service["Id"], InstanceId="task", Attributes=address)


CHANGES = {"given": GIVEN, "other": OTHER, "back": BACK}

# By change and by what is updated, or comes or goes, the calls before and after it.
ORDER = {
    # Keys that are given, and images, names, permissions and times that change.
    "given": {
        "ecs_service.shell": ("+iam_role_policy.shell_task +ecs_task_definition.shell", ""),
        "ecs_service.named": (
            "+service_discovery_private_dns_namespace.main +service_discovery_service.named",
            "",
        ),
        # The execution role reads other secrets from now on: `tfgen changes` says what that means.
        "ecs_service.vault": ("+iam_role_policy.vault_execution +ecs_task_definition.vault", ""),
        "ecs_service.pod": (
            "+iam_role_policy.pod_execution +ecs_task_definition.pod "
            "+egress_rule.pod_to_192_0_2_0_24 +ingress_rule.pod_from_192_0_2_0_24_9000",
            "-egress_rule.pod_to_internet",
        ),
        "ecs_service.hub": (
            "+ecr_repository_creation_template.docker_io +ecr_pull_through_cache_rule.docker_io "
            "+iam_role_policy.hub_execution +ecs_task_definition.hub",
            "",
        ),
        "ecs_service.api": ("", "~ecs_service.front"),
        "ecs_service.front": (
            "~ecs_service.api +egress_rule.front_to_back +ingress_rule.back_from_front "
            "+ecs_task_definition.front",
            "",
        ),
        "ecs_service.queue": (
            "+iam_role_policy.queue_receive_sqs_new +iam_role_policy.queue_send_sqs_old "
            "+iam_role_policy.queue_statements +ecs_task_definition.queue",
            "-iam_role_policy.queue_receive_sqs_old",
        ),
        "ecs_service.own": (
            "+ecs_task_definition.own",
            "-iam_role_policy.own_execution -iam_role_policy.own_receive_sqs_own "
            "-iam_role.own_execution -iam_role.own_task",
        ),
        "ecs_service.watched": ("+cloudwatch_metric_alarm.ours +cloudwatch_metric_alarm.watched_cpu", ""),
        "scheduler_schedule.nightly": (
            "+iam_role_policy.nightly_receive_sqs_new +egress_rule.nightly_to_192_0_2_0_24 "
            "+ecs_task_definition.nightly",
            "-iam_role_policy.nightly_receive_sqs_old -egress_rule.nightly_to_internet",
        ),
        "scheduler_schedule.migrate": (
            "+sqs_queue.migrate +iam_role.migrate_schedule +iam_role_policy.migrate_schedule",
            "",
        ),
        # A job that is renamed.
        "scheduler_schedule.weekly": (
            "",
            "-iam_role_policy.weekly_schedule -iam_role_policy.weekly_execution "
            "-iam_role.weekly_schedule -iam_role.weekly_execution -iam_role.weekly_task "
            "-sqs_queue.weekly -egress_rule.weekly_to_internet -security_group.weekly "
            "-cloudwatch_log_group.weekly",
        ),
        "scheduler_schedule.sundays": (
            "+iam_role.sundays_schedule +iam_role.sundays_execution +iam_role.sundays_task "
            "+iam_role_policy.sundays_schedule +iam_role_policy.sundays_execution "
            "+sqs_queue.sundays +security_group.sundays +egress_rule.sundays_to_internet "
            "+cloudwatch_log_group.sundays +ecs_task_definition.sundays",
            "",
        ),
        # Sessions of ECS Exec, which are written to a bucket from now on.
        "ecs_cluster.main": ("", "-cloudwatch_log_group.exec_sessions"),
    },
    # Another DNS name, a namespace that exists, and a job without a schedule.
    "other": {
        "ecs_service.named": ("+service_discovery_service.named", "-service_discovery_service.named"),
        "ecs_service.watched": ("", "-cloudwatch_metric_alarm.ours"),
        "ecs_service.api": ("", "~ecs_service.front -service_discovery_http_namespace.main"),
        "ecs_service.back": ("", "~ecs_service.front -service_discovery_http_namespace.main"),
        "ecs_service.front": (
            "~ecs_service.api ~ecs_service.back",
            "-service_discovery_http_namespace.main",
        ),
        "scheduler_schedule.sundays": (
            "",
            "-iam_role_policy.sundays_schedule -iam_role.sundays_schedule -sqs_queue.sundays",
        ),
    },
    # What was given is taken away.
    "back": {
        "ecs_service.shell": ("+ecs_task_definition.shell", "-iam_role_policy.shell_task"),
        "ecs_service.named": (
            "",
            "-service_discovery_service.named -service_discovery_private_dns_namespace.main",
        ),
        "ecs_service.vault": ("+iam_role_policy.vault_execution +ecs_task_definition.vault", ""),
        "ecs_service.pod": (
            "+iam_role_policy.pod_execution +ecs_task_definition.pod +egress_rule.pod_to_internet",
            "-egress_rule.pod_to_192_0_2_0_24 -ingress_rule.pod_from_192_0_2_0_24_9000",
        ),
        "ecs_service.hub": (
            "+iam_role_policy.hub_execution +ecs_task_definition.hub",
            "-ecr_pull_through_cache_rule.docker_io -ecr_repository_creation_template.docker_io",
        ),
        "ecs_service.api": ("+service_discovery_http_namespace.main", "~ecs_service.front"),
        "ecs_service.back": ("+service_discovery_http_namespace.main", ""),
        "ecs_service.front": (
            "+service_discovery_http_namespace.main ~ecs_service.api +ecs_task_definition.front",
            "-egress_rule.front_to_back -ingress_rule.back_from_front",
        ),
        "ecs_service.queue": (
            "+iam_role_policy.queue_receive_sqs_old +ecs_task_definition.queue",
            "-iam_role_policy.queue_receive_sqs_new -iam_role_policy.queue_send_sqs_old "
            "-iam_role_policy.queue_statements",
        ),
        "ecs_service.own": (
            "+iam_role.own_execution +iam_role.own_task +iam_role_policy.own_execution "
            "+iam_role_policy.own_receive_sqs_own +ecs_task_definition.own",
            "",
        ),
        "ecs_service.watched": ("", "-cloudwatch_metric_alarm.watched_cpu"),
        "scheduler_schedule.nightly": (
            "+iam_role_policy.nightly_receive_sqs_old +egress_rule.nightly_to_internet "
            "+ecs_task_definition.nightly",
            "-iam_role_policy.nightly_receive_sqs_new -egress_rule.nightly_to_192_0_2_0_24",
        ),
        "scheduler_schedule.migrate": (
            "",
            "-iam_role_policy.migrate_schedule -iam_role.migrate_schedule -sqs_queue.migrate",
        ),
    },
}


@pytest.mark.xdist_group("order-services")
@pytest.mark.parametrize(("name", "user"), [(name, user) for name, rows in ORDER.items() for user in rows])
def test_new_first_then_what_uses_it_then_the_old_goes(
    changes: Mapping[str, Change], name: str, user: str
) -> None:
    before, after = (set(calls.split()) for calls in ORDER[name][user])
    assert changes[name].around(user, before | after) == (before, after)


@pytest.mark.xdist_group("order-services")
@pytest.mark.parametrize("name", CHANGES)
def test_every_service_and_schedule_that_is_updated_is_looked_at(
    changes: Mapping[str, Change], name: str
) -> None:
    """The pipeline's service is not: from now on Terraform leaves it its revision."""
    used = re.compile(r".(ecs_service|scheduler_schedule|ecs_cluster)\.")
    assert {each[1:] for each in changes[name].found if used.match(each)} == {*ORDER[name]}


@pytest.mark.xdist_group("order-services")
@pytest.mark.parametrize("name", ["given", "back"])
def test_log_groups_stay_with_a_key_and_without(changes: Mapping[str, Change], name: str) -> None:
    tasks = {*re.findall(r"^  (\w+):$", BASE, re.MULTILINE)} - {"weekly"}  # renamed, and then removed
    groups = [each for each in changes[name].found if not is_in_use(each)]
    assert sorted(groups) == [f"~cloudwatch_log_group.{key}" for key in sorted(tasks)]


@pytest.mark.xdist_group("order-services")
def test_addresses_of_tasks_leave_a_dns_name_before_it_goes(changes: Mapping[str, Change]) -> None:
    """Cloud Map refuses to delete a service that has any."""
    assert changes
    ended = [
        call.action for call in CALLS if call.action == "DeregisterInstance" or '"Id":"srv-' in call.asked
    ]
    assert ended == ["DeregisterInstance", "DeleteService"] * 2
