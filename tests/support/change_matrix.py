"""The change matrix: what a change of a spec does to a stack that stands, said by hand from the spec.

A row edits the text of a base spec. What it costs is written in lines of a sign, a module and resources:

    + network     subnet.private[d] eip.nat[d]
    ~ services    ecs_service.{webapp,backendserver}

The signs are those of a plan. Types go without aws_, and ingress_rule and egress_rule are those of security
groups. `{a,b}` stands for several names, `[a,b]` for several keys of for_each.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import permutations, product
from typing import NamedTuple

from tfgen.spec.ways_out import WAYS_OUT, WayOut

SIGNS = {"+": "created", "~": "updated", "-/+": "replaced", "+/-": "replaced", "-": "destroyed"}
ALIASES = {rule: f"vpc_security_group_{rule}" for rule in ("ingress_rule", "egress_rule")}

SHOP = """\
name: matrix-{name}
region: us-east-1

network:
  egress: {egress}
  zones: [a, b, c]

services:
  webapp:
    image: 123456789012.dkr.ecr.us-east-1.amazonaws.com/webapp:1.4.2
    port: 3000
    routes: [/]
    calls: [backendserver]

  backendserver:
    image: 123456789012.dkr.ecr.us-east-1.amazonaws.com/backendserver:2.0.0
    port: 5000
    routes: [/api/profile]
    connect: backend
"""

MARKET = """\
name: matrix-market
region: us-east-1

tags:
  team: market

network:
  egress: nat
  zones: [a, b, c]
  nat: single

load_balancer:
  listeners:
    http: 80
    admin: 8080

inputs:
  locale: {description: Language of the catalog., default: en}
  shelves: {description: Rows of shelves., type: number, default: "3"}

cost: {hours: 730, traffic: {s3: 100}, tasks: {storefront: 2}}

services:
  storefront:
    image: 123456789012.dkr.ecr.us-east-1.amazonaws.com/storefront:7.3.1
    port: 3000
    routes: [/]
    calls: [catalog]
    environment:
      CURRENCY: EUR
      LOG_LEVEL: info
    secrets:
      LICENCE: arn:aws:ssm:us-east-1:123456789012:parameter/storefront/licence
      TOKEN: arn:aws:ssm:us-east-1:123456789012:parameter/storefront/token

  catalog:
    image: 123456789012.dkr.ecr.us-east-1.amazonaws.com/catalog:4.0.2
    port: 8080
    routes: [/api/products]
    connect: catalog
    environment:
      VPC: {ref: module.network.vpc_id}
      LOCALE: {input: locale}
      SHELVES: {input: shelves}

  orders:
    image: 123456789012.dkr.ecr.us-east-1.amazonaws.com/orders:5.5.5
    port: 8081
    routes: [/api/orders, /api/returns]
    connect: orders

  dashboard:
    image: docker.io/grafana/grafana:11.2.0
    port: 3000
    listener: admin
    routes: [/grafana]
"""

FRONT = """\
name: matrix-front
region: us-east-1

network:
  egress: public
  zones: [a, b, c]

load_balancer:
  domain: [shop.example.com, www.shop.example.com]
  zone: Z0123456789ABCDEFGHIJ
  listeners:
    https:
      port: 443
      default: web
    http: {port: 80, redirect: https}
    app: {port: 8080, protocol: http, default: {redirect: {to: "https://shop.example.com", status: 301}}}
    ops: {port: 8443, default: {respond: {status: 403, body: Closed., type: text/plain}}}

logins:
  staff:
    cognito:
      user_pool: arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_AbCdEf123
      client: 1example23456789
      domain: shop

services:
  web:
    image: 123456789012.dkr.ecr.us-east-1.amazonaws.com/web:1.4.2
    port: 3000

  api:
    image: 123456789012.dkr.ecr.us-east-1.amazonaws.com/api:2.0.0
    port: 8080
    routes: [/api, {path: /, listener: ops, login: staff}]
"""

SCALED = """\
name: matrix-scaled
region: us-east-1

network:
  egress: public
  zones: [a, b, c]

services:
  worker:
    image: 123456789012.dkr.ecr.us-east-1.amazonaws.com/worker:3.1.0
    scaling:
      min: 2
      max: 8
      cpu: 60
      cooldown: {scale_in: 300, scale_out: 60}
      schedule:
        night: {when: "cron(0 20 * * ? *)", timezone: Europe/Berlin, min: 2, max: 4}
    spot: {base: 1, weight: 3}
    deploys_by: ci
    deployment: {minimum: 50, maximum: 150, alarms: [worker-fails], circuit_breaker: false}
"""

JOBS = """\
name: matrix-jobs
region: us-east-1

network:
  egress: public
  zones: [a, b]

alarms:
  {topic: arn:aws:sns:us-east-1:123456789012:news, cpu: false, memory: false, running: false, jobs: true}

services:
  worker:
    image: 123456789012.dkr.ecr.us-east-1.amazonaws.com/worker:3.1.0
    count: 1
    volumes: {work: {path: /work, ebs: 20}}

jobs:
  nightly:
    image: 123456789012.dkr.ecr.us-east-1.amazonaws.com/nightly:1.0.2
    schedule: "cron(0 3 * * ? *)"
    timezone: Europe/Berlin
    window: 15
    count: 1
    enabled: true
    retries: {attempts: 10, within: 3600}
    spot: false
  migrate:
    image: 123456789012.dkr.ecr.us-east-1.amazonaws.com/worker:3.1.0
    run: by-hand
    command: [bin/migrate]
"""

# The stacks have no "+" in their names.
BASE_OF = {egress: egress.replace("+", "-") for egress in WAYS_OUT}
ROLES = (
    "    roles: {execution: arn:aws:iam::123456789012:role/start, task: arn:aws:iam::123456789012:role/own}\n"
)
# The webapp with roles that exist; nobody asks the emulator for them.
TOPIC_ARN = "arn:aws:sns:us-east-1:123456789012:news"
KEY_ARN = "arn:aws:kms:us-east-1:123456789012:key/0a1b2c3d-0000-4000-8000-000000000000"
GIVEN = SHOP.format(name="given", egress="public").replace("    port: 3000\n", f"    port: 3000\n{ROLES}")
PERMISSIONS = """\
    access:
      - {receive: "arn:aws:sqs:us-east-1:123456789012:jobs"}
      - {read: "arn:aws:s3:::assets", prefix: img/}
    statements:
      - {actions: ["ses:SendEmail", "ses:SendRawEmail"], resources: ["*"]}
