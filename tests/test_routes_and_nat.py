"""Routes to other networks, NAT gateways of some zones, database subnets: what is written for them."""

from __future__ import annotations

import re
from itertools import combinations
from typing import Any

import pytest
from support.ruled import REGISTRY

from tfgen import render_text
from tfgen.pipe import run_text
from tfgen.reach import walks
from tfgen.spec.source import dump_yaml

HEAD = {"name": "shop", "region": "us-east-1"}


def spec(network: dict[str, Any], **service: Any) -> str:
    services = {"web": {"image": f"{REGISTRY}/web:1.0", **service}}
    return dump_yaml({**HEAD, "network": network, "services": services})


def page(network: dict[str, Any], name: str) -> str:
    pages, problems = render_text(spec(network))
    assert pages, problems
    return pages[f"modules/network/{name}.tf"]


def routes(network: dict[str, Any]) -> dict[str, dict[str, str]]:
    """The arguments of each route that leads to another network, by its label."""
    blocks = re.findall(r'resource "aws_route" "(\w+_to_\w+)" \{\n(.*?)\n\}', page(network, "routes"), re.S)
    return {label: dict(re.findall(r"^  (\w+) += (.+)$", text, re.M)) for label, text in blocks}


@pytest.mark.parametrize(
    ("route", "argument", "value"),
    [
        ({"via": "pcx-0a1b2c3d"}, "vpc_peering_connection_id", '"pcx-0a1b2c3d"'),
        ({"via": "tgw-0a1b2c3d4e5f60718"}, "transit_gateway_id", '"tgw-0a1b2c3d4e5f60718"'),
        ({"via": "vgw-0a1b2c3d"}, "gateway_id", '"vgw-0a1b2c3d"'),
        ({"via": "eni-0a1b2c3d"}, "network_interface_id", '"eni-0a1b2c3d"'),
        ({"via": {"ref": "aws_vpc_peering_connection.x.id"}}, "vpc_peering_connection_id",
         "var.vpc_peering_connection_x_id"),
        ({"via": {"ref": "data.aws_ec2_transit_gateway.x.id"}}, "transit_gateway_id",
         "var.ec2_transit_gateway_x_id"),
        ({"via": {"ref": "aws_ec2_transit_gateway_vpc_attachment.x.transit_gateway_id"}},
         "transit_gateway_id", "var.ec2_transit_gateway_vpc_attachment_x_transit_gateway_id"),
        ({"via": {"ref": "aws_vpn_gateway.x.id"}}, "gateway_id", "var.vpn_gateway_x_id"),
        ({"via": {"ref": "aws_instance.x.primary_network_interface_id"}}, "network_interface_id",
         "var.instance_x_primary_network_interface_id"),
        ({"via": {"input": "gateway"}, "kind": "peering"}, "vpc_peering_connection_id", "var.gateway"),
        ({"via": {"ref": "module.hub.id"}, "kind": "transit-gateway"}, "transit_gateway_id", "var.hub_id"),
    ],
)  # fmt: skip
def test_what_a_route_leads_to(route: dict[str, Any], argument: str, value: str) -> None:
    found = routes({"egress": "nat", "routes": [{"to": "10.50.0.0/16", **route}]})
    assert found == {
        "private_to_10_50_0_0_16": {
            "for_each": "aws_route_table.private",
            "route_table_id": "each.value.id",
            "destination_cidr_block": '"10.50.0.0/16"',
            argument: value,
        }
    }


ROUTE = {"to": "10.50.0.0/16", "via": "pcx-0a1b2c3d"}
DEFAULT = {"to": "0.0.0.0/0", "via": "tgw-0a1b2c3d"}


@pytest.mark.parametrize(
    ("network", "labels"),
    [
        ({"egress": "nat"}, {"private_to_10_50_0_0_16"}),
        ({"egress": "public"}, {"public_to_10_50_0_0_16"}),
        ({"egress": "public", "subnets": {"database": True}},
         {"public_to_10_50_0_0_16", "database_to_10_50_0_0_16"}),
        ({"egress": "endpoints", "subnets": {"database": True}, "routes": [ROUTE, DEFAULT]},
         {"private_to_10_50_0_0_16", "database_to_10_50_0_0_16", "private_to_0_0_0_0_0"}),
    ],
)  # fmt: skip
def test_which_tables_have_a_route(network: dict[str, Any], labels: set[str]) -> None:
    """Those of tasks and of databases, but a database has no way to the internet."""
    assert set(routes({"routes": [ROUTE], **network})) == labels


