"""References: which texts are one, what becomes of them, and what the user's own files have of them."""

from __future__ import annotations

import json
import runpy
from collections.abc import Mapping
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from strategies import TEXTS, laws
from support.accepted import committed

import tfgen
from tfgen import facts
from tfgen.commands.common import with_own_files
from tfgen.hcl.printer import interpolation
from tfgen.hcl.reader import read_expression, read_page
from tfgen.hcl.reference import Key, NotAReferenceError, Traversal, parse_reference, printed_reference
from tfgen.hcl.syntax import Attribute, Index, Literal, Name, Node
from tfgen.hcl.text import Ref
from tfgen.pipe import run_text
from tfgen.problems import Problem

if TYPE_CHECKING:
    from support.command import Tfgen
    from support.terraform import Terraform

# --- the grammar

_NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_-]{0,12}", fullmatch=True)
_KEYS = st.from_regex(r"[A-Za-z0-9_./:@ +=-]{1,12}", fullmatch=True).map(Key)
_STEPS = st.lists(_NAMES | _KEYS | st.integers(0, 10**9 - 1), max_size=4)
_OWNERS = st.tuples(st.from_regex(r"[a-z]{1,9}_[a-z_]{1,9}", fullmatch=True), _NAMES)
TRAVERSALS = st.builds(
    lambda owner, instance, attribute, rest: Traversal(owner[0], (owner[1], *instance, attribute, *rest)),
    _OWNERS,
    st.lists(_KEYS | st.integers(0, 99), max_size=1),
    _NAMES,
    _STEPS,
)
PIECES = st.sampled_from(
    [
        "aws_db_instance", ".main", ".address", "[0]", '["a b"]', "data.aws_vpc", "module.db", "local.x",
        "var.x", "${", "}", "%{", '"', "'", "\\", "\n", "\r", "\t", " ", "\x00", "\u2028", "\u202e", "#",
        "//", "/*", "*/", "[*]", ".*", "[", "]", "(", ")", "file(", "?", ":", "=", "=>", "==", "-", "+", "*",
        "!", ",",
        "<<EOT\n", "..", "...", "\uff0e", "\u0430ws_a", "\u0660", "[-1]", "[01]", "[1.5]", '["${x}"]',
        '["\\""]', "[each.key]",
    ]
)  # fmt: skip


def nodes_of(traversal: Traversal) -> Node:
    """The traversal as a reader of Terraform's language sees it."""

    def step(of: Node, each: str | int) -> Node:
        if isinstance(each, Key | int):
            return Index(of, Literal(str(each) if isinstance(each, Key) else each))
        return Attribute(of, each)

    return reduce(step, traversal.steps, Name(traversal.first, 1))


@laws(300)
@given(TRAVERSALS)
def test_what_is_a_traversal_is_accepted_and_printed_as_that(traversal: Traversal) -> None:
    assume(traversal.first not in ("each", "count", "self", "path", "terraform"))
    text = printed_reference(traversal)
    assert parse_reference(text) == traversal
    assert read_expression(text) == nodes_of(traversal)


@laws(1000)
@given(st.lists(PIECES, max_size=8).map("".join) | TEXTS | st.text(max_size=30))
def test_what_is_accepted_is_that_traversal_and_nothing_else(text: str) -> None:
    try:
        traversal = parse_reference(text)
    except NotAReferenceError:
        return
    assert printed_reference(traversal) == text
    assert text.isascii()
    assert not set(text) & set("${}%\\\n\r\t\0()*,'")
    assert read_expression(text) == nodes_of(traversal)


@laws(300)
@given(TRAVERSALS.map(printed_reference), PIECES, st.data())
def test_nothing_passes_that_something_was_put_into(text: str, piece: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(text)))
    spoilt = text[:place] + piece + text[place:]
    try:
        traversal = parse_reference(spoilt)
    except NotAReferenceError:
        return
    assert read_expression(spoilt) == nodes_of(traversal)


@pytest.mark.parametrize("size", [512, 513])
def test_the_longest_reference(size: int) -> None:
    text = f"local.{'x' * (size - 6)}"
    if size > 512:
        with pytest.raises(NotAReferenceError):
            parse_reference(text)
    else:
        assert printed_reference(parse_reference(text)) == text


