"""A stack in a VPC that exists: what is created in it, what is taken as given, and that it stays as it was.

The emulator's part makes the VPC as a network team would, applies the golden stack that joins it, and
compares the VPC before, while the stack is there, and after it was destroyed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from support.changes import unexpected_changes
from support.command import run
from support.deployed import write
from support.stacks import GENERATED

import tfgen
from tfgen import pipe
from tfgen.reach import explain

if TYPE_CHECKING:
    from support.moto_server import Moto
    from support.terraform import Terraform

SPEC = """\
name: shop
region: us-east-1
network:
  vpc:
    id: vpc-0a1b2c3d
    cidr: 10.20.0.0/16
    public_subnets: {a: subnet-000000a1, b: subnet-000000b1}
    private_subnets: {a: subnet-000000a2, b: subnet-000000b2}
    WAY
services:
  web:
    image: 123456789012.dkr.ecr.us-east-1.amazonaws.com/web:1.0
    port: 3000
    routes: [/]
"""


def rendered(way: str, text: str = SPEC) -> Mapping[str, str]:
    written, problems = tfgen.render_text(text.replace("WAY", way.replace("\n", "\n    ")))
    assert [problem for problem in problems if problem.severity == "error"] == []
    return dict(written)


def endpoints(pages: Mapping[str, str]) -> set[str]:
    page = pages.get("modules/network/endpoints.tf", "")
    return set(re.findall(r'"com\.amazonaws\.us-east-1\.(.+)"', page))


def egress(pages: Mapping[str, str]) -> dict[str, str]:
    """What the security group of web allows outbound, by the label of the rule: the other side."""
    page = pages["modules/services/web.tf"]
    blocks = re.findall(r'egress_rule" "web_to_(\w+)" \{\n(.*?)\n\}', page, re.DOTALL)
    peers = r"(?:cidr_ipv4|prefix_list_id|referenced_security_group_id) += (.+)"
    return {label: re.findall(peers, block)[0] for label, block in blocks}


# --- what is created


@pytest.mark.parametrize(("way", "role"), [("way_out: nat", "private"), ("way_out: public", "public")])
def test_an_internal_load_balancer_is_in_the_subnets_of_the_tasks(way: str, role: str) -> None:
    other = "public" if role == "private" else "private"
    without = re.sub(rf"    {other}_subnets: .*\n", "", SPEC)
    pages = rendered(way, f"{without}load_balancer: {{scheme: internal}}\n")
    assert f"values(local.{role}_subnet_ids)" in pages["main.tf"]
    page = pages["modules/load_balancer/load_balancer.tf"]
    assert re.search(rf"subnets += var\.{role}_subnet_ids\n", page)
    assert re.search(r'cidr_ipv4 += "10\.20\.0\.0/16"\n', pages["modules/load_balancer/security.tf"])


@pytest.mark.parametrize(
    ("way", "created", "allowed"),
    [
        ("way_out: nat", set(), {"internet": '"0.0.0.0/0"'}),
        ("way_out: public", set(), {"internet": '"0.0.0.0/0"'}),
        ("way_out: nat\nroute_tables: [rtb-0000000a]", {"s3"}, {"internet": '"0.0.0.0/0"'}),
        ("way_out: nat\nroute_tables: [rtb-0000000a]\nendpoints: [s3]", set(), {"internet": '"0.0.0.0/0"'}),
        ("way_out: nat+endpoints", {"ecr.api", "ecr.dkr", "logs"}, {"internet": '"0.0.0.0/0"'}),
        (
            "way_out: endpoints\nroute_tables: [rtb-0000000a]",
            {"ecr.api", "ecr.dkr", "logs", "s3"},
            {"endpoints": "var.endpoint_security_group_id", "s3": "var.s3_prefix_list_id"},
        ),
        (
            "way_out: endpoints\nendpoints: [ecr.api, logs, s3]\nprefix_lists: {s3: pl-63a5400a}",
            {"ecr.dkr"},
            {
                "endpoints": "var.endpoint_security_group_id",
                "existing_endpoints": '"10.20.0.0/16"',
                "s3": "var.s3_prefix_list_id",
            },
        ),
        (
            "way_out: endpoints\nendpoints: [ecr.api, ecr.dkr, logs, s3]\nprefix_lists: {s3: pl-63a5400a}\n"
            "endpoint_security_group: sg-0000000e",
            set(),
            {
                "existing_endpoints": "var.existing_endpoint_security_group_id",
                "s3": "var.s3_prefix_list_id",
            },
        ),
    ],
)  # fmt: skip
def test_only_what_is_missing_is_created(way: str, created: set[str], allowed: dict[str, str]) -> None:
    pages = rendered(way)
    assert endpoints(pages) == created
    assert egress(pages) == allowed
    assert ('module "network"' in pages["main.tf"]) == bool(created)
    everything = "".join(pages.values())
    for kind in ("vpc", "subnet", "route", "route_table", "internet_gateway", "nat_gateway", "eip"):
        assert f'resource "aws_{kind}"' not in everything


@pytest.mark.parametrize(
    "given",
    [
        "endpoints: [ecr.api]\nendpoint_security_group: sg-0000000e",
        "endpoints: [s3]\nprefix_lists: {s3: pl-63a5400a}",
    ],
)
def test_what_no_rule_refers_to_is_no_variable(given: str) -> None:
    """Tasks that may connect to the internet need no rule of their own for an endpoint."""
    pages = rendered(f"way_out: nat\n{given}")
    assert egress(pages) == {"internet": '"0.0.0.0/0"'}
    assert not re.search("sg-0000000e|pl-63a5400a|existing_endpoint|prefix_list", "".join(pages.values()))


def test_private_subnets_that_nothing_uses_are_not_written() -> None:
    assert "private_subnet" not in "".join(rendered("way_out: public").values())


def test_a_network_alone_needs_no_private_subnets() -> None:
    private = "    private_subnets: {a: subnet-000000a2, b: subnet-000000b2}\n"
    network = SPEC[: SPEC.index("services:")].replace(private, "") + "  endpoints: [dynamodb]\n"
    pages = rendered("way_out: endpoints\nroute_tables: [rtb-0000000a]", network)
    assert endpoints(pages) == {"dynamodb"}
    variables = re.findall(r'variable "(\w+)"', pages["modules/network/variables.tf"])
    assert variables == ["vpc_id", "route_table_ids"]
    assert "private_subnet" not in pages["main.tf"]


def test_ids_are_literals_inputs_and_references() -> None:
    way = (
        "way_out: endpoints\nendpoints: [ecr.api, s3]\n"
        "endpoint_security_group: {ref: aws_security_group.e.id}\nprefix_lists: {s3: {input: s3_list}}"
    )
    text = SPEC.replace("vpc-0a1b2c3d", "{ref: module.base.vpc_id}").replace(
        "subnet-000000a2", "{input: private_a}"
    )
    pages = rendered(way, text)
    main = pages["main.tf"]
    assert "  vpc_id = module.base.vpc_id\n" in main
    assert '    a = var.private_a\n    b = "subnet-000000b2"\n' in main
    assert re.search(r"existing_endpoint_security_group_id += aws_security_group\.e\.id\n", main)
    assert re.search(r"s3_prefix_list_id += var\.s3_list\n", main)
    assert 'variable "private_a"' in pages["variables.tf"]
    assert "length(distinct(concat(" in pages["outputs.tf"]


TABLES = """\
way_out: nat
route_tables: [rtb-0000000a, {input: table_b}, {ref: 'module.base.tables["c"]'}]
"""
ROUTES = "routes: [{to: 10.50.0.0/16, via: pcx-0a1b2c3d}]"


def test_routes_are_added_to_the_tables_that_the_spec_names() -> None:
    pages = rendered(TABLES.rstrip(), SPEC.replace("  vpc:", f"  {ROUTES}\n  vpc:"))
    text = pages["modules/network/routes.tf"]
    assert re.findall(r'resource "(\w+)" "(\w+)"', text) == [("aws_route", "private_to_10_50_0_0_16")]
    arguments = dict(re.findall(r"^  (\w+) += (.+)$", text, re.MULTILINE))
    assert arguments == {
        "for_each": "var.route_tables",
        "route_table_id": "each.value",
        "destination_cidr_block": '"10.50.0.0/16"',
        "vpc_peering_connection_id": '"pcx-0a1b2c3d"',
    }
    # Each by what names it, so that a plan knows the keys of IDs that it does not know.
    (tables,) = re.findall(r"  route_tables = \{\n(.*?)  \}\n", pages["main.tf"], re.DOTALL)
    assert dict(re.findall(r"^ +(\S+) += (.+)$", tables, re.MULTILINE)) == {
        "rtb-0000000a": '"rtb-0000000a"',
        "table_b": "var.table_b",
        '"module.base.tables.c"': 'module.base.tables["c"]',
    }
    # The gateway endpoint for S3 is created in the same tables.
    assert "route_table_ids   = values(var.route_tables)\n" in pages["modules/network/endpoints.tf"]
    assert "elsewhere; this stack adds routes to its tables.\n" in pages["main.tf"]


def test_where_only_routes_are_created_the_subnets_stay_as_given() -> None:
    way = "way_out: nat\nendpoints: [s3]\nroute_tables: [rtb-0000000a]"
    pages = rendered(way, SPEC.replace("  vpc:", f"  {ROUTES}\n  vpc:"))
    (module,) = re.findall(r'module "network" \{\n(.*?)\n\}', pages["main.tf"], re.DOTALL)
    assert re.findall(r"^  (\w+) +=", module, re.MULTILINE) == ["source", "route_tables"]
    assert re.search(r"  subnet_ids +=  ?values\(local\.private_subnet_ids\)\n", pages["main.tf"])
    assert "modules/network/outputs.tf" not in pages


@pytest.mark.parametrize(
    ("way_out", "to", "cidr", "said"),
    [
        ("nat", "10.50.0.0/16", "10.50.1.0/24", "given    route      private subnets in its route_tables"),
        ("public", "10.50.0.0/16", "10.50.1.0/24", "given    route      public subnets in its route_tables"),
        ("nat", "10.50.0.0/16", "10.60.1.0/24", "given    route      private addresses outside the VPC"),
        ("endpoints", "0.0.0.0/0", "198.51.100.0/24", "0.0.0.0/0 to pcx-0a1b2c3d, which is given by you"),
        ("endpoints", "10.50.0.0/16", "198.51.100.0/24", "MISSING  route"),
    ],
)
def test_the_proof_follows_routes_to_what_is_given(way_out: str, to: str, cidr: str, said: str) -> None:
    text = SPEC.replace("  vpc:", f"  {ROUTES}\n  vpc:").replace("10.50.0.0/16", to)
    endpoints = "endpoints: [s3, ecr.api, ecr.dkr, logs]\n    prefix_lists: {s3: pl-63a5400a}"
    way = f"way_out: {way_out}\n    {endpoints}\n    route_tables: [rtb-0000000a]"
    text = text.replace("WAY", way) + f"    egress: [443, {{cidr: {cidr}, port: 5432}}]\n"
    outcome = pipe.run_text(text, "shop.yaml")
    assert outcome.overridden, outcome.problems
    flow = explain.text(outcome.overridden).partition(f"web -> {cidr}, port 5432")[2].partition("\n\n")[0]
    assert said in flow


def test_where_everything_is_literal_nothing_is_left_to_check() -> None:
    assert "precondition" not in rendered("way_out: nat")["outputs.tf"]


def test_a_load_balancer_and_a_cluster_can_exist_too() -> None:
    """Then no public subnets are needed, and nothing but the services is created."""
    text = SPEC.replace("    public_subnets: {a: subnet-000000a1, b: subnet-000000b1}\n", "")
    existing = "listener_arns: {http: {input: listener}}, security_group: sg-0000000a"
    cluster = "arn:aws:ecs:us-east-1:123456789012:cluster/shared"
    pages = rendered(
        "way_out: nat", f"{text}load_balancer: {{existing: {{{existing}}}}}\ncluster: {cluster}\n"
    )
    assert re.findall(r'module "(\w+)"', pages["main.tf"]) == ["services"]
    assert "public" not in pages["outputs.tf"]
    assert 'resource "aws_ecs_cluster"' not in "".join(pages.values())


def test_an_image_that_only_terraform_knows_may_need_s3() -> None:
    """Its repository may be in ECR, whose layers are there, unless the text before the tag names another."""
    way = "way_out: endpoints\nendpoints: [ecr.api, ecr.dkr, logs]"
    image = "123456789012.dkr.ecr.us-east-1.amazonaws.com/web:1.0"
    codes = {}
    for said in ("{input: web}", "{join: ['ghcr.io/acme/web:', {input: tag}]}"):
        text = SPEC.replace("WAY", way.replace("\n", "\n    ")).replace(image, said)
        codes[said[1:6]] = {problem.code for problem in tfgen.render_text(text)[1]}
    assert "TG508" in codes["input"]
    assert "TG508" not in codes["join:"]


def test_show_prints_a_spec_that_is_the_same(tmp_path: Path) -> None:
    path = tmp_path / "spec.yaml"
    path.write_text(SPEC.replace("WAY", "way_out: nat"))
    assert rendered("", run("show", str(path)).out) == rendered("way_out: nat")


# --- in the emulator


class Foreign:
    """A VPC of a network team: subnets, route tables, endpoints for ECR and S3."""

    def __init__(self, moto: Moto) -> None:
        ec2 = self.ec2 = moto.boto3_client("ec2")
        self.vpc = ec2.create_vpc(CidrBlock="10.30.0.0/16")["Vpc"]["VpcId"]
        for flag in ("EnableDnsSupport", "EnableDnsHostnames"):
            ec2.modify_vpc_attribute(VpcId=self.vpc, **{flag: {"Value": True}})
        ids: dict[str, str] = {"vpc_id": self.vpc}
        for number, (role, zone) in enumerate((r, z) for r in ("public", "private") for z in "ab"):
            ids[f"{role}_subnet_{zone}"] = self._subnet(number, zone)
        for zone in "ab":
            table = ec2.create_route_table(VpcId=self.vpc)["RouteTable"]["RouteTableId"]
            ec2.associate_route_table(RouteTableId=table, SubnetId=ids[f"private_subnet_{zone}"])
            ids[f"private_route_table_{zone}"] = table
        group = ec2.create_security_group(GroupName="endpoints", Description="Endpoints", VpcId=self.vpc)
        ids["endpoint_security_group"] = group["GroupId"]
        for name in ("ecr.api", "ecr.dkr"):
            ec2.create_vpc_endpoint(
                VpcId=self.vpc,
                ServiceName=f"com.amazonaws.us-east-1.{name}",
                VpcEndpointType="Interface",
                SubnetIds=[ids["private_subnet_a"], ids["private_subnet_b"]],
                SecurityGroupIds=[group["GroupId"]],
                PrivateDnsEnabled=True,
            )
        ec2.create_vpc_endpoint(
            VpcId=self.vpc,
            ServiceName="com.amazonaws.us-east-1.s3",
            VpcEndpointType="Gateway",
            RouteTableIds=[ids["private_route_table_a"], ids["private_route_table_b"]],
        )
        self.ids = ids

    def _subnet(self, number: int, zone: str) -> str:
        subnet = self.ec2.create_subnet(
            VpcId=self.vpc, CidrBlock=f"10.30.{number}.0/24", AvailabilityZone=f"us-east-1{zone}"
        )
        found: str = subnet["Subnet"]["SubnetId"]
        return found

    def seen(self) -> dict[str, Any]:
        """Everything in it, but for the addresses that a subnet has left."""
        own = [{"Name": "vpc-id", "Values": [self.vpc]}]
        subnets = self.ec2.describe_subnets(Filters=own)["Subnets"]
        return {
            "vpc": self.ec2.describe_vpcs(VpcIds=[self.vpc])["Vpcs"],
            "subnets": [{**each, "AvailableIpAddressCount": 0} for each in subnets],
            "tables": self.ec2.describe_route_tables(Filters=own)["RouteTables"],
            "groups": self.ec2.describe_security_groups(Filters=own)["SecurityGroups"],
            "endpoints": self.ec2.describe_vpc_endpoints(Filters=own)["VpcEndpoints"],
        }


def services_of(seen: Mapping[str, Any]) -> set[str]:
    return {each["ServiceName"].removeprefix("com.amazonaws.us-east-1.") for each in seen["endpoints"]}


@pytest.mark.terraform
@pytest.mark.xdist_group("apply-joined")
def test_the_vpc_stands_after_the_stack_is_destroyed(running: Terraform, moto: Moto) -> None:
    foreign = Foreign(moto)
    before = foreign.seen()
    stack = running.stack(GENERATED / "joined-endpoints")
    (stack.folder / "foreign.auto.tfvars.json").write_text(json.dumps(foreign.ids))
    stack.init()
    stack.apply()
    try:
        assert unexpected_changes(stack.plan()) == []
        during = foreign.seen()
        assert services_of(during) == {"ecr.api", "ecr.dkr", "s3", "logs", "ecs-agent", "dynamodb"}
        assert [each["SubnetId"] for each in during["subnets"]] == [
            each["SubnetId"] for each in before["subnets"]
        ]
        assert during["vpc"] == before["vpc"]
        assert [group for group in during["groups"] if group in before["groups"]] == before["groups"]
        assert dict(stack.output())["vpc_id"] == foreign.vpc
    finally:
        stack.destroy()
    after = foreign.seen()
    after["endpoints"] = [each for each in after["endpoints"] if each["State"] != "deleted"]
    assert after == before


@pytest.mark.terraform
@pytest.mark.xdist_group("apply-joined")
def test_routes_come_to_its_tables_and_go(terraform: Terraform, moto: Moto, tmp_path: Path) -> None:
    foreign = Foreign(moto)
    before = foreign.seen()
    gateway = foreign.ec2.create_vpn_gateway(Type="ipsec.1")["VpnGateway"]["VpnGatewayId"]
    tables = [foreign.ids[f"private_route_table_{zone}"] for zone in "ab"]
    head = SPEC[: SPEC.index("    WAY")].replace("10.20.0.0/16", "10.30.0.0/16")
    way = f"    way_out: nat\n    endpoints: [s3]\n    route_tables: [{tables[0]}, {{input: table}}]\n"
    routes = f"  routes: [{{to: 10.50.0.0/16, via: {gateway}}}]\n"
    pages, problems = tfgen.render_text(head + way + routes)
    assert pages, problems
    write(pages, tmp_path)
    (tmp_path / "foreign.auto.tfvars.json").write_text(json.dumps({"table": tables[1]}))
    stack = terraform.stack(tmp_path)
    stack.init()
    stack.apply()
    try:
        assert unexpected_changes(stack.plan()) == []
        for old, new in zip(before["tables"], foreign.seen()["tables"], strict=True):
            more = [route for route in new["Routes"] if route not in old["Routes"]]
            found = [(route["DestinationCidrBlock"], route["GatewayId"]) for route in more]
            assert found == ([("10.50.0.0/16", gateway)] if new["RouteTableId"] in tables else [])
    finally:
        stack.destroy()
    assert foreign.seen() == before


@pytest.mark.terraform
@pytest.mark.xdist_group("apply-joined")
def test_one_subnet_for_two_zones_is_refused_by_the_plan(running: Terraform) -> None:
    stack = running.stack(GENERATED / "joined-endpoints")
    (stack.folder / "foreign.auto.tfvars.json").write_text(
        json.dumps({"private_subnet_b": "subnet-0b20000000000000a"})
    )
    stack.init()
    with pytest.raises(Exception, match="Two subnets are the same"):
        stack.plan()
