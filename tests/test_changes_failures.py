"""What `tfgen changes` says about plans that AWS rejects, and about egress that is no longer allowed.

What every row of the change matrix says is in tests/data/consequences.txt; here are changes that need a base
of their own, and what must not be said.
"""

from collections.abc import Mapping
from pathlib import Path

import pytest
from support.change_matrix import BASES
from support.costs import apart_from_cost

from tfgen import render_text
from tfgen.changes.report import changes_between

ROOT = Path(__file__).parent.parent
EXAMPLES = {path.stem: path.read_text() for path in (ROOT / "examples").glob("*.yaml")}
MARKET = BASES["market"]


def pages(spec: str) -> Mapping[str, str]:
    found, problems = render_text(spec)
    assert found, problems
    return found


def edited(text: str, *edits: tuple[str, str]) -> str:
    for old, new in edits:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def said(old: str, new: str) -> tuple[str, ...]:
    return apart_from_cost(changes_between(pages(old), pages(new)).consequences)


TWO_GO_AND_COME = (
    ": AWS does not allow two at once, and the new one may be created before the old one is gone, so the "
    "apply may stop halfway: be ready to apply again, or remove the old one first."
)
NO_ROOM = (
    ": AWS does not allow two, and one still exists when the new one is created, so the apply fails: make "
    "room for it first, in a separate change."
)
SEVERAL_GO_AND_COME = (
    ": AWS does not allow two of each at once, and the new ones may be created before the old ones are gone, "
    "so the apply may stop halfway: be ready to apply again, or remove the old ones first."
)
NO_ROOM_FOR_SEVERAL = (
    ": AWS does not allow two of each, and one still exists when the new one is created, so the apply fails: "
    "make room for it first, in a separate change."
)


# --- what AWS refuses to have twice


def test_a_renamed_listener() -> None:
    """Its port is answered by another: it neither comes nor goes, and nor does who may connect."""
    shop = EXAMPLES["shop"]
    sentences = said(
        shop, edited(shop, ("services:\n", "load_balancer:\n  listeners: {web: 80}\nservices:\n"))
    )
    assert sentences == (
        f"port 80 of the load balancer and the ingress rule web_from_world{SEVERAL_GO_AND_COME}",
        "Port 80: requests fail from when the old listener is destroyed until the new one is created.",
        "/api/profile on web and everything else on web: these requests get a listener rule of their own.",
    )


def test_a_listener_on_a_port_that_nobody_had() -> None:
    renamed = edited(
        MARKET, ("    admin: 8080\n", "    inside: 9000\n"), ("listener: admin", "listener: inside")
    )
    sentences = said(MARKET, renamed)
    assert "The load balancer no longer listens on port 8080." in sentences
    assert "The load balancer now listens on port 9000." in sentences
    assert not [each for each in sentences if "AWS does not allow" in each]


def test_a_priority_that_a_new_rule_takes_over() -> None:
    old = edited(MARKET, ("/api/returns]", "{path: /api/returns, priority: 7}]"))
    sentences = said(old, edited(old, ("path: /api/returns", "path: /api/refunds")))
    assert f"priority 7 (/api/refunds on http){TWO_GO_AND_COME}" in sentences


def test_priorities_that_change_places() -> None:
    """Each waits for the other, and an apply can never get there."""
    routes = "[{path: /api/orders, priority: 7}, {path: /api/returns, priority: 8}]"
    old = edited(MARKET, ("[/api/orders, /api/returns]", routes))
    new = edited(
        MARKET, ("[/api/orders, /api/returns]", routes.replace("7", "x").replace("8", "7").replace("x", "8"))
    )
    assert said(old, new) == (
        f"priority 7 (/api/returns on http) and priority 8 (/api/orders on http){NO_ROOM_FOR_SEVERAL}",
    )


def test_priorities_that_move_up_one_after_another() -> None:
    """The last one goes to a free number: the apply may stop halfway, and gets there in the end."""
    routes = "[{path: /api/orders, priority: 7}, {path: /api/returns, priority: 8}]"
    old = edited(MARKET, ("[/api/orders, /api/returns]", routes))
    new = edited(MARKET, ("[/api/orders, /api/returns]", routes.replace("8", "9").replace("7", "8")))
    assert said(old, new) == (f"priority 8 (/api/orders on http){TWO_GO_AND_COME}",)


