"""For GitHub Actions: workflow commands, which it shows on the lines of a pull request.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from tfgen.problems import Problem
from tfgen.report import Findings, summarize_findings
from tfgen.texts import in_line

_COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}


def text(findings: Findings, *, colour: bool) -> str:  # noqa: ARG001 - the same for every format
    return "\n".join([*map(_annotation_line, findings.problems), summarize_findings(findings)])


def _annotation_line(problem: Problem) -> str:
    at = problem.at
    place = {"line": at.line, "col": at.column, "endColumn": at.column + at.width} if at.line else {}
    properties = {"file": at.file, **place, "title": f"tfgen {problem.code}"}
    said = ",".join(f"{name}={_escaped_property(str(value))}" for name, value in properties.items())
    hint = f"\nhint: {in_line(problem.hint)}" if problem.hint else ""
    return f"::{_COMMANDS[problem.severity]} {said}::{_escaped_data(in_line(problem.message) + hint)}"


def _escaped_data(text: str) -> str:
    """As the runner's toolkit escapes it, packages/core/src/command.ts."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escaped_property(text: str) -> str:
    return _escaped_data(text).replace(":", "%3A").replace(",", "%2C")
