"""Permissions of tasks: what their execution role may read to start them, and their egress and ingress."""

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from itertools import product
from typing import Any

from tfgen.changes.change import Action, Change, is_destroyed, is_lost, updates
from tfgen.changes.names import (
    EGRESS,
    INGRESS,
    Consequence,
    about_changes,
    about_names,
    containers,
    end_of,
    is_of_service,
    name_of,
    tasks_of,
)
from tfgen.hcl.values import Term, Value, addresses_in, references_in
from tfgen.problems import joined


def permission_consequences(changes: tuple[Change, ...]) -> Iterator[Consequence]:
    """Sentences about old revisions that can no longer start, and about rules of security groups."""
    yield from about_names(_without_old_access(changes), _OLD_REVISION)
    ways = tuple(filter(_changes_egress, changes))
    yield from about_changes(ways, lambda change: not _widens(change), _NARROWED, _old_and_new_egress)
    yield from about_changes(ways, _widens, _WIDENED, _old_and_new_egress)
    yield from _removed_ingress(changes)
    yield from about_changes(changes, _moves_ports, _CUT_OFF, _ports_become)


_OLD_REVISION = (
    "{}: until the deployment is complete, the old [revision|revisions] cannot start a task again, nor can a "
    "rollback: [its|their] execution [role is|roles are] no longer allowed to read this."
)
_NARROWED = (
    "{}: tasks cannot reach what [this egress rule no longer allows|these egress rules no longer allow]."
)
_CUT_OFF = (
    "{}: security groups change at once, so running tasks are cut off and requests fail until the new tasks "
    "are healthy. To allow both ports meanwhile, write port: {{number: NEW, was: OLD}} in this change, and "
    "remove was in the next."
)
_WIDENED = "{}: [this egress rule allows|these egress rules allow] more."


# Ports that other security groups reach


def _moves_ports(change: Change) -> bool:
    """Whether a rule that allows ingress from another group changes to ports that it did not allow before."""
    if change.type != INGRESS or "referenced_security_group_id" not in change.new:
        return False
    if not updates("from_port", "to_port")(change):
        return False
    (first, last), (new_first, new_last) = (_range(side) for side in (change.old, change.new))
    return last < new_first or new_last < first


def _range(arguments: Mapping[str, Value]) -> tuple[int, int]:
    """The first and the last port of a rule; all ports where they are known only in the plan."""
    ports = [str(arguments.get(name)) for name in ("from_port", "to_port")]
    return (int(ports[0]), int(ports[1])) if all(map(str.isdecimal, ports)) else (0, 65535)


def _ports_become(change: Change) -> str:
    service = end_of(change.old.get("security_group_id")) or change.name
    return f"{service} ({change.old.get('from_port')} to {change.new.get('to_port')})"


# What a service lists in its ingress


def is_listed_ingress(change: Change) -> bool:
    """Whether a rule is for what the ingress of a service lists: not for its callers or the load balancer,
    whose security groups the stack has."""
    group = references_in((change.new or change.old).get("referenced_security_group_id"))
    is_own = any(used.address.startswith("module.") for used in group)
    return change.type == INGRESS and is_of_service(change) and not is_own


def _removed_ingress(changes: tuple[Change, ...]) -> Iterator[Consequence]:
    """A sentence about such rules that are removed, but for those of services that are removed with them."""
    gone = {change.address for change in changes if is_lost(change)}
    yield from about_changes(
        changes,
        lambda change: (
            is_listed_ingress(change)
            and is_destroyed(change)
            and not any(used.address in gone for used in references_in(change.old.get("security_group_id")))
        ),
        "{}: this ingress is no longer allowed.",
    )


# What old revisions need to start


def _without_old_access(changes: tuple[Change, ...]) -> Iterator[str]:
    """Each service with what its old revision needs and its execution role may no longer read."""
    tasks = tasks_of(changes)
    policies = [each for each in changes if each.type == "aws_iam_role_policy"]
    for service in changes:
        task = tasks.get(service.address)
        if task is None or service.action is not Action.UPDATE:
            continue
        role = addresses_in(task.old.get("execution_role_arn"))
        own = [each for each in policies if role & addresses_in(each.old.get("role"))]
        granted = [grant for policy in own for grant in _grants(policy.new)]
        lost = {
            resource
            for policy in own
            for action, resource in _grants(policy.old)
            if _needs(task.old, resource) and not _is_granted(action, resource, granted)
        }
        if lost:
            names = {each.partition(":repository/")[2] or each.split(":", 6)[-1] for each in lost}
            yield f"{name_of(service)} ({joined(sorted(names))})"


