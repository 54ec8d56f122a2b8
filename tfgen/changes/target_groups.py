"""Target groups: requests that go to a new one before it has healthy tasks, and settings that one keeps."""

from collections.abc import Iterator, Mapping
from typing import Any

from tfgen import facts
from tfgen.changes.change import Change, KnownStack, changes_value, is_created
from tfgen.changes.logins import ASKING, blocks_of
from tfgen.changes.names import name_of
from tfgen.hcl.values import Value, addresses_in
from tfgen.routing.patterns import Patterns, patterns_meet


def leading_to_new_targets(changes: tuple[Change, ...]) -> tuple[Change, ...]:
    """The rules and listeners that now forward to a new target group."""
    new = {each.address for each in changes if each.type == "aws_lb_target_group" and is_created(each)}
    return tuple(
        change
        for change in changes
        for name in ("action", "default_action")
        if _begins_to_forward(change, name) and not new.isdisjoint(_targets(change.new.get(name)))
    )


def has_no_requests(change: Change) -> bool:
    """Whether a listener or a target group is for connections: behind a network load balancer."""
    return (change.new or change.old).get("protocol") in ("TCP", "UDP", "TLS")


def divides_requests(change: Change) -> bool:
    """Whether a rule forwards to several target groups from now on, each with a weight."""
    return len(_targets(change.new.get("action"))) > 1


def divided_requests(change: Change) -> bool:
    """Whether it did so until now."""
    return len(_targets(change.old.get("action"))) > 1


def forwards_as_before(change: Change) -> bool:
    """Whether the same target groups get the requests, whatever else gets none of them."""
    old, new = (_targets(arguments.get("action")) for arguments in (change.old, change.new))
    return bool(old) and old == new


def targets_of(rule: Change) -> set[str]:
    """The target groups that get requests of a rule from now on."""
    return _targets(rule.new.get("action"))


def _targets(actions: Value) -> set[str]:
    """The target groups that get requests: all that are referred to but those with the weight 0."""
    last = tuple(each for each in blocks_of(actions) if each.get("type") not in ASKING)
    idle = {
        address
        for action in last
        for forward in _inner_blocks(action, "forward")
        for target in _inner_blocks(forward, "target_group")
        if str(target.get("weight")) == "0"
        for address in addresses_in(target.get("arn"))
    }
    return addresses_in(last) - idle


def _inner_blocks(block: Value, name: str) -> tuple[Any, ...]:
    found = block.get(name) if isinstance(block, dict) else ()
    return tuple(each for each in found if isinstance(each, dict)) if isinstance(found, tuple) else ()


def _begins_to_forward(change: Change, name: str) -> bool:
    """Whether a rule is new, or a rule or listener gets another action."""
    if is_created(change):
        return change.type == "aws_lb_listener_rule"
    return changes_value(name)(change)


def was_served(change: Change, old: KnownStack, new: KnownStack) -> bool:
    """Whether some of these requests got more than a fixed response before."""
    if not is_created(change):
        return _is_served(change.old.get("action")) or _is_served(change.old.get("default_action"))
    listener = change.new.get("listener_arn")
    standing = [
        old.resources[each].arguments.get("default_action")
        for each in addresses_in(listener) & old.resources.keys()
    ]
    return any(map(_is_served, standing)) or any(
        _is_served(rule.arguments.get("action"))
        and _match_same_requests(rule.arguments, change.new)
        and not (rule.address in new.resources and _has_precedence(rule.arguments, change.new))
        for rule in old.resources.values()
        if rule.type == "aws_lb_listener_rule" and rule.arguments.get("listener_arn") == listener
    )


def _is_served(actions: Any) -> bool:
    return any(each.get("type") not in ("fixed-response", *ASKING) for each in blocks_of(actions))


def _has_precedence(one: Mapping[str, Value], other: Mapping[str, Value]) -> bool:
    """Whether a rule keeps its requests because it has a higher priority than the other."""
    try:
        return int(one["priority"]) < int(other["priority"])
    except (KeyError, TypeError, ValueError):  # not known before the plan
        return False


def _match_same_requests(one: Mapping[str, Value], other: Mapping[str, Value]) -> bool:
    """Whether there are requests that match both rules."""
    some, others = dict(_condition_patterns(one)), dict(_condition_patterns(other))
    return all(patterns_meet(some[kind], others[kind]) for kind in some.keys() & others.keys())


def _condition_patterns(rule: Mapping[str, Any]) -> Iterator[tuple[str, Patterns]]:
    """The patterns by kind; conditions on queries and headers hardly ever exclude one another."""
    for condition in rule.get("condition", ()):
        for kind in ("path_pattern", "host_header", "http_request_method"):
            for block in condition.get(kind, ()):
                values = block.get("values")
                if isinstance(values, tuple):  # what is not known before the plan may be any
                    yield kind, tuple(map(str, values))


def requests_of(change: Change) -> str:
    """The requests of a rule or of a default action, in words."""
    if has_no_requests(change):
        return f"port {name_of(change)}"
    if change.type == "aws_lb_listener":
        return f"requests that match no rule on port {name_of(change)}"
    return name_of(change)


def kept_settings(old: KnownStack, new: KnownStack) -> Iterator[str]:
    """The settings that Terraform leaves as they are in AWS, because nothing sets them any more."""
    for address, resource in new.resources.items():
        if (kept := facts.kept_arguments(resource.type)) and address in old.resources:
            said, usual = old.resources[address].arguments, facts.default_values()[resource.type]
            lost = (said.keys() - resource.arguments.keys()) & kept
            yield from (f"{resource.name} {name}" for name in lost if said[name] != usual.get(name))
