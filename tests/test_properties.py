"""Laws that hold for any valid spec. See `strategies.laws` for how to look harder."""

import importlib
import json
import os
import random
import re
import subprocess
import sys
import unicodedata
from collections.abc import Callable
from copy import deepcopy
from ipaddress import IPv4Network
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from strategies import (
    EGRESS,
    MOST_VALUES,
    MOST_WILDCARDS,
    TEXTS,
    Data,
    batch,
    laws,
    networks,
    outcome_of,
    specs,
)
from support.language import evaluated, fmt_diff
from support.pages import addresses, blocks, modules, parsed_addresses, unresolved

from tfgen.blueprint.model import Blueprint, Service
from tfgen.blueprint.references import places
from tfgen.hcl.layout import lay_out
from tfgen.hcl.printer import hcl
from tfgen.hcl.reference import parse_reference
from tfgen.pipe import run_text
from tfgen.render.pages import render_pages
from tfgen.spec.model import Spec
from tfgen.spec.source import dump_yaml

RANDOM = st.randoms(use_true_random=False)


def blueprint_of(data: Data) -> Blueprint:
    blueprint = outcome_of(data).blueprint
    assert blueprint
    return blueprint


def pages_of(blueprint: Blueprint) -> dict[str, str]:
    """The pages of Terraform; the README is none."""
    return {path: text for path, text in render_pages(blueprint).items() if path.endswith(".tf")}


# --- the spec ---


