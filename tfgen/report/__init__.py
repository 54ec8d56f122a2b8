"""The results of `tfgen check` for people and programs: one file per format."""

from collections import Counter
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Literal, NamedTuple

from tfgen.problems import Ignored, Problem

Format = Literal["text", "json", "sarif", "github"]


class Findings(NamedTuple):
    """The problems of some specs. `problems` and `ignored` are in order, each once."""

    files: Mapping[str, Sequence[str]]
    """The lines of each spec, by its name."""
    services: int
    """The number of services in the specs that could be read."""
    problems: Sequence[Problem]
    ignored: Sequence[Ignored]
    version: str
    """The version of tfgen."""
    jobs: int = 0
    """The number of jobs in the same specs."""

    def counts(self) -> dict[str, int]:
        """The number of problems of each severity, and of ignored ones."""
        found = Counter(problem.severity for problem in self.problems)
        severities = {severity: found[severity] for severity in ("error", "warning", "note")}
        return {**severities, "ignored": len(self.ignored)}


def format_findings(findings: Findings, form: Format, *, colour: bool = False, width: int = 0) -> str:
    """The findings in one of the formats, without a line break at the end.

    Text for people wraps at `width` columns, unless that is 0.
    """
    from_findings = import_module(f"{__name__}.as_{form}").text
    said: str = from_findings(findings, colour=colour, **({"width": width} if form == "text" else {}))
    return said


def summarize_findings(findings: Findings) -> str:
    """The counts, in one line: "1 error and 2 notes in 3 specs; 1 ignored"."""
    *severities, ignored = findings.counts().items()
    found = [_counted_noun(number, severity) for severity, number in severities if number]
    aside = f"; {ignored[1]} ignored" if ignored[1] else ""
    specs = _counted_noun(len(findings.files), "spec")
    if not found:
        jobs = f" and {_counted_noun(findings.jobs, 'job')}" if findings.jobs else ""
        return f"All is well: {specs} with {_counted_noun(findings.services, 'service')}{jobs}{aside}"
    *rest, last = found
    return f"{', '.join(rest)}{' and ' if rest else ''}{last} in {specs}{aside}"


def _counted_noun(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
