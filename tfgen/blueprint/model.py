"""What will exist: every name, range, port, priority and permission, resolved.

Everything is frozen and made of tuples. What is off is empty: no class says which variant it is. The
classes are msgspec Structs and not dataclasses, because those take ten times as long to define, at every
start of the command.

Three kinds of string reach Terraform: plain `str` is text and is quoted; `Label` is a bare word (the name
of a resource, an attribute); `Ref` is an expression of tfgen's own. Only `blueprint.names` turns anything
from a spec into a Label or a Ref.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from tfgen.blueprint.labels import LOAD_BALANCER
from tfgen.hcl.text import Comment, Label, Ref, ResourceRef, VariableRef
from tfgen.ip_ranges import is_ipv6
from tfgen.problems import Locate, Location, SpecPath

TCP, UDP = "tcp", "udp"
USUAL_PORTS = {"http": 80, "https": 443}
LOGIN_CALLBACK = "/oauth2/idpresponse"
"""The path to which providers of logins send clients back (ELB/listener-authenticate-users)."""
"""The ports that URLs leave out."""
ALL_PROTOCOLS = "-1"
"""What AWS calls all protocols of a security group rule."""


class Part(Struct, frozen=True, kw_only=True, gc=False):
    """The base of everything in a blueprint."""


class Subnet(Part, frozen=True):
    zone: Label
    cidr: str
    """Its range; empty for one that exists, of which only its VPC's range is known."""


class InternetGateway(Part, frozen=True):
    label: Label
    name: str


class EgressOnlyRoute(Part, frozen=True):
    """A route of each of the route tables that are labelled `table` to a gateway for egress only."""

    label: Label
    table: Label
    destination: str
    for_each: Ref
    gateway: Label


class EgressOnlyGateway(Part, frozen=True):
    """An egress-only internet gateway, and the routes to it: NAT gateways are for IPv4."""

    label: Label
    name: str
    routes: tuple[EgressOnlyRoute, ...]


class InternetRoute(Part, frozen=True):
    """A route to the internet gateway that is labelled `gateway`."""

    label: Label
    destination: str
    gateway: Label


class RouteTable(Part, frozen=True):
    """One route table, or one for each subnet where `for_each` names them.

    Every table has a route to the VPC's own range besides, which AWS makes itself. Routes to NAT
    gateways stand with those, routes of gateway endpoints are made by the endpoints.
    """

    label: Label
    name: Ref | str
    for_each: tuple[Ref, ...]
    """No subnets, or those of which each has a table of its own."""
    id: Ref
    """The ID as one of its subnets knows it."""
    routes: tuple[InternetRoute, ...]
    subnets: tuple[Label, ...]
    """The roles of the subnets that use it: public, private or database."""

    @property
    def ipv4_routes(self) -> tuple[InternetRoute, ...]:
        return tuple(route for route in self.routes if not is_ipv6(route.destination))

    @property
    def ipv6_routes(self) -> tuple[InternetRoute, ...]:
        return tuple(route for route in self.routes if is_ipv6(route.destination))


class NatRoute(Part, frozen=True):
    """A route of each of the route tables that are labelled `table` to a NAT gateway."""

    label: Label
    table: Label
    destination: str
    for_each: Ref | dict[str, str]
    """The tables, or the zone of the gateway for each of their zones."""
    comments: tuple[Comment, ...]
    """Why zones use gateways of others, where some do."""
    route_table_id: Ref
    gateway_key: Ref | str
    """The key of a table's gateway: each.key, each.value, or the one zone there is."""

    def gateway_of_zone(self, zone: str) -> str:
        """The key of the gateway that the table of a zone leads to."""
        if isinstance(self.for_each, dict):
            return self.for_each.get(zone, "")
        return zone if self.gateway_key == "each.key" else self.gateway_key


class TargetRoute(Part, frozen=True):
    """A route of each table with a label to a target that is not of the stack.

    `argument` is the argument of aws_route for a target of its kind.
    """

    label: Label
    table: Label
    for_each: tuple[Ref, ...]
    """One table, or those of which each has the route."""
    route_table_id: Ref
    destination: str
    argument: Label
    target: Ref | str
    at: Location

    @property
    def destination_argument(self) -> Label:
        """The argument of aws_route for its destination."""
        return Label("destination_ipv6_cidr_block" if is_ipv6(self.destination) else "destination_cidr_block")


class NatGateway(Part, frozen=True):
    """The NAT gateways of some zones, each in the subnet of its zone, and the routes to them."""

    zones: tuple[str, ...]
    given: tuple[tuple[str, Ref | str], ...]
    """Allocation IDs of addresses that are not made here, by zone."""
    subnets: Label
    """The role of the subnets that they are in."""
    routes: tuple[NatRoute, ...]
    depends_on: tuple[Ref, ...]

    @property
    def made(self) -> tuple[tuple[str, ...], ...]:
        """No zones, or those whose addresses are made."""
        given = dict(self.given)
        zones = tuple(zone for zone in self.zones if zone not in given)
        return (zones,) if zones else ()

    @property
    def for_each(self) -> Ref | dict[str, Ref | str]:
        """The addresses that are made, or the allocation ID for each zone."""
        given = dict(self.given)
        ids = {zone: given.get(zone, Ref(f'aws_eip.nat["{zone}"].id')) for zone in self.zones}
        return ids if given else Ref("aws_eip.nat")

    @property
    def allocation_id(self) -> Ref:
        return Ref("each.value" if self.given else "each.value.id")


class GatewayEndpoint(Part, frozen=True):
    label: Label
    service: str
    service_name: str
    name: str
    comment: Comment
    route_tables: tuple[Label, ...]
    """No route table, or the label of those that lead to it."""
    given_tables: tuple[Ref, ...] = ()
    """The IDs of those that exist and will lead to it."""
    policies: tuple["EndpointPolicy", ...] = ()
    """No policy, which AWS takes for one that allows everything, or one."""


class InterfaceEndpoint(Part, frozen=True):
    label: Label
    service: str
    service_name: str
    name: str
    comment: Comment
    private_dns: bool
    subnets: tuple[Label, ...]
    """No subnets, or the role of those that it has an address in."""
    security_groups: tuple[Ref, ...]
    depends_on: tuple[Ref, ...]
    """What lets its clients in, which must be there before its private DNS leads to it."""
    given_subnets: tuple[Ref, ...] = ()
    """The IDs of those that exist, where it has addresses in such."""
    policies: tuple["EndpointPolicy", ...] = ()
    """No policy, which AWS takes for one that allows everything, or one."""


class Opened(Part, frozen=True):
    """Why an endpoint lets everything through: what a service uses of its AWS service is not in the spec."""

    service: str
    at: Location


class EndpointPolicy(Part, frozen=True):
    """What an endpoint lets through."""

    statements: tuple["Statement", ...]
    opened: tuple[Opened, ...] = ()


class EndpointSecurityGroup(Part, frozen=True):
    label: Label
    name: str
    comment: Comment
    rules: tuple["SecurityRule", ...]


class GivenEndpoints(Part, frozen=True):
    """The interface endpoints that a VPC has: their services, and their security group if it is known."""

    services: tuple[str, ...]
    security_group: tuple[VariableRef, ...]


class GivenGateway(Part, frozen=True):
    """A gateway endpoint that a VPC has, and its prefix list if it is known."""

    service: str
    prefix_list: tuple[VariableRef, ...]


class ExistingVpc(Part, frozen=True):
    """A VPC that the stack joins. What it says of it is given: nothing of the stack decides it."""

    id: Ref | str
    way_out: str
    """How tasks reach what is outside, in the spec's word."""
    has_nat: bool
    """Whether that is by NAT gateways."""
    interface_endpoints: GivenEndpoints
    gateway_endpoints: tuple[GivenGateway, ...]

    @property
    def endpoints(self) -> tuple[str, ...]:
        """The services that its endpoints reach, of both kinds."""
        gateways = (each.service for each in self.gateway_endpoints)
        return tuple(sorted((*self.interface_endpoints.services, *gateways)))


class Local(Part, frozen=True):
    """A local value of the root."""

    label: Label
    value: Any


class FlowLogGroup(Part, frozen=True):
    """The log group of flow logs, and the role that writes to it."""

    name: str
    retention: int
    role: str
    account: Ref | str
    """That of the VPC."""
    source: Ref
    """A pattern for the ARNs of its flow logs."""
    paths: tuple[str, ...]
    """No path but /, or the one in front of the role's name."""
    boundaries: tuple[Ref, ...]
    """No policy that limits the role's permissions, or the ARN of one."""
    kms_keys: tuple[Ref | str, ...] = ()
    """The KMS key of the user's own, if there is one."""


