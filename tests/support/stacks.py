"""Golden stacks in Terraform's eyes: planned values by address, and what is expected of each stack."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

GENERATED = Path(__file__).resolve().parents[2] / "generated"
# The user's own files in golden stacks, which references name.
OWN_FILES = {"wired": {"data.tf", "releases.tf", "production.auto.tfvars"}}


@dataclass(frozen=True)
class Rule:
    """A listener rule: which requests, by listener, and the service that answers."""

    service: str
    listener: str
    paths: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    """Conditions on headers, query parameters and sources."""
    weight: int | None = None
    """Where a rule divides its requests, the share of this service."""


@dataclass(frozen=True)
class Expected:
    """What a stack must hold, said by hand from its spec."""

    zones: str
    tasks_in: str
    nat_in: str = ""
    next_nat: Mapping[str, str] = field(default_factory=dict)
    """Zone -> the zone of the NAT gateway that it uses, where only some zones have one."""
    given_addresses: str = ""
    """The zones whose NAT gateways have addresses of the user's."""
    database: bool = False
    routes: Mapping[str, str] = field(default_factory=dict)
    """Ranges of other networks -> the argument that names what leads there."""
    ranges: frozenset[str] = frozenset()
    """What services may connect to besides what they need: range and port, as labels have them."""
    gateways: frozenset[str] = frozenset()
    interfaces: frozenset[str] = frozenset()
    listeners: frozenset[int] = frozenset()
    """Their ports."""
    tls: frozenset[int] = frozenset()
    """Those that speak HTTPS."""
    redirects: Mapping[int, tuple[str, str, str]] = field(default_factory=dict)
    """Those that redirect what no rule matches: protocol, port and host of the new address."""
    own_rules: int = 0
    """The listener rules with which the load balancer itself answers."""
    domains: frozenset[str] = frozenset()
    """The names that lead to the load balancer, of which it has a certificate."""
    joins: bool = False
    """Whether its services are behind a load balancer and in a cluster that exist."""
    rules: frozenset[Rule] = frozenset()
    services: Mapping[str, int] = field(default_factory=dict)
    """Name -> container port; 0 for none."""
    in_aws: Mapping[str, str] = field(default_factory=dict)
    """Name -> what AWS calls it, where it was renamed."""
    admitted_from: Mapping[str, int] = field(default_factory=dict)
    """Name -> the first port that is admitted, where running tasks still have another one."""
    calls: frozenset[tuple[str, str]] = frozenset()
    egress: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Name -> what its outbound rules are named after, where the spec lists what it connects to."""
    ingress: Mapping[str, tuple[int, int, str | None]] = field(default_factory=dict)
    """Inbound rule -> its first and last port and its range, where the spec lists what connects."""
    names: Mapping[str, str] = field(default_factory=dict)
    """Service -> its address in Service Connect, name:port."""
    existing_vpc: str = ""
    """The range of the VPC that it joins; none where it makes its own."""
    has_nat: bool = False
    """Whether that VPC has NAT gateways."""
    has_interfaces: bool = False
    """Whether that VPC has interface endpoints."""

    def name_in_aws(self, service: str) -> str:
        return self.in_aws.get(service, service)

    def ports(self, service: str) -> tuple[int, int]:
        """The first and the last port that security groups admit."""
        port = self.services[service]
        return self.admitted_from.get(service, port), port


ALL = ("/*",)
API = Rule("backendserver", "http", paths=("/api/profile", "/api/profile/*"))
SHOP: dict[str, Any] = {
    "zones": "ab",
    "listeners": frozenset({80}),
    "rules": frozenset({API, Rule("webapp", "http", paths=ALL)}),
    "services": {"webapp": 3000, "backendserver": 5000},
    "calls": frozenset({("webapp", "backendserver")}),
    "names": {"backendserver": "backend:5000"},
}
PULL_AND_LOG = frozenset({"ecr.api", "ecr.dkr", "logs"})

EXPECTED = {
    "shop": Expected(
        **SHOP, tasks_in="private", gateways=frozenset({"s3"}), interfaces=PULL_AND_LOG | {"ecs-agent"}
    ),
    "shop-nat": Expected(**SHOP, tasks_in="private", nat_in="ab", gateways=frozenset({"s3"})),
    "shop-nat-single": Expected(**SHOP, tasks_in="private", nat_in="a", gateways=frozenset({"s3"})),
    "shop-nat-endpoints": Expected(
        **SHOP, tasks_in="private", nat_in="ab", gateways=frozenset({"s3"}), interfaces=PULL_AND_LOG
    ),
    "shop-public": Expected(**SHOP, tasks_in="public"),
    "joined-nat": Expected(**SHOP, tasks_in="private", existing_vpc="10.20.0.0/16", has_nat=True),
    "joined-endpoints": Expected(
        **SHOP,
        tasks_in="private",
        gateways=frozenset({"dynamodb"}),
        interfaces=frozenset({"logs", "ecs-agent"}),
        existing_vpc="10.30.0.0/16",
        has_interfaces=True,
    ),
    "hello": Expected(
        zones="ab",
        tasks_in="public",
        listeners=frozenset({80}),
        rules=frozenset({Rule("web", "http", paths=ALL)}),
        services={"web": 80},
    ),
    "tickets": Expected(
        zones="ab",
        tasks_in="private",
        nat_in="a",
        gateways=frozenset({"s3"}),
        listeners=frozenset({80}),
        rules=frozenset(
            {
                Rule("site", "http", paths=ALL, weight=95),
                Rule("beta", "http", paths=ALL, weight=5),
                Rule("beta", "http", others=("Cookie: *beta=on*",)),
                Rule("api", "http", paths=("/api", "/api/*")),
                Rule("api", "http", hosts=("api.tickets.example",)),
                Rule("api", "http", hosts=("api.tickets-partners.example",)),
                Rule("api-next", "http", paths=("/api", "/api/*"), others=("?version=4", "?version=4.*")),
                Rule(
                    "api-next",
                    "http",
                    paths=("/api", "/api/*"),
                    others=("Accept: application/vnd.tickets.v4+json*",),
                ),
                Rule(
                    "api-next",
                    "http",
                    paths=("/api/orders", "/api/orders/*"),
                    methods=("POST",),
                    others=("?dry-run=true", "X-Tenant: arena"),
                ),
                Rule(
                    "admin",
                    "http",
                    paths=("/admin", "/admin/*"),
                    others=("from 198.51.100.0/24", "from 203.0.113.16/28"),
                ),
            }
        ),
        services={"site": 3000, "beta": 3000, "api": 8080, "api-next": 8080, "admin": 8000},
    ),
    "network": Expected(
        zones="abc",
        tasks_in="private",
        gateways=frozenset({"s3", "dynamodb"}),
        interfaces=PULL_AND_LOG | {"sqs"},
    ),
    "depot": Expected(
        zones="ac",
        tasks_in="private",
        nat_in="a",
        gateways=frozenset({"s3"}),
        interfaces=PULL_AND_LOG,
        listeners=frozenset({80, 8080, 8443}),
        rules=frozenset(
            {
                Rule("shelves", "http", paths=ALL),
                Rule("shelves", "http", paths=("/shelves", "/shelves/*")),
            }
        ),
        services={"shelves": 8080, "labels": 9100},
        in_aws={"shelves": "stock", "labels": "printer"},
        admitted_from={"shelves": 5000},
        calls=frozenset({("labels", "shelves")}),
        names={"shelves": "shelves:8080"},
    ),
    "wired": Expected(
        zones="ab",
        tasks_in="private",
        gateways=frozenset({"s3"}),
        interfaces=PULL_AND_LOG | {"secretsmanager", "sqs", "ssm"},
        listeners=frozenset({80}),
        rules=frozenset({Rule("web", "http", paths=ALL)}),
        services={"web": 8080, "worker": 0, "reports": 0},
    ),
    "behind": Expected(
        zones="ab",
        tasks_in="private",
        existing_vpc="10.20.0.0/16",
        has_nat=True,
        joins=True,
        rules=frozenset(
            {
                Rule("portal", "https", hosts=("returns.example.com",)),
                Rule("labels", "internal", paths=("/labels", "/labels/*")),
            }
        ),
        services={"portal": 3000, "labels": 8080},
        calls=frozenset({("portal", "labels")}),
        names={"labels": "labels:8080"},
    ),
    "peered": Expected(
        zones="abc",
        tasks_in="private",
        nat_in="ac",
        next_nat={"a": "a", "b": "c", "c": "c"},
        given_addresses="ac",
        database=True,
        routes={"10.50.0.0/16": "vpc_peering_connection_id", "10.60.0.0/14": "transit_gateway_id"},
        ranges=frozenset({"10_40_192_0_20_5432", "10_50_16_0_20_8443", "10_61_0_0_16_9092"}),
        gateways=frozenset({"s3"}),
        listeners=frozenset({80}),
        rules=frozenset({Rule("orders", "http", paths=ALL)}),
        services={"orders": 8080},
    ),
    "narrow": Expected(
        zones="ab",
        tasks_in="private",
        nat_in="ab",
        gateways=frozenset({"s3"}),
        interfaces=PULL_AND_LOG,
        listeners=frozenset({80}),
        rules=frozenset({Rule("payments", "http", paths=("/pay", "/pay/*"))}),
        services={"payments": 8443, "terminals": 5000, "notices": 0, "crawler": 0},
        egress={
            "payments": frozenset(
                {"endpoints", "s3", "198_51_100_0_24", "198_51_100_0_24_8000_8100", "database_group_5432"}
            ),
            "terminals": frozenset(
                {"endpoints", "s3", "pl_0a1b2c3d4e5f67890_8583", "10_50_0_53_32_udp_53", "10_50_0_0_16_icmp"}
            ),
            "notices": frozenset({"internet", "internet_587"}),
            "crawler": frozenset({"internet_all"}),
        },
        ingress={
            "payments_from_bastion_group_9000": (9000, 9000, None),
            "payments_from_office_range": (8443, 8443, "10.50.0.0/16"),
            "terminals_from_pl_0a1b2c3d4e5f67890_udp_5000_5003": (5000, 5003, None),
        },
    ),
    "front": Expected(
        zones="ab",
        tasks_in="private",
        nat_in="ab",
        gateways=frozenset({"s3"}),
        listeners=frozenset({80, 443, 8080, 8443}),
        tls=frozenset({443, 8443}),
        redirects={80: ("HTTPS", "443", "#{host}"), 8080: ("HTTPS", "443", "api.shop.example.com")},
        domains=frozenset({"shop.example.com", "www.shop.example.com", "api.shop.example.com"}),
        rules=frozenset(
            {
                Rule("web", "https", paths=ALL),
                Rule("api", "https", hosts=("api.shop.example.com",)),
                Rule("api", "warehouse", paths=("/stock", "/stock/*")),
            }
        ),
        own_rules=5,
        services={"web": 3000, "api": 8080},
    ),
    "intranet": Expected(
        zones="ab",
        tasks_in="private",
        nat_in="ab",
        routes={"10.100.0.0/14": "transit_gateway_id"},
        gateways=frozenset({"s3"}),
        listeners=frozenset({80}),
        rules=frozenset(
            {
                Rule("portal", "http", paths=ALL),
                Rule("reports", "http", paths=("/reports", "/reports/*")),
                Rule("search", "http", paths=("/search", "/search/*")),
            }
        ),
        services={"portal": 8080, "reports": 8080, "search": 8080},
    ),
    "market": Expected(
        zones="abc",
        tasks_in="private",
        nat_in="b",
        gateways=frozenset({"s3", "dynamodb"}),
        interfaces=PULL_AND_LOG | {"secretsmanager", "sqs", "ssm", "ssmmessages", "sts"},
        listeners=frozenset({80, 8080, 9000}),
        rules=frozenset(
            {
                Rule("storefront", "http", paths=ALL),
                Rule("partner-feed", "partners", paths=ALL),
                Rule("catalog", "http", paths=("/api/products", "/api/products/*")),
                Rule("catalog", "http", paths=("/api/products/*/reviews",), methods=("GET", "POST")),
                Rule("basket", "http", paths=("/api/basket", "/api/basket/*")),
                Rule("accounts", "http", paths=("/api/accounts", "/api/accounts/*")),
                Rule("accounts", "http", hosts=("login.market.example",)),
                Rule("orders", "http", paths=("/api/orders", "/api/orders/*")),
                Rule("dashboard", "operations", paths=("/grafana", "/grafana/*")),
            }
        ),
        services={
            "storefront": 3000,
            "catalog": 8080,
            "basket": 8080,
            "pricing": 50051,
            "accounts": 8080,
            "search": 9200,
            "orders": 8080,
            "partner-feed": 8000,
            "dashboard": 3000,
            "mailer": 0,
        },
        calls=frozenset(
            {
                ("storefront", "catalog"),
                ("storefront", "basket"),
                ("storefront", "accounts"),
                ("storefront", "search"),
                ("catalog", "search"),
                ("basket", "catalog"),
                ("basket", "pricing"),
                ("orders", "accounts"),
                ("orders", "pricing"),
                ("partner-feed", "catalog"),
                ("partner-feed", "orders"),
            }
        ),
        names={
            "catalog": "catalog:8080",
            "basket": "basket:8080",
            "pricing": "pricing:9090",
            "accounts": "accounts:8080",
            "search": "search:9200",
            "orders": "orders:8080",
        },
    ),
}


def planned(plan: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Address -> values of everything that a plan's JSON will make."""
    return dict(_resources(plan["planned_values"]["root_module"]))


def _resources(module: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for resource in module.get("resources", []):
        yield resource["address"], resource.get("values", {})  # it has none where all are unknown
    for child in module.get("child_modules", []):
        yield from _resources(child)


def of_type(resources: Mapping[str, dict[str, Any]], kind: str) -> dict[str, dict[str, Any]]:
    """The resources of one type, by what follows it in the address: `main["a"]`."""
    mark = f".{kind}."
    return {address.partition(mark)[2]: values for address, values in resources.items() if mark in address}


def references(plan: Mapping[str, Any], module: str, kind: str, name: str, argument: str) -> list[str]:
    """What an argument refers to, from the plan's configuration: values that are known only after apply."""
    calls = plan["configuration"]["root_module"]["module_calls"]
    for resource in calls[module]["module"]["resources"]:
        if (resource["type"], resource["name"]) == (kind, name):
            found: list[str] = resource["expressions"].get(argument, {}).get("references", [])
            return found
    return []
