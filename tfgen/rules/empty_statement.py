"""Statements without an action or without a resource."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem
from tfgen.rules._policies import statements_of_spec

ID = "TG681"
SEVERITY = "error"
TITLE = "A statement names actions and resources"
WHY = "IAM refuses a policy with an empty list of either, so the apply fails."
SOURCE = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html"
BAD = """\
services:
  web:
    statements:
      - actions: ["sqs:SendMessage"]
        resources: []
"""
GOOD = """\
services:
  web:
    statements:
      - actions: ["sqs:SendMessage"]
        resources: ["arn:aws:sqs:us-east-1:123456789012:orders"]
"""
FAILS = ("services: {web: {statements: [{actions: [], resources: ['*']}]}}",)
PASSES = ("services: {web: {access: [{send: 'arn:aws:sqs:us-east-1:123456789012:orders'}]}}",)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    for task in blueprint.tasks:
        for index, statement in statements_of_spec(task):
            for name in ("actions", "resources"):
                if not getattr(statement, name):
                    where = blueprint.locate((*task.path, "statements", index, name))
                    hint = f"add what it is about to {name}, or remove the statement"
                    yield Problem(ID, where, f"the statement has no {name}", hint)