class FlowLog(Part, frozen=True):
    name: str
    traffic: str
    interval: int
    groups: tuple[FlowLogGroup, ...]
    buckets: tuple[str, ...]
    """The ARN of the bucket that takes the place of a log group."""


class Network(Part, frozen=True):
    """The VPC. `zone_name` and the names that end in _name hold ${each.key} for the zone's letter."""

    name: str
    cidr: str
    dns_support: bool
    dns_hostnames: bool
    zone_name: Ref
    public_subnet_name: Ref
    private_subnet_name: Ref
    database_subnet_name: Ref
    nat_name: Ref
    default_security_group_name: str
    public_subnets: tuple[Subnet, ...]
    private_subnets: tuple[Subnet, ...]
    database_subnets: tuple[Subnet, ...]
    task_subnets: Label
    """The role of the subnets that run tasks."""
    internet_gateways: tuple[InternetGateway, ...]
    route_tables: tuple[RouteTable, ...]
    nat: tuple[NatGateway, ...]
    target_routes: tuple[TargetRoute, ...]
    gateway_endpoints: tuple[GatewayEndpoint, ...]
    interface_endpoints: tuple[InterfaceEndpoint, ...]
    endpoint_security_group: tuple[EndpointSecurityGroup, ...]
    at: Location
    vpcs: tuple[Label, ...] = (Label("main"),)
    """The label of the VPC, if the stack creates it."""
    vpc_id: Ref = Ref("aws_vpc.main.id")
    """Its ID in the network's module."""
    existing: tuple[ExistingVpc, ...] = ()
    """The VPC that the stack joins, if it creates none."""
    ipv6: tuple[bool, ...] = ()
    """Nothing, or that the VPC and its subnets have IPv6 ranges besides."""
    public_ipv6: tuple[Ref, ...] = ()
    """Nothing, or an expression for the IPv6 range of the subnet of each zone; likewise below."""
    private_ipv6: tuple[Ref, ...] = ()
    database_ipv6: tuple[Ref, ...] = ()
    egress_only_gateways: tuple[EgressOnlyGateway, ...] = ()
    flow_logs: tuple[FlowLog, ...] = ()

    def has_ipv6(self, role: str) -> bool:
        """Whether the subnets of a role have IPv6 ranges."""
        ranges = {"public": self.public_ipv6, "private": self.private_ipv6, "database": self.database_ipv6}
        return bool(self.ipv6 and ranges[role])

    def subnets_of(self, role: str) -> tuple[Subnet, ...]:
        """The subnets that run tasks, or that a load balancer is in."""
        return self.public_subnets if role == "public" else self.private_subnets

    @property
    def has_nat(self) -> bool:
        """Whether private subnets reach the internet through NAT gateways, created or given."""
        return bool(self.nat) or any(each.has_nat for each in self.existing)

    @property
    def new_endpoints(self) -> tuple[GatewayEndpoint | InterfaceEndpoint, ...]:
        """The endpoints that the stack creates."""
        return (*self.gateway_endpoints, *self.interface_endpoints)

    @property
    def has_new_endpoints(self) -> bool:
        """Whether the stack creates an endpoint."""
        return bool(self.gateway_endpoints or self.interface_endpoints)

    @property
    def egress_key(self) -> str:
        """The key of the spec that says how tasks reach what is outside."""
        return "vpc.way_out" if self.existing else "egress"

    @property
    def nat_advice(self) -> str:
        """What to do where tasks need a route to the internet."""
        use = f"use {self.egress_key}: nat+endpoints"
        return f"{use}, once the VPC has NAT gateways" if self.existing else use

    @property
    def endpoint_services(self) -> frozenset[str]:
        """The services that interface endpoints reach, created or given."""
        given = (name for each in self.existing for name in each.interface_endpoints.services)
        return frozenset((*given, *(each.service for each in self.interface_endpoints)))

    @property
    def reaches_internet(self) -> bool:
        """Whether tasks without public addresses may: by NAT gateways, or by a given default route."""
        given = (route for route in self.target_routes if route.table == self.task_subnets)
        return self.has_nat or any(route.destination == "0.0.0.0/0" for route in given)


class ListenerCidr(Part, frozen=True):
    """One range that may connect to one listener."""

    label: Label
    cidr: str
    description: str
    ports: tuple[int, ...] = ()
    """No ports where it is the listener's, or the first and the last of those that an override says."""


class FixedResponse(Part, frozen=True):
    """An answer of the load balancer's own."""

    status: str
    body: str
    type: str = "text/plain"


NOT_FOUND = FixedResponse(status="404", body="Not found")
"""What a listener responds where the spec says nothing."""


class Redirect(Part, frozen=True):
    """Where clients are sent. A part is empty where it stays as it was requested, and so is its line."""

    status: str
    protocol: tuple[str, ...]
    host: tuple[str, ...]
    port: tuple[str, ...]
    path: tuple[str, ...]
    query: tuple[str, ...]

    @property
    def text(self) -> str:
        """The new address, as far as it is another: `https`, `https://www.example.com:8443/new`."""
        scheme, host, port = (next(iter(part), "") for part in (self.protocol, self.host, self.port))
        rest = "".join((*self.path, *(f"?{query}" for query in self.query)))
        usual = str(USUAL_PORTS.get(scheme.lower())) == port
        if not host and not rest and usual:
            return scheme.lower()
        if not host and not scheme and not port:
            return rest
        shown = f"{host or '#{host}'}{'' if usual or not port else f':{port}'}"
        return f"{scheme.lower() or '#{protocol}'}://{shown}{rest}"


def own_answer(responses: tuple[FixedResponse, ...], redirects: tuple[Redirect, ...]) -> str:
    """What a load balancer does itself: `redirects to https with 301`; empty where it does nothing."""
    for redirect in redirects:
        return f"redirects to {redirect.text} with {redirect.status.removeprefix('HTTP_')}"
    for response in responses:
        return f"responds with {response.status}" + (f' "{response.body}"' if response.body else "")
    return ""


class ListenerCertificate(Part, frozen=True):
    """A certificate of a listener; `label` is that of its resource, where it is not the default one."""

    label: Label
    arn: Ref | str


class MutualTls(Part, frozen=True):
    mode: str
    trust_store: tuple[Ref | str, ...]
    allow_expired: tuple[bool, ...]


class Header(Part, frozen=True):
    """A header of every response, by the argument that sets it."""

    argument: Label
    value: str


class Listener(Part, frozen=True):
    """A port of the load balancer."""

    key: str
    """Its full name: `http` of the load balancer `main`, `internal.http` of another one."""
    label: Label
    """That of its resource in the load balancer's module."""
    path: SpecPath
    """Where the spec describes it."""
    port: int
    protocol: str
    policies: tuple[str, ...]
    """No TLS security policy, or one."""
    certificates: tuple[Ref | str, ...]
    """No certificate, or the ARN of the one for clients that name no host."""
    more_certificates: tuple[ListenerCertificate, ...]
    mutual_tls: tuple[MutualTls, ...]
    headers: tuple[Header, ...]
    server_header: tuple[bool, ...]
    """Nothing, or that responses do not name the load balancer."""
    cidrs: tuple[ListenerCidr, ...]
    responses: tuple[FixedResponse, ...]
    """What the load balancer responds when no rule matches; nothing where it redirects."""
    redirects: tuple[Redirect, ...]
    """Where clients are sent when no rule matches; nothing where it responds."""
    rules: tuple["ListenerRule", ...]
    """Those of the load balancer itself, in the order of evaluation; the others are of services."""
    arn_input: Label
    depends_on: tuple[tuple[Ref, ...], ...]
    """No order, or the rules that admit its clients, and those for logins."""
    at: Location
    answers: tuple[str, ...] = ()
    """What the load balancer does when no rule matches, where an override says so: `redirects with 301`."""

    @property
    def is_tls(self) -> bool:
        return self.protocol in ("HTTPS", "TLS")

    @property
    def is_network(self) -> bool:
        """Whether it forwards connections or datagrams; then it is in the file of a service."""
        return self.protocol in ("TCP", "UDP", "TLS")

    @property
    def text(self) -> str:
        """Its port, as a person writes it: `80`, `514/udp`."""
        return f"{self.port}/{UDP}" if self.transport == UDP else str(self.port)

    @property
    def transport(self) -> str:
        """What the security group allows."""
        return UDP if self.protocol == "UDP" else TCP

    @property
    def ipv4_cidrs(self) -> tuple[ListenerCidr, ...]:
        return tuple(each for each in self.cidrs if not is_ipv6(each.cidr))

    @property
    def ipv6_cidrs(self) -> tuple[ListenerCidr, ...]:
        return tuple(each for each in self.cidrs if is_ipv6(each.cidr))

    @property
    def default(self) -> str:
        """What the load balancer does when no rule matches: `responds with 404 "Not found"`."""
        return next(iter(self.answers), "") or own_answer(self.responses, self.redirects)

    @property
    def admitted(self) -> tuple[ListenerCidr, ...]:
        """The ranges that may connect to its port: all of them, but for what overrides say."""
        return tuple(
            each for each in self.cidrs if not each.ports or each.ports[0] <= self.port <= each.ports[1]
        )


