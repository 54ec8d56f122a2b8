"""A listener with routes that nobody can connect to."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem
from tfgen.reach.faults import CLIENTS, faults, listed, place, quoted

ID = "TG370"
SEVERITY = "warning"
TITLE = "A listener with routes lets somebody connect"
WHY = (
    "The load balancer has public addresses, so its clients come with public addresses; without a range of "
    "theirs its security group drops every request."
)
SOURCE = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-update-security-groups.html"
BAD = """\
load_balancer:
  cidrs: []
services:
  web:
    port: 3000
    routes: [/]
"""
GOOD = """\
load_balancer:
  cidrs: [203.0.113.0/24]
services:
  web:
    port: 3000
    routes: [/]
"""
FAILS = (
    "load_balancer: {listeners: {http: {port: 80, cidrs: []}}}\nservices: {web: {port: 80, routes: [/a]}}",
    "load_balancer: {cidrs: [10.0.0.0/8, 100.64.0.0/10]}\nservices: {web: {port: 80, routes: [/]}}",
)
PASSES = (
    "load_balancer: {cidrs: [10.0.0.0/8, 203.0.113.0/24]}\nservices: {web: {port: 80, routes: [/]}}",
    "load_balancer: {listeners: {http: 80, spare: {port: 81, cidrs: []}}}\n"
    "services: {web: {port: 80, routes: [/]}}",
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    for hop, flows in faults(blueprint, CLIENTS):
        message = f"{hop.text}, so no request reaches {listed(quoted(flows))}"
        yield Problem(ID, place(hop, flows, blueprint), message, hop.hint, SEVERITY)
