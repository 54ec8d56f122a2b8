"""What will exist: every name, range, port, priority and permission, resolved.

Everything is frozen and made of tuples. What is off is empty: no class says which variant it is. The
classes are msgspec Structs and not dataclasses, because those take ten times as long to define, at every
start of the command.

Three kinds of string reach Terraform: plain `str` is text and is quoted; `Label` is a bare word (the name
of a resource, an attribute); `Ref` is an expression of tfgen's own. Only `blueprint.names` turns anything
from a spec into a Label or a Ref.
"""

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from tfgen.hcl.text import Comment, Label, Ref, ResourceRef, VariableRef
from tfgen.problems import Locate, Location, SpecPath

TCP = "tcp"
USUAL_PORTS = {"http": 80, "https": 443}
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

    def subnets_of(self, role: str) -> tuple[Subnet, ...]:
        """The subnets that run tasks, or that a load balancer is in."""
        return self.public_subnets if role == "public" else self.private_subnets

    @property
    def has_nat(self) -> bool:
        """Whether private subnets reach the internet through NAT gateways, created or given."""
        return bool(self.nat) or any(each.has_nat for each in self.existing)

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
    label: Label
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
    """No order, or the rules that admit its clients."""
    at: Location
    answers: tuple[str, ...] = ()
    """What the load balancer does when no rule matches, where an override says so: `redirects with 301`."""

    @property
    def is_tls(self) -> bool:
        return self.protocol == "HTTPS"

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
    """Records with the addresses of the load balancer: A."""

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


class Stickiness(Part, frozen=True):
    """Sessions that stay with a target; `cookies` holds the application's cookie, if it is that."""

    kind: str
    enabled: bool
    duration: int
    cookies: tuple[str, ...]


class LoadBalancer(Part, frozen=True):
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
    web_acls: tuple[VariableRef, ...] = ()
    """No web ACL, or the ARN of the one that is associated with it."""
    depends_on: tuple[tuple[Ref, ...], ...] = ()
    """No order, or what must allow the delivery of logs first."""
    faces_internet: bool = True
    """Whether the spec has clients on the internet in mind, whatever overrides make of it."""


class ExistingListener(Part, frozen=True):
    """A listener that exists. `arn` is its ARN, or the expression in the root that gives it."""

    key: str
    arn: Ref | str
    arn_input: Label
    at: Location


class ExistingLoadBalancer(Part, frozen=True):
    """A load balancer that exists; nothing of it is the stack's but rules of its listeners."""

    listeners: tuple[ExistingListener, ...]
    security_group: Ref | str
    dns_name: tuple[Ref | str, ...]
    arn: tuple[Ref | str, ...]
    at: Location


class Peer(Part, frozen=True):
    """The other side of a security group rule: an argument of the rule resource and its value."""

    argument: Label
    value: Ref | str


class SecurityRule(Part, frozen=True):
    """One aws_vpc_security_group_<direction>_rule; `group` is the group that it belongs to."""

    direction: Label
    label: Label
    group: Ref
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
    """One Allow statement; `resources` holds text and references."""

    sid: str
    actions: str | tuple[str, ...]
    resources: Ref | str | tuple[Ref | str, ...]


class Policy(Part, frozen=True):
    name: str
    statements: tuple[Statement, ...]


class Role(Part, frozen=True):
    label: Label
    name: str
    policies: tuple[Policy, ...]
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


class TargetGroup(Part, frozen=True):
    label: Label
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
    attributes: tuple[tuple[Label, int | str], ...] = ()
    """Its arguments that the spec sets to another value than the provider's default, or says."""
    cross_zone: tuple[str, ...] = ()
    """As the load balancer does it, or the value that the spec sets."""
    stickiness: tuple[Stickiness, ...] = ()


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

    @property
    def answers(self) -> str:
        """What the load balancer itself does with the requests; empty where it sends them to services."""
        return own_answer(self.responses, self.redirects)

    @property
    def services(self) -> tuple[str, ...]:
        """Those among which the rule divides its requests, or nothing."""
        return tuple(target.service for forward in self.weighted for target in forward.targets)


