"""What references lead to: values of another kind than their key needs, and those that may be right."""

from __future__ import annotations

import pytest

from tfgen import facts
from tfgen.blueprint import reference_kinds
from tfgen.pipe import run_text

HEAD = "name: shop\nregion: us-east-1\n"
WEB = "services: {web: {image: 'nginx:1.27', port: 80, routes: [/], EXTRA}}\n"
EGRESS = "network: {egress: nat}\n"
VPC = (
    "network: {vpc: {id: ID, cidr: 10.0.0.0/16, way_out: nat, endpoints: [s3, sqs], "
    "private_subnets: {a: PRIVATE, b: subnet-0a1b2c3d}, public_subnets: {a: PUBLIC, b: subnet-1a1b2c3d}, "
    "endpoint_security_group: GROUP, prefix_lists: {s3: LIST}, route_tables: [TABLE]}}\n"
)
USUAL = {
    "ID": "vpc-0a1b2c3d", "PRIVATE": "subnet-2a1b2c3d", "PUBLIC": "subnet-3a1b2c3d", "GROUP": "sg-0a1b2c3d",
    "LIST": "pl-0a1b2c3d", "TABLE": "rtb-0a1b2c3d",
}  # fmt: skip
EXISTING = (
    "load_balancer: {existing: {listener_arns: {http: ARN}, security_group: GROUP, dns_name: NAME, arn: LB}}"
)


def _in_balancer(keys: str) -> str:
    return f"{HEAD}{EGRESS}load_balancer: {{{keys}}}\n{WEB}".replace(", EXTRA", "")


def _in_service(keys: str) -> str:
    return f"{HEAD}{EGRESS}{WEB}".replace("EXTRA", keys)


def _in_vpc(name: str) -> str:
    text = f"{HEAD}{VPC}{WEB}".replace(", EXTRA", "").replace(name, "REFERENCE", 1)
    for word, value in USUAL.items():
        text = text.replace(word, value)
    return text


def _in_existing(name: str) -> str:
    text = EXISTING.replace(name, "REFERENCE", 1)
    for word in ("ARN", "GROUP", "NAME", "LB"):
        text = text.replace(word, "{input: x}")
    return f"{HEAD}{EGRESS}{text}\n{WEB}".replace(", EXTRA", "")


# A spec for each key, the types that are right there, and what it needs.
SPECS = {
    "certificate": _in_balancer("certificate: REFERENCE"),
    "certificates": _in_balancer("certificate: [{input: first}, REFERENCE]"),
    "zone": _in_balancer("domain: shop.example.com, zone: REFERENCE"),
    "trust_store": _in_balancer(
        "listeners: {https: {port: 443, certificate: {input: c}, mutual_tls: {trust_store: REFERENCE}}}"
    ),
    "waf": _in_balancer("waf: REFERENCE"),
    "access_logs": _in_balancer("access_logs: {bucket: REFERENCE}"),
    "connection_logs": _in_balancer("connection_logs: {bucket: REFERENCE}"),
    "listener_arns": _in_existing("ARN"),
    "security_group": _in_existing("GROUP"),
    "dns_name": _in_existing("NAME"),
    "arn": _in_existing("LB"),
    "cluster": f"{HEAD}{EGRESS}cluster: REFERENCE\n{WEB}".replace(", EXTRA", ""),
    "authority": _in_service("connect: {name: web, tls: {authority: REFERENCE}}"),
    "namespace": f"{HEAD}{EGRESS}namespace: REFERENCE\n{WEB}".replace(", EXTRA", ", connect: web"),
    "namespace_id": f"{HEAD}{EGRESS}dns: {{zone: a.internal, namespace_id: REFERENCE}}\n{WEB}".replace(
        ", EXTRA", ", dns: web"
    ),
    "permissions_boundary": f"{HEAD}{EGRESS}iam: {{permissions_boundary: REFERENCE}}\n{WEB}".replace(
        ", EXTRA", ""
    ),
    "execution": _in_service("roles: {execution: REFERENCE}"),
    "task": _in_service("roles: {task: REFERENCE}"),
    "egress": _in_service("egress: [443, {security_group: REFERENCE, port: 5432}]"),
    "ingress": _in_service("ingress: [{security_group: REFERENCE}]"),
    "prefix_list": _in_service("egress: [443, {prefix_list: REFERENCE}]"),
    "vpc": _in_vpc("ID"),
    "private_subnets": _in_vpc("PRIVATE"),
    "public_subnets": _in_vpc("PUBLIC"),
    "endpoint_security_group": _in_vpc("GROUP"),
    "prefix_lists": _in_vpc("LIST"),
    "route_tables": _in_vpc("TABLE"),
    "addresses": (
        f"{HEAD}network: {{egress: nat, nat: {{addresses: {{a: REFERENCE, b: eipalloc-0a1b2c3d}}}}}}\n"
    ),
}
WHAT = {
    "certificates": "certificate", "waf": "web_acl", "access_logs": "bucket", "connection_logs": "bucket",
    "listener_arns": "listener", "arn": "load_balancer", "permissions_boundary": "policy",
    "execution": "role", "task": "role",
    "egress": "security_group", "ingress": "security_group", "private_subnets": "subnet",
    "public_subnets": "subnet", "endpoint_security_group": "security_group", "prefix_lists": "prefix_list",
    "route_tables": "route_table", "addresses": "address",
}  # fmt: skip


