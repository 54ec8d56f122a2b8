"""The files that tell checkov and Trivy what stands in a stack, and why.

They are no templates: nothing from a spec is in them.
"""

from collections.abc import Iterable, Iterator

from tfgen.blueprint.model import LintFinding


def texts(findings: tuple[LintFinding, ...]) -> Iterator[tuple[str, str]]:
    """The path and the text of each file, if there are findings; without the header line."""
    if findings:
        yield ".checkov.yaml", _checkov_file(findings)
        yield ".trivyignore", _trivy_file(findings)


def _checkov_file(findings: Iterable[LintFinding]) -> str:
    """checkov reads it in the folder that it scans."""
    lines = ["skip-check:"]
    written: set[str] = set()
    for finding in findings:
        new = [each for each in finding.checkov if each not in written]
        written.update(new)
        if new:
            lines.append(f"  # {_reason(finding)}")
            lines += (f"  - {each}" for each in new)
    return "\n".join(lines) + "\n"


def _trivy_file(findings: Iterable[LintFinding]) -> str:
    """Trivy reads it in the folder that it is started in."""
    lines: list[str] = []
    for finding in findings:
        if finding.trivy:
            lines.append(f"# {_reason(finding)}")
            lines += finding.trivy
    return "\n".join(lines) + "\n"


def _reason(finding: LintFinding) -> str:
    return f"{finding.reason}{f' (the spec decides: {finding.choice})' if finding.choice else ''}."
