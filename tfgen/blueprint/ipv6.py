"""IPv6 beside IPv4: the ranges of subnets, the way out of private ones, and what has no effect without it.

Source: VPC/vpc-cidr-blocks (AWS chooses a /56 for a VPC, and a subnet has a /64 of it), VPC/egress-only-
internet-gateway, ELB/application-load-balancers (IP address type); features.md section 16.
"""

from collections.abc import Iterator

from tfgen.blueprint import names
from tfgen.blueprint.labels import DATABASE, PRIVATE, PUBLIC
from tfgen.blueprint.model import EgressOnlyGateway, EgressOnlyRoute, InternetRoute
from tfgen.hcl.text import Label, Ref
from tfgen.ip_ranges import is_ipv6
from tfgen.problems import Locate, Problem, SpecPath
from tfgen.spec.balancers import Balancer, balancer_of, balancers_of, used_balancers
from tfgen.spec.model import WORLD_IPV6, LoadBalancer, Network, Requests, Service, Spec

_LETTERS = "abcdefgh"
_FIRST = {PUBLIC: 0, PRIVATE: 16, DATABASE: 32}
"""The number of a role's first /64 in the /56 of the VPC. Those of its zones follow, by their letters."""
_GATEWAY = Label("main")


def subnet_range(network: Network, role: Label) -> tuple[Ref, ...]:
    """Nothing, or an expression for the range of the subnet of each zone: only AWS knows that of the VPC."""
    if not network.ipv6:
        return ()
    zones = network.zones if isinstance(network.zones, list) else []
    numbers = ", ".join(f"{zone} = {_FIRST[role] + _LETTERS.index(zone)}" for zone in zones)
    return (Ref(f"cidrsubnet(aws_vpc.main.ipv6_cidr_block, 8, {{ {numbers} }}[each.key])"),)


def public_routes(network: Network, gateway: Label) -> tuple[InternetRoute, ...]:
    if not network.ipv6:
        return ()
    return (InternetRoute(label=Label("public_internet_ipv6"), destination=WORLD_IPV6, gateway=gateway),)


def egress_only_gateways(network: Network, stack: str) -> tuple[EgressOnlyGateway, ...]:
    """The way out of private subnets, where tasks reach the internet by IPv4, too."""
    if not network.ipv6 or not network.way_out.nat:
        return ()
    route = EgressOnlyRoute(
        label=Label("private_internet_ipv6"),
        table=PRIVATE,
        destination=WORLD_IPV6,
        for_each=names.ref("aws_route_table.{}", PRIVATE),
        gateway=_GATEWAY,
    )
    return (EgressOnlyGateway(label=_GATEWAY, name=stack, routes=(route,)),)


def has_ipv6(load_balancer: LoadBalancer) -> bool:
    """Whether clients can connect by IPv6."""
    return load_balancer.ip_address_type in ("dualstack", "dualstack-without-public-ipv4")


def record_types(load_balancer: LoadBalancer) -> Iterator[tuple[Label, str]]:
    """The alias records of the load balancer's names, with their labels: one for each kind of address that
    clients connect to."""
    if load_balancer.ip_address_type != "dualstack-without-public-ipv4":
        yield Label("alias"), "A"
    if has_ipv6(load_balancer):
        yield Label("alias_ipv6"), "AAAA"


# --- what is wrong with it


def problems(spec: Spec, at: Locate) -> Iterator[Problem]:
    yield from _ranges_without_ipv6(spec, at)
    for balancer in balancers_of(spec):
        yield from _address_type_problems(balancer, spec, at)
        yield from _client_problems(balancer, spec, at)


def _ranges_without_ipv6(spec: Spec, at: Locate) -> Iterator[Problem]:
    """IPv6 ranges of a VPC that has none: rules and routes for them let nothing through."""
    if spec.network.ipv6:
        return
    for path, cidr in _said_ranges(spec):
        if is_ipv6(cidr):
            if spec.network.vpc:
                message = f"{cidr} is an IPv6 range, and IPv6 in a VPC that exists is not supported yet"
                yield Problem("TG525", at(path), message, "remove it")
            else:
                message = f"{cidr} is an IPv6 range, and the VPC has only IPv4"
                yield Problem("TG525", at(path), message, "remove it, or add ipv6: true to network")


