"""What a task connects to, as its environment says it: what is read as an address, and what is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import TEXTS, laws
from support.ruled import outcome_of, problems_of

from tfgen import facts
from tfgen.problems import Problem, report_problems
from tfgen.rules import _hosts
from tfgen.rules._connections import Environment
from tfgen.spec.source import dump_yaml

RULES = {"TG329", "TG370", "TG371", "TG372"}
RDS = "orders.abc123xyz.us-east-1.rds.amazonaws.com"


def fragment(variables: dict[str, str], **network: str) -> str:
    services = {"web": {"environment": variables}, "api": {"port": 5000, "connect": "backend"}}
    return dump_yaml({"network": network, "services": services})


def read(variables: dict[str, str]) -> list[str]:
    """The connections of the service web: VARIABLE HOST:PORT."""
    blueprint = outcome_of(fragment(variables)).blueprint
    assert blueprint
    web = next(service for service in blueprint.services if service.key == "web")
    return [f"{found.variable} {found.text}" for found in Environment(blueprint).connections(web)]


def said(variables: dict[str, str], **network: str) -> list[Problem]:
    return [problem for problem in problems_of(fragment(variables, **network)) if problem.code in RULES]


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (f"postgres://shop@{RDS}:5432/orders", f"{RDS}:5432"),
        (f"postgresql+asyncpg://{RDS}/orders", f"{RDS}:5432"),
        ("mysql2://shop@db.acme.example/shop?pool=5", "db.acme.example:3306"),
        ("redis://cache.acme.example:6380/0", "cache.acme.example:6380"),
        ("rediss://:secret@cache.acme.example", "cache.acme.example:6379"),
        ("valkeys://cache.acme.example", "cache.acme.example:6379"),
        ("mongodb+srv://shop@c0.ab1cd.mongodb.net/shop", "c0.ab1cd.mongodb.net:27017"),
        ("amqps://b-1.mq.us-east-1.amazonaws.com", "b-1.mq.us-east-1.amazonaws.com:5671"),
        ("amqp://guest@mq.acme.example/%2f", "mq.acme.example:5672"),
        ("jdbc:postgresql://db.acme.example/shop", "db.acme.example:5432"),
        ("jdbc:sqlserver://db.acme.example:1433;databaseName=shop", "db.acme.example:1433"),
        ("jdbc:sqlserver://db.acme.example\\main:1433;databaseName=shop", "db.acme.example:1433"),
        ("jdbc:oracle:thin:@//db.acme.example:1521/shop", "db.acme.example:1521"),
        ("jdbc:oracle:thin:@db.acme.example:1521:shop", "db.acme.example:1521"),
        ("r2dbc:pool:mysql://db.acme.example", "db.acme.example:3306"),
        ("shop:secret@tcp(db.acme.example:3307)/shop", "db.acme.example:3307"),
        ("Server=tcp:db.acme.example,1433;Database=shop;User Id=shop", "db.acme.example:1433"),
        ("Data Source=db.acme.example;Initial Catalog=shop", "db.acme.example:1433"),
        ("Host=db.acme.example;Port=5433;Database=shop", "db.acme.example:5433"),
        ("host=db.acme.example dbname=shop", "db.acme.example:5432"),
        ("cache.acme.example:6379,ssl=true,abortConnect=false", "cache.acme.example:6379"),
        ("failover:(ssl://b-1.acme.example:61617)", "b-1.acme.example:61617"),
        ("http://erp.acme.example/api?x=1", "erp.acme.example:80"),
        ("wss://feed.acme.example/socket", "feed.acme.example:443"),
        ("HTTP://ERP.acme.example", "ERP.acme.example:80"),
        ("ldaps://dc.acme.example", "dc.acme.example:636"),
        ("10.1.2.3:9000", "10.1.2.3:9000"),
        ("api:5000", "api:5000"),
        ("x://backend:79", "backend:79"),
        ("x://backend", "backend"),
    ],
)
def test_one_address(value: str, found: str) -> None:
    assert read({"TARGET_ADDR": value}) == [f"TARGET_ADDR {found}"]


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (
            "mongodb://a.acme.example:27017,b.acme.example/shop",
            ["a.acme.example:27017", "b.acme.example:27017"],
        ),
        ("b-1.acme.example:9096,b-2.acme.example:9096", ["b-1.acme.example:9096", "b-2.acme.example:9096"]),
        ("b-1.acme.example:9096, b-1.acme.example:9096", ["b-1.acme.example:9096"]),
        ("http://a.acme.example,https://b.acme.example", ["a.acme.example:80", "b.acme.example:443"]),
        ("http://a.acme.example/x;ws://b.acme.example", ["a.acme.example:80", "b.acme.example:80"]),
    ],
)
def test_several_addresses(value: str, found: list[str]) -> None:
    assert read({"TARGETS_URLS": value}) == [f"TARGETS_URLS {each}" for each in found]


@pytest.mark.parametrize(
    ("variables", "found"),
    [
        ({"DB_HOST": RDS, "DB_PORT": "5433"}, f"DB_HOST {RDS}:5433"),
        ({"DB_HOST": RDS}, f"DB_HOST {RDS}"),
        ({"DB_HOST": RDS, "DB_CONNECTION": "pgsql"}, f"DB_HOST {RDS}:5432"),
        ({"DB_HOST": RDS, "DB_ENGINE": "django.db.backends.mysql"}, f"DB_HOST {RDS}:3306"),
        ({"dbHost": RDS, "dbPort": "5433"}, f"dbHost {RDS}:5433"),
        ({"spring.redis.host": "c.acme.example"}, "spring.redis.host c.acme.example:6379"),
        ({"PGHOST": "10.1.2.3"}, "PGHOST 10.1.2.3:5432"),
        ({"PGHOST": "10.1.2.3", "PGPORT": "5433"}, "PGHOST 10.1.2.3:5433"),
        ({"MYSQL_HOST": "db.acme.example"}, "MYSQL_HOST db.acme.example:3306"),
        ({"SMTP_HOST": "mx.acme.example", "SMTP_PORT": "587"}, "SMTP_HOST mx.acme.example:587"),
        ({"ERP_HOST": "erp.acme.example", "ERP_PORT": "8443"}, "ERP_HOST erp.acme.example:8443"),
        ({"SHOP_ADDRESS": "shop.acme.example:7233"}, "SHOP_ADDRESS shop.acme.example:7233"),
        ({"STORE_ENDPOINT": f"{RDS}"}, f"STORE_ENDPOINT {RDS}"),
        ({"KAFKA_BROKERS": "kafka:9092"}, "KAFKA_BROKERS kafka:9092"),
    ],
)
def test_an_address_in_parts(variables: dict[str, str], found: str) -> None:
    assert read(variables) == [found]


NOISE = {
    "QUEUES": "mailer:100",
    "QUEUE_WEIGHTS": "api:2000,web:3000",
    "SIDEKIQ": "api:2",
    "START_AT": "12:30",
    "WINDOW": "sun:05:00-sun:06:00",
    "IMAGE": "registry.acme.example:5000/web:1",
    "BASE_IMAGE": "python:3.12",
    "CACHE_IMAGE": "redis:6379",
    "APP_VERSION": "1.2.3:4",
    "LOG_FORMAT": "%(levelname)s:%(name)s:%(message)s",
    "LOG_LEVEL": "api:debug,web:info",
    "PORT": "3000",
    "HOST": "0.0.0.0",
    "HOSTNAME": "web.acme.example",
    "BIND_ADDR": "10.1.2.3:8080",
    "LISTEN": "0.0.0.0:8080",
    "KAFKA_ADVERTISED_LISTENERS": "PLAINTEXT://kafka.acme.example:9092",
    "BASE_URL": "http://shop.acme.example",
    "APP_URL": "http://shop.acme.example",
    "WEB_URL": "http://shop.acme.example",
    "SHOP_BASE_URL": "http://shop.acme.example",
    "PUBLIC_URL": "http://shop.acme.example",
    "NEXT_PUBLIC_API_URL": "http://shop.acme.example/api",
    "VITE_API_URL": "http://shop.acme.example/api",
    "NEXTAUTH_URL": "http://shop.acme.example",
    "GF_SERVER_ROOT_URL": "http://grafana.acme.example",
    "CORS_ORIGINS": "http://shop.acme.example,http://admin.acme.example",
    "ALLOWED_ORIGINS": "http://api:80",
    "CSRF_TRUSTED_ORIGINS": "http://shop.acme.example",
    "OIDC_ISSUER": "http://login.acme.example",
    "LOGIN_REDIRECT": "http://shop.acme.example/done",
    "CHECKOUT_SUCCESS_URL": "http://shop.acme.example/thanks",
    "PASSWORD_RESET_URL": "http://shop.acme.example/reset",
    "CLOUDFRONT_URL": "https://d1.cloudfront.example",
    "TERMS_LINK": "http://www.acme.example/terms",
    "NO_PROXY": "169.254.170.2,api.acme.example:80,localhost",
    "COOKIE_DOMAIN": ".acme.example",
    "SUPPORT_ADDRESS": "help@acme.example",
    "GREETING": "see http://www.acme.example for more: bye",
    "SETTINGS": '{"url": "http://www.acme.example"}',
    "BUCKET": "s3://files/incoming",
    "SQLITE_URL": "sqlite:///data/shop.db",
    "SOCKET_URL": "unix:///run/api.sock",
    "STATSD_URL": "udp://statsd.acme.example:8125",
    "ROLE": "arn:aws:iam::123456789012:role/shop",
    "TEMPLATE_URL": "http://${HOST}:8080",
    "API_URL_1": "http://backend:$PORT",
    "API_URL_2": "http://<host>/",
    "JAVA_OPTS": "-Dhost=db.acme.example -Xmx512m",
    "FEATURES": "a=1;b=2",
    "DSN_PASSWORD_ONLY": ":secret@",
    "OCTAL": "http://010.1.1.1:80",
    "V6": "http://[2001:db8::1]:80/",
    "SMTP_SERVER": "disabled",
    "DB_NODE": "primary",
    "HUGE": "http://db.acme.example:99999",
    "ZERO": "http://db.acme.example:0",
    "DOTS": "redis://a..b:6379",
    "EMPTY": "",
    "SLASHES": "://",
    "AT": "@",
    "COLON": ":",
    "EQUALS": "=",
    "ÜBER": "http://üser:8080",
}


@pytest.mark.parametrize(("variable", "value"), NOISE.items())
def test_what_is_no_address_to_connect_to(variable: str, value: str) -> None:
    assert read({variable: value}) == []


QUIET = {
    "AGENT": "http://localhost:9999",
    "SIDE_URL": "http://127.0.0.1:8125",
    "METADATA_URL": "http://169.254.170.2/v2",
    "DOCKER_API": "http://host.docker.internal:8080",
    "STRIPE_API": "https://api.stripe.example",
    "QUEUE_URL": "https://sqs.us-east-1.amazonaws.com/123456789012/orders",
    "SENTRY_DSN": "https://key@o1.ingest.sentry.example/1",
}


@pytest.mark.parametrize(("variable", "value"), QUIET.items())
def test_what_every_task_with_a_route_to_the_internet_reaches(variable: str, value: str) -> None:
    assert read({variable: value})
    assert said({variable: value}) == []


@pytest.mark.parametrize(
    ("variables", "message", "hint"),
    [
        (
            {"DATABASE_URL": f"postgres://{RDS}/orders"},
            f'DATABASE_URL points to {RDS}, port 5432: "web" may connect to nothing on that port',
            "write egress: [0.0.0.0/0, {cidr: 10.0.0.0/16, port: 5432}] (the VPC's range; if the "
            "host is elsewhere, the range there)",
        ),
        (
            {"DB_HOST": RDS},
            f'DB_HOST points to {RDS}, port 5432: "web" may connect to nothing on that port',
            "write egress: [0.0.0.0/0, {cidr: 10.0.0.0/16, port: 5432}] (the VPC's range; if the "
            "host is elsewhere, the range there)",
        ),
        (
            {"DATABASE_URL": "mysql://10.9.1.1/orders"},
            'DATABASE_URL points to 10.9.1.1, port 3306: "web" may connect to nothing on that port',
            "write egress: [0.0.0.0/0, {cidr: 10.9.1.1/32, port: 3306}]",
        ),
        (
            {"MONGO": "mongodb+srv://c0.ab1cd.mongodb.net/shop"},
            'MONGO points to c0.ab1cd.mongodb.net, port 27017: "web" may connect to nothing on that port',
            "write egress: [0.0.0.0/0, {cidr: 0.0.0.0/0, port: 27017}]",
        ),
        (
            {"KAFKA_BROKERS": "b-1.acme.example:9096,b-2.acme.example:9096,b-3.acme.example:9096"},
            "KAFKA_BROKERS points to b-1.acme.example and 2 more, port 9096: "
            '"web" may connect to nothing on that port',
            "write egress: [0.0.0.0/0, {cidr: RANGE, port: 9096}] "
            "with a RANGE that contains its addresses: 10.0.0.0/16 if it is in the "
            "VPC, 0.0.0.0/0 if it is on the internet",
        ),
        (
            {"ERP_URL": "http://erp.acme.example"},
            'ERP_URL points to erp.acme.example, port 80: "web" may connect to nothing on that port',
            "write egress: [0.0.0.0/0, {cidr: 0.0.0.0/0, port: 80}]",
        ),
    ],
)
def test_what_to_write_for_a_closed_port(variables: dict[str, str], message: str, hint: str) -> None:
    (problem,) = said(variables)
    assert (problem.code, problem.message, problem.hint) == ("TG370", message, hint)


NAT = "use egress: nat+endpoints"


@pytest.mark.parametrize(
    ("url", "hint"),
    [
        ("https://sqs.us-east-1.amazonaws.com/1/a", f"add uses: [sqs], or {NAT}"),
        ("https://kinesis.us-east-1.amazonaws.com", f"add uses: [kinesis-streams], or {NAT}"),
        ("https://files.s3.us-east-1.amazonaws.com/a", ""),  # open, for the layers of its image are there
        ("https://dynamodb.us-east-1.amazonaws.com/a", f"add uses: [dynamodb], or {NAT}"),
        (
            "https://sqs.eu-west-1.amazonaws.com/1/a",
            f"endpoints reach us-east-1 only: use the service there, or {NAT}",
        ),
        (
            "https://sts.amazonaws.com",
            f"add uses: [sts] and write the regional host, sts.us-east-1.amazonaws.com, or {NAT}",
        ),
        (
            "https://api.acme.example",
            f"{NAT}, or, if the host has a private address, add its range to egress",
        ),
        ("https://198.51.100.7", NAT),
        ("http://198.51.100.7", f"{NAT}, and add {{cidr: 198.51.100.7/32, port: 80}} to egress"),
    ],
)
def test_the_hint_without_a_route_to_the_internet(url: str, hint: str) -> None:
    found = said({"X_API": url}, egress="endpoints")
    assert [(problem.code, problem.hint) for problem in found] == ([("TG371", hint)] if hint else [])


def test_a_list_that_the_spec_says_gets_one_more() -> None:
    services = {"web": {"egress": ["0.0.0.0/0"], "environment": {"PGHOST": "10.9.1.1"}}}
    (problem,) = [each for each in problems_of(dump_yaml({"services": services})) if each.code in RULES]
    assert problem.hint == "add {cidr: 10.9.1.1/32, port: 5432} to egress"


def test_a_range_that_does_not_hold_the_address_is_named() -> None:
    services = {
        "web": {
            "egress": ["0.0.0.0/0", {"cidr": "10.9.1.0/24", "port": 5432}],
            "environment": {"PGHOST": "10.9.2.1"},
        }
    }
    (problem,) = [each for each in problems_of(dump_yaml({"services": services})) if each.code in RULES]
    assert problem.message.endswith('"web" may connect on that port only to 10.9.1.0/24')


@pytest.mark.parametrize(
    "value",
    [
        f"postgres://shop:correct-horse@{RDS}/orders",
        f"Host={RDS};Port=5432;Password=correct-horse",
        f"shop:correct-horse@tcp({RDS}:3306)/shop",
        f"redis://{RDS}:6379?password=correct-horse",
        "redis://backend:1/x:correct-horse@y",
    ],
)
def test_no_password_is_shown(value: str) -> None:
    assert said({"STORE_URL": value})
    outcome = outcome_of(fragment({"STORE_URL": value}))
    assert "correct-horse" not in report_problems(outcome.problems, {"spec.yaml": outcome.lines})


def test_an_address_without_a_password_is_shown() -> None:
    value = f"postgres://shop@{RDS}/orders"
    outcome = outcome_of(fragment({"STORE_URL": value}))
    assert value in report_problems(outcome.problems, {"spec.yaml": outcome.lines})


@pytest.mark.parametrize(
    ("host", "found"),
    [
        ("sqs.us-east-1.amazonaws.com", ("sqs", "us-east-1")),
        ("us-east-1.queue.amazonaws.com", ("sqs", "us-east-1")),
        ("my-app-1.s3.amazonaws.com", ("s3", "")),
        ("my-app-1.s3.eu-west-1.amazonaws.com", ("s3", "eu-west-1")),
        ("123456789012.dkr.ecr.us-east-1.amazonaws.com", ("ecr.dkr", "us-east-1")),
        ("api.ecr.us-east-1.amazonaws.com", ("ecr.api", "us-east-1")),
        ("ab12.execute-api.us-east-1.amazonaws.com", ("execute-api", "us-east-1")),
        ("firehose.us-east-1.amazonaws.com", ("kinesis-firehose", "us-east-1")),
        ("sns.cn-north-1.amazonaws.com.cn", ("sns", "cn-north-1")),
        ("kafka.us-east-1.amazonaws.com", ("kafka", "us-east-1")),
        ("nothing-known.us-east-1.amazonaws.com", ("", "us-east-1")),
        ("rds.us-east-1.amazonaws.com", ("rds", "us-east-1")),
    ],
)
def test_an_api_by_its_host(host: str, found: tuple[str, str]) -> None:
    assert _hosts.api_of_host(host) == found


@pytest.mark.parametrize(
    ("host", "kind"),
    [
        (RDS, "rds"),
        ("shop.abc.0001.use1.cache.amazonaws.com", "cache"),
        ("b-1.orders.ab1cde.c2.kafka.us-east-1.amazonaws.com", "kafka"),
        ("b-12-1.mq.us-east-1.on.aws", "mq"),
        ("clustercfg.shop.ab1cde.memorydb.us-east-1.amazonaws.com", "memorydb"),
        ("vpc-shop-ab1.us-east-1.es.amazonaws.com", "es"),
        ("internal-shop-1.us-east-1.elb.amazonaws.com", "elb"),
    ],
)
def test_a_server_of_aws_in_a_vpc(host: str, kind: str) -> None:
    assert _hosts.managed_kind(host) == kind
    assert _hosts.api_of_host(host) is None
    assert _hosts.is_private(host)


@pytest.mark.parametrize("host", ["shop-1.us-east-1.elb.amazonaws.com", "www.acme.example", "api.stripe.com"])
def test_a_host_that_may_be_public(host: str) -> None:
    assert not _hosts.is_private(host)


@pytest.mark.parametrize("host", ["db.internal", "DB.Acme.Corp", "nas.local.", "x.home.arpa"])
def test_a_host_that_no_public_dns_knows(host: str) -> None:
    assert _hosts.is_private(host)


def test_the_tables_speak_of_endpoints_that_there_are() -> None:
    signs = facts.connection_signs()
    assert set(signs.apis.values()) <= facts.interface_endpoints()
    assert all(port < 65536 for port in (*signs.schemes.values(), *signs.names.values()))


FRONT = """
services:
  web: {routes: [/], port: 3000}
  api: {routes: [{host: api.acme.example}], port: 3000}
  all: {routes: [{host: '*.shop.example'}], port: 3000}
  any: {routes: [{host: '*.com'}], port: 3000}
  job: {environment: {STORE: URL}}
