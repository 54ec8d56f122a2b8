"""CPU and memory that Fargate does not offer together."""

from collections.abc import Iterator, Mapping

from tfgen import facts
from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem

ID = "TG302"
SEVERITY = "error"
TITLE = "CPU and memory are a pair that Fargate offers"
WHY = "ECS refuses any other pair when the task definition is registered; terraform validate does not notice."
SOURCE = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html"
BAD = """\
services:
  web:
    cpu: 256
    memory: 4096
"""
GOOD = """\
services:
  web:
    cpu: 512
    memory: 4096
"""
FAILS = ("services: {web: {cpu: 300}}", "services: {web: {cpu: 4096, memory: 8500}}")
PASSES = ("services: {web: {cpu: 256}}", "services: {web: {cpu: 16384, memory: 122880}}")


def check(blueprint: Blueprint) -> Iterator[Problem]:
    sizes = facts.fargate_sizes()
    for service in blueprint.tasks:
        if service.cpu not in sizes:
            message = f"Fargate has no size with {service.cpu} CPU units"
            hint = f"set cpu to one of {', '.join(map(str, sizes))} (1024 units are one vCPU)"
            yield Problem(ID, service.size_at, message, hint)
        elif service.memory not in sizes[service.cpu]:
            message = f"Fargate does not offer {service.memory} MiB with {service.cpu} CPU units"
            yield Problem(
                ID,
                service.size_at,
                message,
                (f"with cpu: {service.cpu}, set memory to {_offered_sizes(sizes, service.cpu)}"),
            )


def _offered_sizes(sizes: Mapping[int, tuple[int, ...]], cpu: int) -> str:
    memory = sizes[cpu]
    if len(memory) <= 4:
        return f"one of {', '.join(map(str, memory))}"
    return f"a value from {memory[0]} to {memory[-1]} in steps of {memory[1] - memory[0]}"
