"""New first, then what uses it, then the old goes: the order of the calls that real applies make.

Three stacks stand in the emulator and are taken through changes; its log of calls (support/call_log.py) says
what came first. What services and jobs have besides networks and load balancers is in test_order_services.py.
That the graph of every row of the change matrix has the same order is held in test_change_matrix.py.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pytest
from support.call_log import Step, resources_in, steps
from support.change_matrix import SCALED
from support.change_matrix import SHOP as BASE
from support.deployed import deploy_stacks, remove, write
from support.moto_server import CALLS

from tfgen import render_text

if TYPE_CHECKING:
    from support.moto_server import Moto
    from support.terraform import Stack, Terraform

Change = Callable[..., list[Step]]

SHOP = BASE.replace("{egress}", "nat").replace("  zones: [a, b, c]\n", "  zones: [a, b, c]\n  nat: single\n")
ENDPOINTS = ("egress: nat", "egress: endpoints"), ("  nat: single\n", "")
INSIDE_ONLY = "services:\n", "load_balancer: {scheme: internal}\nservices:\n"
PUBLIC = ("egress: nat", "egress: public"), ("  nat: single\n", "")

# What tasks and requests use while they run.
IN_USE = (
    "aws_iam_role_policy",
    "aws_iam_role_policy_attachment",
    "aws_ecs_task_definition",
    "aws_lb",
    "aws_lb_listener",
    "aws_lb_listener_rule",
    "aws_lb_target_group",
    "aws_nat_gateway",
    "aws_route",
    "aws_route_table",
    "aws_route_table_association",
    "aws_vpc_endpoint",
    "aws_vpc_security_group_egress_rule",
    "aws_vpc_security_group_ingress_rule",
)


def edited(name: str, *edits: tuple[str, str]) -> Mapping[str, str]:
    text = SCALED.replace("matrix-scaled", name) if name == "order-scaled" else SHOP.format(name=name)
    for old, new in edits:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    pages, problems = render_text(text)
    assert pages, problems
    return pages


@pytest.fixture(scope="module")
def deployed(terraform: Terraform, running: Terraform, moto: Moto) -> Iterator[Mapping[str, Stack]]:
    names = ("order-ways", "order-services", "order-scaled")
    found = deploy_stacks(terraform, {name: edited(name) for name in names})
    yield {name: each.run_by(running).stack for name, each in found.items()}
    moto.reset()


@pytest.fixture
def change(deployed: Mapping[str, Stack]) -> Change:
    """Applies an edit of a stack's spec; what was called, in order."""

    def apply(name: str, *edits: tuple[str, str]) -> list[Step]:
        stack = deployed[name]
        before, first = resources_in(stack.folder), len(CALLS)
        remove(stack.folder.rglob("*.tf"))
        write(edited(name, *edits), stack.folder)
        stack.execute_command("apply", "-auto-approve", "-input=false", "-no-color", "-refresh=false")
        return steps(CALLS[first:], before, resources_in(stack.folder))

    return apply


def kind(step: Step) -> str:
    return step.address.rpartition(".")[0].rpartition(".")[2]


def of(found: Sequence[Step], verb: str, *kinds: str) -> list[int]:
    """The places in the order of what is made, changed or taken away of some types."""
    return [place for place, step in enumerate(found) if step.verb == verb and kind(step) in kinds]


def early(found: Sequence[Step]) -> list[str]:
    """What in use goes before everything new is there and every service that stays is updated."""
    services = of(found, "update", "aws_ecs_service")
    gone = {step.address for step in found if step.verb == "delete"}
    ready = [*of(found, "create", *IN_USE), *(each for each in services if found[each].address not in gone)]
    return [found[place].address for place in of(found, "delete", *IN_USE) if place < max(ready, default=-1)]


def places(action: str, first: int) -> list[int]:
    """The places of an action among the calls since one."""
    return [place for place, call in enumerate(CALLS[first:]) if call.action == action]


