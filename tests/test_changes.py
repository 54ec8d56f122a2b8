"""`tfgen changes`: what is read from Terraform's text, what is foreseen, and what is said about it.

That what it foresees is what Terraform plans is held in test_change_matrix.py.
"""

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from support import change_matrix
from support.accepted import committed, shown
from support.change_matrix import BASES, EDITS, ROWS, Row
from support.costs import apart_from_cost
from support.defaults import SAID_OTHERWISE, turned, ways

from tfgen import facts, render_text
from tfgen.changes.names import Consequence
from tfgen.changes.report import Report, changes_between
from tfgen.changes.stack import Resource, Stack
from tfgen.changes.words import SENTENCES
from tfgen.commands.main import main
from tfgen.facts import provider
from tfgen.facts.provider import Schema
from tfgen.hcl.reader import read_page
from tfgen.hcl.syntax import HclError
from tfgen.hcl.values import Reference, Term
from tfgen.problems import Exit, TfgenError

ROOT = Path(__file__).parent.parent
GENERATED = ROOT / "generated"
CONSEQUENCES = ROOT / "tests" / "data" / "consequences.txt"
WRITTEN = sorted(json.loads((ROOT / "tfgen" / "facts" / "replacement.json").read_text())["types"])
STACKS = sorted(path.name for path in GENERATED.iterdir())


def pages(spec: str, *, as_module: bool = False) -> dict[str, str]:
    found, problems = render_text(spec, as_module=as_module)
    assert found, problems
    return found


def golden(stack: str) -> dict[str, str]:
    folder = GENERATED / stack
    files = [*folder.rglob("*.tf"), *folder.glob("*.tfvars")]
    return {path.relative_to(folder).as_posix(): path.read_text() for path in files}


def edited(stack: Mapping[str, str], page: str, old: str, new: str) -> dict[str, str]:
    assert old in stack[page]
    return {**stack, page: stack[page].replace(old, new)}


def signs(report: Report) -> dict[str, str]:
    return {change.address: str(change.action) for change in report.changes}


@pytest.mark.parametrize("row", [pytest.param(row, id=row.name) for row in ROWS])
def test_what_is_foreseen_is_what_it_costs(row: Row) -> None:
    assert signs(changes_between(pages(BASES[row.base]), pages(row.spec))) == row.expected


@pytest.mark.parametrize("stack", STACKS)
def test_a_stack_that_stays_changes_nothing(stack: str) -> None:
    assert changes_between(golden(stack), golden(stack)) == Report((), (), ())


# Which account a stack is in only AWS can tell: split(":", aws_ecs_cluster.main.arn)[4].
_ARN = Reference("module.services.aws_ecs_cluster.main", ("arn",))
ACCOUNT = Term("[]", (Term("split", (":", _ARN)), 4))


def of_tfgen(found: Mapping[str, Resource]) -> list[Resource]:
    """The resources that are not in files of the user's."""
    return [each for address, each in found.items() if address.startswith("module.")]


@pytest.mark.parametrize("stack", STACKS)
def test_every_resource_of_a_stack_is_read(stack: str) -> None:
    """One address at least for every block, and nothing in an argument that was not understood."""
    found = Stack(golden(stack)).resources
    blocks = [
        f"{kind}.{name}"
        for text in golden(stack).values()
        for kind, name in re.findall(r'^resource "(\w+)" "(\w+)"', text, re.MULTILINE)
    ]
    assert {f"{resource.type}.{resource.name}" for resource in found.values()} == set(blocks)
    unread = re.findall(
        r"Reference\(address='(?!(?:module\.\w+\.)?aws_)[^']*'|name='(?!jsonencode|text|cidrsubnet|replace)[^']*'",
        # What ACM asks for is not known before it is asked, and the IPv6 range of a VPC before there is one.
        str([each.arguments for each in of_tfgen(found) if each.name != "validation"]).replace(
            str(ACCOUNT), ""
        ),
    )
    assert unread == []


REDIRECT = """default_action {
    type = "redirect"

    redirect {
      host        = "example.org"
      status_code = "HTTP_302"
    }
  }
"""
WITHOUT_THE_FLAG = (
    "egress: nat to endpoints",
    "egress: endpoints to public",
    "NAT gateway: per-zone to single",
    "single NAT gateway moved to another zone",
    "zone removed",
    "zone removed, endpoints in each",
    "stack renamed",
)


AND_BACK = (
    "logs of the load balancer turned on",
    "web ACL associated",
    "alarms mailed",
    "DNS name given",
    "certificates given",
    "requests spread over tasks in another way",
    "load balancer made internal",
    "a repository for the images of a service",
    "flow logs turned on",
    "schedule turned off",
    "a file system that two services share",
    "volumes of a task",
)


NETWORK = {
    "network load balancer made internal": (
        ("    type: network\n", "    type: network\n    scheme: internal\n"),
    ),
    "addresses of clients no longer preserved": (("preserve_client_ip: true", "preserve_client_ip: false"),),
    "no header of the PROXY protocol": (("    proxy_protocol: true\n", ""),),
    "connections to another service": (
        ("      - {listener: devices.syslog, port: syslog}\n", ""),
        (
            "routes: [{listener: devices.mqtt}]",
            "routes: [{listener: devices.mqtt}, {listener: devices.syslog}]",
        ),
    ),
}


def old_first(pages: Mapping[str, str]) -> dict[str, str]:
    """Pages without create_before_destroy, as a stack may have been applied."""
    return {
        path: text.replace("create_before_destroy = true", "create_before_destroy = false")
        for path, text in pages.items()
    }


def cases() -> Iterator[tuple[str, Report]]:
    """Every row of the matrix, the edits by hand, and what is left when all goes."""
    for row in ROWS:
        yield row.name, changes_between(pages(BASES[row.base]), pages(row.spec))
    market = pages(BASES["market"])
    for name in EDITS:
        yield name, changes_between(market, change_matrix.edited(market, name))
    redirected = re.sub(
        r"(?s)default_action \{.*?\n  \}\n", REDIRECT, market["modules/load_balancer/listeners.tf"]
    )
    yield (
        "default action made a redirect",
        changes_between(market, {**market, "modules/load_balancer/listeners.tf": redirected}),
    )
    gateway = "what replaces a NAT gateway, the old one first"
    yield (
        f"{gateway}, without create_before_destroy",
        changes_between(old_first(market), old_first(change_matrix.edited(market, gateway))),
    )
    for row in ROWS:
        if row.name in WITHOUT_THE_FLAG:
            old, new = (old_first(pages(text)) for text in (BASES[row.base], row.spec))
            yield f"{row.name}, without create_before_destroy", changes_between(old, new)
    for row in ROWS:
        if row.name in AND_BACK:
            yield f"{row.name}, and back", changes_between(pages(row.spec), pages(BASES[row.base]))
    associated = next(pages(row.spec) for row in ROWS if row.name == "web ACL associated")
    another = {path: text.replace("webacl/market/", "webacl/other/") for path, text in associated.items()}
    yield "web ACL exchanged for another one", changes_between(associated, another)
    logged = next(row.spec for row in ROWS if row.name == "logs of the load balancer turned on")
    yield (
        "stack with logs of its load balancer renamed",
        changes_between(pages(logged), pages(logged.replace("matrix-market", "matrix-other"))),
    )
    clinic = (ROOT / "examples" / "clinic.yaml").read_text()
    fewer = clinic.replace("portal: 60", "portal: 20").replace("immutable: false, untagged", "untagged")
    yield (
        "a repository that keeps fewer images, and one that keeps tags",
        changes_between(pages(clinic), pages(fewer)),
    )
    yield (
        "flow logs of other connections",
        changes_between(pages(clinic), pages(clinic.replace("traffic: reject", "traffic: all"))),
    )
    yield from _cases_of_file_systems(clinic)
    yield from _cases_of_dns_names()
    yield from _cases_of_sessions()
    fleet = (ROOT / "examples" / "fleet.yaml").read_text()
    for name, edits in NETWORK.items():
        text = fleet
        for old, new in edits:
            assert text.count(old) == 1
            text = text.replace(old, new)
        yield name, changes_between(pages(fleet), pages(text))
    for name in ("endpoints", "market"):
        yield f"everything removed from {name}", changes_between(pages(BASES[name]), {"main.tf": ""})


