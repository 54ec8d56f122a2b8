"""Parses pages with python-hcl2. The only importer of hcl2, which is slow to load."""

from io import StringIO

import hcl2

from tfgen.problems import Location, Problem


def verify_pages(pages: dict[str, str]) -> list[Problem]:
    """A problem for every page of HCL that does not parse; `pages` maps a path to its text."""
    found = (_parse_page(path, text) for path, text in pages.items() if path.endswith(".tf"))
    return [problem for problem in found if problem]


_HINT = "correct this line if Terraform rejects it too; if tfgen owns the file, remove it and render again"


def _parse_page(path: str, text: str) -> Problem | None:
    try:
        hcl2.load(StringIO(text))
    except Exception as error:
        at = _location_of_error(error, path, text.splitlines())
        return Problem("TG401", at, "python-hcl2 cannot parse this as HCL", _HINT)
    return None


def _location_of_error(error: Exception, path: str, lines: list[str]) -> Location:
    """Where the parser stopped; after the last line, where that ends. It need not say."""
    line, column = getattr(error, "line", None), getattr(error, "column", None)
    if not isinstance(line, int) or not isinstance(column, int) or line < 1 or not lines:
        return Location(path)
    return (
        Location(path, line, max(1, column))
        if line <= len(lines)
        else Location(path, len(lines), len(lines[-1]) + 1)
    )
