"""What tfgen made and somebody committed: tests compare it with what tfgen makes now, and TFGEN_REWRITE=1
(`make accept`) writes what it makes now, to be read as a diff."""

import inspect
import os
import re
from collections.abc import Callable
from pathlib import Path

REWRITE = bool(os.environ.get("TFGEN_REWRITE"))


def is_used_by(test: Callable[..., object]) -> bool:
    """Whether a test compares with something committed."""
    test = inspect.unwrap(test)
    used = [test.__globals__.get(name) for name in test.__code__.co_names]
    return committed in used or shown in used


def committed(path: Path, now: str) -> str:
    """The text of a committed file; after a rewrite it is `now`."""
    if REWRITE and (not path.exists() or path.read_text(encoding="utf-8") != now):
        path.write_text(now, encoding="utf-8")
    return path.read_text(encoding="utf-8")


def shown(page: Path, start: str, now: str, number: int = 0) -> str:
    """What stands in a page of the documentation behind `start`, up to the end of its block; after a rewrite
    it is `now`. `number` counts the places where the page has `start`."""
    text = page.read_text(encoding="utf-8")
    places = [match.end() for match in re.finditer(re.escape(start), text)]
    assert len(places) > number, f"{page.name} does not show {start!r}"
    begin = places[number]
    end = text.index("```", begin)
    return committed(page, text[:begin] + now + text[end:])[begin:].partition("```")[0]