def test_a_service_that_gets_an_earlier_name_back_without_was() -> None:
    old = edited(MARKET, ("  orders:\n", "  order-desk:\n    was: orders\n"))
    question, twice, *_ = said(old, MARKET)
    assert question.startswith(
        "order-desk is destroyed and orders is created: if this is a rename, write `was: [orders, "
    )
    assert twice == (
        "log group /ecs/matrix-market/orders, orders:8081 in Service Connect, role matrix-market-orders-"
        "execution-us-east-1, role matrix-market-orders-task-us-east-1, security group matrix-market-orders "
        f"and service orders{SEVERAL_GO_AND_COME}"
    )


def test_names_of_service_connect_that_change_places() -> None:
    """As with priorities; and a name that one service leaves to another is one that goes and comes."""
    old = edited(
        MARKET,
        ("connect: catalog", "connect: {name: one, port: 80}"),
        ("connect: orders", "connect: {name: two, port: 80}"),
    )
    new = edited(old, ("name: one", "name: x"), ("name: two", "name: one"), ("name: x", "name: two"))
    both = "one:80 in Service Connect and two:80 in Service Connect"
    assert said(old, new)[0] == f"{both}{NO_ROOM_FOR_SEVERAL}"
    passed = edited(old, ("name: one", "name: x"), ("name: two", "name: one"))
    assert said(old, passed)[0] == f"one:80 in Service Connect{TWO_GO_AND_COME}"


@pytest.mark.parametrize("days", [7, 30])
def test_a_name_that_a_file_of_the_users_has(days: int) -> None:
    """Whether the file changes too or not."""
    shop = pages(EXAMPLES["shop"])
    group = (
        'resource "aws_cloudwatch_log_group" "jobs" {{\n  name = "/ecs/shop/jobs"\n'
        "  retention_in_days = {}\n}}\n"
    )
    before, after = ({"jobs.tf": group.format(each)} for each in (7, days))
    image = f"{'1' * 12}.dkr.ecr.us-east-1.amazonaws.com/jobs:1"
    new = pages(edited(EXAMPLES["shop"], ("services:\n", f"services:\n  jobs:\n    image: {image}\n")))
    assert apart_from_cost(changes_between({**shop, **before}, {**new, **after}).consequences) == (
        f"log group /ecs/shop/jobs{NO_ROOM}",
    )


def test_a_name_that_terraform_leaves_in_aws() -> None:
    group = 'resource "aws_cloudwatch_log_group" "{}" {{\n  name = "/jobs"\n}}\n'
    forget = "removed {\n  from = aws_cloudwatch_log_group.a\n  lifecycle {\n    destroy = false\n  }\n}\n"
    report = changes_between({"main.tf": group.format("a")}, {"main.tf": group.format("b") + forget})
    assert report.consequences[0] == f"log group /jobs{NO_ROOM}"


def test_what_is_replaced_the_old_one_first_has_room() -> None:
    """Also in a VPC that is replaced, where nothing exists yet."""
    sentences = said(BASES["nat"], edited(BASES["nat"], ("zones: [a, b, c]\n", "cidr: 10.9.0.0/16\n")))
    assert not [each for each in sentences if "AWS does not allow" in each]


def test_what_is_created_before_the_old_one_is_destroyed_needs_room() -> None:
    """But not in a VPC of its own."""
    group = "module.services.aws_security_group.webapp"
    first = f"overrides:\n  {group}: {{%slifecycle: {{create_before_destroy: true}}}}\nservices:\n"
    old = edited(BASES["nat"], ("services:\n", first % ""))
    other = edited(BASES["nat"], ("services:\n", first % "description: other, "))
    assert said(old, other)[0] == f"security group matrix-nat-webapp{NO_ROOM}"
    elsewhere = edited(old, ("zones: [a, b, c]\n", "cidr: 10.9.0.0/16\n"))
    assert not [each for each in said(old, elsewhere) if "AWS does not allow two" in each]


def test_names_that_aws_makes_up_are_never_taken() -> None:
    group = 'resource "aws_lb_target_group" "{}" {{\n  name_prefix = "a-"\n  port = 80\n}}\n'
    report = changes_between({"main.tf": group.format("a")}, {"main.tf": group.format("b")})
    assert report.consequences == ()


