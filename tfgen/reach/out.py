"""Paths out: from the tasks of a service to everything that it must reach.

What that is follows from the service: its image, its logs, its secrets, ECS Exec, Service Connect, the
services it calls, the AWS services it uses and the ranges it declares. Sources:
ECS/fargate-task-networking (all of it goes through the task's own interface), ECS/vpc-endpoints,
ECR/vpc-endpoints.
"""

from collections.abc import Iterator

from msgspec.structs import replace

from tfgen import facts
from tfgen.blueprint.labels import NETWORK, SERVICES
from tfgen.blueprint.model import (
    Callee,
    ConnectServer,
    Container,
    DnsServer,
    Egress,
    Image,
    InterfaceEndpoint,
    Part,
    Service,
    Statement,
    Task,
)
from tfgen.blueprint.peer_words import entry_in_yaml, port_words, range_in_yaml
from tfgen.hcl.text import Ref, ResourceRef
from tfgen.ip_ranges import is_inside, is_ipv6
from tfgen.ip_ranges import parse_range as network
from tfgen.problems import SpecPath
from tfgen.reach.given import (
    given_endpoint,
    given_entry,
    given_private_dns,
    given_resolver,
    given_route,
)
from tfgen.reach.ground import (
    EGRESS,
    HTTPS,
    INGRESS,
    WORLD,
    Followed,
    Ground,
    NetworkPeer,
    group_in,
    is_private,
    words_of_range,
)
from tfgen.reach.model import MISSING, OK, TAKEN, UNSURE, Flow, Hop, state_of, to_fault

_NAMES = {
    "dynamodb": "DynamoDB",
    "ecr.api": "the ECR API",
    "ecr.dkr": "the ECR registry",
    "ecs": "the ECS API",
    "ecs-agent": "the ECS agent service",
    "ecs-telemetry": "ECS telemetry",
    "logs": "CloudWatch Logs",
    "s3": "S3",
    "secretsmanager": "Secrets Manager",
    "ssm": "SSM Parameter Store",
    "ssmmessages": "Session Manager (ssmmessages)",
}
_DNS_SUPPORT = ResourceRef("aws_vpc", "main", ".enable_dns_support")
_DNS_FLAGS = (_DNS_SUPPORT, ResourceRef("aws_vpc", "main", ".enable_dns_hostnames"))
_PUBLIC = "public addresses"
_ACCOUNT_SETTING = "the tasks have IPv6 addresses if the account setting dualStackIPv6 is on, given by you"
_CONTROL_HINT = "test that calls work, or remove service_connect_endpoint: false"


class Way(Part, frozen=True):
    """The part of a walk that services share: to the addresses of `side`, which security groups guard."""

    to: str
    hops: tuple[Hop, ...]
    side: NetworkPeer
    state: str = OK
    """Of the hops."""


