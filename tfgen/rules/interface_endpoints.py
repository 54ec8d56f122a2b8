"""More interface endpoints than the quota of a VPC."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem
from tfgen.rules import _quota

ID = "TG336"
SEVERITY = "warning"
TITLE = "A VPC has at most 50 interface endpoints unless AWS allows more"
WHY = "The apply stops at the first one over the quota, and tasks cannot reach its service."
SOURCE = "https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-limits-endpoints.html"


def _asked(count: int) -> str:
    names = ", ".join(f"service-{n}" for n in range(count))
    return f"network: {{egress: endpoints, endpoints: [{names}]}}"


BAD = _asked(51)
GOOD = """\
network:
  egress: endpoints
  endpoints: [sts]
"""
FAILS = (_asked(52),)
PASSES = (_asked(50),)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    used = len(blueprint.network.endpoint_services)
    if limit := _quota.exceeded_limit("interface_endpoints_per_vpc", used):
        message = f"{used} interface endpoints: AWS allows {limit.value} in a VPC, and the apply stops there"
        hint = f"{_quota.how_to_raise(limit, used)}; or reach some services through a NAT gateway"
        yield Problem(ID, blueprint.locate(("network", "endpoints")), message, hint, SEVERITY)