# --- what AWS refuses whatever was there


OVERLAP = (
    ": the new range overlaps that of an existing subnet, which AWS rejects, so the apply fails: pin a free "
    "range, or remove the zone, apply, and add it again."
)


@pytest.mark.parametrize(
    ("subnets", "overlaps"),
    [
        ("private: 21", "private a, private b and private c"),
        ("private: {a: 10.0.64.0/20, b: 10.0.80.0/20, c: 10.0.96.0/20}", ""),
        ("private: {a: 10.0.64.0/20, b: 10.0.16.0/20, c: 10.0.0.0/20}", "private c"),
        ("public: {a: 10.0.192.0/22, b: 10.0.196.0/22, c: 10.0.200.0/22}", ""),
    ],
)
def test_ranges_that_still_exist(subnets: str, overlaps: str) -> None:
    sentences = said(
        MARKET, edited(MARKET, ("  nat: single\n", f"  nat: single\n  subnets: {{{subnets}}}\n"))
    )
    assert [each for each in sentences if each.endswith(OVERLAP)] == [f"{overlaps}{OVERLAP}"] * bool(overlaps)


def test_a_range_that_only_terraform_can_work_out() -> None:
    market, page = pages(MARKET), "modules/network/subnets.tf"
    changed = market[page].replace('"10.0.16.0/20"', 'cidrsubnet("10.0.0.0/16", 4, 9)')
    assert changed != market[page]
    sentences = changes_between(market, {**market, page: changed}).consequences
    assert "private b: the subnet is destroyed once it is empty." in sentences
    assert not [each for each in sentences if "overlaps" in each]


@pytest.mark.parametrize(
    ("old", "new", "refused"),
    [
        ("protocol: grpc", "protocol: http2", True),
        ("protocol: grpc", "protocol: tcp", True),
        ("number: 50051", "number: 50052", False),
        ("name: pricing, port: 9090", "name: pricing, port: 9091", False),
        ("cpu: 1024\n    memory: 4096", "cpu: 2048\n    memory: 8192", False),
    ],
)
def test_protocols_of_service_connect(old: str, new: str, refused: bool) -> None:
    market = EXAMPLES["market"].replace("    cpu: 2048\n    memory: 8192\n", "")
    gravest = said(market, edited(market, (old, new)))[0]
    assert gravest.startswith("pricing: ECS cannot change the protocol") is refused


def test_a_protocol_of_a_service_that_is_re_created() -> None:
    override = "overrides:\n  module.services.aws_ecs_service.pricing: {name: prices}\nservices:\n"
    changed = edited(
        EXAMPLES["market"], ("protocol: grpc", "protocol: http2"), ("\nservices:\n", f"\n{override}")
    )
    sentences = said(EXAMPLES["market"], changed)
    assert "pricing: replaced; new tasks run before the old service stops." in sentences
    assert not [each for each in sentences if "ECS cannot change" in each]


def test_a_vpc_that_a_load_balancer_would_have_to_leave() -> None:
    range_ = ("zones: [a, b, c]\n", "zones: [a, b, c]\n  cidr: 10.9.0.0/16\n")
    assert said(BASES["nat"], edited(BASES["nat"], range_))[0].startswith(
        "AWS cannot move a load balancer to another VPC"
    )
    network = EXAMPLES["network"]
    alone = said(network, edited(network, ("10.20.0.0/18", "10.21.0.0/18")))
    assert alone[0] == "The VPC is replaced with everything in it: expect downtime and new addresses."


def test_a_security_group_that_is_used_until_later() -> None:
    """The endpoints keep the group of a renamed stack until they have the new one."""
    old, new = pages(BASES["endpoints"]), pages(edited(BASES["endpoints"], ("matrix-endpoints", "other")))
    assert not [each for each in changes_between(old, new).consequences if "in use" in each]
    old, new = ({path: _old_first(text) for path, text in each.items()} for each in (old, new))
    sentences = changes_between(old, new).consequences
    assert sentences[0].startswith(
        "matrix-endpoints-endpoints: AWS does not delete a security group that is in use"
    )


