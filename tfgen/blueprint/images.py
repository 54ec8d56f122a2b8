"""The registry of a container image, by the rules of the Docker client."""

import re

from msgspec import structs

from tfgen.blueprint.model import Image
from tfgen.hcl.text import Ref
from tfgen.problems import Location

# Private ECR: <account>.dkr.ecr.<region>.<suffix>, source ECR/vpc-endpoints in aws.md.
_ECR = re.compile(r"(?P<account>[0-9]{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.(?P<suffix>[a-z0-9.-]+)\Z")
_DOCKER_HUB = frozenset(("index.docker.io", "registry-1.docker.io", "registry.hub.docker.com", "docker.com"))


def parse(text: str, at: Location) -> Image:
    """Takes an image apart; a name without a host is Docker Hub's."""
    name = text.partition("@")[0]
    first, slash, rest = name.partition("/")
    if slash and ("." in first or ":" in first or first == "localhost"):
        registry, path = first, rest
    else:
        registry, path = "docker.io", name
    if registry in _DOCKER_HUB:
        registry = "docker.io"
    repository = path.partition(":")[0]
    if registry == "docker.io" and "/" not in repository:
        repository = f"library/{repository}"
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