@pytest.mark.parametrize(
    ("egress_cidrs", "network", "state"),
    [
        (["10.50.1.0/24"], {"egress": "nat", "routes": [ROUTE]}, "taken"),
        (["0.0.0.0/0"], {"egress": "endpoints", "routes": [DEFAULT]}, "taken"),
        (["0.0.0.0/0"], {"egress": "endpoints", "routes": [ROUTE]}, "missing"),
        (["0.0.0.0/0"], {"egress": "nat", "routes": [ROUTE]}, "ok"),
    ],
)
def test_what_the_proof_says(egress_cidrs: list[str], network: dict[str, Any], state: str) -> None:
    """What is behind a target is given, never proved."""
    blueprint = run_text(spec(network, egress_cidrs=egress_cidrs), "spec.yaml").blueprint
    assert blueprint
    (flow,) = [each for each in walks(blueprint).out if each.kind == "range"]
    assert [hop.state for hop in flow.hops if hop.step == "route"] == [state]


ALL = "abcdef"


def gateway_of_each_zone(zones: str) -> dict[str, str]:
    text = page({"egress": "nat", "zones": list(ALL), "nat": list(zones)}, "nat")
    block = text[text.index('resource "aws_route"') :]
    return dict(re.findall(r'^ +(\w) = "(\w)"$', block, re.M))


def test_a_zone_without_a_nat_gateway_uses_that_of_the_next() -> None:
    assert gateway_of_each_zone("bd") == {"a": "b", "b": "b", "c": "d", "d": "d", "e": "b", "f": "b"}


def test_a_further_nat_gateway_moves_only_what_it_takes_over() -> None:
    for zones in combinations(ALL, 3):
        before = gateway_of_each_zone("".join(zones))
        assert all(before[zone] == zone for zone in zones)
        for more in set(ALL) - set(zones):
            after = gateway_of_each_zone("".join((*zones, more)))
            assert {after[zone] for zone in ALL if after[zone] != before[zone]} <= {more}


@pytest.mark.parametrize(
    ("nat", "made", "gateways"),
    [
        ("per-zone", '["a", "b"]', "aws_eip.nat"),
        (["a"], '["a"]', "aws_eip.nat"),
        ({"zones": ["a", "b"], "addresses": {"b": "eipalloc-0a1b2c3d"}}, '["a"]',
         '{\n    a = aws_eip.nat["a"].id\n    b = "eipalloc-0a1b2c3d"\n  }'),
        ({"zones": "single", "addresses": {"a": {"ref": "aws_eip.partners.id"}}}, "",
         "{\n    a = var.eip_partners_id\n  }"),
    ],
)  # fmt: skip
def test_addresses_of_nat_gateways(nat: Any, made: str, gateways: str) -> None:
    text = page({"egress": "nat", "nat": nat}, "nat")
    assert re.findall(r'"aws_eip" "nat" \{\n  for_each = toset\((.*)\)', text) == ([made] if made else [])
    assert f'"aws_nat_gateway" "main" {{\n  for_each = {gateways}\n' in text


@pytest.mark.parametrize("egress", ["public", "nat", "endpoints"])
@pytest.mark.parametrize("cidr", ["10.0.0.0/16", "10.0.0.0/20", "10.0.0.0/24"])
def test_database_subnets_move_nothing(egress: str, cidr: str) -> None:
    network = {"egress": egress, "cidr": cidr}
    before, after = page(network, "subnets"), page({**network, "subnets": {"database": True}}, "subnets")
    assert after.startswith(before.rstrip("\n"))
    assert 'resource "aws_subnet" "database"' in after.removeprefix(before)
    table = page({**network, "subnets": {"database": True}}, "routes")
    assert "aws_route_table.database.id\n  destination" not in table


def found(network: dict[str, Any]) -> list[tuple[str, str, str]]:
    """What is wrong with the routes and the NAT gateways of a network, and what helps."""
    problems = run_text(spec(network), "spec.yaml").problems
    own = ("TG209", "TG210", "TG211", "TG530", "TG531", "TG532", "TG533", "TG534", "TG535")
    return [(each.code, each.message, each.hint) for each in problems if each.code in own]


ADDRESS, OTHER = "eipalloc-0a1b2c3d", "eipalloc-0a1b2c3e"
NONE = "has no effect here: with egress: public there is no NAT gateway"
NO_ZONE, LIST_ZONES = 'zone "c" is not one of network.zones (a, b)', "list zones of the network"
ADDRESS_OF_NONE = 'zone "b" has an address and no NAT gateway'
SINGLE = "remove it, or write nat: single"