class Certificate(Part, frozen=True):
    """A certificate of ACM that the stack makes."""

    domain: str
    alternatives: tuple[str, ...]
    """The other names. Written although there is none: Terraform would keep those that there were."""


class AliasRecord(Part, frozen=True):
    """Records with the addresses of the load balancer: A, or AAAA."""

    label: Label
    type: str


class Records(Part, frozen=True):
    """The records of the load balancer's names."""

    zone_id: Ref | str
    names: tuple[str, ...]
    aliases: tuple[AliasRecord, ...]
    validated: tuple[str, ...]
    """The names that records prove to ACM to be the user's; none where no certificate is made."""


class LogDelivery(Part, frozen=True):
    """Logs of the load balancer, by the name of their block."""

    block: Label
    bucket: Ref | str
    prefix: tuple[str, ...]


class LogBucket(Part, frozen=True):
    """The stack's own bucket for logs."""

    name_prefix: str
    objects: tuple[Ref, ...]
    """The ARNs of what the load balancer may write."""
    retention: tuple[int, ...]
    """No end, or the days after which logs are deleted."""


class Metric(Part, frozen=True):
    """A metric of CloudWatch, with the statistic of it that counts. `period` is in seconds."""

    namespace: str
    name: str
    statistic: str
    dimensions: tuple[tuple[Label, Ref | str], ...]
    period: int


class MetricQuery(Part, frozen=True):
    """A metric by the ID that it has in an expression."""

    id: str
    metric: Metric


class Difference(Part, frozen=True):
    """What an alarm calculates from metrics."""

    expression: str
    meaning: str
    queries: tuple[MetricQuery, ...]


class Alarm(Part, frozen=True):
    """A CloudWatch alarm: of a metric, or of what is calculated from several."""

    label: Label
    name: str
    description: str
    periods: int
    """How many periods in a row must reach the threshold."""
    threshold: int
    metrics: tuple[Metric, ...] = ()
    differences: tuple[Difference, ...] = ()

    @property
    def referred(self) -> Iterator[Ref | str]:
        """The values of its dimensions."""
        measured = (each for difference in self.differences for each in difference.queries)
        for metric in (*self.metrics, *(each.metric for each in measured)):
            yield from (value for _, value in metric.dimensions)


class Graph(Part, frozen=True):
    """What a dashboard shows of one metric, or of several that belong together."""

    heading: str
    statistic: str
    rows: tuple[tuple[Ref | str, ...], ...]
    """Namespace, metric, and the name and value of each dimension."""


class Dashboard(Part, frozen=True):
    name: str
    region: str
    graphs: tuple[Graph, ...]


class AlarmTopic(Part, frozen=True):
    """The topic that tells an address of mail."""

    name: str
    mail: str


class Stickiness(Part, frozen=True):
    """Sessions that stay with a target; `cookies` holds the application's cookie, if it is that."""

    kind: str
    enabled: bool
    duration: int
    cookies: tuple[str, ...]


class LoadBalancer(Part, frozen=True):
    key: str
    noun: str
    """What a person calls it, where there may be others."""
    module: Label
    group: VariableRef
    """The ID of its security group, as the services know it."""
    path: SpecPath
    """Where the spec describes it."""
    name: str
    security_group_name: str
    internal: bool
    subnets: Label
    """The role of the subnets that it is in."""
    idle_timeout: int
    listeners: tuple[Listener, ...]
    certificate: tuple[Certificate, ...] = ()
    records: tuple[Records, ...] = ()
    attributes: tuple[tuple[Label, bool | int | str], ...] = ()
    """Its arguments that have another value than the provider's default."""
    drop_invalid_headers: tuple[bool, ...] = (True,)
    """Whether malformed headers are removed; empty where they are not."""
    logs: tuple[LogDelivery, ...] = ()
    log_bucket: tuple[LogBucket, ...] = ()
    """The stack's own bucket for logs."""
    capacity: tuple[int, ...] = ()
    """No reservation, or that of so many LCUs."""
    web_acls: tuple[VariableRef, ...] = ()
    """No web ACL, or the ARN of the one that is associated with it."""
    depends_on: tuple[tuple[Ref, ...], ...] = ()
    """No order, or what must allow the delivery of logs first."""
    login_egress: tuple["LoginEgress", ...] = ()
    """What it may connect to besides tasks: the providers of logins."""
    alarms: tuple[Alarm, ...] = ()
    ip_address_type: str = "ipv4"
    type: str = "application"
    faces_internet: bool = True
    """Whether the spec has clients on the internet in mind, whatever overrides make of it."""

    @property
    def owner(self) -> str:
        """Whose a listener is, behind its name; nothing where it is that of `main`."""
        return "" if self.module == LOAD_BALANCER else f" of {self.noun}"

    @property
    def is_network(self) -> bool:
        """Whether it forwards connections and datagrams, and reads no requests."""
        return self.type == "network"

    def place(self, address: str) -> str:
        """A resource of its module as a blueprint keeps its address: that of `main` without its module."""
        return address if self.module == LOAD_BALANCER else f"{self.module}.{address}"

    @property
    def versions(self) -> tuple[str, ...]:
        """The versions of IP by which clients reach it from where it faces."""
        return {"dualstack": ("IPv4", "IPv6"), "dualstack-without-public-ipv4": ("IPv6",)}.get(
            self.ip_address_type, ("IPv4",)
        )


class ExistingListener(Part, frozen=True):
    """A listener that exists. `arn` is its ARN, or the expression in the root that gives it."""

    key: str
    arn: Ref | str
    arn_input: Label
    at: Location


class ExistingLoadBalancer(Part, frozen=True):
    """A load balancer that exists; nothing of it is the stack's but rules of its listeners."""

    key: str
    noun: str
    label: Label
    """What its module would be called, if it were the stack's own."""
    group: VariableRef
    """The ID of its security group, as the services know it."""
    listeners: tuple[ExistingListener, ...]
    security_group: Ref | str
    dns_name: tuple[Ref | str, ...]
    arn: tuple[Ref | str, ...]
    at: Location

    @property
    def owner(self) -> str:
        """Whose a listener is, behind its name; nothing where it is that of `main`."""
        return "" if self.label == LOAD_BALANCER else f" of {self.noun}"


class Peer(Part, frozen=True):
    """The other side of a security group rule: an argument of the rule resource and its value."""

    argument: Label
    value: Ref | str


class SecurityRule(Part, frozen=True):
    """One aws_vpc_security_group_<direction>_rule; `group` is the group that it belongs to: an ID, for one
    that exists."""

    direction: Label
    label: Label
    group: Ref | str
    description: str
    port: int
    last_port: int
    """The last of the ports that begin with `port`; mostly the same."""
    peer: Peer
    protocol: str = TCP

    @property
    def ports(self) -> tuple[tuple[int, int], ...]:
        """The first and the last port; none where the rule is about all protocols."""
        return () if self.protocol == ALL_PROTOCOLS else ((self.port, self.last_port),)


class Statement(Part, frozen=True):
    """One statement; `resources` holds text and references."""

    sid: str
    """Empty where the user's own keys describe it."""
    actions: str | tuple[str, ...]
    resources: Ref | str | tuple[Ref | str, ...]
    effect: str = "Allow"
    conditions: tuple[Mapping[str, Any], ...] = ()
    """Nothing, or operators with keys and their values."""

    @property
    def sids(self) -> tuple[str, ...]:
        return (self.sid,) if self.sid else ()


class Policy(Part, frozen=True):
    """An inline policy."""

    label: Label
    name: str
    statements: tuple[Statement, ...]


class Attachment(Part, frozen=True):
    """A managed policy of a role."""

    label: Label
    arn: Ref | str


