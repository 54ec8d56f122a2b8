"""IPv6 beside IPv4: what a spec with it becomes, and what is said of it."""

import re
from collections.abc import Mapping
from itertools import pairwise

import pytest

from tfgen import render_text
from tfgen.changes.report import changes_between
from tfgen.pipe import run_text
from tfgen.reach import walks
from tfgen.routing.answer import answer_request
from tfgen.routing.request import read_request

SHOP = """\
name: shop
region: us-east-1
network: {egress: nat, ipv6: true}
load_balancer: {}
services:
  web:
    image: 123456789012.dkr.ecr.us-east-1.amazonaws.com/web:1
    port: 80
    routes: [/]
"""


def pages(*edits: tuple[str, str]) -> Mapping[str, str]:
    found, problems = render_text(edited(*edits))
    assert found, problems
    return found


def edited(*edits: tuple[str, str]) -> str:
    text = SHOP
    for old, new in edits:
        assert text.count(old) == 1
        text = text.replace(old, new)
    return text


def network(*edits: tuple[str, str]) -> str:
    return "".join(text for path, text in pages(*edits).items() if path.startswith("modules/network/"))


def numbers(*edits: tuple[str, str]) -> dict[str, str]:
    """The numbers of the ranges of each role's subnets, by zone."""
    found = re.findall(
        r'resource "aws_subnet" "(\w+)".*?cidrsubnet\(aws_vpc.main.ipv6_cidr_block, 8, \{ (.*?) \}',
        network(*edits),
        re.DOTALL,
    )
    return dict(found)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("egress: nat", {"public": "a = 0, b = 1", "private": "a = 16, b = 17"}),
        ("egress: public", {"public": "a = 0, b = 1"}),
        ("egress: nat, zones: [f, b]", {"public": "b = 1, f = 5", "private": "b = 17, f = 21"}),
        (
            "egress: nat, zones: [a, b, c], subnets: {database: true}",
            {"public": "a = 0, b = 1, c = 2", "private": "a = 16, b = 17, c = 18",
             "database": "a = 32, b = 33, c = 34"},
        ),
    ],
)  # fmt: skip
def test_the_range_of_a_subnet_depends_on_its_role_and_zone(said: str, expected: dict[str, str]) -> None:
    assert numbers(("egress: nat", said)) == expected


@pytest.mark.parametrize(
    ("egress", "routes"),
    [
        ("nat", {"public_internet_ipv6", "private_internet_ipv6"}),
        ("nat+endpoints", {"public_internet_ipv6", "private_internet_ipv6"}),
        ("endpoints", {"public_internet_ipv6"}),
        ("public", {"public_internet_ipv6"}),
    ],
)
def test_private_subnets_have_a_way_out_by_ipv6_where_they_have_one_by_ipv4(
    egress: str, routes: set[str]
) -> None:
    text = network(("egress: nat", f"egress: {egress}"))
    assert {each for each in re.findall(r'"aws_route" "(\w+)"', text) if "ipv6" in each} == routes
    assert ("aws_egress_only_internet_gateway" in text) == ("private_internet_ipv6" in routes)


def test_without_the_key_there_is_no_line_of_it() -> None:
    for path, text in pages((", ipv6: true", "")).items():
        assert "ipv6" not in text.lower(), path


RULES = r'resource "aws_vpc_security_group_\w+_rule" "(\w+)" \{[^}]*?cidr_ipv6 += "([^"]+)"'


