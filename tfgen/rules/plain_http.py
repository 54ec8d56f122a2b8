"""A listener that speaks plain HTTP on the port of HTTPS."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem

ID = "TG358"
SEVERITY = "error"
TITLE = "Port 443 is not for plain HTTP"
WHY = (
    "A client of an https:// URL begins with a TLS handshake, which a listener that speaks plain HTTP does "
    "not understand, so no browser gets a response."
)
SOURCE = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-listeners.html"
BAD = """\
load_balancer:
  listeners: {https: 443}
services:
  web: {port: 80, routes: [/]}
"""
GOOD = """\
load_balancer:
  listeners:
    https:
      port: 443
      certificate: arn:aws:acm:us-east-1:123456789012:certificate/0a1b2c3d-0000-4000-8000-000000000000
services:
  web: {port: 80, routes: [/]}
"""
FAILS = (
    "load_balancer: {listeners: {http: 80, secure: {port: 443, cidrs: [192.0.2.0/24]}}}\n"
    "services: {web: {port: 80, routes: [/, {path: /, listener: secure}]}}",
)
PASSES = (
    "load_balancer: {listeners: {http: 8443}}\nservices: {web: {port: 80, routes: [/]}}",
    "load_balancer: {listeners: {https: 443}}\nservices: {web: {port: 80, routes: [/]}}\n"
    "overrides:\n"
    "  module.load_balancer.aws_lb_listener.https:\n"
    "    {protocol: HTTPS, certificate_arn: 'arn:aws:acm:us-east-1:123456789012:certificate/a'}\n",
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    for balancer in blueprint.load_balancer:
        for listener in balancer.listeners:
            if listener.port == 443 and listener.protocol == "HTTP":
                message = (
                    f'listener "{listener.key}" speaks plain HTTP on port 443: requests to https:// URLs fail'
                )
                hint = "give it a certificate, or write protocol: https where the load balancer has one"
                yield Problem(ID, listener.at, message, hint, SEVERITY)