class Role(Part, frozen=True):
    label: Label
    name: str
    policies: tuple[Policy, ...]
    trust: Ref = Ref("local.ecs_tasks_trust")
    """The policy that says who may assume it."""
    attachments: tuple[Attachment, ...] = ()
    paths: tuple[str, ...] = ()
    """No path but /, or the one in front of its name."""
    boundaries: tuple[Ref, ...] = ()
    """No policy that limits its permissions, or the ARN of one."""


class GivenRole(Part, frozen=True):
    """A role that exists, and what it must allow; `arn` is text, or the expression in the root."""

    purpose: str
    """execution or task."""
    arn: Ref | str
    statements: tuple[Statement, ...]
    at: Location


class Alternate(Part, frozen=True):
    """What ECS moves requests with, for a target group: the other one, the rule, and those of tests."""

    target_group: Label
    rule: Label
    test_rules: tuple[Label, ...]
    role: Ref


class Registration(Part, frozen=True):
    """A target group in which ECS registers tasks, by its label, and the port of the container."""

    label: Label
    container: str
    port: int
    alternates: tuple[Alternate, ...] = ()
    """Nothing, or where the tasks of every other deployment are instead."""


class TargetGroup(Part, frozen=True):
    label: Label
    balancer: str
    """The load balancer that forwards to it."""
    name_prefix: str
    name: str
    port: int
    path: str
    codes: str
    interval: int
    timeout: int
    healthy: int
    unhealthy: int
    comments: tuple[Comment, ...]
    """Why the health check is as it is, where the spec does not say it."""
    at: Location
    deregistration_delay: int = 60
    service_key: str = ""
    """What outputs call it: the service, and the port if it is not the default one."""
    container: str = ""
    """The name of the container that it leads to."""
    protocol: str = "HTTP"
    version: str = "HTTP1"
    """The version of the protocol."""
    check_port: tuple[int, ...] = ()
    """The port of the requests, or the one that is checked instead."""
    check_protocol: tuple[str, ...] = ()
    """HTTP, or the protocol of the health check."""
    depends_on: tuple[tuple[Ref, ...], ...] = ()
    """No order, or the rules that allow checks of another port."""
    attributes: tuple[tuple[Label, bool | int | str], ...] = ()
    """Its arguments that the spec sets to another value than the provider's default, or says."""
    cross_zone: tuple[str, ...] = ()
    """As the load balancer does it, or the value that the spec sets."""
    stickiness: tuple[Stickiness, ...] = ()

    @property
    def requests(self) -> tuple[tuple[str, str], ...]:
        """The path and the codes of its health check; nothing where that only opens a connection."""
        return ((self.path, self.codes),) if self.path else ()

    @property
    def transport(self) -> str:
        return UDP if self.protocol == "UDP" else TCP


class NetworkListener(Part, frozen=True):
    """A listener of a network load balancer, in the file of the service that it leads to."""

    key: str
    """Its full name."""
    label: Label
    balancer: str
    load_balancer_arn: VariableRef
    port: int
    protocol: str
    policies: tuple[str, ...]
    certificates: tuple[Ref | str, ...]
    more_certificates: tuple[ListenerCertificate, ...]
    target_group: Label


class NamedCondition(Part, frozen=True):
    """What a header or a query parameter must be: one of what is accepted."""

    name: str
    accepted: tuple[str, ...]


class WeightedTarget(Part, frozen=True):
    """A service among which a rule divides its requests."""

    service: str
    target_group: Label
    weight: int


class WeightedForward(Part, frozen=True):
    targets: tuple[WeightedTarget, ...]
    sticky: tuple[int, ...]
    """The seconds, if clients stay with the service that got their first request."""


def text_of_conditions(
    headers: tuple[NamedCondition, ...], queries: tuple[NamedCondition, ...], sources: tuple[str, ...]
) -> str:
    """As a person reads them, behind a path: ` (X-Tenant: a*, ?v=2 or 3, from 10.0.0.0/8)`."""
    named = [f"{each.name}: {' or '.join(each.accepted)}" for each in headers]
    named += [f"?{each.name}={' or '.join(each.accepted)}" for each in queries]
    parts = [*named, *([f"from {' or '.join(sources)}"] if sources else [])]
    return f" ({', '.join(parts)})" if parts else ""


class Login(Part, frozen=True):
    """What a rule asks clients for first: the action of one login."""

    name: str
    type: str
    """That of the action: `authenticate-cognito`."""
    block: Label
    arguments: tuple[tuple[Label, Ref | str | int], ...]
    """Those of its block, in the order of the file."""
    unauthenticated: str
    """What becomes of requests without a session: authenticate, deny or allow."""
    claims: tuple["TokenClaim", ...] = ()
    """Those that tokens must have besides what is always checked."""

    @property
    def has_sessions(self) -> bool:
        """Whether clients log in, and do not send a token with each request."""
        return self.type != "jwt-validation"

    @property
    def provider(self) -> str:
        return "Cognito" if self.type.endswith("cognito") else "OpenID Connect"


class TokenClaim(Part, frozen=True):
    name: str
    form: str
    """How tokens write it: the argument format."""
    accepted: tuple[str, ...]


class Rewrite(Part, frozen=True):
    """What the service gets instead of what a request has: a transform of a listener rule."""

    type: str
    """`url-rewrite` or `host-header-rewrite`."""
    block: Label
    regex: str
    replacement: str


class LoginEgress(Part, frozen=True):
    """A port on which the load balancer itself connects to providers of logins."""

    label: Label
    port: int


class ListenerRule(Part, frozen=True):
    label: Label
    listener: str
    listener_arn: VariableRef | ResourceRef
    priority: int
    pinned: bool
    """Whether the spec names the priority."""
    hosts: tuple[tuple[str, ...], ...]
    """No condition, or one with its values; likewise below."""
    paths: tuple[tuple[str, ...], ...]
    methods: tuple[tuple[str, ...], ...]
    headers: tuple[NamedCondition, ...]
    """Each is a condition of its own, as are the query parameters."""
    queries: tuple[NamedCondition, ...]
    sources: tuple[tuple[str, ...], ...]
    target_groups: tuple[Label, ...]
    """The one that gets all requests; none where `weighted` divides them."""
    weighted: tuple[WeightedForward, ...]
    at: Location
    redirects: tuple["Redirect", ...] = ()
    """Where clients are sent; nothing where a service or the load balancer itself responds."""
    responses: tuple["FixedResponse", ...] = ()
    """What the load balancer itself responds; nothing else."""
    logins: tuple[Login, ...] = ()
    """No login, or the one that clients need first."""
    rewrites: tuple[Rewrite, ...] = ()
    """Of the URL, of the host, of both or of neither."""
    is_test: bool = False
    """Whether it is for requests that reach new tasks first."""
    ignored: tuple["Ignored", ...] = ()
    """Nothing, or what Terraform leaves to ECS."""

    @property
    def answers(self) -> str:
        """What the load balancer itself does with the requests; empty where it sends them to services."""
        return own_answer(self.responses, self.redirects)

    @property
    def services(self) -> tuple[str, ...]:
        """Those among which the rule divides its requests, or the one that alternates; or nothing."""
        found = (target.service for forward in self.weighted for target in forward.targets)
        return tuple(dict.fromkeys(found))

    def forwards_to(self, target_group: Label) -> bool:
        """Whether it sends requests there, all or a share of them."""
        shares = (target.target_group for forward in self.weighted for target in forward.targets)
        return target_group in self.target_groups or target_group in shares


class Route(Part, frozen=True):
    """Requests that reach a service: `text` is how a person writes them."""

    balancer: str
    listener: str
    text: str
    rule: Label
    """The listener rule that sends them."""


class PortMapping(Part, frozen=True):
    """A port of the container, and the name under which Service Connect knows it, if it does."""

    port: int
    connect: tuple["NamedPort", ...]
    protocol: str = TCP


class NamedPort(Part, frozen=True):
    name: str
    app_protocol: tuple[str, ...]


class ConnectTls(Part, frozen=True):
    """TLS of a Service Connect name; `role` is the ARN of the role with which ECS gets certificates."""

    authority: Ref | str
    kms_key: tuple[Ref | str, ...]
    role: Ref


class ConnectServer(Part, frozen=True):
    """What a service offers to the namespace: http://<dns_name>:<port>."""

    port_name: str
    discovery_name: str
    dns_name: str
    port: int
    address: str
    at: Location
    service_key: str = ""
    """What outputs call it: the service, and the port if it is not the default one."""
    request_timeout: tuple[int, ...] = ()
    """The seconds that it gives a request, where they are not AWS's own; 0 is without end."""
    idle_timeout: tuple[int, ...] = ()
    """The seconds that a connection may be idle, where they are not AWS's own; 0 is without end."""
    tls: tuple[ConnectTls, ...] = ()

    @property
    def timeouts(self) -> tuple[tuple[Label, int], ...]:
        """The arguments of its block `timeout`."""
        idle = ((Label("idle_timeout_seconds"), each) for each in self.idle_timeout)
        return (*idle, *((Label("per_request_timeout_seconds"), each) for each in self.request_timeout))


