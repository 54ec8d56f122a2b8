"""An address in the environment on a port that the security group of the tasks does not allow."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint, Task
from tfgen.problems import Problem
from tfgen.rules import _hosts
from tfgen.rules._egress import Closed, Egress, how_to_allow, is_outside

ID = "TG370"
SEVERITY = "warning"
TITLE = "A task may connect to the addresses in its environment"
WHY = (
    "A task's security group allows what the spec specifies, by default port 443 at most: a database, "
    "cache or broker on another port needs an entry in egress, and its own security group must allow "
    "the tasks. Until then every connection times out."
)
SOURCE = "https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html"
BAD = """\
services:
  web:
    environment:
      DATABASE_URL: postgres://shop@orders.abc123xyz.us-east-1.rds.amazonaws.com:5432/orders
"""
GOOD = """\
services:
  web:
    environment:
      DATABASE_URL: postgres://shop@orders.abc123xyz.us-east-1.rds.amazonaws.com:5432/orders
    egress: [0.0.0.0/0, {cidr: 10.0.0.0/16, port: 5432}]
"""
FAILS = (
    "services: {web: {environment: {DATABASE: {ref: aws_db_instance.main.address}}}}",
    "services: {web: {environment: {CACHE: {join: ['rediss://', {input: cache_host}, '/0']}}}}",
    "services: {web: {environment: {DB_URL: {join: ['postgres://', {ref: aws_rds_cluster.a.endpoint}]}}}}",
    "services: {web: {environment: {DB_HOST: {input: db_host}, DB_PORT: 3306}}}",
    "services: {web: {environment: {CACHE: 'rediss://c.abc.0001.use1.cache.amazonaws.com'}}}",
    "network: {egress: endpoints}\nservices: {web: {environment: {DB_HOST: 10.0.3.4, DB_PORT: 5432}}}",
    "network: {egress: endpoints}\nservices: {web: {environment: {DB: 'mysql://db.acme.example/shop'}}}",
    "services: {web: {environment: {LEGACY_API: 'http://erp.acme.example/'}}}",
    "services: {web: {egress: [], environment: {API: 'https://api.acme.example/'}}}",
    "network: {vpc: {way_out: nat}}\nservices: {web: {environment: {LEGACY_API: http://erp.acme.example/}}}",
)
PASSES = (
    "services: {web: {environment: {URL: {input: url}, PORT: {ref: aws_db_instance.main.port}}}}",
    "services: {web: {environment: {API: {join: ['https://', {ref: module.api.host}, '/v1']}}}}",
    "services:\n"
    "  web:\n"
    "    egress: [{cidr: 10.0.0.0/16, port: 3306}]\n"
    "    environment: {DB_HOST: {ref: aws_db_instance.main.address}}\n",
    "services:\n"
    "  web:\n"
    "    egress: [{cidr: 10.0.0.0/16, port: 3306}]\n"
    "    environment:\n"
    "      DB: {join: ['mysql://', {ref: aws_db_instance.a.address}, ':', {ref: aws_db_instance.a.port}]}\n",
    "services: {web: {environment: {API: 'https://api.acme.example/', QUEUES: 'mailer:100', AT: '12:30'}}}",
    "network: {egress: endpoints}\nservices: {web: {environment: {API: 'https://api.acme.example/'}}}",
    "network: {egress: public}\n"
    "services: {web: {egress: [{cidr: 10.9.0.0/16, port: 5432}], environment: {PGHOST: 10.9.1.1}}}",
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    egress = Egress(blueprint)
    for service in blueprint.tasks:
        for closed in egress.closed(service):
            if egress.has_internet(service) or not is_outside(closed.connection):
                where = blueprint.locate(closed.connection.path)
                hint = _hint(closed, service, blueprint)
                yield Problem(ID, where, _message(closed, service), hint, SEVERITY)


def _message(closed: Closed, service: Task) -> str:
    variable = closed.connection.variable
    some = [each.text for each in service.egress if each.has_port(closed.port)]
    may = f"on that port only to {', '.join(some)}" if some else "to nothing on that port"
    return f'{variable} points to {closed.text}: "{service.key}" may connect {may}'


def _hint(closed: Closed, service: Task, blueprint: Blueprint) -> str:
    host, vpc = closed.connection.host, blueprint.network.cidr
    if _hosts.is_ipv4(host):
        return how_to_allow(service, f"{host}/32", closed.port, blueprint)
    if is_outside(closed.connection):
        return how_to_allow(service, "0.0.0.0/0", closed.port, blueprint)
    if closed.connection.managed or _hosts.is_private(host):
        open_ = how_to_allow(service, vpc, closed.port, blueprint)
        return f"{open_} (the VPC's range; if the host is elsewhere, the range there)"
    open_ = how_to_allow(service, "RANGE", closed.port, blueprint)
    where = f"{vpc} if it is in the VPC, 0.0.0.0/0 if it is on the internet"
    return f"{open_} with a RANGE that contains its addresses: {where}"
