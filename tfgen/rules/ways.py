"""Something that a service must reach, or that must reach it, and cannot."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem
from tfgen.reach.faults import PROOF, faults, listed, place, quoted, repair
from tfgen.reach.model import Flow

ID = "TG360"
SEVERITY = "error"
TITLE = "Tasks reach what they need, and clients reach tasks"
WHY = (
    "A task that cannot reach its registry, its logs or its secrets never starts, and the apply does not "
    "notice; `tfgen check --explain` shows every network path, hop by hop."
)
SOURCE = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-task-networking.html"
BAD = """\
services:
  web:
    egress: [10.20.0.0/16]
"""
GOOD = """\
services:
  web:
    egress: [0.0.0.0/0]
"""
FAILS = (
    "network: {egress: public}\nservices: {web: {egress: []}}",
    "services: {web: {egress: [{cidr: 0.0.0.0/0, port: 80}]}}",
    "services: {web: {image: 'registry.example.com:5000/web:1'}}",
    "network: {egress: nat+endpoints}\nservices: {web: {image: 'nginx:1.27', egress: [10.20.0.0/16]}}",
)
PASSES = (
    "network: {egress: nat+endpoints}\nservices: {web: {egress: [10.20.0.0/16]}}",
    "services: {web: {image: 'registry.example.com:5000/web:1', "
    "egress: [0.0.0.0/0, {cidr: 0.0.0.0/0, port: 5000}]}}",
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    for hop, flows in faults(blueprint, PROOF):
        message = f"{_who(flows)}: {hop.text}{_so(flows)}"
        yield Problem(ID, place(hop, flows, blueprint), message, repair(hop, flows))


def _who(flows: tuple[Flow, ...]) -> str:
    out = [flow for flow in flows if flow.kind != "route"]
    into = [flow for flow in flows if flow.kind == "route"]
    parts = [f"{listed(quoted(out))} cannot reach {listed(flow.to for flow in out)}"] if out else []
    if into:
        parts.append(f"requests to {listed(flow.what for flow in into)} do not reach {listed(quoted(into))}")
    return ", and ".join(parts)


def _so(flows: tuple[Flow, ...]) -> str:
    needed = any(flow.kind in ("image", "logs", "secret", "file") for flow in flows)
    return ", so no task starts" if needed else ""