def test_a_security_group_of_a_service_that_should_not_be_replaced() -> None:
    """The advice is to keep the service, and none that would help the replacement through."""
    wrong = edited(MARKET, ("  orders:\n", "  orders:\n    was: nonesuch\n"))
    old, new = ({path: _old_first(text) for path, text in pages(spec).items()} for spec in (MARKET, wrong))
    first, *rest = changes_between(old, new).consequences
    assert first.startswith("orders: replaced, because its name in AWS is orders")
    assert not [each for each in rest if "in use" in each]


def _old_first(page: str) -> str:
    return page.replace("create_before_destroy = true", "create_before_destroy = false")


def test_a_load_balancer_that_must_not_be_deleted() -> None:
    overrides = (
        "overrides:\n  module.load_balancer.aws_lb.main: {enable_deletion_protection: true}\nservices:\n"
    )
    shop = edited(EXAMPLES["shop"], ("services:\n", overrides))
    assert said(shop, edited(shop, ("name: shop", "name: other")))[0] == (
        "shop: AWS does not delete a load balancer with deletion protection, so the apply fails: disable it "
        "first, in a separate change."
    )


@pytest.mark.parametrize(
    ("before", "after", "fails"),
    [("[a, b]", "[]", True), ("[a, b]", "[b]", False), ("[a]", "[]", False), ("[]", "[a, b]", False)],
)
def test_alarms_that_are_removed_from_a_service(before: str, after: str, *, fails: bool) -> None:
    old, new = (
        edited(
            MARKET, ("    connect: orders\n", f"    connect: orders\n    deployment: {{alarms: {names}}}\n")
        )
        for names in (before, after)
    )
    failure = (
        "orders: the provider cannot remove several alarms from a service at once, so the apply fails: keep "
        "one of deployment.alarms in this change, and remove it in the next."
    )
    assert said(old, new) == ((failure,) if fails else ())


def test_a_service_that_is_removed_with_its_alarms() -> None:
    alarms = ("    connect: orders\n", "    connect: orders\n    deployment: {alarms: [a, b]}\n")
    orders = MARKET[MARKET.index("  orders:") : MARKET.index("  dashboard:")]
    sentences = said(edited(MARKET, alarms), edited(MARKET, (orders, "")))
    assert not [each for each in sentences if "several alarms" in each]


def test_alarms_of_something_else() -> None:
    """An argument of that name is a list of texts elsewhere."""
    own = 'resource "aws_thing" "ours" {{\n  name = "ours"\n{}}}\n'
    before, after = (
        {**pages(MARKET), "ours.tf": own.format(alarms)} for alarms in ('  alarms = ["a", "b"]\n', "")
    )
    assert not [each for each in changes_between(before, after).consequences if "several alarms" in each]


def test_what_aws_rejects_is_said_before_what_changes_in_egress() -> None:
    market = EXAMPLES["market"]
    refused, closed, *_ = said(
        market, edited(market, ("  endpoints: [sts]\n", ""), ("protocol: grpc", "protocol: http2"))
    )
    assert refused.startswith("pricing: ECS cannot change the protocol")
    assert closed.startswith("sts: the VPC endpoint is removed")


# --- egress


def test_a_destroyed_endpoint_without_another_egress() -> None:
    network = EXAMPLES["network"]
    assert said(network, edited(network, (", sqs", ""))) == (
        "sqs: the VPC endpoint is removed; tasks that still need it cannot reach it.",
    )


def test_a_destroyed_endpoint_where_nat_is_kept() -> None:
    market = EXAMPLES["market"]
    sentences = said(market, edited(market, ("  endpoints: [sts]\n", "")))
    assert sentences == (
        "sts: the VPC endpoint is removed; tasks that still need it use their route to the internet.",
    )


def test_a_destroyed_endpoint_where_a_user_added_another_egress() -> None:
    """A route of the user's to a transit gateway, say, is egress too."""
    network = EXAMPLES["network"]
    own = {
        "modules/network/transit.tf": 'resource "aws_route" "transit" {\n'
        "  for_each = aws_route_table.private\n  route_table_id = each.value.id\n"
        '  destination_cidr_block = "0.0.0.0/0"\n'
        '  transit_gateway_id = "tgw-1"\n}\n'
    }
    old, new = pages(network), pages(edited(network, (", sqs", "")))
    assert apart_from_cost(changes_between({**old, **own}, {**new, **own}).consequences) == (
        "sqs: the VPC endpoint is removed; tasks that still need it use their route to the internet.",
    )


