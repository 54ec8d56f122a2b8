"""Statements that allow calls to an AWS service that the tasks cannot reach."""

from collections.abc import Iterator

from tfgen import facts
from tfgen.blueprint.model import Blueprint, Task
from tfgen.problems import Problem
from tfgen.rules._egress import Egress
from tfgen.rules._policies import listed, statements_of_spec

ID = "TG698"
SEVERITY = "warning"
TITLE = "Without a route to the internet, statements allow calls to services that have an endpoint"
WHY = (
    "A statement is a permission, and opens no network path: without a VPC endpoint each call times out. "
    "With access, both follow from one line."
)
SOURCE = "https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html"
BAD = """\
network:
  egress: endpoints
services:
  web:
    statements:
      - actions: ["sqs:ListQueues"]
        resources: ["*"]
"""
GOOD = """\
network:
  egress: endpoints
services:
  web:
    uses: [sqs]
    statements:
      - actions: ["sqs:ListQueues"]
        resources: ["*"]
"""
_TABLE = (
    "actions: ['dynamodb:Query', 'dynamodb:Scan'], "
    "resources: ['arn:aws:dynamodb:us-east-1:123456789012:table/a']"
)
_CLOSED = "network: {egress: endpoints}\n"
FAILS = (
    _CLOSED + f"services: {{web: {{statements: [{{{_TABLE}}}]}}}}",
    _CLOSED + "services: {web: {statements: [{actions: ['ses:*'], resources: ['*']}]}}",
    _CLOSED + f"services: {{web: {{statements: [{{{_TABLE}}}]}}, api: {{uses: [dynamodb]}}}}",
    _CLOSED + f"services: {{web: {{egress: ['0.0.0.0/0'], statements: [{{{_TABLE}}}]}}}}",
)
PASSES = (
    f"network: {{egress: nat}}\nservices: {{web: {{statements: [{{{_TABLE}}}]}}}}",
    _CLOSED + f"services: {{web: {{statements: [{{{_TABLE}, effect: Deny}}]}}}}",
    _CLOSED + f"services: {{web: {{uses: [dynamodb], statements: [{{{_TABLE}}}]}}}}",
    _CLOSED + "services: {web: {statements: [{actions: ['athena:*'], resources: ['*']}]}}",
    _CLOSED + "services: {web: {statements: [{actions: ['*'], resources: ['*']}]}}",
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    egress = Egress(blueprint)
    for task in blueprint.tasks:
        if egress.has_internet(task):
            continue
        for index, statement in statements_of_spec(task):
            if statement.effect == "Allow" and (lacks := _closed(listed(statement.actions), task, egress)):
                where = blueprint.locate((*task.path, "statements", index, "actions"))
                named = " and ".join(facts.accessed_services()[name].name for name in lacks)
                message = f'"{task.key}" may call {named}, and has no network path to it'
                endpoints = ", ".join(facts.accessed_services()[name].endpoint for name in lacks)
                hint = f"add uses: [{endpoints}], or {blueprint.network.nat_advice}"
                yield Problem(ID, where, message, hint, SEVERITY)


def _closed(actions: tuple[str, ...], task: Task, egress: Egress) -> list[str]:
    """The services of actions that no endpoint serves, as ARNs name them; those that `access` knows."""
    known = facts.accessed_services()
    said = dict.fromkeys(action.partition(":")[0] for action in actions)
    return [name for name in said if name in known and not egress.has_endpoint(task, known[name].endpoint)]
