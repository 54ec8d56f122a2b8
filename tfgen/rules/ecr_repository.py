"""An invalid name of an ECR repository."""

from collections.abc import Iterator

from tfgen import facts
from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem

ID = "TG389"
SEVERITY = "error"
TITLE = "The repository of an ECR image has a valid name"
WHY = "The name of an ECR repository has 2 to 256 characters, so the image cannot exist."
SOURCE = "https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html"
_HOST = "123456789012.dkr.ecr.us-east-1.amazonaws.com"
BAD = f"""\
services:
  web:
    image: {_HOST}/w:1.4.2
"""
GOOD = f"""\
services:
  web:
    image: {_HOST}/web:1.4.2
"""
FAILS = (f"services: {{web: {{image: '{_HOST}/{'a' * 257}:1'}}}}",)
PASSES = (
    f"services: {{web: {{image: '{_HOST}/{'a' * 256}:1'}}}}",
    f"services: {{web: {{image: '{_HOST}/ab:1'}}}}",
    "services: {web: {image: 'registry.example.com/w:1'}}",
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    limits = facts.limits()
    shortest, longest = (limits[f"ecr_repository_chars_{end}"].value for end in ("min", "max"))
    for container in blueprint.containers:
        image = container.image
        if image.account and not shortest <= len(image.repository) <= longest:
            length = len(image.repository)
            message = f"the name of an ECR repository has {shortest} to {longest} characters, not {length}"
            hint = "write the repository as aws ecr describe-repositories lists it"
            yield Problem(ID, image.at, message, hint, SEVERITY)