def _cases_of_file_systems(clinic: str) -> Iterator[tuple[str, Report]]:
    """What loses files, what Terraform refuses for that, and what AWS refuses."""
    key = "arn:aws:kms:eu-central-1:123456789012:key/4f6c1d0e-8a57-4c1e-9d0b-2f0a7c3e5b11"
    own = (f"  papers:\n    kms_key: {key}\n", "  papers:\n")
    edits = {
        "a file system with another key": (own,),
        "a file system that is no longer kept, with another key": (own, ("keep: true\n", "keep: false\n")),
        "a file system without backups": (("    backup: true\n", "    backup: false\n"),),
        "mount targets in other subnets": (("  egress: nat+endpoints\n", "  egress: public\n"),),
    }
    for name, each in edits.items():
        yield name, changes_between(pages(clinic), pages(edited_text(clinic, each)))


def edited_text(text: str, edits: tuple[tuple[str, str], ...]) -> str:
    for old, new in edits:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def _cases_of_sessions() -> Iterator[tuple[str, Report]]:
    stored = next(row.spec for row in ROWS if row.name == "sessions of ECS Exec stored and encrypted")
    yield "sessions no longer stored and encrypted", changes_between(pages(stored), pages(BASES["market"]))


def _cases_of_dns_names() -> Iterator[tuple[str, Report]]:
    named = next(row.spec for row in ROWS if row.name == "DNS name given")
    for name, old, new in (
        ("zone of DNS names changed", "dns: market.internal", "dns: market.example"),
        ("DNS name changed", "dns: {name: grafana", "dns: {name: charts"),
    ):
        assert named.count(old) == 1
        yield name, changes_between(pages(named), pages(named.replace(old, new)))


def test_what_is_said_about_every_change() -> None:
    """In tests/data/consequences.txt."""
    said = "\n".join(
        "\n".join([name, *(f"  * {sentence}" for sentence in report.consequences), ""])
        for name, report in cases()
    )
    assert said == committed(CONSEQUENCES, said)


def test_every_sentence_is_said_somewhere() -> None:
    said = CONSEQUENCES.read_text()
    forms = {
        each.text: [Consequence(each.text, ("{}",) * count).whole() for count in (1, 2)] for each in SENTENCES
    }
    silent = [
        text
        for text, both in forms.items()
        if not any(all(part in said for part in each.split("{}")) for each in both)
    ]
    assert silent == []


# --- the facts


def test_every_type_that_is_known_is_in_a_golden_stack() -> None:
    """test_provider_schema.py holds the types against the templates."""
    emitted = {resource.type for stack in STACKS for resource in of_tfgen(Stack(golden(stack)).resources)}
    assert emitted == {*WRITTEN}


def _arguments_of_blocks(schema: Mapping[str, Any]) -> set[str]:
    """`dns_config.namespace_id`"""
    blocks = {name: row for name, row in schema.items() if isinstance(row, dict)}
    return {f"{name}.{inner}" for name, row in blocks.items() for inner in row}


def test_the_facts_name_arguments_that_the_provider_has() -> None:
    """Against the provider's schema, where it is one of the arguments that a type has."""
    schema = json.loads((ROOT / "tests" / "data" / "aws-provider-6.69.json").read_text())
    for kind in json.loads((ROOT / "tfgen" / "facts" / "replacement.json").read_text())["types"]:
        known = facts.replacement(kind)
        names = {*schema[kind], *_arguments_of_blocks(schema[kind])}
        assert (known.replace | known.in_place) - {"*"} <= names, kind
        assert known.tags == ("tags" in schema[kind]), kind
    assert set(facts.new_deployments()) <= set(schema["aws_ecs_service"])
    for kind, versions in facts.in_place_since().items():
        assert set(versions) <= set(schema[kind]), kind
    for kind, *names in ways(facts.default_values()):
        known = schema[kind]
        for name in names:
            assert name in known, (kind, *names)
            known = known[name]


def test_a_default_that_is_said_changes_nothing() -> None:
    """All of the table; that Terraform agrees is held in test_change_matrix.py."""
    market = pages(BASES["market"])
    after, found = turned(market, facts.default_values())
    assert found == set(ways(facts.default_values())) - SAID_OTHERWISE
    assert signs(changes_between(market, after)) == signs(changes_between(after, market)) == {}


# --- the language


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('"a\\n\\u00e9 $${x} %%{y}"', "a\n\u00e9 ${x} %{y}"),
        ('"say \\"x\\""', 'say "x"'),
        ("<<-EOT\n    one\n      two\n    EOT", "one\n  two\n"),
        ("<<EOT\n  $5 100% \\n\nEOT", "  $5 100% \\n\n"),
        ('"${"x"}-${1}-${true}"', "x-1-true"),
        ("(1.5)", 1.5),
        ("[1, [true, null],]", (1, (True, None))),
        ('{ a = 1, "b c" : 2\n (var.x) = 3 }', {"a": 1, "b c": 2, "given": 3}),
        ("{ true = 1, null = 2 }", {"true": 1, "null": 2}),
        ('{ for k, v in { b = 1, a = 2 } : "${k}!" => v }', {"b!": 1, "a!": 2}),
        ("[for v in [1, 2] : { v = v }]", ({"v": 1}, {"v": 2})),
        ("[for i, v in [5] : i]", (0,)),
        ("values({ b = 1, a = 2 })", (2, 1)),
        ("keys({ b = 1, a = 2 })", ("a", "b")),
        ('toset(["b", "a", "b"])', ("a", "b")),
        ("{ a = { b = [7] } }.a.b[0]", 7),
        ("[[7]].0.0", 7),
        ("local.here", "given"),
        ('[for v in ["a", "b", "c"] : v if v != "b" && (v == "a" || !contains(["c"], v))]', ("a",)),
        ("{ for k, v in { a = null, b = 1 } : k => v if v != null }", {"b": 1}),
        ("merge({ a = 1, b = 1 }, { b = local.here })", {"a": 1, "b": "given"}),
        ("concat([1], [], [2, 3])", (1, 2, 3)),
        ("/* one */ 1 // two\n # three", 1),
    ],
)
def test_values_that_are_known(text: str, value: Any) -> None:
    stack = Stack(
        {"main.tf": f'variable "x" {{ default = "given" }}\nlocals {{\n here = var.x\n there = {text}\n}}\n'}
    )
    assert stack.root.local("there") == value