DNS = """\
resource "aws_vpc_security_group_egress_rule" "dns" {
  for_each          = { %s = "10.0.0.2/32" }
  security_group_id = aws_security_group.orders.id
  cidr_ipv4         = each.value
  ip_protocol       = "udp"
  from_port         = 53
  to_port           = 53
}
"""


def test_egress_under_another_label_is_still_allowed() -> None:
    """Under another key or label; it goes by its group and its other end, whatever a file calls it."""
    market, page = pages(MARKET), "modules/services/dns.tf"
    before = {**market, page: DNS % "vpc"}
    gone = changes_between(before, market).consequences
    assert gone == ("orders to 10.0.0.2/32 on UDP port 53: this egress is no longer allowed.",)
    for after in (DNS % "resolver", DNS.replace('"dns"', '"names"') % "vpc"):
        assert not [
            each
            for each in changes_between(before, {**market, page: after}).consequences
            if "no longer allowed" in each
        ]
    elsewhere = (DNS % "resolver").replace("53", "853")
    assert gone[0] in changes_between(before, {**market, page: elsewhere}).consequences


def test_egress_of_one_service_that_is_no_longer_allowed() -> None:
    market = EXAMPLES["market"]
    database = "      - {cidr: 10.80.0.0/16, port: 5432}\n"
    assert said(market, edited(market, (database, ""))) == (
        "accounts to 10.80.0.0/16 on port 5432: this egress is no longer allowed.",
    )
    # With the service, or with all egress, it says nothing new.
    gone = said(
        MARKET,
        edited(
            MARKET,
            ("    calls: [catalog]\n", ""),
            (MARKET[MARKET.index("  catalog:") : MARKET.index("  orders:")], ""),
            (MARKET[MARKET.index("inputs:") : MARKET.index("services:")], ""),
        ),
    )
    switched = said(BASES["nat"], edited(BASES["nat"], ("egress: nat\n", "egress: endpoints\n")))
    assert not [each for each in (*gone, *switched) if "egress is no longer allowed" in each]


def test_egress_is_still_allowed_where_a_wider_rule_allows_it() -> None:
    """Endpoints and S3 are part of the world: with a rule for all of it they have none of their own."""
    market = EXAMPLES["market"]
    narrow = edited(market, ("      - 0.0.0.0/0\n", "      - 10.90.0.0/16\n"))
    closed = "accounts to 0.0.0.0/0 on port 443: this egress is no longer allowed."
    assert closed in said(market, narrow)
    assert not [each for each in said(narrow, market) if "endpoints on port 443" in each]


# --- versions of the provider


def overridden(kind: str, patch: str) -> str:
    return edited(MARKET, ("services:\n", f"overrides:\n  {kind}: {patch}\nservices:\n"))


@pytest.mark.parametrize("is_forced", [False, True])
def test_another_capacity_provider(is_forced: bool) -> None:
    forced = ", force_new_deployment: true" if is_forced else ""
    strategy = "capacity_provider_strategy: [{capacity_provider: FARGATE_SPOT, weight: 1}]"
    new = overridden("module.services.aws_ecs_service.orders", f"{{{strategy}{forced}}}")
    replaced = (
        "orders: another capacity provider replaces it only with versions of the AWS provider before 6.15; "
        "newer ones fail at terraform plan. With force_new_deployment: true, which the key spot adds, every "
        "version updates it in place.",
    )
    restarted = ("orders: tasks are replaced; the old ones stop when the new ones are healthy.",)
    assert said(MARKET, new)[-1:] == (restarted if is_forced else replaced)


def test_an_endpoint_that_newer_versions_replace() -> None:
    old = edited(MARKET, ("egress: nat\n", "egress: nat+endpoints\n"))
    address = "module.network.aws_vpc_endpoint.logs"
    new = edited(
        old, ("services:\n", f"overrides:\n  {address}: {{private_dns_enabled: false}}\nservices:\n")
    )
    assert said(old, new) == (
        "logs: from version 6.28 of the AWS provider on, this endpoint is replaced; connections through it "
        "fail meanwhile.",
    )


