"""More tasks than the quota of network interfaces permits."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem
from tfgen.rules import _addresses, _quota

ID = "TG342"
SEVERITY = "warning"
TITLE = "A zone has at most 5,000 network interfaces unless AWS allows more"
WHY = (
    "Each task and each interface endpoint has one, and a deployment doubles the tasks; tasks beyond the "
    "quota do not start."
)
SOURCE = "https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html"
BAD = """\
network: {egress: nat, zones: 2}
services:
  web: {count: 5000}
  worker: {count: 1}
"""
GOOD = """\
network: {egress: nat, zones: 3}
services:
  web: {count: 5000}
  worker: {count: 1}
"""
FAILS = ("network: {egress: endpoints}\nservices: {web: {count: 4998}}",)
PASSES = (
    "network: {egress: nat}\nservices: {web: {count: 5000}}",
    "network: {egress: endpoints}\nservices: {web: {count: 4997}}",
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    tasks, zones = _addresses.most_tasks_while_deployed(blueprint), len(_addresses.task_subnets(blueprint))
    used = -(-tasks // zones) + len(blueprint.network.interface_endpoints)
    if limit := _quota.exceeded_limit("network_interfaces_per_region", used):
        most = max(blueprint.services, key=lambda service: service.tasks.most)
        message = (
            f"during a deployment of all services, {tasks} tasks in {zones} zones need {used} network "
            f"interfaces in each, endpoints included: AWS allows {limit.value}, and tasks beyond that do "
            "not start"
        )
        hint = f"{_quota.how_to_raise(limit, used)}; or use more zones"
        yield Problem(ID, most.tasks.most_at, message, hint, SEVERITY)
