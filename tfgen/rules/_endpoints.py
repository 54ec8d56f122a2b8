"""What the rules about VPC endpoints share."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint, InterfaceEndpoint
from tfgen.problems import Location


def placed_endpoints(blueprint: Blueprint) -> Iterator[tuple[InterfaceEndpoint, Location]]:
    """Each interface endpoint and where the spec asks for it: where a service first uses it, if one does."""
    used = {
        use.endpoint: blueprint.locate(use.path)
        for service in reversed(blueprint.tasks)
        for use in reversed(service.uses)
        if use.region == blueprint.region
    }
    for endpoint in blueprint.network.interface_endpoints:
        yield endpoint, used.get(endpoint.service) or blueprint.locate(("network", "endpoints"))
