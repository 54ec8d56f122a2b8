"""The stack's own cluster, and the sessions of ECS Exec in it.

Source: ECS/ecs-exec; what task roles need for sessions: AT ecs-exec-debugging.
"""

from collections.abc import Iterator

from tfgen.blueprint import names
from tfgen.blueprint.model import Cluster, SessionLogGroup, Sessions, Statement
from tfgen.blueprint.references import References
from tfgen.hcl.printer import interpolation
from tfgen.hcl.text import Label, Ref
from tfgen.problems import Locate, Problem
from tfgen.spec.model import Exec, Part, Spec

SESSIONS = Label("exec_sessions")
"""The label of the log group of sessions."""
SESSION_STREAMS = names.ref('"${{aws_cloudwatch_log_group.{}.arn}}:*"', SESSIONS)
"""The ARNs of what is written to in it."""

_SETTINGS = {"off": "disabled", "on": "enabled", "enhanced": "enhanced"}
"""The values of the setting: botocore, ecs ClusterSetting."""


def build(spec: Spec, references: References) -> tuple[Cluster, ...]:
    if not spec.tasks or spec.cluster is not None:
        return ()
    sessions = tuple(_sessions(spec, references))
    return (Cluster(name=spec.name, insights=_SETTINGS[spec.insights or "on"], sessions=sessions),)


def _sessions(spec: Spec, references: References) -> Iterator[Sessions]:
    if said := spec.exec:
        group = SessionLogGroup(
            label=SESSIONS,
            name=session_group(spec),
            retention=spec.logs.retention,
            kms_keys=references.key(spec.logs.kms_key),
        )
        yield Sessions(
            logging="DEFAULT" if said.logs is None else "OVERRIDE" if said.logs else "NONE",
            kms_keys=references.key(said.kms_key),
            groups=(group,) if said.logs is True else (),
            buckets=_bucket(said, references),
            prefix=spec.name,
        )


def session_group(spec: Spec) -> str:
    """The name of the log group of sessions."""
    return f"/ecs-exec/{spec.name}"


def _bucket(said: Exec, references: References) -> tuple[Ref | str, ...]:
    if isinstance(said.logs, Part):
        return (references.value(said.logs),)
    return (said.logs,) if isinstance(said.logs, str) else ()


def session_statements(spec: Spec, partition: str, references: References) -> Iterator[Statement]:
    """What tasks need for sessions that the cluster encrypts and logs."""
    said = spec.exec
    if said is None or spec.cluster is not None:
        return
    if said.logs is True:
        write = ("logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents")
        yield Statement(sid="FindLogGroups", actions="logs:DescribeLogGroups", resources="*")
        yield Statement(sid="LogSessions", actions=write, resources=SESSION_STREAMS)
    for bucket in _bucket(said, references):
        arn = interpolation((f"arn:{partition}:s3:::", bucket))
        objects = interpolation((f"arn:{partition}:s3:::", bucket, f"/{spec.name}/*"))
        yield Statement(sid="FindBucket", actions="s3:GetBucketLocation", resources="*")
        yield Statement(sid="ReadEncryption", actions="s3:GetEncryptionConfiguration", resources=arn)
        yield Statement(sid="LogSessions", actions="s3:PutObject", resources=objects)
    for key in references.key(said.kms_key):
        yield Statement(sid="DecryptSessions", actions="kms:Decrypt", resources=key)


def problems(spec: Spec, at: Locate) -> Iterator[Problem]:
    if spec.cluster is not None and spec.exec:
        message = "the cluster exists, and the stack does not change its configuration"
        hint = "remove exec, and set it where the cluster is described; services keep their exec: true"
        yield Problem("TG680", at(("exec",)), message, hint)
    if spec.cluster is not None and spec.insights:
        message = "the cluster exists, and the stack does not change its settings"
        hint = "remove insights, and set it where the cluster is described"
        yield Problem("TG695", at(("insights",)), message, hint)