class ConnectLogs(Part, frozen=True):
    """The format and the parameters of a proxy's access logs, in AWS's words."""

    form: str
    query: str


class ServiceConnect(Part, frozen=True):
    """A service's place in the namespace: a client, and a server where `servers` is not empty."""

    namespace: Ref
    """Its ARN."""
    access_logs: tuple["ConnectLogs", ...]
    servers: tuple[ConnectServer, ...]


class DnsServer(Part, frozen=True):
    """A port that callers reach by a DNS name: that of the container, since there is no proxy."""

    port: int
    protocol: str
    address: str


class DnsName(Part, frozen=True):
    """A name of a service in the private hosted zone, which has the addresses of its tasks."""

    name: str
    host: str
    namespace: Ref
    """The ID of the namespace that the name is in."""
    servers: tuple[DnsServer, ...]
    at: Location


class PrivateZone(Part, frozen=True):
    """The private hosted zone of DNS names."""

    name: str
    description: str


class Image(Part, frozen=True):
    """Where an image comes from. `repository` has no tag; `account` and `region` are ECR's or empty.

    Of an image that only Terraform knows, `text` is empty, and all others but the region are where the spec
    does not name the repository.
    """

    text: str
    registry: str
    repository: str
    account: str
    region: str
    at: Location
    given: tuple[Ref, ...] = ()
    """Its expression in the root, where only Terraform knows it."""
    repository_arn: tuple[Ref, ...] = ()
    """What has the ARN of its ECR repository in the services module, where only Terraform knows it."""
    own: tuple[Ref, ...] = ()
    """Its expression in the root, where it is in a repository that the stack creates."""
    is_cached: bool = False
    """Whether the spec has it pulled through the cache of private ECR."""
    cached: tuple[Ref, ...] = ()
    """Its expression in the root, where the stack creates the rule of the cache."""

    @property
    def may_be_private(self) -> bool:
        """Whether it is in private ECR, or may be."""
        return bool(self.account or self.own) or self.is_unknown

    @property
    def address(self) -> str:
        """What its text has before the tag and the digest; an own repository has no registry there."""
        return f"{self.registry}/{self.repository}" if self.registry else self.repository

    @property
    def is_unknown(self) -> bool:
        """Whether the spec does not say which registry it is in."""
        return bool(self.given) and not self.registry and not self.own


class Variable(Part, frozen=True):
    """A Terraform variable; `default` and `validation` are empty or hold one."""

    label: Label
    type: Ref
    description: str
    default: tuple[Any, ...] = ()
    sensitive: tuple[bool, ...] = ()
    validation: tuple["Validation", ...] = ()


class Validation(Part, frozen=True):
    condition: Ref
    message: str


class Input(Part, frozen=True):
    """A variable of a module together with the value that the root gives it."""

    variable: Variable
    value: Ref | str | tuple[Ref | str, ...] | dict[str, Ref | str]

    @property
    def plain(self) -> tuple[Variable, ...]:
        """The variable, where its value may be shown."""
        return () if self.variable.sensitive else (self.variable,)

    @property
    def secret(self) -> tuple[Variable, ...]:
        """The variable, where its value must not be shown."""
        return (self.variable,) if self.variable.sensitive else ()


class Output(Part, frozen=True):
    """A module's output; what `depends_on` names must exist before it is used."""

    label: Label
    description: str
    value: Ref | str | dict[str, Any]
    ready: tuple["Ready", ...] = ()
    preconditions: tuple["Validation", ...] = ()


class Ready(Part, frozen=True):
    comment: Comment
    depends_on: tuple[Ref, ...]


class Egress(Part, frozen=True):
    """Something that a service says it connects to."""

    peer: Peer
    text: str
    """What it is, as a person calls it: a range, an ID, a reference."""
    source: str
    """How the spec writes it."""
    protocol: str
    port: int
    last_port: int

    @property
    def cidr(self) -> str:
        """The range, where the spec has one; empty for what only Terraform or AWS knows the addresses of."""
        value = self.peer.value
        is_range = self.peer.argument in ("cidr_ipv4", "cidr_ipv6")
        return value if is_range and not isinstance(value, Ref) else ""

    def has_port(self, port: int) -> bool:
        """Whether TCP connections to a port are allowed."""
        return self.protocol in (TCP, ALL_PROTOCOLS) and self.port <= port <= self.last_port


class Callee(Part, frozen=True):
    """Something outside the stack that a service calls, in a security group or a range.

    `name` is what a person calls it, and `label` an identifier of that; `host` is empty where the spec does
    not say it.
    """

    host: str
    name: str
    label: Label
    port: str
    egress: Egress
    path: SpecPath

    @property
    def address(self) -> str:
        return f"{self.name}:{self.port}"

    @property
    def group(self) -> tuple[Ref | str, ...]:
        """Its security group, to which the stack adds a rule."""
        is_group = self.egress.peer.argument == "referenced_security_group_id"
        return (self.egress.peer.value,) if is_group else ()


class Call(Part, frozen=True):
    """`caller` opens connections to `callee`. `circle` names the services of a circle that it closes."""

    caller: str
    callee: str
    ports: tuple[tuple[tuple[str, ...], tuple[int, int, str]], ...]
    """The ports to connect to, the first and the last of each and its protocol, by the words for them in
    labels."""
    circle: tuple[str, ...]
    at: Location


class Use(Part, frozen=True):
    """An AWS service that a service calls, by the name of its endpoint; `path` is where the spec says so."""

    endpoint: str
    region: str
    path: SpecPath


class SecretReference(Part, frozen=True):
    """A secret whose ARN only Terraform knows.

    `store` is the endpoint name of the service that keeps it; `value` is what ECS takes: the ARN, followed by
    a JSON key where the spec has one. `root` is the ARN in the root of the stack.
    """

    name: str
    store: str
    root: Ref
    arn: Ref
    value: Ref


class Reference(Part, frozen=True):
    """A value that only Terraform knows: `root` is its expression in the root of the stack.

    `type` and `attribute` are those of a resource or data source (`data.aws_vpc`); empty for others.
    """

    root: Ref
    type: str
    attribute: str
    at: Location


class EnvironmentFile(Part, frozen=True):
    """A file of variables in S3, and its bucket."""

    arn: Ref | str
    bucket_arn: Ref | str
    path: SpecPath


class Mount(Part, frozen=True):
    """A folder of a container that is in a volume."""

    volume: str
    path: str
    read_only: bool
    is_own: bool
    """Whether the volume is for this folder only."""
    at: Location


class RoutedLogs(Part, frozen=True):
    """The log lines of a container, which the log router of its task sends on."""

    options: tuple[tuple[str, Ref | str], ...]
    """The output of the router, by the names of its plugin."""
    secrets: tuple[tuple[str, str], ...]
    """Options with the ARNs or names of secrets that the spec has."""
    secret_references: tuple[SecretReference, ...]
    destination: str
    """The AWS service that the output sends to, as ARNs name it; empty where it is another or unknown."""

    @property
    def all_secrets(self) -> tuple[tuple[str, str], ...]:
        """Every option that ECS reads from a secret, by name."""
        references = ((each.name, each.value) for each in self.secret_references)
        return tuple(sorted((*self.secrets, *references)))


