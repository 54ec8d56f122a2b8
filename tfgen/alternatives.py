"""Every egress that a stack could have, each derived and proved as `tfgen check` does."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tfgen import facts
from tfgen.cost.inventory import take_inventory
from tfgen.cost.short import short_cost_of_egress
from tfgen.cost.ways import Way
from tfgen.pipe import Outcome, Values, run_text, run_variants
from tfgen.spec.ways_out import WAYS_OUT

NATS = ("single", "per-zone")


def ways_of(path: Path, given: Values, own: Outcome) -> tuple[Way, ...]:
    """Every egress for the spec at `path`, with `given` values in place of its own.

    `own` is the outcome of the spec as it is; there are none where that has no spec, or a VPC that exists.
    """
    if own.spec is None or own.spec.network.vpc:
        return ()
    network = own.spec.network
    listed = ("+".join(network.nat.zones),) if isinstance(network.nat.zones, list) else ()
    choices = list(_choices(listed))
    own_nat = listed[0] if listed else network.nat.zones
    outcomes = run_variants(path, [{**given, **_variant(*choice, network.endpoints)} for choice in choices])
    return tuple(
        _way(egress, nat, own if is_own else outcome, is_own)
        for (egress, nat), outcome in zip(choices, outcomes, strict=True)
        for is_own in [egress == network.egress and nat in ("", own_nat)]
    )


_EXAMPLE = """\
name: example
region: {region}
network: {{egress: {egress}, nat: {nat}, zones: [a, b]}}
services: {{web: {{image: "123456789012.dkr.ecr.{region}.amazonaws.com/web:1", count: 1}}}}
"""
_OF_NAT = {"single": " with one gateway", "per-zone": " with two", "": ""}


def costs_of_egress(region: str) -> dict[str, str]:
    """What each egress of a stack with one task in two zones costs a month before traffic, in words.

    What has no known price is left out.
    """
    found: dict[str, list[str]] = {}
    for egress, nat in _choices():
        outcome = run_text(_EXAMPLE.format(region=region, egress=egress, nat=nat or "per-zone"), "")
        short = short_cost_of_egress(outcome.blueprint) if outcome.blueprint else None
        if short and short.cost and not short.without:
            each = " for each task" if WAYS_OUT[egress].public_tasks else ""
            found.setdefault(egress, []).append(f"{short.cost} a month{each}{_OF_NAT[nat]}")
    return {egress: f"{', '.join(texts)}; two zones, before traffic" for egress, texts in found.items()}


def _choices(listed: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """Each egress, with each number of NAT gateways; `listed` are the zones that a spec lists."""
    for egress, way in WAYS_OUT.items():
        for nat in (*NATS, *listed) if way.nat else ("",):
            yield egress, nat


def _variant(egress: str, nat: str, endpoints: list[str]) -> dict[tuple[Any, ...], Any]:
    """The spec's network with another egress, and what does not exist with it left out."""
    kept = (
        endpoints
        if WAYS_OUT[egress].interface_endpoints
        else [each for each in endpoints if each in facts.gateway_endpoints()]
    )
    return {
        ("network", "egress"): egress,
        ("network", "nat"): (nat if nat in NATS else nat.split("+")) if nat else None,
        ("network", "nat_zone"): None,
        ("network", "endpoints"): kept,
        ("overrides",): None,  # they name resources that another egress may not have
    }


def _way(egress: str, nat: str, outcome: Outcome, is_own: bool) -> Way:
    errors = [problem for problem in outcome.problems if problem.severity == "error"]
    blueprint = outcome.overridden or outcome.blueprint
    return Way(
        egress,
        nat,
        take_inventory(blueprint) if blueprint else None,
        f"{errors[0].message} ({errors[0].at})" if errors else "",
        is_own,
    )
