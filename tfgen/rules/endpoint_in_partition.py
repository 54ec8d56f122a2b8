"""Endpoints of services that China or GovCloud does not offer."""

from collections.abc import Iterator

from tfgen import facts
from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem

ID = "TG351"
SEVERITY = "warning"
TITLE = "The region's partition offers the services of all endpoints"
WHY = (
    "China and GovCloud lack some services; the apply fails at an endpoint of a service that is not "
    "offered there."
)
SOURCE = "https://docs.aws.amazon.com/general/latest/gr/aws-service-information.html"
BAD = """\
region: cn-north-1
network:
  egress: endpoints
  endpoints: [textract]
  zones: [a, b]
"""
GOOD = """\
region: us-gov-west-1
network:
  egress: endpoints
  endpoints: [textract]
  zones: [a, b]
"""
FAILS = (
    "region: us-gov-west-1\nnetwork: {egress: nat+endpoints, zones: [a, b]}\n"
    "services: {web: {image: 'nginx:1', uses: [rds-data]}}",
)
PASSES = (
    "network: {egress: endpoints, endpoints: [textract]}",
    "region: cn-north-1\nnetwork: {egress: nat, zones: [a, b]}\n"
    "services: {web: {image: 'nginx:1', uses: [textract]}}",
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    for endpoint in blueprint.network.interface_endpoints:
        if endpoint.service in facts.lacking_endpoints(blueprint.partition):
            message = (
                f"as far as tfgen knows, the partition {blueprint.partition} has no service "
                f'"{endpoint.service}", and so no endpoint for it'
            )
            hint = (
                f"check that aws ec2 describe-vpc-endpoint-services --region {blueprint.region} lists "
                f"{endpoint.service_name}, or remove it from endpoints and uses"
            )
            yield Problem(ID, blueprint.locate(("region",)), message, hint, SEVERITY)
