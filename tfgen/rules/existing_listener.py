"""Derived priorities in a listener that has rules of others."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint, ExistingListener, ListenerRule
from tfgen.hcl.text import Ref
from tfgen.problems import Problem

ID = "TG516"
SEVERITY = "note"
TITLE = "Rules in a listener that exists have priorities from the spec"
WHY = (
    "A listener has each priority once, and evaluates its rules from the lowest one. Which rules a listener "
    "has that exists is not known here: an apply fails where a priority is taken, and a rule with a lower "
    "priority may match the same requests."
)
SOURCE = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-rules.html"
_EXISTING = """\
network: {vpc: {way_out: nat}}
load_balancer:
  existing:
    listener_arns: {https: "arn:aws:elasticloadbalancing:us-east-1:123456789012:listener/app/shared/1/2"}
    security_group: sg-0a1b2c3d4e5f60718
"""
BAD = f"""\
{_EXISTING}services:
  web: {{port: 80, routes: [/shop]}}
"""
GOOD = f"""\
{_EXISTING}services:
  web: {{port: 80, routes: [{{path: /shop, priority: 210}}]}}
"""
FAILS = (
    f"{_EXISTING}services: {{web: {{port: 80, routes: [{{path: /shop, priority: 210}}, /basket]}}}}",
    f"{_EXISTING.replace('https: ', 'http: {input: arn}, https: ')}"
    "services: {web: {port: 80, routes: [/shop, {path: /shop, listener: https, priority: 1}]}}",
)
PASSES = (f"{_EXISTING}services: {{web: {{}}}}", "services: {web: {port: 80, routes: [/shop]}}")


def check(blueprint: Blueprint) -> Iterator[Problem]:
    for balancer in blueprint.existing_load_balancer:
        for listener in balancer.listeners:
            derived = [rule for rule in _rules(blueprint, listener.key) if not rule.pinned]
            if derived:
                yield _note(listener, derived)


def _rules(blueprint: Blueprint, listener: str) -> Iterator[ListenerRule]:
    for service in blueprint.services:
        yield from (rule for rule in service.rules if rule.listener == listener)


def _note(listener: ExistingListener, derived: list[ListenerRule]) -> Problem:
    numbers = sorted(rule.priority for rule in derived)
    cut = f"{', '.join(map(str, numbers[:4]))}{f' and {len(numbers) - 4} more' if len(numbers) > 4 else ''}"
    word = "priority" if len(numbers) == 1 else "priorities"
    message = f'the other rules of listener "{listener.key}" are not known; {word} {cut} may be taken there'
    arn = "ARN" if isinstance(listener.arn, Ref) else listener.arn
    hint = f"pin free ones with priority: NUMBER in a route; aws elbv2 describe-rules --listener-arn {arn}"
    return Problem(ID, listener.at, message, f"{hint} lists those that are taken", SEVERITY)
