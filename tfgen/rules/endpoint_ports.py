"""AWS services that listen on other ports than 443, the only port that tfgen opens to them."""

from collections.abc import Iterator

from tfgen import facts
from tfgen.blueprint.model import Blueprint, Task
from tfgen.problems import Problem

ID = "TG357"
SEVERITY = "warning"
TITLE = "A service that a task uses listens on a port that is open"
WHY = (
    "tfgen opens port 443 to AWS services. The SMTP interface of SES and Keyspaces do not listen there, so "
    "every connection to them times out."
)
SOURCE = "https://docs.aws.amazon.com/ses/latest/dg/smtp-connect.html"
BAD = """\
network:
  egress: endpoints
services:
  web:
    uses: [email-smtp]
"""
GOOD = """\
network:
  egress: endpoints
services:
  web:
    uses: [email]
"""
FAILS = (
    "network: {egress: nat+endpoints}\n"
    "services: {web: {uses: [sqs, cassandra], egress: [{cidr: 0.0.0.0/0, port: 9142}]}}",
    "network: {egress: nat}\nservices: {web: {uses: [cassandra]}}",
    "services: {web: {uses: [cassandra], egress: [{cidr: 0.0.0.0/0, port: 9143}, 0.0.0.0/0]}}",
    "network: {vpc: {way_out: endpoints, endpoints: [email-smtp], route_tables: [rtb-0000000a]}}\n"
    "services: {web: {uses: [email-smtp]}}",
)
PASSES = (
    "services: {web: {uses: [cassandra], egress: [0.0.0.0/0, {cidr: 0.0.0.0/0, port: 9142}]}}",
    "services: {web: {uses: [email-smtp], egress: [0.0.0.0/0, {cidr: 0.0.0.0/0, port: 2587}]}}",
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    made = blueprint.network.endpoint_services
    for service in blueprint.tasks:
        for use in service.uses:
            name = use.endpoint
            ports = facts.endpoint_ports().get(name, ())
            if ports and (name in made or not _opens(service, ports)):
                where = blueprint.locate(use.path)
                hint = _through_endpoint(name) if name in made else _ports_outside(ports)
                yield Problem(ID, where, _message(name, ports), hint, SEVERITY)


def _opens(service: Task, ports: tuple[int, ...]) -> bool:
    """Whether a service may connect to one of the ports somewhere."""
    return any(each.has_port(port) for each in service.egress for port in ports)


def _message(name: str, ports: tuple[int, ...]) -> str:
    numbers = " or ".join(filter(None, (", ".join(map(str, ports[:-1])), str(ports[-1]))))
    return f"{name} listens on port {numbers}, and tfgen opens port 443 only: connections to it time out"


def _through_endpoint(name: str) -> str:
    rules = "open its port in security group rules of your own (tasks outbound, endpoint inbound)"
    return f"use email, the API of SES, or {rules}" if name == "email-smtp" else rules


def _ports_outside(ports: tuple[int, ...]) -> str:
    return f"also add it to egress: {{cidr: 0.0.0.0/0, port: {ports[-1]}}}"