@pytest.mark.parametrize(
    ("egress", "network", "problems"),
    [
        ("public", {"nat": "per-zone"}, []),
        ("public", {"nat": "single"}, [("TG211", f"nat: single {NONE}", "remove it")]),
        ("public", {"nat": ["a"]}, [("TG211", f"nat {NONE}", "remove it")]),
        ("public", {"nat": {"addresses": {"a": ADDRESS}}}, [("TG211", f"nat {NONE}", "remove it")]),
        ("public", {"nat_zone": "a"}, [("TG211", f"nat_zone {NONE}", "remove it")]),
        ("public", {"nat": ["c"]}, [("TG210", NO_ZONE, LIST_ZONES)]),
        ("nat", {"nat": "single", "nat_zone": "b"}, []),
        ("nat", {"nat_zone": "a"},
         [("TG211", "nat_zone has no effect here: with nat: per-zone every zone has a NAT gateway", SINGLE)]),
        ("nat", {"nat": ["a"], "nat_zone": "a"},
         [("TG211", "nat_zone has no effect here: nat lists the zones with a NAT gateway", SINGLE)]),
        ("nat", {"nat": "single", "nat_zone": "c"},
         [("TG210", NO_ZONE, "write one of them, or remove this line")]),
        ("nat", {"nat": ["c"]}, [("TG210", NO_ZONE, LIST_ZONES)]),
        ("nat", {"nat": []},
         [("TG530", "no zone has a NAT gateway", "list zones, or write egress: endpoints")]),
        ("nat", {"nat": ["b", "a", "b"]}, [("TG530", 'zone "b" is listed twice', "remove one of them")]),
        ("nat", {"nat": {"addresses": {"a": ADDRESS, "b": OTHER}}}, []),
        ("nat", {"nat": {"addresses": {"a": ADDRESS, "b": ADDRESS}}},
         [("TG531", 'zones "a" and "b" have the same address',
           "an address belongs to one NAT gateway: give each its own")]),
        ("nat", {"nat": {"zones": ["a"], "addresses": {"b": ADDRESS}}},
         [("TG531", ADDRESS_OF_NONE, "remove the address; NAT gateways are in a")]),
        ("nat", {"nat": {"zones": "single", "addresses": {"a": ADDRESS, "b": OTHER}}},
         [("TG531", ADDRESS_OF_NONE, "remove the address; NAT gateways are in a")]),
    ],
)  # fmt: skip
def test_what_is_wrong_with_nat_gateways(
    egress: str, network: dict[str, Any], problems: list[tuple[str, str, str]]
) -> None:
    assert found({"egress": egress, **network}) == problems


INSIDE, REMOTE = "is in the VPC's own range 10.0.0.0/16, where traffic stays in the VPC", "10.50.0.0/16"
KINDS = "add kind: peering, transit-gateway, vpn-gateway or network-interface"
NARROWER = "write narrower ranges, or egress: endpoints"


@pytest.mark.parametrize(
    ("egress", "routes", "problems"),
    [
        ("nat", [ROUTE], []),
        ("nat", [{**ROUTE, "kind": "peering"}], []),
        ("nat", [{**ROUTE, "to": "10.0.0.0/15"}], []),
        ("endpoints", [DEFAULT], []),
        ("nat", [DEFAULT], [("TG533", "with egress: nat there is a route to 0.0.0.0/0 already", NARROWER)]),
        ("public", [DEFAULT],
         [("TG533", "with egress: public there is a route to 0.0.0.0/0 already", NARROWER)]),
        ("nat", [ROUTE, {**ROUTE, "via": "tgw-0a1b2c3d"}],
         [("TG533", "10.50.0.0/16 has a route already (line 6)", "remove one of the two")]),
        ("nat", [{**ROUTE, "to": "10.0.4.0/24"}],
         [("TG532", f"10.0.4.0/24 {INSIDE}", "write the range of the other network")]),
        ("nat", [{**ROUTE, "to": "10.0.0.0/16"}],
         [("TG532", f"10.0.0.0/16 {INSIDE}", "write the range of the other network")]),
        ("nat", [{**ROUTE, "to": "10.50.0.1/16"}],
         [("TG209", "10.50.0.1/16 has host bits set", "write the range as 10.50.0.0/16")]),
        ("nat", [{**ROUTE, "kind": "vpn-gateway"}],
         [("TG534", "kind is vpn-gateway, and the target is a peering connection", "remove kind")]),
        ("nat", [{"to": REMOTE, "via": {"ref": "aws_ec2_transit_gateway.x.id"}, "kind": "peering"}],
         [("TG534", "kind is peering, and the target is a transit gateway", "remove kind")]),
        ("nat", [{"to": REMOTE, "via": {"ref": "local.x"}}],
         [("TG534", "nothing says what local.x is", KINDS)]),
        ("nat", [{"to": REMOTE, "via": {"input": "x"}}], [("TG534", "nothing says what x is", KINDS)]),
        ("nat", [{"to": REMOTE, "via": {"ref": "no_reference"}}], []),  # which is said of the reference
        ("nat", [{"to": REMOTE, "via": {"ref": "aws_instance.x.id"}}],
         [("TG535", "a route needs the ID of a network interface, which id is not",
           "write aws_instance.x.primary_network_interface_id")]),
        ("nat", [{"to": REMOTE, "via": {"ref": "aws_vpc_peering_connection.x.status"}}],
         [("TG535", "a route needs the ID of a peering connection, which status is not",
           "write aws_vpc_peering_connection.x.id")]),
    ],
)  # fmt: skip
def test_what_is_wrong_with_routes(
    egress: str, routes: list[dict[str, Any]], problems: list[tuple[str, str, str]]
) -> None:
    assert found({"egress": egress, "routes": routes}) == problems
