"""Every argument and block of every golden stack exists in AWS provider 5.100 and in 6.x, not deprecated."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import hcl2
import pytest
from support.provider_6 import for_provider_5

import tfgen
from tfgen.output.manifest import read_manifest

ROOT = Path(__file__).parent.parent
STACKS = sorted(path for path in (ROOT / "generated").iterdir() if path.is_dir())

# Arguments and blocks of provider 6.69: optional or required, nested blocks as objects.
PROVIDER_6 = json.loads((ROOT / "tests" / "data" / "aws-provider-6.69.json").read_text())

META = {"for_each", "depends_on", "lifecycle", "__is_block__", "__comments__", "__inline_comments__"}

Found = tuple[str, tuple[str, ...], bool]
"""Type of resource, the way to an argument or block in it, whether it is a block."""


@cache
def used(stack: Path) -> tuple[Found, ...]:
    """What the resources of a stack say, each thing once; not those in files of the user's."""
    owned = read_manifest(stack).owned
    files = stack.rglob("*.tf")
    ours = [path for path in files if not owned or path.relative_to(stack).as_posix() in owned]
    return tuple(sorted({found for path in ours for found in in_file(path)}))


def in_file(path: Path) -> Iterator[Found]:
    with path.open() as file:
        page = hcl2.load(file)
    assert "data" not in page, "a data source needs credentials to plan"
    for block in page.get("resource", []):
        for kind, named in plain(block).items():
            for body in plain(named).values():
                yield from ((kind.strip('"'), way, is_block) for way, is_block in within(body, ()))


def plain(body: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in body.items() if key not in META}


def within(body: Mapping[str, Any], way: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], bool]]:
    for name, value in plain(body).items():
        blocks = [each for each in value if is_block(each)] if isinstance(value, list) else []
        yield (*way, name), bool(blocks)
        for block in blocks:
            yield from within(block, (*way, name))


def is_block(value: object) -> bool:
    return isinstance(value, dict) and "__is_block__" in value


def complaints_6(found: tuple[Found, ...], schema: Mapping[str, Any] = PROVIDER_6) -> list[str]:
    """What of a stack provider 6 does not know; its file has no timeouts, which are those of version 5."""
    lines = []
    for kind, way, block in found:
        if way[0] == "timeouts":
            continue
        place: Any = schema.get(kind)
        for name in way:
            place = place.get(name) if isinstance(place, dict) else None
        if place is None or isinstance(place, dict) != block:
            lines.append(f"{kind}: {'.'.join(way)}")
    return lines


def complaints_5(found: tuple[Found, ...], schema: Mapping[str, Any]) -> list[str]:
    """What of a stack provider 5.100 does not know or calls deprecated."""
    lines = []
    for kind, way, block in found:
        place: Any = schema.get(kind, {}).get("block", {})
        *outer, last = way
        for name in outer:
            place = place.get("block_types", {}).get(name, {}).get("block", {})
        section = place.get("block_types" if block else "attributes", {})
        deprecated = section.get(last, {}).get("deprecated") or section.get(last, {}).get("block", {}).get(
            "deprecated"
        )
        if last not in section or deprecated or schema[kind]["block"].get("deprecated"):
            lines.append(f"{kind}: {'.'.join(way)}")
    return lines


@pytest.mark.parametrize("stack", STACKS, ids=lambda path: path.name)
def test_provider_6_knows_it(stack: Path) -> None:
    assert len(used(stack)) > 30
    assert complaints_6(used(stack)) == []


@pytest.mark.parametrize(
    ("recipe", "only_6"),
    [
        (
            "tokens/orders.yaml",
            {
                "aws_ecs_service: service_connect_configuration",
                "aws_lb: health_check_logs",
                "aws_lb_listener_rule: action",
                "aws_lb_listener_rule: transform",
            },
        ),
        (
            "deployments/studio.yaml",
            {"aws_ecs_service: deployment_configuration", "aws_ecs_service: load_balancer"},
        ),
    ],
)
def test_provider_6_knows_what_only_it_has(
    tmp_path: Path, provider_5: Mapping[str, Any], recipe: str, only_6: set[str]
) -> None:
    """And version 5 knows the rest, which the recipe's test plans."""
    pages, _ = tfgen.render_file(ROOT / "examples" / "recipes" / recipe)
    folders = tmp_path / "six", tmp_path / "five"
    for folder, texts in zip(folders, (pages, for_provider_5(pages)), strict=True):
        for path, text in texts.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text)
    assert complaints_6(used(folders[0])) == []
    assert {line.split(".")[0] for line in complaints_5(used(folders[0]), provider_5)} == only_6
    assert complaints_5(used(folders[1]), provider_5) == []


@pytest.mark.parametrize(
    ("resource", "complaint"),
    [
        ('resource "aws_eip" "x" {\n  vpc = true\n}\n', "aws_eip: vpc"),
        ('resource "aws_lb" "x" {\n  tags {\n    a = 1\n  }\n}\n', "aws_lb: tags"),
        ('resource "aws_ecs_task" "x" {\n  family = "a"\n}\n', "aws_ecs_task: family"),
        (
            'resource "aws_ecs_service" "x" {\n  load_balancer {\n    port = 1\n  }\n}\n',
            "aws_ecs_service: load_balancer.port",
        ),
    ],
)
def test_what_provider_6_does_not_know_is_found(tmp_path: Path, resource: str, complaint: str) -> None:
    (tmp_path / "main.tf").write_text(resource)
    assert complaint in complaints_6(used(tmp_path))


@pytest.fixture
def provider_5(provider_schemas: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schemas of its resources."""
    schemas: Mapping[str, Any] = provider_schemas["resource_schemas"]
    return schemas


@pytest.mark.xdist_group("schema")
def test_provider_5_knows_it_and_deprecates_nothing(provider_5: Mapping[str, Any]) -> None:
    for stack in STACKS:
        assert complaints_5(used(stack), provider_5) == [], stack.name


@pytest.mark.xdist_group("schema")
def test_what_provider_5_deprecates_is_found(provider_5: Mapping[str, Any], tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(
        'resource "aws_eip" "x" {\n  vpc = true\n}\n'
        'resource "aws_iam_role" "x" {\n  inline_policy {\n    name = "a"\n  }\n}\n'
        'resource "aws_ecs_service" "x" {\n  deployment_configuration {\n    strategy = "LINEAR"\n  }\n}\n'
    )
    assert set(complaints_5(used(tmp_path), provider_5)) >= {
        "aws_eip: vpc",
        "aws_ecs_service: deployment_configuration",
    }
