"""Names of services in DNS: what is rendered, what calls allow, and that the proof agrees with the files."""

import json
from typing import Any

import pytest
from msgspec.structs import replace
from support.page_walk import Walk

from tfgen.blueprint.model import Blueprint
from tfgen.changes.report import changes_between
from tfgen.pipe import Outcome, run_text
from tfgen.reach import walks
from tfgen.reach.model import MISSING, OK

SPEC = """\
name: shop
region: us-east-1
network: {egress: nat}
services:
  web: {image: 'nginx:1.27', port: 80, routes: [/], calls: [api, statsd, orders]}
  api: {image: 'nginx:1.27', port: 8080, dns: api}
  statsd: {image: 'nginx:1.27', port: {number: 8125, protocol: udp}, dns: statsd}
  orders:
    image: nginx:1.27
    ports: {http: {number: 50051, protocol: grpc}, admin: 9000, metrics: 9102}
    connect: orders
    dns: {name: orders, ports: [http, metrics]}
"""
ADDRESSES = {
    "http://api.shop.internal:8080",
    "statsd.shop.internal:8125",
    "orders.shop.internal:50051",
    "http://orders.shop.internal:9102",
}
SERVICES = "module.services."
ZONE = "aws_service_discovery_private_dns_namespace"


def outcome_of(text: str = SPEC) -> Outcome:
    outcome = run_text(text, "shop.yaml")
    assert outcome.blueprint, outcome.problems
    return outcome


def missing_in_calls(blueprint: Blueprint) -> set[tuple[str, str]]:
    """The calls that fail, with what is missing."""
    return {
        (flow.to, hop.text)
        for flow in walks(blueprint).out
        if flow.kind == "call"
        for hop in flow.hops
        if hop.state == MISSING
    }


def test_calls_are_allowed_on_the_ports_of_the_name() -> None:
    outcome = outcome_of()
    assert outcome.blueprint
    walk, services = Walk(outcome.pages()), {each.key: each for each in outcome.blueprint.services}
    found = {
        address: walk.service("web").calls_by_dns(walk.service(key), address)
        for key, service in services.items()
        for name in service.dns
        for address in (server.address for server in name.servers)
    }
    assert found == dict.fromkeys(ADDRESSES, True)
    assert not walk.service("web").calls_by_dns(walk.service("orders"), "orders.shop.internal:9000")
    assert not walk.service("web").calls_by_dns(walk.service("api"), "http://orders.shop.internal:8080")
    calls = [flow for flow in walks(outcome.blueprint).out if flow.kind == "call"]
    assert len(calls) == len(ADDRESSES) + 1
    assert {flow.state for flow in calls} == {OK}


def test_without_a_part_of_it_calls_fail() -> None:
    blueprint = outcome_of().blueprint
    assert blueprint
    lost = missing_in_calls(replace(blueprint, private_zone=()))
    assert lost == {(f'"{key}"', f"there is no {ZONE}.main") for key in ("api", "statsd", "orders")}
    for flag in ("dns_support", "dns_hostnames"):
        network = replace(blueprint.network, **{flag: False})
        lost = missing_in_calls(replace(blueprint, network=network))
        assert {to for to, text in lost if flag in text} == {'"api"', '"statsd"', '"orders"'}


def test_only_callers_of_service_connect_names_have_a_proxy() -> None:
    text = SPEC.replace("calls: [api, statsd, orders]", "calls: [api, statsd]")
    blueprint = outcome_of(text).blueprint
    assert blueprint
    assert [each.key for each in blueprint.services if each.connect] == ["orders"]
    assert [each.key for each in outcome_of().blueprint.services if each.connect] == ["orders", "web"]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("address", "patch", "says"),
    [
        ("aws_ecs_service.api", {"service_registries": None}, "registers its tasks under no DNS name"),
        ("aws_ecs_service.api", {"service_registries": {"registry_arn": "a"}}, "is overridden"),
        (
            "aws_service_discovery_service.api",
            {"dns_config": {"routing_policy": "WEIGHTED"}},
            "is overridden",
        ),
        ("aws_service_discovery_service.api", {"force_destroy": False}, ""),
        (f"{ZONE}.main", {"description": "Names"}, ""),
        ("aws_ecs_service.web", {"service_registries": {"registry_arn": "arn:aws:x"}}, ""),
    ],
)
def test_overrides(address: str, patch: dict[str, Any], says: str) -> None:
    said = json.dumps({f"{SERVICES}{address}": patch})
    before = {problem.message for problem in outcome_of().problems}
    found = [each.message for each in outcome_of(f"{SPEC}overrides: {said}\n").problems]
    more = [message for message in found if message not in before]
    assert [says in message for message in more] == ([True] * len(more) if says else []), more
    assert bool(more) == bool(says)


@pytest.mark.parametrize(
    ("edit", "says"),
    [
        (("dns: api", "dns: back"), "api: the DNS name is replaced; callers must use the new name."),
        (
            ("port: 8080, dns: api", "port: 8080, connect: api"),
            "api: the DNS name is removed; calls to it fail.",
        ),
        (
            ("network:", "dns: new.internal\nnetwork:"),
            "The private hosted zone is replaced: its names no longer resolve, and callers must use those in "
            "the new zone.",
        ),
    ],
)
def test_changes_say_which_names_no_longer_resolve(edit: tuple[str, str], says: str) -> None:
    old, new = SPEC, SPEC.replace(*edit)
    assert old != new
    report = changes_between(outcome_of(old).pages(), outcome_of(new).pages())
    assert says in "\n".join(str(each) for each in report.consequences)