"""


@pytest.mark.parametrize(
    ("url", "behind"),
    [
        ("http://api.acme.example", ["api"]),
        ("http://API.acme.example.:80/x", ["api"]),
        ("https://api.acme.example:80", []),
        ("http://api.acme.example:8080", []),
        ("http://a.shop.example", ["all"]),
        ("http://www.acme.com", []),
        ("http://shop-123456.us-east-1.elb.amazonaws.com", ["web"]),
        ("http://dualstack.shop-123456.us-east-1.elb.amazonaws.com", ["web"]),
        ("http://shop-123456.eu-west-1.elb.amazonaws.com", []),
        ("http://other-123456.us-east-1.elb.amazonaws.com", []),
    ],
)
def test_the_own_load_balancer_by_its_names(url: str, behind: list[str]) -> None:
    assert services_behind(FRONT, url) == behind


@pytest.mark.parametrize(
    ("url", "behind"),
    [
        ("http://internal-shop-internal-123456.us-east-1.elb.amazonaws.com", ["web"]),
        ("http://shop-internal-123456.us-east-1.elb.amazonaws.com", []),
        ("http://shop-123456.us-east-1.elb.amazonaws.com", []),
    ],
)
def test_an_internal_load_balancer_by_its_names(url: str, behind: list[str]) -> None:
    assert services_behind(f"load_balancer: {{scheme: internal}}\n{FRONT}", url) == behind


def services_behind(spec: str, url: str) -> list[str]:
    """The services that may respond at an address which a job has in its environment."""
    blueprint = outcome_of(spec.replace("URL", f"'{url}'")).blueprint
    assert blueprint
    job = next(service for service in blueprint.services if service.key == "job")
    environment = Environment(blueprint)
    (connection,) = environment.connections(job)
    listener = environment.front.listener_at(connection.scheme, connection.host, connection.port)
    return sorted(service.key for service in (listener[1] if listener else ()))


_SEPARATORS = [
    "://",
    "@",
    ":",
    "/",
    ",",
    ";",
    " ",
    "=",
    ".",
    "+",
    "?",
    "%",
    "\\",
    "@tcp(",
    ")",
    "Host=",
    "Server=",
]
_WORDS = [
    "http",
    "jdbc:",
    "postgres",
    "10.0.0.1",
    "1.2",
    "db.acme.example",
    "backend",
    "5432",
    "0",
    "99999999",
    "[::1]",
]
_PIECES = st.sampled_from([*_SEPARATORS, *_WORDS])
_VALUES = st.lists(_PIECES | TEXTS, max_size=8).map("".join)
_VARIABLES = st.sampled_from(
    ["DB_HOST", "DB_PORT", "API_URL", "PGHOST", "KAFKA_BROKERS", "dbHost", "A", "_", "É"]
)


@laws(150)
@given(st.dictionaries(_VARIABLES, _VALUES, max_size=4))
def test_any_value_is_read_without_a_stumble(variables: dict[str, str]) -> None:
    for network in ({}, {"egress": "endpoints"}):
        for problem in said(variables, **network):
            assert problem.hint
            assert problem.message.isprintable()
