"""Pages that say each default of facts/replacement.json the other way: aloud where it is left out, and not
at all where it is said. For Terraform that is no change."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

Way = tuple[str, ...]
"""The names that lead to an argument: a type, blocks, and its own."""
Defaults = Mapping[str, Any]

# What every stack says otherwise, so that there is no default to turn.
SAID_OTHERWISE = {("aws_ecs_service", "wait_for_steady_state"), ("aws_ecs_task_definition", "skip_destroy")}

_RESOURCE = re.compile(r'^(?P<head>resource "(?P<kind>\w+)" .*)\n(?P<body>(?s:.*?\n))\}\n', re.MULTILINE)


def turned(pages: Mapping[str, str], defaults: Mapping[str, Defaults]) -> tuple[dict[str, str], set[Way]]:
    """The pages with their defaults the other way, and which ones these are."""
    found: set[Way] = set()

    def resource(match: re.Match[str]) -> str:
        kind = match["kind"]
        body = match["body"]
        for name, default in defaults.get(kind, {}).items():
            body, ways = _turned(body, name, default, "  ")
            found.update((kind, *way) for way in ways)
        return f"{match['head']}\n{body}}}\n"

    return {path: _RESOURCE.sub(resource, text) for path, text in pages.items()}, found


def _turned(body: str, name: str, default: Any, indent: str) -> tuple[str, set[Way]]:
    """A body with one default the other way. An argument that says something else stays."""
    if isinstance(default, dict):
        return _with_blocks(body, name, default, indent)
    said = re.search(rf"^{indent}{name} += (.*)\n", body, re.MULTILINE)
    if said is None:
        return f"{indent}{name} = {json.dumps(default)}\n{body}", {(name,)}
    if said[1] == json.dumps(default):
        return body.replace(said[0], ""), {(name,)}
    return body, set()


def _with_blocks(body: str, name: str, defaults: Defaults, indent: str) -> tuple[str, set[Way]]:
    """Where there is no block of that name, one that says nothing but defaults comes."""
    found: set[Way] = set()

    def block(match: re.Match[str]) -> str:
        inside = match["inside"]
        for argument, default in defaults.items():
            inside, ways = _turned(inside, argument, default, f"{indent}  ")
            found.update((name, *way) for way in ways)
        return f"{indent}{name} {{\n{inside}{indent}}}\n"

    blocks = re.compile(rf"^{indent}{name} \{{\n(?P<inside>(?s:.*?)){indent}\}}\n", re.MULTILINE)
    if not blocks.search(body):
        body = f"{body}{indent}{name} {{\n{indent}}}\n"
    return blocks.sub(block, body), found


def ways(defaults: Defaults) -> Iterator[Way]:
    """The way to each default."""
    for name, default in defaults.items():
        if isinstance(default, dict):
            yield from ((name, *way) for way in ways(default))
        else:
            yield (name,)