def codes(key: str, reference: str, inputs: str = "") -> list[tuple[str, str]]:
    """The codes of what is said of a reference, each with its hint."""
    outcome = run_text(SPECS[key].replace("REFERENCE", reference) + inputs, "shop.yaml")
    return [(each.code, each.hint) for each in outcome.problems if each.code in ("TG553", "TG554")]


@pytest.mark.parametrize("key", SPECS)
def test_what_a_key_needs(key: str) -> None:
    """Every attribute that the table has is accepted; its other ones and other resources are not."""
    kind = facts.place_kinds()[WHAT.get(key, key)]
    for type_, right in kind.types.items():
        for attribute in right:
            assert codes(key, f"{{ref: {type_}.main.{attribute}}}") == []
            assert codes(key, f"{{ref: 'data.{type_}.main[0].{attribute}'}}") == []
        wrong = [("TG553", f'write {type_}.main["a"].{right[0]}')]
        assert codes(key, f"""{{ref: '{type_}.main["a"].vpc_endpoint_type'}}""") == wrong
        data = [("TG553", f"write data.{type_}.main.{right[0]}")]
        assert codes(key, f"{{ref: data.{type_}.main.vpc_endpoint_type}}") == data
    type_, right = next(iter(kind.types.items()))
    hint = f"refer to {type_}.NAME.{right[0]}"
    for attribute in ("arn", "id", "name"):
        assert codes(key, f"{{ref: aws_sqs_queue.main.{attribute}}}") == [("TG553", hint)]


@pytest.mark.parametrize("key", SPECS)
def test_what_may_be_right(key: str) -> None:
    for reference in (
        "aws_ssm_parameter.main.value",
        "aws_sqs_queue.main.copy_of_something",
        'aws_vpc.main.tags["whatever"]',
        "cloudflare_zone.main.id",
        "module.shared.arn",
        "local.arn",
    ):
        assert codes(key, f"{{ref: '{reference}'}}") == []


@pytest.mark.parametrize(
    ("key", "reference", "wrong"),
    [
        ("zone", "aws_lb.main.zone_id", True),
        ("zone", "data.aws_lb.main.zone_id", True),
        ("zone", "aws_cloudfront_distribution.main.hosted_zone_id", True),
        ("zone", "aws_route53_record.main.zone_id", False),
        ("zone", "aws_route53_record.main.name", True),
        ("access_logs", "aws_s3_bucket_policy.main.bucket", False),
        ("access_logs", "aws_s3_bucket_policy.main.id", False),
        ("access_logs", "aws_s3_bucket_policy.main.arn", True),
        ("access_logs", "aws_s3_access_point.main.id", True),
        ("dns_name", "aws_route53_record.main.name", False),
    ],
)
def test_what_looks_alike(key: str, reference: str, wrong: bool) -> None:
    assert bool(codes(key, f"{{ref: {reference}}}")) == wrong


@pytest.mark.parametrize("key", SPECS)
@pytest.mark.parametrize("type_", ["string", "number", "bool"])
def test_an_input_is_text(key: str, type_: str) -> None:
    inputs = f"inputs: {{given: {{type: {type_}}}}}\n"
    wrong = [] if type_ == "string" else [("TG554", "remove type from inputs.given: the default is text")]
    assert codes(key, "{input: given}", inputs) == wrong
    assert codes(key, "{ref: var.given}", inputs) == wrong


def test_values_of_variables_may_be_anything() -> None:
    text = _in_service(
        "environment: {cluster: {ref: aws_sqs_queue.main.id}, SIZE: {input: size}, zone: {input: size}},"
        " secrets: {bucket: {secret: {input: arn}}}"
    )
    outcome = run_text(f"{text}inputs: {{size: {{type: number}}}}\n", "shop.yaml")
    assert not outcome.failed, outcome.problems


def test_a_secret_is_text() -> None:
    text = _in_service("secrets: {TOKEN: {secret: {input: arn}}}")
    outcome = run_text(f"{text}inputs: {{arn: {{type: number}}}}\n", "shop.yaml")
    assert [each.code for each in outcome.problems if each.severity == "error"] == ["TG554"]


def test_a_join_is_not_judged() -> None:
    joined = "{join: ['arn:aws:ecs:us-east-1:', {input: account}, ':cluster/main']}"
    assert codes("cluster", joined, "inputs: {account: {type: number}}\n") == []
    assert codes("cluster", "{join: [{ref: aws_sqs_queue.main.arn}]}") == []


def test_every_kind_is_of_a_key() -> None:
    assert set(reference_kinds._KINDS.values()) == set(facts.place_kinds())
