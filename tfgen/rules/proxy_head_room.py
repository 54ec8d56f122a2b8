"""A task so small that the Service Connect proxy may use all of it."""

from collections.abc import Iterator

from tfgen import facts
from tfgen.blueprint.model import Blueprint, Service
from tfgen.problems import Problem

ID = "TG315"
SEVERITY = "note"
TITLE = "A task with Service Connect has room for the proxy"
WHY = (
    "The proxy runs in the task and shares its CPU and memory. AWS recommends 256 CPU units and 64 MiB for "
    "the proxy alone, and 512 units above 500 requests a second."
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
FAILS = (
    "services: {web: {cpu: 256, calls: [api]}, api: {port: 80, connect: api}}",
    "services: {api: {cpu: 256, memory: 512, port: 80, connect: api}}",
)
PASSES = ("services: {worker: {cpu: 256}}",)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    for service in blueprint.services:
        if service.connect and service.cpu <= (proxy := facts.limits()["connect_proxy_cpu"].value):
            memory = facts.limits()["connect_proxy_memory_mib"].value
            message = (
                f'"{service.key}" has {service.cpu} CPU units; AWS recommends {proxy} (and {memory} MiB) '
                "for the Service Connect proxy alone"
            )
            where = blueprint.locate(("services", service.key, "cpu"))
            yield Problem(ID, where, message, _hint(service, 2 * proxy, blueprint), SEVERITY)


def _hint(service: Service, cpu: int, blueprint: Blueprint) -> str:
    """A size that Fargate offers; memory that the spec does not set follows automatically."""
    sizes = facts.fargate_sizes()[cpu]
    memory = next((size for size in sizes if size >= service.memory), sizes[-1])
    key = ("services", service.key)
    said = blueprint.locate((*key, "memory")) != blueprint.locate(key)
    return f"write cpu: {cpu}" + (f" and memory: {memory}" if said and memory != service.memory else "")