@pytest.mark.parametrize(
    ("text", "owner", "type_", "attribute"),
    [
        ("aws_db_instance.main.address", "aws_db_instance.main", "aws_db_instance", "address"),
        ("aws_db_instance.main[0].address", "aws_db_instance.main", "aws_db_instance", "address"),
        ('aws_sqs_queue.jobs["a"].url', "aws_sqs_queue.jobs", "aws_sqs_queue", "url"),
        ("data.aws_vpc.main.id", "data.aws_vpc.main", "aws_vpc", "id"),
        ("module.db.endpoint", "module.db", "", "endpoint"),
        ("module.db[1].endpoint.host", "module.db", "", "endpoint"),
        ("local.hosts[0]", "local.hosts", "", ""),
        ("var.x", "var.x", "", ""),
    ],
)
def test_the_parts_of_a_reference(text: str, owner: str, type_: str, attribute: str) -> None:
    found = parse_reference(text)
    assert (found.owner, found.type, found.attribute) == (owner, type_, attribute)


@pytest.mark.parametrize(
    "text",
    [
        "", "aws_db_instance", "aws_db_instance.main", "aws_db_instance.main[0]",
        'aws_db_instance.main["a"]["b"]', "aws_db_instance[0].main.address", "data.aws_vpc.main",
        "data[0].aws_vpc.main.id", "module.db", "local", "var", "each.key", "self.arn", "count.index",
        "path.root", "terraform.workspace", "db.main.address",
    ],
)  # fmt: skip
def test_what_names_no_value(text: str) -> None:
    with pytest.raises(NotAReferenceError):
        parse_reference(text)


VALUES = {"hosts": ["a", "b"], "by": {"a b": {"c": "d"}, "e/f": [{"g-h": "i"}]}}