class Route(Part, frozen=True):
    """Requests that reach a service: `text` is how a person writes them."""

    listener: str
    text: str
    rule: Label
    """The listener rule that sends them."""


class PortMapping(Part, frozen=True):
    """The container's port, and the name under which Service Connect knows it, if it does."""

    port: int
    connect: tuple["NamedPort", ...]


class NamedPort(Part, frozen=True):
    name: str
    app_protocol: tuple[str, ...]


class ConnectServer(Part, frozen=True):
    """What a service offers to the namespace: http://<dns_name>:<port>."""

    port_name: str
    dns_name: str
    port: int
    address: str
    at: Location
    request_timeout: tuple[int, ...] = ()
    """AWS's own, or the seconds that an override gives a request; 0 is without end."""


class ServiceConnect(Part, frozen=True):
    """A service's place in the namespace: a client, and a server where `servers` is not empty."""

    servers: tuple[ConnectServer, ...]


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

    @property
    def may_be_private(self) -> bool:
        """Whether it is in private ECR, or may be."""
        return bool(self.account) or self.is_unknown

    @property
    def is_unknown(self) -> bool:
        """Whether the spec does not say which registry it is in."""
        return bool(self.given) and not self.registry


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
        return "" if self.peer.argument != "cidr_ipv4" or isinstance(value, Ref) else value

    def has_port(self, port: int) -> bool:
        """Whether TCP connections to a port are allowed."""
        return self.protocol in (TCP, ALL_PROTOCOLS) and self.port <= port <= self.last_port


class Call(Part, frozen=True):
    """`caller` opens connections to `callee`. `circle` names the services of a circle that it closes."""

    caller: str
    callee: str
    circle: tuple[str, ...]
    at: Location


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


class Container(Part, frozen=True):
    """One entry of container_definitions."""

    name: str
    image: Image
    image_variable: Label
    command: tuple[tuple[str, ...], ...]
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
    init: bool
    """Whether ECS puts an init process into it, as ECS Exec wants."""
    log_group: Label
    region: str
    path: SpecPath
    """Where the spec describes it."""

    @property
    def variables(self) -> tuple[tuple[str, str], ...]:
        """All of its environment, by name."""
        return tuple(sorted((*self.environment, *self.environment_references)))

    @property
    def all_secrets(self) -> tuple[tuple[str, str], ...]:
        """What ECS reads each secret from, by the name of its variable."""
        references = ((each.name, each.value) for each in self.secret_references)
        return tuple(sorted((*self.secrets, *references)))


class Tasks(Part, frozen=True):
    """How many tasks a service may run, at least and at most."""

    least: int
    most: int
    at: Location

    @property
    def text(self) -> str:
        return str(self.most) if self.least == self.most else f"{self.least} to {self.most}"


class OrderTags(Part, frozen=True):
    """Tags of a service that change with what it uses, so that Terraform updates it in between."""

    egress: tuple[str, ...]
    listeners: str