"""
GIVEN = GIVEN.replace("    port: 5000\n", f"    port: 5000\n{PERMISSIONS}")
BASES = {name: SHOP.format(name=name, egress=egress) for egress, name in BASE_OF.items()}
BASES |= {"given": GIVEN, "market": MARKET, "front": FRONT, "scaled": SCALED, "jobs": JOBS}


class Row(NamedTuple):
    """A change, by its name in docs/changes.md; `about` are the services that it is about."""

    name: str
    base: str
    edits: tuple[tuple[str, str], ...]
    cost: str
    about: tuple[str, ...] = ()

    @property
    def spec(self) -> str:
        """The text of the changed spec."""
        text = BASES[self.base]
        for old, new in self.edits:
            assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in the spec"
            text = text.replace(old, new)
        return text

    @property
    def expected(self) -> dict[str, str]:
        """Address -> sign."""
        return {address: sign for line in self.cost.splitlines() if line for sign, address in _line(line)}

    @property
    def counts(self) -> Counter[str]:
        return Counter(SIGNS[sign] for sign in self.expected.values())


def _line(line: str) -> Iterator[tuple[str, str]]:
    sign, module, *resources = line.split()
    for resource in resources:
        kind, _, name = resource.partition(".")
        for address in _expanded(name):
            yield sign, f"module.{module}.aws_{ALIASES.get(kind, kind)}.{address}"


def _expanded(name: str) -> Iterator[str]:
    """`{a,b}_x[c,d]` as a_x["c"], a_x["d"], b_x["c"], b_x["d"]."""
    name, _, keys = name.rstrip("]").partition("[")
    parts = [part.split(",") for part in re.split(r"[{}]", name)]
    for choice, key in product(product(*parts), keys.split(",")):
        yield "".join(choice) + (f'["{key}"]' if key else "")


# What the parts of a network and of a service are made of.
PRIVATE = (
    "subnet.private[a,b,c] route_table.private[a,b,c] route_table_association.private[a,b,c] vpc_endpoint.s3"
)
NAT = "eip.nat[a,b,c] nat_gateway.main[a,b,c] route.private_internet[a,b,c]"
INTERFACES = "security_group.endpoints ingress_rule.endpoints_from_vpc vpc_endpoint.{ecr_api,ecr_dkr,logs}"
AGENT = "vpc_endpoint.ecs_agent"
ENDPOINT_RULES = "egress_rule.{webapp,backendserver}_to_{endpoints,s3}"
INTERNET_RULES = "egress_rule.{webapp,backendserver}_to_internet"
SERVICES = "ecs_service.{webapp,backendserver}"
MOVED = f"~ services {SERVICES}\n"
ZONE = (
    "subnet.{{public,private}}[{0}] route_table.private[{0}] route_table_association.{{public,private}}[{0}]"
)


def routed_service(key: str) -> str:
    """What a service behind the load balancer is made of, but for its listener rules."""
    return (
        f"cloudwatch_log_group.{key} iam_role.{key}_{{execution,task}} iam_role_policy.{key}_execution "
        f"security_group.{key} ingress_rule.{key}_from_load_balancer egress_rule.{key}_to_internet "
        f"egress_rule.load_balancer_to_{key} lb_target_group.{key} "
        f"ecs_task_definition.{key} ecs_service.{key}"
    )


def new_tasks(*services: str) -> str:
    """A new revision of a task definition, and the service that takes it."""
    return "".join(
        f"+/- services ecs_task_definition.{key}\n~ services ecs_service.{key}\n" for key in services
    )


def parts_of_network(way: WayOut) -> dict[str, bool]:
    """What each egress has, or has not, of the network."""
    return {
        PRIVATE: not way.public_tasks,
        NAT: way.nat,
        INTERFACES: way.interface_endpoints,
        AGENT: way.interface_endpoints and not way.to_internet,
    }


def parts_of_services(way: WayOut) -> dict[str, bool]:
    return {ENDPOINT_RULES: not way.to_internet, INTERNET_RULES: way.to_internet}


def difference(module: str, old: dict[str, bool], new: dict[str, bool]) -> str:
    """A line for what comes, and one for what goes."""
    come = [part for part in new if new[part] and not old[part]]
    go = [part for part in old if old[part] and not new[part]]
    return "".join(
        f"{sign} {module} {' '.join(parts)}\n" for sign, parts in (("+", come), ("-", go)) if parts
    )


STOREFRONT_ROLE = "~ services iam_role_policy.storefront_execution\n"


def way_out(old: str, new: str) -> Row:
    """Another egress. Services are updated where their subnets change or their rules do."""
    was, will_be = WAYS_OUT[old], WAYS_OUT[new]
    rules = difference("services", parts_of_services(was), parts_of_services(will_be))
    cost = difference("network", parts_of_network(was), parts_of_network(will_be)) + rules
    if rules or was.public_tasks != will_be.public_tasks:
        cost += MOVED
    edit = (f"egress: {old}\n", f"egress: {new}\n")
    return Row(f"egress: {old} to {new}", BASE_OF[old], (edit,), cost)


def jobs(name: str, cost: str, *edits: tuple[str, str]) -> Row:
    """A change of jobs."""
    return Row(name, "jobs", edits, cost)


def scaled(name: str, cost: str, *edits: tuple[str, str]) -> Row:
    """A change of the worker that is scaled."""
    return Row(name, "scaled", edits, cost, ("worker",))


def market(name: str, old: str, new: str, cost: str, *about: str) -> Row:
    return Row(name, "market", ((old, new),), cost, about)


WAYS = tuple(way_out(old, new) for old, new in permutations(WAYS_OUT, 2))

# Four services stand in the market's subnets; one NAT gateway, in zone a, serves them all.
ALL = "{storefront,catalog,orders,dashboard}"
ZONE_USERS = f"~ network vpc_endpoint.s3\n~ load_balancer lb.main\n~ services ecs_service.{ALL}\n"
SHOP_ZONE_USERS = f"~ network vpc_endpoint.s3\n~ load_balancer lb.main\n~ services {SERVICES}\n"
ZONES, THREE = "  zones: [a, b, c]\n", "zones: [a, b, c]"
PER_ZONE_NAT = "eip.nat[{0}] nat_gateway.main[{0}] route.private_internet[{0}]"

NETWORK = (
    market(
        "zone added",
        THREE,
        "zones: [a, b, c, d]",
        f"+ network {ZONE.format('d')} route.private_internet[d]\n{ZONE_USERS}",
    ),
    market(
        "zone removed",
        THREE,
        "zones: [a, b]",
        f"- network {ZONE.format('c')} route.private_internet[c]\n{ZONE_USERS}",
    ),
    market(
        "zone exchanged for another",
        THREE,
        "zones: [a, b, d]",
        f"+ network {ZONE.format('d')} route.private_internet[d]\n"
        f"- network {ZONE.format('c')} route.private_internet[c]\n{ZONE_USERS}",
    ),
    market("zones in another order", THREE, "zones: [b, c, a]", ""),
    Row(
        "zone added, a NAT gateway in each",
        "nat",
        ((THREE, "zones: [a, b, c, d]"),),
        f"+ network {ZONE.format('d')} {PER_ZONE_NAT.format('d')}\n{SHOP_ZONE_USERS}",
    ),
    Row(
        "zone removed, endpoints in each",
        "endpoints",
        ((THREE, "zones: [a, b]"),),
        f"- network {ZONE.format('c')}\n~ network vpc_endpoint.{{ecr_api,ecr_dkr,logs,ecs_agent}}\n"
        f"{SHOP_ZONE_USERS}",
    ),
    Row(
        "zone removed, tasks in public subnets",
        "public",
        ((THREE, "zones: [a, b]"),),
        "- network subnet.public[c] route_table_association.public[c]\n"
        f"~ load_balancer lb.main\n~ services {SERVICES}\n",
    ),
    market(
        "NAT gateway: single to per-zone",
        "nat: single",
        "nat: per-zone",
        "+ network eip.nat[b,c] nat_gateway.main[b,c]\n~ network route.private_internet[b,c]\n",
    ),
    Row(
        "NAT gateway: per-zone to single",
        "nat",
        ((ZONES, f"{ZONES}  nat: single\n"),),
        "- network eip.nat[b,c] nat_gateway.main[b,c]\n~ network route.private_internet[b,c]\n",
    ),
    market(
        "single NAT gateway moved to another zone",
        "nat: single",
        "nat: single\n  nat_zone: b",
        "+ network eip.nat[b] nat_gateway.main[b]\n- network eip.nat[a] nat_gateway.main[a]\n"
        "~ network route.private_internet[a,b,c]\n",
    ),
    market(
        "NAT gateway added in a second zone",
        "nat: single",
        "nat: [a, c]",
        "+ network eip.nat[c] nat_gateway.main[c]\n~ network route.private_internet[b,c]\n",
    ),
    market(
        "Elastic IP address of your own for a NAT gateway",
        "nat: single",
        "nat: {zones: single, addresses: {a: eipalloc-0a1b2c3d4e5f60718}}",
        "- network eip.nat[a]\n+/- network nat_gateway.main[a]\n~ network route.private_internet[a,b,c]\n",
    ),
    Row(
        "NAT gateways with addresses that only Terraform knows",
        "market",
        (
            (
                "nat: single",
                "nat: {zones: [a, b], addresses: {a: {input: address}, b: {ref: 'var.tags[\"team\"]'}}}",
            ),
            ("inputs:\n", "inputs:\n  address: {default: eipalloc-0a1b2c3d4e5f60718}\n"),
        ),
        "- network eip.nat[a]\n+/- network nat_gateway.main[a]\n+ network nat_gateway.main[b]\n"
        "~ network route.private_internet[a,b,c]\n",
    ),
    Row(
        "route to another network added",
        "nat",
        ((ZONES, f"{ZONES}  routes: [{{to: 10.50.0.0/16, via: pcx-0a1b2c3d4e5f60718}}]\n"),),
        "+ network route.private_to_10_50_0_0_16[a,b,c]\n",
    ),
    Row(
        "route added whose target only Terraform knows",
        "market",
        (
            (
                "  nat: single\n",
                "  nat: single\n  routes:\n"
                "    - {to: 10.50.0.0/16, via: {input: gateway}, kind: transit-gateway}\n"
                "    - {to: 10.60.0.0/16, via: {ref: 'var.tags[\"team\"]'}, kind: vpn-gateway}\n",
            ),
            ("inputs:\n", "inputs:\n  gateway: {default: tgw-0a1b2c3d4e5f60718}\n"),
        ),
        "+ network route.private_to_{10_50_0_0_16,10_60_0_0_16}[a,b,c]\n",
    ),
    market(
        "database subnets added",
        "  nat: single\n",
        "  nat: single\n  subnets: {database: true}\n",
        "+ network subnet.database[a,b,c] route_table.database route_table_association.database[a,b,c]\n",
    ),
    market(
        "private subnets given other ranges",
        "  nat: single\n",
        "  nat: single\n  subnets: {private: {a: 10.0.64.0/20, b: 10.0.80.0/20, c: 10.0.96.0/20}}\n",
        "+/- network subnet.private[a,b,c] route_table_association.private[a,b,c]\n"
        f"~ services ecs_service.{ALL}\n",
    ),
    market(
        "public subnets given other ranges",
        "  nat: single\n",
        "  nat: single\n  subnets: {public: {a: 10.0.240.0/24, b: 10.0.241.0/24, c: 10.0.242.0/24}}\n",
        "+/- network subnet.public[a,b,c] route_table_association.public[a,b,c]\n"
        "+/- network eip.nat[a] nat_gateway.main[a]\n"
        "~ network route.private_internet[a,b,c]\n~ load_balancer lb.main\n",
    ),
    Row(
        "endpoint added",
        "endpoints",
        (("zones: [a, b, c]\n", "zones: [a, b, c]\n  endpoints: [sts]\n"),),
        "+ network vpc_endpoint.sts\n",
    ),
    Row(
        "endpoint for Service Connect's proxy removed",
        "endpoints",
        (("zones: [a, b, c]\n", "zones: [a, b, c]\n  service_connect_endpoint: false\n"),),
        "- network vpc_endpoint.ecs_agent\n",
    ),
)

DASHBOARD = MARKET[MARKET.index("  dashboard:") :]
PRICING = """\
  pricing:
    image: 123456789012.dkr.ecr.us-east-1.amazonaws.com/pricing:1.0.0
    port: 8082
    routes: [/api/pricing]

