"""An image without a version."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem

ID = "TG312"
SEVERITY = "warning"
TITLE = "An image names its version"
WHY = (
    "With the tag latest, or none, Terraform sees no change when a new image is pushed and deploys "
    "nothing, and nobody can tell which version ran, or roll back to it."
)
SOURCE = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/container-considerations.html"
BAD = """\
services:
  web:
    image: nginx
"""
GOOD = """\
services:
  web:
    image: nginx:1.27
"""
FAILS = (
    "services: {web: {image: 'nginx:latest'}}",
    "services: {web: {image: 'registry.example.com:5000/web'}}",
    "services: {web: {image: {ref: aws_ecr_repository.web.repository_url}}}",
)
PASSES = (
    "services: {web: {image: {input: image}}}",
    "services: {web: {image: {join: [{ref: aws_ecr_repository.web.repository_url}, ':1.4.2']}}}",
    "services: {web: {image: 'registry.example.com:5000/web:latest-1'}}",
    "services: {web: {image: 'n@sha256:6c3c624b58dbbcd3c0dd82b4c53f04194d1247c6eebdaab7c610cf7d66709b3b'}}",
)

_UNSEEN = "Terraform sees no change when a new image is pushed, and two deployments may run different ones"
_REPOSITORY = ".repository_url"


def check(blueprint: Blueprint) -> Iterator[Problem]:
    for container in blueprint.containers:
        image = container.image
        if image.text and _tag_of_image(image.text) in ("", "latest"):
            message = f'"{image.text}" names no version: {_UNSEEN}'
            name = image.repository.rpartition("/")[2]
            hint = f"name a version, such as {name}:1.4.2, or a digest ({name}@sha256:...)"
            yield Problem(ID, image.at, message, hint, SEVERITY)
        for reference in image.given:
            if reference.endswith(_REPOSITORY):
                message = f"{reference} has no tag, so the image is its latest one: {_UNSEEN}"
                hint = (
                    f"write image: {{join: [{{ref: {reference}}}, ':1.4.2']}}, with an input for the version"
                )
                yield Problem(ID, image.at, message, hint, SEVERITY)


def _tag_of_image(image: str) -> str:
    """The tag, or the digest; nothing where there is neither."""
    return image.rpartition("/")[2].partition(":")[2]
