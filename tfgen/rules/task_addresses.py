"""Subnets with fewer addresses than there are tasks."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem
from tfgen.rules import _addresses

ID = "TG340"
SEVERITY = "error"
TITLE = "The subnets have an address for every task"
WHY = (
    "Each Fargate task has a network interface and so an address of its own; AWS reserves five in each "
    "subnet, and each interface endpoint uses one. A task without an address never starts, and no plan "
    "reports it."
)
SOURCE = "https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html"
BAD = """\
network:
  egress: nat
  subnets: {private: 28}
services:
  web:
    count: 23
"""
GOOD = """\
network:
  egress: nat
  subnets: {private: 26}
services:
  web:
    count: 23
"""
FAILS = (
    "network: {egress: public, subnets: {public: 28}}\nservices: {a: {count: 20}, b: {count: 3}}",
    "network: {egress: endpoints, subnets: {private: 28}}\nservices: {a: {count: 17}}",
    "network: {egress: nat, cidr: 10.0.0.0/24}\nservices: {a: {count: 23}}",
)
PASSES = (
    "network: {egress: nat, subnets: {private: 28}}\nservices: {a: {count: 20}, b: {count: 2}}",
    "network: {egress: endpoints, subnets: {private: 28}}\nservices: {a: {count: 16}}",
    "network: {vpc: {way_out: nat}}\nservices: {a: {count: 5000}}",
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    if not _addresses.are_sizes_known(blueprint):
        return
    tasks, room = (
        _addresses.most_tasks(blueprint),
        _addresses.task_addresses(blueprint, beside_load_balancer=False),
    )
    if tasks > room:
        role = _addresses.task_subnet_role(blueprint)
        message = (
            f"{tasks} tasks need an address each, and the {role} subnets have {room}: the others never start"
        )
        hint = (
            f"write network.subnets.{role}: {_addresses.sufficient_prefix_length(blueprint)}, in a "
            "network.cidr with room for it"
        )
        yield Problem(ID, _addresses.place_of_sizes(blueprint, role), message, hint)
