"""The jobs: tasks that run and end, started by EventBridge Scheduler or by somebody.

Sources: SCH/schedule-types, SCH/managing-targets-ecs, aws-cdk-lib aws-scheduler-targets (EcsRunTask).
"""

from collections.abc import Iterator
from typing import Any

from tfgen.blueprint import access, accounts, alarms, existing, names, renames, security, tasks
from tfgen.blueprint.model import (
    FARGATE,
    FARGATE_SPOT,
    CapacityProvider,
    DeadLetterQueue,
    Job,
    Policy,
    Role,
    Schedule,
    ScheduleGroup,
    Statement,
)
from tfgen.blueprint.names import listed
from tfgen.hcl.text import Comment, Label, Ref
from tfgen.problems import Locate, Problem, SpecPath
from tfgen.spec import schedules
from tfgen.spec.model import Job as JobSpec
from tfgen.spec.model import Spec

_TRUST = Ref("local.scheduler_trust")
_DAY = 86400
_KEPT = 14 * _DAY  # botocore, sqs MessageRetentionPeriod: the longest
_QUEUE_NAME = 80  # botocore, sqs CreateQueueRequest.QueueName
_REVISIONS = Comment("Old revisions stay active, so that a job can be run with an earlier one.")


def build(context: tasks.Context) -> tuple[Job, ...]:
    """The jobs, by name."""
    by_caller: dict[str, list[Any]] = {key: [] for key in context.spec.jobs}
    for call in context.calls:
        if call.caller in by_caller:
            by_caller[call.caller].append(call)
    return tuple(
        _build_job(key, context._replace(calls=tuple(by_caller[key]))) for key in sorted(context.spec.jobs)
    )


def _build_job(key: str, context: tasks.Context) -> Job:
    spec, job = context.spec, context.spec.jobs[key]
    own = tasks.build(key, context)
    scheduler = tuple(_scheduler_roles(key, own.roles, spec))
    return Job(
        **own.fields,
        summary=_summary(key, job, context),
        revisions=_REVISIONS,
        roles=(*own.roles.own, *scheduler),
        count=job.count,
        launch_types=() if job.spot else (FARGATE,),
        capacity_providers=(CapacityProvider(name=FARGATE_SPOT, weight=1),) if job.spot else (),
        schedules=tuple(_schedules(key, job, spec)),
        alarms=tuple(alarms.of_job(key, spec)),
        depends_on=(
            *(existing.capacity_providers(spec) if job.spot else ()),
            *access.policies((*own.roles.own, *scheduler)),
            *security.depends_on(own.security_rules),
        ),
    )


def _summary(key: str, job: JobSpec, context: tasks.Context) -> Comment:
    """The first line of a job's file: what it is, in the spec's terms."""
    parts = [f"that runs at {job.schedule}" if job.schedule else "that somebody runs"]
    if job.schedule and not job.enabled:
        parts = [f"whose schedule {job.schedule} is off"]
    if job.containers:
        parts.append(f"with {listed(sorted(job.containers))}")
    if callees := tasks.callee_keys(key, context):
        parts.append(f"calls {listed(callees)}")
    aws_name = renames.in_aws(key, context.spec)
    if aws_name != key:
        parts.append(f"named {aws_name} in AWS")
    return names.comment(f"{key}: a job {', '.join(parts)}.")


def _schedules(key: str, job: JobSpec, spec: Spec) -> Iterator[Schedule]:
    if job.schedule is None:
        return
    yield Schedule(
        name=renames.in_aws(key, spec),
        states=() if job.enabled else ("DISABLED",),
        expression=job.schedule,
        timezones=() if job.schedule.startswith("rate(") else (job.timezone,),
        window=tuple(_window(job.window)),
        cluster=existing.cluster_arn(spec),
        role=_schedule_label(key),
        attempts=job.retries.attempts,
        within=job.retries.within,
        queue=DeadLetterQueue(name=queue_name(key, spec), retention=_KEPT),
    )


def _window(minutes: int) -> Iterator[tuple[Label, str | int]]:
    yield Label("mode"), "FLEXIBLE" if minutes else "OFF"
    if minutes:
        yield Label("maximum_window_in_minutes"), minutes


def queue_name(key: str, spec: Spec) -> str:
    """The dead-letter queue of a job."""
    return names.fit(f"{spec.name}-{renames.in_aws(key, spec)}-dead-letters", _QUEUE_NAME)


# --- the role of a schedule


def _schedule_label(key: str) -> Label:
    return names.label(key, "schedule")


