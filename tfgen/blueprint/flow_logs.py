"""Flow logs of the VPC: where they go, and the role that delivers them.

Source: VPC/flow-logs-iam-role, whose trust policy names the account and the flow logs of it.
"""

from collections.abc import Iterator

from tfgen import facts
from tfgen.blueprint import existing, names
from tfgen.blueprint.model import FlowLog, FlowLogGroup, Input
from tfgen.blueprint.references import References, creates_role_of_flow_logs
from tfgen.hcl.text import Ref
from tfgen.spec.model import FlowLogs, Spec

_OWNER = Ref("aws_vpc.main.owner_id")


def build(spec: Spec, references: References) -> tuple[FlowLog, ...]:
    said = spec.network.flow_logs
    if said is None or spec.network.vpc:
        return ()
    return (
        FlowLog(
            name=f"{spec.name}-flow-logs",
            traffic=said.traffic.upper(),
            interval=said.interval,
            groups=() if said.bucket else (_group(said, spec, references),),
            buckets=(said.to,) if said.bucket else (),
        ),
    )


def _group(said: FlowLogs, spec: Spec, references: References) -> FlowLogGroup:
    region = facts.regions().get(spec.region)
    partition = region.partition if region else "aws"
    account = spec.account or f"${{{_OWNER}}}"
    return FlowLogGroup(
        name=f"/vpc/{spec.name}",
        retention=said.retention or 0,
        role=names.role(spec.name, "vpc", "flow-logs", spec.region),
        account=spec.account or _OWNER,
        source=Ref(f'"arn:{partition}:ec2:{spec.region}:{account}:vpc-flow-log/*"'),
        paths=existing.role_paths(spec),
        boundaries=existing.role_boundaries(spec),
        kms_keys=references.key(spec.logs.kms_key),
    )


def inputs(spec: Spec) -> Iterator[Input]:
    """What the network's module needs for the role."""
    if creates_role_of_flow_logs(spec):
        yield from existing.boundary_input(spec)