@pytest.mark.parametrize(
    "text",
    [
        'var.x == "a" && !var.y ? -1 + 2 * 3 : null',
        "[for v in var.list : v if v != 1]",
        "{ for k, v in var.map : k => v... }",
        "aws_x.y[*].id",
        "aws_x.y.*.id",
        'merge(var.a, { b = "${upper(var.c)}%{ if var.d ~}yes%{ else }no%{ endif }" })',
        'aws_x.y["k"].z.0',
        "max(var.list...)",
        "data.aws_ami.x.id",
        "path.module",
    ],
)
def test_what_only_terraform_can_tell_is_kept_as_it_is(text: str) -> None:
    """It differs when its text does, and not otherwise."""
    page = 'resource "aws_vpc" "main" {{\n  cidr_block = {}\n}}\n'
    same, other = {"main.tf": page.format(f"# why\n  {text}")}, {"main.tf": page.format(f"[{text}, 1]")}
    before = {"main.tf": page.format(text)}
    assert signs(changes_between(before, same)) == {}
    assert signs(changes_between(before, other)) == {"aws_vpc.main": "-/+"}


@pytest.mark.parametrize(
    ("text", "expected", "place"),
    [
        ("resource {", "}", (1, 11)),
        ('a = "x', "the end of a text", (1, 5)),
        ("a = [1 2]", ",", (1, 8)),
        ("a = \n", "a name", (1, 4)),
        ("a = 1\n}", "a block", (2, 1)),
        ("a = <<EOT\nx\n", "the end of a heredoc", (1, 5)),
        ('resource "${x}" {}', "a label without ${", (1, 17)),
        ('a = "${x y}"', "}", (1, 10)),
    ],
)
def test_what_is_not_the_language(text: str, expected: str, place: tuple[int, int]) -> None:
    with pytest.raises(HclError) as caught:
        read_page(text)
    assert (caught.value.expected, (caught.value.line, caught.value.column)) == (expected, place)


def test_a_file_that_does_not_parse_is_named_with_every_other() -> None:
    with pytest.raises(TfgenError) as caught:
        Stack({"main.tf": "a {", "modules/x/y.tf": "b ="})
    assert [str(problem.at) for problem in caught.value.problems] == ["main.tf:1:4", "modules/x/y.tf:1:4"]


# --- what follows from what

TWO = """\
resource "aws_security_group" "a" {
  name   = "a"
  vpc_id = "vpc-1"
}

resource "aws_vpc_security_group_ingress_rule" "b" {
  security_group_id = aws_security_group.a.id
  ip_protocol       = "tcp"
}
"""


def test_what_refers_to_a_replaced_resource_follows_it() -> None:
    report = changes_between({"main.tf": TWO}, {"main.tf": TWO.replace('"a"\n', '"new"\n')})
    assert signs(report) == {
        "aws_security_group.a": "-/+",
        "aws_vpc_security_group_ingress_rule.b": "-/+",
    }
    assert report.changes[1].arguments == ("security_group_id",)


def test_a_name_that_the_file_contains_is_known_beforehand() -> None:
    """Only what AWS makes up changes with a replacement; a log group's name is what was asked for."""
    shop = golden("shop")
    page = "modules/services/webapp.tf"
    report = changes_between(shop, edited(shop, page, '"shop-webapp-execution-us-east-1"', '"other"'))
    assert signs(report) == {
        "module.services.aws_ecs_service.webapp": "~",
        "module.services.aws_ecs_task_definition.webapp": "+/-",
        "module.services.aws_iam_role.webapp_execution": "+/-",
        "module.services.aws_iam_role_policy.webapp_execution": "+/-",
    }
    assert {change.arguments for change in report.changes if "task_definition" in change.type} == {
        ("execution_role_arn",)
    }


def test_the_new_one_first_is_asked_of_what_it_needs_too() -> None:
    shop = golden("shop")
    report = changes_between(shop, edited(shop, "modules/network/vpc.tf", '"10.0.0.0/16"', '"10.1.0.0/16"'))
    found = signs(report)
    assert found["module.network.aws_vpc.main"] == "+/-"
    assert found['module.network.aws_subnet.private["a"]'] == "+/-"
    assert found["module.services.aws_lb_target_group.webapp"] == "+/-"
    assert found["module.services.aws_security_group.webapp"] == "+/-"
    assert found["module.network.aws_default_security_group.main"] == "-/+"
    said = report.consequences
    assert "The VPC is replaced with everything in it: expect downtime and new addresses." in said


def test_what_is_ignored_changes_nothing() -> None:
    ignoring = TWO.replace('"vpc-1"\n', '"vpc-1"\n  lifecycle {\n    ignore_changes = [name]\n  }\n', 1)
    assert (
        signs(changes_between({"main.tf": ignoring}, {"main.tf": ignoring.replace('= "a"', '= "c"')})) == {}
    )
    tags = PARTS.replace('tags["Team"]', "tags")
    assert (
        signs(changes_between({"main.tf": tags}, {"main.tf": tags.replace('Cost = "b"', 'Cost = "c"')})) == {}
    )
    everything = ignoring.replace("[name]", "all")
    assert (
        signs(changes_between({"main.tf": everything}, {"main.tf": everything.replace('= "a"', '= "c"')}))
        == {}
    )


@pytest.mark.parametrize(
    ("ignored", "tags", "expected"),
    [
        ("all", "team: a, cost: b", {}),
        ("[tags]", "team: b", {}),
        ("[tags]", "team: a, cost: b", {"ui": "~"}),
        ("[tags_all]", "team: b", {"ui": "~"}),
        ("[tags_all]", "team: a, cost: b", {}),
        ("[tags, tags_all]", "team: b", {}),
        ('[tags["team"]]', "team: b", {}),
    ],
)
def test_default_tags_where_tags_are_ignored(ignored: str, tags: str, expected: dict[str, str]) -> None:
    """As Terraform plans it when it has read what stands (test_change_matrix.py)."""
    page = (
        'provider "aws" {{\n  default_tags {{\n    tags = {{ {} }}\n  }}\n}}\n'
        'resource "aws_ecs_service" "ui" {{\n  lifecycle {{\n'
        f"    ignore_changes = {ignored}\n  }}}}\n}}}}\n"
    )
    before, after = (
        {"main.tf": page.format(each)} for each in ('team: "a"', re.sub(r": (\w)", r': "\1"', tags))
    )
    found = {
        address.rpartition(".")[2]: sign for address, sign in signs(changes_between(before, after)).items()
    }
    assert found == expected