@pytest.mark.skipif("TFGEN_EXAMPLES" in os.environ, reason="TFGEN_EXAMPLES draws others in each run")
def test_the_same_examples_are_drawn_whatever_is_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each worker of a run imports other modules, in another order."""
    drawn: list[int] = []

    @laws(300)
    @given(st.integers())
    def look(number: int) -> None:
        drawn.append(number)

    look()
    before = drawn.copy()
    drawn.clear()
    (tmp_path / "imported_later.py").write_text(f"NUMBERS = {list(range(1000, 1500))}\n")
    monkeypatch.syspath_prepend(tmp_path)
    importlib.import_module("imported_later")
    look()
    assert drawn == before


def test_nearly_every_drawn_spec_is_valid() -> None:
    """Otherwise the laws below would say little, and of simple specs only."""
    drawn = [data for number in range(2 if os.environ.get("TFGEN_FAST") else 4) for data in batch(number)]
    outcomes = [run_text(dump_yaml(data), "spec.yaml") for data in drawn]
    refused = [
        {problem.code for problem in outcome.problems if problem.severity == "error"}
        for outcome in outcomes
        if outcome.failed
    ]
    # Eight in a hundred, mostly; what is drawn depends a little on which modules hypothesis finds loaded.
    assert len(refused) <= len(drawn) / 5
    # Priorities that meet, and addresses that do: both depend on a hash or on names of neighbours. A
    # priority that is drawn can have a route tried before one inside it. Hosts and domains are drawn apart,
    # and entries of ingress can mean the same. Logins are drawn apart from listeners, and text of an image
    # can name a registry.
    known = {"TG223", "TG241", "TG301", "TG380", "TG394", "TG524", "TG555", "TG592"}
    assert set().union(*refused) <= known


# --- subnets ---


def network_of(data: Data) -> dict[str, dict[str, IPv4Network]]:
    network = blueprint_of(data).network
    return {
        "public": {str(subnet.zone): IPv4Network(subnet.cidr) for subnet in network.public_subnets},
        "private": {str(subnet.zone): IPv4Network(subnet.cidr) for subnet in network.private_subnets},
    }


@st.composite
def lone_networks(draw: st.DrawFn) -> Data:
    region, egress = draw(st.sampled_from(["us-east-1", "mars-north-1"])), draw(st.sampled_from(EGRESS))
    return {"name": "n", "region": region, "network": draw(networks(region, egress))}


@laws(100)
@given(lone_networks())
def test_subnets_lie_inside_the_vpc_and_apart(data: Data) -> None:
    vpc = IPv4Network(data["network"]["cidr"])
    subnets = [subnet for role in network_of(data).values() for subnet in role.values()]
    assert all(subnet.subnet_of(vpc) for subnet in subnets)
    assert not [pair for pair in combinations(subnets, 2) if pair[0].overlaps(pair[1])]


@laws(100)
@given(lone_networks(), RANDOM)
def test_zones_are_added_and_removed_and_no_other_subnet_changes(data: Data, chance: random.Random) -> None:
    before = network_of(data)
    zones = sorted(before["public"])
    kept = chance.sample(zones, chance.randint(2, len(zones)))
    fewer = deepcopy(data)
    fewer["network"]["zones"] = kept
    fewer["network"].pop("nat_zone", None)
    for role, pins in fewer["network"]["subnets"].items():
        if isinstance(pins, dict):
            fewer["network"]["subnets"][role] = {zone: pins[zone] for zone in kept}
    after = network_of(fewer)
    for role, subnets in before.items():
        assert after[role] == {zone: cidr for zone, cidr in subnets.items() if zone in kept}


@laws(50)
@given(lone_networks(), st.sampled_from(EGRESS))
def test_public_subnets_are_the_same_with_every_egress(data: Data, egress: str) -> None:
    other = deepcopy(data)
    other["network"] |= {"egress": egress, "endpoints": []}
    before, after = network_of(data), network_of(other)
    assert after["public"] == before["public"]
    assert after["private"] == before["private"] or "public" in (egress, data["network"]["egress"])


# --- listener rules ---


def priorities_of(blueprint: Blueprint) -> dict[tuple[str, str], int]:
    return {
        (rule.listener, rule.label): rule.priority for service in blueprint.services for rule in service.rules
    }


@laws(60)
@given(specs())
def test_priorities_are_unique_on_each_listener(data: Data) -> None:
    blueprint = blueprint_of(data)
    rules = [rule for service in blueprint.services for rule in service.rules]
    assert len({(rule.listener, rule.priority) for rule in rules}) == len(rules)
    assert all(1 <= rule.priority <= 50000 for rule in rules)


@laws(50)
@given(specs())
def test_a_load_balancer_takes_every_rule(data: Data) -> None:
    rules = [rule for service in blueprint_of(data).services for rule in service.rules]
    for rule in rules:
        named = [condition.accepted for condition in (*rule.headers, *rule.queries)]
        conditions = [*rule.hosts, *rule.paths, *rule.methods, *rule.sources, *named]
        values = [value for condition in conditions for value in condition]
        assert 1 <= len(values) <= MOST_VALUES
        assert sum(value.count("*") + value.count("?") for value in values) <= MOST_WILDCARDS
        assert all(1 <= len(value) <= 128 for value in values)


@laws(50)
@given(specs(), RANDOM)
def test_routes_are_added_and_removed_and_no_other_priority_changes(
    data: Data, chance: random.Random
) -> None:
    for route in (route for each in data["services"].values() for route in each.get("routes", [])):
        if isinstance(route, dict) and "weight" in route:
            route.pop("priority", None)  # one of those that share a rule may have it, for all of them
    before = priorities_of(blueprint_of(data))
    assume(before)
    fewer = shuffled(data, chance)
    for service in fewer["services"].values():
        routes = service.get("routes", [])
        del routes[: chance.randint(0, len(routes))]
    after = priorities_of(blueprint_of(fewer))
    assert after.items() <= before.items()


# --- Terraform addresses ---


def declared(blueprint: Blueprint) -> dict[str, set[str]]:
    """The addresses of every module."""
    return {folder: set(module.declared) for folder, module in modules(pages_of(blueprint)).items()}


@laws(30)
@given(specs())
def test_no_two_things_have_one_address(data: Data) -> None:
    twice = [
        (folder, address)
        for folder, module in modules(pages_of(blueprint_of(data))).items()
        for address, times in module.declared.items()
        if times > 1
    ]
    assert not twice


@laws(50)
@given(specs(), RANDOM)
def test_services_are_added_and_removed_and_others_stay(data: Data, chance: random.Random) -> None:
    assume(len(data["services"]) > 1)
    data = without_shares(data)
    gone = chance.choice(sorted(data["services"]))
    fewer = without_service(data, gone)
    before, after = blueprint_of(data), blueprint_of(fewer)
    pages, left = render_pages(before), render_pages(after)
    neighbours = {call.caller for call in before.calls} | {call.callee for call in before.calls}
    for service in after.services:
        path = f"modules/services/{service.file}.tf"
        if service.key not in neighbours:
            assert left[path] == pages[path]
        lost = set(addresses(pages[path])) - set(addresses(left[path]))
        assert all(is_about(service, gone, address) for address in lost)
        assert set(addresses(left[path])) <= set(addresses(pages[path]))
    stay = declared(after)
    assert all(stay[folder] <= all_ for folder, all_ in declared(before).items() if folder in stay)


def without_shares(data: Data) -> Data:
    """Without the routes that services share: one that goes leaves the others its share."""
    own = deepcopy(data)
    for service in own["services"].values():
        if "routes" in service:
            routes = [
                each for each in service["routes"] if not isinstance(each, dict) or "weight" not in each
            ]
            service["routes"] = routes
    return own


def without_service(data: Data, gone: str) -> Data:
    fewer = deepcopy(data)
    del fewer["services"][gone]
    for service in fewer["services"].values():
        if "calls" in service:
            service["calls"] = [callee for callee in service["calls"] if callee != gone]
    _close_network_listeners(fewer)
    return fewer


def _close_network_listeners(data: Data) -> None:
    """A listener of a network load balancer goes with its only route."""
    routes = [route for each in data["services"].values() for route in each.get("routes", [])]
    named = {route.get("listener") for route in routes if isinstance(route, dict)}
    for key, said in list(data.get("load_balancers", {}).items()):
        if said.get("type") == "network":
            kept = {name: each for name, each in said["listeners"].items() if f"{key}.{name}" in named}
            said["listeners"] = kept
            if not kept:
                del data["load_balancers"][key]


def is_about(service: Service, other: str, address: str) -> bool:
    """Whether something is in a service's file because it calls another service."""
    own, its = service.label, other.replace("-", "_")
    inbound, outbound = rf"ingress_rule\.{its}(_\w+)?_from_{own}", rf"egress_rule\.{own}_to_{its}(_\w+)?"
    return re.fullmatch(rf"aws_vpc_security_group_({inbound}|{outbound})", address) is not None


