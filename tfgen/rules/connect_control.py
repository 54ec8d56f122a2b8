"""Service Connect without a way to what manages its proxy."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem
from tfgen.reach.faults import CONTROL, OURS, faults, listed, place, quoted

ID = "TG361"
SEVERITY = "warning"
TITLE = "Service Connect's proxy can reach what manages it"
WHY = (
    "AWS's documents disagree on whether the proxy needs the ecs-agent endpoint on Fargate; without any way "
    "to it, calls between services may fail."
)
SOURCE = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/vpc-endpoints.html"
BAD = """\
network:
  egress: endpoints
  service_connect_endpoint: false
services:
  backend:
    port: 5000
    connect: backend
"""
GOOD = """\
network:
  egress: endpoints
services:
  backend:
    port: 5000
    connect: backend
"""
FAILS = (
    "network: {egress: nat+endpoints}\n"
    "services: {backend: {port: 5000, connect: backend, egress_cidrs: [10.0.0.0/8]}}",
)
PASSES = (
    "network: {egress: endpoints, service_connect_endpoint: false}\nservices: {web: {port: 5000}}",
    "network: {egress: endpoints, service_connect_endpoint: false, endpoints: [ecs-agent]}\n"
    "services: {backend: {port: 5000, connect: backend}}",
    "network: {egress: nat, service_connect_endpoint: false}\n"
    "services: {backend: {port: 5000, connect: backend}}",
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    for hop, flows in faults(blueprint, CONTROL):
        message = (
            f"the Service Connect proxies of {listed(quoted(flows))} may need {listed(f.to for f in flows)}, "
            f"which they cannot reach: {hop.text}"
        )
        yield Problem(ID, place(hop, flows, blueprint), message, hop.hint or OURS, SEVERITY)
