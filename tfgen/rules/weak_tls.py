"""A TLS security policy that accepts versions of TLS that are broken."""

from collections.abc import Iterator

from tfgen import facts
from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem

ID = "TG393"
SEVERITY = "warning"
TITLE = "No listener accepts TLS 1.0 or 1.1"
WHY = (
    "TLS 1.0 and 1.1 are deprecated (RFC 8996), and audits such as PCI DSS fail a listener that accepts "
    "them. Without a policy, AWS takes one that does; tfgen writes one that does not."
)
SOURCE = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html"


def _listener(policy: str) -> str:
    return f"""\
load_balancer:
  listeners:
    https:
      port: 443
      certificate: arn:aws:acm:us-east-1:123456789012:certificate/0a1b2c3d-0000-4000-8000-000000000000
      policy: {policy}
services:
  web: {{port: 80, routes: [/]}}
"""


BAD = _listener("ELBSecurityPolicy-2016-08")
GOOD = _listener("ELBSecurityPolicy-TLS13-1-3-PQ-2025-09")
FAILS = (
    _listener("ELBSecurityPolicy-TLS13-1-1-2021-06"),
    _listener("ELBSecurityPolicy-TLS13-1-3-PQ-2025-09")
    + "overrides: {module.load_balancer.aws_lb_listener.https: {ssl_policy: ELBSecurityPolicy-2016-08}}\n",
)
PASSES = (
    _listener("ELBSecurityPolicy-2016-08") + "overrides:\n"
    "  module.load_balancer.aws_lb_listener.https: {ssl_policy: ELBSecurityPolicy-TLS13-1-3-2021-06}"
    "\n",
    _listener("ELBSecurityPolicy-TLS-1-2-2017-01"),
    _listener("ELBSecurityPolicy-TLS14-1-4-2031-01"),
    "load_balancer:\n"
    "  certificate: 'arn:aws:acm:us-east-1:123456789012:certificate/0a1b2c3d-0000-4000-8000-000000000000'\n"
    "services: {web: {port: 80, routes: [/]}}",
    "services: {web: {port: 80, routes: [/]}}",
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    lowest = facts.tls_policies()
    for balancer in blueprint.load_balancer:
        for listener in balancer.listeners:
            for policy in listener.policies:
                version = lowest.get(policy, "")
                if version in facts.weak_tls_versions():
                    where = blueprint.locate((*listener.path, "policy"))
                    message = f"{policy} accepts TLS {version}, which is deprecated"
                    hint = f"write {facts.default_tls_policy()}, or remove policy: that is the default"
                    yield Problem(ID, where, message, hint, SEVERITY)
