"""An image that every task start pulls from another region."""

from collections.abc import Iterator

from tfgen import facts
from tfgen.blueprint.model import Blueprint, Image
from tfgen.problems import Problem

ID = "TG322"
SEVERITY = "note"
TITLE = "Images are in the stack's region"
WHY = (
    "An image in another region is transferred, and paid for, at every task start, and tasks cannot start "
    "during an outage of that region."
)
SOURCE = "https://docs.aws.amazon.com/AmazonECR/latest/userguide/replication.html"
BAD = """\
services:
  web:
    image: 123456789012.dkr.ecr.eu-west-1.amazonaws.com/web:1.4.2
"""
GOOD = """\
services:
  web:
    image: 123456789012.dkr.ecr.us-east-1.amazonaws.com/web:1.4.2
"""
FAILS = (
    "network: {egress: public}\n"
    "services: {web: {image: '123456789012.dkr.ecr.eu-west-1.amazonaws.com/web:1'}}",
    "network: {vpc: {way_out: nat}}\n"
    "services: {web: {image: 123456789012.dkr.ecr.eu-west-1.amazonaws.com/web:1}}",
)
PASSES = (
    "services: {web: {image: 'nginx:1.27'}}",
    "network: {egress: endpoints}\n"
    "services: {web: {image: '123456789012.dkr.ecr.eu-west-1.amazonaws.com/web:1'}}",
    "services: {web: {image: '123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/web:1'}}",
    "services: {web: {image: '123456789012.dkr.ecr.xx-new-1.amazonaws.com/web:1'}}",
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    if blueprint.network.private_subnets and not blueprint.network.reaches_internet:
        return  # then it cannot be pulled at all: TG301
    for container in blueprint.containers:
        image = container.image
        if image.region != blueprint.region and _in_partition(image, blueprint.partition):
            message = f"every task start pulls this image from {image.region}, and you pay for the transfer"
            hint = f"have ECR replicate the repository to {blueprint.region}, and name the image there"
            yield Problem(ID, image.at, message, hint, SEVERITY)


def _in_partition(image: Image, partition: str) -> bool:
    region = facts.regions().get(image.region)
    return region is not None and region.partition == partition
