"""The arguments that `ignore_changes` names, by the provider's schema."""

from tfgen.facts.provider import Attribute, Schema
from tfgen.hcl.traversal import Steps

Here = Schema | Attribute | None
"""What steps have led to: a body with names, what has a name, or a single value."""


def first_wrong_step(schema: Schema, steps: Steps) -> tuple[int, Here] | None:
    """Where the steps lead no further: how many led somewhere, and what is there. None if all of them do."""
    here: Here = schema
    for index, step in enumerate(steps):
        try:
            here = _step_into(here, step.kind, step.text)
        except KeyError:
            return index, here
    return None


def _step_into(here: Here, kind: str, text: str) -> Here:
    """What one step leads to. Raises KeyError where it leads nowhere, as with any step into a set."""
    if isinstance(here, Attribute):
        if here.shape == "computed":  # the table does not say what: tags_all is a map
            return here
        if here.shape == "block" and here.nesting == "single":  # timeouts
            return _step_into(here.inside, kind, text)
        if here.shape == "block" and here.nesting == "list" and kind == "index":
            return here.inside
        if (here.shape, kind) in (("list", "index"), ("map", "name"), ("map", "key")):
            return None
    elif here is not None and kind == "name":
        return here[text]
    raise KeyError(text)
