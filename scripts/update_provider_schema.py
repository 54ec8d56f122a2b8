#!/usr/bin/env python3
"""Makes tfgen/facts/provider_schema.json: what each argument and block of the resources that tfgen writes
takes, by version 5.100 of the AWS provider and by version 6.69.

    terraform providers schema -json > schema.json      in an initialised stack with provider 5.100
    scripts/update_provider_schema.py schema.json            write the table
    scripts/update_provider_schema.py schema.json --check    write nothing, exit 1 if it would change

The types are those of tfgen/facts/replacement.json: give a new type its row there, then run this. Version 6
comes from tests/data/aws-provider-6.69.json, which has neither shapes nor timeouts: what both versions have
is alike in both, and the shapes of what only version 6 has are kept by hand, below.
"""

import datetime
import json
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
TABLE = ROOT / "tfgen" / "facts" / "provider_schema.json"
TYPES = ROOT / "tfgen" / "facts" / "replacement.json"
PROVIDER_6 = ROOT / "tests" / "data" / "aws-provider-6.69.json"
AWS = "registry.terraform.io/hashicorp/aws"

# The schema calls them optional, and yet nobody can set them: Terraform refuses `id` as an unknown key, and
# the provider works `tags_all` out of `tags` and its default_tags.
COMPUTED = {"id", "tags_all"}

# What the provider requires in objects, of which its schema does not tell: those of security groups.
REQUIRED_IN_OBJECTS = {"from_port", "protocol", "to_port"}

# Of what only version 6 has: the arguments that take something else than text, how often a block may stand
# (0: any number; of all others one), the blocks that are a set, and those that must stand. From
# `terraform providers schema -json` of 6.25.0, which github.com/lonegunmanb/terraform-aws-schema keeps under
# the tag v6.25.0; of what came later, from the types of PyPI's cdktn-provider-aws 25.8.1, which is 6.69.1.
SHAPES_6 = {
    **dict.fromkeys(("deletion_protection_enabled", "enabled", "sigint_rollback"), "bool"),
    **dict.fromkeys(("canary_percent", "step_percent"), "number"),
    **dict.fromkeys(("secondary_ips_auto_assigned_per_subnet", "target_control_port"), "integer"),
    **dict.fromkeys(("ipv4_netmask_length", "ipv6_netmask_length", "transit_encryption_port"), "integer"),
    **dict.fromkeys(("allocation_ids", "private_dns_specified_domains", "regex_values", "values"), "set"),
    "lifecycle_stages": "list",
}
SETS_6 = {"additional_claim", "availability_zone_address", "lifecycle_hook", "transform"}
MOST_6 = {
    "additional_claim": 10,
    "availability_zone_address": 0,
    "lifecycle_hook": 0,
    "test_traffic_rules": 0,
    "transform": 2,
}
REQUIRED_6 = {"value"}

Json = dict[str, Any]


def main(arguments: list[str]) -> int:
    """Write the table, or only compare it; the exit code."""
    check = "--check" in arguments
    paths = [argument for argument in arguments if argument != "--check"]
    if len(paths) != 1:
        print("usage: update_provider_schema.py SCHEMA.json [--check]", file=sys.stderr)
        return 2
    schema = json.loads(Path(paths[0]).read_text(encoding="utf-8"))
    types = made(schema["provider_schemas"][AWS]["resource_schemas"])
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
        "terraform providers schema -json of hashicorp/aws 5.100.0; of 6.25.0, and the types of PyPI's "
        "cdktn-provider-aws 25.8.1 (6.69.1), for the shapes of what is new",
        "tests/data/aws-provider-6.69.json",
    ],
    "confidence": "Confirmed.",
    "versions": {"5": "5.100", "6": "6.69"},
}


def made(five: Json) -> Json:
    """The table's types, from the resource schemas of provider 5.100."""
    six = json.loads(PROVIDER_6.read_text(encoding="utf-8"))
    kinds = json.loads(TYPES.read_text(encoding="utf-8"))["types"]
    return {kind: resource(five[kind]["block"], six[kind]) for kind in sorted(kinds)}


def resource(five: Json, six: Json) -> Json:
    found = body(five, six)
    return found | dict.fromkeys(COMPUTED & found.keys(), "computed")


def body(five: Json, six: Json) -> Json:
    """The rows of a resource or a block, by name, from what version 5 and version 6 say of it."""
    arguments, blocks = five.get("attributes", {}), five.get("block_types", {})
    found: Json = {name: argument(row, six.get(name)) for name, row in arguments.items()}
    found |= {name: block(row, six.get(name), name) for name, row in blocks.items()}
    found |= {name: only_6(name, row) for name, row in six.items() if name not in found}
    return dict(sorted(found.items()))


def argument(five: Json, six: str | Json | None) -> Any:
    if not (five.get("optional") or five.get("required")):
        return "computed"
    needed = five.get("required", False)
    marks = (required(needed), "only=5") if six is None else (required(needed, six == "required"),)
    kind = five["type"]
    if isinstance(kind, list) and isinstance(kind[1], list):  # ["set", ["object", {"cidr_block": "string"}]]
        inside = {
            name: words(shape(each), required(name in REQUIRED_IN_OBJECTS))
            for name, each in kind[1][1].items()
        }
        known = six if isinstance(six, dict) else {}
        inside |= {name: only_6(name, row) for name, row in known.items() if name not in inside}
        return [words("objects", kind[0] if kind[0] == "set" else "", *marks), dict(sorted(inside.items()))]
    return words(shape(kind), *marks)


def shape(kind: str | list[str]) -> str:
    """`string`, `["map", "string"]` or `["set", "string"]`, in a word. ValueError for other elements."""
    if isinstance(kind, str):  # the schema does not say so, but all numbers of version 5 are whole
        return "integer" if kind == "number" else kind
    if kind[1] != "string":
        raise ValueError(f"{kind} holds no strings: teach the table and tfgen/render/arguments.py of it")
    return kind[0]


def block(five: Json, six: Json | None, name: str) -> list[Any]:
    # `timeouts` are no part of the file for version 6.
    inside = body(five["block"], five_alone(five["block"]) if six is None else six)
    most = 1 if five["nesting_mode"] == "single" else five.get("max_items", 0)
    nesting = five["nesting_mode"].replace("list", "")
    mark = "only=5" if six is None and name != "timeouts" else ""
    return [words("block", nesting, maximum(most), required(five.get("min_items", 0) > 0), mark), inside]


def five_alone(five: Json) -> Json:
    """A block of version 5 as the file for version 6 would have it."""
    arguments: Json = {
        name: "required" if row.get("required") else "optional"
        for name, row in five.get("attributes", {}).items()
    }
    return arguments | {name: five_alone(row["block"]) for name, row in five.get("block_types", {}).items()}


def only_6(name: str, row: str | Json, mark: str = "only=6") -> Any:
    """What is in a block that only version 6 has needs no mark of its own."""
    if isinstance(row, str):
        return words(SHAPES_6.get(name, "string"), required(row == "required"), mark)
    inside = {key: only_6(key, value, "") for key, value in sorted(row.items())}
    nesting = "set" if name in SETS_6 else ""
    return [words("block", nesting, maximum(MOST_6.get(name, 1)), required(name in REQUIRED_6), mark), inside]


def required(five: bool, six: bool | None = None) -> str:
    if not five:
        return "required=6" if six else ""
    return "required" if six in (True, None) else "required=5"


def maximum(most: int) -> str:
    return f"max={most}" if most else ""


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
