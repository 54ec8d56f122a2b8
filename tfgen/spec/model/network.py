"""The VPC, its subnets and its egress."""

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from tfgen.problems import SpecPath
from tfgen.spec.model.sections import Ignores, Part, Section
from tfgen.spec.model.values import (
    AllocationId,
    AnyCidr,
    AwsService,
    Cidr,
    FlowLogTarget,
    PrefixLength,
    PrefixListId,
    RouteTableId,
    RouteTarget,
    SecurityGroupId,
    SubnetId,
    VpcId,
    ZoneCount,
    ZoneLetter,
)
from tfgen.spec.ways_out import USUAL, WAYS_OUT, WayOut


class Subnets(Section, frozen=True):
    """The sizes of subnets as prefix lengths, or the exact range for each zone."""

    public: PrefixLength | dict[ZoneLetter, Cidr] | None = None
    """Public subnets. Default: 6 bits longer than the VPC's prefix (a /22 in a /16), up to /27."""
    private: PrefixLength | dict[ZoneLetter, Cidr] | None = None
    """Private subnets. Default: 4 bits longer than the VPC's prefix (a /20 in a /16), up to /28."""
    database: bool | PrefixLength | dict[ZoneLetter, Cidr] | None = None
    """Subnets for databases, without a route to the internet. `true`: 6 bits longer than the VPC's prefix
    (a /22 in a /16), up to /28. Default: none."""


def usual_subnets(cidr: str) -> Subnets:
    """The default sizes of subnets in a VPC's range."""
    length = int(cidr.rpartition("/")[2])
    # A load balancer wants a /27 or larger in each zone (aws.md section 5); AWS ends at /28.
    return Subnets(
        public=min(length + 6, max(27, length)), private=min(length + 4, 28), database=min(length + 6, 28)
    )


class Nat(Section, frozen=True):
    """The NAT gateways. `single` is `{zones: single}`."""

    shorthand: ClassVar[str] = "zones"

    zones: Literal["per-zone", "single"] | list[ZoneLetter] = "per-zone"
    """One NAT gateway in each zone, one for all zones, or one in each of these zones; a zone without one uses
    that of the next listed zone."""
    addresses: dict[ZoneLetter, AllocationId | Part] = {}
    """Elastic IP addresses of your own, by zone. Default: tfgen creates one for each NAT gateway."""


class NetworkRoute(Section, frozen=True):
    """A route to another network, through a gateway or a connection of your own."""

    to: AnyCidr
    """The range of the other network."""
    via: RouteTarget | Part
    """The target of the route."""
    kind: Literal["peering", "transit-gateway", "vpn-gateway", "network-interface"] | None = None
    """What the target is. Default: what its ID or the type of its resource says."""


class FlowLogs(Section, frozen=True):
    """Flow logs of the VPC. `cloudwatch` is `{to: cloudwatch}`."""

    shorthand: ClassVar[str] = "to"

    to: FlowLogTarget = "cloudwatch"
    """A log group of the stack's own, or a bucket that exists and whose policy allows the delivery."""
    retention: Annotated[int, Meta(description="a number of days")] | None = None
    """Days after which the log group deletes them. Default: those of `logs`."""
    traffic: Literal["all", "accept", "reject"] = "all"
    """The connections to log: all, those that security groups allow, or the others."""
    interval: Literal[60, 600] = 600
    """Seconds of traffic in an entry, at most."""

    @property
    def bucket(self) -> bool:
        """Whether they go to a bucket."""
        return self.to != "cloudwatch"


