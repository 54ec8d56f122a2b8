"""What tasks may connect to, and what may connect to them: `egress` and `ingress` of a service."""

from pathlib import Path
from typing import Any

import pytest

from tfgen import rules
from tfgen.blueprint.model import Blueprint, SecurityRule
from tfgen.changes.report import changes_between
from tfgen.pipe import Outcome, run_text
from tfgen.reach import explain
from tfgen.spec.source import dump_yaml

NARROW = (Path(__file__).parent.parent / "examples" / "narrow.yaml").read_text()
GROUP = "sg-0a1b2c3d"


def outcome_of(**service: Any) -> Outcome:
    spec = {
        "version": 2,
        "name": "shop",
        "region": "us-east-1",
        "network": {"egress": "nat"},
        "services": {"web": {"image": "nginx:1.27", "port": 3000, **service}},
    }
    return run_text(dump_yaml(spec), "shop.yaml")


def blueprint_of(**service: Any) -> Blueprint:
    outcome = outcome_of(**service)
    assert outcome.blueprint, outcome.problems
    return outcome.blueprint


def written(rule: SecurityRule) -> tuple[str, str, str, Any]:
    """A rule's label, the argument of its peer with its value, and what it lets through."""
    return rule.label, rule.peer.argument, rule.peer.value, (rule.protocol, *(rule.ports or ((),))[0])


CIDR, REFERENCED, LIST = "cidr_ipv4", "referenced_security_group_id", "prefix_list_id"


@pytest.mark.parametrize(
    ("egress", "rule"),
    [
        ("all", ("web_to_internet_all", CIDR, "0.0.0.0/0", ("-1",))),
        ([443], ("web_to_internet", CIDR, "0.0.0.0/0", ("tcp", 443, 443))),
        ([587], ("web_to_internet_587", CIDR, "0.0.0.0/0", ("tcp", 587, 587))),
        (["0-65535"], ("web_to_internet_0_65535", CIDR, "0.0.0.0/0", ("tcp", 0, 65535))),
        (["10.1.0.0/16"], ("web_to_10_1_0_0_16", CIDR, "10.1.0.0/16", ("tcp", 443, 443))),
        (
            [{"cidr": "10.1.0.0/16", "port": "8000-8100"}],
            ("web_to_10_1_0_0_16_8000_8100", CIDR, "10.1.0.0/16", ("tcp", 8000, 8100)),
        ),
        ([{"protocol": "icmp"}], ("web_to_internet_icmp", CIDR, "0.0.0.0/0", ("icmp", -1, -1))),
        (
            [{"port": 53, "protocol": "udp"}],
            ("web_to_internet_udp_53", CIDR, "0.0.0.0/0", ("udp", 53, 53)),
        ),
        (
            [{"security_group": GROUP, "port": 5432}],
            ("web_to_sg_0a1b2c3d_5432", REFERENCED, GROUP, ("tcp", 5432, 5432)),
        ),
        (
            [{"security_group": {"ref": "aws_security_group.db.id"}, "port": 5432}],
            (
                "web_to_security_group_db_id_5432",
                REFERENCED,
                "var.security_group_db_id",
                ("tcp", 5432, 5432),
            ),
        ),
        (
            [{"prefix_list": {"input": "offices"}}],
            ("web_to_offices_443", LIST, "var.offices", ("tcp", 443, 443)),
        ),
        ([{"cidr": {"input": "office"}}], ("web_to_office_443", CIDR, "var.office", ("tcp", 443, 443))),
    ],
)
def test_each_form_of_egress_is_one_rule(egress: Any, rule: tuple[Any, ...]) -> None:
    (web,) = blueprint_of(egress=egress).services
    assert rule in [written(each) for each in web.security_rules if each.direction == "egress"]


