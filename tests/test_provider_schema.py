"""The table of the provider's schema: what Terraform's own says, and what overrides are held against."""

from __future__ import annotations

import json
import re
import runpy
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from support.accepted import committed

from tfgen.facts import provider
from tfgen.facts.provider import Attribute, Schema

if TYPE_CHECKING:
    from support.terraform import Terraform

ROOT = Path(__file__).parent.parent
SCRIPT = runpy.run_path(str(ROOT / "scripts" / "update_provider_schema.py"))
TABLE = json.loads((ROOT / "tfgen" / "facts" / "provider_schema.json").read_text())
WRITTEN = json.loads((ROOT / "tfgen" / "facts" / "replacement.json").read_text())["types"]
TEMPLATES = ROOT / "templates"
SHAPES_6 = json.loads((ROOT / "tests" / "data" / "aws-provider-6-shapes.json").read_text())
PROVIDER_6 = json.loads((ROOT / "tests" / "data" / "aws-provider-6.69.json").read_text())


def test_it_has_every_type_that_tfgen_writes() -> None:
    assert list(TABLE["types"]) == sorted(WRITTEN), "run: make accept"


def heads() -> dict[str, str]:
    """The head of each resource in the templates -> a pattern of its type: a part of it may be printed."""
    texts = [path.read_text() for path in sorted(TEMPLATES.rglob("*.j2"))]
    found = {head for text in texts for head in re.findall(r'^resource "([^"]+)"', text, re.MULTILINE)}
    return {head: re.sub(r"\{\{.*?\}\}", r"\\w+", head) for head in found}


def test_the_facts_have_every_type_that_a_template_can_write() -> None:
    """Whether or not a golden stack shows it."""
    strange = [
        head for head, pattern in heads().items() if not any(re.fullmatch(pattern, t) for t in WRITTEN)
    ]
    assert strange == [], "give the type a row in tfgen/facts/replacement.json"
    unused = [t for t in WRITTEN if not any(re.fullmatch(pattern, t) for pattern in heads().values())]
    assert unused == [], "no template writes it"


def test_heads_are_found() -> None:
    assert len(heads()) > 20
    assert {"aws_lb", "aws_nat_gateway", "aws_ecs_service"} <= heads().keys()
    assert sum("{{" in head for head in heads()) == 1


def test_its_text_is_what_the_script_writes() -> None:
    assert (ROOT / "tfgen" / "facts" / "provider_schema.json").read_text() == SCRIPT["text"](TABLE)


@pytest.mark.parametrize("kind", sorted(WRITTEN))
def test_it_knows_what_provider_6_knows(kind: str) -> None:
    """The file for version 6 has `id` and `tags_all`, which nobody can set, and no timeouts. It is made from
    a schema, which says of objects that nothing in them is required."""
    known = provider.resource_schema(kind)
    assert known is not None
    assert in_version_6(known) == without_computed(PROVIDER_6[kind])


def in_version_6(schema: Schema) -> dict[str, Any]:
    """A body as the file for version 6 has it."""
    return {
        name: dict.fromkeys(row.inside, "optional")
        if row.shape == "objects"
        else in_version_6(row.inside)
        if row.inside
        else "required"
        if "6" in row.required
        else "optional"
        for name, row in schema.items()
        if row.shape != "computed" and "6" in row.versions and name != "timeouts"
    }


def without_computed(body: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row for name, row in body.items() if name not in ("id", "tags_all")}


def test_what_it_says_of_an_argument_and_of_a_block() -> None:
    kinds = ("aws_lb", "aws_lb_listener_rule", "aws_nat_gateway")
    balancer, rule, gateway = (provider.resource_schema(kind) or {} for kind in kinds)
    both = ("5", "6")
    assert balancer["idle_timeout"] == Attribute("integer", versions=both)
    assert balancer["enable_http2"] == Attribute("bool", versions=both)
    assert balancer["subnets"] == Attribute("set", versions=both)
    assert balancer["tags"] == Attribute("map", versions=both)
    assert balancer["arn"] == Attribute("computed", versions=both)
    assert balancer["region"] == Attribute("string", versions=("6",))
    assert balancer["access_logs"].inside["bucket"] == Attribute("string", required=both, versions=both)
    assert (balancer["access_logs"].shape, balancer["access_logs"].most) == ("block", 1)
    assert (rule["condition"].most, rule["condition"].required) == (0, both)
    assert [rule[name].nesting for name in ("condition", "action")] == ["set", "list"]
    assert balancer["timeouts"].nesting == "single"
    assert gateway["subnet_id"].required == ("5",)


