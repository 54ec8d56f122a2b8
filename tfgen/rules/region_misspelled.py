"""A region that does not exist, in the host of an image, in an ARN, or in the backend."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem
from tfgen.rules import _regions

ID = "TG306"
SEVERITY = "error"
TITLE = "The region of a host or an ARN is spelled correctly"
WHY = (
    "A host or an ARN in a region that does not exist cannot be reached, even through a NAT gateway; the "
    "task never starts, and no plan or apply reports it."
)
SOURCE = "https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html"
BAD = """\
services:
  web:
    image: 123456789012.dkr.ecr.us-esat-1.amazonaws.com/web:1.4.2
"""
GOOD = """\
services:
  web:
    image: 123456789012.dkr.ecr.us-east-1.amazonaws.com/web:1.4.2
"""
FAILS = (
    "services: {web: {secrets: {A: 'arn:aws:secretsmanager:eu-wset-1:123456789012:secret:db-a1b2c3'}}}",
    "services: {web: {secrets: {A: 'arn:aws:ssm:us-east-1a:123456789012:parameter/a'}}}",
    "network: {egress: endpoints}\n"
    "services: {web: {image: '123456789012.dkr.ecr.us-east1.amazonaws.com/web:1'}}",
    "services: {web: {environment: {QUEUE: 'arn:aws:sqs:us-esat-1:123456789012:orders'}}}",
    "backend: {bucket: states, region: us-esat-1}",
)
PASSES = (
    # Newer than tfgen, perhaps: TG307.
    "services: {web: {image: '123456789012.dkr.ecr.us-east-3.amazonaws.com/web:1'}}",
    "services: {web: {image: '123456789012.dkr.ecr.xx-new-1.amazonaws.com/web:1'}}",
    # Announced, and the stack's own, which TG110 speaks of.
    "services: {web: {image: '123456789012.dkr.ecr.me-west-1.amazonaws.com/web:1'}}",
    "region: us-esat-1\nnetwork: {zones: [a, b]}\n"
    "services: {web: {image: '123456789012.dkr.ecr.us-esat-1.amazonaws.com/web:1'}}",
    "services: {web: {image: 'nginx:1.27', secrets: {A: /us-esat-1}}}",
    "services: "
    "{web: {environment: {A: 'arn:aws:s3:::us-esat-1', B: 'arn:aws:sqs:$REGION:1:a', C: us-esat-1}}}",
    "backend: {bucket: states, region: eu-west-1}",
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    for named in _regions.unknown_regions(blueprint):
        if _regions.is_misspelled(named.region):
            message = f'the region "{named.region}" does not exist'
            yield Problem(
                ID, named.at, message, f"did you mean {_regions.similar_regions(named.region)}?", SEVERITY
            )