def _said_ranges(spec: Spec) -> Iterator[tuple[SpecPath, str]]:
    """The ranges of rules and routes that may be of IPv6, but for those of clients."""
    for index, route in enumerate(spec.network.routes):
        yield ("network", "routes", index, "to"), route.to
    for key, task in spec.tasks.items():
        egress = () if task.egress == "all" else task.egress or ()
        ingress = task.ingress if isinstance(task, Service) else ()
        listed = {("egress", index): each.cidr for index, each in enumerate(egress)}
        listed |= {("ingress", index): each.cidr for index, each in enumerate(ingress)}
        for place, cidr in listed.items():
            if isinstance(cidr, str):
                yield (task.section, key, *place, "cidr"), cidr


def _address_type_problems(front: Balancer, spec: Spec, at: Locate) -> Iterator[Problem]:
    balancer, where = front.said, at((*front.path, "ip_address_type"))
    said = balancer.ip_address_type
    if balancer.existing or not has_ipv6(balancer):
        return
    if not spec.network.ipv6:
        message = f"ip_address_type: {said} needs subnets with IPv6 ranges"
        hint = "write ip_address_type: ipv4, or add ipv6: true to network"
        if spec.network.vpc:
            message += ", and IPv6 in a VPC that exists is not supported yet"
            hint = "write ip_address_type: ipv4"
        yield Problem("TG526", where, message, hint)
    if balancer.is_internal and said != "dualstack":
        message = f"ip_address_type: {said} is for internet-facing load balancers, and this one is internal"
        yield Problem("TG527", where, message, "write ip_address_type: ipv4, or dualstack")


def _client_problems(front: Balancer, spec: Spec, at: Locate) -> Iterator[Problem]:
    """Ranges of clients that cannot connect: to a load balancer without addresses of their kind."""
    balancer = front.said
    if balancer.existing or (has_ipv6(balancer) and not spec.network.ipv6):
        return
    lacks = {"dualstack": (), "dualstack-without-public-ipv4": ("IPv4",)}
    lacking = lacks.get(balancer.ip_address_type or "ipv4", ("IPv6",))
    for path, cidr in _client_ranges(front, spec):
        kind = "IPv6" if is_ipv6(cidr) else "IPv4"
        if kind in lacking:
            kind_of_lb = "no public IPv4 addresses" if kind == "IPv4" else "only IPv4 addresses"
            message = f"{cidr} is an {kind} range, and the load balancer has {kind_of_lb}"
            yield Problem("TG528", at(path), message, _client_hint(kind, spec))


def _client_hint(kind: str, spec: Spec) -> str:
    if kind == "IPv6" and spec.network.vpc:
        return "remove it: IPv6 in a VPC that exists is not supported yet"
    if kind == "IPv6" and not spec.network.ipv6:
        return "remove it, or add ipv6: true to network"
    return "remove it, or write ip_address_type: dualstack"


def _client_ranges(front: Balancer, spec: Spec) -> Iterator[tuple[SpecPath, str]]:
    """The ranges of clients that a person wrote: of the load balancer, of listeners, and of rules."""
    balancer = front.said
    if front.key in used_balancers(spec):
        yield from _each(((*front.path, "cidrs"), balancer.cidrs or []))
    for key, listener in front.listeners:
        here = front.listener_path(key)
        if listener.cidrs is not balancer.cidrs:
            yield from _each(((*here, "cidrs"), listener.cidrs or []))
        for index, redirection in enumerate(listener.redirects):
            yield from _of_requests((*here, "redirects", index), redirection)
    for key, service in spec.services.items():
        for index, route in enumerate(service.routes):
            if balancer_of(route.listener or "") == front.key:
                yield from _of_requests(("services", key, "routes", index), route)


def _each(said: tuple[SpecPath, list[str]]) -> Iterator[tuple[SpecPath, str]]:
    path, cidrs = said
    yield from (((*path, index), cidr) for index, cidr in enumerate(cidrs))


def _of_requests(path: SpecPath, said: Requests) -> Iterator[tuple[SpecPath, str]]:
    yield from _each(((*path, "source"), said.source))
