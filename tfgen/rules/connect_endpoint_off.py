"""Service Connect without a network path to the control plane of its proxy, which may be needed."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem
from tfgen.reach.faults import CONTROL, OURS, faults, listed, place, quoted

ID = "TG354"
SEVERITY = "note"
TITLE = "Without the ecs-agent endpoint, Service Connect may not work in a closed VPC"
WHY = (
    "An AWS page says that Fargate needs no ECS endpoint, and also that Service Connect manages its proxy "
    "through ecs-agent or a public address, which a VPC without NAT cannot reach."
)
SOURCE = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/vpc-endpoints.html"
BAD = """\
network:
  egress: endpoints
  service_connect_endpoint: false
services:
  api: {port: 80, connect: api}
"""
GOOD = """\
network:
  egress: endpoints
services:
  api: {port: 80, connect: api}
"""
FAILS = (
    "network: {egress: endpoints, service_connect_endpoint: false, endpoints: [sts]}\n"
    "services: {api: {port: 80, connect: {name: api}}}",
    # There is a route to the public address, but the security group does not allow it.
    "network: {egress: nat+endpoints}\nservices: {api: {port: 80, connect: api, egress: [10.0.0.0/8]}}",
)
PASSES = (
    "network: {egress: nat+endpoints, service_connect_endpoint: false}\n"
    "services: {api: {port: 80, connect: api}}",
    "network: {egress: public, service_connect_endpoint: false}\nservices: {api: {port: 80, connect: api}}",
    "network: {egress: endpoints, service_connect_endpoint: false}\nservices: {api: {port: 80}}",
    "network: {egress: endpoints, service_connect_endpoint: false, endpoints: [ecs-agent]}\n"
    "services: {api: {port: 80, connect: api}}",
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    for hop, flows in faults(blueprint, CONTROL):
        message = (
            f"the Service Connect proxies of {listed(quoted(flows))} may not receive their names: "
            f"{hop.text} (AWS documentation contradicts itself on whether Fargate needs this)"
        )
        yield Problem(ID, place(hop, flows, blueprint), message, hop.hint or OURS, SEVERITY)
