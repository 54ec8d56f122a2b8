"""How many there are of what only Terraform can count."""

from collections.abc import Iterator
from typing import NamedTuple

from tfgen.changes.called import Said, naming
from tfgen.changes.compare import Change, created, replaced
from tfgen.changes.folders import Folder
from tfgen.changes.graph import without_keys
from tfgen.changes.stack import Stack
from tfgen.hcl.values import Value, comparable, references

UNKNOWN = (
    "{}: only Terraform can work out this [for_each or count|for_each or count of each]: terraform plan will "
    "say what comes and goes there."
)


class Repeated(NamedTuple):
    """A block with a `for_each` or a `count` that is not known, where it stands, and what they come to."""

    address: str
    place: str
    says: Value


def unknown(changes: tuple[Change, ...], old: Stack, new: Stack) -> Iterator[Said]:
    """A sentence about those that say something else than before, or refer to what is made anew."""
    before = {each.address: each.says for each in _repeated(old)}
    fresh = {change.address for change in changes if created(change) or replaced(change)}
    yield from naming(
        {
            each.place
            for each in _repeated(new)
            if before.get(each.address) != each.says
            or not fresh.isdisjoint(used.address for used in references(each.says))
        },
        UNKNOWN,
    )


def _repeated(stack: Stack) -> Iterator[Repeated]:
    for module in stack.modules:
        for page in stack.folders.get(module.folder, Folder()).pages:
            for block in page.body.blocks:
                repeats = block.type in ("resource", "module")
                whole = module.blocks[block.type].get(block.labels) if repeats else None
                many, count = module.repetition(whole) if whole else (None, None)
                if not (isinstance(many, tuple | dict | None) and isinstance(count, int | None)):
                    address = without_keys(module.prefix) + ".".join((block.type, *block.labels))
                    yield Repeated(address, f"{page.path}:{block.line}", comparable((many, count)))
