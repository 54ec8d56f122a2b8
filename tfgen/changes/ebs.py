"""The EBS volumes that ECS creates for the tasks of a service."""

from collections.abc import Mapping
from typing import Any

from tfgen.changes.change import Change, KnownStack, updates
from tfgen.hcl.values import references_in

_CONFIGURATION = "volume_configuration"


def loses_ebs(change: Change) -> bool:
    """Whether a service has an EBS volume no more. The provider passes an empty list on as no list, for which
    ECS keeps the volume (terraform-provider-aws pull request 49185, which was open in July 2026)."""
    return updates(_CONFIGURATION)(change) and bool(_names(change.old)) and not _names(change.new)


def replaces_ebs(change: Change) -> bool:
    """Whether new tasks of a service have another kind of EBS volume, or one where old ones had another."""
    return updates(_CONFIGURATION)(change) and bool(_names(change.old)) and bool(_names(change.new))


def is_kept_without_ebs(change: Change, old: KnownStack) -> bool:
    """Whether a service gets an EBS volume that its kept task definition lacks."""
    if "task_definition" not in change.kept or not updates(_CONFIGURATION)(change):
        return False
    used = [old.resources.get(each.address) for each in references_in(change.new.get("task_definition"))]
    known = [_volumes(task.arguments) for task in used if task]
    return any(not _names(change.new) <= names for names in known)


def _names(service: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(str(each.get("name")) for each in service.get(_CONFIGURATION, ()))


def _volumes(task: Mapping[str, Any]) -> frozenset[str]:
    """The volumes of a task definition that a service configures."""
    volumes = task.get("volume", ())
    return frozenset(str(each.get("name")) for each in volumes if each.get("configure_at_launch"))
