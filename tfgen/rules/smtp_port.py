"""Mail to the internet on port 25."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem
from tfgen.rules import _ranges

ID = "TG309"
SEVERITY = "note"
TITLE = "Mail is sent on another port than 25"
WHY = (
    "AWS blocks port 25 to public addresses until you request its removal for an account and a region, so "
    "connections time out although the security group allows them."
)
SOURCE = "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-resource-limits.html"
BAD = """\
services:
  mailer:
    egress_cidrs: [0.0.0.0/0, {cidr: 0.0.0.0/0, port: 25}]
"""
GOOD = """\
services:
  mailer:
    egress_cidrs: [0.0.0.0/0, {cidr: 0.0.0.0/0, port: 587}]
"""
FAILS = ("services: {mailer: {egress_cidrs: [{cidr: 8.8.8.8/32, port: 25}]}}",)
PASSES = (
    "services: {mailer: {egress_cidrs: [0.0.0.0/0, {cidr: 10.1.0.0/16, port: 25}]}}",
    "services: {mailer: {egress_cidrs: [{cidr: 0.0.0.0/0, port: 26}, {cidr: 0.0.0.0/0, port: 24}]}}",
)

SMTP = 25


def check(blueprint: Blueprint) -> Iterator[Problem]:
    for service in blueprint.services:
        for index, range_ in enumerate(service.egress_cidrs):
            if range_.port == SMTP and not _ranges.containing_range(range_.cidr, "unrouted"):
                where = blueprint.locate(("services", service.key, "egress_cidrs", index))
                message = (
                    f"AWS blocks port {SMTP} to public addresses unless it has removed this restriction "
                    "for the account"
                )
                hint = (
                    "send on port 587 (STARTTLS) or 465 (TLS), or ask AWS Support to remove the restriction"
                )
                yield Problem(ID, where, message, hint, SEVERITY)