class Container(Part, frozen=True):
    """One entry of container_definitions."""

    name: str
    image: Image
    image_variable: Label
    essential: bool
    command: tuple[tuple[str, ...], ...]
    arguments: tuple[tuple[Label, Any], ...]
    """What else it has in one line each, by the names of ECS."""
    blocks: tuple[tuple[Label, Any], ...]
    """What it has in several lines each, by the names of ECS."""
    environment: tuple[tuple[str, str], ...]
    """Variables with the values that the spec has."""
    environment_references: tuple[tuple[str, Ref], ...]
    """Variables whose values only Terraform knows."""
    environment_parts: tuple[tuple[str, tuple[str | Reference, ...]], ...]
    """The same variables: the texts and references that each is made of."""
    secrets: tuple[tuple[str, str], ...]
    """Variables with the ARNs or names that the spec has."""
    secret_references: tuple[SecretReference, ...]
    port_mappings: tuple[PortMapping, ...]
    called: tuple[str, ...]
    """Where it reaches what it calls, in one text; a label, so that new tasks start when it changes."""
    labels: tuple[tuple[str, str], ...]
    """Other labels of it."""
    init: bool
    """Whether ECS puts an init process into it, as ECS Exec wants, and no other Linux parameter."""
    environment_files: tuple[EnvironmentFile, ...]
    mounts: tuple[Mount, ...]
    """Its folders that are in volumes, by path."""
    log_group: Label
    log_mode: str
    log_buffer: tuple[str, ...]
    """What is kept of lines that CloudWatch has not taken yet, where the application does not wait for it."""
    log_comment: Comment
    region: str
    path: SpecPath
    """Where the spec describes it."""
    routed_logs: tuple[RoutedLogs, ...] = ()
    """Empty where its log lines go to CloudWatch without a router."""
    router: tuple[str, ...] = ()
    """What it routes the log lines of the task with, if it does: fluentbit or fluentd."""

    @property
    def writes_to_log_group(self) -> bool:
        return not self.routed_logs

    @property
    def read_secrets(self) -> Iterator[tuple[str, str, SpecPath]]:
        """The secrets that ECS reads for it and whose ARNs or names the spec has, each with its place."""
        yield from ((name, source, (*self.path, "secrets", name)) for name, source in self.secrets)
        for logs in self.routed_logs:
            yield from ((name, each, (*self.path, "logs", "secrets", name)) for name, each in logs.secrets)

    @property
    def read_references(self) -> Iterator[tuple[SecretReference, SpecPath]]:
        """The secrets that ECS reads for it and whose ARNs only Terraform knows, each with its place."""
        yield from ((each, (*self.path, "secrets", each.name)) for each in self.secret_references)
        for logs in self.routed_logs:
            places = (*self.path, "logs", "secrets")
            yield from ((each, (*places, each.name)) for each in logs.secret_references)

    @property
    def is_checked(self) -> bool:
        """Whether a command in it shows that it is healthy."""
        return any(name == "healthCheck" for name, _ in self.blocks)

    @property
    def leading_port_mappings(self) -> tuple[PortMapping, ...]:
        """All but the last, after which there is no comma."""
        return self.port_mappings[:-1]

    @property
    def last_port_mapping(self) -> tuple[PortMapping, ...]:
        return self.port_mappings[-1:]

    @property
    def variables(self) -> tuple[tuple[str, str], ...]:
        """All of its environment, by name."""
        return tuple(sorted((*self.environment, *self.environment_references)))

    @property
    def all_secrets(self) -> tuple[tuple[str, str], ...]:
        """What ECS reads each secret from, by the name of its variable."""
        references = ((each.name, each.value) for each in self.secret_references)
        return tuple(sorted((*self.secrets, *references)))

    @property
    def all_labels(self) -> tuple[dict[str, str], ...]:
        """Its labels with that of what it calls, where it has others, too."""
        called = [("calls", each) for each in self.called]
        return (dict(sorted((*self.labels, *called))),) if self.labels else ()

    @property
    def only_called(self) -> tuple[str, ...]:
        return () if self.labels else self.called


class Tasks(Part, frozen=True):
    """How many tasks a service may run, at least and at most."""

    least: int
    most: int
    at: Location
    most_at: Location
    key: str = "count"
    """What the spec calls the least."""

    @property
    def text(self) -> str:
        return str(self.most) if self.least == self.most else f"{self.least} to {self.most}"


class PredefinedMetric(Part, frozen=True):
    """A metric that Application Auto Scaling knows; of requests, which load balancer and target group count
    them."""

    type: str
    suffixes: tuple[Ref, ...] = ()
    """What the services know of that load balancer."""
    resource_labels: tuple[Ref, ...] = ()


class Backlog(Part, frozen=True):
    """The messages of a queue for each task, by the names that CloudWatch has for them."""

    queue: Ref | str
    cluster: Ref
    service: Ref


class ScalingPolicy(Part, frozen=True):
    """A metric to keep at a target: one of two kinds."""

    label: Label
    name: str
    target: int
    scale_in: int
    scale_out: int
    predefined: tuple[PredefinedMetric, ...]
    backlog: tuple[Backlog, ...]


class ScheduledAction(Part, frozen=True):
    """Other limits from a time on."""

    label: Label
    name: str
    expression: str
    timezones: tuple[str, ...]
    least: tuple[int, ...]
    most: tuple[int, ...]


class Scaling(Part, frozen=True):
    """What decides how many tasks of a service run."""

    resource_id: Ref
    min: int
    max: int
    policies: tuple[ScalingPolicy, ...]
    schedule: tuple[ScheduledAction, ...]


class Ignored(Part, frozen=True):
    """What Terraform leaves of a resource as others have set it, and who they are."""

    arguments: tuple[Ref, ...]
    comments: tuple[Comment, ...]


class OrderTags(Part, frozen=True):
    """Tags of a service that change with what it uses, so that Terraform updates it in between."""

    egress: tuple[str, ...]
    listeners: str


FARGATE, FARGATE_SPOT = "FARGATE", "FARGATE_SPOT"


class CapacityProvider(Part, frozen=True):
    """What tasks run on; `bases` is the number of the first tasks that all run on it."""

    name: str
    weight: int
    bases: tuple[int, ...] = ()


class DeploymentStep(Part, frozen=True):
    """The block of a strategy that moves requests in steps, with the names of its arguments."""

    block: Label
    percent_argument: Label
    percent: int
    minutes_argument: Label
    minutes: int
    times: int
    """How many times a deployment waits for these minutes."""


class DeploymentHook(Part, frozen=True):
    function: Ref | str
    role: Ref
    stages: tuple[str, ...]


USUAL_TIMEOUT = 20
"""The minutes that the provider waits for an update of a service, if nothing else is set."""


class Strategy(Part, frozen=True):
    """How requests move to new tasks; `bake` and `timeout` are minutes."""

    name: str
    bake: int
    steps: tuple[DeploymentStep, ...]
    hooks: tuple[DeploymentHook, ...]
    timeout: int
    """How long an apply waits for a deployment: the provider's own time would be over before."""


class Deployment(Part, frozen=True):
    """How tasks are replaced. `minimums` and `maximums` are percentages other than AWS's own."""

    minimums: tuple[int, ...]
    maximums: tuple[int, ...]
    circuit_breaker: bool
    rollback: bool
    alarms: tuple[Ref | str, ...]
    waits: tuple[bool, ...]
    rebalancing: str
    strategies: tuple[Strategy, ...] = ()
    """Nothing for a rolling deployment."""

    @property
    def breakers(self) -> tuple[tuple[bool, bool], ...]:
        """Whether the circuit breaker is on and rolls back; nothing where there is none."""
        return () if self.strategies else ((self.circuit_breaker, self.rollback),)

    @property
    def timeouts(self) -> tuple[str, ...]:
        """Nothing, or how long an apply waits for what takes longer than the provider expects."""
        return tuple(f"{each.timeout}m" for each in self.strategies if self.waits)

    @property
    def timeout(self) -> int:
        """The minutes that an apply waits at most: the provider's own for a rolling deployment."""
        return next((each.timeout for each in self.strategies), USUAL_TIMEOUT)

    @property
    def maximum(self) -> int:
        return next(iter(self.maximums), _USUAL_MAXIMUM)


_USUAL_MAXIMUM = 200  # botocore, ecs DeploymentConfiguration.maximumPercent


class EfsVolume(Part, frozen=True):
    """Where a volume is: an access point, a folder, or neither for all of a file system."""

    file_system: Ref | str
    roots: tuple[str, ...]
    access_points: tuple[Ref | str, ...]


class EbsVolume(Part, frozen=True):
    """What the service says of the EBS volume that ECS creates for each of its tasks."""

    name: str
    """The volume of the task definition."""
    role: Ref
    """With which ECS creates it."""
    volume_type: str
    file_system_type: str
    sizes: tuple[int, ...]
    """GiB, where they are not those of the snapshot."""
    iops: tuple[int, ...]
    throughputs: tuple[int, ...]
    kms_keys: tuple[Ref | str, ...]
    """The key that EBS has by default, or another one."""
    snapshots: tuple[Ref | str, ...]
    """No snapshot, or the one whose files the volume begins with."""
    at: Location


class Volume(Part, frozen=True):
    """A volume of a task: of `efs`, of EBS where the service configures it `at_launch`, or an empty one that
    ends with the task."""

    name: str
    at: Location
    efs: tuple[EfsVolume, ...] = ()
    at_launch: tuple[bool, ...] = ()


