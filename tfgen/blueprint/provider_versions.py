"""Which versions of the AWS provider a stack allows.

A module bounds them from below only: which newer ones it works with is for the root to say
(https://developer.hashicorp.com/terraform/language/expressions/version-constraints).
"""

from collections.abc import Iterator
from typing import Any

from tfgen import facts
from tfgen.problems import Locate, Problem, SpecPath
from tfgen.spec.balancers import balancers_of
from tfgen.spec.deployments import moves_requests
from tfgen.spec.model import Spec

_OLDEST, _OLDEST_6, _NEXT = "5.100.0", "6.0.0", "7.0.0"


def of_stack(spec: Spec, *, as_module: bool) -> dict[str, Any]:
    """What a blueprint has of them."""
    return {
        "provider_version": _of_module(spec) if as_module else f"{_of_module(spec)}, < {_NEXT}",
        "module_provider_version": _of_module(spec),
        "provider_majors": ("6",) if spec.provider.version == 6 else ("5", "6"),
    }


def _of_module(spec: Spec) -> str:
    """What a module needs: of version 6, the first one that has what the spec uses."""
    if spec.provider.version != 6:
        return f">= {_OLDEST}"
    needs = facts.provider_needs()
    return f">= {max((_OLDEST_6, *(needs[key] for key, _ in _keys_of_6(spec))), key=_parts)}"


def _parts(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def _keys_of_6(spec: Spec) -> Iterator[tuple[str, SpecPath]]:
    """The keys that only version 6 has arguments for, each with its place."""
    for name, login in spec.logins.items():
        if login.jwt:
            yield "jwt", ("logins", name, "jwt")
    for balancer in balancers_of(spec):
        if balancer.said.health_check_logs:
            yield "health_check_logs", (*balancer.path, "health_check_logs")
    for key, service in spec.services.items():
        if moves_requests(service):
            path = ("services", key, "deployment", "strategy")
            yield f"strategy: {service.deployment.strategy}", path
        if service.connect_logs:
            yield "connect_logs", ("services", key, "connect_logs")
        for index, route in enumerate(service.routes):
            if route.rewrite:
                yield "rewrite", ("services", key, "routes", index, "rewrite")


def problems(spec: Spec, at: Locate) -> Iterator[Problem]:
    for key, path in _keys_of_6(spec) if spec.provider.version != 6 else ():
        needed = facts.provider_needs()[key].removesuffix(".0")
        message = f"{key} needs version {needed} of the AWS provider, and the stack also allows version 5"
        yield Problem("TG595", at(path), message, "add provider: 6 at the top of the spec")
