"""Where a blueprint lies while overrides are carried into it."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from msgspec.structs import replace

from tfgen.blueprint.model import Blueprint, Changed, Mark, Overridden, Part, Service
from tfgen.overridden.resource import Resource
from tfgen.problems import Location, SpecPath

Pages = Mapping[str, str]
AnyPart = TypeVar("AnyPart", bound=Part)


class Desk:
    """The blueprint as far as it is carried over, and what could not be."""

    def __init__(self, blueprint: Blueprint) -> None:
        self.was = self.blueprint = blueprint
        self._changed: list[Changed] = []
        self._marks: list[Mark] = []
        self._moved: dict[SpecPath, Location] = {}

    def note(self, resource: Resource) -> None:
        """Keeps what an override changes, for whoever asks why a way is closed."""
        self._changed += resource.changed

    def mark(
        self, resource: Resource, name: str, says: str, *kinds: str, at: Location | None, certain: bool
    ) -> None:
        """The ways of some kinds over the resource are closed, or cannot be known."""
        changed = Changed(address=resource.address, argument=name, at=at or resource.at(name))
        self._marks.append(Mark(changed=changed, says=says, kinds=kinds, certain=certain))

    def doubt(self, resource: Resource, *kinds: str) -> None:
        """What is still pending cannot be carried over."""
        for name, at in resource.pending.items():
            self.mark(
                resource, name, f"{name} of {resource.address} is overridden", *kinds, at=at, certain=False
            )

    def moved(self, path: SpecPath, at: Location) -> None:
        """What the spec says at a path, the override says now."""
        self._moved[path] = at

    # --- the parts

    def network(self, **fields: Any) -> None:
        self.blueprint = replace(self.blueprint, network=replace(self.blueprint.network, **fields))

    def service(self, found: Service, **fields: Any) -> None:
        services = swapped(self.blueprint.services, found, **fields)
        self.blueprint = replace(self.blueprint, services=services)

    def services(self, change: Callable[[Service], Service]) -> None:
        """Every service as `change` makes it."""
        self.blueprint = replace(self.blueprint, services=tuple(map(change, self.blueprint.services)))

    def done(self) -> Blueprint:
        """The blueprint with everything carried over; the one that it was where nothing is another."""
        if not self._changed:
            return self.was
        own = Overridden(was=self.was, changed=tuple(self._changed), marks=tuple(self._marks))
        return replace(self.blueprint, overridden=(own,), locate=self._locate)

    def _locate(self, path: SpecPath) -> Location:
        for length in range(len(path), 0, -1):
            if path[:length] in self._moved:
                return self._moved[path[:length]]
        return self.was.locate(path)


def labelled(parts: Iterable[Any], label: str) -> Any | None:
    """The part with a label, if there is one."""
    return next((part for part in parts if part.label == label), None)


def swapped(parts: tuple[AnyPart, ...], old: AnyPart, **fields: Any) -> tuple[AnyPart, ...]:
    """The parts with other fields of one of them."""
    return tuple(replace(part, **fields) if part is old else part for part in parts)
