"""The stack's own load balancer, called from inside by its public name."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint, Listener, Service
from tfgen.problems import Problem
from tfgen.rules import _ranges
from tfgen.rules._connections import environment_of

ID = "TG372"
SEVERITY = "warning"
TITLE = "A task that calls its stack's load balancer is allowed out, and in again"
WHY = (
    "Unless it is internal, its name resolves to public addresses, inside the VPC too: the call goes to the "
    "internet, on the listener's port, and arrives from the public address of a NAT gateway or of the "
    "task, which the listener must allow. A Service Connect name needs none of that."
)
SOURCE = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-update-security-groups.html"
BAD = """\
services:
  web:
    environment:
      API_URL: http://api.acme.example/
  api:
    port: 5000
    routes: [{host: api.acme.example}]
"""
GOOD = """\
services:
  web:
    calls: [api]
    environment:
      API_URL: http://api:5000/
  api:
    port: 5000
    routes: [{host: api.acme.example}]
    connect: api
"""
FAILS = (
    "network: {egress: endpoints}\n"
    "load_balancers: {main: {}, inner: {scheme: internal}}\n"
    "services:\n"
    "  web: {egress: [{cidr: 10.0.0.0/16, port: 80}], environment: {A: 'http://a.acme.example'}}\n"
    "  api: {port: 5000, routes: [{host: a.acme.example}, {path: /, listener: inner}]}\n",
    "load_balancer: {scheme: internal}\n"
    "services:\n"
    "  web: {egress: [0.0.0.0/0], environment: {A: 'http://a.acme.example'}}\n"
    "  api: {port: 5000, routes: [{host: a.acme.example}]}\n",
    "load_balancer: {scheme: internal, cidrs: [192.168.0.0/16]}\n"
    "services:\n"
    "  web: {egress: [{cidr: 10.0.0.0/16, port: 80}], environment: {A: 'http://a.acme.example'}}\n"
    "  api: {port: 5000, routes: [{host: a.acme.example}]}\n",
    "load_balancer: {scheme: internal, cidrs: []}\n"
    "services:\n"
    "  web: {egress: [{cidr: 10.0.0.0/16, port: 80}], environment: {A: 'http://a.acme.example'}}\n"
    "  api: {port: 5000, routes: [{host: a.acme.example}]}\n",
    "load_balancer: {cidrs: [198.51.100.0/24]}\n"
    "services:\n"
    "  web: {egress: [0.0.0.0/0, {cidr: 0.0.0.0/0, port: 80}], environment: {A: 'http://a.acme.example'}}\n"
    "  api: {port: 5000, routes: [{host: '*.acme.example'}]}\n",
    "network: {egress: endpoints}\n"
    "services:\n"
    "  web: {egress: [{cidr: 0.0.0.0/0, port: 80}], environment: {A: 'http://a.acme.example'}}\n"
    "  api: {port: 5000, routes: [{host: a.acme.example}]}\n",
    "network: {egress: public}\n"
    "load_balancer: {cidrs: [198.51.100.1/32, 198.51.100.2/32]}\n"
    "services:\n"
    "  web: {egress: [0.0.0.0/0, {cidr: 0.0.0.0/0, port: 80}], environment: {A: 'http://a.acme.example'}}\n"
    "  api: {port: 5000, routes: [{host: a.acme.example}]}\n",
    "load_balancer: {cidrs: [198.51.100.0/24, 198.51.100.1/32]}\n"
    "services:\n"
    "  web: {egress: [{cidr: 0.0.0.0/0, port: 80}], environment: {A: 'http://a.acme.example'}}\n"
    "  api: {port: 5000, routes: [{host: a.acme.example}]}\n",
    "load_balancer: {cidrs: []}\n"
    "services:\n"
    "  web: {egress: [{cidr: 0.0.0.0/0, port: 80}], environment: {A: 'http://a.acme.example'}}\n"
    "  api: {port: 5000, routes: [{host: a.acme.example}]}\n",
    "network: {vpc: {way_out: nat}}\n"
    "load_balancer: {cidrs: [198.51.100.0/24]}\n"
    "services:\n"
    "  web: {egress: [{cidr: 0.0.0.0/0, port: 80}], environment: {A: http://a.acme.example}}\n"
    "  api: {port: 5000, routes: [{host: a.acme.example}]}\n",
)
PASSES = (
    "load_balancer: {scheme: internal}\n"
    "services:\n"
    "  web: {egress: [{cidr: 10.0.0.0/16, port: 80}], environment: {A: 'http://a.acme.example'}}\n"
    "  api: {port: 5000, routes: [{host: a.acme.example}]}\n",
    # only Terraform knows this host, which is not the one that a variable has the name of
    "services:\n"
    "  web: {environment: {API: {join: ['http://', {input: shop}]}}}\n"
    "  api: {port: 5000, routes: [{host: var.shop}]}\n",
    "services:\n"
    "  web: {egress: [0.0.0.0/0, {cidr: 0.0.0.0/0, port: 80}], environment: {A: 'http://a.acme.example'}}\n"
    "  api: {port: 5000, routes: [{host: a.acme.example}]}\n",
    # The addresses of the NAT gateways may be those that are listed.
    "load_balancer: {cidrs: [198.51.100.1/32, 198.51.100.2/32]}\n"
    "services:\n"
    "  web: {egress: [{cidr: 0.0.0.0/0, port: 80}], environment: {A: 'http://a.acme.example'}}\n"
    "  api: {port: 5000, routes: [{host: a.acme.example}]}\n",
    "network: {egress: public}\n"
    "load_balancer: {cidrs: [0.0.0.0/1, 128.0.0.0/1]}\n"
    "services:\n"
    "  web: {egress: [{cidr: 0.0.0.0/0, port: 80}], environment: {A: 'http://a.acme.example'}}\n"
    "  api: {port: 5000, routes: [{host: a.acme.example}]}\n",
    "services:\n"
    "  web: {environment: {A: 'https://a.acme.example', PUBLIC_URL: 'http://a.acme.example'}}\n"
    "  api: {port: 5000, routes: [{host: a.acme.example}], environment: {STORE: 'http://a.acme.example'}}\n",
    "network: {vpc: {way_out: nat}}\n"
    "load_balancer: {cidrs: [198.51.100.1/32]}\n"
    "services:\n"
    "  web: {egress: [{cidr: 0.0.0.0/0, port: 80}], environment: {A: http://a.acme.example}}\n"
    "  api: {port: 5000, routes: [{host: a.acme.example}]}\n",
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    environment = environment_of(blueprint)
    for service in blueprint.services:
        for connection in environment.connections(service):
            door = environment.front.listener_at(connection.scheme, connection.host, connection.port)
            if (
                door
                and not connection.given
                and service not in door[1]
                and (reasons := list(_reasons_of_failure(service, door[0], blueprint)))
            ):
                where = blueprint.locate(connection.path)
                message = (
                    f"{connection.variable} points to this stack's own load balancer, {'; '.join(reasons)}"
                )
                yield Problem(ID, where, message, _hint(door[1]), SEVERITY)


def _reasons_of_failure(service: Service, listener: Listener, blueprint: Blueprint) -> Iterator[str]:
    """Why the call fails; nothing where it may succeed."""
    if any(balancer.internal and listener in balancer.listeners for balancer in blueprint.load_balancer):
        yield from _reasons_inside(service, listener, blueprint.network.cidr)
        return
    if not blueprint.network.reaches_internet and not service.public_ip:
        yield "whose addresses are on the internet, and the stack has no route to the internet"
        return
    if not any(each.has_port(listener.port) for each in service.egress):
        yield f'and "{service.key}" may connect to nothing on port {listener.port}'
    if not _ranges.is_world(listener) and not _may_list_gateways(listener, blueprint):
        came = "its own public address" if service.public_ip else "a NAT gateway"
        ranges = ", ".join(cidr.cidr for cidr in listener.cidrs) or "no clients"
        yield f'where the call arrives from {came}, and listener "{listener.key}" allows {ranges}'


def _reasons_inside(service: Service, listener: Listener, vpc: str) -> Iterator[str]:
    """As above, of a load balancer with addresses of the VPC."""
    if not any(each.has_port(listener.port) for each in service.egress):
        yield f'and "{service.key}" may connect to nothing on port {listener.port}'
    if not any(_ranges.overlap(cidr.cidr, vpc) for cidr in listener.cidrs):
        ranges = ", ".join(cidr.cidr for cidr in listener.cidrs) or "no clients"
        yield f'where the call arrives from the VPC, and listener "{listener.key}" allows {ranges}'


def _may_list_gateways(listener: Listener, blueprint: Blueprint) -> bool:
    """Whether the ranges may include one address for each NAT gateway; the spec cannot tell which."""
    single = [cidr for cidr in listener.cidrs if cidr.cidr.endswith("/32")]
    created = sum(len(nat.zones) for nat in blueprint.network.nat)
    given = int(blueprint.network.has_nat)  # of gateways that exist nobody here knows the number
    gateways = created or given
    return bool(gateways) and len(single) >= gateways


def _hint(behind: tuple[Service, ...]) -> str:
    for service in behind if len(behind) == 1 else ():
        for server in (server for place in service.connect for server in place.servers):
            return f"add calls: [{service.key}], and write {server.address}"
        return (
            f'give "{service.key}" a Service Connect name (connect: {service.key}), and call it by that name'
        )
    return "call the service by its Service Connect name (connect there, calls here)"
