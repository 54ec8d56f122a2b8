"""Checks what a user changes in the pages: overrides of the spec, and templates."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from tfgen.blueprint.model import Blueprint
from tfgen.problems import Locate, Location, Problem, has_errors
from tfgen.render import laws, overrides, pages, user_templates
from tfgen.render.verify import verify_pages

Pages = Mapping[str, str]


class CheckedPages(NamedTuple):
    """What was found, and the pages without and with the overrides; none where they cannot be made."""

    problems: list[Problem]
    before: Pages = MappingProxyType({})
    after: Pages = MappingProxyType({})


def check_pages(blueprint: Blueprint, templates: Path | None, at: Locate) -> CheckedPages:
    """The pages, and what overrides and templates have wrong; those that either had a hand in are parsed.

    `at` tells where the spec has the key that a path leads to.
    """
    problems = laws.check_templates(templates) if templates else []
    if has_errors(problems):
        return CheckedPages(problems)
    made, problems = laws.render_under_laws(blueprint, templates)
    if has_errors(problems):
        return CheckedPages(problems)
    patched, problems = overrides.apply_overrides(made, blueprint, at)
    own = user_templates.template_texts(templates) if templates else {}
    touched = {
        path: text for path, text in patched.items() if text != made[path] or _templates_behind(path, own)
    }
    unread = [_no_hcl(found, templates, at) for found in verify_pages(touched)]
    return CheckedPages([*problems, *unread], made, patched)


def _templates_behind(page: str, own: Mapping[str, str]) -> list[str]:
    """The names of the user's templates, of which `own` are the texts, that may have made a page."""
    return [name for name in pages.templates_of(page, own) if name in own] if own else []


def _no_hcl(found: Problem, templates: Path | None, at: Locate) -> Problem:
    """A page that does not parse, told where its template or the spec's overrides are."""
    page, line = found.at.file, found.at.line
    message = f"the file {page} would not be valid HCL{f' (its line {line})' if line else ''}"
    if templates and (behind := _templates_behind(page, user_templates.template_texts(templates))):
        hint = "compare it with the template in tfgen's own folder"
        return Problem("TG268", Location(str(templates / behind[0])), message, hint)
    return Problem("TG268", at(("overrides",)), message, "find the value that python-hcl2 cannot parse")
