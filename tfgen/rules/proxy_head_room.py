"""A task so small that Service Connect's proxy may take all of it."""

from collections.abc import Iterator

from tfgen import facts
from tfgen.blueprint.model import Blueprint, Service
from tfgen.problems import Problem

ID = "TG315"
SEVERITY = "note"
TITLE = "A task with Service Connect has room for the proxy"
WHY = (
    "The proxy runs in the task and shares its size. AWS recommends 256 CPU units and 64 MiB for the "
    "proxy alone, and 512 units above 500 requests a second."
)
SOURCE = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-connect-concepts-deploy.html"
BAD = """\
services:
  api:
    port: 5000
    connect: api
    cpu: 256
"""
GOOD = """\
services:
  api:
    port: 5000
    connect: api
    cpu: 512
"""
FAILS = ("services: {web: {cpu: 256, calls: [api]}, api: {port: 80, connect: api}}",)
PASSES = ("services: {worker: {cpu: 256}}",)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    for service in blueprint.services:
        if service.connect and service.cpu <= (proxy := facts.limits()["connect_proxy_cpu"].value):
            memory = facts.limits()["connect_proxy_memory_mib"].value
            message = (
                f'"{service.key}" has {service.cpu} CPU units, and AWS recommends {proxy} (and {memory} '
                "MiB) for Service Connect's proxy alone"
            )
            where = blueprint.locate(("services", service.key, "cpu"))
            yield Problem(ID, where, message, _hint(service, 2 * proxy), SEVERITY)


def _hint(service: Service, cpu: int) -> str:
    """The next size, with a memory that goes with it if the present one does not."""
    sizes = facts.fargate_sizes()[cpu]
    memory = min((size for size in sizes if size >= service.memory), default=sizes[-1])
    return f"write cpu: {cpu}" if memory == service.memory else f"write cpu: {cpu} and memory: {memory}"
