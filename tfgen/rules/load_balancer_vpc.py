"""A load balancer that exists, beside a VPC that does not yet."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint, ExistingLoadBalancer
from tfgen.hcl.text import Ref
from tfgen.problems import Location, Problem

ID = "TG513"
SEVERITY = "error"
TITLE = "A load balancer that exists is in a VPC that exists"
WHY = (
    "AWS refuses a target group or a security group rule for a load balancer of another VPC, and a VPC that "
    "the stack creates has no load balancer yet. Values that only Terraform knows are not judged: files of "
    "yours beside the stack may create the load balancer in its VPC."
)
SOURCE = (
    "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-target-groups.html"
)
_LISTENER = "arn:aws:elasticloadbalancing:us-east-1:123456789012:listener/app/shared/1/2"
_BAD_NETWORK = "network: {egress: nat}\n"
_GOOD_NETWORK = "network: {vpc: {way_out: nat}}\n"
_REST = """\
load_balancer:
  existing:
    listener_arns: {{https: {}}}
    security_group: {}
services:
  web: {{port: 80, routes: [{{path: /shop, priority: 210}}]}}
"""
_EXISTING = _REST.format(f'"{_LISTENER}"', "sg-0a1b2c3d4e5f60718")
BAD = f"{_BAD_NETWORK}{_EXISTING}"
GOOD = f"{_GOOD_NETWORK}{_EXISTING}"
FAILS = (
    _BAD_NETWORK + _REST.format("{input: arn}", "sg-0a1b2c3d4e5f60718"),
    _BAD_NETWORK + _REST.format(f'"{_LISTENER}"', "{input: group}"),
)
PASSES = (
    _BAD_NETWORK + _REST.format("{ref: aws_lb_listener.https.arn}", "{input: group}"),
    f"{_BAD_NETWORK}services: {{web: {{port: 80, routes: [/]}}}}",
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    for balancer in () if blueprint.network.existing else blueprint.existing_load_balancer:
        for where in _literal(balancer)[:1]:
            message = (
                "this load balancer exists, and the stack creates the VPC: a load balancer is in one VPC"
            )
            hint = (
                "join its VPC with network.vpc, or write {ref: ...} if files of yours create it in this one"
            )
            yield Problem(ID, where, message, hint, SEVERITY)


def _literal(balancer: ExistingLoadBalancer) -> list[Location]:
    """The places of values in the spec that say which load balancer it is."""
    found = [each.at for each in balancer.listeners if not isinstance(each.arn, Ref)]
    return found if isinstance(balancer.security_group, Ref) else [*found, balancer.at]