@pytest.mark.parametrize(
    ("edits", "rules"),
    [
        ((), {"http_from_world_ipv6": "::/0", "web_to_internet_ipv6": "::/0"}),
        (((("routes: [/]"), "routes: [/]\n    egress: all"),),
         {"http_from_world_ipv6": "::/0", "web_to_internet_ipv6_all": "::/0"}),
        ((("load_balancer: {}", "load_balancer: {ip_address_type: ipv4}"),),
         {"web_to_internet_ipv6": "::/0"}),
        ((("load_balancer: {}", "load_balancer: {scheme: internal}"),), {"web_to_internet_ipv6": "::/0"}),
        # The zeros that a text leaves out have their place in the label: 1::2 is not 1:2.
        ((("routes: [/]",
           "routes: [/]\n    egress: [0.0.0.0/0, '1:2::/32', '1::2/128', {port: 53, protocol: udp}]"),),
         {"http_from_world_ipv6": "::/0", "web_to_1_2_x_32": "1:2::/32", "web_to_1_x_2_128": "1::2/128",
          "web_to_internet_ipv6_udp_53": "::/0"}),
        ((("routes: [/]", "routes: [/]\n    egress: [0.0.0.0/0]\n    ingress: ['2001:db8::/32']"),),
         {"http_from_world_ipv6": "::/0", "web_from_2001_db8_x_32": "2001:db8::/32"}),
    ],
)  # fmt: skip
def test_rules_of_security_groups(edits: tuple[tuple[str, str], ...], rules: dict[str, str]) -> None:
    assert dict(re.findall(RULES, "".join(pages(*edits).values()))) == rules


@pytest.mark.parametrize(
    ("said", "line", "records"),
    [
        ("", '"dualstack"', {"alias": "A", "alias_ipv6": "AAAA"}),
        ("ip_address_type: dualstack, ", '"dualstack"', {"alias": "A", "alias_ipv6": "AAAA"}),
        ("ip_address_type: ipv4, ", '"ipv4"', {"alias": "A"}),
        ("scheme: internal, ", "", {"alias": "A"}),
        (
            "ip_address_type: dualstack-without-public-ipv4, ",
            '"dualstack-without-public-ipv4"',
            {"alias_ipv6": "AAAA"},
        ),
    ],
)
def test_the_addresses_of_a_load_balancer_and_its_records(
    said: str, line: str, records: dict[str, str]
) -> None:
    found = pages(("load_balancer: {}", f"load_balancer: {{{said}domain: a.example.com, zone: Z0123456789}}"))
    balancer = found["modules/load_balancer/load_balancer.tf"]
    assert re.findall(r"ip_address_type += (.*)", balancer) == ([line] if line else [])
    written = re.findall(
        r'"aws_route53_record" "(alias\w*)".*?type += "(\w+)"',
        found["modules/load_balancer/records.tf"],
        re.DOTALL,
    )
    assert dict(written) == records


def test_a_default_that_follows_from_ipv6_is_no_unused_key() -> None:
    found = run_text(edited(("    routes: [/]\n", ""), ("load_balancer: {}\n", "")), "shop.yaml").problems
    assert [each for each in found if "load_balancer" in each.message] == []
    said = edited(("    routes: [/]\n", ""), ("load_balancer: {}", "load_balancer: {ip_address_type: ipv4}"))
    (problem,) = [each for each in run_text(said, "shop.yaml").problems if "load_balancer" in each.message]
    assert "no service has routes" in problem.message


def test_clients_by_ipv6_have_a_path_of_their_own() -> None:
    blueprint = run_text(SHOP, "shop.yaml").blueprint
    assert blueprint
    found = walks(blueprint)
    assert [flow.what for flow in found.into] == ["/ on port 80", "/ on port 80 by IPv6"]
    ways = {flow.to: [hop.text for hop in flow.hops] for flow in found.out}
    assert ways["the internet by IPv6, port 443"] == [
        "private subnets: ::/0 to aws_egress_only_internet_gateway.main",
        "the tasks have IPv6 addresses if the account setting dualStackIPv6 is on, given by you",
        "aws_vpc_security_group_egress_rule.web_to_internet_ipv6",
    ]
    assert not found.failing


@pytest.mark.parametrize(
    ("source", "clients", "service"),
    [
        ("2001:db8::1", "2001:db8::/32", True),
        ("2001:db9::1", "2001:db8::/32", False),
        ("203.0.113.7", "2001:db8::/32, 203.0.113.0/24", True),
        ("2001:db9::1", "0.0.0.0/0, ::/0", True),
        ("2001:db9::1", "0.0.0.0/0", False),
    ],
)
def test_who_may_connect(source: str, clients: str, service: bool) -> None:
    said = ", ".join(f'"{each}"' for each in clients.split(", "))
    blueprint = run_text(
        edited(("load_balancer: {}", f"load_balancer: {{cidrs: [{said}]}}")), "shop.yaml"
    ).blueprint
    assert blueprint
    answer = answer_request(blueprint, read_request("GET", "http://example.com/", (), source))
    assert bool(answer.winner) == service


