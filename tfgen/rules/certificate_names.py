"""More names than the quota of a certificate."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem
from tfgen.rules import _quota

ID = "TG403"
SEVERITY = "warning"
TITLE = "A certificate has at most 10 names unless AWS allows more"
WHY = "ACM refuses a certificate with more names than the quota, and nothing that needs it is created."
SOURCE = "https://docs.aws.amazon.com/acm/latest/userguide/acm-limits.html"


def _spec(count: int, more: str = "") -> str:
    names = ", ".join(f"shop-{number}.example.com" for number in range(count))
    return (
        f"load_balancer: {{domain: [{names}], zone: Z0123456789ABCDEF{more}}}\n"
        "services: {web: {port: 80, routes: [/]}}\n"
    )


BAD = _spec(11)
GOOD = """\
load_balancer: {domain: ["*.example.com"], zone: Z0123456789ABCDEF}
services: {web: {port: 80, routes: [/]}}
"""
FAILS = (_spec(12),)
PASSES = (_spec(10), _spec(11, ", certificate: {input: certificate}"))


def check(blueprint: Blueprint) -> Iterator[Problem]:
    for balancer in blueprint.load_balancer:
        where = blueprint.locate((*balancer.path, "domain"))
        for certificate in balancer.certificate:
            names = [certificate.domain, *certificate.alternatives]
            if limit := _quota.exceeded_limit("names_per_certificate", len(names)):
                message = (
                    f"a certificate with {len(names)} names: ACM allows {limit.value}, and the apply stops "
                    "there"
                )
                hint = "replace names by a wildcard such as *.example.com; AWS can raise the quota up to 100"
                yield Problem(ID, where, message, hint, SEVERITY)
