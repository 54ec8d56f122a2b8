"""Service Connect without a way to what manages its proxy."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem
from tfgen.reach.faults import CONTROL, faults, listed, place, quoted
from tfgen.reach.model import Flow, Hop

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
    found = faults(blueprint, CONTROL)
    for hop, flows in (fault for fault in found if fault[0].fix):
        yield Problem(ID, place(hop, flows, blueprint), _message(hop, flows), hop.hint, SEVERITY)
    for hop, flows in [fault for fault in found if not fault[0].fix][:1]:  # one switch for all endpoints
        at = blueprint.locate(("network", "service_connect_endpoint"))
        yield Problem(ID, at, _message(hop, flows), _HINT, SEVERITY)


_HINT = "remove service_connect_endpoint: false; or, where calls are known to work without it, silence this"


def _message(hop: Hop, flows: tuple[Flow, ...]) -> str:
    """What may be missing; nobody knows whether it is needed."""
    return (
        f"the Service Connect proxies of {listed(quoted(flows))} may need {flows[0].to}, which they cannot "
        f"reach: {hop.text}"
    )
