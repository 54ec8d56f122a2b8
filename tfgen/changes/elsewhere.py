"""What makes another stack of it: another Region, or another place for its state."""

from collections.abc import Iterator

from tfgen.changes.called import Said
from tfgen.changes.compare import Change, is_elsewhere, lost
from tfgen.changes.stack import Stack
from tfgen.changes.values import Value


def another_region(changes: tuple[Change, ...], old: Stack, new: Stack) -> Iterator[Said]:
    """One sentence: what stands is out of Terraform's sight, and only what has no Region is still found."""
    if not is_elsewhere(old, new):
        return
    was, will_be = old.provider["region"], new.provider["region"]
    roles = any(change.type == "aws_iam_role" and lost(change) for change in changes)
    yield Said(
        f"The region changes from {was} to {will_be}: Terraform finds nothing there, makes everything anew "
        f"and forgets what stands, which runs on in {was}"
        + (", but without its roles, which have no region and are replaced" if roles else "")
        + ". Destroy the old stack first, or keep both, each with a state of its own (version 6 of the AWS "
        "provider plans otherwise: docs/changes.md)."
    )


def another_state(old: Stack, new: Stack) -> Iterator[Said]:
    """What terraform init asks for before any plan."""
    was, will_be = old.state, new.state
    if was == will_be:
        return
    if _place(was) != _place(will_be):
        yield Said("The state is kept elsewhere: terraform init must move it (-migrate-state).")
    elif was[-1].get("region") == will_be[-1].get("region"):
        yield Said("The backend gets other settings: terraform init asks for -reconfigure.")
    else:
        bucket, region = (will_be[-1].get(name) for name in ("bucket", "region"))
        yield Said(
            f"The state is looked for in {region}, and bucket {bucket} does not move: unless it was there "
            "before, terraform init fails. Name its own region under backend in the spec."
        )


def _place(state: Value) -> Value:
    """Where a state is: of S3, the bucket and the key; of any other kind all that it says."""
    match state:
        case ("backend", "s3", values):
            return tuple(values.get(name) for name in ("bucket", "key", "workspace_key_prefix"))
    return state
