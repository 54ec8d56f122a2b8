"""How tasks reach what is outside their VPC: each value of `network.egress`, and what it implies."""

from typing import NamedTuple


class WayOut(NamedTuple):
    """What a value of `network.egress` makes, and how `tfgen init` explains it."""

    explained: str
    public_tasks: bool
    """Whether tasks have public addresses, in public subnets."""
    nat: bool
    interface_endpoints: bool

    @property
    def to_internet(self) -> bool:
        return self.public_tasks or self.nat


WAYS_OUT = {
    "public": WayOut(
        "public subnets with public addresses, protected by security groups",
        public_tasks=True,
        nat=False,
        interface_endpoints=False,
    ),
    "nat": WayOut(
        "private subnets, NAT gateways: the whole internet",
        public_tasks=False,
        nat=True,
        interface_endpoints=False,
    ),
    "endpoints": WayOut(
        "private subnets, VPC endpoints: only AWS services, images from private ECR",
        public_tasks=False,
        nat=False,
        interface_endpoints=True,
    ),
    "nat+endpoints": WayOut(
        "private subnets, VPC endpoints: AWS services; NAT gateways: everything else",
        public_tasks=False,
        nat=True,
        interface_endpoints=True,
    ),
}
LISTED = " or ".join((", ".join(tuple(WAYS_OUT)[:-1]), *tuple(WAYS_OUT)[-1:]))
"""Their names as a sentence lists them."""
USUAL = "nat"
"""The one that works with every image and every API."""
