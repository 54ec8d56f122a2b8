"""What a load balancer has besides listeners: its attributes, its logs and their bucket, its web ACL."""

from collections.abc import Iterator, Mapping

from tfgen.blueprint import names
from tfgen.blueprint.model import Input, LogBucket, LogDelivery, Variable
from tfgen.blueprint.references import in_root
from tfgen.hcl.printer import interpolation
from tfgen.hcl.text import Label, Ref, VariableRef
from tfgen.spec.balancers import Balancer
from tfgen.spec.model import Given, LoadBalancer, Spec
from tfgen.spec.model import LogDelivery as LogDeliverySpec

WEB_ACL = VariableRef(Label("web_acl_arn"))
"""The variable of the module."""
OWN_BUCKET = Ref("aws_s3_bucket.logs.bucket")
_BUCKET_PREFIX = 37  # provider 5.100, aws_s3_bucket.bucket_prefix
_POLICY = Ref("aws_s3_bucket_policy.logs")


def attributes(balancer: LoadBalancer) -> Iterator[tuple[Label, bool | int | str]]:
    """The arguments that have another value than the provider's default, in the spec's order."""
    usual = LoadBalancer()
    if balancer.ip_address_type:
        yield Label("ip_address_type"), balancer.ip_address_type
    for argument, said, default in (
        ("enable_deletion_protection", balancer.deletion_protection, usual.deletion_protection),
        ("client_keep_alive", balancer.client_keep_alive, usual.client_keep_alive),
        ("desync_mitigation_mode", balancer.desync, usual.desync),
        ("preserve_host_header", balancer.preserve_host, usual.preserve_host),
        ("xff_header_processing_mode", balancer.x_forwarded_for.mode, usual.x_forwarded_for.mode),
        ("enable_xff_client_port", balancer.x_forwarded_for.client_port, usual.x_forwarded_for.client_port),
        ("enable_http2", balancer.http2, usual.http2),
        ("enable_zonal_shift", balancer.zonal_shift, usual.zonal_shift),
        ("enable_cross_zone_load_balancing", balancer.cross_zone, usual.cross_zone),
    ):
        if said != default:
            yield Label(argument), said


def said_logs(balancer: LoadBalancer) -> Mapping[str, LogDeliverySpec]:
    """The logs that the spec sets, by the name of their block."""
    every = {
        "access_logs": balancer.access_logs,
        "connection_logs": balancer.connection_logs,
        "health_check_logs": balancer.health_check_logs,
    }
    return {name: logs for name, logs in every.items() if logs is not None and logs.bucket is not False}


def logs(balancer: LoadBalancer) -> Iterator[LogDelivery]:
    for name, said in said_logs(balancer).items():
        yield LogDelivery(
            block=Label(name),
            bucket=_bucket(name, said),
            prefix=(said.prefix,) if said.prefix else (),
        )


def _bucket(name: str, said: LogDeliverySpec) -> Ref | str:
    if isinstance(said.bucket, bool):
        return OWN_BUCKET
    return said.bucket if isinstance(said.bucket, str) else VariableRef(bucket_variable(name))


def bucket_variable(name: str) -> Label:
    """The variable of the module for a bucket that only Terraform knows."""
    return names.label(name, "bucket")


def log_bucket(balancer: Balancer, spec: Spec) -> Iterator[LogBucket]:
    """The load balancer's own bucket, where some logs are to go there."""
    own = [said for said in said_logs(balancer.said).values() if said.bucket is True]
    name = "-".join(("alb-logs", spec.name, *([] if balancer.is_main else [balancer.key])))
    if own:
        prefixes = sorted({said.prefix or "" for said in own})
        yield LogBucket(
            # Not the stack's name first: S3 reserves some beginnings.
            name_prefix=f"{names.fit(name, _BUCKET_PREFIX - 1)}-",
            objects=tuple(map(_objects, prefixes)),
            retention=(spec.logs.retention,) if spec.logs.retention else (),
        )


def _objects(prefix: str) -> Ref:
    """The ARN of what the load balancer writes: under the account that owns its security group, its own."""
    bucket, account = Ref("aws_s3_bucket.logs.arn"), Ref("aws_security_group.main.owner_id")
    return interpolation((bucket, f"/{prefix}/AWSLogs/" if prefix else "/AWSLogs/", account, "/*"))


def inputs(balancer: LoadBalancer) -> Iterator[Input]:
    """The variables of the module for what exists."""
    for name, said in said_logs(balancer).items():
        if isinstance(said.bucket, Given):
            words = name.replace("_", " ")
            yield _input(bucket_variable(name), f"Name of the bucket for {words}.", said.bucket)
    if balancer.waf is not None:
        yield _input(WEB_ACL.label, "ARN of the web ACL of the load balancer.", balancer.waf)


def _input(label: Label, description: str, value: str | Given) -> Input:
    variable = Variable(label=label, type=Ref("string"), description=description)
    return Input(variable=variable, value=in_root(value))


def depends_on(balancer: Balancer, spec: Spec) -> Iterator[Ref]:
    """What must allow the delivery: AWS tries it when logs are turned on."""
    if any(log_bucket(balancer, spec)):
        yield _POLICY
