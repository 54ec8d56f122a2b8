"""A host on the internet, or an AWS API, in the environment of a task that has no route to it."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint
from tfgen.blueprint.peer_words import range_in_yaml
from tfgen.problems import Problem
from tfgen.rules import _hosts
from tfgen.rules._egress import Closed, Egress, is_outside

ID = "TG371"
SEVERITY = "warning"
TITLE = (
    "Without a route to the internet, neither the environment nor a log option names a host that needs one"
)
WHY = (
    "With egress: endpoints a task reaches the services of the stack and the AWS services that have an "
    "endpoint; a connection to anything else times out when the application first uses it."
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
_ROUTER = "123456789012.dkr.ecr.us-east-1.amazonaws.com/router:1"


def _routed(options: str, egress: str = "endpoints") -> str:
    """A service whose log lines go to an output of a log router."""
    logs = f"{{driver: firelens, options: {{Name: {options}}}}}"
    router = f"containers: {{router: {{firelens: fluentbit, image: '{_ROUTER}'}}}}"
    return f"network: {{egress: {egress}}}\nservices: {{web: {{logs: {logs}, {router}}}}}"


FAILS = (
    "network: {egress: endpoints}\nservices: {web: {environment: {API: 'https://api.acme.example/'}}}",
    "network: {egress: endpoints}\n"
    "services: {web: {uses: [sqs], environment: {QUEUE: 'https://sqs.eu-west-1.amazonaws.com/1/a'}}}",
    "network: {egress: endpoints}\nservices: {web: {environment: {QUEUE: {ref: aws_sqs_queue.jobs.url}}}}",
    "network: {egress: endpoints}\nservices: {web: {environment: {TABLE: {ref: aws_dynamodb_table.a.name}}}}",
    "network: {vpc: {way_out: endpoints, route_tables: [rtb-0000000a]}}\n"
    "services: {web: {environment: {API: https://api.acme.example/}}}",
    _routed("datadog, Host: in.acme.example"),
    _routed("a, host: acme.example, Port: 443"),
    _routed("nrlogs, endpoint: 'https://log.acme.example/v1'"),
)
PASSES = (
    _routed("http, Host: logs.acme.example"),
    _routed("datadog, Host: in.acme.example", "nat"),
    _routed("datadog, dd_service: shop"),
    _routed("a, endpoint: in.acme.example, Port: https"),
    "network: {egress: endpoints}\n"
    "services: {web: {uses: [sqs], environment: {QUEUE: {ref: aws_sqs_queue.jobs.url}}}}",
    "network: {egress: endpoints}\n"
    "services: {web: {environment: {PGHOST: 10.9.1.1, OIDC_ISSUER: 'https://login.acme.example/'}}}",
    "network: {egress: nat+endpoints}\n"
    "services: {web: {egress: [], environment: {API: 'https://api.acme.example/'}}}",
    "network: {vpc: {way_out: endpoints, endpoints: [sqs], route_tables: [rtb-0000000a]}}\n"
    "services: {web: {environment: {Q: https://sqs.us-east-1.amazonaws.com/1/a}}}",
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    egress = Egress(blueprint)
    for service in blueprint.tasks:
        for closed in egress.closed(service):
            if is_outside(closed.connection) and not egress.has_internet(service):
                connection = closed.connection
                message = (
                    f'{connection.variable} points to {closed.text}, which "{service.key}" cannot reach: '
                    f"with {blueprint.network.egress_key}: endpoints there is no route to the internet"
                )
                where = blueprint.locate(connection.path)
                yield Problem(ID, where, message, _hint(closed, blueprint), SEVERITY, connection.secret)


def _hint(closed: Closed, blueprint: Blueprint) -> str:
    """A hint by the kind of host: an API with an endpoint, one in another region, or any other host."""
    host = closed.connection.host
    api, nat = _hosts.api_of_host(host), blueprint.network.nat_advice
    if closed.port != 443:
        cidr = f"{host}/32" if _hosts.is_ipv4(host) else "0.0.0.0/0"
        nat = f"{nat}, and add {range_in_yaml(cidr, closed.port)} to egress"
    if api and api.endpoint and api.region == blueprint.region:
        return f"add uses: [{api.endpoint}], or {nat}"
    if api and api.region not in ("", blueprint.region):
        return f"endpoints reach {blueprint.region} only: use the service there, or {nat}"
    if api and api.endpoint:
        before, dot, suffix = host.partition(".amazonaws.")
        regional = f"{before}.{blueprint.region}{dot}{suffix}"
        return f"add uses: [{api.endpoint}] and write the regional host, {regional}, or {nat}"
    if _hosts.is_ipv4(host):
        return nat
    return f"{nat}, or, if the host has a private address, add its range to egress"
