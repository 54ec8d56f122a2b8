"""The VPC: subnets, routes, egress."""

from collections.abc import Iterator

from tfgen.blueprint import addressing, egress, existing_vpc, flow_logs, ipv6, names, nat, routes
from tfgen.blueprint.labels import DATABASE, PRIVATE, PUBLIC
from tfgen.blueprint.model import Image, InternetGateway, InternetRoute, Network, RouteTable, Subnet
from tfgen.blueprint.references import References
from tfgen.hcl.text import Label, Ref
from tfgen.problems import Locate, Problem, SpecPath
from tfgen.spec.model import WORLD, Spec

_GATEWAY = Label("main")


def problems(spec: Spec, at: Locate) -> Iterator[Problem]:
    """What is wrong with ranges, NAT gateways and endpoints."""
    if spec.network.vpc:
        yield from existing_vpc.problems(spec, spec.network.vpc, at)
    else:
        yield from addressing.problems(spec.network, at)
        yield from nat.problems(spec.network, at)
    yield from routes.problems(spec.network, at)
    yield from egress.endpoint_problems(spec, at)


def build(spec: Spec, images: dict[SpecPath, Image], references: References, at: Locate) -> Network:
    vpc = spec.network.vpc
    if vpc is None:
        return _build_network(spec, images, references, at, addressing.subnets(spec.network))
    subnets = existing_vpc.subnets(vpc, spec.network.way_out)
    return existing_vpc.joined(_build_network(spec, images, references, at, subnets), spec, vpc, at)


def _build_network(
    spec: Spec,
    images: dict[SpecPath, Image],
    references: References,
    at: Locate,
    subnets: dict[Label, tuple[Subnet, ...]],
) -> Network:
    private, database = subnets.get(PRIVATE, ()), subnets.get(DATABASE, ())
    endpoints = egress.endpoints(spec, images)
    return Network(
        name=spec.name,
        cidr=spec.network.cidr,
        # AWS makes an interface endpoint's private DNS only with both: PL/create-interface-endpoint.
        dns_support=True,
        dns_hostnames=True,
        zone_name=_per_zone(spec.region, ""),
        public_subnet_name=_per_zone(spec.name, "-public-"),
        private_subnet_name=_per_zone(spec.name, "-private-"),
        database_subnet_name=_per_zone(spec.name, "-database-"),
        nat_name=_per_zone(spec.name, "-nat-"),
        default_security_group_name=f"{spec.name}-default",
        public_subnets=subnets[PUBLIC],
        private_subnets=private,
        database_subnets=database,
        task_subnets=PRIVATE if private else PUBLIC,
        internet_gateways=(InternetGateway(label=_GATEWAY, name=spec.name),),
        route_tables=(
            _public_table(spec),
            *([_private_tables(spec)] if private else []),
            *([_database_table(spec)] if database else []),
        ),
        nat=nat.gateways(spec.network, references),
        target_routes=routes.build(spec, references, at),
        gateway_endpoints=endpoints.gateway,
        interface_endpoints=endpoints.interface,
        endpoint_security_group=endpoints.security_group,
        at=at(("network",)),
        ipv6=(True,) if spec.network.ipv6 else (),
        public_ipv6=ipv6.subnet_range(spec.network, PUBLIC),
        private_ipv6=ipv6.subnet_range(spec.network, PRIVATE) if private else (),
        database_ipv6=ipv6.subnet_range(spec.network, DATABASE) if database else (),
        egress_only_gateways=ipv6.egress_only_gateways(spec.network, spec.name),
        flow_logs=flow_logs.build(spec, references),
    )


def _public_table(spec: Spec) -> RouteTable:
    return RouteTable(
        label=PUBLIC,
        name=f"{spec.name}-public",
        for_each=(),
        id=names.ref("aws_route_table.{}.id", PUBLIC),
        routes=(
            InternetRoute(label=Label("public_internet"), destination=WORLD, gateway=_GATEWAY),
            *ipv6.public_routes(spec.network, _GATEWAY),
        ),
        subnets=(PUBLIC,),
    )


def _private_tables(spec: Spec) -> RouteTable:
    return RouteTable(
        label=PRIVATE,
        name=_per_zone(spec.name, "-private-"),
        for_each=(names.ref("aws_subnet.{}", PRIVATE),),
        id=names.ref("aws_route_table.{}[each.key].id", PRIVATE),
        routes=(),
        subnets=(PRIVATE,),
    )


def _database_table(spec: Spec) -> RouteTable:
    """One for all zones: without a NAT gateway, no route of it depends on the zone."""
    return RouteTable(
        label=DATABASE,
        name=f"{spec.name}-database",
        for_each=(),
        id=names.ref("aws_route_table.{}.id", DATABASE),
        routes=(),
        subnets=(DATABASE,),
    )


def _per_zone(stem: str, rest: str) -> Ref:
    """A text that ends in the zone's letter, inside a block that repeats for each zone."""
    return Ref(f'"{stem}{rest}${{each.key}}"')
