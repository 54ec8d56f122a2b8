"""Routes that ask for some of the same requests, where nobody could say which answers."""

from collections.abc import Iterator
from itertools import groupby

from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem
from tfgen.routing.conflicts import Overlap, conflicts
from tfgen.routing.table import entries

ID = "TG381"
SEVERITY = "warning"
TITLE = "Of two routes that overlap, one is the more specific"
WHY = (
    "Where neither of two routes lies inside the other, only their priorities say which service answers what "
    "both ask for, and priorities that tfgen derives then say it by no rule that a reader could know."
)
SOURCE = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-rules.html"
BAD = """\
services:
  shop:
    port: 3000
    routes: [/shop/*]
  images:
    port: 8080
    routes: ["/*.png"]
"""
GOOD = """\
services:
  shop:
    port: 3000
    routes: [{path: /shop/*, priority: 20}]
  images:
    port: 8080
    routes: ["/*.png"]
"""
FAILS = (
    "services:\n"
    "  a: {port: 1, routes: [{host: 'api.*.com', path: /}]}\n"
    "  b: {port: 1, routes: [{host: '*.shop.com', path: /}]}\n",
    "services:\n"
    "  a: {port: 1, routes: [{host: '*.com', path: /a/b}]}\n"
    "  b: {port: 1, routes: [{host: '*.shop.com', path: /}]}\n",
    "services:\n"
    "  a: {port: 1, routes: [{path: '/a/*', priority: 5}, '/b/*', '/c/*', '/d/*', '/e/*']}\n"
    "  b: {port: 1, routes: ['/*/w']}\n",
    "services:\n"
    "  a: {port: 1, routes: [{path: /a, methods: [GET], priority: 5}]}\n"
    "  b: {port: 1, routes: [/a/b]}\n",
)
PASSES = (
    # Whoever gives one of them a priority has settled which comes first.
    "services:\n"
    "  a: {port: 1, routes: ['/*.png']}\n"
    "  b: {port: 1, routes: [{path: /b/*, priority: 50000}]}\n",
    # A host is a site of its own, and a longer path a place within.
    "services:\n  a: {port: 1, routes: [{host: a.com, path: /}]}\n  b: {port: 1, routes: [/b]}\n",
    "services:\n"
    "  a: {port: 1, routes: [{path: /, methods: [GET]}]}\n"
    "  b: {port: 1, routes: [{path: /b}, {path: /b/c, methods: [POST]}]}\n",
    # What both want, a third takes; nobody is left to wonder.
    "services:\n"
    "  a: {port: 1, routes: ['/a?']}\n"
    "  b: {port: 1, routes: [{path: '/?b', priority: 49999}]}\n"
    "  c: {port: 1, routes: ['/ab']}\n",
    # One service answers either way.
    "services:\n  a: {port: 1, routes: ['/a/*', '/*/b']}\n",
    "services:\n"
    "  a: {port: 1, routes: [{path: '/*.png', methods: [GET]}]}\n"
    "  b: {port: 1, routes: [{path: '/b*', methods: [POST]}]}\n",
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    """One problem for each route that is tried second, however many it meets."""
    for listener in entries(blueprint).values():
        for _, group in groupby(conflicts(listener).overlaps, key=lambda overlap: overlap.second):
            first, *others = group
            at = first.second.rule.at
            yield Problem(ID, at, f"{_message(first)}{_more(others)}", _hint(first), SEVERITY)


def _message(overlap: Overlap) -> str:
    first, second = overlap.first, overlap.second
    return (
        f"{second} and {first} (line {first.rule.at.line}) both take requests such as {overlap.example()}, "
        f'and neither is inside the other: "{first.service}" answers, for its route is tried first (priority '
        f"{first.rule.priority} before {second.rule.priority})"
    )


def _more(others: list[Overlap]) -> str:
    if not others:
        return ""
    named = [f"{overlap.first} (line {overlap.first.rule.at.line})" for overlap in others[:3]]
    more = [f"{len(others) - 3} more"] if len(others) > 3 else []
    return f"; likewise {', '.join([*named, *more])}"


def _hint(overlap: Overlap) -> str:
    """The priority of the one that has none given settles the order."""
    first, second = overlap.first.rule, overlap.second.rule
    place = f"on line {first.at.line}" if second.pinned else "here"
    priority = first.priority if second.pinned else second.priority
    return f"narrow one, or settle the order as it is: priority: {priority} {place}"
