"""Headers of responses with values that browsers pass over."""

import re
from collections.abc import Iterator
from itertools import chain

from tfgen import facts
from tfgen.blueprint.model import Blueprint, Listener
from tfgen.problems import Problem

ID = "TG407"
SEVERITY = "warning"
TITLE = "Headers that a listener sets have values that browsers accept"
WHY = (
    "The load balancer replaces the header of every response by this one, and browsers ignore a header with "
    "another value than their standards have: the protection that it is for is then off."
)
SOURCE = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/header-modification.html"
# RFC 6797, 6.1; fetch.spec.whatwg.org, 3.3; html.spec.whatwg.org, the X-Frame-Options header.
_VALUES = {
    "Strict-Transport-Security": (
        r"(?i)( *;)*(?!.*max-age.*max-age)(([^;]*; *)*)max-age *= *\"?[0-9]+\"? *(;.*)?",
        "max-age=31536000; includeSubDomains",
    ),
    "X-Content-Type-Options": (r"(?i) *nosniff *", "nosniff"),
    "X-Frame-Options": (r"(?i) *(deny|sameorigin) *", "DENY or SAMEORIGIN"),
    "Access-Control-Allow-Credentials": (r" *true *", "true"),
    "Access-Control-Max-Age": (r" *(-1|[0-9]+) *", "a number of seconds"),
    "Access-Control-Allow-Origin": (
        r" *(\*|null|[a-z][a-z0-9+.-]*://[^/,\s]+) *",
        "one origin such as https://www.example.com, or *",
    ),
}


def _spec(*headers: str, listener: str = "port: 443, certificate: {input: c}") -> str:
    return (
        f"load_balancer: {{listeners: {{main: {{{listener}, headers: {{{', '.join(headers)}}}}}}}}}\n"
        "services: {web: {port: 80, routes: [/]}}\n"
    )


BAD = """\
load_balancer:
  certificate: {input: certificate}
  listeners:
    https: {port: 443, headers: {X-Frame-Options: ALLOW-FROM https://www.example.com}}
services:
  web: {port: 80, routes: [/]}
"""
GOOD = """\
load_balancer:
  certificate: {input: certificate}
  listeners:
    https: {port: 443, headers: {X-Frame-Options: SAMEORIGIN}}
services:
  web: {port: 80, routes: [/]}
"""
FAILS = (
    _spec("X-Frame-Options: DENY") + "overrides:\n"
    "  module.load_balancer.aws_lb_listener.main:\n"
    "    routing_http_response_x_content_type_options_header_value: none\n",
    _spec("Strict-Transport-Security: includeSubDomains"),
    _spec("Strict-Transport-Security: max-age=1 year"),
    _spec("Strict-Transport-Security: max-age=31536000 includeSubDomains"),
    _spec("Strict-Transport-Security: max-age=1; max-age=2"),
    _spec("Strict-Transport-Security: max-age=31536000", listener="port: 80"),
    _spec("X-Content-Type-Options: sniff"),
    _spec("Access-Control-Allow-Credentials: 'True'"),
    _spec("Access-Control-Max-Age: 10m"),
    _spec("Access-Control-Allow-Origin: www.example.com"),
    _spec("Access-Control-Allow-Origin: https://www.example.com/"),
    _spec("Access-Control-Allow-Origin: 'https://a.example.com, https://b.example.com'"),
    _spec("Access-Control-Allow-Origin: '*'", "Access-Control-Allow-Credentials: 'true'"),
)
PASSES = (
    _spec("X-Frame-Options: ALLOWALL") + "overrides:\n"
    "  module.load_balancer.aws_lb_listener.main:\n"
    "    routing_http_response_x_frame_options_header_value: DENY\n",
    _spec("strict-transport-security: max-age=31536000; includeSubDomains; preload"),
    _spec("Strict-Transport-Security: includeSubDomains; Max-Age=0"),
    _spec("X-Content-Type-Options: NoSniff"),
    _spec("X-Frame-Options: deny"),
    _spec("Access-Control-Max-Age: '-1'"),
    _spec(
        "Access-Control-Allow-Origin: https://www.example.com:8443",
        "Access-Control-Allow-Credentials: 'true'",
    ),
    _spec("Access-Control-Allow-Origin: '*'"),
    _spec("Access-Control-Allow-Origin: 'null'"),
    _spec("Access-Control-Allow-Methods: '*'", "Access-Control-Allow-Credentials: 'true'"),
    _spec("Content-Security-Policy: default-src 'self'"),
    _spec("X-Frame-Options: DENY", listener="port: 80"),
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    listeners = chain.from_iterable(balancer.listeners for balancer in blueprint.load_balancer)
    for listener in listeners:
        headers = _values_by_name(listener)
        for name, value in headers.items():
            message, hint = _wrong_value(name, value, headers, tls=listener.is_tls)
            if message:
                where = blueprint.locate((*listener.path, "headers", name))
                yield Problem(ID, where, message, hint, SEVERITY)


def _values_by_name(listener: Listener) -> dict[str, str]:
    names = {part: name for name, part in facts.response_headers().items()}
    parts = (
        (each.argument.removeprefix(_BEFORE).removesuffix(_AFTER), each.value) for each in listener.headers
    )
    return {names[part]: value for part, value in parts}


_BEFORE, _AFTER = "routing_http_response_", "_header_value"


def _wrong_value(name: str, value: str, headers: dict[str, str], *, tls: bool) -> tuple[str, str]:
    """What is wrong with a header, and what would be right; nothing where it is right."""
    right, example = _VALUES.get(name, ("", ""))
    if right and not re.fullmatch(right, value):
        return f"browsers ignore {name} with the value {value}", f"write {example}, or remove it"
    if name == "Strict-Transport-Security" and not tls:
        return f"browsers ignore {name} in responses without TLS", "set it in the listener that speaks https"
    if name == _ORIGIN and value.strip() == "*" and headers.get(_CREDENTIALS):
        message = f"browsers refuse {_CREDENTIALS} together with {name}: *"
        return message, f"name one origin, or remove {_CREDENTIALS}"
    return "", ""


_ORIGIN, _CREDENTIALS = "Access-Control-Allow-Origin", "Access-Control-Allow-Credentials"
