"""A host whose top-level domain is in Punycode."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem

ID = "TG383"
SEVERITY = "note"
TITLE = "The top-level domain of a host has letters only"
WHY = (
    "The AWS reference permits only letters after the last dot of a host condition; whether it accepts a "
    "top-level domain in Punycode (xn--p1ai) is not documented."
)
SOURCE = (
    "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_HostHeaderConditionConfig.html"
)
BAD = """\
services:
  web:
    port: 8080
    routes: [{host: xn--e1afmkfd.xn--p1ai}]
"""
GOOD = """\
services:
  web:
    port: 8080
    routes: [{host: xn--e1afmkfd.example}]
"""
FAILS = ("services: {web: {port: 80, routes: [{host: 'www.example.XN--P1AI'}]}}",)
PASSES = ("services: {web: {port: 80, routes: [{host: xn--p1ai.example}, {host: example.xn}, /]}}",)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    for service in blueprint.services:
        for rule in service.rules:
            for host in (host for hosts in rule.hosts for host in hosts):
                last = host.rpartition(".")[2]
                if last.lower().startswith("xn--"):
                    message = (
                        "the AWS reference permits only letters after the last dot of a host, and "
                        f'"{last}" has others'
                    )
                    hint = f"if the apply refuses it, write {host.removesuffix(last)}* and no other such host"
                    yield Problem(ID, rule.at, message, hint, SEVERITY)
