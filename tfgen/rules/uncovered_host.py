"""A route for a host that the certificate of its listener does not cover."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint, Certificate, ListenerRule, LoadBalancer
from tfgen.hcl.text import ResourceRef
from tfgen.problems import Problem
from tfgen.routing.answer import covers_host

ID = "TG394"
SEVERITY = "error"
TITLE = "The certificate of a listener covers the hosts of its routes"
WHY = (
    "A client compares the host that it asks for with the names in the certificate. If none of them is the "
    "host, or a wildcard for its first label, browsers show a warning and other clients close the connection."
)
SOURCE = "https://docs.aws.amazon.com/acm/latest/userguide/acm-certificate-characteristics.html"


def _spec(domain: str, host: str) -> str:
    return (
        f"load_balancer: {{domain: {domain}, zone: Z0123456789ABCDEF}}\n"
        f"services: {{web: {{port: 80, routes: [{{path: /, host: {host}}}]}}}}\n"
    )


BAD = _spec("shop.example.com", "api.example.com")
GOOD = _spec("[shop.example.com, api.example.com]", "api.example.com")
FAILS = (
    _spec("'*.example.com'", "a.b.example.com"),
    _spec("'*.example.com'", "example.com"),
    "load_balancers: {main: {}, shop: {domain: shop.example.com, zone: Z0123456789ABCDEF}}\n"
    "services: {web: {port: 80, routes: [/, {host: api.example.com, listener: shop}]}}\n",
)
PASSES = (
    _spec("www.example.com", "'*.example.com'"),
    _spec("www.example.com", "ww?.example.com"),
    _spec("'*.example.com'", "api.example.com"),
    _spec("shop.example.com", "SHOP.example.com"),
    _spec("'*.example.com'", "'*.example.com'"),
    "load_balancer: {domain: a.example.com, zone: Z0123456789ABCDEF}\n"
    "services: {web: {port: 80, routes: [/]}}\n",
    "load_balancer:\n"
    "  certificate: 'arn:aws:acm:us-east-1:123456789012:certificate/0a1b2c3d-0000-4000-8000-000000000000'\n"
    "services: {web: {port: 80, routes: [{path: /, host: api.example.com}]}}\n",
    "load_balancer:\n"
    "  domain: a.example.com\n"
    "  zone: Z0123456789ABCDEF\n"
    "  listeners:\n"
    "    http: {port: 80, redirect: https}\n"
    "    https: 443\n"
    "    given:\n"
    "      port: 444\n"
    "      certificate: 'arn:aws:acm:us-east-1:123456789012:certificate/0a1b2c3d'\n"
    "services: {web: {port: 80, routes: [/, {path: /, host: b.example.com, listener: given}]}}\n",
    "load_balancer:\n"
    "  domain: a.example.com\n"
    "  zone: Z0123456789ABCDEF\n"
    "  listeners: {https: 443, http: 80}\n"
    "services: {web: {port: 80, routes: [/, {path: /, host: b.example.com, listener: http}]}}\n",
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    own = {
        listener.key: (certificate, balancer)
        for balancer in blueprint.load_balancer
        for certificate in balancer.certificate
        for listener in balancer.listeners
        if any(isinstance(arn, ResourceRef) for arn in listener.certificates)
    }
    for service in blueprint.services:
        for rule in service.rules:
            if rule.listener in own:
                yield from _uncovered_hosts(rule, *own[rule.listener])


def _uncovered_hosts(
    rule: ListenerRule, certificate: Certificate, balancer: LoadBalancer
) -> Iterator[Problem]:
    names = [certificate.domain, *certificate.alternatives]
    for host in (host for values in rule.hosts for host in values):
        # Which hosts a pattern matches depends on the request.
        if {"*", "?"}.isdisjoint(host) and not any(covers_host(name, host.lower()) for name in names):
            message = f"the certificate of listener {rule.listener} does not cover {host}: clients refuse it"
            yield Problem(ID, rule.at, message, f"add {host} to domain of {balancer.path[-1]}", SEVERITY)
