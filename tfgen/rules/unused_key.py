"""A key that has no effect."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem

ID = "TG364"
SEVERITY = "note"
TITLE = "Every key has an effect"
WHY = "A reader of the spec expects the key to have an effect, and it has none."
SOURCE = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-load-balancing.html"
BAD = """\
services:
  worker:
    health_check: /healthz
"""
GOOD = """\
services:
  worker:
    port: 8080
    routes: [/]
    health_check: /healthz
"""
FAILS = (
    "services: {worker: {listener: http}}",
    "services: {worker: {grace_period: 0}}",
    "load_balancer: {idle_timeout: 61}\nservices: {worker: {}}",
    "load_balancer: {listeners: {http: 8080}}\nservices: {worker: {}}",
    "load_balancer: {listeners: {http: 80}}\nservices: {worker: {}}",
    "insights: enhanced",
    "network: {flow_logs: {to: 'arn:aws:s3:::acme-flow-logs', retention: 30}}",
    "iam: {path: /a/}\nnetwork: {flow_logs: 'arn:aws:s3:::acme-flow-logs'}",
    "network: {egress: public, endpoints: [s3]}",
    "network: {egress: public, subnets: {private: 24}}",
    "network: {egress: public, service_connect_endpoint: false}",
    "network: {egress: nat+endpoints, service_connect_endpoint: false}",
)
PASSES = (
    "services: {worker: {health_check: /, grace_period: 60}}",
    "load_balancer: {listeners: {http: {port: 80, cidrs: [0.0.0.0/0]}}, idle_timeout: 60}\n"
    "services: {worker: {}}",
    "load_balancer: {idle_timeout: 61}\nservices: {web: {port: 80, routes: [/]}}",
    "network: {egress: public, endpoints: [], subnets: {private: 20}}",
    "network: {egress: nat, endpoints: [s3], subnets: {private: 24}}",
    "network: {egress: endpoints, service_connect_endpoint: false}",
    "insights: on",
    "network: {flow_logs: {to: cloudwatch, retention: 30}}",
    "network: {flow_logs: 'arn:aws:s3:::acme-flow-logs'}",
    "iam: {path: /a/}\nnetwork: {flow_logs: cloudwatch}",
    "insights: enhanced\nservices: {worker: {}}",
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    for unused in blueprint.unused:
        message = f"{unused.key} has no effect here: {unused.reason}"
        yield Problem(ID, unused.at, message, unused.hint, SEVERITY)