# --- names ---

_TEXT_OF_A_GROUP = r"[a-zA-Z0-9. _\-:/()#,@\[\]+=&;{}!$*]{1,255}"  # botocore, ec2 CreateSecurityGroup
_LIMITS: dict[tuple[str, str], str] = {
    ("aws_appautoscaling_policy", "name"): r"[a-z0-9-]{1,256}",
    ("aws_appautoscaling_scheduled_action", "name"): r"[a-z0-9-]{1,256}",
    ("aws_lb", "name"): r"(?!internal-)[A-Za-z0-9]([A-Za-z0-9-]{0,30}[A-Za-z0-9])?",
    ("aws_lb_target_group", "name_prefix"): r"[A-Za-z0-9][A-Za-z0-9-]{0,5}",
    ("aws_iam_role", "name"): r"[\w+=,.@-]{1,64}",
    ("aws_iam_role_policy", "name"): r"[\w+=,.@-]{1,128}",
    ("aws_scheduler_schedule", "name"): r"[\w.-]{1,64}",  # botocore, scheduler Name
    ("aws_scheduler_schedule_group", "name"): r"[\w.-]{1,64}",
    ("aws_sqs_queue", "name"): r"[\w-]{1,80}",
    # SNS/sns-create-topic
    ("aws_sns_topic", "name"): r"[\w-]{1,256}",
    ("aws_security_group", "name"): rf"(?!sg-){_TEXT_OF_A_GROUP}",
    ("aws_security_group", "description"): _TEXT_OF_A_GROUP,
    ("aws_vpc_security_group_ingress_rule", "description"): _TEXT_OF_A_GROUP,
    ("aws_vpc_security_group_egress_rule", "description"): _TEXT_OF_A_GROUP,
    ("aws_cloudwatch_log_group", "name"): r"[.\-_/#A-Za-z0-9]{1,512}",
    ("aws_ecr_repository", "name"): r"(?=.{2,256}\Z)[a-z0-9]+([._/-][a-z0-9]+)*",
    ("aws_ecr_pull_through_cache_rule", "ecr_repository_prefix"): r"(?=.{2,30}\Z)[a-z0-9]+([._-][a-z0-9]+)*",
    ("aws_ecs_cluster", "name"): r"[A-Za-z0-9_-]{1,255}",
    ("aws_ecs_service", "name"): r"[A-Za-z0-9_-]{1,255}",
    ("aws_ecs_task_definition", "family"): r"[A-Za-z0-9_-]{1,255}",
    ("aws_service_discovery_http_namespace", "name"): r"[!-~]{1,1024}",
    ("aws_service_discovery_http_namespace", "description"): r"[ -~]{0,1024}",
    ("aws_service_discovery_private_dns_namespace", "name"): r"[a-z0-9.-]{1,253}",
    ("aws_service_discovery_private_dns_namespace", "description"): r"[ -~]{0,1024}",
    ("aws_service_discovery_service", "name"): r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?",
}
_UNIQUE = {("aws_iam_role", "name"), ("aws_security_group", "name"), ("aws_ecs_service", "name")}


