"""An endpoint that exists in one Region only, in another Region."""

from collections.abc import Iterator

from tfgen import facts
from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem

ID = "TG359"
SEVERITY = "warning"
TITLE = "The endpoint for IAM is in the Region of IAM's control plane"
WHY = (
    "AWS offers com.amazonaws.iam in us-east-1 and in no other commercial Region: elsewhere the apply "
    "fails at it. From another Region, tasks reach IAM through a NAT gateway, or through a transit gateway "
    "to a VPC there."
)
SOURCE = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam_vpc_endpoint_create.html"
BAD = """\
region: eu-west-1
network:
  egress: nat+endpoints
  endpoints: [iam]
"""
GOOD = """\
region: us-east-1
network:
  egress: nat+endpoints
  endpoints: [iam]
"""
FAILS = (
    "region: eu-west-1\nnetwork: {egress: endpoints}\n"
    "services: {web: {image: '123456789012.dkr.ecr.eu-west-1.amazonaws.com/web:1', uses: [sqs, iam]}}",
)
PASSES = (
    "region: eu-west-1\nnetwork: {egress: nat}\nservices: {web: {uses: [iam]}}",
    "region: us-gov-west-1\nnetwork: {egress: nat+endpoints, endpoints: [iam]}",
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    for endpoint in blueprint.network.interface_endpoints:
        home = facts.endpoint_home(endpoint.service, blueprint.partition)
        if home and home != blueprint.region:
            message = f"{endpoint.service_name} exists in {home} only, not in {blueprint.region}"
            hint = (
                f"leave {endpoint.service} out of uses and endpoints, and give the tasks a NAT gateway "
                "(egress: nat or nat+endpoints)"
            )
            yield Problem(ID, blueprint.locate(("region",)), message, hint, SEVERITY)
