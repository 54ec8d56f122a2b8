"""An internal load balancer that asks for a login and cannot reach the provider."""

from collections.abc import Iterator

from tfgen.blueprint.labels import PRIVATE
from tfgen.blueprint.model import Blueprint, Listener, ListenerRule, LoadBalancer
from tfgen.problems import Problem

ID = "TG399"
SEVERITY = "warning"
TITLE = "A load balancer without public IPv4 addresses can reach the provider of its logins"
WHY = (
    "The load balancer itself gets tokens and claims from the provider of a login, by IPv4. Without a public "
    "IPv4 address and a NAT gateway it reaches only what is in the VPC and in connected networks; elsewhere "
    "every login ends with a 500."
)
SOURCE = (
    "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html"
)


def _spec(egress: str, scheme: str = "internal") -> str:
    return (
        f"network: {egress}\n"
        f"load_balancer: {{scheme: {scheme}, certificate: {{input: certificate}}}}\n"
        "logins:\n"
        "  office: {cognito: {user_pool: {input: pool}, client: {input: client}, domain: {input: domain}}}\n"
        "services: {web: {port: 80, routes: [/], login: office}}"
    )


BAD = _spec("{egress: endpoints}") + "\n"
GOOD = _spec("{egress: nat}") + "\n"
FAILS = (
    _spec("{egress: nat, ipv6: true}", "internet-facing, ip_address_type: dualstack-without-public-ipv4"),
    # Its nodes in public subnets have no public addresses either.
    _spec("{egress: public}"),
    _spec("{egress: nat}", "internet-facing")
    + "\noverrides: {module.load_balancer.aws_lb.main: {internal: true}}",
    _spec("{egress: endpoints, routes: [{to: 10.50.0.0/16, via: pcx-0a1b2c3d}]}"),
    _spec("{egress: public}")
    .replace(", login: office", "")
    .replace(
        "{input: certificate}",
        "{input: certificate}, listeners: "
        "{https: {port: 443, redirects: [{path: /a, to: /b, login: office}]}}",
    ),
)
PASSES = (
    _spec("{egress: endpoints}", "internet-facing"),
    _spec("{egress: nat, ipv6: true}", "internet-facing, ip_address_type: dualstack"),
    # The other load balancer asks for no login.
    _spec("{egress: endpoints}", "internet-facing")
    .replace("load_balancer: {", "load_balancers: {inner: {scheme: internal}, main: {")
    .replace("certificate}}\n", "certificate}}}\n", 1)
    .replace("services: {", "services: {other: {port: 80, routes: [{path: /, listener: inner}]}, "),
    _spec("{egress: nat+endpoints}"),
    _spec("{egress: endpoints, routes: [{to: 0.0.0.0/0, via: tgw-0a1b2c3d4e5f60718}]}"),
    _spec("{egress: endpoints}").replace("login: office", "login: false"),
    _spec("{egress: public}")
    .replace(", login: office", "")
    .replace(
        "{input: certificate}",
        "{input: certificate}, listeners: {https: {port: 443, redirects: [{path: /a, to: /b}]}}",
    ),
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    for balancer in blueprint.load_balancer:
        lacks = "is internal" if balancer.internal else "has no public IPv4 address"
        is_alone = balancer.internal or "IPv4" not in balancer.versions
        if is_alone and not _reaches_providers(blueprint, balancer):
            for rule in _rules_with_logins(blueprint, balancer.listeners)[:1]:
                message = (
                    f"{balancer.noun} {lacks} and cannot reach the provider of the login "
                    f'"{rule.logins[0].name}" outside the VPC and connected networks'
                )
                hint = "write ip_address_type: dualstack"
                if balancer.internal:
                    hint = "write egress: nat, which the load balancer uses, too"
                yield Problem(ID, rule.at, message, hint, SEVERITY)


def _reaches_providers(blueprint: Blueprint, balancer: LoadBalancer) -> bool:
    """Whether its private subnets have a route to the internet, or to whatever a default route leads to."""
    network = blueprint.network
    routed = any(route.destination == "0.0.0.0/0" for route in network.target_routes)
    return balancer.subnets == PRIVATE and (network.has_nat or routed)


def _rules_with_logins(blueprint: Blueprint, listeners: tuple[Listener, ...]) -> list[ListenerRule]:
    own = {listener.key for listener in listeners}
    rules = [rule for service in blueprint.services for rule in service.rules if rule.listener in own]
    rules += [rule for listener in listeners for rule in listener.rules]
    return [rule for rule in rules if rule.logins]
