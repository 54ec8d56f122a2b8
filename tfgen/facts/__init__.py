"""What is true of AWS: Regions, endpoint names, task sizes, log retention, quotas.

Each table is a JSON file beside this one that says where it comes from, of which day it is, and what in
it is not confirmed. A table is read when something first asks for it, and once.
"""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

_FOLDER = Path(__file__).parent


class Region(NamedTuple):
    """A Region, as an account opened today sees it."""

    name: str
    partition: str
    dns_suffix: str
    zones: tuple[str, ...]  # letters
    zones_vary: bool  # an account has only some of these zones, so none can be picked for it
    unconfirmed: bool  # the sources for the zones disagree: doubt the table before the user
    needs_all_ecs_endpoints: bool  # ecs-agent, ecs-telemetry and ecs, or ECS goes over public addresses


class Limit(NamedTuple):
    """A quota or a bound of AWS; `adjustable` means that an account may have been given more."""

    name: str
    value: int
    adjustable: bool
    source: str


class Replacement(NamedTuple):
    """What a change does to a resource: the arguments that replace it ("*" stands for all but `in_place`)."""

    replace: frozenset[str]
    in_place: frozenset[str]
    tags: bool  # takes tags, and so the provider's default_tags
    known: bool = True  # a type that tfgen writes


@cache
def regions() -> Mapping[str, Region]:
    """Every Region of the partitions aws, aws-cn, aws-us-gov and aws-eusc, by name."""
    table = _read("regions")
    suffixes = table["partitions"]
    return MappingProxyType(
        {
            name: Region(
                name,
                row["partition"],
                suffixes[row["partition"]],
                tuple(row["zones"]),
                row.get("varies", False),
                row.get("unconfirmed", False),
                row.get("launched_after_2023_12_23", False),
            )
            for name, row in table["regions"].items()
        }
    )


@cache
def interface_endpoints() -> frozenset[str]:
    """The services that some Region offers as an interface endpoint, such as `ecr.api`."""
    return frozenset(_read("endpoints")["interface"])


@cache
def gateway_endpoints() -> frozenset[str]:
    """The services that have a gateway endpoint; they have an interface endpoint besides."""
    return frozenset(_read("endpoints")["gateway"])


def endpoint_service_name(suffix: str, region: str) -> str:
    """The whole name of an endpoint service: `com.amazonaws.us-east-1.logs` for `logs`.

    A service that has both kinds of endpoint gets the name of its gateway endpoint. In China the two
    differ: S3's interface endpoint begins with `cn.`, its gateway endpoint does not.
    """
    default, others = _endpoint_names()
    name = default
    if suffix not in gateway_endpoints():
        name = others.get((region, suffix)) or others.get(("", suffix)) or default
    return name.format(region=region, suffix=suffix)


@cache
def fargate_sizes() -> Mapping[int, tuple[int, ...]]:
    """The memory sizes (MiB) that go with each number of CPU units, both ascending."""
    sizes = _read("fargate")["sizes"]
    return MappingProxyType({int(cpu): tuple(memory) for cpu, memory in sizes.items()})


@cache
def log_retention_days() -> tuple[int, ...]:
    """The days that CloudWatch Logs can keep events for, ascending; Terraform's 0 (for ever) is not one."""
    return tuple(_read("log_retention")["days"])


@cache
def limits() -> Mapping[str, Limit]:
    """The quotas and bounds that a spec can run into, by name."""
    rows = _read("limits")["limits"].items()
    return MappingProxyType(
        {name: Limit(name, row["value"], row["adjustable"], row["source"]) for name, row in rows}
    )


@cache
def replacement(kind: str) -> Replacement:
    """Which arguments force a resource of the type `kind` to be replaced."""
    row = _read("replacement")["types"].get(kind)
    if row is None:
        return Replacement(frozenset(), frozenset(), tags=False, known=False)
    return Replacement(frozenset(row["replace"]), frozenset(row.get("in_place", ())), row.get("tags", True))


@cache
def new_deployments() -> tuple[str, ...]:
    """The arguments of an ECS service whose change starts its tasks anew."""
    return tuple(_read("replacement")["new_deployments"]["arguments"])


@cache
def _endpoint_names() -> tuple[str, Mapping[tuple[str, str], str]]:
    """The usual pattern of a service name, and the others by (Region or "" for all, suffix)."""
    table = _read("endpoints")
    others = {
        (row.get("region", ""), suffix): row["name"]
        for row in table["other_names"]
        for suffix in row["suffixes"]
    }
    return table["default_name"], others


@cache
def _read(table: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((_FOLDER / f"{table}.json").read_text(encoding="utf-8"))
    return content
