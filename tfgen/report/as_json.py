"""For programs, in the format that docs/check.md describes. It may grow but does not change."""

import json
from typing import Any

from tfgen.problems import Problem
from tfgen.report import Findings


def text(findings: Findings, *, colour: bool) -> str:  # noqa: ARG001 - the same for every format
    data = {
        "version": 1,
        "specs": list(findings.files),
        "counts": findings.counts(),
        "problems": [_problem_object(problem) for problem in findings.problems],
        "ignored": [
            {**_problem_object(ignored.problem), "reason": ignored.reason} for ignored in findings.ignored
        ],
    }
    return json.dumps(data, indent=2)


def _problem_object(problem: Problem) -> dict[str, Any]:
    """A problem of the whole file has no line, column and width."""
    at = problem.at
    place = (at.line, at.column, at.width) if at.line else (None, None, None)
    return {
        "code": problem.code,
        "severity": problem.severity,
        "file": at.file,
        **dict(zip(("line", "column", "width"), place, strict=True)),
        "message": problem.message,
        "hint": problem.hint,
    }
