"""A response that says that it is JSON, and is not."""

import json
from collections.abc import Iterator
from typing import Any

from tfgen.blueprint.model import Blueprint, FixedResponse
from tfgen.problems import Location, Problem

ID = "TG406"
SEVERITY = "warning"
TITLE = "A response of the load balancer of the type application/json is JSON"
WHY = (
    "A client that expects JSON cannot read the response. Without a body, the response is what the status "
    "code is called."
)
SOURCE = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-action-types.html"


def _spec(response: str) -> str:
    return (
        f"load_balancer: {{listeners: {{http: {{port: 80, default: {{respond: {{{response}}}}}}}}}}}\n"
        "services: {web: {port: 80, listener: http, routes: [/]}}\n"
    )


BAD = """\
load_balancer:
  listeners:
    http: {port: 80, default: {respond: {status: 404, type: application/json}}}
services:
  web: {port: 80, listener: http, routes: [/api]}
"""
GOOD = """\
load_balancer:
  listeners:
    http: {port: 80, default: {respond: {status: 404, type: application/json, body: '{"error": 404}'}}}
services:
  web: {port: 80, listener: http, routes: [/api]}
"""
FAILS = (
    _spec("status: 503, type: application/json, body: 'sorry'"),
    _spec("status: 503, type: application/json, body: '{error: 1}'"),
    _spec("status: 503, type: application/json, body: 'NaN'"),
    "load_balancer:\n"
    "  listeners:\n"
    "    http: {port: 80, redirects: [{path: /a, respond: {status: 410, type: application/json}}]}\n"
    "services: {web: {port: 80, routes: [/]}}\n",
)
PASSES = (
    _spec("status: 503, type: application/json, body: '[]'"),
    _spec("status: 503, type: application/json, body: ''"),
    _spec("status: 503, type: application/json") + "overrides:\n"
    "  module.load_balancer.aws_lb_listener.http:\n"
    "    default_action: [{type: redirect, redirect: {port: '81', status_code: HTTP_301}}]\n",
    _spec("status: 503, type: text/html, body: '<p>sorry'"),
    "services: {web: {port: 80, routes: [/]}}\n",
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    for balancer in blueprint.load_balancer:
        for listener in balancer.listeners:
            default = blueprint.locate((*listener.path, "default"))
            found = [(default, response) for response in listener.responses if not listener.answers]
            found += [(rule.at, response) for rule in listener.rules for response in rule.responses]
            for at, response in found:
                yield from _problems(response, at)


def _problems(response: FixedResponse, at: Location) -> Iterator[Problem]:
    if response.type == "application/json" and response.body and not _is_json(response.body):
        message = f'the type of this response is application/json, and its body "{response.body}" is no JSON'
        yield Problem(ID, at, message, "write JSON in body, or remove type", SEVERITY)


def _is_json(text: str) -> bool:
    try:
        json.loads(text, parse_constant=_refuse)
    except ValueError:
        return False
    return True


def _refuse(constant: str) -> Any:
    """NaN and Infinity are of Python only."""
    raise ValueError(constant)
