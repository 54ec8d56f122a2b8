"""Sentences about changes apart from what they cost: prices change, and tests of the others need not."""

from collections.abc import Iterable


def apart_from_cost(sentences: Iterable[str]) -> tuple[str, ...]:
    return tuple(each for each in sentences if not each.startswith("Before traffic"))
