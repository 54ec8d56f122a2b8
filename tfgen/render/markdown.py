"""Python values as text of a README: filters `markdown`, `code` for its blocks, `mermaid` for its diagram."""

import re

from tfgen.hcl.printer import Hcl
from tfgen.texts import in_line

# What Markdown or HTML, and what the label of a Mermaid diagram, could take for markup.
# GitHub's Markdown makes a link of a bare address, too; with `://` there are only our own.
_MARKUP = re.compile(r'[\\`*\[\]<>|&"~$]|(?<=www)\.', re.IGNORECASE)
_FENCE = re.compile(r"`{3,}|~{3,}")
_LABEL = re.compile(r'[\\`*\[\]<>|&"~$#;{}]')


def markdown(value: object) -> Hcl:
    """`value` as one line of plain text; characters that could be markup become HTML entities."""
    text = in_line(" ".join(str(value).split()))
    return Hcl(_MARKUP.sub(lambda match: f"&#{ord(match[0])};", text))


def code(value: object) -> Hcl:
    """`value` as one line of a block of code, where entities stay as they are; it cannot end the block."""
    text = in_line(" ".join(str(value).split()))
    return Hcl(_FENCE.sub(lambda match: " ".join(match[0]), text))


def mermaid(value: object) -> Hcl:
    """`value` as a label's text; Mermaid writes an entity without the ampersand: mermaid/flowchart."""
    text = in_line(" ".join(str(value).split()))
    return Hcl(_LABEL.sub(lambda match: f"#{ord(match[0])};", text))