def _scheduler_roles(key: str, roles: existing.ServiceRoles, spec: Spec) -> Iterator[Role]:
    if spec.jobs[key].is_scheduled:
        label = _schedule_label(key)
        policy = Policy(label=label, name="start-tasks", statements=tuple(_statements(key, roles, spec)))
        name = names.role(spec.name, renames.in_aws(key, spec), "schedule", spec.region)
        yield existing.own_role(Role(label=label, name=name, policies=(policy,), trust=_TRUST), spec)


def _statements(key: str, roles: existing.ServiceRoles, spec: Spec) -> Iterator[Statement]:
    """Of any revision: one that is new is started before this policy could be updated."""
    label, cluster = names.label(key), existing.cluster_arn(spec)
    yield Statement(
        sid="RunTask",
        actions="ecs:RunTask",
        resources=names.ref('"${{aws_ecs_task_definition.{}.arn_without_revision}}:*"', label),
        conditions=({"ArnEquals": {"ecs:cluster": cluster}},),
    )
    yield Statement(
        sid="TagTasks",
        actions="ecs:TagResource",
        resources=Ref(f'"${{replace({cluster}, ":cluster/", ":task/")}}/*"'),
    )
    yield Statement(
        sid="PassRoles",
        actions="iam:PassRole",
        resources=(roles.execution_arn, roles.task_arn),
        conditions=({"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}},),
    )
    yield Statement(
        sid="KeepFailures",
        actions="sqs:SendMessage",
        resources=names.ref("aws_sqs_queue.{}.arn", label),
    )


def group(spec: Spec) -> Iterator[ScheduleGroup]:
    """That of all schedules, if there are any."""
    if any(job.is_scheduled for job in spec.jobs.values()):
        yield ScheduleGroup(
            name=spec.name,
            **accounts.of_trust(spec, Ref("aws_scheduler_schedule_group.main.arn")),
            alarms=tuple(alarms.of_schedules(spec)),
        )


# --- what is wrong with them


def problems(spec: Spec, at: Locate) -> Iterator[Problem]:
    """What is wrong with jobs, each by itself, and with what they call."""
    for key, job in spec.jobs.items():
        path = ("jobs", key)
        if key in spec.services:
            line = at(("services", key)).line
            message = f'there is a service "{key}" (line {line}), and both would have the same names'
            yield Problem("TG710", at(path), message, "rename one of them")
        yield from _start_problems(key, job, at)
        yield from _schedule_problems(path, job, at)
        yield from _restart_problems(key, job, at)
        yield from _call_problems(key, job, spec, at)


def _start_problems(key: str, job: JobSpec, at: Locate) -> Iterator[Problem]:
    if job.schedule is None and job.run is None:
        message = f'nothing says what starts the job "{key}"'
        hint = 'add schedule: "cron(0 3 * * ? *)", or run: by-hand'
        yield Problem("TG711", at(("jobs", key)), message, hint)
    if job.schedule is not None and job.run is not None:
        message = f'"{key}" has a schedule, and run says that somebody starts it'
        hint = "remove one of them: a job with a schedule can be run by hand, too"
        yield Problem("TG711", at(("jobs", key, "run")), message, hint)


def _schedule_problems(path: SpecPath, job: JobSpec, at: Locate) -> Iterator[Problem]:
    for fault in schedules.faults(job.schedule) if job.schedule else ():
        yield Problem("TG712", at((*path, "schedule")), fault.message, fault.hint)
    for fault in schedules.zone_faults(job.timezone):
        yield Problem("TG715", at((*path, "timezone")), fault.message, fault.hint, "warning")


def _restart_problems(key: str, job: JobSpec, at: Locate) -> Iterator[Problem]:
    """ECS restarts a container whatever its exit code is, but for those that are ignored."""
    if job.restart and job.restart.enabled and 0 not in job.restart.ignored_exit_codes:
        message = f'ECS would restart the application of "{key}" when it has succeeded, so the job never ends'
        hint = "write restart: {ignored_exit_codes: [0]}, or remove restart"
        yield Problem("TG713", at(("jobs", key, "restart")), message, hint)


def _call_problems(key: str, job: JobSpec, spec: Spec, at: Locate) -> Iterator[Problem]:
    for index, callee in enumerate(job.calls):
        service = spec.services.get(callee) if isinstance(callee, str) else None
        if service and service.connects and not service.dns:
            message = f'"{callee}" has a Service Connect name only, which no task without a service resolves'
            hint = f"add dns: {callee} to {callee}, and call it there"
            if service.routes:
                hint += ", or call it through the load balancer and remove this"
            yield Problem("TG714", at(("jobs", key, "calls", index)), message, hint)
