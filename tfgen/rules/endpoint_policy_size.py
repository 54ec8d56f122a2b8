"""More permissions than the policy of a VPC endpoint can list."""

from collections.abc import Iterator

from tfgen import facts
from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem
from tfgen.rules._policies import document

ID = "TG697"
SEVERITY = "error"
TITLE = "The policy of a VPC endpoint is short enough"
WHY = (
    "AWS limits the policy of an endpoint to 20,480 characters. With endpoint_policies, each thing that a "
    "service may use of an AWS service adds its ARN to the policy of that endpoint."
)
SOURCE = "https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-limits-endpoints.html"


def _read(number: int, last: int = 800) -> str:
    """So many buckets with long names, the last of another length, each read by a service of its own."""
    sizes = (*[800] * (number - 1), last)
    reads = "{{statements: [{{actions: ['s3:GetObject'], resources: ['arn:aws:s3:::{}{}']}}]}}"
    return ", ".join(f"s{n}: {reads.format(n, 'x' * size)}" for n, size in enumerate(sizes, 10))


_SPEC = "network: {{egress: endpoints, endpoint_policies: {}}}\nservices: {{{}}}"
BAD = _SPEC.format("true", _read(30))
GOOD = """\
network: {egress: endpoints, endpoint_policies: true}
services:
  reports:
    access: [{read: "arn:aws:s3:::reports"}]
"""
FAILS = (_SPEC.format("true", _read(25, 578)),)
PASSES = (
    _SPEC.format("true", _read(25, 577)),
    _SPEC.format("false", _read(30)),
    f"network: {{egress: endpoints}}\nservices: {{{_read(30)}}}",
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    limit = facts.limits()["endpoint_policy_chars_max"].value
    for endpoint in blueprint.network.new_endpoints:
        for policy in endpoint.policies:
            size = len(document(policy.statements, "")) + len(policy.statements) * len(',"Principal":"*"')
            if size > limit:
                what = f"the policy of the {endpoint.service} endpoint"
                message = f"{what} takes {size} characters; AWS allows {limit}"
                hint = (
                    f"write {endpoint.service} in network.endpoints, which leaves that endpoint open, or "
                    "write statements whose patterns name several things"
                )
                where = blueprint.locate(("network", "endpoint_policies"))
                yield Problem(ID, where, message, hint, SEVERITY)
