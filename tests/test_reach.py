"""The proof of ways: whatever is taken out of a stack, the flows that need it fail, and no others."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from msgspec.structs import replace
from strategies import Data, laws, outcome_of, specs
from support.accepted import shown
from support.pages import addresses
from support.removals import Removal, container, network, removals, service

from tfgen import rules
from tfgen.blueprint.model import Blueprint, InternetRoute, Role, TargetGroup
from tfgen.blueprint.model import Service as ServicePart
from tfgen.hcl.text import Label
from tfgen.pipe import run_file, run_text
from tfgen.problems import Problem
from tfgen.reach import explain, walks
from tfgen.reach.faults import OURS
from tfgen.reach.model import MISSING, OK, TAKEN, Flow
from tfgen.render.pages import TEMPLATES, render_pages

ROOT = Path(__file__).parent.parent
EXAMPLES = {path.stem: path for path in sorted((ROOT / "examples").glob("*.yaml"))}
# The rules that read the walks, and those that speak of the same without one.
CODES = {"TG301", "TG305", "TG320", "TG354", "TG360", "TG361"}
CLIENTS = {"TG347", "TG355", "TG395"}

IMAGE = "123456789012.dkr.ecr.us-east-1.amazonaws.com/web:1"


def blueprint_of(example: str) -> Blueprint:
    blueprint = run_file(EXAMPLES[example]).blueprint
    assert blueprint
    return blueprint


def problems_of(blueprint: Blueprint) -> list[Problem]:
    """What the rules of this wing say."""
    return [problem for problem in rules.check(blueprint) if problem.code in CODES | CLIENTS]


def flows_of(blueprint: Blueprint) -> tuple[Flow, ...]:
    found = walks(blueprint)
    return (*found.out, *found.into)


def short(flow: Flow) -> str:
    return f"-> {flow.service} {flow.what}" if flow.kind == "route" else f"{flow.service} -> {flow.to}"


def failing(blueprint: Blueprint) -> set[str]:
    return {short(flow) for flow in walks(blueprint).failing}


# --- whole stacks ---


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_network_path_of_an_example_succeeds(example: str) -> None:
    found = walks(blueprint_of(example))
    assert not found.failing
    assert {hop.state for flow in (*found.out, *found.into) for hop in flow.hops} <= {OK, TAKEN}


def of_other_balancer(path: str) -> str:
    """What is in front of addresses in a module of a load balancer besides `main`."""
    module = path.removeprefix("modules/").partition("/")[0]
    return f"{module}." if module.endswith("_load_balancer") else ""


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_part_of_a_walk_is_a_block_of_the_terraform(example: str) -> None:
    blueprint = blueprint_of(example)
    written = {
        f"{of_other_balancer(path)}{address}"
        for path, text in render_pages(blueprint).items()
        for address in addresses(text)
    }
    used = {part for flow in flows_of(blueprint) for hop in flow.hops for part in hop.parts}
    blocks = {part.address for part in used - {"assign_public_ip"}}
    assert blocks <= written
    assert blocks or not blueprint.services


def test_what_a_service_must_reach() -> None:
    """By hand, for the service of the largest example that needs the most."""
    reached = [
        (flow.kind, flow.to) for flow in walks(blueprint_of("market")).out if flow.service == "accounts"
    ]
    assert reached == [
        ("image", "the ECR API"),
        ("image", "the ECR registry"),
        ("image", "S3"),
        ("logs", "CloudWatch Logs"),
        ("secret", "Secrets Manager"),
        ("secret", "SSM Parameter Store"),
        ("range", "the internet, port 443"),
        ("range", "10.80.0.0/16, port 5432"),
        ("connect", "the ECS agent service"),
    ]
    orders = {flow.to for flow in walks(blueprint_of("market")).out if flow.service == "orders"}
    assert orders >= {"Session Manager (ssmmessages)", "sqs", '"accounts"', '"pricing"'}


# --- one thing less ---

# Where a stack has another way to the same, the walk takes it: NAT instead of an endpoint, the range
# 0.0.0.0/0 of a security group instead of its rule for an endpoint, another range of a listener.
OTHER_WAY = re.compile(
    r'aws_nat_gateway\.main\["|egress_rule\.\w+_to_internet|ingress_rule\.(partners_from_|http_from_10_|admin_from_)'
)
# What prevents the other way in an example whose tasks may connect to little of the internet.
BEYOND = {
    "narrow": (
        "allows outbound port 443 to some ranges only",
        "does not allow outbound connections to public addresses on port 443",
        "no route to 198.51.100.0/24",
    )
}
STRICT = ("hello", "network", "shop", "shop-public")

CASES = [
    pytest.param(example, removal, id=f"{example}-{removal.id}")
    for example in EXAMPLES
    for removal in removals(blueprint_of(example))
]


@pytest.mark.parametrize(("example", "removal"), CASES)
def test_what_used_a_removed_thing_fails_and_nothing_else(example: str, removal: Removal) -> None:
    before, after = flows_of(blueprint_of(example)), flows_of(removal.blueprint)
    for was, now in with_flows_after(before, after, removal):
        used = _uses(was, removal.part) and removal.service in ("", was.service)
        if not used:
            assert now == was
        elif now.fault:
            said = now.fault.text
            assert removal.says in said or any(each in said for each in BEYOND.get(example, ()))
        else:
            assert example not in STRICT
            assert not _uses(now, removal.part)
            assert any(OTHER_WAY.search(part) for hop in now.hops for part in hop.parts)


def with_flows_after(
    before: tuple[Flow, ...], after: tuple[Flow, ...], removal: Removal
) -> Iterator[tuple[Flow, Flow]]:
    """Each flow with what has become of it.

    Where clients may connect by one version of IP only, there is none for the other; and one flow is left of
    both where their listener is gone.
    """
    left = {(flow.service, flow.kind, flow.path, flow.to, flow.what): flow for flow in after}
    met = set()
    for was in before:
        own = (was.service, was.kind, was.path, was.to)
        keys = ((*own, was.what), (*own, was.what.rpartition(" on port ")[0]))
        found = next((key for key in keys if key in left), None)
        if found:
            met.add(found)
            yield was, left[found]
        else:
            assert _uses(was, removal.part)
            assert "ingress_rule" in removal.part
    assert met == left.keys()


def _uses(flow: Flow, part: str) -> bool:
    return any(part in hop.parts for hop in flow.hops)


SMALL = [case for case in CASES if case.values[0] in ("shop", "shop-nat", "shop-public")]


@pytest.mark.parametrize(("example", "removal"), SMALL)
def test_one_fault_is_one_problem(example: str, removal: Removal) -> None:
    assert not problems_of(blueprint_of(example))
    lost = walks(removal.blueprint).failing
    found = problems_of(removal.blueprint)
    # A container without its port is no target of the load balancer, and no callee: two things to say.
    assert len(found) <= (2 if removal.part.startswith("aws_ecs_task_definition") else 1), found
    assert bool(found) == bool(lost)
    assert all(problem.at.line and problem.hint for problem in found)
    texts = [flow.fault.text for flow in lost if flow.fault]
    for problem in found:
        assert problem.code in CLIENTS or any(text in problem.message for text in texts)


@pytest.mark.parametrize(("example", "removal"), [case for case in CASES if case.values[1].whole])
def test_what_is_not_in_the_blueprint_is_not_in_the_terraform(example: str, removal: Removal) -> None:
    """A walk over the blueprint is a walk over what will be built."""

    *balancer, type_, rest = removal.part.split(
        ".", 1 + removal.part.split(".")[0].endswith("_load_balancer")
    )
    folder = f"modules/{balancer[0]}/" if balancer else ""
    before, after = declared(blueprint_of(example), folder), declared(removal.blueprint, folder)
    zone = rest.partition('"')[2].rstrip('"]')
    if zone:  # one of several that differ by zone alone
        assert f'"{zone}"' in nat_zones(before)
        assert f'"{zone}"' not in nat_zones(after)
    else:
        line = f'resource "{type_}" "{rest}" {{'
        assert line in before
        assert line not in after


def declared(blueprint: Blueprint, folder: str = "") -> str:
    """The pages of a folder, or those of all modules but other load balancers than `main`."""
    return "".join(
        text
        for path, text in render_pages(blueprint).items()
        if path.endswith(".tf") and (path.startswith(folder) if folder else "_load_balancer/" not in path)
    )


def nat_zones(text: str) -> str:
    """What the NAT gateways and their addresses are made for."""
    made = re.search(r'resource "aws_eip" "nat" \{\n +for_each = toset\((.*)\)\n', text)
    gateways = re.search(r'resource "aws_nat_gateway" "main" \{\n +for_each = \{\n((?: +\w = .*\n)+)', text)
    given = re.findall(r"^ +(\w) =", gateways[1], re.MULTILINE) if gateways else []
    return (made[1] if made else "") + "".join(f'"{zone}"' for zone in given)


# --- the same, by hand ---

BOTH = ("webapp", "backendserver")
PULL = ("the ECR API", "the ECR registry")
LOGS, AGENT, S3 = "CloudWatch Logs", "the ECS agent service", "S3"
WORLD = "the internet, port 443"
CALL = {'webapp -> "backendserver"'}
IN = {"-> webapp / on port 80", "-> backendserver /api/profile on port 80"}


def both(*things: str) -> set[str]:
    return {f"{key} -> {thing}" for key in BOTH for thing in things}


AWS = both(*PULL, LOGS, AGENT)
ALL_OUT = both(*PULL, LOGS, AGENT, S3, WORLD)

# What fails in each shop when a thing is gone. What is not named here breaks nothing that is not below.
BY_HAND: dict[str, dict[str, set[str]]] = {
    "shop": {
        "aws_vpc_endpoint.ecr_api": both("the ECR API"),
        "aws_vpc_endpoint.ecr_dkr": both("the ECR registry"),
        "aws_vpc_endpoint.ecs_agent": both(AGENT),
        "aws_vpc_endpoint.logs": both(LOGS),
        "aws_vpc_endpoint.s3": both(S3),
        "aws_vpc_security_group_ingress_rule.endpoints_from_vpc": AWS,
        "aws_vpc.main.enable_dns_support": AWS | both(S3),
        "aws_vpc.main.enable_dns_hostnames": AWS,
        "aws_route_table.private": both(S3),
        "aws_route_table_association.private": both(S3),
        "aws_route_table.public": IN,
        "aws_route_table_association.public": IN,
        "aws_route.public_internet": IN,
        "aws_internet_gateway.main": IN,
        "aws_vpc_security_group_egress_rule.webapp_to_endpoints": {
            f"webapp -> {to}" for to in (*PULL, LOGS, AGENT)
        },
        "aws_vpc_security_group_egress_rule.webapp_to_s3": {"webapp -> S3"},
    },
    "shop-nat": {
        "aws_vpc_endpoint.s3": set(),  # it saves the NAT gateway's charge, and is no one's only way
        "aws_vpc.main.enable_dns_support": ALL_OUT - both(WORLD),
        "aws_vpc.main.enable_dns_hostnames": set(),
        "aws_route_table.private": ALL_OUT,
        "aws_route_table_association.private": ALL_OUT,
        "aws_route.private_internet": ALL_OUT - both(S3),
        'aws_nat_gateway.main["a"]': ALL_OUT - both(S3),
        'aws_nat_gateway.main["b"]': ALL_OUT - both(S3),
        "aws_route_table.public": (ALL_OUT - both(S3)) | IN,
        "aws_route_table_association.public": (ALL_OUT - both(S3)) | IN,
        "aws_route.public_internet": (ALL_OUT - both(S3)) | IN,
        "aws_internet_gateway.main": (ALL_OUT - both(S3)) | IN,
        "aws_vpc_security_group_egress_rule.webapp_to_internet": {
            f"webapp -> {to}" for to in (*PULL, LOGS, AGENT, S3, WORLD)
        },
    },
    "shop-nat-single": {'aws_nat_gateway.main["a"]': ALL_OUT - both(S3)},
    "shop-nat-endpoints": {
        "aws_vpc_endpoint.ecr_api": set(),
        "aws_vpc_endpoint.logs": set(),
        "aws_vpc_endpoint.s3": set(),
        "aws_vpc_security_group_ingress_rule.endpoints_from_vpc": both(*PULL, LOGS),
        "aws_vpc.main.enable_dns_support": both(*PULL, LOGS, AGENT, S3),
        "aws_vpc.main.enable_dns_hostnames": both(*PULL, LOGS),
        "aws_route.private_internet": both(AGENT, WORLD),
        'aws_nat_gateway.main["a"]': both(AGENT, WORLD),
        "aws_internet_gateway.main": both(AGENT, WORLD) | IN,
        "aws_vpc_security_group_egress_rule.webapp_to_internet": {
            f"webapp -> {to}" for to in (*PULL, LOGS, AGENT, S3, WORLD)
        },
    },
    "shop-public": {
        "aws_vpc.main.enable_dns_support": ALL_OUT - both(WORLD),
        "aws_vpc.main.enable_dns_hostnames": set(),
        "aws_route_table.public": ALL_OUT | IN,
        "aws_route_table_association.public": ALL_OUT | IN,
        "aws_route.public_internet": ALL_OUT | IN,
        "aws_internet_gateway.main": ALL_OUT | IN,
        "assign_public_ip": {f"webapp -> {to}" for to in (*PULL, LOGS, AGENT, S3, WORLD)},
    },
}
EVERYWHERE: dict[str, set[str]] = {
    "aws_service_discovery_http_namespace.main": CALL,
    "aws_ecs_service.backendserver": CALL,
    "aws_ecs_task_definition.webapp": {"-> webapp / on port 80"},
    "aws_ecs_task_definition.backendserver": CALL | {"-> backendserver /api/profile on port 80"},
    "aws_vpc_security_group_egress_rule.webapp_to_backendserver": CALL,
    "aws_vpc_security_group_ingress_rule.backendserver_from_webapp": CALL,
    "aws_vpc_security_group_ingress_rule.webapp_from_load_balancer": {"-> webapp / on port 80"},
    "aws_vpc_security_group_egress_rule.load_balancer_to_webapp": {"-> webapp / on port 80"},
    "aws_vpc_security_group_ingress_rule.http_from_world": IN,
    "aws_lb_listener_rule.api_profile": {"-> backendserver /api/profile on port 80"},
    "aws_lb_target_group.webapp": {"-> webapp / on port 80"},
}


@pytest.mark.parametrize("example", BY_HAND)
def test_what_fails_in_the_shop_by_hand(example: str) -> None:
    expected = BY_HAND[example] | EVERYWHERE
    found: dict[str, set[str]] = {}
    for removal in removals(blueprint_of(example)):
        if removal.service in ("", "webapp") and (removal.whole or removal.part not in found):
            found.setdefault(removal.part, failing(removal.blueprint))
    assert {part: found[part] for part in expected} == expected


def test_what_is_said_of_a_fault_on_both_ways() -> None:
    """No spec asks for these; what is said of them is for whoever changes tfgen."""
    stack = network(blueprint_of("shop-nat"), internet_gateways=())
    (problem,) = problems_of(stack)
    assert (problem.code, problem.severity, problem.hint) == ("TG360", "error", OURS)
    assert problem.message == (
        '"backendserver" and "webapp" cannot reach the ECR API, the ECR registry, CloudWatch Logs and the '
        "internet, port 443, and requests to /api/profile on port 80 and / on port 80 do not reach "
        '"backendserver" and "webapp": aws_route.public_internet has no target: there is no '
        "aws_internet_gateway.main, so no task starts"
    )


def test_the_message_of_an_inbound_fault() -> None:
    (problem,) = problems_of(service(blueprint_of("shop"), 0, target_groups=()))
    who = 'requests to /api/profile on port 80 do not reach "backendserver"'
    assert problem.message == f'{who}: "backendserver" has no target group'
    assert problem.at.line == 19  # its routes


# --- the 18 faults of reference/users.md, section 1 ---


def shop(change: Callable[[Blueprint], Blueprint]) -> list[str]:
    """The codes of what a shop is told that is built otherwise."""
    return [problem.code for problem in problems_of(change(blueprint_of("shop")))]


def told(text: str) -> set[str]:
    """The codes of what a spec is told."""
    head = "name: shop\nregion: us-east-1\n"
    services = "" if "services:" in text else f"services: {{web: {{image: '{IMAGE}'}}}}\n"
    return {problem.code for problem in run_text(f"{head}{text}{services}", "s.yaml").problems}


def without_endpoint(blueprint: Blueprint) -> Blueprint:
    endpoints = (e for e in blueprint.network.interface_endpoints if e.service != "ecr.dkr")
    return network(blueprint, interface_endpoints=tuple(endpoints))


def other_group_port(blueprint: Blueprint) -> Blueprint:
    (group,) = blueprint.network.endpoint_security_group
    closed = replace(group, rules=tuple(replace(rule, port=80, last_port=80) for rule in group.rules))
    return network(blueprint, endpoint_security_group=(closed,))


def other_port_name(blueprint: Blueprint) -> Blueprint:
    (mapping,) = blueprint.services[0].port_mappings
    named = replace(mapping.connect[0], name="other")
    return container(blueprint, 0, port_mappings=(replace(mapping, connect=(named,)),))


def one_zone(blueprint: Blueprint) -> Blueprint:
    return network(blueprint, public_subnets=blueprint.network.public_subnets[:1])


CAUGHT: dict[str, tuple[str, Callable[[], Any]]] = {
    "log retention that CloudWatch does not take": (
        "TG115",
        lambda: told("network: {egress: nat}\nlogs: {retention: 31}\n"),
    ),
    "overlapping subnets": (
        "TG207",
        lambda: told(
            "network: {egress: nat, zones: [a, b], subnets: {private: {a: 10.0.0.0/20, b: 10.0.0.0/20}}}\n"
        ),
    ),
    "subnet outside the VPC": (
        "TG206",
        lambda: told(
            "network: {egress: nat, zones: [a, b], subnets: {private: {a: 10.9.0.0/20, b: 10.0.0.0/20}}}\n"
        ),
    ),
    "two rules with one priority": (
        "TG223",
        lambda: told(
            f"network: {{egress: nat}}\nservices: {{web: {{image: '{IMAGE}', port: 80, "
            "routes: [{path: /a, priority: 7}, {path: /b, priority: 7}]}}\n"
        ),
    ),
    "health check that does not end before the next": (
        "TG303",
        lambda: told(
            f"network: {{egress: nat}}\nservices: {{web: {{image: '{IMAGE}', port: 80, routes: [/], "
            "health_check: {interval: 5, timeout: 5}}}\n"
        ),
    ),
    "256 CPU units with 4096 MiB": (
        "TG302",
        lambda: told(
            f"network: {{egress: nat}}\nservices: {{web: {{image: '{IMAGE}', cpu: 256, memory: 4096}}}}\n"
        ),
    ),
    "container_port that the task definition does not map": (
        "TG360",
        lambda: shop(lambda stack: container(stack, 1, port_mappings=())),
    ),
    "Service Connect port_name that the task definition does not have": (
        "TG360",
        lambda: shop(other_port_name),
    ),
    "load balancer in one zone, by the spec": ("TG113", lambda: told("network: {egress: nat, zones: [a]}\n")),
    "load balancer in one zone": ("TG360", lambda: shop(one_zone)),
    "private DNS without DNS host names": (
        "TG360",
        lambda: shop(lambda stack: network(stack, dns_hostnames=False)),
    ),
    "endpoint security group without 443": ("TG360", lambda: shop(other_group_port)),
    "no endpoint for ecr.dkr": ("TG360", lambda: shop(without_endpoint)),
    "no egress": (
        "TG360",
        lambda: [
            problem.code
            for problem in problems_of(
                network(
                    blueprint_of("shop-nat"),
                    nat=tuple(replace(nat, routes=()) for nat in blueprint_of("shop-nat").network.nat),
                )
            )
        ],
    ),
}


@pytest.mark.parametrize("fault", CAUGHT)
def test_a_seeded_fault_is_caught(fault: str) -> None:
    code, tell = CAUGHT[fault]
    assert set(tell()) == {code}


def _template(name: str) -> str:
    return (TEMPLATES / name).read_text()


def test_a_long_name_of_a_load_balancer_is_inexpressible() -> None:
    """The spec does not name it; what is derived from a long name is cut to what AWS takes."""
    text = (EXAMPLES["shop"].read_text()).replace("name: shop", f"name: {'s' * 64}")
    blueprint = run_text(text, "s.yaml").blueprint
    assert blueprint
    assert all(len(balancer.name) <= 32 for balancer in blueprint.load_balancer)
    assert "TG102" in told("network: {egress: nat}\nload_balancer: {name: other}\n")


def test_a_target_type_other_than_ip_is_inexpressible() -> None:
    """Neither spec nor blueprint has a word for it; the template knows only one."""
    assert "target_type" not in TargetGroup.__struct_fields__
    assert re.findall(r"target_type += (.*)", _template("services/service/load_balancer.tf.j2")) == ['"ip"']
    route = "routes: [{path: /, target_type: instance}]"
    spec = f"network: {{egress: nat}}\nservices: {{web: {{image: '{IMAGE}', port: 80, {route}}}}}\n"
    assert "TG102" in told(spec)


def test_a_task_without_an_execution_role_is_inexpressible() -> None:
    """Every service has exactly one: the field holds a role, and not none or some."""
    fields = {field.name: field.type for field in msgspec.structs.fields(ServicePart)}
    assert fields["execution_role"] is Role
    assert _template("services/service/task_definition.tf.j2").count("execution_role_arn ") == 1


def test_a_network_mode_other_than_awsvpc_is_inexpressible() -> None:
    assert "network_mode" not in ServicePart.__struct_fields__
    assert re.findall(r"network_mode += (.*)", _template("services/service/task_definition.tf.j2")) == [
        '"awsvpc"'
    ]
    spec = f"network: {{egress: nat}}\nservices: {{web: {{image: '{IMAGE}', network_mode: bridge}}}}\n"
    assert "TG102" in told(spec)


def test_an_https_listener_without_a_certificate_is_inexpressible() -> None:
    listener = "load_balancer: {listeners: {http: {port: 443, protocol: https}}}"
    assert "TG542" in told(f"network: {{egress: nat}}\n{listener}\n")
    for page in (ROOT / "generated").glob("*/modules/load_balancer/listeners.tf"):
        for listener in re.findall(r'^resource "aws_lb_listener" .*?^}', page.read_text(), re.M | re.S):
            assert bool(re.search('\\n  protocol += "HTTPS"', listener)) == ("certificate_arn" in listener)


def test_there_are_eighteen() -> None:
    """One of them is caught twice: in the spec, and in a blueprint that nobody can ask for."""
    inexpressible = [name for name in globals() if name.endswith("_is_inexpressible")]
    assert len(CAUGHT) - 1 + len(inexpressible) == 18


# --- how a walk goes ---


def test_the_most_specific_route_wins() -> None:
    blueprint = blueprint_of("shop-public")
    (table,) = blueprint.network.route_tables
    lost = InternetRoute(label=Label("lost"), destination="198.18.0.0/15", gateway=Label("other"))
    service_ = replace(
        blueprint.services[0],
        egress=(*blueprint.services[0].egress, _range("198.19.0.0/16"), _range("198.20.0.0/16")),
    )
    stack = replace(
        network(blueprint, route_tables=(replace(table, routes=(lost, *table.routes)),)),
        services=(service_, *blueprint.services[1:]),
    )
    (flow,) = walks(stack).failing
    assert flow.to == "198.19.0.0/16, port 443"
    assert flow.fault
    assert "aws_route.lost has no target: there is no aws_internet_gateway.other" in flow.fault.text


def _range(cidr: str) -> Any:
    (own,) = blueprint_of("shop-nat").services[0].egress
    return replace(own, peer=replace(own.peer, value=cidr), text=cidr, source=cidr)


def test_a_nat_gateway_in_a_subnet_without_the_internet_leads_nowhere() -> None:
    blueprint = blueprint_of("shop-nat")
    (nat,) = blueprint.network.nat
    inside = network(blueprint, nat=(replace(nat, subnets=Label("private")),))
    assert failing(inside) == ALL_OUT - both(S3)
    assert {problem.code for problem in problems_of(inside)} == {"TG360"}


def test_a_range_in_the_vpc_needs_no_route_and_one_of_a_peer_is_taken_as_given() -> None:
    text = EXAMPLES["shop"].read_text() + "    egress: [10.0.9.0/24, 192.168.0.0/16]\n"
    blueprint = run_text(text, "s.yaml").blueprint
    assert blueprint
    inner, peer = [flow.hops[0] for flow in walks(blueprint).out if flow.kind == "range"]
    assert (inner.state, inner.text) == (OK, "inside the VPC (10.0.0.0/16)")
    assert peer.state == TAKEN
    assert not walks(blueprint).failing


def test_a_reference_is_followed_through_the_wiring() -> None:
    """Without the input that hands the group over, a rule names nothing."""
    blueprint = blueprint_of("shop")
    *others, services = blueprint.modules
    inputs = tuple(each for each in services.inputs if "endpoint" not in each.variable.label)
    unplugged = replace(blueprint, modules=(*others, replace(services, inputs=inputs)))
    assert failing(unplugged) == AWS


def test_an_internal_load_balancer_has_no_clients() -> None:
    blueprint = blueprint_of("shop")
    (balancer,) = blueprint.load_balancer
    assert failing(replace(blueprint, load_balancer=(replace(balancer, internal=True),))) == IN
    behind_nat = replace(
        blueprint_of("shop-nat"), load_balancer=(replace(balancer, subnets=Label("private")),)
    )
    assert failing(behind_nat) == IN


@pytest.mark.parametrize(
    ("cidrs", "routed", "state", "codes"),
    [
        ("", "", OK, set()),
        ("[0.0.0.0/0]", "", OK, set()),
        ("[10.0.5.0/24, 203.0.113.0/24]", "", OK, {"TG395"}),
        ("[192.168.0.0/16]", "", TAKEN, set()),
        ("[203.0.113.0/24, 192.168.0.0/16]", "", TAKEN, {"TG395"}),
        ("[203.0.113.0/24]", "", MISSING, {"TG395"}),
        ("[203.0.113.0/24]", "203.0.113.0/25", TAKEN, set()),
        ("[203.0.113.0/24]", "0.0.0.0/0", MISSING, {"TG395"}),
        ("[]", "", MISSING, {"TG355"}),
    ],
)
def test_clients_of_an_internal_load_balancer(cidrs: str, routed: str, state: str, codes: set[str]) -> None:
    """Those in the VPC reach it; how others come to it is up to the user."""
    routes = f"  routes: [{{to: {routed}, via: tgw-0a1b2c3d}}]\n" if routed else ""
    own = f", cidrs: {cidrs}" if cidrs else ""
    text = f"network:\n{routes}  egress: endpoints\nload_balancer: {{scheme: internal{own}}}\n"
    shop = EXAMPLES["shop"].read_text()
    blueprint = run_text(re.sub(r"(?s)network:.*?\n\n", text, shop, count=1), "s.yaml").blueprint
    assert blueprint
    into = walks(blueprint).into
    states = {hop.state for flow in into for hop in flow.hops}
    assert states - {OK} == ({state} - {OK})
    assert {problem.code for problem in problems_of(blueprint)} == codes
    texts = {hop.text for flow in into for hop in flow.hops}
    inside = "aws_lb.main is internal, in the private subnets: clients in the VPC reach it"
    assert (inside in texts) == (state == OK)


def test_new_regions_want_three_endpoints_of_ecs() -> None:
    text = EXAMPLES["shop"].read_text().replace("us-east-1", "ca-west-1")
    blueprint = run_text(text, "s.yaml").blueprint
    assert blueprint
    reached = [flow.what for flow in walks(blueprint).out if flow.kind == "connect"]
    assert reached == [f"{name}, for its proxy" for name in ("ecs-agent", "ecs-telemetry", "ecs")] * 2
    assert not walks(blueprint).failing


# --- any spec ---


@laws(30)
@given(specs())
def test_every_failing_flow_of_a_valid_spec_is_reported(data: Data) -> None:
    outcome = outcome_of(data)
    assert outcome.blueprint
    said = [problem for problem in outcome.problems if problem.code in CODES]
    named = " ".join(problem.message for problem in said)
    clients = {problem.code for problem in outcome.problems} & CLIENTS
    failing = walks(outcome.blueprint).failing
    for flow in failing:
        # A spec without errors has no way that is missing for certain, but for what may be its wish.
        assert flow.state != MISSING or flow.kind in ("range", "route")
        assert clients if flow.kind == "route" else f'"{flow.service}"' in named or " more " in named
    assert OURS not in {problem.hint for problem in said}
    assert bool(said) == any(flow.kind != "route" for flow in failing)


# --- as text ---


def test_the_documentation_shows_a_real_walk() -> None:
    page = ROOT / "docs" / "reach.md"
    narrow = EXAMPLES["shop-nat"].read_text() + "    egress: [10.8.0.0/16]\n"
    blueprint = run_text(narrow, "shop.yaml").blueprint
    assert blueprint
    heads = re.findall(r"^```text\n(.*\n)", page.read_text(), re.MULTILINE)
    assert len(heads) == 2
    for head, walked in zip(heads, (blueprint_of("shop"), blueprint), strict=True):
        (steps,) = re.findall(rf"^{re.escape(head)}((?: .*\n)+)", explain.text(walked), re.MULTILINE)
        assert shown(page, head, steps) == steps


def test_the_walks_as_text() -> None:
    blueprint = blueprint_of("shop")
    text = explain.text(blueprint)
    lines = text.splitlines()
    for flow in flows_of(blueprint):
        assert all(any(line.endswith(hop.text) for line in lines) for hop in flow.hops)
    assert "MISSING" not in text
    assert "network ACLs" in text
    assert text.endswith("\n")


def test_the_text_of_some_services() -> None:
    text = explain.text(blueprint_of("shop"), ["backendserver"])
    heads = [line for line in text.splitlines() if " -> " in line and not line.startswith(" ")]
    assert len(heads) == 6
    assert all("backendserver" in head for head in heads)
    assert explain.text(blueprint_of("network")) == "No services, so there are no network paths to show.\n"


def test_the_text_marks_what_is_missing_and_where_to_repair_it() -> None:
    text = EXAMPLES["shop-nat"].read_text() + "    egress: [10.8.0.0/16]\n"
    blueprint = run_text(text, "s.yaml").blueprint
    assert blueprint
    found = explain.text(blueprint, ["backendserver"])
    row, column = next(
        (number, line.index("[10.8") + 1)
        for number, line in enumerate(text.splitlines(), 1)
        if "[10.8" in line
    )
    assert found.count("    MISSING  leaves     ") == 3
    assert found.count("    unsure   leaves     ") == 1  # the endpoint of which nobody knows
    assert f"    repair   s.yaml:{row}:{column}: write egress: [0.0.0.0/0]" in found


def test_ranges_that_are_the_internet_only_together() -> None:
    text = EXAMPLES["shop-nat"].read_text() + "    egress: [128.0.0.0/1, {}]\n"
    whole, half = (run_text(text.format(cidr), "s.yaml").blueprint for cidr in ("0.0.0.0/1", "0.0.0.0/2"))
    assert whole
    assert half
    found = explain.text(whole, ["backendserver"])
    assert "unsure" not in found
    assert "_to_0_0_0_0_1 and aws_vpc_security_group_egress_rule.backendserver_to_128_0_0_0_1" in found
    assert explain.text(half, ["backendserver"]).count("    unsure   leaves     ") == 4


@pytest.mark.parametrize("count", [3, 40])
def test_a_range_is_reached_by_its_own_rule_however_many_there_are(count: int) -> None:
    ranges = [f"52.94.{number}.0/24" for number in range(count)]
    text = EXAMPLES["shop-nat"].read_text() + f"    egress: [{', '.join(ranges)}]\n"
    blueprint = run_text(text, "s.yaml").blueprint
    assert blueprint
    found = {flow.to: flow.hops[-1].parts for flow in walks(blueprint).out if flow.kind == "range"}
    rule = "aws_vpc_security_group_egress_rule.backendserver_to_52_94_{}_0_24"
    for number in range(count):
        assert found[f"52.94.{number}.0/24, port 443"] == (rule.format(number),)


@pytest.mark.parametrize(
    ("egress", "others"), [("nat", ", or use egress: nat+endpoints"), ("nat+endpoints", "")]
)
def test_endpoints_are_advised_where_there_are_none(egress: str, others: str) -> None:
    secret = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-a1b2c3"
    service_ = f'{{image: "{IMAGE}", egress: [10.8.0.0/16], secrets: {{DB: "{secret}"}}}}'
    text = f"name: a\nregion: us-east-1\nnetwork: {{egress: {egress}}}\nservices: {{web: {service_}}}\n"
    blueprint = run_text(text, "s.yaml").blueprint
    assert blueprint
    hints = {flow.to: flow.fault.hint for flow in walks(blueprint).failing if flow.fault}
    assert hints["Secrets Manager in eu-west-1"] == f"write egress: [0.0.0.0/0]{others}"


def test_the_hint_about_egress_repairs_what_the_spec_sets() -> None:
    text = "name: a\nregion: us-east-1\nnetwork:\n  egress: endpoints\nservices: {web: {image: nginx}}\n"
    blueprint = run_text(text, "s.yaml").blueprint
    assert blueprint
    assert "    repair   s.yaml:4:11: use egress: nat+endpoints" in explain.text(blueprint)
