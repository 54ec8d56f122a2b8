"""Judges a second plan: what would change although nothing was changed, beyond the emulator's own gaps."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import chain
from typing import Any


@dataclass(frozen=True)
class Gap:
    """What only the emulator is to blame for: patterns over a resource's address and one attribute."""

    address: str
    attribute: str
    reason: str


# moto 5.2. A gap that a few lines can close is closed in moto_server; one that moto has closed goes.
GAPS = (
    Gap(
        "*aws_vpc_security_group_*_rule.*",
        "description",
        "moto drops the description of a rule whose other side is a group or a prefix list",
    ),
)


def unexpected_changes(plan: Mapping[str, Any], gaps: Sequence[Gap] = GAPS) -> list[str]:
    """What the JSON of a plan would change beyond the gaps.

    One line for each attribute that an update sets, for each resource that is created, replaced or destroyed
    (which no gap excuses), and for each output.
    """
    resources = {each["address"]: each["change"] for each in plan.get("resource_changes", [])}
    outputs = {f"output.{name}": change for name, change in plan.get("output_changes", {}).items()}
    lines = [_lines(address, change, gaps) for address, change in (resources | outputs).items()]
    return list(chain.from_iterable(lines))


def _lines(address: str, change: Mapping[str, Any], gaps: Sequence[Gap]) -> list[str]:
    if change["actions"] == ["no-op"]:
        return []
    if change["actions"] != ["update"] or address.startswith("output."):
        causes = [".".join(map(str, path)) for path in change.get("replace_paths", [])]
        because = f", because of {', '.join(causes)}" if causes else ""
        return [f"{address}: {' and '.join(change['actions'])}{because}"]
    return [_line(address, name, change) for name in _changed(change) if not _excused(address, name, gaps)]


def _changed(change: Mapping[str, Any]) -> list[str]:
    """The attributes that an update sets, those whose new value is not known yet included."""
    before, after, unknown = change["before"], change["after"], change["after_unknown"]
    names = sorted({*before, *after, *unknown})
    return [name for name in names if before.get(name) != after.get(name) or _has_true(unknown.get(name))]


def _has_true(value: object) -> bool:
    """Whether anything within a value of `after_unknown` is true."""
    if isinstance(value, dict):
        return any(map(_has_true, value.values()))
    if isinstance(value, list):
        return any(map(_has_true, value))
    return bool(value)


def _excused(address: str, attribute: str, gaps: Sequence[Gap]) -> bool:
    return any(fnmatchcase(address, gap.address) and fnmatchcase(attribute, gap.attribute) for gap in gaps)


def _line(address: str, name: str, change: Mapping[str, Any]) -> str:
    before, after = (json.dumps(change[side].get(name)) for side in ("before", "after"))
    is_unknown = change["after_unknown"].get(name) is True
    return f"{address}.{name}: {before} -> {'(known after apply)' if is_unknown else after}"
