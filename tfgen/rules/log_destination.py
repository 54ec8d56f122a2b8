"""A log router whose task role does not allow what it sends to."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint, Service
from tfgen.problems import Problem

ID = "TG638"
SEVERITY = "warning"
TITLE = "The task role allows what a log router sends to"
WHY = (
    "A log router sends with the task role, not with the execution role: without the permissions, it retries "
    "each log line and drops it in the end."
)
SOURCE = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/firelens-taskdef.html"
BAD = """\
services:
  web:
    logs: {driver: firelens, options: {Name: kinesis_firehose, region: us-east-1, delivery_stream: logs}}
    containers:
      log-router: {image: "public.ecr.aws/aws-observability/aws-for-fluent-bit:3", firelens: fluentbit}
"""
GOOD = """\
services:
  web:
    logs: {driver: firelens, options: {Name: kinesis_firehose, region: us-east-1, delivery_stream: logs}}
    access:
      - put: arn:aws:firehose:us-east-1:123456789012:deliverystream/logs
    containers:
      log-router: {image: "public.ecr.aws/aws-observability/aws-for-fluent-bit:3", firelens: fluentbit}
"""
_ROUTER = "containers: {router: {image: 'ghcr.io/a/b:1', firelens: fluentbit}}"


def _sending(name: str, *more: str) -> str:
    """A service that sends its log lines to an output."""
    keys = (f"logs: {{driver: firelens, options: {{Name: {name}}}}}", *more, _ROUTER)
    return f"services: {{web: {{{', '.join(keys)}}}}}"


FAILS = (
    _sending("s3", "access: [{put: metrics}]"),
    _sending("cloudwatch_logs", "exec: true"),
    _sending("kinesis_streams", "access: [{put: arn:aws:firehose:us-east-1:123456789012:deliverystream/l}]"),
    _sending("s3", "statements: [{effect: Deny, actions: ['s3:DeleteObject'], resources: ['*']}]"),
)
PASSES = (
    _sending("s3", "access: [{write: arn:aws:s3:::logs}]"),
    _sending("s3", "statements: [{actions: ['*'], resources: ['*']}]"),
    _sending("cloudwatch_logs", "statements: [{actions: ['logs:PutLogEvents'], resources: ['*']}]"),
    _sending("cloudwatch_logs", "policies: [arn:aws:iam::aws:policy/CloudWatchAgentServerPolicy]"),
    _sending("s3", "roles: {task: arn:aws:iam::123456789012:role/web}"),
    _sending("datadog"),
    _sending("{input: output}"),
)
_HINTS = {
    "firehose": "add access: [{put: ARN}], with the ARN of the delivery stream",
    "kinesis": "add access: [{put: ARN}], with the ARN of the stream",
    "logs": "add statements with logs:CreateLogStream and logs:PutLogEvents for the log group",
    "s3": "add access: [{write: ARN}], with the ARN of the bucket",
}


def check(blueprint: Blueprint) -> Iterator[Problem]:
    for service in blueprint.services:
        for container in service.containers:
            for logs in container.routed_logs:
                if logs.destination and not _may_write(service, logs.destination):
                    where = blueprint.locate((*container.path, "logs", "options", "Name"))
                    output = dict(logs.options)["Name"]
                    message = f'the task role of "{service.key}" allows nothing that {output} needs'
                    yield Problem(ID, where, message, _HINTS[logs.destination], SEVERITY)


def _may_write(service: Service, destination: str) -> bool:
    """Whether the task role allows any action of the service; managed policies and given roles may."""
    role = service.task_role
    if role.attachments or not service.creates(role):
        return True
    allowed = (each for policy in role.policies for each in policy.statements if each.effect == "Allow")
    actions = (action for each in allowed for action in _listed(each.actions))
    return any(action == "*" or action.startswith(f"{destination}:") for action in actions)


def _listed(actions: str | tuple[str, ...]) -> tuple[str, ...]:
    return (actions,) if isinstance(actions, str) else actions