"""
ORDERS = MARKET[MARKET.index("  orders:") : MARKET.index("  dashboard:")]

SERVICE_ROWS = (
    market(
        "service added in the middle",
        "  orders:\n",
        f"{PRICING}  orders:\n",
        f"+ services {routed_service('pricing')} lb_listener_rule.api_pricing\n",
    ),
    market(
        "service removed",
        ORDERS,
        "",
        f"- services {routed_service('orders')} lb_listener_rule.api_{{orders,returns}}\n",
        "orders",
    ),
    Row(
        "services in another order",
        "market",
        ((DASHBOARD, ""), ("services:\n", f"services:\n{DASHBOARD}\n")),
        "",
    ),
    market(
        "service renamed",
        "  orders:\n",
        "  order-desk:\n",
        f"- services {routed_service('orders')}\n+ services {routed_service('order_desk')}\n"
        "~ services lb_listener_rule.api_{orders,returns}\n",
        "orders",
    ),
    market("service renamed, with was", "  orders:\n", "  order-desk:\n    was: orders\n", ""),
    market("image changed", "orders:5.5.5", "orders:5.6.0", new_tasks("orders"), "orders"),
    market(
        "CPU units and memory changed",
        "    connect: orders\n",
        "    connect: orders\n    cpu: 1024\n    memory: 2048\n",
        new_tasks("orders"),
        "orders",
    ),
    market(
        "CPU architecture changed",
        "    connect: orders\n",
        "    connect: orders\n    architecture: arm64\n",
        new_tasks("orders"),
        "orders",
    ),
    market(
        "number of tasks changed",
        "    connect: orders\n",
        "    connect: orders\n    count: 5\n",
        "~ services ecs_service.orders\n",
        "orders",
    ),
    market(
        "number of tasks changed to none",
        "    connect: orders\n",
        "    connect: orders\n    count: 0\n",
        "~ services ecs_service.orders\n",
        "orders",
    ),
    market(
        "environment changed", "LOG_LEVEL: info", "LOG_LEVEL: debug", new_tasks("storefront"), "storefront"
    ),
    market(
        "secret added",
        "    connect: orders\n",
        "    connect: orders\n    secrets: {KEY: arn:aws:ssm:us-east-1:123456789012:parameter/orders/key}\n",
        f"~ services iam_role_policy.orders_execution\n{new_tasks('orders')}",
        "orders",
    ),
    market(
        "shell access (ECS Exec) allowed",
        "    connect: orders\n",
        "    connect: orders\n    exec: true\n",
        f"+ services iam_role_policy.orders_task\n{new_tasks('orders')}",
        "orders",
    ),
    market(
        "port of a service changed",
        "port: 8081",
        "port: 8091",
        "~ services ingress_rule.orders_from_load_balancer egress_rule.load_balancer_to_orders\n"
        + new_tasks("orders"),
        "orders",
    ),
    market(
        "port of a service changed, both allowed meanwhile",
        "port: 8081",
        "port: {number: 8091, was: 8081}",
        "~ services ingress_rule.orders_from_load_balancer egress_rule.load_balancer_to_orders\n"
        + new_tasks("orders"),
        "orders",
    ),
    Row(
        "port added to a service",
        "market",
        (
            (
                "    port: 8080\n    routes: [/api/products]\n    connect: catalog\n",
                "    ports:\n"
                "      http: 8080\n"
                "      admin:\n"
                "        {number: 9000, was: 9001, protocol: http, health_check: {path: /ready, port: 9100,\n"
                "         codes: '200', interval: 30, timeout: 10, healthy: 3, unhealthy: 5}}\n"
                "    routes: [/api/products, {path: /products, listener: admin, port: admin}]\n"
                "    connect:\n"
                "    - catalog\n"
                "    - {name: products, port: admin, alias_port: 80, timeouts: {request: 30, idle: 90}}\n",
            ),
        ),
        "+ services lb_target_group.catalog_admin lb_listener_rule.admin_products_fe56 "
        "ingress_rule.catalog_{admin,9100}_from_load_balancer ingress_rule.catalog_admin_from_storefront "
        "egress_rule.load_balancer_to_catalog_{admin,9100} egress_rule.storefront_to_catalog_admin\n"
        + new_tasks("catalog", "storefront"),
        ("catalog", "storefront"),
    ),
    Row(
        "routed port with another protocol",
        "front",
        (("    port: 3000\n", "    port: {number: 3000, protocol: grpc}\n"),),
        "+/- services lb_target_group.web\n"
        "~ services ecs_service.web lb_listener_rule.https_everything_else\n",
        ("web",),
    ),
    market(
        "health check on another port",
        "    port: 8081\n",
        "    port: 8081\n    health_check: {path: /, codes: 200-499, port: 8082}\n",
        "+ services ingress_rule.orders_8082_from_load_balancer egress_rule.load_balancer_to_orders_8082\n"
        "~ services lb_target_group.orders\n",
        "orders",
    ),
    market(
        "port of a called service changed",
        "    port: 8080\n",
        "    port: 8090\n",
        "~ services ingress_rule.catalog_from_{load_balancer,storefront}\n"
        "~ services egress_rule.{load_balancer,storefront}_to_catalog\n" + new_tasks("catalog", "storefront"),
        "catalog",
        "storefront",
    ),
    market(
        "grace period changed",
        "    connect: orders\n",
        "    connect: orders\n    grace_period: 120\n",
        "~ services ecs_service.orders\n",
        "orders",
    ),
    market(
        "egress of a service narrowed",
        "    connect: orders\n",
        "    connect: orders\n    egress: [192.0.2.0/24]\n",
        "+ services egress_rule.orders_to_{192_0_2_0_24,s3}\n- services egress_rule.orders_to_internet\n"
        "~ services ecs_service.orders\n",
    ),
    market(
        "health check changed",
        "    connect: orders\n",
        "    connect: orders\n    health_check: /healthz\n",
        "~ services lb_target_group.orders\n",
        "orders",
    ),
    market(
        "range opened to a service on another port",
        "    connect: orders\n",
        "    connect: orders\n    egress: [0.0.0.0/0, {cidr: 192.0.2.0/24, port: 5432}]\n",
        "+ services egress_rule.orders_to_192_0_2_0_24_5432\n~ services ecs_service.orders\n",
        "orders",
    ),
    market(
        "egress of a service widened to everything",
        "    connect: orders\n",
        "    connect: orders\n    egress: all\n",
        "+ services egress_rule.orders_to_internet_all\n- services egress_rule.orders_to_internet\n"
        "~ services ecs_service.orders\n",
        "orders",
    ),
    market(
        "egress opened to a security group, a prefix list and a resolver",
        "    connect: orders\n",
        "    connect: orders\n"
        "    egress:\n"
        "      - 443\n"
        "      - {security_group: sg-0a1b2c3d4e5f67890, port: 5432}\n"
        "      - {prefix_list: pl-0a1b2c3d, port: 8000-8100}\n"
        "      - {cidr: 192.0.2.53/32, port: 53, protocol: udp}\n",
        "+ services egress_rule.orders_to_{sg_0a1b2c3d4e5f67890_5432,pl_0a1b2c3d_8000_8100}\n"
        "+ services egress_rule.orders_to_192_0_2_53_32_udp_53\n"
        "~ services ecs_service.orders\n",
        "orders",
    ),
    market(
        "ingress of a service added",
        "    connect: orders\n",
        "    connect: orders\n"
        "    ingress:\n"
        "      - 192.0.2.0/24\n"
        "      - {security_group: sg-0a1b2c3d4e5f67890, port: 9000}\n"
        "      - {prefix_list: pl-0a1b2c3d, protocol: icmp}\n",
        "+ services ingress_rule.orders_from_{192_0_2_0_24,sg_0a1b2c3d4e5f67890_9000,pl_0a1b2c3d_icmp}\n",
        "orders",
    ),
    market(
        "command changed",
        "    connect: orders\n",
        "    connect: orders\n    command: [serve, --quick]\n",
        new_tasks("orders"),
        "orders",
    ),
    Row(
        "keys of a container",
        "market",
        (
            (
                "    connect: orders\n",
                "    connect: orders\n"
                "    entrypoint: [/bin/orders]\n"
                "    working_directory: /srv\n"
                "    user: 1000:1000\n"
                "    read_only: true\n"
                "    mounts: [/tmp]\n"
                "    init: true\n"
                "    stop_timeout: 60\n"
                "    ulimits: {nofile: {soft: 1024, hard: 65535}}\n"
                "    capabilities: {add: [SYS_PTRACE], drop: [ALL]}\n"
                "    health: {command: [alive], interval: 10, timeout: 2, retries: 5, start: 60}\n"
                "    restart: {enabled: true, ignored_exit_codes: [1], period: 60}\n"
                "    labels: {team: orders}\n"
                "    logs: {mode: blocking}\n",
            ),
        ),
        new_tasks("orders"),
        ("orders",),
    ),
    market(
        "log lines of a service kept longer",
        "    connect: orders\n",
        "    connect: orders\n    logs: {retention: 365}\n",
        "~ services cloudwatch_log_group.orders\n",
        "orders",
    ),
    market(
        "defaults added",
        "services:\n",
        "defaults: {stop_timeout: 60, environment: {LOG_LEVEL: debug}}\n\nservices:\n",
        new_tasks("storefront", "catalog", "orders", "dashboard"),
        "storefront",
        "catalog",
        "orders",
        "dashboard",
    ),
    market(
        "environment file added",
        "    connect: orders\n",
        '    connect: orders\n    environment_files: ["arn:aws:s3:::settings/orders.env"]\n',
        f"~ services iam_role_policy.orders_execution\n{new_tasks('orders')}",
        "orders",
    ),
    market(
        "sidecar added",
        "    connect: orders\n",
        "    connect: orders\n"
        "    depends_on: [agent]\n"
        "    containers:\n"
        "      agent:\n"
        "        image: 123456789012.dkr.ecr.us-east-1.amazonaws.com/agent:1.0\n"
        "        essential: false\n"
        "        cpu: 64\n"
        "        memory: 128\n",
        f"~ services iam_role_policy.orders_execution\n{new_tasks('orders')}",
        "orders",
    ),
    Row(
        "log lines routed",
        "market",
        (
            (
                "    connect: orders\n",
                "    connect: orders\n"
                "    logs:\n"
                "      driver: firelens\n"
                "      options: {Name: datadog, Region: {input: locale}}\n"
                "      secrets: {apikey: arn:aws:ssm:us-east-1:123456789012:parameter/orders/datadog}\n"
                "    containers:\n"
                "      router:\n"
                "        image: 123456789012.dkr.ecr.us-east-1.amazonaws.com/fluent-bit:3\n"
                "        firelens: {type: fluentbit, config_file: /extra.conf, metadata: false}\n",
            ),
        ),
        f"~ services iam_role_policy.orders_execution\n{new_tasks('orders')}",
        ("orders",),
    ),
    Row(
        "proxies put in front of applications",
        "market",
        (
            (
                "    port: 8081\n",
                "    port: {number: 8081, container: proxy}\n"
                "    containers: {proxy: {image: 123456789012.dkr.ecr.us-east-1.amazonaws.com/proxy:1.0}}\n",
            ),
            (
                "    port: 8080\n",
                "    ports: {http: {number: 8080, container: proxy}}\n"
                "    containers: {proxy: {image: 123456789012.dkr.ecr.us-east-1.amazonaws.com/proxy:1.0}}\n",
            ),
        ),
        "~ services iam_role_policy.{orders,catalog}_execution\n" + new_tasks("orders", "catalog"),
        ("orders", "catalog"),
    ),
    market(
        "health check's codes, times and counts changed",
        "    connect: orders\n",
        "    connect: orders\n"
        "    health_check: {codes: 200-299, interval: 10, timeout: 4, healthy: 3, unhealthy: 5}\n",
        "~ services lb_target_group.orders\n",
        "orders",
    ),
    market(
        "AWS service used",
        "    connect: orders\n",
        "    connect: orders\n    uses: [sqs]\n",
        "",
    ),
    Row(
        "AWS service used, with endpoints",
        "endpoints",
        (("    connect: backend\n", "    connect: backend\n    uses: [sqs]\n"),),
        "+ network vpc_endpoint.sqs\n",
    ),
)

SCALING = (
    market(
        "scaling instead of a number of tasks",
        "    connect: orders\n",
        "    connect: orders\n    scaling: {min: 1, max: 6, cpu: 60, requests: 1000}\n",
        "+ services appautoscaling_target.orders appautoscaling_policy.orders_{cpu,requests}\n",
        "orders",
    ),
    scaled(
        "a number of tasks instead of scaling",
        "- services appautoscaling_target.worker appautoscaling_policy.worker_cpu "
        "appautoscaling_scheduled_action.worker_night\n~ services ecs_service.worker\n",
        (
            SCALED[SCALED.index("    scaling:") : SCALED.index("    spot:")],
            "    count: 4\n",
        ),
    ),
    scaled(
        "limits, targets and times of scaling changed",
        "~ services appautoscaling_target.worker appautoscaling_policy.worker_cpu "
        "appautoscaling_scheduled_action.worker_night\n",
        ("      min: 2\n      max: 8\n      cpu: 60\n", "      min: 3\n      max: 9\n      cpu: 50\n"),
        ("{scale_in: 300, scale_out: 60}", "{scale_in: 200, scale_out: 30}"),
        (
            '"cron(0 20 * * ? *)", timezone: Europe/Berlin, min: 2, max: 4',
            '"cron(0 21 * * ? *)", timezone: Europe/Paris, min: 3, max: 5',
        ),
    ),
    scaled(
        "metrics of scaling added, and a schedule removed",
        "+ services appautoscaling_policy.worker_{memory,queue}\n"
        "- services appautoscaling_policy.worker_cpu appautoscaling_scheduled_action.worker_night\n",
        ("      cpu: 60\n", "      memory: 70\n      queue: {name: jobs, backlog: 100}\n"),
        (SCALED[SCALED.index("      schedule:") : SCALED.index("    spot:")], ""),
    ),
    market(
        "tasks on Fargate Spot",
        "    connect: orders\n",
        "    connect: orders\n    spot: true\n",
        "~ services ecs_service.orders\n",
        "orders",
    ),
    scaled(
        "more tasks on Fargate Spot",
        "~ services ecs_service.worker\n",
        ("{base: 1, weight: 3}", "{base: 2, weight: 5}"),
    ),
    scaled("no tasks on Fargate Spot", "~ services ecs_service.worker\n", ("{base: 1, weight: 3}", "false")),
    scaled(
        "Fargate Spot no longer in the spec",
        "+/- services ecs_service.worker\n",
        ("    spot: {base: 1, weight: 3}\n", ""),
    ),
    market(
        "deployments with fewer tasks, alarms, and no wait",
        "    connect: orders\n",
        "    connect: orders\n    deployment: {minimum: 0, maximum: 100, rebalancing: false, wait: false, "
        "alarms: [orders-fail], circuit_breaker: {enabled: true, rollback: false}}\n",
        "~ services ecs_service.orders\n",
        "orders",
    ),
    market(
        "a pipeline deploys from now on",
        "    connect: orders\n",
        "    connect: orders\n    deploys_by: ci\n",
        "",
    ),
    scaled("Terraform deploys instead of a pipeline", "", ("    deploys_by: ci\n", "")),
    scaled(
        "more memory for tasks that a pipeline deploys",
        "+/- services ecs_task_definition.worker\n",
        ("    deploys_by: ci\n", "    deploys_by: ci\n    memory: 2048\n"),
    ),
    scaled(
        "nothing of deployments in the spec any more",
        "~ services ecs_service.worker\n",
        (SCALED[SCALED.index("    deployment:") :], ""),
    ),
)

_SCHEDULED = JOBS[JOBS.index('    schedule: "cron') : JOBS.index("  migrate:")]
JOB_ROWS = (
    jobs(
        "times of a schedule changed",
        "~ services scheduler_schedule.nightly\n",
        (
            '"cron(0 3 * * ? *)"\n    timezone: Europe/Berlin\n    window: 15',
            '"cron(0 4 * * ? *)"\n    timezone: Europe/Paris\n    window: 30',
        ),
    ),
    jobs(
        "what a schedule starts changed",
        "~ services scheduler_schedule.nightly\n",
        (
            "    count: 1\n    enabled: true\n    retries: {attempts: 10, within: 3600}\n    spot: false\n",
            "    count: 2\n    enabled: true\n    retries: {attempts: 3, within: 7200}\n    spot: true\n",
        ),
    ),
    jobs(
        "schedule turned off", "~ services scheduler_schedule.nightly\n", ("enabled: true", "enabled: false")
    ),
    jobs(
        "job without a schedule any more",
        "- services scheduler_schedule.nightly scheduler_schedule_group.main sqs_queue.nightly "
        "iam_role.nightly_schedule iam_role_policy.nightly_schedule "
        "cloudwatch_metric_alarm.{nightly_not_started,jobs_dropped}\n",
        (_SCHEDULED, "    run: by-hand\n"),
    ),
    jobs(
        "schedule given to a job",
        "+ services scheduler_schedule.migrate sqs_queue.migrate iam_role.migrate_schedule "
        "iam_role_policy.migrate_schedule cloudwatch_metric_alarm.migrate_not_started\n",
        ("    run: by-hand\n", "    schedule: rate(7 days)\n"),
    ),
    jobs(
        "job removed",
        "- services cloudwatch_log_group.migrate iam_role.migrate_{execution,task} "
        "iam_role_policy.migrate_execution security_group.migrate egress_rule.migrate_to_internet "
        "ecs_task_definition.migrate\n",
        (JOBS[JOBS.index("  migrate:") :], ""),
    ),
    jobs(
        "no alarms of jobs",
        "- services cloudwatch_metric_alarm.{nightly_not_started,jobs_dropped}\n",
        ("jobs: true}", "jobs: false}"),
    ),
)

CALLS = (
    market(
        "Service Connect name changed",
        "connect: catalog",
        "connect: products",
        f"~ services ecs_service.catalog\n{new_tasks('storefront')}",
        "catalog",
        "storefront",
    ),
    market(
        "port of a Service Connect name changed",
        "    connect: orders\n",
        "    connect: {name: orders, port: 80}\n",
        "~ services ecs_service.orders\n",
        "orders",
    ),
    market(
        "service called over gRPC, and no longer behind the load balancer",
        "    port: 3000\n    listener: admin\n    routes: [/grafana]\n",
        "    port: {number: 3000, protocol: grpc}\n    connect: grafana\n",
        "- services lb_listener_rule.admin_grafana_ccda lb_target_group.dashboard "
        "ingress_rule.dashboard_from_load_balancer egress_rule.load_balancer_to_dashboard\n"
        + new_tasks("dashboard"),
        "dashboard",
    ),
    market(
        "Service Connect name given",
        "    listener: admin\n",
        "    listener: admin\n    connect: grafana\n",
        new_tasks("dashboard"),
        "dashboard",
    ),
    Row(
        "DNS name given",
        "market",
        (
            ("inputs:\n", "dns: market.internal\n\ninputs:\n"),
            ("    listener: admin\n", "    listener: admin\n    dns: {name: grafana, ports: [http]}\n"),
        ),
        "+ services service_discovery_private_dns_namespace.main service_discovery_service.dashboard\n"
        "~ services ecs_service.dashboard\n",
        ("dashboard",),
    ),
    Row(
        "DNS name given in a zone that exists",
        "market",
        (
            ("inputs:\n", "dns: {zone: corp.internal, namespace_id: ns-0a1b2c3d4e5f6071}\n\ninputs:\n"),
            ("    listener: admin\n", "    listener: admin\n    dns: {name: grafana, ports: [http]}\n"),
        ),
        "+ services service_discovery_service.dashboard\n~ services ecs_service.dashboard\n",
        ("dashboard",),
    ),
    Row(
        "Service Connect name with TLS given",
        "market",
        (
            ("    port: 8081\n", "    ports: {http: 8081, internal: 8082}\n"),
            (
                "    connect: orders\n",
                "    connect:\n"
                "      name: orders\n"
                "      port: internal\n"
                "      tls:\n"
                "        authority: arn:aws:acm-pca:us-east-1:123456789012:certificate-authority/"
                "0a1b2c3d-0000-4000-8000-000000000000\n"
                "        kms_key: arn:aws:kms:us-east-1:123456789012:key/"
                "0a1b2c3d-0000-4000-8000-000000000000\n",
            ),
        ),
        "+ services iam_role.connect_tls iam_role_policy.connect_tls iam_role_policy_attachment.connect_tls\n"
        + new_tasks("orders"),
        ("orders",),
    ),
    market(
        "call added",
        "    connect: catalog\n",
        "    connect: catalog\n    calls: [orders]\n",
        "+ services ingress_rule.orders_from_catalog egress_rule.catalog_to_orders\n" + new_tasks("catalog"),
        "catalog",
        "orders",
    ),
    market(
        "first call of a service added",
        "    listener: admin\n",
        "    listener: admin\n    calls: [orders]\n",
        "+ services ingress_rule.orders_from_dashboard egress_rule.dashboard_to_orders\n"
        + new_tasks("dashboard"),
        "dashboard",
        "orders",
    ),
    market(
        "call of what is outside the stack added",
        "    connect: orders\n",
        "    connect: orders\n"
        "    calls:\n"
        "      - {host: search.corp.example, port: 9200, security_group: sg-0a1b2c3d4e5f67890}\n"
        "      - {port: 53, protocol: udp, cidr: 192.0.2.53/32}\n",
        "+ services ingress_rule.sg_0a1b2c3d4e5f67890_9200_from_orders\n"
        "+ services egress_rule.orders_to_{sg_0a1b2c3d4e5f67890_9200,192_0_2_53_32_udp_53}\n"
        "~ services ecs_service.orders\n",
        "orders",
    ),
    market(
        "call removed",
        "    calls: [catalog]\n",
        "",
        "- services ingress_rule.catalog_from_storefront egress_rule.storefront_to_catalog\n"
        + new_tasks("storefront"),
        "storefront",
        "catalog",
    ),
)

ROUTES = (
    market(
        "route added before others",
        "routes: [/api/orders",
        "routes: [/api/baskets, /api/orders",
        "+ services lb_listener_rule.api_baskets\n",
    ),
    market(
        "route changed",
        "/api/returns]",
        "/api/refunds]",
        "+ services lb_listener_rule.api_refunds\n- services lb_listener_rule.api_returns\n",
        "orders",
    ),
    market(
        "route narrowed to a host and a method",
        "/api/returns]",
        "{path: /api/returns, host: shop.example.com, methods: [POST]}]",
        "+ services lb_listener_rule.shop_example_com_api_returns_post_e23a\n"
        "- services lb_listener_rule.api_returns\n",
        "orders",
    ),
    market(
        "route narrowed to a header, a query parameter and source ranges",
        "/api/returns]",
        "{path: /api/returns, headers: {X-Channel: kiosk}, query: {v: '2'}, source: [198.51.100.0/24]}]",
        "+ services lb_listener_rule.api_returns_x_channel_kiosk_v_2_198_51_100_0_24_e38c25be\n"
        "- services lb_listener_rule.api_returns\n",
        "orders",
    ),
    Row(
        "share of a route given to another service",
        "market",
        (
            ("[/api/orders, /api/returns]", "[/api/orders, {path: /api/returns, weight: 90, sticky: 600}]"),
            ("[/api/products]", "[/api/products, {path: /api/returns, weight: 10}]"),
        ),
        "~ services lb_listener_rule.api_returns\n",
    ),
    market("routes in another order", "[/api/orders, /api/returns]", "[/api/returns, /api/orders]", ""),
    market(
        "route added on a second listener",
        "/api/returns]",
        "/api/returns, {path: /api/orders, listener: admin}]",
        "+ services lb_listener_rule.admin_api_orders_49c6\n",
    ),
    market(
        "priority of a route pinned",
        "/api/returns]",
        "{path: /api/returns, priority: 7}]",
        "~ services lb_listener_rule.api_returns\n",
    ),
    market(
        "route moved to another listener",
        "/api/returns]",
        "{path: /api/returns, listener: admin}]",
        "+ services lb_listener_rule.admin_api_returns_cf1a\n- services lb_listener_rule.api_returns\n",
        "orders",
    ),
    Row(
        "route given to another service",
        "market",
        (
            ("[/api/orders, /api/returns]", "[/api/orders]"),
            ("[/api/products]", "[/api/products, /api/returns]"),
        ),
        "~ services lb_listener_rule.api_returns\n",
    ),
    market(
        "everything else on a listener given to a service",
        "routes: [/grafana]",
        "routes: [/grafana, /]",
        "+ services lb_listener_rule.admin_everything_else\n~ services lb_target_group.dashboard\n",
        "dashboard",
    ),
    market(
        "listener added",
        "    admin: 8080\n",
        "    admin: 8080\n    partners: 9000\n",
        "+ load_balancer lb_listener.partners ingress_rule.partners_from_world\n",
    ),
    market(
        "port of a listener changed",
        "    admin: 8080\n",
        "    admin: 9090\n",
        "~ load_balancer lb_listener.admin ingress_rule.admin_from_world\n",
    ),
    Row(
        "ports of two listeners exchanged",
        "market",
        (("    http: 80\n", "    http: 8080\n"), ("    admin: 8080\n", "    admin: 80\n")),
        "~ load_balancer lb_listener.{http,admin} ingress_rule.{http,admin}_from_world\n",
    ),
    Row(
        "listener renamed",
        "market",
        (("    admin: 8080\n", "    inside: 8080\n"), ("listener: admin", "listener: inside")),
        "- load_balancer lb_listener.admin ingress_rule.admin_from_world\n"
        "+ load_balancer lb_listener.inside ingress_rule.inside_from_world\n"
        "- services lb_listener_rule.admin_grafana_ccda\n+ services lb_listener_rule.inside_grafana_1a50\n",
        ("dashboard",),
    ),
    Row(
        "listener removed, its route moved to another",
        "market",
        (("    admin: 8080\n", ""), ("    listener: admin\n", "")),
        "- load_balancer lb_listener.admin ingress_rule.admin_from_world\n"
        "- services lb_listener_rule.admin_grafana_ccda\n+ services lb_listener_rule.grafana\n",
        ("dashboard",),
    ),
    market(
        "listener closed to the world",
        "    admin: 8080\n",
        "    admin: {port: 8080, cidrs: [192.0.2.0/24]}\n",
        "+ load_balancer ingress_rule.admin_from_192_0_2_0_24\n"
        "- load_balancer ingress_rule.admin_from_world\n",
    ),
    market(
        "load balancer closed to the world",
        "  listeners:\n",
        "  cidrs: [192.0.2.0/24]\n  listeners:\n",
        "+ load_balancer ingress_rule.{http,admin}_from_192_0_2_0_24\n"
        "- load_balancer ingress_rule.{http,admin}_from_world\n",
    ),
    market(
        "idle timeout changed",
        "  listeners:\n",
        "  idle_timeout: 90\n  listeners:\n",
        "~ load_balancer lb.main\n",
    ),
    Row(
        "an internal load balancer added",
        "market",
        (
            (
                "load_balancer:\n  listeners:\n    http: 80\n    admin: 8080\n",
                "load_balancers:\n  main:\n    listeners: {http: 80, admin: 8080}\n"
                "  internal: {scheme: internal}\n",
            ),
            (
                "routes: [/api/orders, /api/returns]",
                "routes: [/api/orders, /api/returns, {path: /internal, listener: internal}]",
            ),
        ),
        "+ internal_load_balancer lb.main security_group.main lb_listener.http "
        "ingress_rule.http_from_10_0_0_0_16\n"
        "+ services lb_target_group.orders_internal lb_listener_rule.internal_http_internal_274d "
        "ingress_rule.orders_from_internal_load_balancer egress_rule.internal_load_balancer_to_orders\n"
        "~ services ecs_service.orders\n",
        ("orders",),
    ),
    Row(
        "a network load balancer added",
        "market",
        (
            (
                "load_balancer:\n  listeners:\n    http: 80\n    admin: 8080\n",
                "load_balancers:\n  main:\n    listeners: {http: 80, admin: 8080}\n"
                "  raw: {type: network, cross_zone: true, listeners: {feed: 9000}}\n",
            ),
            (
                "routes: [/api/orders, /api/returns]",
                "routes: [/api/orders, /api/returns, {listener: raw.feed}]\n    preserve_client_ip: true\n"
                "    proxy_protocol: true\n    connection_termination: true",
            ),
        ),
        "+ raw_load_balancer lb.main security_group.main ingress_rule.feed_from_world\n"
        "+ services lb_target_group.orders_raw_http lb_listener.raw_feed "
        "ingress_rule.orders_from_raw_load_balancer egress_rule.raw_load_balancer_to_orders\n"
        "~ services ecs_service.orders\n",
        ("orders",),
    ),
)

# TLS and names, as they come, change and go.
_CERTIFICATE = "acm_certificate.main acm_certificate_validation.main"
_STORE = "arn:aws:elasticloadbalancing:us-east-1:123456789012:truststore/ops/0a1b2c3d4e5f6071"
FRONT_ROWS = (
    Row(
        "HTTP to HTTPS",
        "public",
        (
            (
                "services:\n",
                "load_balancer: {domain: shop.example.com, zone: Z0123456789ABCDEFGHIJ}\n\nservices:\n",
            ),
        ),
        f"+ load_balancer {_CERTIFICATE} route53_record.alias[shop.example.com] "
        "route53_record.validation[shop.example.com] lb_listener.https ingress_rule.https_from_world\n"
        "~ load_balancer lb_listener.http\n"
        "+ services lb_listener_rule.https_{everything_else,api_profile_8b61}\n"
        f"~ services {SERVICES}\n"
        "- services lb_listener_rule.{everything_else,api_profile}\n",
        ("webapp", "backendserver"),
    ),
    Row(
        "HTTPS to HTTP",
        "front",
        (
            (
                "  domain: [shop.example.com, www.shop.example.com]\n  zone: Z0123456789ABCDEFGHIJ\n",
                "",
            ),
            ("    https:\n      port: 443\n      default: web\n", ""),
            ("    http: {port: 80, redirect: https}\n", "    http: {port: 80, default: web}\n"),
            ("    ops: {port: 8443,", "    ops: {port: 8443, protocol: http,"),
            ("login: staff", "login: false"),
        ),
        f"- load_balancer {_CERTIFICATE} route53_record.alias[shop.example.com,www.shop.example.com] "
        "route53_record.validation[shop.example.com,www.shop.example.com] lb_listener.https "
        "ingress_rule.https_from_world egress_rule.to_logins\n"
        "~ load_balancer lb_listener.{http,ops}\n"
        "~ services lb_listener_rule.ops_everything_else\n"
        "+ services lb_listener_rule.{everything_else,api}\n"
        "~ services ecs_service.{web,api}\n"
        "- services lb_listener_rule.{https_everything_else,https_api_bb4a}\n",
        ("web", "api"),
    ),
    Row(
        "another name in the domain",
        "front",
        (("[shop.example.com, www.shop.example.com]", "[shop.example.com, api.shop.example.com]"),),
        f"+/- load_balancer {_CERTIFICATE}\n"
        "+ load_balancer route53_record.{alias,validation}[api.shop.example.com]\n"
        "- load_balancer route53_record.{alias,validation}[www.shop.example.com]\n"
        "~ load_balancer lb_listener.{https,ops}\n",
    ),
    Row(
        "names in another zone",
        "front",
        (("  zone: Z0123456789ABCDEFGHIJ\n", "  zone: Z9876543210ABCDEFGHIJ\n"),),
        "+/- load_balancer acm_certificate_validation.main "
        "route53_record.validation[shop.example.com,www.shop.example.com]\n"
        "-/+ load_balancer route53_record.alias[shop.example.com,www.shop.example.com]\n",
    ),
    Row(
        "certificates given",
        "front",
        (
            (
                "  zone: Z0123456789ABCDEFGHIJ\n",
                "  zone: Z0123456789ABCDEFGHIJ\n  certificate:\n"
                "    - arn:aws:acm:us-east-1:123456789012:certificate/0a1b2c3d-0000-4000-8000-000000000000\n"
                "    - {join: [arn:aws:acm:us-east-1:123456789012, ':certificate/0a1b2c3d']}\n",
            ),
            (
                "ops: {port: 8443,",
                "ops: {port: 8443, certificate: "
                "{join: [arn:aws:acm:us-east-1, ':123456789012:certificate/1']},",
            ),
        ),
        f"- load_balancer {_CERTIFICATE} "
        "route53_record.validation[shop.example.com,www.shop.example.com]\n"
        "+ load_balancer lb_listener_certificate.https_joined_e9d622\n"
        "~ load_balancer lb_listener.{https,ops}\n",
    ),
    Row(
        "what listeners say changed",
        "front",
        (
            (
                "      default: web\n",
                "      headers: {X-Frame-Options: DENY}\n      server_header: false\n"
                "      redirects:\n"
                "        - {path: /old, host: www.shop.example.com, methods: [GET], to: /b, status: 302}\n"
                "        - {path: /a, headers: {X-A: b}, query: {c: d}, source: [192.0.2.0/24],\n"
                "           priority: 7, respond: {status: 410, body: Gone., type: text/plain}}\n",
            ),
            ("redirect: https}", "redirect: {to: 'https://shop.example.com', status: 302}}"),
            (
                'protocol: http, default: {redirect: {to: "https://shop.example.com", status: 301}}',
                'protocol: https, default: {redirect: {to: "https://shop.example.com/old", status: 302}}',
            ),
            (
                "ops: {port: 8443, default: {respond: {status: 403, body: Closed., type: text/plain}}}",
                "ops: {port: 8443, policy: ELBSecurityPolicy-TLS13-1-3-PQ-2025-09, "
                f"mutual_tls: {{trust_store: '{_STORE}', mode: verify, allow_expired: true}}, "
                "default: {respond: {status: 404, body: <p>, type: text/html}}}",
            ),
            ("    port: 3000\n", "    port: 3000\n    routes: [/]\n"),
        ),
        "+ load_balancer lb_listener_rule.{https_www_shop_example_com_old_get_bc23,"
        "https_a_x_a_b_c_d_192_0_2_0_24_74531135}\n"
        "~ load_balancer lb_listener.{https,http,app,ops}\n",
    ),
    Row(
        "another login, and for more routes",
        "front",
        (
            (
                "  staff:\n    cognito:\n",
                "  office:\n    cookie: office\n    scope: openid email\n    session_timeout: 28800\n"
                "    unauthenticated: deny\n    params: {prompt: login}\n    cognito:\n",
            ),
            ("us-east-1_AbCdEf123", "us-east-1_GhIjKl456"),
            ("1example23456789", "9example87654321"),
            ("      domain: shop\n", "      domain: office\n"),
            (
                "    routes: [/api, {path: /, listener: ops, login: staff}]\n",
                "    login: {name: office, unauthenticated: authenticate}\n"
                "    routes: [/api, {path: /, listener: ops, "
                "login: {name: office, unauthenticated: deny}}]\n",
            ),
        ),
        "~ services lb_listener_rule.{https_api_bb4a,ops_everything_else}\n",
        ("api",),
    ),
    Row(
        "a login with OpenID Connect, for a redirect",
        "front",
        (
            (
                "  staff:\n    cognito:\n",
                "  help:\n    oidc:\n      issuer: https://id.example.com\n"
                "      authorization_endpoint: https://id.example.com/authorize\n"
                "      token_endpoint: https://id.example.com:8443/token\n"
                "      user_info_endpoint: https://id.example.com/userinfo\n"
                "      client_id: shop\n      client_secret: {ref: module.network.vpc_id}\n"
                "  staff:\n    cognito:\n",
            ),
            (
                "      default: web\n",
                "      default: web\n      redirects:\n        - path: /help\n"
                "          to: https://help.example.com\n"
                "          login: {name: help, unauthenticated: allow}\n",
            ),
        ),
        "+ load_balancer egress_rule.to_logins_8443 lb_listener_rule.https_help_74d9\n",
    ),
)

# What takes tags in the market: everything but routes, associations, role policies, capacity providers.
TAGGED = (
    "~ network vpc.main default_security_group.main internet_gateway.main subnet.{public,private}[a,b,c] "
    "route_table.public route_table.private[a,b,c] eip.nat[a] nat_gateway.main[a] vpc_endpoint.s3\n"
    "~ load_balancer lb.main security_group.main lb_listener.{http,admin}\n"
    "~ load_balancer ingress_rule.{http,admin}_from_world\n"
    "~ services ecs_cluster.main service_discovery_http_namespace.main\n"
    f"~ services cloudwatch_log_group.{ALL} iam_role.{ALL}_{{execution,task}} security_group.{ALL} "
    f"ingress_rule.{ALL}_from_load_balancer egress_rule.{ALL}_to_internet egress_rule.load_balancer_to_{ALL} "
    f"lb_target_group.{ALL} ecs_task_definition.{ALL} ecs_service.{ALL}\n"
    "~ services ingress_rule.catalog_from_storefront egress_rule.storefront_to_catalog "
    "lb_listener_rule.{everything_else,api_products,api_orders,api_returns,admin_grafana_ccda}\n"
)

WHOLE = (
    market("nothing but comments", "  nat: single\n", "  nat: single # one is enough\n", ""),
    Row(
        "rules silenced where they are broken",
        "market",
        (
            ("tags:\n", "ignore: [{rule: TG316, reason: requests are short}]\n\ntags:\n"),
            ("  nat: single\n", "  nat: single\n  ignore: [{rule: TG344, reason: one is enough}]\n"),
            (
                "    admin: 8080\n",
                "    admin: {port: 8080, ignore: [{rule: TG356, reason: it asks who one is}]}\n",
            ),
            (
                "    connect: orders\n",
                "    connect: orders\n    ignore: [{rule: TG328, reason: for later}]\n",
            ),
        ),
        "",
    ),
    market(
        "a rule silenced for the whole load balancer",
        "load_balancer:\n",
        "load_balancer:\n  ignore: [{rule: TG356, reason: it asks who one is}]\n",
        "",
    ),
    market(
        "what tfgen cost assumes, and files for checkers",
        "cost: {hours: 730, traffic: {s3: 100}, tasks: {storefront: 2}}\n",
        "cost: {hours: 300, traffic: {s3: 800}, tasks: {storefront: {low: 1, high: 6}}}\nlint_files: true\n",
        "",
    ),
    Row(
        "the account named, and an image in its short form",
        "market",
        (
            ("region: us-east-1\n", 'region: us-east-1\naccount: "123456789012"\n'),
            ("123456789012.dkr.ecr.us-east-1.amazonaws.com/catalog:4.0.2", "ecr:catalog:4.0.2"),
        ),
        "",
    ),
    Row(
        "policies of VPC endpoints",
        "endpoints",
        (("  egress: endpoints\n", "  egress: endpoints\n  endpoint_policies: true\n"),),
        "~ network vpc_endpoint.{s3,ecr_api,ecr_dkr,logs,ecs_agent}\n",
    ),
    market(
        "flow logs turned on",
        "  nat: single\n",
        "  nat: single\n  flow_logs: {to: cloudwatch, retention: 7, traffic: reject, interval: 60}\n",
        "+ network cloudwatch_log_group.flow_logs iam_role.flow_logs iam_role_policy.flow_logs "
        "flow_log.main\n",
    ),
    Row(
        "images of Docker Hub pulled through the cache",
        "market",
        (
            ("region: us-east-1\n", 'region: us-east-1\naccount: "123456789012"\n'),
            (
                "services:\n",
                "pull_through:\n"
                "  docker.io:\n"
                "    credentials: arn:aws:secretsmanager:us-east-1:123456789012:"
                "secret:ecr-pullthroughcache/hub-aB3dE6\n"
                "    prefix: hub\n"
                "    create: true\n\n"
                "services:\n",
            ),
        ),
        "+ repositories ecr_pull_through_cache_rule.docker_io ecr_repository_creation_template.docker_io\n"
        f"~ services iam_role_policy.dashboard_execution\n{new_tasks('dashboard')}",
        ("dashboard",),
    ),
    market(
        "log lines encrypted with a key of one's own",
        "services:\n",
        f"logs: {{kms_key: '{KEY_ARN}'}}\n\nservices:\n",
        "~ services cloudwatch_log_group.{storefront,catalog,orders,dashboard}\n",
    ),
    market(
        "sessions of ECS Exec stored and encrypted",
        "services:\n",
        f"exec: {{logs: true, kms_key: '{KEY_ARN}'}}\n\nservices:\n",
        "+ services cloudwatch_log_group.exec_sessions\n~ services ecs_cluster.main\n",
    ),
    market(
        "Container Insights turned off",
        "services:\n",
        'insights: "off"\n\nservices:\n',
        "~ services ecs_cluster.main\n",
    ),
    market(
        "a repository for the images of a service",
        "services:\n  storefront:\n"
        "    image: 123456789012.dkr.ecr.us-east-1.amazonaws.com/storefront:7.3.1\n",
        "repositories:\n  market/storefront: {keep: 30, untagged: 7, immutable: false, scan: false}\n\n"
        "services:\n  storefront:\n    image: market/storefront:7.3.1\n",
        "+ repositories ecr_repository.market_storefront ecr_lifecycle_policy.market_storefront\n"
        f"{STOREFRONT_ROLE}{new_tasks('storefront')}",
        "storefront",
    ),
    market("tags changed", "  team: market\n", "  team: shops\n", TAGGED),
    market(
        "log retention changed",
        "services:\n",
        "logs:\n  retention: 90\n\nservices:\n",
        f"~ services cloudwatch_log_group.{ALL}\n",
    ),
)

INPUTS = "inputs:\n"
STOREFRONT_IMAGE = "123456789012.dkr.ecr.us-east-1.amazonaws.com/storefront:7.3.1"
LICENCE_ARN = "arn:aws:ssm:us-east-1:123456789012:parameter/storefront/licence"
TOKEN_ARN = "arn:aws:ssm:us-east-1:123456789012:parameter/storefront/token"
SECRET_ARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:storefront-Ab12Cd"


def storefront(name: str, cost: str, inputs: dict[str, str], *edits: tuple[str, str]) -> Row:
    """Values of the storefront that are references now, and inputs (name -> default) that are new."""
    said = "".join(f"  {key}: {{default: {value!r}}}\n" for key, value in inputs.items())
    return Row(name, "market", ((INPUTS, INPUTS + said), *edits), cost, ("storefront",))


REFERENCES = (
    market(
        "reference added",
        "      LOCALE: {input: locale}\n",
        "      LOCALE: {input: locale}\n      ORDERS: {ref: var.orders_image}\n",
        new_tasks("catalog"),
    ),
    market(
        "reference changed", "{ref: module.network.vpc_id}", "{ref: var.orders_image}", new_tasks("catalog")
    ),
    market("reference removed", "      VPC: {ref: module.network.vpc_id}\n", "", new_tasks("catalog")),
    market("another input", "LOCALE: {input: locale}", "LOCALE: {input: shelves}", new_tasks("catalog")),
    market("default of an input changed", "default: en", "default: de", new_tasks("catalog")),
    market(
        "input with another type, description and pattern",
        "{description: Rows of shelves., type: number,",
        "{description: How many rows., type: string, sensitive: false, pattern: '^[0-9]+$',",
        "",
    ),
    market(
        "text joined from references",
        "LOG_LEVEL: info",
        "LOG_LEVEL: {join: [{input: locale}, '-', {ref: module.network.vpc_id}]}",
        new_tasks("storefront"),
    ),
    storefront(
        "secrets given by inputs",
        STOREFRONT_ROLE + new_tasks("storefront"),
        {"licence_arn": LICENCE_ARN, "token_arn": SECRET_ARN},
        (f"LICENCE: {LICENCE_ARN}", "LICENCE: {parameter: {input: licence_arn}}"),
        (f"TOKEN: {TOKEN_ARN}", "TOKEN: {secret: {input: token_arn}, key: token}"),
    ),
    storefront(
        "secrets given by references",
        STOREFRONT_ROLE + new_tasks("storefront"),
        {"other_arn": TOKEN_ARN, "token_arn": SECRET_ARN},
        (f"LICENCE: {LICENCE_ARN}", "LICENCE: {parameter: {ref: var.other_arn}}"),
        (f"TOKEN: {TOKEN_ARN}", "TOKEN: {secret: {ref: var.token_arn}}"),
    ),
    storefront(
        "a secret whose reference names its kind",
        STOREFRONT_ROLE + new_tasks("storefront"),
        {"secret_arn": SECRET_ARN},
        (f"TOKEN: {TOKEN_ARN}", "TOKEN: {ref: var.secret_arn}"),
    ),
    storefront(
        "image given by an input, with the same default",
        STOREFRONT_ROLE,
        {"storefront_image": STOREFRONT_IMAGE},
        (f"image: {STOREFRONT_IMAGE}", "image: {input: storefront_image}"),
    ),
    storefront(
        "image joined from an input and a reference, the same",
        STOREFRONT_ROLE,
        {"repository": STOREFRONT_IMAGE.partition(":")[0], "release": "7.3.1"},
        (f"image: {STOREFRONT_IMAGE}", "image: {join: [{input: repository}, ':', {ref: var.release}]}"),
    ),
    storefront(
        "image given by a reference to another",
        STOREFRONT_ROLE + new_tasks("storefront"),
        {},
        (f"image: {STOREFRONT_IMAGE}", "image: {ref: var.orders_image}"),
    ),
)

OVERRIDE = "overrides:\n  module.load_balancer.aws_lb.main: {{{}}}\n\nservices:\n"

OVERRIDES = (
    market(
        "argument overridden",
        "services:\n",
        OVERRIDE.format("enable_http2: false"),
        "~ load_balancer lb.main\n",
    ),
    market(
        "argument overridden, and ignored",
        "services:\n",
        OVERRIDE.format("idle_timeout: 90, lifecycle: {ignore_changes: [idle_timeout]}"),
        "",
    ),
)

BOUNDARY = "iam: {permissions_boundary: arn:aws:iam::123456789012:policy/limit}\n\nservices:\n"
ROLES_OF_ORDERS = "iam_role.orders_{execution,task} iam_role_policy.orders_execution"

WHAT_EXISTS = (
    market(
        "roles of a service exchanged for existing ones",
        "    connect: orders\n",
        f"    connect: orders\n{ROLES}",
        f"- services {ROLES_OF_ORDERS}\n{new_tasks('orders')}",
        "orders",
    ),
    Row(
        "existing roles of a service exchanged for roles of the stack",
        "given",
        ((ROLES, ""),),
        "+ services iam_role.webapp_{execution,task} iam_role_policy.webapp_execution\n"
        + new_tasks("webapp"),
        ("webapp",),
    ),
    market(
        "permissions boundary of all roles set",
        "services:\n",
        BOUNDARY,
        f"~ services iam_role.{ALL}_{{execution,task}}\n",
    ),
    market(
        "path of all roles set",
        "services:\n",
        "iam: {path: /teams/}\n\nservices:\n",
        f"+/- services iam_role.{ALL}_{{execution,task}} iam_role_policy.{ALL}_execution\n"
        + new_tasks("storefront", "catalog", "orders", "dashboard"),
    ),
)

# Which one, inputs say: with a VPC of the stack's own, only files beside it can have created one in that.
EXISTING = """\
load_balancer:
  existing:
    arn: {input: load_balancer}
    listener_arns: {http: {input: http_listener}, admin: {input: admin_listener}}
    security_group: {input: load_balancer_group}
    dns_name: shared-1.us-east-1.elb.amazonaws.com

