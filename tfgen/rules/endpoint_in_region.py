"""Endpoints of services that the stack's Region may not offer."""

from collections.abc import Iterator

from tfgen import facts
from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem
from tfgen.rules import _endpoints

ID = "TG386"
SEVERITY = "note"
TITLE = "The region offers the services of all endpoints, as far as tfgen knows"
WHY = (
    "Not every region offers every service; the apply fails at an endpoint of a service that is not "
    "offered. The service may be newer in the region than this version of tfgen."
)
SOURCE = "https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html"
BAD = """\
region: af-south-1
network:
  egress: nat+endpoints
  endpoints: [braket]
"""
GOOD = """\
region: us-east-1
network:
  egress: nat+endpoints
  endpoints: [braket]
"""
FAILS = (
    "region: af-south-1\nnetwork: {egress: nat+endpoints}\nservices: {web: {uses: [sqs, bedrock-runtime]}}",
)
PASSES = (
    "region: af-south-1\nnetwork: {egress: nat+endpoints}\nservices: {web: {uses: [sqs, lambda]}}",
    "region: af-south-1\nnetwork: {egress: nat}\nservices: {web: {uses: [braket]}}",
    # A whole partition without it is TG351's.
    "region: cn-north-1\nnetwork: {egress: nat+endpoints, endpoints: [braket], zones: [a, b]}",
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    for endpoint, where in _endpoints.placed_endpoints(blueprint):
        if blueprint.region in facts.regions_without(endpoint.service):
            message = f'as far as tfgen knows, {blueprint.region} does not offer "{endpoint.service}"'
            hint = (
                f"check that aws ec2 describe-vpc-endpoint-services --region {blueprint.region} lists "
                f"{endpoint.service_name}"
            )
            yield Problem(ID, where, message, hint, SEVERITY)
