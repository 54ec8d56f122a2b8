"""Service Connect without the endpoint that its proxy may need."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem

ID = "TG354"
SEVERITY = "note"
TITLE = "Without the ecs-agent endpoint, Service Connect may not work in a closed VPC"
WHY = (
    "One AWS page says that Fargate needs no ECS endpoint, the same page that Service Connect manages its "
    "proxy through ecs-agent or over a public address, which a VPC without NAT does not reach."
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
)
PASSES = (
    "network: {egress: nat+endpoints, service_connect_endpoint: false}\n"
    "services: {api: {port: 80, connect: api}}",
    "network: {egress: public, service_connect_endpoint: false}\nservices: {api: {port: 80, connect: api}}",
    "network: {egress: endpoints, service_connect_endpoint: false}\nservices: {api: {port: 80}}",
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    network = blueprint.network
    closed = network.private_subnets and not network.nat
    agent = any(endpoint.service == "ecs-agent" for endpoint in network.interface_endpoints)
    if closed and blueprint.namespace and not agent:
        message = (
            "Service Connect's proxy may not get its names without an ecs-agent endpoint: AWS's documents "
            "disagree whether Fargate needs it"
        )
        hint = "try that calls work, or remove service_connect_endpoint: false"
        where = blueprint.locate(("network", "service_connect_endpoint"))
        yield Problem(ID, where, message, hint, SEVERITY)