inputs:
  load_balancer: {description: The load balancer, default: "ARN:loadbalancer/app/shared/1"}
  http_listener: {description: Its listener http, default: "ARN:listener/app/shared/1/2"}
  admin_listener: {description: Its listener admin, default: "ARN:listener/app/shared/1/3"}
  load_balancer_group: {description: Its security group, default: sg-0a1b2c3d}
""".replace("ARN:", "arn:aws:elasticloadbalancing:us-east-1:123456789012:")
CLUSTER = "cluster: arn:aws:ecs:us-east-1:123456789012:cluster/shared\n\nservices:\n"
OWN_LISTENERS = "load_balancer:\n  listeners:\n    http: 80\n    admin: 8080\n\ninputs:\n"

ROUTED = "{webapp,backendserver}"
LOAD_BALANCER_PARTS = "lb.main lb_listener.http security_group.main ingress_rule.http_from_world"
SERVICE_RULES = (
    f"ingress_rule.{ROUTED}_from_load_balancer egress_rule.load_balancer_to_{ROUTED} "
    f"egress_rule.{ROUTED}_to_internet egress_rule.webapp_to_backendserver "
    "ingress_rule.backendserver_from_webapp"
)
ZONED = "[a,b,c]"

# Which one, inputs say: an ID that a plan does not look up.
EXISTING_VPC = """\
  vpc:
    id: {input: vpc}
    cidr: 10.40.0.0/16
    public_subnets: {a: {input: public_a}, b: {input: public_b}}
    private_subnets: {a: {input: private_a}, b: {input: private_b}}
    way_out: nat
    endpoints: [logs, s3]
    endpoint_security_group: {input: endpoint_group}
    prefix_lists: {s3: {input: s3_list}}
    route_tables: [{input: table}]

