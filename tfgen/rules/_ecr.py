"""What the rules about ECR share."""

from tfgen import facts
from tfgen.blueprint.model import Image

DIGITS = 12


def account_of_registry(image: Image) -> str:
    """The part before `.dkr` in the host of an image."""
    return image.registry.partition(".")[0]


def is_account(label: str) -> bool:
    return len(label) == DIGITS and label.isdecimal()


def is_unknown_form(image: Image) -> bool:
    """Whether an image is on a dual-stack or FIPS host of ECR, one with a port, or one without an account."""
    label, _, rest = image.registry.partition(".")
    if image.account or not rest.startswith(("dkr.ecr", "dkr-ecr")):
        return False
    return is_account(label) or facts.is_aws_host(rest.partition(":")[0])