class Ways:
    """Walks out of the services and jobs of one blueprint."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.region = ground.blueprint.region
        known = facts.regions().get(self.region)
        self.needs_all = known is not None and known.needs_all_ecs_endpoints
        self.nat = ground.network.nat_advice
        self.role = ground.network.task_subnets
        self.tasks = ground.ranges[self.role]
        self.services = {service.key: service for service in ground.blueprint.services}
        self._with_several = {key for key, each in self.services.items() if len(each.addresses) > 1}
        self._ways: dict[tuple[object, ...], Way] = {}
        self._sides: dict[tuple[object, ...], NetworkPeer] = {}
        self._crossed: dict[NetworkPeer, tuple[tuple[Hop, ...], str]] = {}

    def of(self, service: Task) -> Iterator[Flow]:
        """Every flow out of a service or a job."""
        here, public = service.path, bool(service.public_ip)
        self._crossed = {}
        for container in service.containers:
            yield from self._image_flows(service, container, public)
        yield self._build_flow(service, "logs", "its logs", here, self.aws("logs", self.region, public))
        for container in service.containers:
            yield from self._secret_flows(service, container, public)
            yield from self._file_flows(service, container, public)
        if service.exec:
            way = self.aws("ssmmessages", self.region, public)
            yield self._build_flow(service, "exec", "ECS Exec", (*here, "exec"), way)
        for use in service.uses:
            way = self.aws(use.endpoint, use.region, public)
            yield self._build_flow(service, "use", f"{use.endpoint}, which it uses", use.path, way)
        for index, listed in enumerate(service.egress):
            way = self.listed(listed, public)
            path = (*here, "egress", index)
            said = self.ground.blueprint.locate(path).path[2:3] == ("egress",)
            what = "declared in egress" if said else "the default of egress"
            yield self._build_flow(service, "range", what, path, way)
        if _is_in_connect(service):
            yield from self._control_flows(service, here, public)
        for callee in service.calls:
            yield from self._call_flows(service, callee, (*here, "calls"))
        for each in service.outside:
            yield self._build_flow(service, "call", "which it calls", each.path, self._outside(each, public))

    # --- what a service needs ---

    def _secret_flows(self, service: Task, container: Container, public: bool) -> Iterator[Flow]:
        for name, source, path in container.read_secrets:
            store, region = _secret_store(source, self.region)
            way = self.aws(store, region, public)
            yield self._build_flow(service, "secret", f"its secret {name}", path, way)
        for secret, path in container.read_references:
            way = self._given_way(secret.root, self.aws(secret.store, self.region, public))
            yield self._build_flow(service, "secret", f"its secret {secret.name}", path, way)

    def _file_flows(self, service: Task, container: Container, public: bool) -> Iterator[Flow]:
        """A bucket's ARN does not say its region."""
        for file in container.environment_files:
            said = file.bucket_arn if isinstance(file.arn, Ref) else file.bucket_arn.rpartition(":")[2]
            way = self._given_way(said, self.aws("s3", self.region, public), "S3 in ")
            yield self._build_flow(service, "file", "its environment files", file.path, way)

    def _image_flows(self, service: Task, container: Container, public: bool) -> Iterator[Flow]:
        image, path = container.image, (*container.path, "image")
        if not image.may_be_private:
            yield self._build_flow(service, "image", "its image", path, self.registry(image, public))
            return
        for suffix, what in (("ecr.api", "login for"), ("ecr.dkr", "manifest of"), ("s3", "layers of")):
            way = self.aws(suffix, image.region, public)
            for root in image.given if image.is_unknown else ():
                way = self._given_way(root, way, "" if image.repository_arn else "ECR in ")
            yield self._build_flow(service, "image", f"{what} its image", path, way)

    def _given_way(self, root: Ref | str, way: Way, where: str = "") -> Way:
        """A way to what only Terraform knows: that it is in this region, nothing here can tell."""
        text = f"{root} is given by you: taken to be in {where}{self.region}"
        return replace(way, hops=(Hop("given", text, TAKEN), *way.hops))

    def _control_flows(self, service: Task, here: SpecPath, public: bool) -> Iterator[Flow]:
        """The management of Service Connect's proxy.

        AWS's documents disagree on whether Fargate needs an endpoint for it (ECS/vpc-endpoints), so what is
        missing here is never more than doubtful. Newer Regions want all three.
        """
        suffixes = ("ecs-agent", "ecs-telemetry", "ecs") if self.needs_all else ("ecs-agent",)
        for suffix in suffixes:
            way = self.aws(suffix, self.region, public)
            flow = self._build_flow(service, "connect", f"{suffix}, for its proxy", here, way)
            yield self._doubted_flow(flow, suffixes, public) if flow.state == MISSING else flow

    def _doubted_flow(self, flow: Flow, suffixes: tuple[str, ...], public: bool) -> Flow:
        """A flow of which nobody knows whether it is needed."""
        hop = replace(flow.hops[-1], state=UNSURE)
        lost = [suffix for suffix in suffixes if suffix not in self.ground.interface]
        if hop.step == "route" and lost and self._is_closed(public):  # one switch leaves them all out
            no_route = f"the {self.role} subnets have no route to the internet"
            text = f"there is no VPC endpoint for {', '.join(lost)}, and {no_route}"
            fix = ("network", "service_connect_endpoint")
            hop = replace(hop, text=text, fix=fix, hint=_CONTROL_HINT)
        return replace(flow, hops=(*flow.hops[:-1], hop), state=UNSURE)

    def _is_closed(self, public: bool) -> bool:
        """Whether the spec creates no route to the internet for the tasks."""
        return not self.ground.network.has_nat and not public

    def _call_flows(self, service: Task, callee: str, path: SpecPath) -> Iterator[Flow]:
        """To another service by its names: to the container's ports, not those of Service Connect names."""
        other = self.services[callee]
        if other.dns:
            yield from self._resolved_flows(service, other, path)
        servers = [server for place in other.connect for server in place.servers]
        if other.dns and not isinstance(service, Service):
            return  # which has no Service Connect, and calls by the other name
        for server in servers or (() if other.dns else (None,)):
            group, port = group_of(other), _mapped_port(other, server)
            hops = (
                self._discovery_hop(service, other, server),
                _mapping_hop(other, server, port),
                local(self.ground.network.cidr),
            )
            side = NetworkPeer(_group_addresses((group,)), (group,), self.tasks, port, guards=(group,))
            several = callee in self._with_several
            what = f"which it calls at {server.address}" if server and several else "which it calls"
            yield self._build_flow(service, "call", what, path, _way(f'"{callee}"', hops, side))

    def _discovery_hop(self, service: Task, other: Service, server: ConnectServer | None) -> Hop:
        """The name is in the hosts file of the caller's tasks; no DNS is asked (aws.md section 4)."""
        lacks = next((each.key for each in (service, other) if not _is_in_connect(each)), None)
        namespaces = self.ground.blueprint.namespace
        given = [each for each in self.ground.blueprint.existing_namespaces if not each.zone]
        if lacks is not None:
            return Hop("name", f'"{lacks}" is not in the Service Connect namespace', MISSING)
        if not namespaces and not given:
            return Hop("name", "there is no aws_service_discovery_http_namespace.main", MISSING)
        if server is None:
            return Hop("name", f'"{other.key}" offers no Service Connect name', MISSING)
        if given:
            text = f"{server.address}, by Service Connect in {given[0].value}, given by you"
            return Hop("name", text, TAKEN, (ResourceRef("aws_ecs_service", other.label),))
        text = f"{server.address}, by Service Connect in the namespace {namespaces[0].name}"
        parts = (
            ResourceRef("aws_service_discovery_http_namespace", "main"),
            ResourceRef("aws_ecs_service", other.label),
        )
        return Hop("name", text, parts=parts)

    def _resolved_flows(self, service: Task, other: Service, path: SpecPath) -> Iterator[Flow]:
        """By a name in DNS: to the ports of the tasks themselves."""
        for name in other.dns:
            for server in name.servers:
                group = group_of(other)
                hops = (
                    self._zone_hop(other, server),
                    _listening_hop(other, server),
                    local(self.ground.network.cidr),
                )
                side = NetworkPeer(
                    _group_addresses((group,)),
                    (group,),
                    self.tasks,
                    server.port,
                    guards=(group,),
                    protocol=server.protocol,
                )
                several = other.key in self._with_several
                what = f"which it calls at {server.address}" if several else "which it calls"
                yield self._build_flow(service, "call", what, path, _way(f'"{other.key}"', hops, side))

    def _zone_hop(self, other: Service, server: DnsServer) -> Hop:
        """The VPC's own resolver knows the private zone."""
        zones = self.ground.blueprint.private_zone
        if not self.ground.network.dns_support:
            return Hop("name", "no name can be resolved without enable_dns_support of the VPC", MISSING)
        if self.ground.network.vpcs and not self.ground.network.dns_hostnames:
            return Hop("name", "private zones are not used without enable_dns_hostnames of the VPC", MISSING)
        if given := [each for each in self.ground.blueprint.existing_namespaces if each.zone]:
            text = f"{server.address}, by the private zone {given[0].zone}, which is given by you"
            addresses = ("aws_service_discovery_service", "aws_ecs_service")
            return Hop("name", text, TAKEN, tuple(ResourceRef(each, other.label) for each in addresses))
        if not zones:
            return Hop("name", "there is no aws_service_discovery_private_dns_namespace.main", MISSING)
        parts = (
            ResourceRef("aws_service_discovery_private_dns_namespace", "main"),
            ResourceRef("aws_service_discovery_service", other.label),
            ResourceRef("aws_ecs_service", other.label),
        )
        text = f"{server.address}, by the private zone {zones[0].name}"
        if self.ground.existing:
            return Hop(
                "name", f"{text}, if the VPC has enable_dns_support and enable_dns_hostnames", TAKEN, parts
            )
        return Hop("name", text, parts=(*parts, *_DNS_FLAGS))

    # --- ways, each walked once for all services ---

    def aws(self, suffix: str, region: str, public: bool) -> Way:
        """To an AWS service: its endpoint where that answers to its name, else its public addresses."""
        key = (suffix, region, public)
        if key not in self._ways:
            self._ways[key] = self._way_to_aws(suffix, region, public)
        return self._ways[key]

    def registry(self, image: Image, public: bool) -> Way:
        key = (image.registry, public)
        if key not in self._ways:
            host, _, port = image.registry.partition(":")
            known = host in facts.cached_registries(self.ground.blueprint.partition)
            hops = (self._dns_hop(), *self._internet_hops(public, hint=self.nat))
            side = self._public_way(int(port) if port.isdecimal() else HTTPS, known)
            self._ways[key] = _way(image.registry, hops, side)
        return self._ways[key]

    def listed(self, each: Egress, public: bool) -> Way:
        """To what a service lists in its egress."""
        key = (each.peer, each.protocol, each.port, each.last_port, public)
        if key not in self._ways:
            self._ways[key] = self._range(each, public) if each.cidr else self._given(each)
        return self._ways[key]

    def _outside(self, callee: Callee, public: bool) -> Way:
        """To what a service calls outside the stack, past the rule that the stack adds to its group."""
        listed = self.listed(callee.egress, public)
        if not callee.group:
            return replace(listed, to=callee.address)
        groups = tuple(self.ground.follow(SERVICES, group) for group in callee.group)
        text = f"{callee.egress.text}: its addresses cannot be known here; the route to them is yours"
        return _way(callee.address, (Hop("route", text, TAKEN),), replace(listed.side, guards=groups))

    def _range(self, each: Egress, public: bool) -> Way:
        hops = self._to_range(each.cidr, public)
        name, where = words_of_range(each.cidr), _PUBLIC if each.cidr == WORLD else each.cidr
        side = NetworkPeer(
            where, (), (each.cidr,), each.port, protocol=each.protocol, last_port=each.last_port
        )
        return _way(f"{name}, {_port_words(each)}", hops, side)

    def _given(self, each: Egress) -> Way:
        """To what only its owner knows the addresses of."""
        text = f"{each.text}: its addresses cannot be known here; the route to them is yours"
        if each.peer.argument == "referenced_security_group_id":
            text = f"{text}, and so are its rules, which must allow these tasks"
        peers = (self.ground.follow(SERVICES, each.peer.value),)
        side = NetworkPeer(
            each.text, peers, (), each.port, False, protocol=each.protocol, last_port=each.last_port
        )
        return _way(f"{each.text}, {_port_words(each)}", (Hop("route", text, TAKEN),), side)

    def _to_range(self, cidr: str, public: bool) -> tuple[Hop, ...]:
        vpc = self.ground.network.cidr
        if is_inside(network(cidr), network(vpc)):
            return (local(vpc),)
        if given := self.ground.given(self.role, cidr):
            return given
        if is_private(cidr):
            text = "private addresses outside the VPC: you add the peering or transit gateway"
            return (Hop("route", text, TAKEN),)
        return self._internet_hops(public, cidr, hint=self.nat)

    def _way_to_aws(self, suffix: str, region: str, public: bool) -> Way:
        to = _NAMES.get(suffix, suffix) + ("" if region == self.region else f" in {region}")
        endpoint = self.ground.interface.get(suffix) if region == self.region else None
        if endpoint and endpoint.private_dns:
            return self._through_endpoint(endpoint, to)
        existing = self.ground.existing if region == self.region else None
        if existing and (found := given_endpoint(existing, suffix, self.ground)):
            return _way(to, *found)
        name = self._dns_hop(self._with_remark(suffix, region, endpoint))
        routed = self._prefix_list(suffix, region)
        if routed:
            return _way(to, (name, routed), self._public_side(suffix, region))
        because = self._blamed_hop(suffix, region, endpoint)
        # In the stack's own Region the endpoint is missing, which tfgen creates.
        hint = f"keep a replica of it in {self.region}, or {self.nat}" if region != self.region else ""
        hops = (name, *self._internet_hops(public, because=because, hint=hint))
        return _way(to, hops, self._public_side(suffix, region))

    def _public_side(self, suffix: str, region: str) -> NetworkPeer:
        """A service's public addresses, which a gateway endpoint knows by a prefix list."""
        endpoint = self.ground.gateway.get(suffix) if region == self.region else None
        if endpoint is None:
            return self._public_way(HTTPS)
        prefix_list = Followed(NETWORK, ResourceRef("aws_vpc_endpoint", endpoint.label, ".prefix_list_id"))
        name = _PUBLIC if self.ground.network.has_nat else f"the prefix list of {prefix_list.address}"
        return NetworkPeer(name, (prefix_list,), (), HTTPS)

    def _public_way(self, port: int, known: bool = True) -> NetworkPeer:
        key = (str(port), str(known))
        return self._sides.setdefault(key, NetworkPeer(_PUBLIC, (), (), port, known))

    def _through_endpoint(self, endpoint: InterfaceEndpoint, to: str) -> Way:
        address, own = ResourceRef("aws_vpc_endpoint", endpoint.label), self.ground.network
        roles = (*endpoint.subnets, *((self.role,) if endpoint.given_subnets else ()))
        cidrs = tuple(cidr for role in roles for cidr in self.ground.ranges[role])
        groups = tuple(self.ground.follow(NETWORK, group) for group in endpoint.security_groups)
        side = self._sides.setdefault(
            (*cidrs, *groups), NetworkPeer(_group_addresses(groups), groups, cidrs, HTTPS, guards=groups)
        )
        if not own.dns_support:
            return _way(to, (self._dns_hop(),), side)
        if not own.dns_hostnames:
            text = "interface endpoints have no private DNS without enable_dns_hostnames of the VPC"
            return _way(to, (Hop("name", text, MISSING),), side)
        name = self._private_name(address)
        if not cidrs:
            return _way(to, (name, Hop("route", f"{address} is in no subnet", MISSING)), side)
        if not groups:
            text = f"{address} has the default security group of the VPC, which allows nothing inbound"
            return _way(to, (name, Hop("enters", text, MISSING)), side)
        return _way(to, (name, local(own.cidr)), side)

    def _private_name(self, address: ResourceRef) -> Hop:
        """The name of an endpoint with private DNS."""
        if self.ground.existing:
            return given_private_dns(self.ground.existing, address)
        return Hop("name", f"private DNS resolves to {address}", parts=(address, *_DNS_FLAGS))

    def _prefix_list(self, suffix: str, region: str) -> Hop | None:
        """The route of a gateway endpoint; it leads to its own Region only (PL/vpc-endpoints-s3)."""
        endpoint = self.ground.gateway.get(suffix) if region == self.region else None
        table = self.ground.tables.get(self.role)
        if endpoint and self.ground.existing and endpoint.given_tables:
            address = ResourceRef("aws_vpc_endpoint", endpoint.label)
            return given_route(self.ground.existing, self.role, address)
        if endpoint is None or table is None or table.label not in endpoint.route_tables:
            return None
        address = ResourceRef("aws_vpc_endpoint", endpoint.label)
        parts = (
            ResourceRef("aws_route_table", table.label),
            ResourceRef("aws_route_table_association", self.role),
            address,
        )
        return Hop("route", f"{self.role} subnets: its prefix list to {address}", parts=parts)

    def _dns_hop(self, remark: str = "") -> Hop:
        """A public name, asked of the VPC's own resolver."""
        if not self.ground.network.dns_support:
            return Hop("name", "no name can be resolved without enable_dns_support of the VPC", MISSING)
        if self.ground.existing:
            return given_resolver(self.ground.existing, remark)
        text = f"public addresses{remark}"
        return Hop("name", text, parts=(_DNS_SUPPORT,))

    def _with_remark(self, suffix: str, region: str, endpoint: InterfaceEndpoint | None) -> str:
        if endpoint:
            return f"; aws_vpc_endpoint.{endpoint.label} has no private DNS"
        if suffix in facts.gateway_endpoints() or region != self.region:
            return ""
        return f"; there is no VPC endpoint for {suffix}" if self.ground.interface else ""

    def _blamed_hop(self, suffix: str, region: str, endpoint: InterfaceEndpoint | None) -> str:
        """What would have made a route to the internet needless."""
        if self.ground.network.has_nat or not self.ground.network.private_subnets:
            return ""
        if region != self.region:
            return f"VPC endpoints reach {self.region} only, and "
        if endpoint:
            return f"aws_vpc_endpoint.{endpoint.label} has no private DNS, and "
        if suffix in self.ground.gateway:
            return f"no route of the {self.role} subnets leads to aws_vpc_endpoint.{suffix}, and "
        return f"there is no VPC endpoint for {suffix}, and "

    def _internet_hops(
        self, public: bool, cidr: str = WORLD, because: str = "", hint: str = ""
    ) -> tuple[Hop, ...]:
        """To the internet, with the public address that an internet gateway asks for; NAT has its own.

        `hint` says what to write where the spec creates no route there.
        """
        hops = self.ground.internet(self.role, cidr, because)
        if hops[0].state == MISSING:
            fix = ("network", *self.ground.network.egress_key.split(".")) if hint == self.nat else ()
            return (replace(hops[0], hint=hint, fix=fix),) if self._is_closed(public) else hops
        if len(hops) > 1 or hops[0].state == TAKEN:
            return hops
        if is_ipv6(cidr):
            return (*hops, Hop("address", _ACCOUNT_SETTING, TAKEN))
        if public:
            return (*hops, Hop("address", "the tasks have public addresses", parts=("assign_public_ip",)))
        text = "the tasks have no public address (assign_public_ip), which an internet gateway requires"
        return (*hops, Hop("address", text, MISSING))

    # --- the part that is a service's own ---

    def _build_flow(self, service: Task, kind: str, what: str, path: SpecPath, way: Way) -> Flow:
        hops, state = way.hops, way.state
        if state != MISSING:
            crossed = self._crossed.get(way.side)
            if crossed is None:
                crossed = self._crossed[way.side] = self._crossing_hops(service, way.side)
            hops, state = (*hops, *crossed[0]), crossed[1]
        if state != MISSING:
            hops = (*hops, *_given_role_hops(service, kind))
        return Flow(service.key, kind, what, way.to, path, hops, state)

    def _crossing_hops(self, service: Task, side: NetworkPeer) -> tuple[tuple[Hop, ...], str]:
        """Past the security groups of both sides: the service's own, and those that guard what it reaches."""
        leaves = self._leaving_hop(service, side)
        if leaves.state == MISSING or not side.guards:
            return (leaves,), leaves.state
        enters = self._entering_hop(service, side)
        return (leaves, enters), MISSING if enters.state == MISSING else leaves.state

    def _leaving_hop(self, service: Task, side: NetworkPeer) -> Hop:
        state, rules = self.ground.passes(EGRESS, group_of(service), side)
        if state == OK:
            return Hop("leaves", " and ".join(rules), parts=rules)
        text = (
            f'the security group of "{service.key}" does not allow outbound connections to {side.name} on '
            f"{port_words(side.protocol, side.ports)}"
        )
        world = any(each.cidr == WORLD and each.has_port(side.port) for each in service.egress)
        if side.cidrs or side.peers or world:  # no range that a spec can add
            return Hop("leaves", text, MISSING)
        fix, hint = (*service.path, "egress"), self._wider_egress_hint(service, side.port)
        if state == UNSURE:
            text = (
                f'the security group of "{service.key}" allows outbound port {side.port} to some ranges only'
            )
            return Hop("leaves", text, UNSURE, rules, fix, hint)
        return Hop("leaves", text, MISSING, (), fix, hint)

    def _wider_egress_hint(self, service: Task, port: int) -> str:
        """The egress that allow a service to reach the internet on a port."""
        kept = [entry_in_yaml(each) for each in service.egress if not (each.cidr and each.has_port(port))]
        hint = f"write egress: [{', '.join([range_in_yaml(WORLD, port), *kept])}]"
        # No VPC endpoint reaches a registry other than ECR, the only one with a port of its own.
        own = all(container.image.may_be_private for container in service.containers)
        helped = own and not self.ground.interface
        return f"{hint}, or {self.nat}" if helped else hint

    def _entering_hop(self, service: Task, side: NetworkPeer) -> Hop:
        """Any of the groups may let it in."""
        own = (group_of(service),)
        tasks = NetworkPeer(service.key, own, self.tasks, side.port, protocol=side.protocol)
        for group in side.guards:
            if self.ground.existing and (hop := given_entry(self.ground.existing, group)):
                return hop
            state, rules = self.ground.passes(INGRESS, group, tasks)
            if state == OK:
                return Hop("enters", " and ".join(rules), parts=rules)
        text = f"{side.name} does not allow these tasks on port {side.port}"
        return Hop("enters", text, MISSING)


