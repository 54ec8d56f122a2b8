"""An image that no task can pull."""

from collections.abc import Iterator

from tfgen import facts
from tfgen.blueprint.model import Blueprint, Image
from tfgen.problems import Problem
from tfgen.reach.faults import IMAGE, faults

ID = "TG301"
SEVERITY = "error"
TITLE = "With endpoints alone, images come from private ECR in the stack's region"
WHY = (
    "Endpoints lead to the private ECR of their own region and to nothing else; a task whose image is "
    "elsewhere never starts, and no plan or apply says so."
)
SOURCE = "https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html"
BAD = """\
network:
  egress: endpoints
services:
  web:
    image: nginx:1.27
"""
GOOD = """\
network:
  egress: endpoints
services:
  web:
    image: 123456789012.dkr.ecr.us-east-1.amazonaws.com/nginx:1.27
"""
FAILS = (
    "network: {egress: endpoints}\nservices: {web: {image: 'public.ecr.aws/nginx/nginx:1.27'}}",
    "network: {egress: endpoints}\n"
    "services: {web: {image: '123456789012.dkr.ecr.eu-west-1.amazonaws.com/web:1'}}",
)
PASSES = (
    "network: {egress: nat+endpoints}\nservices: {web: {image: 'nginx:1.27'}}",
    "network: {egress: public}\nservices: {web: {image: 'ghcr.io/acme/web:1'}}",
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    images = {service.key: service.image for service in blueprint.services}
    failing = dict.fromkeys(flow.service for _, flows in faults(blueprint, IMAGE) for flow in flows)
    for image in (images[key] for key in failing):
        yield Problem(ID, image.at, _message(image), _hint(image, blueprint))


def _message(image: Image) -> str:
    if image.account:
        return f"tasks cannot reach ECR in {image.region}: VPC endpoints lead to their own region only"
    return f"tasks cannot reach {image.registry}: with egress: endpoints there is no way to the internet"


def _hint(image: Image, blueprint: Blueprint) -> str:
    if image.account:
        return f"replicate the image to {blueprint.region}, or use egress: nat+endpoints"
    host = f"ACCOUNT.dkr.ecr.{blueprint.region}.{_suffix(blueprint)}"
    name, at, digest = image.text.rpartition("/")[2].partition("@")
    tag = name.partition(":")[1:]
    repository = f"{image.repository}{''.join(tag)}{at}{digest}"
    copy = f"copy the image to {host}, or use egress: nat+endpoints"
    prefix = facts.cached_registries(blueprint.partition).get(image.registry)
    if prefix:
        cached = f"{host}/{prefix}/{repository}"
        return (
            f"pull it through ECR's cache as {cached} (its first pull may need a way to the internet: "
            f"make it from elsewhere), or {copy}"
        )
    return copy


def _suffix(blueprint: Blueprint) -> str:
    """Of a region that is newer than tfgen, that of the partition aws."""
    region = facts.regions().get(blueprint.region)
    return region.dns_suffix if region else "amazonaws.com"