# --- tasks


@pytest.mark.parametrize(
    ("edit", "restarted"),
    [
        (("    count: 3\n", "    count: 4\n"), True),
        (("  team: market\n", "  team: others\n"), False),
    ],
)
def test_a_service_that_is_redeployed_with_every_change(edit: tuple[str, str], restarted: bool) -> None:
    overrides = (
        "overrides:\n  module.services.aws_ecs_service.orders: {force_new_deployment: true}\nservices:\n"
    )
    counted = ("    connect: orders\n", "    connect: orders\n    count: 3\n")
    forced = edited(MARKET, ("services:\n", overrides), counted)
    sentence = "orders: tasks are replaced; the old ones stop when the new ones are healthy."
    assert (sentence in said(forced, edited(forced, edit))) is restarted
    calm = edited(MARKET, counted)
    assert sentence not in said(calm, edited(calm, edit))


def test_a_service_whose_tasks_all_stop() -> None:
    new = edited(
        MARKET,
        ("    connect: orders\n", "    connect: orders\n    count: 0\n"),
        ("orders:5.5.5", "orders:5.6"),
    )
    assert said(MARKET, new) == ("orders: all tasks stop.",)


# --- what others read and set


def test_outputs_and_variables_that_go() -> None:
    """Others may read the ones; a pipeline may set the others, an image say."""
    shop = EXAMPLES["shop"]
    renamed = edited(shop, ("  webapp:\n", "  frontend:\n    was: webapp\n"))
    assert said(shop, renamed) == (
        "webapp_image: this variable is removed; -var and module calls that set it will fail, TF_VAR_ and "
        "tfvars files are ignored.",
    )
    public = said(shop, edited(shop, ("egress: endpoints", "egress: public")))
    gone = "endpoint_ids, private_route_table_ids and private_subnet_ids: these outputs are removed"
    assert f"{gone}; anything that reads them will fail." in public


def test_routes_that_go() -> None:
    """A range without a route, but not a table that goes with its zone, nor another target."""
    peered = EXAMPLES["peered"]
    (line,) = [each for each in peered.splitlines() if "pcx-" in each]
    lost = "10.50.0.0/16: no route leads to this range any more; connections to it fail."
    assert lost in said(peered, edited(peered, (f"{line}\n", "")))
    assert lost not in said(peered, edited(peered, ("zones: [a, b, c]", "zones: [a, c]")))
    assert lost not in said(peered, edited(peered, ("pcx-0a1b2c3d4e5f60718}", "pcx-0f9e8d7c6b5a40312}")))


def test_an_address_that_its_own_successor_needs() -> None:
    """A given address is the old gateway's while the new one is created; one that tfgen makes is new too."""
    clash = "AWS does not allow two of each, and one still exists when the new one is created"
    peered, made = EXAMPLES["peered"], EXAMPLES["shop-nat"]
    ranges = "subnets: {public: {a: 10.40.240.0/24, b: 10.40.241.0/24, c: 10.40.242.0/24}}"
    moved = said(peered, edited(peered, ("subnets: {database: true}", ranges)))
    assert any(each.startswith(f"nat gateway a and nat gateway c: {clash}") for each in moved)
    pinned = "  egress: nat\n  subnets: {public: {a: 10.0.240.0/24, b: 10.0.241.0/24}}\n"
    assert not any(clash in each for each in said(made, edited(made, ("  egress: nat\n", pinned))))


def test_logs_that_outlive_their_service() -> None:
    group = "module.services.aws_cloudwatch_log_group.orders"
    overrides = f"overrides:\n  {group}: {{skip_destroy: true}}\nservices:\n"
    kept = edited(MARKET, ("services:\n", overrides))
    gone = edited(MARKET, (MARKET[MARKET.index("  orders:") : MARKET.index("  dashboard:")], ""))
    deleted = "/ecs/matrix-market/orders: the log group is deleted with all its events."
    assert deleted in said(MARKET, gone)
    assert deleted not in said(kept, gone)


# --- what is gone as a whole


