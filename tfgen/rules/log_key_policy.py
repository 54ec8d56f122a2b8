"""A KMS key for log groups, whose policy nobody here can read."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem

ID = "TG679"
SEVERITY = "note"
TITLE = "A key for log lines allows CloudWatch Logs to use it"
WHY = (
    "CloudWatch Logs encrypts with the key in its own name: without a statement for it in the key's policy, "
    "the apply fails at the log group; if the statement is removed later, log lines are lost."
)
SOURCE = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html"
BAD = """\
logs: {kms_key: "arn:aws:kms:us-east-1:123456789012:key/0a1b2c3d-0000-4000-8000-000000000000"}
services:
  web: {}
"""
GOOD = """\
services:
  web: {}
"""
_KEY = "logs: {kms_key: 'arn:aws:kms:us-east-1:123456789012:key/0a1b2c3d-0000-4000-8000-000000000000'}"
FAILS = (
    f"{_KEY}\nnetwork: {{flow_logs: cloudwatch}}",
    "logs: {kms_key: {input: key}}\nservices: {web: {}}",
)
PASSES = (
    _KEY,
    f"{_KEY}\nnetwork: {{flow_logs: 'arn:aws:s3:::acme-flow-logs'}}",
    "services: {web: {secrets: {A: /a}}}",
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    of_services = (service.log_keys for service in blueprint.services)
    of_network = (group.kms_keys for log in blueprint.network.flow_logs for group in log.groups)
    if any((*of_services, *of_network)):
        message = "CloudWatch Logs can use the key only if the policy of the key allows it"
        hint = (
            f"allow logs.{blueprint.region}.amazonaws.com kms:Encrypt*, kms:Decrypt*, kms:ReEncrypt*, "
            "kms:GenerateDataKey* and kms:Describe* there, then ignore this note (docs/logging.md)"
        )
        yield Problem(ID, blueprint.locate(("logs", "kms_key")), message, hint, SEVERITY)
