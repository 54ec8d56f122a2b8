"""Policies of overrides: whether they still allow what a network path needs.

The result is never more than certain: a condition, a specific principal or a NotAction leaves it open.
"""

import json
import re
from typing import Any

from tfgen.blueprint.model import Policy, Statement, Task
from tfgen.hcl.text import Ref
from tfgen.overridden.resource import Json, Resource, plain_value
from tfgen.overridden.working_blueprint import WorkingBlueprint

Documents = list[dict[str, Any]]
_ANYBODY: tuple[Any, ...] = ("*", {"AWS": "*"}, {"AWS": ["*"]})
_TASKS = "ecs-tasks.amazonaws.com"
_KINDS = {
    "Login": "image",
    "PullImage": "image",
    "WriteLogs": "logs",
    "ReadSecrets": "secret",
    "ReadParameters": "secret",
    "DecryptSecrets": "secret",
    "Exec": "exec",
}
"""The kind of flow for which a role has a statement, by its Sid: tfgen.blueprint.access."""


def of_endpoint(working: WorkingBlueprint, found: Resource, service: str) -> None:
    """An endpoint's policy: all is open to everybody without one."""
    if "policy" not in {name.partition(".")[0] for name in found.pending}:
        return
    said = found.after.get("policy")
    statements = _statements_of_policy(said)
    if said in (None, "") or (statements is not None and allows_action(statements, "*", "*")):
        found.take_pending("policy")
    elif service == "s3" and statements is not None:
        _of_s3(working, found, statements)


def _of_s3(working: WorkingBlueprint, found: Resource, statements: Documents) -> None:
    """Layers of images are in a bucket of ECR's: ECR/vpc-endpoints, minimum permissions for S3."""
    blueprint = working.blueprint
    layers = f"arn:{blueprint.partition}:s3:::prod-{blueprint.region}-starport-layer-bucket"
    allowed = allows_action(statements, "s3:GetObject", f"{layers}/layer")
    kinds = ("use",) if allowed else ("use", "image")
    if allowed is False:
        says = (
            f"the policy of {found.address} does not allow reading {layers}/*, where ECR stores image layers"
        )
        working.mark_flows(found, says, "image", at=found.location_of("policy"), certain=True)
    working.doubt_pending(found, *kinds, within="policy")


def of_role(working: WorkingBlueprint, found: Resource, service: Task, policy: Policy) -> None:
    """What starts a task, or what ECS Exec asks of it: each kind of flow that lost its statement."""
    at = found.take_pending("policy")
    if at is None:
        return
    said = _statements_of_policy(found.after.get("policy"))
    lost = [each for each in policy.statements if said is None or not _covers_statement(said, each, service)]
    kinds = sorted({_KINDS.get(statement.sid, "") for statement in lost})
    if kinds:
        says = f"policy of {found.address} is overridden, and what it allows is unknown"
        working.mark_flows(found, says, *filter(None, kinds), at=at)


def trusts_tasks(value: Any) -> bool:
    """Whether ECS may give a role to tasks; a condition on whose tasks they are is as it should be."""
    said = _statements_of_policy(value) or []
    return all(each.get("Effect") == "Allow" for each in said) and any(
        _matches_any(each.get("Action"), "sts:AssumeRole")
        and _TASKS in _as_list(_services_of_principal(each.get("Principal")))
        for each in said
    )


def _services_of_principal(principal: Any) -> Any:
    return principal.get("Service") if isinstance(principal, dict) else None


def _covers_statement(said: Documents, wanted: Statement, service: Task) -> bool:
    actions = [wanted.actions] if isinstance(wanted.actions, str) else wanted.actions
    resources = [wanted.resources] if isinstance(wanted.resources, str) else wanted.resources
    return all(
        any(_allows_one(each, action, resource, service) for each in said) and not _is_denied(said, action)
        for action in actions
        for resource in resources
    )


def _allows_one(statement: dict[str, Any], action: str, resource: str, service: Task) -> bool:
    if not isinstance(resource, Ref):
        return _matches_statement(statement, action, resource) is True and statement.get("Effect") == "Allow"
    # AWS assigns its ARN, and a policy of the user contains it as text.
    here = [
        each for each in _as_list(statement.get("Resource")) if each == "*" or service.log_group in str(each)
    ]
    return any(_allows_one({**statement, "Resource": each}, action, str(each), service) for each in here)


def _is_denied(said: Documents, action: str) -> bool:
    return any(each.get("Effect") != "Allow" and _matches_any(each.get("Action"), action) for each in said)


def allows_action(statements: Documents, action: str, resource: str) -> bool | None:
    """Whether everybody may do an action with a resource; None where it is not certain."""
    matching = [(each.get("Effect"), _matches_statement(each, action, resource)) for each in statements]
    if any(effect != "Allow" and matches is not False for effect, matches in matching):
        return None
    if any(matches is True for _, matches in matching):
        return True
    return None if any(matches is None for _, matches in matching) else False


def _matches_statement(statement: dict[str, Any], action: str, resource: str) -> bool | None:
    if "NotAction" in statement or "NotResource" in statement:
        return None
    if not _matches_any(statement.get("Action"), action) or not _matches_any(
        statement.get("Resource"), resource
    ):
        return False
    open_ = "Condition" not in statement and statement.get("Principal", "*") in _ANYBODY
    return True if open_ else None


def _matches_any(patterns: Any, value: str) -> bool:
    return any(_matches_wildcards(str(pattern), value) for pattern in _as_list(patterns))


def _matches_wildcards(pattern: str, value: str) -> bool:
    """IAM's wildcards; an action's case means nothing, and nobody has buckets that differ by it."""
    expression = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.fullmatch(expression, value, re.IGNORECASE | re.DOTALL) is not None


def _as_list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _statements_of_policy(value: Any) -> Documents | None:
    """The statements of a policy's text; None where it cannot be read."""
    document = plain_value(value) if isinstance(value, Json) else _parsed_json(value)
    if not isinstance(document, dict):
        return None
    found = _as_list(document.get("Statement"))
    return found if all(isinstance(each, dict) for each in found) else None


def _parsed_json(value: Any) -> Any:
    if type(value) is not str:
        return None
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return None
