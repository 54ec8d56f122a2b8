"""Tasks whose security group does not let them reach their registry."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint, Service
from tfgen.problems import Problem

ID = "TG305"
SEVERITY = "warning"
TITLE = "A narrowed egress still reaches the image registry and CloudWatch Logs"
WHY = (
    "Without interface endpoints, images and logs travel to public addresses that no fixed range covers for "
    "good; a security group that does not let them through stops tasks from starting."
)
SOURCE = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-task-networking.html"
BAD = """\
services:
  web:
    egress_cidrs: [10.20.0.0/16]
"""
GOOD = """\
services:
  web:
    egress_cidrs: [0.0.0.0/0]
"""
FAILS = (
    "network: {egress: public}\nservices: {web: {egress_cidrs: []}}",
    "services: {web: {egress_cidrs: [{cidr: 0.0.0.0/0, port: 80}]}}",
)
PASSES = ("network: {egress: nat+endpoints}\nservices: {web: {egress_cidrs: [10.20.0.0/16]}}",)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    if blueprint.network.endpoint_security_group:
        return
    for service in blueprint.services:
        if not _reaches_world(service):
            message = (
                f'the egress_cidrs of "{service.key}" may shut out {service.image.registry} and CloudWatch '
                "Logs; then its tasks do not start"
            )
            hint = "use egress: nat+endpoints, or add 0.0.0.0/0"
            yield Problem(ID, service.at, message, hint, SEVERITY)


def _reaches_world(service: Service) -> bool:
    return any(rule.peer.value == "0.0.0.0/0" and rule.port == 443 for rule in service.security_rules)
