"""Python values as text of a README: the `markdown` filter."""

import re

from tfgen.render.hcl import Hcl

# What Markdown, HTML or the label of a Mermaid diagram could take for markup.
_MARKUP = re.compile(r'[\\`*\[\]<>|&"~$]')


def markdown(value: object) -> Hcl:
    """`value` as one line of plain text; characters that could be markup become HTML entities."""
    text = " ".join(str(value).split())
    return Hcl(_MARKUP.sub(lambda match: f"&#{ord(match[0])};", text))