Grant = tuple[str, str]
"""An action and a resource; both may be patterns."""


def _grants(policy: Mapping[str, Value]) -> list[Grant]:
    """What a policy allows, as far as its values are known."""
    match policy.get("policy"):
        case Term(name="jsonencode", operands=({"Statement": tuple() as statements},)):
            said = [each for each in statements if isinstance(each, dict)]
            return [
                pair for each in said for pair in product(_texts(each, "Action"), _texts(each, "Resource"))
            ]
    return []


def _texts(statement: Mapping[str, Value], key: str) -> list[str]:
    value = statement.get(key)
    return [each for each in (value if isinstance(value, tuple) else (value,)) if isinstance(each, str)]


def _is_granted(action: str, resource: str, granted: list[Grant]) -> bool:
    return any(fnmatchcase(action, some) and fnmatchcase(resource, where) for some, where in granted)


def _needs(task: Mapping[str, Value], resource: str) -> bool:
    """Whether a task needs that repository, that secret or that file to start."""
    _, is_repository, repository = resource.partition(":repository/")
    return any(
        repository == _repository(each.get("image"))
        if is_repository
        else any(secret.startswith(resource) for secret in _secrets(each)) or resource in _files(each)
        for each in containers(task)
    )


def _repository(image: Value) -> str:
    """`a/b` of `host/a/b:tag@digest`."""
    return str(image).partition("@")[0].partition("/")[2].partition(":")[0]


def _secrets(container: Mapping[str, Any]) -> list[str]:
    return _entries(container, "secrets", "valueFrom")


def _files(container: Mapping[str, Any]) -> list[str]:
    return _entries(container, "environmentFiles", "value")


def _entries(container: Mapping[str, Any], name: str, key: str) -> list[str]:
    said = container.get(name)
    entries = said if isinstance(said, tuple) else ()
    return [str(each.get(key)) for each in entries if isinstance(each, dict)]


# Egress


def _changes_egress(change: Change) -> bool:
    """Whether an egress rule for a range of addresses changes in place; those for services follow ports."""
    is_range = any(name in change.old for name in _RANGES)
    return updates(*_RANGE_ARGUMENTS)(change) and change.type == EGRESS and is_range


_RANGES = ("cidr_ipv4", "cidr_ipv6")
_RANGE_ARGUMENTS = (*_RANGES, "ip_protocol", "from_port", "to_port")


def _widens(change: Change) -> bool:
    """Whether a rule still allows all that it allowed before."""
    return allows_all_of(change.new, change.old)


def allows_all_of(rule: Mapping[str, Value], other: Mapping[str, Value]) -> bool:
    """Whether a rule for a range of addresses allows all that another one does."""
    protocols = (other.get("ip_protocol"), "-1")
    return rule.get("ip_protocol") in protocols and _holds(rule, other) and _spans(rule, other)


def _spans(wide: Any, narrow: Any) -> bool:
    try:
        (first, last), (start, end) = (
            [int(ports[name]) for name in ("from_port", "to_port")] for ports in (wide, narrow)
        )
    except (KeyError, TypeError, ValueError):  # all ports, or not known before the plan
        return "from_port" not in wide
    return first <= start and end <= last


def _holds(wide: Any, narrow: Any) -> bool:
    from tfgen.ip_ranges import is_inside, parse_range  # noqa: PLC0415 - only such a rule pays for it

    if wide.get("cidr_ipv4") == "0.0.0.0/0" and "cidr_ipv6" not in narrow:
        return True
    try:
        return is_inside(*(parse_range(_range_of(rule)) for rule in (narrow, wide)))
    except ValueError:  # not known before the plan
        return False


def _range_of(rule: Any) -> str:
    return str(next((rule[name] for name in _RANGES if name in rule), ""))


def _old_and_new_egress(change: Change) -> str:
    """`orders to 0.0.0.0/0 on port 443 (now 10.0.0.0/8 on port 443)`."""
    before = name_of(change._replace(action=Action.DESTROY))
    return f"{before} (now {name_of(change).partition(' to ')[2]})"
