"""How images get into a stack's own repositories before its first apply."""

from collections.abc import Iterator

from tfgen import facts
from tfgen.blueprint.labels import REPOSITORIES
from tfgen.blueprint.model import Blueprint

_ACCOUNT = "$(aws sts get-caller-identity --query Account --output text)"


def commands(blueprint: Blueprint) -> Iterator[str]:
    """Commands that create the repositories alone and push the images of services; none where no service has
    an image in them."""
    pushed = dict.fromkeys(_pushed_images(blueprint))
    if not pushed:
        return
    yield "terraform init"
    yield f"terraform apply -target=module.{REPOSITORIES}"
    yield f"registry={registry(blueprint)}"
    login = f"aws ecr get-login-password --region {blueprint.region}"
    yield f'{login} | docker login --username AWS --password-stdin "$registry"'
    yield from (f'docker push "$registry/{image}"' for image in pushed)
    yield "terraform apply"


def registry(blueprint: Blueprint) -> str:
    """The registry of the stack's own repositories, as a word of a shell."""
    known = facts.regions().get(blueprint.region)
    suffix = known.dns_suffix if known else "amazonaws.com"
    return f"{next(iter(blueprint.account), _ACCOUNT)}.dkr.ecr.{blueprint.region}.{suffix}"


def lacks_tag(blueprint: Blueprint) -> bool:
    """Whether the tag of an image to push is not known."""
    return any(image.endswith(":TAG") for image in _pushed_images(blueprint))


def _pushed_images(blueprint: Blueprint) -> Iterator[str]:
    for container in blueprint.containers:
        image = container.image
        if image.own:
            # What is pushed by its digest has a tag, too; which one, nobody says.
            yield image.text if image.text and "@" not in image.text else f"{image.repository}:TAG"
