"""Rewrites: what a service gets instead of the path, the query or the host that were requested.

Facts are those of ELB/rule-transforms and botocore, elbv2 RewriteConfig. What becomes of the rest of a text
that an expression matches in part is not documented, so those that are derived here match the whole.
"""

import re
from collections.abc import Iterator

from tfgen.blueprint.model import Rewrite
from tfgen.hcl.text import Label
from tfgen.problems import Locate, Location, Problem, SpecPath
from tfgen.spec.model import Rewrite as RewriteSpec
from tfgen.spec.model import RewritePattern, Route

_SPECIAL = re.compile(r"[.$+]")
"""Those of the characters of a path that mean something in a regular expression."""
_UNSUPPORTED = {
    r"\(\?<?[=!]": "lookaheads and lookbehinds",
    r"\\[1-9]": "backreferences",
    r"\(\?>": "atomic groups",
    r"[*+?}]\+": "possessive quantifiers",
    r"\(\?(R|&|[0-9])": "subroutines and recursion",
    r"\\[pP]\{": "Unicode classes",
}


def build(said: RewriteSpec | None, path: str) -> tuple[Rewrite, ...]:
    """Those of the rule of one path."""
    if said is None:
        return ()
    found = []
    if said.prefix is not None:
        found.append(_of_url(*_for_prefix(path, said.prefix)))
    elif said.url:
        found.append(_of_url(said.url.regex, said.url.replace))
    if said.host is not None:
        pattern = said.host
        regex, replace = ("^.*$", pattern) if isinstance(pattern, str) else (pattern.regex, pattern.replace)
        found.append(
            Rewrite(
                type="host-header-rewrite",
                block=Label("host_header_rewrite_config"),
                regex=regex,
                replacement=replace,
            )
        )
    return tuple(found)


def _of_url(regex: str, replace: str) -> Rewrite:
    return Rewrite(type="url-rewrite", block=Label("url_rewrite_config"), regex=regex, replacement=replace)


def _for_prefix(path: str, prefix: str) -> tuple[str, str]:
    """A path and all below it under another one: with /, what is below it alone."""
    old, new = (_SPECIAL.sub(r"\\\g<0>", path.rstrip("/")), prefix.rstrip("/"))
    if not old:
        return "^/(.*)$", f"{new}/$1"
    return (f"^{old}(.*)$", f"{new}$1") if new else (f"^{old}/?(.*)$", "/$1")


# --- what is wrong with them


def problems(route: Route, path: SpecPath, at: Locate) -> Iterator[Problem]:
    said = route.rewrite
    if said is None:
        return
    where = at((*path, "rewrite"))
    if said.prefix is None and said.url is None and said.host is None:
        yield Problem("TG596", where, "this rewrite changes nothing", "write prefix:, url: or host:")
    if said.prefix is not None and said.url:
        yield Problem("TG596", where, "this rewrite has both prefix and url", "keep one of them")
    wild = [each for each in route.paths if "*" in each or "?" in each]
    if said.prefix is not None and wild:
        message = f"{wild[0]} is a pattern, of which nothing says where it ends"
        yield Problem("TG596", where, message, "write url: {regex: ..., replace: ...} instead of prefix")
    for key, pattern in (("url", said.url), ("host", said.host)):
        if isinstance(pattern, RewritePattern):
            yield from _pattern_problems(pattern, at((*path, "rewrite", key)))


def _pattern_problems(pattern: RewritePattern, where: Location) -> Iterator[Problem]:
    for sign, name in _UNSUPPORTED.items():
        if re.search(sign, re.sub(r"\\\\", "", pattern.regex)):
            yield Problem("TG596", where, f"a load balancer knows no {name}", "write the expression without")
            return
    try:
        groups = re.compile(pattern.regex).groups
    except re.error as error:
        message = f"{pattern.regex} is no regular expression: {error}"
        yield Problem("TG596", where, message, "correct it")
        return
    used = max((int(each) for each in re.findall(r"\$([0-9])", pattern.replace)), default=0)
    if used > groups:
        message = f"${used} stands for a group that the expression does not have: it has {groups}"
        hint = "write $1" if groups == 1 else f"write one of $1 to ${groups}"
        yield Problem("TG596", where, message, hint if groups else "add a group: (.*)")
