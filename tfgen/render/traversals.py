"""What `ignore_changes` names: arguments, and what is in them, as `tags["Team"]` or `action[0].order`.

Nothing of a spec is printed as it stands there: a text is read by a grammar of names, whole numbers and
quoted keys, and what was read is printed anew, each key as the literal that it is.
"""

import re
from typing import NamedTuple

from tfgen.facts.provider import Attribute, Schema
from tfgen.render.hcl import quoted

_WORDS = ("false", "for", "null", "true")  # of HCL; as an argument none is a name
_STEP = re.compile(
    r"(?:^|(?<=[^.])\.)(?P<name>[A-Za-z_][A-Za-z0-9_-]*)"
    r"|\[(?P<index>0|[1-9][0-9]{0,8})\]"
    r'|\["(?P<key>[^"\\\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff]*)"\]',
    re.ASCII,
)


class Step(NamedTuple):
    """One step of a way into a resource: `kind` is name, index or key."""

    kind: str
    text: str


Steps = tuple[Step, ...]

Here = Schema | Attribute | None
"""What steps have led to: a body with names, what has a name, or a single value."""


def read(text: str) -> Steps | None:
    """The steps, of which the first is a name; or None where the text is no traversal."""
    steps: list[Step] = []
    end = 0
    while end < len(text):
        match = _STEP.match(text, end)
        if match is None or not (steps or match.lastgroup == "name"):
            return None
        steps.append(Step(str(match.lastgroup), match[str(match.lastgroup)]))
        end = match.end()
    return tuple(steps) if steps and steps[0].text not in _WORDS else None


def printed(steps: Steps) -> str:
    """The steps as Terraform reads them."""
    forms = {"name": ".{}", "index": "[{}]", "key": "[{}]"}
    texts = (
        forms[step.kind].format(quoted(step.text) if step.kind == "key" else step.text) for step in steps
    )
    return "".join(texts).removeprefix(".")


def stop(schema: Schema, steps: Steps) -> tuple[int, Here] | None:
    """Where the steps lead no further: how many led somewhere, and what is there. None if all of them do."""
    here: Here = schema
    for index, step in enumerate(steps):
        try:
            here = _after(here, step.kind, step.text)
        except KeyError:
            return index, here
    return None


def _after(here: Here, kind: str, text: str) -> Here:
    """What one step leads to. Raises KeyError where it leads nowhere, as with any step into a set."""
    if isinstance(here, Attribute):
        if here.shape == "computed":  # the table does not say what: tags_all is a map
            return here
        if here.shape == "block" and here.nesting == "single":  # timeouts
            return _after(here.inside, kind, text)
        if here.shape == "block" and here.nesting == "list" and kind == "index":
            return here.inside
        if (here.shape, kind) in (("list", "index"), ("map", "name"), ("map", "key")):
            return None
    elif here is not None and kind == "name":
        return here[text]
    raise KeyError(text)
