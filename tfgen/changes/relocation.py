"""Changes of the Region, of the place of the state, and of the provider's versions."""

import re
from collections.abc import Iterable, Iterator, Mapping

from tfgen.changes.change import Change, KnownStack, changes_region, is_lost
from tfgen.changes.names import Consequence, about_names
from tfgen.hcl.values import Value


def region_consequences(
    changes: tuple[Change, ...], old: KnownStack, new: KnownStack
) -> Iterator[Consequence]:
    """A sentence about another Region, where Terraform finds only what has no Region."""
    if not changes_region(old, new):
        return
    was, will_be = old.provider["region"], new.provider["region"]
    roles = any(change.type == "aws_iam_role" and is_lost(change) for change in changes)
    yield Consequence(
        f"The region changes from {was} to {will_be}: Terraform finds nothing there, creates everything "
        f"again and forgets the old stack, which keeps running in {was}"
        + (", but without its roles, which have no region and are replaced" if roles else "")
        + ". Destroy the old stack first, or keep both, each with its own state (version 6 of the AWS "
        "provider plans this differently: docs/changes.md)."
    )


def provider_consequences(old: KnownStack, new: KnownStack) -> Iterator[Consequence]:
    """A sentence about newer versions of the provider, which terraform init must find first. Whatever is in
    the lock file satisfies a range that begins lower."""
    was, will_be = old.provider_range, new.provider_range
    if isinstance(was, str) and isinstance(will_be, str) and _oldest(was) < _oldest(will_be):
        yield Consequence(
            f"The stack requires version {will_be} of the AWS provider instead of {was}: unless the lock "
            "file has such a version, terraform init requires -upgrade. Apply that before any other change."
        )


def _oldest(provider_range: str) -> tuple[int, ...]:
    """The first version of a range as every stack has it: `>= 6.0.0, < 7.0.0`."""
    return tuple(map(int, re.findall(r"\d+", provider_range.partition(",")[0])))


def module_consequences(old: KnownStack, new: KnownStack) -> Iterator[Consequence]:
    """A sentence about modules that no folder with this stack has installed yet."""
    known = _modules(old.resources)
    if known:
        yield from about_names(_modules(new.resources) - known, _NEW_MODULE)


_NEW_MODULE = "{}: the stack has [this new module|these new modules], which terraform init installs first."


def _modules(addresses: Iterable[str]) -> set[str]:
    return {address.split(".")[1] for address in addresses if address.startswith("module.")}


def state_consequences(old: KnownStack, new: KnownStack) -> Iterator[Consequence]:
    """Sentences about what terraform init needs before any plan."""
    was, will_be = old.state, new.state
    if was == will_be:
        return
    moves = _state_location(was) != _state_location(will_be)
    if moves:
        yield Consequence(_moved_state(_s3_settings(was), _s3_settings(will_be), changes_region(old, new)))
    before, after = _s3_settings(was), _s3_settings(will_be)
    if before.get("bucket") == after.get("bucket") and before.get("region") != after.get("region"):
        yield Consequence(
            f"The backend looks for bucket {after.get('bucket')} in {after.get('region')}, but a bucket does "
            "not move: unless it is there already, terraform init fails. Set its own region under backend "
            "in the spec."
        )
    elif not moves:
        yield Consequence("The settings of the backend change: terraform init requires -reconfigure.")


def _moved_state(before: Mapping[str, Value], after: Mapping[str, Value], elsewhere: bool) -> str:
    """About a state in another place; `elsewhere` says that the stack is in another Region too."""
    keys = before.get("key"), after.get("key")
    only_the_key = before.get("bucket") == after.get("bucket") and all(isinstance(key, str) for key in keys)
    if only_the_key and elsewhere:
        return (
            f"The key of the state changes with the region, from {keys[0]} to {keys[1]}: terraform init "
            "-reconfigure starts an empty state there, and everything is created beside the old stack, which "
            "keeps its own. With -migrate-state the state moves, and Terraform forgets the old stack."
        )
    moved = (
        "The location of the state changes: move it with terraform init -migrate-state; with an empty state "
        "Terraform creates everything a second time."
    )
    return (
        f"{moved} To leave it where it is, write key: {keys[0]} under backend in the spec."
        if only_the_key
        else moved
    )


def _s3_settings(state: Value) -> Mapping[str, Value]:
    """The settings of an S3 backend; empty for any other."""
    match state:
        case ("backend", "s3", Mapping() as values):
            return values
    return {}


def _state_location(state: Value) -> Value:
    """Where a state is: of S3, the bucket and the key; of any other backend all settings."""
    values = _s3_settings(state)
    return tuple(values.get(name) for name in ("bucket", "key", "workspace_key_prefix")) if values else state
