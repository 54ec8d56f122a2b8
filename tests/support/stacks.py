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
    own_namespace: bool = True
    """Whether the stack makes the namespace of its Service Connect names, if it has any."""
    ranges: frozenset[str] = frozenset()
    """What services may connect to besides what they need: range and port, as labels have them."""
    gateways: frozenset[str] = frozenset()
    interfaces: frozenset[str] = frozenset()
    balancers: tuple[str, ...] = ("main",)
    """The names of the load balancers, where there are some."""
    listeners: frozenset[int] = frozenset()
    """Their ports."""
    forwards: Mapping[str, tuple[str, int, str, str]] = field(default_factory=dict)
    """Listeners of network load balancers by label: protocol, port, service, and how that is checked."""
    tls: frozenset[int] = frozenset()
    """Those that speak HTTPS."""
    redirects: Mapping[int | str, tuple[str, str, str]] = field(default_factory=dict)
    """Those that redirect what no rule matches: protocol, port and host of the new address. By their port, or
    by their name where they are of a load balancer besides `main`."""
    own_rules: int = 0
    """The listener rules with which the load balancer itself answers."""
    domains: frozenset[str] = frozenset()
    """The names that lead to the load balancer, of which it has a certificate."""
    joins: bool = False
    """Whether its services are behind a load balancer and in a cluster that exist."""
    rules: frozenset[Rule] = frozenset()
    services: Mapping[str, int] = field(default_factory=dict)
    """Name -> container port; 0 for none."""
    jobs: Mapping[str, str] = field(default_factory=dict)
    """Name -> when its tasks start; nothing where somebody starts them."""
    scaled: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """Name -> the least and the most tasks, where scaling decides."""
    not_rolled_back: frozenset[str] = frozenset()
    """Those whose failed deployments only end."""
    in_aws: Mapping[str, str] = field(default_factory=dict)
    """Name -> what AWS calls it, where it was renamed."""
    more_ports: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    """SERVICE-PORT -> the service, and the container port, of ports that are not the service's default."""
    checked: frozenset[str] = frozenset()
    """Ports that the load balancer checks, and that get no requests."""
    admitted_from: Mapping[str, int] = field(default_factory=dict)
    """Service or SERVICE-PORT -> the other end of what is admitted, where running tasks have another port."""
    calls: frozenset[tuple[str, str]] = frozenset()
    egress: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Name -> what its outbound rules are named after, where the spec lists what it connects to."""
    ingress: Mapping[str, tuple[int, int, str | None]] = field(default_factory=dict)
    """Inbound rule -> its first and last port and its range, where the spec lists what connects."""
    names: Mapping[str, str] = field(default_factory=dict)
    """Service, or SERVICE-PORT -> its address in Service Connect, name:port."""
    existing_vpc: str = ""
    """The range of the VPC that it joins; none where it makes its own."""
    has_nat: bool = False
    """Whether that VPC has NAT gateways."""
    has_interfaces: bool = False
    """Whether that VPC has interface endpoints."""
    ipv6: bool = False
    """Whether its VPC and its load balancer have IPv6 addresses."""

    def name_in_aws(self, service: str) -> str:
        return self.in_aws.get(service, service)

    def balancer(self, rule: Rule) -> str:
        """The load balancer that evaluates a rule, with "_" behind it; nothing for `main`."""
        return self.balancer_of(rule.listener)

    def balancer_of(self, listener: str) -> str:
        """That of a listener, by its label."""
        others = (f"{each}_" for each in self.balancers if each != "main")
        return next((each for each in others if listener.startswith(each)), "")

    def ports(self, service: str) -> tuple[int, int]:
        """The first and the last port that security groups admit."""
        ends = (self.port(service), self.admitted_from.get(service, self.port(service)))
        return min(ends), max(ends)

    def port(self, service: str) -> int:
        """The container port of a service, or of one of its other ports."""
        return self.more_ports[service][1] if service in self.more_ports else self.services[service]

    def owner(self, name: str) -> str:
        """The service that a port belongs to."""
        return self.more_ports[name][0] if name in self.more_ports else name

    def called(self, callee: str) -> set[str]:
        """Its ports that have a name in Service Connect."""
        return {name for name in self.names if self.owner(name) == callee}


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
        ranges=frozenset({"security_group_data_id_5432"}),
        ingress={"security_group_data_id_5432_from_worker": (5432, 5432, None)},
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
        own_namespace=False,
        ranges=frozenset({"sg_0f1e2d3c4b5a69788_8080"}),
        ingress={"sg_0f1e2d3c4b5a69788_8080_from_portal": (8080, 8080, None)},
    ),
    "peered": Expected(
        zones="abc",
        tasks_in="private",
        nat_in="ac",
        next_nat={"a": "a", "b": "c", "c": "c"},
        given_addresses="ac",
        database=True,
        routes={"10.50.0.0/16": "vpc_peering_connection_id", "10.60.0.0/14": "transit_gateway_id"},
        ranges=frozenset(
            {"10_40_192_0_20_5432", "10_50_16_0_20_8443", "10_61_0_0_16_9092", "10_50_0_0_28_udp_123"}
        ),
        gateways=frozenset({"s3"}),
        listeners=frozenset({80}),
        rules=frozenset({Rule("orders", "http", paths=ALL)}),
        services={"orders": 8080},
    ),
    "parcels": Expected(
        zones="ab",
        tasks_in="private",
        nat_in="a",
        ipv6=True,
        routes={"10.40.0.0/16": "transit_gateway_id", "2001:db8:40::/44": "transit_gateway_id"},
        gateways=frozenset({"s3"}),
        listeners=frozenset({80, 443, 8443}),
        tls=frozenset({443, 8443}),
        redirects={80: ("HTTPS", "443", "#{host}")},
        domains=frozenset({"track.parcels.example"}),
        rules=frozenset(
            {
                Rule("tracking", "https", paths=ALL),
                Rule("tracking", "https", ("/debug", "/debug/*"), others=("from 2001:db8:100::/56",)),
                Rule("tracking", "scanners", paths=("/scan", "/scan/*")),
            }
        ),
        services={"tracking": 8080, "labels": 9100},
        egress={
            "tracking": frozenset(
                {"internet", "internet_ipv6", "2001_db8_40_x_44_5671", "10_40_0_0_16_5671"}
            ),
            "labels": frozenset({"internet", "internet_ipv6"}),
        },
        ingress={
            "labels_from_10_40_0_0_16": (9100, 9100, "10.40.0.0/16"),
            "labels_from_2001_db8_40_x_44": (9100, 9100, "2001:db8:40::/44"),
        },
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
    "ceramics": Expected(
        zones="ab",
        tasks_in="private",
        nat_in="a",
        gateways=frozenset({"s3"}),
        listeners=frozenset({80}),
        rules=frozenset(
            {Rule("shop", "http", paths=ALL), Rule("gallery", "http", paths=("/gallery", "/gallery/*"))}
        ),
        services={"shop": 3000, "kiln": 8080, "gallery": 80},
        calls=frozenset({("shop", "kiln")}),
        names={"kiln": "kiln:8080"},
        scaled={"shop": (2, 6)},
    ),
    "ledger": Expected(
        zones="ab",
        tasks_in="private",
        nat_in="a",
        gateways=frozenset({"s3"}),
        interfaces=frozenset(
            {
                *("ecr.api", "ecr.dkr", "kinesis-firehose", "kms", "logs", "secretsmanager", "ssm"),
                "ssmmessages",
            }
        ),
        listeners=frozenset({80}),
        rules=frozenset({Rule("book", "http", paths=ALL), Rule("site", "http", paths=("/help", "/help/*"))}),
        services={"book": 8080, "rates": 8080, "site": 80},
        calls=frozenset({("book", "rates")}),
        names={"rates": "rates:8080"},
    ),
    "quotes": Expected(
        zones="ab",
        tasks_in="private",
        nat_in="ab",
        routes={"10.200.0.0/16": "transit_gateway_id"},
        gateways=frozenset({"s3"}),
        listeners=frozenset({80, 443}),
        tls=frozenset({443}),
        redirects={80: ("HTTPS", "443", "#{host}")},
        rules=frozenset(
            {
                Rule("web", "https", paths=ALL),
                Rule("pricing", "https", paths=("/acme.pricing.v1.Pricing", "/acme.pricing.v1.Pricing/*")),
                Rule(
                    "pricing-admin",
                    "https",
                    paths=("/pricing", "/pricing/*"),
                    others=("from 198.51.100.0/24",),
                ),
            }
        ),
        services={"pricing": 50051, "web": 8443, "night": 0, "collector": 514},
        more_ports={
            "pricing-admin": ("pricing", 9000),
            "pricing-metrics": ("pricing", 9090),
            "web-health": ("web", 8081),
        },
        checked=frozenset({"pricing-metrics", "web-health"}),
        admitted_from={"pricing-admin": 9001},
        ingress={
            "collector_syslog_from_10_200_0_0_16": (514, 514, "10.200.0.0/16"),
            "pricing_metrics_from_10_200_0_0_16": (9090, 9090, "10.200.0.0/16"),
        },
        calls=frozenset({("web", "pricing"), ("night", "web")}),
        names={"pricing": "pricing:50051", "pricing-admin": "pricing-admin:80", "web": "web:443"},
    ),
    "booking": Expected(
        zones="ab",
        tasks_in="private",
        nat_in="a",
        routes={"172.16.0.0/12": "transit_gateway_id"},
        gateways=frozenset({"s3"}),
        balancers=("public", "internal"),
        listeners=frozenset({80, 443, 8080}),
        tls=frozenset({443}),
        redirects={"public.http": ("HTTPS", "443", "#{host}")},
        rules=frozenset(
            {
                Rule("web", "public_https", paths=ALL),
                Rule("rooms", "public_https", paths=("/api/rooms", "/api/rooms/*"), methods=("GET",)),
                Rule("rooms", "internal_http", paths=ALL),
                Rule("rooms", "internal_reports", paths=("/reports", "/reports/*")),
                Rule("pricing", "internal_http", paths=("/prices", "/prices/*")),
            }
        ),
        own_rules=1,
        services={"web": 3000, "rooms": 8080, "pricing": 8080},
    ),
    "grocer": Expected(
        zones="ab",
        tasks_in="private",
        nat_in="ab",
        routes={"10.60.0.0/14": "transit_gateway_id"},
        gateways=frozenset({"s3"}),
        balancers=("main", "internal"),
        listeners=frozenset({80, 443, 8443}),
        tls=frozenset({443, 8443}),
        redirects={80: ("HTTPS", "443", "#{host}")},
        domains=frozenset({"grocer.example.com", "api.grocer.example.com", "*.partners.grocer.example.com"}),
        rules=frozenset(
            {
                Rule("shop", "https", paths=ALL, weight=90),
                Rule("shop-next", "https", paths=ALL, weight=10),
                Rule("api", "https", hosts=("api.grocer.example.com",)),
                Rule("partners", "https", hosts=("*.partners.grocer.example.com",)),
                Rule("catalog-admin", "admin", paths=("/catalog", "/catalog/*")),
                Rule("basket-admin", "admin", paths=("/basket", "/basket/*")),
                Rule("catalog", "internal_http", paths=("/catalog", "/catalog/*")),
                Rule("stock", "internal_http", paths=("/stock", "/stock/*")),
            }
        ),
        own_rules=4,
        services={
            "shop": 3000,
            "shop-next": 3000,
            "api": 8080,
            "partners": 8080,
            "catalog": 8080,
            "basket": 8080,
            "search": 8080,
            "stock": 8080,
        },
        more_ports={"catalog-admin": ("catalog", 9000), "basket-admin": ("basket", 9000)},
        calls=frozenset(
            {
                *(
                    (shop, callee)
                    for shop in ("shop", "shop-next")
                    for callee in ("catalog", "basket", "search")
                ),
                ("api", "catalog"),
                ("api", "basket"),
                ("partners", "catalog"),
                ("stock", "catalog"),
            }
        ),
        names={"catalog": "catalog:8080", "basket": "basket:8080", "search": "search:8080"},
    ),
    "clinic": Expected(
        zones="ab",
        tasks_in="private",
        nat_in="ab",
        gateways=frozenset({"s3"}),
        interfaces=PULL_AND_LOG
        | {"email", "kms", "lambda", "monitoring", "secretsmanager", "sns", "sqs", "states"},
        listeners=frozenset({80, 443}),
        tls=frozenset({443}),
        redirects={80: ("HTTPS", "443", "#{host}")},
        domains=frozenset({"clinic.example.com"}),
        rules=frozenset(
            {
                Rule("portal", "https", paths=ALL),
                Rule("appointments", "https", paths=("/api/appointments", "/api/appointments/*")),
                Rule("documents", "https", paths=("/api/documents", "/api/documents/*")),
                Rule(
                    "statistics",
                    "https",
                    paths=("/statistics", "/statistics/*"),
                    others=("from 198.51.100.0/24",),
                ),
            }
        ),
        services={
            "portal": 3000,
            "appointments": 8080,
            "patients": 8080,
            "documents": 8080,
            "reminders": 0,
            "statistics": 8000,
        },
        scaled={"portal": (3, 12), "appointments": (2, 10), "reminders": (2, 20)},
        not_rolled_back=frozenset({"statistics"}),
        calls=frozenset(
            {
                ("portal", "appointments"),
                ("portal", "documents"),
                ("appointments", "patients"),
                ("documents", "patients"),
                ("reminders", "patients"),
                ("statistics", "appointments"),
            }
        ),
        ingress={
            "statistics_from_10_80_0_0_14": (8000, 8000, "10.80.0.0/14"),
            "file_system_papers_from_documents": (2049, 2049, None),
            "statistics_from_retention": (8000, 8000, None),
        },
        ranges=frozenset({"file_system_papers", "file_systems_sg_0a9b8c7d6e5f40312"}),
        jobs={"retention": "cron(30 2 * * ? *)", "migrate": ""},
        names={
            "appointments": "appointments:8080",
            "patients": "patients:8080",
            "documents": "documents:8080",
        },
    ),
    "fleet": Expected(
        zones="ab",
        tasks_in="private",
        nat_in="ab",
        gateways=frozenset({"s3"}),
        balancers=("main", "devices"),
        listeners=frozenset({80}),
        forwards={
            "devices_mqtt": ("TLS", 8883, "broker", "tcp"),
            "devices_coap": ("UDP", 5683, "collector-coap", "http"),
            "devices_syslog": ("TCP", 6514, "collector-syslog", "http"),
        },
        domains=frozenset({"devices.fleet.example"}),
        rules=frozenset({Rule("console", "http", paths=ALL)}),
        services={"broker": 1883, "collector": 0, "console": 8000},
        more_ports={
            "collector-coap": ("collector", 5683),
            "collector-syslog": ("collector", 6514),
            "collector-health": ("collector", 8080),
        },
        checked=frozenset({"collector-health"}),
        calls=frozenset({("collector", "broker"), ("console", "broker")}),
        names={"broker": "broker:1883"},
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
    """The resources of one type, by what follows it in the address: `main["a"]`; those of a load balancer
    besides `main` with its name in front: `internal.http`."""
    mark = f".{kind}."
    found = {}
    for address, values in resources.items():
        module, of_kind, name = address.partition(mark)
        balancer, _, _ = module.removeprefix("module.").rpartition("_load_balancer")
        if of_kind:
            found[f"{balancer}.{name}" if balancer else name] = values
    return found


def references(plan: Mapping[str, Any], module: str, kind: str, name: str, argument: str) -> list[str]:
    """What an argument refers to, from the plan's configuration: values that are known only after apply."""
    calls = plan["configuration"]["root_module"]["module_calls"]
    for resource in calls[module]["module"]["resources"]:
        if (resource["type"], resource["name"]) == (kind, name):
            found: list[str] = resource["expressions"].get(argument, {}).get("references", [])
            return found
    return []
