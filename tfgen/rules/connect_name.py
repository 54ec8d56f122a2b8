"""A Service Connect name that already has a meaning."""

from collections.abc import Iterator

from tfgen import facts
from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem

ID = "TG362"
SEVERITY = "error"
TITLE = "A Service Connect name has no other meaning"
WHY = (
    "ECS writes the name into /etc/hosts in the containers of each caller. An IP address is never looked "
    "up there; localhost is the container itself, on which its health checks and sidecars may rely; and "
    "with the host name of an AWS service, requests to that service would go to a task."
)
SOURCE = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-connect-concepts-deploy.html"
BAD = """\
services:
  api:
    port: 5000
    connect: localhost
  web:
    calls: [api]
"""
GOOD = """\
services:
  api:
    port: 5000
    connect: api
  web:
    calls: [api]
"""
FAILS = (
    "services: {api: {port: 5000, connect: 10.0.0.1}, web: {calls: [api]}}",
    "services: {api: {port: 443, connect: sqs.us-east-1.amazonaws.com}, web: {calls: [api], uses: [sqs]}}",
    "services: {api: {port: 443, connect: amazonaws.com}, web: {calls: [api]}}",
)
PASSES = (
    "services: {api: {port: 5000, connect: 10.api}, web: {calls: [api]}}",
    "services: {api: {port: 443, connect: notamazonaws.com}, web: {calls: [api]}}",
    "services: {api: {port: 443, connect: api.example.com}, web: {calls: [api]}}",
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    for service in blueprint.services:
        for place in service.connect:
            for server in place.servers:
                if meaning := _meaning(server.dns_name):
                    message = (
                        f'"{server.dns_name}" is {meaning}: connections to it do not reach "{service.key}"'
                    )
                    hint = f"write a name without another meaning, such as connect: {service.key}"
                    yield Problem(ID, server.at, message, hint, SEVERITY)


def _meaning(name: str) -> str:
    if name == "localhost":
        return "every container itself"
    if facts.is_aws_host(name):
        return "a host of AWS, whose requests would go to a task"
    return "an IP address, which is never looked up" if name.replace(".", "").isdecimal() else ""
