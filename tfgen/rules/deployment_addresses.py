"""Subnets with addresses for the tasks, but not for twice as many."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem
from tfgen.rules import _addresses

ID = "TG341"
SEVERITY = "warning"
TITLE = "The subnets have enough addresses for a deployment"
WHY = (
    "ECS starts new tasks before it stops old ones, so a deployment of all services doubles the tasks, "
    "spread evenly over the zones. Tasks without an address fail, and too many failures roll the "
    "deployment back. A load balancer in the same subnets needs eight more addresses in each."
)
SOURCE = "https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html"
BAD = """\
network:
  egress: nat
  subnets: {private: 28}
services:
  web:
    count: 12
"""
GOOD = """\
network:
  egress: nat
  subnets: {private: 27}
services:
  web:
    count: 12
"""
FAILS = (
    "network: {egress: nat, subnets: {private: 28}}\nservices: {a: {count: 22}}",
    "network: {egress: endpoints, subnets: {private: 28}}\nservices: {a: {count: 9}}",
    "network: {egress: public, subnets: {public: 27}}\nservices: {a: {count: 20, port: 80, routes: [/]}}",
    "network: {egress: nat, subnets: {private: {a: 10.0.16.0/20, b: 10.0.0.0/28}}}\n"
    "services: {a: {count: 12}}",
    "network: {egress: nat, subnets: {private: 28}}\nservices: {a: {scaling: {min: 2, max: 12, cpu: 60}}}",
)
PASSES = (
    "network: {egress: nat, subnets: {private: 28}}\nservices: {a: {count: 11}}",
    "network: {egress: endpoints, subnets: {private: 28}}\nservices: {a: {count: 8}}",
    "network: {egress: public, subnets: {public: 27}}\nservices: {a: {count: 19, port: 80, routes: [/]}}",
    "network: {egress: public, subnets: {public: 27}}\nservices: {a: {count: 27}}",
    "network: {egress: nat, subnets: {private: 28}}\nservices: {a: {count: 23}}",
    "network: {egress: nat, subnets: {private: {a: 10.0.0.0/28, b: 10.0.16.0/20}}}\n"
    "services: {a: {count: 11}}",
    "network: {egress: nat, subnets: {private: 28, public: 27}}\n"
    "services: {a: {count: 11, port: 80, routes: [/]}}",
    "network: {vpc: {way_out: nat}}\nservices: {a: {count: 200}}",
    "network: {egress: nat, subnets: {private: 28}}\nservices: {a: {count: 12, deployment: {maximum: 150}}}",
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    if not _addresses.are_sizes_known(blueprint):
        return
    tasks = _addresses.most_tasks(blueprint)
    rooms = _addresses.task_addresses_by_zone(blueprint, beside_load_balancer=True)
    zone = min(rooms, key=lambda zone: rooms[zone])
    deployed = _addresses.most_tasks_while_deployed(blueprint)
    in_each = -(-deployed // len(rooms))  # rounded up
    if in_each > rooms[zone] and tasks <= _addresses.task_addresses(blueprint, beside_load_balancer=False):
        role = _addresses.task_subnet_role(blueprint)
        message = (
            f"{tasks} tasks become {deployed} during a deployment of all services, {in_each} in each "
            f"zone, and the {role} subnet in zone {zone} has {rooms[zone]} addresses: tasks without one "
            "fail, which may roll the deployment back"
        )
        hint = (
            f"write network.subnets.{role}: {_addresses.sufficient_prefix_length(blueprint)}, in a "
            "network.cidr with room for it"
        )
        yield Problem(ID, _addresses.place_of_sizes(blueprint, role), message, hint, SEVERITY)
