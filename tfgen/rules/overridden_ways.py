"""Overrides that close a way, or after which nobody can say whether it is open."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem
from tfgen.reach.faults import OF_AN_OVERRIDE, listed, overridden, quoted
from tfgen.reach.model import MISSING, Flow

ID = "TG365"
SEVERITY = "warning"
TITLE = "No override closes a way"
WHY = (
    "An override goes into the Terraform as it is said. Where it takes away what a task or a client needs, "
    "apply does not notice; where tfgen cannot follow it, the proof of ways ends."
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
network: {egress: nat}
services:
  web: {port: 80}
overrides:
  module.network.aws_vpc.main: {enable_dns_hostnames: false}
"""
FAILS = (
    "services: {web: {port: 80, routes: [/]}}\n"
    "overrides: {module.load_balancer.aws_lb_listener.http: {port: 8080}}",
    "services: {web: {port: 80}}\n"
    "overrides: {module.services.aws_ecs_service.web: {network_configuration: {subnets: [subnet-1]}}}",
    "services: {web: {port: 80, routes: [/], calls: [api]}, api: {port: 81, connect: api}}\n"
    "overrides: {module.services.aws_ecs_task_definition.api: {container_definitions: {portMappings: null}}}",
    "services: {web: {egress_cidrs: [0.0.0.0/0, 10.0.0.0/8]}}\n"
    "overrides:\n"
    "  module.services.aws_vpc_security_group_egress_rule.web_to_internet: {cidr_ipv4: 52.94.0.0/16}",
    "services: {web: {port: 80, routes: [/]}}\n"
    "overrides: {module.services.aws_lb_target_group.web: {target_type: instance}}",
)
PASSES = (
    "services: {web: {port: 80, routes: [/]}}\n"
    "overrides: {module.load_balancer.aws_lb.main: {tags: {Team: web}, idle_timeout: 30}}",
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    for at, flows in overridden(blueprint):
        lost = [flow for flow in flows if flow.state == MISSING]
        hop = (lost or flows)[0].fault
        if hop is not None:
            message = f"{_closed(lost)}: {hop.text}" if lost else f"{_doubtful(flows)}: {_why(hop.text)}"
            yield Problem(ID, at, message, hop.hint or OF_AN_OVERRIDE, SEVERITY)


def _closed(flows: list[Flow]) -> str:
    out = [flow for flow in flows if flow.kind != "route"]
    into = [flow for flow in flows if flow.kind == "route"]
    parts = [f"{listed(quoted(out))} cannot reach {listed(flow.to for flow in out)}"] if out else []
    if into:
        parts.append(f"requests to {listed(flow.what for flow in into)} do not reach {listed(quoted(into))}")
    return ", and ".join(parts)


def _doubtful(flows: tuple[Flow, ...]) -> str:
    out = [flow for flow in flows if flow.kind != "route"]
    into = [flow for flow in flows if flow.kind == "route"]
    parts = [f"whether {listed(quoted(out))} can reach {listed(flow.to for flow in out)}"] if out else []
    if into:
        parts.append(f"whether {listed(flow.what for flow in into)} leads to {listed(quoted(into))}")
    return f"{' and '.join(parts)} cannot be known"


def _why(text: str) -> str:
    return text.removeprefix("cannot be known: ").rpartition(" (line ")[0] or text
