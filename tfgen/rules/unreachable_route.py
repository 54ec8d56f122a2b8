"""Routes whose requests all match other rules first."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem
from tfgen.routing.conflicts import Shadow, find_conflicts, is_inside
from tfgen.routing.table import Entry, entries_by_listener

ID = "TG380"
SEVERITY = "error"
TITLE = "Every route receives some requests"
WHY = (
    "A load balancer evaluates its rules by priority and applies the first that matches, so a rule whose "
    "requests all match earlier rules never applies, and its target never receives them."
)
SOURCE = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-rules.html"
BAD = """\
services:
  web:
    port: 3000
    routes: [{path: /, priority: 10}]
  api:
    port: 5000
    routes: [/api]
"""
GOOD = """\
services:
  web:
    port: 3000
    routes: [/]
  api:
    port: 5000
    routes: [/api]
"""
FAILS = (
    "services:\n"
    "  a: {port: 1, routes: [/api]}\n"
    "  b: {port: 1, routes: [{path: /api/users, priority: 49000}]}\n",
    "services:\n  a: {port: 1, routes: [/api*]}\n  b: {port: 1, routes: [/api, '/api?*']}\n",
    "services:\n"
    "  a: {port: 1, routes: [{path: /api, methods: [GET, POST], priority: 1}]}\n"
    "  b: {port: 1, routes: [{path: /api/*, host: a.com, methods: [GET]}]}\n",
    "services:\n"
    "  a: {port: 1, routes: [{source: [10.0.0.0/9], priority: 1}]}\n"
    "  b: {port: 1, routes: [{source: [10.128.0.0/9], priority: 2}]}\n"
    "  c: {port: 1, routes: [{source: [10.0.0.0/8], priority: 3}]}\n",
    "services:\n"
    "  a: {port: 1, routes: [{source: [10.0.0.0/10, 10.64.0.0/10, 10.128.0.0/9], priority: 1}]}\n"
    "  b: {port: 1, routes: [{source: [10.0.0.0/9], priority: 2}]}\n"
    "  c: {port: 1, routes: [{source: [10.0.0.0/8, 10.192.0.0/11], priority: 3}]}\n",
    "services:\n  a: {port: 1, routes: ['/img*']}\n  b: {port: 1, routes: ['/img**']}\n",
)
PASSES = (
    "services:\n"
    "  a: {port: 1, routes: [{source: [10.0.0.0/9], priority: 1}]}\n"
    "  b: {port: 1, routes: [{source: [10.128.0.0/10], priority: 2}]}\n"
    "  c: {port: 1, routes: [{source: [10.0.0.0/8], priority: 3}]}\n",
    "services:\n"
    "  a: {port: 1, routes: [{path: /api, priority: 2}]}\n"
    "  b: {port: 1, routes: [{path: /api/users, priority: 1}]}\n",
    "services:\n  a: {port: 1, routes: [/api*]}\n  b: {port: 1, routes: [/api, '/api/?*']}\n",
    "services:\n"
    "  a: {port: 1, routes: [{path: /api, methods: [GET], priority: 1}]}\n"
    "  b: {port: 1, routes: [{path: /api, methods: [POST], priority: 2}]}\n",
    "load_balancer: {listeners: {http: 80, inner: 81}}\n"
    "services:\n"
    "  a: {port: 1, routes: [{path: /, priority: 1}]}\n"
    "  b: {port: 1, listener: inner, routes: [/api]}\n",
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    for listener in entries_by_listener(blueprint).values():
        for shadow in find_conflicts(listener).shadows:
            yield Problem(ID, shadow.entry.rule.at, _message(shadow), _hint(shadow, listener), SEVERITY)


def _message(shadow: Shadow) -> str:
    takers = [f"{entry} (line {entry.rule.at.line}) of {entry.answerer}" for entry in shadow.by]
    before = ", ".join(str(entry.rule.priority) for entry in shadow.by)
    takes = "matches" if len(takers) == 1 else "together match"
    return (
        f"the route {shadow.entry} receives no requests: {' and '.join(takers)} {takes} all of them first "
        f"(priority {before} before {shadow.entry.rule.priority})"
    )


def _hint(shadow: Shadow, listener: tuple[Entry, ...]) -> str:
    entry, (first, *others) = shadow.entry, shadow.by
    if not others and is_inside(first, entry):
        return "remove one of them: they match the same requests"
    pinned = [str(each) for each in (entry, first) if each.rule.pinned]
    if pinned and not others:
        names = " and ".join(pinned)
        return f"remove the priority of {names}: tfgen then has the more specific route evaluated first"
    free = _free_before(shadow, listener)
    return f"remove it, or have it evaluated first: priority: {free}" if free else "remove it"


def _free_before(shadow: Shadow, listener: tuple[Entry, ...]) -> int:
    """The last free priority before the routes in front; 0 where there is none."""
    taken = {entry.rule.priority for entry in listener}
    first = min(entry.rule.priority for entry in shadow.by)
    return next((number for number in range(first - 1, 0, -1) if number not in taken), 0)