@pytest.mark.parametrize(
    ("ingress", "rule"),
    [
        (["10.0.0.0/8"], ("web_from_10_0_0_0_8", CIDR, "10.0.0.0/8", ("tcp", 3000, 3000))),
        (
            [{"cidr": "10.0.0.0/8", "port": 9000}],
            ("web_from_10_0_0_0_8_9000", CIDR, "10.0.0.0/8", ("tcp", 9000, 9000)),
        ),
        ([{"security_group": GROUP}], ("web_from_sg_0a1b2c3d", REFERENCED, GROUP, ("tcp", 3000, 3000))),
        (
            [{"prefix_list": "pl-0a1b2c3d", "protocol": "icmp"}],
            ("web_from_pl_0a1b2c3d_icmp", LIST, "pl-0a1b2c3d", ("icmp", -1, -1)),
        ),
        (
            [{"security_group": {"input": "bastion"}, "protocol": "udp"}],
            ("web_from_bastion_udp_3000", REFERENCED, "var.bastion", ("udp", 3000, 3000)),
        ),
    ],
)
def test_each_form_of_ingress_is_one_rule(ingress: Any, rule: tuple[Any, ...]) -> None:
    (web,) = blueprint_of(ingress=ingress).services
    assert [written(each) for each in web.security_rules if each.direction == "ingress"] == [rule]


@pytest.mark.parametrize(
    ("entry", "repeated"),
    [
        ({"security_group": GROUP, "port": 5432}, "{security_group: sg-0a1b2c3d, port: 5432}"),
        ({"security_group": {"input": "peer"}, "port": 5432}, "{security_group: {input: peer}, port: 5432}"),
        (
            {"security_group": {"ref": "aws_security_group.db.id"}, "port": 5432},
            "{security_group: {ref: aws_security_group.db.id}, port: 5432}",
        ),
        (
            {"security_group": {"ref": "aws_security_group.db[0].id"}, "port": 5432},
            "{security_group: {ref: 'aws_security_group.db[0].id'}, port: 5432}",
        ),
        (
            {"security_group": {"join": ["sg-", {"input": "peer"}]}, "port": 5432},
            "{security_group: {join: [...]}, port: 5432}",
        ),
        ({"cidr": "10.0.0.0/8", "protocol": "icmp"}, "{cidr: 10.0.0.0/8, protocol: icmp}"),
        (
            {"cidr": "10.0.0.0/8", "port": "1-2", "protocol": "udp"},
            "{cidr: 10.0.0.0/8, port: 1-2, protocol: udp}",
        ),
    ],
)
def test_a_hint_repeats_what_egress_has(entry: dict[str, Any], repeated: str) -> None:
    (hint,) = [each.hint for each in outcome_of(egress=[entry]).problems if each.code == "TG360"]
    assert hint == f"write egress: [0.0.0.0/0, {repeated}]"


OWN = {"cidr": "10.0.0.0/8", "port": 3000}


@pytest.mark.parametrize(
    ("ingress", "codes"),
    [
        ([OWN], []),
        (["10.0.0.0/8", OWN], ["TG524"]),
        ([OWN, "10.0.0.0/8"], ["TG524"]),
        (["10.0.0.0/8", {**OWN, "port": 3001}], []),
        (["10.0.0.0/8", {**OWN, "cidr": "10.1.0.0/16"}], []),
        (["10.0.0.0/8", {**OWN, "protocol": "udp"}], []),
        ([{"cidr": "10.0.0.0/8", "protocol": "udp"}, {**OWN, "protocol": "udp"}], ["TG524"]),
        ([{"cidr": "10.0.0.0/8", "protocol": "icmp"}, OWN], []),
        (["10.0.0.1/8"], ["TG209"]),
    ],
)
def test_a_range_is_allowed_the_containers_own_port_once(ingress: Any, codes: list[str]) -> None:
    assert [each.code for each in outcome_of(ingress=ingress).problems if each.severity == "error"] == codes


def test_a_range_is_allowed_the_old_port_while_tasks_have_it() -> None:
    """As the load balancer is, by a rule that keeps its label."""
    port = {"number": 3000, "was": 2999}
    ingress = ["10.0.0.0/8", {"security_group": GROUP, "port": 9000}]
    (web,) = blueprint_of(ingress=ingress, port=port).services
    found = {each.label: each.ports for each in web.security_rules if each.direction == "ingress"}
    assert found == {"web_from_10_0_0_0_8": ((2999, 3000),), "web_from_sg_0a1b2c3d_9000": ((9000, 9000),)}


def test_what_is_given_is_called_given() -> None:
    blueprint = run_text(NARROW, "narrow.yaml").blueprint
    assert blueprint
    said = explain.text(blueprint, ["payments", "terminals"])
    assert (
        "payments -> var.database_group, port 5432 (declared in egress)\n"
        "    given    route      var.database_group: its addresses cannot be known here; the route to them "
        "is yours, and so are its rules, which must allow these tasks\n"
    ) in said
    assert "terminals -> pl-0a1b2c3d4e5f67890, port 8583 (declared in egress)\n    given " in said
    assert "terminals -> 10.50.0.53/32, UDP port 53 (declared in egress)\n" in said


