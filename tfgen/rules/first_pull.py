"""Images from a cache that may need the internet for the first pull."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem

ID = "TG686"
SEVERITY = "note"
TITLE = "An image is in the cache of ECR before a VPC without a route to the internet pulls it"
WHY = (
    "AWS's documents say that the first pull of an image through the cache may need a route to the internet "
    "from the VPC, and that later ones do not. Every new tag is a first pull."
)
SOURCE = "https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html"
_ACCOUNT = 'account: "123456789012"\npull_through: true\n'
BAD = """\
account: "123456789012"
pull_through: true
network:
  egress: endpoints
services:
  web:
    image: quay.io/acme/web:1.4.2
"""
GOOD = """\
account: "123456789012"
network:
  egress: endpoints
services:
  web:
    image: ecr:web:1.4.2
"""
FAILS = (
    f"{_ACCOUNT}network: {{egress: endpoints}}\n"
    "services: {web: {image: 'ecr:web:1', containers: {agent: {image: 'public.ecr.aws/datadog/agent:7'}}}}",
)
PASSES = (
    f"{_ACCOUNT}network: {{egress: nat+endpoints}}\nservices: {{web: {{image: 'quay.io/acme/web:1'}}}}",
    f"{_ACCOUNT}network: {{egress: endpoints}}\nservices: {{web: {{image: 'ecr:quays/web:1'}}}}",
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    if blueprint.network.reaches_internet:
        return
    for container in blueprint.containers:
        image = container.image
        if image.is_cached:
            message = "the first pull of this image through the cache may need a route to the internet"
            hint = f"before tasks use a new tag, pull it once from elsewhere: docker pull {image.text}"
            yield Problem(ID, image.at, message, hint, SEVERITY)
