"""What the rules about Regions in hosts and ARNs share."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from tfgen import facts
from tfgen.blueprint.model import Blueprint
from tfgen.problems import Location

_ARN = re.compile(r"arn:aws[a-z-]*:[a-z0-9-]+:(?P<region>[a-z0-9-]+):")


class Named(NamedTuple):
    """A Region that the spec names, and the place."""

    region: str
    at: Location


def unknown_regions(blueprint: Blueprint) -> Iterator[Named]:
    """Unknown Regions, except the stack's own (TG110)."""
    known = {"", blueprint.region, *facts.regions(), *facts.announced_regions()}
    yield from (named for named in _named_regions(blueprint) if named.region not in known)


def _named_regions(blueprint: Blueprint) -> Iterator[Named]:
    """The Regions of the backend, of images, and of ARNs in secrets and in the environment."""
    for backend in blueprint.backend:
        yield Named(backend.region, blueprint.locate(("backend", "region")))
    for container in blueprint.containers:
        yield Named(container.image.region, container.image.at)
        environment = (
            (value, (*container.path, "environment", name)) for name, value in container.environment
        )
        secrets = ((source, path) for _, source, path in container.read_secrets)
        for value, path in (*secrets, *environment):
            if arn := _ARN.match(value):
                yield Named(arn["region"], blueprint.locate(path))


def similar_regions(region: str) -> str:
    """The Regions whose names look most like this one: "us-east-1 or us-east-2", or nothing."""
    return " or ".join(facts.regions_like(region))


def is_misspelled(region: str) -> bool:
    """Whether a name is of no Region but resembles one: us-esat-1, and not us-east-3, which may be future."""
    if region in facts.regions() or region in facts.announced_regions():
        return False
    area, _, number = region.rpartition("-")
    areas = {known.rpartition("-")[0] for known in facts.regions()}
    return bool(similar_regions(region)) and not (area in areas and number.isdecimal())
