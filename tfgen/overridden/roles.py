"""Overrides of roles and their policies, of log groups and of the cluster: what a task starts with."""

from tfgen.blueprint.model import Role, Service
from tfgen.overridden import policy
from tfgen.overridden.desk import Desk
from tfgen.overridden.resource import Resource, texts, whole

_EXECUTION = ("image", "logs", "secret")


def _role(desk: Desk, found: Resource) -> None:
    """Who may take a role is all that a task's start asks; an inline policy takes the place of ours."""
    for _, _, kinds in _owners(desk, found.label):
        if at := found.take("inline_policy"):
            says = f"inline_policy of {found.address} is overridden"
            desk.mark(found, "inline_policy", says, *kinds, at=at, certain=False)


def _role_policy(desk: Desk, found: Resource) -> None:
    for service, role, kinds in _owners(desk, found.label):
        policy.of_role(desk, found, service, role)
        desk.doubt(found, *kinds)
        found.pending.clear()


def _owners(desk: Desk, label: str) -> list[tuple[Service, Role, tuple[str, ...]]]:
    """The service whose role has a label, the role, and the ways that it is for."""
    return [
        (service, role, _EXECUTION if role is service.execution_role else ("exec",))
        for service in desk.blueprint.services
        for role in (service.execution_role, service.task_role)
        if role.label == label
    ]


def _log_group(desk: Desk, found: Resource) -> None:
    days = whole(found.after.get("retention_in_days", 0))
    for service in desk.blueprint.services:
        if service.label == found.label and days is not None and found.take("retention_in_days"):
            desk.service(service, log_retention=days)
    if str(found.after.get("log_group_class", "STANDARD")) in ("STANDARD", "INFREQUENT_ACCESS"):
        found.take("log_group_class")


def _cluster(desk: Desk, found: Resource) -> None:
    """How ECS Exec keeps its records is its own; the rest of a cluster bears on nothing."""
    desk.doubt(found, "exec")
    found.pending.clear()


def _capacity_providers(_desk: Desk, found: Resource) -> None:
    if "FARGATE" in (texts(found.after.get("capacity_providers")) or ()):
        found.take("capacity_providers")


CARRY = {
    "aws_cloudwatch_log_group": _log_group,
    "aws_ecs_cluster": _cluster,
    "aws_ecs_cluster_capacity_providers": _capacity_providers,
    "aws_iam_role": _role,
    "aws_iam_role_policy": _role_policy,
}