def asked(place: int, first: int) -> str:
    """What one of the calls since one asked for."""
    return CALLS[first + place].asked


def writers_of_logs(s3: Any) -> list[tuple[str, str, str]]:
    """Who may do what in the buckets for logs: principal, action, and objects."""
    (name,) = (each["Name"] for each in s3.list_buckets()["Buckets"] if "alb-logs-" in each["Name"])
    return [
        (each["Principal"]["Service"], each["Action"], resource.removeprefix(f"arn:aws:s3:::{name}"))
        for each in json.loads(s3.get_bucket_policy(Bucket=name)["Policy"])["Statement"]
        for resource in each["Resource"]
    ]


@pytest.mark.xdist_group("order")
class TestWaysOut:
    """In this order, each from where the one before it ended."""

    def test_the_nat_gateway_in_another_zone(self, change: Change) -> None:
        """Routes lead to the new one before the old one is gone, and its address after it."""
        found = change("order-ways", ("  nat: single\n", "  nat: single\n  nat_zone: b\n"))
        (gateway,), (old,) = of(found, "create", "aws_nat_gateway"), of(found, "delete", "aws_nat_gateway")
        routes, (address,) = of(found, "update", "aws_route"), of(found, "delete", "aws_eip")
        assert len(routes) == 3
        assert gateway < min(routes)
        assert max(routes) < old < address

    def test_nat_to_endpoints(self, change: Change) -> None:
        found = change("order-ways", *ENDPOINTS)
        assert early(found) == []
        assert len(of(found, "create", "aws_vpc_endpoint")) == 4
        assert len(of(found, "delete", "aws_route")) == 3
        assert len(of(found, "update", "aws_ecs_service")) == 2
        # An endpoint is asked as soon as it stands: its group lets tasks in by then.
        (admits,) = of(found, "create", "aws_vpc_security_group_ingress_rule")
        assert admits < min(of(found, "create", "aws_vpc_endpoint"))

    def test_a_zone_less(self, change: Change) -> None:
        found = change("order-ways", *ENDPOINTS, ("[a, b, c]", "[a, b]"))
        assert early(found) == []
        # AWS refuses to take a table from an endpoint once it is deleted.
        (table,) = of(found, "delete", "aws_route_table")
        assert max(of(found, "update", "aws_vpc_endpoint")) < table
        assert max(of(found, "update", "aws_ecs_service")) < table

    def test_endpoints_to_nat(self, change: Change) -> None:
        found = change("order-ways", ("[a, b, c]", "[a, b]"))
        assert early(found) == []
        assert len(of(found, "delete", "aws_vpc_endpoint")) == 4
        assert len(of(found, "create", "aws_route")) == 2
        # An endpoint is asked until it is gone: its group lets tasks in as long.
        (admits,) = of(found, "delete", "aws_vpc_security_group_ingress_rule")
        assert admits > max(of(found, "delete", "aws_vpc_endpoint"))

    def test_private_to_public_subnets(self, change: Change) -> None:
        found = change("order-ways", *PUBLIC, ("[a, b, c]", "[a, b]"))
        assert early(found) == []
        assert max(of(found, "update", "aws_ecs_service")) < min(
            of(found, "delete", "aws_route", "aws_subnet")
        )

    def test_a_service_that_is_removed(self, change: Change) -> None:
        """What lets requests in outlives it: they end while it drains, and do not hang."""
        rest = SHOP[SHOP.index("\n  backendserver:") :]
        call = "    calls: [backendserver]\n"
        found = change("order-ways", *PUBLIC, ("[a, b, c]", "[a, b]"), (call, ""), (rest, ""))
        assert early(found) == []
        (gone,) = of(found, "delete", "aws_ecs_service")
        own = (
            "backendserver_to_internet",
            "backendserver_from_load_balancer",
            "load_balancer_to_backendserver",
        )
        lets = [place for place in of(found, "delete", *IN_USE) if found[place].address.endswith(own)]
        assert all(gone < place for place in lets)
        (caller,) = (
            place for place in of(found, "update", "aws_ecs_service") if "webapp" in found[place].address
        )
        calls = [place for place in of(found, "delete", *IN_USE) if "webapp" in found[place].address]
        assert len(calls) == 2
        assert caller < min(calls)