ON = (", ipv6: true", "")
_RANGE = (
    "The VPC and its subnets get IPv6 ranges in place. Running tasks keep their addresses; new ones get IPv6 "
    "addresses, too, if the account setting dualStackIPv6 is on."
)
_IN_USE = (
    "AWS removes the IPv6 range of a VPC only if no subnet has a range of it, and Terraform changes the VPC "
    "first, so the apply fails: remove the ranges of the subnets before, in changes of their own "
    "(docs/ipv6.md)."
)
_DOMAIN = "load_balancer: {TYPEdomain: a.example.com, zone: Z0123456789}"
_DUAL = ("load_balancer: {}", _DOMAIN.replace("TYPE", ""))
_ALONE = ("load_balancer: {}", _DOMAIN.replace("TYPE", "ip_address_type: dualstack-without-public-ipv4, "))


@pytest.mark.parametrize(
    ("before", "after", "first"),
    [
        ((ON,), (), [_RANGE, "Clients can connect to the load balancer by IPv6."]),
        ((), (ON,), [_IN_USE, "::/0: no route leads to this range any more; connections to it fail."]),
        (
            (_DUAL,),
            (_ALONE,),
            [
                "Clients on the internet can no longer connect to the load balancer by IPv4.",
                "a.example.com: this name no longer leads to the load balancer by IPv4.",
            ],
        ),
        (
            (_ALONE,),
            (_DUAL,),
            [
                "Clients on the internet can connect to the load balancer by IPv4.",
                "a.example.com: this name leads to the load balancer by IPv4, too.",
            ],
        ),
        (
            (_DUAL,),
            (("load_balancer: {}", _DOMAIN.replace("TYPE", "ip_address_type: ipv4, ")),),
            [
                "Clients can no longer connect to the load balancer by IPv6.",
                "a.example.com: this name no longer leads to the load balancer by IPv6.",
            ],
        ),
        (
            (_DUAL, ON),
            (_DUAL,),
            [
                _RANGE,
                "Clients can connect to the load balancer by IPv6.",
                "a.example.com: this name leads to the load balancer by IPv6, too.",
            ],
        ),
    ],
)
def test_what_a_change_means(
    before: tuple[tuple[str, str], ...], after: tuple[tuple[str, str], ...], first: list[str]
) -> None:
    said = changes_between(pages(*before), pages(*after)).consequences
    assert list(said)[: len(first)] == first


def test_a_range_that_no_subnet_uses_can_be_removed() -> None:
    """As docs/ipv6.md says: the load balancer first, then the subnets, then the VPC."""
    ipv4 = ("load_balancer: {}", "load_balancer: {ip_address_type: ipv4}")
    subnets = "{ipv6_cidr_block: null, assign_ipv6_address_on_creation: null}"
    overrides = "".join(f"\n  module.network.aws_subnet.{role}: {subnets}" for role in ("public", "private"))
    without = ("routes: [/]", f"routes: [/]\noverrides:{overrides}")
    steps = [pages(), pages(ipv4), pages(ipv4, without), pages(ipv4, ON)]
    for before, after in pairwise(steps):
        found = changes_between(before, after)
        assert found.changes
        assert _IN_USE not in found.consequences


def test_the_address_type_stays_where_no_key_says_it_any_more() -> None:
    """Terraform leaves it, so that another apply is needed to go back to IPv4."""
    found = changes_between(pages(), pages(ON))
    assert "module.load_balancer.aws_lb.main" not in {change.address for change in found.changes}
    assert any("main ip_address_type: AWS keeps this setting" in each for each in found.consequences)


def test_a_load_balancer_without_public_ipv4_addresses_pays_for_none() -> None:
    """And with no other change it costs less by what two addresses cost."""
    kind = "ip_address_type: dualstack-without-public-ipv4"
    found = changes_between(pages(), pages(("load_balancer: {}", f"load_balancer: {{{kind}}}")))
    assert any("2 fewer public addresses" in each for each in found.consequences)
