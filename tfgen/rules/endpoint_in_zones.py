"""Endpoints that some zones of the stack may not offer."""

from collections.abc import Iterator

from tfgen import facts
from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem
from tfgen.rules import _endpoints

ID = "TG385"
SEVERITY = "note"
TITLE = "Endpoints are offered in every zone of the stack"
WHY = (
    "In regions with more than three zones, or with gaps between their letters, the oldest and the newest "
    "zones lack endpoints of some services, and the apply fails at a subnet there."
)
SOURCE = "https://docs.aws.amazon.com/vpc/latest/privatelink/create-interface-endpoint.html"
BAD = """\
region: us-east-1
network:
  egress: endpoints
  zones: [a, e]
services:
  web:
    uses: [transfer.server]
"""
GOOD = """\
region: us-east-1
network:
  egress: endpoints
  zones: [a, e]
services:
  web:
    uses: [sqs]
"""
FAILS = (
    "region: ca-central-1\nnetwork: {egress: nat+endpoints}\nservices: {web: {uses: [sqs, lambda, events]}}",
    "network: {egress: nat+endpoints, endpoints: [lambda]}",
    "region: us-west-2\nnetwork: {egress: nat+endpoints, endpoints: [lambda]}",
)
PASSES = (
    "region: eu-west-1\nnetwork: {egress: nat+endpoints}\nservices: {web: {uses: [lambda]}}",
    "region: xx-new-1\nnetwork: {egress: nat+endpoints, zones: [a, e]}\nservices: {web: {uses: [lambda]}}",
    "network: {egress: nat}\nservices: {web: {uses: [lambda]}}",
)

_EVEN = "abcdefgh"
_FEW = 3


def check(blueprint: Blueprint) -> Iterator[Problem]:
    region = facts.regions().get(blueprint.region)
    if region is None or (len(region.zones) <= _FEW and "".join(region.zones) in _EVEN):
        return
    everywhere = facts.endpoints_in_every_zone()
    doubted = [
        found for found in _endpoints.placed_endpoints(blueprint) if found[0].service not in everywhere
    ]
    for _, where in doubted[:1]:  # one problem names all of them
        names = [endpoint.service for endpoint, _ in doubted]
        zones = ", ".join(subnet.zone for subnet in blueprint.network.private_subnets)
        message = (
            f"some zones of {region.name} may not offer {_listed(names)}; the zones of this stack are {zones}"
        )
        hint = (
            f"check aws ec2 describe-vpc-endpoint-services --region {region.name} --service-names "
            f"{doubted[0][0].service_name} --query 'ServiceDetails[].AvailabilityZones'"
        )
        yield Problem(ID, where, message, hint, SEVERITY)


def _listed(names: list[str]) -> str:
    shown = names if len(names) < 5 else [*names[:3], f"{len(names) - 3} more"]
    return " and ".join(filter(None, (", ".join(shown[:-1]), shown[-1])))
