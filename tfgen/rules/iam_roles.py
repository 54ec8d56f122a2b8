"""More services than the quota of IAM roles permits."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem
from tfgen.rules import _quota

ID = "TG337"
SEVERITY = "warning"
TITLE = "An account has at most 1,000 IAM roles unless AWS allows more"
WHY = (
    "Every service has two, for ECS and for its application; the apply stops at the first one over the quota."
)
SOURCE = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"


def _services(count: int) -> str:
    return "services:\n" + "\n".join(f"  s{n}: {{}}" for n in range(count))


BAD = _services(501)
GOOD = """\
services:
  web: {}
  worker: {}
"""
FAILS = (_services(502),)
PASSES = (_services(500),)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    used = sum(len(service.roles) for service in blueprint.tasks)
    if limit := _quota.exceeded_limit("iam_roles_per_account", used):
        nouns = " and ".join(dict.fromkeys(f"{task.noun}s" for task in blueprint.tasks))
        message = (
            f"{len(blueprint.tasks)} {nouns} need {used} IAM roles: AWS allows {limit.value} in an "
            "account, and the apply stops there"
        )
        raising = f"{_quota.how_to_raise(limit, used)} --region us-east-1 (up to 5000)"
        hint = f"{raising}; or split the stack over accounts"
        yield Problem(ID, blueprint.locate(("services",)), message, hint, SEVERITY)
