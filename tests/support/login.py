"""What tests of the actions of listener rules look for in the page of a service."""

import re

from tfgen.pipe import Outcome

CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/0a1b2c3d-0000-4000-8000-000000000000"
TLS = {"certificate": CERTIFICATE}


def page(found: Outcome, name: str = "services/web") -> str:
    assert found.overridden, found.problems
    return found.pages()[f"modules/{name}.tf"]


def actions(text: str) -> dict[str, list[str]]:
    """The types of the actions of each rule, in their order."""
    rules = re.split(r'^resource "aws_lb_listener_rule" ', text, flags=re.MULTILINE)[1:]
    return {
        rule.split('"')[1]: re.findall(r'^    type +?= "([a-z-]+)"$', rule, re.MULTILINE) for rule in rules
    }
