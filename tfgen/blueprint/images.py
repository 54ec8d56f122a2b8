"""The registry of a container image, by the rules of the Docker client."""

import re

from msgspec import structs

from tfgen.blueprint.model import Image
from tfgen.hcl.text import Ref
from tfgen.problems import Location
from tfgen.spec.images import split_registry

# Private ECR: <account>.dkr.ecr.<region>.<suffix>, source ECR/vpc-endpoints in aws.md.
_ECR = re.compile(r"(?P<account>[0-9]{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.(?P<suffix>[a-z0-9.-]+)\Z")


def parse(text: str, at: Location) -> Image:
    """Takes an image apart; a name without a host is Docker Hub's."""
    registry, path = split_registry(text)
    repository = path.partition("@")[0].partition(":")[0]
    ecr = _ECR.match(registry)
    return Image(
        text=text,
        registry=registry,
        repository=repository,
        account=ecr["account"] if ecr else "",
        region=ecr["region"] if ecr else "",
        at=at,
    )


def given(value: Ref, repository_arn: tuple[Ref, ...], begins: str, region: str, at: Location) -> Image:
    """An image that only Terraform knows, at least its end: `begins` is the text that it begins with.

    Where that does not name a repository, the image may be in the private ECR of the stack's region.
    """
    if re.search(r"[^/]+[:@]", begins.rpartition("/")[2]):
        return structs.replace(parse(begins, at), text="", given=(value,))
    return Image(
        text="",
        registry="",
        repository="",
        account="",
        region=region,
        at=at,
        given=(value,),
        repository_arn=repository_arn,
    )
