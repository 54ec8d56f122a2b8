"""Calls of what is outside the stack, namespaces that exist, TLS and logs of requests in Service Connect."""

import pytest

from tfgen.blueprint.model import Blueprint
from tfgen.changes.report import changes_between
from tfgen.pipe import Outcome, run_text
from tfgen.reach import walks

NAMESPACE = "arn:aws:servicediscovery:us-east-1:123456789012:namespace/ns-0a1b2c3d4e5f6071"
AUTHORITY = (
    "arn:aws:acm-pca:us-east-1:123456789012:certificate-authority/0a1b2c3d-0000-4000-8000-000000000000"
)
HEAD = "name: shop\nregion: us-east-1\nnetwork: {egress: endpoints}\n"
IMAGE = "image: '123456789012.dkr.ecr.us-east-1.amazonaws.com/web:1'"


def outcome_of(text: str) -> Outcome:
    outcome = run_text(HEAD + text, "shop.yaml")
    assert outcome.blueprint, outcome.problems
    return outcome


def built(text: str) -> Blueprint:
    blueprint = outcome_of(text).blueprint
    assert blueprint
    return blueprint


def test_both_sides_of_a_call_are_allowed_and_one_rule_is_for_both_keys() -> None:
    entry = "{host: search.example, port: 9200, security_group: sg-0a1b2c3d}"
    listed = "egress: [{security_group: sg-0a1b2c3d, port: 9200}]"
    for more in ("", f", {listed}"):
        service = built(f"services: {{web: {{{IMAGE}, calls: [{entry}]{more}}}}}").services[0]
        rules = {rule.label: rule for rule in service.security_rules if "9200" in rule.label}
        assert set(rules) == {"web_to_sg_0a1b2c3d_9200", "sg_0a1b2c3d_9200_from_web"}
        assert rules["sg_0a1b2c3d_9200_from_web"].group == "sg-0a1b2c3d"
        assert any("sg_0a1b2c3d_9200_from_web" in each for each in service.depends_on)


@pytest.mark.parametrize(
    ("keys", "zones"),
    [
        ("", []),
        (", connect: web", [""]),
        (", dns: web", ["inside.example"]),
        (", connect: web, dns: web", ["", "inside.example"]),
    ],
)
def test_namespaces_that_exist_are_used_where_a_service_has_a_name_there(keys: str, zones: list[str]) -> None:
    given = f"namespace: {NAMESPACE}\ndns: {{zone: inside.example, namespace_id: ns-0a1b2c3d4e5f6072}}\n"
    found = built(f"{given}services: {{web: {{{IMAGE}, port: 80{keys}}}}}")
    assert [each.zone for each in found.existing_namespaces] == zones
    pages = outcome_of(f"{given}services: {{web: {{{IMAGE}, port: 80{keys}}}}}").pages()
    assert ("namespace_arn" in pages["main.tf"]) == ("" in zones)


def test_the_order_of_calls_means_nothing() -> None:
    entries = [
        "{port: 1, cidr: 10.1.0.0/16}",
        "{host: a, port: 1, cidr: 10.1.0.0/16}",
        "{port: 2, cidr: 10.2.0.0/16}",
    ]
    first, second = (
        outcome_of(f"services: {{web: {{{IMAGE}, calls: [{', '.join(each)}]}}}}").pages()
        for each in (entries, entries[::-1])
    )
    assert first == second


def test_a_name_of_another_stack_needs_a_proxy_in_a_shared_namespace_alone() -> None:
    calls = f"services: {{web: {{{IMAGE}, calls: [{{host: HOST, port: 80, cidr: 10.1.0.0/16}}]}}}}"
    for host, head, proxies in (("orders", f"namespace: {NAMESPACE}\n", 1), ("orders", "", 0)):
        assert len(built(head + calls.replace("HOST", host)).services[0].connect) == proxies
    assert not built(f"namespace: {NAMESPACE}\n{calls.replace('HOST', 'orders.example')}").services[0].connect


def test_a_shared_namespace_is_not_made_and_names_in_it_begin_with_that_of_the_stack() -> None:
    services = f"services: {{web: {{{IMAGE}, calls: [api]}}, api: {{{IMAGE}, port: 80, connect: api}}}}"
    own, shared = built(services), built(f"namespace: {NAMESPACE}\n{services}")
    assert (len(own.namespace), len(shared.namespace)) == (1, 0)
    names = [
        server.discovery_name
        for blueprint in (own, shared)
        for service in blueprint.services
        for place in service.connect
        for server in place.servers
    ]
    assert names == ["api", "shop-api"]
    assert not walks(shared).failing
    said = changes_between(
        outcome_of(services).pages(), outcome_of(f"namespace: {NAMESPACE}\n{services}").pages()
    )
    assert any("in another Service Connect namespace" in each for each in said.consequences)


def test_the_role_of_tls_outlives_the_services_that_need_it() -> None:
    tls = f"{{authority: '{AUTHORITY}'}}"
    blueprint = built(
        f"services: {{web: {{{IMAGE}, calls: [api]}}, "
        f"api: {{{IMAGE}, port: 80, connect: {{name: api, tls: {tls}}}}}}}"
    )
    (role,) = blueprint.connect_roles
    assert (role.name, role.policies) == ("shop-connect-tls-us-east-1", ())
    needed = "aws_iam_role_policy_attachment.connect_tls"
    assert {each.key for each in blueprint.services if needed in each.depends_on} == {"api"}


@pytest.mark.parametrize(
    ("said", "query"), [("json", "DISABLED"), ("{format: json, query: true}", "ENABLED")]
)
def test_logs_of_requests_raise_the_version_of_the_provider(said: str, query: str) -> None:
    blueprint = built(
        f"provider: 6\nservices: {{api: {{{IMAGE}, port: 80, connect: api, connect_logs: {said}}}}}"
    )
    (place,) = blueprint.services[0].connect
    assert [(each.form, each.query) for each in place.access_logs] == [("JSON", query)]
    assert blueprint.module_provider_version == ">= 6.34.0"
