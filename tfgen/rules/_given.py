"""Environment variables whose values only Terraform knows, as texts: a made-up host stands for each value."""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from tfgen import facts
from tfgen.blueprint.labels import SERVICES
from tfgen.blueprint.model import Blueprint, Container
from tfgen.hcl.reference import NotAReferenceError, parse_reference
from tfgen.hcl.text import Ref

GIVEN_END = ".given"
"""How a made-up host ends; no name of a host does."""
_VALUE = re.compile(r"\$\{var\.(\w+)\}")


class GivenHost(NamedTuple):
    """What a made-up host stands for: an expression of the root, and the ports of servers of its type."""

    text: str
    ports: tuple[int, ...]


def given_hosts(blueprint: Blueprint) -> Mapping[str, GivenHost]:
    """What the services module is given, by the host that stands for it."""
    return {
        f"{each.variable.label}{GIVEN_END}": GivenHost(each.value, _ports_of_type(each.value))
        for module in blueprint.modules
        if module.label == SERVICES
        for each in module.inputs
    }


def given_variables(container: Container) -> Iterator[tuple[str, str]]:
    """The variables that are references, with texts in their places."""
    for name, value in container.environment_references:
        if value.startswith('"'):  # a join: texts without quotes need no reading
            yield name, _VALUE.sub(rf"\1{GIVEN_END}", value[1:-1])
        else:
            yield name, f"{value.removeprefix('var.')}{GIVEN_END}"


def _ports_of_type(value: Ref) -> tuple[int, ...]:
    signs = facts.connection_signs()
    try:
        kind = parse_reference(value).type
    except NotAReferenceError:  # an output of our own modules is no host
        return ()
    return signs.managed.get(signs.types.get(kind, ""), ())
