"""Sentences about changes that nobody has read from pages: who knows the stack before and after has them."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from tfgen.changes.change import Action, Change, Changes, UncountedBlock, VariableValue
from tfgen.changes.words import consequences


class Resource(NamedTuple):
    """A resource, as a plan may have it."""

    address: str
    type: str
    arguments: Mapping[str, Any]
    ignored: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return self.address.rpartition(".")[2]

    def keeps(self, argument: str) -> bool:
        return argument in self.ignored


class Plan(NamedTuple):
    """A stack before or after a plan."""

    resources: Mapping[str, Resource]
    provider: Mapping[str, Any]
    state: Any = None
    provider_range: Any = None
    moved: Mapping[str, str] = {}
    outputs: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()
    pinned: Mapping[str, VariableValue] = {}
    repeated: tuple[UncountedBlock, ...] = ()
    new_first: tuple[str, ...] = ()

    def is_new_first(self, address: str) -> bool:
        return address in self.new_first


def plan(*resources: Resource, region: str = "us-east-1", outputs: tuple[str, ...] = ()) -> Plan:
    return Plan({each.address: each for each in resources}, {"region": region}, outputs=outputs)


def web(**arguments: str) -> Resource:
    return Resource("aws_ecs_service.web", "aws_ecs_service", {"name": "web", **arguments})


def said(changes: Changes) -> list[str]:
    return [each.whole() for each in consequences(changes)]


def updated(old: Resource, new: Resource, *arguments: str) -> Change:
    return Change(old.address, old.type, old.name, Action.UPDATE, arguments, old.arguments, new.arguments)


def test_a_service_without_tasks() -> None:
    old, new = web(desired_count="2"), web(desired_count="0")
    changes = Changes((updated(old, new, "desired_count"),), plan(old), plan(new))
    assert said(changes) == ["web: all tasks stop."]


def test_a_service_that_ends() -> None:
    old = web()
    change = Change(old.address, old.type, old.name, Action.DESTROY, (), old.arguments, {})
    assert said(Changes((change,), plan(old), plan())) == [
        "web: the service is destroyed and its tasks stop."
    ]


def test_another_region_and_a_removed_output() -> None:
    changes = Changes((), plan(web(), outputs=("url",)), plan(web(), region="eu-west-1"))
    (region, output) = said(changes)
    assert region.startswith("The region changes from us-east-1 to eu-west-1: ")
    assert output == "url: this output is removed; anything that reads it will fail."