class Service(Part, frozen=True):
    """One ECS service; its fields are the names that its template knows."""

    key: str
    label: Label
    file: str
    aws_name: str
    """What it is called in AWS: the oldest name that it had, since names there cannot be changed."""
    summary: Comment
    family: str
    cluster: Ref
    launch_types: tuple[str, ...]
    """How tasks start in a cluster whose capacity providers are not known."""
    capacity_providers: tuple[str, ...]
    """Otherwise, the one that they start with."""
    inputs: tuple[Input, ...]
    """The variables of the module that are its own."""
    cpu: int
    memory: int
    size_at: Location
    architecture: str
    tasks: Tasks
    containers: tuple[Container, ...]
    """What each of its tasks runs; the first is the application."""
    region: str
    log_group: str
    log_retention: int
    execution_role: Role
    task_role: Role
    roles: tuple[Role, ...]
    """Those of the two that the stack creates."""
    execution_role_arn: Ref
    task_role_arn: Ref
    given_roles: tuple[GivenRole, ...]
    """The others."""
    security_group_name: str
    security_group_description: str
    security_rules: tuple[SecurityRule, ...]
    """Its own, those of the load balancer towards it, and those of what it calls that let it in."""
    reached: tuple[str, ...]
    """Where its tasks may go besides what it calls, in one text; none where they may go nowhere, and where
    `order` says it."""
    order: tuple["OrderTags", ...]
    """Nothing, or what changes with its listener rules too, where a listener of its has TLS."""
    target_groups: tuple[TargetGroup, ...]
    routes: tuple[Route, ...]
    priorities: tuple[Comment, ...]
    """How the priorities of its rules were derived; nothing where it has none."""
    rules: tuple[ListenerRule, ...]
    grace_period: tuple[int, ...]
    public_ip: tuple[bool, ...]
    exec: tuple[bool, ...]
    connect: tuple[ServiceConnect, ...]
    calls: tuple[str, ...]
    """The names of the services that it calls."""
    uses: tuple[str, ...]
    """The AWS services that it says it calls, by the names of their endpoints."""
    egress: tuple[Egress, ...]
    """What else it says it connects to, in the spec's order."""
    depends_on: tuple[Ref, ...]
    at: Location

    def creates(self, role: Role) -> bool:
        """Whether a role of its own takes the place that `role` describes, and not one that exists."""
        return any(each.label == role.label for each in self.roles)

    @property
    def port_mappings(self) -> tuple[PortMapping, ...]:
        """Those of all its containers, which share their tasks' addresses."""
        return tuple(mapping for container in self.containers for mapping in container.port_mappings)


class Cluster(Part, frozen=True):
    name: str


class ExistingCluster(Part, frozen=True):
    """A cluster that exists; `arn` is its ARN, or the expression in the root that gives it."""

    arn: Ref | str
    at: Location


class Trust(Part, frozen=True):
    """Whom the roles of tasks trust: ECS, for what it runs in the account of the cluster.

    `tasks` is a pattern for the ARNs of all that it runs in this account and region.
    """

    cluster_arn: Ref
    tasks: Ref


class Namespace(Part, frozen=True):
    name: str
    description: str


class Backend(Part, frozen=True):
    bucket: str
    key: str
    region: str


class Provider(Part, frozen=True):
    """The root's provider block; a stack rendered as a module has none."""

    region: str
    default_tags: Ref


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


class Unused(Part, frozen=True):
    """A key that the spec gives a value of its own, and nothing follows from."""

    key: str
    reason: str
    at: Location


class Module(Part, frozen=True):
    """A module that the root calls, and how it is wired."""

    label: Label
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
    partition: str
    terraform_version: str
    provider_version: str
    """Which versions of the AWS provider it lets in."""
    provider: tuple[Provider, ...]
    backend: tuple[Backend, ...]
    network: Network
    load_balancer: tuple[LoadBalancer, ...]
    cluster: tuple[Cluster, ...]
    trust: tuple[Trust, ...]
    """Empty where no role is the stack's own."""
    existing_load_balancer: tuple[ExistingLoadBalancer, ...]
    existing_cluster: tuple[ExistingCluster, ...]
    namespace: tuple[Namespace, ...]
    services: tuple[Service, ...]
    calls: tuple[Call, ...]
    renames: tuple[Rename, ...]
    """One for each service, in their order; none where no service was renamed."""
    stand_in: tuple["Blueprint", ...]
    """Where services were renamed, the same stack with other names for them."""
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
    overridden: tuple[Overridden, ...] = ()
    """Empty in what is rendered. What rules and proofs are given says here what overrides did to it."""

    @property
    def containers(self) -> Iterator[Container]:
        """Those of all its services."""
        return (container for service in self.services for container in service.containers)
