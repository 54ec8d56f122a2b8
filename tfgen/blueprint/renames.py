"""Services that had another name: what is in AWS stays, and Terraform is told where it is now.

Most names in AWS cannot be changed: another name of a role, a security group, a log group, a task
definition's family, an ECS service or a target group is another resource. So a renamed service keeps the
names that it has there, and only its file, its labels in Terraform and its variable are new.

A name may come back: `webapp` that was [webapp, frontend] has its own name in AWS, and Terraform moves it
from `frontend` alone.
"""

from collections.abc import Iterator, Mapping
from itertools import pairwise, product
from typing import NamedTuple

from tfgen.blueprint import names
from tfgen.blueprint.model import Call, Move, Rename, Service
from tfgen.hcl.text import Comment, Ref
from tfgen.problems import Locate, Problem
from tfgen.spec.model import Spec


def earlier(key: str, spec: Spec) -> tuple[str, ...]:
    """The names that a service had, the oldest first; the one that it has now too, where it had it before."""
    was = spec.services[key].was
    return (was,) if isinstance(was, str) else tuple(was)


def in_aws(key: str, spec: Spec) -> str:
    """The name of a service in AWS: the oldest that it had."""
    return (*earlier(key, spec), key)[0]


def _left(key: str, spec: Spec) -> tuple[str, ...]:
    """The names that a service has no more: what stands under them moves."""
    return tuple(name for name in earlier(key, spec) if name != key)


def problems(spec: Spec, at: Locate) -> Iterator[Problem]:
    taken: dict[str, str] = {}
    for key in spec.services:
        path = ("services", key, "was")
        if earlier(key, spec)[-1:] == (key,):
            hint = "remove it, or write the name that it had before; of several, the latest comes last"
            yield Problem("TG244", at(path), f'"{key}" is its name now', hint)
            continue
        for name in earlier(key, spec):
            other = taken.get(name)
            if name != key and name in spec.services:
                message = (
                    f'there is a service "{name}" (line {at(("services", name)).line}), which needs its '
                )
                message += "names in AWS itself"
                hint = f'give that service another name, or let "{key}" be a new one'
            elif other:
                message = (
                    f'"{other}" was "{name}" too (line {at(("services", other, "was")).line}), and only '
                )
                message += "one of them can keep what is there"
                hint = "remove one of the two"
            else:
                taken[name] = key
                continue
            yield Problem("TG244", at(path), message, hint)


class _Thing(NamedTuple):
    """A resource with the names of services in its label: `{}_from_{}`."""

    kind: str
    pattern: str
    services: tuple[str, ...]


def build(spec: Spec, services: tuple[Service, ...], calls: tuple[Call, ...]) -> tuple[Rename, ...]:
    """What was renamed, by service; every step of a chain of names has its move."""
    if not any(service.was for service in spec.services.values()):
        return ()
    patterns = _of_calls(calls)
    found = ((each, tuple(_moves(each, spec, patterns))) for each in services)
    return tuple(Rename(comment=_comment(each.key, spec), moves=moves) for each, moves in found if moves)


def _comment(key: str, spec: Spec) -> Comment:
    was = _left(key, spec)
    if not was:
        return names.comment(f"{key}: its rules for services that were renamed.")
    return names.comment(f"{key} was {names.listed(was)}; nothing in AWS changes with its name.")


def _moves(service: Service, spec: Spec, patterns: Mapping[str, _Thing]) -> Iterator[Move]:
    for thing in _things(service, patterns):
        known = [(*_left(key, spec), key) for key in thing.services]
        # Where two services were renamed, one may have been so before the other: all steps in one chain.
        labels = [thing.pattern.format(*map(names.label, each)) for each in product(*known)]
        for old, new in pairwise(labels):
            yield Move(source=Ref(f"{thing.kind}.{old}"), target=Ref(f"{thing.kind}.{new}"))


def _things(service: Service, patterns: Mapping[str, _Thing]) -> Iterator[_Thing]:
    """The resources of a service's file, in its order; a listener rule is named for its route."""
    own = (service.key,)
    yield _Thing("aws_cloudwatch_log_group", "{}", own)
    for role in service.roles:
        pattern = f"{{}}{role.label.removeprefix(service.label)}"
        yield _Thing("aws_iam_role", pattern, own)
        yield from (_Thing("aws_iam_role_policy", pattern, own) for _ in role.policies)
    yield _Thing("aws_security_group", "{}", own)
    for rule in service.security_rules:
        kind = f"aws_vpc_security_group_{rule.direction}_rule"
        own_rule = rule.label.startswith(f"{service.label}_")
        pattern = f"{{}}{rule.label.removeprefix(service.label)}" if own_rule else "load_balancer_to_{}"
        yield patterns.get(f"{kind}.{rule.label}") or _Thing(kind, pattern, own)
    yield from (_Thing("aws_lb_target_group", "{}", own) for _ in service.target_groups)
    yield _Thing("aws_ecs_task_definition", "{}", own)
    yield _Thing("aws_ecs_service", "{}", own)


def _of_calls(calls: tuple[Call, ...]) -> dict[str, _Thing]:
    """The rules that have two services in their label, by address."""
    found = {}
    for call in calls:
        for direction, pattern, pair in (
            ("ingress", "{}_from_{}", (call.callee, call.caller)),
            ("egress", "{}_to_{}", (call.caller, call.callee)),
        ):
            kind = f"aws_vpc_security_group_{direction}_rule"
            found[f"{kind}.{pattern.format(*map(names.label, pair))}"] = _Thing(kind, pattern, pair)
    return found
