"""Overrides that block a network path, or after which nobody can tell whether it is open."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem
from tfgen.reach.faults import listed, overridden, quoted, repair
from tfgen.reach.model import MISSING, OK, TAKEN, UNKNOWN, UNSURE, Flow

ID = "TG365"
SEVERITY = "warning"
TITLE = "No override blocks a network path, or bypasses an endpoint"
WHY = (
    "An override goes into the Terraform as written. Where it removes what a task or a client needs, the "
    "apply does not notice; where tfgen cannot evaluate it, the proof of network paths ends."
)
SOURCE = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-task-networking.html"
BAD = """\
network: {egress: endpoints}
services:
  web: {port: 80}
overrides:
  module.network.aws_vpc.main: {enable_dns_hostnames: false}
"""
GOOD = """\
network: {egress: endpoints}
services:
  web: {port: 80}
overrides:
  module.network.aws_vpc.main: {enable_dns_hostnames: true}
"""
FAILS = (
    "services: {web: {port: 80, routes: [/]}}\n"
    "overrides: {module.load_balancer.aws_lb_listener.http: {port: 8080}}",
    "services: {web: {port: 80}}\n"
    "overrides: {module.services.aws_ecs_service.web: {network_configuration: {subnets: [subnet-1]}}}",
    "services: {web: {port: 80, routes: [/], calls: [api]}, api: {port: 81, connect: api}}\n"
    "overrides: {module.services.aws_ecs_task_definition.api: {container_definitions: {portMappings: null}}}",
    "services: {web: {egress: [0.0.0.0/0, 10.0.0.0/8]}}\n"
    "overrides:\n"
    "  module.services.aws_vpc_security_group_egress_rule.web_to_internet: {cidr_ipv4: 52.94.0.0/16}",
    "services: {web: {port: 80, routes: [/]}}\n"
    "overrides: {module.services.aws_lb_target_group.web: {target_type: instance}}",
    "network: {egress: nat+endpoints}\nservices: {web: {port: 80}}\n"
    "overrides: {module.network.aws_vpc_endpoint.s3: {route_table_ids: []}}",
    "network: {egress: endpoints}\nservices: {web: {uses: [s3]}}\n"
    "overrides:\n"
    "  module.network.aws_vpc_endpoint.s3:\n"
    '    policy: \'{"Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*mine/*"}}\'',
)
PASSES = (
    "services: {web: {port: 80, routes: [/]}}\n"
    "overrides: {module.load_balancer.aws_lb.main: {tags: {Team: web}, idle_timeout: 30}}",
)

Flows = tuple[Flow, ...]


def check(blueprint: Blueprint) -> Iterator[Problem]:
    for at, (hop, flows) in overridden(blueprint):
        message = _MESSAGES[flows[0].state](flows, hop.text)
        yield Problem(ID, at, message, repair(hop, flows), SEVERITY)


def _closed_message(flows: Flows, why: str) -> str:
    return f"{_who_reaches_what(flows, '{} cannot reach {}', 'requests to {} do not reach {}')}: {why}"


def _doubtful_message(flows: Flows, why: str) -> str:
    said = _who_reaches_what(flows, "whether {} can reach {}", "whether requests to {} reach {}")
    return f"{said} is unknown: {why}"


def _past_message(flows: Flows, _why: str) -> str:
    return (
        f"{_who_reaches_what(flows, 'traffic from {} to {}', '')} now bypasses the VPC endpoint and goes "
        "over the internet"
    )


_MESSAGES = {
    **dict.fromkeys((OK, TAKEN), _past_message),
    **dict.fromkeys((UNKNOWN, UNSURE), _doubtful_message),
    MISSING: _closed_message,
}


def _who_reaches_what(flows: Flows, out: str, into: str) -> str:
    """Who reaches what, outbound and inbound."""
    ways_out = [flow for flow in flows if flow.kind != "route"]
    ways_in = [flow for flow in flows if flow.kind == "route"]
    said = [out.format(listed(quoted(ways_out)), listed(flow.to for flow in ways_out))] if ways_out else []
    said += [into.format(listed(flow.what for flow in ways_in), listed(quoted(ways_in)))] if ways_in else []
    return ", and ".join(said)