def test_what_ignores_everything_does_not_follow_either() -> None:
    """Nor does it lose an argument that is no longer said."""
    ignoring = TWO.replace('"tcp"\n', '"tcp"\n  lifecycle {\n    ignore_changes = all\n  }\n')
    after = ignoring.replace('  ip_protocol       = "tcp"\n', "").replace('= "a"', '= "new"')
    assert signs(changes_between({"main.tf": ignoring}, {"main.tf": after})) == {
        "aws_security_group.a": "-/+"
    }


PARTS = """
resource "aws_lb_listener_rule" "a" {
  listener_arn = "arn"
  tags         = { Team = "a", Cost = "b" }

  action {
    type  = "forward"
    order = 1
  }

  lifecycle {
    ignore_changes = [tags["Team"], action[0].order]
  }
}
"""


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('Team = "a"', 'Team = "c"', {}),
        ('Team = "a", ', "", {}),
        ("order = 1", "order = 2", {}),
        ('Cost = "b"', 'Cost = "c"', {"aws_lb_listener_rule.a": "~"}),
        ('"forward"', '"redirect"', {"aws_lb_listener_rule.a": "~"}),
    ],
)
def test_of_what_is_ignored_in_an_argument_the_rest_changes(
    old: str, new: str, expected: dict[str, str]
) -> None:
    assert signs(changes_between({"main.tf": PARTS}, {"main.tf": PARTS.replace(old, new)})) == expected


def action(order: int) -> str:
    return f'  action {{\n    type  = "forward"\n    order = {order}\n  }}\n'


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ([1], [2], {"aws_lb_listener_rule.a": "~"}),  # the second is not there
        ([1, 2], [3, 2], {"aws_lb_listener_rule.a": "~"}),
        ([1, 2], [1, 3], {}),
        ([1, 2, 3], [1, 3, 3], {}),
        ([1, 2, 3], [1, 2, 4], {"aws_lb_listener_rule.a": "~"}),
    ],
)
def test_of_what_is_ignored_in_one_of_several_the_others_change(
    old: list[int], new: list[int], expected: dict[str, str]
) -> None:
    texts = [PARTS.replace(action(1), "".join(map(action, orders))) for orders in (old, new)]
    pages = [text.replace("action[0].order", "action[1].order") for text in texts]
    assert signs(changes_between({"main.tf": pages[0]}, {"main.tf": pages[1]})) == expected


def test_a_moved_resource_stays_and_so_does_what_refers_to_it() -> None:
    moved = TWO.replace('"aws_security_group" "a"', '"aws_security_group" "z"').replace(".a.id", ".z.id")
    block = "moved {\n  from = aws_security_group.a\n  to   = aws_security_group.z\n}\n"
    assert signs(changes_between({"main.tf": TWO}, {"main.tf": moved + block})) == {}
    assert signs(changes_between({"main.tf": TWO}, {"main.tf": moved})) == {
        "aws_security_group.a": "-",
        "aws_security_group.z": "+",
        "aws_vpc_security_group_ingress_rule.b": "-/+",
    }


def test_a_moved_instance_keeps_its_key() -> None:
    zone = 'resource "aws_eip" "{}" {{\n  for_each = toset(["a"])\n  domain = "vpc"\n}}\n'
    block = 'moved {\n  from = aws_eip.x["a"]\n  to = aws_eip.y["a"]\n}\n'
    assert signs(changes_between({"main.tf": zone.format("x")}, {"main.tf": zone.format("y") + block})) == {}


def test_instances_by_count() -> None:
    page = 'resource "aws_eip" "x" {{\n  count = {}\n  domain = "vpc"\n  tags = {{ n = count.index }}\n}}\n'
    report = changes_between({"main.tf": page.format(1)}, {"main.tf": page.format(2)})
    assert signs(report) == {"aws_eip.x[1]": "+"}


def test_the_order_of_a_set_and_the_look_of_a_scalar_mean_nothing() -> None:
    shop = golden("shop")
    page = "modules/services/backendserver.tf"
    turned = edited(shop, page, '["/api/profile", "/api/profile/*"]', '["/api/profile/*", "/api/profile"]')
    assert signs(changes_between(shop, edited(turned, page, "= 512", '= "512"'))) == {}


def in_order(kind: str, way: tuple[str, ...], first: str, second: str) -> str:
    """A resource with two items, one after the other, at the end of a way of blocks."""
    *outer, name = way
    known = provider.resource_schema(kind) or {}
    for each in outer:
        known = known[each].inside
    attribute, items = known[name], (first, second)
    if attribute.is_block:
        inner = "".join(f'{name} {{\n  description = "{item}"\n}}\n' for item in items)
    else:
        inner = f'{name} = ["{first}", "{second}"]\n'
    for block in reversed(outer):
        inner = f"{block} {{\n{inner}}}\n"
    return f'resource "{kind}" "x" {{\n{inner}}}\n'


def ordered(schema: Schema, way: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], bool]]:
    """Every way to what may hold several, and whether their order counts."""
    for name, attribute in schema.items():
        if attribute.shape in ("list", "set") or (attribute.is_block and attribute.nesting != "single"):
            yield (*way, name), not attribute.is_set
        yield from ordered(attribute.inside, (*way, name))


@pytest.mark.parametrize("kind", WRITTEN)
def test_the_order_of_a_list_counts_and_that_of_a_set_does_not(kind: str) -> None:
    known = provider.resource_schema(kind)
    assert known
    for way, counts in ordered(known):
        old, new = (in_order(kind, way, *items) for items in (("a", "b"), ("b", "a")))
        changes = changes_between({"main.tf": old}, {"main.tf": new}).changes
        assert [each.arguments for each in changes] == ([way[:1]] if counts else []), way


def test_of_a_type_that_nobody_knows_every_order_counts() -> None:
    page = 'resource "aws_x" "x" {{\n  names = [{}]\n}}\n'
    report = changes_between({"main.tf": page.format('"a", "b"')}, {"main.tf": page.format('"b", "a"')})
    assert signs(report) == {"aws_x.x": "~"}


def test_the_order_of_actions_is_the_order_in_which_they_are_taken() -> None:
    old = golden("shop")
    page = "modules/services/backendserver.tf"
    login = '  action {\n    type = "authenticate-oidc"\n  }\n\n'
    forward = re.search(r"\n(  action \{\n(?:    .*\n)+  \}\n)\n", old[page])
    assert forward
    first, last = (edited(old, page, forward[1], text) for text in (login + forward[1], forward[1] + login))
    (change,) = changes_between(first, last).changes
    assert (change.type, change.arguments) == ("aws_lb_listener_rule", ("action",))


def test_values_beside_the_stack_count_more_than_defaults() -> None:
    """An image that terraform.tfvars pins does not change with the spec."""
    shop, page = golden("shop"), "variables.tf"
    newer = edited(shop, page, "webapp:1.4.2", "webapp:1.5.0")
    pinned = {
        "terraform.tfvars": 'webapp_image = "123456789012.dkr.ecr.us-east-1.amazonaws.com/webapp:1.4.9"\n'
    }
    assert len(changes_between(shop, newer).changes) == 2
    assert changes_between(shop | pinned, newer | pinned) == Report((), (), ())


