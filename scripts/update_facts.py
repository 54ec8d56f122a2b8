#!/usr/bin/env python3
"""Updates tfgen/facts/ from botocore: partitions, their DNS suffixes, Regions, log retention, and the
services that a partition or a Region lacks.

    scripts/update_facts.py            write what differs
    scripts/update_facts.py --check    write nothing, exit with 1 if something differs

Needs only botocore, and is not needed to use tfgen. Run it after an upgrade of botocore. A second run
changes nothing, and the date of a file changes only with its facts.

Some facts are maintained by hand and not changed here: the zone letters, `varies`, `unconfirmed`,
`launched_after_2023_12_23` and `note` of a Region, which botocore does not have; `announced`, the Regions
that botocore lists before AWS has opened them (they are in partitions.json and have no endpoint yet);
everything in endpoints.json except `lacking`; and the other files, which name their sources.

It writes nothing and names each Region if
- botocore has a Region that the file does not have: look up its zones and its opening date, add
  `"<region>": {"zones": "abc"}`, and run this again, which fills in the partition;
- the file has a Region that botocore does not have: botocore is too old, or the Region is gone;
- the part of a Region that is maintained by hand is malformed, or botocore contradicts itself.
"""

import datetime
import json
import re
import sys
from collections.abc import Set
from pathlib import Path
from typing import Any

from botocore.loaders import Loader  # type: ignore[import-untyped]

FACTS = Path(__file__).resolve().parents[1] / "tfgen" / "facts"
PARTITIONS = ("aws", "aws-cn", "aws-us-gov", "aws-eusc")
FLAGS = {"varies", "unconfirmed", "launched_after_2023_12_23"}

Facts = dict[str, Any]


class FactsError(Exception):
    """The facts cannot be updated; the message has one line for each reason."""


def main(arguments: list[str]) -> int:
    """Update the files, or only compare them; the exit code."""
    if arguments not in ([], ["--check"]):
        print("usage: update_facts.py [--check]", file=sys.stderr)
        return 2
    botocore = Loader()
    try:
        stale = [
            (path, facts)
            for path, update in (
                (FACTS / "regions.json", regions),
                (FACTS / "log_retention.json", log_retention),
                (FACTS / "endpoints.json", endpoints),
                (FACTS / "endpoint_regions.json", endpoint_regions),
            )
            if (facts := updated(path, update(botocore, read(path))))
        ]
    except FactsError as error:
        print(error, file=sys.stderr)
        return 1
    for path, facts in stale:
        if not arguments:
            path.write_text(layout(facts) + "\n", encoding="utf-8")
        print(f"{path.name}: {'not current' if arguments else 'written'}")
    if not stale:
        print("all current")
    return 1 if stale and arguments else 0


def regions(botocore: Loader, facts: Facts) -> Facts:
    """The facts of regions.json with botocore's partitions, and its partition for each Region."""
    endpoints = {row["partition"]: row for row in botocore.load_data("endpoints")["partitions"]}
    partitions = {row["id"]: row for row in botocore.load_data("partitions")["partitions"]}
    suffixes = {name: partitions[name]["outputs"]["dnsSuffix"] for name in PARTITIONS}
    opened = {region: name for name in PARTITIONS for region in endpoints[name]["regions"]}
    named = {
        region
        for name in PARTITIONS
        for region in partitions[name]["regions"]
        if not region.endswith("-global")  # a stand-in for services without a Region
    }
    known = facts["regions"]

    problems = [
        f"{name}: partitions.json has the suffix {suffix}, endpoints.json {endpoints[name]['dnsSuffix']}"
        for name, suffix in suffixes.items()
        if suffix != endpoints[name]["dnsSuffix"]
    ]
    problems += [f"{region}: new, has no zone letters" for region in sorted(opened.keys() - known.keys())]
    problems += [
        f"{region}: botocore names it but has no endpoint in it; add it to regions, or to announced"
        for region in sorted(named - opened.keys() - facts["announced"].keys() - known.keys())
    ]
    problems += [f"{region}: botocore does not have it" for region in sorted(known.keys() - opened.keys())]
    problems += [
        f"{region}: announced, and open at the same time"
        for region in sorted(facts["announced"].keys() & (opened.keys() | known.keys()))
    ]
    problems += [problem for region, row in known.items() for problem in malformed(region, row)]
    if problems:
        raise FactsError("\n".join(problems))

    rows = {
        region: {"partition": opened[region]}
        | {key: value for key, value in row.items() if key != "partition"}
        for region, row in sorted(known.items())
    }
    return facts | {"partitions": suffixes, "regions": rows}


