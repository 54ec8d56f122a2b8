"""A private ECR registry that does not exist, or that tasks may not pull from."""

from collections.abc import Iterator

from tfgen import facts
from tfgen.blueprint.model import Blueprint, Image
from tfgen.problems import Problem
from tfgen.rules import _ecr

ID = "TG321"
SEVERITY = "error"
TITLE = "Tasks can pull from the host of an ECR image"
WHY = (
    "tfgen derives the permission to pull from the host; a host with another suffix does not exist, and a "
    "registry in another partition does not recognize the roles of this one."
)
SOURCE = "https://docs.aws.amazon.com/AmazonECR/latest/userguide/Registries.html"
BAD = """\
services:
  web:
    image: 123456789012.dkr.ecr.cn-north-1.amazonaws.com/web:1.4.2
"""
GOOD = """\
services:
  web:
    image: 123456789012.dkr.ecr.us-east-1.amazonaws.com/web:1.4.2
"""
FAILS = (
    "services: {web: {image: '123456789012.dkr.ecr.us-east-1.amazonaws.com.cn/web:1'}}",
    "services: {web: {image: '123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/web:1'}}",
    "services: {web: {image: '123456789012.dkr.ecr-fips.us-east-1.amazonaws.com/web:1'}}",
    "region: eu-west-1\n"
    "services: {web: {image: '123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com/web:1'}}",
    "region: xx-new-1\nnetwork: {zones: [a, b]}\n"
    "services: {web: {image: '123456789012.dkr.ecr-fips.xx-new-1.amazonaws.com/web:1'}}",
    "services: {web: {image: '123456789012.dkr-ecr.us-east-1.on.aws/web:1'}}",
    "services: {web: {image: '123456789012.dkr.ecr.us-east-1.amazonaws.com:443/web:1'}}",
    "services: {web: {image: '12345678901.dkr.ecr.us-east-1.amazonaws.com/web:1'}}",
    "services: {web: {image: 'ACCOUNT.dkr.ecr.us-east-1.amazonaws.com/web:1'}}",
    "services: {web: {image: 'example-prod.dkr.ecr.us-east-1.amazonaws.com:443/web:1'}}",
)
PASSES = (
    "region: cn-north-1\n"
    "services: {web: {image: '123456789012.dkr.ecr.cn-northwest-1.amazonaws.com.cn/web:1'}}",
    "services: {web: {image: '123456789012.dkr.ecr.eu-west-1.amazonaws.com/web:1'}}",
    "services: {web: {image: '123456789012.dkr.ecr.xx-new-1.amazonaws.com/web:1'}}",
    "services: {web: {image: '123456789012.example.com/web:1'}}",
    "services: {web: {image: '123456789012.ecr.us-east-1.amazonaws.com/web:1'}}",
    "services: {web: {image: '1234.dkr.ecr.example.com/web:1'}}",
    "services: {web: {image: 'registry.dkr.example.com/web:1'}}",
    "services: {web: {image: 'registry-one.dkr.ecr.example.com/web:1'}}",
    "region: xx-new-1\nnetwork: {zones: [a, b]}\n"
    "services: {web: {image: '123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/web:1'}}",
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    for container in blueprint.containers:
        image = container.image
        if found := _fault(image, blueprint) if image.account else _unknown_form(image, blueprint):
            yield Problem(ID, image.at, *found, SEVERITY)


def _fault(image: Image, blueprint: Blueprint) -> tuple[str, str] | None:
    """A message and a hint."""
    region = facts.regions().get(image.region)
    if region is None:
        return None
    host = _host(image.account, region)
    if image.registry != host:
        return f'"{image.registry}" does not exist: in {region.name}, ECR has another host', f"write {host}"
    if region.partition != blueprint.partition and blueprint.region in facts.regions():
        message = (
            f"{region.name} is in the partition {region.partition}, whose ECR does not recognize roles of "
            f"{blueprint.partition}"
        )
        return message, f"copy the image to {_host('ACCOUNT', facts.regions()[blueprint.region])}"
    return None


def _unknown_form(image: Image, blueprint: Blueprint) -> tuple[str, str] | None:
    if not _ecr.is_unknown_form(image):
        return None
    label = _ecr.account_of_registry(image)
    if not _ecr.is_account(label):
        message = (
            f'"{image.registry}" does not exist: an ECR host begins with an account ID of {_ecr.DIGITS} '
            "digits"
        )
        return (
            message,
            f"{_hint('123456789012', image, blueprint)}, with the ID of the account that owns it",
        )
    message = (
        f'tfgen does not recognize "{image.registry}" as ECR, so tasks would have no permission to pull '
        "from it"
    )
    return message, _hint(label, image, blueprint)


def _hint(account: str, image: Image, blueprint: Blueprint) -> str:
    named = next((part for part in image.registry.split(".") if part in facts.regions()), blueprint.region)
    region = facts.regions().get(named)
    plain = _host(account, region) if region else f"{account}.dkr.ecr.{named}.SUFFIX"
    hint = f"write the plain host of the same registry: {plain}"
    fips = "; tfgen does not support the FIPS hosts of ECR" if "fips" in image.registry else ""
    return hint + fips


def _host(account: str, region: facts.Region) -> str:
    return f"{account}.dkr.ecr.{region.name}.{region.dns_suffix}"