inputs:
  vpc: {description: The VPC, default: vpc-0000000f}
  public_a: {description: A public subnet, default: subnet-000000a1}
  public_b: {description: A public subnet, default: subnet-000000b1}
  private_a: {description: A private subnet, default: subnet-000000a2}
  private_b: {description: A private subnet, default: subnet-000000b2}
  endpoint_group: {description: The group of the endpoints, default: sg-0000000e}
  s3_list: {description: The prefix list of S3, default: pl-0000000e}
  table: {description: A route table, default: rtb-0000000a}
"""

FRONT = (
    market(
        "attributes of the load balancer changed",
        "load_balancer:\n",
        "load_balancer:\n  client_keep_alive: 600\n  desync: strictest\n  drop_invalid_headers: false\n"
        "  preserve_host: true\n  x_forwarded_for: {mode: append, client_port: true}\n  http2: false\n"
        "  zonal_shift: true\n  deletion_protection: true\n  capacity: 100\n",
        "~ load_balancer lb.main\n",
    ),
    market(
        "logs of the load balancer turned on",
        "load_balancer:\n",
        "load_balancer:\n  access_logs: {bucket: true, prefix: requests}\n"
        "  connection_logs: {bucket: market-logs, prefix: connections}\n",
        "~ load_balancer lb.main\n"
        "+ load_balancer s3_bucket.logs s3_bucket_policy.logs s3_bucket_public_access_block.logs "
        "s3_bucket_lifecycle_configuration.logs s3_bucket_server_side_encryption_configuration.logs\n",
    ),
    market(
        "web ACL associated",
        "load_balancer:\n",
        "load_balancer:\n  waf: arn:aws:wafv2:us-east-1:123456789012:regional/webacl/market/"
        "0a1b2c3d-0000-4000-8000-000000000000\n",
        "+ load_balancer wafv2_web_acl_association.main\n",
    ),
    Row(
        "alarms mailed",
        "market",
        (
            (
                "inputs:\n",
                "alarms: {topic: ops@example.com, cpu: 80, memory: 80, errors: 5, unhealthy: true, "
                "running: true}\n"
                "inputs:\n",
            ),
            (
                "    connect: orders\n",
                "    connect: orders\n    alarms: {cpu: 95, memory: false, errors: 50, unhealthy: false, "
                "running: false}\n",
            ),
            (
                "    listener: admin\n",
                "    listener: admin\n    alarms: {enabled: false}\n",
            ),
        ),
        "+ alarms sns_topic.main sns_topic_subscription.main\n"
        "+ load_balancer cloudwatch_metric_alarm.errors\n"
        "+ services cloudwatch_metric_alarm.{storefront,catalog}_{cpu,memory,errors,unhealthy,running} "
        "cloudwatch_metric_alarm.orders_{cpu,errors}\n",
    ),
    Row(
        "old messages raise an alarm, and a dashboard",
        "scaled",
        (
            (
                "services:\n",
                "alarms: {topic: ops@example.com, cpu: false, memory: false, running: false, "
                "queue_age: 600}\n"
                "dashboard: true\n\nservices:\n",
            ),
            ("      cpu: 60\n", "      cpu: 60\n      queue: {name: jobs, backlog: 100}\n"),
            ("    deploys_by: ci\n", "    deploys_by: ci\n    alarms: {queue_age: 120}\n"),
        ),
        "+ alarms sns_topic.main sns_topic_subscription.main\n"
        "+ services appautoscaling_policy.worker_queue cloudwatch_metric_alarm.worker_jobs_age "
        "cloudwatch_dashboard.main\n",
        ("worker",),
    ),
    Row(
        "requests spread over tasks in another way",
        "market",
        (
            (
                "    connect: orders\n",
                "    connect: orders\n    deregistration_delay: 30\n    slow_start: 60\n"
                "    sticky: {enabled: true, duration: 3600, cookie: SESSION}\n",
            ),
            (
                "    connect: catalog\n",
                "    connect: catalog\n    algorithm: weighted_random\n    anomaly_mitigation: true\n",
            ),
            ("    listener: admin\n", "    listener: admin\n    cross_zone: false\n"),
        ),
        "~ services lb_target_group.{orders,catalog,dashboard}\n",
        ("orders", "catalog", "dashboard"),
    ),
)

# What no change of a running stack should cost: another VPC, load balancer, cluster or namespace.
_IPV6_ON = (
    f"~ network vpc.main subnet.{{public,private}}{ZONED}\n"
    "+ network egress_only_internet_gateway.main route.public_internet_ipv6 "
    f"route.private_internet_ipv6{ZONED}\n"
    "~ load_balancer lb.main\n+ load_balancer ingress_rule.http_from_world_ipv6\n"
    f"+ services egress_rule.{{webapp,backendserver}}_to_internet_ipv6\n{MOVED}"
)
IPV6 = (
    Row("IPv6 turned on", "nat", (("  egress: nat\n", "  egress: nat\n  ipv6: true\n"),), _IPV6_ON),
    Row(
        "IPv6 turned on, for clients by IPv6 alone",
        "nat",
        (
            ("  egress: nat\n", "  egress: nat\n  ipv6: true\n"),
            ("services:\n", "load_balancer: {ip_address_type: dualstack-without-public-ipv4}\nservices:\n"),
        ),
        f"{_IPV6_ON}- load_balancer ingress_rule.http_from_world\n",
    ),
)

FOUNDATION = (
    Row(
        "an application load balancer becomes a network load balancer",
        "public",
        (
            (
                "services:\n",
                "load_balancer: {type: network, cross_zone: true, listeners: {http: 80}}\n\nservices:\n",
            ),
            ("    routes: [/api/profile]\n", ""),
        ),
        "+/- load_balancer lb.main\n- load_balancer lb_listener.http\n"
        f"- services lb_listener_rule.{{everything_else,api_profile}} lb_target_group.{ROUTED} "
        "ingress_rule.backendserver_from_load_balancer egress_rule.load_balancer_to_backendserver\n"
        f"+ services lb_target_group.webapp_tcp lb_listener.http\n~ services {SERVICES}\n",
        ("webapp", "backendserver"),
    ),
    Row(
        "load balancer renamed",
        "public",
        (("services:\n", "load_balancers: {public: {}}\n\nservices:\n"),),
        f"- load_balancer {LOAD_BALANCER_PARTS}\n+ public_load_balancer {LOAD_BALANCER_PARTS}\n"
        "- services lb_listener_rule.{everything_else,api_profile} "
        f"lb_target_group.{ROUTED} ingress_rule.{ROUTED}_from_load_balancer "
        f"egress_rule.load_balancer_to_{ROUTED}\n"
        "+ services lb_listener_rule.public_http_{everything_else,api_profile_142a} "
        f"lb_target_group.{ROUTED}_public ingress_rule.{ROUTED}_from_public_load_balancer "
        f"egress_rule.public_load_balancer_to_{ROUTED}\n"
        f"~ services {SERVICES}\n",
        ("webapp", "backendserver"),
    ),
    Row(
        "load balancer made internal",
        "nat",
        (("services:\n", "load_balancer: {scheme: internal}\nservices:\n"),),
        "+/- load_balancer lb.main lb_listener.http\n"
        "- load_balancer ingress_rule.http_from_world\n"
        "+ load_balancer ingress_rule.http_from_10_0_0_0_16\n"
        f"+/- services lb_target_group.{ROUTED} lb_listener_rule.{{everything_else,api_profile}}\n"
        f"~ services {SERVICES}\n",
        ("webapp", "backendserver"),
    ),
    Row(
        "last route removed, and the load balancer with it",
        "nat",
        (("    routes: [/]\n", ""), ("    routes: [/api/profile]\n", "")),
        f"- load_balancer {LOAD_BALANCER_PARTS}\n- services lb_listener_rule.{{everything_else,api_profile}} "
        f"lb_target_group.{ROUTED} ingress_rule.{ROUTED}_from_load_balancer "
        f"egress_rule.load_balancer_to_{ROUTED}\n{MOVED}",
        ("webapp", "backendserver"),
    ),
    Row(
        "range of the VPC changed",
        "nat",
        (("zones: [a, b, c]\n", "zones: [a, b, c]\n  cidr: 10.9.0.0/16\n"),),
        f"+/- network vpc.main subnet.{{public,private}}{ZONED} eip.nat{ZONED} nat_gateway.main{ZONED} "
        f"route.public_internet route_table.public route.private_internet{ZONED} route_table.private{ZONED} "
        f"route_table_association.{{public,private}}{ZONED} vpc_endpoint.s3\n"
        "~ network internet_gateway.main\n-/+ network default_security_group.main\n"
        "~ load_balancer lb.main\n"
        "+/- load_balancer security_group.main ingress_rule.http_from_world\n"
        f"+/- services lb_target_group.{ROUTED} security_group.{ROUTED} {SERVICE_RULES}\n"
        f"~ services {SERVICES} lb_listener_rule.{{everything_else,api_profile}}\n",
        ("webapp", "backendserver"),
    ),
    Row(
        "namespace exchanged for an existing one",
        "market",
        (
            (
                "inputs:\n",
                "namespace: arn:aws:servicediscovery:us-east-1:123456789012:namespace/ns-0a1b2c3d4e5f6071\n\n"
                "inputs:\n",
            ),
        ),
        "- services service_discovery_http_namespace.main\n"
        "~ services ecs_service.{storefront,catalog,orders}\n",
        ("storefront", "catalog", "orders"),
    ),
    market(
        "load balancer exchanged for an existing one",
        OWN_LISTENERS,
        EXISTING,
        "- load_balancer lb.main lb_listener.{http,admin} security_group.main\n"
        "- load_balancer ingress_rule.{http,admin}_from_world\n"
        "+/- services lb_listener_rule.{everything_else,admin_grafana_ccda}\n"
        "+/- services lb_listener_rule.api_{products,orders,returns}\n"
        f"- services egress_rule.load_balancer_to_{ALL}\n~ services ingress_rule.{ALL}_from_load_balancer\n",
        "storefront",
        "catalog",
        "orders",
        "dashboard",
    ),
    market(
        "cluster exchanged for an existing one",
        "services:\n",
        CLUSTER,
        f"- services ecs_cluster.main ecs_cluster_capacity_providers.main\n+/- services ecs_service.{ALL}\n",
        "storefront",
        "catalog",
        "orders",
        "dashboard",
    ),
    Row(
        "a VPC that exists in place of its own",
        "nat",
        (("  egress: nat\n  zones: [a, b, c]\n", EXISTING_VPC),),
        f"- network vpc.main subnet.{{public,private}}{ZONED} eip.nat{ZONED} nat_gateway.main{ZONED} "
        f"route.public_internet route_table.public route.private_internet{ZONED} route_table.private{ZONED} "
        f"route_table_association.{{public,private}}{ZONED} vpc_endpoint.s3 internet_gateway.main "
        "default_security_group.main\n"
        "~ load_balancer lb.main\n"
        "+/- load_balancer security_group.main ingress_rule.http_from_world\n"
        f"+/- services lb_target_group.{ROUTED} security_group.{ROUTED} {SERVICE_RULES}\n"
        f"~ services {SERVICES} lb_listener_rule.{{everything_else,api_profile}}\n",
        ("webapp", "backendserver"),
    ),
    Row(
        "stack renamed",
        "nat",
        (("name: matrix-nat\n", "name: matrix-other\n"),),
        f"~ network default_security_group.main eip.nat{ZONED} internet_gateway.main "
        f"nat_gateway.main{ZONED} route_table.public route_table.private{ZONED} "
        f"subnet.{{public,private}}{ZONED} vpc.main vpc_endpoint.s3\n"
        f"+/- load_balancer {LOAD_BALANCER_PARTS}\n"
        "+/- services service_discovery_http_namespace.main\n"
        f"~ services lb_target_group.{ROUTED}\n"
        "+/- services ecs_cluster.main ecs_cluster_capacity_providers.main "
        "lb_listener_rule.{everything_else,api_profile} "
        f"cloudwatch_log_group.{ROUTED} iam_role.{ROUTED}_{{execution,task}} "
        f"iam_role_policy.{ROUTED}_execution ecs_task_definition.{ROUTED} {SERVICES} "
        f"security_group.{ROUTED} {SERVICE_RULES}\n",
        ("webapp", "backendserver"),
    ),
)

RECEIVES = '      - {receive: "arn:aws:sqs:us-east-1:123456789012:jobs"}\n'
OTHER_QUEUE = RECEIVES.replace(":jobs", ":other")
BACKENDS_IMAGE = "backendserver:2.0.0"
SENDS = 'actions: ["ses:SendEmail", "ses:SendRawEmail"], resources: ["*"]'


_KEY = "arn:aws:kms:us-east-1:123456789012:key/4f6c1d0e-8a57-4c1e-9d0b-2f0a7c3e5b11"
_SHARED = f"  shared: {{kms_key: {_KEY}, infrequent: 30, keep: false}}\n"
_EFS = (
    "efs_file_system.shared efs_backup_policy.shared efs_file_system_policy.shared security_group.shared "
    "efs_mount_target.shared[a,b,c]"
)
_MOUNTED = (
    "efs_access_point.{0}_shared_uploads iam_role_policy.{0}_mount_shared_uploads "
    "ingress_rule.file_system_shared_from_{0} egress_rule.{0}_to_file_system_shared"
)
_OF_WORKER = "volumes: {work: {path: /work, ebs: 20}}"
_UPLOADS = "volumes: {uploads: {efs: shared, path: /uploads}}"
VOLUME_ROWS = (
    Row(
        "a file system that two services share",
        "market",
        (
            ("services:\n", f"file_systems:\n{_SHARED}\nservices:\n"),
            ("    connect: catalog\n", f"    connect: catalog\n    {_UPLOADS}\n"),
            ("    connect: orders\n", f"    connect: orders\n    {_UPLOADS}\n"),
        ),
        f"+ file_systems {_EFS}\n"
        f"+ services {_MOUNTED.format('catalog')} {_MOUNTED.format('orders')}\n"
        + new_tasks("catalog", "orders"),
        ("catalog", "orders"),
    ),
    Row(
        "volumes of a task",
        "market",
        (
            (
                "    connect: orders\n",
                "    connect: orders\n"
                "    storage: 50\n"
                "    mounts: [{volume: cache, path: /srv/cache, read_only: true}]\n"
                "    volumes:\n"
                "      cache: /cache\n"
                "      old: {efs: fs-0a1b2c3d, access_point: fsap-0a1b2c3d, path: /old, read_only: true, "
                "security_group: sg-0a1b2c3d}\n"
                "      whole: {efs: fs-1a1b2c3d, root: /orders, path: /whole}\n",
            ),
        ),
        "+ services iam_role_policy.orders_mount_fs_0a1b2c3d_fsap_0a1b2c3d "
        "iam_role_policy.orders_mount_fs_1a1b2c3d "
        "egress_rule.orders_to_file_systems egress_rule.orders_to_file_systems_sg_0a1b2c3d\n"
        + new_tasks("orders"),
        ("orders",),
    ),
    Row(
        "a file system with folders of other users",
        "market",
        (
            ("services:\n", "file_systems:\n  shared: {backup: false}\n\nservices:\n"),
            (
                "    connect: orders\n",
                "    connect: orders\n    volumes: {uploads: {efs: shared, path: /up, user: '33:34'}}\n",
            ),
        ),
        f"+ file_systems {_EFS.replace('efs_backup_policy.shared ', '')}\n"
        "+ services efs_access_point.orders_shared_uploads_user_33_34 "
        "iam_role_policy.orders_mount_shared_uploads_user_33_34 "
        "ingress_rule.file_system_shared_from_orders egress_rule.orders_to_file_system_shared\n"
        + new_tasks("orders"),
        ("orders",),
    ),
    Row(
        "an EBS volume for each task",
        "market",
        (
            (
                "    connect: orders\n",
                "    connect: orders\n"
                "    volumes:\n"
                "      work:\n"
                "        path: /work\n"
                "        ebs: {size: 200, type: gp3, iops: 4000, throughput: 500, snapshot: snap-0a1b2c3d, "
                f"file_system_type: ext4, kms_key: '{_KEY}'}}\n",
            ),
        ),
        "+ services iam_role.orders_volumes iam_role_policy.orders_volumes "
        f"iam_role_policy_attachment.orders_volumes\n{new_tasks('orders')}",
        ("orders",),
    ),
    Row(
        "a larger EBS volume for each task",
        "jobs",
        (("ebs: 20}", "ebs: 40}"),),
        "~ services ecs_service.worker\n",
        ("worker",),
    ),
    Row(
        "no EBS volume for each task",
        "jobs",
        ((f"    {_OF_WORKER}\n", ""),),
        "- services iam_role.worker_volumes iam_role_policy_attachment.worker_volumes\n"
        + new_tasks("worker"),
        ("worker",),
    ),
)


def permissions(name: str, cost: str, *edits: tuple[str, str]) -> Row:
    return Row(name, "given", edits, cost)


PERMISSION_ROWS = (
    permissions(
        "permissions added",
        "+ services iam_role_policy.backendserver_publish_topic_of_news "
        "iam_role_policy_attachment.backendserver_reports\n",
        (
            RECEIVES,
            f"{RECEIVES}      - {{publish: {{input: topic_of_news}}, of: sns}}\n",
        ),
        ("services:\n", f"inputs: {{topic_of_news: {{default: '{TOPIC_ARN}'}}}}\n\nservices:\n"),
        ("    statements:\n", "    policies: [arn:aws:iam::123456789012:policy/reports]\n    statements:\n"),
    ),
    permissions(
        "permission removed",
        "- services iam_role_policy.backendserver_receive_sqs_jobs\n",
        (RECEIVES, ""),
    ),
    permissions(
        "permission removed, with a new image",
        f"- services iam_role_policy.backendserver_receive_sqs_jobs\n{new_tasks('backendserver')}",
        (RECEIVES, ""),
        (BACKENDS_IMAGE, "backendserver:2.1.0"),
    ),
    permissions(
        "permission for another queue, with a new image",
        "+ services iam_role_policy.backendserver_receive_sqs_other\n"
        f"- services iam_role_policy.backendserver_receive_sqs_jobs\n{new_tasks('backendserver')}",
        (RECEIVES, OTHER_QUEUE),
        (BACKENDS_IMAGE, "backendserver:2.1.0"),
    ),
    permissions(
        "permission for other prefixes of a bucket",
        "~ services iam_role_policy.backendserver_read_s3_assets\n",
        ("prefix: img/", "prefix: [pictures/, scans/]"),
    ),
    permissions(
        "key of an encrypted queue added",
        "~ services iam_role_policy.backendserver_receive_sqs_jobs\n",
        (RECEIVES, RECEIVES.replace("}", f', kms_key: "{KEY_ARN}"}}')),
    ),
    market(
        "key of an encrypted secret added",
        "TOKEN: arn:aws:ssm:us-east-1:123456789012:parameter/storefront/token",
        "TOKEN: {parameter: 'arn:aws:ssm:us-east-1:123456789012:parameter/storefront/token', "
        f"kms_key: '{KEY_ARN}'}}",
        "~ services iam_role_policy.storefront_execution\n",
    ),
    permissions(
        "statement that allows less",
        "~ services iam_role_policy.backendserver_statements\n",
        (
            SENDS,
            'actions: ["ses:SendEmail"], resources: ["arn:aws:ses:us-east-1:123456789012:identity/news"], '
            'conditions: {StringEquals: {"ses:FromAddress": news@example.com}}',
        ),
    ),
    permissions(
        "statement that denies",
        "~ services iam_role_policy.backendserver_statements\n",
        (SENDS, f"{SENDS}, effect: Deny"),
    ),
)

SECTIONS = {
    "Egress": WAYS,
    "Zones and NAT gateways": NETWORK,
    "Services": SERVICE_ROWS,
    "Scaling and deployments": SCALING,
    "Jobs": JOB_ROWS,
    "Calls": CALLS,
    "Routes and listeners": ROUTES,
    "TLS and names": FRONT_ROWS,
    "The whole stack": WHOLE,
    "References and inputs": REFERENCES,
    "Permissions": PERMISSION_ROWS,
    "Volumes": VOLUME_ROWS,
    "What exists": WHAT_EXISTS,
    "The load balancer and its targets": FRONT,
    "IPv6": IPV6,
    "Overrides": OVERRIDES,
    "The foundation": FOUNDATION,
}
# What goes before all that is new is there and every service that stays is updated, and why.
_RULES = "aws_lb_listener_rule"
_DOORS = "aws_vpc_security_group_ingress_rule"
EARLY: dict[str, tuple[str, str]] = {
    "path of all roles set": (
        "aws_iam_role_policy",
        "each service leaves its old roles when it has its new ones, whatever others do",
    ),
    "service renamed": (
        f"aws_iam_role_policy aws_lb_target_group {_DOORS} aws_vpc_security_group_egress_rule",
        "without was nothing says that the one service takes the place of the other",
    ),
    "route changed": (_RULES, "the requests of the old route are to find nothing any more"),
    "route moved to another listener": (_RULES, "the requests of the old port are to find nothing any more"),
    "listener renamed": (f"{_RULES} {_DOORS}", "two listeners cannot have one port"),
    "listener removed, its route moved to another": (
        f"{_RULES} {_DOORS}",
        "the requests of the old port are to find nothing any more",
    ),
    "listener closed to the world": (_DOORS, "no tasks and no service know who may connect"),
    "load balancer closed to the world": (_DOORS, "no tasks and no service know who may connect"),
    "load balancer exchanged for an existing one": (
        f"{_RULES} {_DOORS} aws_vpc_security_group_egress_rule",
        "the new rules exist, the target groups stay, and so no service is updated",
    ),
    "HTTPS to HTTP": (
        f"{_RULES} aws_vpc_security_group_egress_rule",
        "each service leaves its old rules when it has its new ones, whatever others do; the load balancer "
        "needs its way to a login no longer than rules ask for it",
    ),
    "route narrowed to a host and a method": (
        _RULES,
        "the requests of the old route are to find nothing any more",
    ),
    "route narrowed to a header, a query parameter and source ranges": (
        _RULES,
        "the requests of the old route are to find nothing any more",
    ),
}

ROWS = tuple(row for rows in SECTIONS.values() for row in rows)


CURRENCY = '        { name = "CURRENCY", value = "EUR" },\n'
LOG_LEVEL = '        { name = "LOG_LEVEL", value = "info" },\n'
PARAMETER = "arn:aws:ssm:us-east-1:123456789012:parameter/storefront"
LICENCE = f'        {{ name = "LICENCE", valueFrom = "{PARAMETER}/licence" }},\n'
TOKEN = f'        {{ name = "TOKEN", valueFrom = "{PARAMETER}/token" }},\n'

# Edits by hand of the market's pages, for the arguments that no spec changes: page, what stands there, and
# what somebody writes. Terraform's plan and tfgen's must agree on them: that holds facts/replacement.json.
EDITS = {
    "what replaces the parts of a service": (
        ("services/orders.tf", '"/ecs/matrix-market/orders"', '"/ecs/other"'),
        ("services/orders.tf", '"matrix-market-orders-task-us-east-1"', '"other"'),
        ("services/orders.tf", '"Tasks of orders"', '"Other tasks"'),
        ("services/orders.tf", '"order-"', '"other-"'),
        ("services/catalog.tf", '"start-tasks"', '"other"'),
        ("services/catalog.tf", '= "matrix-market-catalog"\n  requires', '= "other"\n  requires'),
        ("services/catalog.tf", 'name                              = "catalog"', 'name = "other"'),
        ("services/catalog.tf", 'protocol             = "HTTP"', 'protocol = "HTTPS"'),
        ("services/dashboard.tf", 'target_type          = "ip"', 'target_type = "instance"'),
        ("services/dashboard.tf", '"matrix-market-dashboard"', '"other"'),
        ("services/storefront.tf", "group.storefront.id\n  desc", "group.orders.id\n  desc"),
        ("services/catalog.tf", "= var.http_listener_arn", "= var.admin_listener_arn"),
    ),
    "what replaces the parts of a network": (
        ("network/routes.tf", '"0.0.0.0/0"', '"0.0.0.0/1"'),
        ("network/endpoints.tf", "us-east-1.s3", "us-east-1.dynamodb"),
        ("network/subnets.tf", '"10.0.16.0/20"', '"10.0.240.0/20"'),
        ("network/subnets.tf", '"10.0.136.0/22"', '"10.0.140.0/22"'),
    ),
    "what replaces the load balancer, the cluster and the namespace": (
        ("load_balancer/load_balancer.tf", "= false", "= true"),
        ("load_balancer/security.tf", '"matrix-market-load-balancer"\n  desc', '"other"\n  desc'),
        ("services/cluster.tf", '"matrix-market"', '"other"'),
        ("services/discovery.tf", '"Service Connect names of matrix-market"', '"Other names"'),
    ),
    "what replaces everything": (("network/vpc.tf", '"10.0.0.0/16"', '"10.1.0.0/16"'),),
    "what overrides replace": (
        ("services/storefront.tf", '= "FARGATE"', '= "FARGATE_SPOT"'),
        ("services/orders.tf", 'capacity_provider = "FARGATE"', 'capacity_provider = "FARGATE_SPOT"'),
        ("services/orders.tf", '= "ENABLED"\n', '= "ENABLED"\n  force_new_deployment = true\n'),
        ("network/nat.tf", 'domain = "vpc"', 'domain = "vpc"\n  address = "192.0.2.1"'),
    ),
    "what replaces a NAT gateway, the old one first": (
        ("network/nat.tf", "  depends_on", '  private_ip = "10.0.128.9"\n\n  depends_on'),
        ("network/nat.tf", "create_before_destroy = true", "create_before_destroy = false"),
    ),
    "what tenancy replaces": (
        ("network/vpc.tf", 'enable_dns_support', 'instance_tenancy = "dedicated"\n  enable_dns_support'),
    ),
    "what ECS refuses": (("services/orders.tf", 'appProtocol   = "http"', 'appProtocol   = "grpc"'),),
    "what containers say without a change": (
        ("services/storefront.tf", f"{CURRENCY}{LOG_LEVEL}", f"{LOG_LEVEL}{CURRENCY}"),
        ("services/storefront.tf", f"{LICENCE}{TOKEN}", f"{TOKEN}{LICENCE}"),
        ("services/storefront.tf", "      essential = true\n", "      environmentFiles = []\n"),
        ("services/catalog.tf", 'protocol      = "tcp"', 'hostPort = 8080'),
        ("services/orders.tf", 'protocol      = "tcp"', 'protocol = "tcp"\nhostPort = 0'),
        ("services/orders.tf", "essential = true", "essential = true\ncpu = 0\nenvironment = []"),
        ("services/dashboard.tf", '          protocol      = "tcp"\n', ""),
    ),
    "what containers say that looks like nothing": (
        ("services/storefront.tf", "essential = true", "essential = true\nreadonlyRootFilesystem = false"),
        ("services/catalog.tf", "essential = true", 'essential = true\nuser = ""'),
        ("services/orders.tf", 'logDriver = "awslogs"', 'logDriver = "awslogs"\nsecretOptions = []'),
        ("services/dashboard.tf", 'protocol      = "tcp"', 'protocol = "tcp"\ncontainerPortRange = ""'),
    ),
    "what changes in place": (
        ("load_balancer/load_balancer.tf", "drop_invalid_header_fields = true", "enable_http2 = false"),
        ("load_balancer/security.tf", '"0.0.0.0/0"', '"192.0.2.0/24"'),
        ("load_balancer/listeners.tf", '"Not found"', '"Nothing here"'),
        ("load_balancer/listeners.tf", '"HTTP"', '"HTTPS"'),
        ("network/vpc.tf", "enable_dns_hostnames = true", "enable_dns_hostnames = false"),
        ("network/subnets.tf", '"matrix-market-public-', '"other-'),
        ("network/endpoints.tf", "[for table in aws_route_table.private : table.id]", "[]"),
        ("network/endpoints.tf", '= "Gateway"\n', '= "Gateway"\n  private_dns_enabled = true\n'),
        ("services/cluster.tf", '["FARGATE", "FARGATE_SPOT"]', '["FARGATE"]'),
        ("services/cluster.tf", '"enabled"', '"disabled"'),
        ("services/roles.tf", '"sts:AssumeRole"', '["sts:AssumeRole", "sts:TagSession"]'),
        ("services/orders.tf", '"200-499"', '"200"'),
        ("services/orders.tf", "deregistration_delay = 60", "deregistration_delay = 30"),
        ("services/orders.tf", '"/api/orders/*"', '"/api/orders/?"'),
        ("services/orders.tf", "retention_in_days = 30", "retention_in_days = 14"),
        ("services/orders.tf", '"PullImage"', '"Pull"'),
        ("services/orders.tf", "rollback = true", "rollback = false"),
        ("services/orders.tf", '"SERVICE"', '"TASK_DEFINITION"'),
        ("services/orders.tf", "health_check_grace_period_seconds = 60", "enable_execute_command = true"),
        ("services/catalog.tf", '"service-connect"', '"proxy"'),
        ("services/dashboard.tf", '"The internet, port 443"', '"Out"'),
    ),
}  # fmt: skip


def edited(pages: Mapping[str, str], name: str) -> dict[str, str]:
    """The market's pages after some edits."""
    found = dict(pages)
    for place, old, new in EDITS[name]:
        page = f"modules/{place}"
        assert old in found[page], f"{old!r} is not in {page}"
        found[page] = found[page].replace(old, new)
    return found
