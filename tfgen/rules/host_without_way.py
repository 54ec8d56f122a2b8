"""A host on the internet, or an API of AWS, in the environment of a task that has no way there."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem
from tfgen.rules import _hosts
from tfgen.rules._egress import Closed, Egress, entry, is_outside

ID = "TG371"
SEVERITY = "warning"
TITLE = "Without a way to the internet, the environment names no host that needs one"
WHY = (
    "With egress: endpoints a task reaches the AWS services that have an endpoint, and the stack's own; a "
    "connection to anything else times out when the application first uses it."
)
SOURCE = "https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html"
BAD = """\
network:
  egress: endpoints
services:
  worker:
    environment:
      QUEUE_URL: https://sqs.us-east-1.amazonaws.com/123456789012/orders
"""
GOOD = """\
network:
  egress: endpoints
services:
  worker:
    uses: [sqs]
    environment:
      QUEUE_URL: https://sqs.us-east-1.amazonaws.com/123456789012/orders
"""
FAILS = (
    "network: {egress: endpoints}\nservices: {web: {environment: {API: 'https://api.acme.example/'}}}",
    "network: {egress: endpoints}\n"
    "services: {web: {uses: [sqs], environment: {QUEUE: 'https://sqs.eu-west-1.amazonaws.com/1/a'}}}",
)
PASSES = (
    "network: {egress: endpoints}\n"
    "services: {web: {environment: {PGHOST: 10.9.1.1, OIDC_ISSUER: 'https://login.acme.example/'}}}",
    "network: {egress: nat+endpoints}\n"
    "services: {web: {egress_cidrs: [], environment: {API: 'https://api.acme.example/'}}}",
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    egress = Egress(blueprint)
    for service in blueprint.services:
        for closed in egress.closed(service):
            if is_outside(closed.connection) and not egress.has_internet(service):
                connection = closed.connection
                message = (
                    f'{connection.variable} leads to {closed.text}, where "{service.key}" has no way: '
                    "with egress: endpoints there is none to the internet"
                )
                where = blueprint.locate(connection.path)
                yield Problem(ID, where, message, _hint(closed, blueprint), SEVERITY, connection.secret)


def _hint(closed: Closed, blueprint: Blueprint) -> str:
    """By what the host is: an API that an endpoint can answer for, one elsewhere, or anybody's."""
    host = closed.connection.host
    api, nat = _hosts.api(host), "use egress: nat+endpoints"
    if closed.port != 443:
        cidr = f"{host}/32" if _hosts.is_ipv4(host) else "0.0.0.0/0"
        nat = f"{nat}, and add {entry(cidr, closed.port)} to egress_cidrs"
    if api and api.endpoint and api.region == blueprint.region:
        return f"add uses: [{api.endpoint}], or {nat}"
    if api and api.region not in ("", blueprint.region):
        return f"endpoints lead to {blueprint.region} only: use what is there, or {nat}"
    if api and api.endpoint:
        before, dot, suffix = host.partition(".amazonaws.")
        regional = f"{before}.{blueprint.region}{dot}{suffix}"
        return f"add uses: [{api.endpoint}] and write the host of the region, {regional}, or {nat}"
    if _hosts.is_ipv4(host):
        return nat
    return f"{nat}, or, if the host has a private address, egress_cidrs with its range"
