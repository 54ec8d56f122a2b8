"""A load balancer that is described and not made."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem

ID = "TG353"
SEVERITY = "warning"
TITLE = "A load balancer is made for routes"
WHY = "It costs by the hour, so tfgen makes none that leads nowhere; what the spec says about it is lost."
SOURCE = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/introduction.html"
BAD = """\
load_balancer:
  idle_timeout: 120
services:
  web: {port: 80}
"""
GOOD = """\
load_balancer:
  idle_timeout: 120
services:
  web: {port: 80, routes: [/]}
"""
FAILS = ("load_balancer: {listeners: {http: 8080}}",)
PASSES = ("services: {web: {port: 80}}",)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    where = blueprint.locate(("load_balancer",))
    if not blueprint.load_balancer and where != blueprint.locate(()):
        message = "load_balancer does nothing here: no service has routes, so none is made"
        yield Problem(ID, where, message, "add routes: [/] to a service, or remove this", SEVERITY)
