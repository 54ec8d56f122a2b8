"""The VPC: subnets, routes, the way out."""

from tfgen.blueprint import addressing, egress
from tfgen.blueprint.model import Image, Network, Ref
from tfgen.problems import Locate, Problem
from tfgen.spec.model import Spec


def build(spec: Spec, images: dict[str, Image], at: Locate, problems: list[Problem]) -> Network:
    public, private = addressing.subnets(spec.network, at, problems)
    problems += egress.nat_problems(spec.network, at)
    endpoints = egress.endpoints(spec, images, at, problems)
    return Network(
        name=spec.name,
        cidr=spec.network.cidr,
        zone_name=_per_zone(spec.region, ""),
        public_subnet_name=_per_zone(spec.name, "-public-"),
        private_subnet_name=_per_zone(spec.name, "-private-"),
        nat_name=_per_zone(spec.name, "-nat-"),
        private_table_name=_per_zone(spec.name, "-private-"),
        public_table_name=f"{spec.name}-public",
        default_security_group_name=f"{spec.name}-default",
        public_subnets=public,
        private_subnets=private,
        nat=egress.nat_gateways(spec.network),
        gateway_endpoints=endpoints.gateway,
        interface_endpoints=endpoints.interface,
        endpoint_security_group=endpoints.security_group,
        at=at(("network",)),
    )


def _per_zone(stem: str, rest: str) -> Ref:
    """A text that ends in the zone's letter, inside a block that repeats for each zone."""
    return Ref(f'"{stem}{rest}${{each.key}}"')