@pytest.mark.parametrize(
    ("kind", "name", "shape"),
    [
        ("aws_cloudwatch_log_group", "deletion_protection_enabled", "bool"),
        ("aws_lb", "secondary_ips_auto_assigned_per_subnet", "integer"),
        ("aws_lb_target_group", "target_control_port", "integer"),
        ("aws_lb", "region", "string"),
    ],
)
def test_what_only_version_6_has_has_its_shape_too(kind: str, name: str, shape: str) -> None:
    assert (provider.resource_schema(kind) or {})[name] == Attribute(shape, versions=("6",))


@pytest.mark.parametrize("kind", sorted(WRITTEN))
def test_what_both_versions_have_is_alike_in_both(kind: str) -> None:
    """So the table has one shape for both, in which sets of numbers are sets. How many blocks there may be is
    the older version's."""
    shapes = SCRIPT["shapes_of"](kind, SHAPES_6)
    known = {way: row for way, row in shapes_of_both(provider.resource_schema(kind) or {}) if way in shapes}
    assert known
    assert {way: re.sub(r" (max=\d+|required|of number)", "", shapes[way]) for way in known} == known


def shapes_of_both(schema: Schema, before: str = "") -> Iterator[tuple[str, str]]:
    """What both versions have, in the words of the file of shapes, where objects have no nesting."""
    for name, row in schema.items():
        if row.versions == ("5", "6") and row.shape != "computed" and name != "timeouts":
            nesting = "" if row.nesting == "list" else row.nesting
            yield f"{before}{name}", f"{row.shape} {nesting}".strip() if row.shape == "block" else row.shape
            yield from shapes_of_both(row.inside, f"{before}{name}.")


def test_what_only_version_6_has_and_nobody_knows_the_shape_of_is_no_text() -> None:
    with pytest.raises(KeyError, match="inside"):
        SCRIPT["only_6"]({"inside": "optional"}, {"new": "block"}, "new")


def test_a_list_of_anything_but_text_and_numbers_would_need_a_shape_of_its_own() -> None:
    with pytest.raises(ValueError, match="holds neither strings nor numbers"):
        SCRIPT["shape"](["list", "bool"])


@pytest.mark.xdist_group("schema")
def test_it_says_what_the_provider_says(provider_schemas: Mapping[str, Any]) -> None:
    now = SCRIPT["text"](TABLE | {"types": SCRIPT["made"](provider_schemas["resource_schemas"])})
    assert committed(ROOT / "tfgen" / "facts" / "provider_schema.json", now) == now, "run: make accept"


FILLED = {"number": "1", "string": '"x"', "bool": "true", "integer": "1", "list": '["x"]', "set": '["x"]'}


@pytest.mark.xdist_group("schema")
def test_version_5_refuses_a_fraction_for_every_number(running: Terraform, tmp_path: Path) -> None:
    """Its schema only says that they are numbers."""
    ways = [(kind, way) for kind in WRITTEN for way in integers(provider.resource_schema(kind) or {})]
    for number, (kind, way) in enumerate(ways):
        body = filled(provider.resource_schema(kind) or {}, way)
        (tmp_path / f"{number}.tf").write_text(f'resource "{kind}" "main{number}" {{\n{body}}}\n')
    stack = running.stack(tmp_path)
    stack.init()
    # Newer resources (of the plugin framework) cannot even read what does not fit.
    whole = re.compile(r"^error ([0-9]+)\.tf:[0-9]+: (?:.* whole number, got 1\.5|Configuration Read Error)")
    refused = {int(match[1]) for line in stack.validate() if (match := whole.match(line))}
    assert len(ways) > 60
    # Three are looked at beside a storage class that exists alone, two beside an address pool, and three of a
    # record beside records of its own.
    older = "noncurrent_version_transition"
    assert [way for number, (_, way) in enumerate(ways) if number not in refused] == [
        ("rule", older, "newer_noncurrent_versions"), ("rule", older, "noncurrent_days"),
        ("rule", "transition", "days"), ("geoproximity_routing_policy", "bias"), ("ttl",),
        ("weighted_routing_policy", "weight"), ("ipv4_netmask_length",), ("ipv6_netmask_length",)
    ]  # fmt: skip


def integers(schema: Schema) -> list[tuple[str, ...]]:
    """The ways to the whole numbers of version 5."""
    found = []
    for name, attribute in schema.items():
        if "5" in attribute.versions:
            found += [(name,)] if attribute.shape == "integer" else []
            found += [(name, *way) for way in integers(attribute.inside)]
    return found


def filled(schema: Schema, way: tuple[str, ...]) -> str:
    """A body with what is required, and with a fraction at the end of the way."""
    lines = ""
    for name, attribute in schema.items():
        inner = way[1:] if way[:1] == (name,) else ()
        if way[:1] != (name,) and "5" not in attribute.required:
            continue
        if attribute.is_block:
            lines += f"{name} {{\n{filled(attribute.inside, inner)}}}\n"
        else:
            lines += f"{name} = {'1.5' if way == (name,) else FILLED[attribute.shape]}\n"
    return lines
