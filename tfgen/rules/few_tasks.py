"""A service behind the load balancer with one task, or none."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem

ID = "TG311"
SEVERITY = "note"
TITLE = "A service behind the load balancer has at least two tasks"
WHY = (
    "A single task is in a single zone: when it stops, requests get 503 until another has started. During "
    "a deployment there are two."
)
SOURCE = (
    "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/availability-zone-balanced-distribution.html"
)
BAD = """\
services:
  web:
    port: 8080
    routes: [/]
    count: 1
"""
GOOD = """\
services:
  web:
    port: 8080
    routes: [/]
    count: 2
"""
FAILS = (
    "services: {web: {port: 80, routes: [/], count: 0}}",
    "services: {web: {port: 80, routes: [/], scaling: {min: 1, max: 4, cpu: 60}}}",
    "services: {web: {port: 80, routes: [/],"
    " scaling: {min: 2, max: 4, schedule: {a: {when: rate(1 day), min: 1}}}}}",
)
PASSES = (
    "services: {worker: {count: 1}}",
    "services: {worker: {count: 0}}",
    "services: {web: {port: 80, routes: [/]}}",
    "services: {web: {port: 80, routes: [/], scaling: {min: 2, max: 4, cpu: 60}}}",
)


_MEANING = {
    0: "has no tasks, and requests to its routes get 503",
    1: "is one task in one zone: when it stops, requests get 503 until another has started",
}


def check(blueprint: Blueprint) -> Iterator[Problem]:
    for service in blueprint.services:
        if service.target_groups and service.tasks.least in _MEANING:
            message = f'"{service.key}" {_MEANING[service.tasks.least]}'
            yield Problem(ID, service.tasks.at, message, f"write {service.tasks.key}: 2", SEVERITY)
