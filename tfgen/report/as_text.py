"""For people: every problem with its line of the spec, and the counts."""

from tfgen.problems import report_problems
from tfgen.report import Findings, summarize_findings

# Parameters of the escape sequence that selects a colour: ECMA-48, SGR.
_COLOURS = {"error": "1;31", "warning": "1;33", "note": "1;36", "place": "1"}


def text(findings: Findings, *, colour: bool, width: int = 0) -> str:
    paint = {"paint": _painted_text} if colour else {}
    problems = report_problems(findings.problems, findings.files, width=width, **paint)
    return "\n\n".join(filter(None, (problems, summarize_findings(findings))))


def _painted_text(text: str, what: str) -> str:
    return f"\x1b[{_COLOURS[what]}m{text}\x1b[0m"
