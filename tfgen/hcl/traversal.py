"""Traversals into a resource, as `ignore_changes` names them: `tags["Team"]`, `action[0].order`.

No text of a spec is printed as it is: it is read by a grammar of names, whole numbers and quoted keys, in
which `${` means nothing, and printed from its parts, each key as the literal that it is.
"""

import re
from typing import NamedTuple

from tfgen.hcl.printer import quoted_text
from tfgen.hcl.syntax import Attribute, Index, Name, Node

_WORDS = ("false", "for", "null", "true")  # of HCL; as an argument none is a name
_STEP = re.compile(
    r"(?:^|(?<=[^.])\.)(?P<name>[A-Za-z_][A-Za-z0-9_-]*)"
    r"|\[(?P<index>0|[1-9][0-9]{0,8})\]"
    r'|\["(?P<key>[^"\\\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff]*)"\]',
    re.ASCII,
)


class Step(NamedTuple):
    """One step of a traversal: `kind` is name, index or key."""

    kind: str
    text: str


Steps = tuple[Step, ...]


def read_traversal(text: str) -> Steps | None:
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


def print_traversal(steps: Steps) -> str:
    """The steps as Terraform reads them."""
    forms = {"name": ".{}", "index": "[{}]", "key": "[{}]"}
    texts = (
        forms[step.kind].format(quoted_text(step.text) if step.kind == "key" else step.text) for step in steps
    )
    return "".join(texts).removeprefix(".")


def words_of_reference(node: Node) -> tuple[str, ...]:
    """`a.b.c` as its words, or () where the expression is no plain reference."""
    if isinstance(node, Name):
        return (node.name,)
    if isinstance(node, Attribute | Index):
        before = words_of_reference(node.of)
        key = node.name if isinstance(node, Attribute) else getattr(node.key, "value", None)
        return (*before, str(key)) if before and key is not None else ()
    return ()