def test_the_parts_of_what_is_destroyed_are_not_listed() -> None:
    """Of a listener its rules, of a load balancer its ports and who may connect."""
    sentences = said(MARKET, edited(MARKET, ("    admin: 8080\n", ""), ("    listener: admin\n", "")))
    assert not [each for each in sentences if each.startswith("/grafana on admin")]
    shop = EXAMPLES["shop"]
    unrouted = edited(shop, ("    routes: [/]\n", ""), ("    routes: [/api/profile]\n", ""))
    assert said(shop, unrouted) == (
        "The load balancer is destroyed with its DNS name: all requests to it fail.",
        "backendserver and webapp: tasks are replaced; the old ones stop when the new ones are healthy.",
        "listener_arns, load_balancer_arn, load_balancer_arn_suffix, load_balancer_dns_name, "
        "load_balancer_security_group_id, load_balancer_zone_id, target_group_arn_suffixes and "
        "target_group_arns: these outputs are removed; anything that reads them will fail.",
    )


# --- what ignore_changes keeps from a service

CUT = (
    "orders (8081 to 9999): security groups change at once, so running tasks are cut off and requests fail "
    "until the new tasks are healthy. To allow both ports meanwhile, write port: {number: NEW, was: OLD} in "
    "this change, and remove was in the next."
)
KEPT_TASKS = (
    "orders: ignore_changes keeps the old task definition; no task is started from the new one until a "
    "pipeline deploys what it makes of it."
)
KEPT_ADDRESS = "orders:9999: ignore_changes keeps the address out of Service Connect; calls to it fail."
REFUSED = (
    "orders: ignore_changes keeps one of task_definition and load_balancer, and ECS rejects a load balancer "
    "port that the task definition lacks, so the apply fails: remove that for this change, as with "
    "deploys_by: terraform."
)


@pytest.mark.parametrize(
    ("ignored", "expected"),
    [
        ("all", (CUT, KEPT_TASKS, KEPT_ADDRESS)),
        (
            "[task_definition, load_balancer, service_connect_configuration]",
            (CUT, KEPT_TASKS, KEPT_ADDRESS),
        ),
        ("[task_definition]", (REFUSED, CUT, KEPT_TASKS)),
        ("[load_balancer]", (REFUSED, CUT)),
        (
            "[service_connect_configuration]",
            (
                CUT,
                "orders: tasks are replaced; the old ones stop when the new ones are healthy.",
                KEPT_ADDRESS,
            ),
        ),
    ],
)
def test_another_port_of_a_service_that_ignores_changes(ignored: str, expected: tuple[str, ...]) -> None:
    override = f"module.services.aws_ecs_service.orders: {{lifecycle: {{ignore_changes: {ignored}}}}}"
    old = edited(MARKET, ("services:\n", f"overrides:\n  {override}\nservices:\n"))
    assert said(old, edited(old, ("port: 8081", "port: 9999"))) == expected


@pytest.mark.parametrize("port", [8080, 8082])
def test_tasks_are_cut_off_by_a_lower_port_as_by_a_higher_one(port: int) -> None:
    sentences = said(MARKET, edited(MARKET, ("port: 8081", f"port: {port}")))
    assert CUT.replace("9999", str(port)) in sentences


def test_an_image_that_a_service_never_takes() -> None:
    """As where a pipeline deploys: the new revision is made, and nothing starts."""
    override = "module.services.aws_ecs_service.orders: {lifecycle: {ignore_changes: [task_definition]}}"
    old = edited(MARKET, ("services:\n", f"overrides:\n  {override}\nservices:\n"))
    assert said(old, edited(old, ("orders:5.5.5", "orders:5.6.0"))) == (KEPT_TASKS,)
    renamed = edited(old, ("connect: orders", "connect: desk"))
    assert said(old, renamed) == (
        "orders: tasks are replaced; the old ones stop when the new ones are healthy.",
        "In Service Connect, orders:8081 becomes desk:8081; callers must use the new address.",
    )


def test_a_target_group_that_stays_is_no_matter_of_ignore_changes() -> None:
    override = "module.services.aws_ecs_service.orders: {lifecycle: {ignore_changes: [load_balancer]}}"
    old = edited(MARKET, ("services:\n", f"overrides:\n  {override}\nservices:\n"))
    group = "module.services.aws_lb_target_group.orders: {deregistration_delay: 77}"
    assert said(old, edited(old, (override, f"{override}\n  {group}"))) == ()