class ExistingVpc(Section, frozen=True):
    """A VPC that exists. Nothing of it is changed but what the spec asks for: endpoints that it lacks and the
    services need are created in it, and `routes` are added to its route tables."""

    id: VpcId | Part
    """Its ID."""
    cidr: Cidr
    """Its range, in which all the subnets below are."""
    way_out: Literal["public", "nat", "endpoints", "nat+endpoints"]
    """How tasks reach what is outside the VPC, as its routes are now; tfgen cannot check it. With endpoints,
    those that the services need and `endpoints` does not list are created."""
    public_subnets: dict[ZoneLetter, SubnetId | Part] = {}
    """Its public subnets, by zone, for the load balancer, and with `way_out: public` for tasks."""
    private_subnets: dict[ZoneLetter, SubnetId | Part] = {}
    """Its private subnets, by zone, for tasks."""
    endpoints: list[AwsService] = []
    """The VPC endpoints that it has; those with an interface have private DNS."""
    endpoint_security_group: SecurityGroupId | Part | None = None
    """The security group of the interface endpoints that it has. Default: unknown, so that tasks may connect
    to port 443 in the whole range."""
    prefix_lists: dict[AwsService, PrefixListId | Part] = {}
    """The prefix lists of the gateway endpoints that it has. Needed where tasks may not connect to the
    internet."""
    route_tables: list[RouteTableId | Part] = []
    """The route tables of the subnets that run tasks, for gateway endpoints and routes to create. Default:
    none, so that neither is created."""

    @property
    def values(self) -> Iterator[tuple[SpecPath, str | Part]]:
        """The IDs in it, each with its path."""
        yield ("id",), self.id
        for key, subnets in (
            ("public_subnets", self.public_subnets),
            ("private_subnets", self.private_subnets),
        ):
            yield from (((key, zone), subnet) for zone, subnet in subnets.items())
        if self.endpoint_security_group is not None:
            yield ("endpoint_security_group",), self.endpoint_security_group
        yield from ((("prefix_lists", name), each) for name, each in self.prefix_lists.items())
        yield from ((("route_tables", index), each) for index, each in enumerate(self.route_tables))


class Network(Section, frozen=True):
    """The VPC and its egress."""

    replaceable: ClassVar[Mapping[str, str]] = {"egress": "vpc"}
    of_created: ClassVar[tuple[str, ...]] = (
        *("egress", "cidr", "zones", "nat", "nat_zone", "subnets", "ipv6", "flow_logs"),
    )
    """The keys that describe a VPC to create."""

    egress: Literal["public", "nat", "endpoints", "nat+endpoints"] | None = None
    """How tasks reach what is outside the VPC. Required, but for a `vpc` that exists."""
    cidr: Cidr = "10.0.0.0/16"
    """The range of the VPC, /16 to /28. Two zones with subnets of the default sizes need at least a /25."""
    zones: ZoneCount | list[ZoneLetter] = 2
    """The number of zones, or their letters."""
    nat: Nat = Nat()
    """The NAT gateways: `per-zone`, `single`, or the zones that have one. Default: `per-zone`."""
    nat_zone: ZoneLetter | None = None
    """The zone of the single NAT gateway. Default: the first zone."""
    subnets: Subnets = Subnets()
    """The sizes or ranges of the subnets."""
    ipv6: bool = False
    """Whether the VPC and its subnets have IPv6 ranges besides, which AWS chooses. With `egress: nat`,
    `nat+endpoints` or `public`, tasks reach the internet by IPv6, too. They have IPv6 addresses only if the
    ECS account setting `dualStackIPv6` is on, which is up to you; without it, all of it stays IPv4."""
    routes: list[NetworkRoute] = []
    """Routes to other networks, from the subnets that run tasks and from database subnets. In a VPC that
    exists: in its `route_tables`."""
    endpoints: list[AwsService] = []
    """VPC endpoints in addition to those that tfgen derives."""
    endpoint_policies: bool | None = None
    """Whether the VPC endpoints that are created let through only what the stack needs: what `access`,
    `statements` and the start of tasks ask for. Where `uses` names a service, its endpoint stays open.
    `false` opens what was narrowed: AWS keeps what a removed key said. Default: open, as AWS makes them."""
    flow_logs: FlowLogs | None = None
    """Logs of the connections in the VPC. AWS charges for what they contain, which `tfgen cost` cannot know.
    Default: none."""
    service_connect_endpoint: bool = True
    """Whether `egress: endpoints` includes an ecs-agent endpoint for Service Connect's proxy."""
    vpc: ExistingVpc | None = None
    """A VPC that exists, instead of one that is created."""
    ignore: Ignores = None
    """Rules to ignore in this section."""

    @property
    def way_out(self) -> WayOut:
        return WAYS_OUT[self.said_way_out[1]]

    @property
    def said_way_out(self) -> tuple[str, str]:
        """The key that says how tasks reach what is outside, and its value."""
        if self.vpc:
            return "vpc.way_out", self.vpc.way_out
        return "egress", self.egress or USUAL

    @property
    def nat_zones(self) -> list[str]:
        """The zones with a NAT gateway, where there are any; known once zones are filled in."""
        if isinstance(self.nat.zones, list):
            return sorted(set(self.nat.zones))
        zones = self.zones if isinstance(self.zones, list) else []
        if self.nat.zones == "single":
            return [self.nat_zone or zones[0]] if zones else []
        return zones
