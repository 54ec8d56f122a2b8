"""A rule's case, which is a fragment, as the whole spec that it stands for."""

from functools import cache
from typing import Any

from tfgen.pipe import Outcome, run_text
from tfgen.problems import Problem
from tfgen.rules import rule_numbers
from tfgen.spec.source import dump_yaml, parse_yaml

REGISTRY = "123456789012.dkr.ecr.us-east-1.amazonaws.com"


_VPC = {
    "id": "vpc-0a1b2c3d",
    "cidr": "10.0.0.0/16",
    "public_subnets": {"a": "subnet-000000a1", "b": "subnet-000000b1"},
    "private_subnets": {"a": "subnet-000000a2", "b": "subnet-000000b2"},
    "endpoint_security_group": "sg-0000000e",
    "endpoints": ["monitoring"],
}


def problems_of(fragment: str) -> tuple[Problem, ...]:
    """What tfgen says about the spec that a fragment stands for, which must be one but for rules."""
    return outcome_of(fragment).problems


@cache
def outcome_of(fragment: str) -> Outcome:
    """The spec that a fragment stands for, its blueprint and problems."""
    outcome = run_text(dump_yaml(whole_spec(fragment)), "spec.yaml")
    assert outcome.overridden, outcome.problems
    refused = [problem for problem in outcome.problems if problem.severity == "error"]
    assert {problem.code for problem in refused} <= {*rule_numbers()}, refused
    return outcome


def whole_spec(fragment: str) -> dict[str, Any]:
    """The fragment, with a name, a region, an egress, and an image for each service and job that has none. A
    VPC that exists has an ID, a range and subnets in two zones."""
    said: dict[str, Any] = parse_yaml(fragment, "fragment").data or {}
    network = said.pop("network", {})
    if "vpc" in network:
        network["vpc"] = {**_VPC, **network["vpc"]}
    else:
        network = {"egress": "nat", **network}
    services = {
        key: {"image": f"{REGISTRY}/{key}:1.0.0", **service}
        for key, service in said.pop("services", {}).items()
    }
    jobs = {
        key: {"image": f"{REGISTRY}/{key}:1.0.0", "run": "by-hand", **job}
        for key, job in said.pop("jobs", {}).items()
    }
    said |= {"jobs": jobs} if jobs else {}
    return {"name": "shop", "region": "us-east-1", **said, "network": network, "services": services}
