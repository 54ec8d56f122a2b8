"""Python values as text of a README: the filters `markdown`, and `mermaid` for its diagram."""

import re

from tfgen.render.hcl import Hcl

# What Markdown or HTML, and what the label of a Mermaid diagram, could take for markup.
_MARKUP = re.compile(r'[\\`*\[\]<>|&"~$]')
_LABEL = re.compile(r'[\\`*\[\]<>|&"~$#;{}]')


def markdown(value: object) -> Hcl:
    """`value` as one line of plain text; characters that could be markup become HTML entities."""
    text = " ".join(str(value).split())
    return Hcl(_MARKUP.sub(lambda match: f"&#{ord(match[0])};", text))


def mermaid(value: object) -> Hcl:
    """`value` as a label's text; Mermaid writes an entity without the ampersand: mermaid/flowchart."""
    text = " ".join(str(value).split())
    return Hcl(_LABEL.sub(lambda match: f"#{ord(match[0])};", text))
