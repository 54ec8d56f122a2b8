"""A redirect that leads a client round and round."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint, Listener, ListenerRule
from tfgen.problems import Problem
from tfgen.routing.answer import Answer, answers_of_request
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
)
PASSES = (
    _spec("{path: /a, to: /b}, {path: /b, to: /c}"),
    _spec("{path: /a, to: 'http://other.example.com/a'}"),
    _spec("{path: /a, methods: [POST], to: /b}"),
    _spec("{path: /a, respond: 410}"),
    "services: {web: {port: 80, routes: [/]}}",
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    for balancer in blueprint.load_balancer:
        for listener in balancer.listeners:
            for rule in listener.rules:
                answers = _followed(blueprint, listener, rule) if rule.redirects else ()
                if answers and answers[-1].redirected and _is_round(answers):
                    first, second = answers[0].request, answers[1].request
                    message = (
                        f"this redirect never ends: {first.url} leads to {second.url}, and that on again"
                    )
                    hint = "redirect to an address that no redirect matches"
                    yield Problem(ID, rule.at, message, hint, SEVERITY)


def _followed(blueprint: Blueprint, listener: Listener, rule: ListenerRule) -> tuple[Answer, ...]:
    """The answers to a request that a rule matches, if it is the one that answers it."""
    scheme = "https" if listener.is_tls else "http"
    host = next((host for values in rule.hosts for host in values), "www.example.com")
    path = next((path for values in rule.paths for path in values), "/")
    method = next((method for values in rule.methods for method in values), "GET")
    url = f"{scheme}://{_example(host)}:{listener.port}{_example(path)}"
    return answers_of_request(blueprint, read_request(method, url, (), None))


def _example(pattern: str) -> str:
    return pattern.replace("*", "a").replace("?", "a")


def _is_round(answers: tuple[Answer, ...]) -> bool:
    """Whether clients give up, and not only leave for another server."""
    return len(answers) > 2 and answers[-1].request.host == answers[-2].request.host
