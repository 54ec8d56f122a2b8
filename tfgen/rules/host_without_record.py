"""A host of a route that no record of the stack leads to."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint, ListenerRule
from tfgen.hcl.text import ResourceRef
from tfgen.problems import Problem

ID = "TG404"
SEVERITY = "note"
TITLE = "The hosts of routes have a record, where the stack makes records"
WHY = (
    "Clients find a host by its record in DNS. The stack makes records for the names in domain alone; the "
    "record of another host is one that exists, or one in a file of your own."
)
SOURCE = "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/routing-to-elb-load-balancer.html"


def _spec(domain: str, routes: str) -> str:
    return (
        f"load_balancer: {{domain: {domain}, zone: Z0123456789ABCDEF, certificate: {{input: certificate}}}}\n"
        f"services: {{web: {{port: 80, routes: [{routes}]}}}}\n"
    )


BAD = _spec("shop.example.com", "/, {host: api.example.com}")
GOOD = """\
load_balancer:
  domain: [shop.example.com, api.example.com]
  zone: Z0123456789ABCDEF
  certificate: {input: certificate}
services:
  web: {port: 80, routes: [/, {host: api.example.com}]}
"""
FAILS = (
    _spec("'*.shop.example.com'", "{host: shop.example.com}"),
    _spec("'*.shop.example.com'", "{host: Api.Example.com, path: /a}"),
    _spec("a.example.co.uk", "{host: b.example.co.uk}"),
    _spec("a.example.com", "{host: example.com}"),
    _spec("a.shop.io", "{host: b.shop.io}"),
    _spec("'*.example.com'", "{host: example.com}"),
    _spec("a.abc.com", "{host: b.abc.com}"),
    "load_balancer:\n"
    "  domain: a.example.com\n"
    "  zone: Z0123456789ABCDEF\n"
    "  listeners: {https: 443, http: 80}\n"
    "services: {web: {port: 80, routes: [/, {host: b.example.com, listener: http}]}}\n",
)
PASSES = (
    _spec("'*.example.com'", "{host: a.b.example.com}"),
    _spec("shop.example.com", "{host: SHOP.example.com}"),
    _spec("shop.example.com", "{host: '*.example.com'}, {host: 'ap?.example.com'}"),
    _spec("shop.example.com", "{host: api.example.org}"),
    _spec("a.example.co.uk", "{host: b.other.co.uk}"),
    _spec("a.example.com.au", "{host: b.other.com.au}"),
    "load_balancer: {certificate: {input: certificate}}\n"
    "services: {web: {port: 80, routes: [{host: api.example.com}]}}\n",
    # TG394 says that its certificate lacks the host.
    "load_balancer: {domain: shop.example.com, zone: Z0123456789ABCDEF}\n"
    "services: {web: {port: 80, routes: [{host: api.example.com}]}}\n",
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    for balancer in blueprint.load_balancer:
        meant = {  # of hosts that the stack's own certificate lacks, TG394 says it
            listener.key
            for listener in balancer.listeners
            if not any(isinstance(arn, ResourceRef) for arn in listener.certificates)
        }
        for records in balancer.records:
            for rule, host in _literal_hosts(blueprint):
                if rule.listener in meant and _is_lacking(host, records.names):
                    message = f"the stack makes no record of {host}, so clients find it by another one only"
                    hint = f"add {host} to domain of {balancer.path[-1]}, if no record of it exists"
                    yield Problem(ID, rule.at, message, hint, SEVERITY)


def _literal_hosts(blueprint: Blueprint) -> Iterator[tuple[ListenerRule, str]]:
    for service in blueprint.services:
        for rule in service.rules:
            hosts = (host.lower() for values in rule.hosts for host in values)
            yield from ((rule, host) for host in hosts if {"*", "?"}.isdisjoint(host))


def _is_lacking(host: str, names: tuple[str, ...]) -> bool:
    """Whether no record answers for a host, although the zone of the others may have one of it."""
    answers = (host == name or (name[0] == "*" and host.endswith(name[1:])) for name in names)
    return not any(answers) and _is_of_one_owner(host, names[0])


def _is_of_one_owner(host: str, name: str) -> bool:
    """Whether names have a domain in common that somebody can own: not co.uk."""
    apex = host.split(".")[-2:]
    if len(apex[1]) == _COUNTRY and len(apex[0]) <= _SHORT:
        apex = host.split(".")[-3:]
    return name.split(".")[-len(apex) :] == apex


_SHORT, _COUNTRY = 3, 2
"""As long as the labels of such domains are: com.au."""
