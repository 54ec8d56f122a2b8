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
    egress: [0.0.0.0/0, {cidr: 0.0.0.0/0, port: 25}]
"""
GOOD = """\
services:
  mailer:
    egress: [0.0.0.0/0, {cidr: 0.0.0.0/0, port: 587}]
"""
FAILS = ("services: {mailer: {egress: [{cidr: 8.8.8.8/32, port: 25}]}}",)
PASSES = (
    "services: {mailer: {egress: [0.0.0.0/0, {cidr: 10.1.0.0/16, port: 25}]}}",
    "services: {mailer: {egress: [{cidr: 0.0.0.0/0, port: 26}, {cidr: 0.0.0.0/0, port: 24}]}}",
    "services: {mailer: {egress: [{cidr: 0.0.0.0/0, port: 25, protocol: udp}]}}",
    "services: {mailer: {egress: [24-25, 25-26]}}",
    "services: {mailer: {egress: [{security_group: sg-0a1b2c3d, port: 25}]}}",
)

SMTP = 25


def check(blueprint: Blueprint) -> Iterator[Problem]:
    for service in blueprint.tasks:
        for index, each in enumerate(service.egress):
            # All ports, or a range of them, are hardly meant for mail.
            is_smtp = (each.protocol, each.port, each.last_port) == ("tcp", SMTP, SMTP)
            if is_smtp and each.cidr and not _ranges.containing_range(each.cidr, "unrouted"):
                where = blueprint.locate((*service.path, "egress", index))
                message = (
                    f"AWS blocks port {SMTP} to public addresses unless it has removed this restriction "
                    "for the account"
                )
                hint = (
                    "send on port 587 (STARTTLS) or 465 (TLS), or ask AWS Support to remove the restriction"
                )
                yield Problem(ID, where, message, hint, SEVERITY)
