"""A Region that tfgen does not know, in the host of an image, in an ARN, or of the state."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem
from tfgen.rules import _regions

ID = "TG307"
SEVERITY = "warning"
TITLE = "A region is one that tfgen knows"
WHY = (
    "AWS opens regions, and tfgen may be older than one; if it is none of them, the host or the ARN leads "
    "nowhere, and a task that needs it never starts."
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
    for named in _regions.unknown(blueprint):
        if not _regions.is_misspelled(named.region):
            message = f'tfgen does not know the region "{named.region}"'
            likely = _regions.meant(named.region)
            hint = (f"did you mean {likely}? " if likely else "") + (
                "If it is newer than tfgen, say so: ignore: [{rule: TG307, reason: ...}]"
            )
            yield Problem(ID, named.at, message, hint, SEVERITY)