@pytest.mark.xdist_group("schema")
def test_terraform_evaluates_them_as_they_read(terraform: Terraform, tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(f"locals {{\n  x = {json.dumps(VALUES)}\n}}\n")
    wanted = {"local.x.hosts[1]": "b", 'local.x.by["a b"].c': "d", 'local.x.by["e/f"][0].g-h': "i"}
    asked = ", ".join(printed_reference(parse_reference(text)) for text in wanted)
    done = terraform.run("console", cwd=tmp_path, stdin=f"jsonencode([{asked}])\n")
    assert json.loads(json.loads(done.stdout)) == list(wanted.values())


# --- what the provider has

ROOT = Path(__file__).parent.parent
SCRIPT = runpy.run_path(str(ROOT / "scripts" / "update_attributes.py"))
TABLE = json.loads((ROOT / "tfgen" / "facts" / "attributes.json").read_text())
KINDS = json.loads((ROOT / "tfgen" / "facts" / "kinds.json").read_text())["types"]


@pytest.mark.xdist_group("schema")
def test_the_table_of_attributes_says_what_the_provider_says(provider_schemas: Mapping[str, Any]) -> None:
    types = SCRIPT["made"](provider_schemas, list(TABLE["types"]))
    now = SCRIPT["text"](TABLE | {"types": types})
    assert committed(ROOT / "tfgen" / "facts" / "attributes.json", now) == now, "run: make accept"


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_a_host_is_an_attribute(kind: str) -> None:
    known = facts.reference_attributes(kind)
    assert known
    assert known.names.issuperset(facts.reference_kind(kind).hosts)
    managed = facts.reference_kind(kind).managed
    assert not managed or facts.connection_signs().managed[managed]


# --- what is rendered

SPEC = """name: shop
region: us-east-1
network: {egress: nat}
ignore: [TG370]
inputs:
  token: {sensitive: true, description: "Of \\"the\\" ${partner}"}
services:
  web:
    image: {join: [{ref: aws_ecr_repository.web.repository_url}, ":", {input: release}]}
    environment:
      HOST: {ref: aws_db_instance.main.address}
      URL: {join: ["a\\"${b}%{c}\\n", {ref: 'module.x["y"].z'}, "$", {input: token}]}
    secrets:
      PASSWORD: {secret: {ref: aws_secretsmanager_secret.db.arn}, key: password}
"""


def test_a_reference_is_evaluated_in_the_root_and_handed_down() -> None:
    pages, problems = tfgen.render_text(SPEC)
    assert {each.code for each in problems} <= {"TG390"}
    (call,) = (block for block in read_page(pages["main.tf"]).blocks if block.labels == ("services",))
    handed = {name: call.body.arguments[name] for name in call.body.arguments if "_id" not in name}
    assert handed["db_instance_main_address"] == read_expression("aws_db_instance.main.address", lines=False)
    assert handed["ecr_repository_web_arn"] == read_expression("aws_ecr_repository.web.arn", lines=False)
    assert handed["x_y_z"] == read_expression('module.x["y"].z', lines=False)
    image = '"${aws_ecr_repository.web.repository_url}:${var.release}"'
    assert handed["web_image"] == read_expression(image, lines=False)
    service = pages["modules/services/web.tf"]
    assert r'value = "a\"$${b}%%{c}\n${var.x_y_z}$${var.token}"' in service.replace("$$$", "$$")
    assert 'valueFrom = "${var.secretsmanager_secret_db_arn}:password::"' in service
    assert "Resource = var.ecr_repository_web_arn" in " ".join(service.split())


def test_a_sensitive_input_is_in_no_output() -> None:
    pages, _ = tfgen.render_text(SPEC)
    assert "sensitive   = true" in pages["variables.tf"]
    outputs = "".join(text for path, text in pages.items() if path.endswith("outputs.tf"))
    assert "token" not in outputs


def test_the_readme_of_a_stack_lists_inputs() -> None:
    pages, _ = tfgen.render_text(SPEC.replace('Of \\"the\\" ${partner}', "Of the partner"))
    assert "| token | Of the partner |" in pages["README.md"]
    assert "| release | Set for each deployment: release. |" in pages["README.md"]


def test_inputs_of_a_module_are_its_variables() -> None:
    spec = SPEC.replace("{ref: aws_ecr_repository.web.repository_url}", "{input: repository}")
    spec = spec.replace("ref: 'module.x[\"y\"].z'", "input: other").replace("ref: aws", "input: aws")
    spec = spec.replace("aws_db_instance.main.address", "host").replace(
        "aws_secretsmanager_secret.db.arn", "arn"
    )
    pages, problems = tfgen.render_text(spec, as_module=True)
    assert {each.code for each in problems} >= {"TG366"}
    found = {block.labels[0] for block in read_page(pages["variables.tf"]).blocks}
    assert found == {"token", "release", "repository", "other", "host", "arn"}


def test_show_prints_them(tmp_path: Path, run_tfgen: Tfgen) -> None:
    (tmp_path / "shop.yaml").write_text(SPEC)
    done = run_tfgen("show", tmp_path / "shop.yaml")
    assert "ref: aws_db_instance.main.address" in done.out
    assert "sensitive: true" in done.out
    assert run_text(done.out, "shown.yaml").blueprint


def test_the_proof_says_what_it_takes_as_given(tmp_path: Path, run_tfgen: Tfgen) -> None:
    spec = SPEC.replace("{ref: aws_ecr_repository.web.repository_url}", "{input: repository}")
    (tmp_path / "shop.yaml").write_text(spec)
    said = run_tfgen("check", "--explain", tmp_path / "shop.yaml").out
    assert (
        "given    given      aws_secretsmanager_secret.db.arn is given by you: taken to be in us-east-1"
        in said
    )
    image = "${var.repository}:${var.release} is given by you: taken to be in ECR in us-east-1"
    assert image in said.replace('"', "")


# --- the user's own files

DATA = 'data "aws_db_instance" "main" {}\n'
JSON = '{"resource": {"aws_db_instance": {"main": {}}}}'
MANY = 'resource "aws_db_instance" "main" { count = 2 }\n'


@pytest.mark.parametrize(
    ("reference", "files", "hint"),
    [
        ("aws_db_instance.main.address", {"a.tf": 'resource "aws_db_instance" "main" {}'}, ""),
        ("aws_db_instance.main.address", {"a.tf.json": JSON}, ""),
        ("aws_db_instance.main[1].address", {"a.tf": MANY}, ""),
        ("aws_db_instance.main.address", {"a.tf": MANY}, "name one: aws_db_instance.main[0].address"),
        ("aws_db_instance.main.address", {"a.tf": DATA}, "did you mean data.aws_db_instance.main?"),
        ("data.aws_db_instance.main.address", {"a.tf": DATA}, ""),
        ("aws_db_instance.orders.address", {"a.tf": MANY}, "did you mean aws_db_instance.main?"),
        ("local.host", {"a.tf": 'locals {\n  host = "x"\n}\n'}, ""),
        ("local.hots", {"a.tf": 'locals {\n  host = "x"\n}\n'}, "did you mean local.host?"),
        ("var.host", {"a.tf": 'variable "host" {}\n'}, ""),
        ("var.web_image", {"a.tf": DATA}, ""),
        ("module.network.vpc_id", {"a.tf": DATA}, ""),
        ("module.db.host", {"a.tf": 'module "db" { source = "hashicorp/db/aws" }'}, ""),
        ("module.db.host", {"a.tf": 'module "db" { source = "./db" }', "db/o.tf": 'output "host" {}'}, ""),
        ("module.db.host", {"a.tf": 'module "db" { source = "./db" }', "db/o.tf": 'output "port" {}'},
         "did you mean port?"),
        ("module.db.host", {"a.tf": 'module "db" { source = "./db" }'}, ""),
        ("aws_db_instance.main.address", {"modules/services/a.tf": MANY},
         "write it in {folder}/data.tf, for example: a render leaves your files alone"),
        ("local.host", {"a.tf": "locals {"}, "correct that file"),
    ],
)  # fmt: skip
def test_what_the_own_files_have(reference: str, files: dict[str, str], hint: str, tmp_path: Path) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    assert [each.hint for each in looked_up(reference, tmp_path)] == (
        [hint.format(folder=tmp_path)] if hint else []
    )


def referring(reference: str) -> str:
    return f"""name: shop
region: us-east-1
network: {{egress: public}}
services:
  web: {{image: 'nginx:1.27', environment: {{X: {{ref: {json.dumps(reference)}}}}}}}
"""


def looked_up(reference: str, folder: Path) -> list[Any]:
    outcome = run_text(referring(reference), "shop.yaml")
    assert outcome.blueprint
    found = with_own_files(outcome, folder).problems
    return [each for each in found if each.code == "TG298"]


# --- what both the stack and the user's own files have


@pytest.mark.parametrize(
    ("reference", "files", "told"),
    [
        ("{input: host}", {"a.tf": 'variable "host" {}\n'}, True),
        ("{ref: var.host}", {"a.tf": 'variable "host" {}\n'}, False),
        ("{input: host}", {"a.tf.json": '{"variable": {"host": {}}}'}, True),
        ("{input: host}", {"a.tf": 'variable "port" {}\n'}, False),
        ("{input: host}", {"a_override.tf": 'variable "host" { default = "x" }\n'}, False),
        ("{input: host}", {"modules/a/a.tf": 'variable "host" {}\n'}, False),
        ("{input: host}", {"a.tf": 'output "host" { value = 1 }\n'}, False),
        ("{join: [{input: host}, {input: host}]}", {"a.tf": 'variable "host" {}\n'}, True),
        ("{ref: var.web_image}", {"a.tf": 'variable "web_image" {}\n'}, True),
    ],
)
def test_a_variable_of_both(reference: str, files: dict[str, str], told: bool, tmp_path: Path) -> None:
    """Terraform refuses a variable that two files declare."""
    text = referring("X").replace('{ref: "X"}', reference)
    found = [each for each in beside(text, files, tmp_path) if each.code == "TG297"]
    assert len(found) == told
    assert not found or str(tmp_path / next(iter(files))) in found[0].message


ZONE = {"id": "Z0123456789ABCDEF", "ref": "{ref: aws_route53_zone.main.zone_id}", "input": "{input: zone}"}


def record(**arguments: str) -> dict[str, str]:
    said = {
        "type": '"A"',
        "name": '"shop.example.com"',
        "zone_id": '"Z0123456789ABCDEF"',
        **arguments,
    }
    lines = "".join(f"  {name} = {value}\n" for name, value in said.items())
    return {"dns.tf": f'resource "aws_route53_record" "x" {{\n{lines}}}\n'}


@pytest.mark.parametrize(
    ("zone", "files", "severity"),
    [
        ("id", record(), "error"),
        ("id", record(name='"Shop.example.com."'), "error"),
        ("id", record(type='"CNAME"'), "error"),
        ("id", record(type='"TXT"'), ""),
        ("id", record(type="local.type"), ""),
        ("id", record(name='"www.example.com"'), ""),
        ("id", record(name='"a.shop.example.com"'), ""),
        ("id", record(name="each.key"), ""),
        ("id", record(zone_id='"Z0000000000PRIVATE"'), ""),
        ("id", record(zone_id="aws_route53_zone.main.zone_id"), "warning"),
        ("ref", record(zone_id="aws_route53_zone.main.zone_id"), "error"),
        ("ref", record(zone_id="aws_route53_zone.main.id"), "warning"),
        ("ref", record(), "warning"),
        ("input", record(zone_id="var.zone"), "error"),
        ("input", record(), "warning"),
        ("id", {"dns.tf": record()["dns.tf"].replace("resource", "data")}, ""),
        ("id", {"dns.tf": record()["dns.tf"].replace("aws_route53_record", "other_record")}, ""),
    ],
)
def test_a_record_of_both(zone: str, files: dict[str, str], severity: str, tmp_path: Path) -> None:
    """A zone has one record of a name and type, and with a CNAME no other."""
    text = f"""name: shop
region: us-east-1
network: {{egress: public}}
load_balancer: {{domain: [example.com, shop.example.com], zone: {ZONE[zone]}}}
services:
  web: {{image: 'nginx:1.27', port: 80, routes: [/]}}
"""
    found = [each for each in beside(text, files, tmp_path) if each.code == "TG556"]
    assert [each.severity for each in found] == ([severity] if severity else [])
    assert all(each.at.path == ("load_balancer", "domain") for each in found)


def beside(text: str, files: dict[str, str], folder: Path) -> list[Problem]:
    """What is said of a spec with files of the user's in its folder."""
    for name, page in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(page)
    outcome = run_text(text, "shop.yaml")
    assert outcome.blueprint, outcome.problems
    return list(with_own_files(outcome, folder).problems)


def test_what_tfgen_writes_is_no_file_of_the_users(tmp_path: Path, run_tfgen: Tfgen) -> None:
    """A folder with nothing but what was rendered gets the hint for the first file, and not an error."""
    (tmp_path / "shop.yaml").write_text(SPEC)
    assert run_tfgen("render", tmp_path / "shop.yaml", "-o", tmp_path / "stack").code == 0
    again = run_tfgen("render", tmp_path / "shop.yaml", "-o", tmp_path / "stack")
    assert again.code == 0
    assert f"{tmp_path}/stack has no file of your own yet" in again.err


def test_changes_of_a_folder_looks_into_it(tmp_path: Path, run_tfgen: Tfgen) -> None:
    """Of two specs nobody knows the folder, so nothing is said of what is beside the stack."""
    spec, new, stack = tmp_path / "shop.yaml", tmp_path / "new.yaml", tmp_path / "stack"
    spec.write_text(referring("local.address"))
    assert run_tfgen("render", spec, "-o", stack).code == 0
    (stack / "data.tf").write_text('locals { address = "x" }\n')
    new.write_text(referring("local.address").replace("1.27", "1.28"))
    done = run_tfgen("changes", stack, new)
    assert (done.code, done.err) == (0, "")
    new.write_text(referring("local.adress"))
    done = run_tfgen("changes", stack, new)
    assert done.code == 1
    assert "did you mean local.address?" in done.err
    assert run_tfgen("changes", spec, new).code == 0


def test_the_examples_of_the_document_are_right() -> None:
    page = (ROOT / "docs" / "references.md").read_text()
    values, inputs = (block.split("```")[0] for block in page.split("```yaml\n")[1:])
    for text in (values, inputs):
        outcome = run_text(f"name: shop\nregion: us-east-1\nnetwork: {{egress: nat}}\n{text}", "shop.yaml")
        assert not outcome.failed, outcome.problems


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        ([Ref("var.x")], "var.x"),
        (["", Ref("var.x"), ""], "var.x"),
        (["a", Ref("var.x")], '"a${var.x}"'),
        ([Ref("var.x"), Ref("var.y")], '"${var.x}${var.y}"'),
        (["${a}", "b"], '"$${a}b"'),
        ([], '""'),
    ],
)
def test_a_join_is_written_as_terraform_fmt_leaves_it(parts: list[str], text: str) -> None:
    assert interpolation(parts) == text
