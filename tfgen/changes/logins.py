"""Logins that listener rules ask clients for, before and after a change."""

from collections.abc import Iterator, Mapping
from typing import Any

from tfgen.changes.change import Change, changes_value
from tfgen.hcl.values import Value

ASKING = ("authenticate-cognito", "authenticate-oidc", "jwt-validation")
"""The types of actions that check clients before the last action follows."""


def asks_for_login(change: Change) -> bool:
    """Whether clients need a login from now on, and needed none before."""
    asked = [each for each in _logins(change.new) if not _lets_pass(each)]
    return changes_value("action")(change) and bool(asked) and not _logins(change.old)


def needs_no_login(change: Change) -> bool:
    """Whether a rule asked for a login until now, and does no more."""
    return changes_value("action")(change) and bool(_logins(change.old)) and not _logins(change.new)


def asks_differently(change: Change) -> bool:
    """Whether a rule asks for another login than before, or for the same one in another way."""
    old, new = _logins(change.old), _logins(change.new)
    return changes_value("action")(change) and bool(old and new) and old != new


def _lets_pass(action: Mapping[str, Any]) -> bool:
    blocks = (
        block for name in ("authenticate_cognito", "authenticate_oidc") for block in action.get(name, ())
    )
    return any(block.get("on_unauthenticated_request") == "allow" for block in blocks)


def _logins(rule: Mapping[str, Value]) -> list[Any]:
    return [action for action in blocks_of(rule.get("action")) if action.get("type") in ASKING]


def blocks_of(actions: Value) -> Iterator[Mapping[str, Any]]:
    """The actions of a rule, as far as they are known."""
    yield from (each for each in actions if isinstance(each, dict)) if isinstance(actions, tuple) else ()
