"""What CloudWatch calls a load balancer: the end of its ARN, which its metrics have as a dimension."""

from collections.abc import Iterator

from tfgen.blueprint import names
from tfgen.blueprint.model import Input, LoadBalancer, TargetGroup, Variable
from tfgen.blueprint.references import in_root
from tfgen.hcl.text import Label, OutputRef, Ref, VariableRef
from tfgen.spec.alarms import counting_requests
from tfgen.spec.balancers import balancers_of
from tfgen.spec.model import Service, Spec


def suffix(balancer: str) -> VariableRef:
    """As the services know it."""
    return VariableRef(names.of_balancer(balancer, "load_balancer_arn_suffix"))


def dimensions(suffix_of_balancer: Ref) -> tuple[tuple[Label, Ref | str], ...]:
    """Those of the metrics of a load balancer itself."""
    return ((Label("LoadBalancer"), suffix_of_balancer),)


def dimensions_of_group(group: TargetGroup) -> tuple[tuple[Label, Ref | str], ...]:
    """Those of the metrics of a target group."""
    own = names.ref("aws_lb_target_group.{}.arn_suffix", group.label)
    return (*dimensions(suffix(group.balancer)), (Label("TargetGroup"), own))


def input_from(balancer: LoadBalancer) -> Input:
    """That of one of the stack's own."""
    value = OutputRef(balancer.module, Label("arn_suffix"))
    return Input(variable=_variable(balancer.key), value=value)


def measured(spec: Spec) -> list[Service]:
    """The services that need metrics of their load balancers: for alarms, a dashboard, or to follow their
    requests."""
    alarmed = counting_requests(spec)
    return [
        service
        for key, service in spec.services.items()
        if spec.dashboard or key in alarmed or (service.scaling and service.scaling.requests is not None)
    ]


def inputs_of_existing(spec: Spec) -> Iterator[Input]:
    """Those of load balancers that exist. The ARN of a listener has it:
    .../listener/app/NAME/ID/ID-OF-THE-LISTENER."""
    used = {route.listener or "" for service in measured(spec) for route in service.routes}
    for balancer in balancers_of(spec):
        arns = balancer.said.existing.listener_arns if balancer.said.existing else {}
        named = sorted(name for name in arns if balancer.full_name(name) in used)
        if named:
            arn = in_root(arns[named[0]])
            parts = Ref(f'join("/", slice(split("/", {arn}), 1, 4))')
            value = parts if isinstance(arn, Ref) else "/".join(arn.split("/")[1:4])
            yield Input(variable=_variable(balancer.key), value=value)


def _variable(balancer: str) -> Variable:
    noun = names.noun_of_balancer(balancer)
    description = f"ARN suffix of {noun}, by which CloudWatch knows it."
    return Variable(label=suffix(balancer).label, type=Ref("string"), description=description)
