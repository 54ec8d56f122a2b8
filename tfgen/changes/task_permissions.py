"""What the application may no longer do: policies of task roles that are destroyed, or allow less."""

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from tfgen.changes.change import Action, Change, KnownStack, is_lost
from tfgen.changes.names import Consequence, about_names, containers
from tfgen.hcl.values import Term, Value, addresses_in

_INLINE, _ATTACHED = "aws_iam_role_policy", "aws_iam_role_policy_attachment"
_AT_ONCE = "{}: running tasks lose [this permission|these permissions] at once."
_AFTER = (
    "{}: tasks lose [this permission|these permissions] when the deployment is complete; a rollback after "
    "that does not return [it|them]."
)
_LESS = "{}: running tasks lose at once what [this policy no longer allows|these policies no longer allow]."


def task_permission_consequences(changes: tuple[Change, ...], old: KnownStack) -> Iterator[Consequence]:
    """Sentences about services that stay, and whose tasks may do less."""
    policies = [each for each in changes if each.type in (_INLINE, _ATTACHED)]
    if not policies:
        return
    owners = _owners(old, {change.address for change in changes if is_lost(change)})
    deployed = {_service_name(each.old) for each in changes if each.type == "aws_ecs_task_definition"}
    found: dict[str, list[str]] = {_AT_ONCE: [], _AFTER: [], _LESS: []}
    for policy in policies:
        for service in {owners[role] for role in addresses_in(policy.old.get("role")) if role in owners}:
            if text := _sentence(policy, is_deployed=service in deployed):
                found[text].append(f"{service} ({_name(policy)})")
    for text, said in found.items():
        yield from about_names(said, text)


def _owners(old: KnownStack, gone: set[str]) -> Mapping[str, str]:
    """The task roles that stay, each with its service."""
    tasks = (each for each in old.resources.values() if each.type == "aws_ecs_task_definition")
    return {
        role: _service_name(task.arguments)
        for task in tasks
        for role in addresses_in(task.arguments.get("task_role_arn"))
        if role not in gone
    }


def _service_name(task: Mapping[str, Value]) -> str:
    """The service of a task definition, whose first container has its name."""
    return next((str(each.get("name")) for each in containers(task)), "")


def _sentence(policy: Change, *, is_deployed: bool) -> str:
    if is_lost(policy):
        return _AFTER if is_deployed else _AT_ONCE
    return _LESS if policy.action is Action.UPDATE and allows_less(policy) else ""


def _name(policy: Change) -> str:
    """The name of a policy, or of one that is attached."""
    name = policy.old.get("name") or policy.old.get("policy_arn")
    return name.rpartition("/")[2] if isinstance(name, str) else policy.name


def allows_less(policy: Change) -> bool:
    """Whether a statement goes that no other replaces, or one that denies is new; also where that cannot be
    told."""
    before, after = _statements(policy.old), _statements(policy.new)
    if after and _is_covered({"Action": "*", "Resource": "*"}, after):
        return any(each.get("Effect") != "Allow" for each in after)
    if before is None or after is None:
        return policy.old.get("policy") != policy.new.get("policy")
    denies = [each for each in after if each.get("Effect") != "Allow" and each not in before]
    lost = [each for each in before if each.get("Effect") == "Allow" and each not in after]
    return bool(denies) or not all(_is_covered(each, after) for each in lost)


def _is_covered(lost: Mapping[str, Value], after: list[dict[str, Any]]) -> bool:
    """Whether other statements allow all that one allowed."""
    others = [each for each in after if each.get("Effect") == "Allow" and "Condition" not in each]
    return all(
        any(_allows(other, "Action", action) and _allows(other, "Resource", where) for other in others)
        for action in _listed(lost.get("Action"))
        for where in _listed(lost.get("Resource"))
    )


def _allows(statement: Mapping[str, Value], key: str, wanted: Value) -> bool:
    patterns = _listed(statement.get(key))
    texts = [each for each in patterns if isinstance(each, str)]
    return wanted in patterns or any(isinstance(wanted, str) and fnmatchcase(wanted, each) for each in texts)


def _listed(value: Value) -> tuple[Value, ...]:
    return value if isinstance(value, tuple) else (value,)


def _statements(policy: Mapping[str, Value]) -> list[dict[str, Any]] | None:
    """What a policy states; None where its values are not known."""
    match policy.get("policy"):
        case Term(name="jsonencode", operands=({"Statement": tuple() as statements},)):
            return [each for each in statements if isinstance(each, dict)]
    return None
