"""A public registry that is hard to reach from China."""

from collections.abc import Iterator

from tfgen import facts
from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem

ID = "TG308"
SEVERITY = "note"
TITLE = "In China, images come from a registry in China"
WHY = (
    "From mainland China, Docker Hub and some other registries are slow or unreachable, and ECR's "
    "pull-through cache is not offered there; a task whose image cannot be pulled does not start."
)
SOURCE = "https://github.com/nwcdlabs/container-mirror"
BAD = """\
region: cn-north-1
network:
  zones: [a, b]
services:
  web:
    image: nginx:1.27
"""
GOOD = """\
region: cn-north-1
network:
  zones: [a, b]
services:
  web:
    image: 123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/nginx:1.27
"""
FAILS = ("region: cn-northwest-1\nservices: {web: {image: 'quay.io/a/b:1'}}",)
PASSES = (
    "services: {web: {image: 'nginx:1.27'}}",
    "region: cn-northwest-1\nservices: {web: {image: 'registry.example.cn/a/b:1'}}",
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    for container in blueprint.containers:
        image = container.image
        if image.registry in facts.unreachable_registries(blueprint.partition):
            suffix = facts.regions()[blueprint.region].dns_suffix
            message = f"from {blueprint.region}, {image.registry} is often slow or unreachable"
            hint = f"copy the image to ACCOUNT.dkr.ecr.{blueprint.region}.{suffix}"
            yield Problem(ID, image.at, message, hint, SEVERITY)
