"""What the rules about ECR share."""

from tfgen.blueprint.model import Image


def is_unknown_form(image: Image) -> bool:
    """Whether an image is on a dual-stack or FIPS host of ECR, or on one with a port."""
    account, rest = image.registry[:12], image.registry[12:]
    return not image.account and account.isdigit() and rest.startswith((".dkr.ecr", ".dkr-ecr"))
