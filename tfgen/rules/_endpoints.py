"""What the rules about VPC endpoints share."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint, InterfaceEndpoint
from tfgen.problems import Location


def placed_endpoints(blueprint: Blueprint) -> Iterator[tuple[InterfaceEndpoint, Location]]:
    """Each interface endpoint and where the spec asks for it: where a service first uses it, if one does."""
    used = {
        name: blueprint.locate(("services", service.key, "uses", index))
        for service in reversed(blueprint.services)
        for index, name in reversed(tuple(enumerate(service.uses)))
    }
    for endpoint in blueprint.network.interface_endpoints:
        yield endpoint, used.get(endpoint.service) or blueprint.locate(("network", "endpoints"))
