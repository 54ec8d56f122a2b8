"""The seed's example, really applied to the emulator, planned again, looked at through boto3, destroyed.

`make test` runs two kinds of egress side by side, since most of an apply is waiting for the load balancer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from support.changes import unexpected_changes
from support.deployed import DeployedStack, write
from support.stacks import GENERATED

from tfgen import render_text

if TYPE_CHECKING:
    from support.moto_server import Moto
    from support.terraform import Stack, Terraform

SHOP = {"webapp": 3000, "backendserver": 5000}


@dataclass(frozen=True)
class Applied:
    name: str
    stack: Stack
    outputs: Mapping[str, Any]
    moto: Moto

    def client(self, service: str) -> Any:
        return self.moto.boto3_client(service)

    @property
    def vpc(self) -> list[dict[str, Any]]:
        """The filter for what is in this stack's VPC."""
        return [{"Name": "vpc-id", "Values": [self.outputs["vpc_id"]]}]

    def subnets(self, role: str) -> set[str]:
        return set(self.outputs[f"{role}_subnet_ids"].values())

    def service(self, name: str) -> dict[str, Any]:
        found = self.client("ecs").describe_services(cluster=self.name, services=[name])["services"]
        assert len(found) == 1
        service: dict[str, Any] = found[0]
        return service


@pytest.fixture(
    scope="class",
    params=[
        pytest.param(name, marks=pytest.mark.xdist_group(f"apply-{name}")) for name in ("shop", "shop-nat")
    ],
)
def applied(request: pytest.FixtureRequest, running: Terraform, moto: Moto) -> Iterator[Applied]:
    stack = running.stack(GENERATED / request.param)
    stack.init()
    stack.apply()
    yield Applied(request.param, stack, dict(stack.output()), moto)
    if stack.show().get("values"):  # a test before the last one failed
        stack.destroy()


