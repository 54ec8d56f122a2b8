#!/usr/bin/env python3
"""Generates tfgen/facts/provider_schema.json: the schemas of the resources that tfgen writes, of versions
5.100 and 6.69 of the AWS provider.

    terraform providers schema -json > schema.json      in an initialized stack with provider 5.100
    scripts/update_provider_schema.py schema.json            write the table
    scripts/update_provider_schema.py schema.json --check    write nothing, exit with 1 if it would change
    scripts/update_provider_schema.py six.json --shapes      from the schema of a provider 6: write the shapes

The types are those of tfgen/facts/replacement.json: add a row for a new type there, then run this.
Version 6 comes from tests/data/aws-provider-6.69.json, which has neither shapes nor timeouts: what both
versions have is the same in both, and tests/data/aws-provider-6-shapes.json has the shapes of what only
version 6 has.
"""

import datetime
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
TABLE = ROOT / "tfgen" / "facts" / "provider_schema.json"
TYPES = ROOT / "tfgen" / "facts" / "replacement.json"
PROVIDER_6 = ROOT / "tests" / "data" / "aws-provider-6.69.json"
SHAPES_6 = ROOT / "tests" / "data" / "aws-provider-6-shapes.json"
AWS = "registry.terraform.io/hashicorp/aws"

# The schema calls them optional, and yet nobody can set them: Terraform refuses `id` as an unknown key, and
# the provider works `tags_all` out of `tags` and its default_tags.
COMPUTED = {"id", "tags_all"}

# What the provider requires in objects, of which its schema does not tell: those of security groups.
REQUIRED_IN_OBJECTS = {"from_port", "protocol", "to_port"}

Json = dict[str, Any]


def main(arguments: list[str]) -> int:
    """Write the table, or only compare it; the exit code."""
    check, of_shapes = "--check" in arguments, "--shapes" in arguments
    paths = [argument for argument in arguments if not argument.startswith("--")]
    if len(paths) != 1:
        print("usage: update_provider_schema.py SCHEMA.json [--check | --shapes]", file=sys.stderr)
        return 2
    schema = json.loads(Path(paths[0]).read_text(encoding="utf-8"))
    schemas: Json = schema["provider_schemas"][AWS]["resource_schemas"]
    if of_shapes:
        shapes: Json = json.loads(SHAPES_6.read_text(encoding="utf-8"))
        SHAPES_6.write_text(text(shapes | {"types": shapes_6(schemas)}), encoding="utf-8")
        return 0
    types = made(schemas)
    table: Json = json.loads(TABLE.read_text(encoding="utf-8")) if TABLE.exists() else {}
    if table.get("types") == types:
        print("current")
        return 0
    if not check:
        today = datetime.datetime.now(tz=datetime.UTC).date().isoformat()
        TABLE.write_text(text(HEAD | {"date": today, "types": types}), encoding="utf-8")
    print(f"{TABLE.name}: {'not current' if check else 'written'}")
    return int(check)


HEAD: Json = {
    "about": "What the arguments and blocks of the resources that tfgen writes take. An argument: string, "
    "integer, number, bool; list, set or map, each of strings; objects (written as blocks, but for "
    "none: []); or computed, which nobody sets. A block, with what is in it: max=1 where it stands "
    "once; a list of blocks or objects where it does not say set or single. required: by every version of "
    "the provider that has it; required=5: by version 5 alone. only=5, only=6: the other version lacks it.",
    "source": [
        "terraform providers schema -json of hashicorp/aws 5.100.0",
        "tests/data/aws-provider-6.69.json, and for the shapes of what only version 6 has "
        "tests/data/aws-provider-6-shapes.json",
    ],
    "confidence": "Confirmed.",
    "versions": {"5": "5.100", "6": "6.69"},
}


def made(five: Json) -> Json:
    """The table's types, from the resource schemas of provider 5.100."""
    six = json.loads(PROVIDER_6.read_text(encoding="utf-8"))
    kinds = json.loads(TYPES.read_text(encoding="utf-8"))["types"]
    shapes = json.loads(SHAPES_6.read_text(encoding="utf-8"))
    return {kind: resource(five[kind]["block"], six[kind], shapes_of(kind, shapes)) for kind in sorted(kinds)}


def shapes_of(kind: str, shapes: Json) -> Json:
    """The shapes of a type by their ways, such as `condition.source_ip.ip_address_type`."""
    found = dict(flat(shapes["types"].get(kind, {}), ""))
    told = shapes["later"] | dict.fromkeys(shapes["fractions"], "number")
    prefix = f"{kind}."
    return found | {way.removeprefix(prefix): shape for way, shape in told.items() if way.startswith(prefix)}


def flat(body: Json, way: str) -> Iterator[tuple[str, str]]:
    for name, row in body.items():
        yield f"{way}{name}", row[0] if isinstance(row, list) else row
        if isinstance(row, list):
            yield from flat(row[1], f"{way}{name}.")


def resource(five: Json, six: Json, shapes: Json) -> Json:
    found = body(five, six, shapes, "")
    return found | dict.fromkeys(COMPUTED & found.keys(), "computed")


def body(five: Json, six: Json, shapes: Json, way: str) -> Json:
    """The rows of a resource or a block, by name, from what version 5 and version 6 say of it."""
    arguments, blocks = five.get("attributes", {}), five.get("block_types", {})
    found: Json = {
        name: argument(row, six.get(name), shapes, f"{way}{name}") for name, row in arguments.items()
    }
    found |= {name: block(row, six.get(name), shapes, f"{way}{name}") for name, row in blocks.items()}
    found |= {name: only_6(row, shapes, f"{way}{name}") for name, row in six.items() if name not in found}
    return dict(sorted(found.items()))


