#!/usr/bin/env python3
"""Generates tfgen/facts/attributes.json: the attributes that references may name, for the types that stacks
refer to most.

    terraform providers schema -json > schema.json      in an initialized stack with provider 5.100
    scripts/update_attributes.py schema.json            write the table

The types are those that the table has: add a row for a new one there ("data.aws_vpc": {"five": ""} for a data
source), then run this. What only version 6 has comes from tests/data/aws-provider-6.69.json, which has
arguments and no attributes that are only computed.
"""

import datetime
import json
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
TABLE = ROOT / "tfgen" / "facts" / "attributes.json"
PROVIDER_6 = ROOT / "tests" / "data" / "aws-provider-6.69.json"
AWS = "registry.terraform.io/hashicorp/aws"

HEAD: dict[str, Any] = {
    "about": "The attributes and blocks of resources and data sources that references may name. five: those "
    "of version 5; six: the arguments that only version 6 has, where they are known.",
    "source": [
        "terraform providers schema -json of hashicorp/aws 5.100.0",
        "tests/data/aws-provider-6.69.json",
    ],
    "confidence": "Confirmed for version 5. Of version 6, attributes that are only computed are unknown.",
}


def main(arguments: list[str]) -> int:
    """Write the table; the exit code."""
    if len(arguments) != 1:
        print("usage: update_attributes.py SCHEMA.json", file=sys.stderr)
        return 2
    schema = json.loads(Path(arguments[0]).read_text(encoding="utf-8"))
    table = json.loads(TABLE.read_text(encoding="utf-8"))
    types = made(schema["provider_schemas"][AWS], list(table["types"]))
    if table["types"] == types:
        print("current")
        return 0
    today = datetime.datetime.now(tz=datetime.UTC).date().isoformat()
    TABLE.write_text(text(HEAD | {"date": today, "types": types}), encoding="utf-8")
    print(f"{TABLE.name}: written")
    return 0


def made(provider: dict[str, Any], kinds: list[str]) -> dict[str, Any]:
    """The rows of types; a data source has the name that references to it begin with."""
    six = json.loads(PROVIDER_6.read_text(encoding="utf-8"))
    return {kind: row(block_of(kind, provider), six.get(kind)) for kind in sorted(kinds)}


def block_of(kind: str, provider: dict[str, Any]) -> dict[str, Any]:
    schemas = "data_source_schemas" if kind.startswith("data.") else "resource_schemas"
    block: dict[str, Any] = provider[schemas][kind.removeprefix("data.")]["block"]
    return block


def row(block: dict[str, Any], six: dict[str, Any] | None) -> dict[str, str]:
    five = {*block.get("attributes", {}), *block.get("block_types", {})}
    found = {"five": " ".join(sorted(five))}
    return found if six is None else {**found, "six": " ".join(sorted(six.keys() - five))}


def text(table: dict[str, Any]) -> str:
    """JSON with a type on each line, so that a diff shows which one has changed."""
    head = [f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in table.items() if key != "types"]
    types = [f"    {json.dumps(kind)}: {json.dumps(names)}" for kind, names in table["types"].items()]
    return "{\n" + ",\n".join([*head, '  "types": {\n' + ",\n".join(types) + "\n  }"]) + "\n}\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