_ACTIONS = {
    "image": ("ecr:",),
    "file": ("s3:",),
    "logs": ("logs:",),
    "secret": ("secretsmanager:", "ssm:"),
    "exec": ("ssmm",),
}
"""How the actions begin that a role must allow for a flow."""


def _is_in_connect(task: Task) -> bool:
    """Whether a proxy of Service Connect runs beside it."""
    return isinstance(task, Service) and bool(task.connect)


def _given_role_hops(service: Task, kind: str) -> Iterator[Hop]:
    """The role that a flow needs, where it exists already: what it allows cannot be known."""
    wanted = _ACTIONS.get(kind)
    for role in service.given_roles if wanted else ():
        actions = [action for statement in role.statements for action in _actions(statement)]
        if wanted and any(action.startswith(wanted) for action in actions):
            yield Hop("role", f"the {role.purpose} role is given: it must allow this", TAKEN)


def _actions(statement: Statement) -> tuple[str, ...]:
    return (statement.actions,) if isinstance(statement.actions, str) else statement.actions


def group_of(service: Task) -> Followed:
    """The security group of a service's tasks."""
    return group_in(SERVICES, service.label)


def _mapped_port(service: Service, server: ConnectServer | None) -> int:
    """The container's port behind a Service Connect name; 0 where none has the name that it refers to."""
    if server:
        for mapping in service.port_mappings:
            if any(named.name == server.port_name for named in mapping.connect):
                return mapping.port
    return 0