class TestApplied:
    """In this order: what stands is looked at, and then taken down."""

    def test_a_second_plan_changes_nothing(self, applied: Applied) -> None:
        assert unexpected_changes(applied.stack.plan()) == []

    def test_routes(self, applied: Applied) -> None:
        tables = applied.client("ec2").describe_route_tables(Filters=applied.vpc)["RouteTables"]
        by_subnet = {
            association["SubnetId"]: table["Routes"]
            for table in tables
            for association in table["Associations"]
            if "SubnetId" in association
        }
        for subnet in applied.subnets("public"):
            (way,) = [r for r in by_subnet[subnet] if r.get("DestinationCidrBlock") == "0.0.0.0/0"]
            assert way["GatewayId"].startswith("igw-")
        ways = [
            route["NatGatewayId"]
            for subnet in applied.subnets("private")
            for route in by_subnet[subnet]
            if route.get("DestinationCidrBlock") == "0.0.0.0/0"
        ]
        assert len(set(ways)) == (2 if applied.name == "shop-nat" else 0)

    def test_each_nat_gateway_is_in_the_zone_that_it_serves(self, applied: Applied) -> None:
        gateways = applied.client("ec2").describe_nat_gateways(Filter=applied.vpc)["NatGateways"]
        public = applied.outputs["public_subnet_ids"]
        assert {each["SubnetId"] for each in gateways} == (
            set(public.values()) if applied.name == "shop-nat" else set()
        )

    def test_endpoints(self, applied: Applied) -> None:
        found = applied.client("ec2").describe_vpc_endpoints(Filters=applied.vpc)["VpcEndpoints"]
        gateways = {each["ServiceName"]: each for each in found if each["VpcEndpointType"] == "Gateway"}
        interfaces = {each["ServiceName"]: each for each in found if each["VpcEndpointType"] == "Interface"}
        assert set(gateways) == {"com.amazonaws.us-east-1.s3"}
        assert len(gateways["com.amazonaws.us-east-1.s3"]["RouteTableIds"]) == 2
        names = {"ecr.api", "ecr.dkr", "logs", "ecs-agent"} if applied.name == "shop" else set()
        assert set(interfaces) == {f"com.amazonaws.us-east-1.{name}" for name in names}
        for endpoint in interfaces.values():
            assert set(endpoint["SubnetIds"]) == applied.subnets("private")
            assert endpoint["PrivateDnsEnabled"] is True

    def test_target_groups(self, applied: Applied) -> None:
        groups = self.groups(applied)
        assert {name: group["Port"] for name, group in groups.items()} == SHOP
        assert {group["TargetType"] for group in groups.values()} == {"ip"}

    def groups(self, applied: Applied) -> dict[str, dict[str, Any]]:
        """The target groups of this stack's services, by service."""
        arns = {service: applied.service(service)["loadBalancers"][0]["targetGroupArn"] for service in SHOP}
        elb = applied.client("elbv2")
        return {
            service: elb.describe_target_groups(TargetGroupArns=[arn])["TargetGroups"][0]
            for service, arn in arns.items()
        }

    def test_listener_and_rules(self, applied: Applied) -> None:
        elb = applied.client("elbv2")
        groups = {group["TargetGroupArn"]: service for service, group in self.groups(applied).items()}
        balancer = elb.describe_load_balancers(Names=[applied.name])["LoadBalancers"][0]
        assert set(balancer["SecurityGroups"]) == {applied.outputs["load_balancer_security_group_id"]}
        assert {zone["SubnetId"] for zone in balancer["AvailabilityZones"]} == applied.subnets("public")
        (listener,) = elb.describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])["Listeners"]
        assert listener["Port"] == 80
        rules = elb.describe_rules(ListenerArn=listener["ListenerArn"])["Rules"]
        (default,) = [rule for rule in rules if rule["IsDefault"]]
        api, rest = sorted((r for r in rules if not r["IsDefault"]), key=lambda rule: int(rule["Priority"]))
        assert default["Actions"][0]["Type"] == "fixed-response"
        assert groups[api["Actions"][0]["TargetGroupArn"]] == "backendserver"
        assert groups[rest["Actions"][0]["TargetGroupArn"]] == "webapp"
        (condition,) = api["Conditions"]
        assert condition["Field"] == "path-pattern"
        assert set(condition["PathPatternConfig"]["Values"]) == {"/api/profile", "/api/profile/*"}

    def test_services_run_in_private_subnets(self, applied: Applied) -> None:
        for name in SHOP:
            network = applied.service(name)["networkConfiguration"]["awsvpcConfiguration"]
            assert set(network["subnets"]) == applied.subnets("private")
            assert network["securityGroups"] == [applied.outputs["security_group_ids"][name]]
            assert network["assignPublicIp"] == "DISABLED"

    def test_the_load_balancer_sends_to_the_containers_port(self, applied: Applied) -> None:
        for name, port in SHOP.items():
            (balancer,) = applied.service(name)["loadBalancers"]
            assert (balancer["containerName"], balancer["containerPort"]) == (name, port)
            (container,) = self.containers(applied, name)
            assert [mapping["containerPort"] for mapping in container["portMappings"]] == [port]

    def containers(self, applied: Applied, name: str) -> list[dict[str, Any]]:
        arn = applied.service(name)["taskDefinition"]
        definition = applied.client("ecs").describe_task_definition(taskDefinition=arn)["taskDefinition"]
        containers: list[dict[str, Any]] = definition["containerDefinitions"]
        return containers

    def test_service_connect(self, applied: Applied) -> None:
        def configuration(name: str) -> Any:
            return applied.service(name)["deployments"][0]["serviceConnectConfiguration"]

        server = configuration("backendserver")
        assert server["services"] == [
            {
                "portName": "backendserver",
                "discoveryName": "backendserver",
                "clientAliases": [{"dnsName": "backend", "port": 5000}],
            }
        ]
        (container,) = self.containers(applied, "backendserver")
        assert container["portMappings"][0]["name"] == "backendserver"
        client = configuration("webapp")
        assert client["enabled"] is True
        assert not client.get("services")
        assert client["namespace"] == server["namespace"]
        assert applied.outputs["service_connect_addresses"] == {"backendserver": "http://backend:5000"}

    def test_ecs_takes_roles_for_tasks_of_this_account_alone(self, applied: Applied) -> None:
        iam = applied.client("iam")
        for name in applied.outputs["task_role_names"].values():
            (statement,) = iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"]["Statement"]
            assert statement["Condition"] == {
                "StringEquals": {"aws:SourceAccount": "123456789012"},
                "ArnLike": {"aws:SourceArn": "arn:aws:ecs:us-east-1:123456789012:*"},
            }

    def test_containers_say_how_they_log(self, applied: Applied) -> None:
        for name in SHOP:
            (container,) = self.containers(applied, name)
            options = container["logConfiguration"]["options"]
            assert (options["mode"], options["max-buffer-size"]) == ("non-blocking", "25m")

    def test_the_backend_admits_the_balancer_and_the_webapp(self, applied: Applied) -> None:
        groups = applied.outputs["security_group_ids"]
        assert self.admitted(applied, groups["backendserver"]) == {
            (5000, applied.outputs["load_balancer_security_group_id"]),
            (5000, groups["webapp"]),
        }
        assert self.admitted(applied, groups["webapp"]) == {
            (3000, applied.outputs["load_balancer_security_group_id"])
        }

    def admitted(self, applied: Applied, group: str) -> set[tuple[int, str]]:
        """(port, peer) of what a security group lets in."""
        found = applied.client("ec2").describe_security_groups(GroupIds=[group])["SecurityGroups"][0]
        return {
            (permission["FromPort"], peer)
            for permission in found["IpPermissions"]
            for peer in (
                *(pair["GroupId"] for pair in permission["UserIdGroupPairs"]),
                *(block["CidrIp"] for block in permission["IpRanges"]),
            )
        }

    def test_destroy_leaves_nothing(self, applied: Applied) -> None:
        applied.stack.destroy()
        assert applied.client("ec2").describe_vpcs(Filters=applied.vpc)["Vpcs"] == []
        assert not applied.stack.show().get("values")


