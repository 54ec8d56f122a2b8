"""Public subnets that are too small for a load balancer."""

from collections.abc import Iterator

from tfgen import facts
from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem
from tfgen.rules import _addresses

ID = "TG343"
SEVERITY = "warning"
TITLE = "A load balancer's subnets are /27 or larger"
WHY = (
    "An Application Load Balancer grows with its traffic and replaces its nodes; in a smaller subnet it "
    "runs out of addresses, and clients get 5xx responses or cannot connect."
)
SOURCE = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html"
BAD = """\
network:
  subnets: {public: 28}
services:
  web: {port: 80, routes: [/]}
"""
GOOD = """\
network:
  subnets: {public: 27}
services:
  web: {port: 80, routes: [/]}
"""
FAILS = (
    "network: {subnets: {private: 28}}\nload_balancer: {scheme: internal}\n"
    "services: {web: {port: 80, routes: [/]}}",
    "network: {egress: public, subnets: {public: 28}}\nload_balancer: {scheme: internal}\n"
    "services: {web: {port: 80, routes: [/]}}",
    "network: {subnets: {public: {a: 10.0.128.0/27, b: 10.0.129.0/28}}}\n"
    "services: {web: {port: 80, routes: [/]}}",
)
PASSES = (
    "network: {subnets: {public: 28}}\nload_balancer: {scheme: internal}\n"
    "services: {web: {port: 80, routes: [/]}}",
    "network: {subnets: {public: 28}}\nservices: {web: {port: 80}}",
    "network: {vpc: {way_out: nat}}\nservices: {web: {port: 80, routes: [/]}}",
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    if not _addresses.are_sizes_known(blueprint):
        return
    longest = facts.limits()["alb_subnet_prefix_max"].value
    for balancer in blueprint.load_balancer:
        subnets = blueprint.network.subnets_of(balancer.subnets)
        small = [subnet for subnet in subnets if _addresses.prefix_length(subnet) > longest]
        if not small:
            continue
        message = (
            f"{balancer.noun}'s subnet {small[0].cidr} (zone {small[0].zone}) is too small: AWS asks for "
            f"at least a /{longest}, so that it can grow"
        )
        hint = f"write network.subnets.{balancer.subnets}: {longest}, or a lower number"
        yield Problem(ID, _addresses.place_of_sizes(blueprint, balancer.subnets), message, hint, SEVERITY)
