"""How many there are of what only Terraform can count."""

from collections.abc import Iterator

from tfgen.changes.called import Said, naming
from tfgen.changes.change import Change, KnownStack, created, replaced
from tfgen.hcl.values import references

UNKNOWN = (
    "{}: only Terraform can evaluate [this|each] for_each or count: terraform plan will show what is created "
    "and destroyed there."
)


def unknown(changes: tuple[Change, ...], old: KnownStack, new: KnownStack) -> Iterator[Said]:
    """A sentence about those that say something else than before, or refer to what is made anew."""
    before = {each.address: each.says for each in old.repeated}
    fresh = {change.address for change in changes if created(change) or replaced(change)}
    yield from naming(
        {
            each.place
            for each in new.repeated
            if before.get(each.address) != each.says
            or not fresh.isdisjoint(used.address for used in references(each.says))
        },
        UNKNOWN,
    )
