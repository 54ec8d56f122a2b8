"""Reads pages back with python-hcl2. The only importer of hcl2, which is slow to load."""

from io import StringIO

import hcl2

from tfgen.problems import Location, Problem


def verify(pages: dict[str, str]) -> list[Problem]:
    """A problem for every page of HCL that does not parse; `pages` maps a path to its text."""
    found = (_parse(path, text) for path, text in pages.items() if path.endswith(".tf"))
    return [problem for problem in found if problem]


def _parse(path: str, text: str) -> Problem | None:
    try:
        hcl2.load(StringIO(text))
    except Exception as error:
        line = getattr(error, "line", 0)
        at = (
            Location(path, max(0, line or 0), max(1, getattr(error, "column", 1) or 1))
            if line
            else Location(path)
        )
        hint = "if somebody edited it, see what Terraform says; rendering again replaces what tfgen wrote"
        return Problem("TG401", at, "python-hcl2 cannot read this as HCL", hint)
    return None
