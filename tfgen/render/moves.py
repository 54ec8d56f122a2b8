"""The previous addresses of the resources of renamed services, for Terraform.

Nothing here lists the resources of a service. Their addresses are read from the pages of a stack whose
services have names that occur nowhere else, so that every label that contains a service's name is found.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise, product

from tfgen.blueprint.model import Part, Rename
from tfgen.hcl.text import Comment, Label, Ref

_HEAD = re.compile(r'^resource "(\w+)" "(\w+)"', re.MULTILINE)


class Move(Part, frozen=True):
    """Two addresses of one resource: where it was, and where it is."""

    source: Ref
    target: Ref


class Moves(Part, frozen=True):
    """The moves that belong to the page of one service."""

    comment: Comment
    moves: tuple[Move, ...]


def moves_of_services(renames: Iterable[Rename], pages: Iterable[str]) -> Iterator[Moves]:
    """The moves of each service, from its page with stand-ins for the names of services."""
    renames = tuple(renames)
    labels = {rename.stand_in: rename.labels for rename in renames}
    for rename, page in zip(renames, pages, strict=True):
        if found := tuple(_moves_of_page(page, labels)):
            yield Moves(comment=rename.comment, moves=found)


def _moves_of_page(page: str, labels: Mapping[Label, tuple[Label, ...]]) -> Iterator[Move]:
    stand_in = re.compile("|".join(map(re.escape, labels)))
    for kind, label in _HEAD.findall(page):
        pattern = stand_in.sub("{}", label)
        known = [labels[Label(each)] for each in stand_in.findall(label)]
        # Where two services were renamed, one may have been so before the other: all steps in one chain.
        for old, new in pairwise(pattern.format(*each) for each in product(*known)):
            yield Move(source=Ref(f"{kind}.{old}"), target=Ref(f"{kind}.{new}"))
