"""For code scanning: SARIF 2.1.0, one run. Ignored problems are included as suppressed.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

import json
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from tfgen.problems import Location, Problem
from tfgen.report import Findings, rulebook

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def text(findings: Findings, *, colour: bool) -> str:  # noqa: ARG001 - the same for every format
    problems = [*findings.problems, *(ignored.problem for ignored in findings.ignored)]
    codes = sorted({problem.code for problem in problems})
    driver = {"name": "tfgen", "version": findings.version, "rules": [_rule_object(code) for code in codes]}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [
            *(_result_object(problem, codes, []) for problem in findings.problems),
            *(
                _result_object(each.problem, codes, [_suppression_object(each.reason)])
                for each in findings.ignored
            ),
        ],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)


def _rule_object(code: str) -> dict[str, Any]:
    entry = rulebook.entry_of_code(code)
    rule = {"id": code, "shortDescription": {"text": entry.title}, "fullDescription": {"text": entry.why}}
    if not entry.source:
        return rule
    return {
        **rule,
        "helpUri": entry.source,
        "help": {"text": rulebook.entry_as_text(entry), "markdown": rulebook.entry_as_markdown(entry)},
        "defaultConfiguration": {"level": entry.severity},
    }


def _result_object(
    problem: Problem, codes: Sequence[str], suppressions: list[dict[str, str]]
) -> dict[str, Any]:
    hint = f"\nhint: {problem.hint}" if problem.hint else ""
    return {
        "ruleId": problem.code,
        "ruleIndex": codes.index(problem.code),
        "level": problem.severity,
        "message": {"text": problem.message + hint},
        "locations": [{"physicalLocation": _location_object(problem.at)}],
        "suppressions": suppressions,
    }


def _suppression_object(reason: str) -> dict[str, str]:
    said = {"kind": "inSource", "status": "accepted"}
    return {**said, "justification": reason} if reason else said


def _location_object(at: Location) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": {"uri": _uri_of_file(at.file)}}
    if at.line:
        place["region"] = {
            "startLine": at.line,
            "startColumn": at.column,
            "endColumn": at.column + at.width,
        }
    return place


def _uri_of_file(file: str) -> str:
    """A relative path as a relative URI reference, escaped where necessary."""
    path = Path(file)
    if path.is_absolute():
        return path.as_uri()
    return PurePosixPath("/", path.as_posix()).as_uri().removeprefix("file:///") or "."