class AccessPoint(Part, frozen=True):
    """A folder of a file system, and as whom tasks read and write there: `user` and `group` are numbers."""

    label: Label
    name: str
    file_system: VariableRef
    root: str
    user: int
    group: int
    at: Location

    @property
    def created(self) -> tuple[tuple[int, int], ...]:
        """Who gets the folder when EFS creates it; nobody the one that every file system has."""
        return () if self.root == "/" else ((self.user, self.group),)

    @property
    def owner(self) -> str:
        """As the spec writes it."""
        return f"{self.user}:{self.group}"


class FileSystem(Part, frozen=True):
    """A file system with its mount targets and their security group."""

    key: str
    id: VariableRef
    """What the services know it by."""
    label: Label
    name: str
    kms_keys: tuple[Ref | str, ...]
    """The key of AWS for EFS, or another one."""
    transitions: tuple[str, ...]
    """When files move to Infrequent Access, if they do."""
    backups: tuple[str, ...]
    """The status of its backups; nothing where there are none."""
    kept: tuple[bool, ...]
    """Whether Terraform refuses to destroy it."""
    group_name: str
    group_description: str
    at: Location


class Task(Part, frozen=True):
    """What runs tasks: a service or a job. The fields are names that both templates know."""

    key: str
    label: Label
    file: str
    aws_name: str
    """What it is called in AWS: the oldest name that it had, since names there cannot be changed."""
    summary: Comment
    family: str
    cluster: Ref
    inputs: tuple[Input, ...]
    """The variables of the module that are its own."""
    cpu: int
    memory: int
    size_at: Location
    architecture: str
    containers: tuple[Container, ...]
    """What each of its tasks runs; the first is the application."""
    storage: tuple[int, ...]
    """GiB of ephemeral storage, where they are not AWS's own."""
    volumes: tuple[Volume, ...]
    """What its containers can mount."""
    access_points: tuple[AccessPoint, ...]
    """Those of its volumes in file systems of the stack."""
    region: str
    log_group: str
    log_retention: int
    log_keys: tuple[Ref | str, ...]
    """The KMS key of the user's own for its log lines, if there is one."""
    execution_role: Role
    task_role: Role
    roles: tuple[Role, ...]
    """Those of the two that the stack creates, and that of its schedule."""
    execution_role_arn: Ref
    task_role_arn: Ref
    given_roles: tuple[GivenRole, ...]
    """The others."""
    security_group_name: str
    security_group_description: str
    security_rules: tuple[SecurityRule, ...]
    """Its own, those of the load balancer towards it, and those of what it calls that let it in."""
    public_ip: tuple[bool, ...]
    exec: tuple[bool, ...]
    calls: tuple[str, ...]
    """The names of the services that it calls."""
    outside: tuple[Callee, ...]
    """What it calls outside the stack, in an order of its own."""
    uses: tuple["Use", ...]
    """The AWS services that it says it calls."""
    egress: tuple[Egress, ...]
    """What else it says it connects to, in the spec's order."""
    depends_on: tuple[Ref, ...]
    at: Location
    revisions: Comment
    """Why revisions of its task definition stay."""
    alarms: tuple[Alarm, ...]

    @property
    def path(self) -> SpecPath:
        """Where the spec describes it."""
        return ("services", self.key)

    @property
    def noun(self) -> str:
        """What it is."""
        return "service"

    def creates(self, role: Role) -> bool:
        """Whether a role of its own takes the place that `role` describes, and not one that exists."""
        return any(each.label == role.label for each in self.roles)

    @property
    def called(self) -> tuple[str, ...]:
        """All that it calls, as a person names it."""
        return (*self.calls, *sorted({each.address for each in self.outside}))

    @property
    def port_mappings(self) -> tuple[PortMapping, ...]:
        """Those of all its containers, which share their tasks' addresses."""
        return tuple(mapping for container in self.containers for mapping in container.port_mappings)


class Service(Task, frozen=True):
    """One ECS service; its fields are the names that its template knows."""

    launch_types: tuple[str, ...]
    """How tasks start in a cluster whose capacity providers are not known."""
    capacity_providers: tuple[CapacityProvider, ...]
    """Otherwise, those that they start with."""
    forced: tuple[bool, ...]
    """Whether every update starts its tasks anew, as a change between providers must."""
    deployment: Deployment
    tasks: Tasks
    desired_count: int
    reached: tuple[str, ...]
    """Where its tasks may go besides what it calls, in one text; none where they may go nowhere, and where
    `order` says it."""
    order: tuple["OrderTags", ...]
    """Nothing, or what changes with its listener rules too, where a listener of its has TLS."""
    target_groups: tuple[TargetGroup, ...]
    registrations: tuple[Registration, ...]
    """Those of them that the service itself names."""
    routes: tuple[Route, ...]
    priorities: tuple[Comment, ...]
    """How the priorities of its rules were derived; nothing where it has none."""
    rules: tuple[ListenerRule, ...]
    grace_period: tuple[int, ...]
    connect: tuple[ServiceConnect, ...]
    listeners: tuple[NetworkListener, ...] = ()
    """Those of network load balancers that lead to it."""
    ebs: tuple[EbsVolume, ...] = ()
    """That of each task, if they have one."""
    scalings: tuple[Scaling, ...] = ()
    """Nothing, or what decides how many tasks run."""
    is_deployed_by_ci: bool = False
    """Whether a pipeline registers the revisions that run."""
    ignored: tuple[Ignored, ...] = ()
    dns: tuple[DnsName, ...] = ()

    @property
    def tasks_while_deployed(self) -> int:
        """How many of its tasks run at most during a deployment, old and new ones together."""
        return self.tasks.most * self.deployment.maximum // 100

    @property
    def is_on_spot_only(self) -> bool:
        """Whether none of its tasks is on demand for certain."""
        return bool(self.capacity_providers) and all(each.name != FARGATE for each in self.capacity_providers)

    @property
    def addresses(self) -> tuple[str, ...]:
        """Where other services reach it, by Service Connect and by DNS."""
        connect = (server.address for place in self.connect for server in place.servers)
        return (*connect, *(server.address for name in self.dns for server in name.servers))

    def forwarded(self, listener: str) -> tuple[TargetGroup, ...]:
        """The target group of its own that a listener of a network load balancer forwards to."""
        labels = [each.target_group for each in self.listeners if each.key == listener]
        return tuple(group for group in self.target_groups if group.label in labels)

    def targets(self, rule: ListenerRule) -> tuple[TargetGroup, ...]:
        """The target groups of its own that a rule sends requests to."""
        return tuple(group for group in self.target_groups if rule.forwards_to(group.label))

    def alternating(self, target_group: Label) -> tuple[Label, ...]:
        """A target group of its own, and the one in which its tasks are after every other deployment."""
        own = (each for each in self.registrations if each.label == target_group)
        others = (other.target_group for each in own for other in each.alternates)
        return (target_group, *others)


class ScheduleGroup(Part, frozen=True):
    """What all schedules of the stack are in; their roles trust EventBridge Scheduler for it alone.

    `account` is its number, or takes it from the ARN of the group.
    """

    name: str
    comment: Comment
    account: Ref | str
    alarms: tuple[Alarm, ...]


class DeadLetterQueue(Part, frozen=True):
    """What keeps the events of tasks that could not be started."""

    name: str
    retention: int
    """In seconds."""


class Schedule(Part, frozen=True):
    """When EventBridge Scheduler starts the tasks of a job, and how."""

    name: str
    states: tuple[str, ...]
    """Nothing where it is on."""
    expression: str
    timezones: tuple[str, ...]
    window: tuple[tuple[Label, str | int], ...]
    """The arguments of the time within which tasks start."""
    cluster: Ref
    """Its ARN."""
    role: Label
    attempts: int
    within: int
    """In seconds."""
    queue: DeadLetterQueue


class Job(Task, frozen=True):
    """Tasks that run and end; its fields are the names that its template knows."""

    count: int
    launch_types: tuple[str, ...]
    """How tasks start on demand."""
    capacity_providers: tuple[CapacityProvider, ...]
    """Otherwise, what they start with."""
    schedules: tuple[Schedule, ...]
    """Nothing where somebody starts it."""

    @property
    def path(self) -> SpecPath:
        return ("jobs", self.key)

    @property
    def noun(self) -> str:
        return "job"


class ExpiryRule(Part, frozen=True):
    """Which images ECR deletes."""

    priority: int
    description: str
    selection: tuple[tuple[Label, str | int | tuple[str, ...]], ...]


class Repository(Part, frozen=True):
    name: str
    label: Label
    tag_mutability: str
    scan: bool
    policies: tuple[tuple[ExpiryRule, ...], ...]
    """No lifecycle policy, or the rules of the one."""
    at: Location


