"""tfgen generates Terraform for AWS Fargate from one short spec.

The public API of the package, small and typed:

    pages, problems = tfgen.render_text(text)    # {path: text}, empty if the spec has errors
    for problem in problems: ...                 # .code .severity .at .message .hint

Importing it is cheap; the first call loads the modules that do the work.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from tfgen.pipe import Outcome
    from tfgen.problems import Problem

__version__ = "0.1.0"
__all__ = ["__version__", "render_file", "render_text"]


def render_text(
    text: str, name: str = "spec.yaml", *, as_module: bool = False, templates: Path | None = None
) -> tuple[dict[str, str], tuple[Problem, ...]]:
    """The pages of a spec in YAML, by their paths in the stack's folder, and its problems.

    `name` is the spec's file name in headers and messages. If a problem is an error, there are no pages.
    `templates` is a folder of templates that replace built-in ones. Writes nothing.
    """
    from tfgen import pipe

    return _pages(pipe.run_text(text, name, as_module=as_module, templates=templates))


def render_file(
    path: Path, *, as_module: bool = False, templates: Path | None = None
) -> tuple[dict[str, str], tuple[Problem, ...]]:
    """`render_text` for a file. A file that cannot be read is a problem, not an exception."""
    from tfgen import pipe

    return _pages(pipe.run_file(path, as_module=as_module, templates=templates))


def _pages(outcome: Outcome) -> tuple[dict[str, str], tuple[Problem, ...]]:
    return {} if outcome.failed else dict(outcome.pages()), outcome.problems
