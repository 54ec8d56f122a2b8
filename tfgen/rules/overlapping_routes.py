"""Routes that match some of the same requests, where neither is more specific."""

from collections.abc import Iterator
from itertools import groupby

from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem
from tfgen.routing.conflicts import Overlap, find_conflicts, is_inside
from tfgen.routing.table import entries_by_listener

ID = "TG381"
SEVERITY = "warning"
TITLE = "Of two routes that overlap, one is more specific"
WHY = (
    "Where neither of two routes is inside the other, only their priorities decide which service receives "
    "the requests that match both, and priorities that tfgen derives follow no order that a reader could "
    "predict."
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
    # A priority in the spec for one of them settles the order.
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
    """One problem for each route that is evaluated second, however many it overlaps."""
    for listener in entries_by_listener(blueprint).values():
        for _, group in groupby(find_conflicts(listener).overlaps, key=lambda overlap: overlap.second):
            first, *others = group
            at = first.second.rule.at
            yield Problem(ID, at, f"{_message(first)}{_more(others)}", _hint(first), SEVERITY)


def _message(overlap: Overlap) -> str:
    first, second = overlap.first, overlap.second
    inside = is_inside(first, second)
    return (
        f"{second} and {first} (line {first.rule.at.line}) both match requests such as "
        f"{overlap.example()}{'' if inside else ', and neither is inside the other'}: {first.answerer} "
        f"responds, because its route is evaluated first (priority {first.rule.priority} before "
        f"{second.rule.priority})"
        f"{f'; what remains for {second.answerer} is {overlap.rest()}' if inside else ''}"
    )


def _more(others: list[Overlap]) -> str:
    if not others:
        return ""
    named = [f"{overlap.first} (line {overlap.first.rule.at.line})" for overlap in others[:3]]
    more = [f"{len(others) - 3} more"] if len(others) > 3 else []
    return f"; likewise {', '.join([*named, *more])}"


def _hint(overlap: Overlap) -> str:
    """Setting the priority of the route that has none fixes the order."""
    first, second = overlap.first.rule, overlap.second.rule
    place = f"on line {first.at.line}" if second.pinned else "here"
    priority = first.priority if second.pinned else second.priority
    return f"narrow one, or keep this order explicitly: priority: {priority} {place}"