def argument(five: Json, six: str | Json | None, shapes: Json, way: str) -> Any:
    if not (five.get("optional") or five.get("required")):
        # Of a bucket, version 5 has the region as an answer alone.
        return words(shape(five["type"]), "only=6") if six and way == "region" else "computed"
    needed = five.get("required", False)
    marks = (required(needed), "only=5") if six is None else (required(needed, six == "required"),)
    kind = five["type"]
    if isinstance(kind, list) and isinstance(kind[1], list):  # ["set", ["object", {"cidr_block": "string"}]]
        inside = {
            name: words(shape(each), required(name in REQUIRED_IN_OBJECTS))
            for name, each in kind[1][1].items()
        }
        known = six if isinstance(six, dict) else {}
        inside |= {
            name: only_6(row, shapes, f"{way}.{name}") for name, row in known.items() if name not in inside
        }
        return [words("objects", kind[0] if kind[0] == "set" else "", *marks), dict(sorted(inside.items()))]
    fraction = shapes.get(way) == "number"
    return words("number" if fraction else shape(kind), *marks)


def shape(kind: str | list[str]) -> str:
    """`string`, `["map", "string"]` or `["set", "number"]`, in a word. ValueError for other elements."""
    if isinstance(kind, str):  # the schema does not say so, but most numbers are whole: see `fractions`
        return "integer" if kind == "number" else kind
    if kind[1] not in ("string", "number"):
        what = "holds neither strings nor numbers"
        raise ValueError(f"{kind} {what}: teach the table and tfgen/render/arguments.py of it")
    return kind[0]


def block(five: Json, six: Json | None, shapes: Json, way: str) -> list[Any]:
    # `timeouts` are no part of the file for version 6.
    inside = body(five["block"], five_alone(five["block"]) if six is None else six, shapes, f"{way}.")
    mark = "only=5" if six is None and way != "timeouts" else ""
    return [words(block_shape(five), required(five.get("min_items", 0) > 0), mark), inside]


def block_shape(row: Json) -> str:
    """`block`, how several of them are kept, and how many there may be."""
    most = 1 if row["nesting_mode"] == "single" else row.get("max_items", 0)
    nesting = row["nesting_mode"].replace("list", "")
    return words("block", nesting, f"max={most}" if most else "")


def five_alone(five: Json) -> Json:
    """A block of version 5 as the file for version 6 would have it."""
    arguments: Json = {
        name: "required" if row.get("required") else "optional"
        for name, row in five.get("attributes", {}).items()
    }
    return arguments | {name: five_alone(row["block"]) for name, row in five.get("block_types", {}).items()}


def only_6(row: str | Json, shapes: Json, way: str, mark: str = "only=6") -> Any:
    """What is in a block that only version 6 has needs no mark of its own. KeyError where no shape is known:
    it goes under `later` in the file of shapes, with its source."""
    if isinstance(row, str):
        return words(shapes[way], required(row == "required"), mark)
    inside = {name: only_6(each, shapes, f"{way}.{name}", "") for name, each in sorted(row.items())}
    return [words(shapes[way], mark), inside]


def shapes_6(schemas: Json) -> Json:
    """The shapes of all that tests/data/aws-provider-6.69.json names, where a schema of version 6 has it.

    A schema does not tell whole numbers from others.
    """
    six = json.loads(PROVIDER_6.read_text(encoding="utf-8"))
    kinds = sorted(kind for kind in six if kind in schemas)
    return {kind: body_shapes(schemas[kind]["block"], six[kind]) for kind in kinds}


def body_shapes(schema: Json, known: Json) -> Json:
    arguments, blocks = schema.get("attributes", {}), schema.get("block_types", {})
    found: Json = {name: argument_shape(row["type"]) for name, row in arguments.items() if name in known}
    for name, row in blocks.items():
        if name in known:
            needed = required(row.get("min_items", 0) > 0)
            found[name] = [words(block_shape(row), needed), body_shapes(row["block"], known[name])]
    return dict(sorted(found.items()))


def argument_shape(kind: str | list[Any]) -> Any:
    if isinstance(kind, str) or kind[1] == "string":
        return shape(kind)
    if isinstance(kind[1], list):
        return ["objects", {name: argument_shape(each) for name, each in sorted(kind[1][1].items())}]
    return f"{kind[0]} of {kind[1]}"  # which no resource of tfgen's has


def required(five: bool, six: bool | None = None) -> str:
    if not five:
        return "required=6" if six else ""
    return "required" if six in (True, None) else "required=5"


def words(*said: str) -> str:
    return " ".join(filter(None, said))


# --- the file


def text(table: Json) -> str:
    """JSON with a name on each line, so that a diff shows which one has changed."""
    head = [f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in table.items() if key != "types"]
    types = [
        f"    {json.dumps(kind)}: {{\n{inner(names, 6)}\n    }}" for kind, names in table["types"].items()
    ]
    return "{\n" + ",\n".join([*head, '  "types": {\n' + ",\n".join(types) + "\n  }"]) + "\n}\n"


def inner(names: Json, depth: int) -> str:
    return ",\n".join(f"{' ' * depth}{json.dumps(name)}: {value(row, depth)}" for name, row in names.items())


def value(row: Any, depth: int) -> str:
    """A block without blocks stands on one line, where there is room."""
    if isinstance(row, str) or (len(json.dumps(row)) < 90 and not any(map(is_block, row[1].values()))):
        return json.dumps(row)
    return f"[{json.dumps(row[0])}, {{\n{inner(row[1], depth + 2)}\n{' ' * depth}}}]"


def is_block(row: Any) -> bool:
    return isinstance(row, list)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