def _mapping_hop(service: Service, server: ConnectServer | None, port: int) -> Hop:
    address = ResourceRef("aws_ecs_task_definition", service.label)
    name = server.port_name if server else service.key
    if not port:
        return Hop("port", f"the container in {address} maps no port named {name}", MISSING)
    return Hop("port", f"{address} maps port {port} as {name}", parts=(address,))


def _listening_hop(service: Service, server: DnsServer) -> Hop:
    """Tasks are reached at their own ports, which a DNS name does not say."""
    address = ResourceRef("aws_ecs_task_definition", service.label)
    if not any(
        (each.port, each.protocol) == (server.port, server.protocol) for each in service.port_mappings
    ):
        return Hop("port", f"the container in {address} maps no port {server.port}", MISSING)
    return Hop("port", f"{address} maps port {server.port}", parts=(address,))


def local(vpc: str) -> Hop:
    """The route that every table has."""
    return Hop("route", f"inside the VPC ({vpc})")


def _group_addresses(groups: tuple[Followed, ...]) -> str:
    """Security groups as Terraform addresses."""
    return " and ".join(group.address for group in groups)


def _secret_store(source: str, region: str) -> tuple[str, str]:
    """The service that holds a secret, and its Region; a bare /path is a parameter of the stack's own."""
    if source.startswith("/"):
        return "ssm", region
    _, _, service, own, _ = source.split(":", 4)
    return service, own


def _port_words(each: Egress) -> str:
    return port_words(each.protocol, (each.port, each.last_port))


def _way(to: str, hops: tuple[Hop, ...], side: NetworkPeer) -> Way:
    """A way, up to the first hop that is missing."""
    return Way(to, to_fault(hops), side, state_of(hops))
