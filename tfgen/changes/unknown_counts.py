"""Blocks whose instances only Terraform can count."""

from collections.abc import Iterator

from tfgen.changes.change import Change, KnownStack, is_created, is_replaced
from tfgen.changes.names import Consequence, about_names
from tfgen.hcl.values import references_in

UNKNOWN_COUNT = (
    "{}: only Terraform can evaluate [this|each] for_each or count: terraform plan will show what is created "
    "and destroyed there."
)


def unknown_count_consequences(
    changes: tuple[Change, ...], old: KnownStack, new: KnownStack
) -> Iterator[Consequence]:
    """A sentence about those that differ from before, or refer to what is created or replaced."""
    before = {each.address: each.says for each in old.repeated}
    fresh = {change.address for change in changes if is_created(change) or is_replaced(change)}
    yield from about_names(
        {
            each.place
            for each in new.repeated
            if before.get(each.address) != each.says
            or not fresh.isdisjoint(used.address for used in references_in(each.says))
        },
        UNKNOWN_COUNT,
    )