@pytest.mark.xdist_group("order")
class TestServices:
    """In this order, each from where the one before it ended."""

    TLS = (
        "services:\n",
        "load_balancer: {domain: shop.example.com, zone: Z0123456789ABCDEFGHIJ}\n\nservices:\n",
    )

    def test_http_to_https(self, change: Change) -> None:
        """A certificate takes minutes, or is never issued: until then everything is served as it was."""
        found = change("order-services", self.TLS)
        assert early(found) == []
        (issued,) = of(found, "create", "aws_acm_certificate")
        (listens,) = of(found, "create", "aws_lb_listener")
        rules, updated = of(found, "create", "aws_lb_listener_rule"), of(found, "update", "aws_ecs_service")
        assert issued < listens < min(rules)
        assert (len(rules), len(updated), len(of(found, "delete", "aws_lb_listener_rule"))) == (2, 2, 2)

    NAMES = (
        "services:\n",
        "load_balancer: {domain: [shop.example.com, api.example.com], zone: Z0123456789ABCDEFGHIJ}\n\n"
        "services:\n",
    )
    GRPC = ("    port: 3000\n", "    port: {number: 3000, protocol: grpc}\n")

    def test_another_name_and_another_protocol(self, change: Change) -> None:
        """The listener has the new certificate before the old one goes, and the service the target group."""
        found = change("order-services", self.NAMES, self.GRPC)
        assert early(found) == []
        (issued,), (old,) = (
            of(found, "create", "aws_acm_certificate"),
            of(found, "delete", "aws_acm_certificate"),
        )
        (listens,) = of(found, "update", "aws_lb_listener")
        assert issued < listens < old
        (group,), (gone,) = (
            of(found, "create", "aws_lb_target_group"),
            of(found, "delete", "aws_lb_target_group"),
        )
        (rule,), (updated,) = (
            of(found, "update", "aws_lb_listener_rule"),
            of(found, "update", "aws_ecs_service"),
        )
        assert group < rule < updated < gone

    def test_https_to_http(self, change: Change) -> None:
        found = change("order-services")
        assert early(found) == []
        (gone,) = of(found, "delete", "aws_acm_certificate")
        (listens,) = of(found, "delete", "aws_lb_listener")
        assert max(of(found, "create", "aws_lb_listener_rule")) < listens < gone

    BESIDE = (
        ("services:\n", "load_balancers:\n  main: {}\n  internal: {scheme: internal}\nservices:\n"),
        ("    routes: [/]\n", "    routes: [/, {path: /inside, listener: internal}]\n"),
    )

    def test_a_load_balancer_beside_the_first(self, change: Change) -> None:
        """ECS updates the service in place once the new target group has a listener; the old way stays."""
        found = change("order-services", *self.BESIDE)
        assert {step.verb for step in found} == {"create", "update"}
        (balancer,) = of(found, "create", "aws_lb")
        (listens,) = of(found, "create", "aws_lb_listener")
        (group,) = of(found, "create", "aws_lb_target_group")
        (rule,) = of(found, "create", "aws_lb_listener_rule")
        (updated,) = of(found, "update", "aws_ecs_service")
        assert balancer < listens < rule < updated
        assert group < rule
        assert max(of(found, "create", *(each for each in IN_USE if "security" in each))) < updated

    def test_only_the_first_again(self, change: Change) -> None:
        """The service leaves a target group before anything that leads to it is destroyed."""
        found = change("order-services")
        assert early(found) == []
        (updated,) = of(found, "update", "aws_ecs_service")
        gone = of(found, "delete", *IN_USE)
        assert len(gone) == 7
        assert updated < min(gone)

    OPS = (
        ("services:\n", "load_balancer: {listeners: {http: 80, ops: 8080}}\nservices:\n"),
        (
            "    port: 3000\n    routes: [/]\n",
            "    ports: {http: 3000, admin: 9000}\n"
            "    routes: [/, {path: /admin, listener: ops, port: admin}]\n",
        ),
        (
            "    routes: [/api/profile]\n",
            "    routes: [{path: /api/profile, listener: ops}]\n"
            "    health_check: {path: /alive, port: 5001}\n",
        ),
    )

    def test_another_listener_and_ports_behind_it(self, change: Change) -> None:
        """Ports are used and checked once their rules exist; a route leaves its old listener at once."""
        found = change("order-services", *self.OPS)
        assert {kind(found[place]) for place in of(found, "delete", *IN_USE)} == {"aws_lb_listener_rule"}
        (listens,), (group,) = (
            of(found, "create", "aws_lb_listener"),
            of(found, "create", "aws_lb_target_group"),
        )
        rules, (updated,) = (
            of(found, "create", "aws_lb_listener_rule"),
            of(found, "update", "aws_ecs_service"),
        )
        assert len(rules) == 2
        assert max(listens, group) < min(rules)
        assert max(rules) < updated
        allowed = of(found, "create", *(each for each in IN_USE if "security" in each))
        assert max(place for place in allowed if "_admin" in found[place].address) < updated
        checked = [place for place in allowed if "_5001" in found[place].address]
        assert len(checked) == 2
        assert max(checked) < min(of(found, "update", "aws_lb_target_group"))

    def test_the_first_listener_alone(self, change: Change) -> None:
        """A port is allowed until nobody asks or checks it any more."""
        found = change("order-services")
        (updated,) = of(found, "update", "aws_ecs_service")
        (group,) = of(found, "delete", "aws_lb_target_group")
        assert updated < group
        allowed = of(found, "delete", *(each for each in IN_USE if "security" in each))
        assert updated < min(place for place in allowed if "_admin" in found[place].address)
        checked = [place for place in allowed if "_5001" in found[place].address]
        assert len(checked) == 2
        assert max(of(found, "update", "aws_lb_target_group")) < min(checked)

    IPV6 = ("  egress: nat\n", "  egress: nat\n  ipv6: true\n")

    def test_ipv6_turned_on(self, change: Change) -> None:
        """The load balancer gets addresses when its subnets have ranges and a route for them."""
        first = len(CALLS)
        found = change("order-services", self.IPV6)
        assert early(found) == []
        (balancer,) = places("SetIpAddressType", first)
        (vpc,), subnets = places("AssociateVpcCidrBlock", first), places("AssociateSubnetCidrBlock", first)
        assert vpc < min(subnets)
        assert len(subnets) == 6
        to_gateway = [
            place for place in places("CreateRoute", first) if '"GatewayId": ["igw-' in asked(place, first)
        ]
        assert len(to_gateway) == 1
        assert max(*subnets, *to_gateway) < balancer

    def test_ipv6_turned_off(self, change: Change) -> None:
        """The emulator lets it pass. AWS refuses the first of these calls, as `tfgen changes` says, and the
        load balancer keeps its addresses."""
        first = len(CALLS)
        found = change("order-services")
        assert early(found) == []
        (vpc,), subnets = (
            places("DisassociateVpcCidrBlock", first),
            places("DisassociateSubnetCidrBlock", first),
        )
        assert vpc < min(subnets)
        assert places("SetIpAddressType", first) == []

    IMAGE = ("webapp:1.4.2", "webapp:1.5.0")
    PORT = ("port: 5000", "port: 5001")

    def test_a_new_revision(self, change: Change) -> None:
        """The old one stays, for a deployment that is rolled back."""
        found = change("order-services", self.IMAGE)
        assert [(step.verb, kind(step)) for step in found] == [
            ("create", "aws_ecs_task_definition"),
            ("update", "aws_ecs_service"),
        ]

    QUEUE = "arn:aws:sqs:us-east-1:123456789012:"

    def may(self, queue: str) -> tuple[str, str]:
        """What the webapp is allowed."""
        access = f"    access: [{{receive: {self.QUEUE}{queue}}}]\n"
        policies = f"    policies: [arn:aws:iam::123456789012:policy/order-{queue}]\n"
        return "    routes: [/]\n", f"    routes: [/]\n{access}{policies}"

    def test_a_permission(self, change: Change, moto: Moto) -> None:
        """Before the tasks that need it."""
        statement = {"Effect": "Allow", "Action": "ses:SendEmail", "Resource": "*"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        for name in ("order-old", "order-new"):
            moto.boto3_client("iam").create_policy(PolicyName=name, PolicyDocument=document)
        found = change("order-services", ("webapp:1.4.2", "webapp:1.5.1"), self.may("old"))
        allowed = of(found, "create", "aws_iam_role_policy", "aws_iam_role_policy_attachment")
        assert len(allowed) == 2
        assert max(allowed) < min(of(found, "update", "aws_ecs_service"))

    def test_a_permission_for_another_queue(self, change: Change) -> None:
        """Old tasks have the old one until they are stopped."""
        found = change("order-services", ("webapp:1.4.2", "webapp:1.5.2"), self.may("new"))
        assert early(found) == []
        kinds = "aws_iam_role_policy", "aws_iam_role_policy_attachment"
        (updated,) = of(found, "update", "aws_ecs_service")
        assert len(of(found, "create", *kinds)) == len(of(found, "delete", *kinds)) == 2
        assert max(of(found, "create", *kinds)) < updated < min(of(found, "delete", *kinds))

    def test_a_permission_that_is_removed(self, change: Change) -> None:
        found = change("order-services", self.IMAGE)
        (updated,) = of(found, "update", "aws_ecs_service")
        gone = of(found, "delete", "aws_iam_role_policy", "aws_iam_role_policy_attachment")
        assert len(gone) == 2
        assert updated < min(gone)

    def test_another_port(self, change: Change) -> None:
        """A rolling deployment in the same target group; only the rules' port is ahead of it."""
        found = change("order-services", self.IMAGE, self.PORT)
        assert early(found) == []
        assert of(found, "create", "aws_lb_target_group") == of(found, "update", "aws_lb_listener_rule") == []
        rules = of(found, "update", *(each for each in IN_USE if "security" in each))
        assert len(rules) == 4
        assert max(rules) < min(of(found, "update", "aws_ecs_service"))

    INSIDE = "services:\n", "load_balancer: {scheme: internal, access_logs: true}\nservices:\n"

    def test_a_load_balancer_made_internal(self, change: Change, moto: Moto) -> None:
        """The new one exists beside the old one until no service is behind that; a target group has one."""
        found = change("order-services", self.IMAGE, self.PORT, self.INSIDE)
        assert [each for each in early(found) if "ingress_rule.http_from" not in each] == []
        balancers = of(found, "create", "aws_lb"), of(found, "delete", "aws_lb")
        assert [len(each) for each in balancers] == [1, 1]
        updated = of(found, "update", "aws_ecs_service")
        assert len(updated) == len(of(found, "create", "aws_lb_target_group")) == 2
        assert max(balancers[0]) < min(updated)
        assert max(updated) < min(balancers[1])
        assert max(updated) < min(of(found, "delete", "aws_lb_target_group"))
        assert not of(found, "update", "aws_lb_listener_rule", "aws_lb_listener")
        # AWS writes a test file when logs are turned on, which happens after the load balancer exists.
        (policy,) = of(found, "create", "aws_s3_bucket_policy")
        assert policy < min(balancers[0])
        assert writers_of_logs(moto.boto3_client("s3")) == [
            ("logdelivery.elasticloadbalancing.amazonaws.com", "s3:PutObject", "/AWSLogs/123456789012/*")
        ]

    def test_logs_turned_off(self, change: Change) -> None:
        """Before the bucket and its policy are destroyed, so that no line is lost to a missing permission."""
        found = change("order-services", self.IMAGE, self.PORT, INSIDE_ONLY)
        assert [step.address for step in found if step.verb == "create"] == []
        (off,) = of(found, "update", "aws_lb")
        assert off < min(of(found, "delete", "aws_s3_bucket_policy", "aws_s3_bucket"))

    def test_routes_taken_from_a_service_that_stays(self, change: Change) -> None:
        found = change(
            "order-services", self.IMAGE, self.PORT, INSIDE_ONLY, ("    routes: [/api/profile]\n", "")
        )
        assert early(found) == []
        (rule,) = of(found, "delete", "aws_lb_listener_rule")
        (group,) = of(found, "delete", "aws_lb_target_group")
        (updated,) = of(found, "update", "aws_ecs_service")
        assert updated < rule < group

    def test_the_last_routes_taken(self, change: Change) -> None:
        """The load balancer goes after the services have left it, and who may connect to it last."""
        found = change(
            "order-services",
            self.IMAGE,
            self.PORT,
            INSIDE_ONLY,
            ("    routes: [/api/profile]\n", ""),
            ("    routes: [/]\n", ""),
        )
        assert early(found) == []
        (updated,) = of(found, "update", "aws_ecs_service")
        (balancer,) = of(found, "delete", "aws_lb")
        (group,) = of(found, "delete", "aws_lb_target_group")
        assert updated < min(balancer, group)

    WITHOUT_API = "    routes: [/api/profile]\n", ""

    def network(self, change: Change, listener: str, port: int) -> list[Step]:
        """The stack with a network load balancer alone, whose one listener leads to the webapp."""
        raw = f"{{type: network, listeners: {{{listener}: {port}}}}}"
        return change(
            "order-services",
            self.IMAGE,
            self.PORT,
            self.WITHOUT_API,
            ("services:\n", f"load_balancers: {{raw: {raw}}}\n\nservices:\n"),
            ("    routes: [/]\n", f"    routes: [{{listener: raw.{listener}}}]\n"),
        )

    def test_a_network_load_balancer(self, change: Change) -> None:
        """ECS accepts the target group of a service once a listener leads to it."""
        found = self.network(change, "feed", 9000)
        (listens,) = (
            place for place in of(found, "create", "aws_lb_listener") if "raw_feed" in found[place].address
        )
        (group,) = of(found, "create", "aws_lb_target_group")
        updated = [
            place for place in of(found, "update", "aws_ecs_service") if "webapp" in found[place].address
        ]
        assert max(of(found, "create", "aws_lb")) < listens < min(updated)
        assert group < listens
        assert min(updated) < min(of(found, "delete", *IN_USE), default=len(found))

    def test_another_listener_of_a_network_load_balancer(self, change: Change) -> None:
        """The new one listens before the old one is gone."""
        found = self.network(change, "other", 9001)
        (listens,) = of(found, "create", "aws_lb_listener")
        (updated,) = of(found, "update", "aws_ecs_service")
        (gone,) = of(found, "delete", "aws_lb_listener")
        assert listens < updated < gone
        assert of(found, "create", "aws_lb_target_group") == []


@pytest.mark.xdist_group("order")
class TestScaling:
    """In this order, each from where the one before it ended."""

    COUNT = SCALED[SCALED.index("    scaling:") : SCALED.index("    spot:")], "    count: 4\n"
    SPOT = "{base: 1, weight: 3}"

    def test_scaling_to_a_number_of_tasks(self, change: Change) -> None:
        """Nothing else changes the number any more when Terraform sets it."""
        first = len(CALLS)
        change("order-scaled", self.COUNT)
        (ended,), (policy,) = places("DeregisterScalableTarget", first), places("DeleteScalingPolicy", first)
        (updated,) = places("UpdateService", first)
        assert policy < ended < updated
        assert '"desiredCount":4' in asked(updated, first)

    def test_a_number_of_tasks_to_scaling(self, change: Change) -> None:
        """As many tasks run as before, until a policy or a schedule changes that."""
        first = len(CALLS)
        change("order-scaled")
        (begun,) = places("RegisterScalableTarget", first)
        assert begun < min(*places("PutScalingPolicy", first), *places("PutScheduledAction", first))
        assert places("UpdateService", first) == []

    def test_another_metric(self, change: Change) -> None:
        first = len(CALLS)
        change("order-scaled", ("      cpu: 60\n", "      memory: 70\n"))
        (added,), (removed,) = places("PutScalingPolicy", first), places("DeleteScalingPolicy", first)
        assert '"PolicyName":"memory"' in asked(added, first)
        assert '"PolicyName":"cpu"' in asked(removed, first)
        assert places("UpdateService", first) == places("DeregisterScalableTarget", first) == []

    @pytest.mark.parametrize("spot", ["{base: 2, weight: 1}", "true", "false"])
    def test_other_shares_of_spot(self, change: Change, spot: str) -> None:
        """In place, with a new deployment, which version 5 of the provider does only if it is forced."""
        first = len(CALLS)
        change("order-scaled", ("      cpu: 60\n", "      memory: 70\n"), (self.SPOT, spot))
        (updated,) = places("UpdateService", first)
        assert '"forceNewDeployment":true' in asked(updated, first)
        assert places("CreateService", first) == places("DeleteService", first) == []

    def test_spot_left_and_no_longer_in_the_spec(self, change: Change) -> None:
        """After `spot: false`, the key can go."""
        first = len(CALLS)
        change("order-scaled", ("      cpu: 60\n", "      memory: 70\n"), (f"    spot: {self.SPOT}\n", ""))
        assert places("CreateService", first) == places("DeleteService", first) == []


@pytest.mark.xdist_group("order")
class TestRepositories:
    """In this order, each from where the one before it ended; Terraform deploys."""

    OURS = ("    deploys_by: ci\n", "")
    MADE = ("network:\n", "repositories: {worker: 20}\n\nnetwork:\n")
    NAMED = ("123456789012.dkr.ecr.us-east-1.amazonaws.com/worker:3.1.0", "worker:3.1.0")

    def test_a_repository_and_the_image_that_names_it(self, change: Change) -> None:
        """The task definition waits for the repository, and so does the deployment."""
        first = len(CALLS)
        change("order-scaled", self.OURS, self.MADE, self.NAMED)
        (made,), (rules,) = places("CreateRepository", first), places("PutLifecyclePolicy", first)
        (registered,), (updated,) = places("RegisterTaskDefinition", first), places("UpdateService", first)
        assert made < registered < updated
        assert made < rules

    def test_other_rules_of_a_repository(self, change: Change) -> None:
        """The provider has them in place: nothing is deployed."""
        first = len(CALLS)
        change("order-scaled", self.OURS, (self.MADE[0], self.MADE[1].replace("20", "30")), self.NAMED)
        assert len(places("PutLifecyclePolicy", first)) == 1
        assert places("UpdateService", first) == places("CreateRepository", first) == []

    def test_a_repository_that_no_image_names_any_more(self, change: Change) -> None:
        """Tasks start from the other image before the repository goes."""
        first = len(CALLS)
        change("order-scaled", self.OURS, ("com/worker:3.1.0", "com/shared/worker:3.1.0"))
        (updated,), (gone,) = places("UpdateService", first), places("DeleteRepository", first)
        assert updated < gone
