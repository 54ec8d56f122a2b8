"""Overrides of roles and their policies, of log groups and of the cluster: what a task needs to start."""

from tfgen.blueprint.model import Task
from tfgen.overridden.policy import of_role, trusts_tasks
from tfgen.overridden.resource import Resource, texts_of, whole_number
from tfgen.overridden.working_blueprint import WorkingBlueprint

_EXECUTION = ("image", "logs", "secret")


def _carry_role(working: WorkingBlueprint, found: Resource) -> None:
    """ECS must still be trusted with it; an inline policy takes the place of ours."""
    if trusts_tasks(found.after.get("assume_role_policy")):
        found.take_pending("assume_role_policy")
    service = working.task_of(found)
    if service is not None:
        working.doubt_pending(found, *_is_for(service, found), within="inline_policy")


def _role_policy(working: WorkingBlueprint, found: Resource) -> None:
    service = working.task_of(found)
    if service is None:
        return
    policies = (policy for role in service.roles for policy in role.policies)
    policy = next(each for each in policies if each.label == found.label)
    if policy.label not in (service.execution_role.label, service.task_role.label):
        for name in found.pending_names(""):  # what the application may do is no network path
            found.take_pending(name)
        return
    of_role(working, found, service, policy)
    working.doubt_pending(found, *_is_for(service, found))


def _is_for(service: Task, found: Resource) -> tuple[str, ...]:
    """The kinds of flows that a role is for."""
    return _EXECUTION if found.label == service.execution_role.label else ("exec",)


def _log_group(working: WorkingBlueprint, found: Resource) -> None:
    service, days = working.task_of(found), whole_number(found.after.get("retention_in_days", 0))
    if service and days is not None and found.take_pending("retention_in_days"):
        working.change_task(service, log_retention=days)
    if str(found.after.get("log_group_class", "STANDARD")) in ("STANDARD", "INFREQUENT_ACCESS"):
        found.take_pending("log_group_class")


def _carry_cluster(working: WorkingBlueprint, found: Resource) -> None:
    """How ECS Exec keeps its records is its own; the rest of a cluster bears on nothing."""
    working.doubt_pending(found, "exec")


def _capacity_providers(_desk: WorkingBlueprint, found: Resource) -> None:
    if "FARGATE" in (texts_of(found.after.get("capacity_providers")) or ()):
        found.take_pending("capacity_providers")


CARRY = {
    "aws_cloudwatch_log_group": _log_group,
    "aws_ecs_cluster": _carry_cluster,
    "aws_ecs_cluster_capacity_providers": _capacity_providers,
    "aws_iam_role": _carry_role,
    "aws_iam_role_policy": _role_policy,
}