class SessionLogGroup(Part, frozen=True):
    """The log group of sessions of ECS Exec."""

    label: Label
    name: str
    retention: int
    kms_keys: tuple[Ref | str, ...]

    @property
    def encryption(self) -> tuple[bool, ...]:
        """Whether sessions are sent only if the log group has a key of the user's own."""
        return (True,) if self.kms_keys else ()


class Sessions(Part, frozen=True):
    """How sessions of ECS Exec are encrypted and logged."""

    logging: str
    """NONE, DEFAULT or OVERRIDE."""
    kms_keys: tuple[Ref | str, ...]
    groups: tuple[SessionLogGroup, ...] = ()
    buckets: tuple[Ref | str, ...] = ()
    prefix: str = ""
    """The beginning of keys in the bucket."""

    @property
    def is_logged(self) -> bool:
        """Whether they are logged apart from log lines."""
        return bool(self.groups or self.buckets)


class CacheRule(Part, frozen=True):
    """A rule of ECR's pull-through cache."""

    label: Label
    registry: str
    """As images name it."""
    prefix: str
    upstream: str
    """As ECR calls it."""
    credentials: tuple[Ref | str, ...]
    """The ARN of the secret with which ECR pulls, if it needs one."""


class Cluster(Part, frozen=True):
    name: str
    insights: str
    """The value of its setting for Container Insights."""
    sessions: tuple[Sessions, ...] = ()
    """Empty where the spec does not say how sessions of ECS Exec are encrypted and logged."""


class ExistingCluster(Part, frozen=True):
    """A cluster that exists; `arn` is its ARN, or the expression in the root that gives it."""

    arn: Ref | str
    at: Location


class Trust(Part, frozen=True):
    """Whom the roles of tasks trust: ECS, for what it runs in the account of the cluster.

    `account` is its number, or takes it from the ARN of the cluster; `tasks` is a pattern for the ARNs of all
    that it runs in this account and region.
    """

    purpose: Comment
    """What the roles are for."""
    comment: Comment
    """Where the number of the account is from."""
    account: Ref | str
    tasks: Ref


class Namespace(Part, frozen=True):
    name: str
    description: str


class ExistingNamespace(Part, frozen=True):
    """A Cloud Map namespace that exists: its ARN or ID, or the expression in the root that gives it.

    `zone` is that of names in DNS; of Service Connect names it is empty.
    """

    value: Ref | str
    zone: str


class Backend(Part, frozen=True):
    bucket: str
    key: str
    region: str


class Provider(Part, frozen=True):
    """The root's provider block; a stack rendered as a module has none."""

    region: str
    default_tags: Ref
    accounts: tuple[tuple[str, ...], ...] = ()
    """Any account, or those alone that it may change."""


class Rename(Part, frozen=True):
    """The labels of one service: those that it had, the oldest first, and its own.

    `stand_in` is its label in the blueprint's `stand_in`, from which the moves of its resources are derived.
    """

    comment: Comment
    labels: tuple[Label, ...]
    stand_in: Label


class Override(Part, frozen=True):
    """What the spec says otherwise about a resource: arguments and nested blocks by name.

    `address` may be one that nothing has, and `patch` holds plain data with its keys in order; both are
    looked at where the pages are: render.overrides.
    """

    address: str
    patch: dict[str, Any]


class Changed(Part, frozen=True):
    """A resource of which an override makes an argument another.

    `address` is without its module, but for security groups: "services.aws_security_group.main".
    """

    address: str
    at: Location


class Mark(Part, frozen=True):
    """What an override leaves of the network paths over a resource, where no part of a blueprint can say it.

    `certain` is whether it closes them; otherwise it is unknown. `kinds` are the kinds of flows (`Flow.kind`
    of tfgen.reach), or empty for all.
    """

    changed: Changed
    says: str
    kinds: tuple[str, ...]
    certain: bool


class Overridden(Part, frozen=True):
    """How a blueprint differs from what it `was` before the overrides of its spec."""

    was: "Blueprint"
    changed: tuple[Changed, ...]
    marks: tuple[Mark, ...]


class CostAssumptions(Part, frozen=True):
    """What the cost of a stack depends on besides its resources."""

    traffic: tuple[tuple[str, int], ...]
    """GB a month by where they go or come from: `internet`, `clients`, or the name of an endpoint."""
    hours: int
    """The hours of a month in which the stack exists."""
    tasks: tuple[tuple[str, int, int], ...]
    """Services whose average numbers of tasks the spec sets, in a quiet and in a busy month."""


class LintFinding(Part, frozen=True):
    """What checkers of Terraform find and should not report: its IDs, why it stands, and what changes it."""

    checkov: tuple[str, ...]
    trivy: tuple[str, ...]
    reason: str
    choice: str
    """The key of the spec with which it would go; empty where there is none."""


class Unused(Part, frozen=True):
    """A key that the spec gives a value of its own, and nothing follows from."""

    key: str
    reason: str
    at: Location
    hint: str


class Module(Part, frozen=True):
    """A module that the root calls, and how it is wired."""

    label: Label
    templates: str
    """The folder of its templates."""
    source: str
    inputs: tuple[Input, ...]
    """Those that its own file of variables declares."""
    arguments: tuple[Input, ...]
    """All that its call gives it: also what the files of services declare."""
    outputs: tuple[Output, ...]


class Root(Part, frozen=True):
    """What a user sets and reads."""

    variables: tuple[Variable, ...]
    outputs: tuple[Output, ...]
    values: tuple[Local, ...] = ()
    """What it has of its own for several modules."""
    values_comment: Comment = Comment("")


class Blueprint(Part, frozen=True):
    """A whole stack."""

    name: str
    spec_file: str
    region: str
    account: tuple[str, ...]
    """Empty where the spec does not name it."""
    partition: str
    terraform_version: str
    provider_version: str
    """Which versions of the AWS provider it lets in."""
    module_provider_version: str
    """Which of them its modules need."""
    provider_majors: tuple[str, ...]
    """The major versions among them."""
    provider: tuple[Provider, ...]
    backend: tuple[Backend, ...]
    network: Network
    load_balancer: tuple[LoadBalancer, ...]
    cluster: tuple[Cluster, ...]
    trust: tuple[Trust, ...]
    ecs_trust: tuple[Comment, ...]
    """Nothing, or why some roles trust ECS itself."""
    """Empty where no role is the stack's own."""
    existing_load_balancer: tuple[ExistingLoadBalancer, ...]
    existing_cluster: tuple[ExistingCluster, ...]
    namespace: tuple[Namespace, ...]
    existing_namespaces: tuple[ExistingNamespace, ...]
    connect_roles: tuple[Role, ...]
    """The role for TLS of Service Connect, where there is any."""
    repositories: tuple[Repository, ...]
    file_systems: tuple[FileSystem, ...]
    services: tuple[Service, ...]
    jobs: tuple[Job, ...]
    schedule_group: tuple[ScheduleGroup, ...]
    calls: tuple[Call, ...]
    renames: tuple[Rename, ...]
    """One for each service and each job, by name; none where none was renamed."""
    stand_in: tuple["Blueprint", ...]
    """Where services or jobs were renamed, the same stack with other names for them."""
    overrides: tuple[Override, ...]
    unused: tuple[Unused, ...]
    cost: CostAssumptions
    modules: tuple[Module, ...]
    """Each needs those before it alone."""
    root: Root
    references: tuple[Reference, ...]
    """The values of Terraform that the spec names."""
    locate: Locate
    """Where the spec says a thing; for what no part carries with it."""
    alarm_topic: tuple[AlarmTopic, ...] = ()
    cache_rules: tuple[CacheRule, ...] = ()
    """Those of ECR's pull-through cache."""
    private_zone: tuple[PrivateZone, ...] = ()
    dashboard: tuple[Dashboard, ...] = ()
    lint: tuple[LintFinding, ...] = ()
    """Empty where the spec asks for no files for checkers."""
    overridden: tuple[Overridden, ...] = ()
    """Empty in what is rendered. What rules and proofs are given says here what overrides did to it."""

    @property
    def rules(self) -> dict[Label, ListenerRule]:
        """Those of all its services, by label."""
        return {rule.label: rule for service in self.services for rule in service.rules}

    @property
    def tasks(self) -> tuple[Task, ...]:
        """What runs tasks: its services, then its jobs."""
        return (*self.services, *self.jobs)

    @property
    def containers(self) -> Iterator[Container]:
        """Those of all its services and jobs."""
        return (container for task in self.tasks for container in task.containers)
