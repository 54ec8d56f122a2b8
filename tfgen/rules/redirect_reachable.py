"""A redirect to a port of the load balancer that its clients cannot connect to."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint, Listener, LoadBalancer, Redirect
from tfgen.problems import Location, Problem
from tfgen.rules import _ranges

ID = "TG405"
SEVERITY = "warning"
TITLE = "Clients can connect to where a redirect sends them"
WHY = (
    "A redirect names a port, and the security group allows the clients of each listener on its port only. "
    "Where there is no listener, or one for fewer clients, the connection of the others times out."
)
SOURCE = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-action-types.html"
_HTTPS = "certificate: {input: c}"


def _spec(listeners: str, routes: str = "[/]") -> str:
    return (
        f"load_balancer: {{listeners: {{{listeners}}}}}\n"
        f"services: {{web: {{port: 80, listener: main, routes: {routes}}}}}\n"
    )


BAD = """\
load_balancer:
  listeners:
    main: {port: 8443, certificate: {input: certificate}}
    http: {port: 80, redirect: "https://#{host}"}
services:
  web: {port: 80, listener: main, routes: [/]}
"""
GOOD = """\
load_balancer:
  listeners:
    main: {port: 8443, certificate: {input: certificate}}
    http: {port: 80, redirect: main}
services:
  web: {port: 80, listener: main, routes: [/]}
"""
FAILS = (
    _spec(
        f"main: {{port: 443, {_HTTPS}, cidrs: [198.51.100.0/24]}}, http: {{port: 80, redirect: main}}",
    ),
    _spec(
        f"main: {{port: 443, {_HTTPS}, cidrs: []}}, "
        "http: {port: 80, cidrs: [198.51.100.0/24], redirect: main}",
    ),
    _spec(
        f"main: {{port: 443, {_HTTPS}, cidrs: [10.0.0.0/9, 10.128.0.0/10]}}, "
        "http: {port: 80, cidrs: [10.0.0.0/8], redirect: main}",
    ),
    _spec("main: {port: 80, redirects: [{path: /a, to: 'http://#{host}:81'}]}"),
    _spec("main: {port: 80, redirects: [{path: /a, to: 'https://#{host}'}]}"),
    _spec(
        f"main: {{port: 443, {_HTTPS}}}, http: {{port: 80, redirect: 'http://#{{host}}:443'}}",
    ),
    _spec(
        f"main: {{port: 443, {_HTTPS}}}, http: {{port: 80, redirect: 'https://#{{host}}:80'}}",
    ),
    _spec(
        "main: {port: 80, cidrs: [10.0.0.0/8], "
        "redirects: [{source: [10.1.0.0/16], to: 'http://#{host}:81'}]}, "
        "other: {port: 81, cidrs: [10.2.0.0/16], default: {respond: 200}}"
    ),
    "load_balancer:\n"
    "  domain: shop.example.com\n"
    "  zone: Z0123456789ABCDEF\n"
    "  listeners: {main: 8443, http: {port: 80, redirect: 'https://shop.example.com'}}\n"
    "services: {web: {port: 80, listener: main, routes: [/]}}\n",
)
PASSES = (
    _spec(f"main: {{port: 443, {_HTTPS}}}, http: {{port: 80, redirect: main}}"),
    _spec(
        f"main: {{port: 443, {_HTTPS}}}, http: {{port: 80, cidrs: [10.0.0.0/8], redirect: main}}",
    ),
    _spec(
        f"main: {{port: 443, {_HTTPS}, cidrs: [10.0.0.0/9, 10.128.0.0/9]}}, "
        "http: {port: 80, cidrs: [10.0.0.0/8], redirect: main}",
    ),
    _spec("main: {port: 80, redirects: [{path: /a, to: 'https://www.example.com'}]}"),
    _spec("main: {port: 80, redirects: [{path: /a, to: /b}]}"),
    _spec("main: {port: 80, redirects: [{path: /a, respond: 410}]}"),
    _spec(
        "main: {port: 80, cidrs: [10.0.0.0/8], "
        "redirects: [{source: [10.1.0.0/16], to: 'http://#{host}:81'}]}, "
        "other: {port: 81, cidrs: [10.1.0.0/16], default: {respond: 200}}"
    ),
    "load_balancer:\n"
    "  listeners:\n"
    "    main: {port: 8443, certificate: {input: certificate}}\n"
    "    http: {port: 80, redirect: 'https://#{host}'}\n"
    "services: {web: {port: 80, listener: main, routes: [/]}}\n"
    "overrides:\n"
    "  module.load_balancer.aws_lb_listener.http:\n"
    "    default_action: [{type: redirect, redirect: {port: '8443', status_code: HTTP_301}}]\n",
    "load_balancer: {domain: shop.example.com, zone: Z0123456789ABCDEF}\n"
    "services: {web: {port: 80, routes: [/]}}\n",
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    for balancer in blueprint.load_balancer:
        for listener in balancer.listeners:
            clients = tuple(each.cidr for each in listener.admitted)
            for redirect in () if listener.answers else listener.redirects:
                yield from _problems(balancer, listener, redirect, clients, listener.at)
            for rule in listener.rules:
                sources = next(iter(rule.sources), clients)
                for redirect in rule.redirects:
                    yield from _problems(balancer, listener, redirect, sources, rule.at)


def _problems(
    balancer: LoadBalancer, listener: Listener, redirect: Redirect, clients: tuple[str, ...], at: Location
) -> Iterator[Problem]:
    names = [name for records in balancer.records for name in records.names]
    if any(host not in names for host in redirect.host):
        return
    port = int(next(iter(redirect.port), listener.port))
    protocol = next(iter(redirect.protocol), listener.protocol)
    target = next((each for each in balancer.listeners if each.port == port), None)
    if target is None:
        message = f"this redirects clients to port {port}, on which the load balancer has no listener"
        hint = "redirect to a listener by its name; ignore this where another server has the port"
        yield Problem(ID, at, message, hint, SEVERITY)
    elif target.protocol != protocol:
        message = f"this redirects clients to {protocol.lower()} on port {port}, where {target.key} speaks "
        message += target.protocol.lower()
        yield Problem(ID, at, message, f"redirect to {target.key}", SEVERITY)
    elif left := _ranges.ranges_outside(clients, [each.cidr for each in target.admitted]):
        message = f"this redirects clients in {left[0]} to port {port}, where they may not connect"
        hint = f"add {left[0]} to the cidrs of listener {target.key}, or remove it here"
        yield Problem(ID, at, message, hint, SEVERITY)