@pytest.mark.parametrize(
    "text",
    [
        'resource "aws_vpc" {}\nmodule {}\nvariable "a" "b" {}\n',
        'resource "aws_vpc" "main" {\n  cidr_block = aws_vpc.main.cidr_block\n}\n',
        'resource "aws_eip" "x" {\n  for_each = aws_eip.x\n}\n',
        'locals {\n  a = local.b\n  b = local.a\n}\nresource "aws_vpc" "main" {\n  cidr_block = local.a\n}\n',
        'provider "aws" {\n  region = {}\n}\n',
        'module "again" {\n  source = "./"\n}\n',
        'module "gone" {\n  source = "./nowhere"\n  a = module.gone.b\n}\n',
        'resource "aws_vpc" "main" {\n  cidr_block = module.none.x[var.none].y + local.none\n}\n',
    ],
)
def test_what_terraform_refuses_does_not_stop_the_reading(text: str) -> None:
    assert signs(changes_between({"main.tf": text}, {"main.tf": text})) == {}
    assert set(signs(changes_between({}, {"main.tf": text})).values()) <= {"+"}


def test_blocks_that_terraform_writes_itself_are_compared() -> None:
    page = (
        'resource "aws_ecs_cluster" "main" {{\n  dynamic "setting" {{\n    for_each = {}\n'
        "    content {{\n      name = setting.value\n    }}\n  }}\n}}\n"
    )
    report = changes_between({"main.tf": page.format('["a"]')}, {"main.tf": page.format('["b"]')})
    assert signs(report) == {"aws_ecs_cluster.main": "~"}


def test_a_tag_of_its_own_hides_a_default() -> None:
    """What has a Name does not notice that the default Name changes."""
    one, two = (pages(f"{BASES['market'].replace('team: market', f'Name: {name}')}") for name in ("x", "y"))
    found = signs(changes_between(one, two))
    assert "module.network.aws_vpc.main" not in found
    assert found["module.services.aws_ecs_cluster.main"] == "~"


def test_another_region_and_another_state_are_said_first() -> None:
    shop = golden("shop")
    other = edited(shop, "terraform.tf", '"us-east-1"', '"eu-west-1"')
    backend = 'terraform {\n  backend "s3" {\n    bucket = "state"\n  }\n}\n'
    region, state = apart_from_cost(changes_between(shop, {**other, "state.tf": backend}).consequences)
    assert region.startswith("The region changes from us-east-1 to eu-west-1")
    assert state == (
        "The location of the state changes: move it with terraform init -migrate-state; with an empty state "
        "Terraform creates everything a second time."
    )


def test_images_that_can_no_longer_be_pulled() -> None:
    """tfgen refuses such a spec (TG301); an edited stack can come to it."""
    old, new = (golden(stack) for stack in ("shop-nat", "shop"))
    ghcr = ("variables.tf", "123456789012.dkr.ecr.us-east-1.amazonaws.com/webapp", "ghcr.io/acme/webapp")
    said = changes_between(edited(old, *ghcr), edited(new, *ghcr)).consequences
    assert "This image can no longer be pulled: ghcr.io/acme/webapp:1.4.2." in said


@pytest.mark.parametrize(
    ("old", "new", "gap"),
    [
        ("nat", "endpoints", True),
        ("endpoints", "nat", True),
        ("nat", "nat-endpoints", False),
        ("nat-endpoints", "endpoints", False),
        ("endpoints", "public", False),
        ("public", "nat", False),
    ],
)
def test_egress_that_is_removed_while_other_egress_is_created(old: str, new: str, gap: bool) -> None:
    egress = [re.search("egress: (.*)", BASES[name]) for name in (old, new)]
    changed = BASES[old].replace(str(egress[0] and egress[0][0]), str(egress[1] and egress[1][0]))
    before, after = pages(BASES[old]), pages(changed)
    assert "may have no egress" not in "\n".join(changes_between(before, after).consequences)
    said = "\n".join(changes_between(old_first(before), after).consequences)
    assert ("first apply the old spec as this version of tfgen renders it" in said) is gap


def test_a_type_that_tfgen_does_not_write() -> None:
    page = 'resource "aws_kinesis_stream" "jobs" {{\n  name = "{}"\n}}\n'
    report = changes_between({"main.tf": page.format("a")}, {"main.tf": page.format("b")})
    assert signs(report) == {"aws_kinesis_stream.jobs": "~"}
    assert report.consequences == (
        "Only terraform plan can show whether these changes replace resources of type aws_kinesis_stream.",
    )


# --- the command

SHOP = (ROOT / "examples" / "shop.yaml").read_text()