@laws(40)
@given(specs())
def test_names_fit_what_aws_allows(data: Data) -> None:
    blueprint = blueprint_of(data)
    seen: dict[tuple[str, str], list[str]] = {}
    for text in pages_of(blueprint).values():
        for block in blocks(text):
            for argument in {"name", "name_prefix", "description", "family"} & block.arguments.keys():
                if block.kind == "resource" and block.arguments[argument].startswith('"'):
                    value = json.loads(block.arguments[argument])
                    seen.setdefault((block.labels[0], argument), []).append(value)
    for argument, texts in seen.items():
        assert all(re.fullmatch(_LIMITS[argument], text) for text in texts), (argument, texts)
        assert argument not in _UNIQUE or len(set(texts)) == len(texts), (argument, texts)


@laws(40)
@given(specs())
def test_names_fit_what_service_connect_allows(data: Data) -> None:
    servers = [
        server
        for service in blueprint_of(data).services
        for connect in service.connect
        for server in connect.servers
    ]
    for server in servers:
        # botocore, ecs ServiceConnectService; a port's name, unlike a host's, has no dots.
        assert re.fullmatch(r"[a-z0-9_][a-z0-9_-]{0,63}", server.port_name)
        assert re.fullmatch(r"[a-z0-9_][a-z0-9_.-]{0,63}", server.dns_name)
    assert len({server.dns_name for server in servers}) == len(servers)


_WINDOWS = {
    "aux",
    "con",
    "nul",
    "prn",
    *(f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10)),
}


@laws(40)
@given(specs())
def test_every_file_system_supports_the_paths(data: Data) -> None:
    paths = sorted(render_pages(blueprint_of(data)))
    assert len({path.lower() for path in paths}) == len(paths)
    for path in paths:
        *folders, file = path.split("/")
        own = "alarms|file_systems|network|repositories|services"
        known = rf"modules/({own}|([a-z][a-z0-9_]{{0,63}}_)?load_balancer)"
        assert not folders or re.fullmatch(known, "/".join(folders))
        assert re.fullmatch(r"README\.md|\.checkov\.yaml|\.trivyignore|[a-z][a-z0-9_-]{0,72}\.tf", file)
        stem = file.removesuffix(".tf")
        assert stem not in _WINDOWS
        # Terraform merges an override into the other pages.
        assert stem != "override"
        assert not stem.endswith("_override")