@pytest.mark.parametrize(
    ("group", "called"),
    [
        (GROUP, GROUP),
        ({"input": "db"}, "var.db"),
        ({"ref": "aws_security_group.db.id"}, "aws_security_group.db.id"),
    ],
)
def test_what_a_person_calls_the_other_side(group: Any, called: str) -> None:
    blueprint = blueprint_of(egress=[443, {"security_group": group, "port": 5432}])
    assert f"web -> {called}, port 5432 (declared in egress)\n" in explain.text(blueprint, ["web"])


@pytest.mark.parametrize(
    ("egress", "variables", "codes"),
    [
        ([443], {"PGHOST": "db.internal.acme.example"}, ["TG370"]),
        ([443, {"security_group": GROUP, "port": 5432}], {"PGHOST": "db.internal"}, []),
        ([443, {"security_group": GROUP, "port": 5432}], {"PGHOST": "10.9.1.1"}, []),
        ([443, {"prefix_list": {"input": "hosts"}, "port": "5000-6000"}], {"PGHOST": "10.9.1.1"}, []),
        ([443, {"cidr": {"input": "hosts"}, "port": 5432}], {"PGHOST": "198.51.100.1"}, []),
        # No address on the internet is in a security group.
        ([443, {"security_group": GROUP, "port": 5432}], {"PGHOST": "198.51.100.1"}, ["TG370"]),
        ([443, {"cidr": "10.0.0.0/8", "port": 5432, "protocol": "udp"}], {"PGHOST": "10.9.1.1"}, ["TG370"]),
        ([443, {"cidr": "10.0.0.0/8", "port": "5400-5500"}], {"PGHOST": "10.9.1.1"}, []),
        ("all", {"PGHOST": "10.9.1.1", "API": "http://198.51.100.1"}, []),
    ],
)
def test_a_host_is_allowed_by_what_may_contain_it(
    egress: Any, variables: dict[str, str], codes: list[str]
) -> None:
    blueprint = blueprint_of(egress=egress, environment=variables)
    assert [each.code for each in rules.check(blueprint) if each.code in ("TG370", "TG371")] == codes


@pytest.mark.parametrize(
    ("patch", "lost"),
    [
        ({}, []),
        ({"ip_protocol": "udp"}, ["var.database_group, port 5432"]),
        ({"ip_protocol": "-1", "from_port": None, "to_port": None}, []),
        ({"from_port": 5000}, []),
        ({"from_port": 5433, "to_port": 5433}, ["var.database_group, port 5432"]),
    ],
)
def test_an_override_of_such_a_rule_is_followed(patch: dict[str, Any], lost: list[str]) -> None:
    address = "module.services.aws_vpc_security_group_egress_rule.payments_to_database_group_5432"
    outcome = run_text(NARROW + dump_yaml({"overrides": {address: patch}}) if patch else NARROW, "n.yaml")
    assert outcome.overridden, outcome.problems
    failing = [flow.to for flow in explain.walks(outcome.overridden).failing if flow.service == "payments"]
    assert failing == lost


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "      - {security_group: {input: bastion_group}, port: 9000}",
            "",
            ("sg-0b1a2c3d4e5f60718 to payments on port 9000: this ingress is no longer allowed.",),
        ),
        (
            "egress: all ",
            "egress: [443]",
            ("crawler to 0.0.0.0/0: this egress is no longer allowed.",),
        ),
        ("egress: [443, 587] ", "egress: all", ()),
        (
            "egress: [443, 587] ",
            "egress: [443]",
            ("notices to 0.0.0.0/0 on port 587: this egress is no longer allowed.",),
        ),
        (
            "      - {cidr: 10.50.0.0/16, protocol: icmp}",
            "",
            ("terminals to 10.50.0.0/16 by ICMP: this egress is no longer allowed.",),
        ),
    ],
)
def test_what_a_change_of_egress_or_ingress_means(old: str, new: str, said: tuple[str, ...]) -> None:
    before, after = (run_text(text, "n.yaml").pages() for text in (NARROW, NARROW.replace(old, new)))
    found = changes_between(before, after).consequences
    assert tuple(each for each in found if "gress" in each) == said
