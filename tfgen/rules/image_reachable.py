"""An image that no task can pull."""

from collections.abc import Iterator

from tfgen import facts
from tfgen.blueprint.model import Blueprint, Image
from tfgen.problems import Problem
from tfgen.reach.faults import IMAGE, faults
from tfgen.rules import _ecr, _regions

ID = "TG301"
SEVERITY = "error"
TITLE = "Without a route to the internet, images come from private ECR in the stack's region"
WHY = (
    "VPC endpoints reach the private ECR of their own region and no other registry; a task whose image is "
    "elsewhere never starts, and no plan or apply reports it."
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
    "network: {egress: endpoints}\n"
    "services: {web: {image: '123456789012.dkr.ecr-fips.us-east-1.amazonaws.com/web:1'}}",
    "network: {egress: endpoints}\n"
    "services: {web: {image: '123456789012.dkr.ecr.us-esat-1.amazonaws.com/web:1'}}",
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    images = {(*container.path, "image"): container.image for container in blueprint.containers}
    failing = dict.fromkeys(flow.path for _, flows in faults(blueprint, IMAGE) for flow in flows)
    for image in (images[path] for path in failing):
        if _ecr.is_unknown_form(image) or _regions.is_misspelled(image.region):
            continue  # TG321 and TG306 say what to write
        yield Problem(ID, image.at, _message(image, blueprint), _hint(image, blueprint))


def _message(image: Image, blueprint: Blueprint) -> str:
    if image.account:
        return f"tasks cannot reach ECR in {image.region}: VPC endpoints reach their own region only"
    said = f"{blueprint.network.egress_key}: endpoints"
    return f"tasks cannot reach {image.registry}: with {said} there is no route to the internet"


def _hint(image: Image, blueprint: Blueprint) -> str:
    if image.account:
        return f"replicate the image to {blueprint.region}, or {blueprint.network.nat_advice}"
    region = facts.regions().get(blueprint.region)
    suffix = region.dns_suffix if region else "amazonaws.com"
    host = f"ACCOUNT.dkr.ecr.{blueprint.region}.{suffix}"
    copy = f"copy the image to {host}, or {blueprint.network.nat_advice}"
    if image.registry not in facts.cached_registries(blueprint.partition):
        return copy
    secret = "{}" if image.registry in facts.registries_without_credentials() else "ARN_OF_SECRET"
    rule = f"pull_through: {{{image.registry}: {secret}}}"
    return f"write {rule} to pull it through ECR's cache (docs/pull-through.md: the first pull), or {copy}"