# --- pages ---


@laws(15)
@given(specs(3))
def test_every_page_parses(data: Data) -> None:
    pages = pages_of(blueprint_of(data))
    assert {path: addresses(text) for path, text in pages.items()} == {
        path: parsed_addresses(text) for path, text in pages.items()
    }


@laws(50)
@given(specs(), st.booleans())
def test_every_reference_leads_somewhere_and_nothing_is_unused(data: Data, as_module: bool) -> None:
    outcome = run_text(dump_yaml(data), "spec.yaml", as_module=as_module)
    assume(not outcome.failed)
    assert outcome.blueprint
    theirs = tuple(f" {owner} is not declared" for owner in owners_of_references(outcome.spec))
    found = unresolved(pages_of(outcome.blueprint))
    assert [problem for problem in found if not problem.endswith(theirs)] == []


def owners_of_references(spec: Spec | None) -> set[str]:
    """What references name that only the user's own files declare."""
    assert spec
    parts = (part for place in places(spec) for part in (place.reference, *(_joined(place.reference))))
    return {parse_reference(part.ref).owner for part in parts if getattr(part, "ref", None)}


def _joined(reference: Any) -> list[Any]:
    return getattr(reference, "join", None) or []


# Many a drawn spec refers to its root, which a module cannot.
@settings(laws(20), suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(specs(3))
def test_a_module_has_neither_provider_nor_backend(data: Data) -> None:
    blueprint = run_text(dump_yaml(data), "spec.yaml", as_module=True).blueprint
    assume(blueprint)
    assert blueprint
    pages = "".join(pages_of(blueprint).values())
    assert 'provider "' not in pages
    assert 'backend "' not in pages


UNORDERED = {"zones", "endpoints", "calls", "uses", "cidrs", "egress", "ingress", "routes", "methods"}


def shuffled(data: Any, chance: random.Random, key: str = "") -> Any:
    """The same spec, its keys and the lists whose order means nothing in another order."""
    if isinstance(data, dict):
        items = [(name, shuffled(value, chance, name)) for name, value in data.items()]
        return dict(chance.sample(items, len(items)))
    if isinstance(data, list):
        items = [shuffled(value, chance) for value in data]
        return chance.sample(items, len(items)) if key in UNORDERED else items
    return data


@laws(80)
@given(specs(), RANDOM)
def test_order_without_meaning_changes_no_byte(data: Data, chance: random.Random) -> None:
    assert render_pages(blueprint_of(shuffled(data, chance))) == render_pages(blueprint_of(data))


_RENDER = """
import json, sys
from hashlib import sha256
from tfgen.pipe import run_text
for text in json.load(sys.stdin):
    pages = dict(run_text(text, "spec.yaml").pages())
    print(sha256(json.dumps(pages).encode()).hexdigest())
"""


def test_the_same_spec_gives_the_same_bytes_in_every_process() -> None:
    """Within one process a set has one order, so only others can show that none is printed."""
    texts = gathered(specs(), 20, lambda data: outcome_of(data) and dump_yaml(data))
    first, second = (
        subprocess.run(
            [sys.executable, "-c", _RENDER],
            input=json.dumps(texts),
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=Path(__file__).parent.parent,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    )
    assert first == second
    assert len(first.splitlines()) == len(texts)


def gathered(strategy: st.SearchStrategy[Any], count: int, use: Callable[[Any], Any]) -> list[Any]:
    """What `use` makes of examples: for tests to which one run of something costly has to do for all."""
    found = []

    @laws(count)
    @given(strategy)
    def look(drawn: Any) -> None:
        found.append(use(drawn))

    look()
    return found


# --- what Terraform itself says ---


@pytest.mark.terraform
def test_every_page_is_a_fixed_point_of_fmt(tmp_path: Path) -> None:
    stacks = gathered(specs(), 60, lambda data: pages_of(blueprint_of(data)))
    pages = {f"{number}/{path}": text for number, found in enumerate(stacks) for path, text in found.items()}
    assert fmt_diff(tmp_path, pages) == ""


@pytest.mark.terraform
def test_any_text_is_read_back_as_written(tmp_path: Path) -> None:
    """Terraform makes NFC of every string, and so does tfgen when it reads a spec."""
    texts = sorted(set(gathered(TEXTS, 400, nfc)))
    keys = {text: number for number, text in enumerate(texts)}
    code = lay_out(
        f'output "texts" {{\nvalue = {hcl(texts)}\n}}\n\noutput "keys" {{\nvalue = {hcl(keys)}\n}}'
    )
    assert fmt_diff(tmp_path, {"main.tf": code}) == ""
    assert evaluated(tmp_path, code) == {"texts": texts, "keys": keys}


_CONTAINER = re.compile(r"container_definitions = (jsonencode\(.*?^  \]\))$", re.MULTILINE | re.DOTALL)


@pytest.mark.terraform
def test_text_of_a_spec_is_read_back_as_written(tmp_path: Path) -> None:
    """The whole way: from YAML through the pages to the container that ECS is told to run."""
    texts = sorted(set(gathered(TEXTS.filter(bool), 300, nfc)))
    variables = {f"V{number:03}": text for number, text in enumerate(texts)}
    names = {name: "x" for name in map(_variable_name, texts) if name}
    sources = {f"S{number:03}": f"/{name}" for number, name in enumerate(names)}
    tags = {text[:100]: text for text in texts if not text.startswith("aws:")}
    service = {"image": "nginx", "command": texts, "environment": {**variables, **names}, "secrets": sources}
    data = {
        "name": "n",
        "region": "us-east-1",
        "network": {"egress": "nat"},
        "tags": tags,
        "services": {"a": service},
    }
    outcome = run_text(dump_yaml(data), "spec.yaml")
    assert {problem.code[:3] for problem in outcome.problems} <= {"TG3"}, "more than AWS would mind"
    assert outcome.blueprint
    pages = pages_of(outcome.blueprint)
    found = _CONTAINER.search(pages["modules/services/a.tf"])
    assert found
    container = re.sub(r"\b(var|aws_\w+)(\.\w+)+", '""', found[1])
    outputs = f'output "containers" {{\n  value = {container}\n}}\noutput "tags" {{\n  value = var.tags\n}}\n'
    out = evaluated(tmp_path, pages["variables.tf"] + outputs)
    (told,) = json.loads(out["containers"])
    assert told["command"] == texts
    assert {pair["name"]: pair["value"] for pair in told["environment"]} == {**variables, **names}
    assert {pair["name"]: pair["valueFrom"] for pair in told["secrets"]} == sources
    assert out["tags"] == tags


def _variable_name(text: str) -> str:
    return "".join(text.split()).replace("=", "")


def nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


# --- what would clash ---


def spec_with(services: Data, egress: str = "nat+endpoints") -> Data:
    return {"name": "t", "region": "us-east-1", "network": {"egress": egress}, "services": services}


_IMAGE = "123456789012.dkr.ecr.us-east-1.amazonaws.com/app:1"
_CALLED = {"image": _IMAGE, "port": 80, "connect": "x"}
CLASHES = {
    'egress rules "web_to_s3" for a service of that name and for the endpoint': spec_with(
        {"s3": _CALLED, "web": {"image": _IMAGE, "calls": ["s3"]}}, "endpoints"
    ),
    'egress rules "web_to_endpoints"': spec_with(
        {"endpoints": _CALLED, "web": {"image": _IMAGE, "calls": ["endpoints"]}}, "endpoints"
    ),
    'egress rules "web_to_internet"': spec_with(
        {"internet": _CALLED, "web": {"image": _IMAGE, "calls": ["internet"]}}, "nat"
    ),
    "security group \"t-endpoints\", the service's and the endpoints'": spec_with(
        {"endpoints": {"image": _IMAGE}}
    ),
    'security group "t-load-balancer"': spec_with(
        {"load-balancer": {"image": _IMAGE, "port": 80, "routes": ["/"]}}
    ),
    "one variable from the environment and from a secret": spec_with(
        {"web": {"image": _IMAGE, "environment": {"A": "b"}, "secrets": {"A": "/x"}}}
    ),
}


@pytest.mark.parametrize("data", CLASHES.values(), ids=CLASHES)
def test_what_would_clash_is_refused(data: Data) -> None:
    assert run_text(dump_yaml(data), "spec.yaml").failed


def test_a_pinned_root_route_is_a_rule_for_every_path() -> None:
    routes = [{"path": "/", "priority": 7}]
    data = spec_with({"web": {"image": _IMAGE, "port": 80, "routes": routes}})
    blueprint = run_text(dump_yaml(data), "spec.yaml").blueprint
    assert blueprint
    (rule,) = blueprint.services[0].rules
    assert (rule.priority, rule.paths) == (7, (("/*",),))


# --- what does not hold yet ---


def test_no_service_takes_the_security_group_of_the_endpoints() -> None:
    data = spec_with({"endpoints": {"image": _IMAGE}}) | {"name": "sg-a"}
    assert run_text(dump_yaml(data), "spec.yaml").failed


def test_endpoints_whose_names_meet_in_terraform_are_refused() -> None:
    data = spec_with({"web": {"image": _IMAGE, "uses": ["qqqq.w", "qqqq-w"]}})
    assert run_text(dump_yaml(data), "spec.yaml").failed


def test_the_order_of_services_changes_no_comment() -> None:
    services = {"a": {"image": "nginx", "uses": ["s3"]}, "b": {"image": _IMAGE}}
    turned = dict(reversed(services.items()))
    assert render_pages(blueprint_of(spec_with(turned))) == render_pages(blueprint_of(spec_with(services)))


# --- what the execution role may do ---


def allowed(image: str, region: str = "us-east-1", secrets: Data | None = None) -> dict[str, Any]:
    """The statements of the execution role of one service: sid -> (actions, resources)."""
    service = {"image": image, "secrets": secrets or {}}
    data = spec_with({"web": service}) | {"region": region}
    blueprint = run_text(dump_yaml(data), "spec.yaml").blueprint
    assert blueprint
    (policy,) = blueprint.services[0].execution_role.policies
    return {statement.sid: (statement.actions, statement.resources) for statement in policy.statements}


@pytest.mark.parametrize("repository", ["docker-hub/library/busybox", "k8s/pause", "quay/a/b"])
def test_the_first_pull_through_the_cache_may_make_the_repository(repository: str) -> None:
    """ECR answers 403 where the puller may not import."""
    found = allowed(f"123456789012.dkr.ecr.us-east-1.amazonaws.com/{repository}:1")
    arn = f"arn:aws:ecr:us-east-1:123456789012:repository/{repository}"
    assert found["ImportThroughCache"] == (("ecr:BatchImportUpstreamImage", "ecr:CreateRepository"), arn)


@pytest.mark.parametrize(
    ("image", "region"),
    [
        ("123456789012.dkr.ecr.us-east-1.amazonaws.com/docker-hub:1", "us-east-1"),
        ("123456789012.dkr.ecr.us-east-1.amazonaws.com/team/docker-hub/web:1", "us-east-1"),
        ("quay/a:1", "us-east-1"),
        ("123456789012.dkr.ecr.us-gov-west-1.amazonaws.com/docker-hub/library/busybox:1", "us-gov-west-1"),
    ],
)
def test_who_pulls_through_no_cache_imports_nothing(image: str, region: str) -> None:
    assert "ImportThroughCache" not in allowed(image, region)


def test_the_version_of_a_parameter_is_no_part_of_its_arn() -> None:
    arn = "arn:aws:ssm:us-east-1:123456789012:parameter/b"
    found = allowed("nginx:1", secrets={"A": "/a:3", "B": f"{arn}:prod", "C": arn})
    assert found["ReadParameters"] == ("ssm:GetParameters", ("arn:aws:ssm:us-east-1:*:parameter/a", arn))
