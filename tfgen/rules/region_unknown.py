"""A region that tfgen does not know, in the host of an image, in an ARN, or in the backend."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem
from tfgen.rules import _regions

ID = "TG307"
SEVERITY = "warning"
TITLE = "The region of a host or an ARN is known"
WHY = (
    "AWS opens new regions, and this version of tfgen may be older; if the region does not exist, the host "
    "or the ARN cannot be reached, and a task that needs it never starts."
)
SOURCE = "https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html"
BAD = """\
services:
  web:
    image: 123456789012.dkr.ecr.us-east-3.amazonaws.com/web:1.4.2
"""
GOOD = """\
services:
  web:
    image: 123456789012.dkr.ecr.us-east-1.amazonaws.com/web:1.4.2
"""
FAILS = ("services: {web: {secrets: {A: 'arn:aws:ssm:xx-new-1:123456789012:parameter/a'}}}",)
PASSES = (
    "services: {web: {image: '123456789012.dkr.ecr.us-esat-1.amazonaws.com/web:1'}}",
    "services: {web: {image: '123456789012.dkr.ecr.sa-west-1.amazonaws.com/web:1'}}",
    "region: us-east-3\nnetwork: {zones: [a, b]}\n"
    "services: {web: {image: '123456789012.dkr.ecr.us-east-3.amazonaws.com/web:1'}}",
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    for named in _regions.unknown_regions(blueprint):
        if not _regions.is_misspelled(named.region):
            message = f'unknown region "{named.region}"'
            likely = _regions.similar_regions(named.region)
            hint = (f"did you mean {likely}? " if likely else "") + (
                "If it is newer than this version of tfgen, write ignore: [{rule: TG307, reason: ...}]"
            )
            yield Problem(ID, named.at, message, hint, SEVERITY)