def malformed(region: str, row: Facts) -> list[str]:
    """What is wrong with the hand-kept part of a Region."""
    problems = []
    zones = row.get("zones")
    if (
        not isinstance(zones, str)
        or not re.fullmatch("[a-z]{2,}", zones)
        or list(zones) != sorted(set(zones))
    ):
        problems.append(f'{region}: zones must be two or more ascending letters, such as "abc"')
    problems += [
        f"{region}: {flag} is true or left out" for flag in FLAGS & row.keys() if row[flag] is not True
    ]
    unknown = row.keys() - FLAGS - {"partition", "zones", "note"}
    return problems + [f"{region}: unknown key {key}" for key in sorted(unknown)]


def log_retention(botocore: Loader, facts: Facts) -> Facts:
    """The facts of log_retention.json with the days that the service model lists, in prose."""
    model = botocore.load_service_model("logs", "service-2")
    listed = re.search(r"Possible values are: ([\d, and]+)\.", model["shapes"]["Days"]["documentation"])
    days = [int(day) for day in re.findall(r"\d+", listed[1])] if listed else []
    if not days or days != sorted(set(days)):
        raise FactsError("log retention: botocore's text no longer lists the possible values")
    return facts | {"days": days}


def endpoints(botocore: Loader, facts: Facts) -> Facts:
    """The facts of endpoints.json with the services that a whole partition lacks.

    Only services that botocore lists by the endpoint's own name, in some partition, can be told to be
    lacking in another; of a service that it calls otherwise (ssmmessages, kinesis-streams) nothing is said.
    """
    listed = {
        row["partition"]: set(row["services"])
        for row in botocore.load_data("endpoints")["partitions"]
        if row["partition"] in PARTITIONS
    }
    known = set().union(*listed.values())
    names = {suffix: {suffix, ".".join(reversed(suffix.split(".")))} for suffix in facts["interface"]}
    lacking = {
        partition: [suffix for suffix, name in names.items() if name & known and not name & services]
        for partition, services in listed.items()
        if partition in ("aws-cn", "aws-us-gov")
    }
    return facts | {"lacking": lacking}


def endpoint_regions(botocore: Loader, facts: Facts) -> Facts:
    """The facts of endpoint_regions.json: for each service the Regions that botocore does not list for it.

    Said only of a service that botocore lists by the endpoint's own name, in the same partition; of global
    ones, and of those that it calls otherwise, nothing is said.
    """
    rows = {row["partition"]: row["services"] for row in botocore.load_data("endpoints")["partitions"]}
    known = read(FACTS / "regions.json")["regions"]
    without: dict[str, list[str]] = {}
    for suffix in sorted(read(FACTS / "endpoints.json")["interface"]):
        for region, row in known.items():
            having = regions_with(suffix, rows[row["partition"]], known.keys())
            if having and region not in having:
                without.setdefault(suffix, []).append(region)
    return facts | {"without": without}


def regions_with(suffix: str, services: Facts, regions: Set[str]) -> set[str]:
    """The Regions of a service; none where botocore does not tell them, or it has no Regions."""
    own = [services[name] for name in {suffix, ".".join(reversed(suffix.split(".")))} if name in services]
    if any(not row.get("isRegionalized", True) or "partitionEndpoint" in row for row in own):
        return set()
    listed = {region for row in own for region in row["endpoints"]}
    # Some stand among the endpoints of another service: bedrock-runtime-us-east-1 among those of bedrock.
    prefix = f"{suffix}-"
    among = (name for row in services.values() for name in row["endpoints"] if name.startswith(prefix))
    return (listed | {name.removeprefix(prefix) for name in among}) & regions


def updated(path: Path, facts: Facts) -> Facts | None:
    """The facts to write, of today if they are new; None if the file has them already."""
    if facts != read(path):
        return facts | {"date": datetime.datetime.now(tz=datetime.UTC).date().isoformat()}
    return facts if layout(facts) + "\n" != path.read_text(encoding="utf-8") else None


def read(path: Path) -> Facts:
    facts: Facts = json.loads(path.read_text(encoding="utf-8"))
    return facts


def layout(value: object, depth: int = 0) -> str:
    """JSON with one row of a table on one line, so that a diff shows which row has changed."""
    if depth > 1 or not value or not isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, dict):
        rows = [f"{json.dumps(key)}: {layout(row, depth + 1)}" for key, row in value.items()]
    else:
        rows = [layout(row, depth + 1) for row in value]
    margin = "  " * depth
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    return f"{opening}\n" + ",\n".join(f"{margin}  {row}" for row in rows) + f"\n{margin}{closing}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