class Run:
    """A folder with shop.yaml and its rendered stack, in which tfgen runs."""

    def __init__(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.chdir(folder)
        self._monkeypatch = monkeypatch
        self.folder = folder
        self.old = folder / "shop.yaml"
        self.old.write_text(SHOP)
        self._capsys = capsys
        self("render", "shop.yaml", "-o", "stack")

    def __call__(self, *arguments: str) -> tuple[int, str, str]:
        self._monkeypatch.setattr("sys.argv", ["tfgen", *arguments])
        with pytest.raises(SystemExit) as stopped:
            main()
        return (int(stopped.value.code or 0), *self._capsys.readouterr())

    def new(self, *edits: tuple[str, str]) -> str:
        """The name of a file that holds the edited spec."""
        text = SHOP
        for old, new in edits:
            assert text.count(old) == 1
            text = text.replace(old, new)
        (self.folder / "new.yaml").write_text(text)
        return "new.yaml"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    return Run(tmp_path, monkeypatch, capsys)


NEW_IMAGE = ("webapp:1.4.2", "webapp:1.5.0")
SAYS_NEW_IMAGE = """\
0 to create, 1 to update in place, 1 to replace, 0 to destroy

  * webapp: tasks are replaced; the old ones stop when the new ones are healthy.

    ~ module.services.aws_ecs_service.webapp  (task_definition)
  +/- module.services.aws_ecs_task_definition.webapp  (container_definitions)
"""
SAYS_NOTHING = "No change: Terraform has nothing to create, update, replace or destroy.\n"


@pytest.mark.parametrize("old", ["shop.yaml", "stack"])
def test_a_new_image(run: Run, old: str) -> None:
    assert run("changes", old, run.new(NEW_IMAGE)) == (0, SAYS_NEW_IMAGE, "")


@pytest.mark.parametrize("old", ["shop.yaml", "stack"])
def test_no_change(run: Run, old: str) -> None:
    assert run("changes", old, run.new(("# public | nat | endpoints", "# of"))) == (0, SAYS_NOTHING, "")


@pytest.mark.parametrize(
    "override",
    [
        "module.network.aws_vpc.main: {instance_tenancy: default}",
        "module.services.aws_ecs_service.webapp: {deployment_controller: {type: ECS}}",
        "module.services.aws_ecs_service.webapp: {network_configuration: {assign_public_ip: false}}",
    ],
)
def test_an_override_that_says_the_default_changes_nothing(run: Run, override: str) -> None:
    says = run.new(("services:\n", f"overrides:\n  {override}\nservices:\n"))
    assert run("changes", "shop.yaml", says) == (0, SAYS_NOTHING, "")
    assert run("changes", says, "shop.yaml") == (0, SAYS_NOTHING, "")


def test_as_json(run: Run) -> None:
    code, out, err = run("changes", "shop.yaml", run.new(NEW_IMAGE), "--json")
    assert (code, err) == (0, "")
    assert json.loads(out) == {
        "changes": [
            {
                "address": "module.services.aws_ecs_service.webapp",
                "action": "update",
                "new_first": False,
                "arguments": ["task_definition"],
            },
            {
                "address": "module.services.aws_ecs_task_definition.webapp",
                "action": "replace",
                "new_first": True,
                "arguments": ["container_definitions"],
            },
        ],
        "consequences": ["webapp: tasks are replaced; the old ones stop when the new ones are healthy."],
        "refusals": [],
        "cost": None,
    }


def test_an_edit_by_hand_is_undone(run: Run) -> None:
    page = run.folder / "stack" / "modules" / "services" / "webapp.tf"
    page.write_text(page.read_text().replace("desired_count                     = 2", "desired_count = 7"))
    code, out, _ = run("changes", "stack", "shop.yaml")
    assert code == 0
    assert "  * webapp: the number of tasks changes.\n" in out
    assert "    ~ module.services.aws_ecs_service.webapp  (desired_count)\n" in out


def test_what_is_the_users_own_stays(run: Run) -> None:
    own = 'resource "aws_sqs_queue" "jobs" {\n  name = "jobs"\n}\n'
    (run.folder / "stack" / "jobs.tf").write_text(own)
    assert run("changes", "stack", "shop.yaml") == (0, SAYS_NOTHING, "")


def test_what_was_ejected_stays_as_it_is(run: Run) -> None:
    page = run.folder / "stack" / "modules" / "services" / "webapp.tf"
    run("eject", "stack/modules/services/webapp.tf")
    page.write_text(page.read_text().replace("desired_count                     = 2", "desired_count = 7"))
    assert run("changes", "stack", "shop.yaml") == (0, SAYS_NOTHING, "")


def test_a_byte_order_mark_is_passed_over(run: Run) -> None:
    """Terraform does; editors on Windows write it."""
    (run.folder / "stack/mine.tf").write_bytes(b"\xef\xbb\xbflocals {\n  a = 1\n}\n")
    assert run("changes", "stack", "shop.yaml") == (0, SAYS_NOTHING, "")


def test_a_file_with_a_similar_name_is_the_users(run: Run) -> None:
    head = (run.folder / "stack" / "main.tf").read_text().partition("\n")[0]
    (run.folder / "stack" / "jobs.tf").write_text(f'{head}\n\nresource "aws_sqs_queue" "jobs" {{}}\n')
    assert run("changes", "stack", "shop.yaml") == (0, SAYS_NOTHING, "")


def test_a_folder_with_a_name_ending_in_tf_is_skipped(run: Run) -> None:
    (run.folder / "stack" / "alarms.tf").mkdir()
    assert run("changes", "stack", "shop.yaml") == (0, SAYS_NOTHING, "")


def test_a_second_rename_destroys_nothing(run: Run) -> None:
    """The stack that stands may be of any of the names before."""
    second = run.new(("  webapp:\n", "  ui:\n    was: [webapp, front]\n"))
    code, out, _ = run("changes", "stack", second, "--json")
    assert code == 0
    assert {change["action"] for change in json.loads(out)["changes"]} <= {"update", "move"}


def test_a_stack_as_a_module_is_compared_as_one(run: Run) -> None:
    run("render", "--as", "module", "shop.yaml", "-o", "module")
    assert run("changes", "module", "shop.yaml") == (0, SAYS_NOTHING, "")


def test_values_beside_a_stack_are_read(run: Run) -> None:
    value = 'webapp_image = "123456789012.dkr.ecr.us-east-1.amazonaws.com/webapp:2"\n'
    (run.folder / "stack" / "terraform.tfvars").write_text(value)
    assert run("changes", "stack", run.new(NEW_IMAGE)) == (0, SAYS_NOTHING, "")


def test_values_beside_a_stack_are_read_as_json(run: Run) -> None:
    value = '{"webapp_image": "123456789012.dkr.ecr.us-east-1.amazonaws.com/webapp:2"}'
    (run.folder / "stack" / "terraform.tfvars.json").write_text(value)
    (run.folder / "stack" / "other.tfvars.json").write_text("no JSON")
    assert run("changes", "stack", run.new(NEW_IMAGE)) == (0, SAYS_NOTHING, "")


def test_a_value_beside_a_stack_that_the_stack_will_refuse(run: Run) -> None:
    """A pinned image stays as it is while the spec takes another repository."""
    image = "123456789012.dkr.ecr.us-east-1.amazonaws.com"
    (run.folder / "stack" / "terraform.tfvars").write_text(f'# Pinned\nwebapp_image = "{image}/webapp:2"\n')
    assert run("changes", "stack", "shop.yaml")[0] == 0
    code, out, _ = run("changes", "stack", run.new(("webapp:1.4.2", "website:1.0")))
    assert code == 0
    assert out.splitlines()[2] == (
        f"  * terraform.tfvars:2: var.webapp_image does not allow this value (The execution role may pull "
        f"only {image}/website; another repository is a change to the spec); terraform plan fails."
    )


def test_a_move_of_what_is_still_there(run: Run) -> None:
    ends = [f"module.services.aws_sqs_queue.{name}" for name in ("webapp", "ui")]
    (run.folder / "stack" / "modules" / "services" / "queues.tf").write_text(
        'resource "aws_sqs_queue" "webapp" {}\n\nresource "aws_sqs_queue" "ui" {}\n'
    )
    (run.folder / "stack" / "moves.tf").write_text(f"moved {{\n  from = {ends[0]}\n  to   = {ends[1]}\n}}\n")
    code, out, _ = run("changes", "stack", "shop.yaml")
    assert code == 0
    assert (
        f"  * moves.tf:1: {ends[0]} still exists, although a moved block moves it; terraform plan fails."
        in out
    )


def test_a_second_provider(run: Run) -> None:
    (run.folder / "stack" / "mine.tf").write_text('provider "aws" {\n  region = "us-east-1"\n}\n')
    code, out, _ = run("changes", "stack", "shop.yaml")
    assert code == 0
    line = (run.folder / "stack" / "terraform.tf").read_text().splitlines().index('provider "aws" {') + 1
    assert (
        f"  * mine.tf:1, terraform.tf:{line}: provider.aws is declared twice; terraform plan fails."
        in out.splitlines()
    )


def test_a_provider_with_an_alias_is_not_the_stacks(run: Run) -> None:
    other = 'provider "aws" {\n  alias  = "other"\n  region = "eu-west-1"\n}\n'
    (run.folder / "stack" / "a.tf").write_text(other)
    code, out, _ = run("changes", "stack", run.new(("region: us-east-1", "region: us-east-1\ntags: {a: b}")))
    assert code == 0
    assert "module.network.aws_vpc.main  (default_tags)" in out
    text = SHOP.replace("us-east-1", "eu-west-1")
    (run.folder / "new.yaml").write_text(text)
    _, out, _ = run("changes", "stack", "new.yaml")
    assert "The region changes from us-east-1 to eu-west-1" in out


def test_overrides_of_the_users_count(run: Run) -> None:
    """A number of tasks that an override file of Terraform's sets does not change with the spec."""
    services = run.folder / "stack" / "modules" / "services"
    (services / "x_override.tf").write_text('resource "aws_ecs_service" "webapp" {\n  desired_count = 7\n}\n')
    assert run("changes", "stack", run.new(("port: 3000", "port: 3000\n    count: 4"))) == (
        0,
        SAYS_NOTHING,
        "",
    )


def test_what_is_the_users_own_in_json_is_read(run: Run) -> None:
    own = {"resource": {"aws_sqs_queue": {"jobs": {"name": "${module.services.service_names.webapp}"}}}}
    (run.folder / "stack" / "jobs.tf.json").write_text(json.dumps(own, indent=2))
    assert run("changes", "stack", "shop.yaml") == (0, SAYS_NOTHING, "")
    code, out, _ = run("changes", "stack", run.new(("webapp:\n", "ui:\n")))
    assert code == 0
    assert (
        "  * jobs.tf.json:5: there is no module.services.service_names.webapp; terraform plan fails.\n" in out
    )


WITHOUT_BACKEND = (
    ("    calls: [backendserver]\n", ""),
    (SHOP[SHOP.index("\n  backendserver:") :], ""),
)


def test_files_of_the_users_that_refer_to_something_destroyed(run: Run) -> None:
    """Said first, one sentence for each thing, with every place."""
    alarms = "locals {\n  name = aws_ecs_service.backendserver.name\n}\n"
    (run.folder / "stack" / "modules" / "services" / "alarms.tf").write_text(
        alarms + alarms.replace("name =", "n =")
    )
    board = 'locals {\n  name = module.services.service_names["backendserver"]\n}\n'
    (run.folder / "stack" / "board.tf").write_text(board)
    assert run("changes", "stack", "shop.yaml") == (0, SAYS_NOTHING, "")
    code, out, _ = run("changes", "stack", run.new(*WITHOUT_BACKEND))
    assert code == 0
    assert [line for line in out.splitlines() if "  * " in line][:2] == [
        '  * board.tf:2: there is no module.services.service_names["backendserver"]; terraform plan fails.',
        "  * modules/services/alarms.tf:2, modules/services/alarms.tf:5: there is no "
        "aws_ecs_service.backendserver; terraform plan fails.",
    ]
    _, out, _ = run("changes", "stack", "new.yaml", "--json")
    said = json.loads(out)
    assert len(said["refusals"]) == 2
    assert said["consequences"][:2] == said["refusals"]


def test_alarms_for_each_of_a_list_of_services(run: Run) -> None:
    (run.folder / "stack" / "alarms.tf").write_text(
        'locals {\n  watched = ["webapp", "backendserver"]\n}\n\n'
        'resource "aws_cloudwatch_metric_alarm" "busy" {\n  for_each = toset(local.watched)\n'
        "  dimensions = { ServiceName = module.services.service_names[each.key] }\n}\n"
    )
    assert run("changes", "stack", "shop.yaml") == (0, SAYS_NOTHING, "")
    _, out, _ = run("changes", "stack", run.new(*WITHOUT_BACKEND), "--json")
    assert json.loads(out)["refusals"] == [
        'alarms.tf:7: there is no module.services.service_names["backendserver"]; terraform plan fails.'
    ]


RENAMED = ("  backendserver:\n", "  api:\n    was: backendserver\n")
EACH_SERVICE = (
    'resource "aws_sqs_queue" "retries" {\n'
    "  for_each = { for name, full in module.services.service_names : name => full if %s }\n}\n"
)


def test_queues_for_each_of_some_services(run: Run) -> None:
    """A renamed service is another key for a file of the user's, though nothing of the stack changes."""
    (run.folder / "stack" / "queues.tf").write_text(EACH_SERVICE % 'name != "webapp"')
    _, out, _ = run("changes", "stack", run.new(RENAMED, ("[backendserver]", "[api]")), "--json")
    assert [(each["address"], each["action"]) for each in json.loads(out)["changes"]] == [
        ('aws_sqs_queue.retries["api"]', "create"),
        ('aws_sqs_queue.retries["backendserver"]', "destroy"),
    ]


def test_queues_for_each_of_what_only_terraform_can_tell(run: Run) -> None:
    (run.folder / "stack" / "queues.tf").write_text(EACH_SERVICE % "length(name) > 3")
    assert run("changes", "stack", "shop.yaml") == (0, SAYS_NOTHING, "")
    code, out, _ = run("changes", "stack", run.new(RENAMED, ("[backendserver]", "[api]")))
    assert code == 0
    assert out.splitlines()[0] == "No change that can be predicted without Terraform."
    assert (
        "  * queues.tf:1: only Terraform can evaluate this for_each or count: terraform plan will show what "
        "is created and destroyed there." in out.splitlines()
    )


def test_the_document_shows_a_file_of_the_users(run: Run) -> None:
    alarm = '  metric_name = "CPUUtilization"\n  dimensions = {\n'
    name = '    ServiceName = module.services.service_names["backendserver"]\n  }\n}\n'
    text = f'resource "aws_cloudwatch_metric_alarm" "busy" {{\n{alarm}{name}'
    (run.folder / "stack" / "alarms.tf").write_text(text)
    _, out, _ = run("changes", "stack", run.new(*WITHOUT_BACKEND))
    assert f"\n{out.splitlines()[2]}\n" in DOC.read_text()


def test_an_ejected_file_that_no_longer_fits(run: Run) -> None:
    """It keeps a rule that is now in another page."""
    run("eject", "stack/modules/services/backendserver.tf")
    moved = run.new(
        ("routes: [/]", "routes: [/, /api/profile]"),
        ("    routes: [/api/profile]\n", ""),
        (
            "  backendserver:\n",
            f"  jobs:\n    image: {'1' * 12}.dkr.ecr.us-east-1.amazonaws.com/jobs:1\n  backendserver:\n",
        ),
    )
    code, out, _ = run("changes", "stack", moved)
    assert code == 0
    said = [line for line in out.splitlines() if line.endswith("terraform plan fails.")]
    assert [re.sub(r":\d+", ":N", line) for line in said] == [
        "  * modules/services/backendserver.tf:N, modules/services/webapp.tf:N: "
        "aws_lb_listener_rule.api_profile is declared twice; terraform plan fails.",
    ]


def test_what_must_not_be_destroyed(run: Run) -> None:
    """By an override; what is to be replaced stops the plan, what is updated does not."""
    webapp = "module.services.aws_ecs_service.webapp"
    protect = f"overrides:\n  {webapp}: {{%slifecycle: {{prevent_destroy: true}}}}\nservices:\n"
    code, out, _ = run("changes", "shop.yaml", run.new(NEW_IMAGE, ("services:\n", protect % "")))
    assert (code, "plan fails" in out) == (0, False)
    _, out, _ = run("changes", "shop.yaml", run.new(("services:\n", protect % "name: ui, ")))
    assert out.splitlines()[2] == (
        f"  * {webapp}: would be replaced, which its prevent_destroy forbids; terraform plan fails."
    )


def test_no_change_that_terraform_refuses_all_the_same(run: Run) -> None:
    (run.folder / "stack" / "own.tf").write_text("locals {\n  x = var.nothing\n}\n")
    code, out, _ = run("changes", "stack", "shop.yaml")
    assert code == 0
    assert out.splitlines() == [
        "No change, but terraform plan fails.",
        "",
        "  * own.tf:2: there is no var.nothing; terraform plan fails.",
    ]


def test_what_is_forgotten_stays_in_aws(run: Run) -> None:
    """Logs of a service that ends, kept by a file of the user's."""
    group = "module.services.aws_cloudwatch_log_group.backendserver"
    block = f"removed {{\n  from = {group}\n  lifecycle {{\n    destroy = false\n  }}\n}}\n"
    (run.folder / "stack" / "kept.tf").write_text(block)
    code, out, _ = run("changes", "stack", run.new(*WITHOUT_BACKEND))
    assert code == 0
    assert out.splitlines()[0].endswith(" to destroy, 1 to forget")
    assert f"    . {group}\n" in out
    assert (
        f"  * {group}: no longer managed by Terraform, but still in AWS: keep or delete it yourself.\n" in out
    )
    assert "the log group is deleted" not in out
    _, out, _ = run("changes", "stack", "new.yaml", "--json")
    assert {"forget"} == {each["action"] for each in json.loads(out)["changes"] if each["address"] == group}


def test_what_is_imported_is_not_created(run: Run) -> None:
    group = "module.services.aws_cloudwatch_log_group.jobs"
    block = f'import {{\n  to = {group}\n  id = "/ecs/shop/jobs"\n}}\n'
    (run.folder / "stack" / "old.tf").write_text(block)
    jobs = f"services:\n  jobs:\n    image: {'1' * 12}.dkr.ecr.us-east-1.amazonaws.com/jobs:1\n"
    code, out, _ = run("changes", "stack", run.new(("services:\n", jobs)))
    assert code == 0
    assert out.splitlines()[0].endswith(" to destroy, 1 to import")
    assert f"   <- {group}\n" in out
    assert f"  * {group}: imported; only terraform plan can show what that changes.\n" in out


def test_both_specs_are_checked(run: Run) -> None:
    run.old.write_text(SHOP.replace("egress: endpoints", "egress: vpn"))
    code, out, err = run("changes", "shop.yaml", run.new(("port: 3000", "port: 0")))
    assert (code, out) == (Exit.SPEC_HAS_ERRORS, "")
    assert "shop.yaml:7:11:" in err
    assert "new.yaml:12:11:" in err


def test_a_file_that_is_no_terraform(run: Run) -> None:
    page = run.folder / "stack" / "modules" / "network" / "vpc.tf"
    page.write_text(page.read_text().replace("aws_vpc.main.id\n", "aws_vpc.\n", 1))
    code, out, err = run("changes", "stack", "shop.yaml")
    assert (code, out) == (Exit.SPEC_HAS_ERRORS, "")
    assert err == (
        "modules/network/vpc.tf:17:8: error TG402: this is not valid Terraform: expected }\n"
        '   17 |   tags = { Name = "shop-default" }\n      |        ^\n'
        "   hint: if this file was edited, run terraform validate\n\n"
    )


SUM, PARENTHESES = " + ".join(["1"] * 3000), "(" * 300 + "1" + ")" * 300


@pytest.mark.parametrize("deep", [SUM, PARENTHESES, "[" * 300 + "]" * 300, "!" * 2000 + "true", "f(" * 300])
def test_a_file_that_is_nested_too_deeply(run: Run, deep: str) -> None:
    (run.folder / "stack" / "deep.tf").write_text(f'locals {{\n  a = {deep}\n}}\n\noutput "a" {{}}\n')
    code, out, err = run("changes", "stack", "shop.yaml")
    assert (code, out) == (Exit.SPEC_HAS_ERRORS, "")
    first, *_, hint, _ = err.splitlines()
    assert re.match(r"deep\.tf:2:\d+: error TG402: this is nested too deeply to be read$", first)
    assert hint == "   hint: move a part of it into a local value"


@pytest.mark.parametrize("text", [f'{{"locals": {{"a": "${{{PARENTHESES}}}"}}}}', "[" * 5000 + "]" * 5000])
def test_json_that_is_nested_too_deeply(text: str) -> None:
    with pytest.raises(TfgenError) as caught:
        Stack({"main.tf.json": text})
    assert [(problem.code, problem.at.line) for problem in caught.value.problems] == [("TG402", 1)]


def test_what_is_just_long_is_read() -> None:
    value = " + ".join(["1"] * 200)
    assert Stack({"main.tf": f"locals {{\n  there = {value}\n}}\n"}).root.local("there") == 200


def test_locals_that_refer_to_one_another_too_deeply() -> None:
    chain = "".join(f"  a{n} = local.a{n + 1}\n" for n in range(900))
    page = f'locals {{\n{chain}  a900 = 1\n}}\n\nresource "aws_sqs_queue" "jobs" {{\n  name = local.a0\n}}\n'
    with pytest.raises(TfgenError) as caught:
        changes_between({}, {"chain.tf": page})
    assert caught.value.code is Exit.SPEC_HAS_ERRORS
    assert caught.value.message == (
        "expressions in this stack refer to one another too deeply to be followed"
    )
    assert changes_between({"chain.tf": page}, {"chain.tf": page}) == Report((), (), ())


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["changes"], "Missing argument 'OLD'"),
        (["changes", "shop.yaml"], "Missing argument 'NEW'"),
        (["changes", "nothing", "shop.yaml"], "tfgen: nothing contains no .tf files"),
    ],
)
def test_wrong_usage(run: Run, arguments: list[str], says: str) -> None:
    (run.folder / "nothing").mkdir()
    code, out, err = run(*arguments)
    assert (code, out) == (Exit.WRONG_USAGE, "")
    assert says in err


DOC = ROOT / "docs" / "changes.md"


def test_the_document_shows_what_is_printed(run: Run) -> None:
    """Each `$ tfgen changes ...` of the page, over the edit that the line before it tells."""
    told = re.findall(r"`(.+)` becomes `(.+)`:\n\n```\n\$ tfgen (.+)\n", DOC.read_text())
    assert len(told) == 2
    for old, new, command in told:
        run.new((old, new))
        code, output, _ = run(*shlex.split(command))
        assert code == 0
        assert shown(DOC, f"$ tfgen {command}\n", output) == output
