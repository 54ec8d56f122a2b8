"""VPC endpoints that stay open beside those with narrow policies."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem

ID = "TG696"
SEVERITY = "note"
TITLE = "What is used of an AWS service is known where endpoints have policies"
WHY = (
    "endpoint_policies lets through what the spec allows. Where a service names an AWS service in uses "
    "alone, nobody knows what of it, and its endpoint stays open for all tasks."
)
SOURCE = "https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html"
BAD = """\
network: {egress: endpoints, endpoint_policies: true}
services:
  worker:
    uses: [sqs]
"""
GOOD = """\
network: {egress: endpoints, endpoint_policies: true}
services:
  worker:
    access: [{receive: "arn:aws:sqs:us-east-1:123456789012:jobs"}]
"""
FAILS = (
    "network: {egress: nat, endpoint_policies: true}\nservices: {worker: {uses: [s3]}}",
    "network: {egress: endpoints, endpoint_policies: true}\n"
    "services: {a: {uses: [sns, sqs]}, b: {access: [{publish: 'arn:aws:sns:us-east-1:123456789012:news'}]}}",
)
PASSES = (
    "network: {egress: endpoints}\nservices: {worker: {uses: [sqs]}}",
    "network: {egress: endpoints, endpoint_policies: false}\nservices: {worker: {uses: [sqs]}}",
    # what is asked for by name is open on purpose, and of others nobody knows the actions
    "network: {egress: endpoints, endpoint_policies: true, endpoints: [sns]}\n"
    "services: {worker: {uses: [rds-data]}}",
    "network: {egress: nat, endpoint_policies: true}\nservices: {worker: {uses: [sqs]}}",
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    for endpoint in blueprint.network.new_endpoints:
        for policy in endpoint.policies:
            for opened in policy.opened[:1]:
                message = (
                    f'the {endpoint.service} endpoint lets everything through, since "{opened.service}" does '
                    "not say what it uses there"
                )
                hint = "write it in access, with its ARN, instead of uses"
                yield Problem(ID, opened.at, message, hint, SEVERITY)