NETWORK = """\
name: nat-order
region: us-east-1

network:
  egress: nat
  zones: [a, b]
  nat: single
"""
GATEWAY, ROUTE = "module.network.aws_nat_gateway.main", "module.network.aws_route.private_internet"


@pytest.mark.xdist_group("apply-shop-nat")
def test_a_nat_gateway_is_destroyed_last(running: Terraform, tmp_path: Path) -> None:
    def rendered(more: str = "") -> Mapping[str, str]:
        pages, problems = render_text(NETWORK + more)
        assert pages, problems
        return pages

    write(rendered(), tmp_path)
    stack = running.stack(tmp_path)
    stack.init()
    stack.apply()
    # In its zone, two gateways cannot share an address: the new one gets its own.
    signs = DeployedStack(stack).signs(
        rendered("  subnets: {public: {a: 10.0.240.0/22, b: 10.0.132.0/22}}\n")
    )
    anew = ("subnet.public", "route_table_association.public", "eip.nat", "nat_gateway.main")
    assert {address: sign for address, sign in signs.items() if sign == "+/-"} == {
        f'module.network.aws_{each}["a"]': "+/-" for each in anew
    }
    # In another zone, the routes lead to the new one before the old one goes.
    write(rendered("  nat_zone: b\n"), stack.folder)
    said = stack.execute_command("apply", "-auto-approve", "-no-color").out
    order = [
        f'{GATEWAY}["b"]: Creation complete',
        f'{ROUTE}["a"]: Modifying',
        f'{ROUTE}["a"]: Modifications complete',
        f'{GATEWAY}["a"]: Destroying',
    ]
    assert sorted(order, key=said.index) == order
    stack.destroy()
