"""A redirect that leads a client round and round."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint, Listener, ListenerRule, LoadBalancer
from tfgen.problems import Problem, TfgenError
from tfgen.routing.answer import answers_of_request, never_ends
from tfgen.routing.request import read_request

ID = "TG549"
SEVERITY = "error"
TITLE = "A redirect ends at a response"
WHY = (
    "A path includes all below it, so a redirect from /old to /old/new matches its own new address. Clients "
    "follow such redirects some twenty times and then show an error."
)
SOURCE = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-action-types.html"


def _spec(redirects: str) -> str:
    return (
        "load_balancer:\n"
        "  listeners:\n"
        f"    http: {{port: 80, redirects: [{redirects}]}}\n"
        "services:\n"
        "  web: {port: 80, routes: [/]}\n"
    )


BAD = _spec("{path: /old, to: /old/new}")
GOOD = _spec("{path: /old, to: /new}")
FAILS = (
    _spec("{path: /a, to: /b}, {path: /b, to: /a}"),
    _spec("{path: /a, host: a.example.com, to: 'http://a.example.com/a/b'}"),
    _spec("{path: '/a*', to: '/ab'}"),
    "load_balancer: {listeners: {http: {port: 80, redirect: /x}}}\n"
    "services: {web: {port: 80, listener: http, routes: [/only]}}",
    "load_balancers:\n"
    "  main: {}\n"
    "  inner: {listeners: {http: {port: 80, redirects: [{path: /old, to: /old/new}]}}}\n"
    "services: {web: {port: 80, routes: [/, {path: /, listener: inner.http}]}}\n",
)
PASSES = (
    _spec("{path: /a, to: /b}, {path: /b, to: /c}"),
    _spec("{path: /a, to: 'http://other.example.com/a'}"),
    _spec("{path: /a, methods: [POST], to: /b}"),
    _spec("{path: /a, respond: 410}"),
    "load_balancer: {listeners: {http: {port: 80, redirect: /x}}}\n"
    "services: {web: {port: 80, listener: http, routes: [/x]}}",
    "services: {web: {port: 80, routes: [/]}}",
    _spec("{path: /a, to: /a/b}") + "overrides: {module.load_balancer.aws_lb_listener.http: {port: -1}}\n",
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    for balancer in blueprint.load_balancer:
        for listener in balancer.listeners:
            yield from _circles(blueprint, balancer, listener)


_ANY_HOST = "host.invalid"
"""Stands for a host that no rule names."""


def _circles(blueprint: Blueprint, balancer: LoadBalancer, listener: Listener) -> Iterator[Problem]:
    usual = next((_example(name) for each in balancer.records for name in each.names), _ANY_HOST)
    urls = [(rule.at, _url_of_rule(listener, rule, usual)) for rule in listener.rules]
    urls += [(listener.at, f"{_origin(listener, usual)}/that/no/route/matches") for _ in listener.redirects]
    for at, url in urls:
        try:
            request = read_request("GET", url, (), None)._replace(balancer=balancer.key)
        except TfgenError:  # an override of the port can say a number that is none
            continue
        answers = answers_of_request(blueprint, request)
        if never_ends(answers):
            onward = answers[1].request.url
            message = f"this redirect never ends: {url} leads to {onward}, which is redirected again"
            message = message.replace(_ANY_HOST, "HOST")
            yield Problem(ID, at, message, "redirect to an address that no redirect matches", SEVERITY)


def _url_of_rule(listener: Listener, rule: ListenerRule, usual: str) -> str:
    """An address that a rule matches, of a GET without headers."""
    host = next((host for values in rule.hosts for host in values), usual)
    path = next((path for values in rule.paths for path in values), "/")
    return f"{_origin(listener, _example(host))}{_example(path)}"


def _origin(listener: Listener, host: str) -> str:
    return f"{listener.protocol.lower()}://{host}:{listener.port}"


def _example(pattern: str) -> str:
    return pattern.replace("*", "a").replace("?", "a")
